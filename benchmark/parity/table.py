"""The summary of many cases: one row per classifier, and the findings behind it."""
import re
from collections import Counter, defaultdict

BEGIN, END = "<!-- parity: begin -->", "<!-- parity: end -->"
# Refusals that docs/differences.md explains: verdict, pattern of the reason, and the classifier if it is of one.
DOCUMENTED = [
    ("refused here only", r"`class_weight`.*weights of which at least one"),
    ("refused here only", r"`class_weight`.*got \{.*-1\.0"),
    ("refused here only", r"`class_weight`.*in \(0, inf\).*got \{.*:0\.0"),
    ("refused here only", r"`n_neighbors`.*must be at most the \d+ samples?"),
    ("refused here only", r"`metric` of KNeighborsClassifier.*got \"(haversine|mahalanobis|precomputed|pyfunc|seuclidean)\""),
    ("refused here only", r"diverged: (the training loss|a weight|an intercept) was (-?inf|NaN)"),
    ("refused here only", r"`estimator` of AdaBoostClassifier.*which take weights of rows"),
    ("refused here only", r"the fit left the finite numbers: a log-probability is NaN"),
    ("refused here only", r"unsupported: expected at least two classes", "BaggingClassifier"),
    ("refused here only", r"expected rows of every class in the training part of each fold"),
    ("refused here only", r"`class_weight` of DecisionTreeClassifier.*got \[\]"),
    ("refused here only", r"`p` of KNeighborsClassifier.*got null"),
    ("refused here only", r"`constant` of DummyClassifier.*got (\"|-)"),
    ("refused here only", r"`radius` of RadiusNeighborsClassifier.*got null"),
    ("refused here only", r"`outlier_label` of RadiusNeighborsClassifier"),
    ("refused here only", r"`metric` of RadiusNeighborsClassifier.*got \"(haversine|mahalanobis|precomputed|pyfunc|seuclidean)\""),
    ("refused here only", r"`priors` of QuadraticDiscriminantAnalysis must be a list of"),
    ("refused here only", r"`scoring` of \w+CV must be"),
    ("refused there only", r"y contains previously unseen labels"),
    ("refused there only", r"len\(\) of unsized object"),
    ("refused there only", r"'alphas' parameter of RidgeClassifierCV"),
    ("refused there only", r"^ZeroDivisionError: division by zero"),
    ("refused there only", r"'constant' parameter of DummyClassifier"),
    ("refused there only", r"^ValueError: Found array with 0 sample\(s\)", "BaggingClassifier"),
    ("refused there only", r"The classes, \[.*\], are not in class_weight"),
    ("refused there only", r"must be .*an int .*Got -?\d+\.0 instead"),
    ("refused there only", r"^IndexError: index 1 is out of bounds for axis 0 with size 1"),
    ("refused there only", r"^IndexError: index \d+ is out of bounds for axis 1 with size \d+"),
    ("refused there only", r"'p' parameter of \w+NeighborsClassifier .*Got 'inf' instead"),
]
COLUMNS = [
    ("equal", ["equal"]),
    ("same distribution", ["same distribution"]),
    ("rounding", ["rounding"]),
    ("refused by both", ["refused by both"]),
    ("undecidable", ["undecidable"]),
    ("not converged here / there / by both", ["not converged here", "not converged there", "not converged by both"]),
    ("disagreement", ["disagreement"]),
    ("refused here only", ["refused here only"]),
    ("refused there only", ["refused there only"]),
    ("documented refusal of one side", ["documented"]),
    ("crashed or timed out here", ["crashed here", "timed out here"]),
]
FINDINGS = ["disagreement", "refused here only", "refused there only", "crashed here", "timed out here", "not converged here"]


def summary(cases, seed, versions):
    """The table as Markdown."""
    by_classifier = defaultdict(Counter)
    for case in cases:
        by_classifier[case["classifier"]]["documented" if is_documented(case) else case["verdict"]] += 1
    lines = [
        f"{len(cases)} combinations, seed {seed}, {versions}.",
        "",
        "| classifier | cases | " + " | ".join(name for name, _ in COLUMNS) + " |",
        "|---|" + "---:|" * (len(COLUMNS) + 1),
    ]
    total = Counter()
    for name, counts in sorted(by_classifier.items()):
        lines.append(row(f"`{name}`", counts))
        total.update(counts)
    lines.append(row("all", total))
    return "\n".join(lines)


def is_documented(case):
    return any(
        case["verdict"] == verdict and case["classifier"] in (of or [case["classifier"]]) and re.search(text, case["reason"])
        for verdict, text, *of in DOCUMENTED
    )


def is_finding(case):
    return case["verdict"] in FINDINGS and not is_documented(case)


def row(name, counts):
    cell = lambda kinds: " / ".join(str(counts[kind]) for kind in kinds) if len(kinds) == 3 else str(sum(counts[k] for k in kinds))
    return f"| {name} | {sum(counts.values())} | " + " | ".join(cell(kinds) for _, kinds in COLUMNS) + " |"


def findings(cases):
    """Each sort of finding with the number of its cases and one of them."""
    groups = defaultdict(list)
    for case in cases:
        if case["verdict"] in FINDINGS or case["verdict"] == "undecidable":
            groups[case["classifier"], case["verdict"], gist(case)].append(case["number"])
    lines = []
    for (classifier, verdict, text), numbers in sorted(groups.items(), key=lambda g: (g[0][0], g[0][1], -len(g[1]))):
        lines.append(f"{classifier}: {verdict}: {text} ({len(numbers)}: {', '.join(map(str, numbers[:6]))})")
    return "\n".join(lines)


def gist(case):
    """What cases of one sort have in common."""
    if case["verdict"] == "disagreement":
        return "distribution" if "distribution" in case["reason"] else "labels"
    return re.sub(r"got .*|[\d.e+-]+\d|\d+", "…", case["reason"])[:160]


def write(path, text):
    """Replaces what stands between the markers."""
    page = path.read_text()
    if BEGIN not in page or END not in page:
        raise SystemExit(f"there are no markers `{BEGIN}` and `{END}` in {path}")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")

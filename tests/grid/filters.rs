//! `--filter`: which jobs a filter picks, and what it says when it is wrong.

use fashion_bench::grid::{Filter, Plan};

use super::plan;

const CONFIG: &str = r#"{"classifiers": {
    "SVC": [{"C": [1, 10.0], "kernel": ["linear", "rbf"]}],
    "LinearSVC": [{"loss": ["hinge", "squared_hinge"], "multi_class": ["crammer_singer"]}],
    "GradientBoostingClassifier": [{"loss": ["deviance"]}],
    "MLPClassifier": [{"hidden_layer_sizes": ["(100,)", "(100,10)"]}],
    "DecisionTreeClassifier": [{"max_depth": [null, 10]}],
    "AdaBoostClassifier": [{"n_estimators": [5]}]}}"#;

fn select(filter: &str) -> Plan {
    let filter = Filter::parse(filter).unwrap();
    plan(CONFIG).select(&filter).unwrap()
}

fn picked(filter: &str) -> Vec<String> {
    let name = |text: &str| text.replace("Classifier", "");
    let selected = select(filter);
    let jobs = selected.jobs.iter().map(|job| {
        let values: Vec<_> = job.written.values().map(ToString::to_string).collect();
        format!("{} {}", name(job.name()), values.join(" ")).replace('"', "")
    });
    let refused = selected.refused.iter().map(|refusal| name(&refusal.name));
    jobs.chain(refused).collect()
}

#[test]
fn every_kind_of_term_picks_what_it_says() {
    let cases: &[(&str, &[&str])] = &[
        ("SVC C=1", &["SVC 1 linear", "SVC 1 rbf"]),
        ("svc,kernel=rbf", &["SVC 1 rbf", "SVC 10.0 rbf"]),
        ("name=SVC, C=10", &["SVC 10.0 linear", "SVC 10.0 rbf"]),
        ("name~svc !SVC", &["LinearSVC hinge crammer_singer"]),
        (
            "family=svm kernel~LIN",
            &["SVC 1 linear", "SVC 10.0 linear"],
        ),
        ("family~sv C!=1 !kernel=rbf", &["SVC 10.0 linear"]),
        ("loss=hinge", &["LinearSVC hinge crammer_singer"]),
        ("loss=squared_hinge", &["LinearSVC hinge crammer_singer"]),
        ("loss=deviance", &["GradientBoosting deviance"]),
        ("loss=log_loss", &["GradientBoosting deviance"]),
        ("hidden_layer_sizes=(100,)", &["MLP [100]"]),
        ("hidden_layer_sizes=[100,10]", &["MLP [100,10]"]),
        ("hidden_layer_sizes=100", &["MLP [100]"]),
        ("max_depth=None !loss=log_loss", &["DecisionTree null"]),
        ("max_depth=null name~tree", &["DecisionTree null"]),
        ("max_depth=10.0", &["DecisionTree 10"]),
        ("gamma=scale SVC C=1", &["SVC 1 rbf"]),
        ("n_estimators=5", &["AdaBoost"]),
        ("adaboostclassifier", &["AdaBoost"]),
    ];
    for (filter, expected) in cases {
        assert_eq!(picked(filter), *expected, "{filter}");
    }
}

#[test]
fn a_job_is_picked_by_the_first_digits_of_its_id() {
    for job in &plan(CONFIG).jobs {
        for filter in [
            job.id.to_string(),
            job.id.as_str()[..6].to_uppercase(),
            format!("id={}", &job.id.as_str()[..6]),
        ] {
            let selected = select(&filter);
            assert_eq!(selected.jobs.len(), 1, "{filter}");
            assert_eq!(selected.jobs[0].id, job.id);
        }
    }
}

#[test]
fn a_wrong_filter_says_what_is_wrong() {
    let empty = "the filter is empty; write terms like SVC, C=1 or kernel~rbf";
    let cases = [
        ("", empty),
        (" , ,", empty),
        (
            "!",
            "the filter's `!` lacks a name; write terms like SVC, C=1 or kernel~rbf",
        ),
        (
            "=1",
            "the filter's `=1` lacks a key; write terms like SVC, C=1 or kernel~rbf",
        ),
        (
            "C=",
            "the filter's `C=` lacks a value; write terms like SVC, C=1 or kernel~rbf",
        ),
        (
            "C = 1",
            "the filter's `=` lacks a key; write terms like SVC, C=1 or kernel~rbf",
        ),
        (
            "a=(1",
            "the filter has a `(` without its partner; write tuples like (100,10)",
        ),
        (
            "a=1]",
            "the filter has a `]` without its partner; write tuples like (100,10)",
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(
            Filter::parse(filter).unwrap_err().to_string(),
            expected,
            "{filter}"
        );
    }
}

#[test]
fn a_filter_that_fits_nothing_says_so() {
    let cases = [
        (
            "SVCs",
            "the filter `SVCs` fits none of the 10 jobs; did you mean `SVC`?",
        ),
        (
            "name=LinearSVM",
            "the filter `name=LinearSVM` fits none of the 10 jobs; did you mean `LinearSVC`?",
        ),
        (
            "mlp",
            "the filter `mlp` fits none of the 10 jobs; did you mean `MLPClassifier`?",
        ),
        ("C=3 SVC", "the filter `C=3 SVC` fits none of the 10 jobs"),
        (
            "kernal=rbf",
            "the filter's `kernal` is neither name, family, id nor a parameter here; did you mean \
             `kernel`?",
        ),
        (
            "zzz~1",
            "the filter's `zzz` is neither name, family, id nor a parameter here",
        ),
    ];
    for (filter, expected) in cases {
        let filter = Filter::parse(filter).unwrap();
        assert_eq!(
            plan(CONFIG).select(&filter).unwrap_err().to_string(),
            expected
        );
    }
}

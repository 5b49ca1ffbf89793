//! Bad configs, each with the exact message, less the `path:` in front.

/// A bad config.
pub struct Case {
    /// What is wrong, as a name for the file.
    pub name: &'static str,
    /// The file.
    pub text: &'static [u8],
    /// `line:column: message`.
    pub message: &'static str,
}

const fn case(name: &'static str, text: &'static str, message: &'static str) -> Case {
    Case {
        name,
        text: text.as_bytes(),
        message,
    }
}

/// Text that is not JSON.
pub const FORM: &[Case] = &[
    case(
        "empty",
        "",
        "1:1: the file is empty; expected an object with `classifiers`",
    ),
    case(
        "blank",
        " \n\t\n",
        "1:1: the file is empty; expected an object with `classifiers`",
    ),
    case(
        "second-byte-order-mark",
        "\u{feff}\u{feff}{\"classifiers\": {\"SVC\": []}}",
        "1:1: expected a value, found `\\u{feff}`",
    ),
    Case {
        name: "utf-16",
        text: b"\xff\xfe{\0}\0",
        message: "1:1: the byte 0xff is not UTF-8; save the file as UTF-8",
    },
    Case {
        name: "latin-1",
        text: b"{\n  \"dataset\": \"d\xe9mo\"\n}",
        message: "2:16: the byte 0xe9 is not UTF-8; save the file as UTF-8",
    },
    case(
        "line-comment",
        "{\n  // quick\n  \"classifiers\": {\"SVC\": []}\n}",
        "2:3: JSON has no comments; remove this one",
    ),
    case(
        "block-comment",
        "{\"classifiers\": {\"SVC\": [] /* all */}}",
        "1:28: JSON has no comments; remove this one",
    ),
    case(
        "comment-after-the-end",
        "{\"classifiers\": {\"SVC\": []}}\n# done\n",
        "2:1: JSON has no comments; remove this one",
    ),
    case(
        "trailing-comma-in-object",
        "{\"classifiers\": {\"SVC\": []},\n}",
        "1:28: JSON allows no comma before `}`; remove it",
    ),
    case(
        "trailing-comma-in-list",
        "{\"classifiers\": {\"SVC\": [{\"C\": [1, 10,]}]}}",
        "1:38: JSON allows no comma before `]`; remove it",
    ),
    case(
        "missing-comma",
        "{\"repeats\": 2\n \"classifiers\": {\"SVC\": []}}",
        "2:2: expected `,` or `}`, found a string",
    ),
    case(
        "missing-colon",
        "{\"classifiers\" {\"SVC\": []}}",
        "1:16: expected `:` after the key, found `{`",
    ),
    case(
        "missing-value",
        "{\"repeats\": , \"classifiers\": {\"SVC\": []}}",
        "1:13: expected a value, found `,`",
    ),
    case(
        "unquoted-key",
        "{classifiers: {\"SVC\": []}}",
        "1:2: expected a key in double quotes, found `classifiers`",
    ),
    case(
        "single-quotes",
        "{'classifiers': {}}",
        "1:2: JSON strings take double quotes; write \" instead of '",
    ),
    case(
        "python-none",
        "{\"classifiers\": {\"SVC\": [{\"gamma\": [None]}]}}",
        "1:37: `None` is not JSON; write null",
    ),
    case(
        "python-true",
        "{\"classifiers\": {\"SVC\": [{\"shrinking\": [True]}]}}",
        "1:41: `True` is not JSON; write true",
    ),
    case(
        "unquoted-value",
        "{\"dataset\": fashion-mnist}",
        "1:13: `fashion-mnist` is not JSON; write \"fashion-mnist\"",
    ),
    case(
        "not-a-number",
        "{\"classifiers\": {\"SVC\": [{\"C\": [NaN]}]}}",
        "1:33: `NaN` is not JSON; numbers must be finite",
    ),
    case(
        "minus-infinity",
        "{\"classifiers\": {\"SVC\": [{\"C\": [-Infinity]}]}}",
        "1:33: `-Infinity` is not JSON; numbers must be finite",
    ),
    case(
        "leading-zero",
        "{\"repeats\": 05}",
        "1:13: `05` is not a JSON number; write it like 10, 0.5 or 1e-3",
    ),
    case(
        "bare-point",
        "{\"classifiers\": {\"SVC\": [{\"C\": [.5]}]}}",
        "1:33: `.5` is not a JSON number; write it like 10, 0.5 or 1e-3",
    ),
    case(
        "number-too-large",
        "{\"classifiers\": {\"SVC\": [{\"C\": [1e999]}]}}",
        "1:33: the number 1e999 does not fit a double; write a smaller one",
    ),
    case(
        "unclosed-string",
        "{\"dataset\": \"demo,\n\"repeats\": 2}",
        "1:13: this string does not end on its line; close it with a double quote",
    ),
    case(
        "tab-in-string",
        "{\"dataset\": \"de\tmo\"}",
        "1:16: this string holds the control character 0x09; write it as \\u0009",
    ),
    case(
        "backslash-in-string",
        "{\"$schema\": \"C:\\configs\"}",
        "1:13: the string \"C:\\configs\" holds an escape that JSON does not have; write \\\\ for a \
         backslash",
    ),
    case(
        "unclosed-list",
        "{\"classifiers\": {\"SVC\": [\n  {\"C\": [1, 10]\n",
        "3:1: the file ends inside the object that began at 2:3; close it with `}`",
    ),
    case(
        "cut-off",
        "{\"classifiers\": {\"SVC\": [],",
        "1:28: the file ends inside the object that began at 1:17; close it with `}`",
    ),
    case(
        "wrong-bracket",
        "{\"classifiers\": {\"SVC\": [{\"C\": [1, 10}]}}",
        "1:38: expected `,` or `]`, found `}`",
    ),
    case(
        "trailing-garbage",
        "{\"classifiers\": {\"SVC\": []}}\n}",
        "2:1: expected the end of the file, found `}`; a config is one object",
    ),
    case(
        "two-documents",
        "{\"classifiers\": {\"SVC\": []}}\n{\"classifiers\": {}}",
        "2:1: expected the end of the file, found `{`; a config is one object",
    ),
    case(
        "key-twice",
        "{\"repeats\": 2,\n \"classifiers\": {\"SVC\": []},\n \"repeats\": 3}",
        "3:2: the key `repeats` is there twice, first at 1:2; remove one",
    ),
    case(
        "classifier-twice",
        "{\"classifiers\": {\n  \"SVC\": [{\"C\": [1]}],\n  \"SVC\": [{\"C\": [2]}]}}",
        "3:3: the key `SVC` is there twice, first at 2:3; remove one",
    ),
    case(
        "too-deep",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "1:33: lists and objects are nested more than 32 deep; no config needs that",
    ),
];

/// JSON that is no config.
pub const MEANING: &[Case] = &[
    case(
        "a-list",
        "[{\"classifiers\": {}}]",
        "1:1: a config must be an object, got [{\"classifiers\":{}}]",
    ),
    case("null", "null", "1:1: a config must be an object, got null"),
    case(
        "no-classifiers",
        "{\"dataset\": \"demo\"}",
        "1:1: the config has no `classifiers`; add an object from classifier to a list of grids",
    ),
    case(
        "empty-classifiers",
        "{\"classifiers\": {}}",
        "1:2: `classifiers` is empty; add one, e.g. \"GaussianNB\": []",
    ),
    case(
        "list-of-classifiers",
        "{\"classifiers\": [\"SVC\"]}",
        "1:17: `classifiers` must be an object, got [\"SVC\"]",
    ),
    case(
        "misspelt-key",
        "{\n  \"repeat\": 2,\n  \"classifiers\": {\"SVC\": []}\n}",
        "2:3: a config has no key `repeat`; did you mean `repeats`?",
    ),
    case(
        "unknown-key",
        "{\"zoo\": 2, \"classifiers\": {\"SVC\": []}}",
        "1:2: a config has no key `zoo`; it has `$schema`, `dataset`, `subset`, `scaling`, `repeats`, `seed`, \
         `scores`, `limits`, `threads_per_job`, `defaults`, `common`, `engines`, `classifiers`",
    ),
    case(
        "misspelt-limit",
        "{\"limits\": {\"times\": 2}, \"classifiers\": {\"SVC\": []}}",
        "1:13: `limits` has no key `times`; did you mean `time_s`?",
    ),
    case(
        "limits-as-a-number",
        "{\"limits\": 60, \"classifiers\": {\"SVC\": []}}",
        "1:12: `limits` must be an object, got 60",
    ),
    case(
        "time-as-text",
        "{\"limits\": {\"time_s\": \"1h\"}, \"classifiers\": {\"SVC\": []}}",
        "1:23: `time_s` must be a number in (0, inf), got \"1h\"",
    ),
    case(
        "time-zero",
        "{\"limits\": {\"time_s\": 0}, \"classifiers\": {\"SVC\": []}}",
        "1:23: `time_s` must be a number in (0, inf), got 0",
    ),
    case(
        "memory-as-a-fraction",
        "{\"limits\": {\"memory_mb\": 0.5}, \"classifiers\": {\"SVC\": []}}",
        "1:26: `memory_mb` must be an integer in [1, 18446744073709], got 0.5",
    ),
    case(
        "repeats-zero",
        "{\"repeats\": 0, \"classifiers\": {\"SVC\": []}}",
        "1:13: `repeats` must be an integer in [1, 1000], got 0",
    ),
    case(
        "repeats-as-text",
        "{\"repeats\": \"five\", \"classifiers\": {\"SVC\": []}}",
        "1:13: `repeats` must be an integer in [1, 1000], got \"five\"",
    ),
    case(
        "repeats-null",
        "{\"repeats\": null, \"classifiers\": {\"SVC\": []}}",
        "1:13: `repeats` must be an integer in [1, 1000], got null",
    ),
    case(
        "negative-seed",
        "{\"seed\": -1, \"classifiers\": {\"SVC\": []}}",
        "1:10: `seed` must be an integer in [0, 18446744073709551615], got -1",
    ),
    case(
        "threads-as-a-list",
        "{\"threads_per_job\": [1, 2], \"classifiers\": {\"SVC\": []}}",
        "1:21: `threads_per_job` must be an integer in [1, 1024], got [1,2]",
    ),
    case(
        "misspelt-dataset",
        "{\"dataset\": \"fashion_mnist\", \"classifiers\": {\"SVC\": []}}",
        "1:13: `dataset` must be one of \"auto\", \"fashion-mnist\", \"mnist\", \"kmnist\", \
         \"k49\", \"qmnist\", \"emnist-letters\", \"emnist-balanced\", \"emnist-digits\", \"demo\", got \
         \"fashion_mnist\"; did you mean `fashion-mnist`?",
    ),
    case(
        "unknown-defaults",
        "{\"defaults\": \"sklearn-1.4\", \"classifiers\": {\"SVC\": []}}",
        "1:14: `defaults` must be one of \"sklearn-1.5\", \"sklearn-0.19\", got \"sklearn-1.4\"; did \
         you mean `sklearn-1.5`?",
    ),
    case(
        "schema-as-a-number",
        "{\"$schema\": 7, \"classifiers\": {\"SVC\": []}}",
        "1:13: `$schema` must be a string, got 7",
    ),
    case(
        "common-as-a-list",
        "{\"common\": [], \"classifiers\": {\"SVC\": []}}",
        "1:12: `common` must be an object, got []",
    ),
    case(
        "misspelt-classifier",
        "{\n  \"classifiers\": {\n    \"SVCs\": []\n  }\n}",
        "3:5: there is no classifier `SVCs`; did you mean `SVC`?",
    ),
    case(
        "unknown-classifier",
        "{\"classifiers\": {\"Q\": []}}",
        "1:18: there is no classifier `Q`",
    ),
    case(
        "grid-as-an-object",
        "{\"classifiers\": {\"SVC\": {\"C\": [1]}}}",
        "1:25: `SVC` must be a list of objects, e.g. [{\"C\": [1, 10]}], got {\"C\":[1]}",
    ),
    case(
        "grid-of-lists",
        "{\"classifiers\": {\"SVC\": [[\"C\", 1]]}}",
        "1:26: a grid of SVC must be an object, got [\"C\",1]",
    ),
    case(
        "value-outside-a-list",
        "{\"classifiers\": {\"SVC\": [{\"C\": 10}]}}",
        "1:32: the `C` of SVC must be a list of values to try, got 10; write [10]",
    ),
    case(
        "engine-name",
        "{\"engines\": {\"sklearn\": {\"command\": [\"x\"]}}, \"classifiers\": {\"SVC\": []}}",
        "1:14: an engine cannot be called `sklearn`; take a name of letters, digits, `_` and `-` that \
         is no package which needs no declaration",
    ),
    case(
        "engine-without-a-start",
        "{\"engines\": {\"mine\": {}}, \"classifiers\": {\"SVC\": []}}",
        "1:22: the engine `mine` must have either `command` or `python`; write {\"command\": \
         [\"./my-classifier\"]} or {\"python\": \"my_module\"}",
    ),
    case(
        "engine-key",
        "{\"engines\": {\"mine\": {\"commands\": []}}, \"classifiers\": {\"SVC\": []}}",
        "1:23: an engine has no key `commands`; did you mean `command`?",
    ),
    case(
        "engine-command",
        "{\"engines\": {\"mine\": {\"command\": \"x\"}}, \"classifiers\": {\"SVC\": []}}",
        "1:34: the `command` of the engine `mine` must be a list of strings, e.g. \
         [\"./my-classifier\", \"--fast\"], got \"x\"",
    ),
    case(
        "engine-module",
        "{\"engines\": {\"mine\": {\"python\": \"a/b\"}}, \"classifiers\": {\"SVC\": []}}",
        "1:33: the `python` of the engine `mine` must be the name of a module, e.g. \"my_module\", got \
         \"a/b\"",
    ),
    case(
        "unknown-engine",
        "{\"classifiers\": {\"mine::Zzz\": []}}",
        "1:18: there is no classifier `mine::Zzz`; there is no engine `mine`, declare it in `engines`",
    ),
    case(
        "typo-in-an-engine",
        "{\"classifiers\": {\"sklern::SVC\": []}}",
        "1:18: there is no classifier `sklern::SVC`; there is no engine `sklern`; did you mean \
         `sklearn::SVC`?",
    ),
    case(
        "no-class-of-an-engine",
        "{\"classifiers\": {\"sklearn::__import__\": []}}",
        "1:18: there is no classifier `sklearn::__import__`; expected a class after `::`, e.g. `SVC` or \
         `svm.SVC`",
    ),
    case(
        "no-values",
        "{\"classifiers\": {\"SVC\": [{\"C\": []}]}}",
        "1:32: the `C` of SVC is an empty list, which leaves no combination; give it a value or \
         remove it",
    ),
    case(
        "value-twice",
        "{\"classifiers\": {\"SVC\": [{\"kernel\": [\"rbf\", \"poly\", \"rbf\"]}]}}",
        "1:53: the `kernel` of SVC lists \"rbf\" twice; remove one",
    ),
    case(
        "tuple-twice",
        "{\"classifiers\": {\"MLPClassifier\": [{\"hidden_layer_sizes\": [\"(10,)\", [10]]}]}}",
        "1:69: the `hidden_layer_sizes` of MLPClassifier lists [10] twice; remove one",
    ),
    case(
        "parameter-twice",
        "{\"classifiers\": {\"SVC\": [\n  {\"C\": [1]},\n  {\"C\": [10]}]}}",
        "3:4: the `C` of SVC is there twice, first at 2:4; the objects of a classifier are crossed \
         with each other, so put all its values into one list",
    ),
    case(
        "bad-tuple",
        "{\"classifiers\": {\"MLPClassifier\": [{\"hidden_layer_sizes\": [\"(10,x)\"]}]}}",
        "1:60: the `hidden_layer_sizes` of MLPClassifier holds \"(10,x)\", which is no tuple of \
         numbers; write a list",
    ),
    case(
        "bad-tuple-in-common",
        "{\"common\": {\"priors\": \"(0.5\"}, \"classifiers\": {\"SVC\": []}}",
        "1:23: the `priors` of `common` holds \"(0.5\", which is no tuple of numbers; write a list",
    ),
    case(
        "huge-grid",
        "{\"classifiers\": {\"SVC\": [{\"a\": [1,2,3,4,5,6,7,8,9,10], \"b\": [1,2,3,4,5,6,7,8,9,10],\n\
         \"c\": [1,2,3,4,5,6,7,8,9,10], \"d\": [1,2,3,4,5,6,7,8,9,10], \"e\": [1,2]}]}}",
        "1:18: SVC brings the grid to 20000 combinations, the limit is 10000; shorten the lists or \
         split the config",
    ),
];

/// Configs whose error needs a classifier's parameter table; SVC has `C`, `kernel` and `gamma`.
pub const PARAMETERS: &[Case] = &[
    case(
        "misspelt-parameter",
        "{\"classifiers\": {\"SVC\": [\n  {\"C\": [1]},\n  {\"kernal\": [\"rbf\"]}]}}",
        "3:4: SVC has no parameter `kernal`; did you mean `kernel`?",
    ),
    case(
        "unknown-parameter",
        "{\"classifiers\": {\"SVC\": [{\"zzz\": [1]}]}}",
        "1:27: SVC has no parameter `zzz`",
    ),
    case(
        "misspelt-parameter-in-common",
        "{\"common\": {\"gama\": 1}, \"classifiers\": {\"SVC\": []}}",
        "1:13: no classifier of this config has the parameter `gama` that `common` sets; did you \
         mean `gamma`?",
    ),
];

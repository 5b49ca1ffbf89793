//! The adapter for Python, with the interpreter that FASHION_BENCH_PYTHON names: it has numpy and
//! scikit-learn.

use std::fs;
use std::process::Command;

use fashion_bench::results::Status;

use super::{Bench, assert_code, text};

fn interpreter() -> String {
    std::env::var("FASHION_BENCH_PYTHON").expect("FASHION_BENCH_PYTHON names a Python")
}

const MODULE: &str = "
import numpy as np
print('a line on standard output when it is imported')

class Mean:
    def __init__(self, sizes=(1, 2), random_state=None):
        self.sizes, self.random_state = sizes, random_state
    def get_params(self, deep=True):
        return {'sizes': self.sizes, 'random_state': self.random_state}
    def set_params(self, **params):
        self.__dict__.update(params)
    def fit(self, x, y):
        print('fitting')
        assert isinstance(self.sizes, tuple), self.sizes
        assert x.dtype == np.float32 and y.dtype == np.int64
        self.classes_ = np.unique(y)
        self.means = np.stack([x[y == label].mean(0) for label in self.classes_])
    def predict(self, x):
        return self.classes_[((x[:, None] - self.means) ** 2).sum(2).argmin(1)]

class Broken(Mean):
    def fit(self, x, y):
        raise ValueError('no two ways\\nabout it')

class Text(Mean):
    def predict(self, x):
        return np.array(['shirt'] * len(x))

class Half:
    def fit(self, x, y):
        pass

class Threaded(Mean):
    def __init__(self, thread_count=None):
        super().__init__()
        self.thread_count = thread_count
    def get_params(self, deep=True):
        return {'thread_count': self.thread_count}
";

#[test]
#[ignore = "needs FASHION_BENCH_PYTHON"]
fn a_module_of_ones_own_is_served_whatever_it_prints() {
    let bench = Bench::new(
        r#"{"dataset": "demo", "engines": {"own": {"python": "my_module"}}, "classifiers": {
            "own::Mean": [{"sizes": ["(3, 4)", [5]]}], "own::Broken": [], "own::Text": [],
            "own::Half": [], "own::None": [], "own::Mean.fit": [], "own::Maen": [], "own::Threaded": []},
            "threads_per_job": 2}"#,
    );
    fs::write(bench.path("my_module.py"), MODULE).unwrap();
    let output = bench.run_allowed(&["--python", &interpreter()]);
    assert_code(&output, 1);
    let rows = bench.rows();
    let rows_of = |name: &str| {
        rows.iter()
            .filter(|row| row.name == name)
            .collect::<Vec<_>>()
    };
    let means = rows_of("own::Mean");
    assert_eq!(means.len(), 2);
    for row in means {
        assert_eq!(row.status, Status::Ok, "{:?}", row.reason);
        assert!(row.resolved["random_state"].is_u64());
        assert!(row.mean_accuracy.unwrap() > 0.5);
        assert_eq!(
            row.engine.as_ref().unwrap().language.as_ref().unwrap().name,
            "python"
        );
    }
    assert_eq!(rows_of("own::Threaded")[0].resolved["thread_count"], 2);
    // Of an exception the row has the last line, the log has the rest.
    let broken = rows_of("own::Broken")[0];
    let log = format!("results/demo.logs/own--Broken-{}.log", broken.id);
    let log = fs::read_to_string(bench.path(&log)).unwrap();
    assert!(log.contains("Traceback (most recent call last):"), "{log}");
    assert!(log.contains("raise ValueError('no two ways"), "{log}");
    let expected = [
        (
            "own::Broken",
            Status::Failed,
            "ValueError: no two ways about it",
        ),
        (
            "own::Text",
            Status::Failed,
            "predict returned <U5, no whole numbers",
        ),
        (
            "own::Half",
            Status::Invalid,
            "my_module.Half is no classifier: it has no `predict`",
        ),
        (
            "own::None",
            Status::Invalid,
            "my_module has no class `None`",
        ),
        (
            "own::Mean.fit",
            Status::Invalid,
            "my_module has no class `Mean.fit`",
        ),
        (
            "own::Maen",
            Status::Invalid,
            "my_module has no class `Maen`; did you mean `Mean`?",
        ),
    ];
    for (name, status, reason) in expected {
        let row = rows_of(name)[0];
        assert_eq!((row.status, row.reason.as_deref()), (status, Some(reason)));
    }
}

/// Fits what the runner fitted, on the files that it left in its cache.
const PLAIN: &str = "
import glob, hashlib, json, sys
import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
folder = sys.argv[1]
x, y = (np.load(glob.glob(f'{folder}/*-train-*-{part}.npy')[0]) for part in 'xy')
test = np.load(glob.glob(f'{folder}/*-test-x.npy')[0])
for model in (
    GaussianNB(), KNeighborsClassifier(n_neighbors=3), SVC(C=10.0),
    CalibratedClassifierCV(GaussianNB(var_smoothing=0.01), cv=3),
    VotingClassifier([('a', GaussianNB()), ('b', KNeighborsClassifier(n_neighbors=3))], voting='soft'),
):
    labels = model.fit(x, y).predict(test).astype(np.uint8)
    print(hashlib.sha256(labels.tobytes()).hexdigest())
";

#[test]
#[ignore = "needs FASHION_BENCH_PYTHON"]
fn predictions_of_scikit_learn_are_those_of_a_plain_script() {
    let bench = Bench::new(
        r#"{"dataset": "demo", "classifiers": {"sklearn::GaussianNB": [],
            "sklearn::KNeighborsClassifier": [{"n_neighbors": [3]}], "sklearn::svm.SVC": [{"C": [10.0]}],
            "sklearn::CalibratedClassifierCV": [{"estimator": [{"GaussianNB": {"var_smoothing": 0.01}}], "cv": [3]}],
            "sklearn::VotingClassifier": [{"voting": ["soft"],
                "estimators": [[["a", {"GaussianNB": {}}], ["b", {"KNeighborsClassifier": {"n_neighbors": 3}}]]]}],
            "sklearn::Missing": [], "sklearn::KNeighborClassifier": [], "sklearn::svm.SCV": [],
            "sklearn::LogisticRegression": [{"C": [-1]}]}}"#,
    );
    // Files beside the config that are called like modules must not run.
    let modules = [
        "json",
        "inspect",
        "ast",
        "numpy",
        "sklearn",
        "sitecustomize",
    ];
    for module in modules {
        let path = bench.path(&format!("{module}.py"));
        fs::write(path, "open('it_ran', 'w')\n").unwrap();
    }
    let output = bench.run_allowed(&["--python", &interpreter()]);
    assert_code(&output, 1);
    assert!(!bench.path("it_ran").exists());
    let rows = bench.rows();
    let plain = Command::new(interpreter())
        .args(["-c", PLAIN])
        .arg(bench.path("cache/fashion-bench/engines"))
        .output()
        .unwrap();
    let plain = text(&plain.stdout);
    let hashes: Vec<_> = plain.lines().collect();
    let names = [
        "sklearn::GaussianNB",
        "sklearn::KNeighborsClassifier",
        "sklearn::svm.SVC",
        "sklearn::CalibratedClassifierCV",
        "sklearn::VotingClassifier",
    ];
    assert_eq!(hashes.len(), names.len());
    for (name, hash) in names.iter().zip(hashes) {
        let row = rows.iter().find(|row| row.name == *name).unwrap();
        assert_eq!(row.status, Status::Ok, "{:?}", row.reason);
        let found = row.repeats[0].predictions_sha256.as_deref();
        assert_eq!(found, Some(hash), "{name}");
        let library = row.engine.as_ref().unwrap().library.as_ref().unwrap();
        assert_eq!(library.name, "sklearn");
    }
    let reason = |name: &str| {
        let row = rows.iter().find(|row| row.name == name).unwrap();
        (row.status, row.reason.clone().unwrap())
    };
    assert_eq!(
        reason("sklearn::Missing"),
        (Status::Invalid, "sklearn has no class `Missing`".to_owned())
    );
    assert_eq!(
        reason("sklearn::KNeighborClassifier").1,
        "sklearn has no class `KNeighborClassifier`; did you mean `KNeighborsClassifier`?"
    );
    assert_eq!(
        reason("sklearn::svm.SCV").1,
        "sklearn has no class `svm.SCV`; did you mean `SVC`?"
    );
    let (status, refused) = reason("sklearn::LogisticRegression");
    assert_eq!(status, Status::Invalid);
    assert!(
        refused.starts_with("InvalidParameterError: The 'C' parameter of"),
        "{refused}"
    );
}

#[test]
#[ignore = "needs FASHION_BENCH_PYTHON"]
fn a_row_stands_until_the_package_has_another_version() {
    let bench = Bench::new(r#"{"dataset": "demo", "classifiers": {"catboost::Constant": []}}"#);
    let package = bench.path("packages/catboost");
    fs::create_dir_all(&package).unwrap();
    let module = "
class Constant:
    def fit(self, x, y):
        self.label = y[0]
    def predict(self, x):
        import numpy
        return numpy.full(len(x), self.label)
";
    fs::write(package.join("__init__.py"), module).unwrap();
    let versions_after = |version: &str| {
        let info = bench.path("packages/catboost-1.dist-info");
        fs::create_dir_all(&info).unwrap();
        let metadata = format!("Metadata-Version: 2.1\nName: catboost\nVersion: {version}\n");
        fs::write(info.join("METADATA"), metadata).unwrap();
        let mut command = bench.allowed(&["run", "config.json", "--python", &interpreter()]);
        let output = command.env("PYTHONPATH", bench.path("packages")).output();
        assert_code(&output.unwrap(), 0);
        let rows = bench.rows().into_iter();
        let version = |row: fashion_bench::results::Record| {
            let library = row.engine.unwrap().library.unwrap();
            library.version
        };
        rows.map(version).collect::<Vec<_>>()
    };
    assert_eq!(versions_after("1.0"), ["1.0"]);
    assert_eq!(versions_after("1.0"), ["1.0"]);
    assert_eq!(versions_after("1.1"), ["1.0", "1.1"]);
}

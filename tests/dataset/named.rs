//! A folder that was named is the data or an error, whatever the command; with a network at hand.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use crate::fashion;
use crate::mirror::{Mirror, Reply, snapshot};
use crate::support::{FILE_NAMES, files_of, split, write_files};

const CONFIG: &str = r#"{"classifiers": {"NearestCentroid": []}}"#;

/// A folder to work in, and a mirror that has nothing but counts who asks.
struct Desk {
    root: tempfile::TempDir,
    mirror: Mirror,
}

impl Desk {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("c.json"), CONFIG).unwrap();
        fs::create_dir(root.path().join("results")).unwrap();
        Self {
            root,
            mirror: Mirror::start(Reply::Files(Vec::new())),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A folder with a data set of the user's own.
    fn own_set(&self, name: &str, n_train: usize, is_gzip: bool) -> PathBuf {
        let dir = self.path(name);
        fs::create_dir_all(&dir).unwrap();
        let files = files_of(&split(n_train, 28, 28, 10), &split(10, 28, 28, 10));
        write_files(&dir, &files, is_gzip);
        dir
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fashion-bench"));
        for variable in ["FASHION_MNIST_DIR", "MNIST_DIR", "HTTP_PROXY", "http_proxy"] {
            command.env_remove(variable);
        }
        command
            .current_dir(self.root.path())
            .env("XDG_CACHE_HOME", self.path(".cache"))
            .env("FASHION_BENCH_MIRROR", self.mirror.url())
            .args(args);
        command
    }

    /// Every command that reads data, with `args` behind; `fetch` is not among them.
    fn readers(&self, args: &[&str]) -> Vec<Command> {
        let commands: [&[&str]; 6] = [
            &["run", "c.json", "--allow-custom"],
            &["run", "c.json", "--dry-run"],
            &["run", "c.json", "--dataset", "auto"],
            &["embed", "--method", "pca", "--out", "x.svg"],
            &["data", "info"],
            &["data", "verify"],
        ];
        let commands = commands.into_iter();
        commands
            .map(|command| self.command(&[command, args].concat()))
            .collect()
    }

    /// Runs `command`, which must be refused with `message`, ask nobody and change nothing.
    #[track_caller]
    fn assert_refused(&self, mut command: Command, message: &str) {
        let before = snapshot(self.root.path());
        let n_before = self.mirror.n_requests();
        command.assert().code(2).stderr(contains(message));
        assert_eq!(self.mirror.n_requests(), n_before, "the network was asked");
        assert!(snapshot(self.root.path()) == before, "something changed");
    }
}

#[test]
fn a_mistyped_folder_is_an_error_and_is_not_made() {
    let desk = Desk::new();
    // Other places hold data, which nobody asked for.
    desk.own_set("data/fashion-mnist", 20, true);
    desk.own_set("other", 20, true);
    for mut command in desk.readers(&["--data-dir", "typo"]) {
        command.env("FASHION_MNIST_DIR", "other");
        let message = "the files of fashion-mnist were not found in typo (--data-dir): there is no \
                       such folder; name the folder that holds them, or run `fashion-bench data \
                       fetch fashion-mnist --data-dir typo` to download them there";
        desk.assert_refused(command, message);
    }
    for mut command in desk.readers(&[]) {
        command.env("FASHION_MNIST_DIR", "typo");
        let message = "were not found in typo (FASHION_MNIST_DIR): there is no such folder";
        desk.assert_refused(command, message);
    }
}

#[test]
fn an_incomplete_folder_is_an_error_that_names_what_is_missing() {
    let desk = Desk::new();
    desk.own_set("data/fashion-mnist", 20, true);
    for is_gzip in [true, false] {
        let dir = desk.own_set("mine", 20, is_gzip);
        for name in FILE_NAMES {
            let _ =
                fs::remove_file(dir.join(format!("{name}{}", if is_gzip { "" } else { ".gz" })));
        }
        let ending = if is_gzip { ".gz" } else { "" };
        fs::remove_file(dir.join(format!("t10k-labels-idx1-ubyte{ending}"))).unwrap();
        for command in desk.readers(&["--data-dir", "mine"]) {
            let message = format!(
                "not found in mine (--data-dir): missing t10k-labels-idx1-ubyte; found: \
                 t10k-images-idx3-ubyte{ending}, train-images-idx3-ubyte{ending}, \
                 train-labels-idx1-ubyte{ending}; nothing is downloaded beside files of your own"
            );
            desk.assert_refused(command, &message);
        }
        // So is the default place, which a run would otherwise fill.
        fs::remove_dir_all(desk.path("data")).unwrap();
        fs::create_dir(desk.path("data")).unwrap();
        fs::rename(&dir, desk.path("data/fashion-mnist")).unwrap();
        for command in desk.readers(&[]) {
            let message = "not found in data/fashion-mnist: missing t10k-labels-idx1-ubyte; found";
            desk.assert_refused(command, message);
        }
        let fetch = desk.command(&["data", "fetch"]);
        desk.assert_refused(fetch, "data/fashion-mnist holds files of your own");
    }
}

#[test]
fn empty_folders_misnamed_files_and_files_in_place_of_a_folder_are_errors() {
    let desk = Desk::new();
    fs::create_dir(desk.path("empty")).unwrap();
    for command in desk.readers(&["--data-dir", "empty"]) {
        desk.assert_refused(command, "in empty (--data-dir): the folder is empty; ");
    }
    for command in desk.readers(&["--data-dir", "c.json"]) {
        desk.assert_refused(command, "in c.json (--data-dir): this is no folder; ");
    }
    for place in ["misnamed", "data/fashion-mnist"] {
        let dir = desk.own_set(place, 20, false);
        for name in FILE_NAMES {
            let other = format!("{name}.bin");
            fs::rename(dir.join(name), dir.join(other)).unwrap();
        }
        let args: &[&str] = &["--data-dir", place];
        let args = if place == "misnamed" { args } else { &[] };
        for command in desk.readers(args) {
            let message = "found: t10k-images-idx3-ubyte.bin, t10k-labels-idx1-ubyte.bin, \
                           train-images-idx3-ubyte.bin, train-labels-idx1-ubyte.bin; the names looked for \
                           are train-images-idx3-ubyte, train-labels-idx1-ubyte, \
                           t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, with .gz or without";
            desk.assert_refused(command, message);
        }
    }
}

#[test]
fn a_variable_that_is_empty_counts_as_unset() {
    let desk = Desk::new();
    desk.own_set("data/fashion-mnist", 20, true);
    desk.command(&["data", "info", "--allow-custom"])
        .env("FASHION_MNIST_DIR", "")
        .assert()
        .success()
        .stdout(contains("20 train and 10 test images"));
}

#[test]
fn a_run_that_was_given_a_folder_downloads_nothing_and_fills_no_folder() {
    let desk = Desk::new();
    // Even the default place, once it is named.
    for command in desk.readers(&["--data-dir", "data/fashion-mnist"]) {
        desk.assert_refused(
            command,
            "in data/fashion-mnist (--data-dir): there is no such",
        );
    }
    // Unnamed, it is where a download goes.
    desk.command(&["run", "c.json"])
        .assert()
        .code(2)
        .stderr(contains("cannot download train-images-idx3-ubyte.gz"));
    assert_eq!(desk.mirror.n_requests(), 1);
    assert!(!desk.path("data").exists());
}

#[test]
fn auto_takes_the_demo_set_only_if_nothing_was_named_and_nothing_is_there() {
    let desk = Desk::new();
    let auto = ["data", "info", "auto"];
    desk.command(&auto)
        .assert()
        .success()
        .stdout(contains("dataset: demo"))
        .stderr(contains("NOT the real data"));
    fs::create_dir_all(desk.path("data/fashion-mnist")).unwrap();
    desk.command(&auto).assert().success();
    fs::write(
        desk.path("data/fashion-mnist/t10k-labels-idx1-ubyte"),
        "mine",
    )
    .unwrap();
    desk.assert_refused(desk.command(&auto), "files of your own");
}

#[test]
fn the_demo_set_reads_no_folder_so_naming_one_is_an_error() {
    let desk = Desk::new();
    let dir = desk.own_set("mine", 20, true);
    let dir = dir.to_str().unwrap();
    for args in [
        ["data", "info", "demo", "--data-dir", dir],
        ["data", "verify", "demo", "--data-dir", dir],
        ["data", "fetch", "demo", "--data-dir", dir],
    ] {
        desk.assert_refused(
            desk.command(&args),
            "the demo set is built in and reads no folder",
        );
    }
    // The environment names the folder of Fashion-MNIST, which is not asked for here.
    desk.command(&["data", "verify", "demo"])
        .env("FASHION_MNIST_DIR", dir)
        .assert()
        .success();
}

#[test]
fn fetch_leaves_own_sets_alone() {
    let desk = Desk::new();
    for is_gzip in [true, false] {
        let dir = desk.own_set(if is_gzip { "packed" } else { "plain" }, 20, is_gzip);
        let fetch = || desk.command(&["data", "fetch", "--data-dir", dir.to_str().unwrap()]);
        desk.assert_refused(fetch(), "holds files of your own (train-images-idx3-ubyte");
        let ending = if is_gzip { ".gz" } else { "" };
        fs::remove_file(dir.join(format!("train-labels-idx1-ubyte{ending}"))).unwrap();
        desk.assert_refused(fetch(), "not published, nor a broken copy of what is");
    }
}

#[test]
fn fetch_goes_where_it_was_told_to_or_to_the_default_place_and_says_what_a_run_reads() {
    let desk = Desk::new();
    desk.own_set("mine", 20, true);
    let before = snapshot(&desk.path("mine"));
    desk.command(&["data", "fetch"])
        .env("FASHION_MNIST_DIR", "mine")
        .assert()
        .code(2)
        .stderr(contains(
            "warning: FASHION_MNIST_DIR names mine, so a run reads that folder, not \
             data/fashion-mnist",
        ))
        .stderr(contains("cannot download train-images-idx3-ubyte.gz"));
    assert!(snapshot(&desk.path("mine")) == before);
    assert!(!desk.path("data").exists());
}

#[test]
fn fetch_says_nothing_of_a_variable_that_names_the_default_place() {
    let desk = Desk::new();
    desk.command(&["data", "fetch"])
        .env("FASHION_MNIST_DIR", desk.path("data/fashion-mnist"))
        .assert()
        .code(2)
        .stderr(contains("so a run reads that folder").not());
}

#[test]
fn nothing_is_downloaded_unasked_through_a_link() {
    let desk = Desk::new();
    fs::create_dir(desk.path("data")).unwrap();
    fs::create_dir(desk.path("elsewhere")).unwrap();
    symlink("../elsewhere", desk.path("data/fashion-mnist")).unwrap();
    for command in desk.readers(&[]) {
        let message = "the folder is a link, through which nothing is downloaded unasked: run \
                       `fashion-bench data fetch fashion-mnist --data-dir data/fashion-mnist`";
        desk.assert_refused(command, message);
    }
    desk.assert_refused(desk.command(&["data", "fetch"]), "the folder is a link");
    // Asked for, it is tried.
    desk.command(&["data", "fetch", "--data-dir", "data/fashion-mnist"])
        .assert()
        .code(2)
        .stderr(contains("cannot download"));
    // A link to a whole set is read.
    desk.own_set("elsewhere", 20, true);
    desk.command(&["data", "info", "--allow-custom"])
        .assert()
        .success();
}

#[test]
fn hostile_names_cannot_break_the_message() {
    let desk = Desk::new();
    let dir = desk.path("a b");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("x\n\u{1b}[2Kerror: y"), "").unwrap();
    let command = desk.command(&["data", "verify", "--data-dir", "a b"]);
    desk.assert_refused(command, "found: x\\n\\u{1b}[2Kerror: y; ");
    let command = desk.command(&["data", "verify", "--data-dir", "it's \n gone"]);
    let expected = r"fashion-bench data fetch fashion-mnist --data-dir 'it'\''s \n gone'";
    desk.assert_refused(command, expected);
}

#[test]
fn a_folder_that_cannot_be_written_is_read() {
    let desk = Desk::new();
    let dir = desk.own_set("mine", 200, true);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    let before = snapshot(&dir);
    desk.command(&["run", "c.json", "--allow-custom", "--data-dir", "mine"])
        .assert()
        .success();
    assert!(snapshot(&dir) == before);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_home_that_cannot_be_written_is_a_warning_and_the_temporary_folder_is_removed() {
    let demo = ["run", "c.json", "--dataset", "demo", "--results"];
    let cases: [(&str, &[(&str, &str)]); 4] = [
        ("home", &[("HOME", "/proc/nope")]),
        (
            "cache",
            &[("XDG_CACHE_HOME", "/proc/nope"), ("HOME", "/tmp")],
        ),
        ("none", &[]),
        ("relative", &[("HOME", "here")]),
    ];
    for (name, variables) in cases {
        for is_in_process in [false, true] {
            let desk = Desk::new();
            fs::create_dir(desk.path("tmp")).unwrap();
            let mut command = desk.command(&demo);
            command.arg(format!("{name}.jsonl"));
            if is_in_process {
                command.arg("--in-process");
            }
            command.env_remove("XDG_CACHE_HOME").env_remove("HOME");
            command.env("TMPDIR", desk.path("tmp"));
            for (variable, value) in variables {
                command.env(variable, value);
            }
            let place = if is_in_process {
                "; the prepared data stay in memory"
            } else {
                ", which is removed at the end"
            };
            command
                .assert()
                .success()
                .stdout(contains("1 job: 1 ok"))
                .stderr(contains("warning: ").count(1))
                .stderr(contains(place));
            assert_eq!(fs::read_dir(desk.path("tmp")).unwrap().count(), 0, "{name}");
            assert!(!desk.path("here").exists());
        }
    }
}

#[test]
fn an_interrupted_download_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let mirror = Mirror::start(Reply::Stall(vec![7; 1 << 20]));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_fashion-bench"))
        .current_dir(root.path())
        .args(["data", "fetch", "--data-dir", "new/folder"])
        .env("FASHION_BENCH_MIRROR", mirror.url())
        .env_remove("HTTP_PROXY")
        .env_remove("http_proxy")
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while mirror.n_requests() == 0 {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    child.wait().unwrap();
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

/// A table of rows of the set in `mine`.
fn table_of_own_set(desk: &Desk) {
    desk.own_set("mine", 200, true);
    desk.command(&["run", "c.json", "--allow-custom", "--data-dir", "mine"])
        .args(["--results", "t.jsonl"])
        .assert()
        .success();
}

#[test]
fn a_folder_named_for_pictures_must_hold_the_data_of_the_rows() {
    let desk = Desk::new();
    table_of_own_set(&desk);
    desk.own_set("other", 20, true);
    let report =
        |args: &[&str]| desk.command(&[&["report", "t.jsonl", "--out", "r"], args].concat());
    let report_env = |dir: &str| -> Assert {
        let mut command = report(&[]);
        command.env("FASHION_MNIST_DIR", dir).assert()
    };
    desk.assert_refused(
        report(&["--data-dir", "typo"]),
        "in typo (--data-dir): there is no",
    );
    desk.assert_refused(
        report(&["--data-dir", "other"]),
        "other does not hold the data",
    );
    report_env("typo").code(2).stderr(contains(
        "in typo (FASHION_MNIST_DIR): there is no such folder",
    ));
    assert!(!desk.path("r").exists());
    // Not named, pictures are optional; named well, they are drawn.
    report(&[]).assert().success();
    let without = fs::metadata(desk.path("r/index.html")).unwrap().len();
    report(&["--data-dir", "mine"]).assert().success();
    assert!(fs::metadata(desk.path("r/index.html")).unwrap().len() > without);
    assert_eq!(desk.mirror.n_requests(), 0);
}

#[test]
fn a_report_and_a_contact_sheet_replace_only_what_is_their_own() {
    let desk = Desk::new();
    table_of_own_set(&desk);
    fs::write(desk.path("README.md"), "# My project\n").unwrap();
    desk.assert_refused(
        desk.command(&["report", "t.jsonl", "--out", "."]),
        "./README.md is there and is not of an earlier report; name another folder with --out",
    );
    for _ in 0..2 {
        let mut report = desk.command(&["report", "t.jsonl", "--out", "r"]);
        report.assert().success();
    }
    let images = "mine/train-images-idx3-ubyte.gz";
    let info = ["data", "info", "demo", "--out", images];
    desk.assert_refused(desk.command(&info), "`--out` must end in .png");
}

#[test]
fn a_config_is_read_from_standard_input_and_with_a_byte_order_mark() {
    let desk = Desk::new();
    let list = |input: &str| desk.command(&["list", "-"]).write_stdin(input).assert();
    list(CONFIG).success().stdout(contains("NearestCentroid"));
    list(&format!("\u{feff}{CONFIG}")).success();
    list("{")
        .code(2)
        .stderr(contains("error: standard input:1:2: "));
    list("\u{feff}{")
        .code(2)
        .stderr(contains("error: standard input:1:2: "));
    desk.command(&["run", "-", "--dataset", "demo"])
        .write_stdin(CONFIG)
        .assert()
        .success()
        .stdout(contains("1 job: 1 ok"));
    // A file of that name still has one.
    fs::write(desk.path("-"), CONFIG).unwrap();
    desk.command(&["list", "./-"]).assert().success();
    let marked = format!(
        "\u{feff}{}",
        CONFIG.replace("NearestCentroid", "NearestCentro")
    );
    fs::write(desk.path("bom.json"), marked).unwrap();
    desk.command(&["list", "bom.json"])
        .assert()
        .code(2)
        .stderr(contains("bom.json:1:18: there is no classifier"));
}

/// The published files, as bytes.
fn real_files() -> Vec<(String, Vec<u8>)> {
    let dir = fashion::request().data_dir.unwrap();
    let file = |name: &str| {
        let name = format!("{name}.gz");
        let content = fs::read(dir.join(&name)).unwrap();
        (name, content)
    };
    FILE_NAMES.map(file).to_vec()
}

fn write(dir: &Path, files: &[(String, Vec<u8>)]) {
    fs::create_dir_all(dir).unwrap();
    for (name, content) in files {
        fs::write(dir.join(name), content).unwrap();
    }
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn the_real_files_are_mended_where_they_are_broken_and_nowhere_else() {
    let files = real_files();
    let mut desk = Desk::new();
    desk.mirror = Mirror::start(Reply::Files(files.clone()));
    // One missing, one broken off, one plain, one whole.
    let dir = desk.path("data/fashion-mnist");
    write(&dir, &files[1..]);
    let half = &files[2].1[..files[2].1.len() / 2];
    fs::write(dir.join(&files[2].0), half).unwrap();
    // Named, nothing is downloaded, and the error has the command.
    let command = "`fashion-bench data fetch fashion-mnist --data-dir data/fashion-mnist`";
    for reader in desk.readers(&["--data-dir", "data/fashion-mnist"]) {
        desk.assert_refused(reader, command);
    }
    desk.command(&["data", "fetch", "--data-dir", "data/fashion-mnist"])
        .assert()
        .success()
        .stdout(contains("dataset: fashion-mnist v3"))
        .stderr(contains("was a broken copy and now lies at "));
    assert_eq!(desk.mirror.n_requests(), 2);
    for (name, content) in &files {
        assert!(fs::read(dir.join(name)).unwrap() == *content);
    }
    let aside = dir.join(format!("{}.broken-1", files[2].0));
    assert!(fs::read(&aside).unwrap() == half);
    // All there but one broken: no run starts, and the error says how to go on.
    fs::rename(aside, dir.join(&files[2].0)).unwrap();
    desk.assert_refused(
        desk.command(&["data", "info"]),
        "is a broken copy of a file of fashion-mnist; run `fashion-bench data fetch fashion-mnist`",
    );
    // In the default place, a run downloads what is missing.
    fs::remove_file(dir.join(&files[3].0)).unwrap();
    desk.command(&["data", "info"]).assert().success();
    for (name, content) in &files {
        assert!(fs::read(dir.join(name)).unwrap() == *content);
    }
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn files_of_fashion_mnist_are_not_mixed_with_those_of_mnist() {
    let files = real_files();
    let desk = Desk::new();
    write(&desk.path("f"), &files[1..]);
    let run = ["run", "c.json", "--dataset", "mnist", "--data-dir", "f"];
    let message = "there are files of fashion-mnist in it, which have the same names: ask for \
                   the dataset \"fashion-mnist\"";
    desk.assert_refused(desk.command(&run), message);
    let fetch = ["data", "fetch", "mnist", "--data-dir", "f"];
    let message = "t10k-labels-idx1-ubyte.gz: published in fashion-mnist v3";
    desk.assert_refused(desk.command(&fetch), message);
    write(&desk.path("f"), &files);
    desk.assert_refused(desk.command(&fetch), message);
    // A download beside a plain file of another content would put it in the shade.
    let own = ("t10k-labels-idx1-ubyte".to_owned(), b"mine".to_vec());
    write(&desk.path("g"), &[own]);
    let fetch = ["data", "fetch", "--data-dir", "g"];
    desk.assert_refused(
        desk.command(&fetch),
        "t10k-labels-idx1-ubyte: not published",
    );
    desk.command(&["data", "verify", "--data-dir", "f"])
        .assert()
        .success()
        .stdout(contains("dataset: fashion-mnist v3"));
}

//! The downloader against an HTTP server on loopback.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use fashion_bench::dataset::{DatasetError, Downloader, Event, Timeouts};
use md5::{Digest, Md5};

use crate::mirror::{Mirror, Reply, remote};

const NAME: &str = "train-images-idx3-ubyte.gz";

fn content() -> Vec<u8> {
    (0..700_000_u32)
        .map(|i| (i.wrapping_mul(i) >> 8) as u8)
        .collect()
}

fn good_mirror() -> Mirror {
    Mirror::start(Reply::Files(vec![(NAME.to_owned(), content())]))
}

fn downloader(mirrors: &[&Mirror]) -> Downloader {
    let timeouts = Timeouts {
        connect: Duration::from_millis(400),
        stall: Duration::from_millis(400),
    };
    Downloader::new(
        mirrors.iter().map(|mirror| mirror.url()).collect(),
        timeouts,
    )
}

/// Downloads the one file from `mirrors` into `dir`; the result and the events.
fn fetch(mirrors: &[&Mirror], dir: &Path) -> (Result<(), DatasetError>, Vec<Event>) {
    let mut events = Vec::new();
    let file = remote(NAME, &content());
    let result = downloader(mirrors).fetch_all(&[file], dir, &mut |event| events.push(event));
    (result, events)
}

/// The reason why `reply` alone does not do, after checking that nothing was left behind and
/// that a good mirror in second place does.
fn reason_for(reply: Reply) -> String {
    let started = Instant::now();
    let bad = Mirror::start(reply);
    let root = tempfile::tempdir().unwrap();
    let (result, events) = fetch(&[&bad], &root.path().join("data/fashion-mnist"));
    let error = result.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5), "took too long");
    let left: Vec<_> = fs::read_dir(root.path()).unwrap().collect();
    assert!(left.is_empty(), "left behind: {left:?}");
    let DatasetError::Download {
        file_name,
        attempts,
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(file_name, NAME);
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].url, format!("{}{NAME}", bad.url()));
    assert!(events.contains(&Event::MirrorFailed(attempts[0].clone())));

    let good = good_mirror();
    let (result, events) = fetch(&[&bad, &good], root.path());
    result.unwrap();
    assert_eq!(fs::read(root.path().join(NAME)).unwrap(), content());
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    let failures = events.iter().filter(|event| event.is_warning()).count();
    assert_eq!(failures, 1);
    attempts[0].reason.clone()
}

#[test]
fn a_file_arrives_whole_with_progress() {
    let mirror = good_mirror();
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("made/on/demand");
    let (result, events) = fetch(&[&mirror], &dir);
    result.unwrap();
    let path = dir.join(NAME);
    assert_eq!(fs::read(&path).unwrap(), content());
    assert_eq!(
        mirror.requests.lock().unwrap()[..],
        [format!("/data/{NAME}")]
    );
    let n_bytes = 700_000;
    assert_eq!(*events.last().unwrap(), Event::Downloaded { path, n_bytes });
    let progress: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Progress { n_bytes, total, .. } => Some((*n_bytes, *total)),
            _ => None,
        })
        .collect();
    assert_eq!(progress[0], (0, Some(n_bytes)));
    assert!(progress.len() > 2 && progress.is_sorted());
}

#[test]
fn a_file_without_announced_length_arrives_whole() {
    let mirror = Mirror::start(Reply::Unmeasured(content()));
    let root = tempfile::tempdir().unwrap();
    fetch(&[&mirror], root.path()).0.unwrap();
    assert_eq!(fs::read(root.path().join(NAME)).unwrap(), content());
}

#[test]
fn a_short_file_is_refused() {
    let reason = reason_for(Reply::Short(content(), 300_000));
    assert!(reason.contains("after 300000 bytes"), "{reason}");
}

#[test]
fn a_short_file_without_announced_length_is_refused() {
    let reason = reason_for(Reply::Unmeasured(content()[..1000].to_vec()));
    assert!(reason.contains("of 1000 bytes"), "{reason}");
}

#[test]
fn a_wrong_file_is_refused_by_its_md5() {
    let mut wrong = content();
    wrong[12_345] ^= 1;
    let [expected, found] = [content(), wrong.clone()].map(|bytes| hex::encode(Md5::digest(bytes)));
    assert_eq!(
        reason_for(Reply::Files(vec![(NAME.to_owned(), wrong)])),
        format!("expected MD5 {expected}, got {found} of 700000 bytes")
    );
}

#[test]
fn a_missing_file_is_a_404() {
    assert_eq!(reason_for(Reply::Files(Vec::new())), "http status: 404");
}

#[test]
fn a_server_error_is_reported_with_its_status() {
    assert_eq!(
        reason_for(Reply::Status("503 Service Unavailable")),
        "http status: 503"
    );
}

#[test]
fn a_stall_ends_at_the_time_out() {
    let reason = reason_for(Reply::Stall(content()));
    assert!(reason.contains("timeout"), "{reason}");
    assert!(reason.ends_with("after 350000 bytes"), "{reason}");
}

#[test]
fn silence_ends_at_the_time_out() {
    let reason = reason_for(Reply::Silence);
    assert!(reason.contains("timeout"), "{reason}");
}

#[test]
fn an_endless_file_is_cut_off() {
    assert_eq!(
        reason_for(Reply::Endless),
        "expected at most 67108864 bytes, got more"
    );
}

#[test]
fn a_refused_connection_is_no_obstacle() {
    let port_of_nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let good = good_mirror();
    let urls = vec![format!("http://{port_of_nobody}/"), good.url()];
    let root = tempfile::tempdir().unwrap();
    Downloader::new(urls, Timeouts::default())
        .fetch_all(&[remote(NAME, &content())], root.path(), &mut |_| ())
        .unwrap();
    assert_eq!(fs::read(root.path().join(NAME)).unwrap(), content());
}

#[test]
fn the_mirror_that_worked_is_asked_first_for_the_next_file() {
    let dead = Mirror::start(Reply::Status("500 Internal Server Error"));
    let files = ["one", "two", "three"].map(|name| (name.to_owned(), name.as_bytes().to_vec()));
    let good = Mirror::start(Reply::Files(files.to_vec()));
    let root = tempfile::tempdir().unwrap();
    let wanted = files.map(|(name, content)| remote(&name, &content));
    downloader(&[&dead, &good])
        .fetch_all(&wanted, root.path(), &mut |_| ())
        .unwrap();
    assert_eq!((dead.n_requests(), good.n_requests()), (1, 3));
}

#[test]
fn what_is_there_and_whole_is_kept_and_the_rest_downloaded() {
    let files = ["one", "two", "three"].map(|name| (name.to_owned(), name.as_bytes().to_vec()));
    let mirror = Mirror::start(Reply::Files(files[1..].to_vec()));
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("one"), "one").unwrap();
    fs::write(root.path().join("two"), "").unwrap();
    let wanted = files.map(|(name, content)| remote(&name, &content));
    downloader(&[&mirror])
        .fetch_all(&wanted, root.path(), &mut |_| ())
        .unwrap();
    assert_eq!(
        mirror.requests.lock().unwrap()[..],
        ["/data/two".to_owned(), "/data/three".to_owned()]
    );
    assert_eq!(fs::read(root.path().join("two")).unwrap(), b"two");
    assert_eq!(fs::read(root.path().join("two.broken-1")).unwrap(), b"");
}

#[test]
fn whole_files_stay_when_a_later_one_fails() {
    let one = ("one".to_owned(), b"one".to_vec());
    let mirror = Mirror::start(Reply::Files(vec![one]));
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("data");
    let wanted = ["one", "two"].map(|name| remote(name, name.as_bytes()));
    let error = downloader(&[&mirror])
        .fetch_all(&wanted, &dir, &mut |_| ())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot download two: {}two (http status: 404)",
            mirror.url()
        )
    );
    let left: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["one"]);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let mirror = good_mirror();
    let (result, _) = fetch(&[&mirror], &file.join("dir"));
    let error = result.unwrap_err();
    assert!(matches!(error, DatasetError::Io { .. }), "{error}");
    assert_eq!(mirror.n_requests(), 0);
}

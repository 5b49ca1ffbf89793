//! A download never replaces, shadows or mixes up what somebody put there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use fashion_bench::dataset::{DatasetError, Downloader, Event, RemoteFile, Timeouts};

use crate::mirror::{Mirror, Reply, remote, snapshot};
use crate::support::{FILE_NAMES, files_of, gzip, split, write_files};

/// A data set that is "published" on a mirror of its own.
struct Published {
    contents: [Vec<u8>; 4],
    packed: [Vec<u8>; 4],
    remotes: Vec<RemoteFile>,
    mirror: Mirror,
}

impl Published {
    fn new() -> Self {
        let contents = files_of(&split(2000, 20, 20, 10), &split(1500, 20, 20, 10));
        let packed = contents.each_ref().map(|content| gzip(content));
        let named = FILE_NAMES.iter().zip(&packed);
        let named = named.map(|(name, packed)| (format!("{name}.gz"), packed.clone()));
        let named: Vec<_> = named.collect();
        Self {
            contents,
            remotes: named
                .iter()
                .map(|(name, packed)| remote(name, packed))
                .collect(),
            mirror: Mirror::start(Reply::Files(named)),
            packed,
        }
    }

    fn fetch(&self, dir: &Path) -> (Result<(), DatasetError>, Vec<Event>) {
        let mut downloader = Downloader::new(vec![self.mirror.url()], Timeouts::default());
        let mut events = Vec::new();
        let result = downloader.fetch_all(&self.remotes, dir, &mut |event| events.push(event));
        (result, events)
    }

    /// Checks that a download into `dir` is refused, names `culprits`, and changes nothing.
    #[track_caller]
    fn assert_refused(&self, dir: &Path, culprits: &[&str]) {
        let before = snapshot(dir);
        let n_before = self.mirror.n_requests();
        let error = self.fetch(dir).0.unwrap_err();
        assert!(matches!(error, DatasetError::OwnFiles { .. }), "{error}");
        for culprit in culprits {
            assert!(error.to_string().contains(culprit), "{culprit}: {error}");
        }
        assert_eq!(self.mirror.n_requests(), n_before, "a byte was asked for");
        assert!(snapshot(dir) == before, "the folder changed");
    }
}

/// Another data set under the same names.
fn own_files() -> [Vec<u8>; 4] {
    files_of(&split(30, 28, 28, 10), &split(10, 28, 28, 10))
}

#[test]
fn a_custom_set_with_one_file_missing_is_left_as_it_is() {
    let published = Published::new();
    for is_gzip in [true, false] {
        for name in FILE_NAMES {
            let dir = tempfile::tempdir().unwrap();
            write_files(dir.path(), &own_files(), is_gzip);
            let ending = if is_gzip { ".gz" } else { "" };
            fs::remove_file(dir.path().join(format!("{name}{ending}"))).unwrap();
            let mut others = FILE_NAMES.to_vec();
            others.retain(|other| *other != name);
            published.assert_refused(dir.path(), &others);
        }
    }
}

#[test]
fn a_complete_custom_set_is_neither_replaced_nor_shadowed() {
    let published = Published::new();
    for is_gzip in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        write_files(dir.path(), &own_files(), is_gzip);
        published.assert_refused(dir.path(), &FILE_NAMES);
    }
}

#[test]
fn one_file_of_the_users_own_stops_the_whole_download() {
    let published = Published::new();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("t10k-labels-idx1-ubyte"), "mine").unwrap();
    published.assert_refused(dir.path(), &["t10k-labels-idx1-ubyte"]);
}

#[test]
fn a_csv_form_is_not_put_in_the_shade() {
    let published = Published::new();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("fashion-mnist_train.csv.gz"), "mine").unwrap();
    published.assert_refused(dir.path(), &["fashion-mnist_train.csv.gz"]);
}

#[test]
fn folders_pipes_and_links_under_the_names_are_not_touched() {
    let published = Published::new();
    let name = format!("{}.gz", FILE_NAMES[1]);
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(&name)).unwrap();
    published.assert_refused(dir.path(), &[&format!("{name}: no regular file")]);

    let dir = tempfile::tempdir().unwrap();
    symlink("nowhere", dir.path().join(&name)).unwrap();
    published.assert_refused(dir.path(), &[&format!("{name}: no regular file")]);

    let dir = tempfile::tempdir().unwrap();
    let mode = nix::sys::stat::Mode::S_IRWXU;
    nix::unistd::mkfifo(&dir.path().join(&name), mode).unwrap();
    let error = published.fetch(dir.path()).0.unwrap_err();
    assert!(error.to_string().contains("no regular file"), "{error}");
}

#[test]
fn a_link_to_a_broken_copy_is_moved_and_its_target_left_alone() {
    let published = Published::new();
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let target = elsewhere.path().join("x");
    let half = &published.packed[0][..published.packed[0].len() / 2];
    fs::write(&target, half).unwrap();
    let name = format!("{}.gz", FILE_NAMES[0]);
    symlink(&target, dir.path().join(&name)).unwrap();
    published.fetch(dir.path()).0.unwrap();
    assert_eq!(fs::read(&target).unwrap(), half);
    assert_eq!(
        fs::read(dir.path().join(&name)).unwrap(),
        published.packed[0]
    );
    let aside = dir.path().join(format!("{name}.broken-1"));
    assert_eq!(fs::read_link(aside).unwrap(), target);
}

#[test]
fn published_files_are_kept_however_they_are_packed() {
    let published = Published::new();
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let [images, labels, test_images, _] = FILE_NAMES;
    fs::write(path(images), &published.contents[0]).unwrap();
    // Packed anew: another MD5, the same content.
    let mut anew = gzip(&published.contents[1]);
    anew[9] ^= 1;
    fs::write(path(&format!("{labels}.gz")), &anew).unwrap();
    fs::write(path(&format!("{test_images}.gz")), &published.packed[2]).unwrap();
    let before = snapshot(dir.path());
    published.fetch(dir.path()).0.unwrap();
    assert_eq!(
        published.mirror.requests.lock().unwrap()[..],
        ["/data/t10k-labels-idx1-ubyte.gz"]
    );
    let mut after = snapshot(dir.path());
    let fetched = after.remove(&path("t10k-labels-idx1-ubyte.gz"));
    assert_eq!(fetched.unwrap(), published.packed[3]);
    assert!(after == before);
    // Now that nothing is missing, nobody is asked.
    published.fetch(dir.path()).0.unwrap();
    assert_eq!(published.mirror.n_requests(), 1);
}

#[test]
fn broken_copies_are_moved_aside_and_replaced() {
    let published = Published::new();
    let packed = &published.packed[0];
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    let trailing = [packed, &b"<html>"[..]].concat();
    let empty = Vec::new();
    let cut = &packed[..packed.len() - 1];
    let name = FILE_NAMES[0];
    let plain_cut = &published.contents[0][..5000];
    let cases: [(&str, &[u8]); 6] = [
        (".gz", &packed[..middle]),
        (".gz", cut),
        (".gz", &damaged),
        (".gz", &trailing),
        (".gz", &empty),
        ("", plain_cut),
    ];
    for (ending, broken) in cases {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(format!("{name}{ending}"));
        fs::write(&path, broken).unwrap();
        // This name is taken by somebody.
        let taken = dir.path().join(format!("{name}{ending}.broken-1"));
        fs::write(&taken, "mine").unwrap();
        let (result, events) = published.fetch(dir.path());
        result.unwrap();
        let aside = dir.path().join(format!("{name}{ending}.broken-2"));
        assert!(fs::read(&aside).unwrap() == broken, "{ending}");
        assert_eq!(fs::read(&taken).unwrap(), b"mine");
        let whole = dir.path().join(format!("{name}.gz"));
        assert!(fs::read(whole).unwrap() == *packed);
        assert!(events.contains(&Event::MovedAside { path, aside }));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 6);
    }
}

#[test]
fn when_in_doubt_a_file_is_the_users_own() {
    let published = Published::new();
    let content = &published.contents[0];
    // Whole, with one pixel changed: perhaps on purpose.
    let mut changed = content.clone();
    changed[5000] ^= 1;
    // Broken off within what a copy is recognised by.
    let short = &content[..1000];
    // Broken off, and another beginning.
    let mut other = content[..5000].to_vec();
    other[100] ^= 1;
    // What a mirror or a proxy sends in place of a file.
    let page = b"<html>sorry</html>";
    let cases = [&changed[..], short, &other, page];
    for own in cases {
        for ending in ["", ".gz"] {
            let dir = tempfile::tempdir().unwrap();
            let name = format!("{}{ending}", FILE_NAMES[0]);
            let packed = if ending.is_empty() {
                own.to_vec()
            } else {
                gzip(own)
            };
            fs::write(dir.path().join(&name), packed).unwrap();
            published.assert_refused(dir.path(), &[&name]);
        }
    }
}

#[test]
fn a_broken_copy_stays_where_it_is_if_no_mirror_has_a_whole_one() {
    let published = Published::new();
    let nobody = Mirror::start(Reply::Status("404 Not Found"));
    let dir = tempfile::tempdir().unwrap();
    let name = format!("{}.gz", FILE_NAMES[0]);
    fs::write(dir.path().join(name), &published.packed[0][..3000]).unwrap();
    let before = snapshot(dir.path());
    let mut downloader = Downloader::new(vec![nobody.url()], Timeouts::default());
    let result = downloader.fetch_all(&published.remotes, dir.path(), &mut |_| ());
    assert!(matches!(result, Err(DatasetError::Download { .. })));
    assert!(snapshot(dir.path()) == before);
}

#[test]
fn a_file_that_appears_during_the_download_is_not_replaced() {
    let published = Published::new();
    let name = format!("{}.gz", FILE_NAMES[0]);
    for (content, is_fine) in [(&b"mine"[..], false), (&published.packed[0], true)] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(&name);
        let mut downloader = Downloader::new(vec![published.mirror.url()], Timeouts::default());
        let result = downloader.fetch_all(&published.remotes, dir.path(), &mut |event| {
            if matches!(&event, Event::Progress { file_name, .. } if *file_name == name) {
                fs::write(&path, content).unwrap();
            }
        });
        assert_eq!(result.is_ok(), is_fine);
        assert!(fs::read(&path).unwrap() == content);
    }
}

#[test]
fn two_downloads_at_once_leave_one_whole_set() {
    let published = Published::new();
    let dir = tempfile::tempdir().unwrap();
    let name = format!("{}.gz", FILE_NAMES[0]);
    fs::write(dir.path().join(name), &published.packed[0][..3000]).unwrap();
    std::thread::scope(|scope| {
        let fetches = [0; 4].map(|_| scope.spawn(|| published.fetch(dir.path()).0));
        for fetch in fetches {
            fetch.join().unwrap().unwrap();
        }
    });
    for (name, packed) in FILE_NAMES.iter().zip(&published.packed) {
        assert!(fs::read(dir.path().join(format!("{name}.gz"))).unwrap() == *packed);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_before_anything_is_asked_for() {
    let published = Published::new();
    // Nobody can make a folder there, not even root.
    let (result, _) = published.fetch(Path::new("/proc/nope/data"));
    let error = result.unwrap_err().to_string();
    assert_eq!(error, "cannot create files in /proc/nope/data");
    assert_eq!(published.mirror.n_requests(), 0);
}

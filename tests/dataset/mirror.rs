//! An HTTP server on loopback, as good or as bad as a test wants it, what it may be asked for, and what
//! a download leaves.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fashion_bench::dataset::RemoteFile;
use flate2::read::MultiGzDecoder;
use md5::Md5;
use sha2::{Digest, Sha256};

/// What a mirror answers.
#[derive(Clone)]
pub enum Reply {
    /// The file of that name, if there is one, else 404.
    Files(Vec<(String, Vec<u8>)>),
    /// Announces all bytes of `0` but sends only the first `1`.
    Short(Vec<u8>, usize),
    /// Sends the first half, then nothing, until the client goes away.
    Stall(Vec<u8>),
    /// Accepts and says nothing at all.
    Silence,
    /// A status line and a small page.
    Status(&'static str),
    /// Bytes without an end.
    Endless,
    /// No length is announced; the end of the connection is the end of the file.
    Unmeasured(Vec<u8>),
}

/// An HTTP server on a port of its own.
pub struct Mirror {
    address: SocketAddr,
    pub requests: Arc<Mutex<Vec<String>>>,
    is_done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mirror {
    pub fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let is_done = Arc::new(AtomicBool::new(false));
        let (seen, stop) = (Arc::clone(&requests), Arc::clone(&is_done));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                // A client that hangs up early is what some tests are about.
                let _ = serve(&stream.unwrap(), &reply, &seen, &stop);
            }
        });
        Self {
            address,
            requests,
            is_done,
            thread: Some(thread),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/data/", self.address)
    }

    pub fn n_requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.is_done.store(true, Ordering::SeqCst);
        // Wakes the thread up.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    stream: &TcpStream,
    reply: &Reply,
    seen: &Mutex<Vec<String>>,
    stop: &AtomicBool,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.lock().unwrap().push(path.clone());
    let mut stream = stream;
    let mut head = |status: &str, length: Option<usize>| {
        let length = length.map_or_else(String::new, |n| format!("Content-Length: {n}\r\n"));
        write!(
            stream,
            "HTTP/1.1 {status}\r\n{length}Connection: close\r\n\r\n"
        )
    };
    match reply {
        Reply::Files(files) => {
            match files
                .iter()
                .find(|(name, _)| path == format!("/data/{name}"))
            {
                Some((_, content)) => {
                    head("200 OK", Some(content.len()))?;
                    stream.write_all(content)
                }
                None => head("404 Not Found", Some(0)),
            }
        }
        Reply::Short(content, n_sent) => {
            head("200 OK", Some(content.len()))?;
            stream.write_all(&content[..*n_sent])
        }
        Reply::Stall(content) => {
            head("200 OK", Some(content.len()))?;
            stream.write_all(&content[..content.len() / 2])?;
            wait_for_hang_up(stream, stop)
        }
        Reply::Silence => wait_for_hang_up(stream, stop),
        Reply::Status(status) => {
            head(status, Some(5))?;
            stream.write_all(b"sorry")
        }
        Reply::Endless => {
            head("200 OK", None)?;
            while !stop.load(Ordering::SeqCst) {
                stream.write_all(&[7; 1 << 16])?;
            }
            Ok(())
        }
        Reply::Unmeasured(content) => {
            head("200 OK", None)?;
            stream.write_all(content)
        }
    }
}

fn wait_for_hang_up(mut stream: &TcpStream, stop: &AtomicBool) -> std::io::Result<()> {
    use std::io::Read;
    stream.set_read_timeout(Some(Duration::from_millis(20)))?;
    while !stop.load(Ordering::SeqCst) {
        match stream.read(&mut [0]) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What is to be downloaded: `content`, plain or gzip, as `name`.
pub fn remote(name: &str, content: &[u8]) -> RemoteFile {
    let mut plain = Vec::new();
    let is_gzip = content.starts_with(&[0x1f, 0x8b]);
    if is_gzip {
        MultiGzDecoder::new(content)
            .read_to_end(&mut plain)
            .unwrap();
    } else {
        plain.extend(content);
    }
    RemoteFile {
        name: name.to_owned(),
        md5: hex::encode(Md5::digest(content)),
        sha256: hex::encode(Sha256::digest(&plain)),
        head_sha256: hex::encode(Sha256::digest(&plain[..plain.len().min(1024)])),
    }
}

/// Every file, link and folder under `dir` with what it holds.
pub fn snapshot(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
        let content = if kind.is_dir() {
            found.extend(snapshot(&path));
            b"a folder".to_vec()
        } else if kind.is_symlink() {
            let target = std::fs::read_link(&path).unwrap();
            format!("a link to {}", target.display()).into_bytes()
        } else {
            std::fs::read(&path).unwrap()
        };
        found.insert(path, content);
    }
    found
}

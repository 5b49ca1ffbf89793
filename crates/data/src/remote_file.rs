//! A published file as mirrors offer it.

/// A published file, with the hashes by which it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its name on every mirror and on disk.
    pub name: String,
    /// MD5 that it must have; empty if none is published.
    pub md5: String,
    /// SHA-256 of its decompressed content, by which a file is recognised however it is packed;
    /// empty if it is not known.
    pub sha256: String,
    /// SHA-256 of the first 1024 bytes of that content, by which a broken copy is recognised;
    /// empty if it is not known.
    pub head_sha256: String,
}

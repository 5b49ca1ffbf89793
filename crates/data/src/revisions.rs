//! The published files, by their hashes.
//!
//! Fashion-MNIST was replaced twice in its first week:
//!
//! | revision | date | what changed |
//! |---|---|---|
//! | v1 | 2017-08-25 | first publication, sorted by label; the published table was computed on it |
//! | v2 | 2017-08-26 | the same images, shuffled; the widely used Kaggle CSV is this one |
//! | v3 | 2017-08-31 | duplicates replaced, train and test drawn again; today's files |
//!
//! No hashes of the image files of v1 and v2 are published, so these two are recognised by their
//! label files; their image files must at least not be files of another revision. MNIST's files
//! have the same names as Fashion-MNIST's and are recognised by their hashes.

use super::identity::FileIdentity;
use super::name::DatasetName;

/// Bytes of the published content that a broken copy must begin with: the header and the first
/// image, or the first thousand labels.
pub const HEAD_LEN: usize = 1024;

/// The hashes of a published file.
#[derive(Debug)]
pub struct KnownFile {
    /// MD5 of the `.gz` file as published.
    pub md5: &'static str,
    /// SHA-256 of the decompressed content; empty where it is not published.
    pub sha256: &'static str,
    /// SHA-256 of the first [`HEAD_LEN`] bytes of that content, by which a
    /// broken copy is recognised; known for the files that are published today.
    pub head_sha256: Option<&'static str>,
}

impl KnownFile {
    const fn new(md5: &'static str, sha256: &'static str) -> Option<Self> {
        Some(Self {
            md5,
            sha256,
            head_sha256: None,
        })
    }

    const fn today(
        md5: &'static str,
        sha256: &'static str,
        head_sha256: &'static str,
    ) -> Option<Self> {
        Some(Self {
            md5,
            sha256,
            head_sha256: Some(head_sha256),
        })
    }

    const fn packed(md5: &'static str) -> Option<Self> {
        Self::new(md5, "")
    }

    /// Whether `file` is this one, which also holds if it was compressed anew or is plain.
    fn is_same(&self, file: &FileIdentity) -> bool {
        (!self.sha256.is_empty() && file.sha256 == self.sha256)
            || file.md5.as_deref() == Some(self.md5)
    }
}

/// One revision of a data set.
#[derive(Debug)]
pub struct Revision {
    /// The data set.
    pub dataset: DatasetName,
    /// `v1`, `v2` or `v3`; MNIST never had another.
    pub name: Option<&'static str>,
    /// Train images, train labels, test images, test labels.
    pub files: [Option<KnownFile>; 4],
}

impl Revision {
    /// Returns data set and revision, e.g. `fashion-mnist v3`.
    #[must_use]
    pub fn label(&self) -> String {
        match self.name {
            None => self.dataset.to_string(),
            Some(name) => format!("{} {name}", self.dataset),
        }
    }

    /// Whether the hashes of all its files are published, so that all of them were checked.
    #[must_use]
    pub fn is_checkable(&self) -> bool {
        self.files.iter().all(Option::is_some)
    }

    /// Whether the contents of its files are known, so that a file which is none of them is another.
    #[must_use]
    pub fn has_contents(&self) -> bool {
        let mut known = self.files.iter().flatten();
        known.all(|known| !known.sha256.is_empty())
    }

    /// Returns the revision that is published today.
    #[must_use]
    pub fn current(dataset: DatasetName) -> Option<&'static Self> {
        REVISIONS.iter().find(|known| known.dataset == dataset)
    }

    /// Returns the revision that a file with this SHA-256 of its content belongs to, if it is
    /// published.
    #[must_use]
    pub fn of_content(sha256: &str) -> Option<&'static Self> {
        REVISIONS.iter().find(|revision| {
            let mut known = revision.files.iter().flatten();
            known.any(|known| !sha256.is_empty() && known.sha256 == sha256)
        })
    }

    /// Returns the revision that `file` belongs to, if it is a published one.
    #[must_use]
    pub fn of_file(file: &FileIdentity) -> Option<&'static Self> {
        REVISIONS.iter().find(|revision| {
            let mut known = revision.files.iter().flatten();
            known.any(|known| known.is_same(file))
        })
    }
}

impl PartialEq for Revision {
    fn eq(&self, other: &Self) -> bool {
        (self.dataset, self.name) == (other.dataset, other.name)
    }
}

/// Every known revision, the current one of each data set first.
pub static REVISIONS: &[Revision] = &[
    Revision {
        dataset: DatasetName::FashionMnist,
        name: Some("v3"),
        files: [
            KnownFile::today(
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "d76c3da0ecc841c98a90648643307f8f61445b5bb7b993678eb982ad99cfea80",
            ),
            KnownFile::today(
                "25c81989df183df01b3e8a0aad5dffbe",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "b1ec05ce126c46ea2ab4614e200d479dc5cad9331dd73c7fb1ce7d44b0230377",
            ),
            KnownFile::today(
                "bef4ecab320f06d8554ea6380940ec79",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "dc43d368eca788519859435140bfb16749445eb35197f3f293e9fb1d05193174",
            ),
            KnownFile::today(
                "bb300cfdad3c16e7a12a480ee83cd310",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
                "e46a62f80f170a1bfc0e6422bfb5edc999430ce3a71997a1c3010f289fd9b223",
            ),
        ],
    },
    Revision {
        dataset: DatasetName::FashionMnist,
        name: Some("v2"),
        files: [
            None,
            KnownFile::new(
                "c25fcebcfee76fc70679a885c08e7783",
                "c7673bb30764062aa9ddeaf6184d7043075ded6a31aee7d16f38402434ad395d",
            ),
            None,
            KnownFile::new(
                "db06173b3df7891d78edf9cae5fe8f8a",
                "0106d6dfb86a77b9299271c292262daad9001d5a44d251a3880227436b8ce3b1",
            ),
        ],
    },
    Revision {
        dataset: DatasetName::FashionMnist,
        name: Some("v1"),
        files: [
            None,
            KnownFile::new(
                "8915284f01051e4c8f6eaefd635931f7",
                "fd6af4812a52c84a4ad586a467c1706b56203dda6d5903cfa980e66287cede39",
            ),
            None,
            KnownFile::new(
                "9171a2719c2d18ded8585baa52e691d0",
                "ebe12bc8de9440ef5b785b7c21fb67087b377cc851b65e009f278d22d099cdb2",
            ),
        ],
    },
    Revision {
        dataset: DatasetName::Mnist,
        name: None,
        files: [
            KnownFile::today(
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "82cbf3bb56d8516ae959a3d3321c76a19ec0a928b3c078d436c57b137c0a4b17",
            ),
            KnownFile::today(
                "d53e105ee54ea40749a09fcbcd1e9432",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "d952865594348e5e8b54f8b8ac08db81c2ce25a0dc34cc188027e8a74ae5001c",
            ),
            KnownFile::today(
                "9fb629c4189551a2d022fa330f9573f3",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "a1925fa72420ed7e34c9f887b77cec68a57ae0183033fa8cd22dba76fa38825d",
            ),
            KnownFile::today(
                "ec29112dd5afa0611ce80d1b7f02629c",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                "4d180f2a8a305cc9f7d94a3ab78b3f71f4c7b5c429d489975a07554e820add8e",
            ),
        ],
    },
    // The authors publish MD5 alone, so only the files as published are recognised.
    Revision {
        dataset: DatasetName::Kmnist,
        name: None,
        files: [
            KnownFile::packed("bdb82020997e1d708af4cf47b453dcf7"),
            KnownFile::packed("e144d726b3acfaa3e44228e80efcd344"),
            KnownFile::packed("5c965bf0a639b31b8f53240b1b52f4d7"),
            KnownFile::packed("7320c461ea6c1c855c0b718fb2a4b134"),
        ],
    },
    Revision {
        dataset: DatasetName::Qmnist,
        name: None,
        files: [
            KnownFile::packed("ed72d4157d28c017586c42bc6afe6370"),
            KnownFile::packed("0058f8dd561b90ffdd0f734c6a30e5e4"),
            KnownFile::packed("1394631089c404de565df7b7aeaf9412"),
            KnownFile::packed("5b5b05890a5e13444e108efe57b788aa"),
        ],
    },
];

//! Deciding which published revision a set of files is.

use std::path::PathBuf;

use super::error::DatasetError;
use super::name::DatasetName;
use super::revisions::Revision;
use super::source::Source;

/// What a set of files is: a known revision, or data of the user's own.
pub type Recognised = Option<&'static Revision>;

/// Decides which revision of `asked` the four files of `source` are; `None` means custom data.
///
/// # Errors
/// [`DatasetError::WrongDataset`] for files of another data set, and, unless `allow_custom`,
/// [`DatasetError::MixedRevisions`] or [`DatasetError::WrongHash`].
pub fn recognise(
    source: &Source,
    asked: DatasetName,
    allow_custom: bool,
) -> Result<Recognised, DatasetError> {
    let found: Vec<Recognised> = source
        .files
        .iter()
        .map(|file| Revision::of_file(&file.identity))
        .collect();
    let path = |file_idx: usize| -> PathBuf { source.files[file_idx].path.clone() };
    for (file_idx, revision) in found.iter().enumerate() {
        if let Some(revision) = revision.filter(|revision| revision.dataset != asked) {
            return Err(DatasetError::WrongDataset {
                path: path(file_idx),
                expected: asked,
                found: revision.dataset,
            });
        }
    }
    let mut names: Vec<_> = found
        .iter()
        .flatten()
        .map(|revision| revision.name)
        .collect();
    names.dedup();
    if names.len() > 1 {
        return match allow_custom {
            true => Ok(None),
            false => Err(mixed_revisions(source, &found)),
        };
    }
    let Some(candidate) = found
        .iter()
        .flatten()
        .next()
        .copied()
        .or_else(|| Revision::current(asked))
    else {
        return Ok(None);
    };
    // Content of which no hash is published is taken for what it was asked for.
    if !candidate.has_contents() {
        return Ok(Some(candidate));
    }
    // Files without a published hash cannot be recognised; all others must be.
    let wrong = (0..found.len()).find_map(|file_idx| match &candidate.files[file_idx] {
        Some(known) if found[file_idx].is_none() => Some((file_idx, known)),
        _ => None,
    });
    match wrong {
        None => Ok(Some(candidate)),
        Some(_) if allow_custom => Ok(None),
        Some((file_idx, known)) => Err(DatasetError::WrongHash {
            path: path(file_idx),
            expected: candidate.label(),
            expected_md5: known.md5,
            found_md5: source.files[file_idx]
                .identity
                .md5
                .clone()
                .unwrap_or_default(),
        }),
    }
}

fn mixed_revisions(source: &Source, found: &[Recognised]) -> DatasetError {
    let described: Vec<_> = source
        .files
        .iter()
        .zip(found)
        .map(|(file, revision)| {
            let label = revision.map_or_else(|| "unknown".to_owned(), Revision::label);
            format!("{} of {label}", file.identity.name)
        })
        .collect();
    DatasetError::MixedRevisions {
        dir: source.dir.clone(),
        found: described.join(", "),
    }
}

#[cfg(test)]
mod tests;

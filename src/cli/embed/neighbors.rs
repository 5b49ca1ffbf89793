//! The cache of graphs of neighbours, which take most of the time of a picture.
//!
//! A file is named by how its neighbours were found, how many there are of each sample, and the
//! SHA-256 of the samples. A graph with more neighbours serves those who need fewer.

use std::fs;
use std::path::{Path, PathBuf};

use fashion_bench::dataset;
use fashion_bench::embed::{parse_graph, render_graph};
use fashion_bench::embedding::Neighbors;
use fashion_bench::results::publish;
use ndarray::ArrayView2;
use sha2::{Digest, Sha256};

use super::super::output::warn;
use super::waiting::Waiting;

/// Returns the graph of the `k` or more nearest neighbours of each sample: from the cache, or found
/// and put there. Returns nothing if the work was ended.
pub fn find_graph(
    x: ArrayView2<'_, f32>,
    k: usize,
    waiting: &mut Waiting<'_>,
) -> anyhow::Result<Option<Neighbors>> {
    let dir = dataset::default_cache_dir();
    let hash = hash_of(x);
    if let Some(dir) = &dir
        && let Some(graph) = cached(dir, &hash, k, x.nrows())
    {
        return Ok(Some(graph));
    }
    let mut watch = |progress| waiting.show(progress);
    let Some(graph) = Neighbors::find(x, k, &mut watch)? else {
        return Ok(None);
    };
    if let Some(dir) = dir {
        let path = dir.join(file_name(k, &hash));
        if let Err(error) = publish(&render_graph(&graph), &path) {
            warn(&format!(
                "the graph of neighbours is not kept: cannot write {}: {error}",
                path.display()
            ));
        }
    }
    Ok(Some(graph))
}

fn hash_of(x: ArrayView2<'_, f32>) -> String {
    let mut hasher = Sha256::new();
    hasher.update((x.nrows() as u64).to_le_bytes());
    hasher.update((x.ncols() as u64).to_le_bytes());
    let mut bytes = Vec::with_capacity(4 * x.ncols());
    for row in x.rows() {
        bytes.clear();
        bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
        hasher.update(&bytes);
    }
    hex::encode(hasher.finalize())
}

fn file_name(k: usize, hash: &str) -> String {
    format!("neighbors-exact-{k}-{hash}.graph")
}

/// Returns a graph of the cache with at least `k` neighbours, the smallest first.
fn cached(dir: &Path, hash: &str, k: usize, n_rows: usize) -> Option<Neighbors> {
    let mut found: Vec<(usize, PathBuf)> = fs::read_dir(dir)
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name();
            let rest = name.to_str()?.strip_prefix("neighbors-exact-")?;
            let (found_k, rest) = rest.split_once('-')?;
            let found_k: usize = found_k.parse().ok()?;
            let is_ours = rest.strip_suffix(".graph")? == hash && found_k >= k;
            is_ours.then(|| (found_k, entry.path()))
        })
        .collect();
    found.sort();
    found.into_iter().find_map(|(_, path)| {
        let graph = parse_graph(&fs::read(path).ok()?)?;
        (graph.n_rows() == n_rows && graph.k() >= k).then_some(graph)
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn a_graph_with_more_neighbours_serves_those_who_need_fewer() {
        let dir = tempfile::tempdir().unwrap();
        let hash = hash_of(Array2::zeros((3, 2)).view());
        assert_ne!(hash, hash_of(Array2::zeros((2, 3)).view()));
        let graph = Neighbors::from_parts(3, 2, vec![1, 2, 0, 2, 0, 1], vec![0.5; 6]).unwrap();
        let path = dir.path().join(file_name(2, &hash));
        fs::write(&path, render_graph(&graph)).unwrap();
        assert_eq!(cached(dir.path(), &hash, 1, 3), Some(graph.clone()));
        assert_eq!(cached(dir.path(), &hash, 2, 3), Some(graph));
        assert_eq!(cached(dir.path(), &hash, 3, 3), None);
        assert_eq!(cached(dir.path(), "other", 1, 3), None);
        fs::write(path, "damaged").unwrap();
        assert_eq!(cached(dir.path(), &hash, 1, 3), None);
    }
}

//! The file of a graph of neighbours, for a cache.
//!
//! | bytes | what |
//! |---|---|
//! | 16 | magic with the version of the format |
//! | 8, 8 | rows, neighbours of each |
//! | 4 × … | indices of the neighbours, row by row |
//! | 4 × … | distances |
//! | 32 | SHA-256 of all before |
//!
//! Numbers are little-endian.

use sha2::{Digest, Sha256};

use crate::embedding::Neighbors;

const MAGIC: &[u8; 16] = b"fashion-graph 1\n";
const HEADER: usize = 32;
const HASH: usize = 32;

/// Returns the bytes of the file.
#[must_use]
pub fn render_graph(graph: &Neighbors) -> Vec<u8> {
    let n = graph.indices().len();
    let mut bytes = Vec::with_capacity(HEADER + 8 * n + HASH);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&(graph.n_rows() as u64).to_le_bytes());
    bytes.extend_from_slice(&(graph.k() as u64).to_le_bytes());
    bytes.extend(graph.indices().iter().flat_map(|index| index.to_le_bytes()));
    bytes.extend(
        graph
            .distances()
            .iter()
            .flat_map(|distance| distance.to_le_bytes()),
    );
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    bytes
}

/// Returns the graph of a file, or nothing if it is damaged or of another version.
#[must_use]
pub fn parse_graph(bytes: &[u8]) -> Option<Neighbors> {
    let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    let (header, rest) = content.split_at_checked(HEADER)?;
    let (magic, sizes) = header.split_at(MAGIC.len());
    if magic != MAGIC || Sha256::digest(content).as_slice() != hash {
        return None;
    }
    let (sizes, _) = sizes.as_chunks::<8>();
    let [n_rows, k] = [sizes[0], sizes[1]].map(u64::from_le_bytes);
    let (n_rows, k) = (usize::try_from(n_rows).ok()?, usize::try_from(k).ok()?);
    let (words, _) = rest.as_chunks::<4>();
    let (indices, distances) = words.split_at_checked(n_rows.checked_mul(k)?)?;
    let indices = indices.iter().copied().map(u32::from_le_bytes).collect();
    let distances = distances.iter().copied().map(f32::from_le_bytes).collect();
    Neighbors::from_parts(n_rows, k, indices, distances)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_survives_and_a_damaged_file_is_none() {
        let graph = Neighbors::from_parts(3, 1, vec![1, 0, 1], vec![0.5, 0.5, 2.0]).unwrap();
        let bytes = render_graph(&graph);
        assert_eq!(parse_graph(&bytes), Some(graph));
        for place in [0, 20, 34, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert_eq!(parse_graph(&damaged), None);
        }
        assert_eq!(parse_graph(&bytes[..bytes.len() - 4]), None);
        assert_eq!(parse_graph(&[]), None);
    }
}

//! Sums of absolute differences of byte rows, one block of queries against many rows.
//!
//! Instructions made for video encoders take 64 differences at once, which makes this the fastest
//! of the distances here. The results are sums of integers and therefore exact.

use pulp::NullaryFnOnce;

use crate::simd::Level;

/// Rows that [`SadTiles`] interleaves.
pub const SAD_ROWS: usize = 8;

/// Bytes that one lane of a sum of absolute differences takes at once.
const SAD_BYTES: usize = 8;

/// Byte rows laid out for sums of absolute differences against a few queries at a time.
///
/// Rows come in groups of [`SAD_ROWS`]; a group holds, for each run of eight features, those eight
/// bytes of each of its rows, so that one vector instruction sums eight features of eight rows and
/// no sum has to be gathered across lanes. Missing rows and features are zero.
#[derive(Debug, Clone)]
pub struct SadTiles {
    n_rows: usize,
    n_features: usize,
    /// `[group][run][row]`: eight bytes each.
    tiles: Vec<[u8; SAD_ROWS * SAD_BYTES]>,
}

impl SadTiles {
    /// Lays out `rows` (`n_rows` × `n_features`, row-major).
    ///
    /// # Panics
    /// If `rows` is not a whole number of rows.
    #[must_use]
    pub fn new(rows: &[u8], n_features: usize) -> Self {
        assert!(
            rows.len().is_multiple_of(n_features),
            "a whole number of rows"
        );
        let n_rows = rows.len() / n_features;
        let n_runs = n_features.div_ceil(SAD_BYTES);
        let mut tiles = vec![[0; SAD_ROWS * SAD_BYTES]; n_rows.div_ceil(SAD_ROWS) * n_runs];
        for (row_idx, row) in rows.chunks_exact(n_features).enumerate() {
            let group = &mut tiles[row_idx / SAD_ROWS * n_runs..][..n_runs];
            let lane = row_idx % SAD_ROWS * SAD_BYTES;
            for (tile, run) in group.iter_mut().zip(row.chunks(SAD_BYTES)) {
                tile[lane..lane + run.len()].copy_from_slice(run);
            }
        }
        Self {
            n_rows,
            n_features,
            tiles,
        }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Returns the number of features.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Writes `Σ |query[i] − row[i]|` of every query and each of the `n_rows` rows from `first_row`
    /// on.
    ///
    /// `sums` (queries × `stride`, row-major) is written where there are rows; from there up to the
    /// next multiple of [`SAD_ROWS`] its values are unspecified.
    ///
    /// # Panics
    /// If `first_row` is not a multiple of [`SAD_ROWS`], the rows are not there, or `stride` or
    /// `sums` is too short.
    pub fn sums(
        &self,
        queries: &SadQueries,
        first_row: usize,
        n_rows: usize,
        stride: usize,
        sums: &mut [f32],
    ) {
        assert!(first_row.is_multiple_of(SAD_ROWS) && first_row + n_rows <= self.n_rows);
        assert_eq!(queries.n_features, self.n_features, "features of a query");
        let n_groups = n_rows.div_ceil(SAD_ROWS);
        assert!(n_groups * SAD_ROWS <= stride && queries.n_queries() * stride <= sums.len());
        let n_runs = self.n_features.div_ceil(SAD_BYTES);
        let tiles = &self.tiles[first_row / SAD_ROWS * n_runs..][..n_groups * n_runs];
        dispatch(SadKernel {
            n_runs,
            tiles,
            queries: &queries.runs,
            stride,
            sums,
        });
    }
}

/// Queries in the form that [`SadTiles::sums`] takes.
#[derive(Debug, Clone)]
pub struct SadQueries {
    n_features: usize,
    /// `[query][run]`: eight bytes in one number.
    runs: Vec<u64>,
}

impl SadQueries {
    /// Takes `rows` (`n_queries` × `n_features`, row-major).
    ///
    /// # Panics
    /// If `rows` is not a whole number of rows.
    #[must_use]
    pub fn new(rows: &[u8], n_features: usize) -> Self {
        assert!(
            rows.len().is_multiple_of(n_features),
            "a whole number of rows"
        );
        let run = |bytes: &[u8]| {
            let mut run = [0; SAD_BYTES];
            run[..bytes.len()].copy_from_slice(bytes);
            u64::from_ne_bytes(run)
        };
        let rows = rows.chunks_exact(n_features);
        let runs = rows
            .flat_map(|row| row.chunks(SAD_BYTES).map(run))
            .collect();
        Self { n_features, runs }
    }

    /// Returns the number of queries.
    #[must_use]
    pub fn n_queries(&self) -> usize {
        self.runs.len() / self.n_features.div_ceil(SAD_BYTES)
    }
}

/// One eight-lane vector of sums; the three instruction sets share one kernel.
trait SadLanes: Copy {
    type Vector: Copy;

    fn zero(self) -> Self::Vector;

    fn load(self, tile: &[u8; SAD_ROWS * SAD_BYTES]) -> Self::Vector;

    /// Returns the eight bytes of `run` in every lane.
    fn splat(self, run: u64) -> Self::Vector;

    /// Returns `acc` plus, in each lane, the sum of eight absolute differences.
    fn add_sad(self, acc: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    fn to_array(self, sums: Self::Vector) -> [u64; SAD_ROWS];
}

/// The vector of machines without these intrinsics.
#[derive(Clone, Copy)]
struct Portable;

impl SadLanes for Portable {
    type Vector = [u64; SAD_ROWS];

    #[inline(always)]
    fn zero(self) -> Self::Vector {
        [0; SAD_ROWS]
    }

    #[inline(always)]
    fn load(self, tile: &[u8; SAD_ROWS * SAD_BYTES]) -> Self::Vector {
        pulp::cast(*tile)
    }

    #[inline(always)]
    fn splat(self, run: u64) -> Self::Vector {
        [run; SAD_ROWS]
    }

    #[inline(always)]
    fn add_sad(self, mut acc: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        for lane in 0..SAD_ROWS {
            let (a, b) = (a[lane].to_ne_bytes(), b[lane].to_ne_bytes());
            let differences = a.iter().zip(b).map(|(&a, b)| u64::from(a.abs_diff(b)));
            acc[lane] += differences.sum::<u64>();
        }
        acc
    }

    #[inline(always)]
    fn to_array(self, sums: Self::Vector) -> [u64; SAD_ROWS] {
        sums
    }
}

#[cfg(target_arch = "x86_64")]
impl SadLanes for pulp::x86::V3 {
    type Vector = [core::arch::x86_64::__m256i; 2];

    #[inline(always)]
    fn zero(self) -> Self::Vector {
        [self.avx._mm256_setzero_si256(); 2]
    }

    #[inline(always)]
    fn load(self, tile: &[u8; SAD_ROWS * SAD_BYTES]) -> Self::Vector {
        pulp::cast(*tile)
    }

    #[inline(always)]
    fn splat(self, run: u64) -> Self::Vector {
        [self.avx._mm256_set1_epi64x(run.cast_signed()); 2]
    }

    #[inline(always)]
    fn add_sad(self, acc: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        [0, 1].map(|half| {
            let sad = self.avx2._mm256_sad_epu8(a[half], b[half]);
            self.avx2._mm256_add_epi64(acc[half], sad)
        })
    }

    #[inline(always)]
    fn to_array(self, sums: Self::Vector) -> [u64; SAD_ROWS] {
        pulp::cast(sums)
    }
}

#[cfg(target_arch = "x86_64")]
impl SadLanes for pulp::x86::V4 {
    type Vector = core::arch::x86_64::__m512i;

    #[inline(always)]
    fn zero(self) -> Self::Vector {
        self.avx512f._mm512_setzero_si512()
    }

    #[inline(always)]
    fn load(self, tile: &[u8; SAD_ROWS * SAD_BYTES]) -> Self::Vector {
        pulp::cast(*tile)
    }

    #[inline(always)]
    fn splat(self, run: u64) -> Self::Vector {
        self.avx512f._mm512_set1_epi64(run.cast_signed())
    }

    #[inline(always)]
    fn add_sad(self, acc: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        let sad = self.avx512bw._mm512_sad_epu8(a, b);
        self.avx512f._mm512_add_epi64(acc, sad)
    }

    #[inline(always)]
    fn to_array(self, sums: Self::Vector) -> [u64; SAD_ROWS] {
        pulp::cast(sums)
    }
}

fn dispatch(kernel: SadKernel<'_>) {
    #[cfg(target_arch = "x86_64")]
    {
        let level = Level::current();
        if level == Level::Avx512
            && let Some(simd) = pulp::x86::V4::try_new()
        {
            return simd.vectorize(OnLanes {
                lanes: simd,
                kernel,
            });
        }
        if level >= Level::Avx2
            && let Some(simd) = pulp::x86::V3::try_new()
        {
            return simd.vectorize(OnLanes {
                lanes: simd,
                kernel,
            });
        }
    }
    let lanes = Portable;
    OnLanes { lanes, kernel }.call();
}

struct OnLanes<'a, L> {
    lanes: L,
    kernel: SadKernel<'a>,
}

impl<L: SadLanes> NullaryFnOnce for OnLanes<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.kernel.run(self.lanes);
    }
}

struct SadKernel<'a> {
    n_runs: usize,
    tiles: &'a [[u8; SAD_ROWS * SAD_BYTES]],
    queries: &'a [u64],
    stride: usize,
    sums: &'a mut [f32],
}

impl SadKernel<'_> {
    /// Takes queries in fours and groups in pairs: eight sums stay in registers, and each load is
    /// used several times.
    #[inline(always)]
    fn run<L: SadLanes>(mut self, lanes: L) {
        let n_queries = self.queries.len() / self.n_runs;
        let n_groups = self.tiles.len() / self.n_runs;
        // The outer loop is over groups: a pair stays in the first-level cache for all queries.
        for group in (0..n_groups).step_by(2) {
            let is_pair = group + 1 < n_groups;
            let mut query = 0;
            while query + 4 <= n_queries {
                if is_pair {
                    self.block::<L, 4, 2>(lanes, query, group);
                } else {
                    self.block::<L, 4, 1>(lanes, query, group);
                }
                query += 4;
            }
            for query in query..n_queries {
                if is_pair {
                    self.block::<L, 1, 2>(lanes, query, group);
                } else {
                    self.block::<L, 1, 1>(lanes, query, group);
                }
            }
        }
    }

    #[inline(always)]
    fn block<L: SadLanes, const QUERIES: usize, const GROUPS: usize>(
        &mut self,
        lanes: L,
        first_query: usize,
        first_group: usize,
    ) {
        let n_runs = self.n_runs;
        let queries: [&[u64]; QUERIES] =
            core::array::from_fn(|q| &self.queries[(first_query + q) * n_runs..][..n_runs]);
        let groups: [&[_]; GROUPS] =
            core::array::from_fn(|g| &self.tiles[(first_group + g) * n_runs..][..n_runs]);
        let mut acc = [[lanes.zero(); GROUPS]; QUERIES];
        for run in 0..n_runs {
            let tiles: [_; GROUPS] = core::array::from_fn(|g| lanes.load(&groups[g][run]));
            for q in 0..QUERIES {
                let query = lanes.splat(queries[q][run]);
                for g in 0..GROUPS {
                    acc[q][g] = lanes.add_sad(acc[q][g], tiles[g], query);
                }
            }
        }
        for (q, acc) in acc.iter().enumerate() {
            let first = (first_query + q) * self.stride + first_group * SAD_ROWS;
            let out = &mut self.sums[first..][..GROUPS * SAD_ROWS];
            for (out, &acc) in out.chunks_exact_mut(SAD_ROWS).zip(acc) {
                for (out, sum) in out.iter_mut().zip(lanes.to_array(acc)) {
                    *out = sum as f32;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    fn random_bytes(n: usize, key: u64) -> Vec<u8> {
        let mut rng = stream(5, &[n as u64, key]);
        (0..n).map(|_| rng.r#gen()).collect()
    }

    fn naive_sums(query: &[u8], rows: &[u8]) -> Vec<f32> {
        rows.chunks_exact(query.len())
            .map(|row| {
                let differences = row
                    .iter()
                    .zip(query)
                    .map(|(a, b)| u32::from(a.abs_diff(*b)));
                differences.sum::<u32>() as f32
            })
            .collect()
    }

    #[test]
    fn sums_of_absolute_differences_equal_the_naive_twin() {
        for n_features in [1, 7, 8, 9, 65, 784] {
            for (n_queries, n_rows) in [(0, 1), (1, 1), (3, 8), (4, 16), (5, 17), (9, 41)] {
                let rows = random_bytes(n_rows * n_features, 1);
                let queries = random_bytes(n_queries * n_features, 2);
                let tiles = SadTiles::new(&rows, n_features);
                let packed = SadQueries::new(&queries, n_features);
                let stride = n_rows.next_multiple_of(SAD_ROWS) + 1;
                let mut sums = vec![-1.0; n_queries * stride];
                tiles.sums(&packed, 0, n_rows, stride, &mut sums);
                for (query, sums) in queries.chunks(n_features).zip(sums.chunks(stride)) {
                    assert_eq!(sums[..n_rows], naive_sums(query, &rows));
                    assert_eq!(sums[stride - 1], -1.0);
                }
                if n_rows > 16 {
                    tiles.sums(&packed, 8, n_rows - 8, stride, &mut sums);
                    for (query, sums) in queries.chunks(n_features).zip(sums.chunks(stride)) {
                        let expected = naive_sums(query, &rows[8 * n_features..]);
                        assert_eq!(sums[..n_rows - 8], expected);
                    }
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_sums() {
        let (rows, queries) = (random_bytes(19 * 70, 1), random_bytes(6 * 70, 2));
        let tiles = SadTiles::new(&rows, 70);
        let queries = SadQueries::new(&queries, 70);
        let sums = |run: &dyn Fn(SadKernel<'_>)| {
            let mut sums = vec![0.0; 6 * 24];
            run(SadKernel {
                n_runs: 9,
                tiles: &tiles.tiles,
                queries: &queries.runs,
                stride: 24,
                sums: &mut sums,
            });
            sums
        };
        let portable = sums(&|kernel| kernel.run(Portable));
        assert_eq!(sums(&dispatch), portable);
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = pulp::x86::V3::try_new() {
            let narrow = sums(&|kernel| lanes.vectorize(OnLanes { lanes, kernel }));
            assert_eq!(narrow, portable);
        }
    }
}

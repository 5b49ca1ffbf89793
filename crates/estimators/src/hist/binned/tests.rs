use ndarray::{Array2, ArrayView2};
use rand::Rng as _;

use super::{BinMatrix, Binned, FeatureBins};
use crate::FitError;
use fashion_bench_numeric::rng::stream;

fn bytes(n_samples: usize, n_features: usize) -> Array2<f32> {
    let mut rng = stream(3, &[]);
    Array2::from_shape_simple_fn((n_samples, n_features), || {
        f32::from(rng.r#gen::<u8>().saturating_sub(100)) * 0.37 - 1.5
    })
}

fn bin_at(matrix: &BinMatrix, row: usize, column: usize) -> usize {
    usize::from(matrix.column(column).of(row as u32))
}

/// Every value has a bin of its own, and bins ascend with values.
fn check_order(x: ArrayView2<'_, f32>) {
    let binned = Binned::new(x).unwrap();
    for (column, values) in x.columns().into_iter().enumerate() {
        let bins = &binned.features[column];
        let mut last = f32::NEG_INFINITY;
        for bin in 0..bins.n_bins() {
            assert!(last <= bins.low(bin) && bins.low(bin) == bins.high(bin));
            last = bins.high(bin);
        }
        for (row, &value) in values.iter().enumerate() {
            let bin = bin_at(&binned.matrix, row, column);
            assert_eq!((bins.low(bin), bins.bin(value)), (value, bin));
        }
    }
}

#[test]
fn few_distinct_values_get_a_bin_each_in_their_order() {
    for (n_samples, n_features) in [(1, 1), (2, 16), (50, 17), (300, 33)] {
        let x = bytes(n_samples, n_features);
        check_order(x.view());
        check_order(x.view().reversed_axes());
    }
}

#[test]
fn more_distinct_values_than_a_byte_tells_apart_get_ranks() {
    let mut rng = stream(4, &[]);
    // Away from zero, where cubes would be so close that they count as one value.
    let x = Array2::from_shape_fn((5000, 3), |(row, column)| match column {
        1 => (row % 7) as f32,
        _ => (1.0 + rng.r#gen::<f32>()).powi(3),
    });
    let order: Vec<usize> = (0..5000).rev().collect();
    let binned = Binned::in_order(x.view(), &order).unwrap();
    assert!(binned.matrix.has_ranks());
    assert_eq!(binned.matrix.ranks(1), None);
    for column in [0, 2] {
        let bins = &binned.features[column];
        assert!(bins.n_bins() > 4000);
        let ranks = binned.matrix.ranks(column).unwrap();
        for (&rank, &row) in ranks.iter().zip(&order) {
            let bin = rank as usize;
            assert!(bins.low(bin) <= x[[row, column]] && x[[row, column]] <= bins.high(bin));
        }
        for threshold in [0.0, 1.5, f64::from(bins.high(77)), 9.0] {
            let ends = [3, bins.n_bins() - 2];
            let is_low = |&bin: &usize| f64::from(bins.high(bin)) <= threshold;
            let naive = (ends[0]..=ends[1]).rev().find(is_low).unwrap_or(ends[0]);
            assert_eq!(bins.last_at_most(threshold, ends), naive);
        }
    }
}

#[test]
fn thresholds_are_midpoints_that_never_round_up_to_the_upper_value() {
    let next = f32::from_bits(1.0f32.to_bits() + 1);
    let bins = FeatureBins::new([0.0, 1.0, 2.0]);
    assert_eq!(bins.threshold(0, 1), 0.5);
    assert_eq!(bins.threshold(0, 2), 1.0);
    // Neighbouring floats within 1e-7 share a bin.
    assert!(next - 1.0 > 1e-7);
    let close = FeatureBins::new([0.1, 0.1 + 5e-8, 1.0]);
    assert_eq!(close.n_bins(), 2);
}

#[test]
fn minus_zero_and_zero_share_a_bin() {
    let x = ndarray::array![[0.0f32], [-0.0], [1.0]];
    let binned = Binned::new(x.view()).unwrap();
    assert_eq!(binned.features[0].n_bins(), 2);
    assert_eq!(bin_at(&binned.matrix, 0, 0), bin_at(&binned.matrix, 1, 0));
}

#[test]
fn values_off_any_lattice_and_values_the_sample_missed_get_a_bin_each() {
    let mut rng = stream(5, &[]);
    let odd: Vec<f32> = (0..250).map(|_| rng.r#gen::<f32>().powi(3) + 1.0).collect();
    // Only even rows are sampled; the others hold what the sample does not.
    let x = Array2::from_shape_fn((2048, 18), |(row, column)| match (row % 2, column % 3) {
        (_, 0) => odd[rng.gen_range(0..250)],
        (0, _) => 1.0,
        (_, 1) => 1.0 + rng.gen_range(0..99) as f32 * 0.3,
        _ => -odd[rng.gen_range(0..9)],
    });
    check_order(x.view());
}

#[test]
fn the_last_bin_below_a_threshold_is_that_of_a_search_from_below() {
    let even: Vec<_> = (0..200u8).map(f32::from).collect();
    let odd: Vec<_> = even.iter().map(|value| value.powi(3)).collect();
    for values in [even, odd] {
        let bins = FeatureBins::new(values.iter().copied());
        for (first, last) in [(0, 199), (3, 3), (7, 8), (20, 150)] {
            // Changes nothing, but must not reach beyond the bins there are.
            for share in [0.0, 0.5, 1.0] {
                bins.prefetch_threshold([first as u8, last as u8], share);
            }
            for value in &values {
                for threshold in [value - 0.5, *value, value + 0.5].map(f64::from) {
                    let is_low = |&bin: &usize| f64::from(bins.high(bin)) <= threshold;
                    let naive = (first..=last).rev().find(is_low).unwrap_or(first);
                    assert_eq!(bins.last_at_most(threshold, [first, last]), naive);
                }
            }
        }
    }
}

#[test]
fn rows_can_be_binned_in_another_order() {
    let x = bytes(70, 20);
    let order: Vec<usize> = (0..70).rev().collect();
    let (straight, turned) = (
        Binned::new(x.view()).unwrap(),
        Binned::in_order(x.view(), &order).unwrap(),
    );
    for (row, &from) in order.iter().enumerate() {
        for column in 0..20 {
            assert_eq!(
                bin_at(&turned.matrix, row, column),
                bin_at(&straight.matrix, from, column)
            );
        }
    }
    assert_eq!(straight.features, turned.features);
}

#[test]
fn the_first_value_that_is_not_finite_is_reported_whatever_its_column_holds() {
    let mut rng = stream(8, &[]);
    // Columns of a lattice, of more values than bins, and of nothing but what is put there.
    let x = Array2::from_shape_fn((1500, 18), |(row, column)| match column % 3 {
        0 => (row % 7) as f32,
        1 => rng.r#gen(),
        _ => 0.0,
    });
    let order: Vec<usize> = (0..1500).rev().collect();
    let other_nan = f32::from_bits(f32::NAN.to_bits() | 1);
    for bad in [
        f32::NAN,
        -f32::NAN,
        other_nan,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ] {
        for (row, column) in [(0, 0), (0, 2), (700, 1), (701, 16), (1499, 17), (1499, 0)] {
            let mut x = x.clone();
            x[[row, column]] = bad;
            // Further ones come later.
            x[[1499, 17]] = f32::NAN;
            let error = Binned::in_order(x.view(), &order).unwrap_err();
            let FitError::NotFinite {
                row: r,
                column: c,
                value,
            } = error
            else {
                panic!("{error}");
            };
            assert_eq!((r, c), (row, column));
            assert!(value.to_bits() == x[[row, column]].to_bits());
        }
    }
    let nothing = Array2::from_elem((9, 3), f32::NAN);
    assert!(Binned::new(nothing.view()).is_err());
}

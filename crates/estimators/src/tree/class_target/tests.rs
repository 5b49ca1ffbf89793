use rand::Rng as _;

use super::*;
use crate::hist::MAX_BINS;
use fashion_bench_numeric::rng::stream;

fn check_left<const W: usize>(n_samples: usize, most: u16, counts_samples: bool) {
    let mut rng = stream(7, &[n_samples as u64]);
    let mut samples: Vec<_> = (0..n_samples)
        .map(|_| ClassSample {
            class: rng.gen_range(0..4),
            count: rng.gen_range(1..=most),
        })
        .collect();
    samples.sort_by_key(|sample| sample.class);
    let rows: Vec<[u8; W]> = (0..n_samples)
        .map(|_| std::array::from_fn(|_| rng.r#gen()))
        .collect();
    let lefts: [u8; W] = std::array::from_fn(|column| [0, 100, 200, 255][column % 4]);
    let target = ClassTarget::new(Criterion::Gini, vec![1.0; 5], 3000, counts_samples);
    let mut fast = vec![0; W * target.stride()];
    let mut slow = fast.clone();
    let totals = target.totals(&samples);
    target.add_left(&mut fast, &totals, (&lefts, &rows), &samples);
    add_left_each(&target, &mut slow, (&lefts, &rows), &samples);
    assert_eq!(fast, slow);
}

#[test]
fn left_sides_by_classes_are_those_sample_by_sample() {
    for n_samples in [0, 1, 2, 3, 17, 255, 1021] {
        for (most, counts_samples) in [(1, false), (1, true), (3, false), (3, true)] {
            check_left::<1>(n_samples, most, counts_samples);
            check_left::<16>(n_samples, most, counts_samples);
        }
    }
}

/// Returns the score of the cut above a bin, if both sides have `least` samples.
fn naive(
    criterion: Criterion,
    samples: &[ClassSample],
    bins: &[u8],
    (cut, least, counts_samples): (u8, usize, bool),
) -> Option<f64> {
    let mut score = 0.0;
    for is_left in [true, false] {
        let side = samples.iter().zip(bins);
        let side = side.filter(|&(_, &bin)| (bin <= cut) == is_left);
        let mut counts = [0.0; 16];
        let mut n_samples = 0;
        for (sample, _) in side {
            counts[usize::from(sample.class)] += f64::from(sample.count);
            n_samples += match counts_samples {
                true => 1,
                false => usize::from(sample.count),
            };
        }
        if n_samples < least {
            return None;
        }
        let weight: f64 = counts.iter().sum();
        let x_log_x = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
        score += match criterion {
            Criterion::Gini => counts.map(|x| x * x).iter().sum::<f64>() / weight,
            Criterion::Entropy => counts.map(x_log_x).iter().sum::<f64>() - x_log_x(weight),
        };
    }
    Some(score)
}

/// Compares the search by samples with that by cells, and both with the naive one.
fn check(
    (criterion, n_classes, counts_samples): (Criterion, usize, bool),
    samples: &[ClassSample],
    bins: &[u8],
) {
    let n_drawn = samples.iter().map(|sample| usize::from(sample.count)).sum();
    let target = ClassTarget::new(criterion, vec![1.0; n_classes], n_drawn, counts_samples);
    let totals = target.totals(samples);
    assert!(target.searches_samples(&totals));
    let mut cells = vec![0; MAX_BINS * target.stride()];
    for (&bin, &sample) in bins.iter().zip(samples) {
        target.add(&mut cells, usize::from(bin), sample);
    }
    let mut narrow = NarrowCells::default();
    target.prepare(&totals, samples, &mut narrow);
    for least in [1, 5] {
        let limits = LeafLimits {
            min_samples: least,
            min_weight: 0.0,
        };
        let by_cells = target.best_cut(&totals, &cells, &limits, f64::NEG_INFINITY);
        let by_samples = target.best_cut_of_samples(bins, &limits, &mut narrow);
        assert_eq!(by_cells, by_samples);
        // The cells are left empty.
        let again = target.best_cut_of_samples(bins, &limits, &mut narrow);
        assert_eq!(by_samples, again);
        let score = |cut| naive(criterion, samples, bins, (cut, least, counts_samples));
        let best = (0..u8::MAX).filter_map(score).reduce(f64::max);
        let found = by_samples.map(|cut| score(cut.left as u8).expect("allowed"));
        assert_eq!(found.is_some(), best.is_some());
        if let (Some(found), Some(best)) = (found, best) {
            assert!(found > best - 1e-9 * best.abs().max(1.0), "{found} {best}");
        }
    }
}

#[test]
fn cells_and_samples_give_the_best_cut_of_a_loop_over_all_cuts() {
    let mut rng = stream(8, &[]);
    let cases = [Criterion::Gini, Criterion::Entropy].map(|c| [(c, false), (c, true)]);
    for (criterion, counts_samples) in cases.into_iter().flatten() {
        for n_classes in [1, 2, 4, 5, 9, 10, 12, 13, 16] {
            if counts_samples && n_classes > 12 {
                continue;
            }
            for n in [1, 2, 3, 7, 8, 9, 40, 300, 1500] {
                let samples: Vec<_> = (0..n)
                    .map(|_| ClassSample {
                        class: rng.gen_range(0..n_classes as u16),
                        count: rng.gen_range(1..4),
                    })
                    .collect();
                let bins: Vec<u8> = match n % 2 {
                    0 => (0..n).map(|_| rng.gen_range(0..60) * 4).collect(),
                    _ => (0..n).map(|_| rng.r#gen()).collect(),
                };
                check((criterion, n_classes, counts_samples), &samples, &bins);
            }
        }
    }
}

#[test]
fn the_largest_counts_that_fit_are_summed_without_overflow() {
    for criterion in [Criterion::Gini, Criterion::Entropy] {
        for (counts, fits) in [
            ([32767, 0], true),
            ([32767, 255], true),
            ([32767, 256], false),
            ([32768, 0], false),
            ([23170, 23170], true),
            ([23171, 23170], false),
        ] {
            let sample = |class, count| ClassSample { class, count };
            let samples = [
                sample(0, counts[0] - 40),
                sample(0, 40),
                sample(1, counts[1]),
            ];
            let n_samples = if counts[1] > 0 { 3 } else { 2 };
            let samples = &samples[..n_samples];
            if fits {
                check((criterion, 2, false), samples, &[3, 9, 5][..n_samples]);
            } else {
                let target = ClassTarget::new(criterion, vec![1.0; 2], 50_000, false);
                assert!(!target.searches_samples(&target.totals(samples)));
            }
        }
    }
}

#[test]
fn nodes_of_more_samples_than_are_counted_in_15_bits_are_searched_by_cells() {
    let samples: Vec<_> = (0..32768)
        .map(|at| ClassSample {
            class: (at / 8192) as u16,
            count: 1,
        })
        .collect();
    for counts_samples in [false, true] {
        let target = ClassTarget::new(Criterion::Gini, vec![1.0; 4], 40_000, counts_samples);
        let totals = target.totals(&samples);
        assert_eq!(target.searches_samples(&totals), !counts_samples);
        let totals = target.totals(&samples[1..]);
        assert!(target.searches_samples(&totals));
    }
}

//! Splitting a plan over machines.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::paths::{group, path_s};
use super::schedule::longest_first;
use crate::grid::Job;

/// Part `index` of `count`, counted from 1: `--shard 2/3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

/// A shard that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a shard must be I/N with 1 <= I <= N, like 2/3, got `{given}`")]
pub struct ShardError {
    given: String,
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parse = || {
            let (index, count) = text.split_once('/')?;
            let (index, count) = (index.trim().parse().ok()?, count.trim().parse().ok()?);
            (1..=count)
                .contains(&index)
                .then_some(Self { index, count })
        };
        parse().ok_or_else(|| ShardError {
            given: text.to_owned(),
        })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Shard {
    /// The jobs of this shard, in the order given.
    ///
    /// Longest first, each path of jobs that one training serves goes to the shard with the least to
    /// do so far. Ties are broken by id, so that the split depends on neither the order of the config
    /// nor on what is done already, and every job is in exactly one shard.
    #[must_use]
    pub fn select(self, jobs: Vec<Job>) -> Vec<Job> {
        let mut by_id: Vec<usize> = (0..jobs.len()).collect();
        by_id.sort_by(|&a, &b| jobs[a].id.cmp(&jobs[b].id));
        let paths = group(by_id.into_iter().map(|idx| (idx, &jobs[idx])));
        let seconds = |path: &Vec<usize>| path_s(path.iter().map(|&job_idx| &jobs[job_idx]));
        let mut loads = vec![(0.0_f64, 0_usize); self.count];
        let mut shard_of = vec![0; jobs.len()];
        for path in longest_first(paths.iter().map(seconds)) {
            let path = &paths[path];
            // The lightest shard; among those, the one with the fewest jobs, so that jobs
            // estimated to take no time are dealt out as well.
            let lightest = (0..self.count)
                .min_by(|&a, &b| {
                    let ((a_s, a_n), (b_s, b_n)) = (loads[a], loads[b]);
                    a_s.total_cmp(&b_s).then(a_n.cmp(&b_n))
                })
                .unwrap_or_default();
            loads[lightest].0 += seconds(path);
            loads[lightest].1 += path.len();
            for &job_idx in path {
                shard_of[job_idx] = lightest;
            }
        }
        jobs.into_iter()
            .zip(shard_of)
            .filter(|(_, shard)| shard + 1 == self.index)
            .map(|(job, _)| job)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::fixture;

    fn jobs(costs: &[f64]) -> Vec<Job> {
        costs
            .iter()
            .enumerate()
            .map(|(idx, &cpu_s)| {
                let mut job = fixture::job(idx);
                job.cost.cpu_s = cpu_s;
                job
            })
            .collect()
    }

    #[test]
    fn every_job_is_in_exactly_one_shard() {
        let all = jobs(&[5.0, 1.0, 0.0, 0.0, 3.0, 2.0, 2.0, 8.0]);
        for count in 1..12 {
            let mut found: Vec<_> = (1..=count)
                .flat_map(|index| Shard { index, count }.select(all.clone()))
                .map(|job| job.id)
                .collect();
            found.sort();
            let mut expected: Vec<_> = all.iter().map(|job| job.id.clone()).collect();
            expected.sort();
            assert_eq!(found, expected, "{count} shards");
        }
    }

    #[test]
    fn shards_are_balanced_by_cost() {
        let all = jobs(&[8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
        for index in 1..=3 {
            let shard = Shard { index, count: 3 }.select(all.clone());
            let cost: f64 = shard.iter().map(|job| job.cost.cpu_s).sum();
            assert!((11.0..=13.0).contains(&cost), "shard {index} costs {cost}");
        }
    }

    #[test]
    fn the_split_does_not_depend_on_the_order_of_the_config() {
        let all = jobs(&[1.0, 1.0, 1.0, 2.0, 2.0]);
        let mut reversed = all.clone();
        reversed.reverse();
        let ids = |jobs: Vec<Job>| {
            let mut ids: Vec<_> = jobs.into_iter().map(|job| job.id).collect();
            ids.sort();
            ids
        };
        let shard: Shard = "2/2".parse().unwrap();
        assert_eq!(ids(shard.select(all)), ids(shard.select(reversed)));
    }

    #[test]
    fn shards_that_do_not_exist_are_refused() {
        for text in ["", "1", "0/3", "4/3", "1/0", "a/b", "-1/2", "1/2/3"] {
            let error = text.parse::<Shard>().unwrap_err();
            assert!(error.to_string().ends_with(&format!("got `{text}`")));
        }
        assert_eq!("2/3".parse::<Shard>().unwrap().to_string(), "2/3");
    }
}

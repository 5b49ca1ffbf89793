//! Which job starts next: longest first, as far as memory allows.
//!
//! A job that does not fit into what is left of the memory lets later, smaller ones pass, but only
//! a bounded number of times: then nothing else starts until it has its turn. A job that needs more
//! than the whole budget runs alone.

/// What the queue knows of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Estimated seconds, for the order.
    pub seconds: f64,
    /// Estimated bytes while it runs.
    pub memory_bytes: u64,
}

/// What a free thread should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Start the job of this index.
    Start(usize),
    /// Wait until a running job has finished.
    Wait,
    /// There is nothing left to start.
    Done,
}

/// Jobs that wait, and the memory that is free.
#[derive(Debug)]
pub struct Queue {
    waiting: Vec<Waiting>,
    /// By job index; what the job takes of the budget.
    shares: Vec<u64>,
    free_bytes: u64,
    max_passes: usize,
}

#[derive(Debug)]
struct Waiting {
    job_idx: usize,
    /// How many later jobs started before this one because it did not fit.
    n_passes: usize,
}

impl Queue {
    /// Queues the jobs of `demands` for `n_slots` threads and `budget_bytes` of memory.
    #[must_use]
    pub fn new(demands: &[Demand], n_slots: usize, budget_bytes: u64) -> Self {
        Self {
            waiting: longest_first(demands.iter().map(|demand| demand.seconds))
                .into_iter()
                .map(|job_idx| Waiting {
                    job_idx,
                    n_passes: 0,
                })
                .collect(),
            // Clamped, a job larger than the budget fits when nothing else runs.
            shares: demands
                .iter()
                .map(|demand| demand.memory_bytes.min(budget_bytes))
                .collect(),
            free_bytes: budget_bytes,
            max_passes: 2 * n_slots,
        }
    }

    /// What to do next. A started job takes its share of the memory until [`Self::finish`].
    pub fn next(&mut self) -> Next {
        if self.waiting.is_empty() {
            return Next::Done;
        }
        // Nothing behind a job that was passed over too often may start.
        let n_candidates = self
            .waiting
            .iter()
            .position(|waiting| waiting.n_passes >= self.max_passes)
            .map_or(self.waiting.len(), |idx| idx + 1);
        let fitting = self.waiting[..n_candidates]
            .iter()
            .position(|waiting| self.shares[waiting.job_idx] <= self.free_bytes);
        let Some(place) = fitting else {
            return Next::Wait;
        };
        for passed in &mut self.waiting[..place] {
            passed.n_passes += 1;
        }
        let job_idx = self.waiting.remove(place).job_idx;
        self.free_bytes -= self.shares[job_idx];
        Next::Start(job_idx)
    }

    /// Gives back the memory of a started job.
    pub fn finish(&mut self, job_idx: usize) {
        self.free_bytes += self.shares[job_idx];
    }
}

/// Indices by falling seconds; equal ones in their order.
pub(super) fn longest_first(seconds: impl Iterator<Item = f64>) -> Vec<usize> {
    let mut order: Vec<(usize, f64)> = seconds.enumerate().collect();
    // Stable, so that equal ones keep their order.
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    order.into_iter().map(|(idx, _)| idx).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn demand(seconds: f64, memory_bytes: u64) -> Demand {
        Demand {
            seconds,
            memory_bytes,
        }
    }

    #[test]
    fn the_longest_starts_first_and_equal_ones_in_their_order() {
        let demands = [1.0, 5.0, 3.0, 5.0].map(|seconds| demand(seconds, 0));
        let mut queue = Queue::new(&demands, 2, 10);
        let order: Vec<_> = (0..5).map(|_| queue.next()).collect();
        let expected = [1, 3, 2, 0].map(Next::Start);
        assert_eq!(order[..4], expected);
        assert_eq!(order[4], Next::Done);
    }

    #[test]
    fn a_job_that_does_not_fit_lets_smaller_ones_pass() {
        let mut queue = Queue::new(&[demand(3.0, 8), demand(2.0, 8), demand(1.0, 2)], 3, 10);
        assert_eq!(queue.next(), Next::Start(0));
        assert_eq!(queue.next(), Next::Start(2));
        assert_eq!(queue.next(), Next::Wait);
        queue.finish(0);
        assert_eq!(queue.next(), Next::Start(1));
        assert_eq!(queue.next(), Next::Done);
    }

    #[test]
    fn a_job_is_passed_over_a_bounded_number_of_times() {
        // One large job behind a small one that keeps running, and many small ones.
        let mut demands = vec![demand(100.0, 1), demand(90.0, 10)];
        demands.extend((0..50).map(|_| demand(1.0, 1)));
        let mut queue = Queue::new(&demands, 2, 10);
        assert_eq!(queue.next(), Next::Start(0));
        let mut n_passed = 0;
        while let Next::Start(job_idx) = queue.next() {
            assert_ne!(job_idx, 1);
            queue.finish(job_idx);
            n_passed += 1;
        }
        assert_eq!(n_passed, 4);
        queue.finish(0);
        assert_eq!(queue.next(), Next::Start(1));
    }

    #[test]
    fn a_job_larger_than_the_budget_runs_alone() {
        let mut queue = Queue::new(&[demand(1.0, 1), demand(2.0, 99)], 2, 10);
        assert_eq!(queue.next(), Next::Start(1));
        assert_eq!(queue.next(), Next::Wait);
        queue.finish(1);
        assert_eq!(queue.next(), Next::Start(0));
    }

    proptest! {
        #[test]
        fn every_job_starts_once_and_memory_is_never_overdrawn(
            jobs in prop::collection::vec((0.0..100.0_f64, 0_u64..15), 0..40),
            n_slots in 1_usize..5,
            picks in prop::collection::vec(0_usize..100, 100),
        ) {
            let demands: Vec<_> = jobs.iter().map(|&(s, m)| demand(s, m)).collect();
            let mut queue = Queue::new(&demands, n_slots, 10);
            let (mut running, mut started) = (Vec::new(), Vec::new());
            let mut picks = picks.into_iter().cycle();
            loop {
                let next = if running.len() < n_slots { queue.next() } else { Next::Wait };
                match next {
                    Next::Start(job_idx) => {
                        running.push(job_idx);
                        started.push(job_idx);
                        let used: u64 = running.iter().map(|&idx| demands[idx].memory_bytes).sum();
                        prop_assert!(used <= 10 || running.len() == 1
                            || running.iter().filter(|&&idx| demands[idx].memory_bytes > 0).count() == 1);
                    }
                    // Nothing to wait for would be a deadlock.
                    Next::Wait => {
                        prop_assert!(!running.is_empty());
                        let idx = picks.next().unwrap_or(0) % running.len();
                        queue.finish(running.swap_remove(idx));
                    }
                    Next::Done => break,
                }
            }
            started.sort_unstable();
            prop_assert_eq!(started, (0..demands.len()).collect::<Vec<_>>());
        }
    }
}

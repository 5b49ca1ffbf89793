//! What a repeat trains: one interface for this program's classifiers and for those of engines.

use std::collections::BTreeMap;
use std::{mem, process};

use ndarray::{Array1, Array2};

use super::class_keys;
use super::clock::{Stopwatch, Timing, timed};
use super::repeats::{failure_of, finite};
use crate::catalog::{EstimatorSpec, Params};
use crate::dataset::Prepared;
use crate::estimators::multiclass::{ClassEncoding, spread_columns};
use crate::estimators::path::{Ledger, Outcome};
use crate::estimators::{FitError, FitInfo};
use crate::grid::Scores;
use crate::runner::memory::process_memory;
use crate::runner::protocol::{EngineReport, Failure};

/// The members of a path, or a single classifier, trained anew in each repeat.
pub(in crate::runner) trait Learner {
    /// Trains `members` on the train split in the order of `seed`, predicts the test split, and
    /// hands on what happens; each member is done once.
    ///
    /// # Errors
    /// [`Failure`] for all members that are not done.
    fn repeat(
        &mut self,
        seed: u64,
        members: &[usize],
        data: &Prepared,
        news: &mut dyn FnMut(News),
    ) -> Result<(), Failure>;

    /// Ends what the repeats have started, after the last one. Returns what the row should say.
    fn end(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What happens in a repeat.
pub(in crate::runner) enum News {
    /// What an engine says of itself.
    Engine(Box<EngineReport>),
    /// What the row should say.
    Note(String),
    /// Wall seconds of all repeats so far that none of the members that are still waited for would
    /// have taken alone.
    Spared(f64),
    /// A member is done.
    Done {
        member: usize,
        result: Result<Box<Measured>, Failure>,
    },
}

/// One fit and one prediction.
pub(in crate::runner) struct Measured {
    pub(in crate::runner) info: FitInfo,
    pub(in crate::runner) fit: Timing,
    /// One label per sample of the test split.
    pub(in crate::runner) labels: Array1<usize>,
    pub(in crate::runner) predict: Timing,
    /// The probability of each class for each sample of the test split, if they were asked for and
    /// there are any, and the time that they took.
    pub(in crate::runner) probabilities: Option<(Array2<f64>, Timing)>,
    /// The most resident bytes so far, if they are known.
    pub(in crate::runner) peak_rss_bytes: Option<u64>,
    /// Wall seconds of all repeats so far that none of the members that are still waited for would
    /// have taken alone.
    pub(in crate::runner) spared_s: f64,
}

/// Classifiers of this program that one training serves.
pub(in crate::runner) struct Ours<'a> {
    spec: &'a EstimatorSpec,
    path: Vec<&'a Params>,
    scores: Scores,
    /// Wall seconds of all repeats, by member.
    charged_s: Vec<f64>,
    /// Wall seconds of all repeats that some member was charged with.
    worked_s: f64,
}

impl<'a> Ours<'a> {
    pub(in crate::runner) fn new(
        spec: &'a EstimatorSpec,
        path: Vec<&'a Params>,
        scores: Scores,
    ) -> Self {
        Self {
            spec,
            scores,
            charged_s: vec![0.0; path.len()],
            path,
            worked_s: 0.0,
        }
    }
}

impl Learner for Ours<'_> {
    fn repeat(
        &mut self,
        seed: u64,
        members: &[usize],
        data: &Prepared,
        news: &mut dyn FnMut(News),
    ) -> Result<(), Failure> {
        let name = class_keys::name_of(data.class_labels());
        let (mut valid, mut params) = (Vec::new(), Vec::new());
        for &member in members {
            let built =
                class_keys::coded(self.spec.name, self.path[member], data).and_then(|own| {
                    let built = self.spec.build(&own, seed);
                    built.map_err(|error| failure_of(&error.into(), &name))?;
                    Ok(own)
                });
            match built {
                Ok(own) => {
                    valid.push(member);
                    params.push(own);
                }
                Err(failure) => news(News::Done {
                    member,
                    result: Err(failure),
                }),
            }
        }
        let params: Vec<&Params> = params.iter().map(AsRef::as_ref).collect();
        let path = self
            .spec
            .build_path(&params, seed)
            .map_err(|error| failure_of(&error.into(), &name))?;
        let (x, y) = data.shuffled_train(seed);
        let mut account = Account {
            bills: vec![Bill::default(); valid.len()],
            waiting: (0..valid.len()).collect(),
            members: &valid,
            present: (!self.scores.is_labels()).then(|| ClassEncoding::new(data.y_train()).0),
            labels: data.class_labels(),
            charged: Charged::Nobody,
            purses: Vec::new(),
            watch: Stopwatch::start(),
            charged_s: &mut self.charged_s,
            worked_s: &mut self.worked_s,
            news,
        };
        path.run(x.view(), y.view(), data.x_test(), &mut account)
            .map_err(|error| failure_of(&error, &name))
    }
}

/// What a member would have taken alone.
#[derive(Debug, Clone, Copy, Default)]
struct Bill {
    fit: Timing,
    predict: Timing,
}

impl Bill {
    fn of(&mut self, phase: Phase) -> &mut Timing {
        match phase {
            Phase::Fit => &mut self.fit,
            Phase::Predict => &mut self.predict,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Fit,
    Predict,
}

/// Whom the work is for.
#[derive(Debug)]
enum Charged {
    Nobody,
    /// The members at these places.
    Members(Vec<usize>, Phase),
    /// Those who pay for what is in this purse.
    Purse(usize),
}

/// Charges the members of a path with the work that is done for them.
struct Account<'a> {
    /// By place in the path that runs.
    bills: Vec<Bill>,
    /// Places that are not done.
    waiting: Vec<usize>,
    /// The member at each place.
    members: &'a [usize],
    /// The classes that the train split has, ascending, if probabilities are wanted.
    present: Option<ClassEncoding>,
    /// Of the data's classes.
    labels: &'a [String],
    charged: Charged,
    /// What was taken by work that is not paid for.
    purses: Vec<Timing>,
    watch: Stopwatch,
    charged_s: &'a mut [f64],
    worked_s: &'a mut f64,
    news: &'a mut dyn FnMut(News),
}

impl Account<'_> {
    /// Charges what was done since the last call, and says for whom the work is from now on.
    fn turn_to(&mut self, next: Charged) {
        let lap = self.watch.lap();
        match mem::replace(&mut self.charged, next) {
            Charged::Nobody => return,
            Charged::Members(places, phase) => {
                for place in places {
                    self.charge(place, phase, lap);
                }
            }
            Charged::Purse(purse) => {
                if self.purses.len() <= purse {
                    self.purses.resize(purse + 1, Timing::default());
                }
                self.purses[purse] += lap;
            }
        }
        *self.worked_s += lap.wall_s;
    }

    fn charge(&mut self, place: usize, phase: Phase, timing: Timing) {
        *self.bills[place].of(phase) += timing;
        self.charged_s[self.members[place]] += timing.wall_s;
    }

    /// Charges each member with its share of what is in a purse.
    fn pay(&mut self, purse: usize, phase: Phase, shares: &[f64]) {
        self.turn_to(Charged::Nobody);
        let Some(purse) = self.purses.get_mut(purse) else {
            return;
        };
        let timing = mem::take(purse);
        for (place, share) in shares.iter().enumerate() {
            self.charge(place, phase, timing * *share);
        }
        self.tell_spared();
    }

    /// Charges each member with what its own purse holds, and with as much of a common one as that
    /// is of the fullest.
    fn pay_by(&mut self, purse: usize, own: &[Option<usize>]) {
        self.turn_to(Charged::Nobody);
        let mut take = |purse: usize| self.purses.get_mut(purse).map(mem::take);
        let common = take(purse).unwrap_or_default();
        let of_purse: BTreeMap<usize, Timing> = own
            .iter()
            .flatten()
            .filter_map(|&purse| Some((purse, take(purse)?)))
            .filter(|(_, timing)| *timing != Timing::default())
            .collect();
        let fullest = of_purse.values().map(|timing| timing.cpu_s);
        let fullest_s = fullest.fold(0.0, f64::max);
        for (place, purse) in own.iter().enumerate() {
            let Some(purse) = purse else { continue };
            // What is too short for the clock is as long for each.
            let timing = of_purse.get(purse).copied().unwrap_or_default();
            let share = if fullest_s > 0.0 {
                timing.cpu_s / fullest_s
            } else {
                1.0
            };
            self.charge(place, Phase::Predict, timing);
            self.charge(place, Phase::Predict, common * share);
        }
        self.tell_spared();
    }

    fn tell_spared(&mut self) {
        let spared_s = self.spared_s();
        (self.news)(News::Spared(spared_s));
        // What was done with the news is nobody's.
        self.watch.lap();
    }

    fn spared_s(&self) -> f64 {
        let of = |&place: &usize| self.charged_s[self.members[place]];
        let longest = self.waiting.iter().map(of).fold(0.0, f64::max);
        if self.waiting.is_empty() {
            let all = self.members.iter().map(|&member| self.charged_s[member]);
            return *self.worked_s - all.fold(0.0, f64::max);
        }
        *self.worked_s - longest
    }
}

impl Ledger for Account<'_> {
    fn fit_for(&mut self, places: &[usize]) {
        self.turn_to(Charged::Members(places.to_vec(), Phase::Fit));
    }

    fn predict_for(&mut self, places: &[usize]) {
        self.turn_to(Charged::Members(places.to_vec(), Phase::Predict));
    }

    fn put_aside(&mut self, purse: usize) {
        self.turn_to(Charged::Purse(purse));
    }

    fn pay_fits(&mut self, purse: usize, shares: &[f64]) {
        self.pay(purse, Phase::Fit, shares);
    }

    fn pay_predictions(&mut self, purse: usize, shares: &[f64]) {
        self.pay(purse, Phase::Predict, shares);
    }

    fn pay_predictions_by(&mut self, purse: usize, own: &[Option<usize>]) {
        self.pay_by(purse, own);
    }

    fn done(&mut self, place: usize, result: Result<Outcome<'_>, FitError>) {
        self.turn_to(Charged::Nobody);
        let result = result.map(|outcome| {
            let Outcome {
                info,
                labels,
                probabilities,
            } = outcome;
            let probabilities = self.present.as_ref().and_then(|present| {
                let (found, timing) = timed(probabilities);
                Some((
                    spread_columns(&found?, present.labels(), self.labels.len()),
                    timing,
                ))
            });
            (info, labels, probabilities)
        });
        self.waiting.retain(|&waiting| waiting != place);
        let Bill { fit, predict } = self.bills[place];
        let spared_s = self.spared_s();
        let name = class_keys::name_of(self.labels);
        let measured = |(info, labels, probabilities)| {
            Box::new(Measured {
                info: finite(info),
                fit,
                labels,
                predict,
                probabilities,
                peak_rss_bytes: process_memory(process::id()).map(|memory| memory.peak_bytes),
                spared_s,
            })
        };
        (self.news)(News::Done {
            member: self.members[place],
            result: result
                .map(measured)
                .map_err(|error| failure_of(&error, &name)),
        });
        // What was done with the news is nobody's.
        self.watch.lap();
    }
}

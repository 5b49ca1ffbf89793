//! Machines with several kernels and bounds, on the same products of rows.
//!
//! All kernels are functions of the inner products x·x', and so are the problems of all C. The pairs of
//! classes are taken one after the other, and all members of a path are fitted to a pair before
//! the next one, each as it would be alone: a row of products that one of them has asked for is
//! there for the others. Predicting, the products of the test rows with the support vectors of all
//! members are computed once, and each member takes its own from them.
//!
//! Products are not a member's own work. The first member of a pair finds nothing and computes what it
//! would alone; that is put aside, and each member pays for as many rows as it would have computed, at
//! that price. What the others compute in its stead, in smaller pieces, and what keeping products takes,
//! is nobody's.

use std::collections::HashMap;
use std::rc::Rc;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};

use super::algorithm::Training;
use super::class_support::SupportVectors;
use super::kernel::Kernel;
use super::machines::{BLOCK_ROWS, Machines, Margins, PairSolution, Rows, norms_of};
use super::pair_solver::budget_bytes;
use super::products::{self, Computed, Products};
use crate::classifier::{
    Classifier, FittedClassifier as _, check_finite, check_fitted, check_width,
};
use crate::error::FitError;
use crate::multiclass::{ClassPair, class_pairs};
use crate::path::{self, Ledger, Outcome, PathData};
use fashion_bench_numeric::gemm::gemm_nt;

/// Most bytes of products that are kept for a pair of classes; the catalog's estimate of a job's
/// memory has as much to spare.
const MOST_KEPT: usize = 200_000_000;

/// Purses of the ledger.
const ROWS: usize = 0;
const EXACT: usize = 1;
const TEST_ROWS: usize = 2;

/// The purse that nobody pays for.
const SPARE: usize = 3;

/// Whether `n_members` members share products. With several threads they do not: these fit several
/// pairs at the same time, and what each member takes could not be told apart.
fn is_shared(n_members: usize) -> bool {
    n_members > 1 && rayon::current_num_threads() == 1
}

/// Fits the members of a path, pair by pair, and lets them predict; each on its own where they do not
/// share products.
///
/// # Errors
/// [`FitError`] for test rows that nobody can predict.
pub(super) fn fit_together<'a, C: Classifier>(
    path: &'a [C],
    training: impl Fn(&'a C) -> Result<Training<'a>, FitError>,
    data: PathData<'_>,
    ledger: &mut dyn Ledger,
) -> Result<(), FitError> {
    if !is_shared(path.len()) {
        path::train_each(path, data, ledger);
        return Ok(());
    }
    check_width(data.x_test, data.x.ncols())?;
    check_finite(data.x_test)?;
    let mut members = Vec::with_capacity(path.len());
    for (place, own) in path.iter().enumerate() {
        ledger.fit_for(&[place]);
        match training(own) {
            Ok(training) => members.push(Member {
                place,
                training,
                pairs: Vec::new(),
            }),
            Err(error) => ledger.done(place, Err(error)),
        }
    }
    for (first, second) in class_pairs(data.encoding.n_classes()) {
        fit_pair(&mut members, path.len(), (first, second), data, ledger);
    }
    predict(&members, path.len(), data, ledger);
    Ok(())
}

struct Member<'a> {
    place: usize,
    training: Training<'a>,
    /// The machines so far.
    pairs: Vec<PairSolution>,
}

fn places(members: &[Member<'_>]) -> Vec<usize> {
    members.iter().map(|member| member.place).collect()
}

/// Fits all members to a pair of classes; those that fail are done.
fn fit_pair(
    members: &mut Vec<Member<'_>>,
    n_places: usize,
    (first, second): (usize, usize),
    data: PathData<'_>,
    ledger: &mut dyn Ledger,
) {
    let Some(settings) = members.first().map(|member| member.training.settings) else {
        return;
    };
    ledger.fit_for(&places(members));
    let pair = ClassPair::new(data.codes, first, second);
    let rows = data.x.select(Axis(0), &pair.rows);
    let most_bytes = budget_bytes(settings).min(MOST_KEPT);
    let mut store = Store::new(rows.view(), most_bytes, n_places);
    members.retain_mut(|member| {
        ledger.fit_for(&[member.place]);
        let mut products = StoredFor {
            store: &mut store,
            member: member.place,
            ledger,
        };
        let training = &member.training;
        let fitted = training.fit_machine(data.x, &pair, rows.view(), &mut products);
        match fitted {
            Ok(solution) => member.pairs.push(solution),
            Err(error) => {
                ledger.done(member.place, Err(error));
                return false;
            }
        }
        true
    });
    let n_priced = store.n_priced;
    ledger.pay_fits(ROWS, &shares(&store.n_asked, n_priced));
    ledger.pay_fits(EXACT, &shares(&store.n_asked_exact, 1));
}

/// What each member asked for, as a part of what was computed.
fn shares(n_asked: &[usize], n_computed: usize) -> Vec<f64> {
    let share = |&n: &usize| n as f64 / n_computed.max(1) as f64;
    n_asked.iter().map(share).collect()
}

/// The products of the rows of a pair that were asked for so far.
struct Store<'x> {
    computed: Computed<'x>,
    /// Where the products of each row are kept.
    slot_of: Vec<Option<u32>>,
    slots: Vec<Box<[f32]>>,
    max_slots: usize,
    /// The first member that asked, and the rows that were computed for it.
    first: Option<usize>,
    n_priced: usize,
    /// Rows that each member would have computed alone.
    n_asked: Vec<usize>,
    exact: Option<Rc<Array2<f64>>>,
    /// Whether each member would have computed these alone.
    n_asked_exact: Vec<usize>,
}

impl<'x> Store<'x> {
    fn new(x: ArrayView2<'x, f32>, most_bytes: usize, n_members: usize) -> Self {
        let n = x.nrows();
        Self {
            computed: Computed::new(x),
            slot_of: vec![None; n],
            slots: Vec::new(),
            max_slots: most_bytes / (n * size_of::<f32>()).max(1),
            first: None,
            n_priced: 0,
            n_asked: vec![0; n_members],
            exact: None,
            n_asked_exact: vec![0; n_members],
        }
    }

    /// Returns which of `samples` are not there, as many as there is room for.
    fn missing(&self, samples: &[usize]) -> Vec<usize> {
        let room = self.max_slots - self.slots.len();
        let missing = samples.iter().copied();
        let missing = missing.filter(|&sample| self.slot_of[sample].is_none());
        missing.take(room).collect()
    }

    fn keep(&mut self, sample: usize, products: ArrayView1<'_, f32>) {
        let slot = u32::try_from(self.slots.len()).expect("fewer slots than rows");
        self.slot_of[sample] = Some(slot);
        let products = products.to_slice().expect("a fresh matrix is row-major");
        self.slots.push(products.into());
    }
}

/// The products of a pair for a member of the path.
struct StoredFor<'s, 'x> {
    store: &'s mut Store<'x>,
    member: usize,
    ledger: &'s mut dyn Ledger,
}

impl StoredFor<'_, '_> {
    /// Computes the products of `samples`, a row for each.
    fn compute(&mut self, samples: &[usize]) -> Array2<f32> {
        let store = &mut *self.store;
        let is_first = *store.first.get_or_insert(self.member) == self.member;
        self.ledger.put_aside(if is_first { ROWS } else { SPARE });
        let mut values = Array2::zeros((samples.len(), store.slot_of.len()));
        store.computed.write(samples, &mut values.view_mut());
        if is_first {
            store.n_priced += samples.len();
        }
        self.ledger.put_aside(SPARE);
        values
    }
}

impl Products for StoredFor<'_, '_> {
    fn announce(&mut self, samples: &[usize]) {
        self.store.n_asked[self.member] += samples.len();
        for block in self.store.missing(samples).chunks(products::BLOCK_ROWS) {
            let values = self.compute(block);
            for (&sample, row) in block.iter().zip(values.rows()) {
                self.store.keep(sample, row);
            }
        }
        self.ledger.fit_for(&[self.member]);
    }

    fn write(&mut self, samples: &[usize], values: &mut ArrayViewMut2<'_, f32>) {
        self.ledger.put_aside(SPARE);
        let mut missing = Vec::new();
        for (place, (&sample, mut row)) in samples.iter().zip(values.rows_mut()).enumerate() {
            match self.store.slot_of[sample] {
                Some(slot) => row
                    .as_slice_mut()
                    .expect("a fresh matrix is row-major")
                    .copy_from_slice(&self.store.slots[slot as usize]),
                None => missing.push(place),
            }
        }
        if !missing.is_empty() {
            // There was no room for them.
            let rows: Vec<usize> = missing.iter().map(|&place| samples[place]).collect();
            let products = self.compute(&rows);
            for (&place, row) in missing.iter().zip(products.rows()) {
                values.row_mut(place).assign(&row);
            }
        }
        self.ledger.fit_for(&[self.member]);
    }

    fn exact(&mut self) -> Rc<Array2<f64>> {
        self.store.n_asked_exact[self.member] += 1;
        if let Some(products) = &self.store.exact {
            return Rc::clone(products);
        }
        self.ledger.put_aside(EXACT);
        let products = self.store.computed.exact();
        self.store.exact = Some(Rc::clone(&products));
        self.ledger.fit_for(&[self.member]);
        products
    }
}

/// Some of the support vectors of all members.
struct Chosen<'u> {
    /// `n` × `n_features`.
    vectors: &'u Array2<f32>,
    /// Which of them.
    idx: Vec<usize>,
}

impl SupportVectors for Chosen<'_> {
    fn vector(&self, idx: usize) -> &[f32] {
        SupportVectors::vector(self.vectors, self.idx[idx])
    }

    fn products(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        self.of_all(&SupportVectors::products(self.vectors, x))
    }
}

impl Chosen<'_> {
    /// Chooses the products with these vectors from those with all vectors.
    fn of_all(&self, products: &Array2<f32>) -> Array2<f32> {
        let mut own = Vec::with_capacity(products.nrows() * self.idx.len());
        for row in products.rows() {
            let row = row.to_slice().expect("a fresh matrix is row-major");
            own.extend(self.idx.iter().map(|&idx| row[idx]));
        }
        let shape = (products.nrows(), self.idx.len());
        Array2::from_shape_vec(shape, own).expect("a product for each vector and row")
    }
}

/// The support vectors of all members that have any, by class.
struct Union {
    vectors: Vec<Array2<f32>>,
    /// For each row of the training data, its place among the vectors of its class.
    place_of: HashMap<usize, usize>,
}

impl Union {
    fn new(members: &[Member<'_>], data: PathData<'_>) -> Self {
        let mut is_support = vec![false; data.codes.len()];
        let kernels = members.iter();
        for member in kernels.filter(|member| member.training.kernel != Kernel::Linear) {
            for (row, _) in member.pairs.iter().flat_map(|pair| &pair.coefs) {
                is_support[*row] = true;
            }
        }
        let mut rows = vec![Vec::new(); data.encoding.n_classes()];
        let mut place_of = HashMap::new();
        for row in (0..is_support.len()).filter(|&row| is_support[row]) {
            let of_class = &mut rows[data.codes[row]];
            place_of.insert(row, of_class.len());
            of_class.push(row);
        }
        let vectors = rows.iter().map(|rows| data.x.select(Axis(0), rows));
        Self {
            vectors: vectors.collect(),
            place_of,
        }
    }

    fn n_vectors(&self) -> usize {
        self.vectors.iter().map(Array2::nrows).sum()
    }
}

/// A member that predicts.
struct Voter<'u> {
    place: usize,
    machines: Machines<Chosen<'u>>,
    margins: Margins,
    classes: Vec<usize>,
}

/// Lets all members predict the test rows.
fn predict(members: &[Member<'_>], n_places: usize, data: PathData<'_>, ledger: &mut dyn Ledger) {
    ledger.fit_for(&places(members));
    let union = Union::new(members, data);
    let mut voters = Vec::new();
    for member in members {
        ledger.fit_for(&[member.place]);
        let machines = machines_of(member, &union, data);
        if let Err(error) = check_fitted(&machines) {
            ledger.done(member.place, Err(error));
            continue;
        }
        ledger.predict_for(&[member.place]);
        voters.push(Voter {
            place: member.place,
            margins: machines.margins(data.x_test),
            machines,
            classes: Vec::with_capacity(data.x_test.nrows()),
        });
    }
    let (with_vectors, weights): (Vec<Voter<'_>>, _) = voters
        .into_iter()
        .partition(|voter| voter.machines.vectors(0).is_some());
    for voter in weights {
        path::predict(voter.place, Ok(voter.machines), data.x_test, ledger);
    }
    vote(with_vectors, n_places, &union, data, ledger);
}

fn machines_of<'u>(
    member: &Member<'_>,
    union: &'u Union,
    data: PathData<'_>,
) -> Machines<Chosen<'u>> {
    let rows = Rows {
        x: data.x,
        codes: data.codes,
    };
    let select = |class: usize, rows: &[usize]| Chosen {
        vectors: &union.vectors[class],
        idx: rows.iter().map(|row| union.place_of[row]).collect(),
    };
    let Training {
        kernel, settings, ..
    } = &member.training;
    let votes = (settings.break_ties, settings.decision_function_shape);
    let encoding = data.encoding.clone();
    Machines::of_vectors(rows, encoding, *kernel, &member.pairs, votes, select)
}

/// Lets the members with support vectors predict, block by block of the test rows.
fn vote(
    mut voters: Vec<Voter<'_>>,
    n_places: usize,
    union: &Union,
    data: PathData<'_>,
    ledger: &mut dyn Ledger,
) {
    let places: Vec<usize> = voters.iter().map(|voter| voter.place).collect();
    for block in data.x_test.axis_chunks_iter(Axis(0), BLOCK_ROWS) {
        ledger.predict_for(&places);
        let norms = norms_of(block);
        let start = |voter: &Voter<'_>| voter.machines.intercepts_of(block.nrows());
        let mut decisions: Vec<Array2<f64>> = voters.iter().map(start).collect();
        for (class, vectors) in union.vectors.iter().enumerate() {
            ledger.put_aside(TEST_ROWS);
            let mut products = Array2::zeros((block.nrows(), vectors.nrows()));
            gemm_nt(1.0, block, vectors.view(), 0.0, &mut products.view_mut());
            for (voter, decisions) in voters.iter().zip(&mut decisions) {
                ledger.predict_for(&[voter.place]);
                if let Some(chosen) = voter.machines.vectors(class) {
                    let own = chosen.of_all(&products);
                    voter.machines.add_class(class, own, &norms, decisions);
                }
            }
        }
        for (voter, decisions) in voters.iter_mut().zip(&decisions) {
            ledger.predict_for(&[voter.place]);
            let classes = voter.machines.classify(block, decisions, &voter.margins);
            voter.classes.extend(classes);
        }
    }
    let mut n_own = vec![0; n_places];
    for voter in &voters {
        let of_class = |class| voter.machines.vectors(class).map_or(0, |own| own.idx.len());
        n_own[voter.place] = (0..union.vectors.len()).map(of_class).sum();
    }
    ledger.pay_predictions(TEST_ROWS, &shares(&n_own, union.n_vectors()));
    for voter in &voters {
        let classes = voter.classes.iter();
        let labels: Array1<usize> = classes.map(|&class| data.encoding.label(class)).collect();
        let outcome = Outcome {
            info: voter.machines.fit_info(),
            labels,
            probabilities: &|| voter.machines.probabilities(data.x_test),
        };
        ledger.done(voter.place, Ok(outcome));
    }
}

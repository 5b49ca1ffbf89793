//! The matrix B of the quadratic model, as the last few steps s and changes y of the gradient.
//!
//! `B = θI - W M Wᵀ` with `W = [Y θS]`, θ = yᵀy/sᵀy of the last pair, and
//! `M⁻¹ = [[-D, Lᵀ], [L, θSᵀS]]`, where D and L are the diagonal and the part below it of SᵀY
//! (equations 3.2 to 3.4 of the paper).

use std::collections::VecDeque;

use super::vectors::{add_scaled, dot};

/// The pairs, oldest first.
#[derive(Debug)]
pub(super) struct Memory {
    capacity: usize,
    pairs: VecDeque<Pair>,
    theta: f64,
}

#[derive(Debug)]
struct Pair {
    s: Vec<f64>,
    y: Vec<f64>,
    sy: f64,
    /// Inner products of this s with the s and the y of this pair and of those after it, and of this
    /// y with the s of those after it; empty where nothing needs them.
    ss: VecDeque<f64>,
    ys: VecDeque<f64>,
}

impl Memory {
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            pairs: VecDeque::new(),
            theta: 1.0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub fn theta(&self) -> f64 {
        self.theta
    }

    /// Returns the number of columns of W.
    pub fn width(&self) -> usize {
        2 * self.pairs.len()
    }

    /// Forgets all pairs.
    pub fn clear(&mut self) {
        self.pairs.clear();
        self.theta = 1.0;
    }

    /// Takes a pair with `sᵀy > 0`, and the inner products that [`Self::middle`] needs if asked to.
    pub fn push(&mut self, s: Vec<f64>, y: Vec<f64>, needs_products: bool) {
        if self.pairs.len() == self.capacity {
            self.pairs.pop_front();
        }
        let sy = dot(&s, &y);
        self.theta = dot(&y, &y) / sy;
        let (mut ss, mut ys) = (VecDeque::new(), VecDeque::new());
        if needs_products {
            for pair in &mut self.pairs {
                pair.ss.push_back(dot(&pair.s, &s));
                pair.ys.push_back(dot(&pair.y, &s));
            }
            ss.push_back(dot(&s, &s));
            ys.push_back(sy);
        }
        self.pairs.push_back(Pair { s, y, sy, ss, ys });
    }

    /// Returns `-B⁻¹·gradient` by the two-loop recursion (Nocedal 1980).
    pub fn newton_direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut way: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut shares = vec![0.0; self.pairs.len()];
        for (pair, share) in self.pairs.iter().zip(&mut shares).rev() {
            *share = dot(&pair.s, &way) / pair.sy;
            add_scaled(&mut way, -*share, &pair.y);
        }
        way.iter_mut().for_each(|way| *way /= self.theta);
        for (pair, share) in self.pairs.iter().zip(&shares) {
            let back = dot(&pair.y, &way) / pair.sy;
            add_scaled(&mut way, share - back, &pair.s);
        }
        way
    }

    /// Returns row `i` of W.
    pub fn row(&self, i: usize) -> Vec<f64> {
        let of_y = self.pairs.iter().map(|pair| pair.y[i]);
        let of_s = self.pairs.iter().map(|pair| self.theta * pair.s[i]);
        of_y.chain(of_s).collect()
    }

    /// Returns `Wᵀv`.
    pub fn times_transposed(&self, v: &[f64]) -> Vec<f64> {
        let of_y = self.pairs.iter().map(|pair| dot(&pair.y, v));
        let of_s = self.pairs.iter().map(|pair| self.theta * dot(&pair.s, v));
        of_y.chain(of_s).collect()
    }

    /// Returns M, or nothing if rounding has made its inverse singular.
    pub fn middle(&self) -> Option<Middle> {
        let n = self.pairs.len();
        let mut inverse = vec![vec![0.0; 2 * n]; 2 * n];
        for (i, pair) in self.pairs.iter().enumerate() {
            inverse[i][i] = -pair.sy;
            for j in i..n {
                // Entry (j, i) of L is sⱼᵀyᵢ with j after i.
                if j > i {
                    inverse[n + j][i] = pair.ys[j - i];
                    inverse[i][n + j] = pair.ys[j - i];
                }
                inverse[n + i][n + j] = self.theta * pair.ss[j - i];
                inverse[n + j][n + i] = self.theta * pair.ss[j - i];
            }
        }
        Factored::new(inverse).map(Middle)
    }
}

/// M, as the factors of its inverse.
#[derive(Debug)]
pub(super) struct Middle(Factored);

impl Middle {
    /// Returns `M·v`.
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        self.0.solve(v)
    }
}

/// A small matrix factored by Gaussian elimination with row exchanges.
#[derive(Debug)]
pub(super) struct Factored {
    rows: Vec<Vec<f64>>,
    order: Vec<usize>,
}

impl Factored {
    /// Factors a square matrix; nothing if it is singular.
    pub fn new(mut rows: Vec<Vec<f64>>) -> Option<Self> {
        let n = rows.len();
        let mut order: Vec<usize> = (0..n).collect();
        for column in 0..n {
            let larger =
                |a: &usize, b: &usize| rows[*a][column].abs().total_cmp(&rows[*b][column].abs());
            let pivot = (column..n).max_by(larger)?;
            rows.swap(column, pivot);
            order.swap(column, pivot);
            let divisor = rows[column][column];
            if divisor == 0.0 || !divisor.is_finite() {
                return None;
            }
            let (above, below) = rows.split_at_mut(column + 1);
            let top = &above[column];
            for row in below {
                let factor = row[column] / divisor;
                row[column] = factor;
                add_scaled(&mut row[column + 1..], -factor, &top[column + 1..]);
            }
        }
        Some(Self { rows, order })
    }

    /// Returns the solution of `A·x = v`.
    pub fn solve(&self, v: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = self.order.iter().map(|&row| v[row]).collect();
        for row in 0..x.len() {
            x[row] -= dot(&self.rows[row][..row], &x[..row]);
        }
        for row in (0..x.len()).rev() {
            let rest = dot(&self.rows[row][row + 1..], &x[row + 1..]);
            x[row] = (x[row] - rest) / self.rows[row][row];
        }
        x
    }
}

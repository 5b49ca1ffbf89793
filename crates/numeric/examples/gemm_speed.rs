#![allow(warnings, unsafe_code, missing_docs, clippy::all)]
use faer::{Accum, MatMut, MatRef, Par};
use fashion_bench_numeric::gemm::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use std::time::Instant;
fn v<'a, F>(a: &ArrayView2<'a, F>) -> MatRef<'a, F> {
    unsafe {
        MatRef::from_raw_parts(
            a.as_ptr(),
            a.nrows(),
            a.ncols(),
            a.strides()[0],
            a.strides()[1],
        )
    }
}
fn cpu() -> f64 {
    let mut t = libc_ts();
    t.0 as f64 + t.1 as f64 * 1e-9
}
fn libc_ts() -> (i64, i64) {
    unsafe {
        let mut t = [0i64; 2];
        clock_gettime(2, t.as_mut_ptr());
        (t[0], t[1])
    }
}
unsafe extern "C" {
    fn clock_gettime(c: i32, t: *mut i64) -> i32;
}
fn run<F: GemmFloat + faer::traits::ComplexField>(
    name: &str,
    m: usize,
    k: usize,
    n: usize,
    ta: bool,
    tb: bool,
) {
    let _ = Instant::now();
    let mut s = 1u64;
    let mut r = || {
        s = s.wrapping_mul(6364136223846793005).wrapping_add(1);
        F::from_f64((s >> 40) as f64 / (1u64 << 24) as f64 - 0.5)
    };
    let a0 = Array2::from_shape_simple_fn(if ta { (k, m) } else { (m, k) }, &mut r);
    let b0 = Array2::from_shape_simple_fn(if tb { (n, k) } else { (k, n) }, &mut r);
    let a = if ta { a0.t() } else { a0.view() };
    let b = if tb { b0.t() } else { b0.view() };
    let mut c = Array2::<F>::zeros((m, n));
    let mut d = Array2::<F>::zeros((m, n));
    let flops = 2.0 * m as f64 * n as f64 * k as f64;
    let reps = (4e9 / flops).ceil().min(20000.0) as usize;
    let (mut best_o, mut best_f) = (f64::MAX, f64::MAX);
    let mut ratios = vec![];
    for _ in 0..5 {
        let t = cpu();
        for _ in 0..reps {
            gemm(F::one(), a, b, F::zero(), &mut c.view_mut());
        }
        let o = (cpu() - t) / reps as f64;
        let t = cpu();
        for _ in 0..reps {
            let mut dv: ArrayViewMut2<F> = d.view_mut();
            let mm = unsafe { MatMut::from_raw_parts_mut(dv.as_mut_ptr(), m, n, n as isize, 1) };
            faer::linalg::matmul::matmul(mm, Accum::Replace, v(&a), v(&b), F::one(), Par::Seq);
        }
        let f = (cpu() - t) / reps as f64;
        best_o = best_o.min(o);
        best_f = best_f.min(f);
        ratios.push(o / f);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "{name:28} {m:6}x{k:5}x{n:6} {}{} ours {:7.1} GF  faer {:7.1} GF  time ratio {:.3}",
        if ta { 'T' } else { 'N' },
        if tb { 'T' } else { 'N' },
        flops / best_o / 1e9,
        flops / best_f / 1e9,
        ratios[2]
    );
}
fn main() {
    run::<f32>("svm predict", 256, 784, 2000, false, true);
    run::<f32>("kernel rows", 128, 784, 12000, false, true);
    run::<f32>("big", 6000, 784, 784, false, false);
    run::<f32>("12000x784x256 NT", 12000, 784, 256, false, true);
    run::<f32>("neighbors", 128, 96, 1024, false, true);
    run::<f32>("projection", 256, 784, 94, false, false);
    run::<f32>("projection back", 256, 94, 784, false, true);
    run::<f32>("coefs", 256, 2000, 9, false, false);
    run::<f32>("linear predict", 1024, 784, 10, false, true);
    run::<f32>("mlp forward", 200, 784, 100, false, false);
    run::<f32>("mlp out", 200, 100, 10, false, false);
    run::<f32>("mlp grad", 784, 200, 100, true, false);
    run::<f32>("mlp grad out", 100, 200, 10, true, false);
    run::<f32>("mlp back", 200, 10, 100, false, true);
    run::<f32>("gram", 784, 512, 784, true, false);
    run::<f32>("row", 1, 784, 12000, false, true);
    run::<f32>("few rows", 6, 784, 12000, false, true);
    run::<f32>("column", 12000, 784, 1, false, false);
    run::<f64>("gram", 784, 512, 784, true, false);
    run::<f64>("big", 2000, 784, 784, false, false);
    run::<f64>("gp NT", 256, 784, 2000, false, true);
    run::<f64>("chol block", 700, 384, 48, false, true);
}

//! `fashion-bench run --dry-run`: the jobs of a run, in the order in which it would start them.

use fashion_bench::catalog::DataShape;
use fashion_bench::dataset::RawDataset;
use fashion_bench::grid::Plan;
use fashion_bench::results::Table;
use fashion_bench::results::duration::render_duration;
use fashion_bench::results::label::label;
use fashion_bench::runner::{Retry, StartOrder, is_done, paths, start_order};

/// Renders the jobs to do and the totals, with the number of jobs that the table already holds.
/// Without data (`known` is `None`) what the table holds is not known, so all jobs are listed.
pub fn render(
    plan: &Plan,
    known: Option<(&RawDataset, &Table)>,
    n_slots: usize,
    is_rerun: bool,
    has_paths: bool,
    retry: &[Retry],
) -> anyhow::Result<String> {
    let estimated = known.map(|(raw, _)| plan.estimated_for(&DataShape::from(raw)));
    let plan = estimated.as_ref().unwrap_or(plan);
    let mut text = String::new();
    let (mut to_do, mut alone_s, mut n_done) = (Vec::new(), 0.0, 0);
    for StartOrder { job, seconds } in start_order(plan) {
        let is_done = match known {
            Some((raw, table)) if !is_rerun => is_done(plan, job, &raw.identity, table, retry)?,
            _ => false,
        };
        if is_done {
            n_done += 1;
            continue;
        }
        to_do.push(job);
        alone_s += seconds;
        text.push_str(&format!(
            "{}  {:>11}  {:>6} MB  {}\n",
            job.id,
            render_duration(seconds),
            job.cost.memory_bytes / 1_000_000,
            label(job.name(), &job.written)
        ));
    }
    let n_to_do = to_do.len();
    let total_s = if has_paths {
        paths::seconds(to_do) * plan.settings.repeats as f64
    } else {
        alone_s
    };
    text.push_str(&format!(
        "{n_to_do} jobs to do, {n_done} done already, {} combinations not run; \
         about {} with {n_slots} side by side\n",
        plan.refused.len(),
        render_duration(total_s / n_slots as f64)
    ));
    text.push_str(&match known {
        Some((raw, table)) => format!(
            "dataset: {}; the rows would go to {}\n",
            raw.identity.name,
            table.path().display()
        ),
        None => format!(
            "dataset: {} was not found and would be downloaded, so what is done already is not \
             known\n",
            plan.settings.dataset
        ),
    });
    Ok(text)
}

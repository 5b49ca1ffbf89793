//! Where the time of a run went: fit and predict by family, and what the slots did beside them.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, presets};

use super::duration::render_duration;
use super::record::Record;
use crate::catalog::Family;

/// Wall seconds of fit and predict, over all repeats.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effort {
    by_family: BTreeMap<Family, FamilyEffort>,
}

/// What one family took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct FamilyEffort {
    n_jobs: usize,
    wall_s: f64,
    cpu_s: f64,
}

impl<'a> FromIterator<&'a Record> for Effort {
    fn from_iter<I: IntoIterator<Item = &'a Record>>(records: I) -> Self {
        let mut effort = Self::default();
        for record in records {
            let family = effort.by_family.entry(record.family).or_default();
            family.n_jobs += 1;
            for repeat in &record.repeats {
                family.wall_s += repeat.wall_s().unwrap_or_default();
                family.cpu_s += repeat.cpu_s().unwrap_or_default();
            }
        }
        effort
    }
}

impl Effort {
    fn wall_s(&self) -> f64 {
        // A sum of nothing is a negative zero.
        let seconds = self.by_family.values().map(|family| family.wall_s);
        seconds.fold(0.0, |sum, s| sum + s)
    }

    /// One line per family, the longest first; nothing of a single family.
    #[must_use]
    pub fn render_families(&self) -> Option<String> {
        if self.by_family.len() < 2 {
            return None;
        }
        let mut families: Vec<_> = self.by_family.iter().collect();
        families.sort_by(|a, b| b.1.wall_s.total_cmp(&a.1.wall_s));
        let total = self.wall_s();
        let mut table = Table::new();
        table
            .load_preset(presets::UTF8_HORIZONTAL_ONLY)
            .set_header(["family", "jobs", "fit and predict", "CPU s", "share"]);
        for (family, effort) in families {
            table.add_row([
                family.name().to_owned(),
                effort.n_jobs.to_string(),
                render_duration(effort.wall_s),
                format!("{:.1}", effort.cpu_s),
                format!(
                    "{:.1} %",
                    100.0 * effort.wall_s / total.max(f64::MIN_POSITIVE)
                ),
            ]);
        }
        for column in 1..5 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Some(table.to_string())
    }

    /// How much of the time of `n_slots` in a run of `run_s` seconds fit and predict took, in one
    /// sentence; the rest is starting, loading, trials, writing, and slots with nothing to do.
    #[must_use]
    pub fn render_use(&self, n_slots: usize, run_s: f64) -> String {
        let busy = self.wall_s() / (n_slots as f64 * run_s).max(f64::MIN_POSITIVE);
        let slots = match n_slots {
            1 => "the one slot's".to_owned(),
            n => format!("the {n} slots'"),
        };
        format!("fit and predict took {:.1} % of {slots} time", 100.0 * busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    fn rows() -> [Record; 2] {
        let mut tree = record("Tree", &[0.5, 0.5]);
        tree.family = Family::Tree;
        let mut svm = record("SVC", &[0.5]);
        svm.family = Family::Svm;
        for (row, seconds) in [(&mut tree, 1.0), (&mut svm, 6.0)] {
            for repeat in &mut row.repeats {
                (repeat.fit_s, repeat.predict_s) = (Some(seconds), Some(0.5));
            }
        }
        [tree, svm]
    }

    #[test]
    fn families_are_shown_by_the_time_they_took() {
        let text = rows().iter().collect::<Effort>().render_families().unwrap();
        let place = |name: &str| text.find(name).unwrap();
        assert!(place("svm") < place("tree"), "{text}");
        assert!(text.contains("68.4 %") && text.contains("31.6 %"), "{text}");
    }

    #[test]
    fn one_family_needs_no_table() {
        assert_eq!(
            rows()[..1].iter().collect::<Effort>().render_families(),
            None
        );
    }

    #[test]
    fn a_run_without_new_rows_took_no_share_of_the_time() {
        let text = [].iter().collect::<Effort>().render_use(2, 9.5);
        assert_eq!(text, "fit and predict took 0.0 % of the 2 slots' time");
    }

    #[test]
    fn the_share_of_the_slots_counts_all_repeats() {
        let text = rows().iter().collect::<Effort>().render_use(2, 9.5);
        assert_eq!(text, "fit and predict took 50.0 % of the 2 slots' time");
    }
}

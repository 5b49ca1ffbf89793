//! The details that a row opens to, as JSON: everything that its line of the table has no room for.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::pictures::{Confusion, sum_confusion};
use super::row_figures::RowFigures;
use crate::catalog::Profile;
use crate::estimators::FitInfo;
use crate::grid::Limits;
use crate::results::label::label;
use crate::results::{Engine as Origin, Environment, Record, Repeat, Submission};

/// The largest number of points of a loss curve; longer curves are thinned out.
const LOSSES: usize = 120;

/// A row in full.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Details<'a> {
    id: &'a str,
    name: &'a str,
    parameter: &'a Map<String, Value>,
    resolved: &'a Map<String, Value>,
    defaults: Profile,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    repeats_asked: usize,
    invariant: bool,
    repeats: Vec<RepeatDetails<'a>>,
    /// The confusion matrix over all repeats, by true class (row) and predicted class (column).
    confusion: Vec<Vec<u32>>,
    confusions: Vec<Confusion>,
    has_labels: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<LossCurve>,
    /// The importances of the first repeat as base64: one byte per feature, 255 for the most
    /// important.
    #[serde(skip_serializing_if = "Option::is_none")]
    importances: Option<String>,
    figures: RowFigures,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_rss_bytes: Option<u64>,
    limits: Limits,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<&'a Origin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submission: Option<&'a Submission>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a Environment>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct RepeatDetails<'a> {
    // The seed is text because JavaScript has no 64-bit integers among its numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    accuracy: f64,
    fit_s: Option<f64>,
    fit_cpu_s: Option<f64>,
    predict_s: Option<f64>,
    predict_cpu_s: Option<f64>,
    /// The fit's information, without curves and importances.
    fit: FitInfo,
    predictions: Option<&'a str>,
}

/// The training loss of the first repeat, by epoch or stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct LossCurve {
    /// The number of epochs or stages before thinning.
    n: usize,
    /// The points `(epoch, loss)`; epochs count from 1.
    points: Vec<(usize, f64)>,
}

impl<'a> Details<'a> {
    pub(super) fn of(record: &'a Record, figures: RowFigures, confusions: Vec<Confusion>) -> Self {
        let first = record.repeats.first().map(|repeat| &repeat.fit);
        let aliases = record.aliases.iter();
        let has_labels = |repeat: &Repeat| repeat.wrong_labels.is_some();
        Self {
            id: record.id.as_str(),
            name: &record.name,
            parameter: &record.parameter,
            resolved: &record.resolved,
            defaults: record.defaults,
            aliases: aliases
                .map(|alias| label(&alias.name, &alias.parameter))
                .collect(),
            notes: &record.notes,
            status: record.status.label(),
            reason: record.reason.as_deref(),
            repeats_asked: record.repeats_asked,
            invariant: record.invariant,
            repeats: record.repeats.iter().map(repeat_details).collect(),
            confusion: sum_confusion(record),
            confusions,
            has_labels: record.repeats.iter().all(has_labels),
            loss: first.and_then(|fit| thin_out(&fit.loss_curve)),
            importances: first.and_then(|fit| pack_importances(&fit.feature_importances)),
            figures,
            peak_rss_bytes: record.peak_rss_bytes,
            limits: record.limits,
            start_time: record.start_time,
            done_time: record.done_time,
            engine: record.engine.as_ref(),
            submission: record.submission.as_ref(),
            environment: record.environment.as_ref(),
        }
    }
}

fn repeat_details(repeat: &Repeat) -> RepeatDetails<'_> {
    RepeatDetails {
        seed: repeat.seed.map(|seed| seed.to_string()),
        accuracy: repeat.accuracy,
        fit_s: repeat.fit_s,
        fit_cpu_s: repeat.fit_cpu_s,
        predict_s: repeat.predict_s,
        predict_cpu_s: repeat.predict_cpu_s,
        fit: FitInfo {
            loss_curve: Vec::new(),
            feature_importances: Vec::new(),
            ..repeat.fit.clone()
        },
        predictions: repeat.predictions_sha256.as_deref(),
    }
}

/// Thins `curve` to at most [`LOSSES`] points, the first and the last included; returns nothing for
/// fewer than two points.
fn thin_out(curve: &[f64]) -> Option<LossCurve> {
    let last = curve.len().checked_sub(1).filter(|&last| last > 0)?;
    let n_points = curve.len().min(LOSSES);
    let points = (0..n_points).map(|point| {
        let epoch = point * last / (n_points - 1);
        // Six digits suffice: the loss is looked at, not computed with.
        let loss = format!("{:.5e}", curve[epoch]).parse();
        (epoch + 1, loss.unwrap_or(curve[epoch]))
    });
    Some(LossCurve {
        n: curve.len(),
        points: points.collect(),
    })
}

fn pack_importances(importances: &[f32]) -> Option<String> {
    let most = importances.iter().copied().fold(0.0, f32::max);
    if most <= 0.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates, and none is above the most important"
    )]
    let bytes = importances
        .iter()
        .map(|importance| (importance / most * 255.0).round() as u8);
    Some(BASE64_STANDARD.encode(bytes.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_is_thinned_out_and_keeps_its_ends() {
        let curve: Vec<f64> = (0..1000).map(|epoch| 1.0 / f64::from(epoch + 1)).collect();
        let thin = thin_out(&curve).unwrap();
        assert_eq!((thin.n, thin.points.len()), (1000, LOSSES));
        assert_eq!(
            (thin.points[0], thin.points[LOSSES - 1]),
            ((1, 1.0), (1000, 0.001))
        );
        assert_eq!(
            thin_out(&[0.5, 0.25]).unwrap().points,
            [(1, 0.5), (2, 0.25)]
        );
        assert_eq!((thin_out(&[]), thin_out(&[0.5])), (None, None));
    }

    #[test]
    fn importances_are_shares_of_the_largest() {
        let packed = pack_importances(&[0.0, 0.25, 0.5]).unwrap();
        assert_eq!(BASE64_STANDARD.decode(packed).unwrap(), [0, 128, 255]);
        assert_eq!(pack_importances(&[]), None);
        assert_eq!(pack_importances(&[0.0]), None);
    }
}

//! Points as a table, for other programs.

use super::error::EmbedError;
use super::panel::Panel;
use crate::dataset;

/// Renders the points of all panels as CSV: data set, split, row in the split, label and class, and
/// the two coordinates.
///
/// # Errors
/// Returns [`EmbedError::Table`], which only a fault of the writer can cause.
pub fn render_csv(panels: &[Panel]) -> Result<Vec<u8>, EmbedError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["dataset", "split", "row", "label", "class", "x", "y"])?;
    for panel in panels {
        let samples = panel.sample.origins.iter().zip(&panel.sample.labels);
        for ((origin, &label), point) in samples.zip(panel.points.outer_iter()) {
            let label = usize::from(label);
            writer.write_record([
                panel.raw.identity.name.as_str(),
                origin.split(),
                &origin.row.to_string(),
                &panel.raw.labels[label],
                &panel.raw.class_names[label],
                &point[0].to_string(),
                &point[1].to_string(),
            ])?;
        }
    }
    writer.into_inner().map_err(|error| {
        let error: csv::Error = error.into_error().into();
        error.into()
    })
}

/// Renders the points as an NPY file of 64-bit floats (n × 2).
#[must_use]
pub fn render_npy(panel: &Panel) -> Vec<u8> {
    let values: Vec<u8> = panel
        .points
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    dataset::render_npy("<f8", &[panel.points.nrows(), 2], &values)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::embed::panel::fixture;

    #[test]
    fn tables_hold_all_points() {
        let panels = [fixture::demo(7), fixture::demo(3)];
        let text = String::from_utf8(render_csv(&panels).unwrap()).unwrap();
        assert_eq!(text.lines().count(), 11);
        let second = text.lines().nth(1).unwrap();
        let fields: Vec<&str> = second.split(',').collect();
        assert_eq!((fields[0], fields.len()), ("demo", 7));
        assert_eq!(fields[5].parse::<f64>().unwrap(), panels[0].points[[0, 0]]);
        let (shape, values) =
            dataset::parse_npy(&render_npy(&panels[0]), Path::new("x.npy")).unwrap();
        assert_eq!(shape, [7, 2]);
        assert_eq!(values, panels[0].points.as_slice().unwrap());
    }
}

//! One HTML file that shows the points and the images behind them, and needs nothing else.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::{Environment, context};
use serde::Serialize;

use super::colours::colour_of;
use super::error::EmbedError;
use super::panel::Panel;
use super::sprites::Sprites;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page's script knows of a panel.
#[derive(Serialize)]
struct PanelData<'a> {
    title: &'a str,
    classes: Vec<ClassData<'a>>,
    /// Both coordinates of each point in 16 bits, little-endian, in base64.
    points: String,
    /// The class of each point in 16 bits.
    labels: String,
    /// The row of each sample in its split, in 32 bits, the highest set for the test split.
    origins: String,
    axes: Option<&'a [String; 2]>,
    sprites: Option<SpriteData>,
}

#[derive(Serialize)]
struct ClassData<'a> {
    name: &'a str,
    colour: String,
    n: usize,
}

#[derive(Serialize)]
struct SpriteData {
    sheets: Vec<String>,
    size: [usize; 2],
    across: usize,
}

/// Renders the panels as a page.
///
/// # Errors
/// If an image cannot be encoded, or the template not be filled in, which a test rules out.
pub fn render_page(panels: &[Panel]) -> Result<String, EmbedError> {
    let data = panels
        .iter()
        .map(panel_data)
        .collect::<Result<Vec<_>, _>>()?;
    // A script element ends at `</script`, even inside a string.
    let json = serde_json::to_string(&data)?.replace('<', "\\u003c");
    let titles: Vec<String> = panels.iter().map(|panel| panel.title.clone()).collect();
    let mut environment = Environment::new();
    environment.add_template("page.html", PAGE)?;
    let page = context! { titles, style => STYLE, script => SCRIPT, data => json };
    Ok(environment.get_template("page.html")?.render(page)?)
}

fn panel_data(panel: &Panel) -> Result<PanelData<'_>, EmbedError> {
    let names = &panel.raw.class_names;
    let mut counts = vec![0; names.len()];
    for &label in &panel.sample.labels {
        counts[usize::from(label)] += 1;
    }
    let classes = names
        .iter()
        .zip(counts)
        .enumerate()
        .map(|(class, (name, n))| {
            let [red, green, blue] = colour_of(class, names.len());
            ClassData {
                name,
                colour: format!("#{red:02x}{green:02x}{blue:02x}"),
                n,
            }
        });
    let square = panel.square();
    let points = panel.points.outer_iter().flat_map(|point| {
        [0, 1].map(|axis| {
            let range = &square[axis];
            quantised((point[axis] - range.start) / (range.end - range.start))
        })
    });
    let origins = panel.sample.origins.iter().map(|origin| {
        let row = u32::try_from(origin.row).unwrap_or(u32::MAX >> 1);
        row | u32::from(origin.is_test) << 31
    });
    let sprites = Sprites::draw(panel)?.map(|sprites| SpriteData {
        sheets: sprites
            .sheets
            .iter()
            .map(|sheet| BASE64_STANDARD.encode(sheet))
            .collect(),
        size: sprites.size,
        across: sprites.across,
    });
    Ok(PanelData {
        title: &panel.title,
        classes: classes.collect(),
        points: encode(points.map(u16::to_le_bytes)),
        labels: encode(panel.sample.labels.iter().copied().map(u16::to_le_bytes)),
        origins: encode(origins.map(u32::to_le_bytes)),
        axes: panel.axes.as_ref(),
        sprites,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn quantised(share: f64) -> u16 {
    (share * f64::from(u16::MAX)).round() as u16
}

fn encode<const N: usize>(values: impl Iterator<Item = [u8; N]>) -> String {
    BASE64_STANDARD.encode(values.flatten().collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::panel::fixture::demo;

    #[test]
    fn the_page_holds_its_data_and_asks_for_nothing() {
        let panels = [demo(30), demo(12)];
        let page = render_page(&panels).unwrap();
        for expected in [
            "30 &lt;samples&gt;",
            "\"colour\":\"#0072b2\"",
            "\"across\":96",
            "<canvas",
        ] {
            assert!(page.contains(expected), "{expected}");
        }
        assert!(!page.contains("http://") && !page.contains("https://"));
        assert_eq!(page.matches("</script>").count(), 2);
        let start = page.find("type=\"application/json\">").unwrap() + 24;
        let end = start + page[start..].find("</script>").unwrap();
        let data: serde_json::Value = serde_json::from_str(&page[start..end]).unwrap();
        let points = data[1]["points"].as_str().unwrap();
        assert_eq!(BASE64_STANDARD.decode(points).unwrap().len(), 12 * 4);
        assert_eq!(data[0]["title"], "30 <samples>");
    }

    #[test]
    fn coordinates_fill_sixteen_bits() {
        assert_eq!(
            [0.0, 0.5, 1.0, 1.5].map(quantised),
            [0, 32768, 65535, 65535]
        );
    }
}

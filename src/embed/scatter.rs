//! Points of the plane, coloured by class, with a legend, as SVG or PNG.

use std::io::Cursor;
use std::sync::Once;

use epaint_default_fonts::UBUNTU_LIGHT;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::colours::colour_of;
use super::error::EmbedError;
use super::panel::Panel;

/// The side of the square that holds the points, in pixels.
const SIDE: u32 = 900;
/// The width of the legend in pixels.
const LEGEND: u32 = 200;
/// The height of the title in pixels.
const TITLE: u32 = 50;
/// The distance between lines of the legend in pixels.
const LINE: i32 = 32;
/// The least distance between lines of the legend in pixels.
const LEAST_LINE: i32 = 15;
/// Samples up to which points are discs of two pixels' radius; beyond them it is one.
const MOST_LARGE: usize = 6_000;
/// Samples up to which points are discs of one pixel's radius; beyond them they are single pixels.
const MOST_SMALL: usize = 25_000;

/// A picture of panels side by side.
#[derive(Debug, Clone, Copy)]
pub struct Scatter<'a> {
    /// The panels from left to right.
    pub panels: &'a [Panel],
}

impl Scatter<'_> {
    /// Renders the picture as SVG text.
    ///
    /// # Errors
    /// Returns [`EmbedError::Draw`] with the message of the drawing library.
    pub fn render_svg(&self) -> Result<String, EmbedError> {
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, self.size()).into_drawing_area();
            self.draw(&area, false)?;
        }
        Ok(text)
    }

    /// Renders the picture as a PNG file.
    ///
    /// # Errors
    /// Returns [`EmbedError::Draw`] with the message of the drawing library.
    pub fn render_png(&self) -> Result<Vec<u8>, EmbedError> {
        let (width, height) = self.size();
        let mut pixels = RgbImage::new(width, height);
        {
            let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
            self.draw(&area, true)?;
        }
        let mut png = Cursor::new(Vec::new());
        // Few colours in a random order: what a filter would predict is wrong.
        PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter)
            .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
            .map_err(|error| EmbedError::Draw(error.to_string()))?;
        Ok(png.into_inner())
    }

    fn size(&self) -> (u32, u32) {
        let n_panels = u32::try_from(self.panels.len()).unwrap_or(1);
        (n_panels * (SIDE + LEGEND), SIDE + TITLE)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        is_bitmap: bool,
    ) -> Result<(), EmbedError> {
        use_own_font();
        let draw = || -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
            area.fill(&WHITE)?;
            let parts = area.split_evenly((1, self.panels.len().max(1)));
            for (panel, part) in self.panels.iter().zip(&parts) {
                let (top, below) = part.split_vertically(TITLE);
                let title = panel.title.as_str();
                top.draw_text(title, &text_style(24, HPos::Left), (20, 25))?;
                let (plot, legend) = below.split_horizontally(SIDE);
                draw_points(panel, &plot, is_bitmap)?;
                draw_legend(panel, &legend)?;
            }
            area.present()
        };
        draw().map_err(|error| EmbedError::Draw(error.to_string()))
    }
}

fn draw_points<B: DrawingBackend>(
    panel: &Panel,
    area: &DrawingArea<B, Shift>,
    is_bitmap: bool,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let [x_range, y_range] = panel.square();
    let margin = if panel.axes.is_some() { 30 } else { 0 };
    let mut chart = ChartBuilder::on(area)
        .margin(15)
        .x_label_area_size(margin)
        .y_label_area_size(margin)
        .build_cartesian_2d(x_range, y_range)?;
    let mut mesh = chart.configure_mesh();
    mesh.disable_mesh().x_labels(0).y_labels(0);
    if let Some([x, y]) = &panel.axes {
        mesh.x_desc(x.as_str())
            .y_desc(y.as_str())
            .axis_desc_style(text_style(18, HPos::Center));
    }
    mesh.draw()?;
    // The samples keep their order, so that no class lies on top of all others.
    let n_classes = panel.raw.class_names.len();
    let points = panel.points.outer_iter().zip(&panel.sample.labels);
    let n = panel.sample.labels.len();
    if is_bitmap && n > MOST_SMALL {
        chart.draw_series(points.map(|(point, &label)| {
            Pixel::new((point[0], point[1]), colour(usize::from(label), n_classes))
        }))?;
        return Ok(());
    }
    let (radius, opacity) = if n > MOST_LARGE { (1, 0.9) } else { (2, 0.7) };
    chart.draw_series(points.map(|(point, &label)| {
        let fill = colour(usize::from(label), n_classes).mix(opacity).filled();
        Circle::new((point[0], point[1]), radius, fill)
    }))?;
    Ok(())
}

fn draw_legend<B: DrawingBackend>(
    panel: &Panel,
    area: &DrawingArea<B, Shift>,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    // Many classes share the height; those that have no room are counted.
    let names = &panel.raw.class_names;
    let n_classes = i32::try_from(names.len()).unwrap_or(i32::MAX).max(1);
    let room = SIDE.cast_signed() - 50;
    let line = (room / n_classes).clamp(LEAST_LINE, LINE);
    let n_lines = (room / line) as usize;
    let n_shown = match names.len() {
        n if n > n_lines => n_lines - 1,
        n => n,
    };
    let style = text_style((line - 2).min(20), HPos::Left);
    let mut y = 35;
    for (class, name) in names.iter().take(n_shown).enumerate() {
        let fill = colour(class, names.len()).filled();
        area.draw(&Circle::new((20, y), (line / 4).min(8), fill))?;
        area.draw_text(name, &style, (38, y))?;
        y += line;
    }
    if n_shown < names.len() {
        let text = format!("and {} more", names.len() - n_shown);
        area.draw_text(&text, &style, (38, y))?;
    }
    Ok(())
}

fn colour(class: usize, n_classes: usize) -> RGBColor {
    let [red, green, blue] = colour_of(class, n_classes);
    RGBColor(red, green, blue)
}

fn text_style(size: i32, horizontal: HPos) -> TextStyle<'static> {
    let style = ("sans-serif", size).into_font().color(&BLACK);
    style.pos(Pos::new(horizontal, VPos::Center))
}

/// Registers the program's own letters, because a container or a bare machine has no fonts.
fn use_own_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An unusable font shows up when text is drawn.
        let _ = register_font("sans-serif", FontStyle::Normal, UBUNTU_LIGHT);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::panel::fixture::demo;

    #[test]
    fn the_svg_has_a_mark_for_each_sample_and_class_and_the_names() {
        let panels = [demo(3), demo(40)];
        let text = Scatter { panels: &panels }.render_svg().unwrap();
        let n_classes = panels[0].raw.class_names.len();
        assert_eq!(text.matches("<circle").count(), 43 + 2 * n_classes);
        assert!(text.contains("3 &lt;samples&gt;") && text.contains("40 &lt;samples&gt;"));
        for name in &panels[0].raw.class_names {
            let name = name.replace('&', "&amp;");
            assert_eq!(text.matches(&name).count(), 2, "{name}");
        }
    }

    #[test]
    fn the_png_has_the_colours_of_the_classes_and_black_letters() {
        let mut panel = demo(3);
        panel.sample.labels = vec![0, 1, 1];
        let pair = [panel, demo(3)];
        for panels in [&pair[..1], &pair] {
            let png = Scatter { panels }.render_png().unwrap();
            let picture = image::load_from_memory(&png).unwrap().to_rgb8();
            assert_eq!(picture.dimensions(), (1100 * panels.len() as u32, 950));
            let n_classes = panels[0].raw.class_names.len();
            for wanted in [colour_of(0, n_classes), colour_of(1, n_classes), [0, 0, 0]] {
                assert!(
                    picture.pixels().any(|pixel| pixel.0 == wanted),
                    "{wanted:?}"
                );
            }
        }
    }
}

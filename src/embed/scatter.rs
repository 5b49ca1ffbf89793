//! Points of the plane, coloured by class, with a legend, as SVG or PNG.

use std::io::Cursor;
use std::sync::Once;

use epaint_default_fonts::UBUNTU_LIGHT;
use image::{ImageFormat, RgbImage};
use ndarray::ArrayView2;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::error::EmbedError;

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
/// Ten colours that most people can tell apart, colour-blind people included.
const COLOURS: [RGBColor; 10] = [
    RGBColor(31, 119, 180),
    RGBColor(255, 127, 14),
    RGBColor(44, 160, 44),
    RGBColor(214, 39, 40),
    RGBColor(148, 103, 189),
    RGBColor(140, 86, 75),
    RGBColor(227, 119, 194),
    RGBColor(110, 110, 110),
    RGBColor(188, 189, 34),
    RGBColor(23, 190, 207),
];

/// A picture to draw.
#[derive(Debug, Clone, Copy)]
pub struct Scatter<'a> {
    /// The line above the points.
    pub title: &'a str,
    /// One point per sample (n × 2).
    pub points: ArrayView2<'a, f64>,
    /// The class of each sample.
    pub labels: &'a [u16],
    /// The name of each class.
    pub class_names: &'a [String],
    /// The text along each axis.
    pub axes: Option<&'a [String; 2]>,
}

impl Scatter<'_> {
    /// Renders the picture as SVG text.
    ///
    /// # Errors
    /// Returns [`EmbedError::Draw`] with the message of the drawing library.
    pub fn render_svg(&self) -> Result<String, EmbedError> {
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, size()).into_drawing_area();
            self.draw(&area)?;
        }
        Ok(text)
    }

    /// Renders the picture as a PNG file.
    ///
    /// # Errors
    /// Returns [`EmbedError::Draw`] with the message of the drawing library.
    pub fn render_png(&self) -> Result<Vec<u8>, EmbedError> {
        let (width, height) = size();
        let mut pixels = RgbImage::new(width, height);
        {
            let area = BitMapBackend::with_buffer(&mut pixels, size()).into_drawing_area();
            self.draw(&area)?;
        }
        let mut png = Cursor::new(Vec::new());
        pixels
            .write_to(&mut png, ImageFormat::Png)
            .map_err(|error| EmbedError::Draw(error.to_string()))?;
        Ok(png.into_inner())
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), EmbedError> {
        use_own_font();
        let draw = || -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
            area.fill(&WHITE)?;
            let (top, below) = area.split_vertically(TITLE);
            top.draw_text(self.title, &text_style(24, HPos::Left), (20, 25))?;
            let (plot, legend) = below.split_horizontally(SIDE);
            self.draw_points(&plot)?;
            self.draw_legend(&legend)?;
            area.present()
        };
        draw().map_err(|error| EmbedError::Draw(error.to_string()))
    }

    fn draw_points<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let [x_range, y_range] = square_around(self.points);
        let margin = if self.axes.is_some() { 30 } else { 0 };
        let mut chart = ChartBuilder::on(area)
            .margin(15)
            .x_label_area_size(margin)
            .y_label_area_size(margin)
            .build_cartesian_2d(x_range, y_range)?;
        let mut mesh = chart.configure_mesh();
        mesh.disable_mesh().x_labels(0).y_labels(0);
        if let Some([x, y]) = self.axes {
            mesh.x_desc(x.as_str())
                .y_desc(y.as_str())
                .axis_desc_style(text_style(18, HPos::Center));
        }
        mesh.draw()?;
        // The samples keep their order, so that no class lies on top of all others.
        let points = self.points.outer_iter().zip(self.labels);
        chart.draw_series(points.map(|(point, &label)| {
            let fill = self.colour(usize::from(label)).mix(0.7).filled();
            Circle::new((point[0], point[1]), 2, fill)
        }))?;
        Ok(())
    }

    fn draw_legend<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        // Many classes share the height; those that have no room are counted.
        let n_classes = i32::try_from(self.class_names.len())
            .unwrap_or(i32::MAX)
            .max(1);
        let room = SIDE.cast_signed() - 50;
        let line = (room / n_classes).clamp(LEAST_LINE, LINE);
        let n_lines = (room / line) as usize;
        let n_shown = match self.class_names.len() {
            n if n > n_lines => n_lines - 1,
            n => n,
        };
        let style = text_style((line - 2).min(20), HPos::Left);
        let mut y = 35;
        for (class, name) in self.class_names.iter().take(n_shown).enumerate() {
            let dot = Circle::new((20, y), (line / 4).min(8), self.colour(class).filled());
            area.draw(&dot)?;
            area.draw_text(name, &style, (38, y))?;
            y += line;
        }
        if n_shown < self.class_names.len() {
            let text = format!("and {} more", self.class_names.len() - n_shown);
            area.draw_text(&text, &style, (38, y))?;
        }
        Ok(())
    }

    /// Returns the colour of a class: one of ten, or with more classes one of a circle of hues in
    /// three lightnesses.
    fn colour(&self, class: usize) -> RGBColor {
        let n_classes = self.class_names.len();
        if n_classes <= COLOURS.len() {
            return COLOURS[class % COLOURS.len()];
        }
        let lightness = [0.45, 0.6, 0.32][class % 3];
        let (red, green, blue) = HSLColor(class as f64 / n_classes as f64, 0.75, lightness).rgb();
        RGBColor(red, green, blue)
    }
}

fn size() -> (u32, u32) {
    (SIDE + LEGEND, SIDE + TITLE)
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

/// Returns ranges of equal length around the points, so that distances look alike in both
/// directions.
fn square_around(points: ArrayView2<'_, f64>) -> [std::ops::Range<f64>; 2] {
    let range = |axis: usize| {
        let column = points.column(axis);
        let low = column.iter().copied().fold(f64::INFINITY, f64::min);
        let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    };
    let ranges = [range(0), range(1)];
    let widest = ranges
        .iter()
        .map(|(low, high)| high - low)
        .fold(0.0, f64::max);
    // The square has a little room around the points, and some where all lie on one spot.
    let half = if widest > 0.0 { 0.52 * widest } else { 1.0 };
    ranges.map(|(low, high)| {
        let middle = f64::midpoint(low, high);
        middle - half..middle + half
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    fn names() -> Vec<String> {
        ["Bag", "Sandal & boot"].map(str::to_owned).to_vec()
    }

    fn scatter<'a>(points: &'a Array2<f64>, names: &'a [String]) -> Scatter<'a> {
        Scatter {
            title: "three samples",
            points: points.view(),
            labels: &[0, 1, 1],
            class_names: names,
            axes: None,
        }
    }

    #[test]
    fn the_svg_has_a_mark_for_each_sample_and_class_and_the_names() {
        let points = array![[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]];
        let text = scatter(&points, &names()).render_svg().unwrap();
        assert_eq!(text.matches("<circle").count(), 3 + 2);
        for expected in ["three samples", "Bag", "Sandal &amp; boot"] {
            assert!(text.contains(expected), "{expected}");
        }
    }

    #[test]
    fn the_png_has_the_colours_of_the_classes_and_black_letters() {
        let points = array![[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]];
        let png = scatter(&points, &names()).render_png().unwrap();
        let picture = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), size());
        let has = |wanted: RGBColor| {
            let wanted = [wanted.0, wanted.1, wanted.2];
            picture.pixels().any(|pixel| pixel.0 == wanted)
        };
        assert!(has(COLOURS[0]) && has(COLOURS[1]) && has(BLACK) && !has(COLOURS[2]));
    }

    #[test]
    fn the_square_holds_all_points_with_equal_scales() {
        let [x, y] = square_around(array![[0.0, 5.0], [10.0, 6.0]].view());
        assert!((x.end - x.start - (y.end - y.start)).abs() < 1e-12);
        assert!(x.contains(&0.0) && x.contains(&10.0) && y.contains(&5.0));
        let [x, _] = square_around(array![[1.0, 1.0]].view());
        assert!(x.contains(&1.0) && x.end > x.start);
    }
}

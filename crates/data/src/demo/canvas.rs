//! Draws convex polygons with a texture into a small grey image.

use rand::Rng as _;

use fashion_bench_numeric::rng::Rng;

/// Width and height of an image.
pub const SIDE: usize = 28;

/// Samples along each side of a pixel.
const SUBSAMPLES: usize = 3;

/// A point in the garment's own frame: −1 to 1 in both directions, y down.
pub type Point = (f32, f32);

/// A convex polygon, all of one tone; later parts are drawn over earlier ones.
#[derive(Debug, Clone)]
pub struct Part {
    /// Corners in order, clockwise or not.
    corners: Vec<Point>,
    /// Upper left and lower right corner of the box around it.
    bounds: (Point, Point),
    /// Grey value relative to the garment's; 0 cuts a hole.
    tone: f32,
}

impl Part {
    /// Makes a part of the garment's own tone.
    pub fn new(corners: &[Point]) -> Self {
        let all = (f32::INFINITY, f32::NEG_INFINITY);
        let grow = |range: (f32, f32), at: f32| (range.0.min(at), range.1.max(at));
        let (xs, ys) = corners
            .iter()
            .fold((all, all), |(xs, ys), &(x, y)| (grow(xs, x), grow(ys, y)));
        Self {
            corners: corners.to_vec(),
            bounds: ((xs.0, ys.0), (xs.1, ys.1)),
            tone: 1.0,
        }
    }

    /// Sets the tone.
    pub fn with_tone(mut self, tone: f32) -> Self {
        self.tone = tone;
        self
    }

    /// Returns the part as seen in a mirror, for the other sleeve.
    pub fn mirrored(&self) -> Self {
        let corners: Vec<_> = self.corners.iter().map(|&(x, y)| (-x, y)).collect();
        Self::new(&corners).with_tone(self.tone)
    }

    fn contains(&self, (x, y): Point) -> bool {
        let ((left, top), (right, bottom)) = self.bounds;
        if x < left || x > right || y < top || y > bottom {
            return false;
        }
        let (mut is_left, mut is_right) = (false, false);
        for (corner_idx, &(ax, ay)) in self.corners.iter().enumerate() {
            let (bx, by) = self.corners[(corner_idx + 1) % self.corners.len()];
            let side = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
            is_left |= side > 0.0;
            is_right |= side < 0.0;
        }
        !(is_left && is_right)
    }
}

/// A pattern on the cloth.
#[derive(Debug, Clone, Copy)]
pub enum Texture {
    /// One tone.
    Plain,
    /// Bars across: (bars per unit, phase, depth).
    Horizontal(f32, f32, f32),
    /// Bars down: (bars per unit, phase, depth).
    Vertical(f32, f32, f32),
    /// Both: (bars per unit, phase, depth).
    Checked(f32, f32, f32),
    /// Tone that changes from one side to the other: (slope across, slope down).
    Shaded(f32, f32),
    /// A print around a point: (x, y, half its size, depth).
    Print(f32, f32, f32, f32),
}

impl Texture {
    /// Draws a random pattern.
    pub fn draw(rng: &mut Rng) -> Self {
        let pattern = rng.r#gen::<f32>();
        let (bars, phase) = (between(rng, 1.0, 5.0), rng.r#gen());
        let depth = between(rng, 0.1, 0.6);
        match pattern {
            p if p < 0.45 => Self::Plain,
            p if p < 0.58 => Self::Horizontal(bars, phase, depth),
            p if p < 0.67 => Self::Vertical(bars, phase, depth),
            p if p < 0.74 => Self::Checked(bars, phase, depth),
            p if p < 0.88 => Self::Shaded(between(rng, -0.4, 0.4), between(rng, -0.4, 0.4)),
            _ => Self::Print(
                between(rng, -0.2, 0.2),
                between(rng, -0.4, 0.4),
                between(rng, 0.1, 0.35),
                depth,
            ),
        }
    }

    fn tone(self, (x, y): Point) -> f32 {
        let is_bar = |at: f32, bars: f32, phase: f32| {
            let place = at * bars + phase;
            place - place.floor() < 0.5
        };
        match self {
            Self::Plain => 1.0,
            Self::Horizontal(bars, phase, depth) if is_bar(y, bars, phase) => 1.0 - depth,
            Self::Vertical(bars, phase, depth) if is_bar(x, bars, phase) => 1.0 - depth,
            Self::Checked(bars, phase, depth)
                if is_bar(x, bars, phase) ^ is_bar(y, bars, phase) =>
            {
                1.0 - depth
            }
            Self::Print(at_x, at_y, half, depth)
                if (x - at_x).abs() < half && (y - at_y).abs() < half =>
            {
                1.0 - depth
            }
            Self::Shaded(across, down) => 1.0 + across * x + down * y,
            _ => 1.0,
        }
    }
}

/// Where a garment lies in the image and how it is lit.
#[derive(Debug, Clone, Copy)]
pub struct Pose {
    /// Centre, in units of half the image.
    pub shift: Point,
    /// Size across and down; 1 fills the image.
    pub scale: Point,
    /// Tangent of half the angle of rotation.
    pub tilt: f32,
    /// Grey value of the cloth, 0 to 1.
    pub tone: f32,
    /// Standard deviation of the noise, 0 to 1.
    pub noise: f32,
}

/// The map from the image's frame to the garment's: a rotation and a change of scale.
struct Frame {
    shift: Point,
    to_x: Point,
    to_y: Point,
}

impl Frame {
    fn new(pose: &Pose) -> Self {
        // Cosine and sine from the half-angle tangent: the same bits everywhere.
        let square = pose.tilt * pose.tilt;
        let cos = (1.0 - square) / (1.0 + square);
        let sin = 2.0 * pose.tilt / (1.0 + square);
        Self {
            shift: pose.shift,
            to_x: (cos / pose.scale.0, sin / pose.scale.0),
            to_y: (-sin / pose.scale.1, cos / pose.scale.1),
        }
    }

    fn map(&self, (x, y): Point) -> Point {
        let (x, y) = (x - self.shift.0, y - self.shift.1);
        (
            self.to_x.0 * x + self.to_x.1 * y,
            self.to_y.0 * x + self.to_y.1 * y,
        )
    }
}

/// Draws `parts` and returns the image, row by row.
pub fn render(parts: &[Part], texture: Texture, pose: &Pose, rng: &mut Rng) -> Vec<u8> {
    let n_subpixels = SIDE * SUBSAMPLES;
    let centre = |subpixel: usize| (2 * subpixel + 1) as f32 / n_subpixels as f32 - 1.0;
    let frame = Frame::new(pose);
    let mut sums = vec![0.0_f32; SIDE * SIDE];
    for row in 0..n_subpixels {
        for column in 0..n_subpixels {
            let point = frame.map((centre(column), centre(row)));
            if let Some(part) = parts.iter().rev().find(|part| part.contains(point)) {
                sums[row / SUBSAMPLES * SIDE + column / SUBSAMPLES] +=
                    part.tone * texture.tone(point);
            }
        }
    }
    let n_samples = (SUBSAMPLES * SUBSAMPLES) as f32;
    let to_byte = |sum: f32| {
        let tone = sum / n_samples * pose.tone;
        // Noise on the cloth; the background of a packshot is clean but for a few specks.
        let strength = if sum > 0.0 { 1.0 } else { 0.15 };
        let value = tone + strength * pose.noise * bell(rng);
        (value.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    sums.into_iter().map(to_byte).collect()
}

/// Draws a number evenly from `low` to `high`.
pub fn between(rng: &mut Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * rng.r#gen::<f32>()
}

/// Draws a number from a bell-shaped distribution of mean 0 and variance 1 (a sum of uniforms).
pub fn bell(rng: &mut Rng) -> f32 {
    let sum: f32 = (0..3).map(|_| rng.r#gen::<f32>()).sum();
    2.0 * sum - 3.0
}

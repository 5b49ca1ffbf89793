//! Footwear, toe to the left.

use rand::Rng as _;

use super::canvas::{Part, between};
use fashion_bench_numeric::rng::Rng;

/// What shoes have in common: toe to the left, heel to the right.
struct Shoe {
    /// Height of the toe cap.
    toe: f32,
    /// Height of the upper edge at the heel.
    collar: f32,
    /// Where the shaft begins, from the left.
    instep: f32,
    /// Thickness of the sole.
    sole: f32,
    /// Height of the ground.
    ground: f32,
}

impl Shoe {
    fn parts(&self, sole_tone: f32) -> Vec<Part> {
        let bottom = self.ground - self.sole;
        vec![
            Part::new(&[
                (-0.95, bottom),
                (-0.9, bottom - 0.6 * self.toe),
                (-0.6, bottom - self.toe),
                (self.instep, bottom - self.toe),
                (0.9, bottom),
            ]),
            Part::new(&[
                (self.instep - 0.4, bottom - self.toe),
                (self.instep, self.collar),
                (0.85, self.collar),
                (0.92, bottom),
                (self.instep - 0.4, bottom),
            ]),
            Part::new(&[
                (-0.97, bottom),
                (0.95, bottom),
                (0.93, self.ground),
                (-0.9, self.ground),
            ])
            .with_tone(sole_tone),
        ]
    }
}

/// Draws a sneaker.
pub fn sneaker(rng: &mut Rng) -> Vec<Part> {
    let ground = between(rng, 0.3, 0.6);
    let shoe = Shoe {
        toe: between(rng, 0.18, 0.35),
        collar: ground - between(rng, 0.5, 0.95),
        instep: between(rng, -0.1, 0.4),
        sole: between(rng, 0.06, 0.2),
        ground,
    };
    let mut parts = shoe.parts(between(rng, 0.3, 1.4));
    if rng.r#gen::<f32>() < 0.6 {
        let (x, tone) = (between(rng, -0.3, 0.4), between(rng, 0.3, 1.4));
        parts.push(
            Part::new(&[
                (x, ground - 0.42),
                (x + 0.15, ground - 0.42),
                (x + 0.3, ground - 0.12),
                (x + 0.15, ground - 0.12),
            ])
            .with_tone(tone),
        );
    }
    parts
}

/// Draws an ankle boot.
pub fn ankle_boot(rng: &mut Rng) -> Vec<Part> {
    let ground = between(rng, 0.5, 0.9);
    let shoe = Shoe {
        toe: between(rng, 0.2, 0.4),
        collar: ground - between(rng, 0.8, 1.6),
        instep: between(rng, -0.1, 0.4),
        sole: between(rng, 0.05, 0.2),
        ground,
    };
    let mut parts = shoe.parts(between(rng, 0.4, 1.3));
    // Some have a heel: the sole is cut away before it.
    if rng.r#gen::<f32>() < 0.5 {
        let start = between(rng, 0.1, 0.45);
        parts.push(
            Part::new(&[
                (-0.35, ground + 0.02),
                (start, ground + 0.02),
                (start, ground - 0.8 * shoe.sole),
            ])
            .with_tone(0.0),
        );
    }
    parts
}

/// Draws a sandal.
pub fn sandal(rng: &mut Rng) -> Vec<Part> {
    let ground = between(rng, 0.3, 0.8);
    let heel = between(rng, 0.08, 0.75);
    let thickness = between(rng, 0.06, 0.2);
    // The foot bed rises from the toe to the heel.
    let bed = |x: f32| ground - thickness - heel * ((x + 0.2) / 1.1).clamp(0.0, 1.0);
    let mut parts = vec![
        Part::new(&[
            (-0.95, ground - thickness),
            (-0.2, ground - thickness),
            (-0.2, ground),
            (-0.95, ground),
        ]),
        Part::new(&[
            (-0.2, ground - thickness),
            (0.9, bed(0.9)),
            (0.9, bed(0.9) + thickness + 0.05),
            (-0.2, ground),
        ]),
        Part::new(&[
            (0.6, bed(0.6)),
            (0.92, bed(0.92)),
            (0.9, ground),
            (between(rng, 0.6, 0.82), ground),
        ]),
    ];
    let n_straps = 2 + u8::from(rng.r#gen::<f32>() < 0.6) + u8::from(rng.r#gen::<f32>() < 0.3);
    for _ in 0..n_straps {
        let (start, lean) = (between(rng, -0.85, 0.6), between(rng, -0.1, 0.5));
        let (rise, width) = (between(rng, 0.2, 0.65), between(rng, 0.06, 0.18));
        let tone = between(rng, 0.6, 1.3);
        let y = bed(start);
        parts.push(
            Part::new(&[
                (start, y),
                (start + width, y),
                (start + lean + width, y - rise),
                (start + lean, y - rise),
            ])
            .with_tone(tone),
        );
    }
    parts
}

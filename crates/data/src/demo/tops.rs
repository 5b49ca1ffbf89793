//! Upper-body garments: a body, sleeves, a neckline, and what distinguishes the classes.

use rand::Rng as _;

use super::canvas::{Part, bell, between};
use fashion_bench_numeric::rng::Rng;

/// What upper-body garments have in common.
struct Top {
    /// Half the width at the shoulders.
    shoulder: f32,
    /// Half the width at the hem.
    hem: f32,
    /// Height of the hem.
    length: f32,
    /// Length of the sleeves: 0 none, 1 to the hem.
    sleeve: f32,
    /// Width of the sleeves.
    cuff: f32,
    /// How far the sleeves stand off.
    spread: f32,
    /// Depth of the neckline.
    neck: f32,
}

impl Top {
    fn parts(&self) -> Vec<Part> {
        let (shoulder, top) = (self.shoulder, -0.85);
        let body = Part::new(&[
            (-0.55 * shoulder, top),
            (0.55 * shoulder, top),
            (shoulder, top + 0.15),
            (self.hem, self.length),
            (-self.hem, self.length),
            (-shoulder, top + 0.15),
        ]);
        let mut parts = Vec::new();
        if self.sleeve > 0.05 {
            let (end_x, end_y) = (
                shoulder + self.spread * self.sleeve.min(0.6) + 0.15 * self.sleeve,
                top + 0.15 + 1.45 * self.sleeve,
            );
            let sleeve = Part::new(&[
                (0.55 * shoulder, top),
                (shoulder, top + 0.1),
                (end_x, end_y),
                (end_x - self.cuff, end_y + 0.08),
                (shoulder * 0.9, top + 0.2 + self.cuff),
            ]);
            parts.extend([sleeve.mirrored(), sleeve]);
        }
        parts.push(body);
        parts.push(
            Part::new(&[
                (-0.4 * shoulder, top - 0.05),
                (0.4 * shoulder, top - 0.05),
                (0.0, top + self.neck),
            ])
            .with_tone(0.0),
        );
        parts
    }
}

/// Draws a dark or light line down the front, as of buttons or an opening.
fn front_line(rng: &mut Rng, half_width: f32, tone: f32, length: f32) -> Part {
    let x = 0.05 * bell(rng);
    Part::new(&[
        (x - half_width, -0.7),
        (x + half_width, -0.7),
        (x + half_width, length),
        (x - half_width, length),
    ])
    .with_tone(tone)
}

/// Draws a T-shirt.
pub fn t_shirt(rng: &mut Rng) -> Vec<Part> {
    let shoulder = between(rng, 0.42, 0.6);
    let top = Top {
        shoulder,
        hem: shoulder * between(rng, 0.8, 1.05),
        length: between(rng, 0.6, 0.95),
        sleeve: between(rng, 0.0, 0.42),
        cuff: between(rng, 0.2, 0.35),
        spread: between(rng, 0.3, 0.8),
        neck: between(rng, 0.05, 0.35),
    };
    top.parts()
}

/// Draws a shirt.
pub fn shirt(rng: &mut Rng) -> Vec<Part> {
    let shoulder = between(rng, 0.42, 0.6);
    let is_short = rng.r#gen::<f32>() < 0.4;
    let top = Top {
        shoulder,
        hem: shoulder * between(rng, 0.8, 1.1),
        length: between(rng, 0.65, 0.95),
        sleeve: if is_short {
            between(rng, 0.1, 0.5)
        } else {
            between(rng, 0.6, 1.0)
        },
        cuff: between(rng, 0.15, 0.3),
        spread: between(rng, 0.2, 0.7),
        neck: between(rng, 0.05, 0.3),
    };
    let mut parts = top.parts();
    if rng.r#gen::<f32>() < 0.7 {
        let tone = between(rng, 0.45, 1.25);
        parts.push(front_line(rng, 0.035, tone, top.length));
    }
    let collar_tone = between(rng, 0.6, 1.3);
    let collar = Part::new(&[
        (0.05, -0.78),
        (0.5 * shoulder, -0.92),
        (0.35 * shoulder, -0.62),
    ])
    .with_tone(collar_tone);
    if rng.r#gen::<f32>() < 0.8 {
        parts.extend([collar.mirrored(), collar]);
    }
    parts
}

/// Draws a pullover.
pub fn pullover(rng: &mut Rng) -> Vec<Part> {
    let shoulder = between(rng, 0.42, 0.6);
    let top = Top {
        shoulder,
        hem: shoulder * between(rng, 0.85, 1.1),
        length: between(rng, 0.55, 0.9),
        sleeve: between(rng, 0.65, 1.05),
        cuff: between(rng, 0.18, 0.34),
        spread: between(rng, 0.2, 0.75),
        neck: between(rng, 0.02, 0.2),
    };
    let mut parts = top.parts();
    if rng.r#gen::<f32>() < 0.4 {
        let (hem, y) = (top.hem, top.length);
        let tone = between(rng, 0.6, 1.3);
        parts.push(
            Part::new(&[(-hem, y - 0.1), (hem, y - 0.1), (hem, y), (-hem, y)]).with_tone(tone),
        );
    }
    parts
}

/// Draws a coat.
pub fn coat(rng: &mut Rng) -> Vec<Part> {
    let shoulder = between(rng, 0.42, 0.6);
    let top = Top {
        shoulder,
        hem: shoulder * between(rng, 0.9, 1.2),
        length: between(rng, 0.7, 0.98),
        sleeve: between(rng, 0.7, 1.05),
        cuff: between(rng, 0.18, 0.34),
        spread: between(rng, 0.15, 0.65),
        neck: between(rng, 0.05, 0.4),
    };
    let mut parts = top.parts();
    if rng.r#gen::<f32>() < 0.85 {
        let (half_width, tone) = (between(rng, 0.02, 0.07), between(rng, 0.1, 0.8));
        parts.push(front_line(rng, half_width, tone, top.length));
    }
    parts
}

/// Draws a dress.
pub fn dress(rng: &mut Rng) -> Vec<Part> {
    let shoulder = between(rng, 0.22, 0.42);
    let top = Top {
        shoulder,
        hem: shoulder * between(rng, 0.8, 2.0),
        length: between(rng, 0.8, 1.0),
        sleeve: (between(rng, -0.5, 0.9)).max(0.0),
        cuff: between(rng, 0.1, 0.22),
        spread: between(rng, 0.1, 0.5),
        neck: between(rng, 0.05, 0.35),
    };
    let mut parts = top.parts();
    if rng.r#gen::<f32>() < 0.4 {
        let (y, tone) = (between(rng, -0.3, 0.2), between(rng, 0.4, 1.3));
        let half = shoulder * 0.95;
        parts.push(
            Part::new(&[(-half, y), (half, y), (half, y + 0.1), (-half, y + 0.1)]).with_tone(tone),
        );
    }
    parts
}

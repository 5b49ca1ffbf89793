//! The ten classes as polygons whose measures are drawn at random.
//!
//! Measures of neighbouring classes overlap, as they do in a shop: a shirt with short sleeves is
//! nearly a T-shirt, a coat without visible buttons nearly a pullover.

use rand::Rng as _;

use super::canvas::{Part, Pose, bell, between};
use crate::numeric::rng::Rng;

/// Parts of a garment of class `label`, in Fashion-MNIST's order.
pub fn draw(label: u8, rng: &mut Rng) -> Vec<Part> {
    match label {
        0 => t_shirt(rng),
        1 => trouser(rng),
        2 => pullover(rng),
        3 => dress(rng),
        4 => coat(rng),
        5 => sandal(rng),
        6 => shirt(rng),
        7 => sneaker(rng),
        8 => bag(rng),
        _ => ankle_boot(rng),
    }
}

/// A random place, size and light.
pub fn draw_pose(rng: &mut Rng) -> Pose {
    let size = between(rng, 0.85, 1.0);
    Pose {
        shift: (0.03 * bell(rng), 0.03 * bell(rng)),
        scale: (
            size * between(rng, 0.85, 1.1),
            size * between(rng, 0.88, 1.05),
        ),
        tilt: 0.03 * bell(rng),
        tone: between(rng, 0.4, 0.95),
        noise: between(rng, 0.02, 0.09),
    }
}

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

/// A dark or light line down the front, as buttons or an opening make.
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

fn t_shirt(rng: &mut Rng) -> Vec<Part> {
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

fn shirt(rng: &mut Rng) -> Vec<Part> {
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

fn pullover(rng: &mut Rng) -> Vec<Part> {
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

fn coat(rng: &mut Rng) -> Vec<Part> {
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

fn dress(rng: &mut Rng) -> Vec<Part> {
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

fn trouser(rng: &mut Rng) -> Vec<Part> {
    let waist = between(rng, 0.24, 0.4);
    let hip = waist * between(rng, 1.0, 1.25);
    let (foot, stance) = (between(rng, 0.12, 0.3), between(rng, 0.0, 0.3));
    let (crotch, length) = (between(rng, -0.5, -0.1), between(rng, 0.6, 1.0));
    let hips = Part::new(&[
        (-waist, -0.92),
        (waist, -0.92),
        (hip, crotch),
        (-hip, crotch),
    ]);
    let leg = Part::new(&[
        (hip, crotch - 0.05),
        (0.0, crotch - 0.05),
        (0.01 + stance * 0.5, length),
        (0.01 + stance * 0.5 + foot, length),
    ]);
    vec![leg.mirrored(), leg, hips]
}

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

fn sneaker(rng: &mut Rng) -> Vec<Part> {
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

fn ankle_boot(rng: &mut Rng) -> Vec<Part> {
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

fn sandal(rng: &mut Rng) -> Vec<Part> {
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

fn bag(rng: &mut Rng) -> Vec<Part> {
    let (half, taper) = (between(rng, 0.5, 0.95), between(rng, 0.8, 1.05));
    let (top, bottom) = (between(rng, -0.45, 0.0), between(rng, 0.5, 0.92));
    let mut parts = Vec::new();
    if rng.r#gen::<f32>() < 0.8 {
        let (reach, height) = (half * between(rng, 0.3, 0.8), between(rng, 0.2, 0.55));
        let width = between(rng, 0.05, 0.14);
        let handle = |reach: f32, y: f32| {
            Part::new(&[
                (-reach, top + 0.02),
                (-0.7 * reach, y),
                (0.7 * reach, y),
                (reach, top + 0.02),
            ])
        };
        parts.push(handle(reach, top - height));
        parts.push(handle(reach - width, top - height + width).with_tone(0.0));
    }
    parts.push(Part::new(&[
        (-half * taper, top),
        (half * taper, top),
        (half, bottom),
        (-half, bottom),
    ]));
    if rng.r#gen::<f32>() < 0.5 {
        let (depth, tone) = (between(rng, 0.1, 0.5), between(rng, 0.4, 1.3));
        parts.push(
            Part::new(&[
                (-half * taper, top),
                (half * taper, top),
                (half * 0.8, top + depth),
                (-half * 0.8, top + depth),
            ])
            .with_tone(tone),
        );
    }
    parts
}

//! The ten classes as polygons whose measures are drawn at random.
//!
//! Measures of neighbouring classes overlap, as they do in a shop: a shirt with short sleeves is
//! nearly a T-shirt, a coat without visible buttons nearly a pullover.

use rand::Rng as _;

use super::canvas::{Part, Pose, bell, between};
use super::{shoes, tops};
use fashion_bench_numeric::rng::Rng;

/// Draws the parts of a garment of class `label`, in Fashion-MNIST's order.
pub fn draw(label: u8, rng: &mut Rng) -> Vec<Part> {
    match label {
        0 => tops::t_shirt(rng),
        1 => trouser(rng),
        2 => tops::pullover(rng),
        3 => tops::dress(rng),
        4 => tops::coat(rng),
        5 => shoes::sandal(rng),
        6 => tops::shirt(rng),
        7 => shoes::sneaker(rng),
        8 => bag(rng),
        _ => shoes::ankle_boot(rng),
    }
}

/// Draws a random place, size and light.
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

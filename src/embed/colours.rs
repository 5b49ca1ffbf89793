//! The colours of classes.

/// Ten colours that people with any colour vision can tell apart on white: those of Okabe and Ito
/// (*Color Universal Design*, 2008), their yellow darker, with Tol's wine and a grey.
const COLOURS: [[u8; 3]; 10] = [
    [0, 114, 178],
    [230, 159, 0],
    [0, 158, 115],
    [213, 94, 0],
    [204, 121, 167],
    [86, 180, 233],
    [136, 34, 85],
    [0, 0, 0],
    [214, 200, 20],
    [150, 150, 150],
];

/// Returns the colour of a class: one of ten, or with more classes one of a circle of hues in three
/// lightnesses.
pub(super) fn colour_of(class: usize, n_classes: usize) -> [u8; 3] {
    if n_classes <= COLOURS.len() {
        return COLOURS[class % COLOURS.len()];
    }
    let lightness = [0.45, 0.6, 0.32][class % 3];
    of_hue(class as f64 / n_classes as f64, 0.75, lightness)
}

/// Returns the colour of a hue in [0, 1], a saturation and a lightness.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "channels lie in [0, 255]"
)]
fn of_hue(hue: f64, saturation: f64, lightness: f64) -> [u8; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|shift: f64| {
        let k = (shift + 12.0 * hue) % 12.0;
        let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (255.0 * value).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn classes_have_colours_of_their_own() {
        for n in [1, 10, 11, 26, 49] {
            let colours: HashSet<_> = (0..n).map(|class| colour_of(class, n)).collect();
            assert_eq!(colours.len(), n);
        }
        assert_eq!(of_hue(0.0, 1.0, 0.5), [255, 0, 0]);
        assert_eq!(of_hue(1.0 / 3.0, 1.0, 0.5), [0, 255, 0]);
    }
}

//! Durations as people read them.

/// Returns seconds in the unit that fits: `0.850 s`, `42.1 s`, `12 min 05 s`, `3 h 07 min`.
#[must_use]
pub fn render_duration(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates, and durations are not negative"
    )]
    let whole = seconds.round() as u64;
    match whole {
        0..2 => format!("{seconds:.3} s"),
        2..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_shown_in_fitting_units() {
        let shown = [0.85, 42.12, 725.0, 11_245.0].map(render_duration);
        assert_eq!(shown, ["0.850 s", "42.1 s", "12 min 05 s", "3 h 07 min"]);
    }
}

//! Numbers as people read them: never `-0.0`, and never rounded to what contradicts their verdict.

/// A number with so many digits behind the point; zero has no sign.
#[must_use]
pub fn fixed(value: f64, n_digits: usize) -> String {
    let text = format!("{value:.n_digits$}");
    match text.strip_prefix('-') {
        Some(rest) if is_zero(rest) => rest.to_owned(),
        _ => text,
    }
}

/// A difference with its sign; one that rounds to zero has none.
#[must_use]
pub fn signed(value: f64, n_digits: usize) -> String {
    let text = format!("{value:+.n_digits$}");
    match text.get(1..) {
        Some(rest) if is_zero(rest) => rest.to_owned(),
        _ => text,
    }
}

fn is_zero(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '0' | '.'))
}

/// Two numbers with so many digits behind the point, and more where they would look alike and are
/// not.
#[must_use]
pub fn told_apart(a: f64, b: f64, n_digits: usize) -> [String; 2] {
    const MOST_DIGITS: usize = 9;
    let mut shown = [fixed(a, n_digits), fixed(b, n_digits)];
    for n_digits in n_digits + 1..=MOST_DIGITS {
        if shown[0] != shown[1] {
            break;
        }
        let finer = [fixed(a, n_digits), fixed(b, n_digits)];
        if finer[0] != finer[1] {
            shown = finer;
        }
    }
    shown
}

/// A p-value, starred below `significant`: more digits where rounding would move it across.
#[must_use]
pub fn p_value(p: f64, significant: f64) -> String {
    let mark = if p < significant { " *" } else { "" };
    match p {
        p if p < 1e-4 => format!("< 0.0001{mark}"),
        p => {
            let [p, _] = told_apart(p, significant, 4);
            format!("{p}{mark}")
        }
    }
}

/// How many times as long something took, rounded away from 1 so that it stays beyond the factor
/// that it is beyond.
#[must_use]
pub fn growth(growth: f64) -> String {
    let hundredths = growth * 100.0;
    // The slack is for quotients like 2.1 that are a little more than their decimals.
    let rounded = if growth > 1.0 {
        (hundredths - 1e-6).ceil()
    } else {
        (hundredths + 1e-6).floor()
    } / 100.0;
    match rounded {
        r if !r.is_finite() => "more than can be told".to_owned(),
        r if r < 0.01 => "< 0.01".to_owned(),
        r => format!("{r:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(
            [-0.0, -0.001, -0.1].map(|x| fixed(x, 1)),
            ["0.0", "0.0", "-0.1"]
        );
        assert_eq!(
            [-0.0, -1e-9, 1e-9, 0.25, -0.25].map(|x| signed(x, 4)),
            ["0.0000", "0.0000", "0.0000", "+0.2500", "-0.2500"]
        );
    }

    #[test]
    fn numbers_that_differ_look_different() {
        assert_eq!(told_apart(0.5, 0.5, 4), ["0.5000", "0.5000"]);
        assert_eq!(told_apart(0.5, 0.6, 4), ["0.5000", "0.6000"]);
        assert_eq!(told_apart(0.512_34, 0.512_31, 4), ["0.51234", "0.51231"]);
        assert_eq!(told_apart(0.5, 0.5 + 1e-12, 4), ["0.5000", "0.5000"]);
    }

    #[test]
    fn a_p_value_is_on_the_side_of_its_star() {
        let shown = [0.000_01, 0.049_99, 0.05, 0.050_01, 1.0].map(|p| p_value(p, 0.05));
        assert_eq!(
            shown,
            ["< 0.0001 *", "0.04999 *", "0.0500", "0.05001", "1.0000"]
        );
    }

    #[test]
    fn growth_is_rounded_away_from_one() {
        let shown = [1.0, 2.0, 2.001, 2.1, 0.4999, 0.5, 0.001, f64::INFINITY].map(growth);
        assert_eq!(
            shown,
            [
                "1.00",
                "2.00",
                "2.01",
                "2.10",
                "0.49",
                "0.50",
                "< 0.01",
                "more than can be told"
            ]
        );
    }
}

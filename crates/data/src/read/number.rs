//! Numbers of text files.

/// Parses a finite number with blanks around it.
pub fn parse_number(field: &[u8]) -> Option<f64> {
    // Most fields are grey values.
    if (1..=3).contains(&field.len()) && field.iter().all(u8::is_ascii_digit) {
        let number = field
            .iter()
            .fold(0_u32, |n, digit| n * 10 + u32::from(digit - b'0'));
        return Some(f64::from(number));
    }
    let text = std::str::from_utf8(field.trim_ascii()).ok()?;
    // Rust also parses words such as `nan` and `infinity`.
    if text
        .bytes()
        .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E'))
    {
        return None;
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Parses a number that may have a comma in place of the point.
pub fn parse_decimal_comma(field: &[u8]) -> Option<f64> {
    parse_number(field).or_else(|| {
        let mut commas = field.iter().enumerate().filter(|(_, byte)| **byte == b',');
        let (place, _) = commas.next().filter(|_| commas.next().is_none())?;
        let mut field = field.to_vec();
        if field.contains(&b'.') {
            return None;
        }
        field[place] = b'.';
        parse_number(&field)
    })
}

/// Parses `true` or `false`, which stand for 1 and 0.
pub fn parse_bool(field: &[u8]) -> Option<f64> {
    let field = field.trim_ascii();
    if field.eq_ignore_ascii_case(b"true") {
        return Some(1.0);
    }
    field.eq_ignore_ascii_case(b"false").then_some(0.0)
}

/// Returns a field that is no number for a message, with what is to be done about it.
pub fn not_a_number(field: &[u8]) -> String {
    const MISSING: [&str; 10] = [
        "", "?", "-", "na", "n/a", "nan", "null", "none", "nil", "missing",
    ];
    let text = String::from_utf8_lossy(field.trim_ascii()).to_ascii_lowercase();
    let hint = if MISSING.contains(&text.as_str()) {
        ", a missing value; fill it in or leave the row out"
    } else if text.chars().any(char::is_alphabetic) {
        ", a text, which is no feature; leave the column out, or take it for the labels with \
         `--label NAME`"
    } else {
        ""
    };
    quoted(field) + hint
}

/// Returns a field for a message.
pub fn quoted(field: &[u8]) -> String {
    const LONGEST: usize = 40;
    let shown = &field[..field.len().min(LONGEST)];
    let more = if shown.len() < field.len() { "…" } else { "" };
    format!("\"{}{more}\"", shown.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_stands_for_the_point_where_it_is_alone() {
        let parse = |text: &str| parse_decimal_comma(text.as_bytes());
        assert_eq!(parse("0,5"), Some(0.5));
        assert_eq!(parse(" -12,25 "), Some(-12.25));
        assert_eq!(parse("3.5"), Some(3.5));
        for text in ["1,234,567", "1.234,5", ",", "a,b"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse_bool(b"True"), Some(1.0));
        assert_eq!(parse_bool(b" false "), Some(0.0));
        assert_eq!(parse_bool(b"yes"), None);
    }

    #[test]
    fn what_is_no_number_comes_with_what_to_do() {
        assert!(not_a_number(b"NaN").ends_with("a missing value; fill it in or leave the row out"));
        assert!(not_a_number(b"bob").starts_with("\"bob\", a text, which is no feature"));
        assert_eq!(not_a_number(b"1..2"), "\"1..2\"");
    }

    #[test]
    fn numbers_are_finite_and_nothing_else_is_one() {
        let good = [
            ("0", 0.0),
            ("255", 255.0),
            ("0.0", 0.0),
            (" 1e-3 ", 1e-3),
            ("-2.5", -2.5),
        ];
        for (text, number) in good {
            assert_eq!(parse_number(text.as_bytes()), Some(number));
        }
        for text in [
            "", " ", "nan", "inf", "1e999", "?", "1x1", "0x10", "1,5", "é",
        ] {
            assert_eq!(parse_number(text.as_bytes()), None, "{text}");
        }
    }
}

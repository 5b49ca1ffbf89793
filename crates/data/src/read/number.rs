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

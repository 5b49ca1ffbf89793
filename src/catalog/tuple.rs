//! Python's tuples of numbers, as the original's configs write them in strings.

use serde_json::Value;

/// Returns the value of a Python tuple of numbers: `"(100, 10)"` and `"(100,)"` are lists, and
/// `"(100)"` is the number 100, as in Python.
pub fn parse_tuple(text: &str) -> Option<Value> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
    if inner.is_empty() {
        return Some(Value::Array(Vec::new()));
    }
    let number = |part: &str| {
        let number: Value = serde_json::from_str(part.trim()).ok()?;
        number.is_number().then_some(number)
    };
    if !inner.contains(',') {
        return number(inner);
    }
    let inner = inner.strip_suffix(',').unwrap_or(inner);
    inner.split(',').map(number).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tuples_are_read_as_python_reads_them() {
        assert_eq!(parse_tuple("(100, 10)"), Some(json!([100, 10])));
        assert_eq!(parse_tuple(" ( 100 , 10, ) "), Some(json!([100, 10])));
        assert_eq!(parse_tuple("(100,)"), Some(json!([100])));
        assert_eq!(parse_tuple("(100)"), Some(json!(100)));
        assert_eq!(parse_tuple("()"), Some(json!([])));
        for wrong in ["100", "(100", "(,)", "(a,)", "(1,,2)", "(\"1\",)"] {
            assert_eq!(parse_tuple(wrong), None, "{wrong}");
        }
    }
}

//! A JSON parser that keeps what serde_json drops: the order of keys, the place of each value, and
//! whether a key occurs twice. Numbers and escapes are still read by serde_json.

use serde_json::{Number, Value};

use super::error::{Fault, Problem, Spot};

/// The deepest nesting of lists and objects; a config needs six levels.
const MAX_DEPTH: usize = 32;

/// A value and the byte at which it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub at: usize,
    pub tree: Tree,
}

#[derive(Debug)]
pub(super) enum Tree {
    /// Null, a truth value, a number or a string.
    Scalar(Value),
    List(Vec<Node>),
    Object(Vec<Entry>),
}

/// A key with its value, and the byte at which the key begins.
#[derive(Debug)]
pub(super) struct Entry {
    pub at: usize,
    pub key: String,
    pub value: Node,
}

impl Node {
    pub fn to_value(&self) -> Value {
        match &self.tree {
            Tree::Scalar(value) => value.clone(),
            Tree::List(nodes) => nodes.iter().map(Self::to_value).collect(),
            Tree::Object(entries) => {
                let pairs = entries.iter();
                Value::Object(
                    pairs
                        .map(|entry| (entry.key.clone(), entry.value.to_value()))
                        .collect(),
                )
            }
        }
    }
}

/// Parses the single value that `text` holds.
pub(super) fn parse_document(text: &str) -> Result<Node, Fault> {
    let mut parser = Parser { text, at: 0 };
    parser.skip_space();
    if parser.peek().is_none() {
        return Err(Fault::new(0, Problem::Empty));
    }
    let node = parser.value(0)?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(node),
        Some(b'/' | b'#') => Err(parser.unexpected("the end of the file")),
        Some(_) => Err(parser.fault(Problem::Trailing {
            found: parser.found(),
        })),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        let at = self.at;
        let tree = match self.peek() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => {
                return Err(self.fault(Problem::TooDeep { limit: MAX_DEPTH }));
            }
            Some(b'{') => Tree::Object(self.object(depth)?),
            Some(b'[') => Tree::List(self.list(depth)?),
            Some(b'"') => Tree::Scalar(Value::String(self.string()?)),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => Tree::Scalar(self.number()?),
            Some(letter) if letter.is_ascii_alphabetic() => Tree::Scalar(self.word()?),
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { at, tree })
    }

    fn object(&mut self, depth: usize) -> Result<Vec<Entry>, Fault> {
        let began = self.at;
        let mut entries: Vec<Entry> = Vec::new();
        self.at += 1;
        while self.has_next(entries.is_empty(), began, '}')? {
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                let first = Spot::of(self.text, first.at);
                return Err(Fault::new(at, Problem::DuplicateKey { key, first }));
            }
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:` after the key"));
            }
            self.at += 1;
            self.skip_space();
            let value = self.value(depth + 1)?;
            entries.push(Entry { at, key, value });
        }
        Ok(entries)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let began = self.at;
        let mut nodes = Vec::new();
        self.at += 1;
        while self.has_next(nodes.is_empty(), began, ']')? {
            nodes.push(self.value(depth + 1)?);
        }
        Ok(nodes)
    }

    /// Returns whether another element follows, and steps over the comma before it or over the
    /// closing bracket.
    fn has_next(&mut self, is_first: bool, began: usize, close: char) -> Result<bool, Fault> {
        self.skip_space();
        let next = self.peek();
        if next == Some(close as u8) {
            self.at += 1;
            return Ok(false);
        }
        if next.is_some() && is_first {
            return Ok(true);
        }
        let (what, separator) = match close {
            '}' => ("object", "`,` or `}`"),
            _ => ("list", "`,` or `]`"),
        };
        let unclosed = Problem::Unclosed {
            what,
            began: Spot::of(self.text, began),
            close,
        };
        match next {
            None => return Err(self.fault(unclosed)),
            Some(b',') => {}
            Some(_) => return Err(self.unexpected(separator)),
        }
        let comma = self.at;
        self.at += 1;
        self.skip_space();
        match self.peek() {
            None => Err(self.fault(unclosed)),
            Some(b'}' | b']') => Err(Fault::new(comma, Problem::TrailingComma { close })),
            Some(_) => Ok(true),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        let began = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None | Some(b'\n' | b'\r') => {
                    return Err(Fault::new(began, Problem::UnclosedString));
                }
                Some(b'"') => break,
                Some(code @ 0..=0x1f) => {
                    return Err(self.fault(Problem::ControlCharacter { code }));
                }
                // An escaped quote or backslash is skipped whole; after any other backslash the
                // next character is examined as usual.
                Some(b'\\')
                    if matches!(self.text.as_bytes().get(self.at + 1), Some(b'"' | b'\\')) =>
                {
                    self.at += 2;
                }
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let text = &self.text[began..self.at];
        serde_json::from_str(text).map_err(|_| {
            let text = text.to_owned();
            Fault::new(began, Problem::BadEscape { text })
        })
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let began = self.at;
        let text = self.run();
        self.at += text.len();
        if let Ok(number) = serde_json::from_str::<Number>(text) {
            return Ok(Value::Number(number));
        }
        let is_decimal = text.contains(|c: char| c.is_ascii_digit());
        let is_infinite = text.parse().is_ok_and(|number: f64| !number.is_finite());
        let text = text.to_owned();
        let problem = match (is_decimal, is_infinite) {
            (true, true) => Problem::NumberTooLarge { text },
            (false, true) => Problem::BareWord {
                word: text,
                fix: "numbers must be finite".to_owned(),
            },
            (_, false) => Problem::BadNumber { text },
        };
        Err(Fault::new(began, problem))
    }

    fn word(&mut self) -> Result<Value, Fault> {
        let word = self.run();
        let fix = match word {
            "true" | "false" | "null" => {
                self.at += word.len();
                return Ok(match word {
                    "null" => Value::Null,
                    word => Value::Bool(word == "true"),
                });
            }
            "True" | "TRUE" => "write true".to_owned(),
            "False" | "FALSE" => "write false".to_owned(),
            "None" | "nil" | "NULL" | "Null" => "write null".to_owned(),
            "NaN" | "nan" | "Infinity" | "inf" => "numbers must be finite".to_owned(),
            word => format!("write \"{word}\""),
        };
        let word = word.to_owned();
        Err(self.fault(Problem::BareWord { word, fix }))
    }

    /// Returns the characters from here on that could belong to one number or word.
    fn run(&self) -> &'a str {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
        &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, problem: Problem) -> Fault {
        Fault::new(self.at, problem)
    }

    fn unexpected(&self, expected: &'static str) -> Fault {
        self.fault(match self.peek() {
            Some(b'/' | b'#') => Problem::Comment,
            Some(b'\'') => Problem::SingleQuotes,
            _ => Problem::Expected {
                expected,
                found: self.found(),
            },
        })
    }

    /// Describes in words what stands here.
    fn found(&self) -> String {
        let rest = &self.text[self.at..];
        let run: String = self.run().chars().take(20).collect();
        match rest.chars().next() {
            None => "the end of the file".to_owned(),
            Some('"') => "a string".to_owned(),
            Some(first) if run.is_empty() => format!("`{}`", first.escape_debug()),
            Some(_) => format!("`{run}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_keep_their_order_and_every_value_its_place() {
        let text = "{\n \"é\": 1,\n \"b\": [true, \"\\u00e9\\\"\\\\\"], \"a\": {}}";
        let root = parse_document(text).unwrap();
        let Tree::Object(entries) = &root.tree else {
            panic!("{root:?}");
        };
        let spot = |at| {
            let spot = Spot::of(text, at);
            (spot.line, spot.column)
        };
        let keys: Vec<_> = entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["é", "b", "a"]);
        assert_eq!(spot(entries[0].at), (2, 2));
        assert_eq!(spot(entries[0].value.at), (2, 7));
        assert_eq!(spot(entries[2].value.at), (3, 34));
        let Tree::List(items) = &entries[1].value.tree else {
            panic!("{root:?}");
        };
        assert_eq!(items[1].to_value(), "é\"\\");
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_are_those_that_serde_json_reads(value in values(), is_pretty: bool) {
            let text = if is_pretty {
                serde_json::to_string_pretty(&value).unwrap()
            } else {
                value.to_string()
            };
            let expected: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(parse_document(&text).unwrap().to_value(), expected);
        }

        #[test]
        fn text_is_json_exactly_when_serde_json_says_so(
            text in "[\\[\\]{}\",:0-9eE.+ntrue\\\\u/' -]{0,12}",
        ) {
            let ours = parse_document(&text).map(|node| node.to_value());
            match (ours, serde_json::from_str::<Value>(&text)) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                (Err(_), Err(_)) => {}
                // A key that occurs twice is the one thing that only our parser refuses.
                (Err(fault), Ok(_)) => {
                    let is_doubled = matches!(fault.problem, Problem::DuplicateKey { .. });
                    prop_assert!(is_doubled, "{fault:?}");
                }
                (Ok(ours), Err(error)) => prop_assert!(false, "{ours}: {error}"),
            }
        }
    }
}

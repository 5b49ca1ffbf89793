//! Foreign text made harmless for the medium that it is printed on.
//!
//! Names, parameters and reasons come from configs, from tables that somebody sent, and from what a
//! crashing library printed. Whatever prints them passes them through here: none may move a
//! terminal's cursor, end a table's cell, or give a command to a CI system.
//!
//! JSON and CSV writers escape for themselves, and so do the HTML templates.

/// Text for one line of a terminal or a log.
///
/// Line breaks and tabs become spaces, other control characters are written out (`\u{1b}`), and so
/// are those that turn the direction of the text. A word that begins with `::` and the mark `##[`,
/// which GitHub reads as commands, are taken apart.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if is_hidden(c) => out.extend(c.escape_unicode()),
            ':' if out.ends_with(':') && begins_a_word(&out) => out.push_str(" :"),
            '[' if out.ends_with("##") => out.push_str(" ["),
            c => out.push(c),
        }
    }
    out
}

/// Text of several lines, each as [`line()`] has it.
#[must_use]
pub fn lines(text: &str) -> String {
    let safe: Vec<_> = text.split('\n').map(line).collect();
    safe.join("\n")
}

/// Whether the colon at the end of `text` is the first character of a word.
fn begins_a_word(text: &str) -> bool {
    let mut before = text.chars().rev().skip(1);
    before.next().is_none_or(char::is_whitespace)
}

/// Whether a terminal acts on a character, or shows other text than there is because of it.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text for a cell of a Markdown table.
#[must_use]
pub fn markdown_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '\\' | '|' | '`' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A link or a picture needs both; lists of numbers stay as they are.
            '(' if out.ends_with(']') => out.push_str("\\("),
            c => out.push(c),
        }
    }
    out
}

/// Text for XML, in an attribute or between tags; the writer escapes its five characters.
#[must_use]
pub fn xml(text: &str) -> String {
    let is_allowed = |c: &char| !matches!(c, '\u{fffe}' | '\u{ffff}');
    line(text).chars().filter(is_allowed).collect()
}

/// The text of a GitHub workflow command, as GitHub's toolkit escapes it.
#[must_use]
pub fn github_data(text: &str) -> String {
    line(text).replace('%', "%25")
}

/// A property of a GitHub workflow command, likewise.
#[must_use]
pub fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that could break out of something.
    const HOSTILE: &str = "a\u{1b}[31mred\r\n::error::x|]]>&<b>%0A::set-env ##[error]\u{202e}y\0`";

    #[test]
    fn a_line_has_no_control_characters_and_no_commands() {
        let safe = line(HOSTILE);
        assert!(!safe.chars().any(char::is_control), "{safe}");
        assert!(!safe.contains("##[") && !safe.contains(" ::"), "{safe}");
        assert!(safe.contains("\\u{1b}[31mred") && !safe.contains('\u{202e}'));
        assert!(line("::error::x").starts_with(": :error::x"));
    }

    #[test]
    fn honest_text_stays_as_it_is() {
        let honest = "linfa::DecisionTree panicked at src/a.rs:3:5: 50 % of [1, 2], größer — C:\\x";
        assert_eq!(line(honest), honest);
        assert_eq!(lines("one\ntwo"), "one\ntwo");
    }

    #[test]
    fn lines_cannot_begin_with_a_command() {
        assert_eq!(lines("x\n::error::y\u{7}"), "x\n: :error::y\\u{7}");
    }

    #[test]
    fn a_cell_stays_a_cell() {
        assert_eq!(
            markdown_cell("a|b\\|c\n<img>&[x](y) [1,2]"),
            "a\\|b\\\\\\|c &lt;img&gt;&amp;[x]\\(y) [1,2]"
        );
    }

    #[test]
    fn a_workflow_command_has_no_other_in_it() {
        assert_eq!(github_data("50%0A::x\n::y"), "50%250A::x : :y");
        assert_eq!(github_property("a:b,c"), "a%3Ab%2Cc");
    }
}

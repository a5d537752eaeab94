//! Text: brackets by counting, and quoting as Go does.

use std::fmt::Write;

use crate::tree::Loc;

/// The row of the bracket that closes the first `open` of a place's text. `past` brackets are skipped first: those of
/// a rule's head. Like OPA, this counts brackets and nothing else.
pub(crate) fn closing_row(
    text: &str,
    loc: Loc,
    past: Option<(u8, u8)>,
    (open, close): (u8, u8),
) -> Option<u32> {
    let bytes = covered(text, loc.text).as_bytes();
    let mut at = 0;
    let mut rows = 0;
    if let Some((skip_open, skip_close)) = past {
        match close_of(bytes, 0, skip_open, skip_close) {
            Some((end, between)) => {
                at = end;
                rows = between;
            }
            None => return None,
        }
    }
    let (_, between) = close_of(bytes, at, open, close)?;
    Some(loc.row + rows + between)
}

/// From `at`, the end of the first pair of brackets, and the line feeds inside of it.
fn close_of(bytes: &[u8], at: usize, open: u8, close: u8) -> Option<(usize, u32)> {
    let rest = bytes.get(at..)?;
    let start = at + rest.iter().position(|byte| *byte == open)?;
    let mut depth = 1;
    let mut rows = 0;
    for (position, byte) in bytes.iter().enumerate().skip(start + 1) {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return Some((position, rows));
            }
        } else if *byte == b'\n' {
            rows += 1;
        }
    }
    None
}

/// A range of a text.
pub(crate) fn covered(text: &str, range: (u32, u32)) -> &str {
    text.get(range.0 as usize..range.1 as usize)
        .unwrap_or_default()
}

pub(crate) fn line_feeds(text: &str) -> u32 {
    let count = text.bytes().filter(|byte| *byte == b'\n').count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A string in double quotes, with Go's escapes.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Go's other escapes of control characters are none in Rego.
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other if u32::from(other) < 0x20 || hidden(other) => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Characters beyond ASCII that show nothing.
fn hidden(letter: char) -> bool {
    letter.is_control()
        || (letter != ' ' && letter.is_whitespace())
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}')
}

/// A template's text: braces that would open an expression get a backslash.
pub(crate) fn escape_braces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = '\0';
    for letter in text.chars() {
        if letter == '{' && before != '\\' {
            out.push('\\');
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// Whether a string could be a variable's name.
pub(crate) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

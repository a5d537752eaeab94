//! JSON with comments: `//`, `#` and `/* */`.
//!
//! Comments are blanked, so that everything else stays where it is, and the rest is read as JSON. The reader that
//! conftest uses drops bytes instead, some of them by mistake: a lone `/`, line breaks inside of strings, and the line
//! break behind a comment that ends in a backslash. Those are errors here, or read as they were meant.

use std::sync::Arc;

use kpol_input::{Document, Format, InputError, read_text};

use crate::text::Text;

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let json: Arc<str> = without_comments(text)?.into();
    let options = kpol_input::Options {
        limits: text.options.input.limits,
        ..kpol_input::Options::verbatim()
    };
    read_text(text.sources, text.source, &json, Format::Json, &options)
}

/// The text with spaces in place of comments; line breaks stay.
fn without_comments(text: &Text<'_>) -> Result<String, InputError> {
    let source = text.text;
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let copy = |out: &mut String, rest: &mut &str, len: usize| {
        let (piece, after) = rest.split_at_checked(len).unwrap_or((*rest, ""));
        out.push_str(piece);
        *rest = after;
    };
    while let Some(at) = rest.find(['"', '/', '#']) {
        copy(&mut out, &mut rest, at);
        let comment = if rest.starts_with('"') {
            let len = string_len(rest);
            copy(&mut out, &mut rest, len);
            continue;
        } else if rest.starts_with("/*") {
            let Some(end) = rest.get(2..).and_then(|body| body.find("*/")) else {
                let start = out.len();
                return Err(text.error("the comment has no end", start..start + 2));
            };
            end + 4
        } else if rest.starts_with("//") || rest.starts_with('#') {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            // No JSON either, which the JSON reader says.
            copy(&mut out, &mut rest, 1);
            continue;
        };
        let (piece, after) = rest.split_at_checked(comment).unwrap_or((rest, ""));
        out.extend(piece.bytes().map(|byte| match byte {
            b'\n' => '\n',
            b'\r' => '\r',
            _ => ' ',
        }));
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Bytes of a string with its quotes; all of the text if it has no end.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

//! Protocol Buffers as text, by the definitions in the folders of [`Options::proto_dirs`](crate::Options): the JSON that
//! the format has for a message, with the names of fields as they are defined.

mod known;
mod message;
mod scalar;
mod schema;
mod syntax;

use std::ops::Range;

use kpol_input::{Document, InputError};

use self::message::Reader;
use self::schema::Schema;
use self::syntax::Parser;
use crate::text::Text;

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let refuse = |(message, range): (String, Range<usize>)| text.error(message, range);
    let (_, skipped) = text.without_mark();
    let Some((name, range)) = message_name(text.text) else {
        let message = "the file does not name its message: `# proto-message: NAME` on a line";
        return Err(text.error(message, 0..0));
    };
    let schema = Schema::load(&text.options.proto_dirs)
        .map_err(|message| text.error(message, range.clone()))?;
    let Some(descriptor) = schema.message(name) else {
        let message = match text.options.proto_dirs.as_slice() {
            [] => format!("`{name}` is not known: no folder with definitions was given"),
            _ => format!("`{name}` is not among the definitions"),
        };
        return Err(text.error(message, range));
    };
    let mut parser = Parser::new(text.text, skipped, text.depth());
    let fields = parser.fields(None);
    if let Some(range) = parser.too_deep.take() {
        return Err(text.too_deep(range));
    }
    let fields = fields.map_err(refuse)?;
    let reader = Reader {
        text,
        schema: &schema,
    };
    let whole = 0..text.text.len();
    let node = reader
        .message(&descriptor, &fields, &whole)
        .map_err(refuse)?;
    text.document(&node)
}

/// The type that a comment names, and where.
fn message_name(text: &str) -> Option<(&str, Range<usize>)> {
    let mut start = 0;
    for line in text.split('\n') {
        for (at, _) in line.match_indices('#') {
            let behind = line.get(at + 1..).unwrap_or_default();
            let trimmed = behind.trim_ascii_start();
            let Some(value) = trimmed.strip_prefix("proto-message:") else {
                continue;
            };
            let name = value.trim_ascii_start();
            let len = name
                .find(|char: char| !char.is_ascii_alphanumeric() && char != '_' && char != '.')
                .unwrap_or(name.len());
            if trimmed.len() < behind.len() && name.len() < value.len() && len > 0 {
                let begin = start + line.len() - name.len();
                return Some((name.get(..len)?, begin..begin + len));
            }
        }
        start += line.len() + 1;
    }
    None
}

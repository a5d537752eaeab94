//! Lines of tags and values; values between `<text>` and `</text>` may go over several lines.

use std::ops::Range;

use super::Problem;

/// A tag and its value.
pub(super) struct Pair<'a> {
    pub(super) tag: &'a str,
    pub(super) value: String,
    /// Where both stand.
    pub(super) range: Range<usize>,
    /// Where the value stands.
    pub(super) at: Range<usize>,
}

pub(super) fn pairs(text: &str) -> Result<Vec<Pair<'_>>, Problem> {
    let mut pairs = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let len = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let line = rest.get(..len).unwrap_or(rest);
        let from = start + (line.len() - line.trim_start().len());
        let line = line.trim();
        let end = from + line.len();
        start += len;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            return Err(("there is no colon behind a tag".to_owned(), from..end));
        };
        let behind = from + tag.len() + 1;
        let tag = tag.trim();
        let Some(open) = value.find("<text>") else {
            let lead = value.len() - value.trim_start().len();
            pairs.push(Pair {
                tag,
                value: value.trim().to_owned(),
                range: from..end,
                at: behind + lead..end,
            });
            continue;
        };
        // The value goes up to the end of a later line, if there is no end on this one.
        let inner = behind + open + "<text>".len();
        let body = text.get(inner..).unwrap_or_default();
        let Some(close) = body.find("</text>") else {
            return Err(("`<text>` has no `</text>`".to_owned(), inner - 6..inner));
        };
        let after = inner + close + "</text>".len();
        let value = body.get(..close).unwrap_or_default().replace("\r\n", "\n");
        pairs.push(Pair {
            tag,
            value,
            range: from..after,
            at: inner..inner + close,
        });
        // What follows on the same line does not count.
        let rest = text.get(after..).unwrap_or_default();
        start = after + rest.find('\n').map_or(rest.len(), |at| at + 1);
    }
    Ok(pairs)
}

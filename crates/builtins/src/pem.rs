//! PEM as Go's `encoding/pem` reads it: what is no block is skipped.

use kpol_runtime::builtins::encoding::std_decoded;

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) bytes: Vec<u8>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// The first block, and what follows it.
pub(crate) fn decode(data: &[u8]) -> Option<(Block, &[u8])> {
    let mut rest = data;
    loop {
        // The end first: each text is looked at once, however many blocks it begins and does not end.
        let end = find(rest, END)?;
        let before = rest.get(..end)?;
        let after = rest.get(end + END.len()..)?;
        if let Some(found) = begin(before).and_then(|b| block(rest.get(b..)?, end - b, after)) {
            return Some(found);
        }
        // The line break before the next end may be the one that this line ends with.
        rest = after;
    }
}

/// Whether a text says that it is PEM.
pub(crate) fn is_pem(data: &[u8]) -> bool {
    data.starts_with(b"-----BEGIN")
}

fn find(data: &[u8], what: &[u8]) -> Option<usize> {
    data.windows(what.len()).position(|w| w == what)
}

/// Where the last block before an end begins: at the start of a line.
fn begin(before: &[u8]) -> Option<usize> {
    let at = before.windows(BEGIN.len()).rposition(|w| w == BEGIN)?;
    (at == 0 || before.get(at - 1) == Some(&b'\n')).then_some(at)
}

/// Reads the block at the start of `data`. Its last line begins with the line break at `end`; `after` is what follows
/// the words that open that line.
fn block<'d>(data: &'d [u8], end: usize, after: &'d [u8]) -> Option<(Block, &'d [u8])> {
    let (title, _) = line(data.get(BEGIN.len()..)?);
    let label = title.strip_suffix(DASHES)?;
    // Where the lines of the block begin.
    let mut at = data.len() - line(data.get(BEGIN.len()..)?).1.len();
    loop {
        let rest = data.get(at..).filter(|r| !r.is_empty())?;
        let (header, next) = line(rest);
        if !header.contains(&b':') {
            break;
        }
        at = data.len() - next.len();
        // A header that runs into the end.
        if at > end + 1 {
            return None;
        }
    }
    let closing = after.strip_prefix(label)?.strip_prefix(DASHES)?;
    let (trailing, rest) = line(closing);
    if !trailing.is_empty() {
        return None;
    }
    // A block without lines: the line break of its title is the one before its end.
    let body = data.get(at..end).unwrap_or(&[]);
    let text: Vec<u8> = body
        .iter()
        .copied()
        .filter(|b| !matches!(b, b' ' | b'\t'))
        .collect();
    let bytes = std_decoded(std::str::from_utf8(&text).ok()?).ok()?;
    let label = String::from_utf8_lossy(label).into_owned();
    Some((Block { label, bytes }, rest))
}

/// The first line without what ends it, and what follows.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match data.iter().position(|b| *b == b'\n') {
        Some(i) => (
            data.get(..i).unwrap_or(&[]),
            data.get(i + 1..).unwrap_or(&[]),
        ),
        None => (data, &[][..]),
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let kept = line
        .iter()
        .rposition(|b| !matches!(b, b' ' | b'\t'))
        .map_or(0, |i| i + 1);
    (line.get(..kept).unwrap_or(&[]), rest)
}

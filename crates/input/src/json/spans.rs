//! Where the values of a JSON text stand.
//!
//! The tape has its nodes in the order of the text, so that the n-th token that begins a value or is a key
//! belongs to the n-th node.

/// The spans of the first `count` nodes of the value that begins at (or after blanks at) `start`, in bytes of
/// `text`. The text need not be right after what was read of it.
pub(super) fn scan(text: &str, start: u32, count: usize) -> Vec<(u32, u32)> {
    let bytes = text.as_bytes();
    let mut spans = Vec::with_capacity(count);
    let mut open: Vec<usize> = Vec::new();
    let mut at = usize::try_from(start).unwrap_or(usize::MAX);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                if spans.len() >= count {
                    break;
                }
                open.push(spans.len());
                spans.push(span(at, bytes.len()));
                at += 1;
            }
            b'}' | b']' => {
                at += 1;
                if let Some(container) = open.pop().and_then(|index| spans.get_mut(index)) {
                    container.1 = span(at, at).0;
                }
                if open.is_empty() {
                    break;
                }
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => at += 1,
            _ => {
                if spans.len() >= count {
                    // Only closing brackets are of interest from here on.
                    if open.is_empty() {
                        break;
                    }
                    at = token_end(bytes, at);
                    continue;
                }
                let end = token_end(bytes, at);
                spans.push(span(at, end));
                at = end;
                if open.is_empty() {
                    break;
                }
            }
        }
    }
    spans
}

/// How many bytes the first value of a text takes, blanks before it included. The value must be right.
pub(super) fn value_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
                if depth == 0 {
                    return at;
                }
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => at += 1,
            _ => {
                if depth == 0 {
                    return scalar_end(bytes, at);
                }
                at = token_end(bytes, at);
            }
        }
    }
    at
}

/// The end of a value that is no container. What follows at once does not belong to it: `7x` is a 7.
fn scalar_end(bytes: &[u8], start: usize) -> usize {
    let digits = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    match bytes.get(start) {
        Some(b'"') => token_end(bytes, start),
        Some(b'f') => start + 5,
        Some(b't' | b'n') => start + 4,
        _ => {
            let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
            // A zero has no digits behind it.
            at = match bytes.get(at) {
                Some(b'0') => at + 1,
                _ => digits(at),
            };
            if bytes.get(at) == Some(&b'.') {
                at = digits(at + 1);
            }
            if matches!(bytes.get(at), Some(b'e' | b'E')) {
                let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
                at = digits(at + 1 + usize::from(sign));
            }
            at
        }
    }
}

/// The end of the string, number or word at `at`.
fn token_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    if bytes.get(at) == Some(&b'"') {
        while let Some(byte) = bytes.get(end) {
            end += 1;
            match byte {
                b'"' => return end,
                b'\\' => end += 1,
                _ => {}
            }
        }
        return bytes.len();
    }
    while bytes.get(end).is_some_and(|byte| {
        !matches!(
            byte,
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"' | b' ' | b'\t' | b'\n' | b'\r'
        )
    }) {
        end += 1;
    }
    end
}

fn span(start: usize, end: usize) -> (u32, u32) {
    (
        u32::try_from(start).unwrap_or(u32::MAX),
        u32::try_from(end).unwrap_or(u32::MAX),
    )
}

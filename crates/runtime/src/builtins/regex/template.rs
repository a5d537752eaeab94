//! The templates of `regex.replace` (`$1`, `${name}`) and of `regex.template_match` (`urn:<.*>`).

use alloc::{string::String, vec::Vec};

/// Writes a replacement; `value` gives a group's text by number or name, empty where there is none.
pub(super) fn expand<'v>(template: &str, out: &mut String, value: impl Fn(&str) -> &'v str) {
    let mut rest = template;
    while let Some(i) = rest.find('$') {
        out.push_str(rest.get(..i).unwrap_or(""));
        rest = rest.get(i + 1..).unwrap_or("");
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        match reference(rest) {
            Some((name, after)) => {
                out.push_str(value(name));
                rest = after;
            }
            None => out.push('$'),
        }
    }
    out.push_str(rest);
}

/// The longest name after a `$`, and what follows it.
fn reference(rest: &str) -> Option<(&str, &str)> {
    let (inner, braced) = match rest.strip_prefix('{') {
        Some(inner) => (inner, true),
        None => (rest, false),
    };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let end = inner.find(|c| !word(c)).unwrap_or(inner.len());
    let (name, after) = (inner.get(..end)?, inner.get(end..)?);
    if name.is_empty() {
        return None;
    }
    if braced {
        return Some((name, after.strip_prefix('}')?));
    }
    Some((name, after))
}

/// A piece of a template.
pub(super) enum Part<'t> {
    /// Text that stands for itself.
    Text(&'t str),
    /// A pattern between delimiters.
    Pattern(&'t str),
}

/// Cuts a template at its delimiters, which may nest; nothing where they do not match up.
pub(super) fn parts(template: &str, start: u8, end: u8) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let (mut level, mut opened, mut done) = (0u32, 0, 0);
    for (i, b) in template.bytes().enumerate() {
        if b == start {
            level += 1;
            if level == 1 {
                opened = i;
            }
        } else if b == end {
            level = level.checked_sub(1)?;
            if level == 0 {
                parts.push(Part::Text(template.get(done..opened)?));
                parts.push(Part::Pattern(template.get(opened + 1..i)?));
                done = i + 1;
            }
        }
    }
    if level != 0 {
        return None;
    }
    parts.push(Part::Text(template.get(done..)?));
    Some(parts)
}

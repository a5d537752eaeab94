//! Escape sequences.

/// The value of a quoted string's inside; `None` if it has an illegal escape. Surrogates that do not form a
/// pair become U+FFFD, as in JSON readers that do not fail on them.
pub(super) fn unescape(inner: &str) -> Option<String> {
    decode(inner, false)
}

/// The value of the text of a template string, which also has `\{`.
pub(super) fn unescape_template(inner: &str) -> Option<String> {
    decode(inner, true)
}

fn decode(inner: &str, template: bool) -> Option<String> {
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escaped.chars();
        let value = match chars.next()? {
            char @ ('"' | '\\' | '/') => char,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '{' if template => '{',
            'u' => {
                let unit = hex(chars.as_str())?;
                let mut after = chars.as_str().get(4..)?;
                let value = match unit {
                    0xd800..=0xdbff => {
                        let low = after.strip_prefix("\\u").and_then(hex);
                        match low {
                            Some(low @ 0xdc00..=0xdfff) => {
                                after = after.get(6..)?;
                                char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
                            }
                            _ => None,
                        }
                    }
                    other => char::from_u32(other),
                };
                out.push(value.unwrap_or('\u{fffd}'));
                rest = after;
                continue;
            }
            _ => return None,
        };
        out.push(value);
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(out)
}

fn hex(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{unescape, unescape_template};

    #[test]
    fn decodes_escapes() {
        for (inner, value) in [
            ("", Some("")),
            ("plain é", Some("plain é")),
            (r#"a\"b\\c\/d"#, Some(r#"a"b\c/d"#)),
            (r"\b\f\n\r\t", Some("\u{8}\u{c}\n\r\t")),
            (r"\u0041\u00e9", Some("Aé")),
            (r"\ud83d\ude00!", Some("😀!")),
            (r"\ud83dx", Some("\u{fffd}x")),
            (r"\ud83d\u0041", Some("\u{fffd}A")),
            (r"\ude00", Some("\u{fffd}")),
            (r"\x", None),
            (r"\u12", None),
            (r"\u+123", None),
            (r"\{", None),
        ] {
            assert_eq!(unescape(inner).as_deref(), value, "{inner}");
        }
        assert_eq!(unescape_template(r"\{a}").as_deref(), Some("{a}"));
    }
}

//! Classes of bytes. The text's end counts as byte 0, which no text may hold.

/// Bytes after which a plain scalar has to be looked at more closely.
const STOP: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b"\0\t\n\r :,?[]{}\xc2\xe2";
    let mut at = 0;
    while at < stops.len() {
        table[stops[at] as usize] = true;
        at += 1;
    }
    table
};

pub(super) fn may_end_plain(byte: u8) -> bool {
    STOP[usize::from(byte)]
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// What names of anchors and handles of tags are made of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// What tags are made of, `%` aside.
pub(super) fn is_uri(byte: u8) -> bool {
    is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte)
}

/// Where the first character stands that a YAML text may not hold, if one does.
pub(super) fn forbidden(text: &str) -> Option<usize> {
    let suspect = |byte: u8| {
        (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
            || matches!(byte, 0x7f | 0xc2 | 0xef)
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..)?.iter().position(|byte| suspect(*byte)) {
        at += found;
        let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) else {
            return Some(at);
        };
        match char {
            '\u{80}'..='\u{84}'
            | '\u{86}'..='\u{9f}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\0'..='\u{7f}' => {
                return Some(at);
            }
            _ => at += char.len_utf8(),
        }
    }
    None
}

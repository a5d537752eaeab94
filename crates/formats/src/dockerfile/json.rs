//! The JSON form of arguments: an array of strings.

use std::ops::Range;

/// The strings of an array and where they stand, quotes included; `None` where the text is no such array.
pub(super) fn strings(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    let mut reader = Reader { text, at: 0 };
    let mut strings = Vec::new();
    reader.blanks();
    reader.take(b'[')?;
    reader.blanks();
    if reader.take(b']').is_none() {
        loop {
            reader.blanks();
            strings.push(reader.string()?);
            reader.blanks();
            if reader.take(b']').is_some() {
                break;
            }
            reader.take(b',')?;
        }
    }
    reader.blanks();
    (reader.at == text.len()).then_some(strings)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Option<(String, Range<usize>)> {
        let start = self.at;
        self.take(b'"')?;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..)?;
            let char = rest.chars().next()?;
            self.at += char.len_utf8();
            match char {
                '"' => return Some((out, start..self.at)),
                '\\' => out.push(self.escape()?),
                _ if char < ' ' => return None,
                _ => out.push(char),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if (0xd800..0xdc00).contains(&first) {
                    let saved = self.at;
                    let second = if self.text.get(self.at..)?.starts_with("\\u") {
                        self.at += 2;
                        self.unit()?
                    } else {
                        0
                    };
                    if (0xdc00..0xe000).contains(&second) {
                        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    self.at = saved;
                }
                // Half of a pair is replaced, as Go does.
                char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

//! Directives, anchors, aliases and tags.

use std::borrow::Cow;

use crate::yaml::chars::{is_uri, is_word};
use crate::yaml::scanner::{Kind, Scanner, SyntaxError, error};

impl<'a> Scanner<'a> {
    /// `%YAML` or `%TAG`.
    pub(super) fn directive(&mut self) -> Result<(), SyntaxError> {
        self.unindent_to(-1);
        self.drop_key()?;
        self.key_allowed = false;
        let start = self.pos;
        self.pos += 1;
        let name = self.word();
        if !self.is_blankz(0) {
            return error("a directive has a name of letters only", start);
        }
        self.skip_blanks();
        let kind = match name {
            "YAML" => {
                let major = self.version_number(start)?;
                if self.byte(0) != b'.' {
                    return error("`%YAML` needs a version such as `1.1`", start);
                }
                self.pos += 1;
                Kind::Version(major, self.version_number(start)?)
            }
            "TAG" => {
                let handle = self.tag_handle();
                if handle != "!" && (handle.len() < 2 || !handle.ends_with('!')) {
                    return error("`%TAG` needs a handle such as `!a!`", start);
                }
                if self.is_breakz() || !self.is_blankz(0) {
                    return error("`%TAG` needs a handle and a prefix", start);
                }
                self.skip_blanks();
                let prefix = self.uri(start)?;
                if prefix.is_empty() || !self.is_blankz(0) {
                    return error("`%TAG` needs a handle and a prefix", start);
                }
                Kind::TagDirective(handle, prefix)
            }
            _ => return error(format!("there is no directive `%{name}`"), start),
        };
        let end = self.pos;
        self.skip_blanks();
        self.skip_comment();
        if !self.is_breakz() {
            return error("there is more on the line than a directive", self.pos);
        }
        if self.break_len(0) > 0 {
            self.line_break();
        }
        self.push(kind, start);
        if let Some(token) = self.queue.back_mut() {
            token.end = end;
        }
        Ok(())
    }

    fn version_number(&mut self, start: usize) -> Result<u32, SyntaxError> {
        let from = self.pos;
        while self.byte(0).is_ascii_digit() {
            self.pos += 1;
        }
        let digits = self.slice(from, self.pos);
        match digits.parse() {
            Ok(number) if digits.len() <= 2 => Ok(number),
            _ => error("`%YAML` needs a version such as `1.1`", start),
        }
    }

    fn word(&mut self) -> &'a str {
        let from = self.pos;
        while is_word(self.byte(0)) {
            self.pos += 1;
        }
        self.slice(from, self.pos)
    }

    /// `&name` or `*name`.
    pub(super) fn anchor(&mut self) -> Result<(), SyntaxError> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let alias = self.byte(0) == b'*';
        self.pos += 1;
        let name = self.word();
        let ends = self.is_blankz(0) || b"?:,]}%@`".contains(&self.byte(0));
        if name.is_empty() || !ends {
            let what = if alias { "an alias" } else { "an anchor" };
            return error(
                format!(
                    "{what} needs a name of letters, digits, `-` and `_`: is this a text that needs quotes?"
                ),
                start,
            );
        }
        let kind = if alias {
            Kind::Alias(name)
        } else {
            Kind::Anchor(name)
        };
        self.push(kind, start);
        Ok(())
    }

    /// `!`, `!a`, `!!a`, `!a!b` or `!<a>`.
    pub(super) fn tag(&mut self) -> Result<(), SyntaxError> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let (handle, suffix): (&'a str, Cow<'a, str>) = if self.byte(1) == b'<' {
            self.pos += 2;
            let suffix = self.uri(start)?;
            if suffix.is_empty() || self.byte(0) != b'>' {
                return error("a tag that begins with `!<` ends with `>`", start);
            }
            self.pos += 1;
            ("", suffix)
        } else {
            let handle = self.tag_handle();
            if handle.len() > 1 && handle.ends_with('!') {
                let suffix = self.uri(start)?;
                if suffix.is_empty() {
                    return error("a tag needs a name after its handle", start);
                }
                (handle, suffix)
            } else {
                // What looked like a handle is the beginning of the name.
                self.pos = start + 1;
                match self.uri(start)? {
                    name if name.is_empty() => ("", Cow::Borrowed("!")),
                    name => ("!", name),
                }
            }
        };
        if !self.is_blankz(0) {
            return error("there is no blank after this tag", start);
        }
        self.push(Kind::Tag(handle, suffix), start);
        Ok(())
    }

    /// `!`, `!a` or `!a!`; empty when there is no `!`.
    fn tag_handle(&mut self) -> &'a str {
        let from = self.pos;
        if self.byte(0) == b'!' {
            self.pos += 1;
            self.word();
            if self.byte(0) == b'!' {
                self.pos += 1;
            }
        }
        self.slice(from, self.pos)
    }

    /// The characters of a tag, with `%20` and the like replaced.
    fn uri(&mut self, start: usize) -> Result<Cow<'a, str>, SyntaxError> {
        let from = self.pos;
        let mut escapes = false;
        while is_uri(self.byte(0)) || self.byte(0) == b'%' {
            escapes |= self.byte(0) == b'%';
            self.pos += 1;
        }
        let text = self.slice(from, self.pos);
        if !escapes {
            return Ok(Cow::Borrowed(text));
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut parts = text.split('%');
        bytes.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            let code = part
                .get(..2)
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let Some(code) = code else {
                return error("a `%` in a tag needs two digits of base 16 after it", start);
            };
            bytes.push(code);
            bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(_) => error("the escapes of this tag are no UTF-8", start),
        }
    }
}

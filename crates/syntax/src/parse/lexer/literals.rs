//! Numbers, strings and template strings.

use super::{Kind, Lexer};

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let start = self.at;
        let mut problem = None;
        let integer = self.digits();
        let first = self.bytes.get(start).copied();
        if integer > 1 && first == Some(b'0') {
            problem = Some("a number cannot begin with a zero");
        }
        if self.byte(0) == b'.' {
            self.at += 1;
            if self.digits() == 0 {
                problem = Some("expected digits after the decimal point");
            }
        }
        if matches!(self.byte(0), b'e' | b'E') {
            self.at += 1;
            if matches!(self.byte(0), b'+' | b'-') {
                self.at += 1;
            }
            if self.digits() == 0 {
                problem = Some("expected digits in the exponent");
            }
        }
        while matches!(self.byte(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9') {
            problem = Some("a number cannot be followed by a letter");
            self.at += 1;
        }
        let written = self.bytes.get(start..self.at).unwrap_or_default();
        if problem.is_none() && !std::str::from_utf8(written).is_ok_and(in_range) {
            problem = Some("the number is out of range");
        }
        if let Some(problem) = problem {
            let end = self.at;
            self.error(problem, start, end);
        }
        self.push(Kind::Number, start);
    }

    pub(super) fn digits(&mut self) -> usize {
        let start = self.at;
        while self.byte(0).is_ascii_digit() {
            self.at += 1;
        }
        self.at - start
    }

    /// The text of a quoted string or of a part of a template string, up to its end or the next hole. The first
    /// part begins at `start` with the quote behind, a later one at the hole's end.
    pub(super) fn quoted(&mut self, start: usize, template: bool) {
        loop {
            match self.bytes.get(self.at).copied() {
                None | Some(b'\n') => {
                    let end = self.at;
                    self.error("the string has no end on its line", start, end);
                    self.blank_range(start, end);
                    self.push(
                        if template {
                            Kind::TemplateTail
                        } else {
                            Kind::Text
                        },
                        start,
                    );
                    return;
                }
                Some(b'"') => {
                    self.at += 1;
                    self.push(
                        if template {
                            Kind::TemplateTail
                        } else {
                            Kind::Text
                        },
                        start,
                    );
                    return;
                }
                Some(b'{') if template => {
                    self.push(Kind::TemplateHead, start);
                    self.open_hole(false);
                    return;
                }
                Some(b'\\') => self.escape(template),
                // Marks mean something to the grammar, control characters in a string do not.
                Some(byte) => {
                    if byte < b' ' {
                        let at = self.at;
                        self.blank(at);
                    }
                    self.at += 1;
                }
            }
        }
    }

    pub(super) fn escape(&mut self, template: bool) {
        let at = self.at;
        match self.byte(1) {
            b'"' => {
                self.blank(at + 1);
                self.at += 2;
            }
            b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'{' if template => self.at += 2,
            b'u' => {
                let digits = self.bytes.get(at + 2..at + 6).unwrap_or_default();
                if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit) {
                    self.at += 6;
                } else {
                    self.error("`\\u` takes four hexadecimal digits", at, at + 2);
                    self.at += 2;
                }
            }
            b'\n' | 0 => {
                self.error("illegal escape sequence in a string", at, at + 1);
                self.at += 1;
            }
            other => {
                let end = if other.is_ascii() { at + 2 } else { at + 1 };
                self.error("illegal escape sequence in a string", at, end);
                self.at = end;
            }
        }
    }

    pub(super) fn raw(&mut self, start: usize, template: bool) {
        loop {
            match self.bytes.get(self.at).copied() {
                None => {
                    let end = self.at;
                    self.error("the raw string has no end", start, start + 1);
                    self.blank_range(start, end);
                    self.push(
                        if template {
                            Kind::TemplateTail
                        } else {
                            Kind::Text
                        },
                        start,
                    );
                    return;
                }
                Some(b'`') => {
                    self.at += 1;
                    self.push(
                        if template {
                            Kind::TemplateTail
                        } else {
                            Kind::Text
                        },
                        start,
                    );
                    return;
                }
                Some(b'\\') if template && self.byte(1) == b'{' => self.at += 2,
                Some(b'{') if template => {
                    self.push(Kind::TemplateHead, start);
                    self.open_hole(true);
                    return;
                }
                Some(byte) => {
                    let at = self.at;
                    if byte == b'\n' {
                        self.new_line();
                    }
                    if byte < b' ' {
                        self.blank(at);
                    }
                    self.at += 1;
                }
            }
        }
    }
}

/// Whether a number's magnitude is one that numbers have: between about 1e-30103 and 1e30103, or zero.
fn in_range(number: &str) -> bool {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let Some(first) = mantissa.find(|char: char| matches!(char, '1'..='9')) else {
        return true;
    };
    let point = mantissa.find('.').unwrap_or(mantissa.len());
    let position = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
    // The decimal exponent of the first digit that is not zero.
    let leading = if first < point {
        position(point) - position(first) - 1
    } else {
        position(point) - position(first)
    };
    let digits = exponent.trim_start_matches(['+', '-']);
    let size = digits
        .parse::<i64>()
        .unwrap_or(i64::MAX / 2)
        .min(i64::MAX / 2);
    let exponent = if exponent.starts_with('-') {
        -size
    } else {
        size
    };
    (-30_104..=30_102).contains(&leading.saturating_add(exponent))
}

#[cfg(test)]
mod tests {
    use super::in_range;

    #[test]
    fn knows_the_range_of_numbers() {
        for (number, expected) in [
            ("0", true),
            ("0e999999999999999999999", true),
            ("1", true),
            ("1e30102", true),
            ("1e30103", false),
            ("10e30102", false),
            ("0.01e30104", true),
            ("0.1e30104", false),
            ("1e-30104", true),
            ("1e-30105", false),
            ("1e99999999999999999999", false),
            ("1E+400", true),
        ] {
            assert_eq!(in_range(number), expected, "{number}");
        }
    }
}

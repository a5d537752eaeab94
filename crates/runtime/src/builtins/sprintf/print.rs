//! One argument under one verb.

use alloc::{
    format,
    string::{String, ToString},
};

use num_bigint::{BigInt, Sign};

use super::Arg;
use crate::builtins::{float, rego_text};

/// What stands between `%` and the verb.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%#v`, which quotes strings.
    pub(super) quoted: bool,
    /// Never negative.
    pub(super) width: Option<i64>,
    /// Never negative.
    pub(super) precision: Option<i64>,
}

impl Flags {
    fn width(&self) -> usize {
        self.width
            .and_then(|w| usize::try_from(w).ok())
            .unwrap_or(0)
    }

    fn precision(&self) -> Option<usize> {
        self.precision.and_then(|p| usize::try_from(p).ok())
    }
}

/// Writes an argument, or what Go writes where the verb does not suit it.
pub(super) fn print(out: &mut String, arg: &Arg, verb: char, flags: Flags) {
    if verb == 'T' {
        return pad_text(out, cut(arg.type_name(), flags), flags);
    }
    let done = match arg {
        Arg::Int(n) => int(out, *n, verb, flags),
        Arg::Float(f) => real(out, *f, verb, flags),
        Arg::Text(s) => text(out, s, verb, flags),
        Arg::Big(n) => return big(out, n, verb, flags),
    };
    if !done {
        out.push_str(&format!("%!{verb}({}=", arg.type_name()));
        print(out, arg, 'v', flags);
        out.push(')');
    }
}

/// Fills up to the width with spaces, or zeros on the left.
fn pad(out: &mut String, body: &str, flags: Flags, zero: bool) {
    let missing = flags.width().saturating_sub(body.chars().count());
    if flags.minus {
        out.push_str(body);
        out.extend(core::iter::repeat_n(' ', missing));
    } else {
        let fill = if zero { '0' } else { ' ' };
        out.extend(core::iter::repeat_n(fill, missing));
        out.push_str(body);
    }
}

fn pad_text(out: &mut String, s: &str, flags: Flags) {
    pad(out, s, flags, flags.zero);
}

fn int(out: &mut String, n: i64, verb: char, flags: Flags) -> bool {
    let (base, upper) = match verb {
        'v' | 'd' => (10, false),
        'b' => (2, false),
        'o' | 'O' => (8, false),
        'x' => (16, false),
        'X' => (16, true),
        'c' => {
            pad_text(out, &character(n).to_string(), flags);
            return true;
        }
        'q' => {
            pad_text(out, &quoted_character(character(n), flags.plus), flags);
            return true;
        }
        'U' => {
            unicode(out, n, flags);
            return true;
        }
        _ => return false,
    };
    let digits = BigInt::from(n.unsigned_abs()).to_str_radix(base);
    integer(out, digits, n < 0, base, upper, verb, flags);
    true
}

/// An integer's digits with sign, prefix, precision and width.
fn integer(
    out: &mut String,
    mut digits: String,
    negative: bool,
    base: u32,
    upper: bool,
    verb: char,
    flags: Flags,
) {
    let signed = negative || flags.plus || flags.space;
    let least = match flags.precision() {
        Some(0) if digits == "0" => return pad(out, "", flags, false),
        Some(p) => p,
        None if flags.zero && !flags.minus => flags.width().saturating_sub(usize::from(signed)),
        None => 0,
    };
    if upper {
        digits.make_ascii_uppercase();
    }
    let mut body = String::new();
    if negative {
        body.push('-');
    } else if flags.plus {
        body.push('+');
    } else if flags.space {
        body.push(' ');
    }
    if verb == 'O' {
        body.push_str("0o");
    }
    if flags.sharp {
        match base {
            2 => body.push_str("0b"),
            8 if !digits.starts_with('0') && digits.len() >= least => body.push('0'),
            16 => body.push_str(if upper { "0X" } else { "0x" }),
            _ => {}
        }
    }
    body.extend(core::iter::repeat_n(
        '0',
        least.saturating_sub(digits.len()),
    ));
    body.push_str(&digits);
    pad(out, &body, flags, false);
}

fn character(n: i64) -> char {
    u32::try_from(n)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn quoted_character(c: char, ascii: bool) -> String {
    let mut out = String::from("'");
    match c {
        '\'' => out.push_str("\\'"),
        _ if ascii => escape_ascii(c, &mut out),
        _ => rego_text::escape(c, &mut out),
    }
    out.push('\'');
    out
}

fn escape_ascii(c: char, out: &mut String) {
    match c {
        c if c.is_ascii() => rego_text::escape(c, out),
        c if c < '\u{10000}' => out.push_str(&format!("\\u{:04x}", c as u32)),
        c => out.push_str(&format!("\\U{:08x}", c as u32)),
    }
}

fn unicode(out: &mut String, n: i64, flags: Flags) {
    let least = flags.precision().map_or(4, |p| p.max(4));
    let digits = format!("{n:X}");
    let mut body = String::from("U+");
    body.extend(core::iter::repeat_n(
        '0',
        least.saturating_sub(digits.len()),
    ));
    body.push_str(&digits);
    if flags.sharp {
        let c = u32::try_from(n).ok().and_then(char::from_u32);
        if let Some(c) = c.filter(|c| rego_text::is_print(*c)) {
            body.push_str(&format!(" '{c}'"));
        }
    }
    pad(out, &body, flags, false);
}

fn real(out: &mut String, f: f64, verb: char, flags: Flags) -> bool {
    let (verb, default) = match verb {
        'v' => ('g', None),
        'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
        'e' | 'E' | 'f' => (verb, Some(6)),
        'F' => ('f', Some(6)),
        _ => return false,
    };
    let precision = flags.precision().or(default);
    let text = float::format(f, verb, precision);
    let (sign, body) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None if flags.plus => ("+", text.as_str()),
        None if flags.space => (" ", text.as_str()),
        None => ("", text.as_str()),
    };
    let body = if flags.sharp && verb != 'b' {
        sharp(body, verb, precision)
    } else {
        body.to_string()
    };
    if flags.zero && !flags.minus && !sign.is_empty() {
        // The sign comes before the zeros.
        out.push_str(sign);
        let rest = flags.width.map(|w| (w - 1).max(0));
        pad(
            out,
            &body,
            Flags {
                width: rest,
                ..flags
            },
            true,
        );
    } else {
        pad(out, &format!("{sign}{body}"), flags, flags.zero);
    }
    true
}

/// `#` asks for a decimal point, and for `%g` for the zeros that fill up the precision.
fn sharp(body: &str, verb: char, precision: Option<usize>) -> String {
    let marks = if matches!(verb, 'x' | 'X') {
        ['p', 'P']
    } else {
        ['e', 'E']
    };
    let (mantissa, exponent) = match body.find(marks) {
        Some(i) => (body.get(..i).unwrap_or(body), body.get(i..).unwrap_or("")),
        None => (body, ""),
    };
    let mut out = mantissa.to_string();
    if !out.contains('.') {
        out.push('.');
    }
    if matches!(verb, 'g' | 'G' | 'x' | 'X') {
        // Go counts the `x` of a hexadecimal prefix as a digit, and all that follow.
        let digits = out.trim_start_matches(['0', '.']).bytes();
        let significant = digits.filter(|b| *b != b'.').count().max(1);
        let wanted = precision.unwrap_or(6);
        out.extend(core::iter::repeat_n(
            '0',
            wanted.saturating_sub(significant),
        ));
    }
    out.push_str(exponent);
    out
}

fn text(out: &mut String, s: &str, verb: char, flags: Flags) -> bool {
    match verb {
        'v' if flags.quoted => quote(out, s, flags),
        'v' | 's' => pad_text(out, cut(s, flags), flags),
        'q' => quote(out, s, flags),
        'x' | 'X' => hex(out, s, verb == 'X', flags),
        _ => return false,
    }
    true
}

/// The first characters, as many as the precision allows.
fn cut(s: &str, flags: Flags) -> &str {
    match flags.precision() {
        None => s,
        Some(p) => match s.char_indices().nth(p) {
            None => s,
            Some((i, _)) => s.get(..i).unwrap_or(s),
        },
    }
}

fn quote(out: &mut String, s: &str, flags: Flags) {
    let s = cut(s, flags);
    let raw = |c: char| c != '`' && c != '\u{feff}' && (c == '\t' || (c >= ' ' && c != '\u{7f}'));
    let body = if flags.sharp && s.chars().all(raw) {
        format!("`{s}`")
    } else if flags.plus {
        let mut ascii = String::from("\"");
        for c in s.chars() {
            match c {
                '"' => ascii.push_str("\\\""),
                c => escape_ascii(c, &mut ascii),
            }
        }
        ascii.push('"');
        ascii
    } else {
        rego_text::quoted(s)
    };
    pad_text(out, &body, flags);
}

fn hex(out: &mut String, s: &str, upper: bool, flags: Flags) {
    let count = flags.precision().unwrap_or(s.len()).min(s.len());
    let prefix = match (flags.sharp, upper) {
        (false, _) => "",
        (true, false) => "0x",
        (true, true) => "0X",
    };
    let mut body = String::new();
    for (i, b) in s.bytes().take(count).enumerate() {
        if i == 0 {
            body.push_str(prefix);
        } else if flags.space {
            body.push(' ');
            body.push_str(prefix);
        }
        body.push_str(&if upper {
            format!("{b:02X}")
        } else {
            format!("{b:02x}")
        });
    }
    pad_text(out, &body, flags);
}

fn big(out: &mut String, n: &BigInt, verb: char, flags: Flags) {
    let (base, upper) = match verb {
        'b' => (2, false),
        'o' | 'O' => (8, false),
        'd' | 's' | 'v' => (10, false),
        'x' => (16, false),
        'X' => (16, true),
        _ => {
            out.push_str(&format!("%!{verb}(big.Int={n})"));
            return;
        }
    };
    let digits = n.magnitude().to_str_radix(base);
    integer(
        out,
        digits,
        n.sign() == Sign::Minus,
        base,
        upper,
        verb,
        flags,
    );
}

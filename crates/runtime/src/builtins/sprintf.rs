//! `sprintf`: the format language of Go's `fmt`, over the four types that OPA passes it.
//!
//! A bad format never fails the call: it shows in the text, as Go writes it (`%!d(string=x)`).

mod print;

use alloc::{format, string::String, vec::Vec};
use core::fmt::Write as _;

use num_bigint::BigInt;

use self::print::{Flags, print};
use super::{
    Outcome, Table,
    operand::{array, text},
    rego_text,
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[("sprintf", sprintf)];

/// Widths and precisions beyond this are refused, as Go does.
const MAX_WIDTH: i64 = 1_000_000;

/// An argument, in one of Go's types.
enum Arg {
    Int(i64),
    Big(BigInt),
    Float(f64),
    Text(String),
}

impl Arg {
    const fn type_name(&self) -> &'static str {
        match self {
            Arg::Int(_) => "int64",
            Arg::Big(_) => "*big.Int",
            Arg::Float(_) => "float64",
            Arg::Text(_) => "string",
        }
    }
}

fn sprintf(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let format = text(heap, args, 1)?;
    // `sprintf("%d", [n])` and `sprintf("%v", [s])` are how policies write "to text".
    let list = array(heap, args, 2)?;
    if let Some(out) = plain(heap, format, list) {
        return Ok(heap.string(&out));
    }
    let format = String::from(format);
    let mut values = Vec::new();
    for v in heap.items(list) {
        values.push(argument(heap, v));
    }
    let out = Formatter {
        format: &format,
        at: 0,
        args: &values,
        next: 0,
        reordered: false,
        good_index: true,
        out: String::with_capacity(format.len() + 16),
    }
    .run();
    Ok(heap.string(&out))
}

/// What nearly all messages are: strings and small integers by `%s`, `%v` and `%d`, as many as there are verbs.
/// Nothing for all other formats.
fn plain(heap: &Heap<'_>, format: &str, list: Value) -> Option<String> {
    let mut out = String::with_capacity(format.len() + 64);
    let mut rest = format;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at)?);
        let verb = *rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        if verb == b'%' {
            out.push('%');
            continue;
        }
        let arg = heap.item(list, next);
        next += 1;
        match (verb, heap.kind(arg)) {
            (b's' | b'v', Kind::String) => out.push_str(heap.text(arg)),
            (b'd' | b'v', Kind::Number) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "{}", arg.as_small()?);
            }
            _ => return None,
        }
    }
    out.push_str(rest);
    (next == heap.len(list)).then_some(out)
}

fn argument(heap: &mut Heap<'_>, v: Value) -> Arg {
    match heap.kind(v) {
        Kind::Number => number(heap, v),
        Kind::String => Arg::Text(String::from(heap.text(v))),
        _ => Arg::Text(rego_text::write(heap, v)),
    }
}

/// The spelling decides: `1.0` is a float, `1` is not.
fn number(heap: &Heap<'_>, v: Value) -> Arg {
    if let Some(n) = v.as_small() {
        return Arg::Int(i64::from(n));
    }
    let spelling = heap.number_text(v);
    if spelling.contains(['.', 'e', 'E']) {
        return match spelling.parse::<f64>() {
            Ok(f) if f.is_finite() => Arg::Float(f),
            _ => Arg::Text(spelling),
        };
    }
    if let Ok(n) = spelling.parse::<i64>() {
        return Arg::Int(n);
    }
    match spelling.parse::<BigInt>() {
        Ok(n) => Arg::Big(n),
        Err(_) => Arg::Text(spelling),
    }
}

/// One run through a format.
struct Formatter<'a> {
    format: &'a str,
    /// The byte that is read next.
    at: usize,
    args: &'a [Arg],
    /// The argument that is used next.
    next: usize,
    /// Whether an index (`%[2]d`) was used: then unused arguments are no error.
    reordered: bool,
    /// Whether the index of the current directive is right.
    good_index: bool,
    out: String,
}

impl Formatter<'_> {
    fn run(mut self) -> String {
        while let Some(rest) = self.format.get(self.at..) {
            let Some(i) = rest.find('%') else {
                self.out.push_str(rest);
                break;
            };
            self.out.push_str(rest.get(..i).unwrap_or(""));
            self.at += i + 1;
            self.good_index = true;
            if !self.directive() {
                break;
            }
        }
        self.extra();
        self.out
    }

    fn peek(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        if there {
            self.at += 1;
        }
        there
    }

    /// What follows a `%`. False at the end of the format.
    fn directive(&mut self) -> bool {
        let mut flags = self.flags();
        let mut after_index = self.index();
        if self.eat(b'*') {
            flags.width = self.int_argument();
            match flags.width {
                None => self.out.push_str("%!(BADWIDTH)"),
                Some(w) if w < 0 => {
                    flags.width = Some(-w);
                    flags.minus = true;
                    flags.zero = false;
                }
                Some(_) => {}
            }
            after_index = false;
        } else {
            flags.width = self.digits();
            if after_index && flags.width.is_some() {
                self.good_index = false;
            }
        }
        if self.eat(b'.') {
            after_index = self.precision(&mut flags, after_index);
        }
        if !after_index {
            self.index();
        }
        let Some(verb) = self.format.get(self.at..).and_then(|s| s.chars().next()) else {
            self.out.push_str("%!(NOVERB)");
            return false;
        };
        self.at += verb.len_utf8();
        self.verb(verb, flags);
        true
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.peek() {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => return flags,
            }
            self.at += 1;
        }
    }

    fn precision(&mut self, flags: &mut Flags, after_index: bool) -> bool {
        if after_index {
            self.good_index = false;
        }
        let after_index = self.index();
        if self.eat(b'*') {
            flags.precision = self.int_argument().filter(|p| *p >= 0);
            if flags.precision.is_none() {
                self.out.push_str("%!(BADPREC)");
            }
            return false;
        }
        flags.precision = Some(self.digits().unwrap_or(0));
        after_index
    }

    fn verb(&mut self, verb: char, mut flags: Flags) {
        if matches!(verb, 'v' | 'w') {
            // These flags mean something else to this verb; `+` something to large integers only.
            flags.quoted = core::mem::take(&mut flags.sharp);
            flags.plus &= matches!(self.args.get(self.next), Some(Arg::Big(_)));
        }
        if verb == '%' {
            self.out.push('%');
        } else if !self.good_index {
            self.out.push_str(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(arg) = self.args.get(self.next) {
            print(&mut self.out, arg, verb, flags);
            self.next += 1;
        } else {
            self.out.push_str(&format!("%!{verb}(MISSING)"));
        }
    }

    /// A number in the format. One that is too large takes the rest of the format with it, as in Go.
    fn digits(&mut self) -> Option<i64> {
        let mut n = None;
        while let Some(d) = self.peek().filter(u8::is_ascii_digit) {
            if n.is_some_and(|n| n > MAX_WIDTH) {
                self.at = self.format.len();
                return None;
            }
            n = Some(n.unwrap_or(0) * 10 + i64::from(d - b'0'));
            self.at += 1;
        }
        n
    }

    /// The next argument, for a `*`.
    fn int_argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        match arg {
            Arg::Int(n) if (-MAX_WIDTH..=MAX_WIDTH).contains(n) => Some(*n),
            _ => None,
        }
    }

    /// An index in brackets. Whether there was one.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or("");
        let close = if rest.len() < 3 { None } else { rest.find(']') };
        let Some(close) = close else {
            self.good_index = false;
            self.at += 1;
            return false;
        };
        let number = rest
            .get(1..close)
            .filter(|t| t.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|t| t.parse::<usize>().ok());
        self.at += close + 1;
        match number {
            Some(n) if n >= 1 && n <= self.args.len() => {
                self.next = n - 1;
                true
            }
            other => {
                self.good_index = false;
                other.is_some()
            }
        }
    }

    /// Arguments that no directive used.
    fn extra(&mut self) {
        if self.reordered || self.next >= self.args.len() {
            return;
        }
        self.out.push_str("%!(EXTRA ");
        for (i, arg) in self.args.iter().skip(self.next).enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.out.push_str(arg.type_name());
            self.out.push('=');
            print(&mut self.out, arg, 'v', Flags::default());
        }
        self.out.push(')');
    }
}

//! `'…%s…'.format([…])`.

use super::{Function, failed, text, time, to_text};
use crate::eval::{Budget, with_room};
use crate::value::Value;

/// The most digits behind a point.
const MAX_PRECISION: usize = 1_000;

pub(super) static TABLE: &[Function] =
    &[Function::member("format", 2, |args, budget| match args {
        [Value::String(s), Value::List(values)] => match formatted(s, values, budget) {
            Ok(s) => text(s),
            Err(Problem::Text(message)) => failed(message),
            Err(Problem::Budget(error)) => Some(Err(error)),
        },
        _ => None,
    })];

enum Problem {
    Text(String),
    Budget(crate::EvalError),
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self::Text(message)
    }
}

fn formatted(pattern: &str, values: &[Value], budget: &Budget) -> Result<String, Problem> {
    let mut out = String::with_capacity(pattern.len());
    let count = values.len();
    let mut values = values.iter();
    let mut rest = pattern;
    while let Some((before, clause)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(behind) = clause.strip_prefix('%') {
            out.push('%');
            rest = behind;
            continue;
        }
        let Some(value) = values.next() else {
            return Err(Problem::Text(format!("index {count} out of range")));
        };
        let unparsed =
            |why: String| Problem::Text(format!("could not parse formatting clause: {why}"));
        let (precision, clause) = precision(clause).map_err(unparsed)?;
        let mut chars = clause.chars();
        let verb = chars.next();
        let Some(verb) = verb.filter(|verb| "sdfebxXo".contains(*verb)) else {
            let verb = verb.map(String::from).unwrap_or_default();
            return Err(unparsed(format!("unrecognized formatting clause {verb:?}")));
        };
        let before = out.len();
        clause_text(verb, precision, value, &mut out)
            .map_err(|why| Problem::Text(format!("error during formatting: {why}")))?;
        budget
            .spend_for((out.len() - before) / 10)
            .map_err(Problem::Budget)?;
        rest = chars.as_str();
    }
    out.push_str(rest);
    Ok(out)
}

fn precision(clause: &str) -> Result<(Option<usize>, &str), String> {
    let Some(digits) = clause.strip_prefix('.') else {
        return Ok((None, clause));
    };
    let problem = |why: String| format!("error while parsing precision: {why}");
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .ok_or_else(|| problem("could not find end of precision specifier".to_owned()))?;
    let (digits, rest) = digits.split_at(end);
    match digits.parse() {
        Ok(n) if n <= MAX_PRECISION => Ok((Some(n), rest)),
        Ok(n) => Err(problem(format!(
            "precision {n} exceeds maximum of {MAX_PRECISION}"
        ))),
        Err(_) => Err(problem(format!(
            "error while converting precision to integer: strconv.Atoi: parsing {digits:?}: invalid syntax"
        ))),
    }
}

fn clause_text(
    verb: char,
    precision: Option<usize>,
    value: &Value,
    out: &mut String,
) -> Result<(), String> {
    match (verb, value) {
        ('s', value) => string(value, out)?,
        ('d', Value::Int(i)) => out.push_str(&i.to_string()),
        ('d', Value::Uint(u)) => out.push_str(&u.to_string()),
        ('f', Value::Double(d)) => out.push_str(&fixed(*d, precision.unwrap_or(6))),
        // Kubernetes does not look at the precision.
        ('e', Value::Double(d)) => out.push_str(&scientific(*d)),
        ('b', Value::Bool(b)) => out.push(if *b { '1' } else { '0' }),
        ('b', Value::Int(i)) => out.push_str(&signed(*i, format!("{:b}", i.unsigned_abs()))),
        ('b', Value::Uint(u)) => out.push_str(&format!("{u:b}")),
        ('x', Value::Int(i)) => out.push_str(&signed(*i, format!("{:x}", i.unsigned_abs()))),
        ('X', Value::Int(i)) => out.push_str(&signed(*i, format!("{:X}", i.unsigned_abs()))),
        ('x', Value::Uint(u)) => out.push_str(&format!("{u:x}")),
        ('X', Value::Uint(u)) => out.push_str(&format!("{u:X}")),
        ('x' | 'X', Value::String(s)) => hex(s.as_bytes(), verb == 'X', out),
        ('x' | 'X', Value::Bytes(b)) => hex(b, verb == 'X', out),
        ('o', Value::Int(i)) => out.push_str(&signed(*i, format!("{:o}", i.unsigned_abs()))),
        ('o', Value::Uint(u)) => out.push_str(&format!("{u:o}")),
        (_, other) => {
            let takes = match verb {
                'd' => "decimal clause can only be used on integers",
                'f' => "fixed-point clause can only be used on doubles",
                'e' => "scientific clause can only be used on doubles",
                'b' => "only integers and bools can be formatted as binary",
                'o' => "octal clause can only be used on integers",
                _ => "only integers, byte buffers, and strings can be formatted as hex",
            };
            return Err(format!("{takes}, was given {}", other.type_name()));
        }
    }
    Ok(())
}

fn signed(i: i64, digits: String) -> String {
    if i < 0 { format!("-{digits}") } else { digits }
}

/// A number that is none, as the English locale has it.
fn not_finite(d: f64) -> Option<&'static str> {
    match d {
        d if d.is_nan() => Some("NaN"),
        f64::INFINITY => Some("∞"),
        f64::NEG_INFINITY => Some("-∞"),
        _ => None,
    }
}

/// With commas between thousands.
fn fixed(d: f64, digits: usize) -> String {
    if let Some(text) = not_finite(d) {
        return text.to_owned();
    }
    let text = format!("{d:.digits$}");
    let (sign, text) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |t| ("-", t));
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(w, f)| (w, Some(f)));
    let mut grouped = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// `1.500000×10⁰³`.
fn scientific(d: f64) -> String {
    if let Some(text) = not_finite(d) {
        return format!("{text:>6}");
    }
    let text = format!("{d:.6e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { "⁻" } else { "" };
    let raised = |c: char| match c {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    };
    let exponent: String = format!("{:02}", exponent.unsigned_abs())
        .chars()
        .map(raised)
        .collect();
    format!("{mantissa}×10{sign}{exponent}")
}

fn hex(bytes: &[u8], upper: bool, out: &mut String) {
    for b in bytes {
        out.push_str(&if upper {
            format!("{b:02X}")
        } else {
            format!("{b:02x}")
        });
    }
}

/// `%s`: any value; of containers, as an element is written.
fn string(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Type(name) => out.push_str(name),
        Value::List(_) | Value::Map(_) => element(value, out)?,
        other => match to_text(other) {
            Some(Ok(text)) if !matches!(other, Value::Ip(_) | Value::Cidr(_)) => {
                out.push_str(&text)
            }
            Some(Err(why)) => {
                return Err(format!(
                    "could not convert argument {:?} to string",
                    why.message
                ));
            }
            _ => {
                return Err(format!(
                    "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given {}",
                    other.type_name()
                ));
            }
        },
    }
    Ok(())
}

/// A value in a list or a map: strings with quotes, numbers with six digits, maps in the order of their keys.
fn element(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::String(s) => out.push_str(&quoted(s)),
        Value::Double(d) if d.is_finite() => out.push_str(&format!("{d:.6}")),
        Value::Bytes(b) => match std::str::from_utf8(b) {
            Ok(s) => out.push_str(&format!("b{}", quoted(s))),
            Err(_) => {
                return Err("could not convert argument \"invalid UTF-8 in bytes, cannot convert to string\" to string".to_owned());
            }
        },
        Value::Duration(d) => out.push_str(&format!("duration(\"{}\")", time::duration_text(d))),
        Value::Timestamp(t) => out.push_str(&format!("timestamp(\"{}\")", time::timestamp_text(t))),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                with_room(|| element(item, out))?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            let mut entries = Vec::with_capacity(map.len());
            for (key, value) in map.iter() {
                let (mut k, mut v) = (String::new(), String::new());
                element(&Value::from(key.clone()), &mut k)?;
                with_room(|| element(value, &mut v))?;
                entries.push((k, v));
            }
            entries.sort();
            let entries: Vec<String> = entries.iter().map(|(k, v)| format!("{k}:{v}")).collect();
            out.push('{');
            out.push_str(&entries.join(", "));
            out.push('}');
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Double(_)
        | Value::Type(_) => {
            string(value, out)?;
        }
        other => return Err(format!("no formatting function for {}", other.type_name())),
    }
    Ok(())
}

/// A string as Go quotes it.
fn quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            // What Rust's own escape keeps as it is can be seen.
            c if c.escape_debug().count() > 1 && !matches!(c, '\'') => {
                let n = u32::from(c);
                out.push_str(&if n > 0xffff {
                    format!("\\U{n:08x}")
                } else {
                    format!("\\u{n:04x}")
                });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

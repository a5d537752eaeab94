//! The functions that templates may call.

use std::cmp::Ordering;
use std::fmt::Write;

use kpol_abi::builtins::by_name;
use kpol_runtime::{Heap, Value, builtins};

use super::value::Data;

/// Why a call failed.
pub(super) enum Failure {
    /// The arguments are too few, too many or of a wrong type.
    Arguments(String),
    /// The function itself.
    Call(String),
}

type Result<T> = std::result::Result<T, Failure>;

const NAMES: &[&str] = &[
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
    "print", "printf", "println", "slice", "urlquery",
];

/// Whether there is a function of that name.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

fn failed<T>(text: impl Into<String>) -> Result<T> {
    Err(Failure::Call(text.into()))
}

/// Calls a function; `and` and `or` are the executor's.
pub(super) fn call(name: &str, args: &[Data]) -> Result<Data> {
    let (least, most) = match name {
        "not" | "len" => (1, Some(1)),
        "ge" | "gt" | "le" | "lt" | "ne" => (2, Some(2)),
        "call" | "eq" | "index" | "slice" | "printf" => (1, None),
        _ => (0, None),
    };
    let got = args.len();
    if got < least || most.is_some_and(|most| got > most) {
        let want = match most {
            Some(most) => format!("want {most} got {got}"),
            None => format!("want at least {least} got {got}"),
        };
        return Err(Failure::Arguments(format!(
            "wrong number of args for {name}: {want}"
        )));
    }
    let first = args.first().unwrap_or(&Data::Missing);
    let second = args.get(1).unwrap_or(&Data::Missing);
    match name {
        "not" => Ok(Data::Bool(!first.truth())),
        "len" => len(first),
        "eq" => equal(first, args.get(1..).unwrap_or_default()).map(Data::Bool),
        "ne" => equal(first, std::slice::from_ref(second)).map(|same| Data::Bool(!same)),
        "lt" => less(first, second).map(Data::Bool),
        "ge" => less(first, second).map(|less| Data::Bool(!less)),
        "le" => at_most(first, second).map(Data::Bool),
        "gt" => at_most(first, second).map(|most| Data::Bool(!most)),
        "index" => index(first, args.get(1..).unwrap_or_default()),
        "slice" => slice(first, args.get(1..).unwrap_or_default()),
        "print" => Ok(Data::text(print(args, false))),
        "println" => Ok(Data::text(print(args, true))),
        "printf" => printf(first, args.get(1..).unwrap_or_default()),
        "html" => Ok(Data::text(escaped(args, html))),
        "js" => Ok(Data::text(escaped(args, js))),
        "urlquery" => Ok(Data::text(escaped(args, url))),
        "call" => failed(match first {
            Data::Missing | Data::Nil => "call of nil".to_owned(),
            other => format!(
                "non-function {} of type {}",
                shown(first),
                other.type_name()
            ),
        }),
        _ => failed("not a function"),
    }
}

fn shown(value: &Data) -> String {
    let mut out = String::new();
    value.write(&mut out);
    out
}

fn len(value: &Data) -> Result<Data> {
    let n = match value {
        Data::Number(s) | Data::Text(s) => s.len(),
        Data::List(items) => items.len(),
        Data::Map(entries) => entries.len(),
        Data::Missing | Data::Nil => return failed("len of nil pointer"),
        other => return failed(format!("len of type {}", other.type_name())),
    };
    Ok(Data::Int(i64::try_from(n).unwrap_or(i64::MAX)))
}

/// What comparisons tell apart.
#[derive(PartialEq)]
enum Basic<'d> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'d str),
}

fn basic(value: &Data) -> Option<Basic<'_>> {
    Some(match value {
        Data::Bool(b) => Basic::Bool(*b),
        Data::Int(n) => Basic::Int(*n),
        Data::Float(n) => Basic::Float(*n),
        Data::Number(s) | Data::Text(s) => Basic::Text(s),
        Data::Missing | Data::Nil | Data::List(_) | Data::Map(_) | Data::Struct(_) => return None,
    })
}

fn is_nil(value: &Data) -> bool {
    matches!(value, Data::Missing | Data::Nil)
}

/// Whether the first is one of the others.
fn equal(first: &Data, others: &[Data]) -> Result<bool> {
    let comparable = |value: &Data| match value {
        Data::List(_) | Data::Map(_) | Data::Struct(_) => failed(format!(
            "non-comparable type {}: {}",
            shown(value),
            value.type_name()
        )),
        _ => Ok(()),
    };
    if !is_nil(first) {
        comparable(first)?;
    }
    if others.is_empty() {
        return failed("missing argument for comparison");
    }
    for other in others {
        let same = match (basic(first), basic(other)) {
            (Some(a), Some(b)) => {
                if std::mem::discriminant(&a) != std::mem::discriminant(&b) {
                    return incompatible(first, other);
                }
                a == b
            }
            _ if is_nil(first) || is_nil(other) => is_nil(first) && is_nil(other),
            _ => {
                comparable(other)?;
                return incompatible(first, other);
            }
        };
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}

fn incompatible<T>(a: &Data, b: &Data) -> Result<T> {
    failed(format!(
        "incompatible types for comparison: {} and {}",
        a.type_name(),
        b.type_name()
    ))
}

fn order(a: &Data, b: &Data) -> Result<Option<Ordering>> {
    match (basic(a), basic(b)) {
        (Some(Basic::Int(a)), Some(Basic::Int(b))) => Ok(Some(a.cmp(&b))),
        (Some(Basic::Float(a)), Some(Basic::Float(b))) => Ok(a.partial_cmp(&b)),
        (Some(Basic::Text(a)), Some(Basic::Text(b))) => Ok(Some(a.cmp(b))),
        (Some(x), Some(y)) if std::mem::discriminant(&x) != std::mem::discriminant(&y) => {
            incompatible(a, b)
        }
        _ => failed("invalid type for comparison"),
    }
}

fn less(a: &Data, b: &Data) -> Result<bool> {
    Ok(order(a, b)? == Some(Ordering::Less))
}

fn at_most(a: &Data, b: &Data) -> Result<bool> {
    Ok(less(a, b)? || equal(a, std::slice::from_ref(b))?)
}

/// An index as a number.
fn position(value: &Data, length: usize) -> Result<usize> {
    match value {
        Data::Int(n) => match usize::try_from(*n) {
            Ok(n) if n <= length => Ok(n),
            _ => failed(format!("index out of range: {n}")),
        },
        Data::Missing | Data::Nil => failed("cannot index slice/array with nil"),
        other => failed(format!(
            "cannot index slice/array with type {}",
            other.type_name()
        )),
    }
}

fn index(value: &Data, keys: &[Data]) -> Result<Data> {
    let mut value = value.clone();
    if is_nil(&value) {
        return failed("index of untyped nil");
    }
    for key in keys {
        value = match &value {
            Data::List(items) => match items.get(position(key, items.len())?) {
                Some(item) => item.clone(),
                None => return failed(format!("index out of range: {}", shown(key))),
            },
            Data::Number(text) | Data::Text(text) => {
                match text.as_bytes().get(position(key, text.len())?) {
                    Some(byte) => Data::Int(i64::from(*byte)),
                    None => return failed(format!("index out of range: {}", shown(key))),
                }
            }
            Data::Map(entries) => match key {
                Data::Text(name) => entries.get(&**name).cloned().unwrap_or(Data::Missing),
                Data::Missing | Data::Nil => {
                    return failed("value is nil; should be of type string");
                }
                other => {
                    return failed(format!(
                        "value has type {}; should be string",
                        other.type_name()
                    ));
                }
            },
            Data::Missing | Data::Nil => return failed("index of nil pointer"),
            other => return failed(format!("can't index item of type {}", other.type_name())),
        };
    }
    Ok(value)
}

fn slice(value: &Data, bounds: &[Data]) -> Result<Data> {
    if bounds.len() > 3 {
        return failed(format!("too many slice indexes: {}", bounds.len()));
    }
    let length = match value {
        Data::Number(s) | Data::Text(s) if bounds.len() == 3 => {
            let _ = s;
            return failed("cannot 3-index slice a string");
        }
        Data::Number(s) | Data::Text(s) => s.len(),
        Data::List(items) => items.len(),
        Data::Missing | Data::Nil => return failed("slice of untyped nil"),
        other => return failed(format!("can't slice item of type {}", other.type_name())),
    };
    let at = |i: usize, default: usize| match bounds.get(i) {
        Some(bound) => position(bound, length),
        None => Ok(default),
    };
    let (from, to) = (at(0, 0)?, at(1, length)?);
    if from > to {
        return failed(format!("invalid slice index: {from} > {to}"));
    }
    Ok(match value {
        Data::List(items) => Data::List(items.get(from..to).unwrap_or_default().to_vec().into()),
        Data::Number(s) | Data::Text(s) => {
            let bytes = s.as_bytes().get(from..to).unwrap_or_default();
            Data::text(String::from_utf8_lossy(bytes))
        }
        _ => Data::Missing,
    })
}

/// As Go's `Sprint` (spaces only between operands of which neither is a string) and `Sprintln`.
fn print(args: &[Data], line: bool) -> String {
    let mut out = String::new();
    let text = |value: &Data| matches!(value, Data::Text(_) | Data::Number(_));
    for (i, arg) in args.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| args.get(i));
        if before.is_some_and(|before| line || (!text(before) && !text(arg))) {
            out.push(' ');
        }
        arg.write(&mut out);
    }
    if line {
        out.push('\n');
    }
    out
}

/// Go's `Sprintf` is the builtin `sprintf`.
fn printf(format: &Data, args: &[Data]) -> Result<Data> {
    let format = match format {
        Data::Text(text) | Data::Number(text) => text,
        other => {
            return Err(Failure::Arguments(format!(
                "wrong type for value; expected string; got {}",
                other.type_name()
            )));
        }
    };
    let mut heap = Heap::new();
    let values: Vec<Value> = args.iter().map(|arg| to_heap(&mut heap, arg)).collect();
    let args = [heap.string(format), heap.array(&values)];
    let outcome = by_name("sprintf").and_then(|id| builtins::call(&mut heap, id, &args));
    match outcome {
        Some(Ok(value)) => Ok(Data::text(heap.text(value))),
        Some(Err(error)) => failed(error.message),
        None => failed("not a function"),
    }
}

fn to_heap(heap: &mut Heap<'_>, value: &Data) -> Value {
    match value {
        Data::Missing | Data::Nil => Value::NULL,
        Data::Bool(true) => Value::TRUE,
        Data::Bool(false) => Value::FALSE,
        Data::Int(n) => heap.integer(*n),
        Data::Float(n) => heap.number(&n.to_string()).unwrap_or(Value::NULL),
        Data::Number(s) | Data::Text(s) => heap.string(s),
        // `%v` and `%s` write collections as actions do.
        Data::List(_) | Data::Map(_) | Data::Struct(_) => heap.string(&shown(value)),
    }
}

/// The arguments as one text, with some characters written otherwise.
fn escaped(args: &[Data], escape: fn(char, &mut String)) -> String {
    let text = match args {
        [Data::Text(text) | Data::Number(text)] => text.to_string(),
        args => print(args, false),
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        escape(c, &mut out);
    }
    out
}

fn html(c: char, out: &mut String) {
    match c {
        '\0' => out.push('\u{fffd}'),
        '"' => out.push_str("&#34;"),
        '\'' => out.push_str("&#39;"),
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => out.push(c),
    }
}

fn js(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\'' => out.push_str("\\'"),
        '"' => out.push_str("\\\""),
        '<' => out.push_str("\\u003C"),
        '>' => out.push_str("\\u003E"),
        '&' => out.push_str("\\u0026"),
        '=' => out.push_str("\\u003D"),
        c if c < ' ' => {
            let _ = write!(out, "\\u{:04X}", c as u32);
        }
        c => out.push(c),
    }
}

fn url(c: char, out: &mut String) {
    match c {
        ' ' => out.push('+'),
        c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~') => out.push(c),
        c => {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

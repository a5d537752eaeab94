//! The values that a template works with.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use kpol_runtime::{Heap, Kind, Value};

/// A value, with the kinds that Go tells apart here.
#[derive(Debug, Clone)]
pub enum Data {
    /// No value: the entry of a map that is not there.
    Missing,
    /// Go's `nil`.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A number of the variables: its spelling.
    Number(Rc<str>),
    /// A string.
    Text(Rc<str>),
    /// A list.
    List(Rc<Vec<Data>>),
    /// A map.
    Map(Rc<BTreeMap<String, Data>>),
    /// A value with fields, and the text that it prints as.
    Struct(Rc<Struct>),
}

/// A value of a Go type with fields.
#[derive(Debug, Clone)]
pub struct Struct {
    /// Go's name of the type, for errors.
    pub name: &'static str,
    /// The fields.
    pub fields: BTreeMap<&'static str, Data>,
    /// What it prints as.
    pub text: String,
}

/// A value that was read from JSON.
pub(super) fn from_heap(heap: &mut Heap<'_>, v: Value) -> Data {
    match heap.kind(v) {
        Kind::Undefined => Data::Missing,
        Kind::Null => Data::Nil,
        Kind::Boolean => Data::Bool(v == Value::TRUE),
        Kind::Number => Data::Number(heap.number_text(v).as_str().into()),
        Kind::String => Data::Text(heap.text(v).into()),
        Kind::Array | Kind::Set => {
            let items = heap.items(v);
            Data::List(Rc::new(
                items.into_iter().map(|v| from_heap(heap, v)).collect(),
            ))
        }
        Kind::Object => {
            let mut entries = BTreeMap::new();
            for (key, v) in heap.entries(v) {
                let key = heap.text(key).to_owned();
                entries.insert(key, from_heap(heap, v));
            }
            Data::Map(Rc::new(entries))
        }
    }
}

impl Data {
    /// A string.
    pub fn text(text: impl AsRef<str>) -> Data {
        Data::Text(text.as_ref().into())
    }

    /// Whether `if` takes it for true.
    pub(super) fn truth(&self) -> bool {
        match self {
            Data::Missing | Data::Nil => false,
            Data::Bool(b) => *b,
            Data::Int(n) => *n != 0,
            Data::Float(n) => *n != 0.0,
            Data::Number(s) | Data::Text(s) => !s.is_empty(),
            Data::List(items) => !items.is_empty(),
            Data::Map(entries) => !entries.is_empty(),
            Data::Struct(_) => true,
        }
    }

    /// Go's name of the type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Data::Missing | Data::Nil => "<nil>",
            Data::Bool(_) => "bool",
            Data::Int(_) => "int",
            Data::Float(_) => "float64",
            Data::Number(_) => "json.Number",
            Data::Text(_) => "string",
            Data::List(_) => "[]interface {}",
            Data::Map(_) => "map[string]interface {}",
            Data::Struct(value) => value.name,
        }
    }

    /// As an action prints it.
    pub(super) fn print(&self, out: &mut String) {
        match self {
            Data::Missing | Data::Nil => out.push_str("<no value>"),
            other => other.write(out),
        }
    }

    /// As Go's `%v`.
    pub fn write(&self, out: &mut String) {
        match self {
            Data::Missing | Data::Nil => out.push_str("<nil>"),
            Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Data::Int(n) => {
                let _ = write!(out, "{n}");
            }
            Data::Float(n) => out.push_str(&float(*n)),
            Data::Number(s) | Data::Text(s) => out.push_str(s),
            Data::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { " " } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Data::Struct(value) => out.push_str(&value.text),
            Data::Map(entries) => {
                out.push_str("map[");
                for (i, (key, item)) in entries.iter().enumerate() {
                    out.push_str(if i > 0 { " " } else { "" });
                    out.push_str(key);
                    out.push(':');
                    item.write(out);
                }
                out.push(']');
            }
        }
    }
}

/// A float as Go's `%v`: the shortest digits, with an exponent below 1e-4 and from 1e21 on.
fn float(n: f64) -> String {
    if n.is_nan() {
        return "NaN".to_owned();
    }
    if n.is_infinite() {
        return if n > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = n.abs();
    if size == 0.0 || (1e-4..1e21).contains(&size) {
        return n.to_string();
    }
    let text = format!("{n:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let (sign, number) = match exponent.strip_prefix('-') {
        Some(number) => ('-', number),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{number:0>2}")
}

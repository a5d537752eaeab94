//! JSON as nodes of an arena: a `$ref` leads from anywhere to anywhere, and none of it is freed before all of it.

use std::collections::BTreeMap;

use kpol_runtime::{Heap, Kind, Value, json, value::number::decimal::Decimal};

/// The place of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(usize);

/// One JSON value.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    /// As it is spelled.
    Number(String),
    String(String),
    Array(Vec<Id>),
    Object(BTreeMap<String, Id>),
}

/// All nodes of all documents.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) fn get(&self, id: Id) -> &Node {
        self.nodes.get(id.0).unwrap_or(&Node::Null)
    }

    fn add(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        Id(self.nodes.len() - 1)
    }

    /// A member of an object.
    pub(super) fn member(&self, id: Id, key: &str) -> Option<Id> {
        match self.get(id) {
            Node::Object(members) => members.get(key).copied(),
            _ => None,
        }
    }

    /// A member that is a string.
    pub(super) fn text(&self, id: Id, key: &str) -> Option<&str> {
        match self.get(self.member(id, key)?) {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    /// Replaces a member by a string.
    pub(super) fn set_text(&mut self, id: Id, key: &str, text: String) {
        if let Some(member) = self.member(id, key)
            && let Some(node) = self.nodes.get_mut(member.0)
        {
            *node = Node::String(text);
        }
    }

    /// Takes a value over: sets become arrays, keys that are no strings their text.
    pub(super) fn value(&mut self, heap: &mut Heap<'_>, value: Value) -> Id {
        super::grown(|| match heap.kind(value) {
            Kind::Undefined | Kind::Null => self.add(Node::Null),
            Kind::Boolean => self.add(Node::Boolean(value == Value::TRUE)),
            Kind::Number => {
                let text = heap.number_text(value);
                self.add(Node::Number(text))
            }
            Kind::String => {
                let text = heap.text(value).to_owned();
                self.add(Node::String(text))
            }
            Kind::Array | Kind::Set => {
                let items = heap.items(value);
                let items = items.iter().map(|v| self.value(heap, *v)).collect();
                self.add(Node::Array(items))
            }
            Kind::Object => {
                let mut members = BTreeMap::new();
                for (key, value) in heap.entries(value) {
                    let key = if heap.is_string(key) {
                        heap.text(key).to_owned()
                    } else {
                        let mut text = String::new();
                        json::write(heap, key, &mut text);
                        text
                    };
                    members.insert(key, self.value(heap, value));
                }
                self.add(Node::Object(members))
            }
        })
    }

    /// The text by which `const`, `enum` and `uniqueItems` compare: members in order, numbers as doubles.
    ///
    /// # Errors
    /// A number that no double is near.
    pub(super) fn canonical(&self, node: &Node) -> Result<String, String> {
        let mut out = String::new();
        self.write(node, &mut out)?;
        Ok(out)
    }

    fn write(&self, node: &Node, out: &mut String) -> Result<(), String> {
        super::grown(|| {
            match node {
                Node::Null => out.push_str("null"),
                Node::Boolean(b) => out.push_str(if *b { "true" } else { "false" }),
                Node::Number(text) => out.push_str(&double(text)?),
                Node::String(text) => json::write_escaped_string(text, out),
                Node::Array(items) => {
                    out.push('[');
                    for (i, item) in items.iter().enumerate() {
                        if i > 0 {
                            out.push(',');
                        }
                        self.write(self.get(*item), out)?;
                    }
                    out.push(']');
                }
                Node::Object(members) => {
                    out.push('{');
                    for (i, (key, value)) in members.iter().enumerate() {
                        if i > 0 {
                            out.push(',');
                        }
                        json::write_escaped_string(key, out);
                        out.push(':');
                        self.write(self.get(*value), out)?;
                    }
                    out.push('}');
                }
            }
            Ok(())
        })
    }
}

/// A number as Go writes the double that is nearest to it.
fn double(text: &str) -> Result<String, String> {
    let number: f64 = text.parse().unwrap_or(f64::INFINITY);
    if number.is_infinite() {
        return Err(format!(
            "json: cannot unmarshal number {text} into Go value of type float64"
        ));
    }
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let written = format!("{number:e}");
        return Ok(match written.split_once('e') {
            Some((mantissa, exponent)) if !exponent.starts_with('-') => {
                format!("{mantissa}e+{exponent}")
            }
            _ => written,
        });
    }
    Ok(number.to_string())
}

/// A number as Go shows a big float: without an exponent where that is between -4 and 5.
pub(super) fn shown(text: &str) -> String {
    let Some(decimal) = Decimal::parse(text) else {
        return text.to_owned();
    };
    let sign = if decimal.is_negative() { "-" } else { "" };
    if decimal.is_zero() {
        return "0".to_owned();
    }
    let digits: String = decimal.digits().map(|d| char::from(b'0' + d)).collect();
    let exponent = decimal.point() - 1;
    if !(-4..6).contains(&exponent) {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        let point = if rest.is_empty() { "" } else { "." };
        let minus = if exponent < 0 { '-' } else { '+' };
        let size = exponent.unsigned_abs();
        return format!("{sign}{first}{point}{rest}e{minus}{size:02}");
    }
    let point = usize::try_from(decimal.point()).unwrap_or(0);
    if decimal.point() <= 0 {
        let zeros = usize::try_from(-decimal.point()).unwrap_or(0);
        return format!("{sign}0.{}{digits}", "0".repeat(zeros));
    }
    match digits.split_at_checked(point) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits:0<point$}"),
    }
}

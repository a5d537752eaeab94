//! Values of CEL.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta};
use indexmap::{Equivalent, IndexMap};
use kpol_input::{Document, Kind, NodeId};

use crate::functions::{Cidr, Quantity, Semver, Url};

/// A map: its entries in the order in which they were written.
pub type Map = IndexMap<Key, Value>;

/// A value. A copy is cheap: what can be large is shared.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `uint`.
    Uint(u64),
    /// `double`.
    Double(f64),
    /// `string`.
    String(Arc<str>),
    /// `bytes`.
    Bytes(Arc<[u8]>),
    /// `list`.
    List(Arc<Vec<Value>>),
    /// `map`.
    Map(Arc<Map>),
    /// `google.protobuf.Timestamp`.
    Timestamp(DateTime<FixedOffset>),
    /// `google.protobuf.Duration`.
    Duration(TimeDelta),
    /// The type of a value, by its name.
    Type(Arc<str>),
    /// `optional_type`.
    Optional(Option<Arc<Value>>),
    /// `kubernetes.Quantity`.
    Quantity(Arc<Quantity>),
    /// `net.IP`.
    Ip(std::net::IpAddr),
    /// `net.CIDR`.
    Cidr(Cidr),
    /// `kubernetes.URL`.
    Url(Arc<Url>),
    /// `kubernetes.Semver`.
    Semver(Arc<Semver>),
}

/// A key of a map. Integers of both types are one key when they are one number.
#[derive(Clone, Debug)]
pub enum Key {
    /// A `bool`.
    Bool(bool),
    /// An `int`.
    Int(i64),
    /// A `uint`.
    Uint(u64),
    /// A `string`.
    String(Arc<str>),
}

impl Key {
    /// The number, where the key is one.
    fn number(&self) -> Option<i128> {
        match self {
            Self::Int(i) => Some(i128::from(*i)),
            Self::Uint(u) => Some(i128::from(*u)),
            Self::Bool(_) | Self::String(_) => None,
        }
    }

    /// What is looked up for a value: an integral `double` stands for its integer.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Double(d) => integral(*d).map(Self::Int),
            other => Self::literal(other),
        }
    }

    /// A key of a literal: no `double` may be one.
    pub(crate) fn literal(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(b) => Self::Bool(*b),
            Value::Int(i) => Self::Int(*i),
            Value::Uint(u) => Self::Uint(*u),
            Value::String(s) => Self::String(s.clone()),
            _ => return None,
        })
    }
}

fn integral(d: f64) -> Option<i64> {
    // 2^63 is no `i64`, but the nearest double of many that are.
    let fits = d.fract() == 0.0
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&d);
    fits.then_some(d as i64)
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            _ => matches!((self.number(), other.number()), (Some(a), Some(b)) if a == b),
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            // As `str` itself: see `Equivalent` below.
            Self::String(s) => s.hash(state),
            Self::Bool(b) => b.hash(state),
            Self::Int(_) | Self::Uint(_) => self.number().hash(state),
        }
    }
}

impl Equivalent<Key> for str {
    fn equivalent(&self, key: &Key) -> bool {
        matches!(key, Key::String(s) if **s == *self)
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Bool(b) => Self::Bool(b),
            Key::Int(i) => Self::Int(i),
            Key::Uint(u) => Self::Uint(u),
            Key::String(s) => Self::String(s),
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::String(Arc::from(s))
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::String(Arc::from(s))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}

impl Value {
    /// The name of the value's type, as `type` and messages give it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Type(_) => "type",
            Self::Optional(_) => "optional_type",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Ip(_) => "net.IP",
            Self::Cidr(_) => "net.CIDR",
            Self::Url(_) => "kubernetes.URL",
            Self::Semver(_) => "kubernetes.Semver",
        }
    }

    /// The value at a node. As Kubernetes reads JSON: an integer that fits is an `int`, any other number a `double`.
    pub fn of(document: &Document, node: NodeId) -> Self {
        match document.kind(node) {
            Kind::Null => Self::Null,
            Kind::Bool(b) => Self::Bool(b),
            Kind::Integer(i) => Self::Int(i),
            Kind::Number(n) => Self::Double(n.parse().unwrap_or(f64::NAN)),
            Kind::String(s) => Self::from(s),
            Kind::Array(_) => crate::eval::with_room(|| {
                let items = document.children(node);
                Self::from(
                    items
                        .map(|item| Self::of(document, item))
                        .collect::<Vec<_>>(),
                )
            }),
            Kind::Object(_) => crate::eval::with_room(|| {
                let entry = |(key, value)| {
                    let key = document.str(key).unwrap_or_default();
                    (Key::String(Arc::from(key)), Self::of(document, value))
                };
                Self::from(document.members(node).map(entry).collect::<Map>())
            }),
        }
    }

    /// The field of a map.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Map(map) => map.get(name),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// How much the value counts against the budget when it is made.
    pub(crate) fn weight(&self) -> u64 {
        let size = match self {
            Self::String(s) => s.len() / 10,
            Self::Bytes(b) => b.len() / 10,
            Self::List(items) => items.len(),
            Self::Map(entries) => entries.len(),
            _ => 0,
        };
        u64::try_from(size).unwrap_or(u64::MAX)
    }
}

//! Documents, and the paths in them whose types are known, more or less.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::types::Type;

/// Paths below `input` and `data`, with the type that is mostly there.
pub(super) fn paths() -> Vec<(&'static str, Type)> {
    let number = || Type::Number;
    let string = || Type::String;
    vec![
        ("n", number()),
        ("m", number()),
        ("s", string()),
        ("name", string()),
        ("flag", Type::Boolean),
        ("none", Type::Null),
        ("xs", Type::array(number())),
        ("ys", Type::array(number())),
        ("names", Type::array(string())),
        ("labels", Type::object(string())),
        ("counts", Type::object(number())),
        ("matrix", Type::array(Type::array(number()))),
        ("groups", Type::object(Type::array(string()))),
        ("spec.replicas", number()),
        ("spec.image", string()),
        ("spec.args", Type::array(string())),
        ("spec.resources.limits", Type::object(string())),
    ]
}

/// Fields of the objects in `items`.
pub(super) fn fields() -> Vec<(&'static str, Type)> {
    vec![
        ("id", Type::Number),
        ("name", Type::String),
        ("on", Type::Boolean),
        ("tags", Type::array(Type::String)),
        ("ports", Type::array(Type::Number)),
    ]
}

const WORDS: &[&str] = &[
    "a",
    "b",
    "c",
    "ab",
    "nginx",
    "nginx:1.25",
    "prod",
    "dev",
    "x-y_z",
    "",
    "A b",
    "ünï",
    "1",
    "100m",
    "2Gi",
    "/etc",
    "10.0.0.0/8",
    "v1.2.3",
];

fn number(rng: &mut Rng) -> Value {
    match rng.u32(0..12) {
        0 => json!(-1),
        1 => json!(1.5),
        2 => json!(100),
        3 => serde_json::from_str("12345678901234567890").unwrap_or_default(),
        4 => json!(0.25),
        _ => json!(rng.u32(0..6)),
    }
}

fn word(rng: &mut Rng) -> Value {
    json!(WORDS[rng.usize(..WORDS.len())])
}

/// A value of a type; now and then of another.
fn value(rng: &mut Rng, of: &Type) -> Value {
    if rng.u32(0..25) == 0 {
        return match rng.u32(0..4) {
            0 => Value::Null,
            1 => word(rng),
            2 => json!([]),
            _ => json!({"k": 1}),
        };
    }
    let len = rng.usize(0..4);
    match of {
        Type::Any | Type::Null => Value::Null,
        Type::Boolean => json!(rng.bool()),
        Type::Number => number(rng),
        Type::String => word(rng),
        Type::Array(of) | Type::Set(of) => (0..len).map(|_| value(rng, of)).collect(),
        Type::Object(of) => {
            let mut entries = Map::new();
            for _ in 0..len {
                let key = WORDS[rng.usize(..WORDS.len())].to_owned();
                entries.insert(key, value(rng, of));
            }
            Value::Object(entries)
        }
    }
}

fn set(target: &mut Map<String, Value>, path: &str, found: Value) {
    match path.split_once('.') {
        None => {
            target.insert(path.to_owned(), found);
        }
        Some((first, rest)) => {
            let inner = target.entry(first.to_owned()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                set(inner, rest, found);
            }
        }
    }
}

/// A document with most of the paths.
pub(super) fn document(rng: &mut Rng) -> Value {
    let mut out = Map::new();
    for (path, of) in paths() {
        if rng.u32(0..8) > 0 {
            let found = value(rng, &of);
            set(&mut out, path, found);
        }
    }
    let len = rng.usize(0..4);
    let items: Vec<Value> = (0..len)
        .map(|_| {
            let mut item = Map::new();
            for (field, of) in fields() {
                if rng.u32(0..8) > 0 {
                    item.insert(field.to_owned(), value(rng, &of));
                }
            }
            Value::Object(item)
        })
        .collect();
    out.insert("items".to_owned(), Value::Array(items));
    Value::Object(out)
}

//! The types that expressions are made for.

use fastrand::Rng;

/// A type. Collections have elements of one type, objects have strings for keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Any,
    Null,
    Boolean,
    Number,
    String,
    Array(Box<Type>),
    Set(Box<Type>),
    Object(Box<Type>),
}

impl Type {
    pub(super) fn array(of: Type) -> Type {
        Type::Array(Box::new(of))
    }

    pub(super) fn set(of: Type) -> Type {
        Type::Set(Box::new(of))
    }

    pub(super) fn object(of: Type) -> Type {
        Type::Object(Box::new(of))
    }

    /// The type of what a collection holds.
    pub(super) fn element(&self) -> Option<&Type> {
        match self {
            Type::Array(t) | Type::Set(t) | Type::Object(t) => Some(t),
            _ => None,
        }
    }

    /// Whether a value of this type may stand where `wanted` is.
    pub(super) fn fits(&self, wanted: &Type) -> bool {
        match (self, wanted) {
            (_, Type::Any) => true,
            (Type::Array(a), Type::Array(b))
            | (Type::Set(a), Type::Set(b))
            | (Type::Object(a), Type::Object(b)) => a.fits(b),
            (a, b) => a == b,
        }
    }

    pub(super) fn scalar(rng: &mut Rng) -> Type {
        match rng.u32(0..10) {
            0 => Type::Null,
            1 | 2 => Type::Boolean,
            3..7 => Type::Number,
            _ => Type::String,
        }
    }

    pub(super) fn random(rng: &mut Rng, depth: u32) -> Type {
        if depth == 0 {
            return Type::scalar(rng);
        }
        match rng.u32(0..10) {
            0 | 1 => Type::array(Type::random(rng, depth - 1)),
            2 | 3 => Type::set(Type::random(rng, depth - 1)),
            4 => Type::object(Type::random(rng, depth - 1)),
            _ => Type::scalar(rng),
        }
    }

    /// The types that OPA writes this way (`any<array[string], set[string]>`), those that can be made here.
    pub(super) fn parse(text: &str) -> Vec<Type> {
        let several = text.strip_prefix("any<").and_then(|t| t.strip_suffix('>'));
        let alternatives = several.map_or_else(|| vec![text], split);
        alternatives.into_iter().filter_map(one).collect()
    }
}

fn one(text: &str) -> Option<Type> {
    let inner = |prefix: &str| text.strip_prefix(prefix).and_then(|t| t.strip_suffix(']'));
    Some(match text {
        "any" => Type::Any,
        "null" => Type::Null,
        "boolean" => Type::Boolean,
        "number" => Type::Number,
        "string" => Type::String,
        _ => {
            if let Some(of) = inner("array[") {
                Type::array(Type::parse(of).into_iter().next()?)
            } else if let Some(of) = inner("set[") {
                Type::set(Type::parse(of).into_iter().next()?)
            } else {
                let of = inner("object[")?;
                let (key, value) = of.split_once(": ")?;
                matches!(key, "string" | "any").then_some(())?;
                Type::object(Type::parse(value).into_iter().next()?)
            }
        }
    })
}

/// Splits at commas outside of brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut out) = (0, 0, Vec::new());
    for (i, c) in text.char_indices() {
        match c {
            '[' | '<' => depth += 1,
            ']' | '>' => depth -= 1,
            ',' if depth == 0 => {
                out.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(text[start..].trim());
    out
}

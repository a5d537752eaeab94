//! Types as sets of kinds.

use std::fmt;

use crate::ir::Const;

const NULL: u8 = 1;
const BOOLEAN: u8 = 2;
const NUMBER: u8 = 4;
const STRING: u8 = 8;
const ARRAY: u8 = 16;
const OBJECT: u8 = 32;
const SET: u8 = 64;
const ALL: u8 = 127;

const NAMES: [(u8, &str); 7] = [
    (NULL, "null"),
    (BOOLEAN, "boolean"),
    (NUMBER, "number"),
    (STRING, "string"),
    (ARRAY, "array"),
    (OBJECT, "object"),
    (SET, "set"),
];

/// How many levels of items a type tells of.
const MAX_DEPTH: usize = 4;

/// The kinds that a value may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Type {
    kinds: u8,
    /// The items of arrays and sets; without it, anything. An empty collection has items of no kind.
    items: Option<Box<Type>>,
    /// The items of an array one by one, where they are known.
    each: Option<Vec<Type>>,
}

impl Type {
    pub(super) const ANY: Type = Type::of(ALL);
    pub(super) const STRING: Type = Type::of(STRING);
    pub(super) const OBJECT: Type = Type::of(OBJECT);
    const NONE: Type = Type::of(0);

    const fn of(kinds: u8) -> Type {
        Type {
            kinds,
            items: None,
            each: None,
        }
    }

    pub(super) fn array(items: Type) -> Type {
        Type::of(ARRAY).with_items(items)
    }

    /// An array of which each item is known.
    pub(super) fn tuple(items: Vec<Type>) -> Type {
        // Deep down, nothing is worth to be known: types would double with each level.
        if items.iter().any(|item| item.depth() >= MAX_DEPTH) {
            return Type::of(ARRAY);
        }
        Type {
            kinds: ARRAY,
            items: Some(Box::new(Type::union(items.iter().cloned()))),
            each: Some(items),
        }
    }

    pub(super) fn set(items: Type) -> Type {
        Type::of(SET).with_items(items)
    }

    fn with_items(mut self, items: Type) -> Type {
        if items.depth() < MAX_DEPTH {
            self.items = Some(Box::new(items));
        }
        self
    }

    /// What is one of several.
    pub(super) fn union(types: impl IntoIterator<Item = Type>) -> Type {
        types.into_iter().fold(Type::NONE, Type::or)
    }

    fn or(self, other: Type) -> Type {
        let collections = ARRAY | SET;
        let items = match (
            self.kinds & collections != 0,
            other.kinds & collections != 0,
        ) {
            (true, true) => match (self.items, other.items) {
                (Some(own), Some(others)) => Some(Box::new(own.or(*others))),
                _ => None,
            },
            (true, false) => self.items,
            (false, true) => other.items,
            (false, false) => None,
        };
        // Items one by one are known as long as there is one array only.
        let each = match (self.kinds & ARRAY != 0, other.kinds & ARRAY != 0) {
            (true, false) => self.each,
            (false, true) => other.each,
            _ => None,
        };
        Type {
            kinds: self.kinds | other.kinds,
            items,
            each,
        }
    }

    pub(super) fn of_const(value: &Const) -> Type {
        match value {
            Const::Null => Type::of(NULL),
            Const::Bool(_) => Type::of(BOOLEAN),
            Const::Number(_) => Type::of(NUMBER),
            Const::String(_) => Type::STRING,
            Const::Array(items) => Type::tuple(items.iter().map(Type::of_const).collect()),
            Const::Set(items) => Type::set(Type::union(items.iter().map(Type::of_const))),
            Const::Object(_) => Type::OBJECT,
        }
    }

    /// Reads a type as the table of builtins writes it; what it does not know is anything.
    pub(super) fn parse(text: &str) -> Type {
        Type::union(split(text, '|').into_iter().map(Type::parse_one))
    }

    fn parse_one(text: &str) -> Type {
        let (name, inside) = match text.split_once('[') {
            Some((name, rest)) => (name, rest.strip_suffix(']')),
            None => (text, None),
        };
        let items = |inside: Option<&str>| match inside {
            Some(inside) if split(inside, ',').len() == 1 => Type::parse(inside),
            _ => Type::ANY,
        };
        match name {
            "array" => Type::array(items(inside)),
            "set" => Type::set(items(inside)),
            _ => NAMES
                .iter()
                .find(|(_, own)| *own == name)
                .map_or(Type::ANY, |(kind, _)| Type::of(*kind)),
        }
    }

    /// How many levels of items are known.
    fn depth(&self) -> usize {
        self.items.as_ref().map_or(0, |items| 1 + items.depth())
    }

    /// Whether a value can have both types.
    pub(super) fn overlaps(&self, other: &Type) -> bool {
        let both = self.kinds & other.kinds;
        if both == 0 {
            return false;
        }
        if both & !(ARRAY | SET) != 0 {
            return true;
        }
        if both == ARRAY {
            match (&self.each, &other.each, &self.items, &other.items) {
                (Some(own), Some(others), ..) => {
                    return own.len() == others.len()
                        && own
                            .iter()
                            .zip(others)
                            .all(|(own, other)| own.overlaps(other));
                }
                (Some(each), None, _, Some(items)) | (None, Some(each), Some(items), _) => {
                    return items.kinds == 0 || each.iter().all(|item| item.overlaps(items));
                }
                _ => {}
            }
        }
        match (&self.items, &other.items) {
            // Empty collections have every type of their kind.
            (Some(own), Some(others)) => {
                own.kinds == 0 || others.kinds == 0 || own.overlaps(others)
            }
            _ => true,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kinds == ALL {
            return out.write_str("any");
        }
        let mut first = true;
        for (kind, name) in NAMES {
            if self.kinds & kind == 0 {
                continue;
            }
            if !first {
                out.write_str("|")?;
            }
            first = false;
            out.write_str(name)?;
            if kind & (ARRAY | SET) != 0
                && let Some(items) = &self.items
                && items.kinds != 0
            {
                write!(out, "[{items}]")?;
            }
        }
        Ok(())
    }
}

/// Splits at a character outside of brackets.
fn split(text: &str, at: char) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut parts = Vec::new();
    for (index, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if character == at && depth == 0 => {
                parts.extend(text.get(start..index));
                start = index + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_overlap_where_a_value_has_both() {
        for (left, right, wanted) in [
            ("string", "number", false),
            ("string|number", "number", true),
            ("array[string]", "array[number]", false),
            ("array[string]", "array[any]", true),
            ("array[any]|set[any]", "object[any:any]", false),
            ("set[set[any]]", "set[number]", false),
            ("array[string,number]", "array[boolean]", true),
            ("any", "null", true),
            ("array[string]", "array[array[string]]", false),
        ] {
            let (left_type, right_type) = (Type::parse(left), Type::parse(right));
            assert_eq!(
                left_type.overlaps(&right_type),
                wanted,
                "{left} and {right}"
            );
        }
    }

    #[test]
    fn types_are_written_as_they_are_read() {
        for text in ["any", "null|string", "array[string]", "set[set[number]]"] {
            assert_eq!(Type::parse(text).to_string(), text);
        }
    }
}

//! Types of Rego values, as OPA tells them: what the checker infers, and how signatures are written.

use std::fmt;
use std::rc::Rc;

use crate::ir::Const;

mod json;
mod parse;
mod relate;

/// How many types stand in one at most; what is larger is any.
const MAX_NODES: u32 = 1_000;

/// How deep types are nested at most; what is deeper is any.
const MAX_DEPTH: u32 = 48;

/// The width above which a line of an error leaves out what is nested.
const MAX_LINE: usize = 80;

/// The width above which a type in such a line is told by its constructor alone.
const MAX_ELIDED: usize = 32;

/// Where OPA explains mismatches.
const MATCH_DOCS: &str = "https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error";

/// A type. The order is that of alternatives in [`Type::Any`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Nothing is known yet.
    Unknown,
    /// `null`
    Null,
    /// `true` and `false`
    Boolean,
    /// Numbers.
    Number,
    /// Strings.
    String,
    /// Arrays.
    Array(Rc<Array>),
    /// Objects.
    Object(Rc<Object>),
    /// Sets.
    Set(Rc<Set>),
    /// One of several; of none: anything.
    Any(Rc<Union>),
}

/// How large a type is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Size {
    nodes: u32,
    depth: u32,
}

/// Arrays: their first items, and all that follow.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Array {
    /// The type of items that have none of their own.
    pub rest: Option<Type>,
    /// Types of the first items.
    pub items: Vec<Type>,
    size: Size,
}

/// Objects: known keys, and all others.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Types of other keys and their values.
    pub rest: Option<(Type, Type)>,
    /// Known keys, sorted.
    pub fields: Vec<(Const, Type)>,
    size: Size,
}

/// Sets of members of a type; without one, the empty set.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set {
    /// The type of members.
    pub of: Option<Type>,
    size: Size,
}

/// Alternatives, sorted.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Union {
    /// The alternatives.
    pub of: Vec<Type>,
    size: Size,
}

impl Size {
    fn around<'t>(parts: impl Iterator<Item = &'t Type>) -> Option<Size> {
        let mut size = Size { nodes: 1, depth: 0 };
        for part in parts {
            let part = part.size();
            size.nodes = size.nodes.saturating_add(part.nodes);
            size.depth = size.depth.max(part.depth);
        }
        size.depth += 1;
        (size.nodes <= MAX_NODES && size.depth <= MAX_DEPTH).then_some(size)
    }
}

impl Type {
    /// Anything.
    #[must_use]
    pub fn any() -> Type {
        let size = Size { nodes: 1, depth: 1 };
        Type::Any(Rc::new(Union {
            of: Vec::new(),
            size,
        }))
    }

    fn size(&self) -> Size {
        match self {
            Type::Array(array) => array.size,
            Type::Object(object) => object.size,
            Type::Set(set) => set.size,
            Type::Any(union) => union.size,
            _ => Size { nodes: 1, depth: 1 },
        }
    }

    /// Arrays whose first items are of these types, and all others of the last one.
    #[must_use]
    pub fn array(items: Vec<Type>, rest: Option<Type>) -> Type {
        match Size::around(items.iter().chain(&rest)) {
            Some(size) => Type::Array(Rc::new(Array { rest, items, size })),
            None => Type::any(),
        }
    }

    /// Objects with these keys, and others of types.
    #[must_use]
    pub fn object(mut fields: Vec<(Const, Type)>, rest: Option<(Type, Type)>) -> Type {
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        let parts = fields.iter().map(|field| &field.1);
        let rests = rest.iter().flat_map(|(key, value)| [key, value]);
        match Size::around(parts.chain(rests)) {
            Some(size) => Type::Object(Rc::new(Object { rest, fields, size })),
            None => Type::any(),
        }
    }

    /// Sets of members of a type.
    #[must_use]
    pub fn set(of: Option<Type>) -> Type {
        let of = of.filter(|of| *of != Type::Unknown);
        match Size::around(of.iter()) {
            Some(size) => Type::Set(Rc::new(Set { of, size })),
            None => Type::any(),
        }
    }

    /// One of several types: those that are given, as they are.
    fn union(mut of: Vec<Type>) -> Type {
        of.sort();
        of.dedup();
        match Size::around(of.iter()) {
            Some(size) => Type::Any(Rc::new(Union { of, size })),
            None => Type::any(),
        }
    }

    /// The type of a constant.
    #[must_use]
    pub fn of(value: &Const) -> Type {
        match value {
            Const::Null => Type::Null,
            Const::Bool(_) => Type::Boolean,
            Const::Number(_) => Type::Number,
            Const::String(_) => Type::String,
            Const::Array(items) => Type::array(items.iter().map(Type::of).collect(), None),
            Const::Set(items) => {
                let of = items.iter().map(Type::of).reduce(Type::or);
                Type::set(of)
            }
            Const::Object(entries) => Type::object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), Type::of(value)))
                    .collect(),
                None,
            ),
        }
    }

    /// Whether it is anything.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self, Type::Any(union) if union.of.is_empty())
    }

    /// The type with what is nested left out, unless it is short, with so much beside it.
    fn elided(&self, beside: usize) -> String {
        let full = self.to_string();
        let scalar = matches!(
            self,
            Type::Unknown | Type::Null | Type::Boolean | Type::Number | Type::String
        );
        if scalar || self.is_any() || full.chars().count() + beside <= MAX_ELIDED {
            return full;
        }
        let dots = |there: bool, open: &str, close: &str| {
            if there {
                format!("{open}...{close}")
            } else {
                String::new()
            }
        };
        match self {
            Type::Array(array) => format!(
                "array{}{}",
                dots(!array.items.is_empty(), "<", ">"),
                dots(array.rest.is_some(), "[", "]")
            ),
            Type::Object(object) => format!(
                "object{}{}",
                dots(!object.fields.is_empty(), "<", ">"),
                dots(object.rest.is_some(), "[", "]")
            ),
            Type::Set(_) => "set[...]".to_owned(),
            _ => "any<...>".to_owned(),
        }
    }
}

/// What arguments a function gets, and what it wants of them, each with its name; where a line is too wide, what is
/// nested is left out.
#[must_use]
pub fn arguments(have: &[Type], want: &[(String, Type)]) -> String {
    let lines = |have: Vec<String>, want: Vec<String>| {
        (
            format!("have: ({})", have.join(", ")),
            format!("want: ({})", want.join(", ")),
        )
    };
    let named = |name: &str, text: String| {
        if name.is_empty() {
            text
        } else {
            format!("{name}: {text}")
        }
    };
    let (mut first, mut second) = lines(
        have.iter().map(Type::to_string).collect(),
        (want.iter())
            .map(|(name, of)| named(name, of.to_string()))
            .collect(),
    );
    if is_wide(&first) || is_wide(&second) {
        let elided = |(index, (name, of)): (usize, &(String, Type))| {
            // A name counts, unless its argument is what is wrong.
            let fits = have.get(index).is_none_or(|have| have.unifies(of));
            let spare = if fits && !name.is_empty() {
                name.chars().count() + 2
            } else {
                0
            };
            named(name, of.elided(spare))
        };
        (first, second) = lines(
            have.iter().map(|of| of.elided(0)).collect(),
            want.iter().enumerate().map(elided).collect(),
        );
    }
    format!("{first}\n\t{second}")
}

/// Two types that do not match.
#[must_use]
pub fn mismatch(left: &Type, right: &Type) -> String {
    let line = |name: &str, text: String| format!("{name}: {text}");
    let (mut first, mut second) = (
        line("left  ", left.to_string()),
        line("right ", right.to_string()),
    );
    if is_wide(&first) || is_wide(&second) {
        first = line("left  ", left.elided(0));
        second = line("right ", right.elided(0));
    }
    let kind = match (left, right) {
        (Type::Object(_), Type::Object(_)) => "objects",
        (Type::Array(_), Type::Array(_)) => "arrays",
        (Type::Set(_), Type::Set(_)) => "sets",
        _ => return format!("{first}\n\t{second}"),
    };
    format!(
        "{first}\n\t{second}\n\thint  : both sides are {kind} but their types differ, so they can never be equal (see {MATCH_DOCS})"
    )
}

fn is_wide(line: &str) -> bool {
    line.chars().count() > MAX_LINE
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Unknown => out.write_str("???"),
            Type::Null => out.write_str("null"),
            Type::Boolean => out.write_str("boolean"),
            Type::Number => out.write_str("number"),
            Type::String => out.write_str("string"),
            Type::Array(array) => {
                out.write_str("array")?;
                list(out, array.items.iter(), |out, item| write!(out, "{item}"))?;
                match &array.rest {
                    Some(rest) => write!(out, "[{rest}]"),
                    None => Ok(()),
                }
            }
            Type::Object(object) => {
                out.write_str("object")?;
                list(out, object.fields.iter(), |out, (key, value)| match key {
                    Const::String(key) => write!(out, "{key}: {value}"),
                    key => write!(out, "{key}: {value}"),
                })?;
                match &object.rest {
                    Some((key, value)) => write!(out, "[{key}: {value}]"),
                    None => Ok(()),
                }
            }
            Type::Set(set) => match &set.of {
                Some(of) => write!(out, "set[{of}]"),
                None => out.write_str("set"),
            },
            Type::Any(union) => {
                out.write_str("any")?;
                list(out, union.of.iter(), |out, one| write!(out, "{one}"))
            }
        }
    }
}

/// What stands between `<` and `>`, if there is anything.
fn list<T>(
    out: &mut fmt::Formatter<'_>,
    parts: impl Iterator<Item = T>,
    write: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    let mut any = false;
    for part in parts {
        out.write_str(if any { ", " } else { "<" })?;
        any = true;
        write(out, part)?;
    }
    if any { out.write_str(">") } else { Ok(()) }
}

//! The table of objects and their members.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A member of an object.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) json: &'static str,
    pub(super) place: Place,
    pub(super) kind: Kind,
    /// Whether JSON has it even when it is empty.
    pub(super) always: bool,
}

/// Where in an element it is.
#[derive(Debug)]
pub(super) enum Place {
    Attribute(&'static str),
    Text,
    Child(&'static str),
    Grandchild(&'static str, &'static str),
}

/// What it is.
#[derive(Debug)]
pub(super) enum Kind {
    Text,
    Integer,
    Float,
    Bool,
    Reference,
    Object(&'static str),
    /// A scalar that JSON has even when it is empty, if the element is there.
    Optional(Box<Kind>),
    List(Box<Kind>),
}

static SCHEMA: LazyLock<HashMap<&'static str, Vec<Field>>> =
    LazyLock::new(|| parse(include_str!("schema.txt")));

/// The members of an object.
pub(super) fn fields(object: &str) -> &'static [Field] {
    SCHEMA.get(object).map_or(&[], Vec::as_slice)
}

fn parse(text: &'static str) -> HashMap<&'static str, Vec<Field>> {
    let mut schema: HashMap<_, Vec<Field>> = HashMap::new();
    let mut object = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(json), place) = (words.next(), words.next()) else {
            continue;
        };
        let (Some(place), Some(kind)) = (place, words.next()) else {
            object = json;
            continue;
        };
        let place = match place {
            "=" => Place::Child(json),
            "text" => Place::Text,
            _ => match (place.strip_prefix('@'), place.split_once('>')) {
                (Some(name), _) => Place::Attribute(name),
                (None, Some((outer, inner))) => Place::Grandchild(outer, inner),
                (None, None) => Place::Child(place),
            },
        };
        schema.entry(object).or_default().push(Field {
            json,
            place,
            kind: kind_of(kind),
            always: words.next() == Some("!"),
        });
    }
    schema
}

fn kind_of(name: &'static str) -> Kind {
    if let Some(kind) = name.strip_prefix('?') {
        return Kind::Optional(Box::new(kind_of(kind)));
    }
    if let Some(kind) = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
    {
        return Kind::List(Box::new(kind_of(kind)));
    }
    match name {
        "string" => Kind::Text,
        "int" => Kind::Integer,
        "float" => Kind::Float,
        "bool" => Kind::Bool,
        "ref" => Kind::Reference,
        _ => Kind::Object(name),
    }
}

//! HCL1, the language of Terraform before 0.12. Every object is in a list, one for each time that its key comes, but for
//! those that are items of a list.

mod lexer;
mod parser;

use std::collections::HashSet;
use std::ops::Range;

use indexmap::IndexMap;
use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use self::lexer::{Literal, integer};
use self::parser::{Item, Parser, Val, ValKind};
use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let refuse = |(message, range): (String, Range<usize>)| text.error(message, range);
    let (body, skipped) = text.without_mark();
    let blank = body.len() - body.trim_start().len();
    if body.trim_start().starts_with('{') {
        let at = skipped + blank;
        let message = "the JSON form of HCL is not read: use the parser `json`";
        return Err(text.error(message, at..at + 1));
    }
    let mut parser = Parser::new(text.text, skipped, text.depth()).map_err(refuse)?;
    let items = parser.items(false);
    if let Some(range) = parser.too_deep.take() {
        return Err(text.too_deep(range));
    }
    let items = items.map_err(refuse)?;
    let views: Vec<_> = items.iter().map(View::whole).collect();
    let object = Decoder { text }.object(&views, 0)?;
    text.document(&Value::Object(object).at(text.span(0..text.text.len())))
}

/// An item without the keys that were already dealt with.
#[derive(Clone, Copy)]
struct View<'i> {
    item: &'i Item,
    keys: &'i [(String, Range<usize>)],
}

impl<'i> View<'i> {
    fn whole(item: &'i Item) -> View<'i> {
        View {
            item,
            keys: &item.keys,
        }
    }
}

/// The value of a key while the items that have it are read: later ones add to it.
enum Slot {
    /// Of objects only.
    Objects(Vec<Node>),
    List(Vec<Node>),
    One(Value),
}

struct Decoder<'t, 'a> {
    text: &'t Text<'a>,
}

impl Decoder<'_, '_> {
    fn span(&self, range: &Range<usize>) -> Span {
        self.text.span(range.clone())
    }

    fn object(&self, views: &[View<'_>], depth: usize) -> Result<Object, InputError> {
        let mut slots: IndexMap<String, (Span, Span, Slot)> = IndexMap::new();
        let mut done = HashSet::new();
        for view in views {
            let value = &view.item.value;
            let Some(((key, range), rest)) = view.keys.split_first() else {
                let message = "objects with and without a further key cannot stand side by side";
                return Err(self.text.error(message, value.range.clone()));
            };
            if depth > self.text.depth() {
                return Err(self.text.too_deep(range.clone()));
            }
            if done.contains(key.as_str()) {
                continue;
            }
            let old = slots.get_mut(key).map(|(_, _, slot)| slot);
            let fresh = old.is_none();
            let slot = if rest.is_empty() {
                self.single(value, old, depth)?
            } else {
                done.insert(key.as_str());
                let same = views
                    .iter()
                    .filter_map(|other| match other.keys.split_first() {
                        Some(((name, _), keys)) if same_key(name, key) => {
                            Some(View { keys, ..*other })
                        }
                        _ => None,
                    });
                self.several(&same.collect::<Vec<_>>(), old, depth)?
            };
            if let Some(slot) = slot {
                let span = self.span(&value.range);
                if fresh {
                    slots.insert(key.clone(), (self.span(range), span, slot));
                } else if let Some(entry) = slots.get_mut(key) {
                    (entry.1, entry.2) = (span, slot);
                }
            }
        }
        let object = slots.into_iter().map(|(name, (key, span, slot))| {
            let value = match slot {
                Slot::Objects(items) | Slot::List(items) => Value::Array(items),
                Slot::One(value) => value,
            };
            (name, value.at(span).member(key))
        });
        Ok(object.collect())
    }

    fn mixed<T>(&self, range: &Range<usize>) -> Result<T, InputError> {
        let message = "the same key has a value of another kind before";
        Err(self.text.error(message, range.clone()))
    }

    /// Items with a further key: an object for each. Gives the slot, unless it adds to the old one.
    fn several(
        &self,
        views: &[View<'_>],
        old: Option<&mut Slot>,
        depth: usize,
    ) -> Result<Option<Slot>, InputError> {
        let mut objects = Vec::with_capacity(views.len());
        for view in views {
            let object = self.object(&[*view], depth + 2)?;
            objects.push(Value::Object(object).at(self.span(&view.item.value.range)));
        }
        match (old, views.first()) {
            (None, _) => Ok(Some(Slot::Objects(objects))),
            (Some(Slot::Objects(items)), _) => {
                items.extend(objects);
                Ok(None)
            }
            (Some(_), Some(view)) => self.mixed(&view.item.value.range),
            (Some(_), None) => Ok(None),
        }
    }

    /// The value of a key. Gives the slot, unless it adds to the old one.
    fn single(
        &self,
        value: &Val,
        old: Option<&mut Slot>,
        depth: usize,
    ) -> Result<Option<Slot>, InputError> {
        match (&value.kind, old) {
            (ValKind::Object(_), None) => {
                Ok(Some(Slot::Objects(vec![self.item(value, depth + 1)?])))
            }
            (ValKind::Object(_), Some(Slot::Objects(items) | Slot::List(items))) => {
                items.push(self.item(value, depth + 1)?);
                Ok(None)
            }
            (ValKind::List(list), None) => Ok(Some(Slot::List(self.items(list, depth + 1)?))),
            (ValKind::List(list), Some(Slot::Objects(items))) => {
                let other = list
                    .iter()
                    .find(|item| !matches!(item.kind, ValKind::Object(_)));
                if let Some(other) = other {
                    return self.mixed(&other.range);
                }
                items.extend(self.items(list, depth + 1)?);
                Ok(None)
            }
            (ValKind::List(list), Some(Slot::List(items))) => {
                items.extend(self.items(list, depth + 1)?);
                Ok(None)
            }
            (ValKind::Literal(literal), None) => Ok(Some(Slot::One(plain(literal)))),
            (ValKind::Literal(literal), Some(Slot::One(old))) => match replaced(old, literal) {
                Some(new) => Ok(Some(Slot::One(new))),
                None => self.mixed(&value.range),
            },
            _ => self.mixed(&value.range),
        }
    }

    fn items(&self, list: &[Val], depth: usize) -> Result<Vec<Node>, InputError> {
        list.iter().map(|item| self.item(item, depth)).collect()
    }

    fn item(&self, value: &Val, depth: usize) -> Result<Node, InputError> {
        let node = match &value.kind {
            ValKind::Object(items) => {
                let views: Vec<_> = items.iter().map(View::whole).collect();
                Value::Object(self.object(&views, depth + 1)?)
            }
            ValKind::List(items) => Value::Array(self.items(items, depth + 1)?),
            ValKind::Literal(literal) => plain(literal),
        };
        Ok(node.at(self.span(&value.range)))
    }
}

fn same_key(name: &str, key: &str) -> bool {
    name == key || name.to_lowercase() == key.to_lowercase()
}

fn plain(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Float(value) => Value::Float(*value),
        Literal::Integer(value, _) => Value::Integer(*value),
        Literal::String(text) | Literal::Heredoc(text) => Value::string(text),
    }
}

/// A later value takes the type of the first one, if it can.
fn replaced(old: &Value, new: &Literal) -> Option<Value> {
    match (old, new) {
        (Value::String(_), Literal::Integer(_, text)) => Some(Value::string(text)),
        (Value::String(_), Literal::String(text) | Literal::Heredoc(text)) => {
            Some(Value::string(text))
        }
        (Value::Integer(_), Literal::Integer(..))
        | (Value::Bool(_), Literal::Bool(_))
        | (Value::Float(_), Literal::Float(_)) => Some(plain(new)),
        (Value::Integer(_), Literal::String(text)) => integer(text).map(Value::Integer),
        #[expect(
            clippy::cast_precision_loss,
            reason = "the type is that of the first value"
        )]
        (Value::Float(_), Literal::Integer(value, _)) => Some(Value::Float(*value as f64)),
        _ => None,
    }
}

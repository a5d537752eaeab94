//! Messages by their definitions.

use std::collections::HashSet;
use std::ops::Range;

use kpol_diagnostics::Span;
use protox::prost_reflect::{
    Cardinality, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
};

use super::known;
use super::scalar::{scalar, zero};
use super::schema::Schema;
use super::syntax::{Field, Name, Refusal, Val, ValKind};
use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(super) struct Reader<'t, 'a> {
    pub(super) text: &'t Text<'a>,
    pub(super) schema: &'t Schema,
}

type Parsed<T> = Result<T, Refusal>;

pub(super) fn refuse<T>(message: impl Into<String>, range: &Range<usize>) -> Parsed<T> {
    Err((message.into(), range.clone()))
}

/// A field or an extension.
struct Target {
    name: String,
    number: u32,
    kind: Kind,
    list: bool,
    map: bool,
    presence: bool,
    oneof: Option<String>,
}

impl Target {
    fn field(field: &FieldDescriptor) -> Target {
        Target {
            name: field_name(field),
            number: field.number(),
            kind: field.kind(),
            list: field.is_list(),
            map: field.is_map(),
            presence: field.supports_presence(),
            oneof: field
                .containing_oneof()
                .map(|oneof| oneof.name().to_owned()),
        }
    }

    fn extension(extension: &ExtensionDescriptor) -> Target {
        Target {
            name: format!("[{}]", extension.full_name()),
            number: extension.number(),
            kind: extension.kind(),
            list: extension.is_list(),
            map: false,
            presence: true,
            oneof: None,
        }
    }
}

/// The name in texts: of a group that of its message.
fn field_name(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Message(message) if field.is_group() => message.name().to_owned(),
        _ => field.name().to_owned(),
    }
}

impl Reader<'_, '_> {
    fn span(&self, range: &Range<usize>) -> Span {
        self.text.span(range.clone())
    }

    /// A message as JSON.
    pub(super) fn message(
        &self,
        descriptor: &MessageDescriptor,
        fields: &[Field],
        range: &Range<usize>,
    ) -> Parsed<Node> {
        if descriptor.full_name() == "google.protobuf.Any" {
            return self.any(fields, range);
        }
        let object = self.object(descriptor, fields, range)?;
        let value = known::json(descriptor, object).map_err(|message| (message, range.clone()))?;
        Ok(value.at(self.span(range)))
    }

    fn object(
        &self,
        descriptor: &MessageDescriptor,
        fields: &[Field],
        range: &Range<usize>,
    ) -> Parsed<Object> {
        let mut object = Object::new();
        let mut seen = HashSet::new();
        let mut oneofs = HashSet::new();
        for field in fields {
            let Some(target) = self.target(descriptor, field)? else {
                continue;
            };
            if !field.colon && !matches!(target.kind, Kind::Message(_)) {
                return refuse("a colon is missing behind the name", &field.range);
            }
            if target.list || target.map {
                self.several(&target, field, &mut object)?;
                seen.insert(target.number);
                continue;
            }
            if let Some(oneof) = &target.oneof
                && !oneofs.insert(oneof.clone())
            {
                return refuse(format!("another field of `{oneof}` is set"), &field.range);
            }
            if !seen.insert(target.number) {
                return refuse(format!("`{}` is set twice", target.name), &field.range);
            }
            let (node, is_zero) = self.value(&target.kind, &field.value)?;
            if target.presence || !is_zero {
                object.insert(target.name, node.member(self.span(&field.range)));
            }
        }
        for field in descriptor.fields() {
            if field.cardinality() == Cardinality::Required && !seen.contains(&field.number()) {
                return refuse(format!("the field `{}` is required", field.name()), range);
            }
        }
        Ok(object)
    }

    /// What a field's name means; `None` for names that are reserved.
    fn target(&self, descriptor: &MessageDescriptor, field: &Field) -> Parsed<Option<Target>> {
        let unknown = |name: &str| {
            let message = format!("`{}` has no field `{name}`", descriptor.full_name());
            refuse(message, &field.range)
        };
        match &field.name {
            Name::Plain(name) => {
                let found = descriptor.fields().find(|other| {
                    field_name(other) == *name || other.is_group() && other.name() == name
                });
                if let Some(found) = found {
                    return Ok(Some(Target::field(&found)));
                }
                if descriptor.reserved_names().any(|other| other == name) {
                    return Ok(None);
                }
                unknown(name)
            }
            Name::Type(name) => match self.schema.extension(name) {
                Some(found) if found.containing_message() == *descriptor => {
                    Ok(Some(Target::extension(&found)))
                }
                Some(_) => refuse(
                    format!("`{}` is not extended by `{name}`", descriptor.full_name()),
                    &field.range,
                ),
                None => unknown(&format!("[{name}]")),
            },
            Name::Number => refuse("fields have names, not numbers", &field.range),
        }
    }

    /// Adds to a list or to a map.
    fn several(&self, target: &Target, field: &Field, object: &mut Object) -> Parsed<()> {
        let items = match &field.value.kind {
            ValKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&field.value),
        };
        if items.is_empty() {
            return Ok(());
        }
        let member = object.entry(target.name.clone()).or_insert_with(|| {
            let empty = if target.map {
                Value::Object(Object::new())
            } else {
                Value::Array(Vec::new())
            };
            let node = empty.at(self.span(&field.value.range));
            node.member(self.span(&field.range))
        });
        for item in items {
            match &mut member.node.value {
                Value::Array(nodes) => nodes.push(self.value(&target.kind, item)?.0),
                Value::Object(entries) => self.entry(target, item, entries)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// An entry of a map: `{ key: …, value: … }`.
    fn entry(&self, target: &Target, item: &Val, entries: &mut Object) -> Parsed<()> {
        let (Kind::Message(descriptor), ValKind::Message(fields)) = (&target.kind, &item.kind)
        else {
            return refuse(
                "an entry of a map is a message of a key and a value",
                &item.range,
            );
        };
        let key_kind = descriptor.map_entry_key_field().kind();
        let value_kind = descriptor.map_entry_value_field().kind();
        let mut key = None;
        let mut value = None;
        for field in fields {
            let (kind, slot) = match &field.name {
                Name::Plain(name) if name == "key" => (&key_kind, &mut key),
                Name::Plain(name) if name == "value" => (&value_kind, &mut value),
                _ => return refuse("an entry of a map has a key and a value", &field.range),
            };
            if !field.colon && !matches!(kind, Kind::Message(_)) {
                return refuse("a colon is missing behind the name", &field.range);
            }
            if slot.is_some() {
                return refuse("the entry has this twice", &field.range);
            }
            *slot = Some(self.value(kind, &field.value)?.0);
        }
        let key = key.unwrap_or_else(|| zero(&key_kind).at(self.span(&item.range)));
        let name = match &key.value {
            Value::String(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            _ => String::new(),
        };
        let value = match (value, &value_kind) {
            (Some(value), _) => value,
            (None, Kind::Message(descriptor)) => self.message(descriptor, &[], &item.range)?,
            (None, kind) => zero(kind).at(self.span(&item.range)),
        };
        entries.insert(name, value.member(key.span));
        Ok(())
    }

    /// A value, and whether it is the zero of its kind.
    fn value(&self, kind: &Kind, value: &Val) -> Parsed<(Node, bool)> {
        match (kind, &value.kind) {
            (Kind::Message(descriptor), ValKind::Message(fields)) => {
                Ok((self.message(descriptor, fields, &value.range)?, false))
            }
            _ => match scalar(kind, value) {
                Some((json, is_zero)) => Ok((json.at(self.span(&value.range)), is_zero)),
                None => refuse(
                    format!("this is no value of the type {kind:?}"),
                    &value.range,
                ),
            },
        }
    }

    /// A message of any type: `[type.googleapis.com/NAME] { … }`.
    fn any(&self, fields: &[Field], range: &Range<usize>) -> Parsed<Node> {
        let span = self.span(range);
        let (url, url_range, inner) = match fields {
            [] => return Ok(Value::Object(Object::new()).at(span)),
            [
                Field {
                    name: Name::Type(url),
                    range,
                    value:
                        Val {
                            kind: ValKind::Message(inner),
                            ..
                        },
                    ..
                },
            ] => (url, range, inner),
            [first, ..] => {
                let message = "only the form `[type.googleapis.com/NAME] { … }` is read";
                return refuse(message, &first.range);
            }
        };
        let name = url.rsplit('/').next().unwrap_or_default();
        let Some(descriptor) = self.schema.message(name) else {
            return refuse(format!("`{name}` is not among the definitions"), url_range);
        };
        let node = self.message(&descriptor, inner, range)?;
        let mut object = Object::new();
        let url = Value::string(url).at(self.span(url_range));
        object.insert("@type".to_owned(), url.member(self.span(url_range)));
        match node.value {
            Value::Object(members) if !known::is_known(&descriptor) => object.extend(members),
            value => {
                let node = value.at(span);
                object.insert("value".to_owned(), node.member(self.span(url_range)));
            }
        }
        Ok(Value::Object(object).at(span))
    }
}

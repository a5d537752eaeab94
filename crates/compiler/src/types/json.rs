//! Types as the JSON of capabilities files.

use serde_json::{Map, Value, json};

use super::Type;
use crate::ir::Const;

impl Type {
    /// The type as OPA's JSON.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let mut out = Map::new();
        let all = |types: &[Type]| -> Value { types.iter().map(Type::json).collect() };
        let name = match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Number => "number",
            Type::String => "string",
            Type::Array(array) => {
                if !array.items.is_empty() {
                    out.insert("static".to_owned(), all(&array.items));
                }
                if let Some(rest) = &array.rest {
                    out.insert("dynamic".to_owned(), rest.json());
                }
                "array"
            }
            Type::Object(object) => {
                if !object.fields.is_empty() {
                    let fields = object.fields.iter().map(|(key, value)| {
                        let key = match key {
                            Const::String(key) => key.clone(),
                            key => key.to_string(),
                        };
                        json!({"key": key, "value": value.json()})
                    });
                    out.insert("static".to_owned(), fields.collect());
                }
                if let Some((key, value)) = &object.rest {
                    let rest = json!({"key": key.json(), "value": value.json()});
                    out.insert("dynamic".to_owned(), rest);
                }
                "object"
            }
            Type::Set(set) => {
                if let Some(of) = &set.of {
                    out.insert("of".to_owned(), of.json());
                }
                "set"
            }
            Type::Any(union) => {
                if !union.of.is_empty() {
                    out.insert("of".to_owned(), all(&union.of));
                }
                "any"
            }
            Type::Unknown => "any",
        };
        out.insert("type".to_owned(), name.into());
        out
    }

    fn json(&self) -> Value {
        Value::Object(self.to_json())
    }
}

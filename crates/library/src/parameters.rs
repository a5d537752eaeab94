//! Parameters of rules: what their metadata declares, and what users give.
//!
//! A rule reads `data.kpol.parameters["area/check"].name`; given values are checked before anything is evaluated, so
//! that a typing error never leaves a rule with its default.

use std::collections::BTreeMap;

use kpol_compiler::suggest::nearest;
use kpol_diagnostics::Diagnostic;
use kpol_input::{Document, Kind, NodeId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::name;

/// The code of a parameter that no rule has.
pub const UNKNOWN_PARAMETER: &str = "unknown-parameter";
/// The code of a parameter whose value has the wrong type.
pub const PARAMETER_TYPE: &str = "parameter-type";

/// Where parameters stand below `data`.
pub const PATH: [&str; 2] = ["kpol", "parameters"];

/// What values a parameter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterType {
    /// A text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A list of texts.
    Strings,
    /// An object whose values are texts.
    Map,
    /// Anything: the metadata says nothing, or something that is no type of kpol's.
    Any,
}

/// A parameter, as the metadata of its rule declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// What a text, or each text of a list, may be; empty for anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// What it is for.
    pub description: Option<String>,
}

impl ParameterType {
    const ALL: [(&'static str, ParameterType); 6] = [
        ("string", ParameterType::String),
        ("boolean", ParameterType::Boolean),
        ("integer", ParameterType::Integer),
        ("number", ParameterType::Number),
        ("strings", ParameterType::Strings),
        ("map", ParameterType::Map),
    ];

    fn named(name: &str) -> ParameterType {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map_or(ParameterType::Any, |(_, kind)| *kind)
    }

    /// Its name in metadata.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, kind)| *kind == self);
        found.map_or("any", |(name, _)| name)
    }

    const fn wanted(self) -> &'static str {
        match self {
            ParameterType::String => "a string",
            ParameterType::Boolean => "true or false",
            ParameterType::Integer => "a whole number",
            ParameterType::Number => "a number",
            ParameterType::Strings => "a list of strings",
            ParameterType::Map => "a map of strings",
            ParameterType::Any => "a value",
        }
    }
}

impl Parameter {
    /// The parameters in `custom.parameters` of a rule's metadata. What is no declaration is nobody's error: others
    /// have their own use for that name.
    #[must_use]
    pub fn declared(value: Option<&Value>) -> Vec<Parameter> {
        let Some(members) = value.and_then(Value::as_object) else {
            return Vec::new();
        };
        fn text(value: Option<&Value>) -> Option<&str> {
            value.and_then(Value::as_str)
        }
        let one = |(name, about): (&String, &Value)| Parameter {
            name: name.clone(),
            kind: text(about.get("type")).map_or(ParameterType::Any, ParameterType::named),
            values: (about.get("values").and_then(Value::as_array).into_iter())
                .flatten()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
            default: about.get("default").cloned(),
            description: text(about.get("description")).map(|text| text.trim().to_owned()),
        };
        members.iter().map(one).collect()
    }

    /// Whether a value can be this parameter's.
    #[must_use]
    pub fn fits(&self, value: &Value) -> bool {
        let text = |value: &Value| {
            (value.as_str())
                .is_some_and(|text| self.values.is_empty() || self.values.iter().any(|v| v == text))
        };
        match self.kind {
            ParameterType::String => text(value),
            ParameterType::Boolean => value.is_boolean(),
            ParameterType::Integer => value.is_i64() || value.is_u64(),
            ParameterType::Number => value.is_number(),
            ParameterType::Strings => value.as_array().is_some_and(|all| all.iter().all(text)),
            ParameterType::Map => (value.as_object()).is_some_and(|all| all.values().all(text)),
            ParameterType::Any => true,
        }
    }

    /// Refuses a value that cannot be this parameter's, at its place.
    fn check(&self, document: &Document, node: NodeId, errors: &mut Vec<Diagnostic>) {
        let kind = document.kind(node);
        let children: Vec<NodeId> = match (self.kind, kind) {
            (ParameterType::Any, _)
            | (ParameterType::Boolean, Kind::Bool(_))
            | (ParameterType::Integer, Kind::Integer(_))
            | (ParameterType::Number, Kind::Integer(_) | Kind::Number(_)) => return,
            (ParameterType::String, Kind::String(_)) => vec![node],
            (ParameterType::Strings, Kind::Array(_)) => document.children(node).collect(),
            (ParameterType::Map, Kind::Object(_)) => {
                document.members(node).map(|(_, value)| value).collect()
            }
            _ => {
                errors.push(self.refused(self.kind.wanted(), document, node));
                return;
            }
        };
        for child in children {
            match document.str(child) {
                None => errors.push(self.refused("a string", document, child)),
                Some(text) if !self.values.is_empty() && !self.values.iter().any(|v| v == text) => {
                    let message = format!("`{text}` is no value of `{}`", self.name);
                    let error = Diagnostic::error(PARAMETER_TYPE, message, document.span(child));
                    let near = nearest(text, self.values.iter().map(String::as_str));
                    errors.push(error.help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("values: {}", self.values.join(", ")),
                    }));
                }
                Some(_) => {}
            }
        }
    }

    fn refused(&self, wanted: &str, document: &Document, node: NodeId) -> Diagnostic {
        let found = name(document.kind(node));
        let message = format!("`{}` must be {wanted}, not {found}", self.name);
        Diagnostic::error(PARAMETER_TYPE, message, document.span(node))
    }
}

/// The parameters of all rules, by the rule's id.
#[derive(Debug, Clone, Default)]
pub struct Declared(BTreeMap<String, Vec<Parameter>>);

impl Declared {
    /// Adds a rule.
    pub fn add(&mut self, id: &str, parameters: &[Parameter]) {
        let known = self.0.entry(id.to_owned()).or_default();
        for parameter in parameters {
            if !known.iter().any(|other| other.name == parameter.name) {
                known.push(parameter.clone());
            }
        }
    }

    /// Checks the object that `data.kpol.parameters` is to be.
    pub fn check(&self, document: &Document, node: NodeId, errors: &mut Vec<Diagnostic>) {
        if !matches!(document.kind(node), Kind::Object(_)) {
            let found = name(document.kind(node));
            let message = format!("parameters are an object of rules, not {found}");
            errors.push(Diagnostic::error(
                PARAMETER_TYPE,
                message,
                document.span(node),
            ));
            return;
        }
        for (key, value) in document.members(node) {
            let id = document.str(key).unwrap_or_default();
            let Some(parameters) = self.0.get(id) else {
                let message = format!("there is no rule `{id}`");
                let near = nearest(id, self.0.keys().map(String::as_str));
                errors.push(unknown(message, near, document, value));
                continue;
            };
            if !matches!(document.kind(value), Kind::Object(_)) {
                let found = name(document.kind(value));
                let message = format!("parameters of `{id}` are an object, not {found}");
                errors.push(Diagnostic::error(
                    PARAMETER_TYPE,
                    message,
                    document.span(value),
                ));
                continue;
            }
            for (key, value) in document.members(value) {
                let name = document.str(key).unwrap_or_default();
                match parameters.iter().find(|known| known.name == name) {
                    Some(parameter) => parameter.check(document, value, errors),
                    None => {
                        let message = format!("`{id}` has no parameter `{name}`");
                        let names = parameters.iter().map(|known| known.name.as_str());
                        let near = nearest(name, names.clone());
                        let mut error = unknown(message, near, document, value);
                        if error.help.is_none() && !parameters.is_empty() {
                            let names: Vec<&str> = names.collect();
                            error = error.help(format!("its parameters: {}", names.join(", ")));
                        }
                        errors.push(error);
                    }
                }
            }
        }
    }
}

fn unknown(message: String, near: Option<&str>, document: &Document, value: NodeId) -> Diagnostic {
    let span = document.key_span(value).unwrap_or(document.span(value));
    let error = Diagnostic::error(UNKNOWN_PARAMETER, message, span);
    match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use kpol_diagnostics::SourceMap;
    use serde_json::json;

    use super::*;
    use crate::texts;

    fn declared() -> Declared {
        let parameters = Parameter::declared(Some(&json!({
            "allowed": {"type": "strings", "default": [], "description": "Registries. "},
            "mode": {"type": "string", "values": ["strict", "lax"], "default": "lax"},
            "limit": {"type": "integer", "default": 3},
            "share": {"type": "number", "default": 0.5},
            "on": {"type": "boolean", "default": true},
            "labels": {"type": "map", "default": {}},
            "shape": {"type": "array"},
        })));
        let mut declared = Declared::default();
        declared.add("images/registry", &parameters);
        declared.add("images/tag", &[]);
        declared
    }

    fn check(text: &str) -> Vec<String> {
        let mut sources = SourceMap::new();
        let document = texts::toml(&mut sources, "kpol.toml", text).unwrap();
        let mut errors = Vec::new();
        declared().check(&document, document.root(), &mut errors);
        let line = |error: &Diagnostic| {
            let help = error.help.as_deref().unwrap_or_default();
            format!("{} ({help})", kpol_diagnostics::one_line(&sources, error))
        };
        errors.iter().map(line).collect()
    }

    #[test]
    fn declarations() {
        let parameters = Parameter::declared(Some(
            &json!({"a": {"type": "strings", "default": ["x"], "description": " d "}, "b": 1}),
        ));
        assert_eq!(parameters.len(), 2);
        assert_eq!(parameters[0].kind, ParameterType::Strings);
        assert_eq!(parameters[0].description.as_deref(), Some("d"));
        assert_eq!(parameters[1].kind, ParameterType::Any);
        assert_eq!(Parameter::declared(Some(&json!([1]))), []);
        assert_eq!(Parameter::declared(None), []);
    }

    #[test]
    fn given_values_have_a_declared_name_and_type() {
        let good = "[\"images/registry\"]\nallowed = [\"a\"]\nmode = \"strict\"\nlimit = 4\nshare = 1\non = false\nshape = 1\nlabels = {a = \"b\"}";
        assert_eq!(check(good), [""; 0]);
        for (text, expected) in [
            (
                "[\"images/registri\"]\nallowed = []",
                "kpol.toml:1:2: unknown-parameter: there is no rule `images/registri` (did you mean `images/registry`?)",
            ),
            (
                "[\"images/registry\"]\nalowed = []",
                "kpol.toml:2:1: unknown-parameter: `images/registry` has no parameter `alowed` (did you mean `allowed`?)",
            ),
            (
                "[\"images/tag\"]\nx = 1",
                "kpol.toml:2:1: unknown-parameter: `images/tag` has no parameter `x` ()",
            ),
            (
                "\"images/registry\" = 1",
                "kpol.toml:1:21: parameter-type: parameters of `images/registry` are an object, not a number ()",
            ),
            (
                "[\"images/registry\"]\nallowed = \"a\"",
                "kpol.toml:2:11: parameter-type: `allowed` must be a list of strings, not a string ()",
            ),
            (
                "[\"images/registry\"]\nallowed = [\"a\", 1]",
                "kpol.toml:2:17: parameter-type: `allowed` must be a string, not a number ()",
            ),
            (
                "[\"images/registry\"]\nmode = \"stric\"",
                "kpol.toml:2:8: parameter-type: `stric` is no value of `mode` (did you mean `strict`?)",
            ),
            (
                "[\"images/registry\"]\nlimit = 1.5",
                "kpol.toml:2:9: parameter-type: `limit` must be a whole number, not a number ()",
            ),
            (
                "[\"images/registry\"]\non = \"yes\"",
                "kpol.toml:2:6: parameter-type: `on` must be true or false, not a string ()",
            ),
            (
                "[\"images/registry\"]\nlabels = {a = 1}",
                "kpol.toml:2:15: parameter-type: `labels` must be a string, not a number ()",
            ),
        ] {
            assert_eq!(check(text), [expected], "{text}");
        }
    }

    #[test]
    fn defaults_fit() {
        let parameter = |kind, values: &[&str]| Parameter {
            name: "p".to_owned(),
            kind,
            values: values.iter().map(|&v| v.to_owned()).collect(),
            default: None,
            description: None,
        };
        for (kind, values, value, fits) in [
            (ParameterType::String, &[][..], json!("a"), true),
            (ParameterType::String, &["b"], json!("a"), false),
            (ParameterType::Strings, &["a"], json!(["a"]), true),
            (ParameterType::Strings, &[], json!("a"), false),
            (ParameterType::Integer, &[], json!(1), true),
            (ParameterType::Integer, &[], json!(1.5), false),
            (ParameterType::Map, &[], json!({"a": "b"}), true),
            (ParameterType::Map, &[], json!({"a": 1}), false),
        ] {
            assert_eq!(
                parameter(kind, values).fits(&value),
                fits,
                "{kind:?} {value}"
            );
        }
    }
}

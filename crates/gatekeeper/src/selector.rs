//! Label selectors.

use kpol_input::{Kind, NodeId};

use crate::fields::{Fields, join};

/// A label selector: all of its requirements must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector {
    /// What must hold; `matchLabels` are requirements, too.
    pub requirements: Vec<Requirement>,
}

/// What is asked of one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// How it is compared.
    pub operator: Operator,
    /// What it is compared with.
    pub values: Vec<String>,
}

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It has one of the values.
    In,
    /// It has none of the values, or is not there.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
}

impl LabelSelector {
    /// Whether labels are selected: `label` gives the value of a key.
    pub fn matches<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|requirement| {
            let value = label(&requirement.key);
            let listed = |value: &str| requirement.values.iter().any(|one| one == value);
            match requirement.operator {
                Operator::In => value.is_some_and(listed),
                Operator::NotIn => !value.is_some_and(listed),
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }

    /// Reads the selector at a node.
    pub(crate) fn read(fields: &mut Fields<'_>, node: NodeId, path: &str) -> LabelSelector {
        let mut requirements = Vec::new();
        let document = fields.document;
        if let Some(labels) = fields.object(node, "matchLabels", path) {
            let path = join(path, "matchLabels");
            for (key, value) in document.members(labels) {
                let name = document.str(key).unwrap_or_default();
                check_key(fields, key, name);
                if let Some(text) = fields.as_string(value, &join(&path, name)) {
                    check_value(fields, value, text);
                    requirements.push(Requirement {
                        key: name.to_owned(),
                        operator: Operator::In,
                        values: vec![text.to_owned()],
                    });
                }
            }
        }
        for (item, path) in fields
            .items(node, "matchExpressions", path)
            .unwrap_or_default()
        {
            requirements.extend(requirement(fields, item, &path));
        }
        LabelSelector { requirements }
    }
}

fn requirement(fields: &mut Fields<'_>, item: NodeId, path: &str) -> Option<Requirement> {
    let span = fields.document.span(item);
    if !matches!(fields.document.kind(item), Kind::Object(_)) {
        fields.wrong(item, path, "an object");
        return None;
    }
    let key = fields.string(item, "key", path);
    let name = fields.string(item, "operator", path);
    let (Some(key), Some(name)) = (key, name) else {
        fields.error(format!("`{path}` needs a `key` and an `operator`"), span);
        return None;
    };
    if let Some(node) = fields.get(item, "key") {
        check_key(fields, node, key);
    }
    let values = fields.strings(item, "values", path).unwrap_or_default();
    for (node, value) in &values {
        check_value(fields, *node, value);
    }
    let operator = match name {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        other => {
            let message = format!(
                "`{other}` is no operator of label selectors: they are In, NotIn, Exists and DoesNotExist"
            );
            fields.error(message, span);
            return None;
        }
    };
    match operator {
        Operator::In | Operator::NotIn if values.is_empty() => {
            fields.error(format!("`{name}` needs at least one value"), span);
        }
        Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
            fields.error(format!("`{name}` takes no values"), span);
        }
        _ => {}
    }
    Some(Requirement {
        key: key.to_owned(),
        operator,
        values: values.iter().map(|(_, text)| (*text).to_owned()).collect(),
    })
}

fn check_key(fields: &mut Fields<'_>, node: NodeId, key: &str) {
    if !is_qualified_name(key) {
        let span = fields.document.span(node);
        fields.error(format!("`{key}` is no key that a label can have"), span);
    }
}

fn check_value(fields: &mut Fields<'_>, node: NodeId, value: &str) {
    if !value.is_empty() && !is_name_part(value) {
        let span = fields.document.span(node);
        fields.error(format!("`{value}` is no value that a label can have"), span);
    }
}

/// A label's key: `name` or `domain/name`.
fn is_qualified_name(key: &str) -> bool {
    match key.split_once('/') {
        None => is_name_part(key),
        Some((domain, name)) => is_subdomain(domain) && is_name_part(name),
    }
}

/// At most 63 letters, digits, `-`, `_` and `.`, with letters or digits at both ends.
fn is_name_part(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 63
        && text.bytes().all(inner)
        && end(text.bytes().next())
        && end(text.bytes().last())
}

/// A DNS subdomain, as RFC 1123 has them.
pub(crate) fn is_subdomain(text: &str) -> bool {
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty()
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

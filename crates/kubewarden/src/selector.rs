//! Selectors of labels and fields, as the API takes them in a query: `app=web,tier in (a, b),!old`.

use serde_json::Value;

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    /// `key in (a, b)`, `key=a`.
    In(String, Vec<String>),
    /// `key notin (a, b)`, `key!=a`: holds without the key, too.
    NotIn(String, Vec<String>),
    /// `key`.
    Exists(String),
    /// `!key`.
    Missing(String),
}

/// Requirements that all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Selector(Vec<Requirement>);

impl Selector {
    /// Reads a selector of labels; none where it is none.
    pub(crate) fn labels(text: &str) -> Option<Selector> {
        parts(text)?
            .into_iter()
            .map(requirement)
            .collect::<Option<_>>()
            .map(Selector)
    }

    /// Reads a selector of fields, which has `=`, `==` and `!=` only.
    pub(crate) fn fields(text: &str) -> Option<Selector> {
        let found = parts(text)?.into_iter().map(|part| {
            let (key, value, equal) = compared(part)?;
            let value = vec![value.to_owned()];
            Some(if equal {
                Requirement::In(key.to_owned(), value)
            } else {
                Requirement::NotIn(key.to_owned(), value)
            })
        });
        found.collect::<Option<_>>().map(Selector)
    }

    /// Whether an object's labels fit.
    pub(crate) fn has_labels(&self, object: &Value) -> bool {
        self.holds(|key| {
            let label = object.get("metadata")?.get("labels")?.get(key)?;
            label.as_str().map(str::to_owned)
        })
    }

    /// Whether an object's fields fit; a field that is not there is empty.
    pub(crate) fn has_fields(&self, object: &Value) -> bool {
        self.holds(|key| {
            let field = key
                .split('.')
                .try_fold(object, |object, part| object.get(part));
            Some(match field {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            })
        })
    }

    fn holds(&self, value: impl Fn(&str) -> Option<String>) -> bool {
        self.0.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => value(key).is_some_and(|found| values.contains(&found)),
            Requirement::NotIn(key, values) => {
                value(key).is_none_or(|found| !values.contains(&found))
            }
            Requirement::Exists(key) => value(key).is_some(),
            Requirement::Missing(key) => value(key).is_none(),
        })
    }
}

/// The requirements of a text: commas inside of parentheses do not part them.
fn parts(text: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let (mut start, mut open) = (0, false);
    for (at, char) in text.char_indices() {
        match char {
            '(' if open => return None,
            '(' => open = true,
            ')' if !open => return None,
            ')' => open = false,
            ',' if !open => {
                found.push(text.get(start..at)?.trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if open {
        return None;
    }
    found.push(text.get(start..)?.trim());
    if found == [""] {
        found.clear();
    }
    Some(found)
}

/// Key and value of a comparison, and whether it is one for equality.
fn compared(part: &str) -> Option<(&str, &str, bool)> {
    let (key, value, equal) = match (part.split_once("!="), part.split_once('=')) {
        (Some((key, value)), _) => (key, value, false),
        (None, Some((key, value))) => (key, value.strip_prefix('=').unwrap_or(value), true),
        (None, None) => return None,
    };
    let (key, value) = (key.trim(), value.trim());
    (is_key(key) && !value.contains(['=', '!', '('])).then_some((key, value, equal))
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "./_-[]'\"".contains(char))
}

fn requirement(part: &str) -> Option<Requirement> {
    if let Some((before, inside)) = part.strip_suffix(')').and_then(|part| part.split_once('(')) {
        let before = before.trim();
        let values = inside
            .split(',')
            .map(|value| value.trim().to_owned())
            .collect();
        let (key, word) = before.rsplit_once(char::is_whitespace)?;
        let key = key.trim();
        return match word {
            _ if !is_key(key) => None,
            "in" => Some(Requirement::In(key.to_owned(), values)),
            "notin" => Some(Requirement::NotIn(key.to_owned(), values)),
            _ => None,
        };
    }
    if let Some((key, value, equal)) = compared(part) {
        let value = vec![value.to_owned()];
        return Some(if equal {
            Requirement::In(key.to_owned(), value)
        } else {
            Requirement::NotIn(key.to_owned(), value)
        });
    }
    if let Some(key) = part.strip_prefix('!') {
        let key = key.trim();
        return is_key(key).then(|| Requirement::Missing(key.to_owned()));
    }
    is_key(part).then(|| Requirement::Exists(part.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Selector;

    #[test]
    fn labels() {
        let object = json!({"metadata": {"labels": {"app": "web", "tier": "front"}}});
        for (text, expected) in [
            ("", true),
            ("app", true),
            ("!app", false),
            ("!old", true),
            ("app=web", true),
            ("app == web , tier=front", true),
            ("app!=web", false),
            ("old!=web", true),
            ("app in (api, web)", true),
            ("app in (api)", false),
            ("tier notin (front,back),app", false),
            ("old notin (a)", true),
        ] {
            let selector = Selector::labels(text).unwrap();
            assert_eq!(selector.has_labels(&object), expected, "{text}");
        }
        for text in [
            ",",
            "a,",
            "app in web",
            "app in (a",
            "a)",
            "a in ((b))",
            "=a",
            "a b",
            "!",
            "a=b=c",
        ] {
            assert_eq!(Selector::labels(text), None, "{text}");
        }
    }

    #[test]
    fn fields() {
        let object = json!({"metadata": {"name": "web"}, "spec": {"replicas": 2}});
        for (text, expected) in [
            ("metadata.name=web", true),
            ("metadata.name==web,spec.replicas=2", true),
            ("metadata.name!=web", false),
            ("spec.nodeName=", true),
            ("spec.nodeName=a", false),
        ] {
            let selector = Selector::fields(text).unwrap();
            assert_eq!(selector.has_fields(&object), expected, "{text}");
        }
        assert_eq!(Selector::fields("metadata.name"), None);
        assert_eq!(Selector::fields("metadata.name in (a)"), None);
    }
}

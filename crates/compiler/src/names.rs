//! How refs are written.

/// `data` followed by keys, as Rego writes a ref: `data.main["my-rule"]`.
#[must_use]
pub fn data_ref(path: &[String]) -> String {
    path.iter().fold(String::from("data"), |mut text, key| {
        if is_identifier(key) {
            text.push('.');
            text.push_str(key);
        } else {
            text.push_str(&format!("[{}]", quoted(key)));
        }
        text
    })
}

/// Whether the key can stand behind a dot.
#[must_use]
pub fn is_identifier(key: &str) -> bool {
    let mut chars = key.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The key as a JSON string.
#[must_use]
pub fn quoted(key: &str) -> String {
    serde_json::Value::from(key).to_string()
}

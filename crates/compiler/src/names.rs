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

/// As [`data_ref`], from another document, and with keywords in quotes, as OPA writes refs in its messages.
pub(crate) fn quoting_ref(head: &str, path: &[String]) -> String {
    path.iter().fold(head.to_owned(), |text, key| {
        if is_identifier(key) && !KEYWORDS.contains(&key.as_str()) {
            format!("{text}.{key}")
        } else {
            format!("{text}[{}]", quoted(key))
        }
    })
}

/// The words that refs of messages quote.
const KEYWORDS: &[&str] = &[
    "as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null",
    "package", "some", "true", "with",
];

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

/// What the names of unit tests begin with.
pub const TEST_PREFIX: &str = "test_";

/// What the names of tests that are to be written begin with: they are not run.
pub const SKIPPED_TEST_PREFIX: &str = "todo_test_";

/// Which key of a rule's path, its package left out, names a unit test: keys behind it are those of the test's cases.
#[must_use]
pub fn test_key<K: AsRef<str>>(path: &[K]) -> Option<usize> {
    path.iter().position(|key| {
        let key = key.as_ref();
        key.starts_with(TEST_PREFIX) || key.starts_with(SKIPPED_TEST_PREFIX)
    })
}

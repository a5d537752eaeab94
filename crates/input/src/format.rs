//! The formats that documents come in.

use std::path::Path;

/// How to read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML, any number of documents.
    Yaml,
    /// One JSON text.
    Json,
    /// Any number of JSON texts, one after another: audit logs, `jq` output.
    JsonStream,
}

impl Format {
    /// The format that a file name's ending stands for, if one does.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Format> {
        let extension = path.extension()?.to_str()?;
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            "jsonl" | "ndjson" => Some(Format::JsonStream),
            _ => None,
        }
    }

    /// The format of a text without a name: JSON when it begins with a bracket and is JSON, else YAML.
    #[must_use]
    pub fn of_text(text: &str) -> Format {
        let begin = text.trim_start_matches('\u{feff}').trim_start();
        if begin.starts_with(['{', '[']) && !begin.starts_with("{{") {
            let mut values =
                serde_json::Deserializer::from_str(begin).into_iter::<serde::de::IgnoredAny>();
            if matches!(values.next(), Some(Ok(_))) {
                return Format::JsonStream;
            }
        }
        Format::Yaml
    }
}

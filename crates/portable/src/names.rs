//! Names of entrypoints.

/// The path of a rule's ref, as OPA names entrypoints: `data.a["b-c"].d` is `a/b-c/d`. Any other name stays.
pub(crate) fn path(name: &str) -> String {
    let Some(rest) = name.strip_prefix("data") else {
        return name.to_owned();
    };
    keys(rest).map_or_else(|| name.to_owned(), |keys| keys.join("/"))
}

/// The keys behind `data`.
fn keys(mut rest: &str) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    while !rest.is_empty() {
        if let Some(key) = rest.strip_prefix('.') {
            let end = key.find(['.', '[']).unwrap_or(key.len());
            keys.push(key.get(..end)?.to_owned());
            rest = key.get(end..)?;
        } else {
            let text = rest.strip_prefix('[')?;
            let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
            keys.push(values.next()?.ok()?);
            rest = text.get(values.byte_offset()..)?.strip_prefix(']')?;
        }
    }
    (!keys.is_empty()).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn refs_become_paths() {
        for (name, wanted) in [
            ("data.main.deny", "main/deny"),
            (r#"data.a["b-c"].d"#, "a/b-c/d"),
            (r#"data["x\"]y"]"#, "x\"]y"),
            ("query", "query"),
            ("data", "data"),
            ("database", "database"),
        ] {
            assert_eq!(path(name), wanted, "{name}");
        }
    }
}

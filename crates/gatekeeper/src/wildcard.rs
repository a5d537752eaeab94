//! Names with `*` at the beginning, at the end, or both.

/// A name, or a glob of Gatekeeper's: `kube-*`, `*-system`, `*system*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard(String);

impl Wildcard {
    /// A wildcard, if it is spelt like one: lower-case letters, digits, `-` and `:`, with stars around them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Wildcard> {
        let inner = text.strip_prefix('*').unwrap_or(text);
        let inner = inner.strip_suffix('*').unwrap_or(inner);
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b':')
        };
        (inner.bytes().all(allowed)).then(|| Wildcard(text.to_owned()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for that name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match (self.0.strip_prefix('*'), self.0.strip_suffix('*')) {
            (Some(rest), Some(_)) => name.contains(rest.strip_suffix('*').unwrap_or(rest)),
            (Some(rest), None) => name.ends_with(rest),
            (None, Some(rest)) => name.starts_with(rest),
            (None, None) => self.0 == name,
        }
    }

    /// Whether it stands for all names that begin like this: those that the API server makes of a `generateName`.
    #[must_use]
    pub fn matches_generated(&self, prefix: &str) -> bool {
        self.0.ends_with('*') && self.matches(prefix)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::Wildcard;

    #[test]
    fn names() {
        for (glob, name, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("kube-*", "kube-system", true),
            ("kube-*", "kube-", true),
            ("kube-*", "my-kube-system", false),
            ("*-system", "kube-system", true),
            ("*-system", "system", false),
            ("*be*", "kube-system", true),
            ("*", "", true),
            ("*", "x", true),
            ("**", "x", true),
            ("", "", true),
            ("", "x", false),
        ] {
            let glob = Wildcard::parse(glob).unwrap();
            assert_eq!(glob.matches(name), expected, "{glob:?} {name}");
        }
    }

    #[test]
    fn generated_names() {
        for (glob, prefix, expected) in [
            ("pod-*", "pod-", true),
            ("*-pod", "a-pod", false),
            ("pod", "pod", false),
            ("*od*", "pod-", true),
        ] {
            let glob = Wildcard::parse(glob).unwrap();
            assert_eq!(glob.matches_generated(prefix), expected, "{glob:?}");
        }
    }

    #[test]
    fn spelling() {
        for text in ["Kube", "a*b", "a b", "a.b", "ä"] {
            assert_eq!(Wildcard::parse(text), None, "{text}");
        }
    }
}

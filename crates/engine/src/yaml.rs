//! JSON as YAML, as policies write it.

use kpol_abi::builtins::by_name;
use kpol_runtime::{Heap, Kind, builtins, json};

/// The most bytes that the values may take.
const HEAP: u32 = 1 << 30;

/// A JSON text as YAML, with keys in order, as `yaml.marshal` writes it. None where it is no JSON, or too large.
#[must_use]
pub fn yaml_of(text: &str) -> Option<String> {
    let mut heap = Heap::with_limit(HEAP);
    let value = json::parse_term(&mut heap, text).ok()?;
    let result = builtins::call(&mut heap, by_name("yaml.marshal")?, &[value])?.ok()?;
    if heap.exhausted() || heap.kind(result) != Kind::String {
        return None;
    }
    Some(heap.text(result).to_owned())
}

#[cfg(test)]
mod tests {
    use super::yaml_of;

    #[test]
    fn objects_are_written_in_order() {
        let yaml = yaml_of(r#"{"b": [1, {"c": "x: y"}], "a": "\u00e9"}"#);
        assert_eq!(yaml.as_deref(), Some("a: é\nb:\n  - 1\n  - c: 'x: y'\n"));
        assert_eq!(yaml_of("{"), None);
    }
}

//! The header of a token: what says how it was signed.

use kpol_runtime::{Heap, Kind, Value};

use crate::problem::{Problem, fail};

/// What matters of a header.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) algorithm: String,
    /// The name of the key.
    pub(super) key: String,
    /// What the payload is.
    pub(super) content: String,
    /// The parameters that one must understand.
    critical: Vec<String>,
    unknown: Vec<String>,
}

impl Header {
    /// Reads a decoded header, in the order of its names.
    pub(super) fn read(heap: &mut Heap<'_>, object: Value) -> Result<Header, Problem> {
        let mut out = Header::default();
        for (name, value) in heap.entries(object) {
            let name = heap.text(name).to_owned();
            let text = || match heap.kind(value) {
                Kind::String => Ok(heap.text(value).to_owned()),
                _ => Err(Problem::new(format!("{name}: must be a string"))),
            };
            match name.as_str() {
                "alg" => out.algorithm = text()?,
                "kid" => out.key = text()?,
                "typ" => drop(text()?),
                "cty" => out.content = text()?,
                "crit" => out.critical = critical(heap, value)?,
                _ => out.unknown.push(name),
            }
        }
        Ok(out)
    }

    /// Whether there is an algorithm, and nothing that one must understand and does not.
    pub(super) fn is_valid(&self) -> bool {
        !self.algorithm.is_empty() && !self.unknown.iter().any(|n| self.critical.contains(n))
    }

    /// Whether the payload is a token again.
    pub(super) fn is_nested(&self) -> bool {
        self.content.eq_ignore_ascii_case("JWT")
    }
}

fn critical(heap: &mut Heap<'_>, value: Value) -> Result<Vec<String>, Problem> {
    if heap.kind(value) != Kind::Array {
        return fail("crit: must be a list");
    }
    let items = heap.items(value);
    // What follows an item that is no string is not looked at.
    let strings = items
        .into_iter()
        .take_while(|v| heap.kind(*v) == Kind::String);
    let out: Vec<String> = strings.map(|v| heap.text(v).to_owned()).collect();
    if out.is_empty() {
        return fail("crit: must be a nonempty list");
    }
    Ok(out)
}

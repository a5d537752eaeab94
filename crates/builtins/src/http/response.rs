//! What came back.

use kpol_runtime::{Heap, Value, json};

use super::{Failure, Result, flag};

/// A response, all of it read.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub(super) code: u16,
    /// The code and its words.
    pub(super) status: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Whether a body is decoded, whatever its type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decode {
    json: bool,
    yaml: bool,
}

impl Decode {
    pub(super) fn read(heap: &Heap<'_>, object: Value) -> Result<Self, Failure> {
        Ok(Decode {
            json: flag(heap, object, "force_json_decode")?,
            yaml: flag(heap, object, "force_yaml_decode")?,
        })
    }
}

impl Response {
    /// The first value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|header| header.0 == name);
        found.map(|header| header.1.as_str())
    }

    /// As the policy sees it. A body that cannot be decoded is null.
    pub(super) fn value(&self, heap: &mut Heap<'_>, decode: Decode) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        let content = self.header("content-type").unwrap_or_default();
        let yaml = ["application/yaml", "application/x-yaml"];
        let raw = heap.string(&text);
        let body = if decode.json || is_json(content) {
            json::parse(heap, &text).ok()
        } else if decode.yaml || yaml.iter().any(|name| content.contains(name)) {
            super::builtin(heap, "yaml.unmarshal", raw)
        } else {
            None
        };
        let headers = heap.object_new();
        for (i, (name, _)) in self.headers.iter().enumerate() {
            let before = self.headers.get(..i).unwrap_or_default();
            if before.iter().any(|header| header.0 == *name) {
                continue;
            }
            let values = self.headers.iter().filter(|header| header.0 == *name);
            let values: Vec<Value> = values.map(|header| heap.string(&header.1)).collect();
            let (name, values) = (heap.string(name), heap.array(&values));
            heap.object_set(headers, name, values);
        }
        let status = heap.string(&self.status);
        let code = heap.integer(i64::from(self.code));
        let entries = [
            ("status", status),
            ("status_code", code),
            ("body", body.unwrap_or(Value::NULL)),
            ("raw_body", raw),
            ("headers", headers),
        ];
        let entries = entries.map(|(key, value)| (heap.string(key), value));
        heap.object(&entries)
    }
}

/// Whether a type is JSON, or written as JSON.
fn is_json(content: &str) -> bool {
    let kind = content.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    let inner = kind.strip_prefix("application/");
    inner.is_some_and(|name| name == "json" || name.ends_with("+json") && !name.contains('/'))
}

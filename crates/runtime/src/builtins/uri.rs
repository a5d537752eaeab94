//! `uri.parse` and `uri.is_valid`.

mod url;

pub use url::{Url, UrlError};

use super::{
    BuiltinError, Outcome, Table,
    operand::{text, text_or_none},
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[("uri.is_valid", is_valid), ("uri.parse", parse)];

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let valid = text_or_none(heap, args).is_some_and(|s| !s.is_empty() && Url::parse(s).is_ok());
    Ok(Value::boolean(valid))
}

fn parse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?;
    let url = Url::parse(source).map_err(|e| BuiltinError::failed(e.text))?;
    let raw_path = if url.raw_path.is_empty() {
        &url.path
    } else {
        &url.raw_path
    };
    let out = heap.object_new();
    for (key, value) in [
        ("scheme", url.scheme.as_str()),
        ("hostname", url.hostname()),
        ("port", url.port()),
        ("path", &url.path),
        ("raw_path", raw_path),
        ("raw_query", &url.raw_query),
        ("fragment", &url.fragment),
    ] {
        if !value.is_empty() {
            let (key, value) = (heap.string(key), heap.string(value));
            heap.object_set(out, key, value);
        }
    }
    Ok(out)
}

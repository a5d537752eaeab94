//! Responses that are kept between evaluations, where a request asks for that: `cache` keeps them as long as the
//! response says, `force_cache` as long as the request says.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kpol_runtime::{Heap, Kind, Value, builtins::time, json};

use super::{Failure, Result, client, flag, request::Request, response::Response};
use crate::standard::Options;

/// The most bytes that are kept. When there are more, all are given up.
const MAX_BYTES: usize = 64 << 20;
const NANOS: i128 = 1_000_000_000;
/// Status codes whose responses may be kept.
const CACHEABLE: [u16; 11] = [200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501];
/// The ways in which a header may write a time.
const LAYOUTS: [&str; 3] = [
    "Mon, 02 Jan 2006 15:04:05 GMT",
    "Monday, 02-Jan-06 15:04:05 MST",
    "Mon Jan _2 15:04:05 2006",
];

/// How a request wants to be cached.
#[derive(Debug)]
pub(super) struct Caching {
    key: String,
    /// How long a response is kept, whatever it says.
    forced: Option<i32>,
}

impl Caching {
    /// Reads the options; nothing where the request does not want to be cached.
    pub(super) fn read(heap: &mut Heap<'_>, object: Value) -> Result<Option<Self>> {
        let key = key(heap, object)?;
        let cached = flag(heap, object, "cache")?;
        let forced = if flag(heap, object, "force_cache")? {
            Some(duration(heap, object)?)
        } else {
            None
        };
        let mode = heap.object_get_text(object, "caching_mode");
        if (cached || forced.is_some()) && mode.is_defined() {
            // OPA keeps nothing then, and says nothing.
            let known =
                heap.is_string(mode) && matches!(heap.text(mode), "serialized" | "deserialized");
            if !known {
                return Ok(None);
            }
        }
        let forced = forced.filter(|seconds| *seconds > 0);
        Ok((cached || forced.is_some()).then_some(Caching { key, forced }))
    }
}

fn duration(heap: &mut Heap<'_>, object: Value) -> Result<i32> {
    let value = heap.object_get_text(object, "force_cache_duration_seconds");
    if !value.is_defined() {
        let text = "'force_cache' set but 'force_cache_duration_seconds' parameter is missing";
        return Err(Failure::Eval(text.to_owned()));
    }
    let mut text = String::new();
    json::rego_text(heap, value, &mut text);
    match text.parse::<i64>() {
        Ok(seconds) => i32::try_from(seconds).map_err(|_| {
            Failure::Eval(format!(
                "strconv.ParseInt: parsing {text:?}: value out of range"
            ))
        }),
        Err(_) => Err(Failure::Eval(format!(
            "strconv.ParseInt: parsing {text:?}: invalid syntax"
        ))),
    }
}

/// The request, without the headers that do not count.
fn key(heap: &mut Heap<'_>, object: Value) -> Result<String> {
    let ignored = heap.object_get_text(object, "cache_ignored_headers");
    let headers = heap.object_get_text(object, "headers");
    let mut entries = heap.entries(object);
    if ignored.is_defined() && headers.is_defined() {
        let names = heap.items(ignored);
        let texts = names.iter().all(|name| heap.is_string(*name));
        if heap.kind(ignored) != Kind::Array || !texts {
            let text = "cache_ignored_headers must be an array of strings";
            return Err(Failure::Plain(text.to_owned()));
        }
        let kept: Vec<_> = heap
            .entries(headers)
            .into_iter()
            .filter(|(name, _)| !names.iter().any(|other| heap.equal(*name, *other)))
            .collect();
        let kept = heap.object(&kept);
        for entry in &mut entries {
            if heap.is_string(entry.0) && heap.text(entry.0) == "headers" {
                entry.1 = kept;
            }
        }
    }
    entries.retain(|(key, _)| !heap.is_string(*key) || heap.text(*key) != "cache_ignored_headers");
    let object = heap.object(&entries);
    let mut out = String::new();
    json::write_term(heap, object, &mut out);
    Ok(out)
}

/// A response and its last moment, in nanoseconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) response: Response,
    expires: i128,
}

impl Entry {
    /// What is kept of a response, if it is.
    pub(super) fn new(response: Response, caching: &Caching, now: i128) -> Option<Self> {
        let directives = response.header("cache-control").map(directives);
        let forbidden = directives.is_some_and(|d| d.contains_key("no-store"));
        if !CACHEABLE.contains(&response.code) || forbidden && caching.forced.is_none() {
            return None;
        }
        let expires = expiry(&response, caching, now)?;
        Some(Entry { response, expires })
    }

    pub(super) fn is_fresh(&self, now: i128) -> bool {
        now < self.expires
    }

    /// Asks whether a response is still what there is. Nothing where that is not known.
    pub(super) fn revalidate(
        mut self,
        options: &Options,
        request: &Request,
        caching: &Caching,
        now: i128,
    ) -> Option<Self> {
        let mut conditions = Vec::new();
        for (condition, header) in [
            ("If-None-Match", "etag"),
            ("If-Modified-Since", "last-modified"),
        ] {
            if let Some(value) = self.response.header(header) {
                conditions.push((condition.to_owned(), value.to_owned()));
            }
        }
        if conditions.is_empty() {
            return None;
        }
        let response = client::conditional(options, request, conditions)?;
        match response.code {
            200 => Entry::new(response, caching, now),
            304 => {
                self.expires = expiry(&response, caching, now)?;
                for (name, _) in &response.headers {
                    self.response.headers.retain(|header| header.0 != *name);
                }
                self.response.headers.extend(response.headers);
                Some(self)
            }
            _ => None,
        }
    }
}

/// When a response is no longer fresh; nothing where it says so in a way that nobody understands.
fn expiry(response: &Response, caching: &Caching, now: i128) -> Option<i128> {
    if let Some(seconds) = caching.forced {
        return Some(now + i128::from(seconds) * NANOS);
    }
    let instant = |name: &str| {
        let text = response.header(name)?;
        LAYOUTS
            .iter()
            .find_map(|layout| time::instant(layout, text))
    };
    let directives = response.header("cache-control").map(directives);
    let Some(age) = directives.and_then(|d| d.get("max-age").cloned()) else {
        return Some(instant("expires").unwrap_or(0));
    };
    let digits = !age.is_empty() && age.bytes().all(|b| b.is_ascii_digit());
    let seconds = age
        .parse::<i64>()
        .unwrap_or(i64::MAX)
        .min(i64::from(i32::MAX));
    digits.then_some(instant("date")? + i128::from(seconds) * NANOS)
}

fn directives(header: &str) -> HashMap<String, String> {
    let mut out = HashMap::new();
    for part in header.split(',').map(|part| part.trim_matches(' ')) {
        match part.split_once('=') {
            _ if part.is_empty() => {}
            None => {
                out.insert(part.to_owned(), String::new());
            }
            Some((name, value)) if !value.contains('=') => {
                out.insert(name.trim_matches(' ').to_owned(), value.to_owned());
            }
            Some(_) => {}
        }
    }
    out
}

/// What is kept, for as long as the host lives.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<String, Entry>,
    bytes: usize,
}

impl Cache {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, caching: &Caching) -> Option<Entry> {
        self.kept().entries.get(&caching.key).cloned()
    }

    pub(super) fn remove(&self, caching: &Caching) {
        let mut kept = self.kept();
        if let Some(entry) = kept.entries.remove(&caching.key) {
            kept.bytes = kept.bytes.saturating_sub(size(&caching.key, &entry));
        }
    }

    pub(super) fn insert(&self, caching: &Caching, entry: Entry) {
        self.remove(caching);
        let size = size(&caching.key, &entry);
        let mut kept = self.kept();
        if kept.bytes + size > MAX_BYTES {
            *kept = Kept::default();
        }
        if size <= MAX_BYTES {
            kept.bytes += size;
            kept.entries.insert(caching.key.clone(), entry);
        }
    }
}

fn size(key: &str, entry: &Entry) -> usize {
    let headers = entry.response.headers.iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    key.len() + entry.response.body.len() + headers
}

//! `providers.aws.sign_req`: requests signed for AWS, by version 4 of its signatures.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use kpol_runtime::{
    Heap, Kind, Value,
    builtins::{
        BuiltinError, Outcome,
        operand::{at, plain_int, type_error, wrong},
        time,
        uri::Url,
    },
    json,
};
use sha2::{Digest, Sha256};

use crate::{
    http::check_keys,
    standard::{Context, Table},
};

pub(crate) const TABLE: Table = &[("providers.aws.sign_req", sign_request)];

const REQUIRED: [&str; 4] = [
    "aws_access_key",
    "aws_region",
    "aws_secret_access_key",
    "aws_service",
];

/// Headers that a proxy may change are not signed.
const IGNORED: [&str; 3] = ["authorization", "user-agent", "x-amzn-trace-id"];

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

struct Credentials {
    access_key: String,
    secret_key: String,
    region: String,
    service: String,
    session_token: String,
}

/// What a signature is about.
struct Request {
    method: String,
    url: Url,
    headers: BTreeMap<String, String>,
    body: String,
}

fn sign_request(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let (request, config) = (at(args, 1), at(args, 2));
    // OPA counts both as its first operand.
    for object in [request, config] {
        if heap.kind(object) != Kind::Object {
            return Err(type_error(heap, 1, object, &["object"]));
        }
    }
    let credentials = credentials(heap, config)?;
    let time = at(args, 3);
    if heap.kind(time) != Kind::Number {
        return Err(type_error(heap, 1, time, &["number"]));
    }
    let nanos = plain_int(heap, time)
        .ok_or_else(|| wrong(3, "could not convert time_ns value into a unix timestamp"))?;
    check_keys(heap, request, 1)?;
    let headers = heap.object_get_text(request, "headers");
    if headers.is_defined() && heap.kind(headers) != Kind::Object {
        return Err(type_error(heap, 0, headers, &["object"]));
    }
    let invalid: Vec<&str> = ["method", "url"]
        .into_iter()
        .filter(|key| !heap.is_string(heap.object_get_text(request, key)))
        .collect();
    if !invalid.is_empty() {
        let names = names(&invalid);
        let text = format!("invalid values for required request parameters(s): {names}");
        return Err(wrong(1, &text));
    }
    let request = Request {
        method: member(heap, request, "method"),
        url: Url::parse(&member(heap, request, "url")).map_err(|e| BuiltinError::failed(e.text))?,
        headers: texts(heap, headers),
        body: body(heap, request),
    };
    let disabled = heap.object_get_text(config, "disable_payload_signing");
    if disabled.is_defined() && heap.kind(disabled) != Kind::Boolean {
        let text = "invalid value for 'disable_payload_signing' in AWS config";
        return Err(wrong(2, text));
    }
    let hash = if disabled == Value::TRUE {
        UNSIGNED.to_owned()
    } else {
        hex(&Sha256::digest(&request.body))
    };
    let signed = sign(&request, &credentials, &hash, nanos);
    let signed: Vec<_> = signed
        .iter()
        .map(|(key, value)| (heap.string(key), heap.string(value)))
        .collect();
    let signed = heap.object(&signed);
    let entries = heap.entries(at(args, 1));
    let out = heap.object(&entries);
    let key = heap.string("headers");
    heap.object_set(out, key, signed);
    Ok(out)
}

/// Names as a set is written.
fn names(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("{{{}}}", quoted.join(", "))
}

fn credentials(heap: &Heap<'_>, config: Value) -> Result<Credentials, BuiltinError> {
    let problem = |what: &str, test: &dyn Fn(Value) -> bool| {
        let bad: Vec<&str> = REQUIRED
            .into_iter()
            .filter(|key| test(heap.object_get_text(config, key)))
            .collect();
        if bad.is_empty() {
            return Ok(());
        }
        let names = names(&bad);
        Err(wrong(
            2,
            &format!("{what} required AWS config parameters(s): {names}"),
        ))
    };
    problem("missing", &|value| !value.is_defined())?;
    problem("invalid values for", &|value| !heap.is_string(value))?;
    Ok(Credentials {
        access_key: member(heap, config, "aws_access_key"),
        secret_key: member(heap, config, "aws_secret_access_key"),
        region: member(heap, config, "aws_region"),
        service: member(heap, config, "aws_service"),
        session_token: member(heap, config, "aws_session_token"),
    })
}

/// A string, empty where there is none.
fn text(heap: &Heap<'_>, value: Value) -> String {
    if heap.is_string(value) {
        heap.text(value).to_owned()
    } else {
        String::new()
    }
}

fn member(heap: &Heap<'_>, object: Value, key: &str) -> String {
    text(heap, heap.object_get_text(object, key))
}

fn texts(heap: &mut Heap<'_>, object: Value) -> BTreeMap<String, String> {
    if heap.kind(object) != Kind::Object {
        return BTreeMap::new();
    }
    let entries = heap.entries(object);
    entries
        .into_iter()
        .map(|(key, value)| (text(heap, key), text(heap, value)))
        .collect()
}

fn body(heap: &mut Heap<'_>, request: Value) -> String {
    let raw = heap.object_get_text(request, "raw_body");
    if raw.is_defined() {
        return text(heap, raw);
    }
    let mut out = String::new();
    let body = heap.object_get_text(request, "body");
    if body.is_defined() {
        json::write_escaped(heap, body, &mut out);
    }
    out
}

/// The headers of the signed request.
fn sign(
    request: &Request,
    credentials: &Credentials,
    hash: &str,
    nanos: i64,
) -> BTreeMap<String, String> {
    let date = time::format_utc(nanos, "20060102");
    let time = time::format_utc(nanos, "20060102T150405Z");
    let Credentials {
        region, service, ..
    } = credentials;
    let mut own = BTreeMap::from([
        ("host", request.url.host.as_str()),
        ("x-amz-date", time.as_str()),
    ]);
    if matches!(service.as_str(), "s3" | "glacier") {
        own.insert("x-amz-content-sha256", hash);
    }
    if !credentials.session_token.is_empty() {
        own.insert("x-amz-security-token", &credentials.session_token);
    }
    let mut to_sign: BTreeMap<String, &str> = own
        .iter()
        .map(|(key, value)| ((*key).to_owned(), *value))
        .collect();
    for (key, value) in &request.headers {
        let key = key.to_lowercase();
        if !IGNORED.contains(&key.as_str()) {
            to_sign.insert(key, value);
        }
    }
    let lines: Vec<String> = to_sign
        .iter()
        .map(|(key, value)| format!("{key}:{value}\n"))
        .collect();
    let list: Vec<&str> = to_sign.keys().map(String::as_str).collect();
    let list = list.join(";");
    let canonical = format!(
        "{}\n{}\n{}\n{}\n{list}\n{hash}",
        request.method,
        request.url.escaped_path(),
        request.url.raw_query,
        lines.concat()
    );
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    );
    let mut key = format!("AWS4{}", credentials.secret_key).into_bytes();
    for part in [&date, region, service, "aws4_request"] {
        key = mac(&key, part);
    }
    let signature = hex(&mac(&key, &to_sign));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={list},Signature={signature}",
        credentials.access_key
    );
    let mut out = request.headers.clone();
    out.insert("Authorization".to_owned(), authorization);
    out.extend(
        own.iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
    );
    out
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

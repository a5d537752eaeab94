//! What a call asks for.

use std::time::Duration;

use kpol_runtime::{
    Heap, Kind, Value,
    builtins::{
        operand::{plain_int, wrong},
        time,
        uri::Url,
    },
    json,
};

use super::{Failure, Result, tls::TlsOptions};

/// How long a request takes where it says nothing about it.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request may take, whatever it says. A host's call is not interrupted when an evaluation takes too long.
const MAX_TIMEOUT: Duration = Duration::from_secs(60);

/// Keys that must be strings.
const TEXTS: [&str; 13] = [
    "method",
    "raw_body",
    "tls_ca_cert",
    "tls_ca_cert_env_variable",
    "tls_ca_cert_file",
    "tls_client_cert",
    "tls_client_cert_env_variable",
    "tls_client_cert_file",
    "tls_client_key",
    "tls_client_key_env_variable",
    "tls_client_key_file",
    "tls_server_name",
    "url",
];

#[derive(Debug, Clone)]
pub(super) struct Request {
    /// In upper case.
    pub(super) method: String,
    /// As it was given.
    pub(super) address: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) timeout: Duration,
    pub(super) enable_redirect: bool,
    pub(super) tls: TlsOptions,
    /// What is wrong with a header. It is told only after the host is allowed.
    pub(super) bad_header: Option<String>,
    /// Whether anything is said about TLS.
    pub(super) has_tls: bool,
}

impl Request {
    /// A request for what an address names, without anything special.
    pub(super) fn get(address: &str) -> Self {
        Request {
            method: "GET".to_owned(),
            address: address.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: TIMEOUT,
            enable_redirect: true,
            tls: TlsOptions::default(),
            bad_header: None,
            has_tls: false,
        }
    }

    /// Reads the options of a call, in the order in which OPA finds mistakes.
    pub(super) fn read(heap: &mut Heap<'_>, object: Value) -> Result<Self> {
        let mut out = Request {
            enable_redirect: false,
            ..Request::get("")
        };
        let mut headers = Value::UNDEFINED;
        heap.sort(object);
        for (key, value) in heap.entries(object) {
            let key = heap.text(key).to_owned();
            if TEXTS.contains(&key.as_str()) {
                if !heap.is_string(value) {
                    return Err(Failure::Eval(format!("\"{key}\" must be a string")));
                }
                let text = heap.text(value).trim_matches('"').to_owned();
                out.set_text(&key, text);
                continue;
            }
            match key.as_str() {
                "enable_redirect" => out.enable_redirect = boolean(heap, value)?,
                "tls_use_system_certs" => {
                    out.tls.use_system_certs = boolean(heap, value)?;
                    out.has_tls |= out.tls.use_system_certs;
                }
                "tls_insecure_skip_verify" => {
                    out.tls.insecure_skip_verify = boolean(heap, value)?;
                    out.has_tls |= out.tls.insecure_skip_verify;
                }
                "body" => {
                    let mut text = String::new();
                    json::write_escaped(heap, value, &mut text);
                    out.body = text.into_bytes();
                }
                "headers" => {
                    if heap.kind(value) != Kind::Object {
                        return Err(Failure::Eval("invalid type for headers key".to_owned()));
                    }
                    headers = value;
                }
                "timeout" => out.timeout = timeout(heap, value)?,
                _ => {}
            }
        }
        if headers.is_defined() {
            out.read_headers(heap, headers);
        }
        if out.tls.server_name.is_empty()
            && let Some(host) = out.header("Host")
        {
            out.tls.server_name = host.to_owned();
        }
        if out.method.is_empty() {
            "GET".clone_into(&mut out.method);
        }
        Ok(out)
    }

    fn set_text(&mut self, key: &str, text: String) {
        let tls = &mut self.tls;
        let place = match key {
            "method" => return self.method = text.to_uppercase(),
            "url" => return self.address = text,
            "raw_body" => return self.body = text.into_bytes(),
            "tls_ca_cert" => &mut tls.ca_cert.text,
            "tls_ca_cert_file" => &mut tls.ca_cert.file,
            "tls_ca_cert_env_variable" => &mut tls.ca_cert.variable,
            "tls_client_cert" => &mut tls.client_cert.text,
            "tls_client_cert_file" => &mut tls.client_cert.file,
            "tls_client_cert_env_variable" => &mut tls.client_cert.variable,
            "tls_client_key" => &mut tls.client_key.text,
            "tls_client_key_file" => &mut tls.client_key.file,
            "tls_client_key_env_variable" => &mut tls.client_key.variable,
            _ => &mut tls.server_name,
        };
        self.has_tls |= !text.is_empty();
        *place = text;
    }

    fn read_headers(&mut self, heap: &mut Heap<'_>, headers: Value) {
        heap.sort(headers);
        for (key, value) in heap.entries(headers) {
            let mut name = String::new();
            if heap.is_string(key) {
                name.push_str(heap.text(key));
            } else {
                json::write(heap, key, &mut name);
            }
            if heap.is_string(value) {
                self.headers.push((name, heap.text(value).to_owned()));
                continue;
            }
            let shown = quoted(heap, value);
            let text = format!("invalid type for headers value {shown}");
            self.bad_header.get_or_insert(text);
        }
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|h| h.0.eq_ignore_ascii_case(name));
        found.map(|h| h.1.as_str())
    }

    /// Where the request goes: the address, and the Unix socket that it may name.
    pub(super) fn target(&self) -> Result<(Url, Option<String>)> {
        let mut url = Url::parse(&self.address).map_err(|e| Failure::Eval(e.text))?;
        if url.scheme != "unix" || url.raw_query.is_empty() {
            return Ok((url, None));
        }
        "http".clone_into(&mut url.scheme);
        let mut socket = None;
        let mut rest = Vec::new();
        for pair in url.raw_query.split('&') {
            match pair.strip_prefix("socket=") {
                Some(path) => {
                    socket.get_or_insert_with(|| decoded(path));
                }
                None => rest.push(pair),
            }
        }
        url.raw_query = rest.join("&");
        Ok((url, Some(socket.unwrap_or_default())))
    }
}

/// The value of a pair in a query.
fn decoded(text: &str) -> String {
    let mut heap = Heap::new();
    let value = heap.string(text);
    let decoded = super::builtin(&mut heap, "urlquery.decode", value);
    decoded.map_or_else(String::new, |value| heap.text(value).to_owned())
}

fn boolean(heap: &mut Heap<'_>, value: Value) -> Result<bool> {
    let mut text = String::new();
    json::rego_text(heap, value, &mut text);
    match text.as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Failure::Eval(format!(
            "strconv.ParseBool: parsing {text:?}: invalid syntax"
        ))),
    }
}

/// Nanoseconds, or a text with units.
fn timeout(heap: &mut Heap<'_>, value: Value) -> Result<Duration> {
    let nanos: i64 = match heap.kind(value) {
        Kind::Number => plain_int(heap, value).ok_or_else(|| {
            let text = heap.number_text(value);
            Failure::Eval(format!(
                "invalid timeout number value {text}, must be int64"
            ))
        })?,
        Kind::String => {
            let text = heap.text(value);
            let whole = match text.split_once('.') {
                Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
                _ => text,
            };
            match whole.parse() {
                Ok(nanos) => nanos,
                Err(_) => time::duration(text).map_err(|e| {
                    let text = heap.text(value);
                    Failure::Eval(format!("invalid timeout value {text:?}: {}", e.message))
                })?,
            }
        }
        kind => {
            let kind = kind.name();
            let text = format!("'timeout' must be one of {{string, number}} but got {kind}");
            return Err(Failure::Operand(wrong(1, &text)));
        }
    };
    let limit = u64::try_from(nanos).ok().filter(|nanos| *nanos > 0);
    Ok(limit.map_or(MAX_TIMEOUT, |nanos| {
        Duration::from_nanos(nanos).min(MAX_TIMEOUT)
    }))
}

/// A value as Go's `%q` shows it: all scalars in quotes.
fn quoted(heap: &mut Heap<'_>, value: Value) -> String {
    match heap.kind(value) {
        Kind::Undefined | Kind::Null => "%!q(<nil>)".to_owned(),
        Kind::Boolean => format!("%!q(bool={})", value == Value::TRUE),
        Kind::Number => format!("{:?}", heap.number_text(value)),
        Kind::String => format!("{:?}", heap.text(value)),
        Kind::Array | Kind::Set | Kind::Object if heap.len(value) > 100 => "...".to_owned(),
        Kind::Array | Kind::Set => {
            heap.sort(value);
            let items: Vec<String> = heap
                .items(value)
                .into_iter()
                .map(|item| inner(heap, item))
                .collect();
            format!("[{}]", items.join(" "))
        }
        Kind::Object => {
            heap.sort(value);
            let members: Vec<String> = heap
                .entries(value)
                .into_iter()
                .map(|(key, value)| format!("{}:{}", inner(heap, key), inner(heap, value)))
                .collect();
            format!("map[{}]", members.join(" "))
        }
    }
}

/// A value within another one. What is nested deeper is shown as JSON.
fn inner(heap: &mut Heap<'_>, value: Value) -> String {
    match heap.kind(value) {
        Kind::Null => "<nil>".to_owned(),
        Kind::Array | Kind::Set | Kind::Object => {
            let mut text = String::new();
            json::write(heap, value, &mut text);
            text
        }
        _ => quoted(heap, value),
    }
}

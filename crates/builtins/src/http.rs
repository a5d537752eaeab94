//! `http.send`, and what else is loaded from hosts that are allowed.

mod cache;
mod client;
mod request;
mod response;
mod tls;
mod transport;

use kpol_abi::builtins::by_name;
use kpol_runtime::{
    Heap, Kind, Value,
    builtins::{self, BuiltinError, ErrorKind, Outcome, operand},
    json,
};

pub(crate) use cache::Cache;
use cache::Caching;
use request::Request;

use crate::standard::{Context, Options, Table};

pub(crate) const TABLE: Table = &[("http.send", send)];

/// The keys that a request may have.
const KEYS: [&str; 28] = [
    "body",
    "cache",
    "cache_ignored_headers",
    "caching_mode",
    "enable_redirect",
    "force_cache",
    "force_cache_duration_seconds",
    "force_json_decode",
    "force_yaml_decode",
    "headers",
    "max_retry_attempts",
    "method",
    "raise_error",
    "raw_body",
    "timeout",
    "tls_ca_cert",
    "tls_ca_cert_env_variable",
    "tls_ca_cert_file",
    "tls_client_cert",
    "tls_client_cert_env_variable",
    "tls_client_cert_file",
    "tls_client_key",
    "tls_client_key_env_variable",
    "tls_client_key_file",
    "tls_insecure_skip_verify",
    "tls_server_name",
    "tls_use_system_certs",
    "url",
];

/// Why there is no response.
#[derive(Debug)]
enum Failure {
    /// The request is not what it may be.
    Operand(BuiltinError),
    /// An option of the request is wrong.
    Eval(String),
    /// The same, where OPA does not say of which builtin.
    Plain(String),
    /// The network, or who is behind it.
    Network {
        /// `Get "http://…"`.
        what: String,
        why: String,
        /// Whether it took too long.
        timed_out: bool,
    },
}

type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// As an error of the call.
    fn raised(self) -> BuiltinError {
        match self {
            Failure::Operand(error) => error,
            Failure::Eval(text) | Failure::Plain(text) => BuiltinError::failed(text),
            Failure::Network {
                what,
                timed_out: true,
                ..
            } => BuiltinError::failed(format!("{}: request timed out", what.replace('"', ""))),
            Failure::Network { what, why, .. } => BuiltinError::failed(format!("{what}: {why}")),
        }
    }

    /// As a part of the result, where the policy does not want an error.
    fn result(self, heap: &mut Heap<'_>) -> Value {
        let (code, message) = match self {
            Failure::Operand(error) => {
                let code = match error.kind {
                    ErrorKind::Type => "eval_type_error",
                    ErrorKind::Builtin | ErrorKind::Elsewhere => "eval_builtin_error",
                };
                let message = format!("{code}: http.send: {}", error.message);
                ("eval_http_send_internal_error", message)
            }
            Failure::Eval(text) => {
                let message = format!("eval_builtin_error: http.send: {text}");
                ("eval_http_send_internal_error", message)
            }
            Failure::Plain(text) => ("eval_http_send_internal_error", text),
            Failure::Network { what, why, .. } => {
                ("eval_http_send_network_error", format!("{what}: {why}"))
            }
        };
        let entries = [("code", code), ("message", &message)];
        let entries = entries.map(|(key, text)| (heap.string(key), heap.string(text)));
        let error = heap.object(&entries);
        let status = heap.integer(0);
        let (status_key, error_key) = (heap.string("status_code"), heap.string("error"));
        heap.object(&[(status_key, status), (error_key, error)])
    }
}

fn send(context: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let object = operand::object(heap, args, 1)?;
    let raise = heap.object_get_text(object, "raise_error");
    if raise.is_defined() && heap.kind(raise) != Kind::Boolean {
        return Err(BuiltinError::failed("invalid value for raise_error field"));
    }
    match respond(context, heap, object) {
        Err(failure) if raise == Value::FALSE => Ok(failure.result(heap)),
        outcome => outcome.map_err(Failure::raised),
    }
}

/// Checks that a request has no keys but those that there are, and those that it must have.
pub(crate) fn check_keys(
    heap: &mut Heap<'_>,
    object: Value,
    position: usize,
) -> Result<(), BuiltinError> {
    let mut unknown = Vec::new();
    for (key, _) in heap.entries(object) {
        if !heap.is_string(key) || !KEYS.contains(&heap.text(key)) {
            unknown.push(key);
        }
    }
    let missing: Vec<&str> = ["method", "url"]
        .into_iter()
        .filter(|key| !heap.object_get_text(object, key).is_defined())
        .collect();
    let (problem, keys) = if !unknown.is_empty() {
        ("invalid", unknown)
    } else if !missing.is_empty() {
        let missing = missing.iter().map(|key| heap.string(key)).collect();
        ("missing required", missing)
    } else {
        return Ok(());
    };
    let keys = heap.set(&keys);
    let mut text = String::new();
    json::rego_text(heap, keys, &mut text);
    let text = format!("{problem} request parameters(s): {text}");
    Err(operand::wrong(position, &text))
}

fn respond(context: &Context<'_>, heap: &mut Heap<'_>, object: Value) -> Result<Value> {
    check_keys(heap, object, 1).map_err(Failure::Operand)?;
    let caching = Caching::read(heap, object)?;
    // The cache does not widen what is allowed: it belongs to a host with one set of options.
    let now = i128::from(context.now_ns);
    let known = caching.as_ref().and_then(|c| context.cache.get(c));
    if let Some(fresh) = known.as_ref().filter(|entry| entry.is_fresh(now)) {
        let decode = response::Decode::read(heap, object)?;
        return Ok(fresh.response.value(heap, decode));
    }
    let request = Request::read(heap, object)?;
    let retries = retries(heap, object);
    if let (Some(caching), Some(known)) = (&caching, known) {
        context.cache.remove(caching);
        if let Some(revalidated) = known.revalidate(context.options, &request, caching, now) {
            let decode = response::Decode::read(heap, object)?;
            let value = revalidated.response.value(heap, decode);
            context.cache.insert(caching, revalidated);
            return Ok(value);
        }
    }
    let response = client::send(context.options, &request, retries)?;
    let decode = response::Decode::read(heap, object)?;
    let value = response.value(heap, decode);
    if let Some(caching) = &caching
        && let Some(entry) = cache::Entry::new(response, caching, now)
    {
        context.cache.insert(caching, entry);
    }
    Ok(value)
}

/// How often a request is sent again.
fn retries(heap: &mut Heap<'_>, object: Value) -> Result<u32> {
    let key = "max_retry_attempts";
    let value = heap.object_get_text(object, key);
    if !value.is_defined() {
        return Ok(0);
    }
    let number = match heap.kind(value) {
        Kind::Number => operand::plain_int(heap, value),
        _ => None,
    };
    if let Some(Ok(retries)) = number.map(u32::try_from) {
        return Ok(retries);
    }
    let mut text = String::new();
    json::rego_text(heap, value, &mut text);
    let text = format!("invalid value {text} for field \"{key}\"");
    Err(Failure::Plain(text))
}

/// An option that must be a boolean.
fn flag(heap: &Heap<'_>, object: Value, key: &str) -> Result<bool> {
    let value = heap.object_get_text(object, key);
    if value.is_defined() && heap.kind(value) != Kind::Boolean {
        return Err(Failure::Eval(format!("invalid value for \"{key}\" field")));
    }
    Ok(value == Value::TRUE)
}

/// The result of a builtin of the runtime with one argument, if it has one.
fn builtin(heap: &mut Heap<'_>, name: &str, argument: Value) -> Option<Value> {
    builtins::call(heap, by_name(name)?, &[argument])?.ok()
}

/// Loads a text: a schema that another one refers to.
pub(crate) fn load(options: &Options, address: &str) -> Result<String, String> {
    let request = Request::get(address);
    let refused = |host: String| format!("remote reference loading disabled: {host}");
    let response = client::send(options, &request, Ok(0)).map_err(|failure| match failure {
        Failure::Network { what, why, .. } => match why.strip_prefix("disallowed host: ") {
            Some(host) => format!("{what}: {}", refused(host.to_owned())),
            None => format!("{what}: {why}"),
        },
        other => other.raised().message,
    })?;
    if response.code != 200 {
        let status = &response.status;
        return Err(format!(
            "Could not read schema from HTTP, response status is {status}"
        ));
    }
    Ok(String::from_utf8_lossy(&response.body).into_owned())
}

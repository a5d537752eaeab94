//! `io.jwt.encode_sign` and `io.jwt.encode_sign_raw`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kpol_runtime::builtins::operand::{object, text};
use kpol_runtime::builtins::{Outcome, quoted};
use kpol_runtime::{Heap, Kind, Value, json};

use super::jwk;
use super::jws::{self, Algorithm};
use crate::problem::{Problem, fail};
use crate::standard::Context;

/// Signs values.
pub(super) fn encode_sign(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let mut texts = [String::new(), String::new(), String::new()];
    for (i, out) in texts.iter_mut().enumerate() {
        let value = object(heap, args, i + 1)?;
        json::write_escaped(heap, value, out);
    }
    let [header, payload, key] = &texts;
    Ok(signed(heap, header, payload, key)?)
}

/// Signs texts as they are.
pub(super) fn encode_sign_raw(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let key = text(heap, args, 3)?.to_owned();
    let header = text(heap, args, 1)?.to_owned();
    let payload = text(heap, args, 2)?.to_owned();
    Ok(signed(heap, &header, &payload, &key)?)
}

fn signed(heap: &mut Heap<'_>, header: &str, payload: &str, key: &str) -> Result<Value, Problem> {
    let keys = jwk::parse(key)?;
    let Some(key) = keys.first() else {
        return fail("no keys found in JWK set");
    };
    let parsed = parse_header(heap, header);
    let name = parsed
        .clone()
        .and_then(|parsed| member(heap, parsed, "alg"))
        .map_err(|e| e.within("missing or invalid 'alg' header"))?;
    let Some(algorithm) = Algorithm::of(&name) else {
        return Err(Problem::new(format!("unknown JWS algorithm: {name}")));
    };
    let kind = parsed.and_then(|parsed| member(heap, parsed, "typ"));
    let is_claims = kind.is_err() || kind.is_ok_and(|kind| kind == "JWT");
    if is_claims && json::parse(heap, payload).is_err() {
        return fail("type is JWT but payload is not JSON");
    }
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = jws::sign(algorithm, &key.key, message.as_bytes())?;
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    Ok(heap.string(&token))
}

fn parse_header(heap: &mut Heap<'_>, header: &str) -> Result<Value, Problem> {
    if header.trim().is_empty() {
        return fail("cannot parse JSON: cannot parse empty string; unparsed tail: \"\"");
    }
    json::parse(heap, header).map_err(|e| Problem::new(format!("cannot parse JSON: {e}")))
}

/// A member of the header that is a string.
fn member(heap: &Heap<'_>, header: Value, name: &str) -> Result<String, Problem> {
    let value = heap.object_get_text(header, name);
    let kind = match heap.kind(value) {
        Kind::String => return Ok(heap.text(value).to_owned()),
        Kind::Undefined => {
            let name = quoted(name);
            return Err(Problem::new(format!("jwsbb: header {name} not found")));
        }
        Kind::Boolean if value == Value::TRUE => "true",
        Kind::Boolean => "false",
        kind => kind.name(),
    };
    Err(Problem::new(format!(
        "value doesn't contain string; it contains {kind}"
    )))
}

//! `io.jwt.decode_verify`: the signature, and what the payload claims.

use std::cmp::Ordering;

use kpol_runtime::builtins::encoding::url_decoded;
use kpol_runtime::builtins::jwt::{header, json_object, part, token};
use kpol_runtime::builtins::operand::{object, text};
use kpol_runtime::builtins::{BuiltinError, Outcome};
use kpol_runtime::{Heap, Kind, Value};

use super::constraints::Constraints;
use super::header::Header;
use crate::standard::Context;

/// Whether a token is valid, with its header and payload where it is. Of tokens in tokens the innermost counts; each is
/// shorter than the one around it.
pub(super) fn decode_verify(context: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let constraints = object(heap, args, 2)?;
    let constraints = Constraints::read(heap, constraints, context.now_ns)?;
    let mut source = text(heap, args, 1)?.to_owned();
    loop {
        let token = token(&source)?;
        let decoded = header(heap, token.header)?;
        let header = Header::read(heap, decoded)?;
        let wanted = constraints.algorithm.is_empty() || constraints.algorithm == header.algorithm;
        if !header.is_valid() || !wanted {
            return Ok(invalid(heap));
        }
        let signature = url_decoded(token.signature)?;
        if !constraints.hold(&header, token.signed().as_bytes(), &signature) {
            return Ok(invalid(heap));
        }
        let payload = part("payload", token.payload)?;
        if header.is_nested() {
            source = String::from_utf8_lossy(&payload).into_owned();
            continue;
        }
        let payload = json_object(heap, &payload)?;
        return Ok(if claims_hold(heap, payload, &constraints)? {
            heap.array(&[Value::TRUE, decoded, payload])
        } else {
            invalid(heap)
        });
    }
}

fn invalid(heap: &mut Heap<'_>) -> Value {
    let (header, payload) = (heap.object_new(), heap.object_new());
    heap.array(&[Value::FALSE, header, payload])
}

fn claims_hold(
    heap: &mut Heap<'_>,
    payload: Value,
    constraints: &Constraints,
) -> Result<bool, BuiltinError> {
    let issuer = heap.object_get_text(payload, "iss");
    let is_text = |heap: &Heap<'_>, v: Value, text: &str| {
        heap.kind(v) == Kind::String && heap.text(v) == text
    };
    if !constraints.issuer.is_empty() && !is_text(heap, issuer, &constraints.issuer) {
        return Ok(false);
    }
    let audience = heap.object_get_text(payload, "aud");
    let meant = match heap.kind(audience) {
        Kind::Undefined => constraints.audience.is_empty(),
        Kind::Array => {
            let items = heap.items(audience);
            items
                .into_iter()
                .any(|item| is_text(heap, item, &constraints.audience))
        }
        _ => is_text(heap, audience, &constraints.audience),
    };
    if !meant {
        return Ok(false);
    }
    // Compared as decimals: a float's shortest spelling against what the token says.
    let now = heap
        .number(&(constraints.time / 1e9).to_string())
        .unwrap_or(Value::UNDEFINED);
    let expires = heap.object_get_text(payload, "exp");
    if let Some(order) = order(heap, now, expires, "exp")?
        && order != Ordering::Less
    {
        return Ok(false);
    }
    let begins = heap.object_get_text(payload, "nbf");
    Ok(order(heap, now, begins, "nbf")? != Some(Ordering::Less))
}

/// How the time compares with a claim, where there is one.
fn order(
    heap: &mut Heap<'_>,
    now: Value,
    claim: Value,
    name: &str,
) -> Result<Option<Ordering>, BuiltinError> {
    match heap.kind(claim) {
        Kind::Undefined => Ok(None),
        Kind::Number => Ok(Some(heap.compare(now, claim))),
        _ => Err(BuiltinError::failed(format!(
            "{name} value must be a number"
        ))),
    }
}

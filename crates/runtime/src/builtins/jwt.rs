//! What of JSON Web Tokens needs no keys but shared ones: `io.jwt.decode` and `io.jwt.verify_hs*`.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use hmac::{Hmac, Mac, digest::KeyInit};
use sha2::{Sha256, Sha384, Sha512};

use super::{
    BuiltinError, Outcome, Table,
    encoding::{hex, url_decoded},
    operand::text,
};
use crate::{Heap, Kind, Value, json};

pub(super) const TABLE: Table = &[
    ("io.jwt.decode", decode),
    ("io.jwt.verify_hs256", verify::<Hmac<Sha256>>),
    ("io.jwt.verify_hs384", verify::<Hmac<Sha384>>),
    ("io.jwt.verify_hs512", verify::<Hmac<Sha512>>),
];

/// The three parts of a token, still encoded.
#[derive(Debug, Clone, Copy)]
pub struct Token<'t> {
    /// Says how it was signed.
    pub header: &'t str,
    /// The claims.
    pub payload: &'t str,
    /// The signature over the two, with the full stop between them.
    pub signature: &'t str,
}

impl Token<'_> {
    /// What is signed.
    #[must_use]
    pub fn signed(&self) -> String {
        format!("{}.{}", self.header, self.payload)
    }
}

/// Takes a token apart.
///
/// # Errors
/// Where it does not have three parts.
pub fn token(source: &str) -> Result<Token<'_>, BuiltinError> {
    if !source.contains('.') {
        return Err(BuiltinError::failed("encoded JWT had no period separators"));
    }
    let parts: Vec<&str> = source.split('.').collect();
    match parts.as_slice() {
        [header, payload, signature] => Ok(Token {
            header,
            payload,
            signature,
        }),
        parts => Err(BuiltinError::failed(format!(
            "encoded JWT must have 3 sections, found {}",
            parts.len()
        ))),
    }
}

/// The bytes of a token's part, which `name` names.
///
/// # Errors
/// Where it is not base64.
pub fn part(name: &str, encoded: &str) -> Result<Vec<u8>, BuiltinError> {
    url_decoded(encoded).map_err(|e| {
        BuiltinError::failed(format!("JWT {name} had invalid encoding: {}", e.message))
    })
}

/// A token's part that must be an object in JSON.
///
/// # Errors
/// Where it is not.
pub fn json_object(heap: &mut Heap<'_>, bytes: &[u8]) -> Result<Value, BuiltinError> {
    let text = String::from_utf8_lossy(bytes);
    let v =
        json::parse(heap, &text).map_err(|e| BuiltinError::failed(format!("invalid JSON: {e}")))?;
    if heap.kind(v) == Kind::Object {
        Ok(v)
    } else {
        Err(BuiltinError::failed("decoded JSON type was not an Object"))
    }
}

/// A token's header, decoded.
///
/// # Errors
/// Where it is no object, or that of an encrypted token.
pub fn header(heap: &mut Heap<'_>, encoded: &str) -> Outcome {
    let bytes = part("header", encoded)?;
    let header = json_object(heap, &bytes)
        .map_err(|e| BuiltinError::failed(format!("bad JWT header: {}", e.message)))?;
    if heap.object_get_text(header, "enc").is_defined() {
        return Err(BuiltinError::failed(
            "JWT is a JWE object, which is not supported",
        ));
    }
    Ok(header)
}

/// Header, payload and signature, of the innermost token where tokens hold tokens.
fn decode(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let mut source = text(heap, args, 1)?.to_string();
    loop {
        let token = token(&source)?;
        let header = header(heap, token.header)?;
        let bytes = part("payload", token.payload)?;
        let content = heap.object_get_text(header, "cty");
        if heap.text(content) == "JWT" {
            // Each is shorter than the one around it.
            let inner = String::from_utf8_lossy(&bytes);
            source = inner.trim_matches(['"', '\'']).to_string();
            continue;
        }
        let payload = json_object(heap, &bytes)?;
        let signature = hex(&part("signature", token.signature)?);
        let signature = heap.string(&signature);
        return Ok(heap.array(&[header, payload, signature]));
    }
}

/// Whether a token was signed with a secret. The algorithm is the caller's choice, not the token's.
fn verify<M: Mac + KeyInit>(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?;
    let secret = text(heap, args, 2)?;
    let token = token(source)?;
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.as_bytes()) else {
        return Ok(Value::FALSE);
    };
    mac.update(token.signed().as_bytes());
    let signature = url_decoded(token.signature)?;
    // Takes the same time wherever the two differ.
    Ok(Value::boolean(mac.verify_slice(&signature).is_ok()))
}

//! What a policy demands of a token.

use kpol_runtime::{Heap, Kind, Value};

use super::header::Header;
use super::jwk::{Jwk, Key, trusted};
use super::jws::{Algorithm, verify};
use crate::problem::{Problem, fail};

/// The constraints of `io.jwt.decode_verify`.
#[derive(Debug)]
pub(super) struct Constraints {
    keys: Option<Vec<Jwk>>,
    /// Empty where there is none.
    secret: String,
    /// Any where it is empty.
    pub(super) algorithm: String,
    /// Any where it is empty.
    pub(super) issuer: String,
    /// None where it is empty.
    pub(super) audience: String,
    /// Nanoseconds since 1970.
    pub(super) time: f64,
}

impl Constraints {
    /// Reads the constraints, in the order of their names.
    pub(super) fn read(heap: &mut Heap<'_>, object: Value, now_ns: i64) -> Result<Self, Problem> {
        let mut out = Constraints {
            keys: None,
            secret: String::new(),
            algorithm: String::new(),
            issuer: String::new(),
            audience: String::new(),
            time: f64::NAN,
        };
        for (name, value) in heap.entries(object) {
            let name = heap.text(name);
            let text = || match heap.kind(value) {
                Kind::String => Ok(heap.text(value).to_owned()),
                _ => Err(Problem::new(format!("{name} constraint: must be a string"))),
            };
            match name {
                "cert" => out.keys = Some(trusted(&text()?)?),
                "secret" => out.secret = text()?,
                "alg" => out.algorithm = text()?,
                "iss" => out.issuer = text()?,
                "aud" => out.audience = text()?,
                "time" => out.time = time(heap, value)?,
                name => {
                    return Err(Problem::new(format!(
                        "unknown token validation constraint: {name}"
                    )));
                }
            }
        }
        if out.time.is_nan() {
            let now = heap.integer(now_ns);
            out.time = time(heap, now)?;
        }
        match (&out.keys, out.secret.as_str()) {
            (Some(_), secret) if !secret.is_empty() => fail("duplicate key constraints"),
            (None, "") => fail("no key constraint"),
            _ => Ok(out),
        }
    }

    /// Whether one of the keys signed a message. Of keys with names only the one that the header names counts.
    pub(super) fn hold(&self, header: &Header, message: &[u8], signature: &[u8]) -> bool {
        let Some(algorithm) = Algorithm::of_token(&header.algorithm) else {
            return false;
        };
        let Some(keys) = &self.keys else {
            let secret = Key::Secret(self.secret.clone().into_bytes());
            return verify(algorithm, &secret, message, signature);
        };
        let holds = |key: &Jwk| verify(algorithm, &key.key, message, signature);
        let named = keys
            .iter()
            .find(|key| !header.key.is_empty() && key.id == header.key);
        match named {
            Some(key) => holds(key),
            None => keys
                .iter()
                .filter(|key| key.algorithm.is_empty() || key.algorithm == header.algorithm)
                .any(holds),
        }
    }
}

fn time(heap: &Heap<'_>, value: Value) -> Result<f64, Problem> {
    if heap.kind(value) != Kind::Number {
        return fail("token time constraint: must be a number");
    }
    match heap.as_f64(value) {
        Some(time) if time < 0.0 => fail("token time constraint: must not be negative"),
        Some(time) if time.is_finite() => Ok(time),
        _ => fail("token time constraint: unvalid float64"),
    }
}

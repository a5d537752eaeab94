//! Keys in JSON: RFC 7517. Errors are those of the library that OPA uses.

mod members;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kpol_runtime::builtins::quoted;
use kpol_runtime::{Heap, Kind, Value, json};

use self::members::Members;
use super::jws::Algorithm;
use crate::keys::{PrivateKey, PublicKey};
use crate::problem::{Problem, fail};
use crate::x509::{Certificate, subject_public_key};

/// How many keys a set may have.
const MOST: usize = 1000;

/// What signs or verifies.
#[derive(Debug, Clone)]
pub(super) enum Key {
    Public(PublicKey),
    Private(PrivateKey),
    Secret(Vec<u8>),
    /// A key of a curve that nothing is done with.
    Unknown {
        curve: String,
        private: bool,
    },
    /// A private RSA key without this part.
    Incomplete(&'static str),
}

/// A key with what a set says of it.
#[derive(Debug, Clone)]
pub(super) struct Jwk {
    pub(super) key: Key,
    /// The algorithm that it is for; empty for any.
    pub(super) algorithm: String,
    /// Its name; empty where it has none.
    pub(super) id: String,
}

impl Key {
    /// The type of the key in Go, which errors hold.
    pub(super) fn go_type(&self) -> &'static str {
        match self {
            Key::Public(PublicKey::Rsa(_) | PublicKey::Dsa { .. }) => "*jwk.rsaPublicKey",
            Key::Private(PrivateKey::Rsa(_)) | Key::Incomplete(_) => "*jwk.rsaPrivateKey",
            Key::Public(PublicKey::Ec(_)) => "*jwk.ecdsaPublicKey",
            Key::Private(PrivateKey::Ec(_)) => "*jwk.ecdsaPrivateKey",
            Key::Public(_) | Key::Unknown { private: false, .. } => "*jwk.okpPublicKey",
            Key::Private(_) | Key::Unknown { private: true, .. } => "*jwk.okpPrivateKey",
            Key::Secret(_) => "*jwk.symmetricKey",
        }
    }

    /// Fails where the key is none that can be used.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let problem = match self {
            Key::Unknown {
                curve,
                private: false,
            } => format!(
                "jwk.OKPPublicKey: failed to build public key: invalid curve algorithm {curve}"
            ),
            Key::Unknown {
                curve,
                private: true,
            } => format!(
                "jwk.OKPPrivateKey: failed to build private key: invalid curve algorithm {curve}"
            ),
            Key::Incomplete(part) => format!("missing \"{part}\" value"),
            Key::Private(PrivateKey::Ed25519(key)) => {
                let own = crate::keys::EdPrivate::new(key.seed);
                if own.public == key.public {
                    return Ok(());
                }
                "jwk.OKPPrivateKey: failed to build private key: ed25519: invalid x value given d value"
                    .to_owned()
            }
            _ => return Ok(()),
        };
        Err(Problem::new(problem).within("jwk.Export: failed to export jwk.Key to raw format"))
    }
}

/// The keys that a policy trusts: a certificate, a public key, or keys in JSON.
pub(super) fn trusted(source: &str) -> Result<Vec<Jwk>, Problem> {
    let Some((block, rest)) = crate::pem::decode(source.as_bytes()) else {
        return from_json(source);
    };
    if !rest.is_empty() {
        return fail("extra data after a PEM certificate block");
    }
    let key = match block.label.as_str() {
        "CERTIFICATE" => {
            let certificate = Certificate::parse(&block.bytes)
                .map_err(|e| e.within("failed to parse a PEM certificate"))?;
            certificate.key
        }
        "PUBLIC KEY" => {
            let key = subject_public_key(&block.bytes)
                .map_err(|e| e.within("failed to parse a PEM public key"))?;
            Some(key)
        }
        _ => return fail("failed to extract a Key from the PEM certificate"),
    };
    // A key of an unknown kind verifies nothing.
    let keys = key.into_iter().map(|key| Jwk {
        key: Key::Public(key),
        algorithm: String::new(),
        id: String::new(),
    });
    Ok(keys.collect())
}

fn from_json(source: &str) -> Result<Vec<Jwk>, Problem> {
    let keys = parse(source).map_err(|e| {
        e.within("failed to parse a JWK key (set): jwk.ParseString: failed to parse string")
    })?;
    let mut out = Vec::new();
    for key in keys {
        key.key.check()?;
        if key.algorithm.is_empty() || Algorithm::of(&key.algorithm).is_some() {
            out.push(key);
        }
    }
    Ok(out)
}

/// Reads a key or a set of keys.
pub(super) fn parse(source: &str) -> Result<Vec<Jwk>, Problem> {
    let mut heap = Heap::new();
    let value = match json::parse(&mut heap, source) {
        Ok(value) => value,
        Err(e) => {
            return Err(Problem::new(format!(
                "jwk.Parse: failed to parse sole key: jwk.ParseKey: jwk.Parse: failed to probe data: probe: failed to unmarshal data: {e}"
            )));
        }
    };
    let keys = heap.object_get_text(value, "keys");
    if !keys.is_defined() {
        return match key(&mut heap, value) {
            Ok(key) => Ok(vec![key]),
            Err(e) => Err(e.within("jwk.Parse: failed to parse sole key: jwk.ParseKey")),
        };
    }
    set(&mut heap, keys).map_err(|e| e.within("jwk.Parse: failed to unmarshal JWK set"))
}

fn set(heap: &mut Heap<'_>, keys: Value) -> Result<Vec<Jwk>, Problem> {
    if heap.kind(keys) != Kind::Array {
        let mut text = String::new();
        if keys == Value::NULL {
            text.push_str("<nil>");
        } else {
            json::write(heap, keys, &mut text);
        }
        return Err(Problem::new(format!(
            "failed to decode \"keys\": expected '[' but got {}",
            text.trim_matches('"')
        )));
    }
    let keys = heap.items(keys);
    let mut out = Vec::new();
    for (i, value) in keys.into_iter().enumerate() {
        if i >= MOST {
            return Err(Problem::new(format!(
                "too many keys in \"keys\" array: max {MOST}"
            )));
        }
        out.push(key(heap, value).map_err(|e| {
            e.within(format_args!(
                "failed to decode key #{i} in \"keys\": jwk.ParseKey"
            ))
        })?);
    }
    Ok(out)
}

/// A key that cannot be read: a value where Go wants another.
fn unread(heap: &Heap<'_>, value: Value, wanted: &str) -> Problem {
    let kind = members::json_kind(heap.kind(value));
    Problem::new(format!(
        "jwk.Parse: failed to probe data: probe: failed to unmarshal data: json: cannot unmarshal {kind} into Go {wanted}"
    ))
}

/// Reads one key.
fn key(heap: &mut Heap<'_>, value: Value) -> Result<Jwk, Problem> {
    if !matches!(heap.kind(value), Kind::Object | Kind::Null) {
        return Err(unread(
            heap,
            value,
            "value of type struct { Kty string \"json:\\\"kty\\\"\"; D json.RawMessage \"json:\\\"d,omitempty\\\"\" }",
        ));
    }
    let kind = heap.object_get_text(value, "kty");
    if !matches!(heap.kind(kind), Kind::String | Kind::Null | Kind::Undefined) {
        return Err(unread(heap, kind, "struct field .kty of type string"));
    }
    let kind = heap.text(kind).to_owned();
    let private = heap.object_get_text(value, "d").is_defined();
    let go_type = match (kind.as_str(), private) {
        ("RSA", false) => "*jwk.rsaPublicKey",
        ("RSA", true) => "*jwk.rsaPrivateKey",
        ("EC", false) => "*jwk.ecdsaPublicKey",
        ("EC", true) => "*jwk.ecdsaPrivateKey",
        ("OKP", false) => "*jwk.okpPublicKey",
        ("OKP", true) => "*jwk.okpPrivateKey",
        ("oct", _) => "*jwk.symmetricKey",
        _ => return Err(Problem::new(format!("invalid key type from JSON ({kind})"))),
    };
    let members = Members::read(heap, value).map_err(|e| {
        let part = format!("failed to unmarshal JSON into key ({go_type})");
        e.within(&part).within(&part)
    })?;
    let key = members.key(&kind, private, go_type)?;
    Ok(Jwk {
        key,
        algorithm: members.algorithm.unwrap_or_default(),
        id: members.id.unwrap_or_default(),
    })
}

/// A private key as a key in JSON.
pub(crate) fn show(heap: &mut Heap<'_>, key: &PrivateKey) -> Value {
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let text = str::to_owned;
    let fields = match key {
        PrivateKey::Rsa(key) => {
            let number = |n: &num_bigint::BigUint| encoded(&n.to_bytes_be());
            let mut fields = vec![
                ("kty", text("RSA")),
                ("n", number(&key.public.n)),
                ("e", number(&key.public.e.into())),
                ("d", number(&key.d)),
            ];
            let [p, q] = &key.primes;
            fields.extend([("p", number(p)), ("q", number(q))]);
            if let Some(own) = key.precomputed() {
                fields.extend([("dp", number(&own.dp)), ("dq", number(&own.dq))]);
                fields.push(("qi", number(&own.qinv)));
            }
            fields
        }
        PrivateKey::Ec(key) => vec![
            ("kty", text("EC")),
            ("crv", text(key.public.curve.name())),
            ("x", encoded(&key.public.x)),
            ("y", encoded(&key.public.y)),
            ("d", encoded(&key.d)),
        ],
        PrivateKey::Ed25519(key) => vec![
            ("kty", text("OKP")),
            ("crv", text("Ed25519")),
            ("x", encoded(&key.public.0)),
            ("d", encoded(&key.seed)),
        ],
        PrivateKey::X25519(key) => vec![
            ("kty", text("OKP")),
            ("crv", text("X25519")),
            ("x", encoded(&key.public)),
            ("d", encoded(&key.scalar)),
        ],
    };
    let out = heap.object_new();
    for (name, value) in fields {
        let (name, value) = (heap.string(name), heap.string(&value));
        heap.object_set(out, name, value);
    }
    out
}

/// A name in an error, cut where it is long.
fn preview(name: &str) -> String {
    const LENGTH: usize = 64;
    match name.char_indices().nth(LENGTH) {
        Some((end, _)) => quoted(&format!("{}...", name.get(..end).unwrap_or(""))),
        None => quoted(name),
    }
}

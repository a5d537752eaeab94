//! The members of a key, and the key that they make up.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use kpol_runtime::builtins::encoding::std_decoded;
use kpol_runtime::builtins::quoted;
use kpol_runtime::{Heap, Kind, Value};
use num_bigint::BigUint;

use super::{Algorithm, Key, preview};
use crate::keys::{
    Curve, EcPrivate, EcPublic, EdPrivate, EdPublic, PrivateKey, PublicKey, RsaPrivate, RsaPublic,
    XPrivate,
};
use crate::problem::{Problem, fail};
use crate::x509::Certificate;

/// Algorithms that keys may be for although no token is signed with them.
const OTHER_ALGORITHMS: [&str; 28] = [
    "ES256K",
    "Ed25519",
    "none",
    "A128GCMKW",
    "A128KW",
    "A192GCMKW",
    "A192KW",
    "A256GCMKW",
    "A256KW",
    "dir",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
    "PBES2-HS256+A128KW",
    "PBES2-HS384+A192KW",
    "PBES2-HS512+A256KW",
    "RSA1_5",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "A128CBC-HS256",
    "A128GCM",
    "A192CBC-HS384",
    "A192GCM",
    "A256CBC-HS512",
    "A256GCM",
];

/// Names of curves.
const CURVES: [&str; 7] = [
    "Ed25519", "Ed448", "P-256", "P-384", "P-521", "X25519", "X448",
];

/// The largest number of a key, in octets: as in certificates.
const LARGEST: usize = 2048;
/// How many certificates a key may come with, and how large one may be.
const MOST_CERTIFICATES: usize = 10;
const LARGEST_CERTIFICATE: usize = 256 * 1024;

/// What the members of a key say.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) algorithm: Option<String>,
    pub(super) id: Option<String>,
    curve: Option<String>,
    numbers: [Option<Vec<u8>>; NUMBERS.len()],
}

/// The members that are encoded octets.
const NUMBERS: [&str; 11] = ["n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y", "k"];

impl Members {
    /// Reads all members that keys may have.
    pub(super) fn read(heap: &mut Heap<'_>, object: Value) -> Result<Members, Problem> {
        let mut out = Members::default();
        for (name, value) in heap.entries(object) {
            let name = heap.text(name).to_owned();
            let failed =
                |e: Problem| e.within(format_args!("failed to decode value for key {name}"));
            match name.as_str() {
                "alg" => {
                    let text = string(heap, value).map_err(failed)?;
                    if Algorithm::of(&text).is_none() && !OTHER_ALGORITHMS.contains(&text.as_str())
                    {
                        return Err(failed(Problem::new(format!(
                            "invalid key value: {}: invalid key algorithm",
                            preview(&text)
                        ))));
                    }
                    out.algorithm = Some(text);
                }
                "kid" => out.id = Some(string(heap, value).map_err(|e| failed(read_next(e)))?),
                "use" | "x5t" | "x5t#S256" | "x5u" => {
                    string(heap, value).map_err(|e| failed(read_next(e)))?;
                }
                "key_ops" => operations(heap, value).map_err(failed)?,
                "x5c" => certificates(heap, value).map_err(failed)?,
                "crv" => {
                    let curve = string(heap, value).map_err(failed)?;
                    if !CURVES.contains(&curve.as_str()) {
                        return Err(failed(Problem::new(format!(
                            "unknown EllipticCurveAlgorithm: {}",
                            quoted(&curve)
                        ))));
                    }
                    out.curve = Some(curve);
                }
                other => {
                    let slot = NUMBERS.iter().position(|n| *n == other);
                    if let Some(slot) = slot.and_then(|i| out.numbers.get_mut(i)) {
                        *slot = Some(octets(heap, value).map_err(failed)?);
                    }
                }
            }
        }
        Ok(out)
    }

    fn number(&self, name: &str) -> Option<&[u8]> {
        let at = NUMBERS.iter().position(|n| *n == name)?;
        self.numbers.get(at)?.as_deref()
    }

    /// A member that a key cannot be without.
    fn required(&self, name: &'static str, go_type: &str) -> Result<&[u8], Problem> {
        self.number(name).ok_or_else(|| missing(name, go_type))
    }

    /// The key that the members make up.
    pub(super) fn key(&self, kind: &str, private: bool, go_type: &str) -> Result<Key, Problem> {
        let invalid = |e: Problem| {
            let key = match go_type.trim_start_matches("*jwk.") {
                "rsaPublicKey" => "jwk.RSAPublicKey",
                "rsaPrivateKey" => "jwk.RSAPrivateKey",
                "ecdsaPublicKey" => "jwk.ECDSAPublicKey",
                "ecdsaPrivateKey" => "jwk.ECDSAPrivateKey",
                "okpPublicKey" => "jwk.OKPPublicKey",
                "okpPrivateKey" => "jwk.OKPPrivateKey",
                _ => "jwk.SymmetricKey",
            };
            e.within(key)
                .within("jwk.Parse: key validation failed: key validation failed")
        };
        match kind {
            "RSA" => {
                if private {
                    self.required("d", go_type)?;
                }
                let (e, n) = (self.required("e", go_type)?, self.required("n", go_type)?);
                self.rsa(n, e, private).map_err(invalid)
            }
            "EC" => {
                let curve = self.curve(go_type)?;
                if private {
                    self.required("d", go_type)?;
                }
                let (x, y) = (self.required("x", go_type)?, self.required("y", go_type)?);
                self.ec(curve, x, y, private).map_err(invalid)
            }
            "OKP" => {
                let curve = self.curve(go_type)?;
                if private {
                    self.required("d", go_type)?;
                }
                let x = self.required("x", go_type)?;
                self.okp(curve, x, private).map_err(invalid)
            }
            _ => match self.required("k", go_type)? {
                [] => Err(invalid(Problem::new("missing \"k\" field"))),
                secret => Ok(Key::Secret(secret.to_vec())),
            },
        }
    }

    fn curve(&self, go_type: &str) -> Result<&str, Problem> {
        self.curve.as_deref().ok_or_else(|| missing("crv", go_type))
    }

    fn rsa(&self, n: &[u8], e: &[u8], private: bool) -> Result<Key, Problem> {
        let (n, e) = (natural(n)?, natural(e)?);
        if n.bits() == 0 {
            return fail("missing \"n\" value");
        }
        if e.bits() == 0 {
            return fail("missing \"e\" value");
        }
        if !e.bit(0) {
            return fail("invalid rsa public exponent: must be a positive odd integer");
        }
        let exponent = u64::try_from(&e).ok().filter(|e| i64::try_from(*e).is_ok());
        let Some(exponent) = exponent else {
            return Err(Problem::new(format!(
                "rsa public exponent too large for this platform: {} bits (max 63)",
                e.bits()
            )));
        };
        let public = RsaPublic { n, e: exponent };
        if !private {
            return Ok(Key::Public(PublicKey::Rsa(public)));
        }
        let d = self.number("d").unwrap_or(&[]);
        if d.is_empty() {
            return fail("missing \"d\" value");
        }
        let d = natural(d)?;
        let Some(q) = self.number("q") else {
            return Ok(Key::Incomplete("q"));
        };
        let Some(p) = self.number("p") else {
            return Ok(Key::Incomplete("p"));
        };
        let primes = [natural(p)?, natural(q)?];
        Ok(Key::Private(PrivateKey::Rsa(RsaPrivate {
            public,
            d,
            primes,
        })))
    }

    fn ec(&self, name: &str, x: &[u8], y: &[u8], private: bool) -> Result<Key, Problem> {
        let curve = match name {
            "P-256" => Curve::P256,
            "P-384" => Curve::P384,
            "P-521" => Curve::P521,
            name => {
                return Err(Problem::new(format!(
                    "invalid curve algorithm \"{name}\": unknown elliptic curve algorithm: \"{name}\""
                )));
            }
        };
        let sized = |part: &str, octets: &[u8]| {
            if octets.len() == curve.size() {
                return Ok(());
            }
            let length = octets.len();
            Err(Problem::new(format!(
                "invalid \"{part}\" length ({length}) for curve \"{name}\""
            )))
        };
        sized("x", x)?;
        sized("y", y)?;
        if x.iter().chain(y).all(|b| *b == 0) {
            return fail("invalid ECDSA public key: identity point is not a valid public key");
        }
        let public =
            EcPublic::new(curve, x, y).map_err(|e| e.within("invalid ECDSA public key"))?;
        if !private {
            return Ok(Key::Public(PublicKey::Ec(public)));
        }
        let d = self.number("d").unwrap_or(&[]);
        sized("d", d)?;
        Ok(Key::Private(PrivateKey::Ec(EcPrivate {
            public,
            d: d.to_vec(),
        })))
    }

    fn okp(&self, curve: &str, x: &[u8], private: bool) -> Result<Key, Problem> {
        let d = self.number("d").unwrap_or(&[]);
        if x.is_empty() {
            return fail("missing \"x\" field");
        }
        let known = match curve {
            "Ed25519" => "ed25519",
            "X25519" => "x25519",
            curve => {
                if private && d.is_empty() {
                    return fail("missing \"d\" field");
                }
                return Ok(Key::Unknown {
                    curve: curve.to_owned(),
                    private,
                });
            }
        };
        let Ok(x) = <[u8; 32]>::try_from(x) else {
            return Err(Problem::new(format!("{known}: wrong public key size")));
        };
        if !private {
            return Ok(Key::Public(if curve == "Ed25519" {
                PublicKey::Ed25519(EdPublic(x))
            } else {
                PublicKey::X25519(x)
            }));
        }
        if d.is_empty() {
            return fail("missing \"d\" field");
        }
        let Ok(d) = <[u8; 32]>::try_from(d) else {
            return Err(Problem::new(format!("{known}: wrong private key size")));
        };
        Ok(Key::Private(if curve == "Ed25519" {
            PrivateKey::Ed25519(EdPrivate {
                seed: d,
                public: EdPublic(x),
            })
        } else {
            PrivateKey::X25519(XPrivate::new(d))
        }))
    }
}

fn missing(name: &str, go_type: &str) -> Problem {
    Problem::new(format!(
        "failed to unmarshal JSON into key ({go_type}): failed to unmarshal JSON into key ({go_type}): required field {name} is missing"
    ))
}

fn natural(octets: &[u8]) -> Result<BigUint, Problem> {
    if octets.len() > LARGEST {
        return fail("the number is too large");
    }
    Ok(BigUint::from_bytes_be(octets))
}

fn read_next(problem: Problem) -> Problem {
    problem.within("error reading next value")
}

/// A string; `null` counts as an empty one.
fn string(heap: &Heap<'_>, value: Value) -> Result<String, Problem> {
    match heap.kind(value) {
        Kind::String => Ok(heap.text(value).to_owned()),
        Kind::Null => Ok(String::new()),
        kind => Err(Problem::new(format!(
            "json: cannot unmarshal {} into Go value of type string",
            json_kind(kind)
        ))),
    }
}

/// What Go calls a value of JSON.
pub(super) fn json_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "bool",
        kind => kind.name(),
    }
}

/// A list of strings that are not looked at any further.
fn operations(heap: &mut Heap<'_>, value: Value) -> Result<(), Problem> {
    match heap.kind(value) {
        Kind::Null => Ok(()),
        Kind::Array => {
            let items = heap.items(value);
            let one = |item| match string(heap, item) {
                Err(_) => Err(Problem::new(format!(
                    "json: cannot unmarshal {} into Go value of type jwk.KeyOperation",
                    json_kind(heap.kind(item))
                ))),
                text => text.map(|_| ()),
            };
            items.into_iter().try_for_each(one)
        }
        kind => Err(Problem::new(format!(
            "json: cannot unmarshal {} into Go value of type jwk.KeyOperationList",
            json_kind(kind)
        ))),
    }
}

/// Octets in base64, in either alphabet, with padding or without.
fn octets(heap: &Heap<'_>, value: Value) -> Result<Vec<u8>, Problem> {
    let text = string(heap, value).map_err(read_next)?;
    let alphabet = if text.contains(['+', '/']) {
        &STANDARD
    } else {
        &URL_SAFE
    };
    let padding = if text.ends_with('=') {
        DecodePaddingMode::RequireCanonical
    } else {
        DecodePaddingMode::RequireNone
    };
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(padding);
    // Line breaks are skipped, as Go does it.
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match GeneralPurpose::new(alphabet, config).decode(text) {
        Ok(octets) => Ok(octets),
        Err(_) => fail("expected base64 encoded []byte (string)"),
    }
}

/// Checks the certificates that a key comes with. They are not looked at any further.
fn certificates(heap: &mut Heap<'_>, value: Value) -> Result<(), Problem> {
    const FAILED: &str = "failed to unmarshal certificate chain";
    if heap.kind(value) != Kind::Array {
        return Err(Problem::new("expected JSON array").within(FAILED));
    }
    for (i, item) in heap.items(value).into_iter().enumerate() {
        if i >= MOST_CERTIFICATES {
            let length = i + 1;
            return Err(Problem::new(format!(
                "{FAILED}: certificate chain length {length} exceeds maximum allowed length of {MOST_CERTIFICATES}"
            )));
        }
        certificate(&string(heap, item)?)
            .map_err(|e| e.within(format_args!("failed to decode certificate at index {i}")))?;
    }
    Ok(())
}

fn certificate(text: &str) -> Result<(), Problem> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = std_decoded(&text)
        .map_err(|e| Problem::from(e).within("failed to base64 decode the certificate"))?;
    if der.len() > LARGEST_CERTIFICATE {
        return Err(Problem::new(format!(
            "certificate size {} exceeds maximum allowed size of {LARGEST_CERTIFICATE}",
            der.len()
        )));
    }
    Certificate::parse(&der)
        .map(|_| ())
        .map_err(|e| e.within("failed to parse x509 certificate"))
}

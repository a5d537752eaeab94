//! Private keys in DER: PKCS #1, PKCS #8 and SEC 1.

use num_bigint::{BigInt, Sign};

use crate::asn1::Oid;
use crate::asn1::fields::Fields;
use crate::keys::rsa::Precomputed;
use crate::keys::{Curve, EcPrivate, EdPrivate, PrivateKey, RsaPrivate, RsaPublic, XPrivate};
use crate::problem::{Or, Problem, fail};

const RSA: &[u32] = &[1, 2, 840, 113_549, 1, 1, 1];
const EC: &[u32] = &[1, 2, 840, 10045, 2, 1];
const ED25519: &[u32] = &[1, 3, 101, 112];
const X25519: &[u32] = &[1, 3, 101, 110];

const USE_EC: &str =
    "x509: failed to parse private key (use ParseECPrivateKey instead for this key format)";
const USE_PKCS8: &str =
    "x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)";
const USE_PKCS1: &str =
    "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)";

/// The parts of an RSA key as they are written.
struct Pkcs1 {
    version: i64,
    e: i64,
    /// `n`, `d` and the primes.
    numbers: [BigInt; 4],
    precomputed: [Option<BigInt>; 3],
    more_primes: bool,
}

/// The parts of a key with its algorithm.
struct Pkcs8<'a> {
    algorithm: Oid,
    parameters: &'a [u8],
    key: &'a [u8],
}

/// The parts of a key of an elliptic curve.
struct Sec1<'a> {
    version: i64,
    key: &'a [u8],
    curve: Option<Oid>,
}

/// Reads the first element, and whether it is the only one.
fn read_pkcs1(der: &[u8]) -> Result<(Pkcs1, bool), Problem> {
    let mut outer = Fields::new(der);
    let mut fields = Fields::new(outer.structure("pkcs1PrivateKey")?.content);
    let version = fields.int()?;
    let n = fields.big()?;
    let e = fields.int()?;
    let numbers = [n, fields.big()?, fields.big()?, fields.big()?];
    let precomputed = [
        fields.big_or_none()?,
        fields.big_or_none()?,
        fields.big_or_none()?,
    ];
    let more_primes = fields.is_structure();
    let key = Pkcs1 {
        version,
        e,
        numbers,
        precomputed,
        more_primes,
    };
    Ok((key, outer.is_empty()))
}

fn read_pkcs8(der: &[u8]) -> Result<Pkcs8<'_>, Problem> {
    let mut fields = Fields::new(Fields::new(der).structure("pkcs8")?.content);
    fields.int()?;
    let algorithm = fields.algorithm()?;
    Ok(Pkcs8 {
        algorithm: algorithm.oid,
        parameters: algorithm.parameters,
        key: fields.octets()?,
    })
}

fn read_sec1(der: &[u8]) -> Result<Sec1<'_>, Problem> {
    let mut fields = Fields::new(Fields::new(der).structure("ecPrivateKey")?.content);
    let version = fields.int()?;
    let key = fields.octets()?;
    let curve = if fields.unwrap_context(0)? {
        Some(fields.oid()?)
    } else {
        None
    };
    if fields.unwrap_context(1)? {
        fields.bits()?;
    }
    Ok(Sec1 {
        version,
        key,
        curve,
    })
}

/// A key of PKCS #1.
pub(super) fn pkcs1(der: &[u8]) -> Result<PrivateKey, Problem> {
    let key = match read_pkcs1(der) {
        Ok((_, false)) => return fail("asn1: syntax error: trailing data"),
        Ok((key, true)) => key,
        Err(_) if read_sec1(der).is_ok() => return fail(USE_EC),
        Err(_) if read_pkcs8(der).is_ok() => return fail(USE_PKCS8),
        Err(problem) => return Err(problem),
    };
    if key.version > 1 {
        return fail("x509: unsupported private key version");
    }
    let positive = |n: &BigInt| n.sign() == Sign::Plus;
    if !key.numbers.iter().all(positive) || !key.precomputed.iter().flatten().all(positive) {
        return fail("x509: private key contains zero or negative value");
    }
    if key.more_primes {
        return fail("x509: private key has more than two primes, which is not supported");
    }
    let [n, d, p, q] = key.numbers.map(|n| n.into_parts().1);
    let private = RsaPrivate {
        public: RsaPublic {
            n,
            e: u64::try_from(key.e).unwrap_or(0),
        },
        d,
        primes: [p, q],
    };
    // What is written down counts only where all of it is.
    let written = match key.precomputed.map(|n| n.map(|n| n.into_parts().1)) {
        [Some(dp), Some(dq), Some(qinv)] => Some(Precomputed { dp, dq, qinv }),
        _ => None,
    };
    private.check(written)?;
    Ok(PrivateKey::Rsa(private))
}

/// A key of PKCS #8.
pub(super) fn pkcs8(der: &[u8]) -> Result<PrivateKey, Problem> {
    let outer = match read_pkcs8(der) {
        Ok(outer) => outer,
        Err(_) if read_sec1(der).is_ok() => return fail(USE_EC),
        Err(_) if read_pkcs1(der).is_ok() => return fail(USE_PKCS1),
        Err(problem) => return Err(problem),
    };
    match outer.algorithm.as_slice() {
        RSA => pkcs1(outer.key)
            .map_err(|e| e.within("x509: failed to parse RSA private key embedded in PKCS#8")),
        EC => {
            let curve = Fields::new(outer.parameters).oid().ok();
            ec(curve, outer.key)
                .map_err(|e| e.within("x509: failed to parse EC private key embedded in PKCS#8"))
        }
        ED25519 => {
            let seed = octets("Ed25519", &outer)?;
            match seed.try_into() {
                Ok(seed) => Ok(PrivateKey::Ed25519(EdPrivate::new(seed))),
                Err(_) => Err(Problem::new(format!(
                    "x509: invalid Ed25519 private key length: {}",
                    seed.len()
                ))),
            }
        }
        X25519 => match octets("X25519", &outer)?.try_into() {
            Ok(scalar) => Ok(PrivateKey::X25519(XPrivate::new(scalar))),
            Err(_) => fail("crypto/ecdh: invalid private key size"),
        },
        other => {
            let name: Vec<String> = other.iter().map(u32::to_string).collect();
            Err(Problem::new(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                name.join(".")
            )))
        }
    }
}

/// The octets of a key without parameters.
fn octets<'a>(kind: &str, outer: &Pkcs8<'a>) -> Result<&'a [u8], Problem> {
    if !outer.parameters.is_empty() {
        return Err(Problem::new(format!(
            "x509: invalid {kind} private key parameters"
        )));
    }
    let octets = Fields::new(outer.key).octets();
    octets.map_err(|e| e.within(format_args!("x509: invalid {kind} private key")))
}

/// A key of SEC 1. The curve may be known from elsewhere.
pub(super) fn ec(curve: Option<Oid>, der: &[u8]) -> Result<PrivateKey, Problem> {
    let key = match read_sec1(der) {
        Ok(key) => key,
        Err(_) if read_pkcs8(der).is_ok() => return fail(USE_PKCS8),
        Err(_) if read_pkcs1(der).is_ok() => return fail(USE_PKCS1),
        Err(e) => return Err(e.within("x509: failed to parse EC private key")),
    };
    if key.version != 1 {
        return Err(Problem::new(format!(
            "x509: unknown EC private key version {}",
            key.version
        )));
    }
    let curve = curve.or(key.curve);
    let curve = curve
        .and_then(|oid| Curve::of(&oid))
        .or_fail("x509: unknown elliptic curve")?;
    // Some write a zero before the key, some leave zeros out.
    let extra = key.key.len().saturating_sub(curve.size());
    let (zeros, digits) = key.key.split_at(extra);
    if zeros.iter().any(|b| *b != 0) {
        return fail("x509: invalid private key length");
    }
    let mut scalar = vec![0; curve.size().saturating_sub(digits.len())];
    scalar.extend_from_slice(digits);
    EcPrivate::new(curve, &scalar).map(PrivateKey::Ec)
}

/// A key of any of the three.
pub(super) fn any(der: &[u8]) -> Result<PrivateKey, Problem> {
    if let Ok(key) = pkcs1(der) {
        return Ok(key);
    }
    match pkcs8(der) {
        Ok(PrivateKey::X25519(_)) => {
            return fail("tls: found unknown private key type in PKCS#8 wrapping");
        }
        Ok(key) => return Ok(key),
        Err(_) => {}
    }
    ec(None, der).or_else(|_| fail("tls: failed to parse private key"))
}

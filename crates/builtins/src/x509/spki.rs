//! Public keys of certificates.

use crate::asn1::fields::{Algorithm, Fields};
use crate::asn1::{NULL, Reader, id, oid};
use crate::keys::{Curve, EcPublic, EdPublic, PublicKey, RsaPublic};
use crate::problem::{Or, Problem, fail};

const X25519: &[u32] = &[1, 3, 101, 110];

/// Go's number of a public key's algorithm; 0 where certificates do not know it.
pub(super) fn algorithm_number(oid: &[u32]) -> i64 {
    match oid {
        [1, 2, 840, 113_549, 1, 1, 1] => 1,
        [1, 2, 840, 10040, 4, 1] => 2,
        [1, 2, 840, 10045, 2, 1] => 3,
        [1, 3, 101, 112] => 4,
        _ => 0,
    }
}

/// The key of a `SubjectPublicKeyInfo`.
pub(crate) fn subject_public_key(der: &[u8]) -> Result<PublicKey, Problem> {
    let mut outer = Fields::new(der);
    let parsed = key_info(&mut outer);
    let (_, algorithm, key) = match parsed {
        Ok(info) => info,
        Err(_) if is_pkcs1(der) => {
            return fail(
                "x509: failed to parse public key (use ParsePKCS1PublicKey instead for this key format)",
            );
        }
        Err(problem) => return Err(problem),
    };
    if !outer.is_empty() {
        return fail("x509: trailing data after ASN.1 of public-key");
    }
    public_key(&algorithm, &key)
}

/// The whole structure, the algorithm and the key's bits.
pub(super) fn key_info<'a>(
    outer: &mut Fields<'a>,
) -> Result<(&'a [u8], Algorithm<'a>, Vec<u8>), Problem> {
    let info = outer.structure("publicKeyInfo")?;
    let mut fields = Fields::new(info.content);
    let algorithm = fields.algorithm()?;
    let key = fields.bits()?.right_aligned();
    Ok((info.whole, algorithm, key))
}

fn is_pkcs1(der: &[u8]) -> bool {
    let numbers = |content| {
        let mut fields = Fields::new(content);
        fields.big().and_then(|_| fields.int())
    };
    let outer = Fields::new(der).structure("pkcs1PublicKey");
    outer.and_then(|e| numbers(e.content)).is_ok()
}

/// The key that an algorithm and its bits are.
pub(super) fn public_key(algorithm: &Algorithm<'_>, key: &[u8]) -> Result<PublicKey, Problem> {
    let parameters = algorithm.parameters;
    match algorithm_number(&algorithm.oid) {
        1 if parameters != NULL => fail("x509: RSA key missing NULL parameters"),
        1 => rsa(key),
        2 => dsa(parameters, key),
        3 => {
            let named = Reader::new(parameters).take(id::OID);
            let named = named.and_then(|c| oid(c).ok());
            let named = named.or_fail("x509: invalid ECDSA parameters")?;
            let curve = Curve::of(&named).or_fail("x509: unsupported elliptic curve")?;
            EcPublic::parse(curve, key).map(PublicKey::Ec)
        }
        4 if !parameters.is_empty() => fail("x509: Ed25519 key encoded with illegal parameters"),
        4 => match key.try_into() {
            Ok(key) => Ok(PublicKey::Ed25519(EdPublic(key))),
            Err(_) => fail("x509: wrong Ed25519 public key size"),
        },
        _ if algorithm.oid == X25519 => match key.try_into() {
            _ if !parameters.is_empty() => fail("x509: X25519 key encoded with illegal parameters"),
            Ok(key) => Ok(PublicKey::X25519(key)),
            Err(_) => fail("crypto/ecdh: invalid public key"),
        },
        _ => fail("x509: unknown public key algorithm"),
    }
}

fn rsa(key: &[u8]) -> Result<PublicKey, Problem> {
    let mut fields = Reader::new(key)
        .inside(id::SEQUENCE)
        .or_fail("x509: invalid RSA public key")?;
    let n = fields.big().or_fail("x509: invalid RSA modulus")?;
    let e = fields.int().or_fail("x509: invalid RSA public exponent")?;
    let n = n.to_biguint().filter(|n| n.bits() > 0);
    let n = n.or_fail("x509: RSA modulus is not a positive number")?;
    let e = u64::try_from(e).ok().filter(|e| *e > 0);
    let e = e.or_fail("x509: RSA public exponent is not a positive number")?;
    Ok(PublicKey::Rsa(RsaPublic { n, e }))
}

fn dsa(parameters: &[u8], key: &[u8]) -> Result<PublicKey, Problem> {
    let y = Reader::new(key)
        .big()
        .or_fail("x509: invalid DSA public key")?;
    let numbers = || {
        let mut fields = Reader::new(parameters).inside(id::SEQUENCE)?;
        Some((fields.big()?, fields.big()?, fields.big()?))
    };
    let (p, q, g) = numbers().or_fail("x509: invalid DSA parameters")?;
    if [&p, &q, &g, &y]
        .iter()
        .any(|n| n.sign() != num_bigint::Sign::Plus)
    {
        return fail("x509: zero or negative DSA parameter");
    }
    Ok(PublicKey::Dsa { p, q, g, y })
}

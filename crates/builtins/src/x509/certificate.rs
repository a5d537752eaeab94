//! Reading certificates.

use num_bigint::{BigInt, Sign};

use super::algorithm::SignatureAlgorithm;
use super::extensions::{Extensions, read};
use super::subject::{Name, name};
use super::{Extension, spki};
use crate::asn1::fields::Algorithm;
use crate::asn1::{Reader, Time, id, oid, time};
use crate::keys::PublicKey;
use crate::problem::{Or, Problem, fail};

/// A certificate.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) raw: Vec<u8>,
    pub(crate) raw_tbs: Vec<u8>,
    pub(crate) raw_issuer: Vec<u8>,
    pub(crate) raw_subject: Vec<u8>,
    pub(crate) raw_key: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) serial: BigInt,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
    pub(crate) key_algorithm: i64,
    /// None where the algorithm is unknown.
    pub(crate) key: Option<PublicKey>,
    pub(crate) signature_algorithm: SignatureAlgorithm,
    pub(crate) signature: Vec<u8>,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) meaning: Extensions,
}

impl Certificate {
    /// Reads the one certificate that a text is.
    pub(crate) fn parse(der: &[u8]) -> Result<Certificate, Problem> {
        let certificate = first(der)?;
        if certificate.raw.len() == der.len() {
            Ok(certificate)
        } else {
            fail("x509: trailing data")
        }
    }

    /// Reads certificates that follow one another.
    pub(crate) fn parse_all(mut der: &[u8]) -> Result<Vec<Certificate>, Problem> {
        let mut out = Vec::new();
        while !der.is_empty() {
            let certificate = first(der)?;
            der = der.get(certificate.raw.len()..).unwrap_or(&[]);
            out.push(certificate);
        }
        Ok(out)
    }

    /// The value of an extension.
    pub(super) fn extension(&self, oid: &[u32]) -> Option<&[u8]> {
        let found = self.extensions.iter().find(|e| e.oid == oid);
        found.map(|e| e.value.as_slice())
    }
}

/// An algorithm with parameters, of which nothing else is known.
fn algorithm(content: &[u8]) -> Result<Algorithm<'_>, Problem> {
    let mut fields = Reader::new(content);
    let oid = fields.oid().or_fail("x509: malformed OID")?;
    let parameters = if fields.is_empty() {
        &[][..]
    } else {
        fields.any().or_fail("x509: malformed parameters")?.whole
    };
    Ok(Algorithm { oid, parameters })
}

fn first(der: &[u8]) -> Result<Certificate, Problem> {
    const MALFORMED: &str = "x509: malformed certificate";
    let outer = Reader::new(der).element(id::SEQUENCE).or_fail(MALFORMED)?;
    let mut outer_fields = Reader::new(outer.content);
    let tbs = outer_fields
        .element(id::SEQUENCE)
        .or_fail("x509: malformed tbs certificate")?;
    let mut fields = Reader::new(tbs.content);

    let version = version(&mut fields).or_fail("x509: malformed version")? + 1;
    if version > 3 {
        return fail("x509: invalid version");
    }
    let serial = fields.big().or_fail("x509: malformed serial number")?;
    if serial.sign() == Sign::Minus {
        return fail("x509: negative serial number");
    }
    let signed_with = fields
        .take(id::SEQUENCE)
        .or_fail("x509: malformed signature algorithm identifier")?;
    let said = outer_fields
        .take(id::SEQUENCE)
        .or_fail("x509: malformed algorithm identifier")?;
    if said != signed_with {
        return fail("x509: inner and outer signature algorithm identifiers don't match");
    }
    let signature_algorithm = SignatureAlgorithm::of(&algorithm(signed_with)?);

    let raw_issuer = fields
        .element(id::SEQUENCE)
        .or_fail("x509: malformed issuer")?
        .whole;
    let issuer = name(raw_issuer)?;
    let mut validity = fields
        .inside(id::SEQUENCE)
        .or_fail("x509: malformed validity")?;
    let not_before = moment(&mut validity)?;
    let not_after = moment(&mut validity)?;
    let raw_subject = fields
        .element(id::SEQUENCE)
        .or_fail("x509: malformed issuer")?
        .whole;
    let subject = name(raw_subject)?;

    let info = fields
        .element(id::SEQUENCE)
        .or_fail("x509: malformed spki")?;
    let mut key_fields = Reader::new(info.content);
    let key_type = key_fields
        .take(id::SEQUENCE)
        .or_fail("x509: malformed public key algorithm identifier")?;
    let key_type = algorithm(key_type)?;
    let key_bits = key_fields
        .bits()
        .or_fail("x509: malformed subjectPublicKey")?;
    let key_algorithm = spki::algorithm_number(&key_type.oid);
    let key = match key_algorithm {
        0 => None,
        _ => Some(spki::public_key(&key_type, &key_bits.right_aligned())?),
    };

    let extensions = if version > 1 {
        fields
            .optional(id::context(1))
            .or_fail("x509: malformed issuerUniqueID")?;
        fields
            .optional(id::context(2))
            .or_fail("x509: malformed subjectUniqueID")?;
        if version == 3 {
            extensions(&mut fields)?
        } else {
            Vec::new()
        }
    } else {
        Vec::new()
    };
    let meaning = read(&extensions)?;
    let signature = outer_fields.bits().or_fail("x509: malformed signature")?;
    Ok(Certificate {
        raw: outer.whole.to_vec(),
        raw_tbs: tbs.whole.to_vec(),
        raw_issuer: raw_issuer.to_vec(),
        raw_subject: raw_subject.to_vec(),
        raw_key: info.whole.to_vec(),
        version,
        serial,
        issuer,
        subject,
        not_before,
        not_after,
        key_algorithm,
        key,
        signature_algorithm,
        signature: signature.right_aligned(),
        extensions,
        meaning,
    })
}

/// The version as it is encoded: one less than it is called.
fn version(fields: &mut Reader<'_>) -> Option<i64> {
    let Some(content) = fields.optional(id::wrapped(0))? else {
        return Some(0);
    };
    let mut inner = Reader::new(content);
    let version = inner.int().filter(|v| (0..i64::MAX).contains(v))?;
    inner.is_empty().then_some(version)
}

fn moment(fields: &mut Reader<'_>) -> Result<Time, Problem> {
    let (kind, malformed) = if fields.peek(id::UTC_TIME) {
        (id::UTC_TIME, "x509: malformed UTCTime")
    } else if fields.peek(id::GENERALIZED_TIME) {
        (id::GENERALIZED_TIME, "x509: malformed GeneralizedTime")
    } else {
        return fail("x509: unsupported time format");
    };
    let content = fields.take(kind);
    content.and_then(|c| time(kind, c)).or_fail(malformed)
}

fn extensions(fields: &mut Reader<'_>) -> Result<Vec<Extension>, Problem> {
    const MALFORMED: &str = "x509: malformed extensions";
    let Some(content) = fields.optional(id::wrapped(3)).or_fail(MALFORMED)? else {
        return Ok(Vec::new());
    };
    let mut list = Reader::new(content)
        .inside(id::SEQUENCE)
        .or_fail(MALFORMED)?;
    let mut out: Vec<Extension> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    while !list.is_empty() {
        let mut extension = list
            .inside(id::SEQUENCE)
            .or_fail("x509: malformed extension")?;
        let content = extension.take(id::OID);
        let oid = content
            .and_then(|c| oid(c).ok())
            .or_fail("x509: malformed extension OID field")?;
        let critical = extension.peek(id::BOOLEAN);
        let critical = critical
            && extension
                .boolean()
                .or_fail("x509: malformed extension critical field")?;
        let value = extension
            .take(id::OCTET_STRING)
            .or_fail("x509: malformed extension value field")?;
        if !seen.insert(oid.clone()) {
            let name: Vec<String> = oid.iter().map(u32::to_string).collect();
            return Err(Problem::new(format!(
                "x509: certificate contains duplicate extension with OID \"{}\"",
                name.join(".")
            )));
        }
        out.push(Extension {
            oid,
            critical,
            value: value.to_vec(),
        });
    }
    Ok(out)
}

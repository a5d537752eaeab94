//! Certificate requests: PKCS #10.

use super::algorithm::SignatureAlgorithm;
use super::names::AlternativeNames;
use super::subject::{Attribute, Name, attribute, requested_name};
use super::{Extension, spki};
use crate::asn1::Oid;
use crate::asn1::fields::Fields;
use crate::keys::PublicKey;
use crate::problem::{Problem, fail};

/// An attribute of a request: lists of what an attribute of a name is.
pub(super) struct AttributeSet {
    pub(super) oid: Oid,
    pub(super) values: Vec<Vec<Attribute>>,
}

/// A certificate request.
pub(super) struct Request {
    pub(super) raw: Vec<u8>,
    pub(super) raw_tbs: Vec<u8>,
    pub(super) raw_subject: Vec<u8>,
    pub(super) raw_key: Vec<u8>,
    pub(super) version: i64,
    pub(super) subject: Name,
    pub(super) key_algorithm: i64,
    pub(super) key: Option<PublicKey>,
    pub(super) signature_algorithm: SignatureAlgorithm,
    pub(super) signature: Vec<u8>,
    pub(super) attributes: Vec<AttributeSet>,
    pub(super) extensions: Vec<Extension>,
    pub(super) names: AlternativeNames,
}

const REQUESTED: &[u32] = &[1, 2, 840, 113_549, 1, 9, 14];
const ALTERNATIVE_NAMES: &[u32] = &[2, 5, 29, 17];

impl Request {
    pub(super) fn parse(der: &[u8]) -> Result<Request, Problem> {
        let mut all = Fields::new(der);
        let outer = all.structure("certificateRequest")?;
        let mut fields = Fields::new(outer.content);
        let tbs = fields.structure("tbsCertificateRequest")?;
        let mut inner = Fields::new(tbs.content);
        let version = inner.int()?;
        let raw_subject = inner.raw()?.whole;
        let (raw_key, key_type, key_bits) = spki::key_info(&mut inner)?;
        let mut list = inner.context_list(0)?;
        let mut raw_attributes = Vec::new();
        while !list.is_empty() {
            raw_attributes.push(list.raw()?.whole);
        }
        let signature_algorithm = SignatureAlgorithm::of(&fields.algorithm()?);
        let signature = fields.bits()?.right_aligned();
        all.end()?;

        let key_algorithm = spki::algorithm_number(&key_type.oid);
        let key = match key_algorithm {
            0 => None,
            _ => Some(spki::public_key(&key_type, &key_bits)?),
        };
        let subject = requested_name(raw_subject)?;
        let extensions = extensions(&raw_attributes)?;
        let mut names = AlternativeNames::default();
        for extension in extensions.iter().filter(|e| e.oid == ALTERNATIVE_NAMES) {
            names = AlternativeNames::parse(&extension.value)?;
        }
        Ok(Request {
            raw: outer.whole.to_vec(),
            raw_tbs: tbs.whole.to_vec(),
            raw_subject: raw_subject.to_vec(),
            raw_key: raw_key.to_vec(),
            version,
            subject,
            key_algorithm,
            key,
            signature_algorithm,
            signature,
            attributes: raw_attributes
                .iter()
                .filter_map(|raw| attributes(raw).ok())
                .collect(),
            extensions,
            names,
        })
    }
}

/// An attribute whose values are lists of types and values; others are left out, as Go does it.
fn attributes(raw: &[u8]) -> Result<AttributeSet, Problem> {
    let mut outer = Fields::new(raw);
    let mut fields = Fields::new(outer.structure("AttributeTypeAndValueSET")?.content);
    let oid = fields.oid()?;
    let mut set = Fields::list(fields.set("")?.content, Some(16))?;
    outer.end()?;
    let mut values = Vec::new();
    while !set.is_empty() {
        let mut list = Fields::list(set.structure("")?.content, Some(16))?;
        let mut value = Vec::new();
        while !list.is_empty() {
            value.push(attribute(&mut list)?);
        }
        values.push(value);
    }
    Ok(AttributeSet { oid, values })
}

/// The extensions that are asked for.
fn extensions(raw_attributes: &[&[u8]]) -> Result<Vec<Extension>, Problem> {
    let mut out = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for raw in raw_attributes {
        let Some(list) = requested(raw) else {
            continue;
        };
        let mut list = Fields::list(Fields::new(list).structure("")?.content, Some(16))?;
        while !list.is_empty() {
            let mut fields = Fields::new(list.structure("Extension")?.content);
            let extension = Extension {
                oid: fields.oid()?,
                critical: fields.flag()?,
                value: fields.octets()?.to_vec(),
            };
            if !seen.insert(extension.oid.clone()) {
                return fail("x509: certificate request contains duplicate requested extensions");
            }
            out.push(extension);
        }
    }
    Ok(out)
}

/// The first value of the attribute that asks for extensions; `None` for other attributes.
fn requested(raw: &[u8]) -> Option<&[u8]> {
    let mut outer = Fields::new(raw);
    let mut fields = Fields::new(outer.structure("").ok()?.content);
    let oid = fields.oid().ok()?;
    let mut set = Fields::list(fields.set("").ok()?.content, None).ok()?;
    if oid != REQUESTED || !outer.is_empty() {
        return None;
    }
    let first = set.raw().ok()?.whole;
    while !set.is_empty() {
        set.raw().ok()?;
    }
    Some(first)
}

//! What the extensions of a certificate say.

use super::Extension;
use super::names::{AlternativeNames, NameConstraints, name_constraints};
use crate::asn1::{Oid, Reader, dotted, id, oid, short_integer};
use crate::problem::{Or, Problem, fail};

/// What extensions say. Where one is missing its fields have Go's zero values; `None` is `null`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extensions {
    pub(crate) unhandled_critical: Vec<Oid>,
    pub(crate) key_usage: i64,
    pub(crate) extended_key_usages: Vec<i64>,
    pub(crate) unknown_usages: Vec<Oid>,
    pub(crate) basic_constraints: bool,
    pub(crate) is_ca: bool,
    pub(crate) max_path_length: i64,
    pub(crate) max_path_length_zero: bool,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) ocsp_servers: Vec<String>,
    pub(crate) issuer_urls: Vec<String>,
    pub(crate) names: AlternativeNames,
    pub(crate) constraints: NameConstraints,
    pub(crate) revocation_lists: Vec<String>,
    /// The policies' encoded identifiers.
    pub(crate) policies: Option<Vec<Vec<u8>>>,
    pub(crate) mappings: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) inhibit_any: Limit,
    pub(crate) inhibit_mapping: Limit,
    pub(crate) require_explicit: Limit,
}

/// A number of certificates, and whether it is a zero that was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) count: i64,
    pub(crate) zero: bool,
}

impl Limit {
    const fn of(count: i64) -> Self {
        Limit {
            count,
            zero: count == 0,
        }
    }
}

/// Usages of a key with the numbers that Go gives them.
const USAGES: [(&[u32], i64); 14] = [
    (&[2, 5, 29, 37, 0], 0),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 1], 1),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 2], 2),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 3], 3),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 4], 4),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 5], 5),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 6], 6),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 7], 7),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 8], 8),
    (&[1, 3, 6, 1, 5, 5, 7, 3, 9], 9),
    (&[1, 3, 6, 1, 4, 1, 311, 10, 3, 3], 10),
    (&[2, 16, 840, 1, 113_730, 4, 1], 11),
    (&[1, 3, 6, 1, 4, 1, 311, 2, 1, 22], 12),
    (&[1, 3, 6, 1, 4, 1, 311, 61, 1, 1], 13),
];

const AUTHORITY_INFORMATION: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
const OCSP: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 48, 1];
const ISSUERS: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 48, 2];

/// Reads all extensions.
pub(super) fn read(list: &[Extension]) -> Result<Extensions, Problem> {
    let mut out = Extensions::default();
    for extension in list {
        let handled = one(&mut out, extension)?;
        if extension.critical && !handled {
            out.unhandled_critical.push(extension.oid.clone());
        }
    }
    Ok(out)
}

/// Reads an extension. Whether it is known.
fn one(out: &mut Extensions, extension: &Extension) -> Result<bool, Problem> {
    let mut value = Reader::new(&extension.value);
    match extension.oid.as_slice() {
        [2, 5, 29, 14] => {
            if extension.critical {
                return fail("x509: subject key identifier incorrectly marked critical");
            }
            let key = value.take(id::OCTET_STRING);
            out.subject_key_id = Some(
                key.or_fail("x509: invalid subject key identifier")?
                    .to_vec(),
            );
        }
        [2, 5, 29, 15] => {
            let bits = value.bits().or_fail("x509: invalid key usage")?;
            out.key_usage = (0..9).filter(|i| bits.at(*i)).map(|i| 1 << i).sum();
        }
        [2, 5, 29, 17] => {
            out.names = AlternativeNames::parse(&extension.value)?;
            return Ok(!out.names.is_empty());
        }
        [2, 5, 29, 19] => {
            basic_constraints(out, &mut value).or_fail("x509: invalid basic constraints")?;
        }
        [2, 5, 29, 30] => {
            let (constraints, handled) = name_constraints(extension)?;
            out.constraints = constraints;
            return Ok(handled);
        }
        [2, 5, 29, 31] => revocation_lists(out, value)?,
        [2, 5, 29, 32] => {
            let policies = policies(&mut value);
            out.policies = Some(policies.or_fail("x509: invalid certificate policies")?);
        }
        [2, 5, 29, 33] => {
            mappings(out, &mut value).or_fail("x509: invalid policy mappings extension")?;
        }
        [2, 5, 29, 35] => {
            if extension.critical {
                return fail("x509: authority key identifier incorrectly marked critical");
            }
            let read = |value: &mut Reader<'_>| {
                let mut inner = value.inside(id::SEQUENCE)?;
                inner
                    .optional(id::context(0))
                    .map(|key| key.map(<[u8]>::to_vec))
            };
            out.authority_key_id =
                read(&mut value).or_fail("x509: invalid authority key identifier")?;
        }
        [2, 5, 29, 36] => policy_constraints(out, &mut value)
            .or_fail("x509: invalid policy constraints extension")?,
        [2, 5, 29, 37] => {
            usages(out, &mut value).or_fail("x509: invalid extended key usages")?;
        }
        [2, 5, 29, 54] => {
            let count = value
                .int()
                .or_fail("x509: invalid inhibit any policy extension")?;
            out.inhibit_any = Limit::of(count);
        }
        AUTHORITY_INFORMATION => {
            if extension.critical {
                return fail("x509: authority info access incorrectly marked critical");
            }
            access(out, &mut value).or_fail("x509: invalid authority info access")?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn basic_constraints(out: &mut Extensions, value: &mut Reader<'_>) -> Option<()> {
    let mut inner = value.inside(id::SEQUENCE)?;
    out.basic_constraints = true;
    out.is_ca = inner.peek(id::BOOLEAN) && inner.boolean()?;
    out.max_path_length = if inner.peek(id::INTEGER) {
        inner.int().filter(|n| *n >= 0)?
    } else {
        -1
    };
    out.max_path_length_zero = out.max_path_length == 0;
    Some(())
}

fn revocation_lists(out: &mut Extensions, mut value: Reader<'_>) -> Result<(), Problem> {
    const POINT: &str = "x509: invalid CRL distribution point";
    let mut points = value
        .inside(id::SEQUENCE)
        .or_fail("x509: invalid CRL distribution points")?;
    while !points.is_empty() {
        let mut point = points.inside(id::SEQUENCE).or_fail(POINT)?;
        let Some(name) = point.optional(id::wrapped(0)).or_fail(POINT)? else {
            continue;
        };
        let mut names = Reader::new(name).inside(id::wrapped(0)).or_fail(POINT)?;
        while names.peek(id::context(6)) {
            let url = names.take(id::context(6)).or_fail(POINT)?;
            out.revocation_lists.push(lossy(url));
        }
    }
    Ok(())
}

fn policies(value: &mut Reader<'_>) -> Option<Vec<Vec<u8>>> {
    let mut list = value.inside(id::SEQUENCE)?;
    let mut out = Vec::new();
    let mut seen = std::collections::HashSet::new();
    while !list.is_empty() {
        let policy = list.inside(id::SEQUENCE)?.take(id::OID)?;
        dotted(policy)?;
        if !seen.insert(policy) {
            return None;
        }
        out.push(policy.to_vec());
    }
    Some(out)
}

fn mappings(out: &mut Extensions, value: &mut Reader<'_>) -> Option<()> {
    let mut list = value.inside(id::SEQUENCE)?;
    while !list.is_empty() {
        let mut pair = list.inside(id::SEQUENCE)?;
        let issuer = pair.take(id::OID)?.to_vec();
        out.mappings.push((issuer, pair.take(id::OID)?.to_vec()));
    }
    Some(())
}

fn policy_constraints(out: &mut Extensions, value: &mut Reader<'_>) -> Option<()> {
    let mut inner = value.inside(id::SEQUENCE)?;
    if let Some(count) = inner.optional(id::context(0))? {
        out.require_explicit = Limit::of(short_integer(count).ok()?);
    }
    if let Some(count) = inner.optional(id::context(1))? {
        out.inhibit_mapping = Limit::of(short_integer(count).ok()?);
    }
    Some(())
}

fn usages(out: &mut Extensions, value: &mut Reader<'_>) -> Option<()> {
    let mut list = value.inside(id::SEQUENCE)?;
    while !list.is_empty() {
        let usage = oid(list.take(id::OID)?).ok()?;
        match USAGES.iter().find(|(known, _)| *known == usage) {
            Some((_, number)) => out.extended_key_usages.push(*number),
            None => out.unknown_usages.push(usage),
        }
    }
    Some(())
}

fn access(out: &mut Extensions, value: &mut Reader<'_>) -> Option<()> {
    let mut list = value.inside(id::SEQUENCE)?;
    while !list.is_empty() {
        let mut description = list.inside(id::SEQUENCE)?;
        let method = description.oid()?;
        let Some(url) = description.optional(id::context(6))? else {
            continue;
        };
        match method.as_slice() {
            OCSP => out.ocsp_servers.push(lossy(url)),
            ISSUERS => out.issuer_urls.push(lossy(url)),
            _ => {}
        }
    }
    Some(())
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

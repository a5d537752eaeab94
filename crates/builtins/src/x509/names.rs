//! Alternative names, and what an authority allows of them.

use std::net::IpAddr;

use kpol_runtime::builtins::quoted;
use kpol_runtime::builtins::uri::Url;

use super::Extension;
use crate::asn1::{Reader, id};
use crate::problem::{Hex, Or, Problem, fail};

/// The names that a certificate is for, by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct AlternativeNames {
    pub(crate) dns: Vec<String>,
    pub(crate) emails: Vec<String>,
    /// Four or sixteen octets.
    pub(crate) ips: Vec<Vec<u8>>,
    pub(crate) uris: Vec<Url>,
}

/// An IPv4 network in sixteen octets stays one of four: the lengths do not mix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) ip: Vec<u8>,
    pub(crate) mask: Vec<u8>,
}

/// Names, of which a certificate may have those only, or may not have any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subtrees {
    pub(crate) dns: Vec<String>,
    pub(crate) ips: Vec<Network>,
    pub(crate) emails: Vec<String>,
    pub(crate) uris: Vec<String>,
}

/// What an authority may sign for.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameConstraints {
    pub(crate) critical: bool,
    pub(crate) permitted: Subtrees,
    pub(crate) excluded: Subtrees,
}

/// An address of four or sixteen octets; one that IPv6 maps from IPv4 counts as IPv4.
pub(super) fn address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(four.into());
    }
    let sixteen = <[u8; 16]>::try_from(octets).ok()?;
    Some(IpAddr::from(sixteen).to_canonical())
}

/// A string of ASCII.
fn ascii(octets: &[u8]) -> Option<&str> {
    std::str::from_utf8(octets).ok().filter(|s| s.is_ascii())
}

impl AlternativeNames {
    pub(crate) fn is_empty(&self) -> bool {
        self.dns.is_empty() && self.emails.is_empty() && self.ips.is_empty() && self.uris.is_empty()
    }

    /// Reads the value of an extension.
    pub(super) fn parse(value: &[u8]) -> Result<Self, Problem> {
        let mut names = Reader::new(value)
            .inside(id::SEQUENCE)
            .or_fail("x509: invalid subject alternative names")?;
        let mut out = AlternativeNames::default();
        while !names.is_empty() {
            let name = names
                .any()
                .or_fail("x509: invalid subject alternative name")?;
            let text = ascii(name.content);
            match name.id ^ 0x80 {
                1 => {
                    let text = text.or_fail("x509: SAN rfc822Name is malformed")?;
                    out.emails.push(text.to_owned());
                }
                2 => {
                    let text = text.or_fail("x509: SAN dNSName is malformed")?;
                    out.dns.push(text.to_owned());
                }
                6 => {
                    let text = text.or_fail("x509: SAN uniformResourceIdentifier is malformed")?;
                    out.uris.push(uri(text)?);
                }
                7 => match name.content.len() {
                    4 | 16 => out.ips.push(name.content.to_vec()),
                    length => {
                        return Err(Problem::new(format!(
                            "x509: cannot parse IP address of length {length}"
                        )));
                    }
                },
                _ => {}
            }
        }
        Ok(out)
    }
}

fn uri(text: &str) -> Result<Url, Problem> {
    let cannot =
        |why: &str| Problem::new(format!("x509: cannot parse URI {}: {why}", quoted(text)));
    let url = Url::parse(text).map_err(|e| cannot(&e.text))?;
    if domain_is_valid(&url.host, false) {
        Ok(url)
    } else {
        Err(cannot("invalid domain"))
    }
}

/// Whether labels of visible characters make up a domain, or none do. A constraint may begin with a full stop.
pub(super) fn domain_is_valid(domain: &str, constraint: bool) -> bool {
    if domain.is_empty() {
        return true;
    }
    let domain = match domain.strip_prefix('.') {
        Some(rest) if constraint => rest,
        _ => domain,
    };
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_graphic());
    domain.split('.').all(label)
}

/// Reads the constraints; whether all of their kinds are known.
pub(super) fn name_constraints(extension: &Extension) -> Result<(NameConstraints, bool), Problem> {
    let invalid = "x509: invalid NameConstraints extension";
    let read = || {
        let mut outer = Reader::new(&extension.value);
        let mut inner = outer.inside(id::SEQUENCE)?;
        let permitted = inner.optional(id::wrapped(0))?;
        let excluded = inner.optional(id::wrapped(1))?;
        (outer.is_empty() && inner.is_empty()).then_some((permitted, excluded))
    };
    let (permitted, excluded) = read().or_fail(invalid)?;
    let (permitted, excluded) = (permitted.unwrap_or(&[]), excluded.unwrap_or(&[]));
    if permitted.is_empty() && excluded.is_empty() {
        return fail("x509: empty name constraints extension");
    }
    let mut all_known = true;
    let out = NameConstraints {
        critical: extension.critical,
        permitted: subtrees(permitted, &mut all_known)?,
        excluded: subtrees(excluded, &mut all_known)?,
    };
    Ok((out, all_known))
}

fn subtrees(content: &[u8], all_known: &mut bool) -> Result<Subtrees, Problem> {
    let invalid = "x509: invalid NameConstraints extension";
    let text = |octets| {
        ascii(octets).map(str::to_owned).ok_or_else(|| {
            Problem::new(format!(
                "x509: invalid constraint value: x509: {} cannot be encoded as an IA5String",
                quoted_octets(octets)
            ))
        })
    };
    let refused = |kind: &str, text: &str| {
        Err(Problem::new(format!(
            "x509: failed to parse {kind} constraint {}",
            quoted(text)
        )))
    };
    let mut list = Reader::new(content);
    let mut out = Subtrees::default();
    while !list.is_empty() {
        let mut subtree = list.inside(id::SEQUENCE).or_fail(invalid)?;
        let base = subtree.any().or_fail(invalid)?;
        match base.id ^ 0x80 {
            1 => {
                let email = text(base.content)?;
                let valid = if email.contains('@') {
                    Mailbox::parse(&email).is_some()
                } else {
                    domain_is_valid(&email, true)
                };
                if !valid {
                    return refused("rfc822Name", &email);
                }
                out.emails.push(email);
            }
            2 => {
                let domain = text(base.content)?;
                if !domain_is_valid(&domain, true) {
                    return refused("dnsName", &domain);
                }
                out.dns.push(domain);
            }
            6 => {
                let domain = text(base.content)?;
                if domain.parse::<IpAddr>().is_ok() {
                    return Err(Problem::new(format!(
                        "x509: failed to parse URI constraint {}: cannot be IP address",
                        quoted(&domain)
                    )));
                }
                if !domain_is_valid(&domain, true) {
                    return refused("URI", &domain);
                }
                out.uris.push(domain);
            }
            7 => out.ips.push(network(base.content)?),
            _ => *all_known = false,
        }
    }
    Ok(out)
}

/// Octets in quotes; those that are no text by their numbers.
fn quoted_octets(octets: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in octets.utf8_chunks() {
        let text = quoted(chunk.valid());
        out.push_str(text.get(1..text.len() - 1).unwrap_or(""));
        chunk
            .invalid()
            .iter()
            .for_each(|b| out.push_str(&format!("\\x{b:02x}")));
    }
    out.push('"');
    out
}

fn network(octets: &[u8]) -> Result<Network, Problem> {
    if !matches!(octets.len(), 8 | 32) {
        let length = octets.len();
        return Err(Problem::new(format!(
            "x509: IP constraint contained value of length {length}"
        )));
    }
    let (ip, mask) = octets.split_at(octets.len() / 2);
    let ones: u32 = mask.iter().map(|b| b.count_ones()).sum();
    let leading = mask.iter().take_while(|b| **b == 0xff).count();
    let border = mask.get(leading).map_or(0, |b| b.leading_ones());
    let leading = u32::try_from(leading).unwrap_or(0);
    if ones != leading * 8 + border {
        return Err(Problem::new(format!(
            "x509: IP constraint contained invalid mask {}",
            Hex(mask)
        )));
    }
    Ok(Network {
        ip: ip.to_vec(),
        mask: mask.to_vec(),
    })
}

/// An address of e-mail, as RFC 2821 has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Mailbox {
    pub(super) local: Vec<u8>,
    pub(super) domain: String,
}

impl Mailbox {
    pub(super) fn parse(text: &str) -> Option<Mailbox> {
        let mut rest = text.bytes().peekable();
        let mut local = Vec::new();
        if rest.next_if_eq(&b'"').is_some() {
            loop {
                match rest.next()? {
                    b'"' => break,
                    b'\\' => local.push(
                        rest.next()
                            .filter(|b| matches!(b, 1..=9 | 11 | 12 | 14..=127))?,
                    ),
                    b @ (1..=8 | 11 | 12 | 14..=33 | 35..=91 | 93..=127) => local.push(b),
                    _ => return None,
                }
            }
        } else {
            loop {
                let plain =
                    |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(b);
                if rest.next_if_eq(&b'\\').is_some() {
                    local.push(rest.next()?);
                } else if let Some(b) = rest.next_if(plain) {
                    local.push(b);
                } else {
                    break;
                }
            }
            let dots = local.windows(2).any(|pair| pair == b"..");
            if dots
                || local.is_empty()
                || local.first() == Some(&b'.')
                || local.last() == Some(&b'.')
            {
                return None;
            }
        }
        rest.next_if_eq(&b'@')?;
        let domain: Vec<u8> = rest.collect();
        let domain = String::from_utf8(domain).ok()?;
        let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_graphic());
        let valid = domain.is_empty() || domain.split('.').all(label);
        valid.then_some(Mailbox { local, domain })
    }
}

//! Whether the names of a chain's certificates are those that its authorities may sign for.

use std::net::IpAddr;

use kpol_runtime::builtins::uri::Url;

use super::Certificate;
use super::names::{Mailbox, Network, Subtrees, domain_is_valid};

const ALTERNATIVE_NAMES: &[u32] = &[2, 5, 29, 17];
const NAME_CONSTRAINTS: &[u32] = &[2, 5, 29, 30];

/// How many comparisons of a name with a constraint a chain may take. Beyond it counts as not allowed.
const MOST: usize = 1_000_000;

/// The names of a certificate, as constraints look at them.
struct Names<'c> {
    dns: &'c [String],
    /// The hosts of URLs.
    uris: Vec<String>,
    emails: Vec<Mailbox>,
    ips: &'c [Vec<u8>],
}

/// Whether all names of a chain, whose leaf comes first, are allowed by the authorities above them.
pub(super) fn are_met(chain: &[&Certificate]) -> bool {
    let authorities: Vec<(usize, &Certificate)> = chain
        .iter()
        .enumerate()
        .filter(|(_, c)| c.extension(NAME_CONSTRAINTS).is_some())
        .map(|(i, c)| (i, *c))
        .collect();
    chain.iter().enumerate().all(|(i, certificate)| {
        let mut above = authorities.iter().filter(|(at, _)| *at > i).peekable();
        if above.peek().is_none() || certificate.extension(ALTERNATIVE_NAMES).is_none() {
            return true;
        }
        let Some(names) = names(certificate) else {
            return false;
        };
        above.all(|(_, authority)| {
            comparisons(authority, &names) <= MOST && allows(authority, &names)
        })
    })
}

fn comparisons(authority: &Certificate, names: &Names<'_>) -> usize {
    let constraints = &authority.meaning.constraints;
    let sizes = |own: usize, list: fn(&Subtrees) -> usize| {
        own.saturating_mul(list(&constraints.permitted) + list(&constraints.excluded))
    };
    sizes(names.dns.len(), |s| s.dns.len())
        .saturating_add(sizes(names.uris.len(), |s| s.uris.len()))
        .saturating_add(sizes(names.emails.len(), |s| s.emails.len()))
        .saturating_add(sizes(names.ips.len(), |s| s.ips.len()))
}

/// The names of a certificate; `None` where one of them cannot be compared with any constraint.
fn names(certificate: &Certificate) -> Option<Names<'_>> {
    let names = &certificate.meaning.names;
    let mailbox = |text: &String| {
        let mut mailbox = Mailbox::parse(text)?;
        mailbox.domain = mailbox.domain.to_lowercase();
        domain_is_valid(&mailbox.domain, false).then_some(mailbox)
    };
    if !names.dns.iter().all(|name| domain_is_valid(name, false)) {
        return None;
    }
    Some(Names {
        dns: &names.dns,
        uris: names.uris.iter().map(host).collect::<Option<_>>()?,
        emails: names.emails.iter().map(mailbox).collect::<Option<_>>()?,
        ips: &names.ips,
    })
}

/// The domain of a URL; `None` where it has none.
fn host(url: &Url) -> Option<String> {
    let mut host = url.host.to_lowercase();
    if host.contains(':') && !host.ends_with(']') {
        // The port, and the one colon before it.
        let (name, _) = url.host.rsplit_once(':')?;
        let literal = name.strip_prefix('[').and_then(|n| n.strip_suffix(']'));
        if literal.is_none() && name.contains([':', '[', ']']) {
            return None;
        }
        host = literal.unwrap_or(name).to_owned();
    }
    let is_literal = host.starts_with('[') && host.ends_with(']');
    let usable = !host.is_empty() && !is_literal && host.parse::<IpAddr>().is_err();
    (usable && domain_is_valid(&host, false)).then_some(host)
}

fn allows(authority: &Certificate, names: &Names<'_>) -> bool {
    let constraints = &authority.meaning.constraints;
    let (permitted, excluded) = (&constraints.permitted, &constraints.excluded);
    let ips = names.ips.iter().all(|ip| {
        let within = |list: &[Network]| list.iter().any(|n| contains(n, ip));
        (permitted.ips.is_empty() || within(&permitted.ips)) && !within(&excluded.ips)
    });
    let domains = |own: &[String], permitted: &[String], excluded: &[String]| {
        own.iter().all(|name| {
            (permitted.is_empty() || permitted.iter().any(|c| is_within(c, name)))
                && !excluded.iter().any(|c| touches(c, name))
        })
    };
    let emails = names.emails.iter().all(|email| {
        (permitted.emails.is_empty() || permits_email(permitted, email))
            && !excludes_email(excluded, email)
    });
    ips && emails
        && domains(names.dns, &permitted.dns, &excluded.dns)
        && domains(&names.uris, &permitted.uris, &excluded.uris)
}

fn contains(network: &Network, ip: &[u8]) -> bool {
    let masked = network.ip.iter().zip(&network.mask).zip(ip);
    network.ip.len() == ip.len() && { masked }.all(|((n, mask), b)| n & mask == b & mask)
}

/// Whether a name is a constraint's domain, or below it. A constraint that begins with a full stop is no name itself.
fn is_within(constraint: &str, name: &str) -> bool {
    let Some(start) = name.len().checked_sub(constraint.len()) else {
        return false;
    };
    let Some((before, tail)) = name.split_at_checked(start) else {
        return false;
    };
    tail.eq_ignore_ascii_case(constraint)
        && (constraint.is_empty()
            || constraint.starts_with('.')
            || before.is_empty()
            || before.ends_with('.'))
}

/// Whether a name may stand for one of an excluded constraint: a wildcard stands for its siblings too.
fn touches(constraint: &str, name: &str) -> bool {
    let parent = |name: &str| {
        let dot = name.find('.')?;
        name.get(dot..).map(str::to_lowercase)
    };
    is_within(constraint, name)
        || name.starts_with('*')
            && parent(name).is_some_and(|own| parent(constraint).as_ref() == Some(&own))
}

fn is_mailbox(constraint: &str, email: &Mailbox) -> bool {
    constraint.contains('@')
        && Mailbox::parse(constraint).is_some_and(|mut mailbox| {
            mailbox.domain = mailbox.domain.to_lowercase();
            mailbox == *email
        })
}

fn permits_email(permitted: &Subtrees, email: &Mailbox) -> bool {
    permitted.emails.iter().any(|constraint| {
        is_mailbox(constraint, email)
            || !constraint.contains('@') && is_within(constraint, &email.domain)
    })
}

fn excludes_email(excluded: &Subtrees, email: &Mailbox) -> bool {
    excluded.emails.iter().any(|constraint| {
        is_mailbox(constraint, email)
            || !constraint.contains('@') && touches(constraint, &email.domain)
    })
}

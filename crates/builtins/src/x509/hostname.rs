//! Whether a certificate is for a host.

use std::net::IpAddr;

use super::Certificate;
use super::names::address;

impl Certificate {
    /// Whether the certificate names a host, or an address.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let names = &self.meaning.names;
        let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let bare = inner.filter(|h| !h.is_empty()).unwrap_or(host);
        if let Some(ip) = parse_ip(bare) {
            return names.ips.iter().any(|own| address(own) == Some(ip));
        }
        let host = host.to_ascii_lowercase();
        let valid = is_valid(host.strip_suffix('.').unwrap_or(&host), false);
        names.dns.iter().any(|pattern| {
            let pattern = pattern.to_ascii_lowercase();
            if valid && is_valid(&pattern, true) {
                matches(&pattern, host.strip_suffix('.').unwrap_or(&host))
            } else {
                !matches!(pattern.as_str(), "" | ".") && pattern == host
            }
        })
    }
}

/// An address; zones are no part of one.
fn parse_ip(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// Whether labels are those of a host. A pattern may begin with `*`.
fn is_valid(host: &str, pattern: bool) -> bool {
    if host == "*" {
        return false;
    }
    host.split('.').enumerate().all(|(i, label)| {
        if pattern && i == 0 && label == "*" {
            return true;
        }
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        !label.is_empty() && !label.starts_with('-') && label.bytes().all(fits)
    })
}

/// Whether each label is the same; `*` is any first one.
fn matches(pattern: &str, host: &str) -> bool {
    let (mut pattern, mut host) = (pattern.split('.'), host.split('.'));
    let first = match (pattern.next(), host.next()) {
        (Some("*"), Some(_)) => true,
        (a, b) => a == b,
    };
    first && pattern.eq(host)
}

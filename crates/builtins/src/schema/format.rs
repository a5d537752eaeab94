//! The values of `format` that there are.

use std::net::{Ipv4Addr, Ipv6Addr};

use kpol_runtime::builtins::{regex, time::is_time, uri::Url};

use super::mail;

const CLOCK: &str = "15:04:05";
const CLOCK_IN_ZONE: &str = "15:04:05Z07:00";
const DATE: &str = "2006-01-02";
const DATE_TIME: &str = "2006-01-02T15:04:05Z07:00";

/// Whether a text has a format. Formats that nobody knows take all texts.
pub(super) fn matches(format: &str, text: &str) -> bool {
    match format {
        "date" => is_time(DATE, text),
        "time" => is_time(CLOCK_IN_ZONE, text) || is_time(CLOCK, text),
        "date-time" => [CLOCK, CLOCK_IN_ZONE, DATE, DATE_TIME]
            .iter()
            .any(|layout| is_time(layout, text)),
        "hostname" => is_hostname(text),
        "email" | "idn-email" => mail::is_address(text),
        "ipv4" => is_ip(text) && text.contains('.'),
        "ipv6" => is_ip(text) && text.contains(':'),
        "uri" | "iri" => {
            let url = Url::parse(text);
            url.is_ok_and(|url| !url.scheme.is_empty()) && !text.contains('\\')
        }
        "uri-reference" | "iri-reference" => Url::parse(text).is_ok() && !text.contains('\\'),
        "uri-template" => {
            let url = Url::parse(text);
            url.is_ok_and(|url| is_balanced(&url.path)) && !text.contains('\\')
        }
        "uuid" => is_uuid(text),
        "regex" => text.is_empty() || regex::pattern(text).is_ok(),
        "json-pointer" => is_pointer(text),
        "relative-json-pointer" => is_relative_pointer(text),
        _ => true,
    }
}

fn is_ip(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok() || text.parse::<Ipv6Addr>().is_ok()
}

fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() < 256 && text.split('.').all(is_label)
}

/// Whether each opening brace is closed.
fn is_balanced(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, inner)) = rest.split_once('{') {
        match inner.split_once('}') {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    true
}

fn is_uuid(text: &str) -> bool {
    let mut lengths = [8, 4, 4, 4, 12].into_iter();
    let all = text.split('-').all(|group| {
        lengths.next() == Some(group.len()) && group.bytes().all(|b| b.is_ascii_hexdigit())
    });
    all && lengths.next().is_none()
}

fn is_pointer(text: &str) -> bool {
    (text.is_empty() || text.starts_with('/'))
        && text
            .split('~')
            .skip(1)
            .all(|behind| behind.starts_with(['0', '1']))
}

fn is_relative_pointer(text: &str) -> bool {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let number = digits == "0" || !digits.is_empty() && !digits.starts_with('0');
    number && (rest == "#" || is_pointer(rest))
}

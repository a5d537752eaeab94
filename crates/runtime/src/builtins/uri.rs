//! `uri.parse` and `uri.is_valid`: URLs as Go's `net/url` reads them.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::net::Ipv6Addr;

use super::{
    BuiltinError, Outcome, Table,
    encoding::escaped,
    operand::{text, text_or_none},
    rego_text::quoted,
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[("uri.is_valid", is_valid), ("uri.parse", parse)];

/// The parts of a URL; empty where there is none.
#[derive(Default)]
struct Url {
    scheme: String,
    hostname: String,
    port: String,
    path: String,
    raw_path: String,
    raw_query: String,
    fragment: String,
}

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let valid = text_or_none(heap, args).is_some_and(|s| !s.is_empty() && url(s).is_ok());
    Ok(Value::boolean(valid))
}

fn parse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?;
    let url = url(source).map_err(|(part, problem)| {
        BuiltinError::failed(format!("parse {}: {problem}", quoted(part)))
    })?;
    let out = heap.object_new();
    for (key, value) in [
        ("scheme", &url.scheme),
        ("hostname", &url.hostname),
        ("port", &url.port),
        ("path", &url.path),
        ("raw_path", &url.raw_path),
        ("raw_query", &url.raw_query),
        ("fragment", &url.fragment),
    ] {
        if !value.is_empty() {
            let (key, value) = (heap.string(key), heap.string(value));
            heap.object_set(out, key, value);
        }
    }
    Ok(out)
}

/// Reads a URL. An error is the part that was read, and the problem.
fn url(source: &str) -> Result<Url, (&str, String)> {
    let (main, fragment) = source.split_once('#').unwrap_or((source, ""));
    let mut out = without_fragment(main).map_err(|problem| (main, problem))?;
    out.fragment = unescape(fragment, Part::Other).map_err(|problem| (source, problem))?;
    Ok(out)
}

fn without_fragment(source: &str) -> Result<Url, String> {
    let mut out = Url::default();
    if source.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Err("net/url: invalid control character in URL".to_string());
    }
    if source == "*" {
        out.path = "*".to_string();
        out.raw_path = "*".to_string();
        return Ok(out);
    }
    let (scheme, rest) = scheme(source)?;
    out.scheme = scheme.to_ascii_lowercase();
    let (mut rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    out.raw_query = query.to_string();
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return Ok(out);
        }
        let segment = rest.split('/').next().unwrap_or("");
        if segment.contains(':') {
            return Err("first path segment in URL cannot contain colon".to_string());
        }
    }
    if (!scheme.is_empty() || !rest.starts_with("///"))
        && let Some(after) = rest.strip_prefix("//")
    {
        let end = after.find('/').unwrap_or(after.len());
        authority(after.get(..end).unwrap_or(""), &mut out)?;
        rest = after.get(end..).unwrap_or("");
    }
    out.path = unescape(rest, Part::Other)?;
    if !out.path.is_empty() {
        // Go keeps the path as it was written only where it would not write it so itself.
        let own = escape_path(&out.path);
        out.raw_path = if rest == own {
            out.path.clone()
        } else {
            rest.to_string()
        };
    }
    Ok(out)
}

/// The scheme, and what follows its colon.
fn scheme(source: &str) -> Result<(&str, &str), String> {
    for (i, b) in source.bytes().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err("missing protocol scheme".to_string()),
            b':' => {
                return Ok((
                    source.get(..i).unwrap_or(""),
                    source.get(i + 1..).unwrap_or(""),
                ));
            }
            _ => break,
        }
    }
    Ok(("", source))
}

fn authority(text: &str, out: &mut Url) -> Result<(), String> {
    let (user, host) = match text.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, text),
    };
    let host = host_of(host, &out.scheme)?;
    if let Some(user) = user {
        let valid = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
        if !user.chars().all(valid) {
            return Err("net/url: invalid userinfo".to_string());
        }
        unescape(user, Part::Other)?;
    }
    let (name, port) = match host.rfind(':').map(|i| host.split_at(i)) {
        Some((name, port)) if is_port(port) => (name, port.trim_start_matches(':')),
        _ => (host.as_str(), ""),
    };
    let inner = name.strip_prefix('[').and_then(|n| n.strip_suffix(']'));
    out.hostname = inner.unwrap_or(name).to_string();
    out.port = port.to_string();
    Ok(())
}

/// Nothing, or a colon and digits.
fn is_port(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_prefix(':')
            .is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()))
}

fn check_port(text: &str) -> Result<(), String> {
    if is_port(text) {
        Ok(())
    } else {
        Err(format!("invalid port {} after host", quoted(text)))
    }
}

fn host_of(host: &str, scheme: &str) -> Result<String, String> {
    match host.rfind('[') {
        Some(0) => {}
        Some(_) => return Err("invalid IP-literal".to_string()),
        None => {
            let first = host.find(':');
            // Only the schemes of the web insist that a port is all that a colon may begin.
            let colon = if matches!(scheme, "http" | "https") {
                first
            } else {
                host.rfind(':')
            };
            check_port(colon.and_then(|i| host.get(i..)).unwrap_or(""))?;
            return unescape(host, Part::Host);
        }
    }
    let close = host.rfind(']').ok_or("missing ']' in host")?;
    let port = host.get(close + 1..).unwrap_or("");
    check_port(port)?;
    let literal = host.get(1..close).unwrap_or("");
    let (ip, zone) = match literal.find("%25") {
        Some(i) => literal.split_at(i),
        None => (literal, ""),
    };
    let ip = unescape(ip, Part::Host)?;
    let zone = unescape(zone, Part::Zone)?;
    if ip.parse::<core::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".to_string());
    }
    if ip.parse::<Ipv6Addr>().is_err() || zone == "%" {
        return Err(format!(
            "invalid host: ParseAddr({}): unable to parse IP",
            quoted(&format!("{ip}{zone}"))
        ));
    }
    Ok(format!("[{ip}{zone}]{port}"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Zone,
    Other,
}

/// Characters that a host may hold unescaped.
fn host_character(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&b)
}

fn unescape(s: &str, part: Part) -> Result<String, String> {
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s.as_bytes();
    while let Some((b, tail)) = rest.split_first() {
        if *b != b'%' {
            if part != Part::Other && b.is_ascii() && !host_character(*b) {
                return Err(format!(
                    "invalid character {} in host name",
                    quoted(&char::from(*b).to_string())
                ));
            }
            out.push(*b);
            rest = tail;
            continue;
        }
        let shown = rest.get(..3).unwrap_or(rest);
        let bad = || {
            let shown = String::from_utf8_lossy(shown);
            format!("invalid URL escape {}", quoted(&shown))
        };
        let (byte, tail) = escaped(tail).ok_or_else(bad)?;
        let allowed = match part {
            Part::Other => true,
            Part::Host => byte >= 0x80 || byte == b'%',
            Part::Zone => byte == b'%' || byte == b' ' || host_character(byte),
        };
        if !allowed {
            return Err(bad());
        }
        out.push(byte);
        rest = tail;
    }
    Ok(match String::from_utf8(out) {
        Ok(s) => s,
        Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
    })
}

/// A path as Go writes it.
fn escape_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for b in path.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

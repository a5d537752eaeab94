//! URLs, read as Go reads them: nothing is normalized.

use std::sync::Arc;

use super::{Found, Function, failed, string_list, text, truth};
use crate::value::{Key, Map, Value};

/// A URL: an absolute one, or an absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    text: String,
    scheme: String,
    host: String,
    path: String,
    query: String,
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Url {
    fn parse(text: &str) -> Result<Self, String> {
        let invalid = |why: &str| format!("parse {text:?}: {why}");
        if text.is_empty() {
            return Err(invalid("empty url"));
        }
        if text.bytes().any(|b| b < 0x20 || b == 0x7f) {
            return Err(invalid("net/url: invalid control character in URL"));
        }
        let (scheme, rest) = scheme(text).map_err(invalid)?;
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        if let Some(escape) = bad_escape(fragment) {
            return Err(invalid(&format!("invalid URL escape {escape:?}")));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            text: text.to_owned(),
            scheme: scheme.to_ascii_lowercase(),
            host: String::new(),
            path: String::new(),
            query: query.to_owned(),
        };
        if !rest.starts_with('/') {
            if scheme.is_empty() {
                return Err(invalid("invalid URI for request"));
            }
            // Such as `mailto:a@b`: nothing of it is a path.
            return Ok(url);
        }
        let mut path = rest;
        if let Some(authority) = rest
            .strip_prefix("//")
            .filter(|_| !rest.starts_with("///") || !scheme.is_empty())
        {
            let end = authority.find('/').unwrap_or(authority.len());
            let (authority, behind) = authority.split_at(end);
            let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
            check_host(host).map_err(|why| invalid(&why))?;
            if !user
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b))
            {
                return Err(invalid("net/url: invalid userinfo"));
            }
            url.host = host.to_owned();
            path = behind;
        }
        if let Some(escape) = bad_escape(path) {
            return Err(invalid(&format!("invalid URL escape {escape:?}")));
        }
        url.path = path.to_owned();
        Ok(url)
    }

    fn hostname(&self) -> &str {
        let host = self.split_port().0;
        host.strip_prefix('[')
            .and_then(|h| h.strip_suffix(']'))
            .unwrap_or(host)
    }

    fn split_port(&self) -> (&str, &str) {
        match self.host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
            _ => (&self.host, ""),
        }
    }

    fn escaped_path(&self) -> String {
        let mut escaped = String::with_capacity(self.path.len());
        for b in self.path.bytes() {
            let plain = b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:@/%[]".contains(&b);
            if plain {
                escaped.push(char::from(b));
            } else {
                escaped.push_str(&format!("%{b:02X}"));
            }
        }
        escaped
    }

    fn query(&self) -> Map {
        let mut all: Vec<(Arc<str>, Vec<String>)> = Vec::new();
        for pair in self
            .query
            .split('&')
            .filter(|p| !p.is_empty() && !p.contains(';'))
        {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(key), Some(value)) = (unescape(key), unescape(value)) else {
                continue;
            };
            match all.iter_mut().find(|(k, _)| **k == *key) {
                Some((_, values)) => values.push(value),
                None => all.push((Arc::from(key), vec![value])),
            }
        }
        all.into_iter()
            .map(|(key, values)| (Key::String(key), string_list(values)))
            .collect()
    }
}

fn scheme(text: &str) -> Result<(&str, &str), &'static str> {
    for (at, b) in text.bytes().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at > 0 => {
                return Ok((
                    text.get(..at).unwrap_or(""),
                    text.get(at + 1..).unwrap_or(""),
                ));
            }
            b':' => return Err("missing protocol scheme"),
            _ => return Ok(("", text)),
        }
    }
    Ok(("", text))
}

fn check_host(host: &str) -> Result<(), String> {
    let (name, port) = match host.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((_, port)) => ("", port),
            None => return Err("missing ']' in host".to_owned()),
        },
        None => host.find(':').map_or((host, ""), |at| host.split_at(at)),
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    if !port.is_empty() && (!port.starts_with(':') || !digits.bytes().all(|b| b.is_ascii_digit())) {
        return Err(format!("invalid port {port:?} after host"));
    }
    // Of letters that could stand there, none may be escaped.
    if let Some(at) = name.find('%') {
        let escape = name.get(at..at + 3).unwrap_or("%");
        if bad_escape(escape).is_some() || escape.as_bytes().get(1).is_some_and(|b| *b < b'8') {
            return Err(format!("invalid URL escape {escape:?}"));
        }
    }
    match name.chars().find(|c| {
        matches!(
            c,
            ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}'
        )
    }) {
        Some(c) => Err(format!(
            "invalid character {:?} in host name",
            c.to_string()
        )),
        None => Ok(()),
    }
}

fn hex(b: u8) -> Option<u8> {
    char::from(b)
        .to_digit(16)
        .and_then(|d| u8::try_from(d).ok())
}

/// The first `%` that two hexadecimal digits do not follow, with what does.
fn bad_escape(s: &str) -> Option<String> {
    let mut rest = s.as_bytes();
    while let Some(at) = rest.iter().position(|b| *b == b'%') {
        rest = rest.get(at..).unwrap_or_default();
        match rest {
            [_, a, b, ..] if hex(*a).is_some() && hex(*b).is_some() => {}
            _ => return Some(String::from_utf8_lossy(rest.get(..3).unwrap_or(rest)).into_owned()),
        }
        rest = rest.get(3..).unwrap_or_default();
    }
    None
}

fn unescape(s: &str) -> Option<String> {
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [a, b, after @ ..]) => {
                out.push(hex(*a)? * 16 + hex(*b)?);
                rest = after;
            }
            (b'%', _) => return None,
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(*other),
        }
    }
    String::from_utf8(out).ok()
}

fn part(args: &[Value], part: impl FnOnce(&Url) -> String) -> Found {
    match args {
        [Value::Url(url)] => text(part(url)),
        _ => None,
    }
}

pub(super) static TABLE: &[Function] = &[
    Function::global("url", 1, |args, _| match args {
        [Value::String(s)] => match Url::parse(s) {
            Ok(url) => Some(Ok(Value::Url(Arc::new(url)))),
            Err(why) => failed(format!(
                "URL parse error during conversion from string: {why}"
            )),
        },
        _ => None,
    }),
    Function::global("isURL", 1, |args, _| match args {
        [Value::String(s)] => truth(Url::parse(s).is_ok()),
        _ => None,
    }),
    Function::member("getScheme", 1, |args, _| {
        part(args, |url| url.scheme.clone())
    }),
    Function::member("getHost", 1, |args, _| part(args, |url| url.host.clone())),
    Function::member("getHostname", 1, |args, _| {
        part(args, |url| url.hostname().to_owned())
    }),
    Function::member("getPort", 1, |args, _| {
        part(args, |url| url.split_port().1.to_owned())
    }),
    Function::member("getEscapedPath", 1, |args, _| part(args, Url::escaped_path)),
    Function::member("getQuery", 1, |args, _| match args {
        [Value::Url(url)] => Some(Ok(Value::from(url.query()))),
        _ => None,
    }),
];

//! URLs as Go's `net/url` reads, resolves and writes them.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, net::Ipv6Addr};

use super::super::{encoding::escaped, rego_text::quoted};

/// A URL, or a reference to one. Parts are empty where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case.
    pub scheme: String,
    /// What follows the scheme where that is no path: `mailto:` and the like.
    pub opaque: String,
    /// Name, and perhaps password, both decoded.
    pub user: Option<(String, Option<String>)>,
    /// Name and port, the name decoded.
    pub host: String,
    /// Decoded.
    pub path: String,
    /// The path as it was written, where it would not be written so by itself.
    pub raw_path: String,
    /// As it was written.
    pub raw_query: String,
    /// Decoded.
    pub fragment: String,
    /// The fragment as it was written, where it would not be written so by itself.
    pub raw_fragment: String,
    /// Whether there is a question mark with nothing behind it.
    pub force_query: bool,
    /// Whether a path followed the scheme without `//`.
    pub omit_host: bool,
}

/// Why a text is no URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlError {
    /// In Go's words: `parse "what was read": the problem`.
    pub text: String,
}

impl Url {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`UrlError`] where Go has one.
    pub fn parse(source: &str) -> Result<Url, UrlError> {
        let error = |part: &str, problem: String| UrlError {
            text: format!("parse {}: {problem}", quoted(part)),
        };
        let (main, fragment) = source.split_once('#').unwrap_or((source, ""));
        let mut out = without_fragment(main).map_err(|problem| error(main, problem))?;
        out.set_fragment(fragment)
            .map_err(|problem| error(source, problem))?;
        Ok(out)
    }

    /// The host without its port and brackets.
    #[must_use]
    pub fn hostname(&self) -> &str {
        let name = self.split_host().0;
        let inner = name.strip_prefix('[').and_then(|n| n.strip_suffix(']'));
        inner.unwrap_or(name)
    }

    /// The port's digits.
    #[must_use]
    pub fn port(&self) -> &str {
        self.split_host().1
    }

    fn split_host(&self) -> (&str, &str) {
        match self.host.rfind(':').map(|i| self.host.split_at(i)) {
            Some((name, port)) if is_port(port) => (name, port.trim_start_matches(':')),
            _ => (&self.host, ""),
        }
    }

    /// The path as it is sent.
    #[must_use]
    pub fn escaped_path(&self) -> String {
        encoded(&self.path, &self.raw_path, Target::Path)
    }

    /// What `reference` means where this URL is the base.
    #[must_use]
    pub fn resolve(&self, reference: &Url) -> Url {
        let mut url = reference.clone();
        if reference.scheme.is_empty() {
            url.scheme.clone_from(&self.scheme);
        }
        if !reference.scheme.is_empty() || !reference.host.is_empty() || reference.user.is_some() {
            url.set_path(&resolve_path(&reference.escaped_path(), ""));
            return url;
        }
        if !reference.opaque.is_empty() {
            url.path = String::new();
            return url;
        }
        if reference.path.is_empty() && !reference.force_query && reference.raw_query.is_empty() {
            url.raw_query.clone_from(&self.raw_query);
            if reference.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
                url.raw_fragment.clone_from(&self.raw_fragment);
            }
        }
        if reference.path.is_empty() && !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            return url;
        }
        url.host.clone_from(&self.host);
        url.user.clone_from(&self.user);
        url.set_path(&resolve_path(
            &self.escaped_path(),
            &reference.escaped_path(),
        ));
        url
    }

    fn set_path(&mut self, raw: &str) {
        if let Ok((path, raw)) = decoded(raw, Target::Path) {
            (self.path, self.raw_path) = (path, raw);
        }
    }

    fn set_fragment(&mut self, raw: &str) -> Result<(), String> {
        (self.fragment, self.raw_fragment) = decoded(raw, Target::Fragment)?;
        Ok(())
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if self.opaque.is_empty() {
            self.write_hierarchy(f)?;
        } else {
            f.write_str(&self.opaque)?;
        }
        if self.force_query || !self.raw_query.is_empty() {
            write!(f, "?{}", self.raw_query)?;
        }
        if !self.fragment.is_empty() {
            let fragment = encoded(&self.fragment, &self.raw_fragment, Target::Fragment);
            write!(f, "#{fragment}")?;
        }
        Ok(())
    }
}

impl Url {
    fn write_hierarchy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.escaped_path();
        let named = !self.host.is_empty() || self.user.is_some();
        let slashes = if self.scheme.is_empty() {
            named
        } else {
            named || !self.path.is_empty() && !self.omit_host
        };
        if slashes {
            f.write_str("//")?;
        }
        if let Some((name, password)) = &self.user {
            f.write_str(&escape(name, Target::User))?;
            if let Some(password) = password {
                write!(f, ":{}", escape(password, Target::User))?;
            }
            f.write_str("@")?;
        }
        f.write_str(&escape(&self.host, Target::Host))?;
        if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
            f.write_str("/")?;
        }
        let first = path.split('/').next().unwrap_or_default();
        if self.scheme.is_empty() && !slashes && first.contains(':') {
            f.write_str("./")?;
        }
        f.write_str(&path)
    }
}

/// Joins paths and takes the dots out.
fn resolve_path(base: &str, reference: &str) -> String {
    let full = if reference.is_empty() {
        base.to_string()
    } else if reference.starts_with('/') {
        reference.to_string()
    } else {
        let folder = base.rfind('/').and_then(|i| base.get(..=i));
        format!("{}{reference}", folder.unwrap_or_default())
    };
    if full.is_empty() {
        return full;
    }
    // Behind the slash that it begins with.
    let mut out = String::new();
    let mut first = true;
    let mut last = "";
    for element in full.split('/') {
        last = element;
        match element {
            "." => first = false,
            ".." => match out.rfind('/') {
                Some(i) => out.truncate(i),
                None => {
                    out.clear();
                    first = true;
                }
            },
            _ => {
                if !first {
                    out.push('/');
                }
                out.push_str(element);
                first = false;
            }
        }
    }
    if matches!(last, "." | "..") {
        out.push('/');
    }
    if out.starts_with('/') {
        out
    } else {
        format!("/{out}")
    }
}

fn without_fragment(source: &str) -> Result<Url, String> {
    let mut out = Url::default();
    if source.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Err("net/url: invalid control character in URL".to_string());
    }
    if source == "*" {
        out.path = "*".to_string();
        return Ok(out);
    }
    let (scheme, rest) = scheme(source)?;
    out.scheme = scheme.to_ascii_lowercase();
    let (mut rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    out.force_query = query.is_empty() && source.ends_with('?');
    out.raw_query = query.to_string();
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            out.opaque = rest.to_string();
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
    } else {
        out.omit_host = !scheme.is_empty() && rest.starts_with('/');
    }
    (out.path, out.raw_path) = decoded(rest, Target::Path)?;
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
        out.user = Some(match user.split_once(':') {
            Some((name, password)) => {
                let name = unescape(name, Part::Other)?;
                (name, Some(unescape(password, Part::Other)?))
            }
            None => (unescape(user, Part::Other)?, None),
        });
    }
    out.host = host;
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

/// What is written with escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    User,
    Host,
    Path,
    Fragment,
}

impl Target {
    /// Whether a byte stands for itself.
    fn plain(self, b: u8) -> bool {
        b.is_ascii_alphanumeric()
            || b"-_.~".contains(&b)
            || match self {
                Target::User => b"$&+,;=".contains(&b),
                Target::Host => host_character(b),
                Target::Path => b"$&+,/:;=@".contains(&b),
                Target::Fragment => b"$&+,/:;=?@!()*".contains(&b),
            }
    }

    /// Whether a byte may stand for itself in what was written.
    fn allowed(self, b: u8) -> bool {
        b"!$&'()*+,;=:@[]%".contains(&b) || self.plain(b)
    }
}

fn escape(text: &str, target: Target) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if target.plain(b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// A part decoded, and as it was written where it would not be written so.
fn decoded(raw: &str, target: Target) -> Result<(String, String), String> {
    let plain = unescape(raw, Part::Other)?;
    let raw = if escape(&plain, target) == raw {
        String::new()
    } else {
        raw.to_string()
    };
    Ok((plain, raw))
}

/// A part as it was written, if that still means it.
fn encoded(plain: &str, raw: &str, target: Target) -> String {
    let kept = !raw.is_empty()
        && raw.bytes().all(|b| target.allowed(b))
        && unescape(raw, Part::Other).is_ok_and(|text| text == plain);
    if kept {
        raw.to_string()
    } else if target == Target::Path && plain == "*" {
        plain.to_string()
    } else {
        escape(plain, target)
    }
}

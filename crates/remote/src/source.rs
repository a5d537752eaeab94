//! What a source is, by the syntax of go-getter, which conftest uses.

use std::path::{Path, PathBuf};

use url::Url;

use crate::PullError;

/// A source of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// As written, without passwords: what messages and the lock file show.
    pub(crate) shown: String,
    /// The URL as conftest completes it. Its last part is the name of what is pulled.
    pub(crate) detected: String,
    pub(crate) place: Place,
    /// The folder behind `//`.
    pub(crate) subdir: String,
    /// `?archive=`: how to unpack it, whatever its name is; `-` for not at all.
    pub(crate) archive: Option<String>,
    /// `?checksum=`.
    pub(crate) checksum: Option<String>,
    /// `?filename=`.
    pub(crate) filename: Option<String>,
}

/// Where a source lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    File(PathBuf),
    Git(Git),
    Http(Url),
    /// A registry's artifact, without a scheme.
    Oci(String),
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Git {
    pub(crate) url: Url,
    pub(crate) reference: Option<String>,
    pub(crate) depth: Option<u32>,
    /// A private key, in base64.
    pub(crate) ssh_key: Option<String>,
}

impl Source {
    /// Reads a source. Relative paths are relative to `base`.
    pub(crate) fn parse(text: &str, base: &Path) -> Result<Source, PullError> {
        let shown = redacted(text);
        let failed = |reason: &str| PullError::Source {
            source_text: shown.clone(),
            reason: reason.to_owned(),
        };
        if text.is_empty() || text.starts_with('-') || text.contains(['\0', '\n', '\r']) {
            return Err(failed("expected a path or a URL"));
        }
        let (force, rest, subdir) = detect(text, base).map_err(failed)?;
        let scheme = scheme(&rest).unwrap_or_default().to_ascii_lowercase();
        let kind = force.clone().unwrap_or_else(|| scheme.clone());
        let detected = match &force {
            Some(force) => format!("{force}::{rest}"),
            None => rest.clone(),
        };
        let mut source = Source {
            shown: shown.clone(),
            detected,
            place: Place::File(PathBuf::new()),
            subdir,
            archive: None,
            checksum: None,
            filename: None,
        };
        // Kubewarden writes `registry://`.
        if kind == "oci" || kind == "registry" {
            let reference = rest.split_once("://").map_or(rest.as_str(), |(_, r)| r);
            source.place = Place::Oci(reference.to_owned());
            return Ok(source);
        }
        if !matches!(kind.as_str(), "file" | "git" | "http" | "https") {
            return Err(PullError::Scheme(kind));
        }
        let mut url = Url::parse(&rest).map_err(|error| {
            let scp = scheme == "ssh" && error == url::ParseError::InvalidPort;
            failed(if scp {
                "the port is no number; `host:path` is written without `ssh://`, as in git::git@host:path"
            } else {
                "not a valid URL"
            })
        })?;
        let mut git = (None, None, None);
        let mut kept = Vec::new();
        for (name, value) in url.query_pairs() {
            let value = value.into_owned();
            match (name.as_ref(), kind.as_str()) {
                ("archive", _) => {
                    source.archive = Some(match value.as_str() {
                        "false" | "0" | "f" | "F" | "FALSE" | "False" => "-".to_owned(),
                        _ => value,
                    });
                }
                ("checksum", _) => source.checksum = Some(value),
                ("filename", _) => source.filename = Some(value),
                ("ref", "git") => git.0 = Some(value),
                ("depth", "git") => git.1 = value.parse().ok().filter(|depth| *depth > 0),
                ("sshkey", "git") => git.2 = Some(value),
                (name, _) => kept.push((name.to_owned(), value)),
            }
        }
        // What is left goes to the server, as it was written where nothing was taken out.
        if kept.len() != url.query_pairs().count() {
            url.set_query(None);
            if !kept.is_empty() {
                url.query_pairs_mut().extend_pairs(kept);
            }
        }
        if let Some(name) = &source.filename
            && (name.is_empty() || name.contains(['/', '\\']) || name == ".." || name == ".")
        {
            return Err(failed("`filename` leads elsewhere"));
        }
        source.place = match kind.as_str() {
            "file" => Place::File(file_path(&url).ok_or_else(|| {
                failed("the URL of a file has three slashes, as in file:///policies")
            })?),
            "git" => {
                let (reference, depth, ssh_key) = git;
                if !matches!(url.scheme(), "https" | "http" | "ssh" | "git" | "file") {
                    return Err(failed(
                        "git is used with https, http, ssh, git and file only",
                    ));
                }
                if url.host_str().is_some_and(|host| host.starts_with('-'))
                    || url.username().starts_with('-')
                {
                    return Err(failed("a host does not begin with `-`"));
                }
                if reference.as_deref().is_some_and(|r| r.starts_with('-')) {
                    return Err(failed("a ref does not begin with `-`"));
                }
                Place::Git(Git {
                    url,
                    reference: reference.filter(|r| !r.is_empty()),
                    depth,
                    ssh_key,
                })
            }
            _ => Place::Http(url),
        };
        Ok(source)
    }

    /// The name of the file that the source is, if it is one.
    pub(crate) fn file_name(&self) -> String {
        if let Some(name) = &self.filename {
            return name.clone();
        }
        let last = match &self.place {
            Place::File(path) => path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
            Place::Http(url) => url
                .path_segments()
                .and_then(|mut segments| segments.next_back())
                .map(|name| percent_decoded(name).unwrap_or_else(|| name.to_owned())),
            Place::Git(_) | Place::Oci(_) => None,
        };
        last.unwrap_or_default()
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let url = Url::parse(&format!("http://h/?{}", text.replace('+', "%2B"))).ok()?;
    url.query_pairs()
        .next()
        .map(|(name, _)| name.into_owned())
        .filter(|name| !name.contains(['/', '\\', '\0']))
}

fn file_path(url: &Url) -> Option<PathBuf> {
    let mut url = url.clone();
    // `localhost` was replaced.
    if url.host_str() == Some("127.0.0.1") {
        url.set_host(None).ok()?;
    }
    url.to_file_path().ok()
}

/// What is forced in front of `::`, the URL, and the folder behind `//`.
fn detect(text: &str, base: &Path) -> Result<(Option<String>, String, String), &'static str> {
    // As conftest does: Go's URLs begin with no `localhost:5000`.
    let text = text.replace("localhost", "127.0.0.1");
    let (force, rest) = forced(&text);
    let force = force.map(str::to_owned);
    let (rest, subdir) = split_subdir(rest);
    if scheme(&rest).is_some() {
        return Ok((force, rest, subdir));
    }
    let (found, rest) = complete(&rest, base)?;
    let (rest, inner) = split_subdir(&rest);
    let subdir = match (inner.as_str(), subdir.as_str()) {
        ("", _) => subdir,
        (_, "") => inner,
        _ => format!("{inner}/{subdir}"),
    };
    Ok((force.or_else(|| found.map(str::to_owned)), rest, subdir))
}

/// The URL that something without a scheme stands for, and how to get it.
fn complete(text: &str, base: &Path) -> Result<(Option<&'static str>, String), &'static str> {
    if is_registry(text) {
        if !text.contains('/') {
            return Err("URL is not a valid registry URL");
        }
        let last = text.rsplit('/').next().unwrap_or_default();
        let tag = if last.contains(':') { "" } else { ":latest" };
        return Ok((None, format!("oci://{text}{tag}")));
    }
    if let Some(rest) = text.strip_prefix("github.com/") {
        let mut parts = rest.splitn(3, '/');
        let (Some(owner), Some(name)) = (parts.next(), parts.next()) else {
            return Err("GitHub URLs should be github.com/username/repo");
        };
        let folder = parts.next();
        let (name, query) = name.split_once('?').map_or((name, ""), |(n, q)| (n, q));
        let name = name.strip_suffix(".git").unwrap_or(name);
        let mut url = format!("https://github.com/{owner}/{name}.git");
        if let Some(folder) = folder {
            let (folder, query) = folder.split_once('?').map_or((folder, ""), |(f, q)| (f, q));
            url = format!("{url}//{folder}");
            if !query.is_empty() {
                url = format!("{url}?{query}");
            }
        }
        if !query.is_empty() {
            url = format!("{url}?{query}");
        }
        return Ok((Some("git"), url));
    }
    if text.starts_with("bitbucket.org/") {
        return Err("write Bitbucket's repositories as git::https://bitbucket.org/owner/repo.git");
    }
    if let Some((host, path)) = text.strip_prefix("git@").and_then(|t| t.split_once(':'))
        && !host.is_empty()
        && !path.is_empty()
    {
        let path = path.strip_prefix('/').unwrap_or(path);
        return Ok((Some("git"), format!("ssh://git@{host}/{path}")));
    }
    let (path, query) = text.split_once('?').map_or((text, ""), |(p, q)| (p, q));
    let joined = lexical(&base.join(path));
    let absolute = if joined.is_absolute() {
        joined
    } else {
        // Where conftest is followed, as it does.
        Path::new("/").join(joined)
    };
    let mut url = Url::from_file_path(absolute).map_err(|()| "not a path of a file")?;
    url.set_query((!query.is_empty()).then_some(query));
    Ok((None, url.into()))
}

/// A path without `.` and, as far as it goes, `..`.
fn lexical(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() && !out.is_absolute() {
                    out.push("..");
                }
            }
            part => out.push(part),
        }
    }
    out
}

/// Whether something without a scheme names a registry that conftest knows.
fn is_registry(text: &str) -> bool {
    let known = ["azurecr.io", "gcr.io", "registry.gitlab.com", "pkg.dev"];
    known.iter().any(|host| text.contains(host))
        || text.starts_with("quay.io")
        || has_ecr(text)
        || ["::1:", "127.0.0.1:"].iter().any(|host| {
            text.split(host)
                .skip(1)
                .any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
}

/// `123456789012.dkr.ecr.REGION.amazonaws.com`
fn has_ecr(text: &str) -> bool {
    text.match_indices(".dkr.ecr.").any(|(at, found)| {
        let digits = text.get(..at).unwrap_or_default().bytes().rev();
        let region = text.get(at + found.len()..).unwrap_or_default();
        let end = region
            .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
            .unwrap_or(region.len());
        digits.take_while(u8::is_ascii_digit).count() >= 12
            && region
                .get(end..)
                .is_some_and(|rest| rest.starts_with(".amazonaws.com"))
    })
}

/// `git::URL`
fn forced(text: &str) -> (Option<&str>, &str) {
    match text.split_once("::") {
        Some((force, rest))
            if !force.is_empty()
                && !rest.is_empty()
                && force.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            (Some(force), rest)
        }
        _ => (None, text),
    }
}

/// The scheme of a URL, as Go finds it.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let first = bytes.next()?;
    (first.is_ascii_alphabetic()
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')))
    .then_some(scheme)
}

/// Takes the folder behind `//` out of a URL.
fn split_subdir(text: &str) -> (String, String) {
    let (path, query) = match text.find('?') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let start = path.find("://").map_or(0, |at| at + 3);
    match path.get(start..).and_then(|rest| rest.find("//")) {
        Some(at) => {
            let (front, back) = path.split_at(start + at);
            let subdir = back.trim_start_matches('/');
            (format!("{front}{query}"), subdir.to_owned())
        }
        None => (text.to_owned(), String::new()),
    }
}

/// A source without what is secret in it.
pub(crate) fn redacted(text: &str) -> String {
    let (path, query) = match text.find('?') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut out = String::new();
    match path.split_once("://") {
        Some((front, rest)) => {
            let (authority, tail) = match rest.find('/') {
                Some(at) => rest.split_at(at),
                None => (rest, ""),
            };
            out.push_str(front);
            out.push_str("://");
            match authority.rsplit_once('@') {
                // The user of ssh is no secret; that of others may be a token.
                Some((user, host)) if front.ends_with("ssh") => {
                    out.push_str(user.split(':').next().unwrap_or_default());
                    out.push('@');
                    out.push_str(host);
                }
                Some((_, host)) => {
                    out.push_str("redacted@");
                    out.push_str(host);
                }
                None => out.push_str(authority),
            }
            out.push_str(tail);
        }
        None => out.push_str(path),
    }
    for (number, pair) in query.trim_start_matches('?').split('&').enumerate() {
        if query.is_empty() {
            break;
        }
        out.push(if number == 0 { '?' } else { '&' });
        let (name, _) = pair.split_once('=').unwrap_or((pair, ""));
        if is_secret(name) {
            out.push_str(name);
            out.push_str("=redacted");
        } else {
            out.push_str(pair);
        }
    }
    out
}

/// Whether the value of a parameter is secret, by its name.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = [
        "sshkey",
        "token",
        "secret",
        "password",
        "signature",
        "credential",
        "access_key",
    ];
    words.iter().any(|word| name.contains(word)) || name == "sig"
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;

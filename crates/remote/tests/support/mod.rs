//! Servers on this machine, for tests: a registry, and files over HTTP.
#![allow(dead_code)] // Not each test needs all of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use sha2::{Digest, Sha256};

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("sha256:{hex}")
}

/// What a server has.
#[derive(Default)]
pub(crate) struct State {
    /// Blobs by digest.
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    /// Manifests by `name:tag` and `name:digest`, with their types.
    pub(crate) manifests: BTreeMap<String, (String, Vec<u8>)>,
    /// Files by path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Where paths redirect to.
    pub(crate) redirects: BTreeMap<String, String>,
    /// The value of `Authorization` without which nothing is given.
    pub(crate) authorization: Option<String>,
    /// Whether a token is asked for, and not a password.
    pub(crate) bearer: bool,
    /// Whether the registry knows of referrers.
    pub(crate) referrers: bool,
    /// Requests: method and path.
    pub(crate) log: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) state: Arc<Mutex<State>>,
}

impl Server {
    pub(crate) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server {
            address: listener.local_addr().unwrap().to_string(),
            state: Arc::default(),
        };
        let own = server.clone();
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                thread::spawn(move || own.serve(&stream));
            }
        });
        server
    }

    pub(crate) fn edit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// Adds a manifest under a tag and its digest, which is returned.
    pub(crate) fn manifest(&self, name: &str, tag: &str, text: &str) -> String {
        let digest = digest(text.as_bytes());
        let kind = "application/vnd.oci.image.manifest.v1+json".to_owned();
        self.edit(|state| {
            for reference in [tag, &digest] {
                let entry = (kind.clone(), text.as_bytes().to_vec());
                state.manifests.insert(format!("{name}:{reference}"), entry);
            }
        });
        digest
    }

    /// Adds a blob; returns its descriptor.
    pub(crate) fn blob(&self, kind: &str, notes: &[(&str, &str)], bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let size = bytes.len();
        self.edit(|state| state.blobs.insert(digest.clone(), bytes.to_vec()));
        let notes: BTreeMap<_, _> = notes.iter().copied().collect();
        let notes = serde_json::to_string(&notes).unwrap();
        format!(
            r#"{{"mediaType":"{kind}","digest":"{digest}","size":{size},"annotations":{notes}}}"#
        )
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.is_empty() {
            return;
        }
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (mut length, mut authorization, mut kind) = (0, None, String::new());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            let Some((name, value)) = header.trim_end().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "authorization" => authorization = Some(value.to_owned()),
                "content-type" => kind = value.to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let reply = {
            let mut state = self.state.lock().unwrap();
            state.log.push(format!("{method} {target}"));
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            if path == "/token" {
                // Any password that is right gives the token.
                match authorization.as_deref() {
                    Some("Basic bWU6c2VjcmV0") => reply(200, &[], br#"{"token":"tok"}"#),
                    _ => reply(401, &[], b"no such user: bWU6c2VjcmV0"),
                }
            } else if path.starts_with("/v2/")
                && state.authorization.is_some()
                && state.authorization != authorization
            {
                let challenge = if state.bearer {
                    format!(
                        r#"Bearer realm="http://{}/token",service="test""#,
                        self.address
                    )
                } else {
                    r#"Basic realm="test""#.to_owned()
                };
                let error = br#"{"errors":[{"code":"UNAUTHORIZED","message":"log in"}]}"#;
                reply(401, &[("WWW-Authenticate", &challenge)], error)
            } else {
                state.route(method, path, query, &kind, body)
            }
        };
        let mut stream = stream;
        let reply = if method == "HEAD" {
            let end = reply.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            reply[..end + 4].to_vec()
        } else {
            reply
        };
        let _ = stream.write_all(&reply);
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        out += &format!("{name}: {value}\r\n");
    }
    out += "\r\n";
    let mut out = out.into_bytes();
    out.extend_from_slice(body);
    out
}

impl State {
    fn route(
        &mut self,
        method: &str,
        path: &str,
        query: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Vec<u8> {
        let missing = br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not known"}]}"#;
        if let Some(to) = self.redirects.get(path) {
            return reply(302, &[("Location", to)], b"");
        }
        if let Some(content) = self.files.get(path) {
            return reply(200, &[], content);
        }
        let Some(rest) = path.strip_prefix("/v2/") else {
            return reply(404, &[], b"nothing here");
        };
        if rest.is_empty() {
            return reply(200, &[], b"{}");
        }
        if let Some((name, digest)) = rest.split_once("/blobs/") {
            if method == "POST" {
                let place = format!("/v2/{name}/blobs/uploads/1");
                return reply(202, &[("Location", &place)], b"");
            }
            if method == "PUT" {
                let digest = query
                    .split('=')
                    .next_back()
                    .unwrap_or("")
                    .replace("%3A", ":");
                assert_eq!(digest, self::digest(&body));
                self.blobs.insert(digest, body);
                return reply(201, &[("Location", "/done")], b"");
            }
            return match self.blobs.get(digest) {
                Some(blob) => reply(200, &[], blob),
                None => reply(404, &[], missing),
            };
        }
        if let Some((name, reference)) = rest.split_once("/manifests/") {
            if method == "PUT" {
                let digest = digest(&body);
                for reference in [reference, &digest] {
                    let entry = (kind.to_owned(), body.clone());
                    self.manifests.insert(format!("{name}:{reference}"), entry);
                }
                return reply(201, &[("Location", "/done")], b"");
            }
            return match self.manifests.get(&format!("{name}:{reference}")) {
                Some((kind, manifest)) => reply(200, &[("Content-Type", kind)], manifest),
                None => reply(404, &[], missing),
            };
        }
        if let Some((name, subject)) = rest.split_once("/referrers/")
            && self.referrers
        {
            return match self.manifests.get(&format!("{name}:referrers-{subject}")) {
                Some((_, index)) => reply(200, &[], index),
                None => {
                    let index = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
                    reply(200, &[], index.as_bytes())
                }
            };
        }
        reply(404, &[], missing)
    }
}

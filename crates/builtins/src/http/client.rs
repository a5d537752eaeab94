//! Sending requests: redirects, retries, limits, and Go's words for what goes wrong.

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use kpol_runtime::builtins::uri::Url;
use ureq::{
    Agent, Error,
    config::{AutoHeaderValue, Config},
    http::{self, HeaderName, HeaderValue, Method, StatusCode, Uri},
    unversioned::resolver::DefaultResolver,
};

use super::{Failure, Result, request::Request, response::Response, transport::Dialer};
use crate::standard::Options;

/// The largest body that is read.
const MAX_BODY: u64 = 32 << 20;
const MAX_REDIRECTS: u32 = 10;
/// How long a request is sent again for, however often it may be.
const MAX_RETRYING: Duration = Duration::from_secs(60);

/// Headers that the client sets itself.
const OWN: [&str; 4] = ["content-length", "host", "trailer", "transfer-encoding"];
/// Headers that no other host gets to see.
const SENSITIVE: [&str; 6] = [
    "authorization",
    "cookie",
    "cookie2",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
];

/// Sends a request; again where there is no response. That it cannot be said how often is told after all that is
/// wrong with the request itself.
pub(super) fn send(options: &Options, request: &Request, retries: Result<u32>) -> Result<Response> {
    let started = Instant::now();
    let (first, socket) = request.target()?;
    options
        .check_host(first.hostname())
        .map_err(|error| Failure::Eval(error.message))?;
    let has_tls = request.has_tls || !request.tls.server_name.is_empty();
    let tls = if has_tls || request.enable_redirect || first.scheme == "https" {
        Some(Arc::new(request.tls.config().map_err(Failure::Eval)?))
    } else {
        None
    };
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| Failure::Eval(format!("net/http: invalid method {:?}", request.method)))?;
    if let Some(problem) = &request.bad_header {
        return Err(Failure::Eval(problem.clone()));
    }
    let retries = retries?;
    let mut delay = 0;
    for attempt in 0.. {
        let exchange = Exchange {
            options,
            request,
            socket: socket.as_deref(),
            tls: tls.as_ref(),
            deadline: Instant::now() + request.timeout,
        };
        let failure = match exchange.run(&first, &method) {
            Err(failure @ Failure::Network { .. }) => failure,
            outcome => return outcome,
        };
        let waited = started.elapsed() + Duration::from_millis(delay);
        if attempt == retries || waited > MAX_RETRYING {
            return Err(failure);
        }
        thread::sleep(Duration::from_millis(delay));
        // From a tenth of a second on, 1.6 times as long each time.
        delay = (delay * 8 / 5).max(160);
    }
    Err(Failure::Plain("no attempt was made".to_owned()))
}

/// Sends a request with conditions, once; nothing where there is no response.
pub(super) fn conditional(
    options: &Options,
    request: &Request,
    conditions: Vec<(String, String)>,
) -> Option<Response> {
    let mut request = request.clone();
    request.headers.extend(conditions);
    send(options, &request, Ok(0)).ok()
}

/// One attempt, with all redirects.
struct Exchange<'e> {
    options: &'e Options,
    request: &'e Request,
    socket: Option<&'e str>,
    tls: Option<&'e Arc<rustls::ClientConfig>>,
    deadline: Instant,
}

/// Where a redirect leads.
struct Hop {
    url: Url,
    method: Method,
    /// Whether the body is sent along.
    with_body: bool,
    /// Whether the headers that are meant for the first host only are.
    trusted: bool,
    keeps_host: bool,
    referer: Option<String>,
}

impl Exchange<'_> {
    fn run(&self, first: &Url, method: &Method) -> Result<Response> {
        let operation = operation(method);
        let mut hop = Hop {
            url: first.clone(),
            method: method.clone(),
            with_body: true,
            trusted: true,
            keeps_host: true,
            referer: None,
        };
        for _ in 0..=MAX_REDIRECTS {
            let response = self.exchange(&hop).map_err(|(why, timed_out)| {
                let what = format!("{operation} \"{}\"", without_password(&hop.url));
                Failure::Network {
                    what,
                    why,
                    timed_out,
                }
            })?;
            let location = response.header("location").map(str::to_owned);
            let redirected = matches!(response.code, 301 | 302 | 303 | 307 | 308);
            let location = match location {
                Some(location) if self.request.enable_redirect && redirected => location,
                _ => return Ok(response),
            };
            let refused = |why: String| Failure::Network {
                what: format!("{operation} \"{location}\""),
                why,
                timed_out: false,
            };
            let target = Url::parse(&location).map_err(|e| {
                refused(format!(
                    "failed to parse Location header {location:?}: {}",
                    e.text
                ))
            })?;
            let url = hop.url.resolve(&target);
            self.options
                .check_host(url.hostname())
                .map_err(|error| refused(error.message))?;
            let same_method = matches!(response.code, 307 | 308);
            if !same_method && hop.method != Method::HEAD {
                hop.method = Method::GET;
            }
            hop.with_body &= same_method;
            hop.trusted &= is_within(url.hostname(), first.hostname());
            hop.keeps_host = target.scheme.is_empty();
            let secret = hop.url.scheme == "https" && url.scheme == "http";
            let mut referer = hop.url.clone();
            referer.user = None;
            referer.fragment = String::new();
            hop.referer = (!secret).then(|| referer.to_string());
            hop.url = url;
        }
        Err(Failure::Network {
            what: format!("{operation} \"{}\"", without_password(&hop.url)),
            why: format!("stopped after {MAX_REDIRECTS} redirects"),
            timed_out: false,
        })
    }

    /// One request and its response. An error is its words, and whether it took too long.
    fn exchange(&self, hop: &Hop) -> Result<Response, (String, bool)> {
        let plain = |text: &str| (text.to_owned(), false);
        let url = &hop.url;
        if !matches!(url.scheme.as_str(), "http" | "https") {
            let scheme = &url.scheme;
            return Err((format!("unsupported protocol scheme {scheme:?}"), false));
        }
        if url.host.is_empty() {
            return Err(plain("http: no Host in request URL"));
        }
        if !url.port().is_empty() && url.port().parse::<u16>().is_err() {
            let port = url.port();
            return Err((format!("dial tcp: address {port}: invalid port"), false));
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.failed(&Error::Timeout(ureq::Timeout::Global), url));
        }
        let config: Config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .allow_non_standard_methods(true)
            .max_idle_connections(0)
            .timeout_global(Some(left))
            .build();
        let dialer = Dialer {
            tls: self.tls.cloned(),
            server_name: Some(self.request.tls.server_name.clone()).filter(|n| !n.is_empty()),
            socket: self.socket.map(str::to_owned),
        };
        let agent = Agent::with_parts(config, dialer, DefaultResolver::default());
        let request = self.prepare(hop).map_err(|text| (text, false))?;
        let sent = match hop.with_body && !self.request.body.is_empty() {
            true => agent.run(request.map(|()| self.request.body.as_slice())),
            false => agent.run(request),
        };
        let received = sent.map_err(|error| self.failed(&error, url))?;
        let (parts, body) = received.into_parts();
        let body = body.into_with_config().limit(MAX_BODY).read_to_vec();
        let body = body.map_err(|error| self.failed(&error, url))?;
        Ok(Response {
            code: parts.status.as_u16(),
            status: status(parts.status),
            headers: headers(&parts.headers),
            body,
        })
    }

    fn prepare(&self, hop: &Hop) -> Result<http::Request<()>, String> {
        let mut url = hop.url.clone();
        let user = url.user.take();
        url.fragment = String::new();
        let uri: Uri = url
            .to_string()
            .parse()
            .map_err(|e| format!("net/http: invalid URL: {e}"))?;
        let mut out = http::Request::new(());
        *out.method_mut() = hop.method.clone();
        *out.uri_mut() = uri;
        let mut set = |name: &str, value: &str| {
            let key = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("net/http: invalid header field name {name:?}"))?;
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| format!("net/http: invalid header field value for {name:?}"))?;
            out.headers_mut().insert(key, value);
            Ok::<(), String>(())
        };
        let expects_body = matches!(hop.method, Method::POST | Method::PUT | Method::PATCH);
        if expects_body && (!hop.with_body || self.request.body.is_empty()) {
            set("content-length", "0")?;
        }
        set("user-agent", concat!("kpol/", env!("CARGO_PKG_VERSION")))?;
        if let Some(referer) = &hop.referer {
            set("referer", referer)?;
        }
        if let Some((name, password)) = user {
            let pair = format!("{name}:{}", password.unwrap_or_default());
            set("authorization", &format!("Basic {}", STANDARD.encode(pair)))?;
        }
        for (name, value) in &self.request.headers {
            let lower = name.to_ascii_lowercase();
            let host = lower == "host" && hop.keeps_host;
            let sensitive = SENSITIVE.contains(&lower.as_str()) && !hop.trusted;
            if host || !sensitive && !OWN.contains(&lower.as_str()) {
                set(name, value)?;
            }
        }
        Ok(out)
    }

    /// An error in Go's words, and whether it is about time.
    fn failed(&self, error: &Error, url: &Url) -> (String, bool) {
        let default = if url.scheme == "https" { "443" } else { "80" };
        let port = Some(url.port())
            .filter(|p| !p.is_empty())
            .unwrap_or(default);
        let host = url.hostname();
        let address = match self.socket {
            Some(path) => format!("unix {path}"),
            None if host.contains(':') => format!("tcp [{host}]:{port}"),
            None => format!("tcp {host}:{port}"),
        };
        let unknown = || format!("dial tcp: lookup {host}: no such host");
        let text = match error {
            Error::Timeout(_) => {
                let text =
                    "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
                return (text.to_owned(), true);
            }
            Error::HostNotFound => unknown(),
            Error::BodyExceedsLimit(limit) => {
                format!("the response has more than {limit} bytes")
            }
            Error::Other(inner) => inner.to_string(),
            Error::Io(inner) => match inner.kind() {
                io::ErrorKind::ConnectionRefused => {
                    format!("dial {address}: connect: connection refused")
                }
                io::ErrorKind::NotFound => {
                    format!("dial {address}: connect: no such file or directory")
                }
                io::ErrorKind::UnexpectedEof => "EOF".to_owned(),
                io::ErrorKind::ConnectionReset => {
                    format!("read {address}: connection reset by peer")
                }
                _ => {
                    let text = inner.to_string();
                    if text.contains("lookup address") {
                        unknown()
                    } else {
                        tls_words(inner).unwrap_or(text)
                    }
                }
            },
            other => other.to_string(),
        };
        (text, false)
    }
}

/// An error of TLS, with Go's words for the common ones.
fn tls_words(error: &io::Error) -> Option<String> {
    use rustls::{CertificateError, InvalidMessage};
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    if let rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) = inner {
        return Some("tls: first record does not look like a TLS handshake".to_owned());
    }
    let rustls::Error::InvalidCertificate(problem) = inner else {
        return Some(format!("tls: {inner}"));
    };
    let words = match problem {
        CertificateError::UnknownIssuer => "certificate signed by unknown authority".to_owned(),
        CertificateError::Expired | CertificateError::NotValidYet => {
            "certificate has expired or is not yet valid".to_owned()
        }
        other => other.to_string(),
    };
    Some(format!("tls: failed to verify certificate: x509: {words}"))
}

/// A method as Go names what it was doing.
fn operation(method: &Method) -> String {
    let name = method.as_str();
    let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
    format!("{first}{}", rest.to_ascii_lowercase())
}

fn without_password(url: &Url) -> String {
    match &url.user {
        Some((name, Some(_))) => {
            let mut url = url.clone();
            url.user = Some((name.clone(), Some("***".to_owned())));
            url.to_string().replace("%2A%2A%2A", "***")
        }
        _ => url.to_string(),
    }
}

/// Whether a host is another one, or below it.
fn is_within(host: &str, of: &str) -> bool {
    let below = host
        .strip_suffix(of)
        .is_some_and(|rest| rest.ends_with('.'));
    host.eq_ignore_ascii_case(of) || below && !of.contains(':')
}

fn status(code: StatusCode) -> String {
    match code.canonical_reason() {
        Some(reason) => format!("{} {reason}", code.as_u16()),
        None => format!("{} ", code.as_u16()),
    }
}

/// What the connection is about is not for the policy.
fn headers(map: &http::HeaderMap) -> Vec<(String, String)> {
    let all = map.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let closes = |value: &str| {
        let mut tokens = value.split(',').map(str::trim);
        tokens.any(|token| token.eq_ignore_ascii_case("close"))
    };
    all.filter(|(name, value)| match name.as_str() {
        "transfer-encoding" | "trailer" => false,
        "connection" => !closes(value),
        _ => true,
    })
    .collect()
}

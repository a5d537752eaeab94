//! `http.send` against servers of the test's own on the loopback interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};

use kpol_builtins::{HostBuiltins, HostCall, Options, Standard};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value as Json, json};

const CA: &str = include_str!("tls/ca.pem");
const CERT: &str = include_str!("tls/server.pem");
const KEY: &str = include_str!("tls/server.key");
const OTHER_KEY: &str = include_str!("tls/other.key");
const NOW: i64 = 1_700_000_000_000_000_000;

fn host(allowed: &[&str]) -> Standard {
    let allow_net = allowed.iter().map(|host| (*host).to_owned()).collect();
    Standard::new(Options { allow_net })
}

fn call_at(host: &Standard, request: &Json, now_ns: i64) -> Result<Json, String> {
    let args = format!("[{request}]");
    let call = HostCall {
        name: "http.send",
        args: &args,
        now_ns,
        file: None,
    };
    let answer = host.call(&call).map_err(|error| error.message)?;
    Ok(serde_json::from_str(&answer.unwrap()).unwrap())
}

fn call(host: &Standard, request: &Json) -> Result<Json, String> {
    call_at(host, request, NOW)
}

/// Reads a request: its head, and as much as its length says.
fn read_request(stream: &mut impl Read) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    text.extend(body);
    String::from_utf8(text).unwrap()
}

/// A server that answers one connection after the other. It gives back what it was asked.
fn serve(answers: Vec<String>) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = spawn(move || {
        let answer = |answer: String| {
            let mut stream = listener.accept().unwrap().0;
            let request = read_request(&mut stream);
            // A client that has seen enough may have gone.
            let _ = stream.write_all(answer.as_bytes());
            request
        };
        answers.into_iter().map(answer).collect()
    });
    (port, server)
}

fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

fn url(port: u16, path: &str) -> String {
    format!("http://127.0.0.1:{port}{path}")
}

#[test]
fn no_host_is_allowed_by_default() {
    let request = json!({"method": "get", "url": "http://127.0.0.1:1/"});
    for allowed in [&[][..], &["localhost", "example.com"]] {
        let error = call(&host(allowed), &request).unwrap_err();
        assert_eq!(error, "disallowed host: 127.0.0.1");
    }
    let request = json!({"method": "get", "url": "http://a.test/", "raise_error": false});
    let result = call(&host(&[]), &request).unwrap();
    let message = "eval_builtin_error: http.send: disallowed host: a.test";
    let code = "eval_http_send_internal_error";
    assert_eq!(
        result,
        json!({"status_code": 0, "error": {"code": code, "message": message}})
    );
}

#[test]
fn a_response_is_an_object() {
    let headers = [
        "Content-Type: application/json; charset=utf-8",
        "X-A: 1",
        "x-a: 2",
    ];
    let (port, server) = serve(vec![answer("200 OK", &headers, r#"{"a":[1,2.50]}"#)]);
    let request = json!({
        "method": "get",
        "url": url(port, "/p%20q?r=%2F&s"),
        "headers": {"X-Token": "t", "User-Agent": "me"},
    });
    let result = call(&host(&["127.0.0.1"]), &request).unwrap();
    assert_eq!(result["status"], "200 OK");
    assert_eq!(result["status_code"], 200);
    assert_eq!(result["body"].to_string(), r#"{"a":[1,2.50]}"#);
    assert_eq!(result["raw_body"], r#"{"a":[1,2.50]}"#);
    assert_eq!(result["headers"]["x-a"], json!(["1", "2"]));
    assert_eq!(result["headers"]["content-length"], json!(["14"]));
    let sent = server.join().unwrap().remove(0).to_lowercase();
    assert!(
        sent.starts_with("get /p%20q?r=%2f&s http/1.1\r\n"),
        "{sent}"
    );
    assert!(sent.contains("\r\nx-token: t\r\n") && sent.contains("\r\nuser-agent: me\r\n"));
    assert!(
        sent.contains(&format!("\r\nhost: 127.0.0.1:{port}\r\n")),
        "{sent}"
    );
    assert!(!sent.contains("accept"), "{sent}");
}

#[test]
fn bodies_are_decoded_by_type_or_by_force() {
    let cases = [
        ("application/json", json!({}), "[1]", json!([1])),
        ("application/vnd.a+json", json!({}), "[1]", json!([1])),
        ("text/plain", json!({}), "[1]", Json::Null),
        (
            "text/plain",
            json!({"force_json_decode": true}),
            "[1]",
            json!([1]),
        ),
        ("application/json", json!({}), "[1", Json::Null),
        ("application/yaml", json!({}), "a: 1", json!({"a": 1})),
        (
            "text/plain",
            json!({"force_yaml_decode": true}),
            "a: 1",
            json!({"a": 1}),
        ),
    ];
    for (kind, options, body, wanted) in cases {
        let kind = format!("Content-Type: {kind}");
        let (port, server) = serve(vec![answer("404 Not Found", &[&kind], body)]);
        let mut request = json!({"method": "GET", "url": url(port, "/")});
        request
            .as_object_mut()
            .unwrap()
            .extend(options.as_object().unwrap().clone());
        let result = call(&host(&["*"]), &request).unwrap();
        assert_eq!(result["body"], wanted, "{kind} {options}");
        assert_eq!(result["status"], "404 Not Found");
        server.join().unwrap();
    }
}

#[test]
fn bodies_are_sent() {
    let cases = [
        (
            json!({"body": {"b": "<", "a": [1.0]}}),
            r#"{"a":[1.0],"b":"\u003c"}"#,
        ),
        (json!({"raw_body": "x=1"}), "x=1"),
        (json!({"body": 1, "raw_body": "raw"}), "raw"),
        (json!({}), ""),
    ];
    for method in ["post", "PUT", "get", "delete"] {
        for (options, wanted) in &cases {
            let (port, server) = serve(vec![answer("200 OK", &[], "")]);
            let mut request = json!({"method": method, "url": url(port, "/")});
            request
                .as_object_mut()
                .unwrap()
                .extend(options.as_object().unwrap().clone());
            call(&host(&["127.0.0.1"]), &request).unwrap();
            let sent = server.join().unwrap().remove(0);
            assert!(sent.starts_with(&method.to_uppercase()), "{sent}");
            let (head, body) = sent.split_once("\r\n\r\n").unwrap();
            assert_eq!(body, *wanted, "{method}");
            let length = format!("content-length: {}", wanted.len());
            let says = head.to_lowercase().contains(&length);
            let must = !wanted.is_empty() || matches!(method, "post" | "PUT");
            assert_eq!(says, must, "{sent}");
            assert!(!head.to_lowercase().contains("transfer-encoding"), "{sent}");
        }
    }
}

#[test]
fn redirects_are_followed_where_asked_for_and_allowed() {
    let moved = |to: &str| answer("302 Found", &[&format!("Location: {to}")], "");
    let (port, server) = serve(vec![moved("/b")]);
    let request = json!({"method": "get", "url": url(port, "/a")});
    let result = call(&host(&["127.0.0.1"]), &request).unwrap();
    assert_eq!(result["status_code"], 302);
    server.join().unwrap();

    let (port, server) = serve(vec![moved("b?c"), answer("200 OK", &[], "there")]);
    let request = json!({
        "method": "post", "url": url(port, "/x/a"), "enable_redirect": true, "body": 1,
    });
    let result = call(&host(&["127.0.0.1"]), &request).unwrap();
    assert_eq!(result["raw_body"], "there");
    let sent = server.join().unwrap();
    assert!(sent[0].starts_with("POST /x/a "), "{sent:?}");
    assert!(
        sent[1].starts_with("GET /x/b?c ") && sent[1].ends_with("\r\n\r\n"),
        "{sent:?}"
    );

    let (port, server) = serve(vec![moved("http://other.test/")]);
    let request = json!({"method": "get", "url": url(port, "/"), "enable_redirect": true});
    let error = call(&host(&["127.0.0.1"]), &request).unwrap_err();
    assert_eq!(
        error,
        "Get \"http://other.test/\": disallowed host: other.test"
    );
    server.join().unwrap();
}

#[test]
fn credentials_do_not_follow_to_other_hosts() {
    let (second, other) = serve(vec![answer("200 OK", &[], "")]);
    let moved = format!("Location: http://localhost:{second}/");
    let (port, server) = serve(vec![answer("307 Temporary Redirect", &[&moved], "")]);
    let request = json!({
        "method": "post", "url": url(port, "/"), "enable_redirect": true, "raw_body": "b",
        "headers": {"Authorization": "secret", "X-A": "1"},
    });
    call(&host(&["127.0.0.1", "localhost"]), &request).unwrap();
    let first = server.join().unwrap().remove(0).to_lowercase();
    let second = other.join().unwrap().remove(0).to_lowercase();
    assert!(first.contains("authorization: secret"));
    assert!(
        !second.contains("secret") && second.contains("x-a: 1"),
        "{second}"
    );
    assert!(
        second.starts_with("post / ") && second.ends_with("\r\n\r\nb"),
        "{second}"
    );
}

#[test]
fn failures_have_the_words_of_go() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let request = json!({"method": "post", "url": url(port, "/x"), "max_retry_attempts": 1});
    let refused = format!(
        "Post \"http://127.0.0.1:{port}/x\": dial tcp 127.0.0.1:{port}: connect: connection refused"
    );
    assert_eq!(call(&host(&["127.0.0.1"]), &request).unwrap_err(), refused);

    let mut request = request;
    request["raise_error"] = json!(false);
    let result = call(&host(&["127.0.0.1"]), &request).unwrap();
    assert_eq!(result["error"]["code"], "eval_http_send_network_error");
    assert_eq!(result["error"]["message"], json!(refused));

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let request = json!({"method": "get", "url": url(port, "/"), "timeout": "30ms"});
    let error = call(&host(&["127.0.0.1"]), &request).unwrap_err();
    assert_eq!(
        error,
        format!("Get http://127.0.0.1:{port}/: request timed out")
    );

    for (address, problem) in [
        (
            "ftp://127.0.0.1/",
            "Get \"ftp://127.0.0.1/\": unsupported protocol scheme \"ftp\"",
        ),
        ("/path", "Get \"/path\": unsupported protocol scheme \"\""),
        (
            "http:///x",
            "Get \"http:///x\": http: no Host in request URL",
        ),
        (":x", "parse \":x\": missing protocol scheme"),
    ] {
        let request = json!({"method": "get", "url": address});
        assert_eq!(call(&host(&["*"]), &request).unwrap_err(), problem);
    }
}

#[test]
fn a_body_that_is_too_large_is_an_error() {
    let body = "x".repeat((32 << 20) + 1);
    let (port, server) = serve(vec![answer("200 OK", &[], &body)]);
    let request = json!({"method": "get", "url": url(port, "/"), "timeout": "60s"});
    let error = call(&host(&["127.0.0.1"]), &request).unwrap_err();
    assert!(error.contains("the response has more than"), "{error}");
    server.join().unwrap();
}

#[test]
fn responses_are_kept_for_as_long_as_they_say() {
    // What NOW is.
    let date = "Date: Tue, 14 Nov 2023 22:13:20 GMT";
    let kept = answer(
        "200 OK",
        &[date, "Cache-Control: max-age=10", "ETag: e"],
        "one",
    );
    let (port, server) = serve(vec![
        kept,
        answer("304 Not Modified", &[date, "Cache-Control: max-age=60"], ""),
        answer("200 OK", &[date], "two"),
    ]);
    let host = host(&["127.0.0.1"]);
    let request = json!({"method": "get", "url": url(port, "/"), "cache": true});
    for (second, wanted) in [
        (0, "one"),
        (9, "one"),
        (10, "one"),
        (59, "one"),
        (60, "two"),
    ] {
        let now = NOW + second * 1_000_000_000;
        let result = call_at(&host, &request, now).unwrap();
        assert_eq!(result["raw_body"], wanted, "{second}");
        assert_eq!(result["status_code"], 200);
    }
    let sent = server.join().unwrap();
    assert!(!sent[0].to_lowercase().contains("if-none-match"));
    assert!(
        sent[1].to_lowercase().contains("if-none-match: e"),
        "{sent:?}"
    );
}

#[test]
fn responses_are_kept_for_as_long_as_the_request_says() {
    let no_store = ["Cache-Control: no-store"];
    let (port, server) = serve(vec![
        answer("200 OK", &no_store, "one"),
        answer("200 OK", &no_store, "two"),
        answer("200 OK", &no_store, "three"),
    ]);
    let host = host(&["127.0.0.1"]);
    let request = |id: &str| {
        json!({
            "method": "get", "url": url(port, "/"), "force_cache": true,
            "force_cache_duration_seconds": 5, "headers": {"Id": id, "A": "a"},
            "cache_ignored_headers": ["Id"],
        })
    };
    assert_eq!(call(&host, &request("1")).unwrap()["raw_body"], "one");
    assert_eq!(call(&host, &request("2")).unwrap()["raw_body"], "one");
    let later = NOW + 5_000_000_000;
    assert_eq!(
        call_at(&host, &request("1"), later).unwrap()["raw_body"],
        "two"
    );
    let plain = json!({"method": "get", "url": url(port, "/")});
    assert_eq!(call(&host, &plain).unwrap()["raw_body"], "three");
    server.join().unwrap();
}

#[cfg(unix)]
#[test]
fn a_socket_takes_the_place_of_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let request = read_request(&mut stream);
        let text = answer("200 OK", &[], "local");
        stream.write_all(text.as_bytes()).unwrap();
        request
    });
    let socket = path.to_str().unwrap().replace('/', "%2F");
    let address = format!("unix://localhost/a/b?socket={socket}&c=d");
    let request = json!({"method": "get", "url": address});
    assert!(call(&host(&[]), &request).is_err());
    let result = call(&host(&["localhost"]), &request).unwrap();
    assert_eq!(result["raw_body"], "local");
    assert!(
        server
            .join()
            .unwrap()
            .starts_with("GET /a/b?c=d HTTP/1.1\r\n")
    );
}

/// A server with TLS that answers each connection; `None` where there was no request.
fn serve_tls(connections: usize, with_client: bool) -> (u16, JoinHandle<Vec<Option<String>>>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if with_client {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(CA.as_bytes()).flatten());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        builder.with_client_cert_verifier(verifier.unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let chain = CertificateDer::pem_slice_iter(CERT.as_bytes()).flatten();
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let config = Arc::new(builder.with_single_cert(chain.collect(), key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = spawn(move || {
        let one = |_| {
            let stream: TcpStream = listener.accept().unwrap().0;
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let mut first = [0];
            stream.read_exact(&mut first).ok()?;
            let name = stream.conn.server_name().unwrap_or_default().to_owned();
            let request = format!("{}{}", char::from(first[0]), read_request(&mut stream));
            stream
                .write_all(answer("200 OK", &[], "safe").as_bytes())
                .ok()?;
            stream.conn.send_close_notify();
            let _ = stream.flush();
            Some(format!("{name} {request}"))
        };
        (0..connections).map(one).collect()
    });
    (port, server)
}

#[test]
fn certificates_are_verified() {
    let (port, server) = serve_tls(6, false);
    let mut request = json!({"method": "get", "url": format!("https://localhost:{port}/")});
    let host = host(&["*"]);
    let send = |request: &Json| call(&host, request).map(|result| result["raw_body"].clone());
    let unknown = send(&request).unwrap_err();
    let words = "tls: failed to verify certificate: x509: certificate signed by unknown authority";
    assert!(unknown.ends_with(words), "{unknown}");

    request["tls_insecure_skip_verify"] = json!(true);
    assert_eq!(send(&request).unwrap(), "safe");

    request["tls_insecure_skip_verify"] = json!(false);
    request["tls_ca_cert"] = json!(CA);
    assert_eq!(send(&request).unwrap(), "safe");

    request["tls_server_name"] = json!("named.test");
    assert_eq!(send(&request).unwrap(), "safe");

    request["tls_server_name"] = json!("wrong.test");
    let error = send(&request).unwrap_err();
    assert!(
        error.contains("tls: failed to verify certificate"),
        "{error}"
    );

    request.as_object_mut().unwrap().remove("tls_server_name");
    request["headers"] = json!({"Host": "named.test"});
    request["tls_ca_cert"] = json!(CA.replace('\n', "\\n"));
    assert_eq!(send(&request).unwrap(), "safe");
    let seen = server.join().unwrap();
    assert!(seen[0].is_none() && seen[4].is_none());
    assert!(seen[3].as_ref().unwrap().starts_with("named.test GET / "));
    let last = seen[5].as_ref().unwrap().to_lowercase();
    assert!(last.starts_with("named.test get / ") && last.contains("\r\nhost: named.test\r\n"));
}

#[test]
fn a_client_shows_its_certificate() {
    let (port, server) = serve_tls(1, true);
    let request = json!({
        "method": "get", "url": format!("https://127.0.0.1:{port}/"),
        "tls_ca_cert": CA, "tls_client_cert": CERT, "tls_client_key": KEY,
    });
    let result = call(&host(&["127.0.0.1"]), &request).unwrap();
    assert_eq!(result["raw_body"], "safe");
    server.join().unwrap();
}

#[test]
fn what_is_no_certificate_is_an_error() {
    let base = json!({"method": "get", "url": "https://127.0.0.1:1/"});
    for (options, problem) in [
        (json!({"tls_ca_cert": "x"}), "could not append certificates"),
        (
            json!({"tls_ca_cert_file": "/no/such/file"}),
            "open /no/such/file: no such file or directory",
        ),
        (
            json!({"tls_ca_cert_env_variable": "KPOL_NO_SUCH"}),
            "could not add CA certificates from envvar \"KPOL_NO_SUCH\": could not append certificates",
        ),
        (
            json!({"tls_client_cert": "x", "tls_client_key": "y"}),
            "tls: failed to find any PEM data in certificate input",
        ),
        (
            json!({"tls_client_cert": CERT, "tls_client_key": "y"}),
            "tls: failed to find any PEM data in key input",
        ),
        (
            json!({"tls_client_cert": CERT, "tls_client_key": OTHER_KEY}),
            "tls: ",
        ),
    ] {
        let mut request = base.clone();
        request
            .as_object_mut()
            .unwrap()
            .extend(options.as_object().unwrap().clone());
        let error = call(&host(&["127.0.0.1"]), &request).unwrap_err();
        assert!(error.starts_with(problem), "{error}");
    }
}

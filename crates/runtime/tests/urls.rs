//! URLs as Go reads and writes them.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use kpol_runtime::builtins::uri::Url;

#[test]
fn urls_are_written_as_go_writes_them() {
    for (source, written) in [
        ("https://user:pw@example.com:80/a%2Fb/c?x=y#frag", None),
        ("HTTP://Example.com", Some("http://Example.com")),
        ("spiffe://ex.com/ü", Some("spiffe://ex.com/%C3%BC")),
        ("urn:foo:bar", None),
        ("mailto:joe@x.y", None),
        ("http://example.com?", None),
        ("http://example.com??", None),
        ("//host/path", None),
        ("///path", None),
        ("/rel", None),
        ("file:/etc/hosts", None),
        ("file:///etc/hosts", None),
        ("http://h/a b", Some("http://h/a%20b")),
        ("http://h/a*b", None),
        ("http://h/#a b", Some("http://h/#a%20b")),
        ("http://h/#a'b", None),
        ("http://u%3Ax@h/", None),
        (
            "http://[fe80::1%25en0]:8080/",
            Some("http://[fe80::1%25en0]:8080/"),
        ),
        ("*", None),
        ("", None),
    ] {
        let url = Url::parse(source).unwrap();
        assert_eq!(url.to_string(), written.unwrap_or(source), "{source}");
    }
}

#[test]
fn urls_have_parts() {
    let url = Url::parse("https://u:p@[::1]:8080/a%2Fb?q=1#f").unwrap();
    assert_eq!((url.hostname(), url.port()), ("::1", "8080"));
    assert_eq!(
        (url.path.as_str(), url.raw_path.as_str()),
        ("/a/b", "/a%2Fb")
    );
    assert_eq!(url.user, Some(("u".to_owned(), Some("p".to_owned()))));
    assert_eq!(
        (url.raw_query.as_str(), url.fragment.as_str()),
        ("q=1", "f")
    );
    assert!(!url.force_query && !url.omit_host && url.opaque.is_empty());
}

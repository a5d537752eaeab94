use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{Place, Source, redacted};

fn parse(text: &str) -> Source {
    Source::parse(text, Path::new("/base")).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What conftest's and go-getter's own detectors make of the same texts.
#[test]
fn detected() {
    let table = [
        (
            "user.azurecr.io/policies:tag",
            "oci://user.azurecr.io/policies:tag",
            "",
        ),
        (
            "gcr.io/conftest/policies:tag",
            "oci://gcr.io/conftest/policies:tag",
            "",
        ),
        (
            "a-docker.pkg.dev/c/policies:tag",
            "oci://a-docker.pkg.dev/c/policies:tag",
            "",
        ),
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/c/p:tag",
            "oci://123456789012.dkr.ecr.us-east-1.amazonaws.com/c/p:tag",
            "",
        ),
        (
            "registry.gitlab.com/c/p:tag",
            "oci://registry.gitlab.com/c/p:tag",
            "",
        ),
        (
            "user.azurecr.io/policies",
            "oci://user.azurecr.io/policies:latest",
            "",
        ),
        (
            "127.0.0.1:5000/policies",
            "oci://127.0.0.1:5000/policies:latest",
            "",
        ),
        (
            "localhost:32123/policies:tag",
            "oci://127.0.0.1:32123/policies:tag",
            "",
        ),
        (
            "quay.io/conftest/policies:tag",
            "oci://quay.io/conftest/policies:tag",
            "",
        ),
        (
            "github.com/owner/repo",
            "git::https://github.com/owner/repo.git",
            "",
        ),
        (
            "github.com/owner/repo.git",
            "git::https://github.com/owner/repo.git",
            "",
        ),
        (
            "github.com/owner/repo/sub/dir",
            "git::https://github.com/owner/repo.git",
            "sub/dir",
        ),
        (
            "github.com/owner/repo//sub",
            "git::https://github.com/owner/repo.git",
            "sub",
        ),
        (
            "github.com/owner/repo//sub?ref=v1",
            "git::https://github.com/owner/repo.git?ref=v1",
            "sub",
        ),
        (
            "git@github.com:owner/repo.git",
            "git::ssh://git@github.com/owner/repo.git",
            "",
        ),
        (
            "git@github.com:owner/repo.git//sub?ref=v1",
            "git::ssh://git@github.com/owner/repo.git?ref=v1",
            "sub",
        ),
        (
            "git::git@host:dir/repo.git",
            "git::ssh://git@host/dir/repo.git",
            "",
        ),
        (
            "git::https://h/repo.git//a/b?ref=main",
            "git::https://h/repo.git?ref=main",
            "a/b",
        ),
        ("git::/srv/repo", "git::file:///srv/repo", ""),
        ("policies", "file:///base/policies", ""),
        ("./policies/../other", "file:///base/other", ""),
        ("/abs/policies//sub/*", "file:///abs/policies", "sub/*"),
        ("file:///abs/x.rego", "file:///abs/x.rego", ""),
        (
            "https://h/p.tar.gz//sub?x=//y",
            "https://h/p.tar.gz?x=//y",
            "sub",
        ),
        ("oci://r/x:tag@sha256:00", "oci://r/x:tag@sha256:00", ""),
    ];
    for (text, detected, subdir) in table {
        let source = parse(text);
        assert_eq!(
            (source.detected.as_str(), source.subdir.as_str()),
            (detected, subdir),
            "{text}"
        );
    }
}

#[test]
fn parameters_are_taken_out() {
    let source = parse("git::https://h/r.git?ref=v1&depth=1&x=y");
    let Place::Git(git) = &source.place else {
        panic!("{source:?}")
    };
    assert_eq!(git.url.as_str(), "https://h/r.git?x=y");
    assert_eq!((git.reference.as_deref(), git.depth), (Some("v1"), Some(1)));

    let source = parse("https://h/deny?archive=zip&checksum=sha256:00&filename=a.rego&ref=1");
    assert_eq!(
        source.place,
        Place::Http("https://h/deny?ref=1".parse().unwrap())
    );
    assert_eq!(source.archive.as_deref(), Some("zip"));
    assert_eq!(source.checksum.as_deref(), Some("sha256:00"));
    assert_eq!(source.file_name(), "a.rego");
    assert_eq!(
        parse("https://h/x.zip?archive=false").archive.as_deref(),
        Some("-")
    );
    // What has no such parameter is left as it is.
    assert_eq!(
        parse("https://h/a%20b.rego?sig=%2f+x").place,
        Place::Http("https://h/a%20b.rego?sig=%2f+x".parse().unwrap())
    );
    assert_eq!(parse("https://h/a%20b+c.rego").file_name(), "a b+c.rego");
    assert_eq!(
        parse("file:///a%20b").place,
        Place::File(PathBuf::from("/a b"))
    );
    assert_eq!(
        parse("a b#c").place,
        Place::File(PathBuf::from("/base/a b#c"))
    );
}

#[test]
fn refused() {
    let table = [
        ("", "pull-source"),
        ("-oops", "pull-source"),
        ("foo://x/y", "pull-scheme"),
        ("s3::https://s3.amazonaws.com/b/x", "pull-scheme"),
        ("hg::https://h/x", "pull-scheme"),
        ("registry.example.com:5000/x", "pull-scheme"),
        ("git::ext::sh -c true", "pull-source"),
        ("git::foo://h/x", "pull-source"),
        ("git::ssh://-oProxyCommand=x/y", "pull-source"),
        ("git::https://h/x?ref=--upload-pack=x", "pull-source"),
        ("git::ssh://git@h:owner/repo", "pull-source"),
        ("github.com/owner", "pull-source"),
        ("bitbucket.org/a/b", "pull-source"),
        ("https://h/x?filename=../x", "pull-source"),
        ("file://host/x", "pull-source"),
    ];
    for (text, code) in table {
        let error = Source::parse(text, Path::new("/base")).unwrap_err();
        assert_eq!(error.code(), code, "{text}: {error}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let table = [
        (
            "git::https://tok@github.com/o/r.git",
            "git::https://redacted@github.com/o/r.git",
        ),
        ("git::ssh://git:pw@h/r", "git::ssh://git@h/r"),
        (
            "https://u:p@h/x?token=1&a=b",
            "https://redacted@h/x?token=redacted&a=b",
        ),
        (
            "git::ssh://git@h/r?sshkey=abc&ref=1",
            "git::ssh://git@h/r?sshkey=redacted&ref=1",
        ),
        ("https://h/a@b", "https://h/a@b"),
        ("policies", "policies"),
    ];
    for (text, shown) in table {
        assert_eq!(redacted(text), shown);
    }
}

proptest! {
    #[test]
    fn any_text_is_a_source_or_an_error(text in ".{0,60}") {
        let _ = Source::parse(&text, Path::new("/base"));
    }

    #[test]
    fn any_url_is_a_source_or_an_error(text in "(git::|oci::)?(https|ssh|file|oci|git)://[a-z@:/?=&%.*-]{0,40}") {
        let _ = Source::parse(&text, Path::new("policy"));
    }
}

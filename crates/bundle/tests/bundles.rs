//! Bundles, good and bad.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use kpol_bundle::{Bundle, BundleError, Limits, read};
use tar::{Builder, EntryType, Header};

/// An archive of files with these names, exactly as they are, and contents.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let entries: Vec<_> = files
        .iter()
        .map(|(n, c)| (*n, EntryType::Regular, *c))
        .collect();
    archive_of(&entries)
}

fn archive_of(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, content) in entries {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn bundle(files: &[(&str, &str)]) -> Result<Bundle, BundleError> {
    read(&*archive(files), Limits::default())
}

#[test]
fn each_kind_of_file_is_found() {
    let found = bundle(&[
        (
            "/.manifest",
            r#"{"revision": "r1", "roots": ["a"], "rego_version": 0, "metadata": {"x": 1}}"#,
        ),
        ("/data.json", "{}"),
        ("/a/b/data.yaml", "x: 1"),
        ("./a/z.rego", "package z"),
        ("a/a.rego", "package a"),
        ("/policy.wasm", "\0asm"),
        ("/a/README.md", "no"),
        ("/.signatures.json", "{}"),
        ("/a/b/other.json", "[]"),
        ("/plan.json", "{}"),
    ])
    .unwrap();
    assert_eq!(found.manifest.revision, "r1");
    let policies: Vec<&str> = found.policies.iter().map(|file| &*file.path).collect();
    assert_eq!(policies, ["a/a.rego", "a/z.rego"]);
    let data: Vec<_> = found
        .data
        .iter()
        .map(|d| (d.keys().join("."), d.yaml))
        .collect();
    assert_eq!(data, [("a.b".to_owned(), true), (String::new(), false)]);
    assert_eq!(found.modules.len(), 1);
    assert_eq!(found.modules[0].path, "policy.wasm");
}

#[test]
fn versions_of_rego_follow_the_manifest() {
    let manifest = r#"{"rego_version": 1, "file_rego_versions": {"/old/*.rego": 0, "x/**": 0}}"#;
    let manifest = bundle(&[(".manifest", manifest)]).unwrap().manifest;
    for (path, version) in [
        ("a.rego", 1),
        ("old/a.rego", 0),
        ("old/b/a.rego", 1),
        ("x/b/a.rego", 0),
    ] {
        assert_eq!(manifest.rego_version_of(path), Some(version), "{path}");
    }
    assert_eq!(
        bundle(&[]).unwrap().manifest.rego_version_of("a.rego"),
        None
    );
}

#[test]
fn what_is_outside_of_the_roots_is_told() {
    let manifest = bundle(&[(".manifest", r#"{"roots": ["a/b", "/c/"]}"#)])
        .unwrap()
        .manifest;
    let keys = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    for (path, inside, towards) in [
        ("a/b", true, false),
        ("a/b/x", true, false),
        ("c", true, false),
        ("a", false, true),
        ("a/c", false, false),
        ("ab", false, false),
    ] {
        assert_eq!(manifest.check_root(&keys(path)).is_ok(), inside, "{path}");
        assert_eq!(manifest.leads_to_root(&keys(path)), towards, "{path}");
    }
    assert!(
        bundle(&[])
            .unwrap()
            .manifest
            .check_root(&keys("any"))
            .is_ok()
    );
    let all = bundle(&[(".manifest", r#"{"roots": [""]}"#)])
        .unwrap()
        .manifest;
    assert!(all.check_root(&keys("any")).is_ok());
}

#[test]
fn what_no_bundle_should_have_is_refused() {
    for (files, expected) in [
        (&[("../x.rego", "")][..], "leads out of the bundle"),
        (&[("/a/../../x.rego", "")], "leads out of the bundle"),
        (&[("a\\..\\x.rego", "")], "leads out of the bundle"),
        (&[("a.rego", ""), ("/a.rego", "")], "two files `a.rego`"),
        (&[(".manifest", "{")], ".manifest: EOF"),
        (
            &[(".manifest", r#"{"rego_version": 3}"#)],
            "no Rego version 3",
        ),
        (
            &[(".manifest", r#"{"file_rego_versions": {"[": 1}}"#)],
            "file_rego_versions",
        ),
        (&[("patch.json", "{}")], "delta bundle"),
    ] {
        let error = bundle(files).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo] {
        let error = read(&*archive_of(&[("a.rego", kind, "")]), Limits::default()).unwrap_err();
        assert!(matches!(error, BundleError::NotAFile(_)), "{error}");
    }
    let folder = archive_of(&[
        ("a/", EntryType::Directory, ""),
        ("a/a.rego", EntryType::Regular, ""),
    ]);
    assert_eq!(read(&*folder, Limits::default()).unwrap().policies.len(), 1);
}

#[test]
fn limits_hold_at_their_value_and_not_above() {
    let files = archive(&[("a.rego", "12345"), ("b.rego", "67890")]);
    let limits = |bytes, files| Limits { bytes, files };
    assert!(read(&*files, limits(10, 2)).is_ok());
    assert!(matches!(
        read(&*files, limits(9, 2)),
        Err(BundleError::TooLarge(9))
    ));
    assert!(matches!(
        read(&*files, limits(10, 1)),
        Err(BundleError::TooMany(1))
    ));
    // Zeros that take next to no room in the archive.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    let mut header = Header::new_gnu();
    header.set_path("x").unwrap();
    header.set_size(1 << 30);
    header.set_cksum();
    bomb.write_all(header.as_bytes()).unwrap();
    for _ in 0..64 {
        bomb.write_all(&[0; 1 << 16]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(matches!(
        read(&*bomb, limits(1 << 20, 10)),
        Err(BundleError::TooLarge(_))
    ));
}

#[test]
fn damaged_archives_are_errors() {
    let good = archive(&[("a.rego", &"x".repeat(2000)), ("data.json", "{}")]);
    for len in (0..good.len() - 1).step_by(7) {
        assert!(read(&good[..len], Limits::default()).is_err(), "{len}");
    }
    for at in 0..good.len() {
        let mut damaged = good.clone();
        damaged[at] ^= 0x55;
        // Any result will do, but a panic.
        let _ = read(&*damaged, Limits::default());
    }
    assert!(read(&b"package a"[..], Limits::default()).is_err());
}

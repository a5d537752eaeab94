//! Any text is read or refused at a place in it; nothing panics, however it is broken or nested.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use kpol_diagnostics::SourceMap;
use kpol_formats::{Options, Parser, read};
use kpol_input::InputError;
use proptest::prelude::*;
use serde::Deserialize;

fn parsers() -> Vec<Parser> {
    let supported = Parser::all().iter().filter(|parser| parser.is_supported());
    supported.copied().collect()
}

/// Reads a text; what comes out has to be sound.
fn check(parser: Parser, text: &str) -> Result<(), InputError> {
    check_with(parser, text, &Options::default())
}

fn check_with(parser: Parser, text: &str, options: &Options) -> Result<(), InputError> {
    let mut sources = SourceMap::new();
    let source = sources.add("file", text);
    match read(&sources, source, parser, options) {
        Ok(documents) => {
            for document in documents {
                let json = document.to_json();
                let mut reader = serde_json::Deserializer::from_str(&json);
                reader.disable_recursion_limit();
                serde::de::IgnoredAny::deserialize(&mut reader).unwrap();
                for (node, ..) in document.walk(document.root()) {
                    let span = document.span(node);
                    assert!(span.start <= span.end, "{parser}: {span:?}");
                    assert!(span.end as usize <= text.len(), "{parser}: {span:?}");
                }
            }
            Ok(())
        }
        Err(error) => {
            let span = error.span();
            assert!(!span.is_nowhere(), "{parser}: {error}");
            assert!(!error.to_string().is_empty());
            Err(error)
        }
    }
}

/// The texts of the cases, by parser.
fn cases() -> &'static [(Parser, String)] {
    static CASES: OnceLock<Vec<(Parser, String)>> = OnceLock::new();
    CASES.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let mut cases = Vec::new();
        for parser in parsers() {
            let Ok(files) = fs::read_dir(root.join(parser.name())) else {
                continue;
            };
            for file in files {
                let path = file.unwrap().path();
                if path
                    .extension()
                    .is_none_or(|extension| extension != "answer")
                {
                    cases.push((parser, fs::read_to_string(path).unwrap()));
                }
            }
        }
        cases
    })
}

#[test]
fn truncated() {
    for (parser, text) in cases() {
        for (at, _) in text.char_indices() {
            let _ = check(*parser, &text[..at]);
        }
    }
}

#[test]
fn deeply_nested() {
    let shapes = [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{a:", "}"),
        ("<a>", "</a>"),
        ("(", ")"),
        ("#{", "}"),
        ("#_ ", ""),
        ("#t ", ""),
        ("a {", "}"),
        ("a = [", "]"),
        ("a = {", "}"),
        ("a.", "b = 1"),
        ("location / {", "}"),
        ("a { b: ", "}"),
        ("${", "}"),
        ("\\", ""),
        ("-", "1"),
        ("!", "a"),
        ("if (a) {", "}"),
        ("\"${", "}\""),
    ];
    for parser in parsers() {
        for (open, close) in shapes {
            for depth in [400, 600, 100_000] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let _ = check(parser, &text);
                let _ = check(parser, &format!("a = {text}"));
                let _ = check(parser, &open.repeat(depth));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,80}") {
        for parser in parsers() {
            let _ = check(parser, &text);
        }
    }

    #[test]
    fn any_marks(text in "[\\[\\]{}()<>=:;,.\"'`#!$%&@*/\\\\|+?^~ \n\r\ta-cA-C0-1é-]{0,60}") {
        for parser in parsers() {
            let _ = check(parser, &text);
        }
    }

    #[test]
    fn mutated(
        case in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}()<>=:;,.\"'`#!$%&@*/\\\\ \na0]{0,3}", 0usize..4), 1..5),
    ) {
        let (parser, text) = case.get(cases());
        let mut chars: Vec<char> = text.chars().collect();
        for (at, insert, remove) in cuts {
            let at = at.index(chars.len() + 1);
            let end = (at + remove).min(chars.len());
            chars.splice(at..end, insert.chars());
        }
        let options = Options {
            proto_dirs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protos")],
            ..Options::default()
        };
        let _ = check_with(*parser, &chars.into_iter().collect::<String>(), &options);
    }
}

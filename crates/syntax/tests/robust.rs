//! No text makes the parser panic, and spans point at what they should.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::path::Path;

use kpol_diagnostics::{Diagnostic, SourceId};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::{Keywords, parse_module, parse_query, parse_term};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::{collection, sample};

fn check_spans(text: &str, errors: &[Diagnostic]) {
    for error in errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        assert!(text.get(start..end).is_some(), "{error:?} in {text:?}");
    }
}

fn parse_all(text: &str) {
    for version in [RegoVersion::V0, RegoVersion::V1] {
        let (module, errors) = parse_module(SourceId(0), text, version);
        assert!(
            module.is_some() || !errors.is_empty(),
            "nothing said about {text:?}"
        );
        check_spans(text, &errors);
        for keywords in [
            Keywords::of(version),
            Keywords::of(version).with_v1().with_logic(),
        ] {
            if let Err(errors) = parse_query(SourceId(0), text, version, keywords) {
                assert!(!errors.is_empty());
                check_spans(text, &errors);
            }
        }
        if let Err(errors) = parse_term(SourceId(0), text, version) {
            assert!(!errors.is_empty());
            check_spans(text, &errors);
        }
    }
}

fn policies() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut texts = Vec::new();
    for name in ["policies", "errors"] {
        let mut paths: Vec<_> = std::fs::read_dir(folder.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        texts.extend(
            paths
                .iter()
                .map(|path| std::fs::read_to_string(path).unwrap()),
        );
    }
    texts
}

const PIECES: &[&str] = &[
    "package a\n",
    "import rego.v2\n",
    "import future.keywords.in\n",
    "p",
    "q[x]",
    " if ",
    " else ",
    " contains ",
    "default ",
    "not ",
    "some ",
    "every ",
    " in ",
    " with ",
    " as ",
    " and ",
    " or ",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ";",
    ":",
    ":=",
    "=",
    "|",
    "-",
    "+",
    "==",
    ".",
    "\n",
    " ",
    "\"a\"",
    "`r`",
    "$\"",
    "$`",
    "\\",
    "1",
    "1.5e3",
    "true",
    "null",
    "set()",
    "# c\n",
    "# METADATA\n",
    "input",
    "é",
    "\t",
    "\u{1}f",
    "\u{2}",
    "\r\n",
    "_",
];

fn mutated() -> impl Strategy<Value = String> {
    let mutation = (
        any::<sample::Index>(),
        any::<sample::Index>(),
        sample::select(PIECES),
    );
    (sample::select(policies()), collection::vec(mutation, 1..6)).prop_map(|(text, mutations)| {
        let mut chars: Vec<char> = text.chars().collect();
        for (place, length, piece) in mutations {
            let start = place.index(chars.len() + 1);
            let removed = length.index(5).min(chars.len() - start);
            chars.splice(start..start + removed, piece.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        parse_all(&text);
    }

    #[test]
    fn pieces(pieces in collection::vec(prop_oneof![sample::select(PIECES), Just("x")], 0..40)) {
        parse_all(&pieces.concat());
    }

    #[test]
    fn mutated_policies(text in mutated()) {
        parse_all(&text);
    }
}

/// What was found before.
#[test]
fn known_texts() {
    for text in [
        "$`{}",
        "$`{}é",
        "$\"{1}é",
        "p := \"\\é\"",
        "\u{feff}package a\np := $`é{1",
    ] {
        parse_all(text);
    }
}

#[test]
fn cut_policies() {
    for text in policies() {
        for at in (0..text.len())
            .filter(|at| text.is_char_boundary(*at))
            .step_by(3)
        {
            let (module, errors) = parse_module(SourceId(0), &text[..at], RegoVersion::V1);
            assert!(module.is_some() || !errors.is_empty());
        }
    }
}

//! Code frames from excerpts read as those from the whole text.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_diagnostics::{Diagnostic, SourceMap, Span, render};
use kpol_findings::{Excerpt, Location, Problem, text::render_problem};
use proptest::prelude::*;

fn check(sources: &SourceMap, diagnostic: &Diagnostic) {
    let whole = render(sources, std::slice::from_ref(diagnostic), false);
    let problem = Problem::new(sources, diagnostic);
    assert_eq!(format!("{}\n", render_problem(&problem, false)), whole);
}

fn words() -> impl Strategy<Value = String> {
    proptest::collection::vec("[a-zä: ]{0,12}", 1..60).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn one_place(text in words(), start in 0u32..700, length in 0u32..40) {
        let mut sources = SourceMap::new();
        let id = sources.add("a.yaml", text);
        let span = Span::new(id, start, start + length);
        check(&sources, &Diagnostic::error("code", "message", span));
    }

    #[test]
    fn a_place_with_words_and_another(text in words(), one in 0usize..300, two in 0usize..300) {
        let mut sources = SourceMap::new();
        let letters: Vec<u32> = (0u32..).zip(text.bytes()).filter(|(_, byte)| *byte == b'a').map(|(at, _)| at).collect();
        let id = sources.add("a.yaml", text);
        if let (Some(one), Some(two)) = (letters.get(one), letters.get(two)) {
            let span = Span::new(id, *one, one + 1);
            let diagnostic = Diagnostic::error("code", "message", span)
                .label(span, "here")
                .label(Span::new(id, *two, two + 1), "there")
                .help("do it");
            check(&sources, &diagnostic);
        }
    }
}

#[test]
fn places_in_two_files() {
    let mut sources = SourceMap::new();
    let one = sources.add("a.yaml", "a: 1\nb: 2\nc: 3\n");
    let two = sources.add("b.yaml", "a: 1\nb: 2\nc: 3\n");
    let diagnostic = Diagnostic::warning("code", "message", Span::new(one, 5, 6))
        .label(Span::new(two, 10, 11), "there");
    check(&sources, &diagnostic);
}

#[test]
fn a_part_of_a_long_line() {
    let mut sources = SourceMap::new();
    let text = format!(
        "first\n{}NEEDLE{}\nlast\n",
        "x".repeat(5000),
        "y".repeat(5000)
    );
    let start = u32::try_from(text.find("NEEDLE").unwrap()).unwrap();
    let id = sources.add("min.json", text);
    let diagnostic = Diagnostic::error("code", "message", Span::new(id, start, start + 6));
    check(&sources, &diagnostic);
    let location = Location::new(&sources, diagnostic.span, None);
    let excerpt = location.excerpt.unwrap();
    assert!(excerpt.text.len() < 200, "{excerpt:?}");
    assert_eq!(
        (location.line, location.column, excerpt.first_line),
        (2, 5001, 2)
    );
}

#[test]
fn excerpts_are_small() {
    let mut sources = SourceMap::new();
    let id = sources.add("tall.yaml", "line\n".repeat(1000));
    let excerpt = |start, end| Excerpt::new(&sources, Span::new(id, start, end)).unwrap();
    assert_eq!(excerpt(5, 4000).text, "line");
    assert_eq!(excerpt(5, 14).text, "line\nline");
    assert_eq!(Excerpt::new(&sources, Span::NOWHERE), None);
}

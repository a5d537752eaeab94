//! Frames and one-line forms of diagnostics.
#![allow(clippy::unwrap_used, reason = "tests")]

use kpol_diagnostics::{Diagnostic, LineColumn, SourceId, SourceMap, Span, one_line, render, sort};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};

fn at(sources: &SourceMap, id: SourceId, needle: &str) -> Span {
    let start = u32::try_from(sources.text(id).find(needle).unwrap()).unwrap();
    Span::new(id, start, start + u32::try_from(needle.len()).unwrap())
}

const POLICY: &str =
    "package main\n\ndeny contains msg if {\n\tinput.kind == \"Pod\"\n\tmsg := x\n}\n";

#[test]
fn frame_with_labels_and_help() {
    let mut sources = SourceMap::new();
    let id = sources.add("policy/main.rego", POLICY);
    let var = at(&sources, id, "x\n");
    let rule = at(&sources, id, "deny contains msg");
    let diagnostic = Diagnostic::error("rego_unsafe_var_error", "var `x` is unsafe", var)
        .label(var, "never gets a value")
        .label(rule, "in this rule")
        .help("give `x` a value with `x := …`");
    insta::assert_snapshot!(render(&sources, std::slice::from_ref(&diagnostic), false));
    assert_eq!(
        one_line(&sources, &diagnostic),
        "policy/main.rego:5:9: rego_unsafe_var_error: var `x` is unsafe"
    );
    assert!(render(&sources, &[diagnostic], true).contains("\u{1b}["));
}

#[test]
fn far_places_and_other_files() {
    let mut sources = SourceMap::new();
    let text = format!("first: 1\n{}first: 2\n", "# …\n".repeat(5000));
    let id = sources.add("a.yaml", text.clone());
    let other = sources.add("b.yaml", "x: 1\n");
    let second = u32::try_from(text.rfind("first").unwrap()).unwrap();
    let diagnostic = Diagnostic::warning(
        "duplicate_key",
        "key `first` is given twice",
        Span::new(id, second, second + 5),
    )
    .label(Span::new(id, 0, 5), "first given here")
    .label(Span::new(other, 0, 1), "and here");
    insta::assert_snapshot!(render(&sources, &[diagnostic], false));
}

#[test]
fn long_line_is_clipped() {
    let mut sources = SourceMap::new();
    let text = format!(
        "{{\"a\": \"{}\", \"here\": 1, \"b\": \"{}\"}}",
        "ä".repeat(50_000),
        "z".repeat(50_000)
    );
    let id = sources.add("min.json", text);
    let span = at(&sources, id, "\"here\"");
    let diagnostic = Diagnostic::error("json_error", "no such field", span).label(span, "this one");
    insta::assert_snapshot!(render(&sources, &[diagnostic], false));
}

#[test]
fn without_a_place_and_at_the_end() {
    let mut sources = SourceMap::new();
    let id = sources.add("a.yaml", "a: [1\n");
    let diagnostics = [
        Diagnostic::error(
            "no_policies",
            "no policy files found in `policy`",
            Span::NOWHERE,
        )
        .help("give `--policy`"),
        Diagnostic::error(
            "yaml_error",
            "the text ends inside of a list",
            Span::new(id, 6, 6),
        ),
    ];
    insta::assert_snapshot!(render(&sources, &diagnostics, false));
    assert_eq!(
        one_line(&sources, &diagnostics[0]),
        "no_policies: no policy files found in `policy`"
    );
}

#[test]
fn tall_span_is_underlined_on_its_first_line() {
    let mut sources = SourceMap::new();
    let id = sources.add("a.yaml", "a:\n  b: 1\n  c: 2\n  d: 3\n  e: 4\n  f: 5\n");
    let end = u32::try_from(sources.text(id).len()).unwrap();
    insta::assert_snapshot!(render(
        &sources,
        &[Diagnostic::error("code", "message", Span::new(id, 5, end))],
        false
    ));
}

#[test]
fn positions() {
    let mut sources = SourceMap::new();
    let id = sources.add("x", "\u{feff}a\r\nbä🦀c\n\nlast");
    let cases = [
        (0, 1, 1),
        (3, 1, 1),
        (4, 1, 2),
        (6, 2, 1),
        (7, 2, 2),
        (9, 2, 3),
        (13, 2, 4),
        (14, 2, 5),
        (15, 3, 1),
        (16, 4, 1),
        (20, 4, 5),
        (99, 4, 5),
    ];
    for (offset, line, column) in cases {
        assert_eq!(
            sources.position(id, offset),
            LineColumn { line, column },
            "offset {offset}"
        );
    }
    assert_eq!(sources.line_count(id), 4);
    assert_eq!(sources.slice(Span::new(id, 7, 9)), "ä");
    assert_eq!(sources.slice(Span::new(id, 8, 9)), "", "into a character");
    assert_eq!(sources.name(SourceId(7)), "");
}

#[test]
fn sorting_is_by_place() {
    let span = |start| Span::new(SourceId(0), start, start + 1);
    let mut all = vec![
        Diagnostic::warning("b", "w", span(4)),
        Diagnostic::error("a", "e", span(4)),
        Diagnostic::error("z", "e", span(1)),
        Diagnostic::error("n", "e", Span::NOWHERE),
    ];
    sort(&mut all);
    let codes: Vec<&str> = all.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["z", "a", "b", "n"]);
}

fn texts() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        proptest::prop_oneof![
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("\t".to_owned()),
            Just("ä🦀\u{200d}\u{0}".to_owned()),
            any::<char>().prop_map(String::from),
            Just("word ".repeat(700)),
        ],
        0..40,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_span_renders(text in texts(), start in 0_u32..8000, len in 0_u32..4000, other in 0_u32..8000) {
        let mut sources = SourceMap::new();
        let id = sources.add("f", text);
        let diagnostic = Diagnostic::error("c", "m", Span::new(id, start, start + len))
            .label(Span::new(id, other, other.saturating_sub(3)), "label");
        let rendered = render(&sources, &[diagnostic], false);
        prop_assert_eq!(rendered.lines().next(), Some("error[c]: m"));
    }
}

#[test]
fn clipped_frames_in_colour_have_no_bare_origin() {
    let mut sources = SourceMap::new();
    let text = format!(
        "{{\"a\": \"{}\", \"here\": 1, \"b\": \"{}\"}}",
        "ä".repeat(50_000),
        "z".repeat(50_000)
    );
    let id = sources.add("min.json", text);
    let span = at(&sources, id, "\"here\"");
    let diagnostic = Diagnostic::error("json_error", "no such field", span).label(span, "this one");
    insta::assert_snapshot!(render(&sources, &[diagnostic], true).replace('\u{1b}', "^"));
}

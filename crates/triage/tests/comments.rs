//! What comments are for.
#![allow(clippy::expect_used, reason = "tests")]

use kpol_diagnostics::SourceMap;
use kpol_findings::{FileResult, Finding, Level, Location, RuleId};
use kpol_triage::{Date, Waivers, comments};

fn date(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The lines on which a finding of `images/tag` does not count.
fn suppressed(text: &str, indented: bool) -> Vec<u32> {
    let mut sources = SourceMap::new();
    let source = sources.add("app.yaml", text);
    let (waivers, problems) = comments(&sources, source, indented);
    assert_eq!(problems, [], "{text}");
    let mut waivers = Waivers::new(date("2026-06-01"), waivers);
    let lines = u32::try_from(text.lines().count()).expect("few");
    let finding = |line| {
        let id = RuleId {
            id: Some("images/tag".to_owned()),
            ..RuleId::default()
        };
        let mut finding = Finding::new(id, Level::Failure, "bad");
        finding.location = Some(Location {
            file: "app.yaml".to_owned(),
            line,
            column: 1,
            end_line: line,
            end_column: 2,
            path: None,
            excerpt: None,
        });
        finding
    };
    let mut result = FileResult {
        filename: "app.yaml".to_owned(),
        failures: (1..=lines).map(finding).collect(),
        ..FileResult::default()
    };
    waivers.apply(&mut result);
    let line = |finding: &Finding| finding.location.as_ref().map_or(0, |place| place.line);
    assert_eq!(
        result.suppressed.len() + result.failures.len(),
        usize::try_from(lines).expect("few")
    );
    result
        .suppressed
        .iter()
        .map(|one| line(&one.finding))
        .collect()
}

#[test]
fn a_comment_behind_text_is_for_its_line() {
    let text = "a: 1\nimage: x # kpol:ignore images/tag: set later\nb: 2\n";
    assert_eq!(suppressed(text, true), [2]);
    let text = "FROM x\nRUN y // kpol:ignore images/*: set later\nRUN z\n";
    assert_eq!(suppressed(text, false), [2]);
}

#[test]
fn a_comment_of_its_own_is_for_what_is_indented_below() {
    let text = "a: 1\nspec:\n  # kpol:ignore images/tag: set later\n  first:\n    b: 1\n\n    # more\n    c: 2\n  second: 1\n";
    assert_eq!(suppressed(text, true), [4, 5, 6, 7, 8]);
    let items = "a: 1\nlist:\n# kpol:ignore *: set later\n- name: a\n  image: b\n- name: c\n";
    assert_eq!(suppressed(items, true), [4, 5]);
    let key = "a: 1\n# kpol:ignore images/tag: set later\nlist:\n- name: a\n  image: b\n- name: c\nother: 1\n";
    assert_eq!(suppressed(key, true), [3, 4, 5, 6]);
    assert_eq!(suppressed(key, false), [3]);
}

#[test]
fn a_comment_in_front_of_a_document_is_for_all_of_it() {
    let text = "# kpol:ignore images/tag: set later\n---\na: 1\nb: 2\n---\nc: 3\n";
    assert_eq!(suppressed(text, true), [3, 4, 5]);
    let second = "a: 1\n---\n# kpol:ignore images/tag: set later\n{{- if .x }}\nb: 2\nc: 3\n";
    assert_eq!(suppressed(second, true), [5, 6]);
}

#[test]
fn other_rules_other_words_and_expired_days_are_for_nothing() {
    for text in [
        "a: 1\nimage: x # kpol:ignore images/digest: set later\n",
        "a: 1\nimage: x # kpol:ignored images/tag: set later\n",
        "a: 1\nimage: x#kpol:ignore images/tag: set later\n",
        "a: 1\nimage: x # kpol:ignore images/tag until 2026-05-31: set later\n",
    ] {
        assert_eq!(suppressed(text, true), [0_u32; 0], "{text}");
    }
    let today = "a: 1\nimage: x # kpol:ignore images/tag until 2026-06-01: set later\n";
    assert_eq!(suppressed(today, true), [2]);
}

#[test]
fn what_is_no_exception_is_told() {
    for (text, message) in [
        (
            "# kpol:ignore",
            "an exception names the rules that it is for",
        ),
        (
            "# kpol:ignore : why",
            "an exception names the rules that it is for",
        ),
        ("# kpol:ignore images/tag", "an exception says why"),
        ("# kpol:ignore images/tag:", "an exception says why"),
        (
            "# kpol:ignore images/tag until: why",
            "`` is no day: days are written as 2027-03-01",
        ),
        (
            "# kpol:ignore images/tag until 2026-02-29: why",
            "`2026-02-29` is no day: days are written as 2027-03-01",
        ),
        (
            "# kpol:ignore images/tag until +026-02-20: why",
            "`+026-02-20` is no day: days are written as 2027-03-01",
        ),
    ] {
        let mut sources = SourceMap::new();
        let source = sources.add("app.yaml", text);
        let (waivers, problems) = comments(&sources, source, true);
        assert_eq!(waivers.len(), 0, "{text}");
        let messages: Vec<&str> = problems.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(messages, [message], "{text}");
    }
}

#[test]
fn leap_years_have_their_day() {
    assert_eq!(date("2028-02-29").to_string(), "2028-02-29");
    assert!("2100-02-29".parse::<Date>().is_err());
    assert!(date("2027-12-31") < date("2028-01-01"));
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_much(text in "(# kpol:ignore|[a-z #:/*-]|\n|é| until |\\[|\\{){0,40}") {
        let mut sources = SourceMap::new();
        let source = sources.add("app.yaml", text.as_str());
        let lines = text.matches("kpol:ignore").count();
        for indented in [true, false] {
            let (waivers, problems) = comments(&sources, source, indented);
            proptest::prop_assert!(waivers.len() + problems.len() <= lines);
        }
    }
}

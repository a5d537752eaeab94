//! Limits hold at the limit and fail one beyond it, with a place.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_diagnostics::SourceMap;
use kpol_input::{Format, InputError, Limits, Options, read};

fn parse(text: &str, format: Format, limits: Limits) -> Result<usize, (InputError, u32)> {
    let mut sources = SourceMap::new();
    let source = sources.add("case", text);
    let options = Options {
        limits,
        ..Options::default()
    };
    match read(&sources, source, format, &options) {
        Ok(documents) => Ok(documents
            .iter()
            .map(|document| document.bounds().nodes as usize)
            .sum()),
        Err(error) => {
            let line = sources.line_col(error.span()).line;
            Err((error, line))
        }
    }
}

fn block(levels: usize) -> String {
    (0..levels)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect()
}

#[test]
fn depth() {
    let limits = Limits {
        depth: 100,
        ..Limits::default()
    };
    let flow = |levels: usize| format!("a: {}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let json = |levels: usize| {
        format!(
            "{{\"a\":\n{}{}}}",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    assert!(parse(&block(100), Format::Yaml, limits).is_ok());
    assert!(parse(&flow(100), Format::Yaml, limits).is_ok());
    assert!(parse(&json(100), Format::Json, limits).is_ok());
    let cases = [
        (block(101), Format::Yaml, 101),
        (flow(101), Format::Yaml, 1),
        (json(101), Format::Json, 2),
    ];
    for (text, format, line) in cases {
        match parse(&text, format, limits) {
            Err((InputError::TooDeep { limit: 100, .. }, at)) => assert_eq!(at, line),
            other => panic!("{format:?}: {other:?}"),
        }
    }
}

#[test]
fn absurd_depth_is_an_error_and_no_overflow() {
    for levels in [10_000, 200_000] {
        let texts = [
            ("[".repeat(levels), Format::Yaml),
            ("{a: ".repeat(levels), Format::Yaml),
            ("- ".repeat(levels), Format::Yaml),
            ("? ".repeat(levels), Format::Yaml),
            ("[".repeat(levels), Format::Json),
            ("{\"a\":".repeat(levels), Format::Json),
            ("[".repeat(levels), Format::JsonStream),
        ];
        for (text, format) in texts {
            let (error, line) = parse(&text, format, Limits::default()).unwrap_err();
            assert_eq!(line, 1, "{error}");
            assert!(
                matches!(
                    error,
                    InputError::TooDeep { limit: 500, .. } | InputError::InvalidKey { .. }
                ),
                "{error}"
            );
        }
    }
    assert!(parse(&"-\n".repeat(100_000), Format::Yaml, Limits::default()).is_ok());
}

#[test]
fn aliases_are_bounded() {
    // Nine levels of nine: 3 GB without a limit.
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let inner = format!("*a{}, ", level - 1).repeat(9);
        bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    let (error, line) = parse(&bomb, Format::Yaml, Limits::default()).unwrap_err();
    assert!(matches!(error, InputError::TooManyNodes { .. }), "{error}");
    assert!(line > 4, "{line}");

    let limits = Limits {
        alias_nodes: 6,
        ..Limits::default()
    };
    // The anchor's list has two nodes, of which one copy is kept and one is made for each alias.
    assert!(parse("a: &a [x]\nb: *a\nc: *a\n", Format::Yaml, limits).is_ok());
    let (error, line) =
        parse("a: &a [x]\nb: *a\nc: *a\nd: *a\n", Format::Yaml, limits).unwrap_err();
    assert!(
        matches!(error, InputError::TooManyNodes { limit: 6, .. }),
        "{error}"
    );
    assert_eq!(line, 4);
    // Documents of one text share the limit.
    let twice = "a: &a [x]\nb: *a\n---\na: &a [x]\nb: *a\n";
    assert!(parse(twice, Format::Yaml, limits).is_err());
}

#[test]
fn aliases_cannot_deepen_beyond_the_limit() {
    let limits = Limits {
        depth: 5,
        ..Limits::default()
    };
    assert!(parse("a: &a [[[x]]]\nb: [*a]\n", Format::Yaml, limits).is_ok());
    let (error, line) = parse("a: &a [[[x]]]\nb: [[*a]]\n", Format::Yaml, limits).unwrap_err();
    assert!(
        matches!(error, InputError::TooDeep { limit: 5, .. }),
        "{error}"
    );
    assert_eq!(line, 2);
}

#[test]
fn size() {
    let limits = Limits {
        bytes: 8,
        ..Limits::default()
    };
    assert_eq!(parse("a: 12345", Format::Yaml, limits).unwrap(), 3);
    let (error, _) = parse("a: 123456", Format::Yaml, limits).unwrap_err();
    assert_eq!(
        error,
        InputError::TooLarge {
            limit: 8,
            span: error.span()
        }
    );
}

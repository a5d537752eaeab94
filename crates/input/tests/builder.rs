//! The builder of documents that other readers use.

#![allow(clippy::unwrap_used, reason = "a test says why it fails by failing")]

use kpol_diagnostics::{SourceMap, Span};
use kpol_input::{Document, DocumentBuilder, InputError, Limits, Options, split_documents};

const TEXT: &str = "a = \"x\"\nb = 1.50\nb = 2\n";

fn with(
    build: impl FnOnce(&mut DocumentBuilder, &dyn Fn(u32, u32) -> Span) -> Result<(), InputError>,
) -> Result<Document, InputError> {
    let mut sources = SourceMap::new();
    let source = sources.add("file", TEXT);
    let options = Options {
        limits: Limits {
            depth: 3,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut builder = DocumentBuilder::new(&sources, source, &options)?;
    build(&mut builder, &|start, end| Span::new(source, start, end))?;
    builder.finish()
}

#[test]
fn values_and_spans() {
    let document = with(|b, at| {
        b.begin_object(at(0, 17))?;
        b.key("a", at(0, 1))?;
        b.string("x", at(4, 7))?;
        b.key("b", at(8, 9))?;
        b.number("1.50", at(12, 16))?;
        b.key("list", Span::NOWHERE)?;
        b.begin_array(at(8, 16))?;
        b.null(Span::NOWHERE)?;
        b.bool(true, Span::NOWHERE)?;
        b.integer(-7, Span::NOWHERE)?;
        b.float(1e21, Span::NOWHERE)?;
        b.number("12345678901234567890", Span::NOWHERE)?;
        b.number("-0", at(9000, 9001))?;
        b.end()?;
        b.key("c", at(0, 1))?;
        b.string("decoded", Span::NOWHERE)?;
        b.end()
    })
    .unwrap();
    assert_eq!(
        document.to_json(),
        r#"{"a":"x","b":1.50,"list":[null,true,-7,1e+21,12345678901234567890,-0],"c":"decoded"}"#
    );
    let span = |node| {
        let span = document.span(node);
        (span.start, span.end)
    };
    let get = |key| document.get(document.root(), key).unwrap();
    assert_eq!(span(get("a")), (4, 7));
    assert_eq!(span(document.key(get("list")).unwrap()), (0, 17));
    assert_eq!(span(document.item(get("list"), 0).unwrap()), (8, 16));
    // Beyond the text: cut.
    assert_eq!(span(document.item(get("list"), 5).unwrap()), (23, 23));
    // Without a place of its own, a value is where its key is.
    assert_eq!(span(get("c")), (0, 1));
    assert_eq!(document.bounds().strings, 6);
    assert_eq!(document.bounds().numbers, 4);
}

#[test]
fn errors() {
    let duplicate = with(|b, at| {
        b.begin_object(at(0, 23))?;
        b.key("b", at(8, 9))?;
        b.null(at(8, 9))?;
        b.key("b", at(17, 18))?;
        b.null(at(8, 9))?;
        b.end()
    });
    assert!(
        matches!(&duplicate, Err(InputError::DuplicateKey { first_line: 2, second, .. }) if second.start == 17),
        "{duplicate:?}"
    );
    let deep = with(|b, at| (0..4).try_for_each(|level| b.begin_array(at(level, 10))));
    assert!(
        matches!(&deep, Err(InputError::TooDeep { limit: 3, span }) if span.start == 3),
        "{deep:?}"
    );
    for number in [
        "", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "1 ",
    ] {
        let result = with(|b, at| b.number(number, at(0, 1)));
        assert!(
            matches!(result, Err(InputError::InvalidScalar { .. })),
            "{number}"
        );
    }
    assert!(with(|b, _| b.float(f64::NAN, Span::NOWHERE)).is_err());
}

#[test]
fn misuse_is_an_error() {
    type Build = fn(&mut DocumentBuilder) -> Result<(), InputError>;
    let builds: [Build; 8] = [
        |_| Ok(()),
        |b| b.begin_array(Span::NOWHERE),
        |b| b.key("a", Span::NOWHERE),
        |b| b.end(),
        |b| b.null(Span::NOWHERE).and_then(|()| b.null(Span::NOWHERE)),
        |b| {
            b.begin_object(Span::NOWHERE)
                .and_then(|()| b.null(Span::NOWHERE))
        },
        |b| {
            b.begin_object(Span::NOWHERE)?;
            b.key("a", Span::NOWHERE)?;
            b.key("b", Span::NOWHERE)
        },
        |b| {
            b.begin_object(Span::NOWHERE)?;
            b.key("a", Span::NOWHERE)?;
            b.end()
        },
    ];
    for (at, build) in builds.into_iter().enumerate() {
        let result = with(|b, _| build(b));
        assert!(matches!(result, Err(InputError::Syntax { .. })), "{at}");
    }
}

#[test]
fn arrays_are_split_as_of_other_formats() {
    let whole = with(|b, at| {
        b.begin_array(at(0, 10))?;
        b.integer(1, at(0, 1))?;
        b.begin_array(at(2, 3))?;
        b.null(at(2, 3))?;
        b.end()?;
        b.null(at(2, 3))?;
        b.end()
    })
    .unwrap();
    let parts = split_documents(&[whole], &Options::default());
    let json: Vec<_> = parts.iter().map(|part| part.to_json()).collect();
    assert_eq!(json, ["1", "[null]"]);
    assert_eq!(parts[1].index(), 1);
    assert_eq!(parts[1].bounds().nodes, 2);
}

//! JSON: values, positions, errors.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_diagnostics::{SourceMap, one_line};
use kpol_input::{Document, Format, InputError, Kind, Options, read};

fn parse(text: &str, format: Format) -> (SourceMap, Result<Vec<Document>, InputError>) {
    let mut sources = SourceMap::new();
    let source = sources.add("case.json", text);
    let result = read(&sources, source, format, &Options::default());
    (sources, result)
}

#[test]
fn values_stay_as_they_are() {
    let texts = [
        r#"{"a":[1,-2,0,true,false,null,"x"],"b":{}}"#,
        r#"{"a":12345678901234567890,"b":1.50,"c":1E400,"d":-0,"e":123456789012345678901234567890}"#,
        r#"{"$serde_json::private::Number":"12"}"#,
        r#"{"$serde_json::private::Number":{"a":1},"b":2}"#,
        r#"{"$serde_json::private::RawValue":"[1]"}"#,
        r#"{"":""}"#,
        "\"a\"",
        "17",
    ];
    for text in texts {
        let (_, documents) = parse(text, Format::Json);
        let expected = text.replace("1E400", "1e+400");
        assert_eq!(documents.unwrap()[0].to_json(), expected);
    }
    let (_, documents) = parse(
        r#"{"\u0024serde_json::private::Number": "12"}"#,
        Format::Json,
    );
    assert_eq!(
        documents.unwrap()[0].to_json(),
        r#"{"$serde_json::private::Number":"12"}"#
    );
}

#[test]
fn positions_are_found_when_asked_for() {
    let text = "\u{feff}{\n  \"ä\\\"}\": [1, {\"b\" : \"c\"}],\n  \"d\": -1.5e3\n}\n";
    let (sources, documents) = parse(text, Format::Json);
    let document = &documents.unwrap()[0];
    let cases = [
        ("[\"ä\\\"}\"]", "[1, {\"b\" : \"c\"}]", Some("\"ä\\\"}\"")),
        ("[\"ä\\\"}\"][0]", "1", None),
        ("[\"ä\\\"}\"][1]", "{\"b\" : \"c\"}", None),
        ("[\"ä\\\"}\"][1].b", "\"c\"", Some("\"b\"")),
        ("d", "-1.5e3", Some("\"d\"")),
    ];
    for (path, written, key) in cases {
        let node = document.lookup(path).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(sources.slice(document.span(node)), written, "{path}");
        assert_eq!(
            document.key_span(node).map(|span| sources.slice(span)),
            key,
            "{path}"
        );
        assert_eq!(document.path(node).to_string(), path);
    }
    assert_eq!(
        sources.slice(document.span(document.root())),
        text.trim_matches(['\u{feff}', '\n'])
    );
}

#[test]
fn errors_have_their_place() {
    let cases = [
        (
            "{\"a\": 1,\n \"b\": 2,\n \"a\": 3}",
            "case.json:3:2: input_duplicate_key: key `a` is given twice, first in line 1",
        ),
        (
            "{\"x\": {\"a\": {\"a\": 1}, \"\\u0061\": 3}}",
            "case.json:1:23: input_duplicate_key: key `a` is given twice, first in line 1",
        ),
        (
            "{\n  \"a\": x\n}",
            "case.json:2:8: input_syntax_error: expected value",
        ),
        (
            "{\n  \"a\": 1,\n}",
            "case.json:3:1: input_syntax_error: trailing comma",
        ),
        (
            "{\"a\": 1",
            "case.json:1:7: input_syntax_error: EOF while parsing an object",
        ),
        (
            "",
            "case.json:1:1: input_syntax_error: EOF while parsing a value",
        ),
        (
            "{} {}",
            "case.json:1:4: input_syntax_error: there is more after the end of the JSON text",
        ),
        (
            "\"\\ud800\"",
            "case.json:1:8: input_syntax_error: unexpected end of hex escape",
        ),
        ("01", "case.json:1:2: input_syntax_error: invalid number"),
        (
            "7x7",
            "case.json:1:2: input_syntax_error: there is more after the end of the JSON text",
        ),
        (
            "-1.5e+3-2",
            "case.json:1:8: input_syntax_error: there is more after the end of the JSON text",
        ),
        (
            "nullnull",
            "case.json:1:5: input_syntax_error: there is more after the end of the JSON text",
        ),
        (
            "{1: 2}",
            "case.json:1:2: input_syntax_error: key must be a string",
        ),
    ];
    for (text, expected) in cases {
        let (sources, result) = parse(text, Format::Json);
        let shown = one_line(&sources, &result.unwrap_err().diagnostic());
        assert_eq!(shown, expected, "{text:?}");
    }
}

#[test]
fn arrays_and_streams_are_documents() {
    let json = |documents: &[Document]| documents.iter().map(Document::to_json).collect::<Vec<_>>();
    let (_, documents) = parse("[{\"a\": 1}, [2], null, 3]", Format::Json);
    assert_eq!(json(&documents.unwrap()), ["{\"a\":1}", "[2]", "3"]);

    let (sources, documents) = parse("{\"a\": 1}\n{\"a\": 2} {\"a\":3}\n\n", Format::JsonStream);
    let documents = documents.unwrap();
    assert_eq!(json(&documents), ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]);
    let written: Vec<&str> = documents
        .iter()
        .map(|document| sources.slice(document.span(document.lookup("a").unwrap())))
        .collect();
    assert_eq!(written, ["1", "2", "3"]);
    assert_eq!(
        documents.iter().map(Document::index).collect::<Vec<_>>(),
        [0, 1, 2]
    );

    let (_, documents) = parse("1 -0.5e2\ntrue{}[]\"a\"\"b\"", Format::JsonStream);
    let documents = documents.unwrap();
    assert_eq!(
        json(&documents),
        ["1", "-0.5e+2", "true", "{}", "\"a\"", "\"b\""]
    );
    for text in ["1true", "1-2", "{}1", "truefalse"] {
        let (_, documents) = parse(text, Format::JsonStream);
        assert!(documents.is_err(), "{text}");
    }

    let (_, documents) = parse("", Format::JsonStream);
    assert!(documents.unwrap().is_empty());
    let (sources, documents) = parse("{\"a\": 1}\n{\"a\": }\n", Format::JsonStream);
    let shown = one_line(&sources, &documents.unwrap_err().diagnostic());
    assert_eq!(shown, "case.json:2:7: input_syntax_error: expected value");
}

#[test]
fn lists_of_lists() {
    let list =
        |items: &str| format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{items}]}}");
    let text = list(&[list("{\"a\":1},{\"a\":2}"), "{\"a\":3}".to_owned()].join(","));
    let (_, documents) = parse(&text, Format::Json);
    let documents = documents.unwrap();
    assert_eq!(documents.len(), 3);
    let last = &documents[1];
    assert_eq!(last.kind(last.lookup("a").unwrap()), Kind::Integer(2));
    assert_eq!(last.path(last.lookup("a").unwrap()).pointer(), "/a");
    assert_eq!(last.bounds().nodes, 3);
}

#[test]
fn formats() {
    let of_text = |text| Format::of_text(text);
    assert_eq!(of_text("{\"a\": 1}"), Format::JsonStream);
    assert_eq!(of_text("[1]"), Format::JsonStream);
    assert_eq!(of_text("{a: 1}"), Format::Yaml);
    assert_eq!(of_text("{{ x }}"), Format::Yaml);
    assert_eq!(of_text("a: 1"), Format::Yaml);
    assert_eq!(of_text(""), Format::Yaml);
}

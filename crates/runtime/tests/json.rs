//! JSON in and out, against results recorded from OPA 1.22.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use kpol_runtime::{Heap, Value, json, value::MAX_DEPTH};

#[test]
fn text_is_written_as_opa_writes_it() {
    let cases = [
        (" \t\n1 ", "1"),
        (
            "[1e2, 1.0, 1.50, -0.0, 0e10, 1E+2]",
            "[1e2,1.0,1.50,-0.0,0e10,1E+2]",
        ),
        (
            r#"{"b": 1, "a\u0000": 2, "a": 3, "é": 1, "z": 2}"#,
            r#"{"a":3,"a\u0000":2,"b":1,"z":2,"é":1}"#,
        ),
        (r#"{"a": 1, "a": 2}"#, r#"{"a":2}"#),
        (
            r#""<a>&\u2028é\u0001\u001f\t\b\f\n\r\"\\\/""#,
            r#""\u003ca\u003e\u0026\u2028é\u0001\u001f\t\b\f\n\r\"\\/""#,
        ),
        (
            r#""\u2029\u007f\u0080\ud83d\ude00\ufeff\ufffd""#,
            "\"\\u2029\u{7f}\u{80}😀\u{feff}\u{fffd}\"",
        ),
        (r#""\ud800""#, "\"\u{fffd}\""),
        (r#""\ud800\ud83d\ude00""#, "\"\u{fffd}😀\""),
        (r#""\udc00x""#, "\"\u{fffd}x\""),
        ("[[],{},null,true,false]", "[[],{},null,true,false]"),
        ("[ [ [ ] ] , { \"a\" : { } } ]", "[[[]],{\"a\":{}}]"),
    ];
    for (source, expected) in cases {
        let mut heap = Heap::new();
        let v = json::parse(&mut heap, source).unwrap();
        let mut out = String::new();
        json::write_escaped(&mut heap, v, &mut out);
        assert_eq!(out, expected, "{source}");
    }
}

#[test]
fn plain_text_keeps_what_only_html_minds() {
    let mut heap = Heap::new();
    let v = json::parse(&mut heap, r#"{"<": "a>b&\u2028"}"#).unwrap();
    let mut out = String::new();
    json::write(&mut heap, v, &mut out);
    assert_eq!(out, r#"{"<":"a>b&\u2028"}"#);
}

#[test]
fn keys_that_are_no_strings_become_strings() {
    let mut heap = Heap::new();
    let h = &mut heap;
    let (a, b, less) = (h.string("a"), h.string("b"), h.string("<"));
    let [one, two, three, four, five] = [1, 2, 3, 4, 5].map(|n| h.integer(n));
    let spelled = h.number("1.50").unwrap();
    let list = h.array(&[one]);
    let single = h.set(&[one]);
    let set = h.set(&[b, a]);
    let of_less = h.array(&[less]);
    let x = h.string("x");
    let object = h.object(&[(x, one)]);
    let numbers = h.set(&[three, one]);
    let cases = [
        (
            vec![
                (one, two),
                (list, three),
                (single, four),
                (a, numbers),
                (Value::NULL, one),
                (Value::TRUE, two),
                (object, five),
                (spelled, three),
            ],
            r#"{"1":2,"1.50":3,"[1]":4,"a":[1,3],"null":1,"true":2,"{\"x\":1}":5}"#,
        ),
        (vec![(set, two)], r#"{"[\"a\",\"b\"]":2}"#),
        (
            vec![(of_less, one), (less, two)],
            r#"{"\u003c":2,"[\"\\u003c\"]":1}"#,
        ),
    ];
    for (entries, expected) in cases {
        let object = h.object(&entries);
        let mut out = String::new();
        json::write_escaped(h, object, &mut out);
        assert_eq!(out, expected);
    }
}

#[test]
fn what_is_not_json_is_refused_in_opas_words() {
    let cases = [
        ("", "EOF"),
        ("  ", "EOF"),
        ("nul", "unexpected EOF"),
        ("[1", "unexpected EOF"),
        ("[", "unexpected EOF"),
        ("{\"a\":", "unexpected EOF"),
        ("\"abc", "unexpected EOF"),
        ("\"abc\\", "unexpected EOF"),
        ("-", "unexpected EOF"),
        ("1.", "unexpected EOF"),
        ("1e", "unexpected EOF"),
        (
            "[1,]",
            "invalid character ']' looking for beginning of value",
        ),
        ("1 2", "invalid character '2' after top-level value"),
        ("01", "invalid character '1' after top-level value"),
        ("\"a\tb\"", "invalid character '\\t' in string literal"),
        ("\"\\x\"", "invalid character 'x' in string escape code"),
        (
            "\"\\u12x4\"",
            "invalid character 'x' in \\u hexadecimal character escape",
        ),
        ("{\"a\" 1}", "invalid character '1' after object key"),
        (
            "{1:2}",
            "invalid character '1' looking for beginning of object key string",
        ),
        (
            "{\"a\":1,}",
            "invalid character '}' looking for beginning of object key string",
        ),
        (
            "{\"a\":1 \"b\"}",
            "invalid character '\"' after object key:value pair",
        ),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1}", "invalid character '}' after array element"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("é", "invalid character 'é' looking for beginning of value"),
        (
            "'a'",
            "invalid character '\\'' looking for beginning of value",
        ),
        ("1e30103", "invalid number: number too big"),
        ("1e400000000", "invalid number: number too big"),
        ("1e-400000000", "invalid number: number too big"),
    ];
    for (source, expected) in cases {
        let error = json::parse(&mut Heap::new(), source).unwrap_err();
        assert_eq!(error.to_string(), expected, "{source}");
    }
}

#[test]
fn nesting_has_a_limit() {
    let at = |depth: u32| {
        let depth = depth as usize;
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let mut heap = Heap::new();
        let a = json::parse(&mut heap, &text)?;
        let b = json::parse(&mut heap, &text)?;
        // Whatever is parsed can be walked.
        assert!(heap.equal(a, b));
        assert!(heap.compare(a, b).is_eq());
        assert_eq!(heap.hash(a), heap.hash(b));
        let mut out = String::new();
        json::write(&mut heap, a, &mut out);
        assert_eq!(out, text);
        Ok::<_, json::Error>(())
    };
    assert_eq!(at(MAX_DEPTH), Ok(()));
    let error = at(MAX_DEPTH + 1).unwrap_err();
    assert_eq!(error.problem, json::Problem::TooDeep);
    let deep = "{\"a\":".repeat(1_000_000);
    let error = json::parse(&mut Heap::new(), &deep).unwrap_err();
    assert_eq!(error.problem, json::Problem::TooDeep);
}

#[test]
fn terms_go_beyond_json() {
    for (text, wanted) in [
        ("{1, 2, 1}", "{1,2}"),
        ("set()", "set()"),
        ("{ \"a\": {\"b\"}, }", "{\"a\":{\"b\"}}"),
        ("[1, 2, ]", "[1,2]"),
        ("{{1}: [set()]}", "{{1}:[set()]}"),
    ] {
        let mut heap = Heap::new();
        let value = json::parse_term(&mut heap, text).unwrap();
        let mut out = String::new();
        json::write_term(&mut heap, value, &mut out);
        assert_eq!(out, wanted, "{text}");
        assert!(json::parse(&mut heap, text).is_err(), "{text}");
    }
    for text in ["[,]", "{,}", "[1,,]", "{1:}", "{1", "set("] {
        assert!(json::parse_term(&mut Heap::new(), text).is_err(), "{text}");
    }
}

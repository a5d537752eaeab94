//! `strings.render_template`: what OPA 1.22.2 says to these templates.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use kpol_builtins::Standard;
use kpol_runtime::{Heap, json};

fn render(template: &str, variables: &str) -> Result<String, String> {
    let mut heap = Heap::new();
    let template = heap.string(template);
    let variables = json::parse_term(&mut heap, variables).unwrap();
    let args = [template, variables];
    match Standard::default().run(&mut heap, "strings.render_template", &args, 0) {
        Some(Ok(value)) => Ok(heap.text(value).to_owned()),
        Some(Err(error)) => Err(error.message),
        None => panic!("there is no such builtin"),
    }
}

/// Template, variables, result.
const RENDERED: &[(&str, &str, &str)] = &[
    (
        r"{{.a}} {{.b.c}}",
        r#"{"a": 1.5, "b": {"c": "x"}}"#,
        r"1.5 x",
    ),
    (
        r"{{ .a }}|{{- .a -}} | {{/* c */}}x {{- /* d */ -}} y",
        r#"{"a": "v"}"#,
        r"v|v| xy",
    ),
    (
        r"{{if .a}}yes{{else if .b}}b{{else}}no{{end}}",
        r#"{"a": "", "b": [1]}"#,
        r"b",
    ),
    (
        r"{{with .a}}{{.x}}{{else}}none{{end}}",
        r#"{"a": {"x": "y"}}"#,
        r"y",
    ),
    (
        r"{{range .l}}{{.}},{{else}}empty{{end}}",
        r#"{"l": []}"#,
        r"empty",
    ),
    (
        r"{{range $k, $v := .m}}{{$k}}={{$v}};{{end}}",
        r#"{"m": {"b": 2, "a": [1, "x", null, true]}}"#,
        r"a=[1 x <nil> true];b=2;",
    ),
    (
        r#"{{range .l}}{{if eq . "b"}}{{continue}}{{end}}{{if eq . "d"}}{{break}}{{end}}{{.}}{{end}}"#,
        r#"{"l": ["a", "b", "c", "d", "e"]}"#,
        r"ac",
    ),
    (
        r"{{$x := 1}}{{range .l}}{{$x = .}}{{end}}{{$x}}",
        r#"{"l": ["a", "b"]}"#,
        r"b",
    ),
    (
        r#"{{define "t"}}<{{.}}>{{end}}{{template "t" .a}}{{block "u" .}}[{{.a}}]{{end}}"#,
        r#"{"a": "q"}"#,
        r"<q>[q]",
    ),
    (
        r#"{{len .l}} {{len .s}} {{index .l 1}} {{index .m "k" 0}} {{slice .s 1 2}}"#,
        r#"{"l": [1, 2], "s": "abc", "m": {"k": ["z"]}}"#,
        r"2 3 2 z b",
    ),
    (
        r#"{{printf "%s-%v-%d-%q" .a .b 3 "x"}} {{print 1 2 "a" "b" 3}} {{println "x"}}"#,
        r#"{"a": "s", "b": [1, "x"]}"#,
        "s-[1 x]-3-\"x\" 1 2ab3 x\n",
    ),
    (
        r#"{{html "<a href='x'>"}} {{js "it's <b>"}} {{urlquery "a b&c"}}"#,
        r"{}",
        r"&lt;a href=&#39;x&#39;&gt; it\'s \u003Cb\u003E a+b%26c",
    ),
    (
        r#"{{and 1 0 2}} {{or 0 "" "x"}} {{not true}} {{eq 1 2 1}} {{ne "a" "b"}} {{lt 1 2}} {{ge 2.5 2.5}}"#,
        r"{}",
        r"0 x false true true true true",
    ),
    (
        r"{{.m}} {{.n}} {{.x}}",
        r#"{"m": {"a": 1, "b": null}, "n": null}"#,
        r"map[a:1 b:<nil>] <undefined> <undefined>",
    ),
    (r#"{{"quoted" | printf "%s!" | len}}"#, r"{}", r"7"),
    (
        r"{{(index .l 0).name}} {{(.m).k}}",
        r#"{"l": [{"name": "n"}], "m": {"k": 1}}"#,
        r"n 1",
    ),
    (
        r#"{{eq .n .m}} {{eq .s "1"}}"#,
        r#"{"n": 1, "m": 1, "s": "1"}"#,
        r"true true",
    ),
    (r"{{.a.b.c}}", r#"{"a": {}}"#, r"<undefined>"),
    (
        r"{{with $x := .a}}{{$x}}{{$.b}}{{end}}",
        r#"{"a": "A", "b": "B"}"#,
        r"AB",
    ),
    (
        r#"{{if and .a (eq .a "A")}}ok{{end}} {{ .a | html | len }}"#,
        r#"{"a": "A"}"#,
        r"ok 1",
    ),
    (
        r"{{with .a}}x{{else with .b}}{{.}}{{end}}",
        r#"{"b": "bb"}"#,
        r"bb",
    ),
    (
        r"{{true}} {{false | not}} {{.t}}",
        r#"{"t": true}"#,
        r"true true true",
    ),
    (r"{{- 3}} {{3 -}} x {{-3}}", r"{}", r"3 3x -3"),
    (
        r"{{range $i, $x := .l}}{{if $i}}, {{end}}{{$x.n}}{{end}}",
        r#"{"l": [{"n": "a"}, {"n": "b"}]}"#,
        r"a, b",
    ),
    (
        r"{{print .l .m nil}}",
        r#"{"l": [null], "m": {}}"#,
        r"[<nil>] map[] <nil>",
    ),
    (
        r#"{{printf "%d %5.2f %x" 3 2.5 255}}"#,
        r"{}",
        r"3  2.50 ff",
    ),
    (r"{{.}}", r#"{"a": 1}"#, r"map[a:1]"),
    (r"{{gt .a .b}}", r#"{"a": "b", "b": "a"}"#, r"true"),
    (
        r"{{slice .l 1}} {{slice .s 0 1}}",
        r#"{"l": [1, 2], "s": "hé"}"#,
        r"[2] h",
    ),
    (r"{{html .a}} {{html 1 2}}", r#"{"a": "<"}"#, r"&lt; 1 2"),
];

/// Template, variables, error.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        r"{{range $i, $e := 3}}{{$i}}{{end}}{{range 2}}{{.}}{{end}}",
        r"{}",
        r#"template: template:1:18: executing "template" at <3>: can't use 3 to iterate over more than one variable"#,
    ),
    (
        r"{{`raw`}} {{'a'}} {{0x10}} {{1e3}} {{1.5}} {{-3}} {{nil | print}}",
        r"{}",
        r#"template: template:1:52: executing "template" at <nil>: nil is not a command"#,
    ),
    (
        r"{{eq .n 1}}",
        r#"{"n": 1}"#,
        r#"template: template:1:2: executing "template" at <eq .n 1>: error calling eq: incompatible types for comparison: json.Number and int"#,
    ),
    (
        r"{{.a.b}}",
        r#"{"a": null}"#,
        r#"template: template:1:4: executing "template" at <.a.b>: nil pointer evaluating interface {}.b"#,
    ),
    (
        r"{{.a.b}}",
        r#"{"a": 1}"#,
        r#"template: template:1:4: executing "template" at <.a.b>: can't evaluate field b in type interface {}"#,
    ),
    (
        r"{{.a.b}}",
        r#"{"a": [1]}"#,
        r#"template: template:1:4: executing "template" at <.a.b>: can't evaluate field b in type interface {}"#,
    ),
    (
        r"{{index .l 5}}",
        r#"{"l": [1]}"#,
        r#"template: template:1:2: executing "template" at <index .l 5>: error calling index: index out of range: 5"#,
    ),
    (
        r"{{index .m 1}}",
        r#"{"m": {}}"#,
        r#"template: template:1:2: executing "template" at <index .m 1>: error calling index: value has type int; should be string"#,
    ),
    (
        r"{{if}}x{{end}}",
        r"{}",
        r"template: template:1: missing value for if",
    ),
    (r"{{.a", r"{}", r"template: template:1: unclosed action"),
    (r"{{if .a}}", r"{}", r"template: template:1: unexpected EOF"),
    (
        r"{{end}}",
        r"{}",
        r"template: template:1: unexpected {{end}}",
    ),
    (
        r"{{foo}}",
        r"{}",
        r#"template: template:1: function "foo" not defined"#,
    ),
    (
        r"{{$x}}",
        r"{}",
        r#"template: template:1: undefined variable "$x""#,
    ),
    (
        r#"{{template "zz"}}"#,
        r"{}",
        r#"template: template:1:11: executing "template" at <{{template "zz"}}>: template "zz" not defined"#,
    ),
    (
        r"{{range .s}}{{end}}",
        r#"{"s": "abc"}"#,
        r#"template: template:1:8: executing "template" at <.s>: range can't iterate over abc"#,
    ),
    (
        r"{{range .s}}{{end}}",
        r#"{"s": 5}"#,
        r#"template: template:1:8: executing "template" at <.s>: range can't iterate over 5"#,
    ),
    (
        r"{{len .n}}",
        r#"{"n": null}"#,
        r#"template: template:1:2: executing "template" at <len .n>: error calling len: len of nil pointer"#,
    ),
    (
        r#"{{lt 1 "a"}}"#,
        r"{}",
        r#"template: template:1:2: executing "template" at <lt 1 "a">: error calling lt: incompatible types for comparison: int and string"#,
    ),
    (
        r"{{eq .l .l}}",
        r#"{"l": [1]}"#,
        r#"template: template:1:2: executing "template" at <eq .l .l>: error calling eq: non-comparable type [1]: []interface {}"#,
    ),
    (
        r"{{printf}}",
        r"{}",
        r#"template: template:1:2: executing "template" at <printf>: wrong number of args for printf: want at least 1 got 0"#,
    ),
    (
        r"{{not}}",
        r"{}",
        r#"template: template:1:2: executing "template" at <not>: wrong number of args for not: want 1 got 0"#,
    ),
    (
        r"{{break}}",
        r"{}",
        r"template: template:1: {{break}} outside {{range}}",
    ),
    (
        r#"{{ "unterminated }}"#,
        r"{}",
        r"template: template:1: unterminated quoted string",
    ),
    (
        r"{{/* unclosed",
        r"{}",
        r"template: template:1: unclosed comment",
    ),
    (
        r"a{{!}}",
        r"{}",
        r#"template: template:1: unexpected "!" in command"#,
    ),
    (
        r"{{.a | 3}}",
        r#"{"a": 1}"#,
        r"template: template:1: non executable command in pipeline stage 2",
    ),
    (
        r"{{1 2}}",
        r"{}",
        r#"template: template:1:2: executing "template" at <1>: can't give argument to non-function 1"#,
    ),
    (
        r"{{.a 1}}",
        r#"{"a": 1}"#,
        r#"template: template:1:2: executing "template" at <.a>: a is not a method but has arguments"#,
    ),
    (
        "line\n{{.x.y}}\n{{ .z.q }}",
        r#"{"z": "s"}"#,
        r#"template: template:3:5: executing "template" at <.z.q>: can't evaluate field q in type interface {}"#,
    ),
    (
        r"{{1000000000000000000000}}",
        r"{}",
        r#"template: template:1: integer overflow: "1000000000000000000000""#,
    ),
    (
        r"{{call .a}}",
        r#"{"a": 1}"#,
        r#"template: template:1:2: executing "template" at <call .a>: error calling call: non-function .a of type json.Number"#,
    ),
];

#[test]
fn templates_are_rendered() {
    for (template, variables, wanted) in RENDERED {
        assert_eq!(
            render(template, variables).as_deref(),
            Ok(*wanted),
            "{template}"
        );
    }
}

#[test]
fn errors_are_those_of_go() {
    for (template, variables, wanted) in REFUSED {
        assert_eq!(
            render(template, variables).unwrap_err(),
            *wanted,
            "{template}"
        );
    }
}

#[test]
fn hostile_templates_end() {
    let deep = "{{if 1}}".repeat(100_000);
    assert!(render(&deep, "{}").is_err());
    let parens = format!("{{{{{}1}}}}", "(".repeat(100_000));
    assert!(render(&parens, "{}").is_err());
    let endless = "{{define \"t\"}}{{template \"t\" .}}{{end}}{{template \"t\" .}}";
    assert!(render(endless, "{}").is_err());
    let loops = "{{range 100000}}{{range 100000}}{{range 100000}}x{{end}}{{end}}{{end}}";
    assert!(render(loops, "{}").is_err());
    assert!(render("{{.a}}", "{\"a\": {1}}").is_err());
}

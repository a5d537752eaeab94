//! Where kpol does not do as conftest does, on purpose.

#![allow(clippy::unwrap_used, reason = "tests")]

use kpol_diagnostics::{SourceMap, one_line};
use kpol_formats::{Options, Parser, read};

/// The documents as JSON, or the error in one line.
fn answer(parser: Parser, text: &str) -> String {
    let mut sources = SourceMap::new();
    let source = sources.add("file", text);
    let options = Options {
        input: kpol_input::Options::verbatim(),
        ..Options::default()
    };
    match read(&sources, source, parser, &options) {
        Ok(documents) => {
            let texts: Vec<_> = documents
                .iter()
                .map(kpol_input::Document::to_json)
                .collect();
            texts.join("\n")
        }
        Err(error) => one_line(&sources, &error.diagnostic()),
    }
}

#[test]
fn differences() {
    let cases = [
        // conftest loses bytes that are no comment, or reads a comment as none.
        (Parser::Jsonc, "{\"a\": /***/ 1}", "{\"a\":1}"),
        (Parser::Jsonc, "{} // c:\\\n", "{}"),
        (
            Parser::Jsonc,
            "{\"a\": 1 / 2}",
            "file:1:9: input_syntax_error: expected `,` or `}`",
        ),
        (
            Parser::Jsonc,
            "{\"a\": 1} /* x",
            "file:1:10: input_syntax_error: the comment has no end",
        ),
        (
            Parser::Jsonc,
            "{\"a\": \"b\nc\"}",
            "file:2:1: input_syntax_error: control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (
            Parser::Jsonc,
            "7x7 // c",
            "file:1:2: input_syntax_error: there is more after the end of the JSON text",
        ),
        (
            Parser::Xml,
            "<a>\n<b c=d/></a>",
            "file:2:6: input_syntax_error: an attribute's value is not in quotes",
        ),
        // conftest prints the address of such a key.
        (Parser::Edn, "{[1] 2}", "{\"[1]\":\"2\"}"),
        // conftest takes the first value and ignores the rest.
        (
            Parser::Edn,
            "{} {}",
            "file:1:4: input_syntax_error: there is more after the end of the value",
        ),
        // conftest takes what it has understood up to there, which may be nothing, and passes.
        (
            Parser::Xml,
            "<a>\n  <b>",
            "file:2:3: input_syntax_error: the element `b` is not closed",
        ),
        (
            Parser::Xml,
            "<a>&nbsp;</a>",
            "file:1:4: input_syntax_error: unknown entity `&nbsp;`",
        ),
        // conftest reads names byte by byte.
        (
            Parser::Ignore,
            "é",
            "[[{\"Kind\":\"Path\",\"Value\":\"é\",\"Original\":\"é\"}]]",
        ),
        // conftest stops there, and ignores the rest.
        (
            Parser::Nginx,
            "user a; }\nuser b;",
            "file:1:9: input_syntax_error: there is no `{` for this",
        ),
        // conftest knows no directives of modules.
        (
            Parser::Nginx,
            "brotli on;",
            "{\"directives\":[{\"name\":\"brotli\",\"parameters\":[\"on\"]}]}",
        ),
        // conftest takes what it has understood up to there.
        (
            Parser::Hocon,
            "a {\n b = 1",
            "file:1:3: input_syntax_error: the object is not closed",
        ),
        (
            Parser::Hocon,
            "a {} } b {}",
            "file:1:6: input_syntax_error: a key is expected here",
        ),
        // conftest breaks off with a stack trace.
        (Parser::Hocon, "a = 1", "{\"a\":1}"),
        (Parser::Hocon, "a { \"b.c\" = 1 }", "{\"a\":{\"b.c\":1}}"),
        (
            Parser::Hocon,
            "a { b = ${a.c}, c = ${a.b} }",
            "file:1:9: input_syntax_error: the value refers to itself, or stands for too much",
        ),
        (
            Parser::Hocon,
            "include \"b.conf\"",
            "file:1:1: input_syntax_error: `include` is not read: name the other file beside this one",
        ),
        (
            Parser::Ignore,
            "a\\",
            "[[{\"Kind\":\"Path\",\"Value\":\"a\",\"Original\":\"a\\\\\"}]]",
        ),
        // conftest reads flags byte by byte.
        (
            Parser::Dockerfile,
            "FROM a\nCOPY --from=é a b",
            "[[{\"Cmd\":\"from\",\"SubCmd\":\"\",\"JSON\":false,\"Flags\":[],\"Value\":[\"a\"],\"Stage\":0},\
             {\"Cmd\":\"copy\",\"SubCmd\":\"\",\"JSON\":false,\"Flags\":[\"--from=é\"],\"Value\":[\"a\",\"b\"],\"Stage\":0}]]",
        ),
        // conftest drops the key.
        (
            Parser::Hcl1,
            "a =",
            "file:1:4: input_syntax_error: a value is needed here: words stand in quotes",
        ),
        (
            Parser::Hcl1,
            "a { b = } }",
            "file:1:9: input_syntax_error: a value is needed here: words stand in quotes",
        ),
        (
            Parser::Hcl1,
            " {\"a\": 1}",
            "file:1:2: input_syntax_error: the JSON form of HCL is not read: use the parser `json`",
        ),
        // conftest puts composed characters in place of combined ones.
        (Parser::Hcl2, "a = \"e\u{301}\"", "{\"a\":\"e\u{301}\"}"),
        // conftest rounds the index, and reads YAML 1.1.
        (
            Parser::Jsonnet,
            "[1, 2][0.5]",
            "file:1:1: input_syntax_error: numeric index is not valid",
        ),
        (Parser::Jsonnet, "std.parseYaml('a: y')", "{\"a\":\"y\"}"),
        // Mistakes have their places.
        (
            Parser::Jsonnet,
            "{\n  a: self.b,\n}",
            "file:2:6: input_syntax_error: unknown object field `b`",
        ),
        (
            Parser::Jsonnet,
            "{\n  a: b }",
            "file:2:6: input_syntax_error: unknown variable `b`",
        ),
        (
            Parser::Jsonnet,
            "{\n  a: error 'no' + 1 }",
            "file:2:6: input_syntax_error: no1",
        ),
        (
            Parser::Jsonnet,
            "{ a: import 'nope.libsonnet' }",
            "file:1:6: input_syntax_error: cannot import nope.libsonnet: No such file or directory (os error 2)",
        ),
        (
            Parser::Textproto,
            "# proto-message: a.B",
            "file:1:18: input_syntax_error: `a.B` is not known: no folder with definitions was given",
        ),
    ];
    for (parser, text, expected) in cases {
        assert_eq!(answer(parser, text), expected, "{parser}: {text:?}");
    }
}

//! Where nodes stand in their texts.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use kpol_diagnostics::SourceMap;
use kpol_formats::{Options, Parser, read};
use kpol_input::{Document, NodeId};

/// The node at a path of keys and indexes.
fn find(document: &Document, path: &str) -> NodeId {
    let mut node = document.root();
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let next = match step.parse() {
            Ok(index) => document.item(node, index),
            Err(_) => document.get(node, step),
        };
        node = next.unwrap_or_else(|| document.get(node, step).unwrap());
    }
    node
}

/// A parser, a text, and for paths into it: line and column of the key, those of the value, and the value's text.
type Case = (
    Parser,
    &'static str,
    &'static [(&'static str, (u32, u32), (u32, u32), &'static str)],
);

const CASES: &[Case] = &[
    (
        Parser::Toml,
        "\u{feff}title = \"x\"\n\n[a.b]\nport = 80\nlist = [\n  1,\n  \"é\", { y = 2 }]\n",
        &[
            ("title", (1, 1), (1, 9), "\"x\""),
            ("a/b/port", (4, 1), (4, 8), "80"),
            ("a/b/list/1", (0, 0), (7, 3), "\"é\""),
            ("a/b/list/2/y", (7, 10), (7, 14), "2"),
        ],
    ),
    (
        Parser::Jsonc,
        "{ // c\n  /* d\n */ \"a\": [true, \"x\"]\n}",
        &[
            ("a", (3, 5), (3, 10), "[true, \"x\"]"),
            ("a/1", (0, 0), (3, 17), "\"x\""),
        ],
    ),
    (
        Parser::Ini,
        "\u{feff}; c\n[sec tion]\n  key = va lue  ; c\n\"q k\" : `a\nb`\nlong = a \\\n  b\n",
        &[
            ("sec tion", (2, 2), (2, 1), "[sec tion]"),
            ("sec tion/key", (3, 3), (3, 9), "va lue"),
            ("sec tion/q k", (4, 1), (4, 9), "`a\nb`"),
            ("sec tion/long", (6, 1), (6, 8), "a \\\n  b"),
        ],
    ),
    (
        Parser::Dotenv,
        "\u{feff}# c\r\n  export A=1 # c\r\nB=\"x\r\ny\" # c\r\nC=\r\n",
        &[
            ("A", (2, 10), (2, 12), "1 "),
            ("B", (3, 1), (3, 3), "\"x\r\ny\" # c"),
            ("C", (5, 1), (5, 1), "C"),
        ],
    ),
    (
        Parser::Properties,
        "# c\n a.b = one \\\n   two\nc\n",
        &[
            ("a.b", (2, 2), (2, 8), "one \\\n   two"),
            ("c", (4, 1), (4, 1), "c"),
        ],
    ),
    (
        Parser::Xml,
        "<?xml version=\"1.0\"?>\n<a x='1'>\n  <b>t</b>\n  <b y=\"2\">u<c/></b>\n</a>",
        &[
            ("a/-x", (2, 4), (2, 4), "x='1"),
            ("a/b/0", (0, 0), (3, 3), "<b>t</b>"),
            ("a/b/1", (0, 0), (4, 3), "<b y=\"2\">u<c/></b>"),
            ("a/b/1/#content", (4, 12), (4, 12), "u"),
            ("a/b/1/c", (4, 13), (4, 13), "<c/>"),
        ],
    ),
    (
        Parser::Edn,
        "; c\n{:a [1 \"é\"]\n #_ x :b #inst \"2020-01-02T03:04:05Z\"}",
        &[
            (":a", (2, 2), (2, 5), "[1 \"é\"]"),
            (":a/1", (0, 0), (2, 8), "\"é\""),
            (":b", (3, 7), (3, 10), "#inst \"2020-01-02T03:04:05Z\""),
        ],
    ),
    (
        Parser::Hocon,
        "a {\n  b.c = one two # c\n  d : { e = ${a.b.c} }\n}\n",
        &[
            (
                "a",
                (1, 1),
                (1, 3),
                "{\n  b.c = one two # c\n  d : { e = ${a.b.c} }\n}",
            ),
            ("a/b/c", (2, 5), (2, 9), "one two"),
            ("a/d/e", (3, 9), (3, 13), "${a.b.c}"),
        ],
    ),
    (
        Parser::Ignore,
        "# c\r\n\r\n!a/b\n",
        &[
            ("0/0/Value", (1, 1), (1, 1), "# c"),
            ("0/2/Value", (3, 1), (3, 1), "!a/b"),
        ],
    ),
    (
        Parser::Codeowners,
        "# c\n  *.rs @a/b   x@y.org # why\n",
        &[
            ("rules/0", (0, 0), (2, 3), "*.rs @a/b   x@y.org # why"),
            ("rules/0/pattern", (2, 3), (2, 3), "*.rs"),
            ("rules/0/owners/1/value", (2, 15), (2, 15), "x@y.org"),
        ],
    ),
    (
        Parser::Nginx,
        "user a;\nhttp {\n  server {\n    listen 80 ssl;\n  }\n}\n",
        &[
            ("directives/0/parameters/0", (0, 0), (1, 6), "a"),
            (
                "directives/1/block/directives/0/block/directives/0",
                (0, 0),
                (4, 5),
                "listen 80 ssl;",
            ),
            (
                "directives/1/block/directives/0/block/directives/0/parameters/1",
                (0, 0),
                (4, 15),
                "ssl",
            ),
        ],
    ),
    (
        Parser::Spdx,
        "SPDXVersion: SPDX-2.3\n# c\nCreator: Tool: x\nPackageName: p\n  SPDXID: SPDXRef-p\nPackageComment: <text>a\nb</text>\n",
        &[
            ("creationInfo/creators/0", (0, 0), (3, 10), "Tool: x"),
            ("packages/0/SPDXID", (5, 3), (5, 11), "SPDXRef-p"),
            ("packages/0/comment", (6, 1), (6, 23), "a\nb"),
        ],
    ),
    (
        Parser::CycloneDx,
        "<bom version=\"1\">\n <components>\n  <component type=\"library\">\n   <name>n</name>\n  </component>\n </components>\n</bom>",
        &[
            ("version", (1, 15), (1, 15), "1"),
            ("components/0/name", (4, 4), (4, 4), "<name>n</name>"),
            ("components/0/type", (3, 20), (3, 20), "library"),
        ],
    ),
    (
        Parser::CycloneDx,
        "{\"specVersion\": \"1.5\",\n \"components\": [{\"name\": \"n\"}]}",
        &[("components/0/name", (2, 18), (2, 26), "\"n\"")],
    ),
    (
        Parser::Dockerfile,
        "\u{feff}# c\r\nFROM a AS b\r\n  RUN --mount=type=cache x \\\r\n  # d\r\n  y\r\nENV A=1 \\\n  B=\"2\"\nCOPY [\"a b\", \"c\"]\nRUN <<E\nx\nE\n",
        &[
            ("0/0", (0, 0), (1, 1), "# c"),
            ("0/1/Cmd", (2, 1), (2, 1), "FROM"),
            ("0/1/Value/2", (0, 0), (2, 11), "b"),
            (
                "0/2",
                (0, 0),
                (3, 3),
                "RUN --mount=type=cache x \\\r\n  # d\r\n  y",
            ),
            ("0/2/Flags/0", (0, 0), (3, 7), "--mount=type=cache"),
            ("0/3/Value/3", (0, 0), (7, 3), "B"),
            ("0/3/Value/4", (0, 0), (7, 5), "\"2\""),
            ("0/4/Value/0", (0, 0), (8, 7), "\"a b\""),
            ("0/5", (0, 0), (9, 1), "RUN <<E\nx\nE"),
        ],
    ),
    (
        Parser::Hcl2,
        "\u{feff}a = f(b) # c\r\nr \"t\" \"n\" {\r\n  x = [1, \"é ${y}\"]\r\n  o = { k = 2 }\r\n}\r\n",
        &[
            ("a", (1, 1), (1, 5), "f(b)"),
            (
                "r/t",
                (2, 3),
                (2, 1),
                "r \"t\" \"n\" {\r\n  x = [1, \"é ${y}\"]\r\n  o = { k = 2 }\r\n}",
            ),
            ("r/t/n/0/x", (3, 3), (3, 7), "[1, \"é ${y}\"]"),
            ("r/t/n/0/x/1", (0, 0), (3, 11), "\"é ${y}\""),
            ("r/t/n/0/o/k", (4, 9), (4, 13), "2"),
        ],
    ),
    (
        Parser::Hcl1,
        "# c\na = 1\nr \"t\" \"n\" {\n  x = [1, \"é\"]\n  o { k = <<E\ny\nE\n  }\n}\n",
        &[
            ("a", (2, 1), (2, 5), "1"),
            ("r/0/t/0/n/0/x", (4, 3), (4, 7), "[1, \"é\"]"),
            ("r/0/t/0/n/0/x/1", (0, 0), (4, 11), "\"é\""),
            ("r/0/t/0/n/0/o/0/k", (5, 7), (5, 11), "<<E\ny\nE\n"),
        ],
    ),
    (
        Parser::Textproto,
        "# proto-message: conf.test.Main\nname: \"é\" 'b'\n  inner { id: \"x\" }\nnumbers: [1, 2]\ncounts { key: \"k\" value: 3 }\n",
        &[
            ("name", (2, 1), (2, 7), "\"é\" 'b'"),
            ("inner", (3, 3), (3, 9), "{ id: \"x\" }"),
            ("inner/id", (3, 11), (3, 15), "\"x\""),
            ("numbers/1", (0, 0), (4, 14), "2"),
            ("counts/k", (5, 15), (5, 26), "3"),
        ],
    ),
];

#[test]
fn positions() {
    for (parser, text, nodes) in CASES {
        let mut sources = SourceMap::new();
        let source = sources.add("file", *text);
        let options = Options {
            input: kpol_input::Options::verbatim(),
            proto_dirs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protos")],
            ..Options::default()
        };
        let documents = read(&sources, source, *parser, &options).unwrap();
        let document = documents.first().unwrap();
        for (path, key, value, slice) in *nodes {
            let node = find(document, path);
            let place = |span| {
                let place = sources.line_col(span);
                (place.line, place.column)
            };
            let span = document.span(node);
            assert_eq!(place(span), *value, "{parser}: {path}");
            assert_eq!(sources.slice(span), *slice, "{parser}: {path}");
            let found = document.key_span(node).map_or((0, 0), place);
            assert_eq!(found, *key, "{parser}: key of {path}");
        }
    }
}

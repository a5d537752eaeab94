//! No text makes a reader panic, and what is read is consistent.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_diagnostics::{SourceMap, render};
use kpol_input::{Format, Kind, NodeId, Options, Path, read};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

const PIECES: &[&str] = &[
    "a",
    "b: ",
    "- ",
    "-",
    "? ",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "\t",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    "\"",
    "#",
    " # c",
    "&x ",
    "*x",
    "*x ",
    "|",
    "> ",
    "|-",
    "|+2",
    "!!str ",
    "!!int ",
    "!t ",
    "<<: ",
    "\n---\n",
    "\n...\n",
    "%YAML 1.1\n",
    "1",
    "0x1f",
    "1.5",
    "true",
    "~",
    "\\n",
    "\\",
    "\\u00e9",
    "\r\n",
    "ä",
    "é: ",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "@",
    "`",
    "%",
    "!",
    "a: |\n  x\n",
    "a: >\n  x\n  y\n",
    "a: &x {b: c}\n",
    "b:\n  <<: *x\n",
    "\"a\":",
    "1e9",
    "null",
    "\"\\ud83d\\ude00\"",
    "$serde_json::private::Number",
    "kind: List\n",
    "apiVersion: v1\n",
    "items:\n",
];

fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        20 => (0..PIECES.len()).prop_map(|at| PIECES[at].to_owned()),
        1 => any::<char>().prop_map(String::from),
        1 => Just("[".repeat(600)),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_text(text in texts()) {
        for format in [Format::Yaml, Format::Json, Format::JsonStream] {
            let mut sources = SourceMap::new();
            let source = sources.add("f", text.as_str());
            for options in [Options::default(), Options::verbatim()] {
                match read(&sources, source, format, &options) {
                    Err(error) => {
                        let shown = render(&sources, &[error.diagnostic()], false);
                        prop_assert!(shown.starts_with("error[input_"), "{}", shown);
                        prop_assert_eq!(error.span().source, source);
                    }
                    Ok(documents) => {
                        for document in documents {
                            let json = document.to_json();
                            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok(), "{}", json);
                            for id in document.root().0..document.end().0 {
                                let node = NodeId(id);
                                let span = document.span(node);
                                prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
                                let path = document.path(node);
                                if node == document.root() || document.parent(node).is_some() {
                                    prop_assert_eq!(document.node_at(&path), Some(node), "{}", path);
                                    prop_assert_eq!(Path::parse(&path.to_string()), Some(path));
                                } else {
                                    prop_assert!(matches!(document.kind(node), Kind::String(_)));
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn json_is_yaml(value in values()) {
        let text = value.to_string();
        let mut sources = SourceMap::new();
        let source = sources.add("f", text.as_str());
        let json = read(&sources, source, Format::Json, &Options::verbatim()).unwrap();
        prop_assert_eq!(json[0].to_json(), text.clone());
        let yaml = read(&sources, source, Format::Yaml, &Options::verbatim()).unwrap();
        prop_assert_eq!(yaml[0].to_json(), text);
        for id in 0..json[0].end().0 {
            prop_assert_eq!(json[0].span(NodeId(id)), yaml[0].span(NodeId(id)));
        }
    }
}

/// JSON values whose text is YAML too: no surrogate pairs, keys short enough for YAML.
fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        "[ -~]{0,12}".prop_map(serde_json::Value::from),
        "[a-zäß€]{1,12}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            proptest::collection::btree_map("[a-z./-]{0,8}", inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

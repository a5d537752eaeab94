//! Real manifests give the documents that they are known to hold.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kpol_diagnostics::{SourceMap, render};
use kpol_input::{Document, Format, InputError, Kind, NodeId, Options, load, read};
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("KPOL_CONFORMANCE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"),
        PathBuf::from,
    );
    let folder = root.join("manifests");
    if !folder.is_dir() {
        eprintln!("skipped: no corpus at {}", folder.display());
        return None;
    }
    Some(folder)
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn parse(
    sources: &mut SourceMap,
    path: &Path,
    options: &Options,
) -> Result<Vec<Document>, InputError> {
    let source = sources.add(path.to_string_lossy(), load(path)?);
    read(sources, source, Format::of_path(path).unwrap(), options)
}

#[test]
fn documents_are_those_of_the_corpus() {
    let Some(folder) = corpus() else { return };
    let mut expected: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in lines(&folder.join("docs.jsonl")) {
        let path = row["path"].as_str().unwrap().to_owned();
        expected.entry(path).or_default().push(row);
    }
    // The corpus counts a list as one document.
    let options = Options {
        expand_lists: false,
        ..Options::default()
    };
    for (path, rows) in &expected {
        let mut sources = SourceMap::new();
        let documents = parse(&mut sources, &folder.join(path), &options)
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(documents.len(), rows.len(), "{path}");
        for (document, row) in documents.iter().zip(rows) {
            let got = [
                document.api_version(),
                document.object_kind(),
                document.name(),
                document.namespace(),
            ];
            let names = ["apiVersion", "kind", "name", "namespace"];
            for (got, name) in got.into_iter().zip(names) {
                assert_eq!(
                    got,
                    row[name].as_str(),
                    "{path}, document {}, {name}",
                    row["doc"]
                );
            }
            assert_eq!(
                u64::from(document.index()),
                row["doc"].as_u64().unwrap(),
                "{path}"
            );
            check_nodes(&sources, document, path);
        }
    }
    assert!(expected.len() > 900, "{} files", expected.len());
}

/// Positions lie in the text, content within its container, and paths lead back to their nodes.
fn check_nodes(sources: &SourceMap, document: &Document, path: &str) {
    let text = sources.text(document.source());
    let has_aliases = text.contains("*");
    for id in document.root().0..document.end().0 {
        let node = NodeId(id);
        let span = document.span(node);
        assert!(
            text.get(span.start as usize..span.end as usize).is_some(),
            "{path}: {span:?}"
        );
        if let Kind::String(value) = document.kind(node)
            && !value.contains(['\n', '\'', '"', '\\'])
            && !has_aliases
        {
            let written = sources.slice(span);
            let folded = written.contains('\n') || written.starts_with('"');
            let is_key_of_other_type = document.parent(node).is_none();
            assert!(
                written.trim_matches(['"', '\'']) == value || folded || is_key_of_other_type,
                "{path}: {written} is not {value}"
            );
        }
        // One container in a hundred is enough for what takes a pass over its content.
        if id % 100 == 0 && document.parent(node).is_some() {
            assert_eq!(
                document.node_at(&document.path(node)),
                Some(node),
                "{path}: {}",
                document.path(node)
            );
        }
        if !has_aliases {
            for child in document.children(node) {
                let inner = document.span(child);
                assert!(
                    span.start <= inner.start && inner.end <= span.end,
                    "{path}: {inner:?} in {span:?}"
                );
            }
        }
    }
}

#[test]
fn lists_become_their_items() {
    let Some(folder) = corpus() else { return };
    let path = folder.join("files/prometheus-operator+kube-prometheus/manifests/prometheus-roleSpecificNamespaces.yaml");
    let mut sources = SourceMap::new();
    let documents = parse(&mut sources, &path, &Options::default()).unwrap();
    let kinds: Vec<_> = documents.iter().map(Document::object_kind).collect();
    assert_eq!(kinds, [Some("Role"); 3]);
    let lines: Vec<u32> = documents
        .iter()
        .map(|document| sources.line_col(document.span(document.root())).line)
        .collect();
    assert!(lines.is_sorted() && lines[0] < lines[2], "{lines:?}");
    assert_eq!(
        documents[1]
            .path(documents[1].lookup("metadata.name").unwrap())
            .to_string(),
        "metadata.name"
    );
}

#[test]
fn what_go_refuses_is_refused_where_it_is_wrong() {
    let Some(folder) = corpus() else { return };
    let mut seen = 0;
    for row in lines(&folder.join("edge/index.jsonl")) {
        let path = row["path"].as_str().unwrap();
        let mut sources = SourceMap::new();
        let error = parse(&mut sources, &folder.join(path), &Options::default()).expect_err(path);
        let at = sources.line_col(error.span()).line;
        let text = sources.text(error.span().source);
        let line = text.lines().nth(at as usize - 1).unwrap_or_default();
        let go = row["go_yaml_v3_error"].as_str().unwrap();
        match &error {
            InputError::DuplicateKey {
                key, first_line, ..
            } => {
                let same = format!(
                    "line {at}: mapping key \"{key}\" already defined at line {first_line}"
                );
                assert!(go.ends_with(&same), "{path}: {same}, but {go}");
            }
            // Go parses all of a text before it looks at keys, so that it may find another error first.
            InputError::InvalidKey { .. } => {
                assert_eq!(row["is_template"], true, "{path}: {error}, but {go}");
                assert!(line.contains("{{"), "{path}:{at}: {line}");
            }
            InputError::Syntax { .. } => {
                assert!(
                    !go.contains("invalid map key") && !go.contains("already defined"),
                    "{path}: {error}, but {go}"
                );
                assert!(line.contains("{{"), "{path}:{at}: {line}");
            }
            other => panic!("{path}: {other}"),
        }
        let shown = render(&sources, &[error.diagnostic()], false);
        assert!(shown.contains(&format!(":{at}:")), "{shown}");
        seen += 1;
    }
    assert_eq!(seen, 15);
}

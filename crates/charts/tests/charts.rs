//! Charts rendered by the real programs; each test says so and does nothing where its program is missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::path::Path;

use kpol_charts::{ChartError, Kind, Options, recognise, render};
use kpol_diagnostics::SourceMap;
use kpol_input::{Document, NodeId};

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("created");
    std::fs::write(file, text).expect("written");
}

/// The node at a path of keys and indexes.
fn node(document: &Document, path: &[&str]) -> NodeId {
    path.iter().fold(document.root(), |node, key| {
        match key.parse() {
            Ok(index) => document.item(node, index),
            Err(_) => document.get(node, key),
        }
        .expect("a node")
    })
}

/// The documents of a folder as `file:line` for paths of some kinds.
fn places(folder: &Path, kind: Kind, asked: &[(&str, &[&str])]) -> Option<Vec<String>> {
    assert_eq!(recognise(folder), Some(kind));
    let rendered = match render(folder, kind, &Options::default()) {
        Err(ChartError::Missing { programs, .. }) => {
            eprintln!("left out: there is no {programs}");
            return None;
        }
        other => other.expect("rendered"),
    };
    let mut sources = SourceMap::new();
    let chart = rendered
        .read(&mut sources, &kpol_input::Options::default())
        .expect("read");
    let place = |(kind, path): &(&str, &[&str])| {
        let document = (chart.documents.iter())
            .find(|document| document.object_kind() == Some(kind))
            .expect("a document");
        let span = chart.span(&sources, document, node(document, path));
        let name = sources.name(span.source);
        let file = name.strip_prefix(&format!("{}/", folder.display()));
        format!("{}:{}", file.unwrap_or(name), sources.line_col(span).line)
    };
    Some(asked.iter().map(place).collect())
}

#[test]
fn helm_places_are_those_of_templates() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(
        folder,
        "Chart.yaml",
        "apiVersion: v2\nname: other-name\nversion: 0.1.0\n",
    );
    write(
        folder,
        "values.yaml",
        "containers: [{name: a, image: x}, {name: b, image: y}]\n",
    );
    write(
        folder,
        "templates/pod.yaml",
        "{{- /* a comment */ -}}\n\
         apiVersion: v1\n\
         kind: Pod\n\
         metadata:\n  name: {{ .Release.Name }}\n\
         spec:\n  containers:\n  \
         {{- range .Values.containers }}\n  \
         - name: {{ .name }}\n    image: {{ .image | quote }}\n  \
         {{- end }}\n---\n\
         apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n",
    );
    let asked: &[(&str, &[&str])] = &[
        ("Pod", &["metadata", "name"]),
        ("Pod", &["spec", "containers", "0", "image"]),
        ("Pod", &["spec", "containers", "1", "image"]),
        ("Service", &["metadata", "name"]),
    ];
    if let Some(places) = places(folder, Kind::Helm, asked) {
        let line = |line: u32| format!("templates/pod.yaml:{line}");
        assert_eq!(places, [line(5), line(10), line(10), line(16)]);
    }
}

#[test]
fn kustomize_places_are_those_of_base_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(
        folder,
        "base/kustomization.yaml",
        "resources: [app.yaml]\nconfigMapGenerator:\n- name: c\n  literals: [a=b]\n",
    );
    write(
        folder,
        "base/app.yaml",
        "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: x\n      - name: b\n        image: y\n",
    );
    write(
        folder,
        "kustomization.yaml",
        "resources: [base]\nnamePrefix: prod-\nlabels: [{pairs: {a: b}}]\n",
    );
    let asked: &[(&str, &[&str])] = &[
        (
            "Deployment",
            &["spec", "template", "spec", "containers", "1", "image"],
        ),
        ("Deployment", &["metadata", "labels", "a"]),
        ("ConfigMap", &["data", "a"]),
    ];
    if let Some(places) = places(folder, Kind::Kustomize, asked) {
        assert_eq!(
            places,
            [
                "base/app.yaml:11",
                "base/app.yaml:3",
                "base/kustomization.yaml:1"
            ]
        );
    }
}

#[test]
fn what_is_wrong_with_a_chart_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    assert_eq!(recognise(folder), None);
    write(folder, "kustomization.yml", "resources: [missing.yaml]\n");
    let error = render(folder, Kind::Kustomize, &Options::default()).expect_err("no resource");
    match error {
        ChartError::Missing { .. } => eprintln!("left out: there is no program"),
        ChartError::Failed { message, .. } => {
            assert!(message.contains("missing.yaml"), "{message}")
        }
        other => panic!("{other}"),
    }
}

//! The shape of documents.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use kpol_diagnostics::SourceMap;
use kpol_input::{Format, NodeId, read_str};

#[test]
fn same_document_in_both_formats() {
    let yaml = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {\"a.b/c\": 'x'}\nspec:\n  containers:\n  - name: c\n    image: \"i\\n\"\n  - {name: d, ports: [80, 1.5e3]}\n";
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"a.b/c": "x"}}, "spec": {"containers": [{"name": "c", "image": "i\n"}, {"name": "d", "ports": [80, 1500]}]}}"#;
    let mut sources = SourceMap::new();
    let from_yaml = read_str(&mut sources, "a.yaml", yaml, Format::Yaml).unwrap();
    let from_json = read_str(&mut sources, "a.json", json, Format::Json).unwrap();
    let compact: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(from_yaml[0].to_json(), compact.to_string());
    assert_eq!(from_json[0].to_json(), compact.to_string());
    for document in [&from_yaml[0], &from_json[0]] {
        let image = document.lookup("spec.containers[0].image").unwrap();
        assert_eq!(document.str(image), Some("i\n"));
        assert_eq!(document.path(image).to_string(), "spec.containers[0].image");
        assert_eq!(document.path(image).pointer(), "/spec/containers/0/image");
        assert_eq!(document.lookup("/spec/containers/0/image"), Some(image));
        assert_eq!(sources.slice(document.span(image)), "\"i\\n\"");
        assert_eq!(
            sources
                .slice(document.key_span(image).unwrap())
                .trim_matches('"'),
            "image"
        );
        let label = document.lookup("metadata.labels[\"a.b/c\"]").unwrap();
        assert_eq!(
            document.path(label).to_string(),
            "metadata.labels[\"a.b/c\"]"
        );
        assert_eq!(document.path(label).pointer(), "/metadata/labels/a.b~1c");
        let port = document.lookup("spec.containers[1].ports[1]").unwrap();
        assert_eq!(
            document.path(port).to_string(),
            "spec.containers[1].ports[1]"
        );
        assert_eq!(document.key_span(port), None);
        assert_eq!(document.name(), Some("a"));
        for id in document.root().0 + 1..document.end().0 {
            let node = NodeId(id);
            let found = document.node_at(&document.path(node)).unwrap();
            assert!(found == node || document.parent(node).is_none(), "{id}");
        }
    }
    let item = from_yaml[0].lookup("spec.containers[0]").unwrap();
    assert_eq!(
        sources.slice(from_yaml[0].span(item)),
        "name: c\n    image: \"i\\n\""
    );
}

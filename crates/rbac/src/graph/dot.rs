//! Paths in DOT, for Graphviz.

use std::fmt::Write as _;

use crate::graph::layout::Picture;
use crate::graph::{Graph, Hop, Node};

impl Graph<'_> {
    /// Paths as a graph in DOT.
    #[must_use]
    pub fn dot(&self, paths: &[Vec<&Hop>]) -> String {
        let picture = Picture::of(paths);
        let mut out = String::from(
            "digraph rbac {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  \
             edge [fontname=\"sans-serif\", fontsize=10];\n",
        );
        for (at, placed) in picture.nodes.iter().enumerate() {
            let shape = match placed.node {
                Node::ClusterAdmin | Node::Host | Node::Secrets => {
                    ", style=filled, fillcolor=\"#f6c9c4\""
                }
                _ => "",
            };
            let label = quoted(&placed.node.to_string());
            let _ = writeln!(out, "  n{at} [label={label}{shape}];");
        }
        for (from, to, hop) in &picture.edges {
            let label = quoted(hop.technique.id());
            let tooltip = quoted(&self.hop_lines(hop).join("\n"));
            let _ = writeln!(
                out,
                "  n{from} -> n{to} [label={label}, tooltip={tooltip}];"
            );
        }
        out.push_str("}\n");
        out
    }
}

fn quoted(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{text}\"")
}

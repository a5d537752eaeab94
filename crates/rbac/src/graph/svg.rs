//! Paths as a picture.

use std::fmt::Write as _;

use crate::graph::layout::{Picture, Placed};
use crate::graph::{Graph, Hop, Node};
use crate::model::SubjectKind;

const BOX: (f64, f64) = (210.0, 46.0);
const GAP: (f64, f64) = (150.0, 26.0);
const MARGIN: f64 = 20.0;
/// Characters of a name that fit into a box.
const FIT: usize = 29;

const STYLE: &str = "\
<style>
  text { font: 12px system-ui, sans-serif; fill: #1b1f24; }
  .kind { font-size: 10px; fill: #57606a; }
  .label { font-size: 10px; fill: #0b4f79; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
  rect { fill: #ffffff; stroke: #57606a; rx: 6px; }
  .goal rect { fill: #fbe3e0; stroke: #b3261e; }
  .account rect { fill: #e7f0fa; stroke: #2f6aa3; }
  .power rect { fill: #fdf0d5; stroke: #9a6700; }
  path { fill: none; stroke: #57606a; }
  .page { fill: #ffffff; stroke: none; rx: 0; }
</style>
";

impl Graph<'_> {
    /// Paths as SVG: one column for each step, goals in the last.
    #[must_use]
    pub fn svg(&self, paths: &[Vec<&Hop>]) -> String {
        let picture = Picture::of(paths);
        let size = |count: usize, length: f64, gap: f64| {
            2.0 * MARGIN + count as f64 * length + count.saturating_sub(1) as f64 * gap
        };
        // Edges that lead back swing out behind the last column.
        let column = |at: usize| picture.nodes.get(at).map_or(0, |placed| placed.column);
        let back = (picture.edges.iter()).any(|(from, to, _)| column(*from) >= column(*to));
        let swing = if back { GAP.0 } else { 0.0 };
        let width = size(picture.columns, BOX.0, GAP.0) + swing;
        let height = size(picture.rows, BOX.1, GAP.1);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
             {height}\" role=\"img\">\n<title>Paths of privilege escalation</title>\n{STYLE}<defs><marker id=\"arrow\" \
             viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path \
             d=\"M0 0L8 4L0 8Z\" style=\"fill:#57606a;stroke:none\"/></marker></defs>\n\
             <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n"
        );
        let tallest = height - 2.0 * MARGIN;
        let mut counts = vec![0_usize; picture.columns];
        for placed in &picture.nodes {
            if let Some(count) = counts.get_mut(placed.column) {
                *count += 1;
            }
        }
        // Each column stands in the middle.
        let place = |placed: &Placed<'_>| {
            let count = counts.get(placed.column).copied().unwrap_or(1);
            let own = size(count, BOX.1, GAP.1) - 2.0 * MARGIN;
            let x = MARGIN + placed.column as f64 * (BOX.0 + GAP.0);
            let y = MARGIN + (tallest - own) / 2.0 + placed.row as f64 * (BOX.1 + GAP.1);
            (x, y)
        };
        for (from, to, hop) in &picture.edges {
            let (Some(from), Some(to)) = (picture.nodes.get(*from), picture.nodes.get(*to)) else {
                continue;
            };
            self.edge(place(from), place(to), hop, &mut out);
        }
        for placed in &picture.nodes {
            node(placed.node, place(placed), &mut out);
        }
        out.push_str("</svg>\n");
        out
    }

    fn edge(&self, from: (f64, f64), to: (f64, f64), hop: &Hop, out: &mut String) {
        let (x1, y1) = (from.0 + BOX.0, from.1 + BOX.1 / 2.0);
        let (x2, y2) = (to.0, to.1 + BOX.1 / 2.0);
        let bend = ((x2 - x1).abs() / 2.0).max(40.0);
        let title = escape(&self.hop_lines(hop).join("\n"));
        // The label stands on the curve, near the beginning, where edges have not met yet.
        let (lx, ly) = along((x1, y1), (x2, y2), bend);
        let ly = ly - 4.0;
        let _ = writeln!(
            out,
            "<g><title>{title}</title><path d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\" marker-end=\"url(#arrow)\"/>\
             <text class=\"label\" x=\"{lx:.1}\" y=\"{ly:.1}\" text-anchor=\"middle\">{}</text></g>",
            x1 + bend,
            x2 - bend,
            hop.technique.id(),
        );
    }
}

/// The point of a curve that is half a gap away from its beginning.
fn along((x1, y1): (f64, f64), (x2, y2): (f64, f64), bend: f64) -> (f64, f64) {
    let point = |t: f64| {
        let u = 1.0 - t;
        let (a, b, c, d) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        (
            a * x1 + b * (x1 + bend) + c * (x2 - bend) + d * x2,
            (a + b) * y1 + (c + d) * y2,
        )
    };
    let mut t = 0.0;
    while t < 0.5 && point(t).0 < x1 + GAP.0 / 2.0 {
        t += 0.005;
    }
    point(t)
}

fn node(node: &Node, (x, y): (f64, f64), out: &mut String) {
    let (class, kind, name) = match node {
        Node::ClusterAdmin | Node::Host | Node::Secrets => ("goal", "goal", node.to_string()),
        Node::NamespaceAdmin(namespace) => ("power", "admin of namespace", namespace.clone()),
        Node::Holder {
            namespace, name, ..
        } if namespace.is_empty() => ("power", "holder of", name.clone()),
        Node::Holder {
            namespace, name, ..
        } => ("power", "holder of", format!("{name} in {namespace}")),
        Node::Subject(subject) => {
            let class = if subject.kind == SubjectKind::ServiceAccount {
                "account"
            } else {
                "who"
            };
            let name = crate::model::slashed(&subject.namespace, &subject.name);
            (class, subject.kind.as_str(), name)
        }
    };
    let (width, height) = BOX;
    let short = if name.chars().count() > FIT {
        let head: String = name.chars().take(FIT - 1).collect();
        format!("{head}…")
    } else {
        name.clone()
    };
    let (tx, ky, ny) = (x + 10.0, y + 17.0, y + 34.0);
    let _ = writeln!(
        out,
        "<g class=\"{class}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>\
         <text class=\"kind\" x=\"{tx}\" y=\"{ky}\">{kind}</text><text x=\"{tx}\" y=\"{ny}\">{}</text></g>",
        escape(&node.to_string()),
        escape(&short),
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

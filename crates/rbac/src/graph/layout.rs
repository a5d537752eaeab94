//! The picture of some paths: nodes in columns, edges between them.

use std::collections::{BTreeMap, HashMap};

use crate::graph::{Graph, Hop, Node};

/// A node of a picture.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    pub(super) node: &'a Node,
    pub(super) column: usize,
    pub(super) row: usize,
}

/// Nodes and edges, each once.
#[derive(Debug, Default)]
pub(super) struct Picture<'a> {
    pub(super) nodes: Vec<Placed<'a>>,
    pub(super) edges: Vec<(usize, usize, &'a Hop)>,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// How often the rows are put in order.
const SWEEPS: usize = 6;

impl<'a> Picture<'a> {
    /// The picture of paths.
    pub(super) fn of(paths: &[Vec<&'a Hop>]) -> Picture<'a> {
        let mut picture = Picture::default();
        let mut index: HashMap<&Node, usize> = HashMap::new();
        let mut known: HashMap<(usize, usize, &str), ()> = HashMap::new();
        let deepest = paths.iter().map(Vec::len).max().unwrap_or(0);
        for path in paths {
            for (at, hop) in path.iter().enumerate() {
                let from = picture.node(&mut index, &hop.from, at);
                // Goals stand in the last column, whatever it takes to come to them.
                let goal = Node::GOALS.contains(&hop.to) && at + 1 == path.len();
                let column = if goal { deepest } else { at + 1 };
                let to = picture.node(&mut index, &hop.to, column);
                let key = (from, to, hop.technique.id());
                if known.insert(key, ()).is_none() {
                    picture.edges.push((from, to, *hop));
                }
            }
        }
        picture.order();
        picture
    }

    fn node(
        &mut self,
        index: &mut HashMap<&'a Node, usize>,
        node: &'a Node,
        column: usize,
    ) -> usize {
        let at = *index.entry(node).or_insert_with(|| {
            self.nodes.push(Placed {
                node,
                column,
                row: 0,
            });
            self.nodes.len() - 1
        });
        if let Some(placed) = self.nodes.get_mut(at) {
            placed.column = placed.column.max(column);
        }
        at
    }

    /// Rows: near to the middle of what a node is joined with.
    fn order(&mut self) {
        let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, placed) in self.nodes.iter().enumerate() {
            columns.entry(placed.column).or_default().push(at);
        }
        self.columns = columns.keys().next_back().map_or(0, |last| last + 1);
        self.rows = columns.values().map(Vec::len).max().unwrap_or(0);
        let mut place: Vec<f64> = vec![0.0; self.nodes.len()];
        let spread = |list: &[usize], place: &mut [f64]| {
            let count = list.len().max(1) as f64;
            for (row, at) in list.iter().enumerate() {
                if let Some(own) = place.get_mut(*at) {
                    *own = (row as f64 + 0.5) / count;
                }
            }
        };
        for list in columns.values() {
            spread(list, &mut place);
        }
        for sweep in 0..SWEEPS {
            for list in columns.values_mut() {
                let weight = |at: usize| -> f64 {
                    let near = self.edges.iter().filter_map(|(from, to, _)| {
                        let other = match (*from == at, *to == at, sweep % 2 == 0) {
                            (_, true, true) => *from,
                            (true, _, false) => *to,
                            _ => return None,
                        };
                        place.get(other).copied()
                    });
                    let near: Vec<f64> = near.collect();
                    if near.is_empty() {
                        return place.get(at).copied().unwrap_or(0.0);
                    }
                    near.iter().sum::<f64>() / near.len() as f64
                };
                let mut weighted: Vec<(f64, usize)> =
                    list.iter().map(|at| (weight(*at), *at)).collect();
                weighted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                *list = weighted.into_iter().map(|(_, at)| at).collect();
                spread(list, &mut place);
            }
        }
        for list in columns.values() {
            for (row, at) in list.iter().enumerate() {
                if let Some(placed) = self.nodes.get_mut(*at) {
                    placed.row = row;
                }
            }
        }
    }
}

impl Graph<'_> {
    /// What a hop does and what gives it, in lines.
    pub(super) fn hop_lines(&self, hop: &Hop) -> Vec<String> {
        let mut lines = vec![format!("{} {}", hop.from, hop.words)];
        lines.extend(hop.grants.iter().map(|grant| self.grant_words(*grant)));
        lines
    }
}

//! Shortest paths.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::graph::edges::{Drained, Finder};
use crate::graph::{Graph, Hop, Node};
use crate::model::Subject;

/// All that somebody can come to, each by a shortest path.
#[derive(Debug, Default)]
pub struct Search {
    reached: HashMap<Node, Hop>,
}

impl Graph<'_> {
    /// Searches from somebody, who is in some groups beside those that the API server adds.
    #[must_use]
    pub fn search(&self, start: &Subject, groups: &[String]) -> Search {
        self.search_without(start, groups, &BTreeSet::new(), None)
    }

    /// A shortest path for each of many to one node. What one search has shown to lead nowhere, others leave out, so
    /// that all of them together look at each node about once.
    #[must_use]
    pub fn paths_to(
        &self,
        starts: &[Subject],
        groups: &[String],
        goal: &Node,
    ) -> Vec<Option<Vec<Hop>>> {
        let mut dead: HashSet<Node> = HashSet::new();
        let mut out = Vec::new();
        for start in starts {
            let search = self.run(start, groups, &BTreeSet::new(), Some(goal), &dead);
            let path = search.path(goal);
            if path.is_none() {
                dead.extend(search.reached.into_keys());
                out.push(None);
                continue;
            }
            out.push(path.map(|path| path.into_iter().cloned().collect()));
        }
        out
    }

    /// The same without some bindings, and only until a node is found.
    pub(super) fn search_without(
        &self,
        start: &Subject,
        groups: &[String],
        without: &BTreeSet<usize>,
        until: Option<&Node>,
    ) -> Search {
        self.run(start, groups, without, until, &HashSet::new())
    }

    fn run(
        &self,
        start: &Subject,
        groups: &[String],
        without: &BTreeSet<usize>,
        until: Option<&Node>,
        dead: &HashSet<Node>,
    ) -> Search {
        let start = Node::Subject(start.identity());
        let mut search = Search::default();
        let mut drained = Drained::default();
        let mut todo = VecDeque::from([start.clone()]);
        while let Some(node) = todo.pop_front() {
            let mut finder = Finder {
                graph: self,
                from: &node,
                drained: &mut drained,
                out: Vec::new(),
            };
            let own = if node == start { groups } else { &[] };
            finder.find(own, without);
            for hop in finder.out {
                let known = search.reached.contains_key(&hop.to) || dead.contains(&hop.to);
                if hop.to == start || known {
                    continue;
                }
                let found = until == Some(&hop.to);
                todo.push_back(hop.to.clone());
                search.reached.insert(hop.to.clone(), hop);
                if found {
                    return search;
                }
            }
        }
        search
    }
}

impl Search {
    /// Whether a node can be reached.
    #[must_use]
    pub fn reaches(&self, node: &Node) -> bool {
        self.reached.contains_key(node)
    }

    /// The hops of a shortest path to a node; none where there is no path.
    #[must_use]
    pub fn path(&self, goal: &Node) -> Option<Vec<&Hop>> {
        let mut hops = vec![self.reached.get(goal)?];
        while let Some(hop) = hops.last().and_then(|last| self.reached.get(&last.from)) {
            hops.push(hop);
        }
        hops.reverse();
        Some(hops)
    }

    /// How many nodes can be reached.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reached.len()
    }

    /// Whether nothing can be reached.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reached.is_empty()
    }
}

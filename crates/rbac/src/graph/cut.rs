//! Which bindings to remove, so that a path is no longer there.

use std::collections::BTreeSet;

use crate::graph::{Graph, Hop, Node};
use crate::model::Subject;

/// How many bindings a cut has at most; where it takes more, none is proposed.
const MOST: usize = 3;

/// How many searches it may take.
const SEARCHES: usize = 400;

/// Bindings without which a node cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The bindings, by number; as few as can be.
    pub bindings: Vec<usize>,
}

impl Graph<'_> {
    /// The smallest cut between somebody and a node that they reach. Bindings that Kubernetes makes itself stay.
    #[must_use]
    pub fn cut(
        &self,
        start: &Subject,
        groups: &[String],
        goal: &Node,
        path: &[&Hop],
    ) -> Option<Cut> {
        let path = self.candidates(path);
        let mut searches = SEARCHES;
        (1..=MOST).find_map(|size| {
            let mut without = BTreeSet::new();
            self.within(
                start,
                groups,
                goal,
                &path,
                size,
                &mut without,
                &mut searches,
            )
            .then(|| Cut {
                bindings: without.into_iter().collect(),
            })
        })
    }

    /// The bindings of a shortest path: each cut has at least one of them.
    fn candidates(&self, path: &[&Hop]) -> Vec<usize> {
        let mut candidates: Vec<usize> = Vec::new();
        for grant in path.iter().flat_map(|hop| &hop.grants) {
            let Some(binding) = self.cluster.binding(grant.binding) else {
                continue;
            };
            let default = binding.builtin
                || (binding.subjects.iter())
                    .any(|(subject, _)| crate::cluster::is_default_binding(binding, subject));
            if !default && !candidates.contains(&grant.binding) {
                candidates.push(grant.binding);
            }
        }
        candidates
    }

    #[expect(clippy::too_many_arguments, reason = "what a step of the search knows")]
    fn within(
        &self,
        start: &Subject,
        groups: &[String],
        goal: &Node,
        candidates: &[usize],
        size: usize,
        without: &mut BTreeSet<usize>,
        searches: &mut usize,
    ) -> bool {
        for candidate in candidates {
            if *searches == 0 {
                return false;
            }
            *searches -= 1;
            without.insert(*candidate);
            let search = self.search_without(start, groups, without, Some(goal));
            match search.path(goal).map(|path| self.candidates(&path)) {
                None => return true,
                Some(next) if size > 1 => {
                    if self.within(start, groups, goal, &next, size - 1, without, searches) {
                        return true;
                    }
                }
                Some(_) => {}
            }
            without.remove(candidate);
        }
        false
    }
}

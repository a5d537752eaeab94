//! Whether the policies of a chain's certificates go together: RFC 9618, with the graph that it describes. Any policy is
//! acceptable to the caller.

use std::collections::{BTreeMap, BTreeSet};

use super::Certificate;

/// An encoded object identifier.
type Policy = Vec<u8>;

/// Any policy.
const ANY: &[u8] = &[0x55, 0x1d, 0x20, 0];
/// How many expected policies a level may have: mappings can make more of them than there are certificates.
const MOST: usize = 10_000;

/// A policy that holds at one level of the chain.
#[derive(Debug, Clone)]
struct Node {
    /// What a certificate below must name for the policy to go on.
    expected: Vec<Policy>,
    /// The policies one level up that it follows from.
    parents: BTreeSet<Policy>,
}

/// The policies that hold, from the root down.
struct Graph {
    levels: Vec<BTreeMap<Policy, Node>>,
}

impl Graph {
    fn new() -> Self {
        let root = Node {
            expected: vec![ANY.to_vec()],
            parents: BTreeSet::new(),
        };
        Graph {
            levels: vec![BTreeMap::from([(ANY.to_vec(), root)])],
        }
    }

    fn insert(&mut self, policy: Policy, parents: BTreeSet<Policy>) {
        let node = Node {
            expected: vec![policy.clone()],
            parents,
        };
        if let Some(level) = self.levels.last_mut() {
            level.insert(policy, node);
        }
    }

    /// Goes one certificate down, to the policies that it names. `None` where they are too many.
    fn descend(&mut self, certificate: &Certificate, any_allowed: bool) -> Option<()> {
        let above = self.levels.last()?;
        let mut expecting: BTreeMap<&Policy, BTreeSet<Policy>> = BTreeMap::new();
        let mut count = 0;
        for (policy, node) in above {
            for expected in &node.expected {
                expecting
                    .entry(expected)
                    .or_default()
                    .insert(policy.clone());
                count += 1;
            }
        }
        if count > MOST {
            return None;
        }
        let named = certificate.meaning.policies.as_deref().unwrap_or(&[]);
        let any = ANY.to_vec();
        let mut nodes = BTreeMap::new();
        for policy in named.iter().filter(|p| *p != ANY) {
            let parents = match expecting.get(policy) {
                Some(parents) => parents.clone(),
                None if above.contains_key(ANY) => BTreeSet::from([any.clone()]),
                None => continue,
            };
            nodes.insert(policy.clone(), parents);
        }
        if any_allowed && named.contains(&any) {
            for (policy, parents) in expecting {
                nodes.entry(policy.clone()).or_insert(parents);
            }
        }
        self.levels.push(BTreeMap::new());
        for (policy, parents) in nodes {
            self.insert(policy, parents);
        }
        self.prune();
        Some(())
    }

    /// Drops what nothing follows from, but for the last level and the root.
    fn prune(&mut self) {
        for i in (1..self.levels.len().saturating_sub(1)).rev() {
            let below = self
                .levels
                .get(i + 1)
                .into_iter()
                .flat_map(BTreeMap::values);
            let used: BTreeSet<Policy> = below.flat_map(|n| n.parents.iter().cloned()).collect();
            if let Some(level) = self.levels.get_mut(i) {
                level.retain(|policy, _| used.contains(policy));
            }
        }
    }

    /// Takes over what an authority says is the same. Whether it may say so.
    fn map(&mut self, mappings: &[(Policy, Policy)], allowed: bool) -> bool {
        let mut mapped: BTreeMap<&Policy, Vec<Policy>> = BTreeMap::new();
        for (issuer, subject) in mappings {
            if !allowed {
                if let Some(level) = self.levels.last_mut() {
                    level.remove(issuer);
                }
            } else if issuer == ANY || subject == ANY {
                return false;
            } else {
                mapped.entry(issuer).or_default().push(subject.clone());
            }
        }
        self.prune();
        let Some(level) = self.levels.last_mut() else {
            return true;
        };
        let any = level.get(ANY).map(|_| BTreeSet::from([ANY.to_vec()]));
        for (issuer, expected) in mapped {
            if let Some(node) = level.get_mut(issuer) {
                node.expected = expected;
            } else if let Some(parents) = &any {
                let node = Node {
                    expected,
                    parents: parents.clone(),
                };
                level.insert(issuer.clone(), node);
            }
        }
        true
    }

    /// Whether some policy is one that the chain as a whole was issued under.
    fn is_any_valid(&self) -> bool {
        let follows_any = |policy: &Policy, node: &Node| {
            policy != ANY && node.parents.len() == 1 && node.parents.contains(ANY)
        };
        self.levels
            .iter()
            .any(|level| level.iter().any(|(p, n)| follows_any(p, n)))
            || self
                .levels
                .last()
                .is_some_and(|level| level.contains_key(ANY))
    }
}

/// Whether the policies of a chain, whose leaf comes first, are valid.
pub(super) fn are_valid(chain: &[&Certificate]) -> bool {
    let Some((_, below_root)) = chain.split_last().filter(|(_, rest)| !rest.is_empty()) else {
        return true;
    };
    let depth = i64::try_from(below_root.len()).unwrap_or(i64::MAX);
    let (mut any, mut explicit, mut mapping) = (depth + 1, depth + 1, depth + 1);
    let mut graph = Some(Graph::new());
    for (i, certificate) in below_root.iter().enumerate().rev() {
        let says = &certificate.meaning;
        let own = certificate.raw_issuer == certificate.raw_subject;
        if says.policies.as_ref().is_none_or(Vec::is_empty) {
            graph = None;
        }
        if explicit == 0 && graph.is_none() {
            return false;
        }
        if let Some(graph) = &mut graph {
            if graph
                .descend(certificate, any > 0 || i > 0 && own)
                .is_none()
            {
                return false;
            }
            if i > 0 && !says.mappings.is_empty() && !graph.map(&says.mappings, mapping > 0) {
                return false;
            }
        }
        if i == 0 {
            break;
        }
        for (count, limit) in [
            (&mut explicit, says.require_explicit),
            (&mut mapping, says.inhibit_mapping),
            (&mut any, says.inhibit_any),
        ] {
            if !own && *count > 0 {
                *count -= 1;
            }
            if (limit.count > 0 || limit.zero) && limit.count < *count {
                *count = limit.count;
            }
        }
    }
    let leaf_requires = chain
        .first()
        .is_some_and(|leaf| leaf.meaning.require_explicit.zero);
    let required = explicit <= 1 || leaf_requires;
    !required || graph.is_some_and(|graph| graph.is_any_valid())
}

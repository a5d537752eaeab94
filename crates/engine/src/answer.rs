//! What an entrypoint evaluated to, and which nodes of the input led to it.

use std::collections::HashMap;

use kpol_abi::layout::{control, trace};
use kpol_input::{Document, Kind as NodeKind, NodeId};
use kpol_runtime::{Heap, Kind, Value};

use crate::{
    error::{EvalError, SourceSite},
    evaluator::Evaluator,
    origin,
    place::{Candidate, place},
    policy::EntryId,
};

/// The result of one entrypoint; read it before the next one is evaluated.
#[derive(Debug)]
pub struct Answer<'e> {
    evaluator: &'e mut Evaluator,
    entry: EntryId,
    value: Value,
}

/// One value that an entrypoint yielded: a member of its set, or the whole value where it is no set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yield {
    /// The value as JSON.
    pub json: String,
    /// The rules that yielded it; several may, or one several times.
    pub traces: Vec<Trace>,
}

/// A rule yielded a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The rule's path.
    pub rule: String,
    /// Where the rule is.
    pub site: SourceSite,
    /// Nodes of the input that led to the value.
    pub candidates: Vec<Candidate>,
}

impl Yield {
    /// The places in the input that the value is about, without repetition, at least one.
    #[must_use]
    pub fn places(&self, document: &Document) -> Vec<NodeId> {
        let mut places: Vec<NodeId> = self
            .traces
            .iter()
            .map(|t| place(&t.candidates, document))
            .collect();
        if places.is_empty() {
            places.push(document.root());
        }
        places.sort();
        places.dedup();
        places
    }
}

/// Records of rules whose members an entrypoint's rule looks at, by the word of the member.
type Helpers = HashMap<u32, Vec<Record>>;

/// How many rules may stand between an entrypoint's rule and the one that looked at the input.
const STEPS: u32 = 4;

/// A trace record, as it lies in memory.
struct Record {
    site: u32,
    value: Value,
    slots: Vec<(Value, Value)>,
}

impl<'e> Answer<'e> {
    pub(crate) fn new(evaluator: &'e mut Evaluator, entry: EntryId, value: Value) -> Answer<'e> {
        Answer {
            evaluator,
            entry,
            value,
        }
    }

    /// Whether there is a value.
    #[must_use]
    pub fn is_defined(&self) -> bool {
        self.value.is_defined()
    }

    /// Whether the value is `true`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.value == Value::TRUE
    }

    /// The kind of the value.
    ///
    /// # Errors
    /// Where the instance is gone.
    pub fn kind(&mut self) -> Result<Kind, EvalError> {
        let value = self.value;
        Ok(self.evaluator.instance()?.heap().kind(value))
    }

    /// The number of items, members or entries; 0 for what is no collection.
    ///
    /// # Errors
    /// Where the instance is gone.
    pub fn len(&mut self) -> Result<u32, EvalError> {
        let value = self.value;
        Ok(self.evaluator.instance()?.heap().len(value))
    }

    /// Whether [`Answer::len`] is 0.
    ///
    /// # Errors
    /// Where the instance is gone.
    pub fn is_empty(&mut self) -> Result<bool, EvalError> {
        Ok(self.len()? == 0)
    }

    /// The value as JSON, sets as arrays in Rego's order; `None` where it is undefined.
    ///
    /// # Errors
    /// Where the text does not fit the limits.
    pub fn json(&mut self) -> Result<Option<String>, EvalError> {
        if !self.is_defined() {
            return Ok(None);
        }
        let value = self.value;
        let instance = self.evaluator.instance()?;
        instance.timed(|instance| instance.json_of(value)).map(Some)
    }

    /// The members of a set in Rego's order, or the whole value where it is no set; each with the rules that
    /// yielded it. Empty where the value is undefined.
    ///
    /// # Errors
    /// Where the texts do not fit the limits.
    pub fn yields(&mut self) -> Result<Vec<Yield>, EvalError> {
        if !self.is_defined() {
            return Ok(Vec::new());
        }
        let is_set = self.kind()? == Kind::Set;
        if is_set && self.is_empty()? {
            return Ok(Vec::new());
        }
        let (records, helpers) = self.records()?;
        if !is_set {
            let json = self.json()?.unwrap_or_default();
            let traces = records
                .iter()
                .filter_map(|r| self.trace(r, &helpers))
                .collect();
            return Ok(vec![Yield { json, traces }]);
        }
        let value = self.value;
        let (members, numbers) = self.evaluator.instance()?.timed(|instance| {
            instance.iterate(value)?;
            let items = members(&instance.heap(), value);
            let mut members = Vec::with_capacity(items.len());
            let mut by_word = HashMap::with_capacity(items.len());
            for item in items {
                by_word.insert(item.0, members.len());
                members.push(instance.json_of(item)?);
            }
            // A rule may have yielded an equal value that is another cell than the one in the set.
            let mut by_text = HashMap::new();
            let mut numbers = Vec::with_capacity(records.len());
            for record in &records {
                let mut found = by_word.get(&record.value.0).copied();
                if found.is_none() {
                    if by_text.is_empty() {
                        by_text.extend(members.iter().cloned().zip(0..));
                    }
                    found = by_text.get(&instance.json_of(record.value)?).copied();
                }
                numbers.push(found);
            }
            Ok((members, numbers))
        })?;
        let mut yields: Vec<Yield> = members
            .into_iter()
            .map(|json| Yield {
                json,
                traces: Vec::new(),
            })
            .collect();
        for (record, number) in records.iter().zip(numbers) {
            let target = number.and_then(|number| yields.get_mut(number));
            if let (Some(target), Some(trace)) = (target, self.trace(record, &helpers))
                && !target.traces.contains(&trace)
            {
                target.traces.push(trace);
            }
        }
        Ok(yields)
    }

    /// The trace records of this entrypoint's rule, in the order in which they were made, and those of rules that it
    /// looks at.
    fn records(&mut self) -> Result<(Vec<Record>, Helpers), EvalError> {
        let inner = std::sync::Arc::clone(&self.evaluator.policy.inner);
        let name = inner
            .entries
            .get(self.entry.index())
            .map_or("", String::as_str);
        let instance = self.evaluator.instance()?;
        // No more records than fit, so that a list in a circle ends.
        let mut left = instance.memory_size() / trace::SLOTS as usize;
        let heap = instance.heap();
        let mut records = Vec::new();
        let mut helpers = Helpers::new();
        let mut at = heap.control(control::TRACE_HEAD);
        while at != 0 && left > 0 && !heap.exhausted() {
            left -= 1;
            let site = heap.load(at.wrapping_add(trace::SITE));
            if let Some(described) = inner.traces.get(site as usize) {
                let count =
                    (heap.load(at.wrapping_add(trace::COUNT)) as usize).min(described.slots.len());
                let first = at.wrapping_add(trace::SLOTS);
                let record = Record {
                    site,
                    value: Value(heap.load(at.wrapping_add(trace::VALUE))),
                    slots: (0u32..)
                        .take(count)
                        .map(|i| first.wrapping_add(8 * i))
                        .map(|slot| {
                            (
                                Value(heap.load(slot)),
                                Value(heap.load(slot.wrapping_add(4))),
                            )
                        })
                        .collect(),
                };
                if described.rule == name {
                    records.push(record);
                } else {
                    helpers.entry(record.value.0).or_default().push(record);
                }
            }
            at = heap.load(at.wrapping_add(trace::NEXT));
        }
        Ok((records, helpers))
    }

    /// What a record says about the present input.
    fn trace(&mut self, record: &Record, helpers: &Helpers) -> Option<Trace> {
        let inner = std::sync::Arc::clone(&self.evaluator.policy.inner);
        let described = inner.traces.get(record.site as usize)?;
        let mut candidates = Vec::new();
        if let Some(document) = self.evaluator.input().cloned() {
            self.candidates(record, helpers, &document, STEPS, &mut candidates);
        }
        Some(Trace {
            rule: described.rule.clone(),
            site: described.site.clone(),
            candidates,
        })
    }

    /// Adds the nodes that a record leads to. Where it leads to a member of another rule's set, those that led to that.
    fn candidates(
        &mut self,
        record: &Record,
        helpers: &Helpers,
        document: &Document,
        steps: u32,
        candidates: &mut Vec<Candidate>,
    ) {
        let inner = std::sync::Arc::clone(&self.evaluator.policy.inner);
        let Some(described) = inner.traces.get(record.site as usize) else {
            return;
        };
        for ((container, key), slot) in record.slots.iter().zip(&described.slots) {
            let made = (helpers.get(&container.0))
                .filter(|_| steps > 0 && self.evaluator.places.node(container.0).is_none());
            if let Some(made) = made {
                for record in made {
                    self.candidates(record, helpers, document, steps - 1, candidates);
                }
                continue;
            }
            let Some((node, missing)) = self.node(document, *container, *key) else {
                continue;
            };
            let (node, missing) = follow(document, node, missing, &slot.path);
            let candidate = Candidate {
                role: slot.role,
                node,
                missing,
            };
            if !candidates.contains(&candidate) {
                candidates.push(candidate);
            }
        }
    }

    /// The node of a slot, and whether it lacks the slot's key.
    fn node(
        &mut self,
        document: &Document,
        container: Value,
        key: Value,
    ) -> Option<(NodeId, bool)> {
        let known = self.evaluator.places.node(container.0);
        if let (Some(node), false) = (known, key.is_defined()) {
            return Some((node, false));
        }
        let (places, instance) = self.evaluator.places_and_instance()?;
        let heap = instance.heap();
        let node = match known {
            Some(node) => node,
            None if heap.is_string(container) && !key.is_defined() => {
                return origin::of_name(document, heap.text(container)).map(|node| (node, false));
            }
            None => origin::of_object(&heap, places, document, container)?,
        };
        if !key.is_defined() {
            return Some((node, false));
        }
        let child = match document.kind(node) {
            NodeKind::Object(_) => {
                member(document, node, heap.text(key)).filter(|_| heap.is_string(key))
            }
            NodeKind::Array(_) => heap
                .as_i64(key)
                .and_then(|i| usize::try_from(i).ok())
                .and_then(|i| document.item(node, i)),
            _ => None,
        };
        Some(child.map_or((node, true), |child| (child, false)))
    }
}

/// The members of a set.
fn members(heap: &Heap<'_>, set: Value) -> Vec<Value> {
    let members = (0..heap.len(set)).map(|i| heap.item(set, i));
    members.take_while(|member| member.is_defined()).collect()
}

/// Follows a path as far as the document has it.
fn follow(document: &Document, mut node: NodeId, missing: bool, path: &[String]) -> (NodeId, bool) {
    if missing {
        return (node, true);
    }
    for key in path {
        let next = match document.kind(node) {
            NodeKind::Array(_) => key.parse().ok().and_then(|i| document.item(node, i)),
            _ => member(document, node, key),
        };
        match next {
            Some(next) => node = next,
            None => return (node, true),
        }
    }
    (node, false)
}

/// A member's value; of members with the same key, the last one's, which is the one that the policy sees.
fn member(document: &Document, node: NodeId, key: &str) -> Option<NodeId> {
    let found = document
        .members(node)
        .filter(|(k, _)| document.str(*k) == Some(key))
        .last();
    found.map(|(_, value)| value)
}

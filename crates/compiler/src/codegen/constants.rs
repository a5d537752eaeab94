//! Lays the constants of a policy out in value form, as the data segment that the guest finds in its memory.

use std::collections::{HashMap, HashSet};

use kpol_abi::layout::{CONTROL, control};
use kpol_runtime::{Heap, Value};

use super::CodegenError;
use crate::ir::{Block, Const, ConstId, Override, Policy, Stmt};

/// How deep a constant may be nested.
const MAX_DEPTH: u32 = 256;
/// The size of a page of linear memory.
const PAGE: u32 = 1 << 16;
/// How many pages follow the constants from the start, as the arena's first chunk.
const ARENA_PAGES: u32 = 16;
/// The largest size of constants: what is left of a 32-bit memory must serve as arena.
const MAX_SIZE: u32 = 1 << 30;

/// What codegen knows about a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// Equal to nothing but the same word: a string, a boolean, null.
    Identity,
    /// A small integer: equal to the same word, or to a number that is spelled otherwise.
    Small,
    /// Anything else.
    Other,
}

/// One constant: its word, and how to compare with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constant {
    pub(super) word: u32,
    pub(super) nature: Nature,
    /// Whether it is a string.
    pub(super) string: bool,
    /// The number that a string is dispatched by, or 0.
    pub(super) id: u32,
}

/// The constants, laid out.
#[derive(Debug)]
pub(super) struct Constants {
    words: Vec<Constant>,
    paths: HashMap<Vec<ConstId>, u32>,
    /// The bytes of memory from the control block on.
    pub(super) image: Vec<u8>,
    /// The address of a word for each mark of coverage.
    pub(super) cover: u32,
    /// The number of pages that the memory must have.
    pub(super) pages: u32,
}

impl Constants {
    /// Lays out the constants of a policy. The same policy gives the same bytes.
    pub(super) fn build(policy: &Policy) -> Result<Constants, CodegenError> {
        let mut heap = Heap::new();
        let mut strings = 0;
        for constant in &policy.consts {
            count_strings(constant, 0, &mut strings)?;
        }
        heap.reserve_strings(strings);
        let values = policy
            .consts
            .iter()
            .map(|constant| lay_out(&mut heap, constant))
            .collect::<Result<Vec<Value>, CodegenError>>()?;
        let paths = paths(&mut heap, policy, &values);
        let ids = dispatch_ids(policy);
        for (constant, id) in &ids {
            if let Some(value) = values.get(constant.index()) {
                heap.set_const_id(*value, *id);
            }
        }
        heap.seal();
        let words = policy
            .consts
            .iter()
            .zip(&values)
            .map(|(constant, value)| Constant {
                word: value.0,
                nature: nature(constant, *value),
                string: matches!(constant, Const::String(_)),
                id: heap.const_id(*value),
            })
            .collect();
        let cover = match policy.cover.len() {
            0 => 0,
            marks => heap.alloc_zeroed(u32::try_from(marks).unwrap_or(MAX_SIZE)),
        };
        let end = heap.control(control::ARENA_NEXT);
        if heap.exhausted() || end.wrapping_sub(CONTROL) > MAX_SIZE {
            return Err(CodegenError::TooBig("constants"));
        }
        let pages = end.div_ceil(PAGE) + ARENA_PAGES;
        heap.set_control(control::CONSTANTS_END, end);
        heap.set_control(control::ARENA_END, pages * PAGE);
        let (origin, bytes) = heap.image();
        let image = bytes
            .get(..(end - origin) as usize)
            .unwrap_or(bytes)
            .to_vec();
        Ok(Constants {
            words,
            paths,
            image,
            cover,
            pages,
        })
    }

    /// A constant of the policy.
    pub(super) fn get(&self, id: ConstId) -> Result<Constant, CodegenError> {
        self.words
            .get(id.index())
            .copied()
            .ok_or(CodegenError::Missing("constant", id.0))
    }

    /// The word of the array of these keys.
    pub(super) fn path(&self, keys: &[ConstId]) -> u32 {
        self.paths.get(keys).copied().unwrap_or_default()
    }
}

fn nature(constant: &Const, value: Value) -> Nature {
    match constant {
        Const::Null | Const::Bool(_) | Const::String(_) => Nature::Identity,
        Const::Number(_) if value.as_small().is_some() => Nature::Small,
        _ => Nature::Other,
    }
}

/// An upper bound of the number of strings, and the check of depth that the recursion of [`lay_out`] relies on.
fn count_strings(constant: &Const, depth: u32, strings: &mut u32) -> Result<(), CodegenError> {
    if depth > MAX_DEPTH {
        return Err(CodegenError::TooBig("constant"));
    }
    match constant {
        Const::Null | Const::Bool(_) | Const::Number(_) => {}
        Const::String(_) => *strings = strings.saturating_add(1),
        Const::Array(items) | Const::Set(items) => {
            for item in items {
                count_strings(item, depth + 1, strings)?;
            }
        }
        Const::Object(entries) => {
            for (key, value) in entries {
                count_strings(key, depth + 1, strings)?;
                count_strings(value, depth + 1, strings)?;
            }
        }
    }
    Ok(())
}

/// The value of a constant on a heap.
///
/// # Errors
/// Where a number's spelling is none.
pub fn lay_out(heap: &mut Heap<'_>, constant: &Const) -> Result<Value, CodegenError> {
    match constant {
        Const::Null => Ok(Value::NULL),
        Const::Bool(b) => Ok(Value::boolean(*b)),
        Const::Number(text) => heap
            .number(text)
            .ok_or_else(|| CodegenError::Number(text.clone())),
        Const::String(text) => Ok(heap.string(text)),
        Const::Array(items) => {
            let items = lay_out_all(heap, items)?;
            Ok(heap.array(&items))
        }
        Const::Set(items) => {
            let mut items = lay_out_all(heap, items)?;
            heap.sort_values(&mut items);
            items.dedup_by(|a, b| heap.equal(*a, *b));
            Ok(heap.set_from_unique(&mut items))
        }
        Const::Object(entries) => {
            let mut entries = entries
                .iter()
                .map(|(key, value)| Ok((lay_out(heap, key)?, lay_out(heap, value)?)))
                .collect::<Result<Vec<_>, CodegenError>>()?;
            Ok(heap.object_from_entries(&mut entries))
        }
    }
}

fn lay_out_all(heap: &mut Heap<'_>, items: &[Const]) -> Result<Vec<Value>, CodegenError> {
    items.iter().map(|item| lay_out(heap, item)).collect()
}

/// The arrays of keys that documents are patched at, or that joins look at.
fn paths(heap: &mut Heap<'_>, policy: &Policy, values: &[Value]) -> HashMap<Vec<ConstId>, u32> {
    let mut paths = HashMap::new();
    for func in &policy.funcs {
        let mut add = |path: &Vec<ConstId>| {
            if !paths.contains_key(path) {
                let keys: Vec<Value> = path
                    .iter()
                    .map(|key| values.get(key.index()).copied().unwrap_or_default())
                    .collect();
                paths.insert(path.clone(), heap.array(&keys).0);
            }
        };
        func.body.visit(&mut |stmt| match stmt {
            Stmt::Narrow { path, .. } => add(path),
            Stmt::With { overrides, .. } => {
                for change in overrides {
                    if let Override::Input { path, .. }
                    | Override::Data { path, .. }
                    | Override::PatchSlot { path, .. } = change
                        && !path.is_empty()
                    {
                        add(path);
                    }
                }
            }
            _ => {}
        });
    }
    paths
}

/// Numbers, from 1, for the strings that are cases of a [`Stmt::Switch`]. The biggest switches come first, so that
/// their cases are neighbours and their tables small.
fn dispatch_ids(policy: &Policy) -> Vec<(ConstId, u32)> {
    let mut switches: Vec<Vec<ConstId>> = Vec::new();
    for func in &policy.funcs {
        collect_switches(&func.body, policy, &mut switches);
    }
    // Stable: switches of the same size stay in the policy's order.
    switches.sort_by_key(|cases| std::cmp::Reverse(cases.len()));
    let mut known = HashSet::new();
    let mut ids = Vec::new();
    for case in switches.into_iter().flatten() {
        let next = ids.len() as u32 + 1;
        // Two constants may be the same string.
        if let Some(Const::String(text)) = policy.consts.get(case.index())
            && known.insert(text.as_str())
        {
            ids.push((case, next));
        }
    }
    ids
}

fn collect_switches(body: &Block, policy: &Policy, into: &mut Vec<Vec<ConstId>>) {
    body.visit(&mut |stmt| {
        if let Stmt::Switch { cases, .. } = stmt {
            let strings: Vec<ConstId> = cases
                .iter()
                .map(|(case, _)| *case)
                .filter(|case| matches!(policy.consts.get(case.index()), Some(Const::String(_))))
                .collect();
            if strings.len() > super::switch::CHAIN {
                into.push(strings);
            }
        }
    });
}

//! FragmentsOnCompositeTypes, KnownFragmentNames, KnownTypeNames, NoFragmentCycles, NoUnusedFragments,
//! PossibleFragmentSpreads, UniqueFragmentNames.

use std::collections::{HashMap, HashSet};

use super::super::ast::{Definition, Fragment, Inline, Selection, Spread, kind};
use super::super::error::Checked;
use super::super::validate::Walker;
use super::suggest;

pub(super) fn composite(w: &mut Walker<'_>, it: &Fragment) -> Checked<()> {
    let ty = w.schema.ty(&it.condition);
    if it.condition.is_empty() || ty.is_none_or(Definition::is_composite) {
        return Ok(());
    }
    let message = format!(
        "Fragment \"{}\" cannot condition on non composite type \"{}\".",
        it.name, it.condition
    );
    w.report(it.at, message)
}

pub(super) fn inline_composite(w: &mut Walker<'_>, it: &Inline) -> Checked<()> {
    if w.schema
        .ty(&it.condition)
        .is_none_or(Definition::is_composite)
    {
        return Ok(());
    }
    let message = format!(
        "Fragment cannot condition on non composite type \"{}\".",
        it.condition
    );
    w.report(it.at, message)
}

pub(super) fn known(w: &mut Walker<'_>, it: &Spread) -> Checked<()> {
    if w.note(it.id).fragment.is_some() {
        return Ok(());
    }
    w.report(it.at, format!("Unknown fragment \"{}\".", it.name))
}

pub(super) fn known_type(w: &mut Walker<'_>, it: &Fragment) -> Checked<()> {
    if w.schema.ty(&it.condition).is_some() {
        return Ok(());
    }
    // Of names that are equally alike OPA shows any first; here it is their own order.
    let names = w.schema.types.keys();
    let question = suggest::question(w.budget, "Did you mean", &it.condition, names)?;
    w.report(
        it.at,
        format!("Unknown type \"{}\".{question}", it.condition),
    )
}

pub(super) fn inline_known_type(w: &mut Walker<'_>, it: &Inline) -> Checked<()> {
    if it.condition.is_empty() || w.schema.ty(&it.condition).is_some() {
        return Ok(());
    }
    w.report(it.at, format!("Unknown type \"{}\".", it.condition))
}

/// Uses count where operations are walked, and in the first fragment after them.
pub(super) fn note_use<'a>(w: &mut Walker<'a>, it: &'a Spread) {
    if !w.state.in_fragments {
        w.state.used_fragments.insert(&it.name);
    }
}

pub(super) fn used(w: &mut Walker<'_>, it: &Fragment) -> Checked<()> {
    w.state.in_fragments = true;
    if w.state.used_fragments.contains(&*it.name) {
        return Ok(());
    }
    w.report(it.at, format!("Fragment \"{}\" is never used.", it.name))
}

pub(super) fn unique_name<'a>(w: &mut Walker<'a>, it: &'a Fragment) -> Checked<()> {
    if w.state.fragment_names.insert(&it.name) {
        return Ok(());
    }
    w.report(
        it.at,
        format!("There can be only one fragment named \"{}\".", it.name),
    )
}

pub(super) fn possible(w: &mut Walker<'_>, it: &Spread) -> Checked<()> {
    let note = w.note(it.id);
    let (Some(on), Some(fragment)) = (note.object, note.fragment) else {
        return Ok(());
    };
    if can_be(w, on, &fragment.condition)? {
        return Ok(());
    }
    let message = format!(
        "Fragment \"{}\" cannot be spread here as objects of type \"{}\" can never be of type \"{}\".",
        it.name, on.name, fragment.condition
    );
    w.report(it.at, message)
}

pub(super) fn inline_possible(w: &mut Walker<'_>, it: &Inline) -> Checked<()> {
    let Some(on) = w.note(it.id).object else {
        return Ok(());
    };
    if can_be(w, on, &it.condition)? {
        return Ok(());
    }
    let message = format!(
        "Fragment cannot be spread here as objects of type \"{}\" can never be of type \"{}\".",
        on.name, it.condition
    );
    w.report(it.at, message)
}

/// Whether some object of one type is one of the other; also where other rules tell that there is no such type.
fn can_be(w: &Walker<'_>, on: &Definition, condition: &str) -> Checked<bool> {
    let fragment = w.schema.ty(condition);
    if !on.is_composite() || !fragment.is_some_and(Definition::is_composite) {
        return Ok(true);
    }
    let objects: HashSet<&str> = if on.is(&[kind::OBJECT]) {
        HashSet::from([&*on.name])
    } else {
        w.schema
            .possible_types(&on.name)
            .map(|ty| &*ty.name)
            .collect()
    };
    w.budget.steps(1 + objects.len() / 4)?;
    let mut others = w.schema.possible_types(condition);
    Ok(others.any(|ty| objects.contains(&*ty.name)))
}

pub(super) fn cycles<'a>(w: &mut Walker<'a>, it: &'a Fragment) -> Checked<()> {
    let mut search = Cycles::default();
    search.follow(w, it)
}

#[derive(Default)]
struct Cycles<'a> {
    /// The spreads from the first fragment to the current one.
    path: Vec<&'a Spread>,
    /// Where on the path the spreads of each fragment begin.
    starts: HashMap<&'a str, usize>,
}

impl<'a> Cycles<'a> {
    fn follow(&mut self, w: &mut Walker<'a>, fragment: &'a Fragment) -> Checked<()> {
        if !w.state.searched_fragments.insert(&fragment.name) {
            return Ok(());
        }
        w.budget.enter()?;
        self.starts.insert(&fragment.name, self.path.len());
        for spread in spreads(&fragment.selections) {
            w.budget.steps(1)?;
            match self.starts.get(&*spread.name) {
                None => {
                    if let Some(next) = w.fragments.get(&*spread.name).copied() {
                        self.path.push(spread);
                        self.follow(w, next)?;
                        self.path.pop();
                    }
                }
                Some(start) => {
                    let names = self.path.get(*start..).unwrap_or_default().iter();
                    let names: Vec<String> = names.map(|it| format!("\"{}\"", it.name)).collect();
                    let via = if names.is_empty() {
                        String::new()
                    } else {
                        format!(" via {}", names.join(", "))
                    };
                    let message = format!(
                        "Cannot spread fragment \"{}\" within itself{via}.",
                        spread.name
                    );
                    w.report(spread.at, message)?;
                }
            }
        }
        self.starts.remove(&*fragment.name);
        w.budget.leave();
        Ok(())
    }
}

/// The spreads in a selection set: its own, then those of the sets in it from the last to the first.
fn spreads(selections: &[Selection]) -> Vec<&Spread> {
    let mut found = Vec::new();
    let mut open = vec![selections];
    while let Some(set) = open.pop() {
        for selection in set {
            match selection {
                Selection::Spread(it) => found.push(it),
                Selection::Field(it) => open.push(&it.selections),
                Selection::Inline(it) => open.push(&it.selections),
            }
        }
    }
    found
}

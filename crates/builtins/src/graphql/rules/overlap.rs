//! OverlappingFieldsCanBeMerged: fields with the same response name must give the same value.
//!
//! Fields of a selection set are compared with each other, with those of the fragments in it, and these among
//! themselves; then the selection sets of fields that can be merged, in the same way. Order matters: it is that of the
//! messages, and which fragments were compared before decides what is reported once.

use std::collections::{HashMap, HashSet};

use super::super::ast::{
    Argument, Child, Field, Fragment, Literal, LiteralKind, Place, Selection, Spread, Text, Type,
    kind,
};
use super::super::error::Checked;
use super::super::schema::Schema;
use super::super::validate::Walker;

/// What is remembered for the whole document.
#[derive(Default)]
pub(crate) struct State<'a> {
    /// Pairs of fragments that were compared, and whether as parts of different objects.
    pairs: HashMap<(&'a str, &'a str), bool>,
    /// The fragments that the current fields were compared with.
    fragments: HashSet<&'a str>,
}

/// Two fields that cannot be merged, or two whose selections have such fields.
struct Conflict<'a> {
    name: &'a Text,
    at: Place,
    reason: Reason<'a>,
}

enum Reason<'a> {
    Own(String),
    Fields(Vec<Conflict<'a>>),
}

impl Conflict<'_> {
    fn write(&self, out: &mut String) {
        let conflicts = match &self.reason {
            Reason::Own(text) => return out.push_str(text),
            Reason::Fields(conflicts) => conflicts,
        };
        for (i, conflict) in conflicts.iter().enumerate() {
            if i > 0 {
                out.push_str(" and ");
            }
            out.push_str("subfields \"");
            out.push_str(conflict.name);
            out.push_str("\" conflict because ");
            conflict.write(out);
        }
    }
}

/// The fields of a selection set by their response names, in order, and the spreads in it.
#[derive(Default)]
struct Fields<'a> {
    names: HashMap<&'a str, usize>,
    groups: Vec<Vec<&'a Field>>,
    spreads: Vec<&'a Spread>,
}

impl<'a> Fields<'a> {
    fn of(w: &Walker<'a>, selections: &'a [Selection]) -> Checked<Self> {
        let mut fields = Fields::default();
        fields.collect(w, selections)?;
        Ok(fields)
    }

    fn collect(&mut self, w: &Walker<'a>, selections: &'a [Selection]) -> Checked<()> {
        w.budget.enter()?;
        w.budget.steps(selections.len())?;
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let next = self.groups.len();
                    let group = *self.names.entry(field.response_name()).or_insert(next);
                    if group == next {
                        self.groups.push(Vec::new());
                    }
                    if let Some(group) = self.groups.get_mut(group) {
                        group.push(field);
                    }
                }
                Selection::Inline(inline) => self.collect(w, &inline.selections)?,
                Selection::Spread(spread) => self.spreads.push(spread),
            }
        }
        w.budget.leave();
        Ok(())
    }

    fn group(&self, name: &str) -> &[&'a Field] {
        let group = self.names.get(name).and_then(|i| self.groups.get(*i));
        group.map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether these are the very same fields.
    fn same(&self, other: &Fields<'a>) -> bool {
        let fields = |it: &Fields<'a>| -> Vec<*const Field> {
            it.groups
                .iter()
                .flatten()
                .map(|field| std::ptr::from_ref(*field))
                .collect()
        };
        self.groups.len() == other.groups.len() && fields(self) == fields(other)
    }
}

/// Reports the conflicts in a selection set.
pub(super) fn within<'a>(w: &mut Walker<'a>, selections: &'a [Selection]) -> Checked<()> {
    if selections.is_empty() {
        return Ok(());
    }
    let mut found = Vec::new();
    let fields = Fields::of(w, selections)?;
    for group in &fields.groups {
        for (i, a) in group.iter().enumerate() {
            for b in group.iter().skip(i + 1) {
                found.extend(conflict(w, false, a, b)?);
            }
        }
    }
    w.state.overlap.fragments = HashSet::new();
    for (i, a) in fields.spreads.iter().enumerate() {
        with_fragment(w, &mut found, false, &fields, a)?;
        for b in fields.spreads.iter().skip(i + 1) {
            between_fragments(w, &mut found, false, a, b)?;
        }
    }
    for conflict in found {
        let mut reason = String::new();
        conflict.write(&mut reason);
        let message = format!(
            "Fields \"{}\" conflict because {reason}. Use different aliases on the fields to fetch both if this was \
             intentional.",
            conflict.name
        );
        w.report(conflict.at, message)?;
    }
    Ok(())
}

/// Compares fields with those of a fragment and of the fragments in it.
fn with_fragment<'a>(
    w: &mut Walker<'a>,
    found: &mut Vec<Conflict<'a>>,
    exclusive: bool,
    fields: &Fields<'a>,
    spread: &'a Spread,
) -> Checked<()> {
    if !w.state.overlap.fragments.insert(&spread.name) {
        return Ok(());
    }
    let Some(fragment) = w.note(spread.id).fragment else {
        return Ok(());
    };
    let others = Fields::of(w, &fragment.selections)?;
    if fields.same(&others) {
        return Ok(());
    }
    w.budget.enter()?;
    between(w, found, exclusive, fields, &others)?;
    for inner in &others.spreads {
        if inner.name != spread.name {
            with_fragment(w, found, exclusive, fields, inner)?;
        }
    }
    w.budget.leave();
    Ok(())
}

/// Compares the fields of two fragments and of the fragments in them.
fn between_fragments<'a>(
    w: &mut Walker<'a>,
    found: &mut Vec<Conflict<'a>>,
    exclusive: bool,
    a: &'a Spread,
    b: &'a Spread,
) -> Checked<()> {
    w.budget.steps(1)?;
    if a.name == b.name {
        return Ok(());
    }
    // Fields that were compared as parts of the same object need not be compared as parts of different ones.
    let pairs = &mut w.state.overlap.pairs;
    if pairs
        .get(&(&*a.name, &*b.name))
        .is_some_and(|before| exclusive || !before)
    {
        return Ok(());
    }
    pairs.insert((&a.name, &b.name), exclusive);
    pairs.insert((&b.name, &a.name), exclusive);
    let fragment = |spread: &Spread| -> Option<&'a Fragment> { w.note(spread.id).fragment };
    let (Some(first), Some(second)) = (fragment(a), fragment(b)) else {
        return Ok(());
    };
    let (first, second) = (
        Fields::of(w, &first.selections)?,
        Fields::of(w, &second.selections)?,
    );
    w.budget.enter()?;
    between(w, found, exclusive, &first, &second)?;
    for inner in &second.spreads {
        between_fragments(w, found, exclusive, a, inner)?;
    }
    for inner in &first.spreads {
        between_fragments(w, found, exclusive, inner, b)?;
    }
    w.budget.leave();
    Ok(())
}

fn between<'a>(
    w: &mut Walker<'a>,
    found: &mut Vec<Conflict<'a>>,
    exclusive: bool,
    first: &Fields<'a>,
    second: &Fields<'a>,
) -> Checked<()> {
    for group in &first.groups {
        let others = group
            .first()
            .map(|field| second.group(field.response_name()))
            .unwrap_or_default();
        for a in group {
            for b in others {
                found.extend(conflict(w, exclusive, a, b)?);
            }
        }
    }
    Ok(())
}

/// Why two fields with one response name cannot be merged. Fields of different objects are exclusive: only their types
/// must agree.
fn conflict<'a>(
    w: &mut Walker<'a>,
    exclusive: bool,
    a: &'a Field,
    b: &'a Field,
) -> Checked<Option<Conflict<'a>>> {
    w.budget.enter()?;
    let found = reason(w, exclusive, a, b)?;
    w.budget.leave();
    let Some(reason) = found else {
        return Ok(None);
    };
    w.budget.steps(8)?;
    if let Reason::Own(text) = &reason {
        w.budget.text(text)?;
    }
    Ok(Some(Conflict {
        name: a.response_name(),
        at: b.at,
        reason,
    }))
}

fn reason<'a>(
    w: &mut Walker<'a>,
    exclusive: bool,
    a: &'a Field,
    b: &'a Field,
) -> Checked<Option<Reason<'a>>> {
    let (note_a, note_b) = (w.note(a.id), w.note(b.id));
    let (Some(on_a), Some(on_b)) = (note_a.object, note_b.object) else {
        return Ok(None);
    };
    let types = note_a.field.zip(note_b.field).map(|(a, b)| (&a.ty, &b.ty));
    let different = on_a.name != on_b.name && on_a.is(&[kind::OBJECT]) && on_b.is(&[kind::OBJECT]);
    let exclusive = exclusive || (different && types.is_some());
    if !exclusive {
        if a.name != b.name {
            let text = format!("\"{}\" and \"{}\" are different fields", a.name, b.name);
            return Ok(Some(Reason::Own(text)));
        }
        w.budget
            .steps(a.arguments.len().saturating_mul(b.arguments.len()))?;
        if !same_arguments(w, &a.arguments, &b.arguments)? {
            return Ok(Some(Reason::Own(
                "they have differing arguments".to_owned(),
            )));
        }
    }
    if let Some((a, b)) = types
        && types_conflict(w.schema, a, b)
    {
        let text = format!("they return conflicting types \"{a}\" and \"{b}\"");
        return Ok(Some(Reason::Own(text)));
    }
    let mut found = Vec::new();
    let (first, second) = (Fields::of(w, &a.selections)?, Fields::of(w, &b.selections)?);
    between(w, &mut found, exclusive, &first, &second)?;
    for (fields, others) in [(&first, &second), (&second, &first)] {
        for spread in &others.spreads {
            w.state.overlap.fragments = HashSet::new();
            with_fragment(w, &mut found, exclusive, fields, spread)?;
        }
    }
    for a in &first.spreads {
        for b in &second.spreads {
            between_fragments(w, &mut found, exclusive, a, b)?;
        }
    }
    Ok((!found.is_empty()).then_some(Reason::Fields(found)))
}

fn same_arguments(w: &Walker<'_>, first: &[Argument], second: &[Argument]) -> Checked<bool> {
    if first.len() != second.len() {
        return Ok(false);
    }
    for a in first {
        let mut found = false;
        for b in second.iter().filter(|b| a.name == b.name) {
            found = found || same_literal(w, &a.value, &b.value)?;
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two values are the same; the order of an object's fields does not matter.
fn same_literal(w: &Walker<'_>, a: &Literal, b: &Literal) -> Checked<bool> {
    w.budget.enter()?;
    w.budget.text(&a.raw)?;
    let mut same = a.kind == b.kind && a.raw == b.raw && a.children.len() == b.children.len();
    if same {
        w.budget.steps(a.children.len())?;
        let (first, second) = (by_name(a), by_name(b));
        for (a, b) in first.into_iter().zip(second) {
            same = same && a.name == b.name && same_literal(w, &a.value, &b.value)?;
        }
    }
    w.budget.leave();
    Ok(same)
}

fn by_name(it: &Literal) -> Vec<&Child> {
    let mut children: Vec<&Child> = it.children.iter().collect();
    if it.kind == LiteralKind::Object {
        children.sort_by(|a, b| a.name.cmp(&b.name));
    }
    children
}

fn types_conflict(schema: &Schema, a: &Type, b: &Type) -> bool {
    match (&a.elem, &b.elem) {
        (Some(a), Some(b)) => return types_conflict(schema, a, b),
        (None, None) => {}
        _ => return true,
    }
    if a.non_null != b.non_null {
        return true;
    }
    let leaf = |ty: &Type| schema.ty(&ty.named).is_some_and(|it| it.is_leaf());
    leaf(a) && leaf(b) && a.named != b.named
}

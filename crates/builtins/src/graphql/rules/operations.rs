//! KnownRootType, LoneAnonymousOperation, SingleFieldSubscriptions, UniqueOperationNames.

use std::collections::HashSet;

use kpol_runtime::builtins::quoted;

use super::super::ast::{Operation, Place, Selection};
use super::super::error::Checked;
use super::super::validate::Walker;

pub(super) fn known_root(w: &mut Walker<'_>, it: &Operation) -> Checked<()> {
    if w.schema.root(&it.operation).is_some() {
        return Ok(());
    }
    let message = format!(
        "Schema does not support operation type \"{}\"",
        it.operation
    );
    w.report(it.at, message)
}

pub(super) fn lone_anonymous(w: &mut Walker<'_>, it: &Operation) -> Checked<()> {
    if !it.name.is_empty() || w.document.operations.len() < 2 {
        return Ok(());
    }
    w.report(
        it.at,
        "This anonymous operation must be the only defined operation.".to_owned(),
    )
}

pub(super) fn unique_name<'a>(w: &mut Walker<'a>, it: &'a Operation) -> Checked<()> {
    if w.state.operation_names.insert(&it.name) {
        return Ok(());
    }
    let message = format!("There can be only one operation named \"{}\".", it.name);
    w.report(it.at, message)
}

pub(super) fn single_field<'a>(w: &mut Walker<'a>, it: &'a Operation) -> Checked<()> {
    if &*it.operation != "subscription" || w.schema.root("subscription").is_none() {
        return Ok(());
    }
    let mut top = Top::default();
    top.collect(w, &it.selections)?;
    let name = match &*it.name {
        "" => "Anonymous Subscription".to_owned(),
        name => format!("Subscription {}", quoted(name)),
    };
    if let Some((_, at)) = top.fields.get(1) {
        w.report(*at, format!("{name} must select only one top level field."))?;
    }
    for (field, at) in top.fields {
        if field.starts_with("__") {
            w.report(
                at,
                format!("{name} must not select an introspection top level field."),
            )?;
        }
    }
    Ok(())
}

/// The fields of a selection set and of the fragments in it, each name once.
#[derive(Default)]
struct Top<'a> {
    fields: Vec<(&'a str, Place)>,
    names: HashSet<&'a str>,
    fragments: HashSet<&'a str>,
}

impl<'a> Top<'a> {
    fn collect(&mut self, w: &Walker<'a>, selections: &'a [Selection]) -> Checked<()> {
        w.budget.enter()?;
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    if self.names.insert(&field.name) {
                        self.fields.push((&field.name, field.at));
                    }
                }
                Selection::Inline(inline) => self.collect(w, &inline.selections)?,
                Selection::Spread(spread) => {
                    // An unknown fragment ends its selection set.
                    let Some(fragment) = w.note(spread.id).fragment else {
                        break;
                    };
                    if self.fragments.insert(&fragment.name) {
                        self.collect(w, &fragment.selections)?;
                    }
                }
            }
        }
        w.budget.leave();
        Ok(())
    }
}

//! FieldsOnCorrectType, ScalarLeafs.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::super::ast::{Definition, Field, kind};
use super::super::error::Checked;
use super::super::validate::Walker;
use super::suggest;

pub(super) fn on_type(w: &mut Walker<'_>, it: &Field) -> Checked<()> {
    let note = w.note(it.id);
    let (Some(object), None) = (note.object, note.field) else {
        return Ok(());
    };
    let mut message = format!(
        "Cannot query field \"{}\" on type \"{}\".",
        it.name, object.name
    );
    let types = types_with(w, object, &it.name)?;
    if !types.is_empty() {
        message.push_str(" Did you mean to use an inline fragment on ");
        message.push_str(&suggest::quoted_or_list(&types));
        message.push('?');
    } else if object.is(&[kind::OBJECT, kind::INTERFACE]) {
        let names = object.fields.iter().map(|field| &field.name);
        message.push_str(&suggest::question(
            w.budget,
            "Did you mean",
            &it.name,
            names,
        )?);
    }
    w.report(it.at, message)
}

/// The types that a value of an abstract type can be, and the interfaces of these, that have the field: interfaces
/// by how many of the types have them, then by name.
fn types_with<'a>(w: &Walker<'a>, object: &'a Definition, name: &str) -> Checked<Vec<&'a str>> {
    if !object.is_abstract() {
        return Ok(Vec::new());
    }
    let mut counts: HashMap<&'a str, usize> = HashMap::new();
    let mut types = Vec::new();
    for ty in w.schema.possible_types(&object.name) {
        w.budget.steps(1 + ty.fields.len() / 16)?;
        if ty.field(name).is_none() {
            continue;
        }
        types.push(&*ty.name);
        for interface in &ty.interfaces {
            let definition = w.schema.ty(interface);
            w.budget
                .steps(1 + definition.map_or(0, |it| it.fields.len() / 16))?;
            if definition.is_some_and(|it| it.field(name).is_some()) {
                *counts.entry(interface).or_default() += 1;
            }
        }
    }
    types.extend(counts.keys());
    types.sort_by_key(|name| {
        (
            Reverse(counts.get(name).copied().unwrap_or_default()),
            *name,
        )
    });
    Ok(types)
}

pub(super) fn leafs(w: &mut Walker<'_>, it: &Field) -> Checked<()> {
    let Some(definition) = w.note(it.id).field else {
        return Ok(());
    };
    let Some(ty) = w.schema.ty(definition.ty.name()) else {
        return Ok(());
    };
    let name = &it.name;
    let message = match (ty.is_leaf(), it.selections.is_empty()) {
        (true, false) => {
            format!(
                "Field \"{name}\" must not have a selection since type \"{}\" has no subfields.",
                ty.name
            )
        }
        (false, true) => format!(
            "Field \"{name}\" of type \"{}\" must have a selection of subfields. Did you mean \"{name} {{ ... }}\"?",
            definition.ty
        ),
        _ => return Ok(()),
    };
    w.report(it.at, message)
}

//! KnownTypeNames of variables, NoUndefinedVariables, NoUnusedVariables, UniqueVariableNames, VariablesAreInputTypes,
//! VariablesInAllowedPosition.

use std::collections::HashMap;

use super::super::ast::{Literal, LiteralKind, Operation, Variable};
use super::super::error::Checked;
use super::super::validate::Walker;

pub(super) fn known_type(w: &mut Walker<'_>, it: &Variable) -> Checked<()> {
    let name = it.ty.name();
    if w.schema.ty(name).is_some() {
        return Ok(());
    }
    w.report(it.at, format!("Unknown type \"{name}\"."))
}

pub(super) fn unused(w: &mut Walker<'_>, it: &Operation) -> Checked<()> {
    for variable in it.variables.iter().filter(|variable| !variable.used.get()) {
        let message = match &*it.name {
            "" => format!("Variable \"${}\" is never used.", variable.name),
            name => format!(
                "Variable \"${}\" is never used in operation \"{name}\".",
                variable.name
            ),
        };
        w.report(variable.at, message)?;
    }
    Ok(())
}

pub(super) fn unique(w: &mut Walker<'_>, it: &Operation) -> Checked<()> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for variable in &it.variables {
        let count = counts.entry(&variable.name).or_default();
        *count += 1;
        // Once for each name.
        if *count == 2 {
            let message = format!(
                "There can be only one variable named \"${}\".",
                variable.name
            );
            w.report(variable.at, message)?;
        }
    }
    Ok(())
}

pub(super) fn input_types(w: &mut Walker<'_>, it: &Operation) -> Checked<()> {
    for variable in &it.variables {
        let ty = w.schema.ty(variable.ty.name());
        if ty.is_some_and(|ty| !ty.is_input()) {
            let message = format!(
                "Variable \"${}\" cannot be non-input type \"{}\".",
                variable.name, variable.ty
            );
            w.report(variable.at, message)?;
        }
    }
    Ok(())
}

pub(super) fn defined(w: &mut Walker<'_>, it: &Literal) -> Checked<()> {
    let Some(operation) = w.operation else {
        return Ok(());
    };
    if it.kind != LiteralKind::Variable || w.note(it.id).variable.is_some() {
        return Ok(());
    }
    let message = match &*operation.name {
        "" => format!("Variable \"{it}\" is not defined."),
        name => format!("Variable \"{it}\" is not defined by operation \"{name}\"."),
    };
    w.report(it.at, message)
}

pub(super) fn allowed(w: &mut Walker<'_>, it: &Literal) -> Checked<()> {
    let note = w.note(it.id);
    let (Some(expected), Some(variable)) = (note.expected, note.variable) else {
        return Ok(());
    };
    if it.kind != LiteralKind::Variable || w.operation.is_none() {
        return Ok(());
    }
    let default = variable.default.as_ref();
    // A variable may be null where a default of its own or of the position stands in for it.
    let is_null =
        !note.has_default && default.is_none_or(|default| default.kind == LiteralKind::Null);
    if variable.ty.fits_as(expected, expected.non_null && is_null) {
        return Ok(());
    }
    let message = format!(
        "Variable \"{it}\" of type \"{}\" used in position expecting type \"{expected}\".",
        variable.ty
    );
    w.report(it.at, message)
}

pub(super) fn one_of(w: &mut Walker<'_>, it: &Literal) -> Checked<()> {
    let Some(object) = w
        .note(it.id)
        .object
        .filter(|_| it.kind == LiteralKind::Object)
    else {
        return Ok(());
    };
    if !object
        .directives
        .iter()
        .any(|directive| &*directive.name == "oneOf")
    {
        return Ok(());
    }
    for value in it.children.iter().map(|child| &child.value) {
        let variable = w
            .note(value.id)
            .variable
            .filter(|_| value.kind == LiteralKind::Variable);
        let Some(variable) = variable.filter(|variable| !variable.ty.non_null) else {
            continue;
        };
        let message = format!(
            "Variable \"{value}\" is of type \"{}\" but must be non-nullable to be used for OneOf Input Object \
             \"{}\".",
            variable.ty, object.name
        );
        w.report(variable.at.or(value.at), message)?;
    }
    Ok(())
}

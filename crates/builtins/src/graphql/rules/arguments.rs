//! KnownArgumentNames, ProvidedRequiredArguments, UniqueArgumentNames.

use std::collections::HashMap;

use super::super::ast::{Argument, Field, FieldDefinition, Place};
use super::super::error::Checked;
use super::super::validate::{Applied, Walker};
use super::suggest;

pub(super) fn known_of_field(w: &mut Walker<'_>, it: &Field) -> Checked<()> {
    let note = w.note(it.id);
    let (Some(definition), Some(object)) = (note.field, note.object) else {
        return Ok(());
    };
    known(w, &definition.arguments, &it.arguments, it.at, || {
        format!("on field \"{}.{}\"", object.name, it.name)
    })
}

pub(super) fn known_of_directive(w: &mut Walker<'_>, it: Applied<'_>) -> Checked<()> {
    let (Some(definition), directive) = (it.definition, it.directive) else {
        return Ok(());
    };
    known(
        w,
        &definition.arguments,
        &directive.arguments,
        directive.at,
        || format!("on directive \"@{}\"", directive.name),
    )
}

fn known(
    w: &mut Walker<'_>,
    definitions: &[FieldDefinition],
    arguments: &[Argument],
    at: Place,
    place: impl Fn() -> String,
) -> Checked<()> {
    for argument in arguments {
        w.budget.steps(1 + definitions.len() / 16)?;
        if definitions.iter().any(|it| it.name == argument.name) {
            continue;
        }
        let names = definitions.iter().map(|it| &it.name);
        let question = suggest::question(w.budget, "Did you mean", &argument.name, names)?;
        let message = format!(
            "Unknown argument \"{}\" {}.{question}",
            argument.name,
            place()
        );
        w.report(at, message)?;
    }
    Ok(())
}

pub(super) fn required_of_field(w: &mut Walker<'_>, it: &Field) -> Checked<()> {
    let Some(definition) = w.note(it.id).field else {
        return Ok(());
    };
    required(w, &definition.arguments, &it.arguments, it.at, || {
        format!("Field \"{}\"", it.name)
    })
}

pub(super) fn required_of_directive(w: &mut Walker<'_>, it: Applied<'_>) -> Checked<()> {
    let Some(definition) = it.definition else {
        return Ok(());
    };
    required(
        w,
        &definition.arguments,
        &it.directive.arguments,
        it.directive.at,
        || format!("Directive \"@{}\"", definition.name),
    )
}

fn required(
    w: &mut Walker<'_>,
    definitions: &[FieldDefinition],
    arguments: &[Argument],
    at: Place,
    owner: impl Fn() -> String,
) -> Checked<()> {
    for definition in definitions {
        w.budget.steps(1 + arguments.len() / 16)?;
        let given = arguments.iter().any(|it| it.name == definition.name);
        if given || !definition.ty.non_null || definition.default.is_some() {
            continue;
        }
        let message = format!(
            "{} argument \"{}\" of type \"{}\" is required, but it was not provided.",
            owner(),
            definition.name,
            definition.ty
        );
        w.report(at, message)?;
    }
    Ok(())
}

pub(super) fn unique(w: &mut Walker<'_>, it: &[Argument]) -> Checked<()> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for argument in it {
        let count = counts.entry(&argument.name).or_default();
        *count += 1;
        // Once for each name.
        if *count == 2 {
            let message = format!(
                "There can be only one argument named \"{}\".",
                argument.name
            );
            w.report(argument.at, message)?;
        }
    }
    Ok(())
}

//! What a type must have to implement an interface.

use kpol_runtime::builtins::quoted;

use super::super::super::ast::{Definition, FieldDefinition, Type, kind};
use super::super::super::error::{Budget, Checked};
use super::super::Schema;
use super::fail;

pub(super) fn check(schema: &Schema, it: &Definition, name: &str, budget: &Budget) -> Checked<()> {
    let Some(interface) = schema.ty(name) else {
        return fail(it.at, format!("Undefined type {}.", quoted(name)));
    };
    if !interface.is(&[kind::INTERFACE]) {
        let message = format!(
            "{} is a non interface type {}.",
            quoted(name),
            interface.kind
        );
        return fail(it.at, message);
    }
    for wanted in &interface.fields {
        budget.steps(1 + it.fields.len() / 16)?;
        let Some(found) = it.field(&wanted.name) else {
            let (own, name) = (&it.name, &wanted.name);
            let message = format!(
                "For {own} to implement {} it must have a field called {name}.",
                interface.name
            );
            return fail(it.at, message);
        };
        if !covariant(schema, &wanted.ty, &found.ty, budget)? {
            return fail(
                found.at,
                format!(
                    "For {} to implement {} the field {} must have type {}.",
                    it.name, interface.name, wanted.name, wanted.ty
                ),
            );
        }
        arguments(it, interface, wanted, found)?;
    }
    ancestors(it, interface)
}

fn arguments(
    it: &Definition,
    interface: &Definition,
    wanted: &FieldDefinition,
    found: &FieldDefinition,
) -> Checked<()> {
    let start = format!("For {} to implement {}", it.name, interface.name);
    let (own, field) = (&found.name, &wanted.name);
    for argument in &wanted.arguments {
        let same = format!("{start} the field {field} must have the same arguments but");
        let name = &argument.name;
        let Some(given) = found.argument(name) else {
            return fail(found.at, format!("{same} it is missing {name}."));
        };
        if !argument.ty.fits(&given.ty) {
            return fail(given.at, format!("{same} {name} has the wrong type."));
        }
    }
    for given in &found.arguments {
        if wanted.argument(&given.name).is_none() && given.ty.non_null && given.default.is_none() {
            let name = &given.name;
            return fail(
                given.at,
                format!(
                    "{start} any additional arguments on {own} must be optional or have a default value but \
                     {name} is required."
                ),
            );
        }
    }
    Ok(())
}

/// A type implements what its interfaces implement.
fn ancestors(it: &Definition, interface: &Definition) -> Checked<()> {
    let (own, name) = (&it.name, &interface.name);
    for ancestor in &interface.interfaces {
        if it.interfaces.contains(ancestor) {
            continue;
        }
        return fail(
            it.at,
            if ancestor == own {
                format!(
                    "Type {own} cannot implement {name} because it would create a circular reference."
                )
            } else {
                format!("Type {own} must implement {ancestor} because it is implemented by {name}.")
            },
        );
    }
    Ok(())
}

/// Whether a field of the actual type may stand for one of the wanted type.
fn covariant(
    schema: &Schema,
    mut wanted: &Type,
    mut actual: &Type,
    budget: &Budget,
) -> Checked<bool> {
    loop {
        if wanted.non_null && !actual.non_null {
            return Ok(false);
        }
        if !wanted.named.is_empty() {
            if wanted.named == actual.named {
                return Ok(true);
            }
            let possible = schema
                .possible
                .get(&wanted.named)
                .map(Vec::as_slice)
                .unwrap_or_default();
            budget.steps(1 + possible.len() / 16)?;
            return Ok(possible.contains(&actual.named));
        }
        match (&wanted.elem, &actual.elem) {
            (Some(a), Some(b)) => (wanted, actual) = (a, b),
            _ => return Ok(false),
        }
    }
}

//! What a schema must obey, in gqlparser's order: the first error is the one that is reported.

use std::collections::{HashMap, HashSet};

use kpol_runtime::builtins::quoted;

use super::super::ast::{
    Definition, Directive, DirectiveDefinition, FieldDefinition, LiteralKind, Place,
    SchemaDefinition, Text, Type, kind,
};
use super::super::error::{Budget, Checked, Failure};
use super::Schema;

mod implements;

fn fail<T>(at: Place, message: String) -> Checked<T> {
    Err(Failure::schema(at, message))
}

/// Whether the directives of a list stand at one location, or at those of a type and its extensions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Location {
    One,
    Many,
}

pub(super) fn schema_directives(schema: &Schema, part: &SchemaDefinition) -> Checked<()> {
    applied(schema, &part.directives, "SCHEMA", None, Location::One)
}

pub(super) fn types(schema: &Schema, budget: &Budget) -> Checked<()> {
    schema
        .types
        .values()
        .try_for_each(|it| definition(schema, it, budget))
}

pub(super) fn directives(schema: &Schema) -> Checked<()> {
    schema.directives.values().try_for_each(|it| {
        unreserved(it.at, &it.name)?;
        arguments(schema, &it.arguments, Some(it))
    })
}

fn unreserved(at: Place, name: &str) -> Checked<()> {
    if !name.starts_with("__") {
        return Ok(());
    }
    fail(
        at,
        format!(
            "Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection."
        ),
    )
}

fn exists(schema: &Schema, ty: &Type) -> Checked<()> {
    if schema.ty(ty.name()).is_some() {
        return Ok(());
    }
    fail(ty.at, format!("Undefined type {}.", ty.name()))
}

fn definition(schema: &Schema, it: &Definition, budget: &Budget) -> Checked<()> {
    let location = if it.is(&[kind::INPUT_OBJECT]) {
        "INPUT_FIELD_DEFINITION"
    } else {
        "FIELD_DEFINITION"
    };
    for field in &it.fields {
        unreserved(field.at, &field.name)?;
        exists(schema, &field.ty)?;
        arguments(schema, &field.arguments, None)?;
        applied(schema, &field.directives, location, None, Location::One)?;
    }
    for name in &it.types {
        match schema.ty(name) {
            None => return fail(it.at, format!("Undefined type {}.", quoted(name))),
            Some(member) if member.is(&[kind::OBJECT]) => {}
            Some(_) => {
                let message = format!(
                    "{} type {} must be {}.",
                    it.kind,
                    quoted(name),
                    kind::OBJECT
                );
                return fail(it.at, message);
            }
        }
    }
    for name in &it.interfaces {
        implements::check(schema, it, name, budget)?;
    }
    match &*it.kind {
        kind::OBJECT | kind::INTERFACE => {
            let allowed = [
                kind::SCALAR,
                kind::OBJECT,
                kind::INTERFACE,
                kind::UNION,
                kind::ENUM,
            ];
            members(schema, it, "fields", &allowed)?;
        }
        kind::INPUT_OBJECT => {
            let allowed = [kind::SCALAR, kind::ENUM, kind::INPUT_OBJECT];
            members(schema, it, "input fields", &allowed)?;
        }
        kind::ENUM => enum_values(schema, it)?,
        _ => {}
    }
    unique(it)?;
    if !it.built_in {
        unreserved(it.at, &it.name)?;
    }
    applied(schema, &it.directives, &it.kind, None, Location::Many)
}

/// A type has fields, and their types are of these kinds.
fn members(schema: &Schema, it: &Definition, what: &str, allowed: &[&str]) -> Checked<()> {
    let Definition {
        kind: own, name, ..
    } = it;
    if it.fields.is_empty() {
        return fail(
            it.at,
            format!("{own} {name}: must define one or more {what}."),
        );
    }
    for field in &it.fields {
        let wrong = schema.ty(field.ty.name()).filter(|ty| !ty.is(allowed));
        if let Some(ty) = wrong {
            let allowed = allowed.join(", ");
            // For input objects it is the field's kind and name that are shown.
            let (kind, name) = if it.is(&[kind::INPUT_OBJECT]) {
                (&ty.kind, &field.name)
            } else {
                (own, name)
            };
            return fail(
                field.at,
                format!("{kind} {name}: field must be one of {allowed}."),
            );
        }
    }
    Ok(())
}

fn enum_values(schema: &Schema, it: &Definition) -> Checked<()> {
    let Definition { kind, name, .. } = it;
    if it.enum_values.is_empty() {
        let message = format!("{kind} {name}: must define one or more unique enum values.");
        return fail(it.at, message);
    }
    for value in &it.enum_values {
        if matches!(&*value.name, "true" | "false" | "null") {
            return fail(
                it.at,
                format!("{kind} {name}: non-enum value {}.", value.name),
            );
        }
        applied(schema, &value.directives, "ENUM_VALUE", None, Location::One)?;
    }
    Ok(())
}

/// The second of the first two that are the same.
fn repeated<'n>(names: impl Iterator<Item = &'n Text>) -> Option<(usize, &'n Text)> {
    let mut seen: HashMap<&Text, (usize, Option<usize>)> = HashMap::new();
    for (i, name) in names.enumerate() {
        let entry = seen.entry(name).or_insert((i, None));
        if entry.0 != i {
            entry.1.get_or_insert(i);
        }
    }
    let twice = seen
        .into_iter()
        .filter_map(|(name, (first, second))| Some((first, second?, name)));
    twice.min().map(|(_, second, name)| (second, name))
}

fn unique(it: &Definition) -> Checked<()> {
    let own = &it.name;
    if let Some((i, name)) = repeated(it.fields.iter().map(|field| &field.name)) {
        let at = it.fields.get(i).and_then(|field| field.at);
        return fail(at, format!("Field {own}.{name} can only be defined once."));
    }
    if let Some((i, name)) = repeated(it.enum_values.iter().map(|value| &value.name)) {
        let at = it.enum_values.get(i).and_then(|value| value.at);
        return fail(
            at,
            format!("Enum value {own}.{name} can only be defined once."),
        );
    }
    if let Some((i, name)) = repeated(it.types.iter()) {
        let aligned = it.type_places.len() == it.types.len();
        let at = it.type_places.get(i).copied().flatten().filter(|_| aligned);
        let message = format!("Union type {own} can only include type {name} once.");
        return fail(at.or(it.at), message);
    }
    Ok(())
}

/// The definitions of arguments; of a directive's own where there is one.
fn arguments(
    schema: &Schema,
    arguments: &[FieldDefinition],
    directive: Option<&DirectiveDefinition>,
) -> Checked<()> {
    for argument in arguments {
        unreserved(argument.at, &argument.name)?;
        exists(schema, &argument.ty)?;
        let ty = schema.ty(argument.ty.name());
        if let Some(ty) = ty.filter(|ty| !ty.is_input()) {
            return fail(
                argument.at,
                format!(
                    "cannot use {} as argument {} because {} is not a valid input type",
                    argument.ty, argument.name, ty.kind
                ),
            );
        }
        applied(
            schema,
            &argument.directives,
            "ARGUMENT_DEFINITION",
            directive,
            Location::One,
        )?;
    }
    Ok(())
}

/// Directives where they stand; `current` is the one whose definition this is in.
fn applied(
    schema: &Schema,
    directives: &[Directive],
    location: &str,
    current: Option<&DirectiveDefinition>,
    locations: Location,
) -> Checked<()> {
    let mut seen = HashSet::new();
    for directive in directives {
        let (at, name) = (directive.at, &directive.name);
        unreserved(at, name)?;
        if current.is_some_and(|current| current.name == *name) {
            return fail(at, format!("Directive {name} cannot refer to itself."));
        }
        let Some(definition) = schema.directives.get(name) else {
            return fail(at, format!("Undefined directive {name}."));
        };
        if locations == Location::One && !seen.insert(name) && !definition.repeatable {
            let message = format!("The directive {name} can only be used once at this location.");
            return fail(at, message);
        }
        if !definition.locations.iter().any(|it| &**it == location) {
            return fail(
                at,
                format!("Directive {name} is not applicable on {location}."),
            );
        }
        for argument in &directive.arguments {
            if definition.argument(&argument.name).is_none() {
                let message = format!("Undefined argument {} for directive {name}.", argument.name);
                return fail(argument.at, message);
            }
        }
        for wanted in &definition.arguments {
            let mut given = directive.arguments.iter();
            let given = given.find(|argument| argument.name == wanted.name);
            let is_null = given.is_none_or(|argument| argument.value.kind == LiteralKind::Null);
            if wanted.ty.non_null && wanted.default.is_none() && is_null {
                let message = format!(
                    "Argument {} for directive {name} cannot be null.",
                    wanted.name
                );
                return fail(at, message);
            }
        }
    }
    Ok(())
}

/// Input objects must not contain themselves through fields that cannot be null.
pub(super) fn input_cycles(schema: &Schema, budget: &Budget) -> Checked<()> {
    let mut search = Cycles {
        schema,
        budget,
        visited: HashSet::new(),
        path: Vec::new(),
        starts: HashMap::new(),
    };
    for definition in schema.types.values() {
        if definition.is(&[kind::INPUT_OBJECT]) {
            search.follow(definition)?;
        }
    }
    Ok(())
}

struct Cycles<'s> {
    schema: &'s Schema,
    budget: &'s Budget,
    visited: HashSet<&'s str>,
    /// The fields from the first type to the current one.
    path: Vec<&'s FieldDefinition>,
    /// Where on the path each type's fields begin.
    starts: HashMap<&'s str, usize>,
}

impl<'s> Cycles<'s> {
    fn follow(&mut self, definition: &'s Definition) -> Checked<()> {
        if !self.visited.insert(&definition.name) {
            return Ok(());
        }
        self.budget.enter()?;
        self.starts.insert(&definition.name, self.path.len());
        for field in &definition.fields {
            if !field.ty.non_null || field.ty.named.is_empty() {
                continue;
            }
            let ty = self.schema.ty(&field.ty.named);
            let Some(ty) = ty.filter(|ty| ty.is(&[kind::INPUT_OBJECT])) else {
                continue;
            };
            self.path.push(field);
            if let Some(start) = self.starts.get(&*ty.name) {
                let cycle = self.path.get(*start..).unwrap_or_default();
                let names: Vec<&str> = cycle.iter().map(|field| &*field.name).collect();
                return fail(
                    cycle.first().and_then(|field| field.at),
                    format!(
                        "Cannot reference Input Object {} within itself through a series of non-null fields: {}.",
                        quoted(&ty.name),
                        quoted(&names.join("."))
                    ),
                );
            }
            self.follow(ty)?;
            self.path.pop();
        }
        self.starts.remove(&*definition.name);
        self.budget.leave();
        Ok(())
    }
}

//! UniqueInputFieldNames, ValuesOfCorrectType.

use std::collections::HashSet;

use super::super::ast::{Definition, Literal, LiteralKind, Type, kind};
use super::super::error::Checked;
use super::super::validate::Walker;
use super::suggest;

pub(super) fn unique_fields(w: &mut Walker<'_>, it: &Literal) -> Checked<()> {
    if it.kind != LiteralKind::Object {
        return Ok(());
    }
    let mut seen = HashSet::new();
    for child in &it.children {
        if !seen.insert(&child.name) {
            let message = format!(
                "There can be only one input field named \"{}\".",
                child.name
            );
            w.report(child.at, message)?;
        }
    }
    Ok(())
}

/// A value, and the type that it must have.
#[derive(Clone, Copy)]
struct Typed<'a> {
    it: &'a Literal,
    object: &'a Definition,
    expected: &'a Type,
}

pub(super) fn of_type<'a>(w: &mut Walker<'a>, it: &'a Literal) -> Checked<()> {
    let note = w.note(it.id);
    let (Some(object), Some(expected)) = (note.object, note.expected) else {
        return Ok(());
    };
    let typed = Typed {
        it,
        object,
        expected,
    };
    if it.kind == LiteralKind::Null && expected.non_null {
        let message = format!("Expected value of type \"{expected}\", found {it}.");
        w.report(it.at, message)?;
    }
    let one_of = |names: &[&str]| names.contains(&&*object.name);
    if object.is(&[kind::SCALAR]) && !one_of(&["Int", "Float", "String", "Boolean", "ID"]) {
        return Ok(());
    }
    if !evaluates(w, it)? {
        typed.unexpected(w)?;
    }
    let fits = match it.kind {
        LiteralKind::Null | LiteralKind::Variable => true,
        LiteralKind::List => expected.elem.is_some(),
        LiteralKind::Int => one_of(&["Int", "Float", "ID"]),
        LiteralKind::Float => one_of(&["Float"]),
        LiteralKind::Boolean => one_of(&["Boolean"]),
        LiteralKind::String | LiteralKind::Block if object.is(&[kind::ENUM]) => {
            let start = format!("Enum \"{expected}\" cannot represent non-enum value: {it}.");
            return typed.no_enum(w, start);
        }
        LiteralKind::String | LiteralKind::Block => one_of(&["String", "ID"]),
        LiteralKind::Enum if object.is(&[kind::ENUM]) => {
            w.budget.steps(1 + object.enum_values.len() / 16)?;
            if object.enum_values.iter().any(|value| value.name == it.raw) {
                return Ok(());
            }
            let start = format!("Value \"{it}\" does not exist in \"{expected}\" enum.");
            return typed.no_enum(w, start);
        }
        LiteralKind::Enum => false,
        LiteralKind::Object => return typed.fields(w),
    };
    if fits { Ok(()) } else { typed.unexpected(w) }
}

/// Whether all numbers in a value fit 64 bits.
fn evaluates(w: &Walker<'_>, it: &Literal) -> Checked<bool> {
    w.budget.enter()?;
    let fits = match it.kind {
        LiteralKind::Int => it.raw.parse::<i64>().is_ok(),
        LiteralKind::Float => it.raw.parse::<f64>().is_ok_and(f64::is_finite),
        LiteralKind::Boolean => matches!(
            &*it.raw,
            "1" | "t"
                | "T"
                | "TRUE"
                | "true"
                | "True"
                | "0"
                | "f"
                | "F"
                | "FALSE"
                | "false"
                | "False"
        ),
        LiteralKind::List | LiteralKind::Object => {
            let mut fits = true;
            for child in &it.children {
                fits = fits && evaluates(w, &child.value)?;
            }
            fits
        }
        LiteralKind::Variable => {
            let variable = w.note(it.id).variable;
            match variable.and_then(|variable| variable.default.as_ref()) {
                Some(default) => evaluates(w, default)?,
                None => true,
            }
        }
        LiteralKind::String | LiteralKind::Block | LiteralKind::Enum | LiteralKind::Null => true,
    };
    w.budget.leave();
    Ok(fits)
}

impl<'a> Typed<'a> {
    fn unexpected(self, w: &mut Walker<'a>) -> Checked<()> {
        let Typed {
            it,
            object,
            expected,
        } = self;
        let name = if expected.elem.is_none() {
            &*expected.named
        } else {
            ""
        };
        let message = match name {
            "Int" => {
                let digits = it.raw.strip_prefix(['+', '-']).unwrap_or(&it.raw);
                let is_int = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                if is_int && it.raw.parse::<i32>().is_err() {
                    format!("Int cannot represent non 32-bit signed integer value: {it}")
                } else {
                    format!("Int cannot represent non-integer value: {it}")
                }
            }
            "String" => format!("String cannot represent a non string value: {it}"),
            "Boolean" => format!("Boolean cannot represent a non boolean value: {it}"),
            "Float" => format!("Float cannot represent non numeric value: {it}"),
            "ID" => format!("ID cannot represent a non-string and non-integer value: {it}"),
            // A list of nullable strings is told from other lists.
            _ if expected.to_string() == "[String]" => {
                format!("String cannot represent a non string value: {it}")
            }
            _ if object.is(&[kind::ENUM]) => {
                format!("Enum \"{expected}\" cannot represent non-enum value: {it}.")
            }
            _ => format!("Expected value of type \"{expected}\", found {it}."),
        };
        w.report(it.at, message)
    }

    /// A value that is not one of an enum's.
    fn no_enum(self, w: &mut Walker<'a>, start: String) -> Checked<()> {
        let names = self.object.enum_values.iter().map(|value| &value.name);
        let question =
            suggest::question(w.budget, "Did you mean the enum value", &self.it.raw, names)?;
        w.report(self.it.at, format!("{start}{question}"))
    }

    /// The fields of an object.
    fn fields(self, w: &mut Walker<'a>) -> Checked<()> {
        let Typed { it, object, .. } = self;
        let given: HashSet<&str> = it.children.iter().map(|child| &*child.name).collect();
        for field in &object.fields {
            if field.ty.non_null && field.default.is_none() && !given.contains(&*field.name) {
                let message = format!(
                    "Field \"{}.{}\" of required type \"{}\" was not provided.",
                    object.name, field.name, field.ty
                );
                w.report(it.at, message)?;
            }
        }
        for _ in object.directives.iter().filter(|it| &*it.name == "oneOf") {
            self.one_field(w)?;
        }
        for child in &it.children {
            w.budget.steps(1 + object.fields.len() / 16)?;
            if object.field(&child.name).is_some() {
                continue;
            }
            let names = object.fields.iter().map(|field| &field.name);
            let question = suggest::question(w.budget, "Did you mean", &child.name, names)?;
            let message = format!(
                "Field \"{}\" is not defined by type \"{}\".{question}",
                child.name, object.name
            );
            w.report(child.at, message)?;
        }
        Ok(())
    }

    /// What `@oneOf` demands.
    fn one_field(self, w: &mut Walker<'a>) -> Checked<()> {
        let Typed { it, object, .. } = self;
        let [child] = it.children.as_slice() else {
            let message = format!(
                "OneOf Input Object \"{}\" must specify exactly one key.",
                object.name
            );
            return w.report(it.at, message);
        };
        if child.value.kind != LiteralKind::Null {
            return Ok(());
        }
        // The first field of the type is named, whichever is null.
        let first = object
            .fields
            .first()
            .map(|field| &*field.name)
            .unwrap_or_default();
        let message = format!("Field \"{}.{first}\" must be non-null.", object.name);
        w.report(child.value.at, message)
    }
}

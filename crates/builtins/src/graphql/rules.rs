//! The rules that a query must obey: all of gqlparser's, in its order, which is that of errors.
//!
//! For each part that the walk has seen, the rules about it run by their names' order.

mod arguments;
mod directives;
mod fields;
mod fragments;
mod introspection;
mod operations;
mod overlap;
mod suggest;
mod values;
mod variables;

use std::collections::HashSet;

use super::ast::{Directive, Field, Fragment, Inline, Literal, Operation, Spread, Variable};
use super::error::{Checked, Position};
use super::validate::{Applied, Walker};

/// What rules remember from one part to the next.
#[derive(Default)]
pub(crate) struct State<'a> {
    /// The directives in the wrong place that were reported.
    misplaced: HashSet<(&'a str, Option<Position>)>,
    /// The fragments that operations use.
    used_fragments: HashSet<&'a str>,
    in_fragments: bool,
    /// The fragments that were searched for cycles.
    searched_fragments: HashSet<&'a str>,
    fragment_names: HashSet<&'a str>,
    operation_names: HashSet<&'a str>,
    overlap: overlap::State<'a>,
}

pub(crate) fn operation<'a>(w: &mut Walker<'a>, it: &'a Operation) -> Checked<()> {
    operations::known_root(w, it)?;
    operations::lone_anonymous(w, it)?;
    variables::unused(w, it)?;
    overlap::within(w, &it.selections)?;
    operations::single_field(w, it)?;
    operations::unique_name(w, it)?;
    variables::unique(w, it)?;
    variables::input_types(w, it)
}

pub(crate) fn field<'a>(w: &mut Walker<'a>, it: &'a Field) -> Checked<()> {
    fields::on_type(w, it)?;
    arguments::known_of_field(w, it)?;
    introspection::depth(w, it)?;
    if w.operation.is_some() {
        overlap::within(w, &it.selections)?;
    }
    arguments::required_of_field(w, it)?;
    fields::leafs(w, it)?;
    arguments::unique(w, &it.arguments)
}

pub(crate) fn fragment<'a>(w: &mut Walker<'a>, it: &'a Fragment) -> Checked<()> {
    fragments::composite(w, it)?;
    fragments::known_type(w, it)?;
    fragments::cycles(w, it)?;
    fragments::used(w, it)?;
    overlap::within(w, &it.selections)?;
    fragments::unique_name(w, it)
}

pub(crate) fn inline<'a>(w: &mut Walker<'a>, it: &'a Inline) -> Checked<()> {
    fragments::inline_composite(w, it)?;
    fragments::inline_known_type(w, it)?;
    overlap::within(w, &it.selections)?;
    fragments::inline_possible(w, it)
}

pub(crate) fn spread<'a>(w: &mut Walker<'a>, it: &'a Spread) -> Checked<()> {
    fragments::known(w, it)?;
    fragments::note_use(w, it);
    fragments::possible(w, it)
}

pub(crate) fn directive<'a>(w: &mut Walker<'a>, it: Applied<'a>) -> Checked<()> {
    arguments::known_of_directive(w, it)?;
    directives::known(w, it)?;
    arguments::required_of_directive(w, it)?;
    arguments::unique(w, &it.directive.arguments)
}

pub(crate) fn directive_list(w: &mut Walker<'_>, it: &[Directive]) -> Checked<()> {
    directives::unique(w, it)
}

pub(crate) fn literal<'a>(w: &mut Walker<'a>, it: &'a Literal) -> Checked<()> {
    variables::defined(w, it)?;
    values::unique_fields(w, it)?;
    values::of_type(w, it)?;
    variables::allowed(w, it)?;
    variables::one_of(w, it)
}

pub(crate) fn variable(w: &mut Walker<'_>, it: &Variable) -> Checked<()> {
    variables::known_type(w, it)
}

//! Validation of a query against a schema: a walk over the query that tells the rules of each part that it has seen.
//!
//! Fragments are walked where an operation first spreads them, and once more by themselves. What a part means (its
//! type, its definition) is found out on the way and kept in a [`Note`]: rules may look at parts that were walked
//! before, and at those that were not, of which nothing is known.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::ast::{
    Argument, Definition, Directive, DirectiveDefinition, FieldDefinition, Fragment, Literal,
    LiteralKind, NodeId, Operation, Place, QueryDocument, Selection, Spread, Type, Variable,
};
use super::error::{Budget, Checked, Failure, Problem};
use super::rules;
use super::schema::Schema;

/// What is wanted of a validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The first error ends it.
    Verdict,
    /// All errors.
    Errors,
}

/// What is known of a part of the query.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Note<'a> {
    /// The type that a field or a fragment is selected on, or the type of a value.
    pub(crate) object: Option<&'a Definition>,
    /// A field's definition.
    pub(crate) field: Option<&'a FieldDefinition>,
    /// The fragment of a spread.
    pub(crate) fragment: Option<&'a Fragment>,
    /// The type that a value must have.
    pub(crate) expected: Option<&'a Type>,
    /// Whether there is a default where the value stands.
    pub(crate) has_default: bool,
    /// A variable's definition.
    pub(crate) variable: Option<&'a Variable>,
}

/// A directive in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Applied<'a> {
    pub(crate) directive: &'a Directive,
    pub(crate) definition: Option<&'a DirectiveDefinition>,
    pub(crate) location: &'static str,
}

/// The walk, and what rules have collected.
pub(crate) struct Walker<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) document: &'a QueryDocument,
    pub(crate) budget: &'a Budget,
    /// The operation that is being walked; none where fragments are walked by themselves.
    pub(crate) operation: Option<&'a Operation>,
    pub(crate) state: rules::State<'a>,
    /// The first fragment of each name.
    pub(crate) fragments: HashMap<&'a str, &'a Fragment>,
    notes: Vec<Note<'a>>,
    /// The fragments that the current operation or fragment has spread.
    spread: HashSet<&'a str>,
    wanted: Wanted,
    errors: String,
}

/// Validates a query. All errors together are the text of the failure.
pub(crate) fn validate(
    schema: &Schema,
    document: &QueryDocument,
    budget: &Budget,
    wanted: Wanted,
) -> Checked<()> {
    let mut fragments = HashMap::new();
    for fragment in &document.fragments {
        fragments.entry(&*fragment.name).or_insert(fragment);
    }
    let mut walker = Walker {
        fragments,
        schema,
        document,
        budget,
        operation: None,
        state: rules::State::default(),
        notes: vec![Note::default(); document.nodes as usize],
        spread: HashSet::new(),
        wanted,
        errors: String::new(),
    };
    walker.document()?;
    if walker.errors.is_empty() {
        return Ok(());
    }
    Err(Failure::Listed(walker.errors))
}

impl<'a> Walker<'a> {
    pub(crate) fn note(&self, id: NodeId) -> Note<'a> {
        self.notes.get(id as usize).copied().unwrap_or_default()
    }

    fn learn(&mut self, id: NodeId, change: impl FnOnce(&mut Note<'a>)) {
        if let Some(note) = self.notes.get_mut(id as usize) {
            change(note);
        }
    }

    /// Reports an error.
    pub(crate) fn report(&mut self, at: Place, message: String) -> Checked<()> {
        self.budget.text(&message)?;
        let problem = Problem { message, at };
        if self.wanted == Wanted::Verdict {
            return Err(Failure::Listed(problem.to_string()));
        }
        // Writing to a string does not fail.
        let _ = writeln!(self.errors, "{problem}");
        Ok(())
    }

    fn document(&mut self) -> Checked<()> {
        for operation in &self.document.operations {
            self.spread.clear();
            self.operation(operation)?;
        }
        for fragment in &self.document.fragments {
            self.spread.clear();
            let on = self.schema.ty(&fragment.condition);
            self.directives(&fragment.directives, "FRAGMENT_DEFINITION")?;
            self.selections(on, &fragment.selections)?;
            rules::fragment(self, fragment)?;
        }
        Ok(())
    }

    fn operation(&mut self, operation: &'a Operation) -> Checked<()> {
        self.operation = Some(operation);
        for variable in &operation.variables {
            rules::variable(self, variable)?;
        }
        let location = match &*operation.operation {
            "query" | "" => "QUERY",
            "mutation" => "MUTATION",
            "subscription" => "SUBSCRIPTION",
            other => {
                return Err(Failure::Shape(format!(
                    "got unknown operation type \"{other}\""
                )));
            }
        };
        for variable in &operation.variables {
            if let Some(default) = &variable.default {
                let object = self.schema.ty(variable.ty.name());
                self.learn(default.id, |note| {
                    note.expected = Some(&variable.ty);
                    note.object = object;
                });
                self.literal(default)?;
            }
            self.directives(&variable.directives, "VARIABLE_DEFINITION")?;
        }
        self.directives(&operation.directives, location)?;
        self.selections(
            self.schema.root(&operation.operation),
            &operation.selections,
        )?;
        rules::operation(self, operation)?;
        self.operation = None;
        Ok(())
    }

    fn directives(&mut self, directives: &'a [Directive], location: &'static str) -> Checked<()> {
        for directive in directives {
            let definition = self.schema.directives.get(&directive.name);
            let known = definition
                .map(|it| it.arguments.as_slice())
                .unwrap_or_default();
            self.arguments(known, &directive.arguments)?;
            let applied = Applied {
                directive,
                definition,
                location,
            };
            rules::directive(self, applied)?;
        }
        rules::directive_list(self, directives)
    }

    fn arguments(
        &mut self,
        known: &'a [FieldDefinition],
        arguments: &'a [Argument],
    ) -> Checked<()> {
        for argument in arguments {
            self.budget.steps(1 + known.len() / 16)?;
            let definition = known.iter().find(|it| it.name == argument.name);
            if let Some(definition) = definition {
                self.expect(&argument.value, definition);
            }
            self.literal(&argument.value)?;
        }
        Ok(())
    }

    /// A value stands for an argument or a field.
    fn expect(&mut self, literal: &'a Literal, definition: &'a FieldDefinition) {
        let object = self.schema.ty(definition.ty.name());
        self.learn(literal.id, |note| {
            note.expected = Some(&definition.ty);
            note.has_default = definition.has_default();
            note.object = object;
        });
    }

    fn literal(&mut self, literal: &'a Literal) -> Checked<()> {
        self.budget.enter()?;
        let Note {
            object, expected, ..
        } = self.note(literal.id);
        match (literal.kind, self.operation) {
            (LiteralKind::Variable, Some(operation)) => {
                self.budget.steps(1 + operation.variables.len() / 16)?;
                let mut variables = operation.variables.iter();
                let variable = variables.find(|variable| variable.name == literal.raw);
                if let Some(variable) = variable {
                    variable.used.set(true);
                }
                self.learn(literal.id, |note| note.variable = variable);
            }
            (LiteralKind::Object, _) => {
                for child in &literal.children {
                    let field = object.and_then(|object| object.field(&child.name));
                    if let Some(field) = field {
                        self.expect(&child.value, field);
                    }
                    self.literal(&child.value)?;
                }
            }
            (LiteralKind::List, _) => {
                let elem = expected.and_then(|expected| expected.elem.as_deref());
                for child in &literal.children {
                    if elem.is_some() {
                        self.learn(child.value.id, |note| {
                            note.expected = elem;
                            note.object = object;
                        });
                    }
                    self.literal(&child.value)?;
                }
            }
            _ => {}
        }
        self.budget.leave();
        rules::literal(self, literal)
    }

    fn selections(
        &mut self,
        on: Option<&'a Definition>,
        selections: &'a [Selection],
    ) -> Checked<()> {
        self.budget.enter()?;
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.budget
                        .steps(1 + on.map_or(0, |on| on.fields.len() / 16))?;
                    let definition = match &*field.name {
                        "__typename" => Some(&self.schema.typename),
                        name => on.and_then(|on| on.field(name)),
                    };
                    self.learn(field.id, |note| {
                        note.field = definition;
                        note.object = on;
                    });
                    let of = definition.and_then(|it| self.schema.ty(it.ty.name()));
                    let known = definition
                        .map(|it| it.arguments.as_slice())
                        .unwrap_or_default();
                    self.arguments(known, &field.arguments)?;
                    self.directives(&field.directives, "FIELD")?;
                    self.selections(of, &field.selections)?;
                    rules::field(self, field)?;
                }
                Selection::Inline(inline) => {
                    self.learn(inline.id, |note| note.object = on);
                    let of = match &*inline.condition {
                        "" => on,
                        condition => self.schema.ty(condition),
                    };
                    self.directives(&inline.directives, "INLINE_FRAGMENT")?;
                    self.selections(of, &inline.selections)?;
                    rules::inline(self, inline)?;
                }
                Selection::Spread(spread) => self.spread(on, spread)?,
            }
        }
        self.budget.leave();
        Ok(())
    }

    fn spread(&mut self, on: Option<&'a Definition>, spread: &'a Spread) -> Checked<()> {
        let fragment = self.fragments.get(&*spread.name).copied();
        self.learn(spread.id, |note| {
            note.fragment = fragment;
            note.object = on;
        });
        self.directives(&spread.directives, "FRAGMENT_SPREAD")?;
        if let Some(fragment) = fragment
            && self.spread.insert(&fragment.name)
        {
            let of = self.schema.ty(&fragment.condition);
            self.directives(&fragment.directives, "FRAGMENT_DEFINITION")?;
            self.selections(of, &fragment.selections)?;
        }
        rules::spread(self, spread)
    }
}

//! Documents against schemas.

mod kinds;

use std::{borrow::Cow, cell::Cell};

use super::{
    compile::{Schema, SchemaId, Schemas},
    format,
    tree::{Id, Node, Tree},
};

/// How often a schema may be applied, whether to one value or to many.
const MAX_STEPS: u32 = 2_000_000;
/// How deeply schemas may be applied within each other. One that leads back to itself never ends.
const MAX_NESTING: u32 = 10_000;

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: &'static str,
    /// Where: `(Root)`, or the path below it.
    pub(super) field: String,
    pub(super) description: String,
}

/// What the check of a value found.
#[derive(Debug, Default)]
struct Outcome {
    faults: Vec<Fault>,
    /// How much was right, less how much was wrong: tells which of several schemas was meant.
    score: i64,
}

impl Outcome {
    const fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, at: &Path<'_>, kind: &'static str, description: impl Into<String>) {
        self.faults.push(Fault {
            kind,
            field: at.field(),
            description: description.into(),
        });
        self.score -= 2;
    }

    fn merge(&mut self, other: Outcome) {
        self.faults.extend(other.faults);
        self.score += other.score;
    }

    const fn count(&mut self) {
        self.score += 1;
    }
}

/// Of several outcomes, the first with the highest score.
#[derive(Default)]
struct Best(Option<Outcome>);

impl Best {
    fn offer(&mut self, outcome: Outcome) {
        if self
            .0
            .as_ref()
            .is_none_or(|best| outcome.score > best.score)
        {
            self.0 = Some(outcome);
        }
    }
}

/// The way from the document to a value.
#[derive(Debug)]
struct Path<'p> {
    name: Cow<'p, str>,
    outer: Option<&'p Path<'p>>,
}

impl<'p> Path<'p> {
    const ROOT: Path<'static> = Path {
        name: Cow::Borrowed("(Root)"),
        outer: None,
    };

    const fn member(&'p self, name: &'p str) -> Path<'p> {
        Path {
            name: Cow::Borrowed(name),
            outer: Some(self),
        }
    }

    fn element(&'p self, index: usize) -> Path<'p> {
        Path {
            name: Cow::Owned(index.to_string()),
            outer: Some(self),
        }
    }

    fn field(&self) -> String {
        let mut names = vec![self.name.as_ref()];
        let mut at = self;
        while let Some(outer) = at.outer {
            names.push(outer.name.as_ref());
            at = outer;
        }
        if names.len() > 1 {
            names.pop();
        }
        names.reverse();
        names.join(".")
    }
}

/// Checks a document.
///
/// # Errors
/// A check that takes too long.
pub(super) fn validate(
    schemas: &Schemas,
    root: SchemaId,
    tree: &Tree,
    document: Id,
) -> Result<Vec<Fault>, String> {
    let validator = Validator {
        schemas,
        tree,
        steps: Cell::new(0),
        nesting: Cell::new(0),
        exceeded: Cell::new(false),
    };
    let mut out = Outcome::default();
    validator.check(root, tree.get(document), &mut out, &Path::ROOT);
    if validator.exceeded.get() {
        return Err("the schema takes too long to apply".to_owned());
    }
    Ok(out.faults)
}

struct Validator<'v> {
    schemas: &'v Schemas,
    tree: &'v Tree,
    steps: Cell<u32>,
    nesting: Cell<u32>,
    exceeded: Cell<bool>,
}

impl Validator<'_> {
    /// Applies a schema on its own.
    fn outcome(&self, schema: SchemaId, node: &Node, at: &Path<'_>) -> Outcome {
        let mut out = Outcome::default();
        self.check(schema, node, &mut out, at);
        out
    }

    fn check(&self, schema: SchemaId, node: &Node, out: &mut Outcome, at: &Path<'_>) {
        self.steps.set(self.steps.get() + 1);
        let nesting = self.nesting.get() + 1;
        if self.steps.get() > MAX_STEPS || nesting > MAX_NESTING {
            self.exceeded.set(true);
        }
        if self.exceeded.get() {
            return;
        }
        let Some(found) = self.schemas.get(schema) else {
            return;
        };
        self.nesting.set(nesting);
        super::grown(|| self.apply(found, node, out, at));
        self.nesting.set(nesting - 1);
    }

    fn apply(&self, schema: &Schema, node: &Node, out: &mut Outcome, at: &Path<'_>) {
        match (schema.pass, schema.target) {
            (Some(true), _) => return,
            (Some(false), _) => return out.fault(at, "false", "False always fails validation"),
            (None, Some(target)) => return self.check(target, node, out, at),
            (None, None) => {}
        }
        if let Some(given) = wrong_type(schema, node) {
            let expected = match schema.types.as_slice() {
                [one] => one.clone(),
                many => format!("[{}]", many.join(",")),
            };
            let description = format!("Invalid type. Expected: {expected}, given: {given}");
            return out.fault(at, "invalid_type", description);
        }
        self.combinations(schema, node, out, at);
        match node {
            Node::Number(text) => self.number(schema, text, out, at),
            Node::Array(items) => self.array(schema, items, out, at),
            Node::Object(members) => self.object(schema, members, out, at),
            _ => {}
        }
        self.common(schema, node, out, at);
        match node {
            Node::String(text) => self.string(schema, text, out, at),
            Node::Object(members) => {
                for (name, property) in &schema.properties {
                    if let Some(member) = members.get(name) {
                        self.check(*property, self.tree.get(*member), out, &at.member(name));
                    }
                }
            }
            _ => {}
        }
        out.count();
    }

    fn combinations(&self, schema: &Schema, node: &Node, out: &mut Outcome, at: &Path<'_>) {
        self.any_of(schema, node, out, at);
        self.one_of(schema, node, out, at);
        let mut valid = true;
        for part in &schema.all_of {
            let outcome = self.outcome(*part, node, at);
            valid &= outcome.is_valid();
            out.merge(outcome);
        }
        if !valid {
            out.fault(at, "number_all_of", "Must validate all the schemas (allOf)");
        }
        if let Some(not) = schema.not
            && self.outcome(not, node, at).is_valid()
        {
            out.fault(at, "number_not", "Must not validate the schema (not)");
        }
        self.dependencies(schema, node, out, at);
        if let Some(when) = schema.when {
            let (branch, kind, description) = if self.outcome(when, node, at).is_valid() {
                let description = "Must validate \"then\" as \"if\" was valid";
                (schema.then, "condition_then", description)
            } else {
                let description = "Must validate \"else\" as \"if\" was not valid";
                (schema.otherwise, "condition_else", description)
            };
            let outcome = branch.map(|branch| self.outcome(branch, node, at));
            if let Some(outcome) = outcome.filter(|outcome| !outcome.is_valid()) {
                out.fault(at, kind, description);
                out.merge(outcome);
            }
        }
        out.count();
    }

    fn any_of(&self, schema: &Schema, node: &Node, out: &mut Outcome, at: &Path<'_>) {
        let mut best = Best::default();
        for part in &schema.any_of {
            let outcome = self.outcome(*part, node, at);
            if outcome.is_valid() {
                return;
            }
            best.offer(outcome);
        }
        if let Some(closest) = best.0 {
            let description = "Must validate at least one schema (anyOf)";
            out.fault(at, "number_any_of", description);
            out.merge(closest);
        }
    }

    fn one_of(&self, schema: &Schema, node: &Node, out: &mut Outcome, at: &Path<'_>) {
        if schema.one_of.is_empty() {
            return;
        }
        let mut valid = 0;
        let mut best = Best::default();
        for part in &schema.one_of {
            let outcome = self.outcome(*part, node, at);
            if outcome.is_valid() {
                valid += 1;
            } else if valid == 0 {
                best.offer(outcome);
            }
        }
        if valid == 1 {
            return;
        }
        let description = "Must validate one and only one schema (oneOf)";
        out.fault(at, "number_one_of", description);
        if let (0, Some(closest)) = (valid, best.0) {
            out.merge(closest);
        }
    }

    fn common(&self, schema: &Schema, node: &Node, out: &mut Outcome, at: &Path<'_>) {
        if schema.constant.is_some() || schema.values.is_some() {
            // A number that is no double equals none.
            let text = self.tree.canonical(node).unwrap_or_default();
            let field = at.field();
            if let Some(constant) = schema.constant.as_ref().filter(|wanted| **wanted != text) {
                out.fault(at, "const", format!("{field} does not match: {constant}"));
            }
            if let Some(values) = schema.values.as_ref().filter(|all| !all.contains(&text)) {
                let allowed = values.join(", ");
                let description = format!("{field} must be one of the following: {allowed}");
                out.fault(at, "enum", description);
            }
        }
        if let (Some(name), Node::String(text)) = (&schema.format, node)
            && !format::matches(name, text)
        {
            out.fault(at, "format", format!("Does not match format '{name}'"));
        }
        out.count();
    }
}

/// The type of a value that has none of a schema's types.
fn wrong_type(schema: &Schema, value: &Node) -> Option<&'static str> {
    let is = |name: &str| schema.types.iter().any(|t| t == name);
    let given = match value {
        Node::Null => "null",
        Node::Boolean(_) => "boolean",
        Node::Number(text) if kinds::is_integer(text) => "integer",
        Node::Number(_) => "number",
        Node::String(_) => "string",
        Node::Array(_) => "array",
        Node::Object(_) => "object",
    };
    let fits = schema.types.is_empty() || is(given) || given == "integer" && is("number");
    (!fits).then_some(given)
}

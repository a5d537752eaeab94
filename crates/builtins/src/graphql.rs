//! `graphql.*`: queries and schemas, as text or as objects, parsed and validated.
//!
//! A document is a tree ([`ast`]), made from text ([`parser`]) or from an object ([`read`]), and can be written as an
//! object ([`write`]). [`schema`] checks a schema and [`validate`] a query with one, by [`rules`]. Documents may come
//! from anyone: nesting is bounded where they are read, work and depth while they are validated.

mod ast;
mod error;
mod lexer;
mod parser;
mod read;
mod rules;
mod schema;
mod validate;
mod write;

use kpol_runtime::builtins::operand::{at, text, type_error};
use kpol_runtime::builtins::{BuiltinError, Outcome};
use kpol_runtime::{Heap, Kind, Value};

use crate::standard::Table;
use ast::{QueryDocument, SchemaDocument};
use error::{Budget, Checked, Failure, File};
use schema::Schema;
use validate::{Wanted, validate};
use write::Write;

pub(crate) const TABLE: Table = &[
    ("graphql.is_valid", |_, heap, args| {
        on_stack(heap, args, is_valid)
    }),
    ("graphql.parse", |_, heap, args| on_stack(heap, args, parse)),
    ("graphql.parse_and_verify", |_, heap, args| {
        on_stack(heap, args, parse_and_verify)
    }),
    ("graphql.parse_query", |_, heap, args| {
        on_stack(heap, args, parse_query)
    }),
    ("graphql.parse_schema", |_, heap, args| {
        on_stack(heap, args, parse_schema)
    }),
    ("graphql.schema_is_valid", |_, heap, args| {
        on_stack(heap, args, schema_is_valid)
    }),
];

/// Runs with enough stack for [`error::MAX_NESTING`] and for the depth that a [`Budget`] allows.
fn on_stack(
    heap: &mut Heap<'_>,
    args: &[Value],
    run: fn(&mut Heap<'_>, &[Value]) -> Outcome,
) -> Outcome {
    const NEEDED: usize = 6 << 20;
    stacker::maybe_grow(NEEDED, NEEDED + (1 << 20), || run(heap, args))
}

fn parse_query(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let document = parser::parse_query(text(heap, args, 1)?)?;
    Ok(document.write(heap))
}

fn parse_schema(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let document = parser::parse_schema(text(heap, args, 1)?, File::Input)?;
    Ok(document.write(heap))
}

fn parse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let checked = check(heap, args, Wanted::Errors, true)?;
    Ok(heap.array(&[checked.query, checked.schema]))
}

fn parse_and_verify(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let checked = check(heap, args, Wanted::Verdict, true);
    let checked = verdict(checked)?;
    let valid = Value::boolean(checked.is_some());
    let Objects { query, schema } = checked.unwrap_or_else(|| {
        let empty = heap.object_new();
        Objects {
            query: empty,
            schema: empty,
        }
    });
    Ok(heap.array(&[valid, query, schema]))
}

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let checked = check(heap, args, Wanted::Verdict, false);
    Ok(Value::boolean(verdict(checked)?.is_some()))
}

fn schema_is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let schema =
        schema_operand(heap, args, 1).and_then(|document| Schema::new(document, &Budget::new()));
    Ok(Value::boolean(verdict(schema)?.is_some()))
}

/// A query and a schema in their object forms.
struct Objects {
    query: Value,
    schema: Value,
}

/// Reads a query and a schema and validates both. Writes them where that is asked for: before they are validated, and
/// without what is not in the schema itself.
fn check(heap: &mut Heap<'_>, args: &[Value], wanted: Wanted, write: bool) -> Checked<Objects> {
    let mut objects = Objects {
        query: Value::NULL,
        schema: Value::NULL,
    };
    let query = query_operand(heap, args, 1)?;
    let document = schema_operand(heap, args, 2)?;
    if write {
        objects.query = query.write(heap);
        objects.schema = document.write(heap);
    }
    let budget = Budget::new();
    let schema = Schema::new(document, &budget)?;
    validate(&schema, &query, &budget, wanted)?;
    Ok(objects)
}

fn query_operand(heap: &mut Heap<'_>, args: &[Value], position: usize) -> Checked<QueryDocument> {
    let operand = at(args, position);
    match heap.kind(operand) {
        Kind::String => parser::parse_query(heap.text(operand)),
        Kind::Object => read::read_query(heap, operand),
        _ => Err(wrong_type(heap, args, position)),
    }
}

fn schema_operand(heap: &mut Heap<'_>, args: &[Value], position: usize) -> Checked<SchemaDocument> {
    let operand = at(args, position);
    match heap.kind(operand) {
        Kind::String => parser::parse_schema(heap.text(operand), File::Input),
        Kind::Object => read::read_schema(heap, operand),
        _ => Err(wrong_type(heap, args, position)),
    }
}

/// Positions of these operands count from 0.
fn wrong_type(heap: &Heap<'_>, args: &[Value], position: usize) -> Failure {
    let expected = ["string", "object"];
    Failure::Operand(type_error(
        heap,
        position - 1,
        at(args, position),
        &expected,
    ))
}

/// What there is where it is valid. That a document is too large to say is an error all the same.
fn verdict<T>(result: Checked<T>) -> Result<Option<T>, BuiltinError> {
    match result {
        Ok(valid) => Ok(Some(valid)),
        Err(limit @ Failure::Limit(_)) => Err(limit.into()),
        Err(_) => Ok(None),
    }
}

impl From<Failure> for BuiltinError {
    fn from(failure: Failure) -> Self {
        BuiltinError::failed(match failure {
            Failure::Operand(error) => return error,
            Failure::Syntax(problem) => located(&problem.to_string()),
            Failure::Listed(problems) => located(&problems),
            Failure::Schema(problem) => {
                format!("Error in gqlparser SchemaDocument to Schema conversion: {problem}")
            }
            Failure::Shape(message) => message,
            Failure::Limit(message) => message.to_owned(),
        })
    }
}

/// The text of errors with the place of the first at its end, as OPA has it; it stays where it is in the others.
fn located(problems: &str) -> String {
    let parts: Vec<&str> = problems.splitn(4, ':').collect();
    if let [_, row, column, rest] = parts.as_slice()
        && let (Ok(row), Ok(column)) = (row.parse::<u64>(), column.parse::<u64>())
    {
        let message = rest.trim_start_matches(' ');
        let message = message.strip_suffix(".\n").unwrap_or(message);
        return format!("{message} in GraphQL string at location {row}:{column}");
    }
    format!("GraphQL parse error: {problems}")
}

//! `strings.render_template`: templates of Go's `text/template`, without methods and functions of one's own.
//!
//! The language is that of <https://pkg.go.dev/text/template>. Numbers of the variables are numbers as JSON spells
//! them: to comparisons they are strings, as they are in OPA.

mod exec;
mod functions;
mod lexer;
mod node;
mod parser;
mod value;

use kpol_runtime::{
    Heap, Value,
    builtins::{BuiltinError, Outcome, operand},
    json,
};

use crate::standard::{Context, Table};

pub use value::{Data, Struct};

/// The builtins of this category.
pub(crate) const TABLE: Table = &[("strings.render_template", render)];

/// The largest text that a template may make, in bytes.
const MAX_OUTPUT: usize = 16 << 20;

/// How deep actions may be nested, and templates may call each other.
const MAX_DEPTH: usize = 200;

/// The most steps of an execution: no loop of a template is endless, but nested ones may take very long.
const MAX_STEPS: u64 = 10_000_000;

/// Executes a template of a file of that name.
///
/// # Errors
/// What is wrong with the template, or what went wrong, in Go's words.
pub fn execute(name: &str, text: &str, data: Data) -> Result<String, String> {
    let named = |message: String| {
        message
            .replacen("template: template:", &format!("template: {name}:"), 1)
            .replacen("executing \"template\"", &format!("executing {name:?}"), 1)
    };
    let templates = parser::parse(text).map_err(named)?;
    exec::execute(&templates, data).map_err(named)
}

fn render(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let text = operand::text(heap, args, 1)?.to_owned();
    let variables = operand::object(heap, args, 2)?;
    // OPA reads the variables back from their Rego text, as JSON: what is no JSON is refused in its words.
    let mut written = String::new();
    json::rego_text(heap, variables, &mut written);
    let variables =
        json::parse(heap, &written).map_err(|error| BuiltinError::failed(error.to_string()))?;
    let data = value::from_heap(heap, variables);
    let templates = parser::parse(&text).map_err(BuiltinError::failed)?;
    let out = exec::execute(&templates, data).map_err(BuiltinError::failed)?;
    Ok(heap.string(&out.replace("<no value>", "<undefined>")))
}

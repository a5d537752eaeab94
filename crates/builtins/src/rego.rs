//! `rego.parse_module`: a module's syntax tree, as OPA writes it in JSON.

mod build;
pub(crate) mod errors;
mod json;
mod rules;
mod tree;

use kpol_diagnostics::SourceMap;
use kpol_runtime::{
    Heap, Value,
    builtins::{BuiltinError, Outcome, operand},
};
use kpol_syntax::ast::RegoVersion;

use crate::standard::{Context, Table};

/// The builtins of this category.
pub(crate) const TABLE: Table = &[("rego.parse_module", parse_module)];

fn parse_module(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    // The tree is as deep as the parser allows, and each level takes several calls.
    const NEEDED: usize = 8 << 20;
    stacker::maybe_grow(NEEDED, NEEDED + (1 << 20), || parse(heap, args))
}

fn parse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let file = operand::text(heap, args, 1)?.to_owned();
    // OPA calls the second operand the first, too.
    let text = match operand::text(heap, args, 2) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let got = operand::at(args, 2);
            return Err(operand::type_error(heap, 1, got, &["string"]));
        }
    };
    let mut sources = SourceMap::new();
    let source = sources.add(file.as_str(), text.as_str());
    let (module, diagnostics) = kpol_syntax::parse_module(source, &text, RegoVersion::V1);
    if let Some(first) = diagnostics.first() {
        let message = errors::message(first, &file, &text);
        return Err(BuiltinError::failed(message));
    }
    let Some(module) = module else {
        return Err(BuiltinError::failed("rego_parse_error: empty module"));
    };
    let rules = rules::rules(&module);
    Ok(json::module(heap, &module, &rules, &file, &text))
}

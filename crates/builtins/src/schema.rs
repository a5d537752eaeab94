//! `json.match_schema` and `json.verify_schema`: JSON Schema of the drafts 4, 6 and 7, with the words, the leniency and
//! the order of errors of the validator that OPA has. No library has these: results show its texts.

mod compile;
mod format;
mod mail;
mod pool;
mod reference;
mod tree;
mod validate;

use kpol_runtime::{
    Heap, Kind, Value,
    builtins::{BuiltinError, Outcome, operand::at},
    json,
};

use crate::{
    http,
    standard::{Context, Options, Table},
};
use compile::{SchemaId, Schemas};
use pool::Pool;
use reference::Reference;
use tree::{Id, Tree};

pub(crate) const TABLE: Table = &[
    ("json.match_schema", match_schema),
    ("json.verify_schema", verify_schema),
];

/// Runs a step of a recursion with room on the stack: documents and schemas nest deeply.
fn grown<T>(run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(128 << 10, 1 << 20, run)
}

/// Brings documents that a reference leads to.
struct Loader<'o> {
    options: &'o Options,
}

impl Loader<'_> {
    /// Loads a document: a draft's own schema, or what an allowed host has. Files are never read.
    fn load(&self, reference: &Reference, tree: &mut Tree) -> Result<Id, String> {
        let address = reference.url.to_string();
        let text = match pool::metaschema(&address) {
            Some(text) => text.to_owned(),
            None if !reference.is_file() && self.options.allows(reference.url.hostname()) => {
                http::load(self.options, &address)?
            }
            None => return Err(format!("remote reference loading disabled: {address}")),
        };
        parse(&text, tree)
    }
}

fn parse(text: &str, tree: &mut Tree) -> Result<Id, String> {
    let mut heap = Heap::new();
    let value = json::parse(&mut heap, text).map_err(|e| e.to_string())?;
    Ok(tree.value(&mut heap, value))
}

/// Takes an argument over: a collection, or the text of any JSON.
fn argument(heap: &mut Heap<'_>, value: Value, tree: &mut Tree) -> Result<Id, String> {
    match heap.kind(value) {
        Kind::String => {
            let text = heap.text(value).to_owned();
            parse(&text, tree).map_err(|_| "invalid JSON string".to_owned())
        }
        Kind::Object | Kind::Array => Ok(tree.value(heap, value)),
        _ => Err("wrong type, expected string or object".to_owned()),
    }
}

struct Compiled {
    tree: Tree,
    schemas: Schemas,
    root: SchemaId,
}

fn compiled(options: &Options, tree: Tree, schema: Id) -> Result<Compiled, String> {
    let loader = Loader { options };
    let mut pool = Pool::new(tree, &loader);
    let (schemas, root) = compile::compile(&mut pool, schema)?;
    Ok(Compiled {
        tree: pool.tree,
        schemas,
        root,
    })
}

fn verify_schema(context: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let mut tree = Tree::default();
    let result = argument(heap, at(args, 1), &mut tree)
        .and_then(|schema| compiled(context.options, tree, schema));
    let (valid, error) = match result {
        Ok(_) => (Value::TRUE, Value::NULL),
        Err(text) => (Value::FALSE, heap.string(&format!("jsonschema: {text}"))),
    };
    Ok(heap.array(&[valid, error]))
}

fn match_schema(context: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let mut tree = Tree::default();
    let document = argument(heap, at(args, 1), &mut tree).map_err(BuiltinError::failed)?;
    let schema = argument(heap, at(args, 2), &mut tree).map_err(BuiltinError::failed)?;
    let compiled = compiled(context.options, tree, schema).map_err(BuiltinError::failed)?;
    let Compiled {
        tree,
        schemas,
        root,
    } = compiled;
    let faults =
        validate::validate(&schemas, root, &tree, document).map_err(BuiltinError::failed)?;
    let valid = Value::boolean(faults.is_empty());
    let mut errors = Vec::new();
    for fault in faults {
        let error = format!("{}: {}", fault.field, fault.description);
        let entries = [
            ("desc", fault.description.as_str()),
            ("error", &error),
            ("field", &fault.field),
            ("type", fault.kind),
        ];
        let entries = entries.map(|(key, text)| (heap.string(key), heap.string(text)));
        errors.push(heap.object(&entries));
    }
    let errors = heap.array(&errors);
    Ok(heap.array(&[valid, errors]))
}

//! What the suites of real policies share: modules in, values out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpol_compiler::{compile, plan, resolve};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, Engine, Evaluator, Limits, Policy};
use kpol_input::{Document, Format, Options};
use kpol_syntax::ast::{Module, RegoVersion};
use serde_json::Value;

use crate::canonical;

/// Parsed modules and their texts.
pub(super) struct Modules {
    pub(super) sources: SourceMap,
    pub(super) modules: Vec<Module>,
}

/// Parses modules, given by name and text.
pub(super) fn parse(
    texts: impl IntoIterator<Item = (String, String)>,
    version: RegoVersion,
) -> Result<Modules, String> {
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    let mut errors = Vec::new();
    for (name, text) in texts {
        let source = sources.add(name, text);
        let (module, found) = kpol_syntax::parse_module(source, sources.text(source), version);
        modules.extend(module);
        errors.extend(found);
    }
    if errors.iter().any(Diagnostic::is_error) {
        return Err(texts_of(&sources, &errors));
    }
    Ok(Modules { sources, modules })
}

/// The errors, a line each.
pub(super) fn texts_of(sources: &SourceMap, errors: &[Diagnostic]) -> String {
    let lines: Vec<String> = errors
        .iter()
        .map(|error| kpol_diagnostics::one_line(sources, error))
        .collect();
    lines.join("\n")
}

/// Reads a text file, under a name that is relative to the suite's folder.
pub(super) fn read(dir: &Path, file: &Path) -> Result<(String, String), String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let name = file.strip_prefix(dir).unwrap_or(file);
    Ok((name.display().to_string(), text))
}

/// All policies below a folder, in order.
pub(super) fn rego_files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", dir.display());
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rego") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// How policies of others are compiled: they may call what their own tools add to the builtins.
pub(super) fn options() -> compile::Options {
    compile::Options {
        front: resolve::Options {
            builtins: kpol_engine::standard_builtins(),
            ..resolve::Options::default()
        },
        ..compile::Options::default()
    }
}

/// Compiles and loads modules with an entrypoint for each path below `data`.
pub(super) fn load(
    engine: &Engine,
    parsed: &Modules,
    entrypoints: Vec<Vec<String>>,
) -> Result<Policy, String> {
    let options = compile::Options {
        plan: plan::Options {
            entrypoints,
            ..plan::Options::default()
        },
        ..options()
    };
    let artifact = compile::compile(&parsed.modules, &[], &parsed.sources, &options)
        .map_err(|errors| texts_of(&parsed.sources, &errors))?;
    engine.load(&artifact).map_err(|error| error.to_string())
}

/// A JSON value as a document.
pub(super) fn document(value: &Value) -> Result<Document, String> {
    let mut sources = SourceMap::new();
    let source = sources.add("document", value.to_string());
    kpol_input::read(&sources, source, Format::Json, &Options::verbatim())
        .map_err(|error| error.to_string())?
        .pop()
        .ok_or_else(|| "no document".to_owned())
}

/// A JSON object as base data.
pub(super) fn data(value: &Value) -> Result<Arc<Data>, String> {
    let mut data = Data::new();
    data.merge(&[], &document(value)?)
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(data))
}

/// An evaluator over base data.
pub(super) fn evaluator(policy: &Policy, data: Arc<Data>) -> Result<Evaluator, String> {
    let mut evaluator = policy
        .evaluator(Limits::default())
        .map_err(|error| error.to_string())?;
    evaluator
        .set_data(data)
        .map_err(|error| error.to_string())?;
    Ok(evaluator)
}

/// The value of an entrypoint over an input; `None` where it is undefined.
pub(super) fn evaluate(
    evaluator: &mut Evaluator,
    entry: &str,
    input: &Value,
) -> Result<Option<Value>, String> {
    let id = evaluator
        .policy()
        .entrypoint(entry)
        .ok_or_else(|| format!("no entrypoint {entry}"))?;
    let json = evaluator
        .set_input(&document(input)?)
        .and_then(|()| evaluator.evaluate(id)?.json())
        .map_err(|error| format!("{}: {error}", error.code()))?;
    json.map(|json| serde_json::from_str(&json))
        .transpose()
        .map_err(|error| error.to_string())
}

/// Fails where two values differ.
pub(super) fn same(got: Option<&Value>, wanted: &Value) -> Result<(), String> {
    let got = got.map_or_else(
        || "undefined".to_owned(),
        |value| canonical::text(value, false),
    );
    let wanted = canonical::text(wanted, false);
    if got == wanted {
        Ok(())
    } else {
        Err(format!("wanted {wanted}\ngot    {got}"))
    }
}

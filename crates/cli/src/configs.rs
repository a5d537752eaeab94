//! conftest's builtins: `parse_config(parser, text)`, `parse_config_file(path)` and
//! `parse_combined_config_files(paths)`. Paths are relative to the folder of the policy that calls.

use std::path::{Path, PathBuf};

use kpol_compiler::builtins::{Declared, Registry};
use kpol_diagnostics::SourceMap;
use kpol_engine::{BuiltinError, HostBuiltins, HostCall, Standard};
use kpol_formats::Parser;
use serde_json::{Value, json};

use crate::inputs::value_options;

const PARSE: &str = "parse_config";
const PARSE_FILE: &str = "parse_config_file";
const PARSE_COMBINED: &str = "parse_combined_config_files";

/// Adds the builtins to those that policies may call.
pub(crate) fn declare(registry: Registry) -> Registry {
    let declared = |name: &str, args: &[&str]| Declared {
        name: name.to_owned(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        result: "any".to_owned(),
        nondeterministic: false,
    };
    let all = [
        declared(PARSE, &["string", "string"]),
        declared(PARSE_FILE, &["string"]),
        declared(PARSE_COMBINED, &["array[string]"]),
    ];
    registry.clone().with(all).unwrap_or(registry)
}

/// The standard builtins and these.
pub(crate) struct Configs {
    standard: Standard,
}

impl Configs {
    pub(crate) fn new(standard: Standard) -> Configs {
        Configs { standard }
    }
}

impl HostBuiltins for Configs {
    fn has(&self, name: &str) -> bool {
        [PARSE, PARSE_FILE, PARSE_COMBINED].contains(&name) || self.standard.has(name)
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        let result = match call.name {
            PARSE => arguments(call).and_then(|[parser, text]: [String; 2]| {
                let parser = parser
                    .parse::<Parser>()
                    .map_err(|_| format!("create config parser: unknown parser: {parser}"))?;
                parse("-", text, parser)
            }),
            PARSE_FILE => arguments(call).and_then(|[path]: [String; 1]| file(call, &path)),
            PARSE_COMBINED => arguments(call).and_then(|[paths]: [Vec<String>; 1]| {
                let mut combined = Vec::new();
                for path in &paths {
                    let shown = resolved(call, path).display().to_string();
                    match file(call, path)? {
                        Value::Array(documents) => combined.extend(
                            (documents.into_iter())
                                .map(|contents| json!({"path": shown, "contents": contents})),
                        ),
                        contents => combined.push(json!({"path": shown, "contents": contents})),
                    }
                }
                combined.sort_by_cached_key(|one| one["path"].to_string());
                Ok(Value::Array(combined))
            }),
            _ => return self.standard.call(call),
        };
        result
            .map(|value| Some(value.to_string()))
            .map_err(|message| BuiltinError::failed(&message))
    }
}

fn arguments<T: serde::de::DeserializeOwned>(call: &HostCall<'_>) -> Result<T, String> {
    serde_json::from_str(call.args).map_err(|error| format!("decode args: {error}"))
}

/// A path as it is meant in the policy that calls.
fn resolved(call: &HostCall<'_>, path: &str) -> PathBuf {
    let folder = call.file.and_then(|file| Path::new(file).parent());
    let whole = folder.unwrap_or(Path::new("")).join(path);
    // As Go's `filepath.Join`: no `.` and no `x/..` stays in it.
    let mut clean = PathBuf::new();
    for part in whole.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

fn file(call: &HostCall<'_>, path: &str) -> Result<Value, String> {
    let path = resolved(call, path);
    let shown = path.display().to_string();
    let parser = Parser::of_path(&path).ok_or_else(|| {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        format!("create config parser: new: unknown parser: {extension}")
    })?;
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("read config file {shown}: {error}"))?;
    parse(&shown, text, parser)
}

/// The value of a text: that of its only document, or an array of all.
fn parse(name: &str, text: String, parser: Parser) -> Result<Value, String> {
    let mut sources = SourceMap::new();
    let source = sources.add(name, text);
    let documents = kpol_formats::read(&sources, source, parser, &value_options(&[]))
        .map_err(|error| format!("unmarshal config: {error}"))?;
    value(&documents)
}

/// As conftest has them: one document is itself, several are an array.
pub(crate) fn value(documents: &[kpol_input::Document]) -> Result<Value, String> {
    let mut values = documents
        .iter()
        .map(|document| serde_json::from_str(&document.to_json()).map_err(|e| e.to_string()))
        .collect::<Result<Vec<Value>, String>>()?;
    Ok(match (values.len(), values.pop()) {
        (0, _) => Value::Null,
        (1, Some(only)) => only,
        (_, last) => {
            values.extend(last);
            Value::Array(values)
        }
    })
}

//! Writes cases for another host: modules, and what they must give.

use std::collections::BTreeMap;
use std::path::Path;

use kpol_engine::{Engine, OpaModule};
use serde_json::{Value, json};

use super::{Line, Options, QUERY, compile, engine, judge, portable, read};

/// Writes `NUMBER.wasm` for a sample of the cases, and `cases.json` about them.
///
/// The rule: cases that pass here, whose input is JSON, and whose modules ask nothing of their host. They are taken
/// in turn from each category, from the middle of its cases onwards.
///
/// # Errors
/// A text that says why there is no such sample.
pub(crate) fn export(
    dir: &Path,
    options: &Options,
    folder: &Path,
    sample: usize,
) -> Result<(), String> {
    let engine = engine()?;
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let lines = read(dir, options)?;
    let mut categories: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in &lines {
        categories.entry(&line.category).or_default().push(line);
    }
    for lines in categories.values_mut() {
        let middle = lines.len() / 2;
        lines.rotate_left(middle);
        // Taken from the end.
        lines.reverse();
    }
    let mut cases = Vec::new();
    while cases.len() < sample && !categories.is_empty() {
        // Where a turn would take too many, it leaves categories out evenly.
        let turn = categories.len();
        let wanted = (sample - cases.len()).min(turn);
        for (number, lines) in categories.values_mut().enumerate() {
            if number * wanted / turn == (number + 1) * wanted / turn {
                continue;
            }
            while let Some(line) = lines.pop() {
                let Some((wasm, case)) = exported(&engine, line, options) else {
                    continue;
                };
                let name = format!("{:03}.wasm", cases.len());
                write(folder, &name, &wasm)?;
                cases.push(case_with(case, "module", Value::from(name)));
                break;
            }
        }
        categories.retain(|_, lines| !lines.is_empty());
    }
    if cases.len() < sample {
        return Err(format!("only {} cases can be exported", cases.len()));
    }
    let described = Value::from(cases).to_string();
    write(folder, "cases.json", described.as_bytes())?;
    println!("{sample} cases written to {}", folder.display());
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let file = folder.join(name);
    std::fs::write(&file, bytes)
        .map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// A case's module and its description, if the rule allows it.
fn exported(engine: &Engine, line: &Line, options: &Options) -> Option<(Vec<u8>, Value)> {
    let case = &line.case;
    let input = match &case.input_term {
        None => case.input.clone(),
        Some(term) => Some(serde_json::from_str(term).ok()?),
    };
    let wants_error = case.want_error.is_some() || case.want_error_code.is_some();
    // One module is exported, and it is built one way.
    if wants_error && case.want_result.is_some() {
        return None;
    }
    let strict = wants_error && case.strict_error;
    // What does not compile, as it should, gives no module.
    let artifact = compile(line, options, None).ok()?;
    let wasm = portable::build(&artifact, strict).ok()?;
    let module = OpaModule::load(engine, &wasm).ok()?;
    if module.builtins().next().is_some() {
        return None;
    }
    judge(engine, line, options).ok()?;
    let data = case.data.clone().filter(Value::is_object);
    // Documents are texts, so that they reach the module as they are.
    let mut exported = json!({
        "name": format!("{}#{} ({})", line.file, line.index, case.note),
        "category": line.category,
        "entrypoint": QUERY,
        "data": data.unwrap_or_else(|| json!({})).to_string(),
        "sort": case.sort_bindings,
    });
    if let Some(input) = input {
        exported = case_with(exported, "input", Value::from(input.to_string()));
    }
    if let Some(rows) = &case.want_result {
        let rows: Value = rows.iter().cloned().map(Value::Object).collect();
        exported = case_with(exported, "result", Value::from(rows.to_string()));
    }
    if let Some(code) = &case.want_error_code {
        exported = case_with(exported, "code", Value::from(code.as_str()));
    }
    if let Some(text) = &case.want_error {
        exported = case_with(exported, "error", Value::from(text.as_str()));
    }
    Some((wasm, exported))
}

fn case_with(mut case: Value, key: &str, value: Value) -> Value {
    if let Value::Object(members) = &mut case {
        members.insert(key.to_owned(), value);
    }
    case
}

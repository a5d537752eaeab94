//! `kpol parse`: what policies see of a file.

use std::path::PathBuf;

use kpol_findings::Problem;
use kpol_formats::Parser;
use serde_json::{Map, Value, json};

use crate::commands::test::{self, Reading};
use crate::configs;
use crate::exit::{CommandError, Exit};
use crate::inputs::{self, InputFile, InputKind};

const EXAMPLES: &str = "\
Examples:
  kpol parse Dockerfile                 the value that policies get as `input`
  kpol parse --parser hcl1 gke.tf       read as another format than its name says
  kpol parse a.yaml b.json              an object of all, by path
  kpol parse --combine a.yaml b.json    what `kpol test --combine` evaluates";

/// The command line of `kpol parse`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The files; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prints an array of `path` and `contents`.
    #[arg(long)]
    combine: bool,
    /// Reads all files as this format, whatever their names.
    #[arg(long, value_name = "FORMAT")]
    parser: Option<String>,
    /// A folder with definitions of Protocol Buffers, for textproto; may be given many times.
    #[arg(long, value_name = "DIR", value_delimiter = ',')]
    proto_file_dirs: Vec<PathBuf>,
}

/// Prints the values of files.
///
/// # Errors
/// Where one cannot be read.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    let parser = args.parser.as_deref().map(test::parser).transpose()?;
    let reading = Reading {
        options: inputs::value_options(&args.proto_file_dirs),
        charts: kpol_charts::Options::default(),
        stdin: None,
        piped: std::sync::OnceLock::new(),
    };
    let mut values = Vec::new();
    for path in &args.files {
        let parser = match parser.or_else(|| Parser::of_path(path)) {
            Some(parser) => parser,
            None => return Err(unknown(path)),
        };
        let file = InputFile {
            path: path.clone(),
            kind: InputKind::Text(parser),
        };
        let input = reading
            .read(&file)
            .map_err(|problem| failed(&problem, compat))?;
        let value = configs::value(&input.documents).map_err(CommandError::Plain)?;
        values.push((input.name, value));
    }
    values.sort_by(|a, b| a.0.cmp(&b.0));
    let text = if args.combine {
        let mut all = Vec::new();
        for (path, value) in values {
            match value {
                Value::Array(documents) => all.extend(
                    (documents.into_iter()).map(|one| json!({"path": path, "contents": one})),
                ),
                one => all.push(json!({"path": path, "contents": one})),
            }
        }
        format!("{}\n\n", go_json(Value::Array(all), b"\t")?)
    } else {
        let value = if let [(_, only)] = values.as_slice() {
            only.clone()
        } else {
            Value::Object(values.into_iter().collect())
        };
        format!("{}\n", go_json(value, b"  ")?)
    };
    crate::output::write(&text)?;
    Ok(Exit::Passed)
}

fn unknown(path: &std::path::Path) -> CommandError {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    CommandError::Help(
        format!(
            "new parser: new: unknown parser: {extension}, path: {}",
            path.display()
        ),
        "name the format: `--parser yaml`".to_owned(),
    )
}

fn failed(problem: &Problem, compat: bool) -> CommandError {
    if compat {
        return CommandError::Chain(format!("parser unmarshal: {}", problem.message));
    }
    CommandError::Rendered(kpol_findings::text::render_problem(
        problem,
        crate::outputs::colour(false, false),
    ))
}

/// As Go prints it: members by name (but `path` before `contents`), `<`, `>` and `&` escaped.
fn go_json(value: Value, indent: &[u8]) -> Result<String, CommandError> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    serde::Serialize::serialize(&sorted(value, true), &mut serializer)
        .map_err(|error| CommandError::Plain(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    // These stand in strings only.
    Ok(text
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026"))
}

fn sorted(value: Value, outermost: bool) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(String, Value)> = (map.into_iter())
                .map(|(key, value)| (key, sorted(value, false)))
                .collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) if outermost => {
            let item = |item| match item {
                Value::Object(map) if map.len() == 2 && map.contains_key("contents") => {
                    let members = map
                        .into_iter()
                        .map(|(key, value)| (key, sorted(value, false)));
                    Value::Object(members.collect())
                }
                other => sorted(other, false),
            };
            Value::Array(items.into_iter().map(item).collect())
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| sorted(item, false)).collect())
        }
        other => other,
    }
}

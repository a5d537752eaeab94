//! What the command line leaves out: options from the environment and from a configuration file.
//!
//! An option counts where it is given first: on the command line, as `KPOL_<OPTION>`, as `CONFTEST_<OPTION>`, in the
//! file. Both come in as arguments in front of the others, so that one parser reads everything, and errors are alike.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use crate::exit::CommandError;

/// The files that are read where none is named, the first that there is.
const FILES: [&str; 6] = [
    "kpol.toml",
    "conftest.toml",
    "conftest.yaml",
    "conftest.yml",
    "conftest.json",
    "kpol.yaml",
];

/// Options that are never taken from elsewhere.
const OWN: [&str; 4] = ["help", "version", "config-file", "conftest-compat"];

/// The arguments with what the environment and the configuration file add.
///
/// # Errors
/// Where the file cannot be read, or gives an option a value that it cannot have.
pub(crate) fn arguments(
    command: &Command,
    argv: Vec<OsString>,
    compat: bool,
) -> Result<Vec<OsString>, CommandError> {
    // What is wrong with the command line is told when it is parsed for good.
    let mut command = command.clone().ignore_errors(true);
    command.build();
    let Ok(matches) = command.try_get_matches_from_mut(&argv) else {
        return Ok(argv);
    };
    let Some((name, own)) = matches.subcommand() else {
        return Ok(argv);
    };
    let Some(subcommand) = command.find_subcommand(name) else {
        return Ok(argv);
    };
    let named = own.get_one::<PathBuf>("config_file").cloned();
    let named = named.or_else(|| std::env::var_os("CONFTEST_CONFIG_FILE").map(PathBuf::from));
    let file = read(named.filter(|path| !path.as_os_str().is_empty()))?;
    if let Some((path, values)) = &file {
        check(&command, path, values, compat)?;
    }
    let mut added: Vec<OsString> = Vec::new();
    for arg in subcommand.get_arguments() {
        let Some(long) = arg.get_long().filter(|long| !OWN.contains(long)) else {
            continue;
        };
        if given(own, arg) || conflicts(subcommand, own, arg) {
            continue;
        }
        let from_file = file.as_ref().and_then(|(path, values)| {
            let value = values
                .get(long)
                .or_else(|| values.get(&long.replace('-', "_")))?;
            Some((format!("{}: {long}", path.display()), value.clone()))
        });
        let Some((origin, value)) = environment(long, arg).or(from_file) else {
            continue;
        };
        add(&mut added, arg, long, &origin, &value)?;
    }
    let Some(at) = position(&argv, name) else {
        return Ok(argv);
    };
    let mut all = argv;
    let rest = all.split_off(at + 1);
    all.extend(added);
    all.extend(rest);
    Ok(all)
}

fn given(matches: &ArgMatches, arg: &Arg) -> bool {
    matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
}

/// Whether the command line has something that rules the option out.
fn conflicts(command: &Command, matches: &ArgMatches, arg: &Arg) -> bool {
    let of = |arg: &Arg| -> Vec<String> {
        let others = command.get_arg_conflicts_with(arg);
        others
            .iter()
            .map(|other| other.get_id().to_string())
            .collect()
    };
    let own = of(arg);
    command.get_arguments().any(|other| {
        given(matches, other)
            && (own.contains(&other.get_id().to_string())
                || of(other).contains(&arg.get_id().to_string()))
    })
}

/// Where the name of the subcommand stands.
fn position(argv: &[OsString], name: &str) -> Option<usize> {
    let mut skip = false;
    argv.iter().enumerate().skip(1).find_map(|(at, arg)| {
        if std::mem::take(&mut skip) {
            return None;
        }
        if arg == "-c" || arg == "--config-file" {
            skip = true;
        }
        (arg == name).then_some(at)
    })
}

/// Whether an option takes several values.
fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

fn environment(long: &str, arg: &Arg) -> Option<(String, Value)> {
    let suffix = long.to_uppercase().replace('-', "_");
    ["KPOL_", "CONFTEST_"].iter().find_map(|prefix| {
        let variable = format!("{prefix}{suffix}");
        let text = std::env::var(&variable)
            .ok()
            .filter(|text| !text.is_empty())?;
        let value = if is_list(arg) {
            Value::from(text.split(',').map(str::trim).collect::<Vec<_>>())
        } else {
            Value::String(text)
        };
        Some((variable, value))
    })
}

fn add(
    added: &mut Vec<OsString>,
    arg: &Arg,
    long: &str,
    origin: &str,
    value: &Value,
) -> Result<(), CommandError> {
    let wrong = |wanted: &str| {
        CommandError::Plain(format!(
            "{origin}: `{value}` is no value: {wanted} is wanted"
        ))
    };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    };
    if value.is_object() && long == "parameters" {
        // Parameters of rules stand in the file itself, which the command reads once more.
        let file = origin.rsplit_once(": ").map_or(origin, |(file, _)| file);
        added.push(format!("--parameters={file}").into());
        return Ok(());
    }
    if !arg.get_action().takes_values() {
        let on = match value {
            Value::Bool(on) => *on,
            Value::String(text) => match text.to_lowercase().as_str() {
                "1" | "t" | "true" => true,
                "0" | "f" | "false" => false,
                _ => return Err(wrong("true or false")),
            },
            _ => return Err(wrong("true or false")),
        };
        if on {
            added.push(format!("--{long}").into());
        }
        return Ok(());
    }
    let values: Vec<&Value> = match value {
        Value::Array(items) if is_list(arg) => items.iter().collect(),
        other => vec![other],
    };
    for value in values {
        let text = text(value).ok_or_else(|| wrong("a text"))?;
        added.push(format!("--{long}={text}").into());
    }
    Ok(())
}

/// A file's name and its options.
type Named = (PathBuf, Map<String, Value>);

/// The configuration file with its values: the one that is named, else one of those that are looked for.
fn read(named: Option<PathBuf>) -> Result<Option<Named>, CommandError> {
    let path = match named {
        Some(path) => path,
        None => {
            let found = FILES.iter().map(PathBuf::from).find(|path| path.is_file());
            let Some(path) = found else { return Ok(None) };
            path
        }
    };
    let name = path.display().to_string();
    let failed = |error: String| CommandError::Plain(format!("{name}: {error}"));
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    let value = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json" | "yaml" | "yml") => yaml(&name, &text)?,
        _ => toml::from_str::<Value>(&text).map_err(|error| failed(error.to_string()))?,
    };
    match value {
        Value::Object(values) => Ok(Some((path, values))),
        Value::Null => Ok(None),
        _ => Err(failed("options are wanted, as `name = value`".to_owned())),
    }
}

/// YAML, and JSON with it.
fn yaml(name: &str, text: &str) -> Result<Value, CommandError> {
    let mut sources = kpol_diagnostics::SourceMap::new();
    let source = sources.add(name, text);
    let options = kpol_input::Options::verbatim();
    let documents = kpol_input::read(&sources, source, kpol_input::Format::Yaml, &options)
        .map_err(|error| crate::output::rendered(&sources, &[error.diagnostic()]))?;
    let json = documents
        .first()
        .map_or("null".to_owned(), kpol_input::Document::to_json);
    serde_json::from_str(&json).map_err(|error| CommandError::Plain(format!("{name}: {error}")))
}

/// A file of kpol's own must not name what is no option of any command: a typing error would switch off a check.
fn check(
    command: &Command,
    path: &Path,
    values: &Map<String, Value>,
    compat: bool,
) -> Result<(), CommandError> {
    let own = path
        .file_stem()
        .is_some_and(|stem| stem.to_string_lossy().starts_with("kpol"));
    if compat || !own {
        return Ok(());
    }
    let known: Vec<&str> = command
        .get_subcommands()
        .flat_map(Command::get_arguments)
        .filter_map(Arg::get_long)
        .collect();
    for key in values.keys() {
        // Tables are for what is no option of a command.
        let is_table = values.get(key).is_some_and(|value| {
            value.is_object()
                || value
                    .as_array()
                    .is_some_and(|items| items.iter().all(Value::is_object) && !items.is_empty())
        });
        if !is_table && !known.contains(&key.replace('_', "-").as_str()) {
            return Err(CommandError::Plain(format!(
                "{}: there is no option `{key}`",
                path.display()
            )));
        }
    }
    Ok(())
}

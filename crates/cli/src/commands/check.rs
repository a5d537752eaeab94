//! `kpol check`: everything that is wrong with policies and their unit tests, at once.

use std::path::PathBuf;

use clap::ValueEnum;
use kpol_compiler::{codes, compile, metadata};
use kpol_diagnostics::{Diagnostic, SourceMap};
use serde_json::json;

use crate::discover::{Namespaces, discover};
use crate::exit::{CommandError, Exit};
use crate::output;
use crate::policies::{self, Origin};

const EXAMPLES: &str = "\
Examples:
  kpol check                               the policies below ./policy
  kpol check policy lib/strings.rego       folders and files
  kpol check --strict policy               refuses unused variables, arguments and imports, too
  kpol check -o github policy              annotations for a pull request
  kpol check --explain unsafe-variable     what a code means

Unit tests (`*_test.rego`) are checked with the policies.";

/// The command line of `kpol check`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Folders and files with policies. [default: ./policy, else the built-in library]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The same, as other commands take it.
    #[arg(short, long, value_name = "DIR")]
    policy: Vec<PathBuf>,
    /// Refuses what OPA's strict mode refuses: unused variables, arguments and imports, for example.
    #[arg(long)]
    strict: bool,
    /// How errors are written.
    #[arg(short, long, default_value = "text")]
    output: Form,
    /// A capabilities file, in OPA's format: policies that use what it does not allow are refused.
    #[arg(long, value_name = "FILE")]
    capabilities: Option<PathBuf>,
    /// Reads policies as Rego v0.
    #[arg(long)]
    rego_v0: bool,
    /// Tells what a code of an error means, and checks nothing.
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
}

/// How errors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Messages with lines of the policy.
    Text,
    /// A list of objects.
    Json,
    /// Workflow commands, which GitHub shows at the lines.
    Github,
}

/// Checks policies.
///
/// # Errors
/// Where policies cannot be read.
pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let mut paths = args.paths.clone();
    paths.extend(args.policy.iter().cloned());
    let version = crate::args::version(args.rego_v0);
    let mut front = crate::host::front(args.capabilities.as_deref())?;
    front.strict = args.strict;
    let mut sources = SourceMap::new();
    let policies = policies::load_with_tests(&Origin::choose(&paths), version, &mut sources)?;
    let files = sources.len();

    let mut found = metadata::check(&policies.modules, &sources);
    match compile::check_parsed(&policies.modules, policies.errors, &front) {
        Ok(program) => {
            let rules = discover(&program, &Namespaces::All, false)
                .errors
                .into_iter();
            found.extend(rules.map(|error| Diagnostic {
                severity: kpol_diagnostics::Severity::Warning,
                ..error
            }));
        }
        Err(errors) => found.extend(errors),
    }
    kpol_diagnostics::sort(&mut found);
    found.dedup();
    // One comment can be found wanting twice: by the check of comments, and by a policy that reads it.
    found.dedup_by(|a, b| a.code == b.code && a.span == b.span && a.message == b.message);

    let failed = found.iter().any(Diagnostic::is_error);
    match args.output {
        Form::Text => output::write(&text(&sources, &found, files))?,
        Form::Json => output::write(&json(&sources, &found))?,
        Form::Github => output::write(&github(&sources, &found))?,
    }
    Ok(if failed { Exit::Failed } else { Exit::Passed })
}

fn explain(code: &str) -> Result<Exit, CommandError> {
    let Some(meaning) = codes::meaning(code) else {
        let known = codes::MEANINGS.iter().map(|meaning| meaning.code);
        let hint = match kpol_compiler::suggest::nearest(code, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "errors of policies show their code in brackets".to_owned(),
        };
        return Err(CommandError::Help(format!("no code `{code}`"), hint));
    };
    let mut text = format!("{}: {}\n", meaning.code, meaning.line());
    text.push_str(&format!("OPA's code: {}\n", meaning.opa));
    if let Some(example) = meaning.example() {
        text.push_str("\nExample:\n\n");
        for line in example.lines() {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        }
    }
    output::write(&text)?;
    Ok(Exit::Passed)
}

fn text(sources: &SourceMap, found: &[Diagnostic], files: usize) -> String {
    let mut text = kpol_diagnostics::render(sources, found, output::colours_stdout());
    let errors = found.iter().filter(|one| one.is_error()).count();
    if !text.is_empty() {
        text = format!("{}\n\n", text.trim_end());
    }
    text.push_str(&format!(
        "{files} {}, {errors} {}, {} {}\n",
        plural(files, "file"),
        plural(errors, "error"),
        found.len() - errors,
        plural(found.len() - errors, "warning"),
    ));
    text
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        word.to_owned()
    } else {
        format!("{word}s")
    }
}

fn json(sources: &SourceMap, found: &[Diagnostic]) -> String {
    let list: Vec<_> = found
        .iter()
        .map(|one| {
            let mut object = json!({
                "level": one.severity.as_str(),
                "code": one.code,
                "opa_code": codes::opa_code(one.code),
                "message": one.message,
            });
            if let Some(object) = object.as_object_mut() {
                if !one.span.is_nowhere() {
                    let start = sources.line_col(one.span);
                    let end = sources.end_line_col(one.span);
                    object.insert("file".to_owned(), sources.name(one.span.source).into());
                    object.insert("line".to_owned(), start.line.into());
                    object.insert("col".to_owned(), start.column.into());
                    object.insert("end_line".to_owned(), end.line.into());
                    object.insert("end_col".to_owned(), end.column.into());
                }
                if let Some(hint) = &one.help {
                    object.insert("hint".to_owned(), hint.as_str().into());
                }
            }
            object
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(list))
}

fn github(sources: &SourceMap, found: &[Diagnostic]) -> String {
    let mut text = String::new();
    for one in found {
        let mut message = one.message.clone();
        if let Some(hint) = &one.help {
            message.push_str(&format!("\nhelp: {hint}"));
        }
        let mut properties = Vec::new();
        if !one.span.is_nowhere() {
            let start = sources.line_col(one.span);
            let end = sources.end_line_col(one.span);
            properties.push(format!("file={}", property(sources.name(one.span.source))));
            properties.push(format!("line={}", start.line));
            properties.push(format!("endLine={}", end.line));
            properties.push(format!("col={}", start.column));
        }
        properties.push(format!("title={}", property(one.code)));
        text.push_str(&format!(
            "::{} {}::{}\n",
            one.severity.as_str(),
            properties.join(","),
            data(&message)
        ));
    }
    text
}

/// The text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A value in front of it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

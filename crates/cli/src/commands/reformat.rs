//! `kpol reformat`: results in JSON, in another format.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use kpol_findings::{Format, ReadError, ReportOptions, Results, Summary};

use crate::exit::{CommandError, Exit};

const EXAMPLES: &str = "\
Examples:
  kpol test deploy/ -o json > results.json      results once
  kpol reformat results.json -o sarif           and in as many formats as are wanted
  kpol test deploy/ -o json | kpol reformat -o table
  conftest test deploy/ -o json | kpol reformat -o junit";

/// The command line of `kpol reformat`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The results, as `-o json` of kpol or conftest writes them; standard input if none is given. Others than the
    /// first are not read.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The format: text, stdout, json, tap, table, junit, github, azuredevops or sarif. [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<String>,
}

/// Reads results and writes them. In compat mode as conftest, which writes its lines where it does not know a format.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    let format = match (args.output.as_deref(), compat) {
        (None, true) => Format::Stdout,
        (None, false) => Format::Text,
        (Some("text"), true) => Format::Stdout,
        (Some(name), true) => name.parse().unwrap_or(Format::Stdout),
        (Some(name), false) => name
            .parse()
            .map_err(|error: kpol_findings::UnknownFormat| {
                CommandError::Plain(error.to_string())
            })?,
    };
    let text = read(args.files.first(), compat)?;
    let results = kpol_findings::read(&text).map_err(|error| {
        if compat {
            let error = as_conftest(&text, &error);
            CommandError::Plain(format!("failed to parse JSON input: {error}"))
        } else {
            CommandError::Help(
                format!("failed to parse JSON input: {error}"),
                "give it what `kpol test -o json` writes".to_owned(),
            )
        }
    })?;
    match write(&results, format, compat) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CommandError::Plain(format!("cannot write: {error}")))
        }
        _ => Ok(Exit::Passed),
    }
}

fn read(file: Option<&PathBuf>, compat: bool) -> Result<String, CommandError> {
    let (name, bytes) = match file {
        Some(path) => (path.display().to_string(), std::fs::read(path)),
        None => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            ("standard input".to_owned(), read.map(|_| bytes))
        }
    };
    let bytes = bytes.map_err(|error| {
        CommandError::Plain(match (error.kind(), compat) {
            (std::io::ErrorKind::NotFound, true) => {
                format!("failed to open input file: open {name}: no such file or directory")
            }
            _ => format!("failed to open input file: `{name}`: {error}"),
        })
    })?;
    String::from_utf8(bytes)
        .map_err(|error| CommandError::Plain(format!("`{name}` is not UTF-8: {error}")))
}

fn write(results: &Results, format: Format, compat: bool) -> std::io::Result<()> {
    let stdout = std::io::stdout();
    let colour = compat
        || (stdout.is_terminal()
            && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never);
    let options = ReportOptions {
        compat,
        colour,
        show_skipped: !compat,
        ..ReportOptions::default()
    };
    let counts = results.counts();
    let (exit_code, reason) = if counts.errors > 0 {
        (2, "something was not checked")
    } else if counts.failures > 0 {
        (1, "a policy failed")
    } else {
        (0, "nothing failed")
    };
    let mut reporter = kpol_findings::reporter(format, &options, Box::new(stdout.lock()));
    reporter.begin(&results.run())?;
    reporter.file(&results.results, &results.problems)?;
    reporter.finish(&Summary {
        counts,
        exit_code,
        exit_reason: reason.to_owned(),
    })
}

/// What Go says about a text that is no JSON.
fn as_conftest(text: &str, error: &ReadError) -> String {
    let trimmed = text.trim_start();
    let Some(first) = trimmed.chars().next() else {
        return "EOF".to_owned();
    };
    if error.is_eof() {
        return "unexpected EOF".to_owned();
    }
    let kind = match first {
        '{' => "object",
        '"' => "string",
        't' if trimmed.starts_with("true") => "bool",
        'f' if trimmed.starts_with("false") => "bool",
        '-' | '0'..='9' => "number",
        '[' | 't' | 'f' | 'n' => return error.to_string(),
        other => {
            return format!("invalid character '{other}' looking for beginning of value");
        }
    };
    format!("json: cannot unmarshal {kind} into Go value of type output.CheckResults")
}

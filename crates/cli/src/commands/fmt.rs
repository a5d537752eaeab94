//! `kpol fmt`: one layout for policies, that of `opa fmt`.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_fmt::{Options, Target};
use kpol_syntax::ast::RegoVersion;
use rayon::prelude::*;
use similar::TextDiff;

use crate::exit::{CommandError, Exit};
use crate::output::{rendered, write};
use crate::policies::rego_files;

const EXAMPLES: &str = "\
Examples:
  kpol fmt policy                   rewrites the files of a folder that are not laid out yet
  kpol fmt --check policy           changes nothing; exit code 1 where a file would change (CI)
  kpol fmt --diff policy            shows what would change
  kpol fmt --list policy            names the files that would change
  kpol fmt - < policy.rego          from standard input to standard output
  kpol fmt --rego-v1 policy         v0 policies become such that v0 and v1 read them

Exit codes: 0 done; 1 `--check` found a file that is not laid out; 2 a file could not be read, or has errors. Such a
file stays as it is.";

/// The command line of `kpol fmt`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files and folders with policies; `-` or nothing is standard input.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Changes nothing, and ends with exit code 1 if a file would change.
    #[arg(long, visible_alias = "fail")]
    check: bool,
    /// Shows what would change instead of changing it.
    #[arg(short, long)]
    diff: bool,
    /// Names the files that would change instead of changing them.
    #[arg(short, long)]
    list: bool,
    /// Rewrites files, beside what `--diff` or `--list` show.
    #[arg(short, long, conflicts_with = "check")]
    write: bool,
    /// The version of Rego that the policies are written in, and stay in.
    #[arg(long, value_name = "VERSION", default_value = "v1", ignore_case = true)]
    rego_version: Version,
    /// Policies are v0 and stay v0: the same as `--rego-version v0`.
    #[arg(long, visible_alias = "rego-v0", conflicts_with = "rego_v1")]
    v0_compatible: bool,
    /// Policies are v0 and become such that v0 and v1 read them.
    #[arg(long, visible_alias = "v0-v1")]
    rego_v1: bool,
    /// Leaves out imports that v1 does not need: `rego.v1`, `future.keywords`.
    #[arg(long)]
    drop_v0_imports: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Version {
    V0,
    V1,
}

impl Args {
    fn options(&self) -> Options {
        let v0 = self.v0_compatible || self.rego_version == Version::V0;
        let (version, target) = match (self.rego_v1, v0) {
            (true, _) => (RegoVersion::V0, Target::V0AndV1),
            (false, true) => (RegoVersion::V0, Target::V0),
            (false, false) => (RegoVersion::V1, Target::V1),
        };
        Options {
            version,
            target,
            drop_imports: self.drop_v0_imports,
        }
    }

    fn changes_files(&self) -> bool {
        self.write || !(self.check || self.diff || self.list)
    }
}

/// What became of a file.
enum Outcome {
    Same,
    /// Its text before and after.
    Changed(String, String),
    /// Errors in it, or none and what the formatter says.
    Refused(SourceMap, Vec<Diagnostic>, String),
    Unreadable(String),
}

/// Formats policies. In compat mode as `conftest fmt`: one error ends it, with exit code 1.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    if args.paths.is_empty() && compat {
        return Err(CommandError::Plain("no policies found in []".to_owned()));
    }
    if args.paths.is_empty() || args.paths == [Path::new("-")] {
        return standard_input(args);
    }
    let mut files = Vec::new();
    for path in &args.paths {
        files.extend(rego_files(path)?);
    }
    files.sort();
    files.dedup();
    let outcomes: Vec<(PathBuf, Outcome)> = files
        .into_par_iter()
        .map(|file| {
            let outcome = one(&file, args.options());
            (file, outcome)
        })
        .collect();
    // As conftest, which reads all policies before it changes one.
    let broken = outcomes
        .iter()
        .any(|(_, outcome)| matches!(outcome, Outcome::Refused(..) | Outcome::Unreadable(_)));
    let mut exit = Exit::Passed;
    for (file, outcome) in outcomes {
        exit = exit.max(report(&file, outcome, args, compat && broken)?);
    }
    Ok(if compat && exit == Exit::Unchecked {
        Exit::Failed
    } else {
        exit
    })
}

fn one(file: &Path, options: Options) -> Outcome {
    match std::fs::read_to_string(file) {
        Ok(text) => formatted(&file.display().to_string(), text, options),
        Err(error) => Outcome::Unreadable(format!("cannot read `{}`: {error}", file.display())),
    }
}

fn formatted(name: &str, text: String, options: Options) -> Outcome {
    let mut sources = SourceMap::new();
    let id = sources.add(name, text.as_str());
    match kpol_fmt::format(id, &text, options) {
        Ok(formatted) if formatted == text => Outcome::Same,
        Ok(formatted) => Outcome::Changed(text, formatted),
        Err(error) => {
            let message = error.to_string();
            let errors = match error {
                kpol_fmt::Error::Syntax(errors) => errors,
                kpol_fmt::Error::Differs { .. } => Vec::new(),
            };
            Outcome::Refused(sources, errors, message)
        }
    }
}

fn report(file: &Path, outcome: Outcome, args: &Args, stay: bool) -> Result<Exit, CommandError> {
    let name = file.display();
    match outcome {
        Outcome::Same => Ok(Exit::Passed),
        Outcome::Unreadable(message) => {
            anstream::eprintln!("error: {message}");
            Ok(Exit::Unchecked)
        }
        Outcome::Refused(sources, errors, message) => {
            if errors.is_empty() {
                anstream::eprintln!("error: {name}: {message}\n  help: the file stays as it is");
            } else {
                anstream::eprintln!("{}", rendered(&sources, &errors).to_string().trim_end());
            }
            Ok(Exit::Unchecked)
        }
        Outcome::Changed(before, after) => {
            if args.list {
                write(&format!("{name}\n"))?;
            }
            if args.diff {
                write(&difference(&name.to_string(), &before, &after))?;
            }
            if args.changes_files() && !stay {
                replace(file, &after)?;
            }
            if args.check {
                if !args.list && !args.diff {
                    anstream::eprintln!("not formatted: {name}");
                }
                return Ok(Exit::Failed);
            }
            Ok(Exit::Passed)
        }
    }
}

fn standard_input(args: &Args) -> Result<Exit, CommandError> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CommandError::Plain(format!("cannot read standard input: {error}")))?;
    let name = "<stdin>";
    match formatted(name, text.clone(), args.options()) {
        Outcome::Same if args.check || args.diff || args.list => Ok(Exit::Passed),
        Outcome::Same => write(&text).map(|()| Exit::Passed),
        Outcome::Changed(before, after) => {
            if args.diff {
                write(&difference(name, &before, &after))?;
            } else if args.list {
                write(&format!("{name}\n"))?;
            } else if !args.check {
                write(&after)?;
            }
            Ok(if args.check {
                Exit::Failed
            } else {
                Exit::Passed
            })
        }
        other => report(Path::new(name), other, args, true),
    }
}

fn difference(name: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("{name} (now)"), &format!("{name} (formatted)"))
        .to_string()
}

/// Replaces a file's text at once: a crash leaves the old one or the new one. Links stay links, modes stay.
fn replace(file: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::Plain(format!("cannot write `{}`: {error}", file.display()))
    };
    let target = std::fs::canonicalize(file).map_err(failed)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = std::fs::write(&beside, text)
        .and_then(|()| std::fs::metadata(&target))
        .and_then(|metadata| std::fs::set_permissions(&beside, metadata.permissions()))
        .and_then(|()| std::fs::rename(&beside, &target));
    if written.is_err() {
        // What is left of it is of no use; the error is told.
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)
}

//! `kpol test`.

mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::sync::Arc;

use clap::ValueEnum;
use kpol_diagnostics::{Diagnostic, SourceMap, Span};
use kpol_engine::{EntryId, Limits, Policy};
use kpol_findings::{FileResult, Report};
use kpol_input::{Document, InputError, Options};
use rayon::prelude::*;

use self::run::{Checked, Outcome, Run};
use crate::args::{LimitArgs, NetArgs, PolicyArgs};
use crate::discover::Severity;
use crate::exit::{CommandError, Exit};
use crate::session::{CheckKind, Session};
use crate::{data, inputs, inventory};

/// Fewer documents than this are not worth a thread.
const PARALLEL: usize = 16;

const EXAMPLES: &str = "\
Examples:
  kpol test deploy/                        with ./policy if there is one, else the built-in policies
  kpol test -p policies -n main app.yaml   the rules of `package main` below policies/
  helm template chart | kpol test -        manifests from another command
  kpol test -o json 'k8s/**/*.yaml'        machine-readable results
  kpol test --module policy.wasm app.yaml  a compiled policy, of kpol or of OPA
  kpol test -b bundle.tar.gz app.yaml      an OPA bundle";

/// The command line of `kpol test`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files, folders and globs with manifests; `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    pub(crate) policies: PolicyArgs,
    /// Evaluates the rules of this package; may be given many times. [default: main]
    #[arg(short, long, value_name = "NS", conflicts_with_all = ["module", "entrypoint"])]
    pub(crate) namespace: Vec<String>,
    /// Evaluates the rules of all packages.
    #[arg(long, conflicts_with_all = ["namespace", "module", "entrypoint"])]
    pub(crate) all_namespaces: bool,
    /// The format of the results.
    #[arg(short, long, default_value = "text")]
    output: Output,
    /// Treats warnings as failures.
    #[arg(long)]
    fail_on_warn: bool,
    #[command(flatten)]
    pub(crate) net: NetArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Formats of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people, with code frames.
    Text,
    /// conftest's JSON, with a location for each result.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let mut session = Session::for_test(args, &mut sources)?;
    let mut report = Report::default();
    let files = inputs::expand(&args.paths, &mut report.errors);
    let documents = read(&files, &mut sources, &mut report.errors);
    let mut data = std::mem::take(&mut session.data);
    data::load(&args.policies.data, &mut data, &mut sources)?;
    if session.wants_inventory {
        inventory::add(&mut data, documents.iter().flat_map(|(_, docs)| docs))?;
    }
    let run = Run {
        session: &session,
        sources: &sources,
        data: Arc::new(data),
        limits: Limits {
            timeout: args.limits.timeout,
            memory: args.limits.max_memory,
        },
    };
    let tasks: Vec<(&str, &Document)> = documents
        .iter()
        .flat_map(|(name, docs)| docs.iter().map(move |doc| (name.as_str(), doc)))
        .collect();
    if tasks.is_empty() && report.errors.is_empty() {
        return Err(CommandError::Plain(
            "no rule ran: the files have no documents".to_owned(),
        ));
    }
    let outcomes = run.all(&tasks);
    collect(&session, &documents, &tasks, outcomes, &mut report)?;
    report.sort(&sources);
    print(args, &report, &sources)?;
    Ok(exit(args, &report))
}

fn exit(args: &Args, report: &Report) -> Exit {
    let counts = report.counts();
    if counts.errors > 0 {
        Exit::Unchecked
    } else if counts.failures > 0 || (args.fail_on_warn && counts.warnings > 0) {
        Exit::Failed
    } else {
        Exit::Passed
    }
}

fn print(args: &Args, report: &Report, sources: &SourceMap) -> Result<(), CommandError> {
    let text = match args.output {
        Output::Text => {
            let colour = std::io::stdout().is_terminal()
                && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
            kpol_findings::text::render_report(
                report,
                sources,
                kpol_findings::text::Options {
                    colour: if colour {
                        kpol_findings::text::Colour::Always
                    } else {
                        kpol_findings::text::Colour::Never
                    },
                },
            )
        }
        Output::Json => kpol_findings::json::render_report(report, sources)
            .map_err(|error| CommandError::Plain(error.to_string()))?,
    };
    crate::output::write(&text)
}

/// Reads all files, in parallel. What cannot be read is an error of the report; the others go on.
fn read(
    files: &[inputs::InputFile],
    sources: &mut SourceMap,
    errors: &mut Vec<Diagnostic>,
) -> Vec<(String, Vec<Document>)> {
    let mut loaded = Vec::with_capacity(files.len());
    for file in files {
        let name = file.path.display().to_string();
        match kpol_input::load(&file.path) {
            Ok(text) => loaded.push((sources.add(name.as_str(), text), name, file.format)),
            Err(error) => errors.push(Diagnostic::error(
                error.code(),
                error.to_string(),
                Span::NOWHERE,
            )),
        }
    }
    let sources = &*sources;
    let read = |(source, name, format): (_, String, _)| {
        (
            name,
            kpol_input::read(sources, source, format, &Options::default()),
        )
    };
    let results: Vec<(String, Result<Vec<Document>, InputError>)> = if loaded.len() < PARALLEL {
        loaded.into_iter().map(read).collect()
    } else {
        loaded.into_par_iter().map(read).collect()
    };
    let mut documents = Vec::with_capacity(results.len());
    for (name, result) in results {
        match result {
            Ok(found) => documents.push((name, found)),
            Err(error) => errors.push(error.diagnostic()),
        }
    }
    documents
}

/// An unreadable file as an error of the command.
pub(crate) fn unreadable(sources: &SourceMap, error: &InputError) -> CommandError {
    crate::output::rendered(sources, &[error.diagnostic()])
}

/// Sums outcomes up by file and namespace.
///
/// # Errors
/// Where nothing that was evaluated was a check, for any document.
fn collect(
    session: &Session,
    documents: &[(String, Vec<Document>)],
    tasks: &[(&str, &Document)],
    outcomes: Vec<Outcome>,
    report: &mut Report,
) -> Result<(), CommandError> {
    let mut results: BTreeMap<(String, String), FileResult> = BTreeMap::new();
    let result = |file: &str, namespace: &str| FileResult {
        filename: file.to_owned(),
        namespace: namespace.to_owned(),
        ..FileResult::default()
    };
    for (name, docs) in documents {
        for check in &session.checks {
            if !docs.is_empty() && check.kind != CheckKind::Package {
                results
                    .entry((name.clone(), check.namespace.clone()))
                    .or_insert_with(|| result(name, &check.namespace));
            }
        }
    }
    let errors = report.errors.len();
    let mut ran = BTreeSet::new();
    for ((name, _), outcome) in tasks.iter().zip(outcomes) {
        for checked in outcome {
            let Checked {
                entry,
                namespace,
                severity,
                findings,
            } = match checked {
                Ok(checked) => checked,
                Err(diagnostic) => {
                    report.errors.push(diagnostic);
                    continue;
                }
            };
            ran.insert(entry);
            let file = results
                .entry(((*name).to_owned(), namespace))
                .or_insert_with_key(|(name, namespace)| result(name, namespace));
            match severity {
                _ if findings.is_empty() => file.successes += 1,
                Severity::Failure => file.failures.extend(findings),
                Severity::Warning => file.warnings.extend(findings),
            }
        }
    }
    let silent = session
        .checks
        .iter()
        .filter(|check| !ran.contains(&check.entry));
    let silent: Vec<String> = silent.map(|check| check.path.join("/")).collect();
    let nothing_ran = ran.is_empty() || (session.chosen && !silent.is_empty());
    if nothing_ran && !tasks.is_empty() && report.errors.len() == errors {
        return Err(CommandError::Help(
            format!(
                "no rule ran: there is no `deny`, `violation` or `warn` in what the policy gives for `{}`",
                silent.join("`, `")
            ),
            "build the policy with an entrypoint for each rule, such as `-e main/deny`".to_owned(),
        ));
    }
    report.results.extend(results.into_values());
    Ok(())
}

/// The number of an entrypoint, by its name.
pub(crate) fn entry(policy: &Policy, query: &str) -> Result<EntryId, CommandError> {
    policy
        .entrypoint(query)
        .ok_or_else(|| CommandError::Plain(format!("the policy has no entrypoint `{query}`")))
}

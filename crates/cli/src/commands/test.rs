//! `kpol test`.

mod admission;
mod constraints;
mod evaluate;
pub(crate) mod input;
mod pipeline;

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::PathBuf;

use chrono::Datelike;
use kpol_engine::{EntryId, Limits};
use kpol_findings::{Counts, Problem, RunInfo, Summary};
use kpol_formats::Parser;
use kpol_gatekeeper::Inventory;
use kpol_triage::{Baseline, Date, Waiver, Waivers};
use regex_automata::meta::Regex;

pub(crate) use self::input::Reading;
use self::pipeline::{FileOutcome, Pipeline};
use crate::args::{LimitArgs, NetArgs, PolicyArgs};
use crate::exit::{CommandError, Exit};
use crate::inputs::{self, InputFile, Wanted};
use crate::loaded::Loaded;
use crate::modules::ModuleArgs;
use crate::outputs::{self, Outputs};
use crate::pod_security::Standard;
use crate::policies::Origin;
use crate::session::{CheckInfo, Session};
use crate::{changed, gatekeeper, inventory, parameters};

const EXAMPLES: &str = "\
Examples:
  kpol test deploy/                        with ./policy if there is one, else the built-in policies
  kpol test -p policies -n main app.yaml   the rules of `package main` below policies/
  kpol test chart/ overlays/production/    a Helm chart and a Kustomize folder, rendered
  helm template chart | kpol test -        manifests from another command
  kpol test -o text -o sarif=kpol.sarif .  results for people, and for a code scanner
  kpol test -o json 'k8s/**/*.yaml'        machine-readable results
  kpol test --pod-security restricted k8s/ the Pod Security Standards, all checks, whatever namespaces ask for
  kpol test --pack nsa,owasp app.yaml      other rules of the built-in library; `--pack all` runs all of them
  kpol test --skip-rule 'images/*' app.yaml
  kpol test --module policy.wasm app.yaml  a compiled policy, of kpol, of OPA or of Kubewarden
  kpol test --module policy.wasm --settings settings.yaml app.yaml
  kpol test -b bundle.tar.gz app.yaml      an OPA bundle";

/// Runs over fewer files than this have no progress bar.
const MANY: usize = 200;

/// The command line of `kpol test`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files, folders and globs with manifests; `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    pub(crate) policies: PolicyArgs,
    /// Evaluates the rules of this package; may be given many times, and be a glob, in which `*` stands for dots too.
    /// [default: main]
    #[arg(short, long, value_name = "NS", value_delimiter = ',', conflicts_with_all = ["module", "entrypoint"])]
    pub(crate) namespace: Vec<String>,
    /// Evaluates the rules of all packages.
    #[arg(long, conflicts_with_all = ["namespace", "module", "entrypoint"])]
    pub(crate) all_namespaces: bool,
    /// Runs the rules of this pack of the built-in library, beside the policies of one's own if there are any: `all`,
    /// `nsa`, … (see `kpol policies packs`), or a file with a pack; may be given many times. [default: default]
    #[arg(long, value_name = "PACK", value_delimiter = ',', conflicts_with_all = ["module", "bundle", "entrypoint"])]
    pub(crate) pack: Vec<String>,
    /// Runs this rule: beside those of the packs, or alone where no pack is given; may be given many times, and have `*`
    /// in it.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) rule: Vec<String>,
    /// Leaves this rule out; may be given many times, and have `*` in it.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) skip_rule: Vec<String>,
    /// A file with parameters of rules, below `parameters` (TOML, YAML or JSON); may be given many times.
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Vec<PathBuf>,
    /// Holds all pods to a level of the Pod Security Standards, whatever labels of namespaces say: `restricted`,
    /// `baseline` or `privileged`, at the newest version or another one, as `restricted:v1.34`. Policies of one's own run
    /// beside it.
    #[arg(long, value_name = "LEVEL[:VERSION]", conflicts_with_all = ["module", "bundle"])]
    pub(crate) pod_security: Option<Standard>,
    /// The format of the results, with `=FILE` to write them there; may be given many times: text, stdout, json, tap,
    /// table, junit, github, azuredevops or sarif. [default: text]
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    output: Vec<String>,
    /// Evaluates all documents together, as an array of `path` and `contents`.
    #[arg(long)]
    combine: bool,
    /// Reads all files as this format, whatever their names.
    #[arg(long, value_name = "FORMAT")]
    parser: Option<String>,
    /// Leaves paths out that match this regular expression.
    #[arg(long, value_name = "REGEX")]
    ignore: Option<String>,
    /// What standard input is called in the results.
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,
    /// A folder with definitions of Protocol Buffers, for textproto; may be given many times.
    #[arg(long, value_name = "DIR", value_delimiter = ',')]
    proto_file_dirs: Vec<PathBuf>,
    /// Takes Helm charts and Kustomize folders as the files that are in them, instead of rendering them.
    #[arg(long)]
    no_render: bool,
    /// A file with values for Helm; may be given many times.
    #[arg(long, value_name = "FILE")]
    helm_values: Vec<PathBuf>,
    /// A value for Helm, as `key=value`; may be given many times.
    #[arg(long, value_name = "KEY=VALUE")]
    helm_set: Vec<String>,
    /// Pulls policies from these sources into the first policy folder before they are read; may be given many times.
    #[arg(short, long, value_name = "URL", value_delimiter = ',')]
    update: Vec<String>,
    /// Whether registries are spoken to with TLS. [default: true, but for registries on this machine]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    tls: Option<bool>,
    /// Findings that the entries of this file are for do not count: rules, places, a reason and a last day; may be given
    /// many times.
    #[arg(long, value_name = "FILE")]
    exceptions: Vec<PathBuf>,
    /// Findings that this file has do not fail the run; see `--write-baseline`.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes all findings to a file, for `--baseline`: from then on only new ones fail.
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Checks only files that differ from this revision of git, such as `origin/main`; new files count.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    /// Checks again whenever a file changes, until it is stopped.
    #[arg(long)]
    watch: bool,
    /// Treats warnings as failures.
    #[arg(long)]
    fail_on_warn: bool,
    /// Ends with 0 also where a policy failed.
    #[arg(long)]
    no_fail: bool,
    /// Prints nothing where nothing failed.
    #[arg(long)]
    quiet: bool,
    /// Leaves out what `exception` rules exempt.
    #[arg(long)]
    suppress_exceptions: bool,
    /// Refuses policies with unused variables, imports and the like, as OPA's strict mode does.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Ends with an error where a builtin does. [kpol's own way; conftest's with --conftest-compat]
    #[arg(long)]
    show_builtin_errors: bool,
    /// Shows how the rules were evaluated, on standard error.
    #[arg(long)]
    trace: bool,
    /// Prints without colours.
    #[arg(long)]
    no_color: bool,
    /// Leaves the message out of names of tests in JUnit output.
    #[arg(long)]
    junit_hide_message: bool,
    /// Leaves files out of GitHub's output of which all checks passed.
    #[arg(long)]
    github_hide_passed: bool,
    #[command(flatten)]
    pub(crate) modules: ModuleArgs,
    #[command(flatten)]
    pub(crate) net: NetArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

impl Args {
    /// What an evaluation may use.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            timeout: self.limits.timeout,
            memory: self.limits.max_memory,
        }
    }
}

/// Checks the inputs.
///
/// # Errors
/// Where nothing can be checked at all; in compat mode where anything cannot.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    if !args.watch {
        return once(args, compat);
    }
    let policies = if args.policies.policy.is_empty() {
        vec![PathBuf::from("policy")]
    } else {
        args.policies.policy.clone()
    };
    loop {
        match once(args, compat) {
            Ok(_) => {}
            // A policy that is being written has errors: they are told, and it goes on.
            Err(error) => anstream::eprintln!("{}", error.to_string().trim_end()),
        }
        anstream::eprintln!("waiting for changes");
        changed::wait(|| {
            let inputs = args.paths.iter().map(std::path::Path::new);
            let data = args.policies.data.iter().map(PathBuf::as_path);
            Box::new(
                inputs
                    .chain(data)
                    .chain(policies.iter().map(PathBuf::as_path)),
            )
        });
    }
}

/// Checks the inputs once.
fn once(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    if compat && args.pod_security.is_some() {
        return Err(CommandError::Plain(
            "--pod-security is about the built-in policies, which conftest does not have"
                .to_owned(),
        ));
    }
    let mut outputs = Outputs::open(&args.output, &options(args, compat), args.quiet)?;
    let mut problems = Vec::new();
    let mut files = files(args, compat, &mut problems)?;
    if let Some(revision) = &args.changed_since {
        changed::retain(&mut files, &changed::since(revision)?);
        if files.is_empty() && problems.is_empty() {
            anstream::eprintln!("no file has changed since {revision}");
            return Ok(Exit::Passed);
        }
    }
    if !args.update.is_empty() {
        let folder = args
            .policies
            .policy
            .first()
            .map_or("policy".as_ref(), PathBuf::as_path);
        crate::commands::pull::update(&args.update, folder, args.tls, compat).map_err(|error| {
            if compat {
                CommandError::Chain(error.chain("update policies"))
            } else {
                error
            }
        })?;
    }
    let mut sources = kpol_diagnostics::SourceMap::new();
    let mut session = Session::for_test(args, compat, &mut sources)?;
    let reading = reading(args, compat);
    let mut data = std::mem::take(&mut session.data);
    parameters::load(args, compat, &session, &mut data, &mut sources)?;
    if !compat {
        let selection = args.selection()?;
        session.select(&selection)?;
        if let Some(standard) = args.standard(&selection)? {
            standard.add(&mut data)?;
        }
    }
    let wanted = session.inventory();
    let mut namespaces = Inventory::default();
    if !compat {
        // Policies that look at other objects need all of them first.
        let seek = (session.gatekeeper.as_ref())
            .is_some_and(|gatekeeper| gatekeeper.uses().namespaces)
            .then_some(&mut namespaces);
        inventory::add_files(&mut data, &wanted, seek, &files, &reading)?;
    }
    drop(sources);
    let mut pipeline = Pipeline::new(&session, reading, data, args.limits());
    pipeline.trace = args.trace;
    pipeline.compat = compat;
    pipeline.namespaces = namespaces;
    pipeline.builtin_errors = compat && args.show_builtin_errors;
    outputs.begin(&RunInfo {
        rules: session.rules(),
        command: "test".to_owned(),
    })?;
    let mut run = Run {
        today: today(),
        rules: session.known.clone(),
        exceptions: Waivers::new(today(), exceptions(&args.exceptions, compat)?),
        baseline: baseline(args, compat)?,
        written: Baseline::default(),
        args,
        compat,
        outputs,
        counts: Counts::default(),
        documents: 0,
        dry_runs: 0,
        ran: BTreeSet::new(),
    };
    run.told(&mut FileOutcome {
        problems,
        ..FileOutcome::default()
    })?;
    if args.combine && session.gatekeeper.is_some() {
        return Err(CommandError::Help(
            "constraints of Gatekeeper are about single objects".to_owned(),
            "leave `--combine` out".to_owned(),
        ));
    }
    if args.combine {
        let mut outcome = pipeline.combined(&files);
        run.file(&mut outcome)?;
    } else {
        let bar = progress(files.len());
        pipeline.run(&files, |_, mut outcome| {
            bar.inc(1);
            bar.suspend(|| run.file(&mut outcome))
        })?;
        bar.finish_and_clear();
    }
    run.finish(&session)
}

/// A bar on a terminal, for runs that take a while; else one that nobody sees.
fn progress(files: usize) -> indicatif::ProgressBar {
    if files < MANY || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(files as u64);
    if let Ok(style) =
        indicatif::ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// A run while its inputs are being checked.
struct Run<'a> {
    args: &'a Args,
    compat: bool,
    outputs: Outputs,
    counts: Counts,
    documents: usize,
    /// Warnings that fail no run.
    dry_runs: u64,
    ran: BTreeSet<EntryId>,
    today: Date,
    /// The rules that there are, by their ids.
    rules: Vec<String>,
    /// What files of exceptions say.
    exceptions: Waivers,
    /// What is known and does not fail, with the name of its file.
    baseline: Option<(String, Baseline)>,
    /// What is to be written as one.
    written: Baseline,
}

impl Run<'_> {
    /// Takes the outcome of an input.
    fn file(&mut self, outcome: &mut FileOutcome) -> Result<(), CommandError> {
        if let Some(fatal) = outcome.fatal.take() {
            return Err(fatal);
        }
        if self.compat
            && let Some(problem) = outcome.problems.first()
        {
            // conftest gives up where anything is wrong.
            let path = problem
                .location
                .as_ref()
                .map(|place| format!(", path: {}", place.file))
                .unwrap_or_default();
            return Err(CommandError::Chain(format!(
                "parse configurations: parser unmarshal: {}{path}",
                problem.message
            )));
        }
        self.told(outcome)
    }

    fn told(&mut self, outcome: &mut FileOutcome) -> Result<(), CommandError> {
        self.documents += outcome.documents;
        let mut own = Waivers::new(self.today, std::mem::take(&mut outcome.waivers));
        for result in &mut outcome.results {
            own.apply(result);
            self.exceptions.apply(result);
            if self.args.write_baseline.is_some() {
                self.written.add(result);
            }
            if let Some((name, baseline)) = &mut self.baseline {
                baseline.apply(result, name);
            }
        }
        // Where something was not checked, an exception may be for what was not found.
        if !outcome.problems.iter().any(Problem::is_error) {
            outcome
                .problems
                .extend(own.problems(|has| self.has_rule(has)));
        }
        self.ran.append(&mut outcome.ran);
        for result in &outcome.results {
            self.counts.add(result);
            let dry = (result.warnings.iter()).filter(|finding| gatekeeper::is_dry_run(finding));
            self.dry_runs += dry.count() as u64;
        }
        self.counts.add_problems(&outcome.problems);
        self.outputs.file(&outcome.results, &outcome.problems)
    }

    fn finish(mut self, session: &Session) -> Result<Exit, CommandError> {
        if !self.compat && self.counts.errors == 0 {
            self.something_ran(session)?;
        }
        // A run over some of the files says nothing about the others.
        if self.args.changed_since.is_none() && self.counts.errors == 0 {
            let problems = self.exceptions.problems(|has| self.has_rule(has));
            self.outputs.file(&[], &problems)?;
        }
        self.baselines()?;
        let (exit, reason) = self.exit();
        let exit = if self.args.no_fail && exit != Exit::Unchecked {
            Exit::Passed
        } else {
            exit
        };
        self.outputs.finish(
            &Summary {
                counts: self.counts,
                exit_code: exit.code(),
                exit_reason: reason.to_owned(),
            },
            exit == Exit::Passed,
        )?;
        Ok(exit)
    }

    /// Tells what of the baseline was not found any more, and writes the new one.
    fn baselines(&mut self) -> Result<(), CommandError> {
        // A run over some of the files says nothing about the others.
        let whole = self.args.changed_since.is_none();
        let fixed = (self.baseline.take())
            .filter(|_| whole && self.counts.errors == 0)
            .and_then(|(name, baseline)| baseline.fixed(&name));
        if let Some(problem) = fixed {
            self.outputs.file(&[], &[problem])?;
        }
        let Some(file) = &self.args.write_baseline else {
            return Ok(());
        };
        if self.counts.errors > 0 {
            // Findings are missing: a baseline of these would call them new.
            let problem = Problem::plain(
                "baseline-not-written",
                format!(
                    "`{}` was not written: not everything could be checked",
                    file.display()
                ),
            );
            self.counts.add_problems(std::slice::from_ref(&problem));
            return self.outputs.file(&[], &[problem]);
        }
        let failed = |error: String| {
            CommandError::Plain(format!("cannot write `{}`: {error}", file.display()))
        };
        let text = self
            .written
            .to_json()
            .map_err(|error| failed(error.to_string()))?;
        std::fs::write(file, text).map_err(|error| failed(error.to_string()))
    }

    fn has_rule(&self, has: &dyn Fn(&str) -> bool) -> bool {
        self.rules.iter().any(|rule| has(rule))
    }

    fn exit(&self) -> (Exit, &'static str) {
        let counts = &self.counts;
        match (self.compat, self.args.fail_on_warn) {
            (true, true) if counts.failures > 0 => (Exit::Unchecked, "Policy violations found"),
            (true, true) if counts.warnings > 0 => (Exit::Failed, "Policy warnings found"),
            _ if counts.errors > 0 => (Exit::Unchecked, "Something could not be checked"),
            _ if counts.failures > 0 => (Exit::Failed, "Policy violations found"),
            (false, true) if counts.warnings > self.dry_runs => {
                (Exit::Failed, "Policy warnings found")
            }
            _ => (Exit::Passed, "No policy violations found"),
        }
    }

    /// Fails where nothing that was evaluated was a check, for any document.
    fn something_ran(&self, session: &Session) -> Result<(), CommandError> {
        if self.documents == 0 {
            return Err(CommandError::Plain(
                "no rule ran: the files have no documents".to_owned(),
            ));
        }
        if let Some(Loaded::Modules(_)) = session.policy {
            let idle = |check: &&CheckInfo| !self.ran.contains(&check.entry);
            // Of the files that changed, none may be for a module.
            return match session.checks.iter().find(idle) {
                Some(check) if self.args.changed_since.is_none() => Err(session.not_for_any(check)),
                _ => Ok(()),
            };
        }
        let silent: Vec<String> = session
            .checks
            .iter()
            .filter(|check| !self.ran.contains(&check.entry))
            .map(|check| check.path.join("/"))
            .collect();
        if (self.ran.is_empty() && session.gatekeeper.is_none())
            || (session.chosen && !silent.is_empty())
        {
            return Err(CommandError::Help(
                format!(
                    "no rule ran: there is no `deny`, `violation` or `warn` in what the policy gives for `{}`",
                    silent.join("`, `")
                ),
                "build the policy with an entrypoint for each rule, such as `-e main/deny`"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

/// Today, where this machine is.
fn today() -> Date {
    let today = chrono::Local::now().date_naive();
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    let year = u16::try_from(today.year()).unwrap_or(u16::MAX);
    Date::new(year, part(today.month()), part(today.day())).unwrap_or(Date::LAST)
}

/// What files of exceptions say; conftest has none.
fn exceptions(files: &[PathBuf], compat: bool) -> Result<Vec<Waiver>, CommandError> {
    let mut waivers = Vec::new();
    for file in files.iter().filter(|_| !compat) {
        let mut sources = kpol_diagnostics::SourceMap::new();
        let documents = kpol_input::read_path(&mut sources, file, &kpol_input::Options::default())
            .map_err(|error| unreadable(&sources, &error))?;
        let name = file.display().to_string();
        for document in &documents {
            let read = kpol_triage::read(&sources, document, &name);
            waivers.extend(read.map_err(|errors| crate::output::rendered(&sources, &errors))?);
        }
    }
    Ok(waivers)
}

/// The baseline that is to be kept to; conftest has none.
fn baseline(args: &Args, compat: bool) -> Result<Option<(String, Baseline)>, CommandError> {
    let Some(file) = args.baseline.as_ref().filter(|_| !compat) else {
        return Ok(None);
    };
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| CommandError::Plain(format!("cannot read `{name}`: {error}")))?;
    let baseline =
        Baseline::read(&text).map_err(|error| CommandError::Plain(format!("{name}: {error}")))?;
    Ok(Some((name, baseline)))
}

fn options(args: &Args, compat: bool) -> kpol_findings::ReportOptions {
    kpol_findings::ReportOptions {
        compat,
        colour: outputs::colour(args.no_color, compat),
        suppress_exceptions: args.suppress_exceptions,
        show_skipped: false,
        junit_hide_message: args.junit_hide_message,
        github_hide_passed: args.github_hide_passed,
        tracing: args.trace,
    }
}

/// The files to check.
fn files(
    args: &Args,
    compat: bool,
    problems: &mut Vec<Problem>,
) -> Result<Vec<InputFile>, CommandError> {
    let ignore = args.ignore.as_deref().map(|text| {
        Regex::new(text).map_err(|error| {
            let error = error
                .syntax_error()
                .map_or_else(|| error.to_string(), ToString::to_string);
            CommandError::Plain(format!("--ignore: `{text}`: {error}"))
        })
    });
    let wanted = Wanted {
        parser: args.parser.as_deref().map(parser).transpose()?,
        ignore: ignore.transpose()?,
        all_formats: !args.policies.module.is_empty()
            || args.policies.bundle.is_some()
            || args.origin() != Origin::BuiltIn,
        charts: !args.no_render && !compat,
        compat,
    };
    if compat {
        return inputs::expand_as_conftest(&args.paths, &wanted);
    }
    let mut errors = Vec::new();
    let files = inputs::expand(&args.paths, &wanted, &mut errors);
    problems.extend((errors.into_iter()).map(|error| Problem::plain("input_io_error", error)));
    Ok(files)
}

/// A format by its name.
pub(crate) fn parser(name: &str) -> Result<Parser, CommandError> {
    name.parse().map_err(|_| {
        let known: Vec<&str> = Parser::all().iter().map(|parser| parser.name()).collect();
        CommandError::Help(
            format!("there is no parser `{name}`"),
            format!("parsers: {}", known.join(", ")),
        )
    })
}

fn reading(args: &Args, compat: bool) -> Reading {
    Reading {
        options: inputs::read_options(compat, &args.proto_file_dirs),
        charts: kpol_charts::Options {
            values: args.helm_values.clone(),
            set: args.helm_set.clone(),
            ..kpol_charts::Options::default()
        },
        stdin: args.stdin_filename.clone(),
        piped: std::sync::OnceLock::new(),
    }
}

/// An unreadable file as an error of the command.
pub(crate) fn unreadable(
    sources: &kpol_diagnostics::SourceMap,
    error: &kpol_input::InputError,
) -> CommandError {
    crate::output::rendered(sources, &[error.diagnostic()])
}

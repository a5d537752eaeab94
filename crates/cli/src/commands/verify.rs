//! `kpol verify`.

mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use kpol_compiler::compile;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, Limits};
use kpol_syntax::ast::RegoVersion;
use kpol_verify::{Outcome, RunOptions, Runner, Suite, Test, TestResult};
use regex_automata::meta::Regex;

use crate::args::{LimitArgs, NetArgs};
use crate::exit::{CommandError, Exit};
use crate::output::rendered;
use crate::policies::{self, Origin};
use crate::{data, session};

const EXAMPLES: &str = "\
Examples:
  kpol verify                            the tests below ./policy
  kpol verify policies                   the tests below policies/
  kpol verify -p policies -d data        with data
  kpol verify --run 'test_deny'          tests whose name matches
  kpol verify -n 'k8s.*'                 tests of some packages";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Folders and files with policies and tests.
    #[arg(value_name = "DIR")]
    paths: Vec<PathBuf>,
    /// A folder or file with policies and tests; may be given many times. [default: ./policy, else the built-in
    /// policies]
    #[arg(short, long, value_name = "DIR")]
    policy: Vec<PathBuf>,
    /// A folder or file with data for the policies (YAML or JSON); may be given many times.
    #[arg(short, long, value_name = "DIR")]
    data: Vec<PathBuf>,
    /// Runs tests whose name (`data.main_test.test_x`) matches this regular expression.
    #[arg(short, long, value_name = "REGEX")]
    run: Option<String>,
    /// Runs the tests of packages that match this glob; may be given many times.
    #[arg(short, long, value_name = "GLOB")]
    namespace: Vec<String>,
    /// Ends a test with an error where a builtin fails.
    #[arg(long)]
    show_builtin_errors: bool,
    /// Shows passed tests too, and what they printed.
    #[arg(short, long)]
    verbose: bool,
    /// Prints nothing where all tests passed.
    #[arg(short, long)]
    quiet: bool,
    /// Reads policies as Rego v0.
    #[arg(long)]
    rego_v0: bool,
    /// A capabilities file, in OPA's format: policies that use what it does not allow are refused.
    #[arg(long, value_name = "FILE")]
    capabilities: Option<PathBuf>,
    #[command(flatten)]
    net: NetArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// What was run.
struct Verified<'s> {
    sources: &'s SourceMap,
    runner: Runner,
    data: Arc<Data>,
    results: Vec<TestResult>,
    elapsed: std::time::Duration,
}

pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let paths: Vec<PathBuf> = args.policy.iter().chain(&args.paths).cloned().collect();
    let version = if args.rego_v0 {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    };
    let policies = policies::load_with_tests(&Origin::choose(&paths), version, &mut sources)?;
    if policies.errors.iter().any(Diagnostic::is_error) {
        return Err(rendered(&sources, &policies.errors));
    }
    let mut data = Data::new();
    data::load(&args.data, &mut data, &mut sources)?;
    let front = session::front(args.capabilities.as_deref())?;
    let mut suite = Suite::discover(policies.modules, &sources);
    let all = suite.tests().len();
    let wanted = Wanted::of(args)?;
    suite.retain(|test| wanted.has(test));
    if suite.tests().is_empty() {
        return Err(nothing(all));
    }
    let options = compile::Options {
        front: front.clone(),
        ..compile::Options::default()
    };
    let compiled = suite
        .compile(&sources, &options)
        .map_err(|errors| rendered(&sources, &errors))?;
    let runner = compiled
        .load(&session::engine(&args.net, &front)?)
        .map_err(|error| CommandError::Plain(format!("{error} [{}]", error.code())))?;
    let data = Arc::new(data);
    let options = RunOptions {
        limits: Limits {
            timeout: args.limits.timeout,
            memory: args.limits.max_memory,
        },
        builtin_errors: args.show_builtin_errors,
    };
    let start = Instant::now();
    let results = runner.run(&data, &options);
    let verified = Verified {
        sources: &sources,
        runner,
        data,
        results,
        elapsed: start.elapsed(),
    };
    let exit = exit(&verified.results);
    if !args.quiet || exit != Exit::Passed {
        crate::output::write(&report::text(args, &verified))?;
    }
    Ok(exit)
}

fn exit(results: &[TestResult]) -> Exit {
    let of = |result: &TestResult| match result.outcome {
        Outcome::Passed | Outcome::Skipped => Exit::Passed,
        Outcome::Failed => Exit::Failed,
        Outcome::Error(_) => Exit::Unchecked,
    };
    results.iter().map(of).max().unwrap_or(Exit::Unchecked)
}

fn nothing(all: usize) -> CommandError {
    if all == 0 {
        CommandError::Help(
            "no test ran: the policies have none".to_owned(),
            "a test is a rule whose name begins with `test_`, such as `test_deny if { ... }`"
                .to_owned(),
        )
    } else {
        CommandError::Plain(format!("no test ran: none of {all} tests matches"))
    }
}

/// Which tests are to be run.
struct Wanted {
    run: Option<Regex>,
    namespaces: Option<GlobSet>,
}

impl Wanted {
    fn of(args: &Args) -> Result<Wanted, CommandError> {
        let run = (args.run.as_deref()).map(|text| {
            Regex::new(text).map_err(|error| {
                let error = error
                    .syntax_error()
                    .map_or_else(|| error.to_string(), ToString::to_string);
                CommandError::Plain(format!("--run: `{text}`: {error}"))
            })
        });
        Ok(Wanted {
            run: run.transpose()?,
            namespaces: globs(&args.namespace)?,
        })
    }

    fn has(&self, test: &Test) -> bool {
        let package = test.package.strip_prefix("data.").unwrap_or(&test.package);
        self.run
            .as_ref()
            .is_none_or(|run| run.is_match(&test.full_name()))
            && self
                .namespaces
                .as_ref()
                .is_none_or(|globs| globs.is_match(package))
    }
}

/// Globs of packages, in which `*` stands for dots too.
fn globs(texts: &[String]) -> Result<Option<GlobSet>, CommandError> {
    if texts.is_empty() {
        return Ok(None);
    }
    let invalid = |error: globset::Error| CommandError::Plain(format!("--namespace: {error}"));
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(
            GlobBuilder::new(text)
                .literal_separator(false)
                .build()
                .map_err(invalid)?,
        );
    }
    set.build().map(Some).map_err(invalid)
}

//! `kpol verify`.

mod args;
mod compat;
mod coverage;
mod machine;
mod report;
mod why;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use kpol_compiler::{compile, plan};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, Limits};
use kpol_verify::{Outcome, RunOptions, Runner, Suite, Test, TestResult};
use regex_automata::meta::Regex;

pub(crate) use self::args::Args;
use self::args::Output;
use crate::data;
use crate::exit::{CommandError, Exit};
use crate::output::rendered;
use crate::policies::{self, Origin};

/// What was run.
struct Verified<'s> {
    sources: &'s SourceMap,
    runner: Runner,
    data: Arc<Data>,
    results: Vec<TestResult>,
    elapsed: std::time::Duration,
}

/// Runs the unit tests of policies; `compat` does as conftest does.
///
/// # Errors
/// Where the policies do not compile, or no test runs.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    if compat {
        return compat::run(args);
    }
    let output = args.format()?;
    let mut sources = SourceMap::new();
    let paths: Vec<PathBuf> = args.policy.iter().chain(&args.paths).cloned().collect();
    let covers = args.coverage || args.coverage_threshold.is_some();
    if output == Output::Lcov && !covers {
        return Err(CommandError::Plain(
            "`-o lcov` is a format of --coverage".to_owned(),
        ));
    }
    let policies =
        policies::load_with_tests(&Origin::choose(&paths), args.version(), &mut sources)?;
    if policies.errors.iter().any(Diagnostic::is_error) {
        return Err(rendered(&sources, &policies.errors));
    }
    let mut data = Data::new();
    data::load(&args.data, &mut data, &mut sources)?;
    let mut front = crate::host::front(args.capabilities.as_deref())?;
    front.strict = args.strict;
    let mut suite = Suite::discover(policies.modules, &sources);
    let all = suite.tests().len();
    let wanted = Wanted::of(args)?;
    suite.retain(|test| wanted.has(test));
    if suite.tests().is_empty() {
        return Err(nothing(all));
    }
    let options = compile::Options {
        front: front.clone(),
        plan: plan::Options {
            cover: covers,
            ..plan::Options::default()
        },
        ..compile::Options::default()
    };
    let compiled = suite
        .compile(&sources, &options)
        .map_err(|errors| rendered(&sources, &errors))?;
    let runner = compiled
        .load(&crate::host::engine(&args.net, false, &front)?)
        .map_err(|error| CommandError::Plain(format!("{error} [{}]", error.code())))?;
    let data = Arc::new(data);
    let options = RunOptions {
        limits: Limits {
            timeout: args.limits.timeout,
            memory: args.limits.max_memory,
        },
        builtin_errors: args.show_builtin_errors,
        coverage: covers,
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
    if !covers || exit != Exit::Passed {
        if !args.quiet || exit != Exit::Passed {
            crate::output::write(&rendered_results(args, output, &verified)?)?;
        }
        return Ok(exit);
    }
    let coverage = verified.runner.coverage(&verified.results, &sources);
    if !args.quiet {
        crate::output::write(&coverage::render(&coverage, output)?)?;
    }
    if let Some(threshold) = args.coverage_threshold
        && coverage.coverage < threshold
    {
        anstream::eprintln!(
            "error: {:.1}% of the lines are covered, less than {threshold}%",
            coverage.coverage
        );
        return Ok(Exit::Failed);
    }
    Ok(exit)
}

fn rendered_results(
    args: &Args,
    output: Output,
    verified: &Verified<'_>,
) -> Result<String, CommandError> {
    Ok(match output {
        Output::Text | Output::Lcov => report::text(args, verified),
        Output::Json => machine::json(verified)?,
        Output::Tap => machine::tap(verified),
        Output::Junit => machine::junit(verified),
    })
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

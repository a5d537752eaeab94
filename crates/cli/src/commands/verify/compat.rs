//! `kpol verify` as conftest does it: each test is a result of its file, without a namespace.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use kpol_compiler::compile;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, Limits};
use kpol_findings::{
    Counts, FileResult, Finding, Level, Note, ReportOptions, RuleId, RunInfo, Summary,
};
use kpol_verify::{Outcome, RunOptions, Suite, TestResult};

use super::args::Args;
use crate::compile_errors::{self, Stage};
use crate::exit::{CommandError, Exit};
use crate::outputs::{self, Outputs};
use crate::policies::{self, Origin};
use crate::{data, discover};

pub(super) fn run(args: &Args) -> Result<Exit, CommandError> {
    let output = args.output.as_deref().unwrap_or("stdout");
    if args.report.is_some() && output != "stdout" {
        // The only error that stands alone.
        return Err(CommandError::Alone(
            "report flag is supported with stdout only".to_owned(),
        ));
    }
    let mut sources = SourceMap::new();
    let mut paths: Vec<PathBuf> = args.policy.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("policy"));
    }
    let loaded =
        policies::load_with_tests(&Origin::Paths(paths.clone()), args.version(), &mut sources);
    let policies = loaded.map_err(|_| CommandError::Chain(compile_errors::no_policies(&paths)))?;
    let refused = |errors: &[Diagnostic], stage, sources: &SourceMap| {
        CommandError::Chain(compile_errors::chain(errors, stage, sources))
    };
    if policies.errors.iter().any(Diagnostic::is_error) {
        return Err(refused(&policies.errors, Stage::Parse, &sources));
    }
    let mut front = crate::host::front(args.capabilities.as_deref())?;
    front.strict = args.strict;
    // All is compiled, whichever tests are wanted.
    let program = compile::check(&policies.modules, &[], &front)
        .map_err(|errors| refused(&errors, Stage::Compile, &sources))?;
    compile_errors::without_contains(&program, &sources)?;
    let mut data = Data::new();
    data::load(&args.data, &mut data, &mut sources)?;
    let mut suite = Suite::discover(policies.modules, &sources);
    suite.retain(|test| {
        let package = test.package.strip_prefix("data.").unwrap_or(&test.package);
        args.namespace.is_empty()
            || (args.namespace.iter()).any(|name| discover::matches(name, package))
    });
    let results = if suite.tests().is_empty() {
        Vec::new()
    } else {
        let options = compile::Options {
            front: front.clone(),
            ..compile::Options::default()
        };
        let runner = suite
            .compile(&sources, &options)
            .map_err(|errors| refused(&errors, Stage::Compile, &sources))?
            .load(&crate::host::engine(&args.net, true, &front)?)
            .map_err(|error| CommandError::Plain(error.to_string()))?;
        let options = RunOptions {
            limits: Limits {
                timeout: args.limits.timeout,
                memory: args.limits.max_memory,
            },
            builtin_errors: args.show_builtin_errors,
            coverage: false,
        };
        runner.run(&Arc::new(data), &options)
    };
    if let Some(error) = results.iter().find_map(|result| match &result.outcome {
        Outcome::Error(error) => Some(error),
        _ => None,
    }) {
        return Err(CommandError::Chain(format!("run test: {error}")));
    }
    let failed = results
        .iter()
        .any(|result| result.outcome == Outcome::Failed);
    let exit = if failed { Exit::Failed } else { Exit::Passed };
    if args.quiet && exit == Exit::Passed {
        return Ok(exit);
    }
    if args.report.is_some() {
        crate::output::write(&report(&results))?;
    } else {
        tell(args, output, &results, exit)?;
    }
    Ok(exit)
}

fn tell(args: &Args, output: &str, results: &[TestResult], exit: Exit) -> Result<(), CommandError> {
    let options = ReportOptions {
        compat: true,
        colour: outputs::colour(args.no_color, true),
        show_skipped: true,
        ..ReportOptions::default()
    };
    let mut outputs = Outputs::open(&[output.to_owned()], &options, false)?;
    outputs.begin(&RunInfo {
        rules: Vec::new(),
        command: "verify".to_owned(),
    })?;
    let mut counts = Counts::default();
    for result in results {
        let result = file(result);
        counts.add(&result);
        outputs.file(&[result], &[])?;
    }
    let summary = Summary {
        counts,
        exit_code: exit.code(),
        exit_reason: String::new(),
    };
    outputs.finish(&summary, exit == Exit::Passed)
}

fn file(result: &TestResult) -> FileResult {
    let mut file = FileResult {
        filename: result.test.site.file.clone(),
        ..FileResult::default()
    };
    let name = result.test.full_name();
    match result.outcome {
        Outcome::Passed => file.successes = 1,
        Outcome::Skipped => file.skipped.push(Note {
            message: name,
            location: None,
        }),
        Outcome::Failed | Outcome::Error(_) => {
            let mut finding = Finding::new(RuleId::default(), Level::Failure, name);
            finding.query.clear();
            file.failures.push(finding);
        }
    }
    file
}

/// OPA's report of unit tests, without traces.
fn report(results: &[TestResult]) -> String {
    let line = "-".repeat(80);
    let mut out = String::new();
    let of = |wanted: &Outcome| results.iter().filter(|one| one.outcome == *wanted).count();
    let head = |result: &TestResult| {
        let word = match result.outcome {
            Outcome::Passed => "PASS",
            Outcome::Skipped => return format!("{}: SKIPPED\n", result.test.full_name()),
            _ => "FAIL",
        };
        format!(
            "{}: {word} ({}µs)\n",
            result.test.full_name(),
            result.duration.as_micros()
        )
    };
    for result in results {
        let site = &result.test.site;
        let _ = writeln!(out, "{}:{}:", site.file, site.line);
        out.push_str(&head(result));
        if !result.output.is_empty() {
            out.push('\n');
            for printed in &result.output {
                let _ = writeln!(out, "  {}", printed.text);
            }
            out.push('\n');
        }
    }
    let failed: Vec<&TestResult> = results
        .iter()
        .filter(|one| one.outcome == Outcome::Failed)
        .collect();
    if !failed.is_empty() {
        let _ = writeln!(out, "{line}\nFAILURES\n{line}");
        for result in &failed {
            out.push_str(&head(result));
            out.push('\n');
        }
    }
    let _ = writeln!(out, "{line}");
    for (word, count) in [
        ("PASS", of(&Outcome::Passed)),
        ("FAIL", failed.len()),
        ("SKIPPED", of(&Outcome::Skipped)),
    ] {
        if count > 0 {
            let _ = writeln!(out, "{word}: {count}/{}", results.len());
        }
    }
    out
}

//! OPA's own cases (its YAML test cases as JSON lines): each is compiled and run through the whole pipeline.

mod explained;
mod export;
mod portable;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use kpol_compiler::artifact::Artifact;
use kpol_compiler::builtins::{Declared, Registry};
use kpol_compiler::codes::opa_code;
use kpol_compiler::compile;
use kpol_compiler::hir::Program;
use kpol_compiler::opt::Passes;
use kpol_compiler::resolve::{self, QuerySource};
use kpol_diagnostics::{Diagnostic, SourceMap, Span};
use kpol_engine::{
    BuiltinError, Data, Engine, EngineOptions, EvalError, HostBuiltins, HostCall, Limits, Standard,
};
use kpol_input::Format;
use kpol_syntax::ast::RegoVersion;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::Tally;
use crate::canonical;

/// How to run the suite.
pub(crate) struct Options {
    /// Only these categories; empty for all.
    pub(crate) category: Vec<String>,
    /// Without the rule index and without any optimisation.
    pub(crate) unoptimised: bool,
    /// Each case is built as a portable module, and run through OPA's Wasm ABI.
    pub(crate) portable: bool,
    /// Each case is evaluated by the evaluator that explains.
    pub(crate) explained: bool,
}

pub(crate) use export::export;

/// The name of the query's entrypoint.
const QUERY: &str = "query";

#[derive(Deserialize)]
struct Line {
    version: String,
    category: String,
    file: String,
    index: usize,
    case: Case,
}

#[derive(Deserialize)]
struct Case {
    note: String,
    query: String,
    #[serde(default)]
    modules: Option<Vec<String>>,
    data: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    input: Option<Value>,
    input_term: Option<String>,
    want_result: Option<Vec<serde_json::Map<String, Value>>>,
    want_error_code: Option<String>,
    want_error: Option<String>,
    #[serde(default)]
    sort_bindings: bool,
    #[serde(default)]
    strict_error: bool,
}

/// An input of `null` is an input.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Runs the cases of `cases.jsonl` in a folder.
///
/// # Errors
/// A text that says why the suite cannot be run at all.
pub(crate) fn run(dir: &Path, options: &Options) -> Result<Tally, String> {
    let lines = read(dir, options)?;
    let engine = engine()?;
    let results: Vec<Result<(), String>> = lines
        .par_iter()
        .map(|line| {
            // A panic is a failure of its case, and does not end the run.
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                judge(&engine, line, options)
            }))
            .unwrap_or_else(|_| Err("panicked".to_owned()))
        })
        .collect();
    let mut tally = Tally::default();
    for (line, result) in lines.iter().zip(results) {
        let name = format!("{}#{} ({})", line.file, line.index, line.case.note);
        tally.add(&line.category, &name, result);
    }
    Ok(tally)
}

/// The engine that cases run on.
fn engine() -> Result<Engine, String> {
    Engine::new(EngineOptions {
        builtins: Arc::new((Sleep, Standard::default())),
        ..EngineOptions::default()
    })
    .map_err(|error| error.to_string())
}

fn read(dir: &Path, options: &Options) -> Result<Vec<Line>, String> {
    let file = dir.join("cases.jsonl");
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line: Line = serde_json::from_str(line)
            .map_err(|error| format!("{}:{}: {error}", file.display(), number + 1))?;
        if options.category.is_empty() || options.category.contains(&line.category) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return Err(format!("{} has no such case", file.display()));
    }
    Ok(lines)
}

/// How an evaluation failed.
enum Failure {
    /// A policy or query that does not compile: its errors as OPA writes them, and the first one's code.
    Compile(String, String),
    Eval(EvalError),
}

impl Failure {
    fn code(&self) -> &str {
        match self {
            Failure::Compile(code, _) => code,
            Failure::Eval(error) => error.code(),
        }
    }

    fn text(&self) -> String {
        match self {
            Failure::Compile(_, text) => text.clone(),
            Failure::Eval(error) => {
                let place = error
                    .site
                    .as_ref()
                    .map(|site| format!("{}:{}: ", site.file, site.line))
                    .unwrap_or_default();
                format!("{place}{}: {}", error.code(), error.message)
            }
        }
    }
}

/// The one builtin that OPA's cases bring along: `test.sleep`, which takes a duration in milliseconds.
struct Sleep;

impl HostBuiltins for Sleep {
    fn has(&self, name: &str) -> bool {
        name == "test.sleep"
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        let args: Vec<String> = serde_json::from_str(call.args).unwrap_or_default();
        let millis = args
            .first()
            .and_then(|arg| arg.strip_suffix("ms")?.parse().ok());
        let millis = millis.ok_or_else(|| BuiltinError::failed("no duration"))?;
        std::thread::sleep(std::time::Duration::from_millis(millis));
        Ok(Some("null".to_owned()))
    }
}

/// What cases may call.
fn builtins() -> Registry {
    let sleep = Declared {
        name: "test.sleep".to_owned(),
        args: vec!["string".to_owned()],
        result: "null".to_owned(),
        nondeterministic: false,
    };
    let standard = kpol_engine::standard_builtins();
    standard.with([sleep]).unwrap_or(standard)
}

fn judge(engine: &Engine, line: &Line, options: &Options) -> Result<(), String> {
    let case = &line.case;
    let wants_error = case.want_error.is_some() || case.want_error_code.is_some();
    if let Some(wanted) = &case.want_result {
        let rows = evaluate(engine, line, options, false).map_err(|failure| failure.text())?;
        same(&rows, wanted, case.sort_bindings)?;
    }
    if !wants_error {
        return match case.want_result {
            Some(_) => Ok(()),
            None => Err("the case wants nothing".to_owned()),
        };
    }
    match evaluate(engine, line, options, case.strict_error) {
        Ok(rows) => Err(format!(
            "wanted the error {} {:?}, got {}",
            case.want_error_code.as_deref().unwrap_or_default(),
            case.want_error.as_deref().unwrap_or_default(),
            Value::from(rows)
        )),
        Err(failure) => {
            if let Some(code) = &case.want_error_code
                && code != failure.code()
            {
                return Err(format!("wanted the code {code}, got {}", failure.text()));
            }
            match &case.want_error {
                Some(part) if !failure.text().contains(part.as_str()) => Err(format!(
                    "wanted the error {part:?}, got {:?}",
                    failure.text()
                )),
                _ => Ok(()),
            }
        }
    }
}

fn same(
    rows: &[Value],
    wanted: &[serde_json::Map<String, Value>],
    sort: bool,
) -> Result<(), String> {
    let texts = |rows: Vec<String>| rows.into_iter().collect::<BTreeSet<String>>();
    let got = texts(rows.iter().map(|row| canonical::text(row, sort)).collect());
    let want = texts(
        wanted
            .iter()
            .map(|row| canonical::text(&Value::Object(row.clone()), sort))
            .collect(),
    );
    if got == want {
        return Ok(());
    }
    let list = |texts: BTreeSet<String>| texts.into_iter().collect::<Vec<_>>().join(" ");
    Err(format!("wanted {}\ngot    {}", list(want), list(got)))
}

fn compile_failure(sources: &SourceMap, errors: &[Diagnostic]) -> Failure {
    let texts: Vec<String> = errors
        .iter()
        .map(|error| {
            let at = sources.line_col(error.span);
            format!(
                "{}:{}: {}: {}",
                sources.name(error.span.source),
                at.line,
                opa_code(error.code),
                error.message
            )
        })
        .collect();
    let code = errors.first().map_or("", |error| opa_code(error.code));
    Failure::Compile(code.to_owned(), texts.join("\n"))
}

fn evaluate(
    engine: &Engine,
    line: &Line,
    options: &Options,
    strict: bool,
) -> Result<Vec<Value>, Failure> {
    let case = &line.case;
    if options.portable {
        let wasm = portable::build(&compile(line, options, None)?, strict)?;
        return portable::run(engine, &wasm, case, strict);
    }
    // An input that is no JSON is a term of the query.
    let (input, term) = match &case.input_term {
        None => (case.input.clone(), None),
        Some(term) => match serde_json::from_str(term) {
            Ok(value) => (Some(value), None),
            Err(_) => (None, Some(term.as_str())),
        },
    };
    if options.explained {
        return explained::run(&checked(line, term)?, case, input.as_ref(), strict);
    }
    run_artifact(engine, &compile(line, options, term)?, case, input, strict)
}

/// A case's policy behind the front end.
struct Checked {
    sources: SourceMap,
    program: Program,
}

/// Compiles a case's modules and its query, with `input` replaced by a term if there is one.
fn compile(line: &Line, options: &Options, input: Option<&str>) -> Result<Artifact, Failure> {
    let Checked { sources, program } = checked(line, input)?;
    let mut compiling = compile::Options::default();
    if options.unoptimised {
        compiling.passes = Passes::NONE;
        compiling.plan.no_index = true;
    }
    compile::generate(&program, &sources, &compiling)
        .map_err(|errors| compile_failure(&sources, &errors))
}

/// Checks a case's modules and its query.
fn checked(line: &Line, input: Option<&str>) -> Result<Checked, Failure> {
    let case = &line.case;
    let version = if line.version == "v0" {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    };
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    let mut errors = Vec::new();
    for (number, text) in case.modules.iter().flatten().enumerate() {
        let source = sources.add(format!("test-{number}.rego"), text.as_str());
        let (module, found) = kpol_syntax::parse_module(source, text, version);
        modules.extend(module);
        errors.extend(found);
    }
    if errors.iter().any(Diagnostic::is_error) {
        return Err(compile_failure(&sources, &errors));
    }
    let text = match input {
        None => case.query.clone(),
        Some(term) => format!("{} with input as {term}", case.query),
    };
    let source = sources.add("query", text.as_str());
    let query =
        kpol_syntax::parse_query(source, &text, version, kpol_syntax::Keywords::of(version))
            .map_err(|errors| compile_failure(&sources, &errors))?;
    let queries = [QuerySource {
        name: QUERY,
        span: Span::new(source, 0, text.len() as u32),
        query: &query,
        package: &[],
        imports: &[],
        version,
    }];
    let front = resolve::Options {
        builtins: builtins(),
        ..resolve::Options::default()
    };
    let program = compile::check(&modules, &queries, &front)
        .map_err(|errors| compile_failure(&sources, &errors))?;
    Ok(Checked { sources, program })
}

fn run_artifact(
    engine: &Engine,
    artifact: &Artifact,
    case: &Case,
    input: Option<Value>,
    strict: bool,
) -> Result<Vec<Value>, Failure> {
    let refused = |text: String| Failure::Compile("load".to_owned(), text);
    let policy = engine
        .load(artifact)
        .map_err(|error| refused(error.to_string()))?;
    let mut documents = SourceMap::new();
    let mut document = |name: &str, value: &Value| {
        let source = documents.add(name, value.to_string());
        kpol_input::read(
            &documents,
            source,
            Format::Json,
            &kpol_input::Options::verbatim(),
        )
        .map_err(|error| refused(error.to_string()))
        .and_then(|mut read| read.pop().ok_or_else(|| refused("no document".to_owned())))
    };
    let mut data = Data::new();
    if let Some(value @ Value::Object(_)) = &case.data {
        data.merge(&[], &document("data", value)?)
            .map_err(|error| refused(error.to_string()))?;
    }
    let mut evaluator = policy.evaluator(Limits::default()).map_err(Failure::Eval)?;
    evaluator.set_strict(strict);
    evaluator.set_data(Arc::new(data)).map_err(Failure::Eval)?;
    match &input {
        Some(value) => evaluator
            .set_input(&document("input", value)?)
            .map_err(Failure::Eval)?,
        None => evaluator.clear_input().map_err(Failure::Eval)?,
    }
    let entry = policy
        .entrypoint(QUERY)
        .ok_or_else(|| refused("no entrypoint for the query".to_owned()))?;
    let json = evaluator
        .evaluate(entry)
        .and_then(|mut answer| answer.json())
        .map_err(Failure::Eval)?;
    match json.map(|json| serde_json::from_str(&json)) {
        None => Ok(Vec::new()),
        Some(Ok(Value::Array(rows))) => Ok(rows),
        Some(other) => Err(refused(format!("the result is no array: {other:?}"))),
    }
}

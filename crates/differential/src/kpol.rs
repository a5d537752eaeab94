//! Cases through kpol: compiled, and run in the sandbox.

use std::sync::Arc;

use kpol_compiler::codes::opa_code;
use kpol_compiler::compile;
use kpol_compiler::opt::Passes;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, Engine, EvalError, Limits};
use kpol_input::{Document, Format};
use kpol_syntax::ast::RegoVersion;
use serde_json::Value;

use crate::answer::{Answer, Failure, Outcome};
use crate::case::Case;

/// Why a case could not be asked at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the module is not loaded: {0}")]
    Load(#[from] kpol_engine::LoadError),
    #[error("a document is not read: {0}")]
    Document(String),
    #[error("{0}")]
    Setup(String),
}

/// Compiles and runs a case.
///
/// # Errors
/// What is a failure of kpol, whatever the policy.
pub(crate) fn ask(engine: &Engine, case: &Case, optimised: bool) -> Result<Answer, Error> {
    let mut sources = SourceMap::new();
    let text = case.module();
    let source = sources.add("t.rego", text.as_str());
    let (module, errors) = kpol_syntax::parse_module(source, &text, RegoVersion::V1);
    if errors.iter().any(Diagnostic::is_error) {
        return Ok(refused(&sources, &errors));
    }
    let mut options = compile::Options::default();
    options.plan.entrypoints = case.queries.iter().map(|query| path(query)).collect();
    if !optimised {
        options.passes = Passes::NONE;
        options.plan.no_index = true;
    }
    let modules: Vec<_> = module.into_iter().collect();
    let artifact = match compile::compile(&modules, &[], &sources, &options) {
        Ok(artifact) => artifact,
        Err(errors) => return Ok(refused(&sources, &errors)),
    };
    let policy = engine.load(&artifact)?;
    let mut evaluator = policy
        .evaluator(Limits::default())
        .map_err(|error| Error::Setup(error.to_string()))?;
    let mut data = Data::new();
    data.merge(&[], &document(&case.data)?)
        .map_err(|error| Error::Document(error.to_string()))?;
    evaluator.set_strict(case.strict);
    let set = evaluator.set_data(Arc::new(data));
    set.map_err(|error| Error::Setup(error.to_string()))?;
    let input = case.input.as_ref().map(document).transpose()?;
    let mut results = Vec::new();
    for query in &case.queries {
        let name = format!("data.t.{query}");
        let entry = policy
            .entrypoint(&name)
            .ok_or_else(|| Error::Setup(format!("there is no entrypoint {name}")))?;
        // Each query stands for itself: nothing is remembered from the one before.
        let evaluated = match &input {
            Some(input) => evaluator.set_input(input),
            None => evaluator.clear_input(),
        }
        .and_then(|()| evaluator.evaluate(entry))
        .and_then(|mut answer| answer.json());
        results.push(match evaluated {
            Err(error) => failed(&error),
            Ok(None) => Outcome::default(),
            Ok(Some(text)) => Outcome {
                value: Some(
                    serde_json::from_str(&text)
                        .map_err(|error| Error::Setup(format!("the result is no JSON: {error}")))?,
                ),
                error: None,
            },
        });
    }
    Ok(Answer {
        compile: Vec::new(),
        results,
    })
}

fn path(query: &str) -> Vec<String> {
    std::iter::once("t")
        .chain(query.split('.'))
        .map(str::to_owned)
        .collect()
}

fn document(value: &Value) -> Result<Document, Error> {
    let mut sources = SourceMap::new();
    let source = sources.add("document", value.to_string());
    let mut read = kpol_input::read(
        &sources,
        source,
        Format::Json,
        &kpol_input::Options::verbatim(),
    )
    .map_err(|error| Error::Document(error.to_string()))?;
    read.pop()
        .ok_or_else(|| Error::Document("it is empty".to_owned()))
}

fn refused(sources: &SourceMap, errors: &[Diagnostic]) -> Answer {
    let compile = errors
        .iter()
        .filter(|error| error.is_error())
        .map(|error| Failure {
            code: opa_code(error.code).to_owned(),
            message: error.message.clone(),
            file: sources.name(error.span.source).to_owned(),
            row: sources.line_col(error.span).line,
        })
        .collect();
    Answer {
        compile,
        results: Vec::new(),
    }
}

fn failed(error: &EvalError) -> Outcome {
    let (file, row) = error
        .site
        .as_ref()
        .map_or_else(Default::default, |site| (site.file.to_string(), site.line));
    Outcome {
        value: None,
        error: Some(Failure {
            code: error.code().to_owned(),
            message: error.message.clone(),
            file,
            row,
        }),
    }
}

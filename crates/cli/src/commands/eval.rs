//! `kpol eval`.

use std::sync::Arc;

use kpol_compiler::compile;
use kpol_compiler::resolve::QuerySource;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::Limits;
use kpol_input::Options;
use kpol_syntax::ast::RegoVersion;

use crate::args::EvalArgs;
use crate::exit::{CommandError, Exit};
use crate::output::{rendered, write};
use crate::policies::{self, Origin};
use crate::{data, session};

/// The name of the query's entrypoint.
const QUERY: &str = "query";

pub(crate) fn run(args: &EvalArgs) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let version = if args.policies.rego_v0 {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    };
    let mut modules = Vec::new();
    if !args.policies.policy.is_empty() {
        let loaded = policies::load(
            &Origin::Paths(args.policies.policy.clone()),
            version,
            &mut sources,
        )?;
        if loaded.errors.iter().any(Diagnostic::is_error) {
            return Err(rendered(&sources, &loaded.errors));
        }
        modules = loaded.modules;
    }
    let source = sources.add("query", args.query.as_str());
    let query = kpol_syntax::parse_query(
        source,
        sources.text(source),
        version,
        kpol_syntax::Keywords::of(version),
    )
    .map_err(|errors| rendered(&sources, &errors))?;
    let span = kpol_diagnostics::Span::new(
        source,
        0,
        u32::try_from(args.query.len()).unwrap_or(u32::MAX),
    );
    let queries = [QuerySource {
        name: QUERY,
        span,
        query: &query,
        package: &[],
        imports: &[],
        version,
    }];
    let artifact = compile::compile(&modules, &queries, &sources, &compile::Options::default())
        .map_err(|errors| rendered(&sources, &errors))?;
    let policy = session::load(&artifact)?;
    let failed =
        |error: kpol_engine::EvalError| CommandError::Plain(format!("{}: {error}", error.code()));
    let mut evaluator = policy
        .evaluator(Limits {
            timeout: args.limits.timeout,
            memory: args.limits.max_memory,
        })
        .map_err(failed)?;
    evaluator.set_strict(args.strict_builtin_errors);
    evaluator
        .set_data(Arc::new(data::load(&args.policies.data, &mut sources)?))
        .map_err(failed)?;
    let input = match &args.input {
        None => None,
        Some(path) => {
            let documents = kpol_input::read_path(&mut sources, path, &Options::verbatim())
                .map_err(|error| crate::commands::test::unreadable(&sources, &error))?;
            match <[_; 1]>::try_from(documents) {
                Ok([document]) => Some(document),
                Err(documents) => {
                    return Err(CommandError::Plain(format!(
                        "`{}` has {} documents: the input is one",
                        path.display(),
                        documents.len()
                    )));
                }
            }
        }
    };
    match &input {
        Some(document) => evaluator.set_input(document).map_err(failed)?,
        None => evaluator.clear_input().map_err(failed)?,
    }
    let entry = crate::commands::test::entry(&policy, QUERY)?;
    let json = evaluator
        .evaluate(entry)
        .map_err(failed)?
        .json()
        .map_err(failed)?
        .unwrap_or_else(|| "[]".to_owned());
    let value: serde_json::Value = serde_json::from_str(&json)
        .map_err(|error| CommandError::Plain(format!("the result is no JSON: {error}")))?;
    let text =
        serde_json::to_string_pretty(&value).map_err(|e| CommandError::Plain(e.to_string()))?;
    write(&format!("{text}\n"))?;
    Ok(Exit::Passed)
}

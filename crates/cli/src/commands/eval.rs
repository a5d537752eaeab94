//! `kpol eval`.

use std::sync::Arc;

use kpol_compiler::compile;
use kpol_compiler::resolve::QuerySource;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::Limits;
use kpol_input::Options;
use kpol_syntax::ast::visit::{Visitor, walk_term};
use kpol_syntax::ast::{Expr, ExprKind, Query, RegoVersion, Term, TermKind, Var};
use serde_json::{Map, Value};

use crate::args::EvalArgs;
use crate::exit::{CommandError, Exit};
use crate::output::{rendered, write};
use crate::policies::{self, Origin};
use crate::{data, session};

/// The name of the query's entrypoint.
const QUERY: &str = "query";

/// The variable that holds a query's value. No variable of a query can have this name.
const VALUE: &str = "<value>";

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
    let (query, is_value) = as_value(query);
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
    let options = compile::Options {
        front: session::front(args.policies.capabilities.as_deref())?,
        ..compile::Options::default()
    };
    let artifact = compile::compile(&modules, &queries, &sources, &options)
        .map_err(|errors| rendered(&sources, &errors))?;
    let policy = session::load(&artifact, &args.net, &options.front)?;
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
    let solutions: Vec<Map<String, Value>> = serde_json::from_str(&json)
        .map_err(|error| CommandError::Plain(format!("the result is no list: {error}")))?;
    let result = if is_value {
        value(solutions, iterates(&query))
    } else {
        Some(solutions.into_iter().map(Value::Object).collect())
    };
    let Some(result) = result else {
        anstream::eprintln!("undefined");
        return Ok(Exit::Passed);
    };
    let text =
        serde_json::to_string_pretty(&result).map_err(|e| CommandError::Plain(e.to_string()))?;
    write(&format!("{text}\n"))?;
    Ok(Exit::Passed)
}

/// A query that is one term becomes one that keeps the term's value; others stay as they are.
fn as_value(mut query: Query) -> (Query, bool) {
    if let [
        Expr {
            span,
            negated: false,
            kind,
            ..
        },
    ] = &mut query[..]
        && let ExprKind::Term(term) = kind
    {
        let variable = Term {
            span: *span,
            kind: TermKind::Var(Var {
                name: VALUE.to_owned(),
                wildcard: false,
            }),
        };
        *kind = ExprKind::Assign(variable, *span, term.clone());
        return (query, true);
    }
    (query, false)
}

/// What is shown of a term's solutions: its value; where it iterates, a list of the values, with the bindings of
/// its variables if they have names. Nothing where it has one value, and that is undefined.
fn value(solutions: Vec<Map<String, Value>>, iterates: bool) -> Option<Value> {
    let mut values = solutions.into_iter().map(|mut bindings| {
        let value = bindings.shift_remove(VALUE).unwrap_or(Value::Null);
        if bindings.is_empty() {
            value
        } else {
            serde_json::json!({ "value": value, "bindings": bindings })
        }
    });
    if iterates {
        Some(values.collect())
    } else {
        values.next()
    }
}

/// Whether a query may have several solutions: it has variables. Those of comprehensions are inside of one value.
fn iterates(query: &Query) -> bool {
    struct Variables(bool);
    impl Visitor for Variables {
        fn visit_term(&mut self, term: &Term) {
            match &term.kind {
                TermKind::Var(var) => {
                    self.0 |= !matches!(var.name.as_str(), "input" | "data" | VALUE);
                }
                TermKind::Call(call) => call.args.iter().for_each(|arg| self.visit_term(arg)),
                TermKind::ArrayComprehension(_)
                | TermKind::SetComprehension(_)
                | TermKind::ObjectComprehension(_) => {}
                _ => walk_term(self, term),
            }
        }
    }
    let mut variables = Variables(false);
    for expr in query {
        if let ExprKind::Assign(_, _, term) = &expr.kind {
            variables.visit_term(term);
        }
    }
    variables.0
}

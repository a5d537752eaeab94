//! `kpol eval`.

use std::path::PathBuf;
use std::sync::Arc;

use kpol_compiler::compile;
use kpol_compiler::resolve::QuerySource;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, EvalError, Limits};
use kpol_input::{Document, Options};
use kpol_syntax::ast::visit::{Visitor, walk_term};
use kpol_syntax::ast::{Expr, ExprKind, Query, Term, TermKind, Var};
use serde_json::{Map, Value};

use crate::args::{LimitArgs, NetArgs, PolicyArgs};
use crate::exit::{CommandError, Exit};
use crate::loaded::{self, Loaded};
use crate::output::{rendered, write};
use crate::policies::{self, Origin};
use crate::{bundle, data, session};

/// The name of the query's entrypoint.
const QUERY: &str = "query";

/// The variable that holds a query's value. No variable of a query can have this name.
const VALUE: &str = "<value>";

const EVAL_EXAMPLES: &str = "\
Examples:
  kpol eval '1 + 1'
  kpol eval -p policies -i pod.yaml 'data.main.deny'
  kpol eval -d users.json 'data.users[_].name'
  kpol eval -d users.json 'some i; data.users[i].admin; name := data.users[i].name'
  kpol eval --module policy.wasm -i pod.yaml -e main/deny
  kpol eval -b bundle.tar.gz -i pod.yaml 'data.main.deny'";

/// The command line of `kpol eval`.
#[derive(Debug, clap::Args)]
#[command(after_help = EVAL_EXAMPLES)]
pub(crate) struct Args {
    /// The query. A compiled policy has entrypoints instead: `data.main.deny`, or `-e main/deny`.
    #[arg(required_unless_present_any = ["module", "bundle", "entrypoint"], conflicts_with = "entrypoint")]
    query: Option<String>,
    #[command(flatten)]
    policies: PolicyArgs,
    /// The input document (YAML or JSON); `-` for standard input.
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Ends with an error where a builtin does.
    #[arg(long)]
    strict_builtin_errors: bool,
    #[command(flatten)]
    net: NetArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let mut data = Data::new();
    let mut origin = Origin::Paths(args.policies.policy.clone());
    let mut module = match &args.policies.module[..] {
        [] => None,
        [file] => Some(session::read_module(file)?),
        _ => {
            return Err(CommandError::Plain(
                "`kpol eval` evaluates one module".to_owned(),
            ));
        }
    };
    if let Some(file) = &args.policies.bundle {
        let mut bundle = bundle::open(file)?;
        bundle.add_data(&mut data, &mut sources)?;
        module = bundle.module.take();
        origin = bundle.policies;
    }
    data::load(&args.policies.data, &mut data, &mut sources)?;
    let result = match module {
        Some((name, wasm)) => of_module(args, &name, wasm, data, &mut sources)?,
        None => of_query(args, &origin, data, &mut sources)?,
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

/// The value of a compiled policy's entrypoint.
fn of_module(
    args: &Args,
    name: &str,
    wasm: Vec<u8>,
    data: Data,
    sources: &mut SourceMap,
) -> Result<Option<Value>, CommandError> {
    if crate::modules::is_one(&wasm) {
        return Err(CommandError::Help(
            format!("`{name}` judges objects, and has no entrypoint to evaluate"),
            "run it with `kpol test --module`".to_owned(),
        ));
    }
    let front = crate::host::front(args.policies.capabilities.as_deref())?;
    let policy = Loaded::from_wasm(&crate::host::engine(&args.net, false, &front)?, name, wasm)?;
    let entry = match (&args.query, entrypoint(args)?) {
        (Some(query), _) => {
            let path = loaded::ref_path(query).ok_or_else(|| {
                CommandError::Help(
                    format!("`{name}` is compiled: a query on it is the ref of an entrypoint"),
                    "write `data.main.deny`, or `-e main/deny`".to_owned(),
                )
            })?;
            policy.entry(name, &path)?
        }
        (None, Some(path)) => policy.entry(name, &path)?,
        (None, None) => match &policy.entries()[..] {
            [entry] => entry.id,
            entries => {
                let known: Vec<String> = entries.iter().map(|e| e.path.join("/")).collect();
                return Err(CommandError::Help(
                    format!(
                        "`{name}` has {} entrypoints: choose one with `-e`",
                        known.len()
                    ),
                    format!("its entrypoints: {}", known.join(", ")),
                ));
            }
        },
    };
    let data = Arc::new(data);
    let mut worker = policy
        .worker(limits(args), args.strict_builtin_errors, &data)
        .map_err(failed)?;
    worker
        .set_input(input(args, sources)?.as_ref())
        .map_err(failed)?;
    let json = worker.value(entry).map_err(failed)?;
    let value = json.map(|json| serde_json::from_str(&json)).transpose();
    value.map_err(|error| CommandError::Plain(format!("the result is no value: {error}")))
}

/// The entrypoint that the command line names.
fn entrypoint(args: &Args) -> Result<Option<Vec<String>>, CommandError> {
    match &args.policies.entrypoint[..] {
        [] => Ok(None),
        [one] => Ok(Some(loaded::wanted(one))),
        _ => Err(CommandError::Plain(
            "`kpol eval` evaluates one entrypoint".to_owned(),
        )),
    }
}

/// The solutions of a query on policies, or its value.
fn of_query(
    args: &Args,
    origin: &Origin,
    data: Data,
    sources: &mut SourceMap,
) -> Result<Option<Value>, CommandError> {
    let version = args.policies.version();
    let mut modules = Vec::new();
    if *origin != Origin::Paths(Vec::new()) {
        let loaded = policies::load(origin, version, sources)?;
        if loaded.errors.iter().any(Diagnostic::is_error) {
            return Err(rendered(sources, &loaded.errors));
        }
        modules = loaded.modules;
    }
    let text = match (&args.query, entrypoint(args)?) {
        (Some(query), _) => query.clone(),
        (None, Some(path)) => kpol_compiler::names::data_ref(&path),
        (None, None) => {
            return Err(CommandError::Help(
                "nothing to evaluate: the bundle has policies, and no compiled one".to_owned(),
                "give a query such as `data.main.deny`, or `-e main/deny`".to_owned(),
            ));
        }
    };
    let source = sources.add("query", text.as_str());
    let query = kpol_syntax::parse_query(
        source,
        sources.text(source),
        version,
        kpol_syntax::Keywords::of(version),
    )
    .map_err(|errors| rendered(sources, &errors))?;
    let (query, is_value) = as_value(query);
    let span =
        kpol_diagnostics::Span::new(source, 0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let queries = [QuerySource {
        name: QUERY,
        span,
        query: &query,
        package: &[],
        imports: &[],
        version,
    }];
    let options = compile::Options {
        front: crate::host::front(args.policies.capabilities.as_deref())?,
        ..compile::Options::default()
    };
    let artifact = compile::compile(&modules, &queries, sources, &options)
        .map_err(|errors| rendered(sources, &errors))?;
    let policy = crate::host::load(&artifact, &args.net, false, &options.front)?;
    let entry = session::entry(&policy, QUERY)?;
    let mut worker = Loaded::Policy(policy)
        .worker(limits(args), args.strict_builtin_errors, &Arc::new(data))
        .map_err(failed)?;
    worker
        .set_input(input(args, sources)?.as_ref())
        .map_err(failed)?;
    let json = worker
        .value(entry)
        .map_err(failed)?
        .unwrap_or_else(|| "[]".to_owned());
    let solutions: Vec<Map<String, Value>> = serde_json::from_str(&json)
        .map_err(|error| CommandError::Plain(format!("the result is no list: {error}")))?;
    Ok(if is_value {
        value(solutions, iterates(&query))
    } else {
        Some(solutions.into_iter().map(Value::Object).collect())
    })
}

fn failed(error: EvalError) -> CommandError {
    CommandError::Plain(format!("{}: {error}", error.code()))
}

fn limits(args: &Args) -> Limits {
    Limits {
        timeout: args.limits.timeout,
        memory: args.limits.max_memory,
    }
}

/// The input document, if there is one.
fn input(args: &Args, sources: &mut SourceMap) -> Result<Option<Document>, CommandError> {
    let Some(path) = &args.input else {
        return Ok(None);
    };
    let documents = kpol_input::read_path(sources, path, &Options::verbatim())
        .map_err(|error| crate::commands::test::unreadable(sources, &error))?;
    match <[_; 1]>::try_from(documents) {
        Ok([document]) => Ok(Some(document)),
        Err(documents) => Err(CommandError::Plain(format!(
            "`{}` has {} documents: the input is one",
            path.display(),
            documents.len()
        ))),
    }
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

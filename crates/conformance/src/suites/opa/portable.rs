//! Cases as portable modules, through OPA's Wasm ABI.

use kpol_compiler::artifact::Artifact;
use kpol_engine::{Engine, Limits, OpaInput, OpaModule};
use serde_json::Value;

use super::{Case, Failure, QUERY};

/// Builds the module of a compiled case.
pub(super) fn build(artifact: &Artifact, strict: bool) -> Result<Vec<u8>, Failure> {
    let options = kpol_portable::Options {
        strict_builtin_errors: strict,
        print: false,
    };
    kpol_portable::build(artifact, &options).map_err(|error| refused(error.to_string()))
}

/// Evaluates a case's query in its module.
pub(super) fn run(
    engine: &Engine,
    wasm: &[u8],
    case: &Case,
    strict: bool,
) -> Result<Vec<Value>, Failure> {
    let module = OpaModule::load(engine, wasm).map_err(|error| refused(error.to_string()))?;
    let entry = module
        .entrypoint(QUERY)
        .ok_or_else(|| refused("no entrypoint for the query".to_owned()))?;
    let mut evaluator = module.evaluator(Limits::default()).map_err(Failure::Eval)?;
    evaluator.set_strict(strict);
    if let Some(value @ Value::Object(_)) = &case.data {
        evaluator
            .set_data(&value.to_string())
            .map_err(Failure::Eval)?;
    }
    evaluator.set_input(input(case));
    let json = evaluator.evaluate(entry).map_err(Failure::Eval)?;
    rows(&json).ok_or_else(|| refused(format!("the result is no list of solutions: {json}")))
}

/// The input: a term that is no JSON is read by the module's parser of terms.
fn input(case: &Case) -> OpaInput {
    match (&case.input_term, &case.input) {
        (Some(term), _) if serde_json::from_str::<Value>(term).is_ok() => {
            OpaInput::Json(term.clone())
        }
        (Some(term), _) => OpaInput::Term(ground(term)),
        (None, Some(value)) => OpaInput::Json(value.to_string()),
        (None, None) => OpaInput::None,
    }
}

/// A term as a value is written: without the commas that Rego allows behind a last item.
fn ground(term: &str) -> String {
    let mut out = String::with_capacity(term.len());
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in term.char_indices() {
        let behind = || term.get(at + 1..).unwrap_or_default().trim_start();
        if c == ',' && !quoted && behind().starts_with(['}', ']']) {
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// The solutions: an entrypoint gives one result, and a query's is the list of them.
fn rows(json: &str) -> Option<Vec<Value>> {
    let Value::Array(mut results) = serde_json::from_str(json).ok()? else {
        return None;
    };
    match (results.pop(), results.len()) {
        (None, _) => Some(Vec::new()),
        (Some(Value::Object(mut row)), 0) => match row.shift_remove("result")? {
            Value::Array(rows) => Some(rows),
            _ => None,
        },
        _ => None,
    }
}

fn refused(text: String) -> Failure {
    Failure::Compile("load".to_owned(), text)
}

#[cfg(test)]
mod tests {
    use super::ground;

    #[test]
    fn last_commas_are_dropped() {
        for (term, expected) in [
            ("{1, 2, }", "{1, 2 }"),
            ("[{\"a,]\": 1,\n},]", "[{\"a,]\": 1\n}]"),
            ("{\"\\\",}\",}", "{\"\\\",}\"}"),
        ] {
            assert_eq!(ground(term), expected);
        }
    }
}

//! What an engine answers to a case, in a form that can be compared.

use serde::Deserialize;
use serde_json::Value;

/// What went wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) row: u32,
}

/// The result of one query: a value, an error, or neither where it is undefined.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(crate) struct Outcome {
    #[serde(default, deserialize_with = "present")]
    pub(crate) value: Option<Value>,
    #[serde(default)]
    pub(crate) error: Option<Failure>,
}

/// A value of `null` is a value.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The errors of compile time, or a result for each query.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    pub(crate) compile: Vec<Failure>,
    #[serde(default)]
    pub(crate) results: Vec<Outcome>,
}

/// The first difference between two answers.
pub(crate) fn difference(case: &[String], ours: &Answer, theirs: &Answer) -> Option<String> {
    let first = |answer: &Answer| answer.compile.first().map(|e| e.code.clone());
    if first(ours) != first(theirs) {
        let text = |answer: &Answer| match answer.compile.first() {
            Some(error) => format!("{error:?}"),
            None => "compiles".to_owned(),
        };
        return Some(format!(
            "compile: ours {}\n     theirs {}",
            text(ours),
            text(theirs)
        ));
    }
    if !ours.compile.is_empty() {
        return None;
    }
    for (i, query) in case.iter().enumerate() {
        let (a, b) = (ours.results.get(i), theirs.results.get(i));
        let same = match (a, b) {
            (Some(a), Some(b)) => agree(a, b),
            _ => false,
        };
        if !same {
            return Some(format!(
                "{query}:\n  ours   {}\n  theirs {}",
                shown(a),
                shown(b)
            ));
        }
    }
    None
}

/// Whether two results say the same.
///
/// OPA's rule index and early exit leave out what cannot change a rule's value, and so do kpol's. An error that lies
/// there is seen by one of the two, or another one is seen first: in strict mode any that a builtin raises, otherwise
/// conflicts of documents that a rule would not need. Values have no such freedom: a strict case is asked without
/// strictness as well.
fn agree(ours: &Outcome, theirs: &Outcome) -> bool {
    match (&ours.error, &theirs.error) {
        (None, None) => ours.value == theirs.value,
        (Some(_), None) => true,
        (None, Some(error)) => is_builtin(error),
        (Some(a), Some(b)) if is_builtin(a) && is_builtin(b) => {
            let name = |error: &Failure| error.message.split(':').next().map(str::to_owned);
            a.row != b.row || name(a) != name(b) || a == b
        }
        (Some(a), Some(b)) if is_builtin(a) || is_builtin(b) => true,
        // OPA lists the values of a conflict behind the first line. Of two conflicts either may be met first.
        (Some(a), Some(b)) => {
            let first = |error: &Failure| {
                let line = error.message.lines().next().unwrap_or_default();
                line.trim_end_matches(':').to_owned()
            };
            a.code == b.code && (a.row == b.row) == (first(a) == first(b))
        }
    }
}

/// How many results are an error on one side alone: see [`agree`].
pub(crate) fn one_sided(ours: &Answer, theirs: &Answer) -> usize {
    let sides = ours.results.iter().zip(&theirs.results);
    sides
        .filter(|(a, b)| a.error.is_some() != b.error.is_some())
        .count()
}

fn is_builtin(error: &Failure) -> bool {
    matches!(
        error.code.as_str(),
        "eval_builtin_error" | "eval_type_error"
    )
}

fn shown(outcome: Option<&Outcome>) -> String {
    match outcome {
        None => "nothing".to_owned(),
        Some(Outcome {
            error: Some(error), ..
        }) => format!(
            "{}:{}: {}: {}",
            error.file, error.row, error.code, error.message
        ),
        Some(Outcome {
            value: Some(value), ..
        }) => value.to_string(),
        Some(_) => "undefined".to_owned(),
    }
}

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
    #[serde(default)]
    pub(crate) value: Option<Value>,
    #[serde(default)]
    pub(crate) error: Option<Failure>,
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
    for (i, query) in case.iter().enumerate() {
        let (a, b) = (ours.results.get(i), theirs.results.get(i));
        if a != b {
            return Some(format!(
                "{query}:\n  ours   {}\n  theirs {}",
                shown(a),
                shown(b)
            ));
        }
    }
    None
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

//! Cases by the evaluator that explains: it must agree with compiled code.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kpol_diagnostics::SourceMap;
use kpol_engine::Standard;
use kpol_explain::{Error, Inputs};
use kpol_input::Format;
use serde_json::Value;

use super::{Case, Checked, Failure, Sleep};

pub(super) fn run(
    checked: &Checked,
    case: &Case,
    input: Option<&Value>,
    strict: bool,
) -> Result<Vec<Value>, Failure> {
    let refused = |text: String| Failure::Compile("load".to_owned(), text);
    let mut documents = SourceMap::new();
    let input = match input {
        None => None,
        Some(value) => {
            let source = documents.add("input", value.to_string());
            let options = kpol_input::Options::verbatim();
            let mut read = kpol_input::read(&documents, source, Format::Json, &options)
                .map_err(|error| refused(error.to_string()))?;
            read.pop()
        }
    };
    let data = match &case.data {
        Some(value @ Value::Object(_)) => value.to_string(),
        _ => "{}".to_owned(),
    };
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let inputs = Inputs {
        input: input.as_ref(),
        data: &data,
        builtins: &(Sleep, Standard::default()),
        now_ns: i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        seed: 1,
        timeout: Duration::from_secs(10),
        memory: 512 << 20,
        strict,
    };
    let json = kpol_explain::evaluate_query(&checked.program, 0, &inputs)
        .map_err(|error| failure(checked, &error))?;
    match serde_json::from_str(&json) {
        Ok(Value::Array(rows)) => Ok(rows),
        other => Err(refused(format!("the result is no array: {other:?}"))),
    }
}

fn failure(checked: &Checked, error: &Error) -> Failure {
    let place = error.span().filter(|span| !span.is_nowhere()).map(|span| {
        let at = checked.sources.line_col(span);
        format!("{}:{}: ", checked.sources.name(span.source), at.line)
    });
    let text = format!("{}{}: {error}", place.unwrap_or_default(), error.code());
    Failure::Compile(error.code().to_owned(), text)
}

//! The bytes that cross the boundary, without the boundary: testable on any machine.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Value, json};

use crate::{Finding, Settings};

/// Runs a policy over the JSON text of one document and returns the JSON text of the answer: an
/// array of findings, or an object with the field `error` where the text is not JSON.
///
/// An answer that is no array must never count as a pass; kpol reports it as a check that could not
/// be done.
pub fn answer(policy: impl FnOnce(&Value) -> Vec<Finding>, input: &[u8]) -> Vec<u8> {
    let answer = match serde_json::from_slice::<Value>(input) {
        Ok(document) => policy(&document)
            .into_iter()
            .map(Finding::into_json)
            .collect(),
        Err(error) => json!({ "error": format!("the input document is not JSON: {error}") }),
    };
    written(&answer)
}

/// Reads the JSON text of settings and returns them with the JSON text of the answer: an empty array
/// where they are good, else an object with the field `error`.
pub fn configure<S: Settings>(input: &[u8]) -> (Option<S>, Vec<u8>) {
    match read(input) {
        Ok(settings) => (Some(settings), written(&json!([]))),
        Err(message) => (None, refusal(&message)),
    }
}

/// Reads settings.
fn read<S: Settings>(input: &[u8]) -> Result<S, String> {
    let settings: Value = serde_json::from_slice(input)
        .map_err(|error| format!("the settings are not JSON: {error}"))?;
    S::read(&settings)
}

/// The answer that says why there is none.
pub(crate) fn refusal(message: &str) -> Vec<u8> {
    written(&json!({ "error": message }))
}

pub(crate) fn written(answer: &Value) -> Vec<u8> {
    // A `Value` has text keys only, so that writing it cannot fail; an empty answer is refused by
    // the host all the same.
    serde_json::to_vec(answer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use alloc::vec;

    use super::*;

    fn replicas(document: &Value) -> Vec<Finding> {
        match document["spec"]["replicas"].as_u64() {
            Some(0) => vec![Finding::new("no replicas").at(["spec", "replicas"])],
            Some(_) => vec![],
            None => vec![Finding::new("replicas are not set")],
        }
    }

    fn run(input: &str) -> Value {
        serde_json::from_slice(&answer(replicas, input.as_bytes())).unwrap()
    }

    #[test]
    fn a_finding_with_a_path() {
        assert_eq!(
            run(r#"{"spec": {"replicas": 0}}"#),
            json!([{"msg": "no replicas", "path": ["spec", "replicas"]}])
        );
    }

    #[test]
    fn a_finding_about_the_whole_document_has_no_path() {
        assert_eq!(run("{}"), json!([{"msg": "replicas are not set"}]));
    }

    #[test]
    fn no_finding_is_an_empty_array() {
        assert_eq!(run(r#"{"spec": {"replicas": 2}}"#), json!([]));
    }

    #[test]
    fn indices_stay_numbers() {
        fn second(_: &Value) -> Vec<Finding> {
            let path: [crate::Step; 2] = ["items".into(), 1.into()];
            vec![Finding::new("second").at(path)]
        }
        let text = answer(second, b"{}");
        let value: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(value, json!([{"msg": "second", "path": ["items", 1]}]));
    }

    #[test]
    fn text_that_is_not_json_is_an_error_and_no_pass() {
        for input in ["", "{", "kind: Pod", "\u{0}"] {
            let value = run(input);
            let error = value["error"].as_str().unwrap();
            assert!(
                error.starts_with("the input document is not JSON"),
                "{error}"
            );
        }
    }

    #[derive(Debug, PartialEq)]
    struct Least(u64);

    impl Settings for Least {
        fn read(settings: &Value) -> Result<Self, String> {
            let least = &settings["least"];
            least
                .as_u64()
                .map(Least)
                .ok_or("`least` is no number".into())
        }
    }

    #[test]
    fn settings_are_read_or_refused() {
        let (settings, answer) = configure::<Least>(br#"{"least": 2}"#);
        assert_eq!((settings, &answer[..]), (Some(Least(2)), &b"[]"[..]));
        for (input, said) in [
            ("null", "`least` is no number"),
            ("{", "the settings are not JSON"),
        ] {
            let (settings, answer) = configure::<Least>(input.as_bytes());
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            assert_eq!(settings, None);
            assert!(
                answer["error"].as_str().unwrap().starts_with(said),
                "{answer}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let input = "[".repeat(10_000);
        assert!(run(&input)["error"].is_string());
    }
}

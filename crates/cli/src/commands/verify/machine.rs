//! Results of unit tests for programs: JSON, TAP, JUnit.

use std::collections::BTreeMap;
use std::fmt::Write;

use kpol_verify::{Case, Outcome, TestResult};
use serde_json::{Map, Value, json};

use super::Verified;
use super::why::Reasons;
use crate::exit::CommandError;

/// What an outcome is called.
const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
        Outcome::Error(_) => "error",
    }
}

/// A list of all tests.
pub(super) fn json(verified: &Verified<'_>) -> Result<String, CommandError> {
    let reasons = Reasons::new(verified);
    let tests: Vec<Value> = (verified.results.iter())
        .map(|result| test(result, &reasons))
        .collect();
    let text = serde_json::to_string_pretty(&tests)
        .map_err(|error| CommandError::Plain(error.to_string()))?;
    Ok(format!("{text}\n"))
}

fn test(result: &TestResult, reasons: &Reasons<'_>) -> Value {
    let test = &result.test;
    let mut members = Map::new();
    let mut add = |key: &str, value: Value| {
        members.insert(key.to_owned(), value);
    };
    add("package", json!(test.package));
    add("name", json!(test.name));
    add("file", json!(test.site.file));
    add("line", json!(test.site.line));
    add("outcome", json!(word(&result.outcome)));
    if result.outcome != Outcome::Skipped {
        add(
            "duration_ns",
            json!(u64::try_from(result.duration.as_nanos()).unwrap_or(u64::MAX)),
        );
    }
    if !result.cases.is_empty() {
        add("cases", cases(&result.cases));
    }
    if let Outcome::Error(error) = &result.outcome {
        add(
            "error",
            json!({ "code": error.code(), "message": error.to_string() }),
        );
    }
    if result.outcome == Outcome::Failed {
        let found = reasons.conditions(result);
        if !found.is_empty() {
            add("reasons", Value::Array(found));
        }
    }
    if !result.output.is_empty() {
        add(
            "output",
            result.output.iter().map(|line| json!(line.text)).collect(),
        );
    }
    Value::Object(members)
}

fn cases(all: &BTreeMap<String, Case>) -> Value {
    let members = all.iter().map(|(name, case)| {
        let mut members = Map::from_iter([("failed".to_owned(), json!(case.failed))]);
        if !case.cases.is_empty() {
            members.insert("cases".to_owned(), cases(&case.cases));
        }
        (name.clone(), Value::Object(members))
    });
    Value::Object(members.collect())
}

/// The Test Anything Protocol, version 13.
pub(super) fn tap(verified: &Verified<'_>) -> String {
    let reasons = Reasons::new(verified);
    let mut out = format!("TAP version 13\n1..{}\n", verified.results.len());
    for (at, result) in verified.results.iter().enumerate() {
        let number = at + 1;
        let name = result.test.full_name().replace('#', "\\#");
        let line = match &result.outcome {
            Outcome::Passed => format!("ok {number} - {name}"),
            Outcome::Skipped => format!("ok {number} - {name} # SKIP"),
            Outcome::Failed | Outcome::Error(_) => format!("not ok {number} - {name}"),
        };
        let _ = writeln!(out, "{line}");
        for line in reasons.text(result).lines() {
            let _ = writeln!(out, "# {line}");
        }
    }
    out
}

/// JUnit's XML: a suite for each package.
pub(super) fn junit(verified: &Verified<'_>) -> String {
    let reasons = Reasons::new(verified);
    let mut packages: BTreeMap<&str, Vec<&TestResult>> = BTreeMap::new();
    for result in &verified.results {
        packages
            .entry(&result.test.package)
            .or_default()
            .push(result);
    }
    let seconds = |results: &[&TestResult]| -> f64 {
        results
            .iter()
            .map(|result| result.duration.as_secs_f64())
            .sum()
    };
    let count = |results: &[&TestResult], wanted: &str| {
        results
            .iter()
            .filter(|result| word(&result.outcome) == wanted)
            .count()
    };
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (package, results) in &packages {
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.6}\">",
            xml(package),
            results.len(),
            count(results, "failed"),
            count(results, "error"),
            count(results, "skipped"),
            seconds(results),
        );
        for result in results {
            let test = &result.test;
            let _ = write!(
                out,
                "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.6}\"",
                xml(package),
                xml(&test.name),
                xml(&test.site.file),
                test.site.line,
                result.duration.as_secs_f64(),
            );
            let text = reasons.text(result);
            let body = match &result.outcome {
                Outcome::Passed => String::new(),
                Outcome::Skipped => "      <skipped/>\n".to_owned(),
                Outcome::Failed => {
                    format!(
                        "      <failure message=\"the test failed\">{}</failure>\n",
                        xml(&text)
                    )
                }
                Outcome::Error(error) => format!(
                    "      <error type=\"{}\" message=\"{}\"/>\n",
                    xml(error.code()),
                    xml(&error.to_string())
                ),
            };
            let printed: Vec<String> = result.output.iter().map(|line| xml(&line.text)).collect();
            let printed = if printed.is_empty() {
                String::new()
            } else {
                format!("      <system-out>{}</system-out>\n", printed.join("\n"))
            };
            if body.is_empty() && printed.is_empty() {
                out.push_str("/>\n");
            } else {
                let _ = write!(out, ">\n{body}{printed}    </testcase>\n");
            }
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text for XML 1.0, without what it cannot hold.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn xml_has_no_characters_that_it_cannot_hold() {
        assert_eq!(
            xml("a<b> & \"c\"\u{1}\n"),
            "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}\n"
        );
    }
}

//! Coverage as text, JSON and for lcov.

use std::fmt::Write;

use kpol_verify::Coverage;

use super::args::Output;
use crate::exit::CommandError;

/// The coverage in a format.
pub(super) fn render(coverage: &Coverage, output: Output) -> Result<String, CommandError> {
    match output {
        Output::Json => {
            let text = serde_json::to_string_pretty(coverage)
                .map_err(|error| CommandError::Plain(error.to_string()))?;
            Ok(format!("{text}\n"))
        }
        Output::Lcov => Ok(lcov(coverage)),
        Output::Text => Ok(text(coverage)),
        Output::Tap | Output::Junit => Err(CommandError::Help(
            "coverage has no such format".to_owned(),
            "take `-o text`, `-o json` or `-o lcov`".to_owned(),
        )),
    }
}

fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    for (file, found) in &coverage.files {
        let missing: Vec<String> = (found.missing_lines().into_iter())
            .map(|(first, last)| {
                if first == last {
                    first.to_string()
                } else {
                    format!("{first}-{last}")
                }
            })
            .collect();
        let missing = if missing.is_empty() {
            String::new()
        } else {
            format!("  not covered: {}", missing.join(", "))
        };
        let _ = writeln!(out, "{:>6.1}%  {file}{missing}", found.coverage);
    }
    let (covered, missed) = (coverage.covered_lines, coverage.not_covered_lines);
    let _ = writeln!(
        out,
        "{:>6.1}%  in all, {covered} lines covered, {missed} not",
        coverage.coverage
    );
    out
}

fn lcov(coverage: &Coverage) -> String {
    let mut out = String::new();
    for (file, found) in &coverage.files {
        let lines = found.lines();
        let _ = writeln!(out, "TN:\nSF:{file}");
        for (line, hit) in &lines {
            let _ = writeln!(out, "DA:{line},{}", u8::from(*hit));
        }
        let hit = lines.values().filter(|hit| **hit).count();
        let _ = writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", lines.len());
    }
    out
}

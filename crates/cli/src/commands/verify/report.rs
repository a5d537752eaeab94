//! Results of unit tests as text.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use kpol_verify::{Case, Outcome, TestResult};

use super::why::Reasons;
use super::{Args, Verified};

/// All results for people.
pub(super) fn text(args: &Args, verified: &Verified<'_>) -> String {
    let colour = crate::output::colours_stdout();
    let reasons = Reasons::new(verified);
    let mut out = String::new();
    let (mut passed, mut failed, mut errors, mut skipped) = (0, 0, 0, 0);
    for result in &verified.results {
        let (word, code, shown) = match &result.outcome {
            Outcome::Passed => {
                passed += 1;
                ("PASS", "32", args.verbose)
            }
            Outcome::Failed => {
                failed += 1;
                ("FAIL", "31", true)
            }
            Outcome::Error(_) => {
                errors += 1;
                ("ERROR", "31", true)
            }
            Outcome::Skipped => {
                skipped += 1;
                ("SKIP", "33", true)
            }
        };
        if !shown {
            continue;
        }
        let word = painted(word, code, colour);
        let site = &result.test.site;
        let time = match result.outcome {
            Outcome::Skipped => String::new(),
            _ => format!(" ({})", duration(result.duration)),
        };
        let _ = writeln!(
            out,
            "{word} {}{time}  {}:{}",
            result.test.full_name(),
            site.file,
            site.line
        );
        cases(&mut out, &result.cases, 1);
        if let Outcome::Error(error) = &result.outcome {
            let _ = writeln!(out, "  {}: {error}", error.code());
        }
        if result.outcome == Outcome::Failed {
            for frame in reasons.frames(result, colour) {
                for line in frame.lines() {
                    let _ = writeln!(out, "  {line}");
                }
            }
        }
        printed(&mut out, result);
    }
    let total = verified.results.len();
    let mut parts = vec![format!("{passed} passed")];
    for (count, word) in [(failed, "failed"), (errors, "errors"), (skipped, "skipped")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let code = if failed + errors > 0 { "31" } else { "32" };
    if !out.is_empty() {
        out.push('\n');
    }
    let tests = if total == 1 { "test" } else { "tests" };
    let line = format!(
        "{total} {tests}: {} ({})",
        parts.join(", "),
        duration(verified.elapsed)
    );
    let _ = writeln!(out, "{}", painted(&line, code, colour));
    out
}

fn painted(text: &str, code: &str, colour: bool) -> String {
    if colour {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// The cases of a data-driven test.
fn cases(out: &mut String, all: &BTreeMap<String, Case>, level: usize) {
    for (name, case) in all {
        let word = if case.failed { "FAIL" } else { "PASS" };
        let _ = writeln!(out, "{}{word} {name}", "  ".repeat(level));
        cases(out, &case.cases, level + 1);
    }
}

fn printed(out: &mut String, result: &TestResult) {
    for line in &result.output {
        let site = line
            .site
            .as_ref()
            .map_or_else(String::new, |site| format!("{}:{}: ", site.file, site.line));
        let _ = writeln!(out, "  printed {site}{}", line.text);
    }
}

/// A duration with the unit that suits it.
fn duration(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 1000 {
        format!("{micros}µs")
    } else if micros < 1_000_000 {
        format!("{:.1}ms", time.as_secs_f64() * 1000.0)
    } else {
        format!("{:.2}s", time.as_secs_f64())
    }
}

//! Test Anything Protocol: version 14, with the plan at the end; conftest's has it first.

use std::io;

use crate::finding::Finding;
use crate::lines::{finding_at, first_line, problem_at};
use crate::problem::Problem;
use crate::report::{Counts, FileResult};
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};

/// Writes tests as results come. As conftest, it keeps all results, since their number goes first.
pub(crate) struct Tap<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
    number: u64,
    /// Only for conftest.
    kept: Vec<FileResult>,
}

impl<'w> Tap<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Tap<'w> {
        Tap {
            options,
            out,
            number: 0,
            kept: Vec::new(),
        }
    }

    /// One test: `directive` is what follows its `#`, `details` are members of its YAML block.
    fn test(
        &mut self,
        ok: bool,
        text: &str,
        directive: &str,
        details: &[(&str, String)],
    ) -> io::Result<()> {
        self.number += 1;
        let status = if ok { "ok" } else { "not ok" };
        let text = escape(first_line(text));
        write!(self.out, "{status} {} - {text}", self.number)?;
        if !directive.is_empty() {
            write!(self.out, " # {}", first_line(directive))?;
        }
        writeln!(self.out)?;
        if !details.is_empty() {
            writeln!(self.out, "  ---")?;
            for (key, value) in details {
                // A JSON string is a YAML string.
                let value = serde_json::Value::String(value.clone());
                writeln!(self.out, "  {key}: {value}")?;
            }
            writeln!(self.out, "  ...")?;
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding, filename: &str, directive: &str) -> io::Result<()> {
        let place = finding_at(finding, filename);
        let text = format!("{place} {}: {}", finding.rule, finding.message);
        let mut details = vec![("message", finding.message.clone())];
        if let Some(severity) = &finding.severity {
            details.push(("severity", severity.clone()));
        }
        details.push(("file", filename.to_owned()));
        if let Some(place) = &finding.location {
            details.push(("at", format!("{}:{}", place.line, place.column)));
            details.extend(place.path.iter().map(|path| ("path", path.clone())));
        }
        details.extend(
            finding
                .remediation
                .iter()
                .map(|text| ("remediation", text.clone())),
        );
        self.test(false, &text, directive, &details)
    }

    fn result(&mut self, result: &FileResult) -> io::Result<()> {
        let file = &result.filename;
        for finding in &result.failures {
            self.finding(finding, file, "")?;
        }
        for finding in &result.warnings {
            // A test that may fail.
            self.finding(finding, file, "TODO warning")?;
        }
        for one in &result.suppressed {
            let directive = format!("SKIP suppressed: {}", one.reason);
            let place = finding_at(&one.finding, file);
            let text = format!("{place} {}: {}", one.finding.rule, one.finding.message);
            self.test(true, &text, &directive, &[])?;
        }
        for one in &result.exceptions {
            let directive = format!("SKIP exempted by {}", one.message);
            self.test(true, &format!("{file} {}", one.rule), &directive, &[])?;
        }
        for note in &result.skipped {
            self.test(true, &format!("{file} {}", note.message), "SKIP", &[])?;
        }
        for _ in 0..result.successes {
            self.test(true, &format!("{file} {}", result.namespace), "", &[])?;
        }
        Ok(())
    }

    /// conftest's tests of one result.
    fn plain(&mut self, result: &FileResult) -> io::Result<()> {
        let file = match result.filename.as_str() {
            "-" => "-".to_owned(),
            file => format!("- {file}"),
        };
        let space = match result.namespace.as_str() {
            "-" => "-".to_owned(),
            space => format!("- {space} -"),
        };
        let messages = |findings: &[Finding]| -> Vec<String> {
            findings.iter().map(|one| one.message.clone()).collect()
        };
        let exceptions = result.exceptions.iter().map(|one| one.message.clone());
        let skipped = result.skipped.iter().map(|one| one.message.clone());
        let sections = [
            ("", "not ok", messages(&result.failures)),
            ("warnings", "not ok", messages(&result.warnings)),
            ("exceptions", "ok", exceptions.collect()),
            ("skip", "ok", skipped.collect()),
        ];
        for (header, status, messages) in sections {
            if !header.is_empty() && !messages.is_empty() {
                writeln!(self.out, "# {header}")?;
            }
            for message in messages {
                self.number += 1;
                writeln!(
                    self.out,
                    "{status} {} {file} {space} {message}",
                    self.number
                )?;
            }
        }
        if result.successes > 0 {
            writeln!(self.out, "# successes")?;
        }
        for _ in 0..result.successes {
            self.number += 1;
            writeln!(self.out, "ok {} {file} {space} SUCCESS", self.number)?;
        }
        Ok(())
    }
}

/// A `#` would begin a directive.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

impl Reporter for Tap<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        if self.options.compat {
            return Ok(());
        }
        writeln!(self.out, "TAP version 14")
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        if self.options.compat {
            self.kept.extend(results.iter().cloned());
            return Ok(());
        }
        for result in results {
            self.result(result)?;
        }
        for problem in problems {
            let text = format!("{}: {}", problem.code, problem.message);
            let place = problem_at(problem);
            let text = if place.is_empty() {
                text
            } else {
                format!("{place} {text}")
            };
            let directive = if problem.is_error() {
                ""
            } else {
                "TODO warning"
            };
            let details = [("message", problem.message.clone())];
            self.test(false, &text, directive, &details)?;
        }
        self.out.flush()
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        if self.options.compat {
            let mut counts = Counts::default();
            self.kept.iter().for_each(|result| counts.add(result));
            if counts.tests > 0 {
                writeln!(self.out, "1..{}", counts.tests)?;
            }
            for result in std::mem::take(&mut self.kept) {
                self.plain(&result)?;
            }
        } else {
            writeln!(self.out, "1..{}", self.number)?;
        }
        self.out.flush()
    }
}

//! Annotations of GitHub Actions.

use std::io;

use crate::finding::{Finding, Loc, Location};
use crate::go::sprintf;
use crate::lines::{go_quoted, totals};
use crate::problem::Problem;
use crate::report::{Counts, FileResult};
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};
use crate::text;

/// Writes annotations as results come, in a group for each file.
pub(crate) struct Github<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
    counts: Counts,
}

impl<'w> Github<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Github<'w> {
        Github {
            options,
            out,
            counts: Counts::default(),
        }
    }

    fn annotation(
        &mut self,
        level: &str,
        file: &str,
        place: Option<&Location>,
        title: &str,
        message: &str,
    ) -> io::Result<()> {
        let mut properties = Vec::new();
        let file = place.map_or(file, |place| place.file.as_str());
        if !file.is_empty() {
            properties.push(format!("file={}", property(file)));
        }
        if let Some(place) = place {
            properties.push(format!("line={}", place.line));
            // Columns are for places within one line.
            if place.line == place.end_line {
                properties.push(format!("col={}", place.column));
            }
            // What ends behind a line feed ends in the line before.
            let behind = place.end_column == 1 && place.end_line > place.line;
            let last = place.end_line - u32::from(behind);
            properties.push(format!("endLine={last}"));
            if place.line == place.end_line {
                properties.push(format!("endColumn={}", place.end_column));
            }
        }
        properties.push(format!("title={}", property(title)));
        let properties = properties.join(",");
        writeln!(self.out, "::{level} {properties}::{}", data(message))
    }

    fn finding(&mut self, level: &str, finding: &Finding, file: &str) -> io::Result<()> {
        let mut message = finding.message.clone();
        if let Some(remediation) = &finding.remediation {
            message.push('\n');
            message.push_str(remediation);
        }
        let title = finding.rule.to_string();
        self.annotation(level, file, finding.location.as_ref(), &title, &message)
    }

    fn result(&mut self, result: &FileResult) -> io::Result<()> {
        let counts = Counts::of(result);
        if self.options.github_hide_passed && counts.passed == counts.tests {
            return Ok(());
        }
        let file = result.filename.as_str();
        writeln!(
            self.out,
            "::group::{}",
            data(&format!(
                "{file} ({}): {}",
                result.namespace,
                text::summary(counts)
            ))
        )?;
        for finding in &result.failures {
            self.finding("error", finding, file)?;
        }
        for finding in &result.warnings {
            self.finding("warning", finding, file)?;
        }
        if !self.options.suppress_exceptions {
            for one in &result.exceptions {
                let message = format!("exempted by {}", one.message);
                self.annotation("notice", file, None, &one.rule.to_string(), &message)?;
            }
        }
        if self.options.show_skipped {
            for one in &result.skipped {
                let place = one.location.as_ref();
                self.annotation("notice", file, place, "skipped", &one.message)?;
            }
        }
        writeln!(self.out, "::endgroup::")
    }

    /// conftest's annotations of one result.
    fn plain(&mut self, result: &FileResult) -> io::Result<()> {
        let counts = Counts::of(result);
        self.counts.add(result);
        if self.options.github_hide_passed && counts.passed == counts.tests {
            return Ok(());
        }
        let file = result.filename.as_str();
        writeln!(
            self.out,
            "::group::Testing {} against {} policies in namespace {}",
            go_quoted(file),
            counts.tests,
            go_quoted(&result.namespace)
        )?;
        for one in &result.failures {
            self.places("error", file, one.loc.as_ref(), &one.message)?;
        }
        for one in &result.warnings {
            self.places("warning", file, one.loc.as_ref(), &one.message)?;
        }
        for one in &result.exceptions {
            self.place("notice", file, "1", &sprintf(&one.message))?;
        }
        for one in &result.skipped {
            let message = format!("Test was skipped: {}", one.message);
            self.place("notice", file, "1", &message)?;
        }
        let message = format!("Number of successful checks: {}", result.successes);
        self.place("notice", file, "1", &message)?;
        writeln!(self.out, "::endgroup::")
    }

    fn place(&mut self, level: &str, file: &str, line: &str, message: &str) -> io::Result<()> {
        let file = property(file);
        writeln!(self.out, "::{level} file={file},line={line}::{message}")
    }

    /// At the policy's own place, and where that is another file, at the checked one, too.
    fn places(
        &mut self,
        level: &str,
        file: &str,
        loc: Option<&Loc>,
        message: &str,
    ) -> io::Result<()> {
        let Some(loc) = loc.filter(|loc| loc.file.is_some() || loc.line.is_some()) else {
            return self.place(level, file, "1", &sprintf(message));
        };
        let origin = loc.file.as_deref().unwrap_or_default();
        let line = loc.line.as_ref().map(ToString::to_string);
        let line = line.unwrap_or_default();
        self.place(level, origin, &line, &sprintf(message))?;
        if origin == file {
            return Ok(());
        }
        let message = format!("(ORIGINATING FROM {origin} L{line}) {message}");
        self.place(level, file, "1", &sprintf(&message))
    }
}

/// A property's value: what would end it is escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A message: what would end its line is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

impl Reporter for Github<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        if self.options.compat {
            return results.iter().try_for_each(|result| self.plain(result));
        }
        for result in results {
            self.result(result)?;
        }
        for problem in problems {
            let mut message = problem.message.clone();
            for help in &problem.help {
                message.push('\n');
                message.push_str(help);
            }
            let level = problem.severity.as_str();
            let place = problem.location.as_ref();
            self.annotation(level, "", place, &problem.code, &message)?;
        }
        self.out.flush()
    }

    fn finish(&mut self, run: &Summary) -> io::Result<()> {
        let line = if self.options.compat {
            totals(self.counts)
        } else {
            text::summary(run.counts)
        };
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }
}

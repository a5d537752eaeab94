//! Logging commands of Azure Pipelines.

use std::io;

use crate::finding::Location;
use crate::lines::totals;
use crate::problem::Problem;
use crate::report::{Counts, FileResult};
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};
use crate::text;

/// Writes issues as results come, in a group for each file.
pub(crate) struct Azure<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
    counts: Counts,
}

impl<'w> Azure<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Azure<'w> {
        Azure {
            options,
            out,
            counts: Counts::default(),
        }
    }

    fn issue(
        &mut self,
        level: &str,
        file: &str,
        place: Option<&Location>,
        code: &str,
        message: &str,
    ) -> io::Result<()> {
        write!(self.out, "##vso[task.logissue type={level}")?;
        let file = place.map_or(file, |place| place.file.as_str());
        if !file.is_empty() {
            write!(self.out, ";sourcepath={}", property(file))?;
        }
        if let Some(place) = place {
            let (line, column) = (place.line, place.column);
            write!(self.out, ";linenumber={line};columnnumber={column}")?;
        }
        writeln!(self.out, ";code={}]{}", property(code), data(message))
    }

    fn result(&mut self, result: &FileResult) -> io::Result<()> {
        let file = result.filename.as_str();
        let counts = text::summary(Counts::of(result));
        let title = format!("{file} ({}): {counts}", result.namespace);
        writeln!(self.out, "##[group]{}", data(&title))?;
        for (level, findings) in [("error", &result.failures), ("warning", &result.warnings)] {
            for one in findings {
                let rule = one.rule.to_string();
                self.issue(level, file, one.location.as_ref(), &rule, &one.message)?;
            }
        }
        if !self.options.suppress_exceptions {
            for one in &result.exceptions {
                let line = format!("exception {}: exempted by {}", one.rule, one.message);
                writeln!(self.out, "{}", data(&line))?;
            }
        }
        for one in &result.skipped {
            writeln!(self.out, "{}", data(&format!("skipped {}", one.message)))?;
        }
        writeln!(self.out, "##[endgroup]")
    }

    /// conftest's lines of one result.
    fn plain(&mut self, result: &FileResult) -> io::Result<()> {
        let counts = Counts::of(result);
        self.counts.add(result);
        let file = result.filename.as_str();
        writeln!(
            self.out,
            "##[section]Testing '{file}' against {} policies in namespace '{}'",
            counts.tests, result.namespace
        )?;
        writeln!(self.out, "##[group]See conftest results")?;
        let failures = result.failures.iter().map(|one| ("error", &one.message));
        let warnings = result.warnings.iter().map(|one| ("warning", &one.message));
        let exceptions = result.exceptions.iter();
        let exceptions = exceptions.map(|one| ("warning", &one.message));
        for (level, message) in failures.chain(warnings).chain(exceptions) {
            writeln!(
                self.out,
                "##vso[task.logissue type={level}] file={file} --> {message}"
            )?;
        }
        for one in &result.skipped {
            writeln!(self.out, "skipped file={file} {}", one.message)?;
        }
        if result.successes > 0 {
            writeln!(self.out, "success file={file} {}", result.successes)?;
        }
        writeln!(self.out, "##[endgroup]")
    }
}

/// A property's value: what would end it is escaped.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

/// A message: what would end its line is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

impl Reporter for Azure<'_> {
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
        for one in problems {
            let level = one.severity.as_str();
            self.issue(level, "", one.location.as_ref(), &one.code, &one.message)?;
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

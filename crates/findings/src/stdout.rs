//! conftest's lines: one for each warning, failure and exception, then the summary.

use std::io;

use crate::lines::{BLUE, CYAN, GREEN, RED, YELLOW, finding_at, paint, problem_at, totals};
use crate::problem::Problem;
use crate::report::{Counts, FileResult};
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};
use crate::text;

/// Writes lines as results come. As conftest, it keeps all results, since what was printed goes first.
pub(crate) struct Stdout<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
    /// Only for conftest.
    kept: Vec<FileResult>,
}

impl<'w> Stdout<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Stdout<'w> {
        Stdout {
            options,
            out,
            kept: Vec::new(),
        }
    }

    fn prints(&mut self, result: &FileResult) -> io::Result<()> {
        for line in result.queries.iter().flat_map(|query| &query.prints) {
            let word = paint("PRNT ", BLUE, self.options.colour);
            writeln!(self.out, "{word}  {line}")?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        word: (&str, &str),
        file: &str,
        namespace: &str,
        message: &str,
    ) -> io::Result<()> {
        let word = paint(word.0, word.1, self.options.colour);
        let file = dashed(file, "");
        let namespace = dashed(namespace, " -");
        writeln!(self.out, "{word} {file} {namespace} {message}")
    }

    fn result(&mut self, result: &FileResult) -> io::Result<()> {
        let space = &result.namespace;
        for (word, findings) in [
            (("WARN", YELLOW), &result.warnings),
            (("FAIL", RED), &result.failures),
        ] {
            for finding in findings {
                let file = if self.options.compat {
                    result.filename.clone()
                } else {
                    finding_at(finding, &result.filename)
                };
                self.line(word, &file, space, &finding.message)?;
            }
        }
        if !self.options.suppress_exceptions {
            for exception in &result.exceptions {
                self.line(("EXCP", CYAN), &result.filename, space, &exception.message)?;
            }
        }
        Ok(())
    }
}

fn dashed(text: &str, end: &str) -> String {
    if text == "-" {
        "-".to_owned()
    } else {
        format!("- {text}{end}")
    }
}

impl Reporter for Stdout<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        if self.options.compat && self.options.tracing {
            for result in results {
                trace(&mut self.out, result, self.options.colour)?;
            }
            return Ok(());
        }
        for result in results {
            self.prints(result)?;
        }
        if self.options.compat {
            self.kept.extend(results.iter().cloned());
            return Ok(());
        }
        for result in results {
            self.result(result)?;
        }
        for problem in problems {
            let word = if problem.is_error() {
                ("ERRO", RED)
            } else {
                ("WARN", YELLOW)
            };
            let message = format!("{}: {}", problem.code, problem.message);
            let word = paint(word.0, word.1, self.options.colour);
            let place = problem_at(problem);
            writeln!(self.out, "{word} - {place} - {message}")?;
        }
        self.out.flush()
    }

    fn finish(&mut self, run: &Summary) -> io::Result<()> {
        if self.options.compat && self.options.tracing {
            return self.out.flush();
        }
        let mut counts = run.counts;
        if self.options.compat {
            counts = Counts::default();
            for result in std::mem::take(&mut self.kept) {
                counts.add(&result);
                self.result(&result)?;
            }
        }
        let mut line = if self.options.compat {
            totals(counts)
        } else {
            text::summary(counts)
        };
        if self.options.compat && self.options.show_skipped {
            line.push_str(&format!(", {} skipped", counts.skipped));
        }
        let colour = if counts.failures + counts.errors > 0 {
            RED
        } else if counts.warnings > 0 {
            YELLOW
        } else if counts.exceptions > 0 {
            CYAN
        } else {
            GREEN
        };
        let line = paint(&line, colour, self.options.colour);
        writeln!(self.out, "\n{line}")?;
        self.out.flush()
    }
}

/// The queries of a result with their traces, as conftest writes them to standard error.
///
/// # Errors
/// What the writer says.
pub fn trace(out: &mut dyn io::Write, result: &FileResult, colour: bool) -> io::Result<()> {
    for query in &result.queries {
        let line = format!("file: {} | query: {}", result.filename, query.query);
        let shade = if query.passed { GREEN } else { RED };
        writeln!(out, "{}", paint(&line, shade, colour))?;
        for line in &query.traces {
            writeln!(out, "{}  {line}", paint("TRAC ", BLUE, colour))?;
        }
    }
    Ok(())
}

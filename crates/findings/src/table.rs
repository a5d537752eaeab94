//! A table of results.

use std::io;

use tabled::builder::Builder;
use tabled::settings::object::Rows;
use tabled::settings::{Alignment, Style};

use crate::lines::{finding_at, problem_at};
use crate::problem::Problem;
use crate::report::FileResult;
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};
use crate::text;

/// Keeps all rows, since the widest tells the width.
pub(crate) struct Table<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
    rows: Vec<[String; 4]>,
}

impl<'w> Table<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Table<'w> {
        Table {
            options,
            out,
            rows: Vec::new(),
        }
    }

    fn row(&mut self, cells: [&str; 4]) {
        // As conftest's: nothing around a cell, and tabs to the width of four.
        self.rows
            .push(cells.map(|cell| cell.trim().replace('\t', "    ")));
    }

    /// conftest's rows: result, file, namespace, message.
    fn plain(&mut self, result: &FileResult) {
        let file = result.filename.as_str();
        let space = result.namespace.as_str();
        for _ in 0..result.successes {
            self.row(["success", file, space, "SUCCESS"]);
        }
        for one in &result.exceptions {
            self.row(["exception", file, space, &one.message]);
        }
        for one in &result.warnings {
            self.row(["warning", file, space, &one.message]);
        }
        for one in &result.skipped {
            self.row(["skipped", file, space, &one.message]);
        }
        for one in &result.failures {
            self.row(["failure", file, space, &one.message]);
        }
    }

    /// kpol's rows: result, place, rule, message; what passed has none.
    fn result(&mut self, result: &FileResult) {
        let file = result.filename.as_str();
        let findings = result.failures.iter().chain(&result.warnings);
        let mut findings: Vec<_> = findings.collect();
        findings.sort_by(|a, b| (a.sort_key(), a.level).cmp(&(b.sort_key(), b.level)));
        for one in findings {
            let place = finding_at(one, file);
            let rule = one.rule.to_string();
            self.row([one.level.as_str(), &place, &rule, &one.message]);
        }
        if !self.options.suppress_exceptions {
            for one in &result.exceptions {
                let rule = one.rule.to_string();
                self.row(["exception", file, &rule, &one.message]);
            }
        }
        for one in &result.suppressed {
            let place = finding_at(&one.finding, file);
            let rule = one.finding.rule.to_string();
            let message = format!("{} ({})", one.finding.message, one.reason);
            self.row(["suppressed", &place, &rule, &message]);
        }
        for one in &result.skipped {
            self.row(["skipped", file, "", &one.message]);
        }
    }
}

impl Reporter for Table<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        if self.options.compat {
            results.iter().for_each(|result| self.plain(result));
            return Ok(());
        }
        results.iter().for_each(|result| self.result(result));
        for problem in problems {
            let place = problem_at(problem);
            self.row([
                problem.severity.as_str(),
                &place,
                &problem.code,
                &problem.message,
            ]);
        }
        Ok(())
    }

    fn finish(&mut self, run: &Summary) -> io::Result<()> {
        if !self.rows.is_empty() {
            let mut builder = Builder::with_capacity(self.rows.len() + 1, 4);
            builder.push_record(if self.options.compat {
                ["RESULT", "FILE", "NAMESPACE", "MESSAGE"]
            } else {
                ["RESULT", "PLACE", "RULE", "MESSAGE"]
            });
            for row in std::mem::take(&mut self.rows) {
                builder.push_record(row);
            }
            let mut table = builder.build();
            table.with(Style::modern().remove_horizontal().horizontals([(
                1,
                tabled::settings::style::HorizontalLine::inherit(Style::modern()),
            )]));
            table.modify(Rows::first(), Alignment::center());
            writeln!(self.out, "{table}")?;
        }
        if !self.options.compat {
            writeln!(self.out, "{}", text::summary(run.counts))?;
        }
        self.out.flush()
    }
}

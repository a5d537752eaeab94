//! The report for people.

use std::fmt::Write;
use std::io;

use kpol_diagnostics::{LineColumn, Message, Severity, SourceMap, Span, render_message};

use crate::finding::{Finding, Level, Location};
use crate::frames;
use crate::problem::Problem;
use crate::report::{Counts, FileResult, Report};
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};

/// Whether the text has colours (ANSI escapes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// With escapes.
    Always,
}

/// What [`render_report`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Colours.
    pub colour: Colour,
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BLUE: &str = "34";
const CYAN: &str = "36";

/// The findings grouped by file, each with its code frame, then what could not be checked, then one line that
/// sums it up. The report is shown in the order that it has; see [`Report::sort`].
#[must_use]
pub fn render_report(report: &Report, sources: &SourceMap, options: Options) -> String {
    let options = ReportOptions {
        colour: options.colour == Colour::Always,
        ..ReportOptions::default()
    };
    // Writing to memory does not fail.
    report
        .render(sources, |out| Box::new(Text::new(options, out)))
        .unwrap_or_default()
}

/// Writes findings and problems as they come, and one line at the end that sums it up.
pub(crate) struct Text<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
}

impl<'w> Text<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Text<'w> {
        Text { options, out }
    }

    fn result(&mut self, result: &FileResult) -> io::Result<()> {
        for line in result.queries.iter().flat_map(|query| &query.prints) {
            let word = paint("print", BLUE, self.options);
            writeln!(self.out, "{word}: {line}\n")?;
        }
        // By place, whatever the level: a file is read from top to bottom.
        let mut findings: Vec<&Finding> = result.failures.iter().chain(&result.warnings).collect();
        findings.sort_by(|a, b| (a.sort_key(), a.level).cmp(&(b.sort_key(), b.level)));
        for finding in findings {
            let text = one(finding, &result.filename, self.options);
            writeln!(self.out, "{text}\n")?;
        }
        for mutation in &result.mutations {
            let word = paint("mutation", CYAN, self.options);
            let place = match &mutation.location {
                Some(place) => format!("{}:{}:{}", place.file, place.line, place.column),
                None => result.filename.clone(),
            };
            let object = mutation.object.as_ref().map(ToString::to_string);
            writeln!(
                self.out,
                "{word}[{}]: would change {}\n --> {place}\n{}",
                mutation.rule,
                object
                    .filter(|o| !o.is_empty())
                    .unwrap_or("this".to_owned()),
                mutation.diff
            )?;
        }
        if !self.options.suppress_exceptions {
            for exception in &result.exceptions {
                let word = paint("exception", CYAN, self.options);
                writeln!(
                    self.out,
                    "{word}[{}]: exempted by `{}`\n --> {}\n",
                    exception.rule, exception.message, result.filename
                )?;
            }
        }
        if self.options.show_skipped {
            for note in &result.skipped {
                let word = paint("skipped", CYAN, self.options);
                let place = match &note.location {
                    Some(place) => format!("{}:{}:{}", place.file, place.line, place.column),
                    None => result.filename.clone(),
                };
                writeln!(self.out, "{word}: {}\n --> {place}\n", note.message)?;
            }
        }
        Ok(())
    }
}

impl Reporter for Text<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        for result in results {
            self.result(result)?;
        }
        for problem in problems {
            let text = render_problem(problem, self.options.colour);
            writeln!(self.out, "{text}\n")?;
        }
        self.out.flush()
    }

    fn finish(&mut self, run: &Summary) -> io::Result<()> {
        let counts = run.counts;
        let line = paint(&summary(counts), colour_of(counts), self.options);
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }
}

/// A problem with its code frames, without a final line feed.
#[must_use]
pub fn render_problem(problem: &Problem, colour: bool) -> String {
    let places: Vec<&Location> = problem
        .location
        .iter()
        .chain(problem.labels.iter().map(|(place, _)| place))
        .collect();
    let (sources, spans) = frames::pieces(&places);
    let mut spans = spans.into_iter();
    let main = problem.location.as_ref();
    let span = main.and_then(|_| spans.next()).unwrap_or(Span::NOWHERE);
    let texts = problem.labels.iter().map(|(_, text)| text.clone());
    let labels: Vec<(Span, String)> = spans.zip(texts).collect();
    let footers: Vec<(&str, &str)> = problem
        .help
        .iter()
        .map(|text| ("help", text.as_str()))
        .collect();
    render_message(
        &sources,
        &Message {
            severity: problem.severity,
            level_name: None,
            id: &problem.code,
            title: &problem.message,
            span,
            labels: &labels,
            origin: main.map(origin),
            footers: &footers,
        },
        colour,
    )
}

fn origin(place: &Location) -> (&str, Option<LineColumn>) {
    (&place.file, Some(place.start()))
}

/// One finding with its code frame, without a final line feed.
fn one(finding: &Finding, filename: &str, options: ReportOptions) -> String {
    let place = finding.location.as_ref();
    let places: Vec<&Location> = place.into_iter().collect();
    let (sources, spans) = frames::pieces(&places);
    let span = spans.first().copied().unwrap_or(Span::NOWHERE);
    let path = place
        .and_then(|place| place.path.clone())
        .unwrap_or_default();
    let labels = [(span, path)];
    let object = finding
        .object
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut footers: Vec<(&str, &str)> = Vec::new();
    if let Some(title) = finding
        .title
        .as_deref()
        .filter(|title| *title != finding.message)
    {
        footers.push(("rule", title));
    }
    if let Some(severity) = &finding.severity {
        footers.push(("severity", severity));
    }
    if !object.is_empty() {
        footers.push(("object", &object));
    }
    if let Some(remediation) = &finding.remediation {
        footers.push(("help", remediation));
    }
    footers.extend(finding.links.iter().map(|link| ("see", link.as_str())));
    let rule = finding.rule.to_string();
    render_message(
        &sources,
        &Message {
            severity: match finding.level {
                Level::Failure => Severity::Error,
                Level::Warning => Severity::Warning,
            },
            level_name: Some(finding.level.as_str()),
            id: &rule,
            title: &finding.message,
            span,
            labels: &labels,
            origin: Some(place.map_or((filename, None), origin)),
            footers: &footers,
        },
        options.colour,
    )
}

/// `12 tests, 8 passed, 1 warning, 2 failures, 0 exceptions`, and errors if there are any.
#[must_use]
pub fn summary(counts: Counts) -> String {
    let mut out = format!(
        "{}, {} passed, {}, {}, {}",
        plural(counts.tests, "test"),
        counts.passed,
        plural(counts.warnings, "warning"),
        plural(counts.failures, "failure"),
        plural(counts.exceptions, "exception"),
    );
    for (count, word) in [
        (counts.skipped, "skipped"),
        (counts.suppressed, "suppressed"),
    ] {
        if count > 0 {
            let _ = write!(out, ", {count} {word}");
        }
    }
    if counts.errors > 0 {
        let _ = write!(out, ", {}", plural(counts.errors, "error"));
    }
    out
}

pub(crate) fn plural(count: u64, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

fn colour_of(counts: Counts) -> &'static str {
    if counts.failures + counts.errors > 0 {
        RED
    } else if counts.warnings > 0 {
        YELLOW
    } else if counts.exceptions > 0 {
        CYAN
    } else {
        GREEN
    }
}

fn paint(text: &str, colour: &str, options: ReportOptions) -> String {
    if options.colour {
        format!("\u{1b}[1m\u{1b}[{colour}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

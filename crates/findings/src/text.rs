//! The report for people.

use std::fmt::Write;

use kpol_diagnostics::{Message, Severity, SourceMap, Span, render, render_message};

use crate::finding::{Finding, Level};
use crate::report::{Counts, FileResult, Report};

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
const CYAN: &str = "36";

/// The findings grouped by file, each with its code frame, then what could not be checked, then one line that
/// sums it up. The report is shown in the order that it has; see [`Report::sort`].
#[must_use]
pub fn render_report(report: &Report, sources: &SourceMap, options: Options) -> String {
    let mut out = String::new();
    for result in &report.results {
        file(&mut out, result, sources, options);
    }
    if !report.errors.is_empty() {
        out.push_str(&render(
            sources,
            &report.errors,
            options.colour == Colour::Always,
        ));
        out.push('\n');
    }
    let counts = report.counts();
    out.push_str(&paint(&summary(counts), colour_of(counts), options));
    out.push('\n');
    out
}

fn file(out: &mut String, result: &FileResult, sources: &SourceMap, options: Options) {
    // By place, whatever the level: a file is read from top to bottom.
    let mut findings: Vec<&Finding> = result.failures.iter().chain(&result.warnings).collect();
    findings.sort_by(|a, b| (a.sort_key(), a.level).cmp(&(b.sort_key(), b.level)));
    for finding in findings {
        out.push_str(&one(finding, &result.filename, sources, options));
        out.push_str("\n\n");
    }
    for exception in &result.exceptions {
        let word = paint("exception", CYAN, options);
        let _ = write!(
            out,
            "{word}[{}]: exempted by `{}`\n --> {}\n\n",
            exception.rule, exception.message, result.filename
        );
    }
}

/// One finding with its code frame, without a final line feed.
fn one(finding: &Finding, filename: &str, sources: &SourceMap, options: Options) -> String {
    let place = finding.location.as_ref();
    let span = place.map_or(Span::NOWHERE, |place| place.span);
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
    let file = place.map_or(filename, |place| place.file.as_str());
    render_message(
        sources,
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
            origin: Some((file, place.map(crate::finding::Location::start))),
            footers: &footers,
        },
        options.colour == Colour::Always,
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
    if counts.errors > 0 {
        let _ = write!(out, ", {}", plural(counts.errors, "error"));
    }
    out
}

fn plural(count: u64, word: &str) -> String {
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

fn paint(text: &str, colour: &str, options: Options) -> String {
    match options.colour {
        Colour::Never => text.to_owned(),
        Colour::Always => format!("\u{1b}[1m\u{1b}[{colour}m{text}\u{1b}[0m"),
    }
}

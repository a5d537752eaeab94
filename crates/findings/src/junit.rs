//! JUnit's XML: a suite for each file and namespace; conftest's has one for each namespace.

use std::io;

use crate::finding::{Finding, Location};
use crate::lines::{at, first_line};
use crate::problem::Problem;
use crate::report::FileResult;
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};

/// The release of Go that conftest names.
const GO: &str = "go1.26.8";

/// Writes suites as results come. As conftest, it keeps all results, since they are put together by namespace.
pub(crate) struct Junit<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
    begun: bool,
    /// Only for conftest: suites by namespace, in the order in which those came.
    suites: Vec<(String, Vec<Case>)>,
}

/// A test case of conftest's.
struct Case {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl<'w> Junit<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Junit<'w> {
        Junit {
            options,
            out,
            begun: false,
            suites: Vec::new(),
        }
    }

    fn open(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            self.out
                .write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n")?;
        }
        Ok(())
    }

    fn keep(&mut self, result: &FileResult) {
        let file = &result.filename;
        let name = |message: &str| {
            if self.options.junit_hide_message || message.is_empty() {
                file.clone()
            } else {
                format!("{file} - {}", first_line(message))
            }
        };
        let findings = result.warnings.iter().chain(&result.failures);
        let mut cases: Vec<Case> = findings
            .map(|one| Case {
                name: name(&one.message),
                outcome: Outcome::Failed(one.message.clone()),
            })
            .collect();
        cases.extend(result.skipped.iter().map(|one| Case {
            name: name(&one.message),
            outcome: Outcome::Skipped(one.message.clone()),
        }));
        cases.extend((0..result.successes).map(|_| Case {
            name: name(""),
            outcome: Outcome::Passed,
        }));
        if cases.is_empty() {
            return;
        }
        let space = &result.namespace;
        match self.suites.iter_mut().find(|(name, _)| name == space) {
            Some((_, suite)) => suite.append(&mut cases),
            None => self.suites.push((space.clone(), cases)),
        }
    }

    fn kept(&mut self) -> io::Result<()> {
        self.out
            .write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
        let suites = std::mem::take(&mut self.suites);
        for (space, cases) in &suites {
            let failures = cases
                .iter()
                .filter(|case| matches!(case.outcome, Outcome::Failed(_)))
                .count();
            let name = escape(&format!("conftest.{space}"));
            let class = escape(match space.rsplit_once('/') {
                Some((_, last)) => last,
                None => &name,
            });
            let class = if space.contains('/') {
                class
            } else {
                name.clone()
            };
            write!(
                self.out,
                "\n\t<testsuite tests=\"{}\" failures=\"{failures}\" time=\"0.000\" name=\"{name}\">\
                 \n\t\t<properties>\n\t\t\t<property name=\"go.version\" value=\"{GO}\"></property>\
                 \n\t\t</properties>",
                cases.len()
            )?;
            for case in cases {
                let name = escape(&case.name);
                write!(
                    self.out,
                    "\n\t\t<testcase classname=\"{class}\" name=\"{name}\" time=\"0.000\">"
                )?;
                match &case.outcome {
                    Outcome::Passed => {}
                    Outcome::Failed(text) => write!(
                        self.out,
                        "\n\t\t\t<failure message=\"Failed\" type=\"\">{}</failure>\n\t\t",
                        escape(text)
                    )?,
                    Outcome::Skipped(text) => write!(
                        self.out,
                        "\n\t\t\t<skipped message=\"{}\"></skipped>\n\t\t",
                        escape(text)
                    )?,
                }
                self.out.write_all(b"</testcase>")?;
            }
            self.out.write_all(b"\n\t</testsuite>")?;
        }
        let end: &[u8] = if suites.is_empty() {
            b"</testsuites>\n"
        } else {
            b"\n</testsuites>\n"
        };
        self.out.write_all(end)
    }

    fn suite(&mut self, name: &str, counts: [u64; 4], file: &str) -> io::Result<()> {
        let [tests, failures, errors, skipped] = counts;
        write!(
            self.out,
            "\t<testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" \
             skipped=\"{skipped}\" time=\"0.000\"",
            escape(name)
        )?;
        if !file.is_empty() {
            write!(self.out, " file=\"{}\"", escape(file))?;
        }
        self.out.write_all(b">\n")
    }

    fn case(
        &mut self,
        class: &str,
        name: &str,
        file: &str,
        place: Option<&Location>,
        inner: &str,
    ) -> io::Result<()> {
        let class = escape(class);
        let name = escape(name);
        write!(
            self.out,
            "\t\t<testcase classname=\"{class}\" name=\"{name}\" time=\"0.000\""
        )?;
        let file = place.map_or(file, |place| place.file.as_str());
        if !file.is_empty() {
            write!(self.out, " file=\"{}\"", escape(file))?;
        }
        if let Some(place) = place {
            write!(self.out, " line=\"{}\"", place.line)?;
        }
        if inner.is_empty() {
            self.out.write_all(b"/>\n")
        } else {
            write!(self.out, ">\n\t\t\t{inner}\n\t\t</testcase>\n")
        }
    }

    fn name(&self, rule: &str, message: &str) -> String {
        if self.options.junit_hide_message || message.is_empty() {
            rule.to_owned()
        } else {
            format!("{rule}: {}", first_line(message))
        }
    }

    fn finding(&mut self, finding: &Finding, result: &FileResult, inner: &str) -> io::Result<()> {
        let name = self.name(&finding.rule.to_string(), &finding.message);
        let place = finding.location.as_ref();
        self.case(&result.namespace, &name, &result.filename, place, inner)
    }

    fn result(&mut self, result: &FileResult) -> io::Result<()> {
        let file = &result.filename;
        let failures = result.failures.len() as u64;
        let warnings = result.warnings.len() as u64;
        let skipped =
            (result.skipped.len() + result.exceptions.len() + result.suppressed.len()) as u64;
        let tests = result.successes + failures + warnings + skipped;
        let name = format!("{file} ({})", result.namespace);
        self.suite(&name, [tests, failures, 0, skipped], file)?;
        for one in &result.failures {
            let kind = one.severity.as_deref().unwrap_or("failure");
            let inner = format!(
                "<failure type=\"{}\" message=\"{}\">{}</failure>",
                escape(kind),
                escape(first_line(&one.message)),
                escape(&details(one))
            );
            self.finding(one, result, &inner)?;
        }
        for one in &result.warnings {
            // A warning does not fail the run.
            let text = escape(&format!("warning: {}", details(one)));
            self.finding(one, result, &format!("<system-out>{text}</system-out>"))?;
        }
        for one in &result.suppressed {
            let reason = escape(&format!("suppressed: {}", one.reason));
            self.finding(&one.finding, result, &skip(&reason))?;
        }
        for one in &result.exceptions {
            let reason = escape(&format!("exempted by {}", one.message));
            let rule = one.rule.to_string();
            self.case(&result.namespace, &rule, file, None, &skip(&reason))?;
        }
        for one in &result.skipped {
            let inner = skip(&escape(&one.message));
            let place = one.location.as_ref();
            self.case(&result.namespace, &one.message, file, place, &inner)?;
        }
        for _ in 0..result.successes {
            self.case(&result.namespace, file, file, None, "")?;
        }
        self.out.write_all(b"\t</testsuite>\n")
    }

    fn problems(&mut self, problems: &[Problem]) -> io::Result<()> {
        if problems.is_empty() {
            return Ok(());
        }
        let errors = problems.iter().filter(|one| one.is_error()).count() as u64;
        let all = problems.len() as u64;
        self.suite("not checked", [all, 0, errors, 0], "")?;
        for one in problems {
            let mut text = one.message.clone();
            for help in &one.help {
                text.push_str("\nhelp: ");
                text.push_str(help);
            }
            if let Some(place) = &one.location {
                text.push_str(&format!("\nat {}", at(place)));
            }
            let inner = if one.is_error() {
                format!(
                    "<error type=\"{}\" message=\"{}\">{}</error>",
                    escape(&one.code),
                    escape(first_line(&one.message)),
                    escape(&text)
                )
            } else {
                format!("<system-out>{}</system-out>", escape(&text))
            };
            let name = self.name(&one.code, &one.message);
            self.case("kpol", &name, "", one.location.as_ref(), &inner)?;
        }
        self.out.write_all(b"\t</testsuite>\n")
    }
}

fn skip(reason: &str) -> String {
    format!("<skipped message=\"{reason}\"/>")
}

/// A finding's message, place, object and remedy.
fn details(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if let Some(place) = &finding.location {
        text.push_str(&format!("\nat {}", at(place)));
        if let Some(path) = &place.path {
            text.push_str(&format!(" ({path})"));
        }
    }
    if let Some(object) = &finding.object {
        text.push_str(&format!("\nobject: {object}"));
    }
    if let Some(remediation) = &finding.remediation {
        text.push_str(&format!("\nhelp: {remediation}"));
    }
    text
}

/// Text for elements and attributes, escaped as Go does; characters that XML does not have become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            char if char < ' ' || matches!(char, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out
}

impl Reporter for Junit<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        if self.options.compat {
            results.iter().for_each(|result| self.keep(result));
            return Ok(());
        }
        self.open()?;
        for result in results {
            self.result(result)?;
        }
        self.problems(problems)?;
        self.out.flush()
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        if self.options.compat {
            self.kept()?;
        } else {
            self.open()?;
            self.out.write_all(b"</testsuites>\n")?;
        }
        self.out.flush()
    }
}

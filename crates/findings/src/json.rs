//! The report for programs: conftest's JSON, with a `location` on each failure and warning.
//!
//! Like conftest's it is indented by tabs, has its members in conftest's order (metadata by name), leaves out
//! what is empty, and escapes `<`, `>` and `&` as Go does, so that what reads conftest's output reads this.
//! What could not be checked stands as `errors` in an element of its own for each file.

use std::io;

use kpol_diagnostics::SourceMap;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};
use serde_json::{Map, Value};

use crate::finding::{Finding, Location};
use crate::problem::Problem;
use crate::report::{FileResult, Report};
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};

#[derive(Serialize)]
struct Element<'a> {
    filename: &'a str,
    namespace: &'a str,
    successes: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorItem<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    loc: Option<LocItem<'a>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem<'a>>,
}

#[derive(Serialize)]
struct LocItem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<&'a serde_json::Number>,
}

#[derive(Serialize)]
struct LocationItem<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorItem<'a> {
    msg: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem<'a>>,
}

/// The report as one JSON array and a line feed, in the order that it has; see [`Report::sort`].
///
/// # Errors
///
/// Only if metadata cannot be written as JSON, which no value of a policy is.
pub fn render_report(report: &Report, sources: &SourceMap) -> io::Result<String> {
    report.render(sources, |out| {
        Box::new(Json::new(ReportOptions::default(), out))
    })
}

/// Writes elements as results come, one array in all.
pub(crate) struct Json<'w> {
    options: ReportOptions,
    out: Box<dyn io::Write + 'w>,
    some: bool,
}

impl<'w> Json<'w> {
    pub(crate) fn new(options: ReportOptions, out: Box<dyn io::Write + 'w>) -> Json<'w> {
        Json {
            options,
            out,
            some: false,
        }
    }

    fn element(&mut self, element: &Element<'_>) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, GoFormatter::new());
        element.serialize(&mut serializer)?;
        let mut separator: &[u8] = if self.some { b",\n\t" } else { b"[\n\t" };
        self.some = true;
        // Line feeds inside of strings are escaped.
        for line in bytes.split(|byte| *byte == b'\n') {
            self.out.write_all(separator)?;
            self.out.write_all(line)?;
            separator = b"\n\t";
        }
        Ok(())
    }
}

impl Reporter for Json<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        for result in results {
            self.element(&element(result))?;
        }
        for element in errors(problems) {
            self.element(&element)?;
        }
        self.out.flush()
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        let end: &[u8] = match (self.some, self.options.compat) {
            (true, _) => b"\n]\n",
            (false, false) => b"[]\n",
            // As Go writes a list that nobody made.
            (false, true) => b"null\n",
        };
        self.out.write_all(end)?;
        self.out.flush()
    }
}

fn element(result: &FileResult) -> Element<'_> {
    Element {
        filename: name(&result.filename),
        namespace: &result.namespace,
        successes: result.successes,
        warnings: result.warnings.iter().map(item).collect(),
        failures: result.failures.iter().map(item).collect(),
        exceptions: result
            .exceptions
            .iter()
            .map(|exception| Item {
                msg: &exception.message,
                loc: None,
                metadata: Map::new(),
                location: None,
            })
            .collect(),
        errors: Vec::new(),
    }
}

/// Standard input has no name in conftest's output.
fn name(file: &str) -> &str {
    if file == "-" { "" } else { file }
}

fn item(finding: &Finding) -> Item<'_> {
    let mut metadata = finding.metadata.clone();
    metadata.insert("query".to_owned(), Value::String(finding.query.clone()));
    Item {
        msg: &finding.message,
        loc: finding.loc.as_ref().map(|loc| LocItem {
            file: loc.file.as_deref(),
            line: loc.line.as_ref(),
        }),
        metadata: sorted(metadata),
        location: finding.location.as_ref().map(location),
    }
}

fn location(place: &Location) -> LocationItem<'_> {
    LocationItem {
        file: name(&place.file),
        line: place.line,
        column: place.column,
        path: place.path.as_deref(),
    }
}

/// Members by name at all levels. Values come from policies, whose nesting is bounded.
fn sorted(map: Map<String, Value>) -> Map<String, Value> {
    let mut members: Vec<(String, Value)> = map
        .into_iter()
        .map(|(key, value)| (key, sorted_value(value)))
        .collect();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.into_iter().collect()
}

fn sorted_value(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(sorted(map)),
        Value::Array(items) => Value::Array(items.into_iter().map(sorted_value).collect()),
        other => other,
    }
}

/// One element for each file that has problems, in the order of the problems.
fn errors(problems: &[Problem]) -> Vec<Element<'_>> {
    let mut elements: Vec<Element<'_>> = Vec::new();
    for problem in problems {
        let file = problem
            .location
            .as_ref()
            .map_or("", |place| name(&place.file));
        let item = ErrorItem {
            msg: &problem.message,
            code: &problem.code,
            location: problem.location.as_ref().map(location),
        };
        match elements
            .last_mut()
            .filter(|element| element.filename == file)
        {
            Some(element) => element.errors.push(item),
            None => elements.push(Element {
                filename: file,
                namespace: "",
                successes: 0,
                warnings: Vec::new(),
                failures: Vec::new(),
                exceptions: Vec::new(),
                errors: vec![item],
            }),
        }
    }
    elements
}

/// Indents by tabs and escapes what Go's encoder escapes.
struct GoFormatter {
    pretty: PrettyFormatter<'static>,
}

impl GoFormatter {
    fn new() -> GoFormatter {
        GoFormatter {
            pretty: PrettyFormatter::with_indent(b"\t"),
        }
    }
}

impl Formatter for GoFormatter {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let special = ['<', '>', '&', '\u{2028}', '\u{2029}'];
        let mut rest = fragment;
        while let Some(at) = rest.find(special) {
            let (before, after) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut chars = after.chars();
            if let Some(char) = chars.next() {
                write!(writer, "\\u{:04x}", u32::from(char))?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.pretty.write_char_escape(writer, escape)
    }
}

//! The report for programs: conftest's JSON, with a `location` on each failure and warning.
//!
//! Like conftest's it is indented by tabs, has its members in conftest's order (metadata by name), leaves out
//! what is empty, and escapes `<`, `>` and `&` as Go does, so that what reads conftest's output reads this.
//! What could not be checked stands as `errors` in an element of its own for each file.

use std::io;

use kpol_diagnostics::SourceMap;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Map, Value};

use crate::finding::{Finding, Location, ObjectRef};
use crate::fingerprint::fingerprint;
use crate::problem::Problem;
use crate::report::{FileResult, Report};
use crate::reporter::{ReportOptions, Reporter, RunInfo, Summary};

#[derive(Serialize, Default)]
struct Element<'a> {
    filename: &'a str,
    namespace: &'a str,
    successes: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<SuppressedItem<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mutations: Vec<MutationItem<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorItem<'a>>,
}

#[derive(Serialize, Default)]
struct Item<'a> {
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    loc: Option<LocItem<'a>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectItem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
}

#[derive(Serialize)]
struct MutationItem<'a> {
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectItem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem<'a>>,
    diff: &'a str,
    mutated: &'a Value,
}

#[derive(Serialize)]
struct SuppressedItem<'a> {
    #[serde(flatten)]
    item: Item<'a>,
    level: &'a str,
    reason: &'a str,
    by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectItem<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    api_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
}

#[derive(Serialize)]
struct LocItem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<&'a serde_json::Number>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationItem<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorItem<'a> {
    msg: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem<'a>>,
    #[serde(skip_serializing_if = "is_error")]
    severity: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    help: &'a [String],
}

/// Errors do not say so.
fn is_error(severity: &str) -> bool {
    severity == "error"
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
            self.element(&element(result, self.options))?;
        }
        if self.options.compat {
            return Ok(());
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

fn element(result: &FileResult, options: ReportOptions) -> Element<'_> {
    let file = &result.filename;
    let mut element = Element {
        filename: name(file),
        namespace: &result.namespace,
        successes: result.successes,
        ..Element::default()
    };
    element.warnings = result
        .warnings
        .iter()
        .map(|finding| item(finding, file, options.compat))
        .collect();
    element.failures = result
        .failures
        .iter()
        .map(|finding| item(finding, file, options.compat))
        .collect();
    element.skipped = result
        .skipped
        .iter()
        .map(|note| Item {
            msg: &note.message,
            location: note
                .location
                .as_ref()
                .filter(|_| !options.compat)
                .map(location),
            ..Item::default()
        })
        .collect();
    element.exceptions = result
        .exceptions
        .iter()
        .map(|exception| Item {
            msg: &exception.message,
            rule: some(exception.rule.to_string()).filter(|_| !options.compat),
            ..Item::default()
        })
        .collect();
    if !options.compat {
        element.suppressed = result
            .suppressed
            .iter()
            .map(|one| SuppressedItem {
                item: item(&one.finding, file, false),
                level: one.finding.level.as_str(),
                reason: &one.reason,
                by: &one.by,
                until: one.until.as_deref(),
                owner: one.owner.as_deref(),
            })
            .collect();
        element.mutations = result
            .mutations
            .iter()
            .map(|one| MutationItem {
                rule: one.rule.to_string(),
                object: object(one.object.as_ref()),
                location: one.location.as_ref().map(location),
                diff: &one.diff,
                mutated: &one.mutated,
            })
            .collect();
    }
    element
}

fn object(object: Option<&ObjectRef>) -> Option<ObjectItem<'_>> {
    object
        .filter(|object| **object != ObjectRef::default())
        .map(|object| ObjectItem {
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: &object.namespace,
            name: &object.name,
        })
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Standard input has no name in conftest's output.
fn name(file: &str) -> &str {
    if file == "-" { "" } else { file }
}

fn item<'a>(finding: &'a Finding, file: &str, compat: bool) -> Item<'a> {
    let mut metadata = finding.metadata.clone();
    if !finding.query.is_empty() {
        metadata.insert("query".to_owned(), Value::String(finding.query.clone()));
    }
    let mut item = Item {
        msg: &finding.message,
        loc: finding.loc.as_ref().map(|loc| LocItem {
            file: loc.file.as_deref(),
            line: loc.line.as_ref(),
        }),
        metadata: sorted(metadata),
        ..Item::default()
    };
    if compat {
        return item;
    }
    item.location = finding.location.as_ref().map(location);
    item.rule = some(finding.rule.to_string());
    item.severity = finding.severity.as_deref();
    item.title = finding.title.as_deref();
    item.remediation = finding.remediation.as_deref();
    item.links = finding.links.iter().map(String::as_str).collect();
    item.object = object(finding.object.as_ref());
    item.fingerprint = Some(fingerprint(finding, file));
    item
}

fn location(place: &Location) -> LocationItem<'_> {
    LocationItem {
        file: name(&place.file),
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
        path: place.path.as_deref(),
    }
}

/// A value without white space, as Go's encoder writes it.
pub(crate) fn go_json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let formatter = GoFormatter { pretty: None };
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    value.serialize(&mut serializer)?;
    Ok(bytes)
}

/// Members by name at all levels. Values come from policies, whose nesting is bounded.
pub(crate) fn sorted(map: Map<String, Value>) -> Map<String, Value> {
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
            severity: problem.severity.as_str(),
            help: &problem.help,
        };
        match elements
            .last_mut()
            .filter(|element| element.filename == file)
        {
            Some(element) => element.errors.push(item),
            None => elements.push(Element {
                filename: file,
                errors: vec![item],
                ..Element::default()
            }),
        }
    }
    elements
}

/// Escapes what Go's encoder escapes, and may indent by tabs.
struct GoFormatter {
    pretty: Option<PrettyFormatter<'static>>,
}

impl GoFormatter {
    fn new() -> GoFormatter {
        GoFormatter {
            pretty: Some(PrettyFormatter::with_indent(b"\t")),
        }
    }
}

/// Hands a method of `Formatter` on.
macro_rules! pass {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $arg: $type)*) -> io::Result<()> {
            match &mut self.pretty {
                Some(pretty) => pretty.$name(writer $(, $arg)*),
                None => CompactFormatter.$name(writer $(, $arg)*),
            }
        })*
    };
}

impl Formatter for GoFormatter {
    pass! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
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
}

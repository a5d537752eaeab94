//! Results from the JSON that kpol and conftest write.

use kpol_diagnostics::Severity;
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::finding::{Finding, Level, Loc, Location, ObjectRef, RuleId};
use crate::problem::Problem;
use crate::report::{Counts, Exception, FileResult, Mutation, Note, Suppressed};
use crate::reporter::{RuleInfo, RunInfo};

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// One for each file and namespace, as they stand.
    pub results: Vec<FileResult>,
    /// What was not checked.
    pub problems: Vec<Problem>,
}

/// A text that is no report.
#[derive(Debug, Error)]
#[error("not a report: {0}")]
pub struct ReadError(#[from] serde_json::Error);

impl ReadError {
    /// A stable code that users can look up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "report_syntax_error"
    }

    /// Line and column, both from 1; 0 where the text ends too early.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        (self.0.line(), self.0.column())
    }

    /// Whether the text ends too early.
    #[must_use]
    pub fn is_eof(&self) -> bool {
        self.0.is_eof()
    }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Element {
    filename: String,
    namespace: String,
    successes: u64,
    skipped: Option<Vec<Item>>,
    warnings: Option<Vec<Item>>,
    failures: Option<Vec<Item>>,
    exceptions: Option<Vec<Item>>,
    suppressed: Option<Vec<Item>>,
    mutations: Option<Vec<MutationItem>>,
    errors: Option<Vec<ErrorItem>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Item {
    msg: String,
    loc: Option<LocItem>,
    metadata: Option<Map<String, Value>>,
    location: Option<LocationItem>,
    rule: Option<String>,
    severity: Option<String>,
    title: Option<String>,
    remediation: Option<String>,
    links: Vec<String>,
    object: Option<ObjectItem>,
    level: Option<String>,
    reason: String,
    by: String,
    until: Option<String>,
    owner: Option<String>,
}

#[derive(Deserialize)]
struct MutationItem {
    rule: Option<String>,
    object: Option<ObjectItem>,
    location: Option<LocationItem>,
    diff: String,
    mutated: Value,
}

#[derive(Deserialize)]
struct LocItem {
    file: Option<String>,
    line: Option<serde_json::Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocationItem {
    file: String,
    line: u32,
    column: u32,
    end_line: Option<u32>,
    end_column: Option<u32>,
    path: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ObjectItem {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorItem {
    msg: String,
    code: String,
    location: Option<LocationItem>,
    severity: Option<String>,
    help: Vec<String>,
}

/// Reads the first JSON value of a text as a report. What follows it is not looked at, as by conftest.
///
/// # Errors
/// Where the text is no JSON, or none of a report.
pub fn read(text: &str) -> Result<Results, ReadError> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Option<Vec<Element>>>();
    let elements = match stream.next() {
        Some(elements) => elements?.unwrap_or_default(),
        // The error of a text without a value.
        None => serde_json::from_str::<Vec<Element>>(text)?,
    };
    let mut out = Results::default();
    for element in elements {
        let errors = element.errors.unwrap_or_default();
        let only_errors = !errors.is_empty()
            && element.namespace.is_empty()
            && element.successes == 0
            && element.mutations.is_none()
            && [
                &element.skipped,
                &element.warnings,
                &element.failures,
                &element.exceptions,
                &element.suppressed,
            ]
            .iter()
            .all(|items| items.is_none());
        out.problems.extend(errors.into_iter().map(problem));
        if only_errors {
            continue;
        }
        let namespace = element.namespace;
        let all = |items: Option<Vec<Item>>, level: Level| -> Vec<Finding> {
            let items = items.unwrap_or_default().into_iter();
            items.map(|item| finding(item, level, &namespace)).collect()
        };
        let notes = element.skipped.unwrap_or_default().into_iter();
        let exceptions = element.exceptions.unwrap_or_default().into_iter();
        let suppressed = element.suppressed.unwrap_or_default().into_iter();
        let mutations = element.mutations.unwrap_or_default().into_iter();
        out.results.push(FileResult {
            successes: element.successes,
            warnings: all(element.warnings, Level::Warning),
            failures: all(element.failures, Level::Failure),
            exceptions: exceptions
                .map(|item| Exception {
                    rule: rule(item.rule, None, &namespace, "exception"),
                    message: item.msg,
                })
                .collect(),
            skipped: notes
                .map(|item| Note {
                    message: item.msg,
                    location: item.location.map(location),
                })
                .collect(),
            suppressed: suppressed
                .map(|item| suppression(item, &namespace))
                .collect(),
            queries: Vec::new(),
            mutations: mutations
                .map(|item| Mutation {
                    rule: rule(item.rule, None, &namespace, "mutation"),
                    object: item.object.map(object),
                    location: item.location.map(location),
                    diff: item.diff,
                    mutated: item.mutated,
                })
                .collect(),
            filename: element.filename,
            namespace,
        });
    }
    Ok(out)
}

impl Results {
    /// How many there are of each.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.results.iter().for_each(|result| counts.add(result));
        counts.add_problems(&self.problems);
        counts
    }

    /// The rules that found something: a report does not name the others.
    #[must_use]
    pub fn run(&self) -> RunInfo {
        let mut rules: Vec<RuleInfo> = Vec::new();
        for result in &self.results {
            let suppressed = result.suppressed.iter().map(|one| &one.finding);
            let findings = result.failures.iter().chain(&result.warnings);
            for one in findings.chain(suppressed) {
                if rules.iter().any(|info| info.rule == one.rule) {
                    continue;
                }
                rules.push(RuleInfo {
                    rule: one.rule.clone(),
                    level: one.level,
                    title: one.title.clone(),
                    description: None,
                    severity: one.severity.clone(),
                    remediation: one.remediation.clone(),
                    links: one.links.clone(),
                    tags: Vec::new(),
                });
            }
        }
        RunInfo {
            rules,
            command: "test".to_owned(),
        }
    }
}

/// A rule by the query that asked it; without one, it is named
/// by what it is. Where the report has a name that is not the rule's own, that is an id.
fn rule(name: Option<String>, query: Option<&str>, namespace: &str, kind: &str) -> RuleId {
    let path = query
        .and_then(|query| query.strip_prefix("data."))
        .and_then(|path| path.rsplit_once('.'));
    let mut rule = match path {
        Some((package, name)) => RuleId {
            package: package.to_owned(),
            name: name.to_owned(),
            id: None,
        },
        None => RuleId {
            package: namespace.to_owned(),
            name: kind.to_owned(),
            id: None,
        },
    };
    if let Some(name) = name.filter(|name| *name != rule.to_string()) {
        rule.id = Some(name);
    }
    rule
}

fn finding(item: Item, level: Level, namespace: &str) -> Finding {
    let mut metadata = item.metadata.unwrap_or_default();
    let query = match metadata.get("query") {
        Some(Value::String(query)) => query.clone(),
        _ => String::new(),
    };
    if !query.is_empty() {
        metadata.shift_remove("query");
    }
    let kind = match level {
        Level::Failure => "deny",
        Level::Warning => "warn",
    };
    let rule = rule(item.rule, Some(&query), namespace, kind);
    let severity = item.severity.or_else(|| {
        let severity = metadata.get("severity").and_then(Value::as_str);
        severity.map(str::to_owned)
    });
    Finding {
        severity,
        namespace: namespace.to_owned(),
        object: item.object.map(object),
        location: item.location.map(location),
        loc: item.loc.map(|loc| Loc {
            file: loc.file,
            line: loc.line,
        }),
        metadata,
        remediation: item.remediation,
        title: item.title,
        links: item.links,
        query,
        ..Finding::new(rule, level, item.msg)
    }
}

fn suppression(item: Item, namespace: &str) -> Suppressed {
    let level = match item.level.as_deref() {
        Some("warning") => Level::Warning,
        _ => Level::Failure,
    };
    Suppressed {
        reason: item.reason.clone(),
        by: item.by.clone(),
        until: item.until.clone(),
        owner: item.owner.clone(),
        finding: finding(item, level, namespace),
    }
}

fn object(object: ObjectItem) -> ObjectRef {
    ObjectRef {
        api_version: object.api_version,
        kind: object.kind,
        namespace: object.namespace,
        name: object.name,
    }
}

fn location(item: LocationItem) -> Location {
    Location {
        end_line: item.end_line.unwrap_or(item.line),
        end_column: item.end_column.unwrap_or(item.column),
        file: item.file,
        line: item.line,
        column: item.column,
        path: item.path,
        excerpt: None,
    }
}

fn problem(item: ErrorItem) -> Problem {
    Problem {
        severity: match item.severity.as_deref() {
            Some("warning") => Severity::Warning,
            _ => Severity::Error,
        },
        location: item.location.map(location),
        help: item.help,
        ..Problem::plain(item.code, item.msg)
    }
}

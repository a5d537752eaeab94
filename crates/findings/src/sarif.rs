//! SARIF 2.1.0: all rules first, then results as they come, then how the run went.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;

use kpol_diagnostics::Severity;
use serde_json::{Map, Value, json};

use crate::finding::{Finding, Level, Location};
use crate::fingerprint::fingerprint;
use crate::problem::Problem;
use crate::report::{FileResult, Suppressed};
use crate::reporter::{Reporter, RuleInfo, RunInfo, Summary};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes results as they come; problems are kept, since they stand behind the results.
pub(crate) struct Sarif<'w> {
    out: Box<dyn io::Write + 'w>,
    rules: HashMap<String, usize>,
    notifications: Vec<Value>,
    some: bool,
}

impl<'w> Sarif<'w> {
    pub(crate) fn new(out: Box<dyn io::Write + 'w>) -> Sarif<'w> {
        Sarif {
            out,
            rules: HashMap::new(),
            notifications: Vec::new(),
            some: false,
        }
    }

    fn result(&mut self, result: &Value) -> io::Result<()> {
        let separator: &[u8] = if self.some { b",\n" } else { b"\n" };
        self.some = true;
        self.out.write_all(separator)?;
        serde_json::to_writer(&mut self.out, result)?;
        Ok(())
    }

    fn finding(&self, finding: &Finding, filename: &str) -> Map<String, Value> {
        let rule = finding.rule.to_string();
        let mut out = Map::new();
        if let Some(index) = self.rules.get(&rule) {
            out.insert("ruleIndex".to_owned(), json!(index));
        }
        out.insert("ruleId".to_owned(), json!(rule));
        out.insert("level".to_owned(), json!(level(finding.level)));
        out.insert("message".to_owned(), json!({ "text": finding.message }));
        let mut place = location(finding.location.as_ref(), filename);
        if let Some(logical) = logical(finding) {
            place.insert("logicalLocations".to_owned(), logical);
        }
        out.insert("locations".to_owned(), json!([place]));
        out.insert(
            "partialFingerprints".to_owned(),
            json!({ "kpol/v1": fingerprint(finding, filename) }),
        );
        let mut properties = Map::new();
        properties.insert("namespace".to_owned(), json!(finding.namespace));
        if let Some(severity) = &finding.severity {
            properties.insert("severity".to_owned(), json!(severity));
        }
        for (key, value) in &finding.metadata {
            properties.entry(key.clone()).or_insert(value.clone());
        }
        // A property bag's tags are words.
        if !properties.get("tags").is_none_or(is_words) {
            properties.shift_remove("tags");
        }
        out.insert("properties".to_owned(), Value::Object(properties));
        out
    }

    fn suppressed(&self, one: &Suppressed, filename: &str) -> Value {
        let mut result = self.finding(&one.finding, filename);
        let inside = matches!(one.by.as_str(), "comment" | "annotation");
        let mut properties = json!({ "by": one.by });
        if let Some(members) = properties.as_object_mut() {
            let said = [("until", &one.until), ("owner", &one.owner)];
            for (name, value) in said {
                if let Some(value) = value {
                    members.insert(name.to_owned(), json!(value));
                }
            }
        }
        let suppression = json!({
            "kind": if inside { "inSource" } else { "external" },
            "status": "accepted",
            "justification": one.reason,
            "properties": properties,
        });
        result.insert("suppressions".to_owned(), json!([suppression]));
        Value::Object(result)
    }
}

fn is_words(value: &Value) -> bool {
    value.as_array().is_some_and(|items| {
        let mut seen = std::collections::BTreeSet::new();
        items
            .iter()
            .all(|item| item.as_str().is_some_and(|word| seen.insert(word)))
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Failure => "error",
        Level::Warning => "warning",
    }
}

/// A file's name as a URI reference.
pub(crate) fn uri(file: &str) -> String {
    let file = file.replace('\\', "/");
    let mut out = String::new();
    let drive = file.as_bytes().get(1) == Some(&b':');
    if drive {
        out.push_str("file:///");
    } else if file.starts_with('/') {
        out.push_str("file://");
    }
    for (at, byte) in file.bytes().enumerate() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'$' | b'&' | b'+' | b',' | b';' | b'=' | b'@' => {
                out.push(char::from(byte));
            }
            b':' if drive && at == 1 => out.push(':'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn location(place: Option<&Location>, filename: &str) -> Map<String, Value> {
    let file = place.map_or(filename, |place| place.file.as_str());
    let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
    if let (Some(place), Some(members)) = (place, physical.as_object_mut()) {
        let mut region = json!({
            "startLine": place.line.max(1),
            "startColumn": place.column.max(1),
            "endLine": place.end_line.max(1),
            "endColumn": place.end_column.max(1),
        });
        let snippet = place.excerpt.as_ref().and_then(|excerpt| {
            let start = usize::try_from(excerpt.start).ok()?;
            let end = usize::try_from(excerpt.end).ok()?;
            excerpt.text.get(start..end)
        });
        if let (Some(text), Some(members)) = (snippet, region.as_object_mut()) {
            members.insert("snippet".to_owned(), json!({ "text": text }));
        }
        members.insert("region".to_owned(), region);
    }
    let mut out = Map::new();
    out.insert("physicalLocation".to_owned(), physical);
    out
}

/// The object, and the path into it.
fn logical(finding: &Finding) -> Option<Value> {
    let object = finding.object.as_ref().map(ToString::to_string);
    let object = object.filter(|object| !object.is_empty());
    let path = finding
        .location
        .as_ref()
        .and_then(|place| place.path.clone())
        .filter(|path| !path.is_empty());
    let mut out = Vec::new();
    if let Some(object) = object {
        out.push(json!({ "fullyQualifiedName": object, "kind": "resource" }));
    }
    if let Some(path) = path {
        out.push(json!({ "fullyQualifiedName": path, "kind": "member" }));
    }
    (!out.is_empty()).then_some(Value::Array(out))
}

/// The score that GitHub sorts security findings by.
fn score(severity: &str) -> Option<String> {
    let number = match severity.to_ascii_lowercase().as_str() {
        "critical" => 9.5,
        "high" | "error" => 8.0,
        "medium" | "moderate" | "warning" => 5.5,
        "low" | "info" | "informational" | "negligible" => 3.0,
        other => other
            .parse::<f64>()
            .ok()
            .filter(|number| (0.0..=10.0).contains(number))?,
    };
    Some(format!("{number:.1}"))
}

fn rule(info: &RuleInfo) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(info.rule.to_string()));
    out.insert("name".to_owned(), json!(info.rule.name));
    let short = info.title.clone().unwrap_or_else(|| info.rule.to_string());
    out.insert("shortDescription".to_owned(), json!({ "text": short }));
    let full = info.description.clone().unwrap_or_else(|| short.clone());
    out.insert("fullDescription".to_owned(), json!({ "text": full }));
    let mut help = info.remediation.clone().unwrap_or_else(|| full.clone());
    for link in &info.links {
        help.push('\n');
        help.push_str(link);
    }
    out.insert("help".to_owned(), json!({ "text": help }));
    // Only what is a URI.
    if let Some(link) = info
        .links
        .iter()
        .find(|link| link.starts_with("https://") || link.starts_with("http://"))
        .filter(|link| link.chars().all(|char| char.is_ascii_graphic()))
    {
        out.insert("helpUri".to_owned(), json!(link));
    }
    out.insert(
        "defaultConfiguration".to_owned(),
        json!({ "level": level(info.level) }),
    );
    let mut tags: Vec<String> = Vec::new();
    let mut properties = Map::new();
    properties.insert("package".to_owned(), json!(info.rule.package));
    if let Some(severity) = &info.severity {
        properties.insert("severity".to_owned(), json!(severity));
        if let Some(score) = score(severity) {
            properties.insert("security-severity".to_owned(), json!(score));
            // Without it, GitHub does not look at the score.
            tags.push("security".to_owned());
        }
    }
    for tag in &info.tags {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    properties.insert("tags".to_owned(), json!(tags));
    out.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(out)
}

impl Reporter for Sarif<'_> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        let mut rules = Vec::new();
        for info in &run.rules {
            let id = info.rule.to_string();
            if let Entry::Vacant(entry) = self.rules.entry(id) {
                entry.insert(rules.len());
                rules.push(rule(info));
            }
        }
        let driver = json!({
            "name": "kpol",
            "version": env!("CARGO_PKG_VERSION"),
            "rules": rules,
        });
        write!(
            self.out,
            "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\
             \"columnKind\":\"unicodeCodePoints\",\"results\":[",
            json!(SCHEMA)
        )
    }

    fn file(&mut self, results: &[FileResult], problems: &[Problem]) -> io::Result<()> {
        for result in results {
            let file = &result.filename;
            for one in result.failures.iter().chain(&result.warnings) {
                let value = Value::Object(self.finding(one, file));
                self.result(&value)?;
            }
            for one in &result.suppressed {
                let value = self.suppressed(one, file);
                self.result(&value)?;
            }
            for one in &result.exceptions {
                let value = json!({
                    "ruleId": one.rule.to_string(),
                    "kind": "notApplicable",
                    "level": "none",
                    "message": { "text": format!("exempted by {}", one.message) },
                    "locations": [location(None, file)],
                });
                self.result(&value)?;
            }
        }
        for one in problems {
            let mut text = one.message.clone();
            for help in &one.help {
                text.push_str("\nhelp: ");
                text.push_str(help);
            }
            let mut value = json!({
                "level": match one.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                "message": { "text": text },
                "descriptor": { "id": one.code },
            });
            if let (Some(place), Some(members)) = (&one.location, value.as_object_mut()) {
                let place = location(Some(place), "");
                members.insert("locations".to_owned(), json!([place]));
            }
            self.notifications.push(value);
        }
        self.out.flush()
    }

    fn finish(&mut self, run: &Summary) -> io::Result<()> {
        let invocation = json!({
            "executionSuccessful": run.counts.errors == 0,
            "exitCode": run.exit_code,
            "exitCodeDescription": run.exit_reason,
            "toolExecutionNotifications": self.notifications,
        });
        writeln!(self.out, "\n],\"invocations\":[{invocation}]}}]}}")?;
        self.out.flush()
    }
}

//! A document of its own: every rule that a policy reports with, and all that is known about it.

use std::fmt::Write;

use serde_json::Value;

use crate::annotation::{Annotations, Scope};
use crate::{Entry, Policies, RuleName};

/// Markdown: a section for each package, a table of its checks, and a section for each rule. Rules without metadata
/// are in it if their name says that they are checks.
#[must_use]
pub fn handbook(title: &str, policies: &Policies) -> String {
    let mut out = format!("# {}\n", escape(title));
    let mut packages: Vec<&[String]> = policies
        .rules
        .iter()
        .map(|rule| rule.package.as_slice())
        .chain(
            policies
                .entries
                .iter()
                .map(|entry| entry.path.get(1..entry.package).unwrap_or_default()),
        )
        .collect();
    packages.sort_unstable();
    packages.dedup();
    for package in packages {
        self::package(&mut out, package, policies);
    }
    out
}

/// A rule, and what is said about it.
struct Documented<'a> {
    name: String,
    severity: Option<String>,
    about: Vec<&'a Annotations>,
}

fn package(out: &mut String, package: &[String], policies: &Policies) {
    let about: Vec<&Annotations> = policies
        .entries
        .iter()
        .filter(|entry| entry.path.len() == entry.package && path(entry) == package)
        .map(|entry| &entry.annotations)
        .collect();
    let rules: Vec<Documented<'_>> = policies
        .rules
        .iter()
        .filter(|rule| rule.package == package)
        .filter_map(|rule| documented(rule, policies))
        .collect();
    if about.is_empty() && rules.is_empty() {
        return;
    }
    let _ = write!(out, "\n## Package `{}`\n", package.join("."));
    for annotations in about {
        details(out, annotations, "");
    }
    if rules.is_empty() {
        return;
    }
    out.push_str("\n| Rule | ID | Severity | Title |\n| --- | --- | --- | --- |\n");
    for rule in &rules {
        let field = |name: &str| {
            rule.about
                .iter()
                .find_map(|about| custom(about, name))
                .unwrap_or_default()
        };
        let title = rule
            .about
            .iter()
            .map(|about| about.title.as_str())
            .find(|title| !title.is_empty())
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            rule.name,
            cell(&field("id")),
            cell(rule.severity.as_deref().unwrap_or_default()),
            cell(title)
        );
    }
    for rule in &rules {
        let _ = write!(out, "\n### `{}`\n", rule.name);
        if let Some(severity) = &rule.severity {
            let _ = write!(out, "\nSeverity: {}\n", escape(severity));
        }
        for annotations in &rule.about {
            details(out, annotations, "**");
        }
    }
}

fn path(entry: &Entry) -> &[String] {
    entry.path.get(1..).unwrap_or_default()
}

fn documented<'a>(rule: &RuleName, policies: &'a Policies) -> Option<Documented<'a>> {
    let about: Vec<&Annotations> = policies
        .entries
        .iter()
        .filter(|entry| entry.path.len() > entry.package)
        .filter(|entry| {
            let path = path(entry);
            path.starts_with(&rule.package)
                && path.get(rule.package.len()..) == Some(rule.name.as_slice())
        })
        .map(|entry| &entry.annotations)
        .collect();
    let kind = rule.name.last().and_then(|name| check(name));
    if about.is_empty() && (kind.is_none() || rule.function) {
        return None;
    }
    let severity = about
        .iter()
        .find_map(|about| custom(about, "severity"))
        .or(kind.filter(|_| !rule.function).map(str::to_owned));
    Some(Documented {
        name: rule.name.join("."),
        severity,
        about,
    })
}

/// What the name of a rule says about its results.
fn check(name: &str) -> Option<&'static str> {
    let (rest, kind) =
        if let Some(rest) = name.strip_prefix("deny").or(name.strip_prefix("violation")) {
            (rest, "failure")
        } else {
            (name.strip_prefix("warn")?, "warning")
        };
    (rest.is_empty() || rest.starts_with('_')).then_some(kind)
}

fn custom(about: &Annotations, name: &str) -> Option<String> {
    match about.custom.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn details(out: &mut String, about: &Annotations, strong: &str) {
    if !about.title.is_empty() {
        let _ = write!(out, "\n{strong}{}{strong}\n", escape(about.title.trim()));
    }
    if about.scope == Scope::Document || about.scope == Scope::Subpackages {
        let _ = write!(out, "\nScope: {}\n", about.scope.name());
    }
    if !about.description.trim().is_empty() {
        let _ = write!(out, "\n{}\n", about.description.trim());
    }
    if let Some(id) = custom(about, "id") {
        let _ = write!(out, "\nID: `{id}`\n");
    }
    if let Some(remediation) = custom(about, "remediation") {
        let _ = write!(out, "\nRemediation: {remediation}\n");
    }
    if !about.related.is_empty() {
        out.push_str("\nReferences:\n\n");
        for related in &about.related {
            let _ = if related.description.is_empty() {
                writeln!(out, "- <{}>", related.reference)
            } else {
                writeln!(
                    out,
                    "- [{}]({})",
                    escape(&related.description),
                    related.reference
                )
            };
        }
    }
    let authors: Vec<String> = about
        .authors
        .iter()
        .map(
            |author| match (author.name.as_str(), author.email.as_str()) {
                (name, "") => escape(name),
                ("", email) => format!("<{email}>"),
                (name, email) => format!("{} <{email}>", escape(name)),
            },
        )
        .collect();
    if !authors.is_empty() {
        let _ = write!(out, "\nAuthors: {}\n", authors.join(", "));
    }
    if !about.organizations.is_empty() {
        let _ = write!(out, "\nOrganizations: {}\n", about.organizations.join(", "));
    }
}

/// Text that Markdown must not take for anything else.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(
            letter,
            '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\' | '|' | '#'
        ) {
            out.push('\\');
        }
        out.push(if letter == '\n' { ' ' } else { letter });
    }
    out
}

fn cell(text: &str) -> String {
    escape(text.trim())
}

//! `# METADATA` comments: what a rule says about itself.

use std::collections::BTreeMap;

use kpol_compiler::hir::{Annotation, Program};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_input::{Format, Options};
use serde_json::Value;

use crate::parameters::Parameter;

/// The code of metadata that is no YAML.
pub const METADATA_ERROR: &str = "metadata-error";

/// What a rule says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// The line of the definition that it stands above; none where it is about the rule or its package.
    pub line: Option<u32>,
    /// `custom.id`.
    pub id: Option<String>,
    /// `title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `custom.severity`.
    pub severity: Option<String>,
    /// `custom.remediation`.
    pub remediation: Option<String>,
    /// `related_resources`.
    pub links: Vec<String>,
    /// What the rule is about, for filters: `custom.tags`.
    pub tags: Vec<String>,
    /// The ids in frameworks that it maps to: `custom.frameworks`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// `custom.parameters`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

/// All metadata of a program, parsed.
pub struct Metadata {
    parsed: Vec<(Annotation, About)>,
}

impl Metadata {
    /// Parses the metadata of all rules and packages.
    ///
    /// # Errors
    /// Where one is no YAML.
    pub fn read(program: &Program, sources: &SourceMap) -> Result<Metadata, Diagnostic> {
        let mut parsed = Vec::new();
        for annotation in &program.annotations {
            let mut texts = SourceMap::new();
            let source = texts.add("METADATA", annotation.yaml.as_str());
            let value = kpol_input::read(&texts, source, Format::Yaml, &Options::verbatim())
                .map_err(|error| error.to_string())
                .and_then(|documents| match documents.first() {
                    Some(document) => serde_json::from_str::<Value>(&document.to_json())
                        .map_err(|e| e.to_string()),
                    None => Ok(Value::Null),
                });
            match value {
                Ok(value) => parsed.push((annotation.clone(), about(&value))),
                Err(message) => {
                    let message = format!("metadata is no YAML: {message}");
                    return Err(Diagnostic::error(METADATA_ERROR, message, annotation.span));
                }
            }
        }
        for (annotation, about) in &mut parsed {
            about.line = annotation.rule.and_then(|(rule, clause)| {
                let clause = program.rules.get(rule.0 as usize)?.clauses.get(clause?)?;
                Some(sources.line_col(clause.span).line)
            });
        }
        Ok(Metadata { parsed })
    }

    /// Everything that is said about anything.
    pub fn all(&self) -> impl Iterator<Item = &About> {
        self.parsed.iter().map(|(_, about)| about)
    }

    /// What is said about a rule: by its definitions, and by its package.
    #[must_use]
    pub fn of(&self, program: &Program, path: &[String]) -> Vec<About> {
        let package = path.split_last().map_or(&[][..], |(_, package)| package);
        self.parsed
            .iter()
            .filter(|(annotation, _)| match annotation.rule {
                Some((rule, _)) => program
                    .rules
                    .get(rule.0 as usize)
                    .is_some_and(|rule| rule.path == path),
                None => annotation.package == package,
            })
            .map(|(_, about)| about.clone())
            .collect()
    }
}

fn about(value: &Value) -> About {
    let text = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .map(|text| text.trim().to_owned())
    };
    // One id may stand without a list around it.
    let texts = |value: Option<&Value>| -> Vec<String> {
        match value {
            Some(Value::Array(items)) => items.iter().filter_map(|item| text(Some(item))).collect(),
            other => text(other).into_iter().collect(),
        }
    };
    let custom = value.get("custom");
    let links = value
        .get("related_resources")
        .and_then(Value::as_array)
        .map(|links| {
            links
                .iter()
                .filter_map(|link| text(link.get("ref")).or_else(|| text(Some(link))))
                .collect()
        })
        .unwrap_or_default();
    About {
        line: None,
        id: text(custom.and_then(|c| c.get("id"))),
        title: text(value.get("title")),
        description: text(value.get("description")),
        severity: text(custom.and_then(|c| c.get("severity"))),
        remediation: text(custom.and_then(|c| c.get("remediation"))),
        links,
        tags: texts(custom.and_then(|c| c.get("tags"))),
        frameworks: (custom
            .and_then(|c| c.get("frameworks")?.as_object())
            .into_iter())
        .flatten()
        .map(|(name, ids)| (name.clone(), texts(Some(ids))))
        .collect(),
        parameters: Parameter::declared(custom.and_then(|c| c.get("parameters"))),
    }
}

//! `# METADATA` comments: what a rule says about itself.

use kpol_compiler::hir::{Annotation, Program};
use kpol_diagnostics::SourceMap;
use kpol_input::{Format, Options};
use serde_json::Value;

use crate::exit::CommandError;

/// What a rule says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct About {
    /// The line of the definition that it stands above; none where it is about the rule or its package.
    pub(crate) line: Option<u32>,
    pub(crate) id: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) severity: Option<String>,
    pub(crate) remediation: Option<String>,
    pub(crate) links: Vec<String>,
    /// What the rule is about, for filters: `custom.tags`.
    pub(crate) tags: Vec<String>,
}

/// All metadata of a program, parsed.
pub(crate) struct Metadata {
    parsed: Vec<(Annotation, About)>,
}

impl Metadata {
    /// Parses the metadata of all rules and packages.
    ///
    /// # Errors
    /// Where one is no YAML mapping.
    pub(crate) fn read(program: &Program, sources: &SourceMap) -> Result<Metadata, CommandError> {
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
                    let at = sources.line_col(annotation.span);
                    return Err(CommandError::Plain(format!(
                        "{}:{}:{}: metadata is no YAML: {message}",
                        sources.name(annotation.span.source),
                        at.line,
                        at.column
                    )));
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

    /// What is said about a rule: by its definitions, and by its package.
    pub(crate) fn of(&mut self, program: &Program, path: &[String]) -> Vec<About> {
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
        tags: (custom.and_then(|c| c.get("tags")))
            .and_then(Value::as_array)
            .map(|tags| tags.iter().filter_map(|tag| text(Some(tag))).collect())
            .unwrap_or_default(),
    }
}

//! One thing that a rule found.

use std::fmt;

use kpol_diagnostics::{Excerpt, LineColumn, SourceMap, Span};

/// Whether a finding fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// From `deny` and `violation` rules.
    Failure,
    /// From `warn` rules.
    Warning,
}

impl Level {
    /// The lower-case name: `failure` or `warning`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Failure => "failure",
            Level::Warning => "warning",
        }
    }
}

/// Which rule found it; ordered by package, then name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// The package without `data.`: `main`, `kubernetes.pods`.
    pub package: String,
    /// The rule's name: `deny_run_as_root`.
    pub name: String,
    /// The id that the rule's `# METADATA` gives (`custom.id`), which stays when the rule is renamed.
    pub id: Option<String>,
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => f.write_str(id),
            None if self.package.is_empty() => f.write_str(&self.name),
            None => write!(f, "{}.{}", self.package, self.name),
        }
    }
}

/// The Kubernetes object that a finding is about; parts that the document lacks are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.namespace`.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (self.namespace.as_str(), self.name.as_str()) {
            ("", name) => name.to_owned(),
            (namespace, name) => format!("{namespace}/{name}"),
        };
        let parts = [
            self.api_version.as_str(),
            self.kind.as_str(),
            place.as_str(),
        ];
        let given: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&given.join(" "))
    }
}

/// Where in the input it is. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file as it was named, `-` for standard input.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The line of the position after the last character.
    pub end_line: u32,
    /// The column of the position after the last character.
    pub end_column: u32,
    /// The path into the document: `spec.containers[0].image`.
    pub path: Option<String>,
    /// The lines around it, for code frames; none when the text is not at hand.
    pub excerpt: Option<Excerpt>,
}

impl Location {
    /// The place of a span.
    #[must_use]
    pub fn new(sources: &SourceMap, span: Span, path: Option<String>) -> Location {
        Location::around(sources, span, path, 0)
    }

    /// The place of a span, with so many more lines around it in the excerpt, as far as they fit.
    pub(crate) fn around(
        sources: &SourceMap,
        span: Span,
        path: Option<String>,
        context: u32,
    ) -> Location {
        let start = sources.line_col(span);
        let end = sources.end_line_col(span);
        Location {
            file: sources.name(span.source).to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            path,
            excerpt: Excerpt::around(sources, span, context),
        }
    }

    /// Its first position.
    #[must_use]
    pub fn start(&self) -> LineColumn {
        LineColumn {
            line: self.line,
            column: self.column,
        }
    }
}

/// The place that a policy itself gave, as `_loc` of its result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loc {
    /// `_loc.file`.
    pub file: Option<String>,
    /// `_loc.line`.
    pub line: Option<serde_json::Number>,
}

/// One failure or warning.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleId,
    /// Whether it fails the run.
    pub level: Level,
    /// How bad it is in the policy's words, from the result's or the rule's metadata: `high`.
    pub severity: Option<String>,
    /// What is wrong.
    pub message: String,
    /// The policy namespace (package) that was asked.
    pub namespace: String,
    /// The object it is about.
    pub object: Option<ObjectRef>,
    /// Where in the input it is.
    pub location: Option<Location>,
    /// The place that the policy gave itself.
    pub loc: Option<Loc>,
    /// All other members of the rule's result.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// What to do about it.
    pub remediation: Option<String>,
    /// The rule's title.
    pub title: Option<String>,
    /// Where to read more.
    pub links: Vec<String>,
    /// The query as conftest names it: `data.main.deny_run_as_root`.
    pub query: String,
}

impl Finding {
    /// A finding of a rule, without all that is optional; the query and namespace are those of the rule.
    #[must_use]
    pub fn new(rule: RuleId, level: Level, message: impl Into<String>) -> Finding {
        Finding {
            level,
            severity: None,
            message: message.into(),
            namespace: rule.package.clone(),
            object: None,
            location: None,
            loc: None,
            metadata: serde_json::Map::new(),
            remediation: None,
            title: None,
            links: Vec::new(),
            query: format!("data.{}.{}", rule.package, rule.name),
            rule,
        }
    }

    /// What findings of one file are sorted by: line, column, rule, message; those without a place first.
    pub(crate) fn sort_key(&self) -> (u32, u32, &RuleId, &str, Option<&Location>) {
        let place = self.location.as_ref();
        (
            place.map_or(0, |place| place.line),
            place.map_or(0, |place| place.column),
            &self.rule,
            &self.message,
            place,
        )
    }
}

//! Checks of `# METADATA` comments: keys, types and scopes, and ids that two rules have.

use std::collections::HashMap;

use kpol_diagnostics::{Diagnostic, SourceMap, Span};
use kpol_input::{Document, Format, Kind, NodeId, Options};
use kpol_syntax::ast::{Annotation, AnnotationTarget, Module};

use crate::codes;
use crate::resolve::{package_path, path_of};
use crate::suggest::nearest;

/// What a key's value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Text,
    Bool,
    List,
    Mapping,
}

const KEYS: [(&str, Want); 11] = [
    ("authors", Want::List),
    ("compile", Want::Mapping),
    ("custom", Want::Mapping),
    ("description", Want::Text),
    ("entrypoint", Want::Bool),
    ("labels", Want::Mapping),
    ("organizations", Want::List),
    ("related_resources", Want::List),
    ("schemas", Want::List),
    ("scope", Want::Text),
    ("title", Want::Text),
];

/// Everything that is wrong with metadata comments, sorted by place.
#[must_use]
pub fn check(modules: &[Module], sources: &SourceMap) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut ids: HashMap<String, (Vec<String>, Span)> = HashMap::new();
    for module in modules {
        for note in &module.annotations {
            let Some((texts, document)) = read(note, &mut found) else {
                continue;
            };
            let note = Note {
                note,
                module,
                sources,
                texts: &texts,
                document: &document,
            };
            note.keys(&mut found);
            note.scope(&mut found);
            note.id(&mut ids, &mut found);
        }
    }
    kpol_diagnostics::sort(&mut found);
    found
}

/// The comment as a mapping; reports what is none.
fn read(note: &Annotation, found: &mut Vec<Diagnostic>) -> Option<(SourceMap, Document)> {
    let invalid = |what: String| {
        Diagnostic::error(
            codes::METADATA,
            format!("invalid metadata: {what}"),
            note.span,
        )
    };
    let mut texts = SourceMap::new();
    let source = texts.add("metadata", note.yaml.as_str());
    let mut documents = match kpol_input::read(&texts, source, Format::Yaml, &Options::verbatim()) {
        Ok(documents) => documents,
        Err(error) => {
            found.push(invalid(error.to_string()));
            return None;
        }
    };
    if documents.is_empty() {
        return None;
    }
    let document = documents.swap_remove(0);
    match document.kind(document.root()) {
        Kind::Object(_) => Some((texts, document)),
        Kind::Null => None,
        other => {
            found.push(invalid(format!(
                "expected a mapping, found {}",
                name(other)
            )));
            None
        }
    }
}

/// A comment that was read.
struct Note<'n> {
    note: &'n Annotation,
    module: &'n Module,
    sources: &'n SourceMap,
    texts: &'n SourceMap,
    document: &'n Document,
}

impl Note<'_> {
    fn keys(&self, found: &mut Vec<Diagnostic>) {
        let document = self.document;
        for (key, value) in document.members(document.root()) {
            let Some(text) = document.str(key) else {
                continue;
            };
            let Some((_, want)) = KEYS.iter().find(|(known, _)| *known == text) else {
                let message = format!("unknown metadata key `{text}`");
                let code = codes::METADATA_KEY;
                let mut warning = Diagnostic::warning(code, message, self.span(key));
                warning.help = Some(match nearest(text, KEYS.iter().map(|(known, _)| *known)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "keys of your own go below `custom`".to_owned(),
                });
                found.push(warning);
                continue;
            };
            let kind = document.kind(value);
            if !fits(*want, kind) {
                let message = format!("`{text}` must be {}, not {}", want.name(), name(kind));
                found.push(Diagnostic::error(
                    codes::METADATA_TYPE,
                    message,
                    self.span(value),
                ));
            } else if text == "organizations" {
                for item in document.children(value) {
                    let kind = document.kind(item);
                    if !fits(Want::Text, kind) {
                        let message =
                            format!("`organizations` has strings in it, not {}", name(kind));
                        found.push(Diagnostic::error(
                            codes::METADATA_TYPE,
                            message,
                            self.span(item),
                        ));
                    }
                }
            }
        }
    }

    /// Whether the scope fits the statement below, in OPA's words.
    fn scope(&self, found: &mut Vec<Diagnostic>) {
        let document = self.document;
        let at = |key: &str| document.get(document.root(), key);
        let have = match self.note.target {
            AnnotationTarget::Package => " (have package)",
            AnnotationTarget::Import(_) => " (have import)",
            AnnotationTarget::Rule(_) => " (have rule)",
            AnnotationTarget::Nothing => "",
        };
        let entrypoint =
            at("entrypoint").is_some_and(|node| matches!(document.kind(node), Kind::Bool(true)));
        let scope = at("scope").and_then(|node| document.str(node));
        let place = at("scope").map_or(self.note.span, |node| self.span(node));
        let scope = match (scope, self.note.target) {
            (Some(scope), _) => scope,
            (None, AnnotationTarget::Rule(_)) if entrypoint => "document",
            (None, AnnotationTarget::Rule(_)) => "rule",
            (None, AnnotationTarget::Package) => "package",
            (None, AnnotationTarget::Import(_)) => "import",
            (None, AnnotationTarget::Nothing) => {
                let message = "metadata stands in front of nothing".to_owned();
                found.push(
                    Diagnostic::warning(codes::METADATA_SCOPE, message, place)
                        .help("put it above a rule or the package"),
                );
                return;
            }
        };
        let wanted = match scope {
            "rule" | "document" => "rule",
            "package" | "subpackages" => "package",
            _ => {
                let message = format!(
                    "invalid annotation scope '{scope}'. Use one of 'rule', 'document', 'package', or 'subpackages'"
                );
                found.push(Diagnostic::error(codes::METADATA_SCOPE, message, place));
                return;
            }
        };
        let fits = matches!(
            (wanted, self.note.target),
            ("rule", AnnotationTarget::Rule(_)) | ("package", AnnotationTarget::Package)
        );
        if !fits {
            let message = format!("annotation scope '{scope}' must be applied to {wanted}{have}");
            found.push(Diagnostic::error(codes::METADATA_SCOPE, message, place));
        } else if entrypoint && !matches!(scope, "document" | "package") {
            let message =
                format!("annotation entrypoint applied to non-document or package scope '{scope}'");
            found.push(Diagnostic::error(codes::METADATA_SCOPE, message, place));
        }
    }

    /// Whether another rule has the same id.
    fn id(&self, ids: &mut HashMap<String, (Vec<String>, Span)>, found: &mut Vec<Diagnostic>) {
        let document = self.document;
        let AnnotationTarget::Rule(index) = self.note.target else {
            return;
        };
        let Some(rule) = self.module.rules.get(index) else {
            return;
        };
        let custom = document.get(document.root(), "custom");
        let Some(node) = custom.and_then(|custom| document.get(custom, "id")) else {
            return;
        };
        let Some(id) = document.str(node) else { return };
        let path = path_of(&package_path(self.module), rule).0;
        let span = self.span(node);
        match ids.get(id) {
            Some((other, first)) if *other != path => found.push(
                Diagnostic::warning(
                    codes::DUPLICATE_ID,
                    format!("two rules have the id `{id}`"),
                    span,
                )
                .label(*first, "first given here"),
            ),
            Some(_) => {}
            None => {
                ids.insert(id.to_owned(), (path, span));
            }
        }
    }

    /// Where a node of the comment stands in the policy: each line there has the comment's `#` in front of it.
    fn span(&self, node: NodeId) -> Span {
        let inner = self.document.span(node);
        let at = self.texts.line_col(inner);
        let source = self.note.span.source;
        let line = self.note.line + at.line;
        let start = self.sources.line_start(source, line);
        let end = self.sources.line_start(source, line + 1);
        let text = self.texts.slice(inner);
        let first = text.lines().next().unwrap_or_default().trim_end();
        let whole = self.sources.slice(Span::new(source, start, end));
        let Some(offset) = whole.find(first).filter(|_| !first.is_empty()) else {
            return Span::new(source, start, start + len(whole.trim_end()));
        };
        let start = start + len(whole.get(..offset).unwrap_or_default());
        Span::new(source, start, start + len(first))
    }
}

fn len(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

impl Want {
    const fn name(self) -> &'static str {
        match self {
            Want::Text => "a string",
            Want::Bool => "`true` or `false`",
            Want::List => "a list",
            Want::Mapping => "a mapping",
        }
    }
}

/// Whether a value can be what it has to be. Nothing at all always can, and scalars can be texts, as for OPA.
fn fits(want: Want, kind: Kind<'_>) -> bool {
    match kind {
        Kind::Null => true,
        Kind::Bool(_) => matches!(want, Want::Bool | Want::Text),
        Kind::Integer(_) | Kind::Number(_) | Kind::String(_) => want == Want::Text,
        Kind::Array(_) => want == Want::List,
        Kind::Object(_) => want == Want::Mapping,
    }
}

const fn name(kind: Kind<'_>) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "a boolean",
        Kind::Integer(_) | Kind::Number(_) => "a number",
        Kind::String(_) => "a string",
        Kind::Array(_) => "a list",
        Kind::Object(_) => "a mapping",
    }
}

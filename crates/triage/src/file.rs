//! Exceptions in a file: a list of entries, each with rules, where they are excepted, why, by whom and until when.
//!
//! ```yaml
//! exceptions:
//! - rule: images/tag
//!   paths: ["deploy/**"]
//!   objects: ["Deployment shop/*"]
//!   reason: the release job sets the tag
//!   owner: team-shop
//!   until: 2027-03-01
//! ```

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_input::{Document, Kind, NodeId};

use crate::clause::{Clause, Pattern};
use crate::waiver::{Scope, Waiver};

const CODE: &str = "exception-invalid";
const KEYS: [&str; 7] = [
    "rule", "rules", "paths", "objects", "reason", "owner", "until",
];

/// Reads the entries of a file that was read into a document; `name` is what findings say that they are excepted by.
///
/// # Errors
/// All that is wrong with it: an exception that is not understood would be a surprise either way.
pub fn read(
    sources: &SourceMap,
    document: &Document,
    name: &str,
) -> Result<Vec<Waiver>, Vec<Diagnostic>> {
    let mut reader = Reader {
        sources,
        document,
        name,
        errors: Vec::new(),
    };
    let waivers = reader.file();
    if reader.errors.is_empty() {
        Ok(waivers)
    } else {
        Err(reader.errors)
    }
}

struct Reader<'d> {
    sources: &'d SourceMap,
    document: &'d Document,
    name: &'d str,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn file(&mut self) -> Vec<Waiver> {
        let root = self.document.root();
        let list = match self.document.kind(root) {
            Kind::Object(_) => {
                self.keys(root, &["exceptions"]);
                self.document.get(root, "exceptions")
            }
            _ => None,
        };
        let Some(list) = list else {
            self.error(
                root,
                "a file of exceptions has a list `exceptions`".to_owned(),
            );
            return Vec::new();
        };
        let Kind::Array(_) = self.document.kind(list) else {
            self.error(list, "`exceptions` is a list".to_owned());
            return Vec::new();
        };
        let items: Vec<NodeId> = self.document.children(list).collect();
        items
            .into_iter()
            .filter_map(|item| self.entry(item))
            .collect()
    }

    fn entry(&mut self, node: NodeId) -> Option<Waiver> {
        let Kind::Object(_) = self.document.kind(node) else {
            self.error(
                node,
                "an exception is an object with `rule` and `reason`".to_owned(),
            );
            return None;
        };
        self.keys(node, &KEYS);
        let before = self.errors.len();
        let mut rules = self.words(node, "rule");
        rules.extend(self.words(node, "rules"));
        let rules: Vec<Pattern> = rules
            .into_iter()
            .filter_map(|(at, text)| match Pattern::new(&text) {
                Ok(pattern) => Some(pattern),
                Err(error) => {
                    self.error(at, error.to_string());
                    None
                }
            })
            .collect();
        if rules.is_empty() {
            self.error(
                node,
                "an exception names its `rule`, or several as `rules`".to_owned(),
            );
        }
        let reason = self
            .word(node, "reason")
            .map(|(_, text)| text.trim().to_owned())
            .unwrap_or_default();
        if reason.is_empty() {
            self.error(node, "an exception has a `reason`".to_owned());
        }
        let owner = self.word(node, "owner").map(|(_, text)| text);
        let until = match self.word(node, "until") {
            Some((at, text)) => match text.parse() {
                Ok(date) => Some(date),
                Err(error) => {
                    let error: crate::ClauseError = error;
                    self.error(at, error.to_string());
                    None
                }
            },
            None => None,
        };
        let paths = self.globs(node, "paths", true);
        let objects = self.globs(node, "objects", false);
        if self.errors.len() > before {
            return None;
        }
        let clause = Clause {
            rules,
            until,
            reason,
        };
        let mut waiver = Waiver::new(
            clause,
            Scope::Matching { paths, objects },
            self.name,
            self.sources,
            self.document.span(node),
        );
        waiver.owner = owner;
        Some(waiver)
    }

    /// Complains about members that there are not.
    fn keys(&mut self, node: NodeId, known: &[&str]) {
        let unknown: Vec<(NodeId, String)> = self
            .document
            .members(node)
            .filter_map(|(key, value)| Some((value, self.document.str(key)?)))
            .filter(|(_, key)| !known.contains(key))
            .map(|(value, key)| (value, key.to_owned()))
            .collect();
        for (value, key) in unknown {
            let span = self
                .document
                .key_span(value)
                .unwrap_or_else(|| self.document.span(value));
            let diagnostic =
                Diagnostic::error(CODE, format!("there is no `{key}` in exceptions"), span);
            self.errors
                .push(diagnostic.help(format!("known: {}", known.join(", "))));
        }
    }

    fn word(&mut self, node: NodeId, key: &str) -> Option<(NodeId, String)> {
        let mut words = self.words(node, key);
        if words.len() > 1 {
            self.error(node, format!("`{key}` is one text"));
        }
        words.pop()
    }

    /// A text, or a list of them.
    fn words(&mut self, node: NodeId, key: &str) -> Vec<(NodeId, String)> {
        let Some(value) = self.document.get(node, key) else {
            return Vec::new();
        };
        let items: Vec<NodeId> = match self.document.kind(value) {
            Kind::Array(_) => self.document.children(value).collect(),
            _ => vec![value],
        };
        let mut words = Vec::with_capacity(items.len());
        for item in items {
            match self.document.kind(item) {
                Kind::String(text) => words.push((item, text.to_owned())),
                _ => self.error(item, format!("`{key}` is text, or a list of texts")),
            }
        }
        words
    }

    /// Patterns. `*` ends at a `/` in paths; a pattern of a folder is for all that is in it.
    fn globs(&mut self, node: NodeId, key: &str, paths: bool) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for (at, text) in self.words(node, key) {
            let text = text
                .trim_start_matches("./")
                .trim_end_matches('/')
                .to_owned();
            let mut patterns = vec![text.clone()];
            if paths {
                patterns.push(format!("{text}/**"));
            }
            for pattern in patterns {
                match GlobBuilder::new(&pattern).literal_separator(paths).build() {
                    Ok(glob) => {
                        set.add(glob);
                    }
                    Err(error) => {
                        self.error(at, format!("`{text}` is no pattern: {}", error.kind()));
                        break;
                    }
                }
            }
        }
        set.build().unwrap_or_default()
    }

    fn error(&mut self, node: NodeId, message: String) {
        let span = self.document.span(node);
        self.errors.push(Diagnostic::error(CODE, message, span));
    }
}

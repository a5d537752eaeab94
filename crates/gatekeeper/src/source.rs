//! Code inside of templates: its text, and where that stands in the template's file.

use kpol_diagnostics::{LineColumn, SourceId, SourceMap};
use kpol_input::{Document, NodeId};

/// A text inside of a document: Rego or CEL in a template.
#[derive(Clone, Debug)]
pub struct SourceText {
    document: Document,
    node: NodeId,
}

impl SourceText {
    /// The text at a node, which is a string.
    #[must_use]
    pub fn new(document: &Document, node: NodeId) -> SourceText {
        SourceText {
            document: document.clone(),
            node,
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.document.str(self.node).unwrap_or_default()
    }

    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> kpol_diagnostics::Span {
        self.document.span(self.node)
    }

    /// Adds the text to the sources: a position in it is shown as the line and column of the document's file.
    ///
    /// That is so for literal block scalars (`|`) and for scalars of one line. Lines of others are not those of the
    /// file: they count from where the text begins, under a name that says so.
    pub fn add(&self, sources: &mut SourceMap, what: &str) -> SourceId {
        let span = self.span();
        let text = self.text().to_owned();
        let name = sources.name(span.source).to_owned();
        let at = sources.line_col(span);
        let raw = sources.slice(span).to_owned();
        if let Some(margin) = block(&raw, &text) {
            return sources.add_block(name, text, at.line.saturating_add(1), margin);
        }
        if !text.trim_end_matches('\n').contains('\n') {
            // Quotes are one character wide.
            let quoted = u32::from(raw.starts_with(['"', '\'']));
            let column = at.column.saturating_add(quoted);
            return sources.add_piece(name, text, LineColumn { column, ..at });
        }
        sources.add(format!("{name}:{} ({what})", at.line), text)
    }
}

/// The width of the margin of a literal block scalar in its file. None for other scalars.
fn block(raw: &str, text: &str) -> Option<u32> {
    let rest = raw.strip_prefix('|')?;
    let (_, body) = rest.split_once('\n')?;
    let first = text.lines().find(|line| !line.is_empty())?;
    let margin = body.lines().find_map(|line| {
        let line = line.trim_end_matches('\r');
        let indent = line.len().checked_sub(first.len())?;
        let blank = line.get(..indent)?.bytes().all(|byte| byte == b' ');
        (blank && line.get(indent..) == Some(first)).then_some(indent)
    })?;
    let mut lines = body.lines();
    for wanted in text.lines() {
        let line = lines.next().unwrap_or_default().trim_end_matches('\r');
        let found = match line.get(margin..) {
            Some(found) => found,
            // A line of blanks only may be shorter than the margin.
            None if line.trim().is_empty() => "",
            None => return None,
        };
        if found != wanted {
            return None;
        }
    }
    u32::try_from(margin).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use kpol_diagnostics::{SourceMap, Span};
    use kpol_input::{Format, read_str};

    use super::SourceText;

    /// Where the word `here` of the text at `a` is shown.
    fn shown(yaml: &str) -> String {
        let mut sources = SourceMap::new();
        let documents = read_str(&mut sources, "t.yaml", yaml, Format::Yaml).unwrap();
        let node = documents[0].get(documents[0].root(), "a").unwrap();
        let text = SourceText::new(&documents[0], node);
        let at = text.text().find("here").unwrap();
        let source = text.add(&mut sources, "rego");
        let place = sources.line_col(Span::new(source, u32::try_from(at).unwrap(), u32::MAX));
        format!("{}:{}:{}", sources.name(source), place.line, place.column)
    }

    #[test]
    fn places() {
        for (yaml, expected) in [
            ("a: |\n  one\n    here\n", "t.yaml:3:5"),
            ("x: 1\na: |-\n    one\n\n    a here\n\n", "t.yaml:5:7"),
            ("a: |2\n    here\n  two\n", "t.yaml:2:5"),
            ("a: |\n\n\n  here\n", "t.yaml:4:3"),
            ("a: here\n", "t.yaml:1:4"),
            ("a: \"here\"\n", "t.yaml:1:5"),
            ("a: \"one\\ntwo here\"\n", "t.yaml:1 (rego):2:5"),
            ("a: >\n  one\n\n  here\n", "t.yaml:1 (rego):2:1"),
            ("a: |\r\n  one\r\n  here\r\n", "t.yaml:3:3"),
        ] {
            assert_eq!(shown(yaml), expected, "{yaml:?}");
        }
    }
}

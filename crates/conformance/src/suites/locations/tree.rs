//! Where documents and their named elements lie, by `saphyr-parser`: a reader that kpol's own is checked with.

use saphyr_parser::{Event, Parser, ScalarStyle};

/// A document.
#[derive(Debug, Default)]
pub(super) struct Tree {
    first: usize,
    last: usize,
    /// Its containers, volumes and subjects.
    pub(super) elements: Vec<Element>,
}

/// An item of a list that has a name.
#[derive(Debug)]
pub(super) struct Element {
    /// `container`, `volume` or `subject`, as messages call it.
    pub(super) kind: &'static str,
    pub(super) name: String,
    first: usize,
    last: usize,
}

impl Tree {
    pub(super) fn contains(&self, line: usize) -> bool {
        (self.first..=self.last).contains(&line)
    }
}

impl Element {
    pub(super) fn contains(&self, line: usize) -> bool {
        (self.first..=self.last).contains(&line)
    }
}

/// A collection that is open.
#[derive(Default)]
struct Open {
    mapping: bool,
    /// What the items of this list are called.
    items: Option<&'static str>,
    /// What this mapping is called, as an item of such a list.
    kind: Option<&'static str>,
    key: Option<String>,
    name: Option<String>,
    first: usize,
}

fn kind_of_items(key: &str) -> Option<&'static str> {
    match key {
        "containers" | "initContainers" | "ephemeralContainers" => Some("container"),
        "volumes" => Some("volume"),
        "subjects" => Some("subject"),
        _ => None,
    }
}

/// Reads all documents of a text.
///
/// # Errors
/// What the reader says.
pub(super) fn read(text: &str) -> Result<Vec<Tree>, String> {
    let mut trees: Vec<Tree> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut last = 1;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let first = span.start.line();
        match event {
            Event::DocumentStart(_) => trees.push(Tree {
                first: usize::MAX,
                ..Tree::default()
            }),
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let mapping = matches!(event, Event::MappingStart(..));
                let parent = open.last_mut();
                let (mut items, mut kind) = (None, None);
                if let Some(parent) = parent {
                    if parent.mapping {
                        items = parent.key.take().as_deref().and_then(kind_of_items);
                    } else {
                        kind = parent.items;
                    }
                }
                begin(&mut trees, first);
                last = last.max(first);
                open.push(Open {
                    mapping,
                    items: items.filter(|_| !mapping),
                    kind: kind.filter(|_| mapping),
                    first,
                    ..Open::default()
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                // The reader ends a block where the next thing begins: the last scalar says where it really ends.
                let flow_end = span.end.line();
                if span.end.index() > span.start.index() {
                    last = last.max(flow_end);
                }
                let Some(closed) = open.pop() else { continue };
                if let (Some(kind), Some(name), Some(tree)) =
                    (closed.kind, closed.name, trees.last_mut())
                {
                    tree.elements.push(Element {
                        kind,
                        name,
                        first: closed.first,
                        last,
                    });
                }
                end(&mut trees, last);
            }
            Event::Scalar(value, style, ..) => {
                begin(&mut trees, first);
                // A block scalar ends where the next thing begins, in a line behind it.
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let ends = match span.end.line() {
                    line if block && line > first => line - 1,
                    line => line,
                };
                last = last.max(ends);
                end(&mut trees, last);
                scalar(open.last_mut(), &value);
            }
            Event::Alias(_) => {
                last = last.max(first);
                scalar(open.last_mut(), "*");
            }
            _ => {}
        }
    }
    // A document without content is none for kpol either, but it has a number.
    Ok(trees)
}

fn begin(trees: &mut [Tree], line: usize) {
    if let Some(tree) = trees.last_mut() {
        tree.first = tree.first.min(line);
        tree.last = tree.last.max(line);
    }
}

fn end(trees: &mut [Tree], line: usize) {
    if let Some(tree) = trees.last_mut() {
        tree.last = tree.last.max(line);
    }
}

fn scalar(parent: Option<&mut Open>, value: &str) {
    let Some(parent) = parent.filter(|parent| parent.mapping) else {
        return;
    };
    match parent.key.take() {
        None => parent.key = Some(value.to_owned()),
        Some(key) if key == "name" => parent.name = Some(value.to_owned()),
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn elements_and_documents_have_lines() {
        let text = "\
spec:
  containers:
  - name: a
    command: |
      one
      two

  - image: x
    name: b
---
kind: Pod
";
        let trees = read(text).unwrap_or_default();
        assert_eq!(trees.len(), 2);
        let lines: Vec<(&str, usize, usize)> = trees[0]
            .elements
            .iter()
            .map(|one| (one.name.as_str(), one.first, one.last))
            .collect();
        assert_eq!(lines, [("a", 3, 7), ("b", 8, 9)]);
        assert!(trees[1].contains(11) && !trees[1].contains(9));
    }
}

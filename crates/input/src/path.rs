//! Places in a document, as people and as programs write them.

use std::fmt;

use crate::document::{Document, Kind, NodeId};

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A member of an object.
    Key(String),
    /// An item of an array, from 0.
    Index(usize),
}

/// The steps from a document's root to a node; [`Display`](fmt::Display) writes
/// `spec.containers[0].image`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Segment>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if is_plain(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                Segment::Key(key) => {
                    let quoted = serde_json::to_string(key).map_err(|_| fmt::Error)?;
                    write!(f, "[{quoted}]")?;
                }
            }
        }
        Ok(())
    }
}

impl Path {
    /// The path as a JSON pointer (RFC 6901): `/spec/containers/0/image`.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut out = String::new();
        for segment in &self.0 {
            out.push('/');
            match segment {
                Segment::Index(index) => out.push_str(&index.to_string()),
                Segment::Key(key) => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
            }
        }
        out
    }

    /// Reads `spec.containers[0].image` (keys with other characters as `["…"]`) or a JSON pointer, whose
    /// numbers stand for keys as well as for indexes. `None` when it is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Path> {
        if text.starts_with('/') {
            let unescape = |part: &str| Segment::Key(part.replace("~1", "/").replace("~0", "~"));
            return Some(Path(text.split('/').skip(1).map(unescape).collect()));
        }
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (segment, after) = bracket(inside)?;
                segments.push(segment);
                rest = after;
            } else {
                let body = match rest.strip_prefix('.') {
                    Some(body) => body,
                    None if segments.is_empty() => rest,
                    None => return None,
                };
                let end = body.find(['.', '[']).unwrap_or(body.len());
                let key = body.get(..end).filter(|key| !key.is_empty())?;
                segments.push(Segment::Key(key.to_owned()));
                rest = body.get(end..)?;
            }
        }
        Some(Path(segments))
    }
}

/// What is between brackets (after the opening one), and the text after them.
fn bracket(inside: &str) -> Option<(Segment, &str)> {
    if inside.starts_with('"') {
        let mut strings = serde_json::Deserializer::from_str(inside).into_iter::<String>();
        let key = strings.next()?.ok()?;
        let after = inside.get(strings.byte_offset()..)?;
        return Some((Segment::Key(key), after.strip_prefix(']')?));
    }
    let (index, after) = inside.split_once(']')?;
    Some((Segment::Index(index.parse().ok()?), after))
}

fn is_plain(key: &str) -> bool {
    let word =
        |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'$';
    !key.is_empty()
        && key.bytes().all(word)
        && !key.starts_with(|first: char| first.is_ascii_digit())
}

impl Document {
    /// The steps from the root to a value; of a key, those to its object. Empty for the root.
    #[must_use]
    pub fn path(&self, node: NodeId) -> Path {
        let mut segments = Vec::new();
        let mut at = self.root();
        loop {
            if node <= at || node >= self.after(at) {
                return Path(segments);
            }
            let found = self
                .children(at)
                .enumerate()
                .find(|(_, child)| node < self.after(*child));
            let Some((index, child)) = found.filter(|(_, child)| *child <= node) else {
                return Path(segments);
            };
            let key = NodeId(child.0.saturating_sub(1));
            segments.push(match self.kind(at) {
                Kind::Object(_) => Segment::Key(self.str(key).unwrap_or_default().to_owned()),
                _ => Segment::Index(index),
            });
            at = child;
        }
    }

    /// The node at a path, written as [`Path::parse`] reads it; the root for an empty one.
    #[must_use]
    pub fn lookup(&self, path: &str) -> Option<NodeId> {
        self.node_at(&Path::parse(path)?)
    }

    /// The node at a path.
    #[must_use]
    pub fn node_at(&self, path: &Path) -> Option<NodeId> {
        let (node, missing) = self.nearest(path);
        missing.is_empty().then_some(node)
    }

    /// The deepest node on a path that exists, and the steps that lead no further.
    #[must_use]
    pub fn nearest<'p>(&self, path: &'p Path) -> (NodeId, &'p [Segment]) {
        let mut node = self.root();
        let mut rest: &[Segment] = &path.0;
        while let Some((segment, after)) = rest.split_first() {
            let next = match segment {
                Segment::Index(index) => self.item(node, *index),
                Segment::Key(key) => match self.kind(node) {
                    Kind::Array(_) => key.parse().ok().and_then(|index| self.item(node, index)),
                    _ => self.get(node, key),
                },
            };
            let Some(next) = next else { break };
            node = next;
            rest = after;
        }
        (node, rest)
    }
}

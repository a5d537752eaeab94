//! Source ids, spans, and the map that owns the texts.

use std::sync::{Arc, OnceLock};

/// Which text of a [`SourceMap`] a position belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

impl SourceId {
    /// The id of no source: what is said without a position uses it.
    pub const NONE: SourceId = SourceId(u32::MAX);
}

/// A range of bytes in one source; ordered by source, then start, then end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the offsets count in.
    pub source: SourceId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span of what has no place in any source.
    pub const NOWHERE: Span = Span {
        source: SourceId::NONE,
        start: 0,
        end: 0,
    };

    /// The bytes `start..end` of a source.
    #[must_use]
    pub const fn new(source: SourceId, start: u32, end: u32) -> Span {
        Span { source, start, end }
    }

    /// Whether this span points at no source at all.
    #[must_use]
    pub fn is_nowhere(self) -> bool {
        self.source == SourceId::NONE
    }

    /// The smallest span that covers both; `self` when the sources differ.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether the other span lies inside of this one.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// A position as people count it: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (not bytes), from 1.
    pub column: u32,
}

#[derive(Debug)]
struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// The position of the text's first character: not the first of all where only a piece is held.
    first: LineColumn,
    /// How many characters stand before each line of the whole that the piece does not have.
    margin: u32,
    /// Offsets of the lines' first bytes, made when the first position is asked for.
    lines: OnceLock<Vec<u32>>,
    /// How many characters are in front of each block of the text, made when a column of a long line is asked for.
    marks: OnceLock<Vec<usize>>,
}

/// The bytes of a block of [`Source::marks`]. Columns of shorter lines are counted.
const BLOCK: usize = 4096;

impl Source {
    /// How many characters of a part of the text an editor counts: all but byte order marks.
    fn characters(&self, start: usize, end: usize) -> usize {
        if end.saturating_sub(start) < BLOCK {
            return self.count(start, end);
        }
        let marks = self.marks.get_or_init(|| {
            let mut total = 0;
            let blocks = self.text.len() / BLOCK;
            let block = |at: usize| {
                let before = total;
                total += self.count(at * BLOCK, (at + 1) * BLOCK);
                before
            };
            (0..=blocks).map(block).collect()
        });
        let before = |at: usize| {
            let block = at / BLOCK;
            marks.get(block).copied().unwrap_or(0) + self.count(block * BLOCK, at)
        };
        before(end).saturating_sub(before(start))
    }

    /// Counts the characters that begin between two bytes.
    fn count(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let end = end.min(bytes.len());
        let part = bytes.get(start..end).unwrap_or_default();
        let begins = |(at, byte): (usize, &u8)| {
            // What does not go on a character, and is no byte order mark.
            byte & 0xc0 != 0x80
                && !(*byte == 0xef && bytes.get(at..at + 3) == Some(&[0xef, 0xbb, 0xbf]))
        };
        (start..).zip(part).filter(|pair| begins(*pair)).count()
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let mut starts = vec![0];
            for (at, byte) in self.text.bytes().enumerate() {
                if byte == b'\n' {
                    // INVARIANT (u32 offsets): texts of 4 GiB and more are cut by `SourceMap::add`.
                    starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
                }
            }
            starts
        })
    }
}

/// The texts of a run, by [`SourceId`]. Cheap to share: positions are computed behind `&self`.
#[derive(Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// A map without sources.
    #[must_use]
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a text under the name that people know it by (usually its path), and returns its id.
    ///
    /// Offsets are 32 bits wide: of a text of 4 GiB or more only the first part is kept, so callers refuse
    /// such texts beforehand.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceId {
        self.add_piece(name, text, LineColumn { line: 1, column: 1 })
    }

    /// Adds a piece of a text whose first character stands at a position of the whole: lines and columns are
    /// those of the whole, byte offsets those of the piece.
    pub fn add_piece(
        &mut self,
        name: impl Into<Arc<str>>,
        text: impl Into<Arc<str>>,
        first: LineColumn,
    ) -> SourceId {
        self.add_source(name.into(), text.into(), first, 0)
    }

    /// Adds a piece of a text that stands there with a margin, such as a block scalar in YAML: its first line is a
    /// line of the whole, and each line of it begins after `margin` characters.
    pub fn add_block(
        &mut self,
        name: impl Into<Arc<str>>,
        text: impl Into<Arc<str>>,
        line: u32,
        margin: u32,
    ) -> SourceId {
        let first = LineColumn {
            line,
            column: margin.saturating_add(1),
        };
        self.add_source(name.into(), text.into(), first, margin)
    }

    fn add_source(
        &mut self,
        name: Arc<str>,
        mut text: Arc<str>,
        first: LineColumn,
        margin: u32,
    ) -> SourceId {
        let limit = usize::try_from(u32::MAX - 1).unwrap_or(usize::MAX);
        if text.len() > limit {
            let cut = floor_char_boundary(&text, limit);
            text = text.get(..cut).unwrap_or_default().into();
        }
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Source {
            name,
            text,
            first: LineColumn {
                line: first.line.max(1),
                column: first.column.max(1),
            },
            margin,
            lines: OnceLock::new(),
            marks: OnceLock::new(),
        });
        id
    }

    fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(usize::try_from(id.0).ok()?)
    }

    /// How many sources there are; ids are dense from 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether nothing was added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The name a source was added under; empty for an unknown id.
    #[must_use]
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.name)
    }

    /// The text of a source; empty for an unknown id.
    #[must_use]
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.text)
    }

    /// The text of a source, shared; empty for an unknown id.
    #[must_use]
    pub fn shared_text(&self, id: SourceId) -> Arc<str> {
        self.get(id)
            .map_or_else(|| "".into(), |source| Arc::clone(&source.text))
    }

    /// The text a span covers; empty where it points outside of its source or into a character.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        let text = self.text(span.source);
        text.get(as_usize(span.start)..as_usize(span.end))
            .unwrap_or_default()
    }

    /// Line and column of a span's start.
    #[must_use]
    pub fn line_col(&self, span: Span) -> LineColumn {
        self.position(span.source, span.start)
    }

    /// Line and column of a span's end (the position after its last character).
    #[must_use]
    pub fn end_line_col(&self, span: Span) -> LineColumn {
        self.position(span.source, span.end)
    }

    /// Where the first character of a source stands: line and column 1, but for pieces of a text.
    #[must_use]
    pub fn first(&self, id: SourceId) -> LineColumn {
        self.get(id)
            .map_or(LineColumn { line: 1, column: 1 }, |source| source.first)
    }

    /// Line and column of a byte offset; offsets past the end count as the end.
    #[must_use]
    pub fn position(&self, id: SourceId, offset: u32) -> LineColumn {
        let Some(source) = self.get(id) else {
            return LineColumn { line: 1, column: 1 };
        };
        let offset = floor_char_boundary(&source.text, as_usize(offset));
        let lines = source.lines();
        let line = lines
            .partition_point(|start| as_usize(*start) <= offset)
            .max(1);
        let start = lines.get(line - 1).map_or(0, |start| as_usize(*start));
        let column = source.characters(start, offset) + 1;
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        let first = source.first;
        LineColumn {
            line: u32::try_from(line)
                .unwrap_or(u32::MAX)
                .saturating_add(first.line - 1),
            column: if line == 1 {
                column.saturating_add(first.column - 1)
            } else {
                column.saturating_add(source.margin)
            },
        }
    }

    /// Byte offset of a line's first byte (lines from 1); the text's end for lines past it.
    #[must_use]
    pub fn line_start(&self, id: SourceId, line: u32) -> u32 {
        let Some(source) = self.get(id) else { return 0 };
        let index = as_usize(line.saturating_sub(source.first.line));
        source
            .lines()
            .get(index)
            .copied()
            .unwrap_or_else(|| u32::try_from(source.text.len()).unwrap_or(u32::MAX))
    }

    /// The number of lines of a source; a last line feed does not begin one more.
    #[must_use]
    pub fn line_count(&self, id: SourceId) -> u32 {
        let Some(source) = self.get(id) else { return 0 };
        let count = source.lines().len() - usize::from(source.text.ends_with('\n'));
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// The largest character boundary of `text` that is not after `at`.
pub(crate) fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

pub(crate) fn as_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

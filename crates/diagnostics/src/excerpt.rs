//! The few lines around a span, to be shown when the text is no longer at hand.

use crate::render::{FRAME_BYTES, clamp, part_of_line};
use crate::source::{LineColumn, SourceMap, Span, as_usize};

/// No excerpt has more lines than this.
const LINES: u32 = 5;

/// The lines of a span: whole ones, five at most, or where they are very long, a part of the first around the span's
/// start. A tall span counts as its first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The number of its first line.
    pub first_line: u32,
    /// The lines, without the last line feed.
    pub text: String,
    /// The byte of `text` that the span begins at.
    pub start: u32,
    /// The byte of `text` behind the span.
    pub end: u32,
}

impl Excerpt {
    /// The excerpt of a span; none where there is no text.
    #[must_use]
    pub fn new(sources: &SourceMap, span: Span) -> Option<Excerpt> {
        Excerpt::around(sources, span, 0)
    }

    /// An excerpt with so many lines before and behind the span, as far as they fit.
    #[must_use]
    pub fn around(sources: &SourceMap, span: Span, context: u32) -> Option<Excerpt> {
        if as_usize(span.source.0) >= sources.len() {
            return None;
        }
        let span = clamp(sources, span);
        let first = sources.line_col(span).line;
        let last = sources.end_line_col(span).line;
        let wide = (first.saturating_sub(context), last.saturating_add(context));
        [wide, (first, last)]
            .into_iter()
            .find_map(|(first, last)| lines(sources, span, first, last))
            .or_else(|| {
                let (start, part) = part_of_line(sources, span);
                piece(span, first, start, part)
            })
    }

    /// Where its text begins, given where its span does.
    #[must_use]
    pub fn first(&self, place: LineColumn) -> LineColumn {
        let before = self.text.get(..as_usize(self.start)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let inside = line.len() == before.len();
        // A byte order mark is no character that an editor counts.
        let width = line.chars().filter(|char| *char != '\u{feff}').count();
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        LineColumn {
            line: self.first_line.max(1),
            column: if inside {
                place.column.saturating_sub(width).max(1)
            } else {
                1
            },
        }
    }
}

fn lines(sources: &SourceMap, span: Span, first: u32, last: u32) -> Option<Excerpt> {
    let first = first.max(sources.first(span.source).line);
    let start = as_usize(sources.line_start(span.source, first));
    let end = as_usize(sources.line_start(span.source, last.saturating_add(1)));
    let text = sources.text(span.source).get(start..end)?;
    if last.saturating_sub(first) >= LINES || text.len() > FRAME_BYTES {
        return None;
    }
    piece(span, first, start, text.trim_end_matches(['\n', '\r']))
}

fn piece(span: Span, first_line: u32, from: usize, text: &str) -> Option<Excerpt> {
    let from = u32::try_from(from).ok()?;
    let length = u32::try_from(text.len()).ok()?;
    Some(Excerpt {
        first_line,
        text: text.to_owned(),
        start: span.start.saturating_sub(from).min(length),
        end: span.end.saturating_sub(from).min(length),
    })
}

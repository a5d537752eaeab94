//! The writer: lines, indentation, and where comments go.
//!
//! Comments wait in a queue. Each node first writes those of the lines above it, and keeps the one of its own line for
//! the end of the line that is being written. Where a second one comes before that line ends, the node cannot be laid
//! out; the innermost term around it that can is written as it is in the source.

mod exprs;
mod iterable;
mod module;
mod rules;
mod terms;

use std::rc::Rc;

use crate::text::covered;
use crate::tree::{Comment, Expr, Loc, Module, Rule, Term};

/// A comment has no place in the layout of a node.
#[derive(Debug)]
pub(crate) struct Unexpected;

pub(crate) type Written = Result<(), Unexpected>;

/// What the layout depends on beside the tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Style {
    /// `contains` may be written.
    pub(crate) contains: bool,
    /// `if` may be written.
    pub(crate) ifs: bool,
    /// Heads are written as references.
    pub(crate) ref_heads: bool,
    /// The text is for v1.
    pub(crate) v1: bool,
    /// Names that cannot stand behind a dot if they were written in brackets.
    pub(crate) keywords: Vec<String>,
}

/// A call that cannot be written with its operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arity {
    pub(crate) loc: Loc,
}

/// The comments that are still to be written, in order.
#[derive(Clone, Debug)]
struct Queue {
    list: Rc<[usize]>,
    next: usize,
}

impl Queue {
    fn pending(&self) -> &[usize] {
        self.list.get(self.next..).unwrap_or_default()
    }

    fn is_empty(&self) -> bool {
        self.next >= self.list.len()
    }
}

pub(crate) struct Writer<'a> {
    text: &'a str,
    style: Style,
    comments: &'a [Comment],
    queue: Queue,
    out: String,
    level: usize,
    /// In the middle of a line.
    inline: bool,
    /// The comment that ends the line.
    line_end: Option<usize>,
    /// Keep it for the line after this one.
    delay: bool,
    /// A term in its source's text brings the comment of its last line with it.
    keep_last: bool,
    /// Gets parentheses around its terms.
    paren_expr: Option<&'a Expr>,
    /// Gets parentheses.
    paren_term: Option<&'a Term>,
    arity: Option<Arity>,
    /// There are variables that OPA takes for generated ones.
    generated: bool,
}

/// Writes a module.
///
/// # Errors
///
/// A call of an operator with the wrong number of arguments.
pub(crate) fn write(module: &Module, text: &str, style: Style) -> Result<String, Arity> {
    let mut writer = Writer {
        text,
        style,
        comments: &module.comments,
        queue: Queue {
            list: (0..module.comments.len()).collect(),
            next: 0,
        },
        out: String::with_capacity(text.len() + text.len() / 8),
        level: 0,
        inline: false,
        line_end: None,
        delay: false,
        keep_last: false,
        paren_expr: None,
        paren_term: None,
        arity: None,
        generated: text.contains("__local"),
    };
    writer.module(module);
    if let Some(arity) = writer.arity {
        return Err(arity);
    }
    let mut out = writer.out;
    if out.ends_with('\n') {
        out.truncate(out.trim_end_matches('\n').len());
        out.push('\n');
    }
    Ok(out)
}

/// Whether heads have to be written as references: one of them is a longer path.
pub(crate) fn needs_ref_heads(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| {
        let head = &rule.head;
        match head.reference.len() {
            0 | 1 => false,
            2 => head.key.is_some() && head.value.is_none(),
            _ => true,
        }
    })
}

impl<'a> Writer<'a> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn source(&self, range: (u32, u32)) -> &'a str {
        covered(self.text, range)
    }

    fn comment_text(&self, index: usize) -> &'a str {
        self.comments
            .get(index)
            .map_or("", |comment| self.source(comment.text).trim_end())
    }

    fn comment_row(&self, index: usize) -> u32 {
        self.comments.get(index).map_or(0, |comment| comment.row)
    }

    fn is_metadata(&self, index: usize) -> bool {
        self.comments
            .get(index)
            .is_some_and(|comment| comment.first)
            && self
                .comment_text(index)
                .strip_prefix('#')
                .is_some_and(|rest| rest.trim().starts_with("METADATA"))
    }

    fn start_line(&mut self) {
        self.inline = true;
        for _ in 0..self.level {
            self.out.push('\t');
        }
    }

    fn end_line(&mut self) {
        self.inline = false;
        if !self.delay
            && let Some(index) = self.line_end.take()
        {
            let comment = self.comment_text(index);
            self.put(" ");
            self.put(comment);
        }
        self.delay = false;
        self.put("\n");
    }

    fn blank_line(&mut self) {
        if self.inline {
            self.end_line();
        }
        self.put("\n");
    }

    fn whole_line(&mut self, text: &str) {
        if !self.inline {
            self.start_line();
        }
        self.put(text);
        self.end_line();
    }

    fn up(&mut self) {
        self.level += 1;
    }

    fn down(&mut self) {
        self.level = self.level.saturating_sub(1);
    }

    /// Takes the comments above a row out of the queue.
    fn take_above(&mut self, row: u32) -> (Rc<[usize]>, std::ops::Range<usize>) {
        let count = self
            .queue
            .pending()
            .iter()
            .take_while(|index| self.comment_row(**index) < row)
            .count();
        let range = self.queue.next..self.queue.next + count;
        self.queue.next += count;
        (Rc::clone(&self.queue.list), range)
    }

    fn comment_lines(&mut self, comments: &[usize]) {
        let mut metadata = false;
        let mut last: Option<u32> = None;
        for index in comments {
            let row = self.comment_row(*index);
            let is_metadata = self.is_metadata(*index);
            if let Some(last) = last {
                if row > last + 1 {
                    self.blank_line();
                    metadata = false;
                } else if metadata && is_metadata {
                    self.blank_line();
                }
            }
            // The comment that waits for the end of this line is none of the next.
            if self.inline && self.line_end.is_some() {
                self.delay = false;
                self.end_line();
            }
            metadata |= is_metadata;
            last = Some(row);
            let text = self.comment_text(*index);
            self.whole_line(text);
        }
    }

    /// Writes the comments above a row, and keeps the one of the row for the end of the line.
    fn comments_before(&mut self, row: Option<u32>) -> Written {
        let Some(row) = row else {
            return Ok(());
        };
        if self.queue.is_empty() {
            return Ok(());
        }
        let (list, range) = self.take_above(row);
        let above = list.get(range).unwrap_or_default();
        self.comment_lines(above);
        if let Some(last) = above.last()
            && row > self.comment_row(*last) + 1
        {
            self.blank_line();
        }
        let mut here = None;
        let next = self.queue.next;
        while let Some(index) = self.queue.pending().first().copied()
            && self.comment_row(index) == row
        {
            here = Some(index);
            self.queue.next += 1;
        }
        let Some(here) = here else {
            return Ok(());
        };
        if self.line_end.is_some() {
            self.queue.next = next;
            return Err(Unexpected);
        }
        self.line_end = Some(here);
        Ok(())
    }

    /// Writes the source's text of a place, and settles the comments in it.
    fn as_written(&mut self, loc: Loc) {
        let written = self.source(loc.text);
        let last = loc.row + crate::text::line_feeds(written);
        // Comments in front of the text are not in it.
        let before: Vec<usize> = self
            .queue
            .pending()
            .iter()
            .copied()
            .filter(|index| {
                self.comments
                    .get(*index)
                    .is_some_and(|comment| comment.text.0 < loc.text.0)
            })
            .collect();
        if !before.is_empty() {
            self.comment_lines(&before);
            self.start_line();
        }
        self.put(written);
        let mut kept = Vec::new();
        for index in self.queue.pending().to_vec() {
            if before.contains(&index) {
                continue;
            }
            let Some(comment) = self.comments.get(index) else {
                continue;
            };
            if self.keep_last && comment.row == last {
                let text = self.source(comment.text);
                self.put(" ");
                self.put(text);
            } else if comment.row >= last {
                kept.push(index);
            }
        }
        self.queue = Queue {
            list: kept.into(),
            next: 0,
        };
    }

    /// The row that a place's text ends on.
    fn end_row(&self, loc: Loc) -> u32 {
        loc.row + crate::text::line_feeds(self.source(loc.text))
    }

    fn closing(&self, loc: Loc, brackets: (u8, u8)) -> Option<u32> {
        crate::text::closing_row(self.text, loc, None, brackets)
    }
}

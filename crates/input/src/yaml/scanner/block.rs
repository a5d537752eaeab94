//! `|` and `>`.

use std::borrow::Cow;

use crate::yaml::chars::is_blank;
use crate::yaml::scanner::{Kind, Scanner, SyntaxError, error};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chomp {
    /// One is kept.
    Clip,
    /// `-`: none.
    Strip,
    /// `+`: all.
    Keep,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self) -> Result<(), SyntaxError> {
        self.drop_key()?;
        // A key may follow on the next line.
        self.key_allowed = true;
        let start = self.pos;
        let literal = self.byte(0) == b'|';
        self.pos += 1;
        let (chomp, increment) = self.block_header(start)?;
        let mut end = self.pos;
        if self.break_len(0) > 0 {
            self.line_break();
            end = self.pos;
        }

        let mut indent = if increment > 0 {
            self.indent.max(0) + increment
        } else {
            0
        };
        let mut text = String::new();
        let mut first_break = "";
        let mut more_breaks = String::new();
        let mut after_blank = false;
        self.empty_lines(&mut indent, &mut more_breaks, start, &mut end)?;
        while self.column() == indent && !self.at_end() {
            let blank = is_blank(self.byte(0));
            // Folding joins two lines unless one of them is indented further.
            if !literal && first_break == "\n" && !after_blank && !blank {
                if more_breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(first_break);
            }
            text.push_str(&more_breaks);
            more_breaks.clear();
            after_blank = blank;
            let from = self.pos;
            while !self.is_breakz() {
                self.pos += 1;
            }
            text.push_str(self.slice(from, self.pos));
            end = self.pos;
            first_break = if self.at_end() { "" } else { self.line_break() };
            let mut ignored = end;
            self.empty_lines(&mut indent, &mut more_breaks, start, &mut ignored)?;
        }
        if chomp != Chomp::Strip {
            text.push_str(first_break);
        }
        if chomp == Chomp::Keep {
            text.push_str(&more_breaks);
        }
        self.push(Kind::Scalar(Cow::Owned(text), false), start);
        if let Some(token) = self.queue.back_mut() {
            token.end = end;
        }
        Ok(())
    }

    /// What may stand after `|`: chomping and indentation in any order, and a comment.
    fn block_header(&mut self, start: usize) -> Result<(Chomp, i32), SyntaxError> {
        let mut chomp = None;
        let mut increment = None;
        loop {
            match self.byte(0) {
                b'+' if chomp.is_none() => chomp = Some(Chomp::Keep),
                b'-' if chomp.is_none() => chomp = Some(Chomp::Strip),
                b'0' if increment.is_none() => {
                    return error("the indentation of a block scalar is 1 to 9", start);
                }
                digit @ b'1'..=b'9' if increment.is_none() => {
                    increment = Some(i32::from(digit - b'0'))
                }
                _ => break,
            }
            self.pos += 1;
        }
        self.skip_blanks();
        self.skip_comment();
        if !self.is_breakz() {
            return error(
                "the text of a block scalar begins on the next line",
                self.pos,
            );
        }
        Ok((chomp.unwrap_or(Chomp::Clip), increment.unwrap_or_default()))
    }

    /// Steps over empty lines and the next line's indentation. An `indent` of 0 is not known yet: it becomes that
    /// of the first line with text, or of the longest empty one if that is more.
    fn empty_lines(
        &mut self,
        indent: &mut i32,
        breaks: &mut String,
        start: usize,
        end: &mut usize,
    ) -> Result<(), SyntaxError> {
        let mut widest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.byte(0) == b' ' {
                self.pos += 1;
            }
            widest = widest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.byte(0) == b'\t' {
                return error(
                    "a tab cannot indent the text of a block scalar",
                    self.pos.max(start),
                );
            }
            if self.break_len(0) == 0 {
                break;
            }
            breaks.push_str(self.line_break());
            *end = self.pos;
        }
        if *indent == 0 {
            *indent = widest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}

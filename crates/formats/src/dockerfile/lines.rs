//! From physical lines to instructions: comments, parser directives, continuation lines, heredocs.

use std::ops::Range;

/// One instruction's text without line breaks.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) text: String,
    /// Where pieces of the text begin: there, and in the file.
    pieces: Vec<(usize, usize)>,
    start: usize,
    pub(super) end: usize,
    /// The comments in front of it, and where they stand in the file.
    pub(super) comments: Vec<(String, Range<usize>)>,
}

impl Line {
    /// All of it, in the file.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Where bytes of the text stand in the file.
    pub(super) fn source(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.offset(range.start);
        // The end belongs to the byte in front of it, which may be on an earlier line than what follows.
        let end = match range.end.checked_sub(1) {
            Some(last) if last >= range.start => self.offset(last) + 1,
            _ => start,
        };
        start..end.max(start)
    }

    fn offset(&self, at: usize) -> usize {
        let after = self.pieces.partition_point(|(begin, _)| *begin <= at);
        let piece = after
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index));
        piece.map_or(self.start, |(begin, source)| source + (at - begin))
    }
}

/// A message and where it belongs.
type Refusal = (String, Range<usize>);

/// The instructions of a file, one after the other.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    escape: char,
    /// Names of the directives that were there; `None` where there can be no more.
    directives: Option<Vec<String>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Lines<'a> {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Lines {
            text,
            at,
            escape: '\\',
            directives: Some(Vec::new()),
        }
    }

    /// What escapes a character, or a line's end.
    pub(super) fn escape(&self) -> char {
        self.escape
    }

    /// The end of what was read, without the line's end.
    pub(super) fn end(&self) -> usize {
        let read = self.text.get(..self.at).unwrap_or_default();
        read.trim_end_matches(['\r', '\n']).len()
    }

    /// The next physical line with its end, and where it begins.
    fn physical(&mut self) -> Option<(&'a str, usize)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let len = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let start = self.at;
        self.at += len;
        Some((rest.get(..len).unwrap_or(rest), start))
    }

    pub(super) fn next(&mut self) -> Result<Option<Line>, Refusal> {
        let mut comments: Vec<(String, Range<usize>)> = Vec::new();
        while let Some((line, start)) = self.physical() {
            let trimmed = line.trim_end_matches(['\r', '\n']);
            let body = trimmed.trim_start();
            let at = start + trimmed.len() - body.len();
            if body.starts_with('#') {
                let is_directive = self
                    .directive(body)
                    .map_err(|message| (message, at..at + body.len()))?;
                // Go cuts the first byte off, also where a blank is in front of the mark.
                let mut comment = line.chars();
                comment.next();
                let comment = comment.as_str().trim();
                if comment.is_empty() {
                    comments.clear();
                } else if !is_directive {
                    comments.push((comment.to_owned(), at..at + body.trim_end().len()));
                }
                continue;
            }
            self.directives = None;
            let mut line = Line {
                text: String::new(),
                pieces: Vec::new(),
                start: at,
                end: at + body.len(),
                comments: Vec::new(),
            };
            let (kept, mut continued) = self.continuation(body);
            if !continued && kept.is_empty() {
                continue;
            }
            line.pieces.push((0, at));
            line.text.push_str(kept);
            while continued {
                let Some((next, start)) = self.physical() else {
                    break;
                };
                let next = next.trim_end_matches(['\r', '\n']);
                let body = next.trim_start();
                if body.is_empty() || body.starts_with('#') {
                    continue;
                }
                let (kept, more) = self.continuation(next);
                line.pieces.push((line.text.len(), start));
                line.text.push_str(kept);
                line.end = start + next.len();
                continued = more;
            }
            line.comments = comments;
            return Ok(Some(line));
        }
        Ok(None)
    }

    /// A line without the mark that continues it, and whether there was one.
    fn continuation<'l>(&self, line: &'l str) -> (&'l str, bool) {
        let trimmed = line.trim_end_matches([' ', '\t']);
        match trimmed.strip_suffix(self.escape) {
            Some(kept) if !kept.ends_with(self.escape) => (kept, true),
            _ => (line, false),
        }
    }

    /// Takes note of a directive; says whether the comment is one.
    fn directive(&mut self, comment: &str) -> Result<bool, String> {
        let Some(seen) = &mut self.directives else {
            return Ok(false);
        };
        let Some((name, value)) = directive(comment) else {
            self.directives = None;
            return Ok(false);
        };
        if seen.contains(&name) {
            return Err(format!("only one `{name}` directive can be used"));
        }
        if name == "escape" {
            self.escape = match value {
                "\\" => '\\',
                "`" => '`',
                _ => {
                    return Err(format!(
                        "the escape token `{value}` is neither a backslash nor a backtick"
                    ));
                }
            };
        }
        seen.push(name);
        Ok(true)
    }

    /// Reads on behind the line that ends a heredoc; says whether there is one.
    pub(super) fn skip_heredoc(&mut self, name: &str, chomp: bool) -> bool {
        while let Some((line, _)) = self.physical() {
            let line = line.trim_end_matches(['\r', '\n']);
            let line = if chomp {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if line == name {
                return true;
            }
        }
        false
    }
}

/// The name and the value of a directive: `# name = value`.
fn directive(comment: &str) -> Option<(String, &str)> {
    const BLANKS: [char; 5] = ['\t', '\n', '\u{c}', '\r', ' '];
    let line = comment.strip_prefix('#')?.trim_start();
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches(BLANKS);
    let mut chars = name.chars();
    if !chars.next()?.is_ascii_alphabetic() || !chars.all(|char| char.is_ascii_alphanumeric()) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    if !matches!(name.as_str(), "syntax" | "escape" | "check") {
        return None;
    }
    let trimmed = value.trim_matches(BLANKS);
    if trimmed.is_empty() {
        // A blank is a value where there is nothing else.
        let last = value.char_indices().next_back()?;
        return value.get(last.0..).map(|value| (name, value));
    }
    Some((name, trimmed))
}

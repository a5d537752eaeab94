//! Dockerfiles: a list of one list of instructions, each with its words as BuildKit divides them. What BuildKit refuses
//! of a single instruction is refused here, too.

mod args;
mod check;
mod json;
mod lines;
mod shell;

use std::ops::Range;

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use self::args::Instruction;
use self::lines::{Line, Lines};
use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let mut lines = Lines::new(text.text);
    let mut commands = Vec::new();
    let mut stages = 0usize;
    let error = |(message, range): (String, Range<usize>)| text.error(message, range);
    while let Some(mut line) = lines.next().map_err(error)? {
        let range = line.range();
        let refuse = |message: String| text.error(message, range.clone());
        let instruction = args::instruction(&line.text, lines.escape()).map_err(refuse)?;
        if instruction.takes_heredocs() && line.text.contains("<<") {
            let heredocs = shell::heredocs(&line.text).map_err(refuse)?;
            for heredoc in heredocs {
                if !lines.skip_heredoc(&heredoc.name, heredoc.chomp) {
                    let message = format!("the heredoc `{}` has no end", heredoc.name);
                    return Err(refuse(message));
                }
            }
            line.end = lines.end();
        }
        check::instruction(&instruction).map_err(refuse)?;
        if instruction.name() == "from" {
            stages += 1;
        }
        let writer = Writer {
            text,
            line: &line,
            stage: i64::try_from(stages.saturating_sub(1)).unwrap_or(i64::MAX),
        };
        for (comment, range) in &line.comments {
            commands.push(writer.comment(comment, range.clone()));
        }
        commands.push(writer.command(&instruction));
    }
    if commands.is_empty() {
        return Err(text.error("the file has no instructions", 0..text.text.len()));
    }
    let whole = text.span(0..text.text.len());
    // The outer list makes the file one input, where arrays are split.
    let list = Value::Array(commands).at(whole);
    text.document(&Value::Array(vec![list]).at(whole))
}

/// Makes the nodes of one instruction.
struct Writer<'a> {
    text: &'a Text<'a>,
    line: &'a Line,
    stage: i64,
}

/// The members of an instruction's object.
struct Members {
    cmd: Node,
    sub_cmd: Node,
    json: Node,
    flags: Node,
    value: Node,
}

impl Writer<'_> {
    /// Bytes of the joined line as a span.
    fn span(&self, range: &Range<usize>) -> Span {
        self.text.span(self.line.source(range))
    }

    fn comment(&self, comment: &str, range: Range<usize>) -> Node {
        let span = self.text.span(range);
        let text = Value::string(comment).at(span);
        let members = Members {
            cmd: Value::string("comment").at(span),
            sub_cmd: Value::string("").at(span),
            json: Value::Bool(false).at(span),
            flags: Value::Null.at(span),
            value: Value::Array(vec![text]).at(span),
        };
        self.object(members, span)
    }

    fn command(&self, instruction: &Instruction) -> Node {
        let span = self.text.span(self.line.range());
        let sub = instruction.sub.as_deref();
        let source = sub.unwrap_or(instruction);
        let strings = |words: &[(String, Range<usize>)]| {
            let items = words
                .iter()
                .map(|(word, range)| Value::string(word).at(self.span(range)));
            let whole = match (words.first(), words.last()) {
                (Some((_, first)), Some((_, last))) => self.span(&(first.start..last.end)),
                _ => span,
            };
            Value::Array(items.collect()).at(whole)
        };
        let flags = instruction.flags.as_ref();
        let members = Members {
            cmd: Value::String(instruction.name()).at(self.span(&instruction.cmd.1)),
            sub_cmd: match sub {
                Some(sub) => Value::string(&sub.cmd.0).at(self.span(&sub.cmd.1)),
                None => Value::string("").at(span),
            },
            json: Value::Bool(source.json).at(span),
            flags: flags.map_or_else(|| Value::Null.at(span), |flags| strings(flags)),
            value: match source.words.as_slice() {
                [] => Value::Null.at(span),
                words => strings(words),
            },
        };
        self.object(members, span)
    }

    fn object(&self, members: Members, span: Span) -> Node {
        let members = [
            ("Cmd", members.cmd),
            ("SubCmd", members.sub_cmd),
            ("JSON", members.json),
            ("Flags", members.flags),
            ("Value", members.value),
            ("Stage", Value::Integer(self.stage).at(span)),
        ];
        let object: Object = members
            .into_iter()
            .map(|(key, node)| (key.to_owned(), node.member(Span::NOWHERE)))
            .collect();
        Value::Object(object).at(span)
    }
}

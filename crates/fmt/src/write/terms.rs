//! Terms.

use super::iterable::Item;
use super::{Arity, Unexpected, Writer, Written};
use crate::text::{covered, escape_braces, is_name, quote};
use crate::tree::{Expr, Loc, Part, Term, Value, Var, function, infix, is_union};

impl<'a> Writer<'a> {
    /// A term; as it is in the source where a comment does not let it be laid out.
    pub(super) fn term(&mut self, term: &'a Term) -> Written {
        if self.queue.is_empty() {
            return self.laid_out(false, term);
        }
        let length = self.out.len();
        let level = self.level;
        let queue = self.queue.clone();
        let line_end = self.line_end;
        let written = self.laid_out(false, term);
        if written.is_err() {
            self.out.truncate(length);
            self.level = level;
            // A comment in front of the term is not in its text: the line ends behind it.
            if let Some(index) = line_end
                && self
                    .comments
                    .get(index)
                    .is_some_and(|comment| comment.text.0 < term.loc.text.0)
            {
                self.line_end = Some(index);
                self.delay = false;
                self.end_line();
                self.start_line();
            } else if let Some(index) = self.line_end {
                let row = self.comment_row(index);
                if row >= term.loc.row && row <= self.end_row(term.loc) {
                    self.line_end = None;
                }
            }
            self.queue = queue;
            self.as_written(term.loc);
        }
        written
    }

    /// A term laid out; `parens` around it if it is an operator's call.
    pub(super) fn laid_out(&mut self, parens: bool, term: &'a Term) -> Written {
        let mut parens = parens;
        if self
            .paren_term
            .is_some_and(|other| std::ptr::eq(other, term))
        {
            self.paren_term = None;
            parens = true;
        }
        self.comments_before(Some(term.loc.row))?;
        if !self.inline {
            self.start_line();
        }
        self.value(parens, term)?;
        if !self.inline {
            self.start_line();
        }
        Ok(())
    }

    fn value(&mut self, parens: bool, term: &'a Term) -> Written {
        match &term.value {
            Value::Null => self.put("null"),
            Value::Bool(value) => self.put(if *value { "true" } else { "false" }),
            Value::Number(number) => self.put(number),
            Value::String { value, literal } => match literal {
                Some(range) => {
                    let literal = self.source(*range);
                    self.put(literal);
                }
                None => self.put(&quote(value)),
            },
            Value::Var(var) => self.var(var),
            Value::Ref(path) => return self.reference(path),
            Value::Call(call) => return self.call(parens, call, term.loc),
            Value::Array(items) => {
                let items = items.iter().map(Item::Term).collect();
                return self.between("[", "]", |this| {
                    let close = this.closing(term.loc, (b'[', b']'));
                    this.list(items, term.loc, close, true)
                });
            }
            Value::Set(items) if items.is_empty() => {
                self.put("set()");
                let close = self.closing(term.loc, (b'(', b')'));
                return self.comments_before(close);
            }
            Value::Set(items) => {
                let items = items.iter().map(Item::Term).collect();
                return self.braces(items, term.loc);
            }
            Value::Object(entries) => {
                let items = entries
                    .iter()
                    .map(|(key, value)| Item::Entry(key, value))
                    .collect();
                return self.braces(items, term.loc);
            }
            Value::ArrayComprehension(member, body) => {
                return self.between("[", "]", |this| {
                    this.comprehension((b'[', b']'), member, body, term.loc)
                });
            }
            Value::SetComprehension(member, body) => {
                return self.between("{", "}", |this| {
                    this.comprehension((b'{', b'}'), member, body, term.loc)
                });
            }
            Value::ObjectComprehension(entry, body) => {
                let (key, value) = &**entry;
                return self.between("{", "}", |this| {
                    this.parenthesised(is_union(key), key)?;
                    this.put(": ");
                    this.comprehension((b'{', b'}'), value, body, term.loc)
                });
            }
            Value::Template { raw, parts } => return self.template(*raw, parts),
        }
        Ok(())
    }

    fn between(
        &mut self,
        open: &str,
        close: &str,
        inside: impl FnOnce(&mut Self) -> Written,
    ) -> Written {
        self.put(open);
        let written = inside(self);
        self.put(close);
        written
    }

    fn braces(&mut self, items: Vec<Item<'a>>, loc: Loc) -> Written {
        self.between("{", "}", |this| {
            let close = this.closing(loc, (b'{', b'}'));
            this.list(items, loc, close, true)
        })
    }

    fn var(&mut self, var: &Var) {
        self.put(&var.name);
    }

    pub(super) fn reference(&mut self, path: &'a [Term]) -> Written {
        let Some((head, steps)) = path.split_first() else {
            return Ok(());
        };
        let parens = matches!(head.value, Value::Call(_))
            && covered(self.text, head.loc.text).starts_with('(');
        self.laid_out(parens, head)?;
        for step in steps {
            match &step.value {
                Value::String { value, .. } => {
                    if self.in_brackets(value, step.loc) {
                        self.put("[");
                        self.put(&quote(value));
                        self.put("]");
                    } else {
                        self.put(".");
                        self.put(value);
                    }
                }
                Value::Var(var) => {
                    self.put("[");
                    self.var(var);
                    self.put("]");
                }
                _ => {
                    self.put("[");
                    if self.term(step).is_err() {
                        // The bracket must not become a part of the comment.
                        self.put("\n");
                    }
                    self.put("]");
                }
            }
        }
        Ok(())
    }

    fn in_brackets(&self, name: &str, loc: Loc) -> bool {
        if !is_name(name) {
            return true;
        }
        self.style.keywords.iter().any(|word| word == name)
            && covered(self.text, loc.text).starts_with('"')
    }

    fn call(&mut self, parens: bool, call: &'a [Term], loc: Loc) -> Written {
        let Some((symbol, arity)) = infix(&function(call)) else {
            return self.plain_call(call);
        };
        if call.len() != arity + 1 {
            self.arity.get_or_insert(Arity { loc });
            return Ok(());
        }
        let operands = call.get(1..).unwrap_or_default();
        if symbol == "in" {
            return self.membership(true, operands);
        }
        let [left, right] = operands else {
            return Ok(());
        };
        if parens {
            self.put("(");
        }
        self.laid_out(true, left)?;
        self.put(" ");
        self.put(symbol);
        self.put(" ");
        self.laid_out(true, right)?;
        if parens {
            self.put(")");
        }
        Ok(())
    }

    /// `f(x)`
    pub(super) fn plain_call(&mut self, call: &'a [Term]) -> Written {
        let Some((name, args)) = call.split_first() else {
            return Ok(());
        };
        match &name.value {
            Value::Ref(path) => self.reference(path)?,
            _ => self.put(&function(call)),
        }
        let items = args.iter().map(Item::Term).collect();
        self.between("(", ")", |this| {
            let close = this.closing(name.loc, (b'(', b')'));
            this.list(items, name.loc, close, false)
        })
    }

    /// `x in xs`, `k, v in xs`
    pub(super) fn membership(&mut self, parens: bool, operands: &'a [Term]) -> Written {
        match operands {
            [member, collection] => {
                self.laid_out(true, member)?;
                self.put(" in ");
                self.operand_of_in(collection)
            }
            [key, value, collection] => {
                let inside = |this: &mut Self| {
                    this.operand_of_in(key)?;
                    this.put(", ");
                    this.operand_of_in(value)?;
                    this.put(" in ");
                    this.operand_of_in(collection)
                };
                if parens {
                    self.between("(", ")", inside)
                } else {
                    inside(self)
                }
            }
            _ => Ok(()),
        }
    }

    /// An operand that would be read as another one if it were an `in` without parentheses.
    fn operand_of_in(&mut self, term: &'a Term) -> Written {
        let nested = matches!(&term.value, Value::Call(call)
            if call.len() == 3 && function(call) == "internal.member_2");
        if !nested {
            return self.laid_out(true, term);
        }
        self.between("(", ")", |this| this.laid_out(true, term))
    }

    fn comprehension(
        &mut self,
        brackets: (u8, u8),
        member: &'a Term,
        body: &'a [Expr],
        loc: Loc,
    ) -> Written {
        if member.loc.row > loc.row {
            self.end_line();
            self.start_line();
        }
        let parens = matches!(member.value, Value::Call(_))
            && (is_union(member) || covered(self.text, member.loc.text).starts_with('('));
        self.laid_out(parens, member)?;
        self.put(" |");
        self.inner_body(brackets, body, member.loc, loc)
    }

    fn template(&mut self, raw: bool, parts: &'a [Part]) -> Written {
        let quotes = if raw { "`" } else { "\"" };
        self.put("$");
        self.put(quotes);
        for (position, part) in parts.iter().enumerate() {
            match part {
                Part::Text { text, .. } if raw => self.put(&escape_braces(text)),
                Part::Text { text, .. } => {
                    let quoted = escape_braces(&quote(text));
                    let inside = quoted
                        .get(1..quoted.len().saturating_sub(1))
                        .unwrap_or_default();
                    self.put(inside);
                }
                Part::Expr(expr) => {
                    let next = parts.get(position + 1).map(|part| match part {
                        Part::Text { row, .. } => *row,
                        Part::Expr(expr) => expr.loc.row,
                    });
                    self.hole(expr, next)?;
                }
            }
        }
        self.put(quotes);
        Ok(())
    }

    /// An expression in a template, and the comments beside it.
    fn hole(&mut self, expr: &'a Expr, next: Option<u32>) -> Result<(), Unexpected> {
        self.put("{");
        self.up();
        if self.line_end.is_some() {
            self.end_line();
            self.start_line();
        } else {
            let (list, range) = self.take_above(expr.loc.row);
            let above = list.get(range).unwrap_or_default();
            if !above.is_empty() {
                self.put(" ");
                self.inline = true;
                self.comment_lines(above);
            }
        }
        self.expr(expr)?;
        if let Some(next) = next {
            let (list, range) = self.take_above(next);
            let above = list.get(range).unwrap_or_default();
            if !above.is_empty() {
                self.end_line();
                self.comment_lines(above);
                self.start_line();
            }
        }
        self.put("}");
        self.down();
        Ok(())
    }
}

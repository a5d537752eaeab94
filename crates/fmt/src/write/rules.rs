//! Rules and their heads.

use super::iterable::Item;
use super::{Writer, Written};
use crate::compare::{Order, Wildcards};
use crate::text::{closing_row, covered, quote};
use crate::tree::{Head, Rule, Term, Value};

const ORDER: Order = Order(Wildcards::Distinct);

/// What became of a head.
enum HeadWritten {
    LaidOut,
    /// Written as it is in the source, or with a part that is.
    Unexpected,
}

impl<'a> Writer<'a> {
    pub(super) fn rules(&mut self, rules: &'a [Rule]) {
        for (position, rule) in rules.iter().enumerate() {
            let _ = self.comments_before(Some(rule.loc.row));
            self.rule(rule);
            let grouped = self.is_one_liner(rule)
                && rules.get(position + 1).is_some_and(|next| {
                    self.is_one_liner(next) && next.loc.row == rule.loc.row + 1
                });
            if !grouped {
                self.blank_line();
            }
        }
    }

    /// Such rules stay together where no blank line was between them.
    fn is_one_liner(&self, rule: &Rule) -> bool {
        rule.body.len() <= 1
            && !rule.default
            && rule.else_.is_none()
            && !rule.body.first().is_some_and(crate::tree::Expr::is_set)
            && (self.style.v1 || self.style.ifs)
            && (self.style.contains || rule.head.value.is_some())
    }

    /// A rule with its `else` branches.
    fn rule(&mut self, rule: &'a Rule) {
        let mut rule = rule;
        let mut is_else = false;
        loop {
            self.branch(rule, is_else);
            let Some(next) = rule.else_.as_deref() else {
                return;
            };
            self.before_else(rule, next);
            rule = next;
            is_else = true;
        }
    }

    fn branch(&mut self, rule: &'a Rule, is_else: bool) {
        if !is_else {
            self.start_line();
        }
        if rule.default {
            self.put("default ");
        }
        let constant =
            rule.else_.is_none() && matches!(rule.body.as_slice(), [only] if only.is_true());
        self.keep_last = constant;
        let head = match self.head(&rule.head, rule.default, constant) {
            Ok(()) => HeadWritten::LaidOut,
            Err(_) => HeadWritten::Unexpected,
        };
        let Some(first) = rule.body.first().filter(|_| !constant) else {
            self.end_line();
            return;
        };
        self.keep_last = true;
        let with_if =
            (self.style.v1 || self.style.ifs) && (self.style.contains || rule.head.value.is_some());
        if with_if {
            self.put(" if");
            if rule.body.len() == 1
                && first.loc.row == self.end_row(rule.head.loc)
                && !first.is_set()
            {
                self.put(" ");
                // What could not be laid out was written as it is.
                let _ = self.expr(first);
                self.end_line();
                return;
            }
        }
        if matches!(head, HeadWritten::Unexpected) && !self.queue.is_empty() {
            self.put(" { ");
        } else {
            self.put(" {");
            self.end_line();
        }
        if with_if && !is_else {
            self.mark_union(first);
        }
        self.up();
        let _ = self.body(&rule.body);
        let past = if rule.head.args.as_ref().is_some_and(|args| !args.is_empty()) {
            Some((b'(', b')'))
        } else if rule.head.key.is_some() {
            Some((b'[', b']'))
        } else {
            None
        };
        let close = closing_row(self.text, rule.loc, past, (b'{', b'}'));
        let _ = self.comments_before(close);
        self.down();
        self.start_line();
        self.put("}");
    }

    /// `else` stays behind the brace if it was there.
    fn before_else(&mut self, rule: &Rule, next: &'a Rule) {
        let text = covered(self.text, rule.loc.text);
        let row = next.loc.row.saturating_sub(rule.loc.row);
        let behind = row > 0
            && usize::try_from(row)
                .ok()
                .and_then(|row| text.split('\n').nth(row))
                .is_some_and(|line| !line.trim().starts_with("else"));
        let commented = self.line_end.is_some()
            || self
                .queue
                .pending()
                .first()
                .is_some_and(|index| self.comment_row(*index) < next.head.loc.row);
        if behind && !commented {
            self.put(" ");
        } else {
            self.blank_line();
            self.start_line();
        }
        let _ = self.comments_before(Some(next.head.loc.row));
        if commented && !behind {
            self.start_line();
        }
    }

    fn head(&mut self, head: &'a Head, default: bool, constant: bool) -> Written {
        if self.style.ref_heads || head.reference.len() == 1 {
            self.reference(&head.reference)?;
        } else if let [name, step] = head.reference.as_slice() {
            if self
                .queue
                .pending()
                .first()
                .is_some_and(|index| self.comment_row(*index) == step.loc.row)
            {
                self.as_written(head.loc);
                return Ok(());
            }
            let name = self.plain(name);
            let step = self.plain(step);
            self.put(&name);
            self.put("[");
            self.put(&step);
            self.put("]");
        }
        if let Some(args) = &head.args {
            self.put("(");
            let items = args.iter().map(Item::Term).collect();
            let close = self.closing(head.loc, (b'(', b')'));
            let written = self.list(items, head.loc, close, false);
            self.put(")");
            written?;
        }
        if let Some(key) = &head.key
            && head.value.is_none()
        {
            if self.style.contains {
                self.put(" contains ");
                self.term(key)?;
            } else {
                self.put("[");
                self.term(key)?;
                self.put("]");
            }
        }
        let Some(value) = &head.value else {
            return Ok(());
        };
        if head.key.is_none() && value.is_true() && !constant && !default {
            return Ok(());
        }
        let no_args = head.args.as_ref().is_none_or(Vec::is_empty);
        let constant_ref = self.style.v1 && constant && head.key.is_none() && no_args;
        if head.implied && !head.is_else && value.is_true() && !constant_ref {
            return Ok(());
        }
        self.put(if head.assign || self.style.v1 {
            " := "
        } else {
            " = "
        });
        self.term(value)
    }

    /// A part of a head on one line.
    fn plain(&self, term: &Term) -> String {
        match &term.value {
            Value::String { value, .. } => quote(value),
            Value::Var(var) => var.name.clone(),
            Value::Number(number) => number.clone(),
            Value::Ref(path) => {
                let mut out = String::new();
                for (position, step) in path.iter().enumerate() {
                    match &step.value {
                        _ if position == 0 => out.push_str(&self.plain(step)),
                        Value::String { value, .. } if crate::text::is_name(value) => {
                            out.push('.');
                            out.push_str(value);
                        }
                        _ => {
                            out.push('[');
                            out.push_str(&self.plain(step));
                            out.push(']');
                        }
                    }
                }
                out
            }
            Value::Array(items) => format!("[{}]", self.plain_list(items)),
            Value::Set(items) if !items.is_empty() => {
                let mut items = items.clone();
                items.sort_by(|a, b| ORDER.terms(a, b));
                format!("{{{}}}", self.plain_list(&items))
            }
            Value::Object(entries) => {
                let mut entries: Vec<&(Term, Term)> = entries.iter().collect();
                entries.sort_by(|a, b| ORDER.terms(&a.0, &b.0));
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.plain(key), self.plain(value)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            _ => covered(self.text, term.loc.text).to_owned(),
        }
    }

    fn plain_list(&self, items: &[Term]) -> String {
        let items: Vec<String> = items.iter().map(|item| self.plain(item)).collect();
        items.join(", ")
    }
}

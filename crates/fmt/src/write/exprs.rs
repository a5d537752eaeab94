//! Expressions and bodies.

use super::iterable::lines;
use super::{Arity, Writer, Written};
use crate::text::{closing_row, covered, line_feeds};
use crate::tree::{
    Every, Expr, Loc, Logical, Side, Term, Terms, Value, With, function, infix, is_union,
};

/// One operand of a chain of `and` and `or`.
struct Operand<'a> {
    side: &'a Side,
    parens: bool,
}

/// An operator of such a chain, and what is right of it.
struct Step<'a> {
    symbol: &'static str,
    right: Operand<'a>,
    /// The row that everything left of it ends on.
    left_end: u32,
}

impl<'a> Writer<'a> {
    /// The expressions of a body, a line each.
    pub(super) fn body(&mut self, body: &'a [Expr]) -> Written {
        let Some(first) = body.first() else {
            return Ok(());
        };
        self.comments_before(Some(first.loc.row))?;
        let mut last: Option<Loc> = None;
        for expr in body {
            if let Some(last) = last
                && expr.loc.row > last.row + line_feeds(covered(self.text, last.text)) + 1
            {
                self.blank_line();
            }
            last = Some(expr.loc);
            self.start_line();
            // What could not be laid out was written as it is.
            let _ = self.expr(expr);
            self.end_line();
        }
        Ok(())
    }

    pub(super) fn expr(&mut self, expr: &'a Expr) -> Written {
        let parens = self
            .paren_expr
            .is_some_and(|other| std::ptr::eq(other, expr));
        if parens {
            self.paren_expr = None;
        }
        self.comments_before(Some(expr.loc.row))?;
        if !self.inline {
            self.start_line();
        }
        let negated_logical = expr.negated && expr.is_logical();
        if expr.negated {
            self.put("not ");
            if negated_logical {
                self.put("(");
            }
        }
        if parens {
            self.put("(");
        }
        self.statement(expr)?;
        if parens {
            self.put(")");
        }
        if negated_logical {
            self.put(")");
        }
        let level = self.level;
        let written = self.withs(expr);
        self.level = level;
        written
    }

    fn statement(&mut self, expr: &'a Expr) -> Written {
        match &expr.terms {
            Terms::Some(symbols) => self.some(symbols, expr.loc.row),
            Terms::Every(every) => self.every(every, expr.loc),
            Terms::Not { body, explicit } => self.not(body, *explicit, expr.loc),
            Terms::Logical(logical) => self.logical(logical),
            Terms::Call(call) => self.top_call(call),
            Terms::Term(term) => self.term(term),
        }
    }

    /// The first `with` stays on the line where the terms end; others keep their lines, indented.
    fn withs(&mut self, expr: &'a Expr) -> Written {
        let Some(first) = expr.with.first() else {
            return Ok(());
        };
        let mut row = self.terms_end(expr, first.loc);
        let mut rest = expr.with.as_slice();
        if first.loc.row == row {
            self.with(first, false)?;
            rest = rest.get(1..).unwrap_or_default();
        }
        let mut indented = false;
        for with in rest {
            let breaks = with.loc.row > row;
            if breaks {
                if !indented {
                    self.up();
                    indented = true;
                }
                self.end_line();
                self.start_line();
                row = with.loc.row;
            }
            self.with(with, breaks)?;
        }
        Ok(())
    }

    fn terms_end(&self, expr: &Expr, first: Loc) -> u32 {
        let mut text = covered(self.text, expr.loc.text);
        if first.at > expr.loc.at {
            let length = (first.at - expr.loc.at) as usize;
            text = text.get(..length).unwrap_or(text);
        }
        expr.loc.row + line_feeds(text.trim_end_matches([' ', '\t', '\r', '\n']))
    }

    fn with(&mut self, with: &'a With, indented: bool) -> Written {
        self.comments_before(Some(with.loc.row))?;
        if !indented {
            self.put(" ");
        }
        self.put("with ");
        self.term(&with.target)?;
        self.put(" as ");
        // A value that could not be laid out was written as it is.
        let _ = self.term(&with.value);
        Ok(())
    }

    fn some(&mut self, symbols: &'a [Term], start: u32) -> Written {
        self.comments_before(Some(start))?;
        self.put("some ");
        let mut row = start;
        for (position, symbol) in symbols.iter().enumerate() {
            if let Value::Call(call) = &symbol.value {
                self.membership(false, call.get(1..).unwrap_or_default())?;
                continue;
            }
            if symbol.loc.row > row {
                self.end_line();
                self.start_line();
                self.put("\t");
                row = symbol.loc.row;
            } else if position > 0 {
                self.put(" ");
            }
            self.term(symbol)?;
            if position + 1 < symbols.len() {
                self.put(",");
            }
        }
        Ok(())
    }

    fn every(&mut self, every: &'a Every, loc: Loc) -> Written {
        self.comments_before(Some(loc.row))?;
        self.put("every ");
        if let Some(key) = &every.key {
            self.term(key)?;
            self.put(", ");
        }
        self.term(&every.value)?;
        self.put(" in ");
        self.term(&every.domain)?;
        self.put(" {");
        let _ = self.inner_body((b'{', b'}'), &every.body, loc, loc);
        if let [only] = every.body.as_slice()
            && only.loc.row == loc.row
        {
            self.put(" ");
        }
        self.put("}");
        Ok(())
    }

    fn not(&mut self, body: &'a [Expr], explicit: bool, loc: Loc) -> Written {
        self.comments_before(Some(loc.row))?;
        self.put("not ");
        let Some(first) = body.first() else {
            return Ok(());
        };
        if explicit || body.len() > 1 {
            if is_union_call(first) {
                self.paren_expr = Some(first);
            }
            self.put("{");
            let _ = self.inner_body((b'{', b'}'), body, loc, loc);
            if body.last().is_some_and(|last| last.loc.row == loc.row) {
                self.put(" ");
            }
            self.put("}");
            return Ok(());
        }
        let parens = !first.with.is_empty()
            || first.is_logical()
            || matches!(first.terms, Terms::Not { .. })
            || leads_with_brace(first);
        if parens {
            self.put("(");
        }
        let _ = self.expr(first);
        if parens {
            self.put(")");
        }
        Ok(())
    }

    fn logical(&mut self, logical: &'a Logical) -> Written {
        let (first, steps) = self.flat(logical);
        let level = self.level;
        let _ = self.operand(&first);
        let mut indented = false;
        for step in &steps {
            self.put(" ");
            self.put(step.symbol);
            let side = step.right.side;
            let start = side.brace.or(side.body.first().map(|expr| expr.loc));
            if start.is_some_and(|start| start.row > step.left_end) {
                if !indented {
                    self.up();
                    indented = true;
                }
                self.end_line();
                self.start_line();
            } else {
                self.put(" ");
            }
            let _ = self.operand(&step.right);
        }
        self.level = level;
        Ok(())
    }

    fn operand(&mut self, operand: &Operand<'a>) -> Written {
        let body = operand.side.body.as_slice();
        let Some(first) = body.first() else {
            return Ok(());
        };
        let Some(brace) = operand.side.brace else {
            if operand.parens {
                self.put("(");
            }
            let written = self.expr(first);
            if operand.parens {
                self.put(")");
            }
            return written;
        };
        if is_union_call(first) {
            self.paren_expr = Some(first);
        }
        self.put("{");
        let _ = self.inner_body((b'{', b'}'), body, brace, brace);
        if body.last().is_some_and(|last| last.loc.row == brace.row) {
            self.put(" ");
        }
        self.put("}");
        Ok(())
    }

    /// A chain's operands from left to right; what needs parentheses stays one operand.
    fn flat(&self, logical: &'a Logical) -> (Operand<'a>, Vec<Step<'a>>) {
        let mut steps = Vec::new();
        let mut logical = logical;
        loop {
            let symbol = if logical.and { "and" } else { "or" };
            let right = operand(&logical.right, logical.and, true);
            let left = &logical.left;
            if left.brace.is_none()
                && let [only] = left.body.as_slice()
                && let Terms::Logical(inner) = &only.terms
                && !needs_parens(only, logical.and, false)
            {
                let text = covered(self.text, only.loc.text);
                let left_end =
                    only.loc.row + line_feeds(text.trim_end_matches([' ', '\t', '\r', '\n']));
                steps.push(Step {
                    symbol,
                    right,
                    left_end,
                });
                logical = inner;
                continue;
            }
            let left_end = self.side_end(left);
            steps.push(Step {
                symbol,
                right,
                left_end,
            });
            steps.reverse();
            return (operand(left, logical.and, false), steps);
        }
    }

    fn side_end(&self, side: &Side) -> u32 {
        if let Some(brace) = side.brace
            && let Some(row) = closing_row(self.text, brace, None, (b'{', b'}'))
        {
            return row;
        }
        side.body.last().map_or(0, |last| {
            let text = covered(self.text, last.loc.text);
            last.loc.row + line_feeds(text.trim_end_matches([' ', '\t', '\r', '\n']))
        })
    }

    /// A call that is a statement.
    fn top_call(&mut self, call: &'a [Term]) -> Written {
        let Some((symbol, arity)) = infix(&function(call)) else {
            return self.plain_call(call);
        };
        let operands = call.get(1..).unwrap_or_default();
        if operands.len() != arity {
            let loc = call.first().map(|term| term.loc).unwrap_or_default();
            self.arity.get_or_insert(Arity { loc });
            return Ok(());
        }
        if symbol == "in" {
            return self.membership(false, operands);
        }
        let [left, right] = operands else {
            return Ok(());
        };
        self.term(left)?;
        self.put(" ");
        self.put(symbol);
        self.put(" ");
        self.term(right)
    }

    /// The body of a comprehension, of `every`, `not` and operands: on one line if it was.
    pub(super) fn inner_body(
        &mut self,
        brackets: (u8, u8),
        body: &'a [Expr],
        opens: Loc,
        whole: Loc,
    ) -> Written {
        let Some(first) = body.first() else {
            return Ok(());
        };
        let mut sorted: Vec<&Expr> = body.iter().collect();
        let broken =
            first.loc.row > opens.row || lines(&mut sorted, opens.row, |expr| expr.loc).len() > 1;
        let close = closing_row(self.text, whole, None, brackets);
        if broken {
            self.end_line();
            self.up();
            let written = self.body(body).and_then(|()| self.comments_before(close));
            self.down();
            self.start_line();
            return written;
        }
        self.put(" ");
        for (position, expr) in body.iter().enumerate() {
            if position > 0 {
                self.put("; ");
            }
            self.expr(expr)?;
        }
        self.comments_before(close)
    }

    /// Parentheses for the union that an expression begins with: behind a brace it would be a comprehension.
    pub(super) fn mark_union(&mut self, expr: &'a Expr) {
        let mut expr = expr;
        loop {
            if expr.negated {
                return;
            }
            match &expr.terms {
                Terms::Logical(logical) => {
                    let (first, _) = self.flat(logical);
                    match first.side.body.first() {
                        Some(inner) if first.side.brace.is_none() && !first.parens => expr = inner,
                        _ => return,
                    }
                }
                Terms::Call(_) if is_union_call(expr) => {
                    self.paren_expr = Some(expr);
                    return;
                }
                Terms::Call(call) => {
                    if infix(&function(call)).is_some_and(|(_, arity)| call.len() == arity + 1)
                        && let Some(first) = call.get(1)
                        && is_union(first)
                    {
                        self.paren_term = Some(first);
                    }
                    return;
                }
                _ => return,
            }
        }
    }
}

fn operand(side: &Side, and: bool, right: bool) -> Operand<'_> {
    let parens = side.brace.is_none()
        && side
            .body
            .first()
            .is_some_and(|only| needs_parens(only, and, right));
    Operand { side, parens }
}

/// Whether an operand without braces would be read as something else without parentheses.
fn needs_parens(expr: &Expr, under_and: bool, right: bool) -> bool {
    if !expr.with.is_empty() {
        return true;
    }
    match &expr.terms {
        Terms::Logical(inner) if inner.and => under_and && right,
        Terms::Logical(_) => under_and || right,
        _ => leads_with_brace(expr),
    }
}

fn is_union_call(expr: &Expr) -> bool {
    matches!(&expr.terms, Terms::Call(call) if call.len() == 3 && function(call) == "or")
}

/// Whether an expression is written with a `{` in front, which would open a body.
fn leads_with_brace(expr: &Expr) -> bool {
    match &expr.terms {
        Terms::Term(term) => term_leads(term),
        Terms::Call(call) => call_leads(call),
        _ => false,
    }
}

fn call_leads(call: &[Term]) -> bool {
    infix(&function(call)).is_some_and(|(_, arity)| call.len() == arity + 1)
        && call.get(1).is_some_and(term_leads)
}

fn term_leads(term: &Term) -> bool {
    match &term.value {
        Value::Set(items) => !items.is_empty(),
        Value::Object(_) | Value::SetComprehension(..) | Value::ObjectComprehension(..) => true,
        Value::Ref(path) => path.first().is_some_and(term_leads),
        Value::Call(call) => call_leads(call),
        _ => false,
    }
}

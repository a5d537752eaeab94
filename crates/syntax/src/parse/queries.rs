//! Statements of queries.

use super::grammar::Rule;
use super::pairs::{Builder, Level, Node, Nodes, take};
use crate::ast::{
    AssignOp, Every, Expr, ExprKind, Ident, NotBody, Operand, Query, Ref, SomeIn, Term, TermKind,
    With,
};

impl Builder<'_> {
    /// The statements of a `query` node.
    pub(super) fn query(&mut self, node: Node<'_>, level: Level) -> Option<Query> {
        let mut query = Vec::new();
        let mut complete = true;
        for stmt in node.into_inner() {
            match self.stmt(stmt, level) {
                Some(expr) => query.push(expr),
                None => complete = false,
            }
        }
        complete.then_some(query)
    }

    /// One statement.
    pub(super) fn stmt(&mut self, node: Node<'_>, level: Level) -> Option<Expr> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let first = parts.next()?;
        let kind = match first.as_rule() {
            Rule::some_decl => self.some(first, level)?,
            Rule::every => self.every(first, level)?,
            _ => {
                let mut expr = self.either(first, level)?;
                let with = self.withs(parts, level)?;
                // Groups may bring a `with` of their own, which applies first.
                if !expr.with.is_empty() && !with.is_empty() {
                    let inner = expr.span;
                    expr = Expr {
                        span,
                        negated: false,
                        kind: ExprKind::Or(vec![Operand {
                            span: inner,
                            query: vec![expr],
                            explicit: false,
                        }]),
                        with,
                    };
                } else if !with.is_empty() {
                    expr.with = with;
                }
                expr.span = span;
                return Some(expr);
            }
        };
        let with = self.withs(parts, level)?;
        Some(Expr {
            span,
            negated: false,
            kind,
            with,
        })
    }

    /// `with` modifiers.
    pub(super) fn withs(&mut self, nodes: Nodes<'_>, level: Level) -> Option<Vec<With>> {
        let mut withs = Vec::new();
        for node in nodes {
            let span = self.span(&node);
            let mut parts = node.into_inner();
            let target = self.postfix(parts.next()?, level)?;
            let value = self.expression(parts.next()?, level)?;
            let target = match target.kind {
                TermKind::Ref(reference) => reference,
                TermKind::Var(_) => Ref {
                    span: target.span,
                    head: Box::new(target),
                    path: Vec::new(),
                },
                _ => {
                    self.error(
                        "expected the path of what is replaced after `with`",
                        target.span,
                    );
                    return None;
                }
            };
            withs.push(With {
                span,
                target,
                value,
            });
        }
        Some(withs)
    }

    fn some(&mut self, node: Node<'_>, level: Level) -> Option<ExprKind> {
        let mut symbols = Vec::new();
        let mut membership = None;
        for part in node.into_inner() {
            let span = self.span(&part);
            let mut found = self.membership(part, level)?;
            if membership.is_some() {
                self.error("unexpected `,` after `in`", span);
                return None;
            }
            if found.ins.is_empty() {
                symbols.append(&mut found.operands);
            } else {
                membership = Some(found);
            }
        }
        let Some(found) = membership else {
            return self.some_vars(symbols);
        };
        if symbols.len() > 1 || found.ins.len() > 1 {
            let span = symbols.first().or(found.operands.first())?.span;
            self.error(
                "expected `some value in collection` or `some key, value in collection`",
                span,
            );
            return None;
        }
        let mut operands = found.operands.into_iter();
        Some(ExprKind::SomeIn(SomeIn {
            key: symbols.pop(),
            value: operands.next()?,
            collection: operands.next()?,
        }))
    }

    fn some_vars(&mut self, symbols: Vec<Term>) -> Option<ExprKind> {
        let mut vars = Vec::with_capacity(symbols.len());
        for symbol in symbols {
            match self.variable(symbol) {
                Some(ident) => vars.push(ident),
                None => return None,
            }
        }
        Some(ExprKind::Some(vars))
    }

    fn variable(&mut self, term: Term) -> Option<Ident> {
        let span = term.span;
        if let TermKind::Var(var) = term.kind {
            return Some(Ident {
                name: var.name,
                span,
            });
        }
        let help = if self.keywords.has(super::keywords::Keyword::In) {
            None
        } else {
            Some("`some x in xs` needs `import rego.v1` in v0 policies")
        };
        match help {
            Some(help) => self.error_help("expected a variable", span, help),
            None => self.error("expected a variable", span),
        }
        None
    }

    fn every(&mut self, node: Node<'_>, level: Level) -> Option<ExprKind> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let first = parts.next()?;
        let first = self.membership(first, level)?;
        let (key, pair) = match take(&mut parts, Rule::infix) {
            Some(second) if first.ins.is_empty() => (
                first.operands.into_iter().next(),
                self.membership(second, level)?,
            ),
            Some(_) => {
                self.error("expected `every value in collection { .. }`", span);
                return None;
            }
            None => (None, first),
        };
        if pair.ins.len() != 1 {
            self.error(
                "expected `every value in collection { .. }` or `every key, value in collection { .. }`",
                span,
            );
            return None;
        }
        let mut operands = pair.operands.into_iter();
        let value = operands.next()?;
        let domain = operands.next()?;
        let key = match key {
            Some(key) => Some(self.variable(key)?),
            None => None,
        };
        let value = self.variable(value)?;
        let level = self.deeper(level, 1, span)?;
        let body = self.query(parts.next()?.into_inner().next()?, level)?;
        Some(ExprKind::Every(Every {
            key,
            value,
            domain,
            body,
        }))
    }

    /// Operands joined by `or`, as a statement.
    pub(super) fn either(&mut self, node: Node<'_>, level: Level) -> Option<Expr> {
        match self.or(node, level)? {
            Joined::Expr(expr) => Some(expr),
            // The marks make braces an operand only beside an operator.
            Joined::Body(operand) => {
                self.error("expected `and` or `or` after the braces", operand.span);
                None
            }
        }
    }

    fn or(&mut self, node: Node<'_>, level: Level) -> Option<Joined> {
        self.joined(node, level, ExprKind::Or, |this, node, level| {
            this.joined(node, level, ExprKind::And, Builder::operand)
        })
    }

    /// Several operands as one expression; one operand as itself.
    fn joined(
        &mut self,
        node: Node<'_>,
        level: Level,
        kind: fn(Vec<Operand>) -> ExprKind,
        operand: impl Fn(&mut Self, Node<'_>, Level) -> Option<Joined>,
    ) -> Option<Joined> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let first = parts.next()?;
        if parts.peek().is_none() {
            return operand(self, first, level);
        }
        let level = self.deeper(level, 1, span)?;
        let mut operands = Vec::new();
        for part in std::iter::once(first).chain(parts) {
            operands.push(match operand(self, part, level)? {
                Joined::Body(operand) => operand,
                Joined::Expr(expr) => Operand {
                    span: expr.span,
                    query: vec![expr],
                    explicit: false,
                },
            });
        }
        Some(Joined::Expr(Expr {
            span,
            negated: false,
            kind: kind(operands),
            with: Vec::new(),
        }))
    }

    fn operand(&mut self, node: Node<'_>, level: Level) -> Option<Joined> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let negated = take(&mut parts, Rule::NOT).is_some();
        let inner = parts.next()?;
        let inner_span = self.span(&inner);
        let operand = match inner.as_rule() {
            Rule::operand_body => {
                let level = self.deeper(level, 1, inner_span)?;
                let query = self.query(inner.into_inner().next()?, level)?;
                self.not_a_comprehension(&query)?;
                Joined::Body(Operand {
                    span: inner_span,
                    query,
                    explicit: true,
                })
            }
            Rule::group => Joined::Expr(self.group(inner, level)?),
            _ => Joined::Expr(self.expr(inner, level)?),
        };
        if !negated {
            return Some(operand);
        }
        if self.keywords.new_not() {
            let (query, explicit) = match operand {
                Joined::Body(operand) => (operand.query, true),
                Joined::Expr(expr) => (vec![expr], false),
            };
            return Some(Joined::Expr(Expr {
                span,
                negated: false,
                kind: ExprKind::Not(NotBody { query, explicit }),
                with: Vec::new(),
            }));
        }
        match operand {
            Joined::Expr(mut expr) => {
                expr.negated = true;
                expr.span = span;
                Some(Joined::Expr(expr))
            }
            Joined::Body(_) => None,
        }
    }

    /// `{ a | b }` as an operand looks like a comprehension and would be a body.
    fn not_a_comprehension(&mut self, query: &Query) -> Option<()> {
        let Some(ExprKind::Term(term)) = query.first().map(|expr| &expr.kind) else {
            return Some(());
        };
        let start = usize::try_from(term.span.start).unwrap_or(usize::MAX);
        let parenthesised = start
            .checked_sub(self.base)
            .and_then(|start| self.text.get(start..))
            .is_some_and(|text| text.starts_with('('));
        if let TermKind::Call(call) = &term.kind
            && call.infix
            && call.function.head_name() == Some("or")
            && !parenthesised
        {
            self.error_help(
                "unclear braces: a body with a union in it, or a comprehension",
                term.span,
                "write `({ .. | .. })` for the comprehension, or `{ (.. | ..) }` for the union",
            );
            return None;
        }
        Some(())
    }

    fn group(&mut self, node: Node<'_>, level: Level) -> Option<Expr> {
        let span = self.span(&node);
        let level = self.deeper(level, 1, span)?;
        let mut parts = node.into_inner();
        let mut expr = self.either(parts.next()?, level)?;
        let with = self.withs(parts, level)?;
        if !with.is_empty() {
            if !expr.with.is_empty() {
                let inner = expr.span;
                expr = Expr {
                    span,
                    negated: false,
                    kind: ExprKind::Or(vec![Operand {
                        span: inner,
                        query: vec![expr],
                        explicit: false,
                    }]),
                    with: Vec::new(),
                };
            }
            expr.span = with.iter().fold(expr.span, |span, one| span.to(one.span));
            expr.with = with;
        }
        Some(expr)
    }

    fn expr(&mut self, node: Node<'_>, level: Level) -> Option<Expr> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let left = self.expression(parts.next()?, level)?;
        let kind = match parts.next() {
            None => ExprKind::Term(left),
            Some(operator) => {
                let place = self.span(&operator);
                let right = self.expression(parts.next()?, level)?;
                match self.assign_op(&operator) {
                    AssignOp::Assign => ExprKind::Assign(left, place, right),
                    AssignOp::Unify => ExprKind::Unify(left, place, right),
                }
            }
        };
        Some(Expr {
            span,
            negated: false,
            kind,
            with: Vec::new(),
        })
    }

    /// `=` or `:=`.
    pub(super) fn assign_op(&self, node: &Node<'_>) -> AssignOp {
        if self.written(node) == ":=" {
            AssignOp::Assign
        } else {
            AssignOp::Unify
        }
    }
}

/// An operand of `and`, `or` or `not`.
#[expect(
    clippy::large_enum_variant,
    reason = "lives on the stack only, and nearly always is the large one"
)]
enum Joined {
    Expr(Expr),
    Body(Operand),
}

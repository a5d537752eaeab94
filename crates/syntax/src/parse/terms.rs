//! Terms.

use kpol_diagnostics::Span;

use super::grammar::Rule;
use super::operators::{self, Operator};
use super::pairs::{Builder, Level, Node, Nodes, take};
use super::strings;
use crate::ast::{
    Call, Comprehension, Expr, ExprKind, ObjectComprehension, Query, Ref, RefArg, TemplatePart,
    Term, TermKind, Var,
};

/// Terms joined by `in`, and the places of the `in`s.
pub(super) struct Membership {
    /// One more than there are operators.
    pub(super) operands: Vec<Term>,
    /// The operators.
    pub(super) ins: Vec<Span>,
}

impl Builder<'_> {
    /// `a`, `a in b`, or `k, v in b`.
    pub(super) fn expression(&mut self, node: Node<'_>, level: Level) -> Option<Term> {
        let mut parts = node.into_inner();
        let first = self.membership(parts.next()?, level)?;
        let Some(second) = parts.next() else {
            return self.fold(first, level);
        };
        let comma = self.span(&second);
        let second = self.membership(second, level)?;
        let mut operands = first.operands.into_iter();
        let key = operands.next()?;
        if !first.ins.is_empty() || second.ins.is_empty() {
            self.error_help(
                "unexpected `,`",
                Span::new(comma.source, key.span.end, comma.start),
                "a comma may only stand here in `key, value in collection`",
            );
            return None;
        }
        let mut values = second.operands.into_iter();
        let (value, collection) = (values.next()?, values.next()?);
        let mut ins = second.ins.into_iter();
        let span = key.span.to(collection.span);
        let member = operators::call(
            Operator::Member3,
            ins.next()?,
            span,
            vec![key, value, collection],
        );
        let rest = Membership {
            operands: std::iter::once(member).chain(values).collect(),
            ins: ins.collect(),
        };
        self.fold(rest, level)
    }

    /// A term in a list, where a comma always separates.
    pub(super) fn infix(&mut self, node: Node<'_>, level: Level) -> Option<Term> {
        let membership = self.membership(node, level)?;
        self.fold(membership, level)
    }

    fn fold(&mut self, membership: Membership, level: Level) -> Option<Term> {
        let mut operands = membership.operands.into_iter();
        let mut term = operands.next()?;
        if membership.ins.len() > 1 {
            self.deeper(level, membership.ins.len(), term.span)?;
        }
        for (right, place) in operands.zip(membership.ins) {
            let span = term.span.to(right.span);
            term = operators::call(Operator::Member2, place, span, vec![term, right]);
        }
        Some(term)
    }

    /// A flat list of operands and operators as the terms between its `in`s.
    pub(super) fn membership(&mut self, node: Node<'_>, level: Level) -> Option<Membership> {
        let mut parts = node.into_inner();
        let first = parts.next()?;
        if parts.peek().is_none() {
            // Most terms have no operator.
            return Some(Membership {
                operands: vec![self.postfix(first, level)?],
                ins: Vec::new(),
            });
        }
        let count = parts
            .clone()
            .filter(|part| part.as_rule() == Rule::infix_op)
            .count();
        let inner = self.deeper(level, count, self.span(&first))?;
        let mut result = Membership {
            operands: Vec::new(),
            ins: Vec::new(),
        };
        let mut chain = operators::Chain::default();
        let mut next = Some(first);
        while let Some(part) = next.take() {
            let operand = if part.as_rule() == Rule::minus {
                let place = self.span(&part);
                let operand = parts.next()?;
                self.negative(place, operand, inner)?
            } else {
                self.postfix(part, inner)?
            };
            chain.operand(operand);
            if let Some(part) = parts.next() {
                let place = self.span(&part);
                match Operator::of(self.written(&part)) {
                    Some(Operator::Member2) => {
                        result.operands.push(std::mem::take(&mut chain).finish()?);
                        result.ins.push(place);
                    }
                    Some(operator) => chain.operator(operator, place),
                    None => return None,
                }
                next = parts.next();
            }
        }
        result.operands.push(chain.finish()?);
        Some(result)
    }

    fn negative(&mut self, minus: Span, operand: Node<'_>, level: Level) -> Option<Term> {
        let term = self.postfix(operand, level)?;
        let span = minus.to(term.span);
        match term.kind {
            TermKind::Number(number) => Some(Term {
                span,
                kind: TermKind::Number(format!("-{number}")),
            }),
            TermKind::Var(_) | TermKind::Ref(_) | TermKind::Call(_) => {
                let zero = Term {
                    span: minus,
                    kind: TermKind::Number("0".to_owned()),
                };
                Some(operators::call(
                    Operator::Minus,
                    minus,
                    span,
                    vec![zero, term],
                ))
            }
            _ => {
                self.error("expected a number or a reference after `-`", term.span);
                None
            }
        }
    }

    /// A term with the steps behind it.
    pub(super) fn postfix(&mut self, node: Node<'_>, level: Level) -> Option<Term> {
        let mut parts = node.into_inner();
        let head = self.term(parts.next()?, level)?;
        let Some(first) = parts.next() else {
            return Some(head);
        };
        if let Some(what) = not_a_head(&head.kind) {
            self.error(
                format!("{what} cannot have `.`, `[..]` or `(..)` after it"),
                head.span,
            );
            return None;
        }
        let mut reference = Ref {
            span: head.span,
            head: Box::new(head),
            path: Vec::new(),
        };
        let mut level = level;
        for part in std::iter::once(first).chain(parts) {
            if part.as_rule() == Rule::call {
                level = self.deeper(level, 1, reference.span)?;
                let span = reference.span.to(self.span(&part));
                let args = self.infixes(part.into_inner(), level)?;
                let term = self.call_term(reference, args, span)?;
                reference = Ref {
                    span,
                    head: Box::new(term),
                    path: Vec::new(),
                };
            } else {
                let arg = self.step(part, level)?;
                reference.span = reference.span.to(arg.span);
                reference.path.push(arg);
            }
        }
        if reference.path.is_empty() {
            return Some(*reference.head);
        }
        Some(Term {
            span: reference.span,
            kind: TermKind::Ref(reference),
        })
    }

    fn call_term(&mut self, function: Ref, args: Vec<Term>, span: Span) -> Option<Term> {
        let Some(name) = function.head_name() else {
            self.error(
                "only functions can be called: expected a name before `(`",
                function.span,
            );
            return None;
        };
        if name == "set" && function.path.is_empty() && args.is_empty() {
            return Some(Term {
                span,
                kind: TermKind::Set(Vec::new()),
            });
        }
        Some(Term {
            span,
            kind: TermKind::Call(Call {
                function,
                args,
                infix: false,
            }),
        })
    }

    /// `.name` or `[term]`.
    pub(super) fn step(&mut self, node: Node<'_>, level: Level) -> Option<RefArg> {
        let span = self.span(&node);
        let dot = node.as_rule() == Rule::dot;
        let inner = node.into_inner().next()?;
        let term = if dot {
            Term {
                span: self.span(&inner),
                kind: TermKind::String(self.written(&inner).to_owned()),
            }
        } else {
            let level = self.deeper(level, 1, span)?;
            self.expression(inner, level)?
        };
        Some(RefArg { span, term, dot })
    }

    /// Terms separated by commas.
    pub(super) fn infixes(&mut self, nodes: Nodes<'_>, level: Level) -> Option<Vec<Term>> {
        let mut terms = Vec::with_capacity(nodes.len());
        for node in nodes {
            terms.push(self.infix(node, level)?);
        }
        Some(terms)
    }

    fn term(&mut self, node: Node<'_>, level: Level) -> Option<Term> {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::name => {
                let name = self.written(&node).to_owned();
                let wildcard = name == "_";
                TermKind::Var(Var { name, wildcard })
            }
            Rule::string => self.quoted(&node, span)?,
            Rule::raw => {
                let written = self.written(&node);
                TermKind::String(
                    written
                        .get(1..written.len() - 1)
                        .unwrap_or_default()
                        .to_owned(),
                )
            }
            Rule::number => {
                let written = self.written(&node);
                let zero = if written.starts_with('.') { "0" } else { "" };
                TermKind::Number(format!("{zero}{written}"))
            }
            Rule::constant => match self.written(&node) {
                "true" => TermKind::Bool(true),
                "false" => TermKind::Bool(false),
                _ => TermKind::Null,
            },
            Rule::template => self.template(node, level)?,
            composite => {
                let level = self.deeper(level, 1, span)?;
                match composite {
                    Rule::array => self.array(node, level)?,
                    Rule::braces => self.braces(node, level)?,
                    Rule::parens => {
                        let inner = self.expression(node.into_inner().next()?, level)?;
                        return Some(Term { span, ..inner });
                    }
                    _ => return None,
                }
            }
        };
        Some(Term { span, kind })
    }

    fn quoted(&mut self, node: &Node<'_>, span: Span) -> Option<TermKind> {
        let written = self.written(node);
        let inner = written.get(1..written.len() - 1).unwrap_or_default();
        let Some(text) = strings::unescape(inner) else {
            self.error("illegal escape sequence in a string", span);
            return None;
        };
        Some(TermKind::String(text))
    }

    fn array(&mut self, node: Node<'_>, level: Level) -> Option<TermKind> {
        let mut parts = node.into_inner();
        let Some(first) = parts.next() else {
            return Some(TermKind::Array(Vec::new()));
        };
        let first = self.infix(first, level)?;
        if let Some(tail) = take(&mut parts, Rule::from) {
            return Some(TermKind::ArrayComprehension(Comprehension {
                term: Box::new(first),
                query: self.comprehension_query(tail, level)?,
            }));
        }
        let mut items = vec![first];
        items.extend(self.infixes(parts, level)?);
        Some(TermKind::Array(items))
    }

    fn braces(&mut self, node: Node<'_>, level: Level) -> Option<TermKind> {
        let mut parts = node.into_inner();
        let Some(first) = parts.next() else {
            return Some(TermKind::Object(Vec::new()));
        };
        let first = self.infix(first, level)?;
        if let Some(object) = take(&mut parts, Rule::object) {
            return self.object(first, object, level);
        }
        if let Some(tail) = take(&mut parts, Rule::from) {
            return Some(TermKind::SetComprehension(Comprehension {
                term: Box::new(first),
                query: self.comprehension_query(tail, level)?,
            }));
        }
        let mut items = vec![first];
        items.extend(self.infixes(parts, level)?);
        Some(TermKind::Set(items))
    }

    fn object(&mut self, key: Term, node: Node<'_>, level: Level) -> Option<TermKind> {
        let mut parts = node.into_inner();
        let value = self.infix(parts.next()?, level)?;
        if let Some(tail) = take(&mut parts, Rule::from) {
            return Some(TermKind::ObjectComprehension(ObjectComprehension {
                key: Box::new(key),
                value: Box::new(value),
                query: self.comprehension_query(tail, level)?,
            }));
        }
        let mut entries = vec![(key, value)];
        while let Some(key) = parts.next() {
            let key = self.infix(key, level)?;
            let value = self.infix(parts.next()?, level)?;
            entries.push((key, value));
        }
        Some(TermKind::Object(entries))
    }

    fn comprehension_query(&mut self, tail: Node<'_>, level: Level) -> Option<Query> {
        self.query(tail.into_inner().next()?, level)
    }

    fn template(&mut self, node: Node<'_>, level: Level) -> Option<TermKind> {
        let raw = self.written(&node).starts_with("$`");
        let mut parts = Vec::new();
        for part in node.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::quoted_text => {
                    let Some(text) = strings::unescape_template(self.written(&part)) else {
                        self.error("illegal escape sequence in a string", span);
                        return None;
                    };
                    push_text(&mut parts, text);
                }
                Rule::raw_text => push_text(&mut parts, self.written(&part).replace("\\{", "{")),
                _ => {
                    let level = self.deeper(level, 1, span)?;
                    let mut inner = part.into_inner();
                    let term = self.expression(inner.next()?, level)?;
                    let with = self.withs(inner, level)?;
                    let span = with
                        .last()
                        .map_or(term.span, |last| term.span.to(last.span));
                    parts.push(TemplatePart::Expr(Expr {
                        span,
                        negated: false,
                        kind: ExprKind::Term(term),
                        with,
                    }));
                }
            }
        }
        Some(TermKind::TemplateString { raw, parts })
    }
}

fn push_text(parts: &mut Vec<TemplatePart>, text: String) {
    if !text.is_empty() {
        parts.push(TemplatePart::Text(text));
    }
}

/// What a term is called if it cannot be the head of a reference.
fn not_a_head(kind: &TermKind) -> Option<&'static str> {
    match kind {
        TermKind::Null => Some("`null`"),
        TermKind::Bool(_) => Some("a boolean"),
        TermKind::Number(_) => Some("a number"),
        TermKind::String(_) | TermKind::TemplateString { .. } => Some("a string"),
        _ => None,
    }
}

//! From the parser's tree to OPA's: terms and statements.

use kpol_syntax::ast::{self, ExprKind, Ident, Operand, Query, TemplatePart, TermKind};

use super::tree::{Body, Expr, Number, Part, Template, Term, Terms, Written};

/// Builds terms in the order of the text, in which OPA numbers wildcards.
#[derive(Debug, Default)]
pub(super) struct Builder {
    wildcards: usize,
}

impl Builder {
    /// The next wildcard.
    pub(super) fn wildcard(&mut self) -> Term {
        let name = format!("${}", self.wildcards);
        self.wildcards += 1;
        Term::Var(name)
    }

    fn ident(&mut self, ident: &Ident) -> Term {
        self.var(&ident.name)
    }

    fn var(&mut self, name: &str) -> Term {
        if name == "_" {
            self.wildcard()
        } else {
            Term::Var(name.to_owned())
        }
    }

    /// The statements of a body.
    pub(super) fn body(&mut self, query: &Query) -> Body {
        body_of(query.iter().map(|expr| self.expr(expr)).collect())
    }

    fn expr(&mut self, expr: &ast::Expr) -> Expr {
        // Only what is in parentheses with a `with` has another outside, and OPA keeps the outer one only.
        if let ExprKind::Or(operands) = &expr.kind
            && let [operand] = operands.as_slice()
            && let [inner] = operand.query.as_slice()
        {
            let mut inner = self.expr(inner);
            if !expr.with.is_empty() {
                inner.with = self.withs(&expr.with);
            }
            return inner;
        }
        let terms = match &expr.kind {
            ExprKind::Term(term) => match self.term(term) {
                Term::Call(call) => Terms::Call(call),
                term => Terms::Term(term),
            },
            ExprKind::Unify(left, _, right) => Terms::Call(vec![
                reference("eq", &[]),
                self.term(left),
                self.term(right),
            ]),
            ExprKind::Assign(left, _, right) => Terms::Call(vec![
                reference("assign", &[]),
                self.term(left),
                self.term(right),
            ]),
            ExprKind::Some(vars) => Terms::Some(vars.iter().map(|var| self.ident(var)).collect()),
            ExprKind::SomeIn(some) => {
                let name = if some.key.is_some() {
                    "member_3"
                } else {
                    "member_2"
                };
                let mut call = vec![reference("internal", &[name])];
                let parts = some.key.iter().chain([&some.value, &some.collection]);
                call.extend(parts.map(|part| self.term(part)));
                Terms::Some(vec![Term::Call(call)])
            }
            ExprKind::Every(every) => Terms::Every {
                key: every.key.as_ref().map(|key| self.ident(key)),
                value: self.ident(&every.value),
                domain: self.term(&every.domain),
                body: self.body(&every.body),
            },
            ExprKind::Not(not) => Terms::Not(Written {
                braces: not.explicit,
                inner: self.body(&not.query),
            }),
            ExprKind::And(operands) => self.chain(operands, Terms::And),
            ExprKind::Or(operands) => self.chain(operands, Terms::Or),
        };
        let mut built = Expr::new(terms);
        built.negated = expr.negated;
        built.with = self.withs(&expr.with);
        built
    }

    /// `a or b or c` is `(a or b) or c`.
    fn chain(
        &mut self,
        operands: &[Operand],
        join: fn(Written<Body>, Written<Body>) -> Terms,
    ) -> Terms {
        let mut joined: Option<Terms> = None;
        let mut first: Option<Written<Body>> = None;
        for operand in operands {
            let next = Written {
                braces: operand.explicit,
                inner: self.body(&operand.query),
            };
            let before = match (joined.take(), first.take()) {
                (Some(terms), _) => Written {
                    braces: false,
                    inner: vec![Expr::new(terms)],
                },
                (None, Some(first)) => first,
                (None, None) => {
                    first = Some(next);
                    continue;
                }
            };
            joined = Some(join(before, next));
        }
        joined.unwrap_or(Terms::Term(Term::Null))
    }

    fn withs(&mut self, withs: &[ast::With]) -> Vec<(Term, Term)> {
        withs
            .iter()
            .map(|with| {
                let target = if with.target.path.is_empty() {
                    self.term(&with.target.head)
                } else {
                    Term::Ref(self.reference(&with.target))
                };
                (target, self.term(&with.value))
            })
            .collect()
    }

    /// The head and the arguments of a reference.
    pub(super) fn reference(&mut self, reference: &ast::Ref) -> Vec<Term> {
        let head = match &reference.head.kind {
            TermKind::Var(var) => self.var(&var.name),
            _ => self.term(&reference.head),
        };
        let mut terms = vec![head];
        terms.extend(reference.path.iter().map(|arg| self.term(&arg.term)));
        terms
    }

    /// Several terms.
    pub(super) fn terms(&mut self, terms: &[ast::Term]) -> Vec<Term> {
        terms.iter().map(|term| self.term(term)).collect()
    }

    /// A term.
    pub(super) fn term(&mut self, term: &ast::Term) -> Term {
        match &term.kind {
            TermKind::Null => Term::Null,
            TermKind::Bool(value) => Term::Boolean(*value),
            TermKind::Number(number) => Term::Number(Number(number.clone())),
            TermKind::String(text) => Term::String(text.clone()),
            TermKind::Var(var) if matches!(var.name.as_str(), "input" | "data") => {
                reference(&var.name, &[])
            }
            TermKind::Var(var) => self.var(&var.name),
            TermKind::Ref(reference) => Term::Ref(self.reference(reference)),
            TermKind::Call(call) => {
                let mut terms = vec![Term::Ref(self.reference(&call.function))];
                terms.extend(self.terms(&call.args));
                Term::Call(terms)
            }
            TermKind::Array(items) => Term::Array(self.terms(items)),
            TermKind::Set(members) => Term::set(self.terms(members)),
            TermKind::Object(entries) => Term::object(
                entries
                    .iter()
                    .map(|(key, value)| (self.term(key), self.term(value)))
                    .collect(),
            ),
            TermKind::ArrayComprehension(comprehension) => {
                let member = self.term(&comprehension.term);
                Term::ArrayComprehension(Box::new(member), self.body(&comprehension.query))
            }
            TermKind::SetComprehension(comprehension) => {
                let member = self.term(&comprehension.term);
                Term::SetComprehension(Box::new(member), self.body(&comprehension.query))
            }
            TermKind::ObjectComprehension(comprehension) => {
                let key = self.term(&comprehension.key);
                let entry = (key, self.term(&comprehension.value));
                Term::ObjectComprehension(Box::new(entry), self.body(&comprehension.query))
            }
            TermKind::TemplateString { raw, parts } => {
                let parts: Vec<Part> = parts.iter().map(|part| self.part(part)).collect();
                Term::Template(Template {
                    raw: *raw,
                    count: parts.len(),
                    parts,
                })
            }
        }
    }

    fn part(&mut self, part: &TemplatePart) -> Part {
        let expr = match part {
            TemplatePart::Text(text) => return Part::Term(Term::String(text.clone())),
            TemplatePart::Expr(expr) => self.expr(expr),
        };
        // What is constant is a part of its own, as text is.
        if let Terms::Term(
            term @ (Term::Null | Term::Boolean(_) | Term::Number(_) | Term::String(_)),
        ) = expr.terms
        {
            return Part::Term(term);
        }
        Part::Expr(expr)
    }
}

/// Statements that know their places.
fn body_of(mut exprs: Vec<Expr>) -> Body {
    for (index, expr) in exprs.iter_mut().enumerate() {
        expr.index = index;
    }
    exprs
}

/// A reference of names.
pub(super) fn reference(head: &str, path: &[&str]) -> Term {
    let path = path.iter().map(|name| Term::String((*name).to_owned()));
    Term::Ref(
        std::iter::once(Term::Var(head.to_owned()))
            .chain(path)
            .collect(),
    )
}

//! From the syntax tree to the tree that is laid out: expressions.

use kpol_diagnostics::Span;
use kpol_syntax::ast::{self, ExprKind, TermKind};

use super::Lower;
use crate::tree::{
    Every, Expr, Loc, Logical, Side, Term, Terms, Value, Var, With, function, infix,
};

impl Lower<'_> {
    pub(super) fn query(&mut self, query: &[ast::Expr]) -> Vec<Expr> {
        query.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        let loc = self.loc(expr.span);
        let terms = match &expr.kind {
            ExprKind::Term(term) => match &term.kind {
                TermKind::Call(call) => Terms::Call(assigned(self.call(call))),
                _ => Terms::Term(Box::new(self.term(term))),
            },
            ExprKind::Unify(left, place, right) => self.equation("eq", left, *place, right),
            ExprKind::Assign(left, place, right) => self.equation("assign", left, *place, right),
            ExprKind::Some(names) => Terms::Some(
                names
                    .iter()
                    .map(|name| self.var(&name.name, name.span))
                    .collect(),
            ),
            ExprKind::SomeIn(some) => {
                let first = some.key.as_ref().unwrap_or(&some.value);
                let text = (first.span.start, some.collection.span.end);
                let name = if some.key.is_some() {
                    "internal.member_3"
                } else {
                    "internal.member_2"
                };
                let call_loc = self.loc_at(self.begin(first), text);
                let mut call = vec![operator(name, call_loc)];
                call.extend(some.key.as_ref().map(|key| self.term(key)));
                call.push(self.term(&some.value));
                call.push(self.term(&some.collection));
                Terms::Some(vec![Term {
                    loc: call_loc,
                    value: Value::Call(call),
                }])
            }
            ExprKind::Every(every) => Terms::Every(Box::new(Every {
                key: every.key.as_ref().map(|key| self.var(&key.name, key.span)),
                value: self.var(&every.value.name, every.value.span),
                domain: self.term(&every.domain),
                body: self.query(&every.body),
            })),
            ExprKind::Not(not) => {
                self.uses("not");
                let mut body = self.query(&not.query);
                if !not.explicit {
                    for inner in &mut body {
                        inner.loc = loc;
                    }
                }
                Terms::Not {
                    body,
                    explicit: not.explicit,
                }
            }
            ExprKind::And(operands) => self.chain(true, operands, expr.span),
            ExprKind::Or(operands) => self.chain(false, operands, expr.span),
        };
        let with = expr
            .with
            .iter()
            .map(|with| {
                let target = self.path(&with.target);
                With {
                    loc: self.loc(with.span),
                    target: Term {
                        loc: self.loc(with.target.span),
                        value: Value::Ref(target),
                    },
                    value: self.term(&with.value),
                }
            })
            .collect();
        Expr {
            loc,
            negated: expr.negated,
            terms,
            with,
        }
    }

    fn equation(&mut self, name: &str, left: &ast::Term, place: Span, right: &ast::Term) -> Terms {
        let operator = operator(name, self.loc(place));
        Terms::Call(vec![operator, self.term(left), self.term(right)])
    }

    /// Operands from left to right: the first two are the left side of the third.
    fn chain(&mut self, and: bool, operands: &[ast::Operand], span: Span) -> Terms {
        self.uses(if and { "and" } else { "or" });
        let mut sides = operands.iter();
        let (Some(first), Some(second)) = (sides.next(), sides.next()) else {
            self.unclear.get_or_insert(span);
            return Terms::Some(Vec::new());
        };
        let mut logical = Logical {
            and,
            left: self.side(first),
            right: self.side(second),
        };
        let mut end = second.span.end;
        for operand in sides {
            let loc = self.loc(Span {
                start: first.span.start,
                end,
                ..first.span
            });
            let left = Expr {
                loc,
                negated: false,
                terms: Terms::Logical(Box::new(logical)),
                with: Vec::new(),
            };
            logical = Logical {
                and,
                left: Side {
                    body: vec![left],
                    brace: None,
                },
                right: self.side(operand),
            };
            end = operand.span.end;
        }
        Terms::Logical(Box::new(logical))
    }

    fn side(&mut self, operand: &ast::Operand) -> Side {
        Side {
            body: self.query(&operand.query),
            brace: operand.explicit.then(|| self.loc(operand.span)),
        }
    }
}

/// A call of an operator with one argument more stores its result there: `plus(1, 2, x)` is `x = 1 + 2`.
fn assigned(mut call: Vec<Term>) -> Vec<Term> {
    match infix(&function(&call)) {
        Some((symbol, arity)) if symbol != "in" && call.len() == arity + 2 => {}
        _ => return call,
    }
    let (Some(result), Some(first)) = (call.pop(), call.first()) else {
        return call;
    };
    let loc = first.loc;
    let value = Term {
        loc,
        value: Value::Call(call),
    };
    vec![operator("eq", loc), result, value]
}

fn operator(name: &str, loc: Loc) -> Term {
    Term {
        loc,
        value: Value::Var(Var {
            name: name.to_owned(),
            wildcard: 0,
        }),
    }
}

//! Infix operators: the builtins they call, and how strongly they bind.

use kpol_diagnostics::Span;

use crate::ast::{Call, Ref, RefArg, Term, TermKind, Var};

/// An infix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Member2,
    Member3,
}

impl Operator {
    /// The operator that is written like this.
    pub(super) fn of(text: &str) -> Option<Operator> {
        Some(match text {
            "+" => Operator::Plus,
            "-" => Operator::Minus,
            "*" => Operator::Mul,
            "/" => Operator::Div,
            "%" => Operator::Rem,
            "&" => Operator::And,
            "|" => Operator::Or,
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterEqual,
            "in" => Operator::Member2,
            _ => return None,
        })
    }

    /// The builtin's name.
    fn builtin(self) -> &'static str {
        match self {
            Operator::Plus => "plus",
            Operator::Minus => "minus",
            Operator::Mul => "mul",
            Operator::Div => "div",
            Operator::Rem => "rem",
            Operator::And => "and",
            Operator::Or => "or",
            Operator::Equal => "equal",
            Operator::NotEqual => "neq",
            Operator::Less => "lt",
            Operator::LessEqual => "lte",
            Operator::Greater => "gt",
            Operator::GreaterEqual => "gte",
            Operator::Member2 => "member_2",
            Operator::Member3 => "member_3",
        }
    }

    /// Greater binds stronger.
    fn strength(self) -> u8 {
        match self {
            Operator::Member2 | Operator::Member3 => 0,
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessEqual
            | Operator::Greater
            | Operator::GreaterEqual => 1,
            Operator::Or => 2,
            Operator::And => 3,
            Operator::Plus | Operator::Minus => 4,
            Operator::Mul | Operator::Div | Operator::Rem => 5,
        }
    }
}

/// The call that an operator stands for.
pub(super) fn call(operator: Operator, place: Span, span: Span, args: Vec<Term>) -> Term {
    let member = matches!(operator, Operator::Member2 | Operator::Member3);
    let head = if member {
        "internal"
    } else {
        operator.builtin()
    };
    let path = if member {
        vec![RefArg {
            span: place,
            term: Term {
                span: place,
                kind: TermKind::String(operator.builtin().to_owned()),
            },
            dot: true,
        }]
    } else {
        Vec::new()
    };
    let head = Term {
        span: place,
        kind: TermKind::Var(Var {
            name: head.to_owned(),
            wildcard: false,
        }),
    };
    Term {
        span,
        kind: TermKind::Call(Call {
            function: Ref {
                span: place,
                head: Box::new(head),
                path,
            },
            args,
            infix: true,
        }),
    }
}

/// Operands and operators in the order they are written; calls are made as soon as they are known to be
/// complete. All operators associate to the left.
#[derive(Debug, Default)]
pub(super) struct Chain {
    operands: Vec<Term>,
    operators: Vec<(Operator, Span)>,
}

impl Chain {
    /// Adds an operand.
    pub(super) fn operand(&mut self, term: Term) {
        self.operands.push(term);
    }

    /// Adds the operator after the last operand.
    pub(super) fn operator(&mut self, operator: Operator, place: Span) {
        while let Some((before, _)) = self.operators.last()
            && before.strength() >= operator.strength()
        {
            self.reduce();
        }
        self.operators.push((operator, place));
    }

    /// The whole chain as one term; `None` if it is empty.
    pub(super) fn finish(mut self) -> Option<Term> {
        while !self.operators.is_empty() {
            self.reduce();
        }
        self.operands.pop()
    }

    fn reduce(&mut self) {
        let Some((operator, place)) = self.operators.pop() else {
            return;
        };
        if let Some(right) = self.operands.pop()
            && let Some(left) = self.operands.pop()
        {
            let span = left.span.to(right.span);
            self.operands
                .push(call(operator, place, span, vec![left, right]));
        }
    }
}

//! Types that can be told without running: what a builtin can never take, and what can never be equal.
//!
//! Only what is certain is reported: a type is the set of kinds that a value may have, and the kinds of items of
//! arrays and sets. Refs into documents and rules may be anything.

use std::cell::RefCell;
use std::collections::HashMap;

use kpol_diagnostics::{Diagnostic, Span};

use crate::check::kinds::Type;
use crate::codes;
use crate::hir::{
    Body, Callee, Expr, ExprKind, LocalId, Program, RefHead, Rule, RuleId, RuleKind, TemplatePart,
    Term, TermKind, WithTarget, WithValue,
};
use crate::ir::Const;

/// Reports calls and equalities that can never hold.
pub(super) fn report(program: &Program, errors: &mut Vec<Diagnostic>) {
    let anything = RefCell::new(HashMap::new());
    for rule in &program.rules {
        for clause in &rule.clauses {
            for branch in &clause.branches {
                let mut types = Types::new(program, errors).checking(&anything);
                types.body(&branch.body);
                types.term(&branch.value);
                types.terms(&clause.tail);
            }
        }
        if let Some(default) = &rule.default {
            let mut types = Types::new(program, errors).checking(&anything);
            types.term(&default.value);
        }
    }
    for query in &program.queries {
        let mut types = Types::new(program, errors).checking(&anything);
        types.body(&query.body);
    }
}

/// What is known at one point of a clause.
#[derive(Debug)]
struct Types<'e> {
    program: &'e Program,
    errors: &'e mut Vec<Diagnostic>,
    known: HashMap<LocalId, Type>,
    /// Whether a builtin is replaced here: its arguments may then be anything.
    mocked: bool,
    /// Which rules without arguments that are called may be anything; not asked while that is found out.
    anything: Option<&'e RefCell<HashMap<RuleId, bool>>>,
}

impl<'e> Types<'e> {
    fn new(program: &'e Program, errors: &'e mut Vec<Diagnostic>) -> Types<'e> {
        Types {
            program,
            errors,
            known: HashMap::new(),
            mocked: false,
            anything: None,
        }
    }

    /// Looks at calls of rules too.
    fn checking(mut self, anything: &'e RefCell<HashMap<RuleId, bool>>) -> Types<'e> {
        self.anything = Some(anything);
        self
    }

    fn body(&mut self, body: &Body) {
        for expr in &body.0 {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let outer = self.mocked;
        for with in &expr.with {
            self.mocked |= matches!(
                with.target,
                WithTarget::Builtin(_) | WithTarget::Function(_)
            );
            if let WithValue::Term(term) = &with.value {
                self.term(term);
            }
        }
        match &expr.kind {
            ExprKind::Term(term) => {
                if let TermKind::Call { callee, args } = &term.kind
                    && is_equal(*callee)
                    && let [left, right] = args.as_slice()
                {
                    let (left, right) = (self.term(left), self.term(right));
                    self.equal(&left, &right, expr.span);
                } else {
                    self.term(term);
                }
            }
            ExprKind::Unify(left, right) => {
                let value = self.term(right);
                match left.kind {
                    TermKind::Var(id) if !self.known.contains_key(&id) => {
                        self.known.insert(id, value);
                    }
                    _ => {
                        let pattern = self.term(left);
                        self.equal(&pattern, &value, expr.span);
                    }
                }
            }
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                self.term(collection);
                for term in key.iter().chain([value]) {
                    self.term(term);
                }
            }
            ExprKind::Relation { call, output } => {
                self.term(call);
                self.term(output);
            }
            ExprKind::Not(body) => self.nested(body),
            ExprKind::Every { domain, body, .. } => {
                self.term(domain);
                self.nested(body);
            }
            ExprKind::And(bodies) | ExprKind::Or(bodies) => {
                for body in bodies {
                    self.nested(body);
                }
            }
            ExprKind::Print(terms) => self.terms(terms),
        }
        self.mocked = outer;
    }

    /// A body whose bindings end with it. Its own locals occur nowhere else, so that they may stay.
    fn nested(&mut self, body: &Body) {
        self.body(body);
    }

    fn equal(&mut self, left: &Type, right: &Type, span: Span) {
        if !left.overlaps(right) {
            self.errors.push(Diagnostic::error(
                codes::TYPES,
                format!("match error\n\tleft  : {left}\n\tright : {right}"),
                span,
            ));
        }
    }

    fn terms(&mut self, terms: &[Term]) {
        for term in terms {
            self.term(term);
        }
    }

    fn term(&mut self, term: &Term) -> Type {
        match &term.kind {
            TermKind::Const(value) => Type::of_const(value),
            TermKind::Var(id) => self.known.get(id).cloned().unwrap_or(Type::ANY),
            TermKind::Array(items) => {
                let items: Vec<Type> = items.iter().map(|item| self.term(item)).collect();
                Type::tuple(items)
            }
            TermKind::Set(items) => {
                let items: Vec<Type> = items.iter().map(|item| self.term(item)).collect();
                Type::set(Type::union(items))
            }
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
                Type::OBJECT
            }
            TermKind::Ref { head, path } => {
                match head {
                    RefHead::Term(head) => {
                        self.term(head);
                    }
                    RefHead::Data => self.no_function(path, term.span),
                    RefHead::Input | RefHead::Local(_) => {}
                }
                self.terms(path);
                Type::ANY
            }
            TermKind::Call { callee, args } => self.call(*callee, args, term.span),
            TermKind::ArrayComprehension { head, body } => {
                self.nested(body);
                Type::array(self.term(head))
            }
            TermKind::SetComprehension { head, body } => {
                self.nested(body);
                Type::set(self.term(head))
            }
            TermKind::ObjectComprehension { key, value, body } => {
                self.nested(body);
                self.term(key);
                self.term(value);
                Type::OBJECT
            }
            TermKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Term(term) = part {
                        self.term(term);
                    }
                }
                Type::STRING
            }
        }
    }

    /// Refuses refs to functions.
    fn no_function(&mut self, path: &[Term], span: Span) {
        let mut node = &self.program.tree;
        for key in path {
            let TermKind::Const(Const::String(key)) = &key.kind else {
                return;
            };
            match node.children.get(key) {
                Some(child) => node = child,
                None => return,
            }
            let rule = node
                .rule
                .and_then(|id| self.program.rules.get(id.0 as usize));
            if let Some(rule) = rule
                && matches!(rule.kind, RuleKind::Function(_))
            {
                self.errors.push(Diagnostic::error(
                    codes::TYPES,
                    format!("function {} used as reference, not called", rule.name()),
                    span,
                ));
                return;
            }
        }
    }

    /// A rule without arguments can be called if its value may be anything: where it is known, the rule is no function.
    fn rule_called(&mut self, id: RuleId, span: Span) {
        let Some(anything) = self.anything else {
            return;
        };
        let Some(rule) = self.program.rules.get(id.0 as usize) else {
            return;
        };
        if rule.kind != RuleKind::Complete {
            return;
        }
        let known = anything.borrow().get(&id).copied();
        let fits = known.unwrap_or_else(|| value_of(self.program, rule) == Type::ANY);
        anything.borrow_mut().insert(id, fits);
        if !fits {
            self.errors.push(Diagnostic::error(
                codes::UNDEFINED_FUNCTION,
                format!("undefined function {}", rule.name()),
                span,
            ));
        }
    }

    fn call(&mut self, callee: Callee, args: &[Term], span: Span) -> Type {
        let have: Vec<Type> = args.iter().map(|arg| self.term(arg)).collect();
        let id = match callee {
            Callee::Builtin(id) => id,
            Callee::Function(id) => {
                self.rule_called(id, span);
                return Type::ANY;
            }
        };
        let Some(builtin) = id.get() else {
            return Type::ANY;
        };
        if self.mocked {
            return Type::ANY;
        }
        let fits = have
            .iter()
            .zip(builtin.args)
            .all(|(have, want)| have.overlaps(&Type::parse(want)));
        if !fits {
            let have: Vec<String> = have.iter().map(ToString::to_string).collect();
            self.errors.push(Diagnostic::error(
                codes::TYPES,
                format!(
                    "{}: invalid argument(s)\n\thave: ({})\n\twant: ({})",
                    builtin.name,
                    have.join(", "),
                    builtin.args.join(", ")
                ),
                span,
            ));
        }
        Type::parse(builtin.result)
    }
}

/// The type of a rule's value.
fn value_of(program: &Program, rule: &Rule) -> Type {
    let mut unreported = Vec::new();
    let mut values = Vec::new();
    for branch in rule.clauses.iter().flat_map(|clause| &clause.branches) {
        let mut types = Types::new(program, &mut unreported);
        types.body(&branch.body);
        values.push(types.term(&branch.value));
    }
    if let Some(default) = &rule.default {
        values.push(Types::new(program, &mut unreported).term(&default.value));
    }
    Type::union(values)
}

fn is_equal(callee: Callee) -> bool {
    match callee {
        Callee::Builtin(id) => id.get().is_some_and(|builtin| builtin.name == "equal"),
        Callee::Function(_) => false,
    }
}

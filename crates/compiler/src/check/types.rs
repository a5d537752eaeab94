//! Types that can be told without running: what a function can never take, what can never be equal, and what no
//! value has.
//!
//! The inference is OPA's: a variable has the type of what it is first unified with or passed to, rules have the types
//! of all of their definitions, functions those that their bodies ask of their arguments. What is below `every`, `and`,
//! `or` and explicit `not` bodies is looked at for refs only.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use kpol_diagnostics::{Diagnostic, Span};

use crate::check::recursion::Graph;
use crate::check::types::calls::Output;
use crate::check::types::replaced::{Layer, Shared};
use crate::codes;
use crate::hir::{
    Body, Branch, Callee, Clause, Expr, ExprKind, LocalId, LocalInfo, Program, Rule, RuleKind,
    TemplatePart, Term, TermKind,
};
use crate::ir::Const;
use crate::types::{Type, mismatch};

mod calls;
mod refs;
mod replaced;
mod unify;

/// Reports calls, equalities and refs that can never hold. Nothing is known about rules and queries that are left out.
pub(super) fn report(
    program: &Program,
    graph: &Graph,
    untyped_rules: &HashSet<usize>,
    untyped_queries: &HashSet<usize>,
    errors: &mut Vec<Diagnostic>,
) {
    let mut rules: Vec<Meaning> = program.rules.iter().map(|_| Meaning::Anything).collect();
    let mut shared = Shared::default();
    for index in graph.order() {
        let Some(rule) = program.rules.get(index) else {
            continue;
        };
        if untyped_rules.contains(&index) {
            continue;
        }
        let meaning = Checker::new(program, graph, &rules, &mut shared, errors, &[]).rule(rule);
        if let Some(slot) = rules.get_mut(index) {
            *slot = meaning;
        }
    }
    for (index, query) in program.queries.iter().enumerate() {
        if untyped_queries.contains(&index) {
            continue;
        }
        let locals = &query.locals;
        Checker::new(program, graph, &rules, &mut shared, errors, locals).body(&query.body);
    }
}

/// What is known about a rule.
enum Meaning {
    /// Nothing, or nothing that could be wrong.
    Anything,
    /// A document of this type.
    Document(Type),
    /// A function.
    Function(Rc<Signature>),
}

/// What a function takes, and gives behind it, each with its name.
struct Signature {
    name: String,
    types: Vec<(String, Type)>,
    arity: usize,
}

/// The structure of a term, as far as variables may be found in it.
enum Shape {
    Leaf(Type),
    Var(LocalId),
    Array(Vec<Shape>),
    Set(Vec<Shape>),
    Object(Vec<(Key, Shape)>),
}

/// A key of an object's shape.
enum Key {
    Known(Const),
    Other(Shape),
}

/// What is known at one point of a clause.
struct Checker<'e> {
    program: &'e Program,
    graph: &'e Graph,
    rules: &'e [Meaning],
    shared: &'e mut Shared,
    errors: &'e mut Vec<Diagnostic>,
    /// What variables are called.
    names: &'e [LocalInfo],
    locals: HashMap<LocalId, Type>,
    /// The types that variables had before, for the end of a closure.
    log: Vec<(LocalId, Option<Type>)>,
    /// Whether only refs are looked at.
    quiet: bool,
    /// What is replaced here, the innermost replacements last.
    layers: Vec<Layer<'e>>,
}

impl<'e> Checker<'e> {
    fn new(
        program: &'e Program,
        graph: &'e Graph,
        rules: &'e [Meaning],
        shared: &'e mut Shared,
        errors: &'e mut Vec<Diagnostic>,
        names: &'e [LocalInfo],
    ) -> Checker<'e> {
        Checker {
            program,
            graph,
            rules,
            shared,
            errors,
            names,
            locals: HashMap::new(),
            log: Vec::new(),
            quiet: false,
            layers: Vec::new(),
        }
    }

    /// Checks all definitions of a rule.
    fn rule(&mut self, rule: &'e Rule) -> Meaning {
        let before = self.errors.len();
        let mut document: Option<Type> = None;
        let mut function: Option<Vec<Type>> = None;
        for clause in &rule.clauses {
            self.names = &clause.locals;
            for branch in &clause.branches {
                let value = self.branch(clause, branch);
                if let RuleKind::Function(_) = rule.kind {
                    let types: Vec<Type> = (clause.args.iter())
                        .map(|arg| self.argument(arg))
                        .chain([value])
                        .collect();
                    function = Some(join(function, types));
                } else {
                    let value = self.nested(clause, value);
                    document = Some(match document {
                        Some(document) => document.merge(value),
                        None => value,
                    });
                }
            }
        }
        if let Some(default) = &rule.default {
            self.names = &default.locals;
            self.locals.clear();
            let shape = self.term(&default.value);
            let value = self.of(&shape);
            if let RuleKind::Function(arity) = rule.kind {
                let types = (0..arity).map(|_| Type::any()).chain([value]).collect();
                function = Some(join(function, types));
            } else {
                document = Some(match document {
                    Some(document) => document.merge(value),
                    None => value,
                });
            }
        }
        if self.errors.len() > before {
            return Meaning::Anything;
        }
        match (rule.kind, function, document) {
            (RuleKind::Function(arity), Some(types), _) => Meaning::Function(Rc::new(Signature {
                name: rule.name(),
                types: types.into_iter().map(|of| (String::new(), of)).collect(),
                arity,
            })),
            (_, None, Some(document)) => Meaning::Document(document.settled()),
            _ => Meaning::Anything,
        }
    }

    /// The type of a definition's value.
    fn branch(&mut self, clause: &'e Clause, branch: &'e Branch) -> Type {
        self.locals.clear();
        self.log.clear();
        self.body(&branch.body);
        for key in &clause.tail {
            self.term(key);
        }
        let shape = self.term(&branch.value);
        self.of(&shape).settled()
    }

    /// What a parameter can be; where the body asks nothing of it, anything.
    fn argument(&mut self, arg: &'e Term) -> Type {
        let shape = self.term(arg);
        self.assume_any(&shape);
        self.of(&shape).settled()
    }

    /// The document of a rule whose heads have keys.
    fn nested(&mut self, clause: &'e Clause, value: Type) -> Type {
        let mut of = if clause.member {
            Type::set(Some(value))
        } else {
            value
        };
        for key in clause.tail.iter().rev() {
            // Keys that are known stand beside other documents.
            if matches!(key.kind, TermKind::Const(_)) {
                return Type::any();
            }
            let shape = self.term(key);
            let key = self.of(&shape).settled();
            of = Type::object(Vec::new(), Some((key, of)));
        }
        of
    }

    fn body(&mut self, body: &'e Body) {
        for expr in &body.0 {
            self.expr(expr);
        }
    }

    /// A body that is looked at for refs only.
    fn quietly(&mut self, body: &'e Body) {
        let outer = std::mem::replace(&mut self.quiet, true);
        self.body(body);
        self.quiet = outer;
    }

    /// A body of its own: what is learned in it about variables outside ends with it.
    fn closure(&mut self, body: &'e Body, heads: &[&'e Term]) -> Vec<Type> {
        let outer = std::mem::replace(&mut self.quiet, false);
        let mark = self.log.len();
        self.body(body);
        let types = (heads.iter())
            .map(|head| {
                let shape = self.term(head);
                self.of(&shape)
            })
            .collect();
        for (id, before) in self.log.drain(mark..).rev() {
            match before {
                Some(before) => self.locals.insert(id, before),
                None => self.locals.remove(&id),
            };
        }
        self.quiet = outer;
        types
    }

    fn learn(&mut self, id: LocalId, of: Type) {
        let before = self.locals.insert(id, of);
        self.log.push((id, before));
    }

    fn expr(&mut self, expr: &'e Expr) {
        // Where only refs are looked at, replacements are not.
        if expr.with.is_empty() || self.quiet {
            return self.kind(expr);
        }
        let layer = self.layer(&expr.with);
        self.layers.push(layer);
        let outer = self.quiet;
        self.quiet |= !self.replacements_fit(&expr.with);
        self.kind(expr);
        self.quiet = outer;
        self.layers.pop();
    }

    fn kind(&mut self, expr: &'e Expr) {
        match &expr.kind {
            ExprKind::Term(term) => match &term.kind {
                TermKind::Call { callee, args } if self.is(*callee, "equal") => {
                    if let [left, right] = args.as_slice() {
                        self.equality(left, right, expr.span);
                    }
                }
                TermKind::Call { callee, args } => {
                    self.call(*callee, args, term.span, Output::None);
                }
                _ => {
                    self.term(term);
                }
            },
            ExprKind::Unify(left, right) if right.span.start < left.span.start => {
                self.equality(right, left, expr.span);
            }
            ExprKind::Unify(left, right) => self.equality(left, right, expr.span),
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                let key = key.as_ref();
                let shape = self.term(value);
                let found = self.iterated(collection, key);
                if !self.quiet {
                    let have = self.of(&shape);
                    if !self.unify(&shape, &have, &Shape::Leaf(found.clone()), &found) {
                        self.mismatch(&have, &found, expr.span);
                    }
                    self.assume_any(&shape);
                }
            }
            ExprKind::Relation { call, output } => {
                let output = self.term(output);
                if let TermKind::Call { callee, args } = &call.kind {
                    self.call(*callee, args, call.span, Output::Given(output));
                }
            }
            // `not f(x)` is a call that is negated, `not { f(x) }` a body.
            ExprKind::Not(body) => match body.0.as_slice() {
                [only] if only.span == expr.span => self.expr(only),
                _ => self.quietly(body),
            },
            ExprKind::Every { domain, body, .. } => {
                self.term(domain);
                self.quietly(body);
            }
            ExprKind::And(bodies) | ExprKind::Or(bodies) => {
                for body in bodies {
                    self.quietly(body);
                }
            }
            ExprKind::Print(terms) => {
                for term in terms {
                    self.term(term);
                }
            }
        }
    }

    fn equality(&mut self, left: &'e Term, right: &'e Term, span: Span) {
        let (a, b) = (self.term(left), self.term(right));
        let (left, right) = (self.of(&a), self.of(&b));
        if !self.quiet && !self.unify(&a, &left, &b, &right) {
            self.mismatch(&left, &right, span);
        }
    }

    fn mismatch(&mut self, left: &Type, right: &Type, span: Span) {
        let message = format!("match error\n\t{}", mismatch(left, right));
        self.errors
            .push(Diagnostic::error(codes::TYPES, message, span));
    }

    /// `in`: key (if there is one), value and collection. Whether nothing is wrong.
    fn member(&mut self, shapes: &[Shape], span: Span) -> bool {
        let Some((collection, [keys @ .., value])) = shapes.split_last() else {
            return true;
        };
        let collection = self.of(collection);
        let Some(values) = collection.values() else {
            return true;
        };
        let keys = keys.first().zip(collection.keys());
        for (shape, wanted) in keys.into_iter().chain([(value, values)]) {
            if wanted.is_unknown() {
                continue;
            }
            let have = self.of(shape);
            let clash = !have.is_unknown() && !have.unifies(&wanted);
            if clash || !self.expect(shape, &wanted, false) {
                self.mismatch(&have, &wanted, span);
                return false;
            }
        }
        true
    }

    /// Checks what is in a term, and tells its shape.
    fn term(&mut self, term: &'e Term) -> Shape {
        match &term.kind {
            TermKind::Const(value) => Shape::of(value),
            TermKind::Var(id) => Shape::Var(*id),
            TermKind::Array(items) => Shape::Array(self.terms(items)),
            TermKind::Set(items) => Shape::Set(self.terms(items)),
            TermKind::Object(entries) => Shape::Object(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let key = match &key.kind {
                            TermKind::Const(key) => Key::Known(key.clone()),
                            _ => Key::Other(self.term(key)),
                        };
                        (key, self.term(value))
                    })
                    .collect(),
            ),
            TermKind::Ref { head, path } => Shape::Leaf(self.reference(head, path, term.span)),
            TermKind::Call { callee, args } => {
                Shape::Leaf(self.call(*callee, args, term.span, Output::Hidden))
            }
            TermKind::ArrayComprehension { head, body } => {
                let of = self.closure(body, &[head]).pop();
                Shape::Leaf(Type::array(Vec::new(), of.map(Type::settled)))
            }
            TermKind::SetComprehension { head, body } => {
                let of = self.closure(body, &[head]).pop();
                Shape::Leaf(Type::set(of.map(Type::settled)))
            }
            TermKind::ObjectComprehension { key, value, body } => {
                // A key without a type, such as a parameter, keeps none: for OPA there are no keys to iterate over.
                let mut types = self.closure(body, &[key, value]).into_iter();
                let key = types.next().map(|key| match key {
                    Type::Unknown => Type::Unknown,
                    key => key.settled(),
                });
                let rest = key.zip(types.next().map(Type::settled));
                Shape::Leaf(Type::object(Vec::new(), rest))
            }
            TermKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Term(term) = part {
                        self.term(term);
                    }
                }
                Shape::Leaf(Type::String)
            }
        }
    }

    fn terms(&mut self, terms: &'e [Term]) -> Vec<Shape> {
        terms.iter().map(|term| self.term(term)).collect()
    }

    fn is(&self, callee: Callee, name: &str) -> bool {
        match callee {
            Callee::Builtin(id) => {
                (self.program.builtins.get(id)).is_some_and(|b| b.name() == name)
            }
            Callee::Function(_) => false,
        }
    }
}

/// The types of two definitions of a function together.
fn join(before: Option<Vec<Type>>, types: Vec<Type>) -> Vec<Type> {
    match before {
        Some(before) => (before.into_iter().zip(types))
            .map(|(a, b)| a.or(b))
            .collect(),
        None => types,
    }
}

//! Rules that need themselves.

use std::collections::BTreeSet;

use kpol_diagnostics::Diagnostic;

use crate::codes;
use crate::hir::{
    Body, Callee, Expr, ExprKind, Node, Program, RefHead, RuleId, TemplatePart, Term, TermKind,
    WithValue,
};
use crate::ir::Const;

/// Reports each rule that stands on a cycle, with the way round.
pub(super) fn report(program: &Program, errors: &mut Vec<Diagnostic>) {
    let graph = Graph::of(program);
    for (index, rule) in program.rules.iter().enumerate() {
        let Some(way) = graph.way_back(index) else {
            continue;
        };
        let names: Vec<String> = way
            .iter()
            .filter_map(|index| program.rules.get(*index))
            .map(crate::hir::Rule::name)
            .collect();
        let span = rule.clauses.first().map_or_else(
            || {
                rule.default
                    .as_ref()
                    .map_or(kpol_diagnostics::Span::NOWHERE, |default| default.span)
            },
            |clause| clause.span,
        );
        errors.push(Diagnostic::error(
            codes::RECURSION,
            format!("rule {} is recursive: {}", rule.name(), names.join(" -> ")),
            span,
        ));
    }
}

/// Which rules each rule needs.
#[derive(Debug)]
struct Graph(Vec<BTreeSet<usize>>);

impl Graph {
    fn of(program: &Program) -> Graph {
        let edges = program
            .rules
            .iter()
            .map(|rule| {
                let mut needs = Needs {
                    program,
                    out: BTreeSet::new(),
                };
                for clause in &rule.clauses {
                    needs.terms(&clause.args);
                    needs.terms(&clause.tail);
                    for branch in &clause.branches {
                        needs.term(&branch.value);
                        needs.body(&branch.body);
                    }
                }
                if let Some(default) = &rule.default {
                    needs.term(&default.value);
                }
                needs.out
            })
            .collect();
        Graph(edges)
    }

    /// The shortest way from a rule back to itself, both ends included.
    fn way_back(&self, start: usize) -> Option<Vec<usize>> {
        let mut from: Vec<Option<usize>> = vec![None; self.0.len()];
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            for &next in self.0.get(at)? {
                if next == start {
                    let mut way = vec![start, at];
                    let mut here = at;
                    while here != start {
                        here = from.get(here).copied().flatten()?;
                        way.push(here);
                    }
                    way.reverse();
                    if at == start {
                        way = vec![start, start];
                    }
                    return Some(way);
                }
                if let Some(slot) = from.get_mut(next)
                    && slot.is_none()
                {
                    *slot = Some(at);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

/// Collects the rules that terms refer to.
#[derive(Debug)]
struct Needs<'p> {
    program: &'p Program,
    out: BTreeSet<usize>,
}

impl Needs<'_> {
    fn add(&mut self, id: RuleId) {
        self.out.insert(id.0 as usize);
    }

    fn body(&mut self, body: &Body) {
        for expr in &body.0 {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        for with in &expr.with {
            match &with.value {
                WithValue::Term(term) => self.term(term),
                WithValue::Callee(Callee::Function(id)) => self.add(*id),
                WithValue::Callee(Callee::Builtin(_)) => {}
            }
        }
        match &expr.kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Unify(left, right) => {
                self.term(left);
                self.term(right);
            }
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                for term in key.iter().chain([value, collection]) {
                    self.term(term);
                }
            }
            ExprKind::Relation { call, output } => {
                self.term(call);
                self.term(output);
            }
            ExprKind::Not(body) => self.body(body),
            ExprKind::Every { domain, body, .. } => {
                self.term(domain);
                self.body(body);
            }
            ExprKind::And(bodies) | ExprKind::Or(bodies) => {
                for body in bodies {
                    self.body(body);
                }
            }
            ExprKind::Print(terms) => self.terms(terms),
        }
    }

    fn terms(&mut self, terms: &[Term]) {
        for term in terms {
            self.term(term);
        }
    }

    fn term(&mut self, term: &Term) {
        match &term.kind {
            TermKind::Const(_) | TermKind::Var(_) => {}
            TermKind::Array(items) | TermKind::Set(items) => self.terms(items),
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
            TermKind::Ref { head, path } => {
                match head {
                    RefHead::Data => {
                        let program = self.program;
                        self.below(&program.tree, path);
                    }
                    RefHead::Term(head) => self.term(head),
                    RefHead::Input | RefHead::Local(_) => {}
                }
                self.terms(path);
            }
            TermKind::Call { callee, args } => {
                if let Callee::Function(id) = callee {
                    self.add(*id);
                }
                self.terms(args);
            }
            TermKind::ArrayComprehension { head, body }
            | TermKind::SetComprehension { head, body } => {
                self.term(head);
                self.body(body);
            }
            TermKind::ObjectComprehension { key, value, body } => {
                self.term(key);
                self.term(value);
                self.body(body);
            }
            TermKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Term(term) = part {
                        self.term(term);
                    }
                }
            }
        }
    }

    /// The rules that a ref may reach from a node.
    fn below(&mut self, node: &Node, path: &[Term]) {
        if let Some(id) = node.rule {
            self.add_if_possible(id, path);
        }
        match path.split_first() {
            None => {
                for child in node.children.values() {
                    self.below(child, path);
                }
            }
            Some((key, rest)) => match &key.kind {
                TermKind::Const(Const::String(key)) => {
                    if let Some(child) = node.children.get(key) {
                        self.below(child, rest);
                    }
                }
                TermKind::Const(_) => {}
                _ => {
                    for child in node.children.values() {
                        self.below(child, rest);
                    }
                }
            },
        }
    }

    /// Adds a rule unless constants tell that the ref asks for other keys than its heads have.
    fn add_if_possible(&mut self, id: RuleId, path: &[Term]) {
        let possible = self.program.rules.get(id.0 as usize).is_some_and(|rule| {
            rule.default.is_some()
                || rule.clauses.iter().any(|clause| {
                    clause.tail.iter().zip(path).all(|(own, asked)| {
                        match (&own.kind, &asked.kind) {
                            (TermKind::Const(own), TermKind::Const(asked)) => own == asked,
                            _ => true,
                        }
                    })
                })
        });
        if possible {
            self.add(id);
        }
    }
}

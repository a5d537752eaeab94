//! Rules that need themselves.

use std::collections::{BTreeMap, BTreeSet};

use kpol_diagnostics::{Diagnostic, Span};

use crate::codes;
use crate::hir::known::{Known, variable_of};
use crate::hir::{
    Body, Callee, Expr, ExprKind, Node, Program, RefHead, RuleId, TemplatePart, Term, TermKind,
    WithTarget, WithValue,
};
use crate::ir::Const;

/// Reports each rule that stands on a cycle, with the way round; gives back which rules need which.
pub(super) fn report(program: &Program, errors: &mut Vec<Diagnostic>) -> Graph {
    let graph = Graph::of(program);
    let cyclic = graph.cyclic();
    for (index, rule) in program.rules.iter().enumerate() {
        if !cyclic.contains(&index) {
            continue;
        }
        let Some(way) = graph.way_back(index) else {
            continue;
        };
        let names: Vec<String> = way
            .iter()
            .filter_map(|index| program.rules.get(*index))
            .map(crate::hir::Rule::name)
            .collect();
        let next = way.get(1).copied().unwrap_or(index);
        let verb = if graph.is_certain(&way) {
            "is"
        } else {
            "may be"
        };
        errors.push(Diagnostic::error(
            codes::RECURSION,
            format!(
                "rule {} {verb} recursive: {}",
                rule.name(),
                names.join(" -> ")
            ),
            graph.place(index, next),
        ));
    }
    graph
}

/// Where a rule needs another, and whether it surely does.
#[derive(Debug, Clone, Copy)]
struct Edge {
    span: Span,
    certain: bool,
}

/// Which rules each rule needs.
#[derive(Debug)]
pub(crate) struct Graph(Vec<BTreeMap<usize, Edge>>);

impl Graph {
    /// Looks through a program.
    pub(crate) fn of(program: &Program) -> Graph {
        let edges = program
            .rules
            .iter()
            .map(|rule| {
                let mut needs = Needs::new(program);
                for clause in &rule.clauses {
                    needs.start(clause.span);
                    needs.terms(&clause.args);
                    for (index, branch) in clause.branches.iter().enumerate() {
                        if index > 0 {
                            needs.known.clear();
                        }
                        needs.statements(&branch.body);
                        needs.term(&branch.value);
                    }
                    if clause.branches.len() > 1 {
                        needs.known.clear();
                    }
                    needs.terms(&clause.tail);
                }
                if let Some(default) = &rule.default {
                    needs.start(default.span);
                    needs.term(&default.value);
                }
                needs.out
            })
            .collect();
        Graph(edges)
    }

    /// The rules that a rule needs.
    pub(crate) fn needs(&self, rule: usize) -> impl Iterator<Item = usize> {
        let edges = self.0.get(rule).into_iter().flat_map(BTreeMap::keys);
        edges.copied()
    }

    /// All rules, each behind those that it needs; on a cycle, in any order.
    pub(crate) fn order(&self) -> Vec<usize> {
        let mut seen = vec![false; self.0.len()];
        let mut out = Vec::with_capacity(self.0.len());
        for start in 0..self.0.len() {
            let mut pending = vec![(start, false)];
            while let Some((at, done)) = pending.pop() {
                if done {
                    out.push(at);
                } else if let Some(slot @ false) = seen.get_mut(at) {
                    *slot = true;
                    pending.push((at, true));
                    let needs = self.0.get(at).into_iter().flat_map(BTreeMap::keys);
                    pending.extend(needs.rev().map(|next| (*next, false)));
                }
            }
        }
        out
    }

    fn place(&self, from: usize, to: usize) -> Span {
        self.0
            .get(from)
            .and_then(|edges| edges.get(&to))
            .map_or(Span::NOWHERE, |edge| edge.span)
    }

    fn is_certain(&self, way: &[usize]) -> bool {
        way.windows(2).all(|step| match step {
            [from, to] => self
                .0
                .get(*from)
                .and_then(|edges| edges.get(to))
                .is_some_and(|edge| edge.certain),
            _ => true,
        })
    }

    /// For each rule, those that need it.
    pub(super) fn back(&self) -> Vec<Vec<usize>> {
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.0.len()];
        for (from, edges) in self.0.iter().enumerate() {
            for to in edges.keys() {
                if let Some(list) = back.get_mut(*to) {
                    list.push(from);
                }
            }
        }
        back
    }

    /// The rules that are left when those are taken away, again and again, that need no rule or that no rule needs:
    /// those on cycles, and between cycles.
    fn cyclic(&self) -> BTreeSet<usize> {
        let back = self.back();
        let forth: Vec<Vec<usize>> = self
            .0
            .iter()
            .map(|edges| edges.keys().copied().collect())
            .collect();
        let mut left: BTreeSet<usize> = (0..self.0.len()).collect();
        for (needs, needed_by) in [(&forth, &back), (&back, &forth)] {
            let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
            let mut free: Vec<usize> = (0..open.len())
                .filter(|at| open.get(*at) == Some(&0))
                .collect();
            while let Some(at) = free.pop() {
                left.remove(&at);
                for from in needed_by.get(at).into_iter().flatten() {
                    if let Some(count) = open.get_mut(*from) {
                        *count = count.saturating_sub(1);
                        if *count == 0 {
                            free.push(*from);
                        }
                    }
                }
            }
        }
        left
    }

    /// The shortest way from a rule back to itself, both ends included.
    fn way_back(&self, start: usize) -> Option<Vec<usize>> {
        let mut from: Vec<Option<usize>> = vec![None; self.0.len()];
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            for &next in self.0.get(at)?.keys() {
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
    out: BTreeMap<usize, Edge>,
    /// The clause.
    span: Span,
    /// Values that variables can only have.
    known: Known,
}

impl<'p> Needs<'p> {
    fn new(program: &'p Program) -> Needs<'p> {
        Needs {
            program,
            out: BTreeMap::new(),
            span: Span::NOWHERE,
            known: Known::default(),
        }
    }

    /// Begins a clause.
    fn start(&mut self, span: Span) {
        self.span = span;
        self.known.clear();
    }

    fn add(&mut self, id: RuleId, certain: bool) {
        let span = self.span;
        let edge = self
            .out
            .entry(id.0 as usize)
            .or_insert(Edge { span, certain });
        edge.certain |= certain;
    }

    /// A body inside of another one: what is known in it is not known behind it.
    fn body(&mut self, body: &Body) {
        let known = self.known.clone();
        self.statements(body);
        self.known = known;
    }

    fn statements(&mut self, body: &Body) {
        for expr in &body.0 {
            self.expr(expr);
            self.known.learn(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        for with in &expr.with {
            // What is replaced is named, and so needed.
            match &with.target {
                WithTarget::Data(path) => {
                    let program = self.program;
                    let keys = path.iter().map(|key| Term {
                        span: with.span,
                        kind: TermKind::Const(Const::String(key.clone())),
                    });
                    self.below(&program.tree, &keys.collect::<Vec<_>>(), true);
                }
                WithTarget::Function(id) => self.add(*id, true),
                WithTarget::Input(_) | WithTarget::Builtin(_) => {}
            }
            match &with.value {
                WithValue::Term(term) => self.term(term),
                WithValue::Callee(Callee::Function(id)) => self.add(*id, true),
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
                        self.below(&program.tree, path, true);
                    }
                    RefHead::Term(head) => self.term(head),
                    RefHead::Input | RefHead::Local(_) => {}
                }
                self.terms(path);
            }
            TermKind::Call { callee, args } => {
                if let Callee::Function(id) = callee {
                    self.add(*id, true);
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
    fn below(&mut self, node: &Node, path: &[Term], certain: bool) {
        if let Some(id) = node.rule {
            self.add_if_possible(id, path, certain);
        }
        match path.split_first() {
            None => {
                for child in node.children.values() {
                    self.below(child, path, certain);
                }
            }
            Some((key, rest)) => match &key.kind {
                TermKind::Const(key) => self.child(node, key, rest, certain),
                _ => {
                    let variable = variable_of(key);
                    let values = variable.and_then(|id| self.known.get(id).map(<[Const]>::to_vec));
                    match values {
                        Some(values) => {
                            let certain = certain && values.len() < 2;
                            for value in &values {
                                self.child(node, value, rest, certain);
                            }
                        }
                        None => {
                            for child in node.children.values() {
                                self.below(child, rest, certain && variable.is_some());
                            }
                        }
                    }
                }
            },
        }
    }

    fn child(&mut self, node: &Node, key: &Const, rest: &[Term], certain: bool) {
        if let Const::String(key) = key
            && let Some(child) = node.children.get(key)
        {
            self.below(child, rest, certain);
        }
    }

    /// Adds a rule unless constants tell that the ref asks for other keys than its heads have.
    fn add_if_possible(&mut self, id: RuleId, path: &[Term], certain: bool) {
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
            self.add(id, certain);
        }
    }
}

//! What of `data` rules look at, as far as their text tells.
//!
//! A value is followed from a ref to `data` through variables that are bound once and through arguments of functions.
//! Where it goes anywhere else (into a result, a collection, a comparison, a builtin), all of it counts as looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kpol_abi::builtins::by_name;

use crate::check::recursion::Graph;
use crate::hir::known::{Known, variable_of};
use crate::hir::{
    Body, Callee, Clause, Expr, ExprKind, LocalId, Program, RefHead, RuleId, TemplatePart, Term,
    TermKind, WithTarget, WithValue,
};
use crate::ir::Const;

/// A key: one of some texts, or none for any.
pub type Key = Option<Vec<String>>;

/// A place below `data` that something looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The keys.
    pub path: Vec<Key>,
    /// Only what kind of value stands there counts, or which one where it is neither object nor array.
    pub presence: bool,
}

/// Paths are no longer than this: what is deeper counts as looked at as a whole.
const DEPTH: usize = 16;
/// Nothing has more places than this: beyond, all counts as looked at.
const PLACES: usize = 512;

/// What all rules of a program read.
#[derive(Debug)]
pub struct Reads<'p> {
    program: &'p Program,
    graph: Graph,
    /// By rule.
    reads: HashMap<usize, BTreeSet<Read>>,
}

impl<'p> Reads<'p> {
    /// Looks through a program.
    #[must_use]
    pub fn new(program: &'p Program) -> Reads<'p> {
        let graph = Graph::of(program);
        let mut found = Found::default();
        found.look_through(program, &graph);
        if found.mocks {
            // Other functions may be called than those that are named.
            found = Found {
                careful: true,
                ..Found::default()
            };
            found.look_through(program, &graph);
        }
        Reads {
            program,
            graph,
            reads: found.reads,
        }
    }

    /// What the rules at a path look at, and all that they need; each place once.
    #[must_use]
    pub fn of(&self, path: &[String]) -> Vec<Read> {
        let rules = self.program.rules.iter().enumerate();
        let start = rules.filter(|(_, rule)| rule.path.starts_with(path));
        let mut pending: Vec<usize> = start.map(|(at, _)| at).collect();
        let mut seen: BTreeSet<usize> = pending.iter().copied().collect();
        let mut found = BTreeSet::new();
        while let Some(at) = pending.pop() {
            found.extend(self.reads.get(&at).into_iter().flatten().cloned());
            pending.extend(self.graph.needs(at).filter(|next| seen.insert(*next)));
        }
        if found.len() > PLACES {
            return vec![Read::everything()];
        }
        found.into_iter().collect()
    }
}

impl Read {
    fn presence() -> Read {
        Read {
            path: Vec::new(),
            presence: true,
        }
    }

    fn everything() -> Read {
        Read {
            path: Vec::new(),
            presence: false,
        }
    }

    /// What another one reads of what stands at its place.
    fn below(&self, inside: &Read) -> Read {
        let mut path = self.path.clone();
        path.extend(inside.path.iter().cloned());
        let deep = path.len() > DEPTH;
        path.truncate(DEPTH);
        Read {
            path,
            presence: inside.presence && !deep,
        }
    }
}

/// What is known of rules so far.
#[derive(Default)]
struct Found {
    /// What functions read of their arguments, by rule and position.
    parameters: HashMap<(usize, usize), BTreeSet<Read>>,
    reads: HashMap<usize, BTreeSet<Read>>,
    /// Whether a `with` replaces a function.
    mocks: bool,
    /// Whether to follow no value into functions.
    careful: bool,
}

impl Found {
    fn look_through(&mut self, program: &Program, graph: &Graph) {
        // Functions before those that call them.
        for at in graph.order() {
            let Some(rule) = program.rules.get(at) else {
                continue;
            };
            for clause in &rule.clauses {
                let mut walk = Walk::new(self, &clause.args);
                walk.clause(clause);
                self.take(at, walk.finish());
            }
            if let Some(default) = &rule.default {
                let mut walk = Walk::new(self, &[]);
                walk.term(&default.value);
                self.take(at, walk.finish());
            }
        }
    }

    fn take(&mut self, at: usize, found: Uses) {
        self.mocks |= found.mocks;
        self.reads.entry(at).or_default().extend(found.data);
        for (index, uses) in found.arguments.into_iter().enumerate() {
            self.parameters.entry((at, index)).or_default().extend(uses);
        }
    }
}

/// What a definition reads.
struct Uses {
    data: BTreeSet<Read>,
    /// Of each argument.
    arguments: Vec<BTreeSet<Read>>,
    mocks: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// A variable, or `data`.
    base: Option<LocalId>,
    path: Vec<Key>,
}

/// Goes through a clause.
struct Walk<'f> {
    found: &'f Found,
    /// What is read of `data`.
    data: BTreeSet<Read>,
    /// What is read of variables.
    uses: BTreeMap<LocalId, BTreeSet<Read>>,
    /// What variables are bound to; nothing for an argument.
    bound: BTreeMap<LocalId, Vec<Option<Place>>>,
    /// The variables that are arguments, by position.
    arguments: Vec<Option<LocalId>>,
    /// Values that variables can only have.
    known: Known,
    mocks: bool,
}

impl<'f> Walk<'f> {
    fn new(found: &'f Found, args: &[Term]) -> Walk<'f> {
        let mut walk = Walk {
            found,
            data: BTreeSet::new(),
            uses: BTreeMap::new(),
            bound: BTreeMap::new(),
            arguments: Vec::new(),
            known: Known::default(),
            mocks: false,
        };
        for arg in args {
            let variable = variable_of(arg);
            match variable {
                Some(id) => walk.bound.entry(id).or_default().push(None),
                None => walk.term(arg),
            }
            walk.arguments.push(variable);
        }
        walk
    }

    fn clause(&mut self, clause: &Clause) {
        for branch in &clause.branches {
            self.known.clear();
            self.statements(&branch.body);
            self.term(&branch.value);
        }
        self.known.clear();
        self.terms(&clause.tail);
    }

    /// What was read of `data`, and of each argument.
    fn finish(mut self) -> Uses {
        let whole = || BTreeSet::from([Read::everything()]);
        // Variables may be bound to each other, in any order.
        let ids: Vec<LocalId> = self.bound.keys().copied().collect();
        self.settle(&ids);
        // What nobody looks into must still be there.
        for id in &ids {
            if !self.uses.contains_key(id) {
                for place in self.bound.get(id).cloned().into_iter().flatten().flatten() {
                    self.note(&place, &Read::presence());
                }
            }
        }
        self.settle(&ids);
        let argument = |id: &Option<LocalId>| match id {
            Some(id) if self.bound.get(id).is_some_and(|places| places.len() == 1) => {
                self.uses.get(id).cloned().unwrap_or_default()
            }
            _ => whole(),
        };
        Uses {
            arguments: self.arguments.iter().map(argument).collect(),
            data: self.data,
            mocks: self.mocks,
        }
    }

    /// Takes what is read of variables to where they come from.
    fn settle(&mut self, ids: &[LocalId]) {
        for _ in 0..=ids.len() {
            let mut changed = false;
            for id in ids {
                let places = self.bound.get(id).cloned().unwrap_or_default();
                // With several, it is compared with what it is bound to.
                let uses = match places.len() {
                    1 => self.uses.get(id).cloned().unwrap_or_default(),
                    _ => BTreeSet::from([Read::everything()]),
                };
                for place in places.into_iter().flatten() {
                    for read in &uses {
                        changed |= self.note(&place, read);
                    }
                }
            }
            if !changed {
                break;
            }
        }
    }

    /// Notes a read of what stands at a place; whether it is new.
    fn note(&mut self, place: &Place, inside: &Read) -> bool {
        let at = Read {
            path: place.path.clone(),
            presence: false,
        };
        let read = at.below(inside);
        let reads = match place.base {
            Some(id) => self.uses.entry(id).or_default(),
            None => &mut self.data,
        };
        if reads.len() >= PLACES {
            return reads.insert(Read::everything());
        }
        reads.insert(read)
    }

    fn whole(&mut self, place: &Place) {
        self.note(place, &Read::everything());
    }

    /// The place of a term, if it is one; its keys are gone through.
    fn place(&mut self, term: &Term) -> Option<Place> {
        match &term.kind {
            TermKind::Var(id) => Some(Place {
                base: Some(*id),
                path: Vec::new(),
            }),
            TermKind::Ref { head, path } => {
                let base = match head {
                    RefHead::Data => None,
                    RefHead::Local(id) => Some(*id),
                    RefHead::Input | RefHead::Term(_) => return None,
                };
                self.terms(path);
                Some(Place {
                    base,
                    path: path.iter().map(|key| self.key(key)).collect(),
                })
            }
            TermKind::Call { callee, args } => {
                let [object, keys, default] = args.as_slice() else {
                    return None;
                };
                if *callee != Callee::Builtin(by_name("object.get")?) || self.found.careful {
                    return None;
                }
                let path: Vec<Key> = match &keys.kind {
                    TermKind::Array(items) => items.iter().map(|item| self.key(item)).collect(),
                    TermKind::Const(Const::Array(items)) => items
                        .iter()
                        .map(|item| text(item).map(|t| vec![t]))
                        .collect(),
                    TermKind::Const(Const::String(key)) => vec![Some(vec![key.clone()])],
                    _ => return None,
                };
                let mut place = self.place(object)?;
                self.term(keys);
                self.term(default);
                place.path.extend(path);
                Some(place)
            }
            _ => None,
        }
    }

    fn key(&self, term: &Term) -> Key {
        match &term.kind {
            TermKind::Const(key) => text(key).map(|key| vec![key]),
            TermKind::Var(id) => self.known.get(*id)?.iter().map(text).collect(),
            _ => None,
        }
    }

    /// A variable takes what stands at a place.
    fn bind(&mut self, id: LocalId, place: Place) {
        self.bound.entry(id).or_default().push(Some(place));
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
            self.mocks |= matches!(
                with.target,
                WithTarget::Function(_) | WithTarget::Builtin(_)
            );
            match &with.value {
                WithValue::Term(term) => self.term(term),
                WithValue::Callee(_) => {}
            }
        }
        match &expr.kind {
            ExprKind::Term(term) => {
                // Whether it is `false` counts for a value; objects and arrays are not.
                let bare = matches!(&term.kind, TermKind::Ref { .. } | TermKind::Var(_));
                match bare.then(|| self.place(term)).flatten() {
                    Some(place) => {
                        self.note(&place, &Read::presence());
                    }
                    None => self.term(term),
                }
            }
            ExprKind::Unify(left, right) => match (&left.kind, &right.kind) {
                (TermKind::Var(id), _) => self.unify(*id, left, right),
                (_, TermKind::Var(id)) => self.unify(*id, right, left),
                _ => {
                    self.term(left);
                    self.term(right);
                }
            },
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                if let Some(key) = key {
                    self.term(key);
                }
                self.items(variable_of(value), collection);
                if variable_of(value).is_none() {
                    self.term(value);
                }
            }
            ExprKind::Relation { call, output } => {
                self.term(call);
                self.term(output);
            }
            ExprKind::Not(body) => self.body(body),
            ExprKind::Every {
                value,
                domain,
                body,
                ..
            } => {
                self.items(Some(*value), domain);
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

    /// `variable = term`.
    fn unify(&mut self, id: LocalId, variable: &Term, term: &Term) {
        match self.place(term) {
            Some(place) => self.bind(id, place),
            None => {
                // Bound to something else, or compared with it.
                self.term(variable);
                self.term(term);
            }
        }
    }

    /// The items of a collection, and the variable that takes each of them.
    fn items(&mut self, variable: Option<LocalId>, collection: &Term) {
        let Some(mut place) = self.place(collection) else {
            if let Some(id) = variable {
                self.whole(&Place {
                    base: Some(id),
                    path: Vec::new(),
                });
            }
            return self.term(collection);
        };
        match variable {
            Some(id) => {
                place.path.push(None);
                self.bind(id, place);
            }
            None => self.whole(&place),
        }
    }

    fn terms(&mut self, terms: &[Term]) {
        for term in terms {
            self.term(term);
        }
    }

    /// A term whose value goes somewhere.
    fn term(&mut self, term: &Term) {
        if let Some(place) = self.place(term) {
            self.whole(&place);
            return;
        }
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
                if let RefHead::Term(head) = head {
                    self.term(head);
                }
                self.terms(path);
            }
            TermKind::Call { callee, args } => self.call(callee, args),
            TermKind::ArrayComprehension { head, body }
            | TermKind::SetComprehension { head, body } => {
                let known = self.known.clone();
                self.statements(body);
                self.term(head);
                self.known = known;
            }
            TermKind::ObjectComprehension { key, value, body } => {
                let known = self.known.clone();
                self.statements(body);
                self.term(key);
                self.term(value);
                self.known = known;
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

    fn call(&mut self, callee: &Callee, args: &[Term]) {
        let function = match callee {
            Callee::Function(RuleId(rule)) => Some(*rule as usize),
            Callee::Builtin(_) => None,
        };
        for (index, arg) in args.iter().enumerate() {
            let found = self.found;
            if asks_for_type(callee)
                && !found.careful
                && let Some(place) = self.place(arg)
            {
                self.note(&place, &Read::presence());
                continue;
            }
            let function = function.filter(|_| !found.careful);
            let uses = function.and_then(|rule| found.parameters.get(&(rule, index)));
            let Some(uses) = uses else {
                self.term(arg);
                continue;
            };
            let Some(place) = self.place(arg) else {
                self.term(arg);
                continue;
            };
            // Where it is undefined, the function is not called.
            self.note(&place, &Read::presence());
            for read in uses {
                self.note(&place, read);
            }
        }
    }
}

/// Whether it only looks at what kind of value its argument is.
fn asks_for_type(callee: &Callee) -> bool {
    let Callee::Builtin(builtin) = callee else {
        return false;
    };
    let name = builtin.get().map_or("", |builtin| builtin.name);
    name == "type_name" || name.starts_with("is_")
}

fn text(key: &Const) -> Option<String> {
    match key {
        Const::String(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

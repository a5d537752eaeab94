//! Which names a query mentions and declares, before any of it is resolved.
//!
//! A name without a declaration belongs to the outermost body that mentions it outside of its closures, so that
//! must be known when a body is entered.

use std::collections::HashSet;

use kpol_syntax::ast::{
    Expr, ExprKind, NotBody, Operand, Query, Ref, SomeIn, TemplatePart, Term, TermKind,
};

/// What is known of a body's names.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// Names that the body itself declares.
    pub(super) declared: HashSet<String>,
    /// The same, and those that bodies of its statements declare: they hide rules and imports in all of the body.
    pub(super) hidden: HashSet<String>,
    /// Names that are mentioned outside of closures, in order; each once.
    pub(super) direct: Vec<String>,
    seen: HashSet<String>,
}

impl Mentions {
    /// Those of a query and of terms that are evaluated behind it.
    pub(super) fn of(query: &Query, behind: &[&Term]) -> Mentions {
        let mut mentions = Mentions::default();
        for expr in query {
            mentions.declarations(expr, true);
        }
        for expr in query {
            mentions.expr(expr);
        }
        for term in behind {
            mentions.term(term);
        }
        mentions
    }

    fn declarations(&mut self, expr: &Expr, own: bool) {
        let mut names = Vec::new();
        match &expr.kind {
            ExprKind::Assign(left, ..) => variables(left, &mut names),
            ExprKind::Some(idents) => names.extend(idents.iter().map(|ident| ident.name.as_str())),
            ExprKind::SomeIn(SomeIn { key, value, .. }) => {
                if own {
                    let mut outputs = Vec::new();
                    for pattern in key.iter().chain([value]) {
                        outputs_of(pattern, &mut outputs);
                    }
                    self.declared.extend(outputs.into_iter().map(str::to_owned));
                }
                for pattern in key.iter().chain([value]) {
                    variables(pattern, &mut names);
                }
                self.hidden.extend(names.drain(..).map(str::to_owned));
            }
            ExprKind::Every(every) => self.nested(&every.body),
            ExprKind::Not(NotBody { query, .. }) => self.nested(query),
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                for operand in operands {
                    self.nested(&operand.query);
                }
            }
            ExprKind::Term(_) | ExprKind::Unify(..) => {}
        }
        for name in names {
            if own {
                self.declared.insert(name.to_owned());
            }
            self.hidden.insert(name.to_owned());
        }
    }

    fn nested(&mut self, query: &Query) {
        for expr in query {
            self.declarations(expr, false);
        }
    }

    fn name(&mut self, name: &str) {
        if self.seen.insert(name.to_owned()) {
            self.direct.push(name.to_owned());
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Unify(left, _, right) => {
                self.term(left);
                self.term(right);
            }
            ExprKind::Assign(left, _, right) => {
                self.keys_of_pattern(left);
                self.term(right);
            }
            ExprKind::Some(_) => {}
            ExprKind::SomeIn(some) => {
                for pattern in some.key.iter().chain([&some.value]) {
                    self.keys_of_pattern(pattern);
                }
                self.term(&some.collection);
            }
            ExprKind::Every(every) => self.term(&every.domain),
            ExprKind::Not(NotBody { query, explicit }) => self.operand(query, *explicit),
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                for Operand {
                    query, explicit, ..
                } in operands
                {
                    self.operand(query, *explicit);
                }
            }
        }
        for with in &expr.with {
            self.reference(&with.target);
            self.term(&with.value);
        }
    }

    fn operand(&mut self, query: &Query, explicit: bool) {
        if !explicit {
            for expr in query {
                self.expr(expr);
            }
        }
    }

    /// What a pattern mentions but does not bind.
    fn keys_of_pattern(&mut self, pattern: &Term) {
        match &pattern.kind {
            TermKind::Var(_) => {}
            TermKind::Array(items) => {
                for item in items {
                    self.keys_of_pattern(item);
                }
            }
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.keys_of_pattern(value);
                }
            }
            _ => self.term(pattern),
        }
    }

    fn term(&mut self, term: &Term) {
        match &term.kind {
            TermKind::Var(var) if !var.wildcard => self.name(&var.name),
            TermKind::Ref(reference) => self.reference(reference),
            TermKind::Call(call) => {
                for argument in &call.args {
                    self.term(argument);
                }
            }
            TermKind::Array(items) | TermKind::Set(items) => {
                for item in items {
                    self.term(item);
                }
            }
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
            TermKind::TemplateString { parts, .. } => {
                for part in parts {
                    if let TemplatePart::Expr(expr) = part {
                        self.expr(expr);
                    }
                }
            }
            _ => {}
        }
    }

    fn reference(&mut self, reference: &Ref) {
        self.term(&reference.head);
        for argument in &reference.path {
            self.term(&argument.term);
        }
    }
}

/// All variables of a term outside of closures, wildcards not among them.
fn variables<'t>(term: &'t Term, out: &mut Vec<&'t str>) {
    match &term.kind {
        TermKind::Var(var) if !var.wildcard => out.push(&var.name),
        TermKind::Ref(reference) => {
            for argument in &reference.path {
                variables(&argument.term, out);
            }
        }
        TermKind::Call(call) => {
            for argument in &call.args {
                variables(argument, out);
            }
        }
        TermKind::Array(items) | TermKind::Set(items) => {
            for item in items {
                variables(item, out);
            }
        }
        TermKind::Object(entries) => {
            for (key, value) in entries {
                variables(key, out);
                variables(value, out);
            }
        }
        _ => {}
    }
}

/// The variables that a pattern binds: those of arrays and object values. May name one twice.
pub(super) fn outputs_of<'t>(pattern: &'t Term, out: &mut Vec<&'t str>) {
    match &pattern.kind {
        TermKind::Var(var) if !var.wildcard => out.push(&var.name),
        TermKind::Array(items) => {
            for item in items {
                outputs_of(item, out);
            }
        }
        TermKind::Object(entries) => {
            for (_, value) in entries {
                outputs_of(value, out);
            }
        }
        _ => {}
    }
}

/// Whether a term mentions a name outside of closures.
pub(super) fn mentions(term: &Term, name: &str) -> bool {
    let mut mentions = Mentions::default();
    mentions.term(term);
    mentions.seen.contains(name)
}

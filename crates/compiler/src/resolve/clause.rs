//! Definitions of rules, and queries.

use std::collections::HashSet;

use kpol_diagnostics::{Diagnostic, Span};
use kpol_syntax::ast::{self, HeadKind, RegoVersion, TermKind as AstTermKind};

use crate::codes;
use crate::hir::{
    Body, Branch, Clause, Default, Expr, ExprKind, LocalId, LocalInfo, Program, Query, Term,
};
use crate::ir::Const;
use crate::resolve::cases;
use crate::resolve::fold::constant;
use crate::resolve::imports::{Names, Root};
use crate::resolve::metadata::{Metadata, Place};
use crate::resolve::rules::path_of;
use crate::resolve::scope::{Origin, Scope};
use crate::resolve::term::variable;
use crate::resolve::{Options, QuerySource};

/// Makes the HIR of one clause or query.
#[derive(Debug)]
pub(super) struct Lower<'a> {
    /// The rule tree; its rules have no clauses yet.
    pub(super) program: &'a Program,
    pub(super) names: &'a Names,
    pub(super) version: RegoVersion,
    pub(super) options: &'a Options,
    pub(super) errors: &'a mut Vec<Diagnostic>,
    pub(super) assignments: &'a mut HashSet<Span>,
    pub(super) locals: Vec<LocalInfo>,
    pub(super) scopes: Vec<Scope>,
    /// How many bodies deep this place is.
    pub(super) depth: u32,
    /// The depth of the body that [`Lower::pending`] goes into.
    pub(super) hoist_depth: u32,
    /// Expressions that must stand in front of the one that is being made.
    pub(super) pending: Vec<Expr>,
    /// The rule that is being made.
    pub(super) place: Option<(&'a Metadata<'a>, Place)>,
    /// The statement that is being made.
    pub(super) statement: Span,
    /// Declared variables without use.
    pub(super) unused: Vec<Diagnostic>,
}

/// Codes of errors of declarations.
const DECLARATIONS: &[&str] = &[
    codes::REDECLARED,
    codes::REFERENCED,
    codes::ASSIGN_TARGET,
    codes::ASSIGN_PLACE,
    codes::SHADOWED_FUNCTION,
];

/// What is found on the way.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) errors: &'a mut Vec<Diagnostic>,
    pub(super) assignments: &'a mut HashSet<Span>,
}

/// A parameter that has to be computed, and the variable in its place.
type Computed<'t> = (LocalId, &'t ast::Term);

/// What a definition became.
#[derive(Debug)]
pub(super) enum Lowered {
    Default(Default),
    Clauses(Vec<Clause>),
}

impl<'a> Lower<'a> {
    pub(super) fn new(
        program: &'a Program,
        names: &'a Names,
        version: RegoVersion,
        options: &'a Options,
        found: Found<'a>,
    ) -> Lower<'a> {
        Lower {
            program,
            names,
            version,
            options,
            errors: found.errors,
            assignments: found.assignments,
            locals: Vec::new(),
            scopes: Vec::new(),
            depth: 0,
            hoist_depth: 0,
            pending: Vec::new(),
            place: None,
            statement: Span::NOWHERE,
            unused: Vec::new(),
        }
    }

    /// For a rule, which may ask for its own metadata.
    pub(super) fn in_rule(mut self, metadata: &'a Metadata<'a>, place: Place) -> Lower<'a> {
        self.place = Some((metadata, place));
        self
    }

    pub(super) fn rule(mut self, rule: &ast::Rule) -> Lowered {
        if self.is_strict()
            && let Some(name @ ("input" | "data")) = rule.head.reference.head_name()
        {
            self.error(
                codes::SHADOWED,
                format!("rules must not shadow {name} (use a different rule name)"),
                rule.span,
            );
        }
        if rule.default {
            return Lowered::Default(self.default(rule));
        }
        let no_body = ast::RuleBody {
            span: rule.head.span,
            query: Vec::new(),
        };
        let bodies = if rule.bodies.is_empty() {
            std::slice::from_ref(&no_body)
        } else {
            rule.bodies.as_slice()
        };
        let last = bodies.len().saturating_sub(1);
        let clauses = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| {
                let branches: &[ast::Else] = if index == last { &rule.else_ } else { &[] };
                let span = if bodies.len() == 1 {
                    rule.span
                } else {
                    rule.head.span.to(body.span)
                };
                self.clause(rule, span, body, branches)
            })
            .collect();
        Lowered::Clauses(clauses)
    }

    /// Whether names of documents must not be hidden.
    pub(super) fn is_strict(&self) -> bool {
        self.options.strict || self.version == RegoVersion::V1
    }

    fn default(&mut self, rule: &ast::Rule) -> Default {
        if self.options.strict {
            self.scopes.push(Scope::default());
            for arg in rule.head.args.iter().flatten() {
                self.declare_argument(arg);
            }
            let arguments = self.scopes.pop().unwrap_or_default();
            self.report_unused_arguments(&arguments, rule.head.span);
        }
        self.enter_root(Scope::default(), &Vec::new(), &[]);
        let value = self.value(rule.head.value.as_ref(), rule.head.span);
        self.leave_root();
        Default {
            span: rule.span,
            value,
            locals: std::mem::take(&mut self.locals),
        }
    }

    fn clause(
        &mut self,
        rule: &ast::Rule,
        span: Span,
        body: &ast::RuleBody,
        branches: &[ast::Else],
    ) -> Clause {
        let errors_before = self.errors.len();
        self.statement = span;
        self.scopes.push(Scope::default());
        let (args, computed) = self.arguments(rule.head.args.as_deref().unwrap_or_default());
        let mut arguments = self.scopes.pop().unwrap_or_default();

        let (path, ground) = path_of(&[], rule);
        let keys: Vec<&ast::Term> = rule
            .head
            .reference
            .path
            .iter()
            .skip(ground)
            .map(|argument| &argument.term)
            .collect();
        let (member, value) = match &rule.head.kind {
            HeadKind::Contains(member) => (true, Some(member)),
            HeadKind::Value => (false, rule.head.value.as_ref()),
        };

        let mut behind = keys.clone();
        behind.extend(value);
        behind.extend(computed.iter().map(|(_, term)| *term));
        self.enter_root(arguments.arguments(), &body.query, &behind);
        let mut exprs = self.exprs(&body.query);
        let tail = keys.iter().map(|key| self.term(key)).collect();
        let head_value = self.value(value, rule.head.span);
        self.computed_arguments(&computed, &mut exprs);
        let root = self.leave_root();
        arguments.add_uses(&root);
        let mut made = vec![Branch {
            span: if branches.is_empty() {
                span
            } else {
                rule.head.span.to(body.span)
            },
            value: head_value,
            body: Body(exprs),
        }];
        for branch in branches {
            made.push(self.branch(branch, &mut arguments, &computed));
        }
        self.report_unused(errors_before);
        if self.options.strict {
            self.report_unused_arguments(&arguments, rule.head.span);
        }
        let mut clause = Clause {
            span,
            head_span: rule.head.span,
            locals: std::mem::take(&mut self.locals),
            args,
            tail,
            member,
            branches: made,
        };
        if self.options.test_cases && clause.args.is_empty() {
            let declared: Vec<LocalId> = root.declared().collect();
            cases::note(&path, &declared, &mut clause);
        }
        clause
    }

    /// Reports variables without use, unless there is more wrong with declarations: a variable that could not be
    /// declared is not unused as well.
    fn report_unused(&mut self, errors_before: usize) {
        let mut new = self.errors.iter().skip(errors_before);
        if new.any(|error| DECLARATIONS.contains(&error.code)) {
            self.unused.clear();
        }
        self.errors.append(&mut self.unused);
    }

    fn report_unused_arguments(&mut self, arguments: &Scope, head: Span) {
        for name in arguments.unused_arguments() {
            self.errors.push(Diagnostic::error(
                codes::UNUSED_ARGUMENT,
                format!("unused argument {name}. (hint: use _ (wildcard variable) instead)"),
                head,
            ));
        }
    }

    fn branch(
        &mut self,
        branch: &ast::Else,
        arguments: &mut Scope,
        computed: &[Computed<'_>],
    ) -> Branch {
        let empty = Vec::new();
        let query = branch.body.as_ref().map_or(&empty, |body| &body.query);
        let mut behind: Vec<&ast::Term> = branch.value.iter().collect();
        behind.extend(computed.iter().map(|(_, term)| *term));
        self.enter_root(arguments.arguments(), query, &behind);
        let mut exprs = self.exprs(query);
        let value = self.value(branch.value.as_ref(), branch.span);
        self.computed_arguments(computed, &mut exprs);
        arguments.add_uses(&self.leave_root());
        Branch {
            span: branch.span,
            value,
            body: Body(exprs),
        }
    }

    fn value(&mut self, value: Option<&ast::Term>, span: Span) -> Term {
        match value {
            Some(term) => self.term(term),
            None => constant(span, Const::Bool(true)),
        }
    }

    /// Parameters; declares their variables in the innermost scope. Those that have to be computed are variables that
    /// the bodies compare.
    fn arguments<'t>(&mut self, args: &'t [ast::Term]) -> (Vec<Term>, Vec<Computed<'t>>) {
        for arg in args {
            self.declare_argument(arg);
        }
        let mut computed = Vec::new();
        let terms = args
            .iter()
            .map(|arg| {
                if is_computed(arg) {
                    let id = self.generated(arg.span);
                    computed.push((id, arg));
                    return variable(id, arg.span);
                }
                self.argument(arg)
            })
            .collect();
        (terms, computed)
    }

    /// Compares parameters that have to be computed, behind everything else of a body.
    fn computed_arguments(&mut self, computed: &[Computed<'_>], exprs: &mut Vec<Expr>) {
        let mut kinds = Vec::new();
        for (id, arg) in computed {
            let term = self.term(arg);
            kinds.push(ExprKind::Unify(term, variable(*id, arg.span)));
        }
        exprs.append(&mut self.pending);
        exprs.extend(
            kinds
                .into_iter()
                .zip(computed)
                .map(|(kind, (_, arg))| Expr {
                    span: arg.span,
                    kind,
                    with: Vec::new(),
                }),
        );
    }

    fn declare_argument(&mut self, arg: &ast::Term) {
        match &arg.kind {
            AstTermKind::Var(var) if var.wildcard => {}
            AstTermKind::Var(var) => {
                if matches!(var.name.as_str(), "input" | "data") {
                    self.error(
                        codes::SHADOWED,
                        format!(
                            "args must not shadow {} (use a different variable name)",
                            var.name
                        ),
                        Span {
                            end: arg.span.end,
                            ..self.statement
                        },
                    );
                } else if self.is_declared(&var.name) {
                    self.repeat(&var.name);
                } else {
                    self.declare(&var.name, Origin::Argument, arg.span);
                }
            }
            AstTermKind::Array(items) => {
                for item in items {
                    self.declare_argument(item);
                }
            }
            AstTermKind::Object(entries) => {
                for (_, value) in entries {
                    self.declare_argument(value);
                }
            }
            AstTermKind::Ref(reference) => {
                // The head of a ref is a parameter, too, and not the document: nothing binds it.
                if let Some(head) = reference.head_name()
                    && let Some(root) = self.root_name(head)
                {
                    let message = format!("var {root} is unsafe");
                    self.error(codes::UNSAFE, message, arg.span);
                }
                for argument in &reference.path {
                    self.declare_argument(&argument.term);
                }
            }
            AstTermKind::Call(_) => self.error(
                codes::ARGUMENT_CALL,
                "rule arguments cannot contain calls".to_owned(),
                arg.span,
            ),
            _ => {}
        }
    }

    /// The document that a name means if no variable has it.
    fn root_name(&self, name: &str) -> Option<&'static str> {
        if self.is_declared(name) {
            return None;
        }
        match (self.names.root(name), name) {
            (Some(Root::Data), _) | (None, "data") => Some("data"),
            (Some(Root::Input), _) | (None, "input") => Some("input"),
            _ => None,
        }
    }

    /// A parameter as a term; its own mentions are no uses.
    fn argument(&mut self, arg: &ast::Term) -> Term {
        if matches!(arg.kind, AstTermKind::Call(_)) {
            return constant(arg.span, Const::Null);
        }
        let term = self.term(arg);
        self.pending.clear();
        if let Some(scope) = self.scopes.last_mut() {
            scope.forget_uses();
        }
        term
    }

    pub(super) fn query(mut self, source: &QuerySource<'_>) -> Query {
        let errors_before = self.errors.len();
        self.enter_root(Scope::default(), source.query, &[]);
        let exprs = self.exprs(source.query);
        let bindings = self.leave_root().bindings();
        self.report_unused(errors_before);
        Query {
            name: source.name.to_owned(),
            span: source.span,
            locals: self.locals,
            bindings,
            body: Body(exprs),
        }
    }
}

/// Whether a parameter is more than a pattern.
fn is_computed(arg: &ast::Term) -> bool {
    match &arg.kind {
        AstTermKind::Ref(_)
        | AstTermKind::ArrayComprehension(_)
        | AstTermKind::SetComprehension(_)
        | AstTermKind::ObjectComprehension(_)
        | AstTermKind::TemplateString { .. } => true,
        AstTermKind::Array(items) | AstTermKind::Set(items) => items.iter().any(is_computed),
        AstTermKind::Object(entries) => entries
            .iter()
            .any(|(key, value)| is_computed(key) || is_computed(value)),
        _ => false,
    }
}

//! Packages, imports and rules.

use kpol_diagnostics::{Diagnostic, Span};

use super::grammar::Rule as Node_;
use super::keywords::keyword;
use super::pairs::{Builder, Level, Node, take};
use crate::ast::{
    Else, HeadKind, Ident, Import, Package, Ref, RefArg, RegoVersion, Rule, RuleBody, RuleHead,
    Term, TermKind, Var,
};

/// What a v1 module needs before a body.
const IF_HELP: &str = "write `if` before the body; if this is a v0 policy, use `--rego-v0`";

/// What a v0 module needs for the words of v1.
const V1_HELP: &str = "v0 policies need `import rego.v1` for `if`, `contains`, `in` and `every`";

/// A v1 rule read as v0 is a row of names: one error for each line is enough.
pub(super) fn merge_lone_names(text: &str, errors: &mut Vec<Diagnostic>) {
    let mut last: Option<u32> = None;
    errors.retain(|error| {
        if error.help.as_deref() != Some(V1_HELP) {
            return true;
        }
        let start = error.span.start;
        let same_line = last.is_some_and(|before| {
            text.get(before as usize..start as usize)
                .is_some_and(|between| !between.contains('\n'))
        });
        last = Some(start);
        !same_line
    });
}

impl Builder<'_> {
    /// `package a.b`
    pub(super) fn package(&mut self, node: Node<'_>) -> Option<Package> {
        let span = self.span(&node);
        let reference = self.path(node.into_inner().next()?)?;
        let mut path = Vec::with_capacity(reference.path.len() + 1);
        path.push(Ident {
            name: reference.head_name()?.to_owned(),
            span: reference.head.span,
        });
        for arg in reference.path {
            let span = arg.term.span;
            if let TermKind::String(name) = arg.term.kind {
                path.push(Ident { name, span });
            }
        }
        Some(Package { span, path })
    }

    /// `import a.b as c`
    pub(super) fn import(&mut self, node: Node<'_>) -> Option<Import> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let path = self.path(parts.next()?)?;
        let alias = parts.next().map(|node| self.ident(&node));
        let root = path.head_name()?;
        if !matches!(root, "data" | "input" | "future" | "rego") {
            let message = format!("unexpected import path `{root}`");
            let help = "an import begins with `data` or `input`";
            self.error_help(message, path.head.span, help);
            return None;
        }
        self.check_import(&path, alias.as_ref())?;
        Some(Import { span, path, alias })
    }

    fn check_import(&mut self, path: &Ref, alias: Option<&Ident>) -> Option<()> {
        let segments: Vec<&str> = path.segments().collect();
        let problem = match segments.as_slice() {
            ["rego", "v1" | "v2"] | ["future", "keywords"] => None,
            ["rego", ..] => Some("expected `rego.v1` or `rego.v2`".to_owned()),
            ["future", "keywords", name] => {
                let known = matches!(
                    *name,
                    "in" | "every" | "if" | "contains" | "and" | "or" | "not"
                );
                (!known).then(|| format!("unknown keyword `{name}`"))
            }
            ["future", ..] => Some("expected `future.keywords`".to_owned()),
            _ => None,
        };
        if let Some(problem) = problem {
            self.error(problem, path.span);
            return None;
        }
        if let Some(alias) = alias {
            if matches!(segments.first(), Some(&("rego" | "future"))) {
                let root = segments.first().copied().unwrap_or_default();
                self.error(format!("`{root}` imports cannot be aliased"), alias.span);
                return None;
            }
            if matches!(alias.name.as_str(), "data" | "input") {
                let message = format!(
                    "unexpected import alias, must not be a reserved name, got: {}",
                    alias.name
                );
                self.error(message, alias.span);
                return None;
            }
        } else if let Some(name) = segments.last()
            && !matches!(segments.first(), Some(&("rego" | "future")))
            && keyword(name).is_some_and(|word| self.keywords.has(word))
        {
            let message = format!(
                "unexpected import path, must not end with a keyword, got: {name} \
                 (hint: import a different path or use an alias)"
            );
            self.error(message, path.span);
            return None;
        }
        Some(())
    }

    /// A path of names and strings.
    fn path(&mut self, node: Node<'_>) -> Option<Ref> {
        let mut parts = node.into_inner();
        let reference = self.reference(parts.next()?);
        let mut reference = reference;
        for part in parts {
            let arg = self.step(part, Level(0))?;
            if arg.term.as_str().is_none() {
                self.error("expected a string", arg.term.span);
                return None;
            }
            reference.span = reference.span.to(arg.span);
            reference.path.push(arg);
        }
        Some(reference)
    }

    fn reference(&self, name: Node<'_>) -> Ref {
        let Ident { name, span } = self.ident(&name);
        let wildcard = name == "_";
        Ref {
            span,
            head: Box::new(Term {
                span,
                kind: TermKind::Var(Var { name, wildcard }),
            }),
            path: Vec::new(),
        }
    }

    /// A rule.
    pub(super) fn rule(&mut self, node: Node<'_>) -> Option<Rule> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let default = take(&mut parts, Node_::DEFAULT).is_some();
        let mut head = self.head(parts.next()?)?;
        head.has_if = take(&mut parts, Node_::IF).is_some();
        let mut bodies = Vec::new();
        let mut else_ = Vec::new();
        for part in parts {
            match part.as_rule() {
                Node_::else_branch => else_.push(self.else_branch(part)?),
                _ => bodies.push(self.rule_body(part)?),
            }
        }
        let mut rule = Rule {
            span,
            default,
            head,
            bodies,
            else_,
        };
        self.set_rule(&mut rule);
        self.check_rule(&rule)?;
        Some(rule)
    }

    fn head(&mut self, node: Node<'_>) -> Option<RuleHead> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let (reference, args) = self.head_ref(parts.next()?)?;
        let mut head = RuleHead {
            span,
            reference,
            args,
            kind: HeadKind::Value,
            value: None,
            assign: None,
            has_if: false,
        };
        if take(&mut parts, Node_::CONTAINS).is_some() {
            head.kind = HeadKind::Contains(self.expression(parts.next()?, Level(0))?);
        } else if let Some(operator) = parts.next() {
            head.assign = Some(self.assign_op(&operator));
            head.value = Some(self.expression(parts.next()?, Level(0))?);
        }
        Some(head)
    }

    fn head_ref(&mut self, node: Node<'_>) -> Option<(Ref, Option<Vec<Term>>)> {
        let mut parts = node.into_inner();
        let mut reference = self.reference(parts.next()?);
        let mut args = None;
        for part in parts {
            let span = self.span(&part);
            if args.is_some() {
                self.error(
                    "unexpected reference after the parameters of a function",
                    span,
                );
                return None;
            }
            if part.as_rule() == Node_::call {
                args = Some(self.infixes(part.into_inner(), Level(0))?);
                continue;
            }
            let arg: RefArg = self.step(part, Level(0))?;
            reference.span = reference.span.to(arg.span);
            reference.path.push(arg);
        }
        Some((reference, args))
    }

    fn rule_body(&mut self, node: Node<'_>) -> Option<RuleBody> {
        let span = self.span(&node);
        let query = match node.as_rule() {
            Node_::stmt => vec![self.stmt(node, Level(0))?],
            _ => self.query(node.into_inner().next()?, Level(0))?,
        };
        Some(RuleBody { span, query })
    }

    fn else_branch(&mut self, node: Node<'_>) -> Option<Else> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let mut branch = Else {
            span,
            value: None,
            assign: None,
            body: None,
        };
        if let Some(operator) = take(&mut parts, Node_::assign_op) {
            branch.assign = Some(self.assign_op(&operator));
            branch.value = Some(self.expression(parts.next()?, Level(0))?);
        }
        let has_if = take(&mut parts, Node_::IF).is_some();
        if let Some(body) = parts.next() {
            let body = self.rule_body(body)?;
            if self.version == RegoVersion::V1 && !has_if {
                self.error_help(
                    "expected `if` before the body of `else`",
                    start(body.span),
                    IF_HELP,
                );
                return None;
            }
            branch.body = Some(body);
        }
        if branch.value.is_none() && branch.body.is_none() {
            self.error("expected a value or a body after `else`", span);
            return None;
        }
        Some(branch)
    }

    /// In v0, `p[x] { .. }` and `p[x]` without a value define a set.
    fn set_rule(&self, rule: &mut Rule) {
        let head = &mut rule.head;
        if self.version == RegoVersion::V0
            && !rule.default
            && !head.has_if
            && head.args.is_none()
            && head.value.is_none()
            && head.kind == HeadKind::Value
            && head.reference.path.len() == 1
            && let Some(arg) = head.reference.path.pop()
        {
            head.reference.span = head.reference.head.span;
            head.kind = HeadKind::Contains(arg.term);
        }
    }

    fn check_rule(&mut self, rule: &Rule) -> Option<()> {
        let before = self.errors.len();
        let head = &rule.head;
        let name = head.reference.head_name().unwrap_or_default();
        if head.reference.path.is_empty()
            && keyword(name).is_some_and(|word| self.keywords.has(word))
        {
            self.error(
                format!("`{name}` is a keyword and cannot name a rule"),
                head.reference.span,
            );
        }
        if rule.default {
            self.check_default(rule);
            return (self.errors.len() == before).then_some(());
        }
        let contains = matches!(head.kind, HeadKind::Contains(_));
        if contains && head.args.is_some() {
            self.error("a function cannot have `contains`", head.span);
        }
        let generated = head.value.is_none()
            && !contains
            && rule.bodies.is_empty()
            && head.args.as_ref().is_none_or(Vec::is_empty);
        match self.version {
            RegoVersion::V1 => self.check_v1(rule, generated),
            RegoVersion::V0 => {
                if generated && head.reference.path.is_empty() {
                    self.lone_name(rule, name);
                }
            }
        }
        if let Some(branch) = rule.else_.first() {
            let place = Span::new(branch.span.source, branch.span.start, branch.span.start + 4);
            if rule.bodies.is_empty() {
                self.error("`else` needs a rule with a body before it", place);
            } else if contains {
                self.error("`else` cannot be used on rules that define sets", place);
            } else if rule.bodies.len() > 1 {
                self.error("`else` cannot follow several bodies", place);
            } else if head.reference.path.iter().any(|arg| !ground(&arg.term)) {
                self.error(
                    "`else` cannot be used on rules with variables in their heads",
                    place,
                );
            }
        }
        for pair in rule.else_.windows(2) {
            if let [Else { body: None, .. }, next] = pair {
                let place = Span::new(next.span.source, next.span.start, next.span.start + 4);
                self.error("`else` needs an `else` with a body before it", place);
            }
        }
        (self.errors.len() == before).then_some(())
    }

    fn check_v1(&mut self, rule: &Rule, generated: bool) {
        let head = &rule.head;
        if generated {
            self.error_help(
                "a rule needs a value or a body",
                head.span,
                "write `:= value`, `if` and a body, or `contains value`",
            );
        } else if let Some(body) = rule.bodies.first()
            && !head.has_if
        {
            self.error_help("rule body without `if`", start(body.span), IF_HELP);
            if head.value.is_none() && is_partial_set(head) {
                self.error_help(
                    "partial set rule without `contains`",
                    head.span,
                    "write `name contains member if { ... }`",
                );
            }
        }
    }

    /// In v0 a name alone is no rule; often it is the start of a v1 rule.
    fn lone_name(&mut self, rule: &Rule, name: &str) {
        self.error_help(
            format!("`{name}` alone is not a rule"),
            rule.head.span,
            V1_HELP,
        );
    }

    fn check_default(&mut self, rule: &Rule) {
        let head = &rule.head;
        if matches!(head.kind, HeadKind::Contains(_)) || head.has_if || !rule.bodies.is_empty() {
            self.error("a default rule has a value and nothing else", rule.span);
            return;
        }
        let Some(value) = &head.value else {
            self.error("a default rule needs a value", head.span);
            return;
        };
        if let Some(place) = not_constant(value) {
            self.error(
                "the value of a default rule cannot depend on anything",
                place,
            );
        }
        let mut names: Vec<&str> = Vec::new();
        for arg in head.args.iter().flatten() {
            match arg.as_var() {
                Some("_") => {}
                Some(name) if !names.contains(&name) => names.push(name),
                Some(name) => self.error(format!("parameter `{name}` is repeated"), arg.span),
                None => self.error(
                    "the parameters of a default function are variables",
                    arg.span,
                ),
            }
        }
    }
}

/// Whether a head is that of a set in v0: `deny[msg]`.
fn is_partial_set(head: &RuleHead) -> bool {
    match head.reference.path.as_slice() {
        [key] => !matches!(key.term.kind, TermKind::String(_)),
        _ => false,
    }
}

/// The place of a body's first character, so that a message does not underline all of it.
fn start(span: Span) -> Span {
    Span::new(
        span.source,
        span.start,
        span.start.saturating_add(1).min(span.end),
    )
}

/// Whether a term has no variables in it that a rule could iterate.
fn ground(term: &Term) -> bool {
    match &term.kind {
        TermKind::Null | TermKind::Bool(_) | TermKind::Number(_) | TermKind::String(_) => true,
        TermKind::Array(items) | TermKind::Set(items) => items.iter().all(ground),
        TermKind::Object(entries) => entries
            .iter()
            .all(|(key, value)| ground(key) && ground(value)),
        TermKind::Ref(reference) => {
            matches!(reference.head_name(), Some("data" | "input"))
                && reference.path.iter().all(|arg| ground(&arg.term))
        }
        _ => false,
    }
}

/// The first part of a term that is neither a constant nor inside of a comprehension.
fn not_constant(term: &Term) -> Option<Span> {
    match &term.kind {
        TermKind::Var(_) | TermKind::Ref(_) | TermKind::Call(_) => Some(term.span),
        TermKind::Array(items) | TermKind::Set(items) => items.iter().find_map(not_constant),
        TermKind::Object(entries) => entries
            .iter()
            .find_map(|(key, value)| not_constant(key).or_else(|| not_constant(value))),
        _ => None,
    }
}

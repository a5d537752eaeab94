//! From the parser's rules to OPA's: one body each, `else` inside of the rule before it.

use kpol_syntax::ast::{self, AssignOp, HeadKind, Module, RuleBody};

use super::build::Builder;
use super::tree::{Body, Term};

/// A rule with one body.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) default: bool,
    pub(super) head: Head,
    /// `None`: nothing was written, which is always true.
    pub(super) body: Option<Body>,
    pub(super) else_: Option<Box<Rule>>,
}

/// The head of a rule, with what OPA keeps in it for older readers.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) name: Option<String>,
    pub(super) reference: Vec<Term>,
    pub(super) args: Vec<Term>,
    pub(super) key: Option<Term>,
    pub(super) value: Option<Term>,
    pub(super) assign: bool,
}

/// The rules of a v1 module.
pub(super) fn rules(module: &Module) -> Vec<Rule> {
    let mut builder = Builder::default();
    let mut rules = Vec::with_capacity(module.rules.len());
    for rule in &module.rules {
        builder.rule(rule, &mut rules);
    }
    rules
}

impl Builder {
    fn rule(&mut self, rule: &ast::Rule, out: &mut Vec<Rule>) {
        let head = self.head(rule);
        let mut bodies = rule.bodies.iter();
        let body = bodies.next().map(|body| self.body(&body.query));
        let else_ = self.else_branches(&head, &rule.else_);
        out.push(Rule {
            default: rule.default,
            head: head.clone(),
            body,
            else_,
        });
        for RuleBody { query, .. } in bodies {
            let body = Some(self.body(query));
            out.push(Rule {
                default: false,
                head: self.copy(&head),
                body,
                else_: None,
            });
        }
    }

    fn head(&mut self, rule: &ast::Rule) -> Head {
        let head = &rule.head;
        let reference = self.reference(&head.reference);
        let args = self.terms(head.args.as_deref().unwrap_or_default());
        let mut built = Head {
            name: None,
            reference,
            args,
            key: None,
            value: None,
            assign: head.assign == Some(AssignOp::Assign),
        };
        let name = head.reference.head_name().map(str::to_owned);
        if built.reference.len() == 1 {
            built.name.clone_from(&name);
        }
        match &head.kind {
            HeadKind::Contains(key) => {
                built.key = Some(self.term(key));
                return built;
            }
            HeadKind::Value => {}
        }
        let value = head.value.as_ref().map(|value| self.term(value));
        let has_value = value.is_some();
        built.value = Some(value.unwrap_or(Term::Boolean(true)));
        let [_, key] = built.reference.as_slice() else {
            return built;
        };
        if rule.default {
            return built;
        }
        // Names of two parts were partial rules before there were longer ones, and still look like them.
        if rule.bodies.is_empty() {
            if head.args.is_none() {
                built.name = name;
                built.key = Some(key.clone());
            }
            return built;
        }
        let is_key = !key.is_ground() || matches!(key, Term::Ref(_));
        if has_value || !built.args.is_empty() {
            built.name = name;
        }
        if is_key && built.args.is_empty() {
            built.key = Some(key.clone());
        }
        built
    }

    /// The head for a further body: its wildcards are others.
    fn copy(&mut self, head: &Head) -> Head {
        let mut copy = head.clone();
        for arg in &mut copy.args {
            if matches!(arg, Term::Var(name) if name.starts_with('$')) {
                *arg = self.wildcard();
            }
        }
        copy
    }

    fn else_branches(&mut self, head: &Head, branches: &[ast::Else]) -> Option<Box<Rule>> {
        let mut built = Vec::with_capacity(branches.len());
        for branch in branches {
            let mut head = self.copy(head);
            match &branch.value {
                Some(value) => {
                    head.assign = branch.assign == Some(AssignOp::Assign);
                    head.value = Some(self.term(value));
                }
                None => head.value = Some(Term::Boolean(true)),
            }
            let body = branch.body.as_ref().map(|body| self.body(&body.query));
            built.push((head, body));
        }
        built.into_iter().rev().fold(None, |else_, (head, body)| {
            Some(Box::new(Rule {
                default: false,
                head,
                body,
                else_,
            }))
        })
    }
}

//! Calls: what a function takes, and what it is given.

use std::rc::Rc;

use kpol_diagnostics::{Diagnostic, Span};

use crate::check::types::{Checker, Meaning, Shape, Signature};
use crate::codes;
use crate::hir::{Callee, RuleId, Term};
use crate::types::{Type, arguments};

impl<'e> Checker<'e> {
    pub(super) fn signature(&mut self, callee: Callee) -> Option<Rc<Signature>> {
        let id = match callee {
            Callee::Builtin(id) => id,
            Callee::Function(id) if self.replaced_rule(id).is_some() => return None,
            Callee::Function(id) => {
                return match self.rules.get(id.0 as usize)? {
                    Meaning::Function(signature) => Some(Rc::clone(signature)),
                    _ => None,
                };
            }
        };
        let builtins = &self.program.builtins;
        let entry = self.shared.signatures.entry(id).or_insert_with(|| {
            let entry = builtins.get(id)?;
            let types = (entry.args().into_iter().chain(entry.result()).enumerate())
                .map(|(index, text)| (entry.arg_name(index).to_owned(), Type::parse(text)))
                .collect();
            Some(Rc::new(Signature {
                name: entry.name().to_owned(),
                types,
                arity: entry.arity(),
            }))
        });
        entry.clone()
    }

    /// A rule without arguments can be called if its value may be anything: where it is known, the rule is no function.
    fn rule_called(&mut self, id: RuleId, span: Span) {
        let at = id.0 as usize;
        if let Some(Meaning::Document(of)) = self.rules.get(at)
            && !self.replaced_rule(id).as_ref().unwrap_or(of).is_any()
            && !self.quiet
            && let Some(rule) = self.program.rules.get(at)
        {
            let message = format!("undefined function {}", rule.name());
            self.errors
                .push(Diagnostic::error(codes::UNDEFINED_FUNCTION, message, span));
        }
    }

    /// The type of a call's result.
    pub(super) fn call(
        &mut self,
        callee: Callee,
        args: &'e [Term],
        span: Span,
        output: Output,
    ) -> Type {
        let mut shapes = self.terms(args);
        if let Callee::Function(id) = callee {
            self.rule_called(id, span);
        }
        let Some(signature) = self.signature(callee).filter(|_| !self.quiet) else {
            return Type::any();
        };
        let is_member =
            self.is(callee, "internal.member_2") || self.is(callee, "internal.member_3");
        if is_member && !self.member(&shapes, span) {
            return Type::any();
        }
        let hidden = matches!(output, Output::Hidden);
        if let Output::Given(output) = output {
            shapes.push(output);
        }
        let before: Vec<Type> = shapes.iter().map(|shape| self.of(shape)).collect();
        for ((shape, have), (_, want)) in shapes.iter().zip(&before).zip(&signature.types) {
            let clash = !have.is_unknown() && !have.unifies(want);
            if clash || !self.expect(shape, want, false) {
                let mut have: Vec<Type> = if clash {
                    before
                } else {
                    shapes.iter().map(|shape| self.of(shape)).collect()
                };
                if hidden {
                    have.push(Type::Unknown);
                }
                self.refuse(&signature, &have, span);
                return Type::any();
            }
        }
        let result = signature.types.get(signature.arity);
        result.map_or_else(Type::any, |(_, result)| result.clone())
    }

    fn refuse(&mut self, signature: &Signature, have: &[Type], span: Span) {
        let message = format!(
            "{}: invalid argument(s)\n\t{}",
            signature.name,
            arguments(have, &signature.types)
        );
        self.errors
            .push(Diagnostic::error(codes::TYPES, message, span));
    }
}

/// Where a call's result goes.
pub(super) enum Output {
    /// Nowhere: the call is a statement.
    None,
    /// Into the term that the call stands in.
    Hidden,
    /// Into a pattern.
    Given(Shape),
}

//! Calls: what is called, with how many arguments, and the builtins that are more than functions.

use kpol_abi::builtins::by_name;
use kpol_diagnostics::{Diagnostic, Span};
use kpol_syntax::ast::{self, RegoVersion, TermKind as AstTermKind};

use crate::builtins::Entry;
use crate::codes;
use crate::hir::{Callee, Expr, ExprKind, RuleKind, Term, TermKind};
use crate::ir::Const;
use crate::names::data_ref;
use crate::resolve::body::holds;
use crate::resolve::clause::Lower;
use crate::resolve::fold::{self, constant};
use crate::resolve::imports::Root;
use crate::resolve::rules::find;
use crate::resolve::term::variable;

/// A function that a name was found to mean.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) callee: Callee,
    pub(super) name: String,
    pub(super) arity: usize,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy)]
enum Position {
    Statement,
    Value,
}

/// What a call's name means.
#[derive(Debug)]
enum Called {
    /// A function or builtin.
    Function(Found),
    /// `print`, which takes any number of arguments.
    Print,
    /// `=`
    Equality,
    /// `:=`
    Assignment,
    /// A value that is known.
    Known(Const),
    /// Nothing; reported.
    Nothing,
}

impl Lower<'_> {
    /// A call as a statement.
    pub(super) fn call_statement(&mut self, call: &ast::Call, span: Span, out: &mut Vec<ExprKind>) {
        let found = match self.called(call, span, Position::Statement) {
            Called::Nothing => {
                self.terms(&call.args);
                out.push(holds(span));
                return;
            }
            Called::Print => {
                let args = self.terms(&call.args);
                out.push(ExprKind::Print(args));
                return;
            }
            Called::Equality | Called::Assignment if call.args.len() != 2 => {
                let name = call.function.dotted().unwrap_or_default();
                self.arity_error(&name, None, 2, &call.args, span);
                out.push(holds(span));
                return;
            }
            Called::Equality => {
                if let [left, right] = call.args.as_slice() {
                    self.equality(left, right, out);
                }
                return;
            }
            Called::Assignment => {
                if let [left, right] = call.args.as_slice() {
                    let value = (self.term(right), false);
                    self.assign(left, value, span, out);
                }
                return;
            }
            Called::Known(value) => {
                let value = constant(span, value);
                match call.args.first() {
                    Some(output) => {
                        let output = self.term(output);
                        fold::unify(output, value, out);
                    }
                    None => out.push(ExprKind::Term(value)),
                }
                return;
            }
            Called::Function(found) => found,
        };
        let mut args = self.terms(&call.args);
        if args.len() != found.arity && args.len() != found.arity + 1 {
            self.found_arity_error(&found, call, span);
            out.push(holds(span));
            return;
        }
        let output = if args.len() > found.arity {
            args.pop()
        } else {
            None
        };
        let relation = is_relation(found.callee);
        let made = Term {
            span,
            kind: TermKind::Call {
                callee: found.callee,
                args,
            },
        };
        match output {
            Some(output) if relation => out.push(ExprKind::Relation { call: made, output }),
            None if relation => {
                let id = self.wildcard_output(span);
                out.push(ExprKind::Relation {
                    call: made,
                    output: variable(id, span),
                });
            }
            Some(output) => fold::unify(output, made, out),
            None => out.push(ExprKind::Term(made)),
        }
    }

    /// A call as a value.
    pub(super) fn call_term(&mut self, call: &ast::Call, span: Span) -> Term {
        let null = constant(span, Const::Null);
        let found = match self.called(call, span, Position::Value) {
            Called::Nothing => {
                self.terms(&call.args);
                return null;
            }
            Called::Print => {
                self.error(
                    codes::VOID_CALL,
                    "print(...) used as value".to_owned(),
                    span,
                );
                return null;
            }
            Called::Assignment => {
                self.error(
                    codes::ASSIGN_PLACE,
                    "cannot assign vars inside a term".to_owned(),
                    span,
                );
                return null;
            }
            // As a value, it is the comparison.
            Called::Equality => match by_name("equal") {
                Some(id) => Found {
                    callee: Callee::Builtin(id),
                    name: "equal".to_owned(),
                    arity: 2,
                },
                None => return null,
            },
            Called::Known(value) if call.args.is_empty() => return constant(span, value),
            Called::Known(_) => {
                let name = call.function.dotted().unwrap_or_default();
                self.arity_error(&name, None, 0, &call.args, span);
                return null;
            }
            Called::Function(found) => found,
        };
        let args = self.terms(&call.args);
        if args.len() != found.arity {
            self.found_arity_error(&found, call, span);
            return null;
        }
        let made = Term {
            span,
            kind: TermKind::Call {
                callee: found.callee,
                args,
            },
        };
        if !is_relation(found.callee) {
            return made;
        }
        let id = self.generated(span);
        self.pending.push(Expr {
            span,
            kind: ExprKind::Relation {
                call: made,
                output: variable(id, span),
            },
            with: Vec::new(),
        });
        variable(id, span)
    }

    /// The call of a relation with its inputs only, as a term of its own.
    pub(super) fn relation(&mut self, term: &ast::Term) -> Option<Term> {
        self.relation_name(term)?;
        let AstTermKind::Call(call) = &term.kind else {
            return None;
        };
        let Called::Function(found) = self.called(call, term.span, Position::Value) else {
            return None;
        };
        if call.args.len() != found.arity {
            return None;
        }
        let args = self.terms(&call.args);
        Some(Term {
            span: term.span,
            kind: TermKind::Call {
                callee: found.callee,
                args,
            },
        })
    }

    /// The relation builtin that a term calls.
    pub(super) fn relation_name(&self, term: &ast::Term) -> Option<&'static str> {
        let AstTermKind::Call(call) = &term.kind else {
            return None;
        };
        let head = call.function.head_name()?;
        if self.is_declared(head) || (self.names.contains(head) && !self.is_hidden(head)) {
            return None;
        }
        match self.program.builtins.find(&call.function.dotted()?)? {
            (_, Entry::Standard(builtin)) => builtin.relation.then_some(builtin.name),
            (_, Entry::Declared(_)) => None,
        }
    }

    fn wildcard_output(&mut self, span: Span) -> crate::hir::LocalId {
        self.generated(span)
    }

    fn called(&mut self, call: &ast::Call, span: Span, position: Position) -> Called {
        let dotted = call.function.dotted();
        if !call.infix
            && let Some(head) = call.function.head_name()
            && self.is_declared(head)
        {
            let name = dotted.unwrap_or_else(|| head.to_owned());
            match position {
                Position::Statement => {
                    self.error(
                        codes::UNDEFINED_FUNCTION,
                        format!("undefined function {name}"),
                        span,
                    );
                }
                Position::Value => self.error(
                    codes::SHADOWED_FUNCTION,
                    format!("called function {name} shadowed"),
                    span,
                ),
            }
            return Called::Nothing;
        }
        let global = !call.infix && self.is_global(&call.function);
        if !global {
            match dotted.as_deref() {
                Some("print") => return Called::Print,
                Some("eq") => return Called::Equality,
                Some("assign") => return Called::Assignment,
                Some("rego.metadata.rule" | "rego.metadata.chain") if call.args.len() < 2 => {
                    return self.metadata(dotted.as_deref() == Some("rego.metadata.chain"), span);
                }
                _ => {}
            }
        }
        match self.named(&call.function, call.infix, call.args.is_empty()) {
            Ok(found) => {
                self.refuse_deprecated(&found, span);
                Called::Function(found)
            }
            Err(name) => {
                let hint = self.program.builtins.hint(&name);
                let message = format!("undefined function {name}");
                let mut error = Diagnostic::error(codes::UNDEFINED_FUNCTION, message, span);
                error.help = hint;
                self.errors.push(error);
                Called::Nothing
            }
        }
    }

    /// The metadata of the rule that asks for it.
    fn metadata(&mut self, chain: bool, span: Span) -> Called {
        match self.place {
            Some((metadata, place)) if chain => Called::Known(metadata.chain(place)),
            Some((metadata, place)) => Called::Known(metadata.rule(place)),
            None => {
                self.error(
                    codes::UNSUPPORTED,
                    "metadata can only be asked for inside a rule".to_owned(),
                    span,
                );
                Called::Nothing
            }
        }
    }

    /// Whether the name starts with a rule or an import.
    fn is_global(&self, function: &ast::Ref) -> bool {
        function
            .head_name()
            .is_some_and(|head| self.names.contains(head) && !self.is_hidden(head))
    }

    /// The function that a ref names, or the name that means none.
    pub(super) fn function(&mut self, function: &ast::Ref, infix: bool) -> Result<Found, String> {
        self.named(function, infix, false)
    }

    /// As [`Lower::function`]. Where there are no arguments, a rule will do: `f() := input.x` is a rule, and OPA
    /// lets it be called if its value may be anything (see `check::types`).
    fn named(
        &mut self,
        function: &ast::Ref,
        infix: bool,
        no_arguments: bool,
    ) -> Result<Found, String> {
        let dotted = function.dotted().unwrap_or_else(|| {
            function
                .segments()
                .map(str::to_owned)
                .collect::<Vec<_>>()
                .join(".")
        });
        let Some(head) = function.head_name() else {
            return Err(dotted);
        };
        let rest = || function.path.iter().map(|arg| arg.term.as_str());
        let target = if infix || self.is_hidden(head) {
            None
        } else {
            self.names.get(head)
        };
        let path: Option<Option<Vec<String>>> = match target {
            Some(target) if target.root == Root::Data => Some(
                target
                    .path
                    .iter()
                    .map(|key| Some(key.as_str()))
                    .chain(rest())
                    .map(|key| key.map(str::to_owned))
                    .collect(),
            ),
            Some(_) => return Err(dotted),
            None if head == "data" => Some(rest().map(|key| key.map(str::to_owned)).collect()),
            None => None,
        };
        match path {
            Some(Some(path)) => {
                let name = data_ref(&path);
                let id = find(&self.program.tree, &path).and_then(|node| node.rule);
                let rule = id.and_then(|id| self.program.rules.get(id.0 as usize));
                match (id, rule.map(|rule| rule.kind)) {
                    (Some(id), Some(RuleKind::Function(arity))) => Ok(Found {
                        callee: Callee::Function(id),
                        name,
                        arity,
                    }),
                    (Some(id), Some(RuleKind::Complete)) if no_arguments => Ok(Found {
                        callee: Callee::Function(id),
                        name,
                        arity: 0,
                    }),
                    _ => Err(name),
                }
            }
            Some(None) => Err(dotted),
            None => match self.program.builtins.find(&dotted) {
                Some((id, builtin)) => Ok(Found {
                    callee: Callee::Builtin(id),
                    name: dotted,
                    arity: builtin.arity(),
                }),
                None => Err(dotted),
            },
        }
    }

    fn refuse_deprecated(&mut self, found: &Found, span: Span) {
        if let Callee::Builtin(id) = found.callee
            && (self.program.builtins.get(id)).is_some_and(Entry::is_deprecated)
            && (self.version == RegoVersion::V1 || self.options.strict)
        {
            self.error(
                codes::DEPRECATED,
                format!(
                    "deprecated built-in function calls in expression: {}",
                    found.name
                ),
                span,
            );
        }
    }

    fn found_arity_error(&mut self, found: &Found, call: &ast::Call, span: Span) {
        let builtin = match found.callee {
            Callee::Builtin(id) => self.program.builtins.get(id),
            Callee::Function(_) => None,
        };
        self.arity_error(&found.name, builtin, found.arity, &call.args, span);
    }

    fn arity_error(
        &mut self,
        name: &str,
        builtin: Option<Entry<'_>>,
        arity: usize,
        args: &[ast::Term],
        span: Span,
    ) {
        let message = match builtin {
            Some(builtin) => {
                let have: Vec<&str> = args.iter().map(type_of).collect();
                let want: Vec<String> = (builtin.args().into_iter().enumerate())
                    .map(|(index, of)| match builtin.arg_name(index) {
                        "" => of.to_owned(),
                        name => format!("{name}: {of}"),
                    })
                    .collect();
                format!(
                    "{name}: arity mismatch\n\thave: ({})\n\twant: ({})",
                    have.join(", "),
                    want.join(", ")
                )
            }
            None => {
                let plural = if args.len() == 1 { "" } else { "s" };
                format!(
                    "function {name} has arity {arity}, got {} argument{plural}",
                    args.len()
                )
            }
        };
        self.error(codes::ARITY, message, span);
    }
}

fn is_relation(callee: Callee) -> bool {
    match callee {
        Callee::Builtin(id) => id.get().is_some_and(|builtin| builtin.relation),
        Callee::Function(_) => false,
    }
}

/// The type of an argument as far as it can be seen.
fn type_of(term: &ast::Term) -> &'static str {
    match &term.kind {
        AstTermKind::Null => "null",
        AstTermKind::Bool(_) => "boolean",
        AstTermKind::Number(_) => "number",
        AstTermKind::String(_) | AstTermKind::TemplateString { .. } => "string",
        AstTermKind::Array(_) | AstTermKind::ArrayComprehension(_) => "array",
        AstTermKind::Object(_) | AstTermKind::ObjectComprehension(_) => "object",
        AstTermKind::Set(_) | AstTermKind::SetComprehension(_) => "set",
        AstTermKind::Var(_) | AstTermKind::Ref(_) | AstTermKind::Call(_) => "any",
    }
}

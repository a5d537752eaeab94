//! From the syntax tree to the tree that is laid out: modules and rules.

mod exprs;
mod terms;

use kpol_diagnostics::Span;
use kpol_syntax::ast;

use crate::tree::{Comment, Expr, Head, Import, Loc, Module, Rule, Term, Terms, Value, Var};

/// Makes the tree of one module.
pub(crate) struct Lower<'a> {
    text: &'a str,
    /// Where lines begin.
    lines: Vec<u32>,
    wildcards: u32,
    /// OPA knows no places inside of some nodes; all of them have this one.
    fixed: Option<Loc>,
    /// Something that cannot be written in a way that reads back.
    unclear: Option<Span>,
    /// Keywords in use that even v1 has to import.
    keywords: Vec<&'static str>,
}

/// The tree of a module.
///
/// # Errors
///
/// The place of an expression that cannot be written in a way that reads back.
pub(crate) fn module(module: &ast::Module, text: &str) -> Result<Module, Span> {
    let lines = std::iter::once(0)
        .chain(
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)),
        )
        .collect();
    let mut lower = Lower {
        text,
        lines,
        wildcards: 0,
        fixed: None,
        unclear: None,
        keywords: Vec::new(),
    };
    let lowered = lower.module(module);
    match lower.unclear {
        Some(span) => Err(span),
        None => Ok(lowered),
    }
}

impl Lower<'_> {
    fn module(&mut self, module: &ast::Module) -> Module {
        let path = module
            .package
            .path
            .iter()
            .enumerate()
            .map(|(position, part)| {
                if position == 0 {
                    self.var(&part.name, part.span)
                } else {
                    self.string(&part.name, part.span)
                }
            })
            .collect();
        let imports = module
            .imports
            .iter()
            .map(|import| Import {
                row: self.row(import.span.start),
                at: import.span.start,
                path: self.path(&import.path),
                alias: import.alias.as_ref().map(|alias| alias.name.clone()),
                added: false,
            })
            .collect();
        let mut rules = Vec::with_capacity(module.rules.len());
        for rule in &module.rules {
            self.rule(rule, &mut rules);
        }
        let comments = module
            .comments
            .iter()
            .map(|span| {
                let row = self.row(span.start);
                let first = usize::try_from(row)
                    .ok()
                    .and_then(|row| self.lines.get(row - 1))
                    .is_some_and(|start| *start == span.start);
                Comment {
                    row,
                    first,
                    text: (span.start, span.end),
                }
            })
            .collect();
        Module {
            package: self.loc(module.package.span),
            path,
            imports,
            rules,
            comments,
            keywords: std::mem::take(&mut self.keywords),
        }
    }

    pub(super) fn byte(&self, at: u32) -> u8 {
        self.text
            .as_bytes()
            .get(at as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The line of an offset.
    pub(super) fn row(&self, at: u32) -> u32 {
        let row = self.lines.partition_point(|start| *start <= at);
        u32::try_from(row).unwrap_or(u32::MAX)
    }

    pub(super) fn loc(&self, span: Span) -> Loc {
        self.loc_at(span.start, (span.start, span.end))
    }

    pub(super) fn loc_at(&self, at: u32, text: (u32, u32)) -> Loc {
        self.fixed.unwrap_or_else(|| Loc {
            row: self.row(at),
            at,
            text,
        })
    }

    pub(super) fn uses(&mut self, word: &'static str) {
        if !self.keywords.contains(&word) {
            self.keywords.push(word);
        }
    }

    /// Runs with one place for everything.
    fn with_fixed<T>(&mut self, loc: Option<Loc>, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.fixed, loc);
        let result = run(self);
        self.fixed = before;
        result
    }

    /// A rule; each of its chained bodies is one more.
    fn rule(&mut self, rule: &ast::Rule, out: &mut Vec<Rule>) {
        let end = rule
            .else_
            .last()
            .map(|last| last.span.end)
            .or(rule.bodies.first().map(|body| body.span.end))
            .unwrap_or(rule.head.span.end);
        let mut loc = self.loc_at(rule.span.start, (rule.span.start, end));
        let mut head = self.head(rule);
        if rule.bodies.is_empty()
            && !rule.default
            && head.args.is_some()
            && rule.head.value.is_none()
        {
            // Of a call alone, OPA knows the place of the name.
            loc = self.loc(rule.head.reference.span);
        }
        if rule.bodies.is_empty() && !rule.default {
            head.loc = loc;
        }
        let body = match rule.bodies.first() {
            Some(body) => self.query(&body.query),
            None => vec![always(loc)],
        };
        out.push(Rule {
            loc,
            default: rule.default,
            head,
            body,
            else_: self.else_(&rule.else_),
        });
        for body in rule.bodies.iter().skip(1) {
            let loc = self.loc(body.span);
            let mut head = self.with_fixed(Some(loc), |this| this.head(rule));
            head.implied = head.value.as_ref().is_some_and(Term::is_true);
            out.push(Rule {
                loc,
                default: false,
                head,
                body: self.query(&body.query),
                else_: None,
            });
        }
    }

    fn head(&mut self, rule: &ast::Rule) -> Head {
        let head = &rule.head;
        let loc = self.loc(head.span);
        let reference = self.path(&head.reference);
        let args: Option<Vec<Term>> = head
            .args
            .as_ref()
            // Without parameters it is no function.
            .filter(|args| !args.is_empty())
            .map(|args| args.iter().map(|arg| self.term(arg)).collect());
        let value = head.value.as_ref().map(|value| self.term(value));
        let mut made = Head {
            loc,
            reference,
            args,
            key: None,
            value,
            implied: false,
            assign: head.assign == Some(ast::AssignOp::Assign),
            is_else: false,
        };
        match &head.kind {
            ast::HeadKind::Contains(key) => made.key = Some(self.term(key)),
            ast::HeadKind::Value => implied(&mut made, rule, loc),
        }
        made
    }

    fn else_(&mut self, branches: &[ast::Else]) -> Option<Box<Rule>> {
        let end = branches.last()?.span.end;
        // From the last to the first: each holds the next.
        let mut next = None;
        for branch in branches.iter().rev() {
            let start = branch.span.start;
            let loc = self.loc_at(start, (start, end));
            let head_end = branch
                .value
                .as_ref()
                .map_or(start + 4, |value| value.span.end);
            let head_loc = self.loc_at(start, (start, head_end));
            let mut value = branch
                .value
                .as_ref()
                .map_or_else(|| truth(loc), |value| self.term(value));
            value.loc = head_loc;
            let body = match &branch.body {
                Some(body) if self.byte(body.span.start) == b'{' => self.query(&body.query),
                Some(body) => self.with_fixed(Some(loc), |this| this.query(&body.query)),
                None => vec![always(loc)],
            };
            next = Some(Box::new(Rule {
                loc,
                default: false,
                head: Head {
                    loc: head_loc,
                    reference: vec![
                        self.var("else", Span::new(branch.span.source, start, start + 4)),
                    ],
                    args: None,
                    key: None,
                    value: Some(value),
                    implied: false,
                    assign: branch.assign == Some(ast::AssignOp::Assign),
                    is_else: true,
                },
                body,
                else_: next,
            }));
        }
        next
    }
}

/// What a head without a value stands for, and which heads have a key beside their reference.
fn implied(head: &mut Head, rule: &ast::Rule, loc: Loc) {
    let steps = head.reference.len();
    let function = rule.head.args.is_some();
    let fact = rule.bodies.is_empty() && !rule.default;
    if fact {
        if head.value.is_none() {
            head.value = Some(truth(loc));
            head.implied = true;
        } else if steps == 2 && !function {
            head.key = head.reference.get(1).cloned();
        }
        return;
    }
    if rule.default {
        return;
    }
    if steps == 2 && !function {
        let key = head.reference.get(1);
        let single = if rule.head.has_if {
            key.is_some_and(|key| matches!(key.value, Value::Ref(_)) || !ground(key))
        } else {
            true
        };
        if single {
            head.key = key.cloned();
        }
        if head.value.is_none() {
            head.value = Some(truth(loc));
            head.implied = true;
        }
    } else if head.value.is_none() {
        head.value = Some(truth(loc));
    }
}

/// Whether there are no variables in a term; the root of a reference is none.
fn ground(term: &Term) -> bool {
    match &term.value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String { .. } => true,
        Value::Ref(path) => path.iter().skip(1).all(ground),
        Value::Call(items) | Value::Array(items) | Value::Set(items) => items.iter().all(ground),
        Value::Object(entries) => entries
            .iter()
            .all(|(key, value)| ground(key) && ground(value)),
        _ => false,
    }
}

fn truth(loc: Loc) -> Term {
    Term {
        loc,
        value: Value::Bool(true),
    }
}

/// The body that is always true.
fn always(loc: Loc) -> Expr {
    Expr {
        loc,
        negated: false,
        terms: Terms::Term(Box::new(truth(loc))),
        with: Vec::new(),
    }
}

impl Lower<'_> {
    pub(super) fn var(&mut self, name: &str, span: Span) -> Term {
        let wildcard = if name == "_" {
            self.wildcards += 1;
            self.wildcards
        } else {
            0
        };
        Term {
            loc: self.loc(span),
            value: Value::Var(Var {
                name: name.to_owned(),
                wildcard,
            }),
        }
    }
}

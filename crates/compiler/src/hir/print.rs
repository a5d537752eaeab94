//! HIR as text, for snapshots and debugging. Locals are written `name.number`, refs in Rego's way.

use std::fmt::Write;

use crate::hir::{
    Body, Branch, Callee, Clause, Expr, ExprKind, LocalId, LocalInfo, Program, RefHead, Rule,
    RuleKind, TemplatePart, Term, TermKind, WithTarget, WithValue,
};
use crate::ir::Const;
use crate::names::{data_ref, is_identifier, quoted};

/// The program as text: each rule with its clauses, then the queries.
#[must_use]
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    for rule in &program.rules {
        let mut printer = Printer {
            program,
            locals: &[],
            out: &mut out,
        };
        printer.rule(rule);
    }
    for query in &program.queries {
        let bindings: Vec<&str> = query
            .bindings
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "query {} -> {}", query.name, bindings.join(", "));
        let mut printer = Printer {
            program,
            locals: &query.locals,
            out: &mut out,
        };
        printer.body(&query.body, 1);
    }
    out
}

/// Writes with the names of one clause.
#[derive(Debug)]
struct Printer<'p> {
    program: &'p Program,
    locals: &'p [LocalInfo],
    out: &'p mut String,
}

impl<'p> Printer<'p> {
    fn line(&mut self, level: usize, text: &str) {
        for _ in 0..level {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn rule(&mut self, rule: &'p Rule) {
        let kind = match rule.kind {
            RuleKind::Complete => "complete".to_owned(),
            RuleKind::Set => "set".to_owned(),
            RuleKind::Object => "object".to_owned(),
            RuleKind::Function(arity) => format!("function/{arity}"),
        };
        self.line(0, &format!("{} ({kind})", rule.name()));
        if let Some(default) = &rule.default {
            self.locals = &default.locals;
            let value = self.term(&default.value, 1);
            self.line(1, &format!("default {value}"));
        }
        for clause in &rule.clauses {
            self.locals = &clause.locals;
            self.clause(clause);
        }
    }

    fn clause(&mut self, clause: &Clause) {
        let mut head = String::from("clause");
        if !clause.args.is_empty() {
            let _ = write!(head, " ({})", self.terms(&clause.args, 1));
        }
        for key in &clause.tail {
            let _ = write!(head, " [{}]", self.term(key, 1));
        }
        for (index, Branch { value, body, .. }) in clause.branches.iter().enumerate() {
            let word = if clause.member { "contains" } else { ":=" };
            let value = self.term(value, 1);
            let start = if index == 0 { head.as_str() } else { "else" };
            self.line(1, &format!("{start} {word} {value}"));
            self.body(body, 2);
        }
    }

    fn body(&mut self, body: &Body, level: usize) {
        for expr in &body.0 {
            let text = self.expr(expr, level);
            self.line(level, &text);
        }
    }

    /// A nested body: in one piece, each expression on a line of its own where there are more than one.
    fn block(&mut self, body: &Body, level: usize) -> String {
        match body.0.as_slice() {
            [] => "{}".to_owned(),
            [one] => format!("{{ {} }}", self.expr(one, level)),
            many => {
                let pad = "  ".repeat(level + 1);
                let lines: Vec<String> = many
                    .iter()
                    .map(|expr| format!("{pad}{}", self.expr(expr, level + 1)))
                    .collect();
                format!("{{\n{}\n{}}}", lines.join("\n"), "  ".repeat(level))
            }
        }
    }

    fn expr(&mut self, expr: &Expr, level: usize) -> String {
        let mut text = match &expr.kind {
            ExprKind::Term(term) => self.term(term, level),
            ExprKind::Unify(left, right) => {
                format!("{} = {}", self.term(left, level), self.term(right, level))
            }
            ExprKind::SomeIn {
                key,
                value,
                collection,
            } => {
                let key = key
                    .as_ref()
                    .map_or_else(String::new, |key| format!("{}, ", self.term(key, level)));
                let value = self.term(value, level);
                format!("some {key}{value} in {}", self.term(collection, level))
            }
            ExprKind::Relation { call, output } => {
                format!("{} <- {}", self.term(output, level), self.term(call, level))
            }
            ExprKind::Not(body) => format!("not {}", self.block(body, level)),
            ExprKind::Every {
                key,
                value,
                domain,
                body,
            } => {
                let key = key.map_or_else(String::new, |key| format!("{}, ", self.local(key)));
                let domain = self.term(domain, level);
                format!(
                    "every {key}{} in {domain} {}",
                    self.local(*value),
                    self.block(body, level)
                )
            }
            ExprKind::And(bodies) => self.blocks(bodies, " and ", level),
            ExprKind::Or(bodies) => self.blocks(bodies, " or ", level),
            ExprKind::Print(terms) => format!("print({})", self.terms(terms, level)),
        };
        for with in &expr.with {
            let target = match &with.target {
                WithTarget::Input(path) => data_ref(path).replacen("data", "input", 1),
                WithTarget::Data(path) => data_ref(path),
                WithTarget::Function(id) => self.callee(Callee::Function(*id)),
                WithTarget::Builtin(id) => self.callee(Callee::Builtin(*id)),
            };
            let value = match &with.value {
                WithValue::Term(term) => self.term(term, level),
                WithValue::Callee(callee) => self.callee(*callee),
            };
            let _ = write!(text, " with {target} as {value}");
        }
        text
    }

    fn blocks(&mut self, bodies: &[Body], word: &str, level: usize) -> String {
        let parts: Vec<String> = bodies.iter().map(|body| self.block(body, level)).collect();
        parts.join(word)
    }

    fn terms(&mut self, terms: &[Term], level: usize) -> String {
        let parts: Vec<String> = terms.iter().map(|term| self.term(term, level)).collect();
        parts.join(", ")
    }

    fn local(&self, id: LocalId) -> String {
        let name = self
            .locals
            .get(id.0 as usize)
            .map_or("?", |info| info.name.as_str());
        if name.starts_with("__local") {
            format!("${}", id.0)
        } else {
            format!("{name}.{}", id.0)
        }
    }

    fn callee(&self, callee: Callee) -> String {
        match callee {
            Callee::Builtin(id) => (self.program.builtins.get(id))
                .map_or("?", |builtin| builtin.name())
                .to_owned(),
            Callee::Function(id) => self
                .program
                .rules
                .get(id.0 as usize)
                .map_or_else(|| "?".to_owned(), Rule::name),
        }
    }

    fn term(&mut self, term: &Term, level: usize) -> String {
        match &term.kind {
            TermKind::Const(value) => constant(value),
            TermKind::Var(id) => self.local(*id),
            TermKind::Array(items) => format!("[{}]", self.terms(items, level)),
            TermKind::Set(items) => format!("{{{}}}", self.terms(items, level)),
            TermKind::Object(entries) => {
                let parts: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| {
                        format!("{}: {}", self.term(key, level), self.term(value, level))
                    })
                    .collect();
                format!("{{{}}}", parts.join(", "))
            }
            TermKind::Ref { head, path } => {
                let mut text = match head {
                    RefHead::Input => "input".to_owned(),
                    RefHead::Data => "data".to_owned(),
                    RefHead::Local(id) => self.local(*id),
                    RefHead::Term(head) => format!("({})", self.term(head, level)),
                };
                for key in path {
                    match &key.kind {
                        TermKind::Const(Const::String(key)) if is_identifier(key) => {
                            text.push('.');
                            text.push_str(key);
                        }
                        _ => {
                            let key = self.term(key, level);
                            let _ = write!(text, "[{key}]");
                        }
                    }
                }
                text
            }
            TermKind::Call { callee, args } => {
                format!("{}({})", self.callee(*callee), self.terms(args, level))
            }
            TermKind::ArrayComprehension { head, body } => {
                format!("[{} | {}]", self.term(head, level), self.block(body, level))
            }
            TermKind::SetComprehension { head, body } => {
                format!(
                    "{{{} | {}}}",
                    self.term(head, level),
                    self.block(body, level)
                )
            }
            TermKind::ObjectComprehension { key, value, body } => {
                let key = self.term(key, level);
                let value = self.term(value, level);
                format!("{{{key}: {value} | {}}}", self.block(body, level))
            }
            TermKind::Template(parts) => {
                let mut text = String::from("$\"");
                for part in parts {
                    match part {
                        TemplatePart::Text(piece) => text.push_str(piece),
                        TemplatePart::Term(term) => {
                            let term = self.term(term, level);
                            let _ = write!(text, "{{{term}}}");
                        }
                    }
                }
                text.push('"');
                text
            }
        }
    }
}

fn constant(value: &Const) -> String {
    let list = |values: &[Const]| values.iter().map(constant).collect::<Vec<_>>().join(", ");
    match value {
        Const::Null => "null".to_owned(),
        Const::Bool(value) => value.to_string(),
        Const::Number(text) => text.clone(),
        Const::String(text) => quoted(text),
        Const::Array(items) => format!("[{}]", list(items)),
        Const::Set(items) if items.is_empty() => "set()".to_owned(),
        Const::Set(items) => format!("{{{}}}", list(items)),
        Const::Object(entries) => {
            let parts: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", constant(key), constant(value)))
                .collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

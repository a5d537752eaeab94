//! Syntax trees as text, for snapshots and debugging: one S-expression a statement, without spans.

use std::fmt::Write;

use super::{
    AnnotationTarget, AssignOp, Else, Expr, ExprKind, HeadKind, Module, Operand, Query, Ref,
    RegoVersion, Rule, RuleBody, TemplatePart, Term, TermKind,
};

/// A module as text; ends in a line feed.
#[must_use]
pub fn module(module: &Module) -> String {
    let mut printer = Printer::default();
    let version = match module.version {
        RegoVersion::V0 => "v0",
        RegoVersion::V1 => "v1",
    };
    let path: Vec<&str> = module
        .package
        .path
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    printer.line(&format!("(package {version} {})", path.join(" ")));
    for import in &module.imports {
        let path: Vec<&str> = import.segments().collect();
        let alias = import
            .alias
            .as_ref()
            .map(|alias| format!(" as {}", alias.name))
            .unwrap_or_default();
        printer.line(&format!("(import {}{alias})", path.join(" ")));
    }
    for annotation in &module.annotations {
        let target = match annotation.target {
            AnnotationTarget::Package => "package".to_owned(),
            AnnotationTarget::Import(index) => format!("import {index}"),
            AnnotationTarget::Rule(index) => format!("rule {index}"),
            AnnotationTarget::Nothing => "nothing".to_owned(),
        };
        printer.line(&format!(
            "(annotation line {} of {target} {:?})",
            annotation.line, annotation.yaml
        ));
    }
    for rule in &module.rules {
        printer.rule(rule);
    }
    printer.out
}

/// A query as text, one line a statement.
#[must_use]
pub fn query(query: &Query) -> String {
    let mut printer = Printer::default();
    printer.query(query);
    printer.out
}

/// A term as text on one line.
#[must_use]
pub fn term(term: &Term) -> String {
    let mut out = String::new();
    write_term(&mut out, term);
    out
}

#[derive(Default)]
struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn nested(&mut self, title: &str, inner: impl FnOnce(&mut Printer)) {
        self.line(&format!("({title}"));
        self.indent += 1;
        inner(self);
        self.indent -= 1;
        // The closing parenthesis goes to the end of the last line.
        self.out.pop();
        self.out.push_str(")\n");
    }

    fn rule(&mut self, rule: &Rule) {
        let mut title = String::new();
        title.push_str(if rule.default { "default " } else { "rule " });
        write_ref(&mut title, &rule.head.reference);
        if let Some(args) = &rule.head.args {
            title.push_str(" (args");
            for arg in args {
                title.push(' ');
                write_term(&mut title, arg);
            }
            title.push(')');
        }
        if let HeadKind::Contains(key) = &rule.head.kind {
            title.push_str(" contains ");
            write_term(&mut title, key);
        }
        write_value(&mut title, rule.head.assign, rule.head.value.as_ref());
        if rule.head.has_if {
            title.push_str(" if");
        }
        self.nested(&title, |this| {
            for body in &rule.bodies {
                this.body(body);
            }
            for branch in &rule.else_ {
                this.else_branch(branch);
            }
        });
    }

    fn body(&mut self, body: &RuleBody) {
        self.nested("body", |this| this.query(&body.query));
    }

    fn else_branch(&mut self, branch: &Else) {
        let mut title = "else".to_owned();
        write_value(&mut title, branch.assign, branch.value.as_ref());
        self.nested(&title, |this| {
            if let Some(body) = &branch.body {
                this.body(body);
            }
        });
    }

    fn query(&mut self, query: &Query) {
        for expr in query {
            let mut line = String::new();
            write_expr(&mut line, expr);
            self.line(&line);
        }
    }
}

fn write_value(out: &mut String, assign: Option<AssignOp>, value: Option<&Term>) {
    if let Some(value) = value {
        out.push_str(match assign {
            Some(AssignOp::Unify) => " = ",
            _ => " := ",
        });
        write_term(out, value);
    }
}

fn write_query(out: &mut String, query: &Query) {
    for expr in query {
        out.push(' ');
        write_expr(out, expr);
    }
}

fn write_operands(out: &mut String, name: &str, operands: &[Operand]) {
    out.push('(');
    out.push_str(name);
    for operand in operands {
        if operand.explicit {
            out.push_str(" (braces");
            write_query(out, &operand.query);
            out.push(')');
        } else {
            write_query(out, &operand.query);
        }
    }
    out.push(')');
}

fn write_expr(out: &mut String, expr: &Expr) {
    for _ in &expr.with {
        out.push_str("(with ");
    }
    if expr.negated {
        out.push_str("(not ");
    }
    write_kind(out, &expr.kind);
    if expr.negated {
        out.push(')');
    }
    for with in &expr.with {
        out.push(' ');
        write_ref(out, &with.target);
        out.push_str(" as ");
        write_term(out, &with.value);
        out.push(')');
    }
}

fn write_kind(out: &mut String, kind: &ExprKind) {
    match kind {
        ExprKind::Term(term) => write_term(out, term),
        ExprKind::Unify(left, _, right) => write_pair(out, "=", left, right),
        ExprKind::Assign(left, _, right) => write_pair(out, ":=", left, right),
        ExprKind::Some(vars) => {
            out.push_str("(some");
            for var in vars {
                out.push(' ');
                out.push_str(&var.name);
            }
            out.push(')');
        }
        ExprKind::SomeIn(some) => {
            out.push_str("(some-in");
            for term in some.key.iter().chain([&some.value, &some.collection]) {
                out.push(' ');
                write_term(out, term);
            }
            out.push(')');
        }
        ExprKind::Every(every) => {
            out.push_str("(every");
            for var in every.key.iter().chain([&every.value]) {
                out.push(' ');
                out.push_str(&var.name);
            }
            out.push(' ');
            write_term(out, &every.domain);
            write_query(out, &every.body);
            out.push(')');
        }
        ExprKind::Not(not) => {
            out.push_str(if not.explicit {
                "(not-body"
            } else {
                "(not-expr"
            });
            write_query(out, &not.query);
            out.push(')');
        }
        ExprKind::And(operands) => write_operands(out, "and", operands),
        ExprKind::Or(operands) => write_operands(out, "or", operands),
    }
}

fn write_pair(out: &mut String, name: &str, left: &Term, right: &Term) {
    out.push('(');
    out.push_str(name);
    out.push(' ');
    write_term(out, left);
    out.push(' ');
    write_term(out, right);
    out.push(')');
}

fn write_list<'a>(out: &mut String, name: &str, terms: impl IntoIterator<Item = &'a Term>) {
    out.push('(');
    out.push_str(name);
    for term in terms {
        out.push(' ');
        write_term(out, term);
    }
    out.push(')');
}

fn write_ref(out: &mut String, reference: &Ref) {
    if reference.path.is_empty() {
        write_term(out, &reference.head);
        return;
    }
    out.push_str("(ref ");
    write_term(out, &reference.head);
    for arg in &reference.path {
        match (arg.dot, arg.term.as_str()) {
            (true, Some(name)) => {
                out.push_str(" .");
                out.push_str(name);
            }
            _ => {
                out.push_str(" [");
                write_term(out, &arg.term);
                out.push(']');
            }
        }
    }
    out.push(')');
}

fn write_term(out: &mut String, term: &Term) {
    match &term.kind {
        TermKind::Null => out.push_str("null"),
        TermKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        TermKind::Number(number) => out.push_str(number),
        // Writing to a string cannot fail.
        TermKind::String(text) => {
            let _ = write!(out, "{text:?}");
        }
        TermKind::Var(var) => out.push_str(&var.name),
        TermKind::Ref(reference) => write_ref(out, reference),
        TermKind::Call(call) => {
            let name = call.function.dotted();
            match name {
                Some(name) => write_list(out, &name, &call.args),
                None => {
                    out.push_str("(call ");
                    write_ref(out, &call.function);
                    write_list(out, " args", &call.args);
                    out.push(')');
                }
            }
        }
        TermKind::Array(items) => write_list(out, "array", items),
        TermKind::Set(items) => write_list(out, "set", items),
        TermKind::Object(entries) => {
            out.push_str("(object");
            for (key, value) in entries {
                out.push(' ');
                write_term(out, key);
                out.push_str(": ");
                write_term(out, value);
            }
            out.push(')');
        }
        TermKind::ArrayComprehension(comprehension) => {
            write_list(out, "array-of", [&*comprehension.term]);
            reopen(out, &comprehension.query);
        }
        TermKind::SetComprehension(comprehension) => {
            write_list(out, "set-of", [&*comprehension.term]);
            reopen(out, &comprehension.query);
        }
        TermKind::ObjectComprehension(comprehension) => {
            write_list(
                out,
                "object-of",
                [&*comprehension.key, &*comprehension.value],
            );
            reopen(out, &comprehension.query);
        }
        TermKind::TemplateString { parts, .. } => {
            out.push_str("(template");
            for part in parts {
                out.push(' ');
                match part {
                    TemplatePart::Text(text) => {
                        let _ = write!(out, "{text:?}");
                    }
                    TemplatePart::Expr(expr) => write_expr(out, expr),
                }
            }
            out.push(')');
        }
    }
}

/// Puts a query into the list that was just closed.
fn reopen(out: &mut String, query: &Query) {
    out.pop();
    out.push_str(" |");
    write_query(out, query);
    out.push(')');
}

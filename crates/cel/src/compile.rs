//! From the parser's tree to nodes: what each name means, and whether it exists.

use std::sync::Arc;

use cel::common::ast::{
    CallExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, ListExpr, LiteralValue, SelectExpr,
    SourceInfo, operators,
};

use crate::error::CompileError;
use crate::eval::with_room;
use crate::functions::{self, Function};
use crate::node::{Macro, MacroKind, Node, Operator};
use crate::program::{Declarations, Name};
use crate::value::{Key, Value};

/// The type of the object that holds a policy's variables.
const VARIABLES: &str = "variables";
/// The names of CEL's own types.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
];

/// The node that a tree is.
pub(crate) fn compile(
    source: &str,
    tree: &IdedExpr,
    places: &SourceInfo,
    declarations: &Declarations,
) -> Outcome {
    let mut compiler = Compiler {
        declarations,
        source,
        places,
        locals: Vec::new(),
    };
    compiler.expr(tree)
}

struct Compiler<'c> {
    declarations: &'c Declarations,
    source: &'c str,
    places: &'c SourceInfo,
    /// The names that macros bind, from the outermost; a place of its own each.
    locals: Vec<String>,
}

type Outcome = Result<Node, CompileError>;

fn boxed(outcome: Outcome) -> Result<Box<Node>, CompileError> {
    outcome.map(Box::new)
}

impl Compiler<'_> {
    fn error(&self, at: &IdedExpr, message: impl Into<String>) -> CompileError {
        self.error_at(at.id, message)
    }

    fn error_at(&self, id: u64, message: impl Into<String>) -> CompileError {
        let offset = self.places.offset_for(id).map_or(0, |(start, _)| start);
        // The parser counts characters.
        let offset = usize::try_from(offset).unwrap_or(0);
        let byte = self
            .source
            .char_indices()
            .nth(offset)
            .map_or(self.source.len(), |(at, _)| at);
        CompileError::at(self.source, byte, message)
    }

    fn expr(&mut self, expr: &IdedExpr) -> Outcome {
        with_room(|| match &expr.expr {
            Expr::Unspecified => Err(self.error(expr, "Syntax error: an expression is missing")),
            Expr::Literal(literal) => Ok(Node::Const(constant(literal))),
            Expr::Ident(name) => self.ident(expr, name),
            Expr::Select(select) => self.select(expr, select),
            Expr::Call(call) => self.call(expr, call),
            Expr::List(list) => self.list(list),
            Expr::Map(map) => self.map(expr, &map.entries),
            Expr::Struct(message) => Err(self.error(
                expr,
                format!(
                    "undeclared reference to '{}' (messages are not supported)",
                    message.type_name
                ),
            )),
            Expr::Comprehension(_) => Err(self.error(expr, "comprehensions are not supported")),
        })
    }

    fn local(&self, name: &str) -> Option<usize> {
        self.locals.iter().rposition(|local| local == name)
    }

    /// A declared name, unless a macro binds it.
    fn declared(&self, name: &str) -> Option<(usize, &Name)> {
        if self.local(name).is_some() {
            return None;
        }
        let mut names = self.declarations.names.iter().enumerate();
        names.find(|(_, declared)| declared.name == name)
    }

    fn ident(&mut self, expr: &IdedExpr, name: &str) -> Outcome {
        if let Some(slot) = self.local(name) {
            return Ok(Node::Local(slot));
        }
        if let Some((number, _)) = self.declared(name) {
            return Ok(Node::Name(number));
        }
        if TYPES.contains(&name) {
            return Ok(Node::Const(Value::Type(Arc::from(name))));
        }
        if name == VARIABLES {
            return Err(self.error(expr, "'variables' is only used as variables.NAME"));
        }
        let message = format!("undeclared reference to '{name}' (in container '')");
        Err(self.error(expr, message))
    }

    /// `variables.x`: the number of the variable.
    fn variable(
        &self,
        expr: &IdedExpr,
        operand: &IdedExpr,
        field: &str,
    ) -> Result<Option<usize>, CompileError> {
        if !matches!(&operand.expr, Expr::Ident(name) if name == VARIABLES && self.local(name).is_none())
        {
            return Ok(None);
        }
        match self.declarations.variables.get(field) {
            Some(number) => Ok(Some(*number)),
            None => Err(self.error(expr, format!("undefined field '{field}'"))),
        }
    }

    /// Whether a field may be selected of a declared object.
    fn check_field(
        &self,
        expr: &IdedExpr,
        operand: &IdedExpr,
        field: &str,
    ) -> Result<(), CompileError> {
        if let Expr::Ident(name) = &operand.expr
            && let Some((_, declared)) = self.declared(name)
            && let Some(fields) = declared.fields
            && !fields.contains(&field)
        {
            return Err(self.error(expr, format!("undefined field '{field}'")));
        }
        Ok(())
    }

    fn select(&mut self, expr: &IdedExpr, select: &SelectExpr) -> Outcome {
        // The parser expands no macro, so none of its selections is a test.
        if select.test {
            return self.has(expr, &select.operand, &select.field);
        }
        if let Some(number) = self.variable(expr, &select.operand, &select.field)? {
            return Ok(Node::Variable(number));
        }
        self.check_field(expr, &select.operand, &select.field)?;
        let operand = boxed(self.expr(&select.operand))?;
        Ok(Node::Select(operand, Arc::from(select.field.as_str())))
    }

    fn has(&mut self, expr: &IdedExpr, operand: &IdedExpr, field: &str) -> Outcome {
        // A declared variable is there, whatever its value.
        if self.variable(expr, operand, field)?.is_some() {
            return Ok(Node::Const(Value::Bool(true)));
        }
        self.check_field(expr, operand, field)?;
        let operand = boxed(self.expr(operand))?;
        Ok(Node::Has(operand, Arc::from(field)))
    }

    fn list(&mut self, list: &ListExpr) -> Outcome {
        let optional = |at: usize| list.optional_indices.contains(&at);
        let elements = list.elements.iter().enumerate();
        elements
            .map(|(at, element)| Ok((self.expr(element)?, optional(at))))
            .collect::<Result<_, _>>()
            .map(Node::List)
    }

    fn map(&mut self, expr: &IdedExpr, entries: &[IdedEntryExpr]) -> Outcome {
        let mut compiled = Vec::with_capacity(entries.len());
        for entry in entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Err(self.error(expr, "messages are not supported"));
            };
            let key = self.expr(&entry.key)?;
            if let Node::Const(value) = &key
                && Key::literal(value).is_none()
            {
                let message = format!("unsupported key type: {}", value.type_name());
                return Err(self.error(&entry.key, message));
            }
            compiled.push((key, self.expr(&entry.value)?, entry.optional));
        }
        Ok(Node::Map(compiled))
    }

    fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Outcome {
        if let Some(outcome) = self.operator(call) {
            return outcome;
        }
        if let Some(outcome) = self.special(expr, call) {
            return outcome;
        }
        if let Some(found) =
            functions::find(&call.func_name, call.target.is_some(), call.args.len())
            && self.namespaced(call).is_none()
        {
            let operands = call.target.as_deref().into_iter().chain(&call.args);
            let operands = operands
                .map(|arg| self.expr(arg))
                .collect::<Result<_, _>>()?;
            return self.finish(expr, found, operands);
        }
        if let Some(found) = self.namespaced(call) {
            let operands = call.args.iter().map(|arg| self.expr(arg));
            let operands = operands.collect::<Result<_, _>>()?;
            return self.finish(expr, found, operands);
        }
        let name = match (
            call.target.as_deref().map(|t| &t.expr),
            call.func_name.as_str(),
        ) {
            (Some(Expr::Ident(space)), name) if functions::is_namespace(space) => {
                format!("{space}.{name}")
            }
            (_, name) => name.to_owned(),
        };
        let message = if functions::is_name(&call.func_name, call.target.is_some()) {
            let n = call.args.len();
            format!(
                "found no matching overload for '{name}' with {n} argument{}",
                if n == 1 { "" } else { "s" }
            )
        } else {
            format!("undeclared reference to '{name}' (in container '')")
        };
        Err(self.error(expr, message))
    }

    /// `sets.contains(…)`: the parser takes the name space for a target.
    fn namespaced(&self, call: &CallExpr) -> Option<&'static Function> {
        let target = call.target.as_deref()?;
        let Expr::Ident(space) = &target.expr else {
            return None;
        };
        if self.local(space).is_some() || self.declared(space).is_some() {
            return None;
        }
        functions::find(
            &format!("{space}.{}", call.func_name),
            false,
            call.args.len(),
        )
    }

    /// A call. A regular expression that stands there is checked now.
    fn finish(
        &mut self,
        expr: &IdedExpr,
        function: &'static Function,
        operands: Vec<Node>,
    ) -> Outcome {
        if let Some(check) = function.check {
            let constants: Vec<Option<&Value>> = operands
                .iter()
                .map(|node| match node {
                    Node::Const(value) => Some(value),
                    _ => None,
                })
                .collect();
            check(&constants).map_err(|message| self.error(expr, message))?;
        }
        Ok(Node::Call(function, operands))
    }

    fn operator(&mut self, call: &CallExpr) -> Option<Outcome> {
        let binary = |op: &str| {
            Some(match op {
                operators::ADD => Operator::Add,
                operators::SUBSTRACT => Operator::Subtract,
                operators::MULTIPLY => Operator::Multiply,
                operators::DIVIDE => Operator::Divide,
                operators::MODULO => Operator::Modulo,
                operators::EQUALS => Operator::Equals,
                operators::NOT_EQUALS => Operator::NotEquals,
                operators::LESS => Operator::Less,
                operators::LESS_EQUALS => Operator::LessEquals,
                operators::GREATER => Operator::Greater,
                operators::GREATER_EQUALS => Operator::GreaterEquals,
                operators::IN => Operator::In,
                _ => return None,
            })
        };
        Some(match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, then, otherwise]) => {
                let parts = (|| {
                    Ok((
                        boxed(self.expr(condition))?,
                        boxed(self.expr(then))?,
                        boxed(self.expr(otherwise))?,
                    ))
                })();
                parts.map(|(c, t, o)| Node::Conditional(c, t, o))
            }
            (operators::LOGICAL_AND, [a, b]) => self.two(a, b, Node::And),
            (operators::LOGICAL_OR, [a, b]) => self.two(a, b, Node::Or),
            (operators::INDEX, [a, b]) => self.two(a, b, Node::Index),
            (operators::OPT_INDEX, [a, b]) => self.two(a, b, Node::OptionalIndex),
            (operators::OPT_SELECT, [a, b]) => match &b.expr {
                Expr::Literal(LiteralValue::String(field)) => {
                    let field = Arc::from(field.inner());
                    boxed(self.expr(a)).map(|a| Node::OptionalSelect(a, field))
                }
                _ => Err(self.error(b, "unsupported optional field selection")),
            },
            (operators::LOGICAL_NOT, [a]) => boxed(self.expr(a)).map(Node::Not),
            (operators::NEGATE, [a]) => boxed(self.expr(a)).map(Node::Negate),
            (name, [a, b]) => {
                let op = binary(name)?;
                self.two(a, b, |a, b| Node::Binary(op, a, b))
            }
            _ => return None,
        })
    }

    fn two(
        &mut self,
        a: &IdedExpr,
        b: &IdedExpr,
        make: impl FnOnce(Box<Node>, Box<Node>) -> Node,
    ) -> Outcome {
        let a = boxed(self.expr(a))?;
        let b = boxed(self.expr(b))?;
        Ok(make(a, b))
    }

    /// Macros, and functions that do not evaluate all of their arguments.
    fn special(&mut self, expr: &IdedExpr, call: &CallExpr) -> Option<Outcome> {
        let target = call.target.as_deref();
        let name = call.func_name.as_str();
        let args = call.args.as_slice();
        Some(match (target, name, args) {
            (None, "has", [arg]) => match &arg.expr {
                Expr::Select(select) => self.has(arg, &select.operand, &select.field),
                _ => Err(self.error(arg, "invalid argument to has() macro")),
            },
            (None, "has", _) => Err(self.error(expr, "has() takes one argument")),
            (Some(a), "or", [b]) => self.two(a, b, |a, b| Node::Otherwise(a, b, false)),
            (Some(a), "orValue", [b]) => self.two(a, b, |a, b| Node::Otherwise(a, b, true)),
            (Some(range), "all", [x, p]) => self.one(range, x, MacroKind::All, None, Some(p)),
            (Some(range), "exists", [x, p]) => self.one(range, x, MacroKind::Exists, None, Some(p)),
            (Some(range), "exists_one" | "existsOne", [x, p]) => {
                self.one(range, x, MacroKind::ExistsOne, None, Some(p))
            }
            (Some(range), "map", [x, t]) => self.one(range, x, MacroKind::List, None, Some(t)),
            (Some(range), "map", [x, p, t]) => {
                self.one(range, x, MacroKind::List, Some(p), Some(t))
            }
            (Some(range), "filter", [x, p]) => self.one(range, x, MacroKind::List, Some(p), None),
            (Some(range), "sortBy", [x, t]) => self.one(range, x, MacroKind::SortBy, None, Some(t)),
            (Some(value), "optMap", [x, t]) => self.one(value, x, MacroKind::OptMap, None, Some(t)),
            (Some(value), "optFlatMap", [x, t]) => {
                self.one(value, x, MacroKind::OptFlatMap, None, Some(t))
            }
            (Some(range), _, [k, v, rest @ ..]) => {
                let (kind, filter, body) = match (name, rest) {
                    ("all", [p]) => (MacroKind::All, None, p),
                    ("exists", [p]) => (MacroKind::Exists, None, p),
                    ("exists_one" | "existsOne", [p]) => (MacroKind::ExistsOne, None, p),
                    ("transformList", [t]) => (MacroKind::List, None, t),
                    ("transformList", [p, t]) => (MacroKind::List, Some(p), t),
                    ("transformMap", [t]) => (MacroKind::TransformMap, None, t),
                    ("transformMap", [p, t]) => (MacroKind::TransformMap, Some(p), t),
                    ("transformMapEntry", [t]) => (MacroKind::TransformMapEntry, None, t),
                    ("transformMapEntry", [p, t]) => (MacroKind::TransformMapEntry, Some(p), t),
                    _ => return None,
                };
                self.bind(range, &[k, v], kind, filter, Some(body))
            }
            _ => return None,
        })
    }

    fn one(
        &mut self,
        range: &IdedExpr,
        name: &IdedExpr,
        kind: MacroKind,
        filter: Option<&IdedExpr>,
        body: Option<&IdedExpr>,
    ) -> Outcome {
        self.bind(range, &[name], kind, filter, body)
    }

    fn bind(
        &mut self,
        range: &IdedExpr,
        names: &[&IdedExpr],
        kind: MacroKind,
        filter: Option<&IdedExpr>,
        body: Option<&IdedExpr>,
    ) -> Outcome {
        let range = self.expr(range)?;
        let slot = self.locals.len();
        for name in names {
            match &name.expr {
                Expr::Ident(local) if !local.starts_with('.') => self.locals.push(local.clone()),
                _ => {
                    self.locals.truncate(slot);
                    return Err(self.error(name, "argument must be a simple name"));
                }
            }
        }
        let filter = filter.map(|e| self.expr(e)).transpose();
        let body = body.map(|e| self.expr(e)).transpose();
        self.locals.truncate(slot);
        Ok(Node::Macro(Box::new(Macro {
            kind,
            range,
            slot,
            pairs: names.len() == 2,
            filter: filter?,
            body: body?,
        })))
    }
}

fn constant(literal: &LiteralValue) -> Value {
    match literal {
        LiteralValue::Boolean(b) => Value::Bool(*b.inner()),
        LiteralValue::Bytes(b) => Value::Bytes(Arc::from(b.inner())),
        LiteralValue::Double(d) => Value::Double(*d.inner()),
        LiteralValue::Int(i) => Value::Int(*i.inner()),
        LiteralValue::Null => Value::Null,
        LiteralValue::String(s) => Value::from(s.inner()),
        LiteralValue::UInt(u) => Value::Uint(*u.inner()),
    }
}

//! A compact text of the IR, for snapshots and for people.
//!
//! Locals are `$0`, functions `f0`, constants stand as they are (`#0` where a block is printed without its policy).
//! `x = source[key]` fails where there is no value, `x =? source[key]` makes `x` undefined.

use std::fmt::{self, Display, Formatter};

use super::{
    Block, CompareOp, Const, ConstId, Func, FuncId, Local, Operand, Override, Policy, Stmt,
};

impl Display for Policy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, entry) in self.entrypoints.iter().enumerate() {
            writeln!(
                f,
                "entry {i} {} = {}",
                entry.name,
                name(Some(self), entry.func)
            )?;
        }
        if self.memo_slots > 0 || self.override_slots > 0 {
            writeln!(
                f,
                "memo {}, overrides {}",
                self.memo_slots, self.override_slots
            )?;
        }
        for (i, func) in self.funcs.iter().enumerate() {
            if i > 0 || !self.entrypoints.is_empty() {
                writeln!(f)?;
            }
            write!(f, "f{i} ")?;
            Printer { policy: Some(self) }.func(f, func)?;
        }
        Ok(())
    }
}

impl Display for Func {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer { policy: None }.func(f, self)
    }
}

impl Display for Block {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer { policy: None }.block(f, self, 0)
    }
}

impl Display for Const {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Const::Null => f.write_str("null"),
            Const::Bool(b) => write!(f, "{b}"),
            Const::Number(text) => f.write_str(text),
            Const::String(text) => write!(f, "{text:?}"),
            Const::Array(items) => list(f, "[", items, "]"),
            Const::Set(items) if items.is_empty() => f.write_str("set()"),
            Const::Set(items) => list(f, "{", items, "}"),
            Const::Object(entries) => {
                f.write_str("{")?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{key}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

impl Display for CompareOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CompareOp::Equal => "==",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterEqual => ">=",
        })
    }
}

fn list(f: &mut Formatter<'_>, open: &str, items: &[Const], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        write!(f, "{comma}{item}")?;
    }
    f.write_str(close)
}

fn name(policy: Option<&Policy>, id: FuncId) -> String {
    match policy.and_then(|policy| policy.funcs.get(id.index())) {
        Some(func) => format!("f{} {}", id.0, func.name),
        None => format!("f{}", id.0),
    }
}

/// Prints with the constants and names of a policy, if there is one.
struct Printer<'a> {
    policy: Option<&'a Policy>,
}

impl Printer<'_> {
    fn func(&self, f: &mut Formatter<'_>, func: &Func) -> fmt::Result {
        write!(f, "{}({})", func.name, locals(0..func.params))?;
        if func.locals > func.params {
            write!(f, " locals {}", func.locals - func.params)?;
        }
        if let Some(memo) = func.memo {
            write!(f, " memo {}", memo.0)?;
        }
        f.write_str(" {\n")?;
        self.block(f, &func.body, 1)?;
        f.write_str("}\n")
    }

    fn block(&self, f: &mut Formatter<'_>, block: &Block, depth: usize) -> fmt::Result {
        block.0.iter().try_for_each(|stmt| {
            write!(f, "{:1$}", "", depth * 2)?;
            self.stmt(f, stmt, depth)?;
            f.write_str("\n")
        })
    }

    /// A block in braces, on lines of its own.
    fn braces(&self, f: &mut Formatter<'_>, block: &Block, depth: usize) -> fmt::Result {
        f.write_str("{\n")?;
        self.block(f, block, depth + 1)?;
        write!(f, "{:1$}}}", "", depth * 2)
    }

    fn stmt(&self, f: &mut Formatter<'_>, stmt: &Stmt, depth: usize) -> fmt::Result {
        match stmt {
            Stmt::Block(body) => {
                f.write_str("block ")?;
                self.braces(f, body, depth)
            }
            Stmt::Not(body) => {
                f.write_str("not ")?;
                self.braces(f, body, depth)
            }
            Stmt::Any(blocks) => {
                f.write_str("any")?;
                blocks.iter().try_for_each(|block| {
                    f.write_str(" ")?;
                    self.braces(f, block, depth)
                })
            }
            Stmt::Scan {
                source,
                key,
                value,
                body,
            } => {
                let (key, value) = (local(*key), local(*value));
                write!(f, "scan {key}, {value} in {} ", self.op(*source))?;
                self.braces(f, body, depth)
            }
            Stmt::Switch { on, cases, default } => {
                writeln!(f, "switch {} {{", self.op(*on))?;
                for (case, body) in cases {
                    write!(f, "{:2$}{} ", "", self.constant(*case), depth * 2 + 2)?;
                    self.braces(f, body, depth + 1)?;
                    f.write_str("\n")?;
                }
                if !default.0.is_empty() {
                    write!(f, "{:1$}default ", "", depth * 2 + 2)?;
                    self.braces(f, default, depth + 1)?;
                    f.write_str("\n")?;
                }
                write!(f, "{:1$}}}", "", depth * 2)
            }
            Stmt::With {
                id,
                overrides,
                body,
            } => {
                let changes: Vec<String> = overrides.iter().map(|o| self.change(o)).collect();
                write!(f, "with {} [{}] ", id.0, changes.join(", "))?;
                self.braces(f, body, depth)
            }
            Stmt::Outer { with, body } => {
                write!(f, "outer {} ", with.0)?;
                self.braces(f, body, depth)
            }
            _ => self.simple(f, stmt),
        }
    }

    /// Statements without blocks.
    fn simple(&self, f: &mut Formatter<'_>, stmt: &Stmt) -> fmt::Result {
        match stmt {
            Stmt::Fail => f.write_str("fail"),
            Stmt::Complete => f.write_str("complete"),
            Stmt::Copy { dst, src } => write!(f, "{} = {}", local(*dst), self.op(*src)),
            Stmt::Reset(dst) => write!(f, "{} = undefined", local(*dst)),
            Stmt::Input(dst) => write!(f, "{} = input", local(*dst)),
            Stmt::Data(dst) => write!(f, "{} = data", local(*dst)),
            Stmt::LoadSlot { dst, slot } => write!(f, "{} =? override {}", local(*dst), slot.0),
            Stmt::Dot { dst, source, key } => {
                let (source, key) = (self.op(*source), self.op(*key));
                write!(f, "{} = {source}[{key}]", local(*dst))
            }
            Stmt::TryDot { dst, source, key } => {
                let (source, key) = (self.op(*source), self.op(*key));
                write!(f, "{} =? {source}[{key}]", local(*dst))
            }
            Stmt::Narrow {
                dst,
                source,
                path,
                on,
                memo,
            } => {
                let (source, path, on) = (self.op(*source), self.path(path), self.op(*on));
                write!(
                    f,
                    "{} = {source} where item{path} == {on} memo {}",
                    local(*dst),
                    memo.0
                )
            }
            Stmt::Call { dst, func, args } => {
                let (func, args) = (name(self.policy, *func), self.ops(args));
                write!(f, "{} = call {func}({args})", local(*dst))
            }
            Stmt::CallClause { dst, func, args } => {
                let (func, args) = (name(self.policy, *func), self.ops(args));
                write!(f, "{} =? call {func}({args})", local(*dst))
            }
            Stmt::Builtin {
                dst, builtin, args, ..
            } => {
                let entry = self.policy.and_then(|policy| policy.builtin(*builtin));
                let name = entry.map_or("?", |entry| entry.name());
                write!(f, "{} = {name}({})", local(*dst), self.ops(args))
            }
            Stmt::Test { op, a, b } => write!(f, "test {} {op} {}", self.op(*a), self.op(*b)),
            Stmt::Compare { dst, op, a, b } => {
                let (a, b) = (self.op(*a), self.op(*b));
                write!(f, "{} = {a} {op} {b}", local(*dst))
            }
            Stmt::AssignOnce { dst, src, .. } => {
                write!(f, "{} once = {}", local(*dst), self.op(*src))
            }
            Stmt::Merge { dst, a, b } => {
                let (a, b) = (self.op(*a), self.op(*b));
                write!(f, "{} = merge {a}, {b}", local(*dst))
            }
            Stmt::Return(value) => write!(f, "return {}", self.op(*value)),
            Stmt::Trace { site, value, slots } => {
                let slots: Vec<String> = slots
                    .iter()
                    .map(|(container, key)| match key {
                        Some(key) => format!("{}[{}]", self.op(*container), self.op(*key)),
                        None => self.op(*container),
                    })
                    .collect();
                let (value, slots) = (self.op(*value), slots.join(", "));
                write!(f, "trace {} {value} [{slots}]", site.0)
            }
            Stmt::Cover(id) => write!(f, "cover {}", id.0),
            Stmt::Print { values, .. } => write!(f, "print {}", self.op(*values)),
            _ => self.collection(f, stmt),
        }
    }

    /// Statements that check, make and fill collections.
    fn collection(&self, f: &mut Formatter<'_>, stmt: &Stmt) -> fmt::Result {
        match stmt {
            Stmt::IsTruthy(value) => write!(f, "truthy {}", self.op(*value)),
            Stmt::IsDefined(value) => write!(f, "defined {}", self.op(*value)),
            Stmt::IsUndefined(value) => write!(f, "undefined {}", self.op(*value)),
            Stmt::IsArray(value, len) => write!(f, "array of {len} {}", self.op(*value)),
            Stmt::IsObject(value, len) => write!(f, "object of {len} {}", self.op(*value)),
            Stmt::IsCollection(value) => write!(f, "collection {}", self.op(*value)),
            Stmt::MakeArray { dst, items } => {
                write!(f, "{} = array [{}]", local(*dst), self.ops(items))
            }
            Stmt::MakeSet { dst, items } => {
                write!(f, "{} = set {{{}}}", local(*dst), self.ops(items))
            }
            Stmt::MakeObject { dst, entries } => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.op(*key), self.op(*value)))
                    .collect();
                write!(f, "{} = object {{{}}}", local(*dst), entries.join(", "))
            }
            Stmt::Push { array, item } => write!(f, "push {}, {}", self.op(*array), self.op(*item)),
            Stmt::Add { set, item } => write!(f, "add {}, {}", self.op(*set), self.op(*item)),
            Stmt::AddNew { set, item } => {
                write!(f, "add new {}, {}", self.op(*set), self.op(*item))
            }
            Stmt::Insert {
                object,
                path,
                value,
                ..
            } => write!(f, "insert {} = {}", self.at(*object, path), self.op(*value)),
            Stmt::AddAt {
                object, path, item, ..
            } => write!(f, "add {}, {}", self.at(*object, path), self.op(*item)),
            // All others are printed above.
            _ => Ok(()),
        }
    }

    fn change(&self, change: &Override) -> String {
        match change {
            Override::Input { path, value } => {
                format!("input{} = {}", self.path(path), self.op(*value))
            }
            Override::Data { path, value } => {
                format!("data{} = {}", self.path(path), self.op(*value))
            }
            Override::Slot { slot, value } => format!("slot {} = {}", slot.0, self.op(*value)),
            Override::ClearSlot { slot } => format!("slot {} = undefined", slot.0),
            Override::PatchSlot { slot, path, value } => {
                let (path, value) = (self.path(path), self.op(*value));
                format!("slot {}{path} = {value}", slot.0)
            }
        }
    }

    fn path(&self, keys: &[ConstId]) -> String {
        keys.iter()
            .map(|key| format!("[{}]", self.constant(*key)))
            .collect()
    }

    fn at(&self, object: Operand, path: &[Operand]) -> String {
        let keys: String = path
            .iter()
            .map(|key| format!("[{}]", self.op(*key)))
            .collect();
        format!("{}{keys}", self.op(object))
    }

    fn op(&self, operand: Operand) -> String {
        match operand {
            Operand::Local(at) => local(at),
            Operand::Const(id) => self.constant(id),
        }
    }

    fn ops(&self, operands: &[Operand]) -> String {
        let operands: Vec<String> = operands.iter().map(|operand| self.op(*operand)).collect();
        operands.join(", ")
    }

    fn constant(&self, id: ConstId) -> String {
        match self.policy.and_then(|policy| policy.consts.get(id.index())) {
            Some(constant) => constant.to_string(),
            None => format!("#{}", id.0),
        }
    }
}

fn local(local: Local) -> String {
    format!("${}", local.0)
}

fn locals(range: std::ops::Range<u32>) -> String {
    let names: Vec<String> = range.map(|i| local(Local(i))).collect();
    names.join(", ")
}

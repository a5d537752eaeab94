//! Walks over statements: their blocks, what they read and what they write.

use super::{Block, Local, Operand, Override, Stmt};

impl Block {
    /// Calls `f` with each statement, outer ones first.
    pub fn visit<'a>(&'a self, f: &mut dyn FnMut(&'a Stmt)) {
        for stmt in &self.0 {
            f(stmt);
            for block in stmt.blocks() {
                block.visit(f);
            }
        }
    }
}

impl Stmt {
    /// The blocks that the statement owns, in order.
    #[must_use]
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Stmt::Block(body)
            | Stmt::Not(body)
            | Stmt::Scan { body, .. }
            | Stmt::With { body, .. }
            | Stmt::Outer { body, .. } => vec![body],
            Stmt::Any(blocks) => blocks.iter().collect(),
            Stmt::Switch { cases, default, .. } => cases
                .iter()
                .map(|(_, body)| body)
                .chain([default])
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Calls `f` with each operand that the statement itself reads, leaving out those of its blocks.
    pub fn operands(&self, f: &mut dyn FnMut(Operand)) {
        match self {
            Stmt::Block(_)
            | Stmt::Not(_)
            | Stmt::Any(_)
            | Stmt::Fail
            | Stmt::Complete
            | Stmt::Reset(_)
            | Stmt::Cover(_)
            | Stmt::Input(_)
            | Stmt::Data(_)
            | Stmt::LoadSlot { .. }
            | Stmt::Outer { .. } => {}
            Stmt::Scan { source, .. } => f(*source),
            Stmt::Switch { on, .. } => f(*on),
            Stmt::Copy { src, .. } => f(*src),
            Stmt::Dot { source, key, .. } | Stmt::TryDot { source, key, .. } => {
                f(*source);
                f(*key);
            }
            Stmt::Narrow { source, on, .. } => {
                f(*source);
                f(*on);
            }
            Stmt::Call { args, .. }
            | Stmt::CallClause { args, .. }
            | Stmt::Builtin { args, .. } => args.iter().for_each(|arg| f(*arg)),
            Stmt::Test { a, b, .. } | Stmt::Compare { a, b, .. } | Stmt::Merge { a, b, .. } => {
                f(*a);
                f(*b);
            }
            Stmt::IsTruthy(v)
            | Stmt::IsDefined(v)
            | Stmt::IsUndefined(v)
            | Stmt::IsArray(v, _)
            | Stmt::IsObject(v, _)
            | Stmt::IsCollection(v)
            | Stmt::Return(v) => f(*v),
            Stmt::MakeArray { items, .. } | Stmt::MakeSet { items, .. } => {
                items.iter().for_each(|item| f(*item));
            }
            Stmt::MakeObject { entries, .. } => entries.iter().for_each(|(key, value)| {
                f(*key);
                f(*value);
            }),
            Stmt::Push { array: to, item }
            | Stmt::Add { set: to, item }
            | Stmt::AddNew { set: to, item } => {
                f(*to);
                f(*item);
            }
            Stmt::Insert {
                object,
                path,
                value: last,
                ..
            }
            | Stmt::AddAt {
                object,
                path,
                item: last,
                ..
            } => {
                f(*object);
                path.iter().for_each(|key| f(*key));
                f(*last);
            }
            // It is read as well: whether it has a value already.
            Stmt::AssignOnce { dst, src, .. } => {
                f(Operand::Local(*dst));
                f(*src);
            }
            Stmt::With { overrides, .. } => overrides.iter().for_each(|change| change.operands(f)),
            Stmt::Trace { value, slots, .. } => {
                f(*value);
                for (container, key) in slots {
                    f(*container);
                    if let Some(key) = key {
                        f(*key);
                    }
                }
            }
            Stmt::Print { values, .. } => f(*values),
        }
    }

    /// The locals that the statement itself writes, leaving out those that its blocks write.
    #[must_use]
    pub fn writes(&self) -> [Option<Local>; 2] {
        match self {
            Stmt::Scan { key, value, .. } => [Some(*key), Some(*value)],
            Stmt::Reset(dst)
            | Stmt::Input(dst)
            | Stmt::Data(dst)
            | Stmt::Copy { dst, .. }
            | Stmt::LoadSlot { dst, .. }
            | Stmt::Dot { dst, .. }
            | Stmt::TryDot { dst, .. }
            | Stmt::Narrow { dst, .. }
            | Stmt::Call { dst, .. }
            | Stmt::CallClause { dst, .. }
            | Stmt::Builtin { dst, .. }
            | Stmt::Compare { dst, .. }
            | Stmt::MakeArray { dst, .. }
            | Stmt::MakeSet { dst, .. }
            | Stmt::MakeObject { dst, .. }
            | Stmt::AssignOnce { dst, .. }
            | Stmt::Merge { dst, .. } => [Some(*dst), None],
            _ => [None, None],
        }
    }
}

impl Override {
    /// Calls `f` with each operand that the replacement reads.
    pub fn operands(&self, f: &mut dyn FnMut(Operand)) {
        match self {
            Override::Input { value, .. }
            | Override::Data { value, .. }
            | Override::Slot { value, .. }
            | Override::PatchSlot { value, .. } => f(*value),
            Override::ClearSlot { .. } => {}
        }
    }
}

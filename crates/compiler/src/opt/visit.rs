//! What a statement reads, sets and owns.

use crate::ir::{Block, Local, Operand, Override, Stmt};

/// Calls `f` for each operand that the statement itself reads (not for those in its blocks).
pub(super) fn operands(stmt: &mut Stmt, f: &mut impl FnMut(&mut Operand)) {
    match stmt {
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
        Stmt::Scan { source: o, .. }
        | Stmt::Switch { on: o, .. }
        | Stmt::Copy { src: o, .. }
        | Stmt::IsTruthy(o)
        | Stmt::IsDefined(o)
        | Stmt::IsUndefined(o)
        | Stmt::IsArray(o, _)
        | Stmt::IsObject(o, _)
        | Stmt::IsCollection(o)
        | Stmt::AssignOnce { src: o, .. }
        | Stmt::Return(o)
        | Stmt::Print { values: o, .. } => f(o),
        Stmt::Dot { source, key, .. } | Stmt::TryDot { source, key, .. } => {
            f(source);
            f(key);
        }
        Stmt::Narrow { source, on, .. } => {
            f(source);
            f(on);
        }
        Stmt::Call { args, .. }
        | Stmt::CallClause { args, .. }
        | Stmt::Builtin { args, .. }
        | Stmt::MakeArray { items: args, .. }
        | Stmt::MakeSet { items: args, .. } => args.iter_mut().for_each(f),
        Stmt::Test { a, b, .. } | Stmt::Compare { a, b, .. } | Stmt::Merge { a, b, .. } => {
            f(a);
            f(b);
        }
        Stmt::MakeObject { entries, .. } => entries.iter_mut().for_each(|(k, v)| {
            f(k);
            f(v);
        }),
        Stmt::Push { array: c, item }
        | Stmt::Add { set: c, item }
        | Stmt::AddNew { set: c, item } => {
            f(c);
            f(item);
        }
        Stmt::Insert {
            object,
            path,
            value,
            ..
        }
        | Stmt::AddAt {
            object,
            path,
            item: value,
            ..
        } => {
            f(object);
            path.iter_mut().for_each(&mut *f);
            f(value);
        }
        Stmt::With { overrides, .. } => {
            for o in overrides {
                match o {
                    Override::Input { value, .. }
                    | Override::Data { value, .. }
                    | Override::Slot { value, .. }
                    | Override::PatchSlot { value, .. } => f(value),
                    Override::ClearSlot { .. } => {}
                }
            }
        }
        Stmt::Trace { value, slots, .. } => {
            f(value);
            for (container, key) in slots {
                f(container);
                if let Some(key) = key {
                    f(key);
                }
            }
        }
    }
}

/// Calls `f` for each block that the statement owns.
pub(super) fn blocks(stmt: &mut Stmt, f: &mut impl FnMut(&mut Block)) {
    match stmt {
        Stmt::Block(body)
        | Stmt::Not(body)
        | Stmt::Scan { body, .. }
        | Stmt::With { body, .. }
        | Stmt::Outer { body, .. } => f(body),
        Stmt::Any(bodies) => bodies.iter_mut().for_each(f),
        Stmt::Switch { cases, default, .. } => {
            cases.iter_mut().for_each(|(_, body)| f(body));
            f(default);
        }
        _ => {}
    }
}

/// Calls `f` for each local that the statement sets, those in its blocks included.
pub(super) fn sets(stmt: &Stmt, f: &mut impl FnMut(Local)) {
    stmt.writes().into_iter().flatten().for_each(&mut *f);
    for block in stmt.blocks() {
        for stmt in &block.0 {
            sets(stmt, f);
        }
    }
}

/// The locals of a function that one statement sets, and no other: they have one value wherever they are read.
pub(super) fn set_once(body: &Block, params: u32, locals: u32) -> Vec<bool> {
    let mut counts = vec![0_u32; locals as usize];
    for count in counts.iter_mut().take(params as usize) {
        *count += 1;
    }
    for stmt in &body.0 {
        sets(stmt, &mut |local| {
            if let Some(count) = counts.get_mut(local.index()) {
                *count += 1;
            }
        });
    }
    counts.into_iter().map(|count| count == 1).collect()
}

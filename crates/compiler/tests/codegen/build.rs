//! Builds IR by hand.

use kpol_abi::builtins::by_name;
use kpol_compiler::ir::{
    Block, CompareOp, Const, ConstId, Entrypoint, Func, FuncId, Local, MemoId, Operand, Policy,
    Site, SiteId, Stmt,
};
use kpol_diagnostics::Span;

/// A policy under construction.
#[derive(Default)]
pub(crate) struct Build(pub(crate) Policy);

/// A local.
pub(crate) const fn l(n: u32) -> Local {
    Local(n)
}

/// A local as an operand.
pub(crate) const fn lo(n: u32) -> Operand {
    Operand::Local(Local(n))
}

/// A string.
pub(crate) fn text(s: &str) -> Const {
    Const::String(s.to_owned())
}

/// A number.
pub(crate) fn number(s: &str) -> Const {
    Const::Number(s.to_owned())
}

/// An object with string keys.
pub(crate) fn object(entries: &[(&str, Const)]) -> Const {
    Const::Object(
        entries
            .iter()
            .map(|(key, value)| (text(key), value.clone()))
            .collect(),
    )
}

impl Build {
    pub(crate) fn new() -> Build {
        let mut build = Build::default();
        build.0.sites.push(Site {
            span: Span::NOWHERE,
            what: "somewhere".to_owned(),
        });
        build
    }

    pub(crate) fn id(&mut self, constant: Const) -> ConstId {
        if let Some(at) = self.0.consts.iter().position(|known| *known == constant) {
            return ConstId(at as u32);
        }
        self.0.consts.push(constant);
        ConstId(self.0.consts.len() as u32 - 1)
    }

    pub(crate) fn c(&mut self, constant: Const) -> Operand {
        Operand::Const(self.id(constant))
    }

    pub(crate) fn s(&mut self, s: &str) -> Operand {
        self.c(text(s))
    }

    pub(crate) fn n(&mut self, n: i64) -> Operand {
        self.c(number(&n.to_string()))
    }

    pub(crate) fn func(&mut self, name: &str, params: u32, locals: u32, body: Vec<Stmt>) -> FuncId {
        self.0.funcs.push(Func {
            name: name.to_owned(),
            params,
            locals,
            memo: None,
            body: Block(body),
            span: None,
        });
        FuncId(self.0.funcs.len() as u32 - 1)
    }

    /// A function whose result is kept.
    pub(crate) fn memo(&mut self, name: &str, locals: u32, body: Vec<Stmt>) -> FuncId {
        let func = self.func(name, 0, locals, body);
        let memo = MemoId(self.0.memo_slots);
        self.0.memo_slots += 1;
        self.0.funcs[func.index()].memo = Some(memo);
        func
    }

    pub(crate) fn entry(&mut self, name: &str, locals: u32, body: Vec<Stmt>) {
        let func = self.func(name, 0, locals, body);
        self.enter(name, func);
    }

    pub(crate) fn enter(&mut self, name: &str, func: FuncId) {
        self.0.entrypoints.push(Entrypoint {
            name: name.to_owned(),
            func,
        });
    }
}

pub(crate) fn block(stmts: Vec<Stmt>) -> Stmt {
    Stmt::Block(Block(stmts))
}

pub(crate) fn not(stmts: Vec<Stmt>) -> Stmt {
    Stmt::Not(Block(stmts))
}

pub(crate) fn any(blocks: Vec<Vec<Stmt>>) -> Stmt {
    Stmt::Any(blocks.into_iter().map(Block).collect())
}

pub(crate) fn scan(source: Operand, key: u32, value: u32, body: Vec<Stmt>) -> Stmt {
    Stmt::Scan {
        source,
        key: l(key),
        value: l(value),
        body: Block(body),
    }
}

pub(crate) fn copy(dst: u32, src: Operand) -> Stmt {
    Stmt::Copy { dst: l(dst), src }
}

pub(crate) fn dot(dst: u32, source: Operand, key: Operand) -> Stmt {
    Stmt::Dot {
        dst: l(dst),
        source,
        key,
    }
}

pub(crate) fn try_dot(dst: u32, source: Operand, key: Operand) -> Stmt {
    Stmt::TryDot {
        dst: l(dst),
        source,
        key,
    }
}

pub(crate) fn test(op: CompareOp, a: Operand, b: Operand) -> Stmt {
    Stmt::Test { op, a, b }
}

pub(crate) fn call(dst: u32, func: FuncId, args: Vec<Operand>) -> Stmt {
    Stmt::Call {
        dst: l(dst),
        func,
        args,
    }
}

pub(crate) fn clause(dst: u32, func: FuncId, args: Vec<Operand>) -> Stmt {
    Stmt::CallClause {
        dst: l(dst),
        func,
        args,
    }
}

pub(crate) fn builtin(dst: u32, name: &str, args: Vec<Operand>) -> Stmt {
    Stmt::Builtin {
        dst: l(dst),
        builtin: by_name(name).unwrap(),
        args,
        site: SiteId(0),
    }
}

pub(crate) fn array(dst: u32, items: Vec<Operand>) -> Stmt {
    Stmt::MakeArray { dst: l(dst), items }
}

pub(crate) fn set(dst: u32, items: Vec<Operand>) -> Stmt {
    Stmt::MakeSet { dst: l(dst), items }
}

pub(crate) fn make_object(dst: u32, entries: Vec<(Operand, Operand)>) -> Stmt {
    Stmt::MakeObject {
        dst: l(dst),
        entries,
    }
}

pub(crate) fn push(array: u32, item: Operand) -> Stmt {
    Stmt::Push {
        array: lo(array),
        item,
    }
}

pub(crate) fn insert(object: u32, path: Vec<Operand>, value: Operand) -> Stmt {
    Stmt::Insert {
        object: lo(object),
        path,
        value,
        site: SiteId(0),
    }
}

pub(crate) fn ret(value: Operand) -> Stmt {
    Stmt::Return(value)
}

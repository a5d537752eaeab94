//! Checks that a policy keeps the rules of the IR, for tests and before code is generated.

use std::collections::HashSet;

use super::{
    Block, Const, ConstId, Func, FuncId, Local, MemoId, Operand, Override, Policy, SiteId, SlotId,
    Stmt, WithId,
};

/// How deep blocks may be nested: what recursion over them is bounded by.
pub const MAX_NESTING: u32 = 256;

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{func}`: {problem}")]
pub struct VerifyError {
    /// The function's name, or empty.
    pub func: String,
    /// What is wrong.
    pub problem: Problem,
}

/// The most parameters of a function with a memo.
pub const MAX_MEMO_PARAMS: u32 = 4;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// An id that nothing belongs to.
    #[error("there is no {0} {1}")]
    Missing(&'static str, u32),
    /// An entrypoint with parameters, or a memo for a function with too many.
    #[error("{0} has parameters")]
    Parameters(&'static str),
    /// A call with the wrong number of arguments.
    #[error("call of `{0}` with {1} arguments")]
    Arity(String, usize),
    /// A memo slot is used twice.
    #[error("memo slot {0} is used twice")]
    SharedMemo(u32),
    /// A statement that leaves a [`Stmt::With`] without restoring its state.
    #[error("{0} inside of `With` {1}")]
    Leaves(&'static str, u32),
    /// [`Stmt::Complete`] with nothing to complete.
    #[error("`Complete` outside of `Not` and `Any`")]
    Complete,
    /// A case that is no scalar, or occurs twice.
    #[error("case {0} is no scalar of its own")]
    Case(u32),
    /// An empty path.
    #[error("a path is empty")]
    EmptyPath,
    /// A trace record that does not fit its site.
    #[error("trace site {0} describes another number of slots")]
    Slots(u32),
    /// Blocks nested deeper than [`MAX_NESTING`].
    #[error("blocks are nested too deeply")]
    Nesting,
}

/// Checks a policy.
///
/// # Errors
/// The first rule found to be broken.
pub fn verify(policy: &Policy) -> Result<(), VerifyError> {
    let nowhere = |problem| VerifyError {
        func: String::new(),
        problem,
    };
    for entry in &policy.entrypoints {
        let func = policy
            .funcs
            .get(entry.func.index())
            .ok_or_else(|| nowhere(Problem::Missing("function", entry.func.0)))?;
        if func.params != 0 {
            return Err(nowhere(Problem::Parameters("an entrypoint")));
        }
    }
    let mut memos = HashSet::new();
    for func in &policy.funcs {
        check_func(policy, func, &mut memos).map_err(|problem| VerifyError {
            func: func.name.clone(),
            problem,
        })?;
    }
    Ok(())
}

fn check_func(policy: &Policy, func: &Func, memos: &mut HashSet<MemoId>) -> Result<(), Problem> {
    if let Some(memo) = func.memo {
        in_range("memo slot", memo.0, policy.memo_slots as usize)?;
        if func.params > MAX_MEMO_PARAMS {
            return Err(Problem::Parameters("a memoised function"));
        }
        if !memos.insert(memo) {
            return Err(Problem::SharedMemo(memo.0));
        }
    }
    let checker = Checker { policy, func };
    // First of all: what follows relies on how deep blocks are.
    checker.block(&func.body, &Context::default())?;
    let mut result = Ok(());
    func.body.visit(&mut |stmt| {
        if let Stmt::Narrow { memo, .. } = stmt
            && result.is_ok()
            && !memos.insert(*memo)
        {
            result = Err(Problem::SharedMemo(memo.0));
        }
    });
    result
}

fn in_range(what: &'static str, id: u32, len: usize) -> Result<(), Problem> {
    if (id as usize) < len {
        Ok(())
    } else {
        Err(Problem::Missing(what, id))
    }
}

/// Where a statement stands.
#[derive(Clone, Default)]
struct Context {
    /// How deep.
    depth: u32,
    /// The [`Stmt::With`]s whose replacements are in force, outermost first.
    withs: Vec<WithId>,
    /// The number of them at the block that [`Stmt::Complete`] would complete.
    complete: Option<usize>,
}

impl Context {
    fn completing(&self) -> Context {
        Context {
            complete: Some(self.withs.len()),
            ..self.clone()
        }
    }
}

struct Checker<'a> {
    policy: &'a Policy,
    func: &'a Func,
}

impl Checker<'_> {
    fn block(&self, block: &Block, context: &Context) -> Result<(), Problem> {
        let inner = Context {
            depth: context.depth + 1,
            ..context.clone()
        };
        if inner.depth > MAX_NESTING {
            return Err(Problem::Nesting);
        }
        block.0.iter().try_for_each(|stmt| self.stmt(stmt, &inner))
    }

    fn stmt(&self, stmt: &Stmt, context: &Context) -> Result<(), Problem> {
        let mut result = Ok(());
        stmt.operands(&mut |operand| {
            if result.is_ok() {
                result = self.operand(operand);
            }
        });
        result?;
        stmt.writes()
            .into_iter()
            .flatten()
            .try_for_each(|local| self.local(local))?;
        self.references(stmt, context)?;
        match stmt {
            Stmt::Not(body) => self.block(body, &context.completing()),
            Stmt::Any(blocks) => {
                let inner = context.completing();
                blocks
                    .iter()
                    .try_for_each(|block| self.block(block, &inner))
            }
            Stmt::With { id, body, .. } => {
                let mut inner = context.clone();
                inner.withs.push(*id);
                self.block(body, &inner)
            }
            Stmt::Outer { with, body } => {
                let at = context
                    .withs
                    .iter()
                    .rposition(|id| id == with)
                    .ok_or(Problem::Missing("enclosing `With`", with.0))?;
                let mut inner = context.clone();
                inner.withs.truncate(at);
                self.block(body, &inner)
            }
            _ => stmt
                .blocks()
                .into_iter()
                .try_for_each(|block| self.block(block, context)),
        }
    }

    /// Checks what is particular to a kind of statement, except for its operands and blocks.
    fn references(&self, stmt: &Stmt, context: &Context) -> Result<(), Problem> {
        match stmt {
            Stmt::Return(_) => match context.withs.last() {
                Some(with) => Err(Problem::Leaves("`Return`", with.0)),
                None => Ok(()),
            },
            Stmt::Complete => {
                let outside = context.complete.ok_or(Problem::Complete)?;
                match context.withs.get(outside) {
                    Some(with) => Err(Problem::Leaves("`Complete`", with.0)),
                    None if context.withs.len() < outside => Err(Problem::Complete),
                    None => Ok(()),
                }
            }
            Stmt::Switch { cases, .. } => self.cases(cases),
            Stmt::LoadSlot { slot, .. } => self.slot(*slot),
            Stmt::Call { func, args, .. } | Stmt::CallClause { func, args, .. } => {
                self.call(*func, args.len())
            }
            Stmt::Narrow { path, memo, .. } => {
                in_range("memo slot", memo.0, self.policy.memo_slots as usize)?;
                self.path(path)
            }
            Stmt::Builtin {
                builtin,
                args,
                site,
                ..
            } => {
                let known = (self.policy.builtin(*builtin))
                    .ok_or(Problem::Missing("builtin", builtin.0))?;
                if args.len() > 4 {
                    return Err(Problem::Arity(known.name().to_owned(), args.len()));
                }
                self.site(*site)
            }
            Stmt::Insert { path, site, .. } | Stmt::AddAt { path, site, .. } => {
                if path.is_empty() {
                    return Err(Problem::EmptyPath);
                }
                self.site(*site)
            }
            Stmt::AssignOnce { site, .. } | Stmt::Print { site, .. } => self.site(*site),
            Stmt::Cover(id) if id.index() >= self.policy.cover.len() => {
                Err(Problem::Missing("mark of coverage", id.0))
            }
            Stmt::With { overrides, .. } => {
                overrides.iter().try_for_each(|change| self.change(change))
            }
            Stmt::Trace { site, slots, .. } => {
                let known = self
                    .policy
                    .trace_sites
                    .get(site.index())
                    .ok_or(Problem::Missing("trace site", site.0))?;
                if known.slots.len() == slots.len() {
                    Ok(())
                } else {
                    Err(Problem::Slots(site.0))
                }
            }
            _ => Ok(()),
        }
    }

    fn cases(&self, cases: &[(ConstId, Block)]) -> Result<(), Problem> {
        let mut seen = HashSet::new();
        for (case, _) in cases {
            let constant = self.constant(*case)?;
            let scalar = !matches!(constant, Const::Array(_) | Const::Set(_) | Const::Object(_));
            if !scalar || !seen.insert(constant) {
                return Err(Problem::Case(case.0));
            }
        }
        Ok(())
    }

    fn change(&self, change: &Override) -> Result<(), Problem> {
        match change {
            Override::Input { path, .. } | Override::Data { path, .. } => self.path(path),
            Override::Slot { slot, .. } | Override::ClearSlot { slot } => self.slot(*slot),
            Override::PatchSlot { slot, path, .. } => {
                if path.is_empty() {
                    return Err(Problem::EmptyPath);
                }
                self.slot(*slot)?;
                self.path(path)
            }
        }
    }

    fn path(&self, path: &[ConstId]) -> Result<(), Problem> {
        path.iter()
            .try_for_each(|key| self.constant(*key).map(|_| ()))
    }

    fn call(&self, func: FuncId, args: usize) -> Result<(), Problem> {
        let callee = self
            .policy
            .funcs
            .get(func.index())
            .ok_or(Problem::Missing("function", func.0))?;
        if callee.params as usize == args {
            Ok(())
        } else {
            Err(Problem::Arity(callee.name.clone(), args))
        }
    }

    fn operand(&self, operand: Operand) -> Result<(), Problem> {
        match operand {
            Operand::Local(local) => self.local(local),
            Operand::Const(id) => self.constant(id).map(|_| ()),
        }
    }

    fn local(&self, local: Local) -> Result<(), Problem> {
        in_range(
            "local",
            local.0,
            self.func.locals.max(self.func.params) as usize,
        )
    }

    fn constant(&self, id: ConstId) -> Result<&Const, Problem> {
        self.policy
            .consts
            .get(id.index())
            .ok_or(Problem::Missing("constant", id.0))
    }

    fn slot(&self, slot: SlotId) -> Result<(), Problem> {
        in_range("override slot", slot.0, self.policy.override_slots as usize)
    }

    fn site(&self, site: SiteId) -> Result<(), Problem> {
        in_range("site", site.0, self.policy.sites.len())
    }
}

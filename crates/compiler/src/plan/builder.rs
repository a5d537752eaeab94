//! Builds the body of one function: a stack of open blocks, so that whatever follows an iteration lands inside it.

use kpol_diagnostics::Span;

use crate::hir::{LocalId, LocalInfo};
use crate::ir::{Block, Local, Operand, Override, Stmt, WithId};

use super::trace::Slot;

/// A block that is still open, and what owns it.
enum Open {
    Function,
    Block,
    Scan {
        source: Operand,
        key: Local,
        value: Local,
    },
    With {
        id: WithId,
        overrides: Vec<Override>,
    },
    Outer(WithId),
}

/// One function under construction.
pub(super) struct Builder {
    locals: u32,
    withs: u32,
    stack: Vec<(Open, Vec<Stmt>)>,
    /// What each source variable is bound to at this point.
    vars: Vec<Option<Operand>>,
    /// Slots of the input that were read so far; `None` where nobody asks.
    pub(super) slots: Option<Vec<Slot>>,
    /// How deep inside negations and comprehensions: locals of there say nothing outside.
    pub(super) inner: u32,
    /// How deep inside negations alone.
    pub(super) negated: u32,
    /// How deep inside calls that only format messages.
    pub(super) formatting: u32,
    /// Locals below this one were set outside of all negations and comprehensions.
    pub(super) outer_locals: u32,
    /// The number of iterations opened so far.
    pub(super) scans: u32,
    /// What the next call marks as evaluated behind its arguments, where that is an expression.
    pub(super) covers: Option<Span>,
}

impl Builder {
    pub(super) fn new(params: u32) -> Self {
        Builder {
            locals: params,
            withs: 0,
            stack: vec![(Open::Function, Vec::new())],
            vars: Vec::new(),
            slots: None,
            inner: 0,
            negated: 0,
            formatting: 0,
            outer_locals: 0,
            scans: 0,
            covers: None,
        }
    }

    /// Forgets all variables, and makes room for those of another clause.
    pub(super) fn scope(&mut self, locals: &[LocalInfo]) {
        self.vars = vec![None; locals.len()];
    }

    pub(super) fn local(&mut self) -> Local {
        let local = Local(self.locals);
        self.locals += 1;
        local
    }

    pub(super) fn locals(&self) -> u32 {
        self.locals
    }

    pub(super) fn emit(&mut self, stmt: Stmt) {
        if let Some((_, stmts)) = self.stack.last_mut() {
            stmts.push(stmt);
        }
    }

    /// The value of a variable, if it is bound here.
    pub(super) fn var(&self, id: LocalId) -> Option<Operand> {
        self.vars.get(id.0 as usize).copied().flatten()
    }

    pub(super) fn bind(&mut self, id: LocalId, value: Operand) {
        if let Some(var) = self.vars.get_mut(id.0 as usize) {
            *var = Some(value);
        }
    }

    /// What is bound at this point; to be given back to [`Builder::restore`].
    pub(super) fn bindings(&self) -> Vec<Option<Operand>> {
        self.vars.clone()
    }

    pub(super) fn restore(&mut self, bindings: Vec<Option<Operand>>) {
        self.vars = bindings;
    }

    pub(super) fn depth(&self) -> usize {
        self.stack.len()
    }

    pub(super) fn open_block(&mut self) {
        self.stack.push((Open::Block, Vec::new()));
    }

    /// Opens an iteration: key and value.
    pub(super) fn open_scan(&mut self, source: Operand) -> (Local, Local) {
        let (key, value) = (self.local(), self.local());
        self.scans += 1;
        self.stack
            .push((Open::Scan { source, key, value }, Vec::new()));
        (key, value)
    }

    pub(super) fn open_with(&mut self, overrides: Vec<Override>) -> WithId {
        let id = WithId(self.withs);
        self.withs += 1;
        self.stack.push((Open::With { id, overrides }, Vec::new()));
        id
    }

    pub(super) fn open_outer(&mut self, id: WithId) {
        self.stack.push((Open::Outer(id), Vec::new()));
    }

    /// Closes all blocks above a depth, each into its owner.
    pub(super) fn close(&mut self, depth: usize) {
        while self.stack.len() > depth.max(1) {
            let Some((open, stmts)) = self.stack.pop() else {
                return;
            };
            let body = Block(stmts);
            let stmt = match open {
                Open::Function | Open::Block => Stmt::Block(body),
                Open::Scan { source, key, value } => Stmt::Scan {
                    source,
                    key,
                    value,
                    body,
                },
                Open::With { id, overrides } => Stmt::With {
                    id,
                    overrides,
                    body,
                },
                Open::Outer(with) => Stmt::Outer { with, body },
            };
            self.emit(stmt);
        }
    }

    /// Collects what `f` emits into a block of its own.
    pub(super) fn collect(&mut self) -> usize {
        let depth = self.depth();
        self.open_block();
        depth
    }

    /// Ends what [`Builder::collect`] began.
    pub(super) fn collected(&mut self, depth: usize) -> Block {
        self.close(depth + 1);
        match self.stack.pop() {
            Some((_, stmts)) => Block(stmts),
            None => Block::default(),
        }
    }

    pub(super) fn finish(mut self) -> (u32, Block) {
        self.close(1);
        let body = self.stack.pop().map(|(_, stmts)| stmts).unwrap_or_default();
        (self.locals, Block(body))
    }
}

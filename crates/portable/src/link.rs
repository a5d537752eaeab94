//! Which functions and data a module needs, and where they go.

use std::collections::{BTreeMap, BTreeSet};

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::CONTROL;
use kpol_abi::names;
use wasmparser::FuncType;

use crate::info::Builtins;
use crate::object::{Object, PieceId, Reference, Relocation};
use crate::policy::Module;
use crate::{Options, PortableError};

/// The functions that a module of OPA's ABI exports.
pub(crate) const EXPORTS: [&str; 23] = [
    "builtins",
    "entrypoints",
    "eval",
    "opa_eval",
    "opa_eval_ctx_get_result",
    "opa_eval_ctx_new",
    "opa_eval_ctx_set_data",
    "opa_eval_ctx_set_entrypoint",
    "opa_eval_ctx_set_input",
    "opa_free",
    "opa_heap_blocks_restore",
    "opa_heap_blocks_stash",
    "opa_heap_ptr_get",
    "opa_heap_ptr_set",
    "opa_heap_stash_clear",
    "opa_json_dump",
    "opa_json_parse",
    "opa_malloc",
    "opa_value_add_path",
    "opa_value_dump",
    "opa_value_free",
    "opa_value_parse",
    "opa_value_remove_path",
];
/// What the module that the guest imports a policy's functions from is called.
const POLICY: &str = "policy";
/// The guest's function that the start of a module calls.
const INIT: &str = "kpol_init";
/// The host's function that ends an evaluation.
const ABORT: &str = "opa_abort";

/// A function of the module. The order is that of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    /// The host's: the guest's import of this number.
    Host(usize),
    /// One that the guest defines.
    Guest(usize),
    /// One that the policy defines.
    Policy(usize),
    /// `(entrypoint) -> value`: calls an entrypoint by its number.
    Entry,
    /// `(site, values)`: a print that does nothing.
    NoPrint,
    /// `()`: prepares a fresh instance.
    Start,
}

/// What is linked.
pub(crate) struct Input<'a> {
    pub(crate) guest: Object<'a>,
    pub(crate) policy: Module<'a>,
    pub(crate) builtins: Builtins,
    pub(crate) entrypoints: usize,
    pub(crate) options: Options,
}

impl Input<'_> {
    /// The guest's export of a name.
    pub(crate) fn exported(&self, name: &'static str) -> Result<Node, PortableError> {
        match self.guest.exports.get(name) {
            Some(index) => self.of_guest(*index),
            None => Err(PortableError::Guest(name)),
        }
    }

    /// The guest's function of a number.
    pub(crate) fn of_guest(&self, index: u32) -> Result<Node, PortableError> {
        let index = index as usize;
        let Some(import) = self.guest.imports.get(index) else {
            return Ok(Node::Guest(index - self.guest.imports.len()));
        };
        match (import.module, import.name) {
            (names::HOST, _) => Ok(Node::Host(index)),
            (POLICY, "begin") => self.policy_export(names::BEGIN),
            (POLICY, "entry") => Ok(Node::Entry),
            _ => Err(PortableError::Guest("an unknown import")),
        }
    }

    /// The policy's function of a number.
    pub(crate) fn of_policy(&self, index: u32) -> Result<Node, PortableError> {
        let index = index as usize;
        let Some((name, _)) = self.policy.imports.get(index) else {
            return Ok(Node::Policy(index - self.policy.imports.len()));
        };
        if *name == RuntimeFn::Print.name() && !self.options.print {
            return Ok(Node::NoPrint);
        }
        match self.guest.exports.get(name) {
            Some(index) => self.of_guest(*index),
            None => Err(PortableError::Policy("an unknown import")),
        }
    }

    fn policy_export(&self, name: &str) -> Result<Node, PortableError> {
        match self.policy.exports.get(name) {
            Some(index) => self.of_policy(*index),
            None => Err(PortableError::Policy("an export is missing")),
        }
    }

    /// The functions of the entrypoints, in order.
    pub(crate) fn entries(&self) -> Result<Vec<Node>, PortableError> {
        (0..self.entrypoints)
            .map(|i| self.policy_export(&format!("{}{i}", names::ENTRY_PREFIX)))
            .collect()
    }

    pub(crate) fn init(&self) -> Result<Node, PortableError> {
        self.exported(INIT)
    }

    /// The host's function that ends an evaluation.
    pub(crate) fn abort(&self) -> Result<Node, PortableError> {
        let found = self.guest.imports.iter().position(|i| i.name == ABORT);
        found
            .map(Node::Host)
            .ok_or(PortableError::Guest("an import is missing"))
    }

    /// The type of a function.
    pub(crate) fn kind(&self, node: Node) -> Result<FuncType, PortableError> {
        use wasmparser::ValType::I32;
        let guest = |kind: Option<u32>| self.guest.types.get(kind? as usize).cloned();
        let policy = |kind: Option<u32>| self.policy.types.get(kind? as usize).cloned();
        let kind = match node {
            Node::Host(i) => guest(self.guest.imports.get(i).map(|import| import.kind)),
            Node::Guest(i) => guest(self.guest.functions.get(i).map(|function| function.kind)),
            Node::Policy(i) => policy(self.policy.functions.get(i).map(|function| function.kind)),
            Node::Entry => Some(FuncType::new([I32], [I32])),
            Node::NoPrint => Some(FuncType::new([I32, I32], [])),
            Node::Start => Some(FuncType::new([], [])),
        };
        kind.ok_or(PortableError::Guest("a function without a type"))
    }

    /// The references of a piece of data: of the table of builtins, only those that the policy calls.
    pub(crate) fn references(&self, piece: PieceId) -> impl Iterator<Item = &Relocation> {
        let table = self.guest.builtins == Some(piece);
        let all = self
            .guest
            .pieces
            .get(piece.0)
            .map(|piece| &piece.relocations);
        all.into_iter().flatten().filter(move |relocation| {
            !table
                || self
                    .builtins
                    .native
                    .iter()
                    .any(|id| id.0 as usize == relocation.at / 4)
        })
    }
}

/// What is kept, and its place.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Functions with their numbers.
    pub(crate) functions: BTreeMap<Node, u32>,
    /// Functions with their slots in the table, behind those of the policy.
    pub(crate) slots: BTreeMap<Node, u32>,
    /// Data with its addresses.
    pub(crate) pieces: BTreeMap<PieceId, u32>,
    /// The end of data that is not all zero.
    pub(crate) data_end: u32,
}

/// What was found to be needed.
#[derive(Default)]
struct Found {
    functions: BTreeSet<Node>,
    slots: BTreeSet<Node>,
    pieces: BTreeSet<PieceId>,
    pending: Vec<Node>,
    pending_pieces: Vec<PieceId>,
}

impl Found {
    fn function(&mut self, node: Node) {
        if self.functions.insert(node) {
            self.pending.push(node);
        }
    }

    fn refer(&mut self, input: &Input<'_>, to: Reference) -> Result<(), PortableError> {
        match to {
            Reference::Call(index) => self.function(input.of_guest(index)?),
            Reference::Slot(index) => {
                let node = input.of_guest(index)?;
                self.slots.insert(node);
                self.function(node);
            }
            Reference::Address(piece, _) => {
                if self.pieces.insert(piece) {
                    self.pending_pieces.push(piece);
                }
            }
            Reference::Type(_) | Reference::StackPointer | Reference::Table => {}
        }
        Ok(())
    }

    /// What a function needs.
    fn visit(&mut self, input: &Input<'_>, node: Node) -> Result<(), PortableError> {
        match node {
            Node::Host(_) | Node::NoPrint => {}
            Node::Guest(i) => {
                for relocation in input
                    .guest
                    .functions
                    .get(i)
                    .iter()
                    .flat_map(|f| &f.relocations)
                {
                    self.refer(input, relocation.to)?;
                }
            }
            Node::Policy(i) => {
                for call in input.policy.functions.get(i).iter().flat_map(|f| &f.calls) {
                    self.function(input.of_policy(*call)?);
                }
            }
            Node::Entry => {
                for entry in input.entries()? {
                    self.function(entry);
                }
            }
            Node::Start => {
                self.function(input.init()?);
                self.function(input.abort()?);
            }
        }
        Ok(())
    }

    /// Follows what is pending.
    fn close(&mut self, input: &Input<'_>) -> Result<(), PortableError> {
        loop {
            if let Some(node) = self.pending.pop() {
                self.visit(input, node)?;
            } else if let Some(piece) = self.pending_pieces.pop() {
                for relocation in input.references(piece) {
                    self.refer(input, relocation.to)?;
                }
            } else {
                return Ok(());
            }
        }
    }
}

/// Finds what the module needs, and gives it places.
pub(crate) fn plan(input: &Input<'_>) -> Result<Plan, PortableError> {
    let mut found = Found::default();
    for name in EXPORTS {
        found.function(input.exported(name)?);
    }
    found.function(Node::Start);
    for index in &input.policy.table {
        found.function(input.of_policy(*index)?);
    }
    found.close(input)?;
    let mut plan = Plan {
        functions: (0u32..)
            .zip(found.functions)
            .map(|(number, node)| (node, number))
            .collect(),
        // Slot 0 stands for no function.
        slots: (input.policy.table.len().max(1) as u32..)
            .zip(found.slots)
            .map(|(slot, node)| (node, slot))
            .collect(),
        ..Plan::default()
    };
    plan.place(input, &found.pieces)?;
    Ok(plan)
}

impl Plan {
    /// Lays data out behind the stack, what is all zero at the end.
    fn place(
        &mut self,
        input: &Input<'_>,
        pieces: &BTreeSet<PieceId>,
    ) -> Result<(), PortableError> {
        let mut at = input.guest.stack;
        self.data_end = at;
        for zero in [false, true] {
            for id in pieces {
                let Some(piece) = input.guest.pieces.get(id.0) else {
                    continue;
                };
                if piece.bytes.is_none() == zero {
                    at = at.next_multiple_of(piece.align);
                    self.pieces.insert(*id, at);
                    at = at.saturating_add(piece.size);
                }
            }
            if !zero {
                self.data_end = at;
            }
        }
        if at > CONTROL {
            return Err(PortableError::TooBig("data of the runtime"));
        }
        Ok(())
    }
}

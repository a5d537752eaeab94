//! The body of one function while it is written: instructions, structured labels, calls by name.
//!
//! A call is written with its target left open, because the numbers of functions are known only when all bodies
//! have been written: only what is called is imported, and only helpers that are called exist.

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::{FIRST_ADDRESS, TAG_STRING};
use wasm_encoder::{BlockType, Encode, InstructionSink, MemArg, ValType};

use super::helpers::Helper;
use crate::ir::FuncId;

/// What a call goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Callee {
    /// An imported function of the runtime.
    Runtime(RuntimeFn),
    /// A helper within the module.
    Helper(Helper),
    /// A function of the policy.
    Func(FuncId),
    /// A function that runs the clauses of one case, by its number.
    Clause(u32),
}

/// A local of the wasm function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u32);

/// A place to branch to: the number of constructs that enclose its inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(u32);

/// A mutable global of the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    /// The input document.
    Input,
    /// The base document.
    Data,
    /// The address of the memo frame.
    Frame,
    /// The address of the override slots.
    Overrides,
}

impl Global {
    /// All of them, in the order of their numbers.
    pub(super) const ALL: [Global; 4] = [
        Global::Input,
        Global::Data,
        Global::Frame,
        Global::Overrides,
    ];

    /// Its name in the name section.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Global::Input => "input",
            Global::Data => "data",
            Global::Frame => "frame",
            Global::Overrides => "overrides",
        }
    }
}

/// A word in memory, at an offset from an address.
const fn word(offset: u32) -> MemArg {
    MemArg {
        offset: offset as u64,
        align: 2,
        memory_index: 0,
    }
}

/// A function's body.
#[derive(Debug)]
pub(super) struct Code {
    bytes: Vec<u8>,
    calls: Vec<(usize, Callee)>,
    depth: u32,
    params: u32,
    locals: u32,
    free: Vec<Slot>,
}

impl Code {
    /// An empty body of a function with so many parameters, and so many locals in all.
    pub(super) fn new(params: u32, locals: u32) -> Code {
        Code {
            bytes: Vec::new(),
            calls: Vec::new(),
            depth: 0,
            params,
            locals: locals.max(params),
            free: Vec::new(),
        }
    }

    /// Writes instructions that need no bookkeeping: no calls, no blocks.
    pub(super) fn op(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.bytes)
    }

    /// A local that no one else uses until it is given back.
    pub(super) fn temp(&mut self) -> Slot {
        self.free.pop().unwrap_or_else(|| {
            self.locals += 1;
            Slot(self.locals - 1)
        })
    }

    /// Gives a local back.
    pub(super) fn release(&mut self, slot: Slot) {
        self.free.push(slot);
    }

    pub(super) fn get(&mut self, slot: Slot) {
        self.op().local_get(slot.0);
    }

    pub(super) fn set(&mut self, slot: Slot) {
        self.op().local_set(slot.0);
    }

    pub(super) fn tee(&mut self, slot: Slot) {
        self.op().local_tee(slot.0);
    }

    pub(super) fn constant(&mut self, word: u32) {
        self.op().i32_const(word.cast_signed());
    }

    pub(super) fn global_get(&mut self, global: Global) {
        self.op().global_get(global as u32);
    }

    pub(super) fn global_set(&mut self, global: Global) {
        self.op().global_set(global as u32);
    }

    /// `[address] -> [word]`
    pub(super) fn load(&mut self, offset: u32) {
        self.op().i32_load(word(offset));
    }

    /// `[address, word] -> []`
    pub(super) fn store(&mut self, offset: u32) {
        self.op().i32_store(word(offset));
    }

    /// `[cell] -> [tag]`
    pub(super) fn load_tag(&mut self) {
        self.op().i32_load8_u(MemArg {
            offset: 0,
            align: 0,
            memory_index: 0,
        });
    }

    /// Calls a function; its arguments are on the stack.
    pub(super) fn call(&mut self, callee: Callee) {
        self.bytes.push(0x10);
        self.calls.push((self.bytes.len(), callee));
    }

    pub(super) fn call_runtime(&mut self, function: RuntimeFn) {
        self.call(Callee::Runtime(function));
    }

    pub(super) fn call_helper(&mut self, helper: Helper) {
        self.call(Callee::Helper(helper));
    }

    /// Opens a block; branching to its label goes behind it.
    pub(super) fn block(&mut self) -> Label {
        self.op().block(BlockType::Empty);
        self.enter()
    }

    /// Opens a loop; branching to its label starts it again.
    pub(super) fn looped(&mut self) -> Label {
        self.op().loop_(BlockType::Empty);
        self.enter()
    }

    /// `[condition] -> []`, opens the branch that is taken where it is not 0.
    pub(super) fn if_true(&mut self) -> Label {
        self.op().if_(BlockType::Empty);
        self.enter()
    }

    /// The same where both branches leave a word.
    pub(super) fn if_true_word(&mut self) -> Label {
        self.op().if_(BlockType::Result(ValType::I32));
        self.enter()
    }

    pub(super) fn otherwise(&mut self) {
        self.op().else_();
    }

    /// Closes the innermost block, loop or branch.
    pub(super) fn end(&mut self) {
        self.depth -= 1;
        self.op().end();
    }

    fn enter(&mut self) -> Label {
        self.depth += 1;
        Label(self.depth)
    }

    fn relative(&self, label: Label) -> u32 {
        self.depth - label.0
    }

    pub(super) fn br(&mut self, label: Label) {
        let to = self.relative(label);
        self.op().br(to);
    }

    /// `[condition] -> []`
    pub(super) fn br_if(&mut self, label: Label) {
        let to = self.relative(label);
        self.op().br_if(to);
    }

    /// `[number] -> []`: goes to the label of that number, or to the last one.
    pub(super) fn br_table(&mut self, labels: &[Label], otherwise: Label) {
        let labels: Vec<u32> = labels.iter().map(|label| self.relative(*label)).collect();
        let otherwise = self.relative(otherwise);
        self.op().br_table(labels, otherwise);
    }

    /// `[value] -> [0 or 1]`: whether the word is the address of a cell. One comparison: turned right by one bit,
    /// a small integer has its highest bit set, and what is below the first address wraps around.
    pub(super) fn is_cell(&mut self) {
        const FIRST: i32 = (FIRST_ADDRESS >> 1).cast_signed();
        const END: i32 = i32::MIN.wrapping_sub(FIRST);
        self.op()
            .i32_const(1)
            .i32_rotr()
            .i32_const(FIRST)
            .i32_sub()
            .i32_const(END)
            .i32_lt_u();
    }

    /// Branches away where the value in the local is no cell.
    pub(super) fn unless_cell(&mut self, value: Slot, to: Label) {
        self.get(value);
        self.is_cell();
        self.op().i32_eqz();
        self.br_if(to);
    }

    /// Branches away where the cell in the local has another tag.
    pub(super) fn unless_tag(&mut self, cell: Slot, tag: u32, to: Label) {
        self.get(cell);
        self.load_tag();
        self.constant(tag);
        self.op().i32_ne();
        self.br_if(to);
    }

    /// Branches away where the value in the local is no string.
    pub(super) fn unless_string(&mut self, value: Slot, to: Label) {
        self.unless_cell(value, to);
        self.unless_tag(value, TAG_STRING, to);
    }

    /// What the body calls.
    pub(super) fn callees(&self) -> impl Iterator<Item = Callee> + '_ {
        self.calls.iter().map(|(_, callee)| *callee)
    }

    /// How many locals there are, parameters included.
    pub(super) const fn local_count(&self) -> u32 {
        self.locals
    }

    /// The finished body, with its declaration of locals. `index` gives each callee's number.
    pub(super) fn finish(&self, index: impl Fn(Callee) -> u32) -> wasm_encoder::Function {
        let locals = self.locals - self.params;
        let mut function =
            wasm_encoder::Function::new((locals > 0).then_some((locals, ValType::I32)));
        let mut from = 0;
        let mut body = Vec::with_capacity(self.bytes.len() + 2 * self.calls.len() + 1);
        for (at, callee) in &self.calls {
            body.extend_from_slice(self.bytes.get(from..*at).unwrap_or_default());
            index(*callee).encode(&mut body);
            from = *at;
        }
        body.extend_from_slice(self.bytes.get(from..).unwrap_or_default());
        InstructionSink::new(&mut body).end();
        function.raw(body);
        function
    }
}

//! The plan IR: the narrow waist between policy languages and WebAssembly.
//!
//! A [`Policy`] is a set of functions over words (see `kpol_abi::layout`); a function is a tree of statements.
//! Nothing in it is specific to Rego's syntax.
//!
//! # Control flow
//! A [`Block`] is a list of statements. A statement that *fails* ends its innermost enclosing block: the rest of the
//! block is skipped. What that means is up to the statement that owns the block: [`Stmt::Block`] goes on behind it,
//! [`Stmt::Scan`] goes to the next iteration, [`Stmt::Not`] succeeds. A block that runs to its end *completes*.
//! Backtracking is nesting: whatever follows an iteration stands inside its body.
//!
//! # Undefined
//! Every local starts as undefined. Statements say what they do with undefined operands; where they do not, the
//! planner guarantees that operands are defined.

use kpol_abi::builtins::BuiltinId;
use kpol_diagnostics::Span;

use crate::builtins::{Declared, Entry, declared_index};

pub mod interp;
mod print;
pub mod verify;
mod walk;

/// A whole compiled policy.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Constant values.
    pub consts: Vec<Const>,
    /// Functions.
    pub funcs: Vec<Func>,
    /// What the host may call.
    pub entrypoints: Vec<Entrypoint>,
    /// The number of memo slots (two words each).
    pub memo_slots: u32,
    /// The number of override slots (one word each), set by [`Override::Slot`].
    pub override_slots: u32,
    /// Places in the source that errors point at.
    pub sites: Vec<Site>,
    /// Places at which an entrypoint's rule yields a value.
    pub trace_sites: Vec<TraceSite>,
    /// What is marked as evaluated by [`Stmt::Cover`]; empty unless coverage was asked for.
    pub cover: Vec<Span>,
    /// The builtins that it calls and that are not in the standard table, by number.
    pub declared: Vec<Declared>,
}

impl Policy {
    /// The builtin of a number.
    #[must_use]
    pub fn builtin(&self, id: BuiltinId) -> Option<Entry<'_>> {
        match id.get() {
            Some(builtin) => Some(Entry::Standard(builtin)),
            None => Some(Entry::Declared(self.declared.get(declared_index(id)?)?)),
        }
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a `usize`.
            #[must_use]
            pub const fn index(self) -> usize { self.0 as usize }
        }
    )* };
}

ids! {
    /// Index into [`Policy::consts`].
    ConstId,
    /// Index into [`Policy::funcs`].
    FuncId,
    /// A local of a function; the first ones are its parameters.
    Local,
    /// A memo slot.
    MemoId,
    /// An override slot.
    SlotId,
    /// Index into [`Policy::sites`].
    SiteId,
    /// Index into [`Policy::trace_sites`].
    TraceId,
    /// Index into [`Policy::cover`].
    CoverId,
    /// Names one [`Stmt::With`] of a function, so that [`Stmt::Outer`] can refer to it.
    WithId
}

/// A ground value, laid out in the data segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Const {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, by its spelling.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Const>),
    /// A set; duplicates collapse.
    Set(Vec<Const>),
    /// An object; of equal keys the last wins.
    Object(Vec<(Const, Const)>),
}

/// A place in a policy's source.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where.
    pub span: Span,
    /// What happens there, for error texts (a builtin's name, a rule's path).
    pub what: String,
}

/// A place at which a rule yields a value.
#[derive(Debug, Clone)]
pub struct TraceSite {
    /// The rule's span.
    pub span: Span,
    /// The rule's path, for example `data.main.deny`.
    pub rule: String,
    /// What each recorded slot is, in the order of the record's slots.
    pub slots: Vec<TraceSlot>,
}

/// What a slot of a trace record tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceSlot {
    /// How much it says about the finding's place.
    pub role: TraceRole,
    /// A path to follow from the slot as far as the document has it: what a failed or negated ref asked for.
    pub path: Vec<String>,
}

/// How a slot takes part in a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TraceRole {
    /// Read by a condition.
    Condition,
    /// Read inside a negation: the path may be missing.
    Negated,
    /// Bound by iteration, or read for the rule's head.
    Bound,
}

/// Something that the host may evaluate.
#[derive(Debug, Clone)]
pub struct Entrypoint {
    /// Its name: the rule's path (`data.main.deny`) or a query's name.
    pub name: String,
    /// The function, without parameters.
    pub func: FuncId,
}

/// A function over words. It returns a value, or undefined.
#[derive(Debug, Clone)]
pub struct Func {
    /// The rule's path, with a suffix for one clause of many; goes into the module's name section.
    pub name: String,
    /// How many of the locals are parameters.
    pub params: u32,
    /// The number of locals, parameters included.
    pub locals: u32,
    /// Where the value is kept once computed; for a function with parameters (at most four), where the values of all
    /// calls are.
    pub memo: Option<MemoId>,
    /// Its statements. Where the body ends without [`Stmt::Return`], the result is undefined.
    pub body: Block,
    /// Its source, if it has one.
    pub span: Option<Span>,
}

/// A list of statements.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Block(pub Vec<Stmt>);

/// What a statement reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A local.
    Local(Local),
    /// A constant.
    Const(ConstId),
}

/// A comparison. Over the total order; `Equal` and `NotEqual` are structural.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stmt {
    /// Runs a block; never fails.
    Block(Block),
    /// Fails if the block completes.
    Not(Block),
    /// Runs the blocks in order until one completes; fails if none does.
    Any(Vec<Block>),
    /// For each item of `source` in order: sets `key` (index, key, or the member itself) and `value`, runs `body`.
    /// Any value that is no collection, and undefined, has no items. Never fails.
    Scan {
        /// The collection.
        source: Operand,
        /// Set to the key.
        key: Local,
        /// Set to the value.
        value: Local,
        /// Run for each.
        body: Block,
    },
    /// Runs the block of the case whose constant equals `on`, or `default` (also where `on` is undefined). Case
    /// constants are scalars, all different. Never fails.
    Switch {
        /// The value to dispatch on; may be undefined.
        on: Operand,
        /// Cases.
        cases: Vec<(ConstId, Block)>,
        /// Everything else.
        default: Block,
    },
    /// Always fails.
    Fail,
    /// Completes the block of the innermost enclosing [`Stmt::Not`], or the one of [`Stmt::Any`]'s blocks, at once,
    /// as if its end had been reached: how an iteration inside of them exits early. Never inside a [`Stmt::With`]
    /// that lies within that block, unless inside its [`Stmt::Outer`].
    Complete,
    /// `dst` becomes `src` (which may be undefined).
    Copy {
        /// Target.
        dst: Local,
        /// Source.
        src: Operand,
    },
    /// `dst` becomes undefined.
    Reset(Local),
    /// `dst` becomes the input document; fails if there is none.
    Input(Local),
    /// `dst` becomes the base document (`data`); fails if there is none.
    Data(Local),
    /// `dst` becomes the value of an override slot, or undefined; never fails.
    LoadSlot {
        /// Target.
        dst: Local,
        /// The slot.
        slot: SlotId,
    },
    /// `dst` becomes `source[key]`; fails where there is none.
    Dot {
        /// Target.
        dst: Local,
        /// Any value.
        source: Operand,
        /// A defined value.
        key: Operand,
    },
    /// The same as [`Stmt::Dot`], but an absent value makes `dst` undefined and does not fail. `source` may be
    /// undefined.
    TryDot {
        /// Target.
        dst: Local,
        /// Any value, or undefined.
        source: Operand,
        /// A defined value.
        key: Operand,
    },
    /// `dst` becomes `source`, or a collection with the same keys and values in the same order that may leave out
    /// items whose value below `path` is not equal to `on`: the index of a join, for a [`Stmt::Scan`] whose body tests
    /// that. All operands may be undefined; never fails.
    Narrow {
        /// Target.
        dst: Local,
        /// A collection, or anything else.
        source: Operand,
        /// Keys; empty for the items themselves.
        path: Vec<ConstId>,
        /// What the values are compared with.
        on: Operand,
        /// Where the index is kept.
        memo: MemoId,
    },
    /// Calls a function; fails where its result is undefined.
    Call {
        /// Target.
        dst: Local,
        /// The function.
        func: FuncId,
        /// Arguments.
        args: Vec<Operand>,
    },
    /// Calls a function, whatever it returns; never fails. For clauses that add to a collection of their caller.
    CallClause {
        /// Target; may become undefined.
        dst: Local,
        /// The function.
        func: FuncId,
        /// Arguments.
        args: Vec<Operand>,
    },
    /// Calls a builtin; fails where its result is undefined.
    Builtin {
        /// Target.
        dst: Local,
        /// Which.
        builtin: BuiltinId,
        /// At most four arguments, or as many as the builtin takes.
        args: Vec<Operand>,
        /// The call site.
        site: SiteId,
    },
    /// Fails unless the comparison holds.
    Test {
        /// Which.
        op: CompareOp,
        /// Left operand.
        a: Operand,
        /// Right operand.
        b: Operand,
    },
    /// `dst` becomes true or false.
    Compare {
        /// Target.
        dst: Local,
        /// Which.
        op: CompareOp,
        /// Left operand.
        a: Operand,
        /// Right operand.
        b: Operand,
    },
    /// Fails where the value is `false` or undefined.
    IsTruthy(Operand),
    /// Fails where the value is undefined.
    IsDefined(Operand),
    /// Fails where the value is defined.
    IsUndefined(Operand),
    /// Fails unless the value is an array of that length.
    IsArray(Operand, u32),
    /// Fails unless the value is an object with that number of keys.
    IsObject(Operand, u32),
    /// Fails unless the value is a collection (array, set or object).
    IsCollection(Operand),
    /// `dst` becomes an array of the items.
    MakeArray {
        /// Target.
        dst: Local,
        /// Items.
        items: Vec<Operand>,
    },
    /// `dst` becomes a set of the items.
    MakeSet {
        /// Target.
        dst: Local,
        /// Items.
        items: Vec<Operand>,
    },
    /// `dst` becomes an object of the entries; of equal keys the last wins.
    MakeObject {
        /// Target.
        dst: Local,
        /// Entries.
        entries: Vec<(Operand, Operand)>,
    },
    /// Appends to an array that an empty [`Stmt::MakeArray`] of this function, or its caller, made.
    Push {
        /// The array.
        array: Operand,
        /// The item.
        item: Operand,
    },
    /// Adds to a set likewise; never fails.
    Add {
        /// The set.
        set: Operand,
        /// The item.
        item: Operand,
    },
    /// Adds to a set likewise; fails where the set had it.
    AddNew {
        /// The set.
        set: Operand,
        /// The item.
        item: Operand,
    },
    /// Inserts into an object that was made likewise, below `path` (at least one key): missing parents become
    /// objects. Where another value stands there, or a parent is no object, it is a conflict error.
    Insert {
        /// The object.
        object: Operand,
        /// Keys.
        path: Vec<Operand>,
        /// The value.
        value: Operand,
        /// For the error.
        site: SiteId,
    },
    /// Adds to the set below `path`, which is made where it is missing.
    AddAt {
        /// The object.
        object: Operand,
        /// Keys.
        path: Vec<Operand>,
        /// The item.
        item: Operand,
        /// For the error.
        site: SiteId,
    },
    /// `dst` becomes `src` where it was undefined; where it was another value, it is a conflict error.
    AssignOnce {
        /// Target.
        dst: Local,
        /// Source.
        src: Operand,
        /// For the error.
        site: SiteId,
    },
    /// `dst` becomes `a` merged with `b` (see `RuntimeFn::Merge`); either may be undefined; fails where both are.
    Merge {
        /// Target.
        dst: Local,
        /// Wins.
        a: Operand,
        /// Fills in.
        b: Operand,
    },
    /// Ends the function with a value, or undefined. Never inside a [`Stmt::With`] of the function, unless inside
    /// its [`Stmt::Outer`].
    Return(Operand),
    /// Runs the body with documents and functions replaced: saves input, data, the memo frame and the override
    /// slots, replaces them, takes a fresh memo frame, runs `body`, and restores them however the body ends.
    /// Never fails: what must happen behind it stands in an [`Stmt::Outer`] within.
    With {
        /// Its name.
        id: WithId,
        /// Replacements, in order; their operands were computed outside.
        overrides: Vec<Override>,
        /// Run inside.
        body: Block,
    },
    /// Inside the body of that [`Stmt::With`]: restores what it saved, runs `body`, and then puts the replacements
    /// (and their memo frame) back. Never fails.
    Outer {
        /// Whose state.
        with: WithId,
        /// Run outside.
        body: Block,
    },
    /// Records what a rule yields, and from which slots of the input (container, key).
    Trace {
        /// The site.
        site: TraceId,
        /// The value that was yielded.
        value: Operand,
        /// Slots, as many as the site describes; either word may be undefined.
        slots: Vec<(Operand, Option<Operand>)>,
    },
    /// Marks a part of the source as evaluated; never fails.
    Cover(CoverId),
    /// Prints an array, each item a set of at most one value.
    Print {
        /// The array.
        values: Operand,
        /// Where.
        site: SiteId,
    },
}

/// A replacement by `with`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Override {
    /// The input document, or what is below a path of it.
    Input {
        /// Keys; empty for the whole document.
        path: Vec<ConstId>,
        /// The value.
        value: Operand,
    },
    /// The base document, or what is below a path of it.
    Data {
        /// Keys; empty for the whole document.
        path: Vec<ConstId>,
        /// The value.
        value: Operand,
    },
    /// Sets an override slot.
    Slot {
        /// Which.
        slot: SlotId,
        /// The value; undefined clears it.
        value: Operand,
    },
    /// Clears an override slot.
    ClearSlot {
        /// Which.
        slot: SlotId,
    },
    /// Where the slot is set: patches its value below a path.
    PatchSlot {
        /// Which.
        slot: SlotId,
        /// Keys.
        path: Vec<ConstId>,
        /// The value.
        value: Operand,
    },
}

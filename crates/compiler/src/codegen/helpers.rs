//! Functions that each module brings along, written in WebAssembly: look-ups and comparisons that are too frequent
//! for a call into the runtime, and too big to be repeated wherever they occur. A module holds those it calls.

use kpol_abi::builtins::by_name;
use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::{
    HASH, INDEX, ITEMS, LEN, PARTIAL, TAG_ARRAY, TAG_MASK, TAG_OBJECT, TAG_SET, TAG_STRING,
    UNDEFINED, error_kind,
};

use super::code::{Callee, Code, Label, Slot};

/// A helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Helper {
    /// `(source, key: string) -> value`
    Field,
    /// `(source, key: number) -> value`
    Item,
    /// `(source, key) -> value`
    Dot,
    /// `(a, b) -> 0 or 1` for two words that differ.
    Equal,
    /// `(value, site) -> number`: the builtin `count`.
    Count,
    /// `(object, key, site) -> object`: the object that is being built below a key.
    ChildObject,
    /// `(object, key, site) -> set`: the set that is being built below a key.
    ChildSet,
}

impl Helper {
    /// Its name in the name section.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Helper::Field => "kpol.field",
            Helper::Item => "kpol.item",
            Helper::Dot => "kpol.get",
            Helper::Equal => "kpol.equal",
            Helper::Count => "kpol.count",
            Helper::ChildObject => "kpol.child_object",
            Helper::ChildSet => "kpol.child_set",
        }
    }

    /// How many parameters it has. All return a word.
    pub(super) const fn params(self) -> u32 {
        match self {
            Helper::Field | Helper::Item | Helper::Dot | Helper::Equal | Helper::Count => 2,
            Helper::ChildObject | Helper::ChildSet => 3,
        }
    }

    /// Writes its body.
    pub(super) fn body(self) -> Code {
        let mut code = Code::new(self.params(), self.params());
        match self {
            Helper::Field => field(&mut code),
            Helper::Item => item(&mut code),
            Helper::Dot => dot(&mut code),
            Helper::Equal => equal(&mut code),
            Helper::Count => count(&mut code),
            Helper::ChildObject => child(&mut code, TAG_OBJECT, RuntimeFn::ObjectNew),
            Helper::ChildSet => child(&mut code, TAG_SET, RuntimeFn::SetNew),
        }
        code
    }
}

const FIRST: Slot = Slot(0);
const SECOND: Slot = Slot(1);
const THIRD: Slot = Slot(2);

fn field(code: &mut Code) {
    let undefined = code.block();
    let elsewhere = code.block();
    code.unless_cell(FIRST, undefined);
    code.unless_tag(FIRST, TAG_OBJECT, elsewhere);
    object_field(code, undefined);
    code.end();
    // Only a set may still have a member that is the key itself.
    code.unless_tag(FIRST, TAG_SET, undefined);
    code.get(FIRST);
    code.get(SECOND);
    code.call_runtime(RuntimeFn::DotString);
    code.op().return_();
    code.end();
    code.constant(UNDEFINED);
}

/// The value of a string key of an object (both in locals), returned from the function. Branches to `undefined`
/// where the object does not have it.
fn object_field(code: &mut Code, undefined: Label) {
    let index = code.temp();
    let entry = code.temp();
    code.get(FIRST);
    code.load(ITEMS);
    code.set(entry);
    code.get(FIRST);
    code.load(INDEX);
    code.tee(index);
    code.if_true();
    indexed(code, index, entry, undefined);
    code.end();
    scanned(code, entry, undefined);
}

/// Follows the hash index: a word with its capacity, then slots with entry numbers from 1.
fn indexed(code: &mut Code, index: Slot, entries: Slot, undefined: Label) {
    let mask = code.temp();
    let slot = code.temp();
    let entry = code.temp();
    code.get(index);
    code.load(0);
    code.op().i32_const(1).i32_sub();
    code.set(mask);
    code.get(SECOND);
    code.load(HASH);
    code.set(slot);
    let probe = code.looped();
    // entry = number of the entry in the slot
    code.get(slot);
    code.get(mask);
    code.op().i32_and();
    code.op().i32_const(2).i32_shl();
    code.get(index);
    code.op().i32_add();
    code.load(4);
    code.tee(entry);
    code.op().i32_eqz();
    code.br_if(undefined);
    // entry = address of the entry
    code.get(entry);
    code.op().i32_const(3).i32_shl();
    code.get(entries);
    code.op().i32_add().i32_const(8).i32_sub();
    code.tee(entry);
    code.load(0);
    code.get(SECOND);
    code.op().i32_eq();
    code.if_true();
    code.get(entry);
    code.load(4);
    code.op().return_();
    code.end();
    code.get(slot);
    code.op().i32_const(1).i32_add();
    code.set(slot);
    code.br(probe);
    code.end();
}

/// Compares the keys of all entries one by one.
fn scanned(code: &mut Code, entry: Slot, undefined: Label) {
    let end = code.temp();
    code.get(FIRST);
    code.load(LEN);
    code.op().i32_const(3).i32_shl();
    code.get(entry);
    code.op().i32_add();
    code.set(end);
    let next = code.looped();
    code.get(entry);
    code.get(end);
    code.op().i32_eq();
    code.br_if(undefined);
    code.get(entry);
    code.load(0);
    code.get(SECOND);
    code.op().i32_eq();
    code.if_true();
    code.get(entry);
    code.load(4);
    code.op().return_();
    code.end();
    code.get(entry);
    code.op().i32_const(8).i32_add();
    code.set(entry);
    code.br(next);
    code.end();
    code.op().unreachable();
}

fn item(code: &mut Code) {
    let undefined = code.block();
    let elsewhere = code.block();
    code.unless_cell(FIRST, undefined);
    code.unless_tag(FIRST, TAG_ARRAY, elsewhere);
    // Only a small integer can be an index; `1.0` and the like are for the runtime.
    code.get(SECOND);
    code.op().i32_const(1).i32_and().i32_eqz();
    code.br_if(elsewhere);
    array_item(code, undefined);
    code.end();
    code.get(FIRST);
    code.get(SECOND);
    code.call_runtime(RuntimeFn::Dot);
    code.op().return_();
    code.end();
    code.constant(UNDEFINED);
}

/// Returns the item of an array at a small integer.
fn array_item(code: &mut Code, undefined: Label) {
    // A negative index is a very big one.
    code.get(SECOND);
    code.op().i32_const(1).i32_shr_s();
    code.get(FIRST);
    code.load(LEN);
    code.op().i32_ge_u();
    code.br_if(undefined);
    // The word of `n` is 2n + 1, the item's offset 4n.
    code.get(FIRST);
    code.load(ITEMS);
    code.get(SECOND);
    code.op().i32_const(1).i32_sub().i32_const(1).i32_shl();
    code.op().i32_add();
    code.load(0);
    code.op().return_();
}

fn dot(code: &mut Code) {
    let elsewhere = code.block();
    code.unless_cell(SECOND, elsewhere);
    code.unless_tag(SECOND, TAG_STRING, elsewhere);
    code.get(FIRST);
    code.get(SECOND);
    code.call_helper(Helper::Field);
    code.op().return_();
    code.end();
    code.get(FIRST);
    code.get(SECOND);
    code.call_helper(Helper::Item);
}

fn equal(code: &mut Code) {
    let differ = code.block();
    let ask = code.block();
    let immediate = code.block();
    code.unless_cell(FIRST, immediate);
    // A string is equal to nothing but itself.
    code.get(FIRST);
    code.load_tag();
    code.constant(TAG_STRING);
    code.op().i32_eq();
    code.br_if(differ);
    code.br(ask);
    code.end();
    // Two values of which none is a cell are equal only as words.
    code.unless_cell(SECOND, differ);
    code.end();
    code.get(FIRST);
    code.get(SECOND);
    code.call_runtime(RuntimeFn::Equal);
    code.op().return_();
    code.end();
    code.constant(0);
}

fn count(code: &mut Code) {
    let elsewhere = code.block();
    code.unless_cell(FIRST, elsewhere);
    code.get(FIRST);
    code.load_tag();
    // Array, set and object are neighbours; a string has to count its characters.
    code.constant(TAG_ARRAY);
    code.op().i32_sub();
    code.constant(TAG_OBJECT - TAG_ARRAY);
    code.op().i32_gt_u();
    code.br_if(elsewhere);
    code.get(FIRST);
    code.load(LEN);
    code.op()
        .i32_const(1)
        .i32_shl()
        .i32_const(1)
        .i32_or()
        .return_();
    code.end();
    code.constant(by_name("count").map_or(u32::MAX, |id| id.0));
    code.get(SECOND);
    code.get(FIRST);
    code.call_runtime(RuntimeFn::Builtin1);
}

/// The collection below a key of an object that is being built, made where it is missing. What was made so carries
/// a flag, because a value that merely stands there must not be changed: it may be part of something else.
fn child(code: &mut Code, tag: u32, new: RuntimeFn) {
    let found = code.temp();
    code.get(FIRST);
    code.get(SECOND);
    code.call_helper(Helper::Dot);
    code.tee(found);
    code.op().i32_eqz();
    code.if_true();
    code.call_runtime(new);
    code.tee(found);
    code.get(found);
    code.load(0);
    code.constant(PARTIAL);
    code.op().i32_or();
    code.store(0);
    code.get(FIRST);
    code.get(SECOND);
    code.get(found);
    code.call_runtime(RuntimeFn::ObjectInsert);
    code.op().i32_eqz();
    code.if_true();
    conflict(code, THIRD);
    code.end();
    code.get(found);
    code.op().return_();
    code.end();
    let other = code.block();
    code.unless_cell(found, other);
    code.get(found);
    code.load(0);
    code.constant(TAG_MASK | PARTIAL);
    code.op().i32_and();
    code.constant(tag | PARTIAL);
    code.op().i32_ne();
    code.br_if(other);
    code.get(found);
    code.op().return_();
    code.end();
    conflict(code, THIRD);
}

/// Ends the evaluation with a conflict.
fn conflict(code: &mut Code, site: Slot) {
    code.constant(error_kind::CONFLICT);
    code.get(site);
    code.call(Callee::Runtime(RuntimeFn::Fail));
    code.op().unreachable();
}

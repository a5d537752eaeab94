//! Builtins and `print`.

extern crate alloc;

use alloc::string::String;
use core::cell::Cell;

use kpol_abi::{
    builtins::BuiltinId,
    layout::{
        control, error_kind,
        portable::info::{HOST, NONDETERMINISTIC},
    },
};
use kpol_runtime::{
    Heap, Value,
    builtins::{self, BuiltinError, ErrorKind},
};

use super::info;
use crate::heap;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    // A builtin of the host, by the number that `builtins` tells. The second parameter is unused.
    safe fn opa_builtin0(number: u32, ctx: u32) -> Value;
    safe fn opa_builtin1(number: u32, ctx: u32, a: Value) -> Value;
    safe fn opa_builtin2(number: u32, ctx: u32, a: Value, b: Value) -> Value;
    safe fn opa_builtin3(number: u32, ctx: u32, a: Value, b: Value, c: Value) -> Value;
    safe fn opa_builtin4(number: u32, ctx: u32, a: Value, b: Value, c: Value, d: Value) -> Value;
    /// Takes a text that ends with a zero byte.
    safe fn opa_println(text: *const u8);
}

pub(crate) fn print_line(line: &str, _: u32) {
    let mut text = String::from(line);
    text.push('\0');
    opa_println(text.as_ptr());
}

pub(crate) fn run_builtin(builtin: u32, site: u32, args: &[Value]) -> Value {
    let mut heap = heap();
    match builtins::implementation(BuiltinId(builtin)) {
        Some(run) => {
            run(&mut heap, args).unwrap_or_else(|error| failed(&mut heap, builtin, site, &error))
        }
        None => host_builtin(&mut heap, builtin, args),
    }
}

/// A failed call is undefined, or ends the evaluation in strict mode.
#[cold]
fn failed(heap: &mut Heap<'_>, builtin: u32, site: u32, error: &BuiltinError) -> Value {
    if heap.control(control::STRICT) != 0 {
        let mut message = String::from(info::builtin(heap, builtin));
        message.push_str(": ");
        message.push_str(&error.message);
        heap.set_control(control::ERROR_SITE, site);
        let kind = match error.kind {
            ErrorKind::Type => error_kind::TYPE,
            ErrorKind::Builtin | ErrorKind::Elsewhere => error_kind::BUILTIN,
        };
        heap.fail(kind, &message);
    }
    Value::UNDEFINED
}

/// The last answer of a nondeterministic builtin in this evaluation, or 0: a list of records in the arena.
struct Answers(Cell<u32>);

// SAFETY: modules have one thread.
unsafe impl Sync for Answers {}

static ANSWERS: Answers = Answers(Cell::new(0));

// A record: the next one, the builtin, its result, the arguments.
const NEXT: u32 = 0;
const BUILTIN: u32 = 4;
const ANSWER: u32 = 8;
const ARGS: u32 = 12;

/// Each evaluation asks anew.
pub(super) fn forget_answers() {
    ANSWERS.0.set(0);
}

fn host_builtin(heap: &mut Heap<'_>, builtin: u32, args: &[Value]) -> Value {
    let list = info::word(heap, HOST);
    let Some((number, entry)) = (0..info::word(heap, HOST + 4))
        .map(|number| (number, heap.load(list + 4 * number)))
        .find(|(_, entry)| entry & !NONDETERMINISTIC == builtin)
    else {
        heap.fail(error_kind::INTERNAL, "a builtin is missing");
        return Value::UNDEFINED;
    };
    let nondeterministic = entry & NONDETERMINISTIC != 0;
    if nondeterministic && let Some(known) = known_answer(heap, builtin, args) {
        return known;
    }
    let answer = match *args {
        [] => opa_builtin0(number, 0),
        [a] => opa_builtin1(number, 0, a),
        [a, b] => opa_builtin2(number, 0, a, b),
        [a, b, c] => opa_builtin3(number, 0, a, b, c),
        [a, b, c, d] => opa_builtin4(number, 0, a, b, c, d),
        _ => Value::UNDEFINED,
    };
    if nondeterministic {
        remember(heap, builtin, args, answer);
    }
    answer
}

fn known_answer(heap: &Heap<'_>, builtin: u32, args: &[Value]) -> Option<Value> {
    let mut at = ANSWERS.0.get();
    while at != 0 {
        let same = heap.load(at + BUILTIN) == builtin
            && (0u32..)
                .zip(args)
                .all(|(i, arg)| heap.equal(Value(heap.load(at + ARGS + 4 * i)), *arg));
        if same {
            return Some(Value(heap.load(at + ANSWER)));
        }
        at = heap.load(at + NEXT);
    }
    None
}

fn remember(heap: &mut Heap<'_>, builtin: u32, args: &[Value], answer: Value) {
    let at = heap.alloc(ARGS + 4 * args.len() as u32);
    heap.store(at + NEXT, ANSWERS.0.get());
    heap.store(at + BUILTIN, builtin);
    heap.store(at + ANSWER, answer.0);
    for (i, arg) in (0u32..).zip(args) {
        heap.store(at + ARGS + 4 * i, arg.0);
    }
    ANSWERS.0.set(at);
}

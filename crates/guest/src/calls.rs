//! Builtins and `print`, as the engine's host has them.

use kpol_abi::{
    builtins::BuiltinId,
    layout::{control, error_kind},
};
use kpol_runtime::{
    Heap, Value,
    builtins::{self, BuiltinError, ErrorKind},
};

use crate::heap;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Runs a builtin that the guest does not have. The arguments are `argc` words at `argv`.
    #[link_name = "host_builtin"]
    safe fn host_builtin(builtin: u32, argc: u32, argv: *const Value) -> Value;

    /// Takes a line of `print`.
    #[link_name = "host_print"]
    safe fn host_print(address: *const u8, length: u32, site: u32);
}

pub(crate) fn print_line(line: &str, site: u32) {
    host_print(line.as_ptr(), line.len() as u32, site);
}

pub(crate) fn run_builtin(builtin: u32, site: u32, args: &[Value]) -> Value {
    let mut heap = heap();
    match builtins::call(&mut heap, BuiltinId(builtin), args) {
        Some(Ok(value)) => value,
        Some(Err(error)) => builtin_failed(&mut heap, site, &error),
        None => {
            // Should the host's builtin end the evaluation, this is where.
            if heap.control(control::ERROR_KIND) == 0 {
                heap.set_control(control::ERROR_SITE, site);
            }
            host_builtin(builtin, args.len() as u32, args.as_ptr())
        }
    }
}

/// A failed call is undefined, and the first failure is remembered; in strict mode it ends the evaluation.
#[cold]
fn builtin_failed(heap: &mut Heap<'_>, site: u32, error: &BuiltinError) -> Value {
    let kind = match error.kind {
        ErrorKind::Type => error_kind::TYPE,
        ErrorKind::Builtin | ErrorKind::Elsewhere => error_kind::BUILTIN,
    };
    if heap.control(control::STRICT) == 0 {
        heap.record_error(kind, site, &error.message);
    } else {
        heap.set_control(control::ERROR_SITE, site);
        heap.fail(kind, &error.message);
    }
    Value::UNDEFINED
}

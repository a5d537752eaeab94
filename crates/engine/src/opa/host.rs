//! The functions that a module imports, and what they see.

use std::sync::Arc;

use kpol_builtins::HostBuiltins;
use kpol_runtime::builtins::BuiltinError;
use wasmtime::{Caller, Extern, Func, FuncType, Memory, Store, TypedFunc, ValType};

use super::{
    builtins::{Outcome, Scene, Table},
    instance::text_at,
};
use crate::{answers::Answers, instance::BuiltinFailure, limits::Limiter};

/// The most bytes of printed text that are kept for one input.
const MAX_PRINTED: usize = 1 << 20;

/// The most bytes of an abort's text.
const MAX_MESSAGE: usize = 1 << 16;

/// Why a host function ended an evaluation, beside a builtin's failure.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    /// The module gave up, with this text.
    #[error("{0}")]
    Abort(String),
    /// A builtin's values do not fit the limits.
    #[error("the memory limit is exceeded")]
    Memory,
    /// The module broke the contract.
    #[error("{0}")]
    Contract(&'static str),
}

/// What host functions see.
pub(super) struct State {
    pub(super) limiter: Limiter,
    pub(super) ready: Option<Ready>,
    pub(super) table: Arc<Table>,
    pub(super) host: Arc<dyn HostBuiltins>,
    pub(super) scene: Scene,
    /// What nondeterministic builtins answered since the input was set.
    pub(super) answers: Answers,
    /// The first builtin error since then that made a call undefined.
    pub(super) remembered: Option<BuiltinError>,
    /// Lines of `print` since then.
    pub(super) printed: Vec<String>,
    pub(super) printed_bytes: usize,
}

/// What host functions use of the instance that calls them.
#[derive(Clone)]
pub(super) struct Ready {
    pub(super) memory: Memory,
    pub(super) malloc: TypedFunc<u32, u32>,
    pub(super) free: TypedFunc<u32, ()>,
    pub(super) value_parse: TypedFunc<(u32, u32), u32>,
    pub(super) value_dump: TypedFunc<u32, u32>,
}

impl State {
    /// Starts a new evaluation.
    pub(super) fn begin(&mut self, scene: Scene) {
        self.scene = scene;
        self.answers.clear();
        self.remembered = None;
        self.printed.clear();
        self.printed_bytes = 0;
    }

    fn print(&mut self, line: String) {
        let bytes = line.len() + 16;
        if bytes <= MAX_PRINTED.saturating_sub(self.printed_bytes) {
            self.printed_bytes += bytes;
            self.printed.push(line);
        }
    }
}

/// How many `i32`s a function takes, and how many it returns.
fn shape(name: &str) -> Option<(usize, usize)> {
    Some(match name {
        "opa_abort" | "opa_println" => (1, 0),
        "opa_builtin0" => (2, 1),
        "opa_builtin1" => (3, 1),
        "opa_builtin2" => (4, 1),
        "opa_builtin3" => (5, 1),
        "opa_builtin4" => (6, 1),
        _ => return None,
    })
}

/// Whether the host has a function of that name and type.
pub(super) fn offers(engine: &wasmtime::Engine, name: &str, wanted: &FuncType) -> bool {
    shape(name).is_some_and(|(params, results)| {
        let words = |n| std::iter::repeat_n(ValType::I32, n);
        FuncType::new(engine, words(params), words(results)).matches(wanted)
    })
}

/// The host's function of that name.
pub(super) fn import(store: &mut Store<State>, name: &str) -> Option<Extern> {
    type C<'a> = Caller<'a, State>;
    type R = wasmtime::Result<u32>;
    let function = match name {
        "opa_abort" => Func::wrap(store, abort),
        "opa_println" => Func::wrap(store, println),
        // The second parameter is reserved.
        "opa_builtin0" => Func::wrap(store, |c: C<'_>, id: u32, _: u32| -> R { call(c, id, &[]) }),
        "opa_builtin1" => Func::wrap(store, |c: C<'_>, id: u32, _: u32, a: u32| -> R {
            call(c, id, &[a])
        }),
        "opa_builtin2" => Func::wrap(store, |c: C<'_>, id: u32, _: u32, a: u32, b: u32| -> R {
            call(c, id, &[a, b])
        }),
        "opa_builtin3" => Func::wrap(
            store,
            |c: C<'_>, id: u32, _: u32, a: u32, b: u32, d: u32| -> R { call(c, id, &[a, b, d]) },
        ),
        "opa_builtin4" => Func::wrap(
            store,
            |c: C<'_>, id: u32, _: u32, a: u32, b: u32, d: u32, e: u32| -> R {
                call(c, id, &[a, b, d, e])
            },
        ),
        _ => return None,
    };
    Some(function.into())
}

/// The memory of the module that calls: an abort may come before the instance is ready.
fn memory(caller: &mut Caller<'_, State>) -> Option<Memory> {
    let known = caller.data().ready.as_ref().map(|ready| ready.memory);
    known.or_else(|| caller.get_export(super::MEMORY)?.into_memory())
}

fn abort(mut caller: Caller<'_, State>, at: u32) -> wasmtime::Result<()> {
    let memory = memory(&mut caller);
    let text = memory.and_then(|memory| text_at(memory.data(&caller), at));
    let mut text = text.unwrap_or("the module gave up, without a reason that can be read");
    if let Some(cut) = text.get(..text.floor_char_boundary(MAX_MESSAGE)) {
        text = cut;
    }
    Err(Stop::Abort(text.to_owned()).into())
}

fn println(mut caller: Caller<'_, State>, at: u32) {
    let memory = memory(&mut caller);
    let text = memory.and_then(|memory| text_at(memory.data(&caller), at));
    if let Some(line) = text.map(str::to_owned) {
        caller.data_mut().print(line);
    }
}

/// Calls a builtin. Operands and the result cross as text, which the module itself writes and reads, within its
/// limits.
fn call(mut caller: Caller<'_, State>, number: u32, operands: &[u32]) -> wasmtime::Result<u32> {
    let Some(ready) = caller.data().ready.clone() else {
        return Err(Stop::Contract("the module calls a builtin while it starts").into());
    };
    let table = Arc::clone(&caller.data().table);
    let Some(builtin) = table.get(number) else {
        return Err(Stop::Contract("the module calls a builtin that it does not list").into());
    };
    if operands.contains(&0) {
        return Ok(0);
    }
    let mut args = String::from("[");
    for (i, operand) in operands.iter().enumerate() {
        if i > 0 {
            args.push(',');
        }
        let at = ready.value_dump.call(&mut caller, *operand)?;
        let text = text_at(ready.memory.data(&caller), at);
        args.push_str(text.ok_or(Stop::Contract("an operand's text cannot be read"))?);
        ready.free.call(&mut caller, at)?;
    }
    args.push(']');
    let key = (number, args);
    let known = if builtin.nondeterministic {
        caller.data().answers.get(&key)
    } else {
        None
    };
    let answer = match known {
        Some(answer) => answer,
        None => {
            let state = caller.data();
            match builtin.call(&*state.host, &key.1, &state.scene) {
                Outcome::Memory => return Err(Stop::Memory.into()),
                Outcome::Printed(lines) => {
                    for line in lines {
                        caller.data_mut().print(line);
                    }
                    Ok(Some("true".to_owned()))
                }
                Outcome::Answer(answer) => {
                    if builtin.nondeterministic {
                        caller.data_mut().answers.keep(key, answer.clone());
                    }
                    answer
                }
            }
        }
    };
    match answer {
        Ok(None) => Ok(0),
        Ok(Some(text)) => parse(&mut caller, &ready, &text),
        Err(error) if caller.data().scene.strict => Err(BuiltinFailure(error).into()),
        Err(error) => {
            // A call that is undefined because of an error proves nothing.
            caller.data_mut().remembered.get_or_insert(error);
            Ok(0)
        }
    }
}

/// Makes a builtin's result a value of the module.
fn parse(caller: &mut Caller<'_, State>, ready: &Ready, text: &str) -> wasmtime::Result<u32> {
    let len = u32::try_from(text.len()).map_err(|_| Stop::Memory)?;
    let at = ready.malloc.call(&mut *caller, len)?;
    let bad = Stop::Contract("the module has no room for a builtin's result");
    ready
        .memory
        .write(&mut *caller, at as usize, text.as_bytes())
        .map_err(|_| bad)?;
    let value = ready.value_parse.call(&mut *caller, (at, len))?;
    ready.free.call(&mut *caller, at)?;
    if value == 0 {
        return Err(Stop::Contract("the module cannot read a builtin's result").into());
    }
    Ok(value)
}

//! One call, in a store of its own.

use std::sync::Arc;

use wasmtime::{Instance, Store};

use super::{
    GUEST_CALL, GuestModule, GuestOutcome, GuestProtocol, START,
    functions::{self, Capabilities, State, Stop},
};
use crate::{
    error::{EvalError, EvalErrorKind},
    instance::describe_trap,
    limits::{Limiter, Limits},
    ticker,
};

/// What a reactor exports to be set up.
const INITIALIZE: &str = "_initialize";
/// What a waPC module exports to register its operations.
const INIT: &str = "wapc_init";

/// The most characters of a module's own words in an error.
const MAX_WORDS: usize = 2000;

pub(super) fn call(
    module: &GuestModule,
    operation: &str,
    payload: Vec<u8>,
    host: Arc<dyn Capabilities>,
    limits: Limits,
) -> GuestOutcome {
    let room = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let state = State::new(
        Limiter::new(limits),
        host,
        module.protocol,
        (operation, payload),
        room,
    );
    let mut store = Store::new(&module.engine.inner.wasmtime, state);
    store.limiter(|state| &mut state.limiter);
    store.set_epoch_deadline(ticker::ticks(limits.timeout));
    let ended = {
        let _clock = module.engine.inner.ticker.run();
        match module.protocol {
            GuestProtocol::Wapc => wapc(&mut store, module),
            GuestProtocol::Command => command(&mut store, module),
        }
    };
    let state = store.data_mut();
    let answer = match ended {
        Ok(Ended::Answered) => {
            let answer = match module.protocol {
                GuestProtocol::Wapc => state.response.take(),
                GuestProtocol::Command => Some(state.world.take_stdout()),
            };
            answer.ok_or_else(|| EvalError::internal("the module gives no answer"))
        }
        Ok(Ended::Failed) => {
            let words = state.error.take().unwrap_or_default();
            Err(failed("the module failed", &words))
        }
        Err(error) => Err(describe(state, limits, &error)),
    };
    let (log, denied) = store.into_data().into_notes();
    GuestOutcome {
        answer,
        log,
        denied,
    }
}

/// How a call ended that came back.
enum Ended {
    Answered,
    Failed,
}

fn link(store: &mut Store<State>, module: &GuestModule) -> wasmtime::Result<Instance> {
    let mut imports = Vec::new();
    for import in module.module.imports() {
        let wanted = import.ty();
        let function = wanted
            .func()
            .and_then(|wanted| functions::import(store, import.module(), import.name(), wanted));
        imports.push(function.ok_or_else(|| {
            wasmtime::format_err!("unknown import `{}.{}`", import.module(), import.name())
        })?);
    }
    Instance::new(store, &module.module, &imports)
}

fn wapc(store: &mut Store<State>, module: &GuestModule) -> wasmtime::Result<Ended> {
    let instance = link(store, module)?;
    for name in [INITIALIZE, START, INIT] {
        let Some(function) = instance.get_func(&mut *store, name) else {
            continue;
        };
        // Some tool chains declare that `wapc_init` returns something.
        let mut results = vec![wasmtime::Val::I32(0); function.ty(&*store).results().len()];
        match function.call(&mut *store, &[], &mut results) {
            Ok(()) => {}
            // A `main` that has registered its operations ends, and the module is ready.
            Err(error) if matches!(error.downcast_ref(), Some(Stop::Exit(0))) => {}
            Err(error) => return Err(error),
        }
    }
    let state = store.data();
    let lengths = (
        i32::try_from(state.operation.len())?,
        i32::try_from(state.payload.len()).map_err(|_| Stop::Memory)?,
    );
    let function = instance.get_typed_func::<(i32, i32), i32>(&mut *store, GUEST_CALL)?;
    Ok(match function.call(store, lengths)? {
        1 => Ended::Answered,
        _ => Ended::Failed,
    })
}

fn command(store: &mut Store<State>, module: &GuestModule) -> wasmtime::Result<Ended> {
    let instance = link(store, module)?;
    let function = instance.get_typed_func::<(), ()>(&mut *store, START)?;
    match function.call(store, ()) {
        Ok(()) => Ok(Ended::Answered),
        Err(error) if matches!(error.downcast_ref(), Some(Stop::Exit(0))) => Ok(Ended::Answered),
        Err(error) => Err(error),
    }
}

fn describe(state: &State, limits: Limits, error: &wasmtime::Error) -> EvalError {
    match error.downcast_ref() {
        Some(Stop::Memory) => EvalError::memory(),
        Some(Stop::Contract(what)) => EvalError::internal(*what),
        // Before it gave up for want of memory, it may have said anything.
        Some(Stop::Exit(_)) if state.limiter.refused => EvalError::memory(),
        Some(Stop::Exit(code)) => failed(
            &format!("the module ended with exit code {code}"),
            state.world.stderr(),
        ),
        None => {
            let error = describe_trap(state.limiter.refused, limits, error);
            match error.kind {
                // A panic says what happened before it traps.
                EvalErrorKind::Internal => failed(&error.message, state.world.stderr()),
                _ => error,
            }
        }
    }
}

/// An error with what the module says about it, if it does.
fn failed(what: &str, words: &[u8]) -> EvalError {
    let words = String::from_utf8_lossy(words);
    let words = words.trim();
    if words.is_empty() {
        return EvalError::internal(what);
    }
    let cut = words
        .char_indices()
        .nth(MAX_WORDS)
        .map_or(words.len(), |(at, _)| at);
    EvalError::internal(format!("{what}: {}", words.get(..cut).unwrap_or(words)))
}

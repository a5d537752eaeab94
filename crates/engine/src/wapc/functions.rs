//! What the host gives to a module: waPC's functions, and the state behind them.

use std::sync::Arc;

use wasmtime::{Caller, Extern, Func, FuncType, Store, ValType};

use super::{
    GuestProtocol, HOSTS, WAPC, WASI,
    memory::{bytes, memory},
    wasi,
};
use crate::limits::Limiter;

/// The most bytes of logged text that are kept of a call.
const MAX_LOG: usize = 1 << 20;

/// The most bytes of each part of a capability's name.
const MAX_NAME: u32 = 1 << 10;

/// The most bytes of the text that a module says why it failed with.
const MAX_ERROR: usize = 1 << 16;

/// The most denied capabilities that are kept of a call: a policy may try one in a loop.
const MAX_DENIED: usize = 20;

/// A call of one of the host's capabilities.
#[derive(Debug, Clone, Copy)]
pub struct CapabilityCall<'c> {
    /// Whose it is: `kubewarden`.
    pub binding: &'c str,
    /// Its group, such as `kubernetes`.
    pub namespace: &'c str,
    /// Its name in there, such as `get_resource`.
    pub operation: &'c str,
    /// The request, usually JSON.
    pub payload: &'c [u8],
}

/// Why there is no answer. The module gets the text in both cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapabilityError {
    /// It is not allowed: whatever the module makes of that, its answer is none.
    Denied(String),
    /// It is allowed and failed, as it can anywhere.
    Failed(String),
}

/// Decides about capabilities, and has them.
pub trait Capabilities: Send + Sync {
    /// Answers a call. Logging (`tracing/log`) does not come here.
    ///
    /// # Errors
    /// Where the call is denied, or fails.
    fn call(&self, call: &CapabilityCall<'_>) -> Result<Vec<u8>, CapabilityError>;
}

/// Why a host function ended a call.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    /// The module ended itself, with this code.
    #[error("the module ended with exit code {0}")]
    Exit(u32),
    /// The module broke the contract.
    #[error("{0}")]
    Contract(&'static str),
    /// It wrote more than there is room for.
    #[error("the memory limit is exceeded")]
    Memory,
}

/// What host functions see.
pub(super) struct State {
    pub(super) limiter: Limiter,
    pub(super) host: Arc<dyn Capabilities>,
    pub(super) operation: Vec<u8>,
    pub(super) payload: Vec<u8>,
    /// waPC's answer.
    pub(super) response: Option<Vec<u8>>,
    /// What it says why there is none.
    pub(super) error: Option<Vec<u8>>,
    /// The result of the last call of a capability.
    host_response: Vec<u8>,
    host_error: Vec<u8>,
    pub(super) world: wasi::World,
    /// The most bytes that an answer may have.
    pub(super) room: usize,
    log: Vec<String>,
    log_bytes: usize,
    denied: Vec<String>,
}

impl State {
    pub(super) fn new(
        limiter: Limiter,
        host: Arc<dyn Capabilities>,
        protocol: GuestProtocol,
        (operation, payload): (&str, Vec<u8>),
        room: usize,
    ) -> State {
        let command = protocol == GuestProtocol::Command;
        let (payload, stdin) = if command {
            (Vec::new(), payload)
        } else {
            (payload, Vec::new())
        };
        State {
            limiter,
            host,
            operation: operation.as_bytes().to_vec(),
            payload,
            response: None,
            error: None,
            host_response: Vec::new(),
            host_error: Vec::new(),
            world: wasi::World::new(command.then_some(operation), stdin),
            room,
            log: Vec::new(),
            log_bytes: 0,
            denied: Vec::new(),
        }
    }

    /// Keeps text that the module logged, as far as there is room.
    pub(super) fn log(&mut self, text: &[u8]) {
        let room = MAX_LOG.saturating_sub(self.log_bytes);
        let Some(text) = text.get(..text.len().min(room)) else {
            return;
        };
        for line in String::from_utf8_lossy(text).lines() {
            self.log_bytes += line.len() + 16;
            self.log.push(line.to_owned());
        }
    }

    /// What was logged, what was denied.
    pub(super) fn into_notes(mut self) -> (Vec<String>, Vec<String>) {
        let rest = self.world.take_stderr();
        self.log(&rest);
        (self.log, self.denied)
    }

    /// Calls a capability.
    fn capability(&mut self, call: &CapabilityCall<'_>) -> Result<Vec<u8>, String> {
        if (call.binding, call.namespace, call.operation) == ("kubewarden", "tracing", "log") {
            self.log(call.payload);
            return Ok(Vec::new());
        }
        match Arc::clone(&self.host).call(call) {
            Ok(answer) => Ok(answer),
            Err(CapabilityError::Failed(text)) => Err(text),
            Err(CapabilityError::Denied(text)) => {
                if self.denied.len() < MAX_DENIED && !self.denied.contains(&text) {
                    self.denied.push(text.clone());
                }
                Err(text)
            }
        }
    }
}

/// Parameters and results of waPC's functions: how many words.
fn shape(name: &str) -> Option<(usize, usize)> {
    Some(match name {
        "__guest_request" | "__guest_response" | "__guest_error" | "__console_log" => (2, 0),
        "__host_call" => (8, 1),
        "__host_response_len" | "__host_error_len" => (0, 1),
        "__host_response" | "__host_error" => (1, 0),
        _ => return None,
    })
}

/// Whether the host has a function of that name and type.
pub(super) fn offers(
    engine: &wasmtime::Engine,
    module: &str,
    name: &str,
    wanted: &FuncType,
    protocol: GuestProtocol,
) -> bool {
    let words = |n| std::iter::repeat_n(ValType::I32, n);
    let shape = match module {
        WAPC if protocol == GuestProtocol::Wapc => shape(name),
        WASI => return wasi::offers(engine, name, wanted),
        _ if HOSTS.contains(&module) && protocol == GuestProtocol::Command && name == "call" => {
            Some((8, 1))
        }
        _ => None,
    };
    shape.is_some_and(|(params, results)| {
        FuncType::new(engine, words(params), words(results)).matches(wanted)
    })
}

/// The host's function of that name; its type was looked at when the module was loaded.
pub(super) fn import(
    store: &mut Store<State>,
    module: &str,
    name: &str,
    wanted: &FuncType,
) -> Option<Extern> {
    let function = match (module, name) {
        (WASI, name) => return wasi::import(store, name, wanted),
        (WAPC, "__guest_request") => Func::wrap(store, guest_request),
        (WAPC, "__guest_response") => Func::wrap(store, guest_response),
        (WAPC, "__guest_error") => Func::wrap(store, guest_error),
        (WAPC, "__console_log") => Func::wrap(store, console_log),
        (WAPC, "__host_call") => Func::wrap(store, host_call),
        (WAPC, "__host_response_len") => Func::wrap(store, |caller: Caller<'_, State>| {
            length(&caller.data().host_response)
        }),
        (WAPC, "__host_error_len") => Func::wrap(store, |caller: Caller<'_, State>| {
            length(&caller.data().host_error)
        }),
        (WAPC, "__host_response") => Func::wrap(store, |caller: Caller<'_, State>, at: u32| {
            give(caller, at, |state| &state.host_response)
        }),
        (WAPC, "__host_error") => Func::wrap(store, |caller: Caller<'_, State>, at: u32| {
            give(caller, at, |state| &state.host_error)
        }),
        (_, "call") => Func::wrap(store, command_call),
        _ => return None,
    };
    Some(function.into())
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// A copy of some of the module's bytes.
fn take(caller: &mut Caller<'_, State>, at: u32, len: u32) -> Result<Vec<u8>, Stop> {
    let memory = memory(caller)?;
    bytes(memory, &*caller, at, len)
        .map(<[u8]>::to_vec)
        .ok_or(Stop::Contract("the module passed a bad address"))
}

/// Writes bytes of the state into the module.
fn give(
    mut caller: Caller<'_, State>,
    at: u32,
    what: impl FnOnce(&State) -> &Vec<u8>,
) -> wasmtime::Result<()> {
    let memory = memory(&mut caller)?;
    let (data, state) = memory.data_and_store_mut(&mut caller);
    write(data, at, what(state))
}

fn write(data: &mut [u8], at: u32, bytes: &[u8]) -> wasmtime::Result<()> {
    let start = at as usize;
    let place = start
        .checked_add(bytes.len())
        .and_then(|end| data.get_mut(start..end))
        .ok_or(Stop::Contract("the module passed a bad address"))?;
    place.copy_from_slice(bytes);
    Ok(())
}

fn guest_request(
    mut caller: Caller<'_, State>,
    operation: u32,
    payload: u32,
) -> wasmtime::Result<()> {
    let memory = memory(&mut caller)?;
    let (data, state) = memory.data_and_store_mut(&mut caller);
    write(data, operation, &state.operation)?;
    write(data, payload, &state.payload)
}

fn guest_response(mut caller: Caller<'_, State>, at: u32, len: u32) -> wasmtime::Result<()> {
    if len as usize > caller.data().room {
        return Err(Stop::Memory.into());
    }
    let answer = take(&mut caller, at, len)?;
    caller.data_mut().response = Some(answer);
    Ok(())
}

fn guest_error(mut caller: Caller<'_, State>, at: u32, len: u32) -> wasmtime::Result<()> {
    let memory = memory(&mut caller)?;
    let text = bytes(memory, &caller, at, len);
    let text = text.ok_or(Stop::Contract("the module passed a bad address"))?;
    let text = text.get(..MAX_ERROR).unwrap_or(text).to_vec();
    caller.data_mut().error = Some(text);
    Ok(())
}

fn console_log(mut caller: Caller<'_, State>, at: u32, len: u32) -> wasmtime::Result<()> {
    let memory = memory(&mut caller)?;
    let text = bytes(memory, &caller, at, len);
    let text = text.ok_or(Stop::Contract("the module passed a bad address"))?;
    let text = text.get(..MAX_LOG).unwrap_or(text).to_vec();
    caller.data_mut().log(&text);
    Ok(())
}

/// The three parts of a capability's name, and the payload.
type Parts = (u32, u32, u32, u32, u32, u32, u32, u32);

fn called(
    caller: &mut Caller<'_, State>,
    parts: Parts,
) -> wasmtime::Result<Result<Vec<u8>, String>> {
    let (binding, binding_len, namespace, namespace_len, operation, operation_len, at, len) = parts;
    let mut name = |at, len: u32| -> Result<String, Stop> {
        if len > MAX_NAME {
            return Err(Stop::Contract("the name of a capability is too long"));
        }
        let bytes = take(caller, at, len)?;
        String::from_utf8(bytes).map_err(|_| Stop::Contract("the name of a capability is no text"))
    };
    let binding = name(binding, binding_len)?;
    let namespace = name(namespace, namespace_len)?;
    let operation = name(operation, operation_len)?;
    let payload = take(caller, at, len)?;
    Ok(caller.data_mut().capability(&CapabilityCall {
        binding: &binding,
        namespace: &namespace,
        operation: &operation,
        payload: &payload,
    }))
}

#[expect(clippy::too_many_arguments, reason = "waPC's")]
fn host_call(
    mut caller: Caller<'_, State>,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
) -> wasmtime::Result<u32> {
    let result = called(&mut caller, (a, b, c, d, e, f, g, h))?;
    let state = caller.data_mut();
    (state.host_response, state.host_error) = (Vec::new(), Vec::new());
    Ok(match result {
        Ok(answer) => {
            state.host_response = answer;
            1
        }
        Err(text) => {
            state.host_error = text.into_bytes();
            0
        }
    })
}

/// A command reads the result from its standard input; 0 stands for success.
#[expect(clippy::too_many_arguments, reason = "Kubewarden's")]
fn command_call(
    mut caller: Caller<'_, State>,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
) -> wasmtime::Result<u32> {
    let result = called(&mut caller, (a, b, c, d, e, f, g, h))?;
    let world = &mut caller.data_mut().world;
    Ok(match result {
        Ok(answer) => {
            world.feed(&answer);
            0
        }
        Err(text) => {
            world.feed(text.as_bytes());
            1
        }
    })
}

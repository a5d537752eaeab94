//! The functions and the state that the host gives to a running instance.

use std::sync::Arc;

use kpol_abi::{
    builtins::BuiltinId,
    layout::{control, error_kind},
    names,
};
use kpol_builtins::{HostBuiltins, HostCall};
use kpol_compiler::builtins::{Declared, declared_index};
use kpol_runtime::{
    Heap, Value,
    builtins::{BuiltinError, ErrorKind},
    json,
};
use wasmtime::{Caller, Extern, Func, Memory, Store, TypedFunc};

use super::failure::BuiltinFailure;
use crate::{
    answers::Answers,
    engine::Engine,
    error::SourceSite,
    limits::{Limiter, Limits},
    ticker,
};

/// The most bytes of printed text and of noted test cases that are kept for one input.
const MAX_NOTED: usize = 1 << 20;

/// The builtin by which a data-driven test notes the case that it has come to: a unit-test runner looks at them.
pub(crate) const TEST_CASE: &str = "internal.test_case";

/// The most arguments of a builtin.
const MAX_ARGS: u32 = 64;

/// What host functions see.
pub(crate) struct State {
    pub(crate) limiter: Limiter,
    pub(super) ready: Option<Ready>,
    builtins: Arc<dyn HostBuiltins>,
    /// The policy's builtins that are not in the standard table, by number.
    declared: Arc<[Declared]>,
    /// The places in the policy that calls are made from, by number.
    sites: Arc<[SourceSite]>,
    /// What the host's nondeterministic builtins answered in this evaluation, by builtin and arguments.
    pub(super) answers: Answers,
    /// Lines of `print`: site and text.
    pub(crate) printed: Vec<(u32, String)>,
    /// Cases that tests came to, each as a JSON array of its names.
    pub(crate) cases: Vec<String>,
    /// The size of [`State::printed`] and [`State::cases`].
    pub(super) noted_bytes: usize,
}

/// What host functions use of the instance that calls them.
#[derive(Clone)]
pub(super) struct Ready {
    pub(super) memory: Memory,
    pub(super) reserve: TypedFunc<(u32, u32), ()>,
    pub(super) to_json: TypedFunc<u32, u32>,
    pub(super) to_term: TypedFunc<u32, u32>,
}

impl State {
    /// Whether there is room for another noted text, which takes it.
    fn note(&mut self, len: usize) -> bool {
        let fits = len <= MAX_NOTED.saturating_sub(self.noted_bytes);
        if fits {
            self.noted_bytes += len + 16;
        }
        fits
    }
}

pub(crate) fn new_store(
    engine: &Engine,
    declared: Arc<[Declared]>,
    sites: Arc<[SourceSite]>,
    limits: Limits,
) -> Store<State> {
    let state = State {
        limiter: Limiter::new(limits),
        ready: None,
        builtins: Arc::clone(&engine.inner.builtins),
        declared,
        sites,
        answers: Answers::default(),
        printed: Vec::new(),
        cases: Vec::new(),
        noted_bytes: 0,
    };
    let mut store = Store::new(&engine.inner.wasmtime, state);
    store.limiter(|state| &mut state.limiter);
    store.set_epoch_deadline(ticker::ticks(limits.timeout));
    store
}
pub(super) fn host_import(
    store: &mut Store<State>,
    memory: Memory,
    name: &str,
) -> wasmtime::Result<Extern> {
    match name {
        names::MEMORY => Ok(memory.into()),
        names::HOST_PRINT => Ok(Func::wrap(store, host_print).into()),
        names::HOST_BUILTIN => Ok(Func::wrap(store, host_builtin).into()),
        other => Err(wasmtime::format_err!(
            "the runtime imports `{other}`, which there is not"
        )),
    }
}

fn host_print(mut caller: Caller<'_, State>, address: u32, len: u32, site: u32) {
    let Some(Ready { memory, .. }) = caller.data().ready else {
        return;
    };
    let (bytes, state) = memory.data_and_store_mut(&mut caller);
    let start = address as usize;
    let Some(line) = bytes.get(start..start.saturating_add(len as usize)) else {
        return;
    };
    if state.note(line.len()) {
        state
            .printed
            .push((site, String::from_utf8_lossy(line).into_owned()));
    }
}

/// Arguments become text inside of the sandbox, where a value that unfolds to endless text meets the limits.
fn host_builtin(
    mut caller: Caller<'_, State>,
    builtin: u32,
    argc: u32,
    argv: u32,
) -> wasmtime::Result<u32> {
    let declared = Arc::clone(&caller.data().declared);
    let id = BuiltinId(builtin);
    let own = declared_index(id).and_then(|index| declared.get(index));
    let (name, nondeterministic) = match (id.get(), own) {
        (Some(standard), _) => (standard.name, standard.nondeterministic),
        (None, Some(own)) => (own.name.as_str(), own.nondeterministic),
        (None, None) => ("", false),
    };
    let Some(ready) = caller.data().ready.clone() else {
        wasmtime::bail!("a builtin is called before the instance is ready");
    };
    let heap = Heap::over(ready.memory.data_mut(&mut caller));
    let strict = heap.control(control::STRICT) != 0;
    let now_ns =
        i64::from(heap.control(control::NOW)) | i64::from(heap.control(control::NOW + 4)) << 32;
    let values: Vec<u32> = (0..argc.min(MAX_ARGS))
        .map(|i| heap.load(argv.wrapping_add(4 * i)))
        .collect();
    drop(heap);
    if name == TEST_CASE {
        return note_case(&mut caller, &ready, values.first().copied().unwrap_or(0));
    }
    let mut args = String::from("[");
    for (i, value) in values.into_iter().enumerate() {
        if i > 0 {
            args.push(',');
        }
        let at = ready.to_term.call(&mut caller, value)?;
        let heap = Heap::over(ready.memory.data_mut(&mut caller));
        let text = text_at(&heap, at).ok_or_else(|| wasmtime::format_err!("a bad address"))?;
        args.push_str(text);
    }
    args.push(']');
    let site = Heap::over(ready.memory.data_mut(&mut caller)).control(control::ERROR_SITE);
    let key = (builtin, args);
    let known = caller.data().answers.get(&key);
    let answer = known.unwrap_or_else(|| {
        let builtins = Arc::clone(&caller.data().builtins);
        let sites = Arc::clone(&caller.data().sites);
        let call = HostCall {
            name,
            args: &key.1,
            now_ns,
            file: sites.get(site as usize).map(|site| site.file.as_str()),
        };
        let answer = builtins.call(&call);
        if nondeterministic {
            caller.data_mut().answers.keep(key, answer.clone());
        }
        answer
    });
    let named = |error: BuiltinError| BuiltinError {
        message: format!("{name}: {}", error.message),
        ..error
    };
    match answer {
        Ok(None) => Ok(0),
        Ok(Some(text)) => parse_result(&mut caller, &ready, &text).ok_or_else(|| {
            let error = BuiltinError::failed("the host's result is no value, or too large");
            BuiltinFailure(named(error)).into()
        }),
        Err(error) if strict => Err(BuiltinFailure(named(error)).into()),
        Err(error) => remember(&mut caller, &ready, &named(error)).map(|()| 0),
    }
}

/// Keeps the case that a test has come to. The call holds.
fn note_case(caller: &mut Caller<'_, State>, ready: &Ready, names: u32) -> wasmtime::Result<u32> {
    let at = ready.to_json.call(&mut *caller, names)?;
    let heap = Heap::over(ready.memory.data_mut(&mut *caller));
    let text = text_at(&heap, at).ok_or_else(|| wasmtime::format_err!("a bad address"))?;
    let text = text.to_owned();
    drop(heap);
    let state = caller.data_mut();
    if state.note(text.len()) {
        state.cases.push(text);
    }
    Ok(Value::TRUE.0)
}

/// Leaves a builtin error where the host looks for it: a call that is undefined because of it proves nothing.
fn remember(
    caller: &mut Caller<'_, State>,
    ready: &Ready,
    error: &BuiltinError,
) -> wasmtime::Result<()> {
    let room = u32::try_from(error.message.len())?.saturating_add(16);
    ready.reserve.call(&mut *caller, (room, 0))?;
    let mut heap = Heap::over(ready.memory.data_mut(caller));
    let site = heap.control(control::ERROR_SITE);
    let kind = match error.kind {
        ErrorKind::Type => error_kind::TYPE,
        ErrorKind::Builtin | ErrorKind::Elsewhere => error_kind::BUILTIN,
    };
    heap.record_error(kind, site, &error.message);
    Ok(())
}

fn parse_result(caller: &mut Caller<'_, State>, ready: &Ready, text: &str) -> Option<u32> {
    // Each value has at least one byte of text, and takes at most a header, its share of an index and slack.
    let len = u32::try_from(text.len()).ok()?;
    let bytes = len.checked_mul(48)?.checked_add(1 << 10)?;
    ready
        .reserve
        .call(&mut *caller, (bytes, len / 2 + 1))
        .ok()?;
    let mut heap = Heap::over(ready.memory.data_mut(caller));
    let value = json::parse_term(&mut heap, text).ok()?;
    (!heap.exhausted()).then_some(value.0)
}
/// The text that the two words at an address name.
pub(super) fn text_at<'h>(heap: &'h Heap<'_>, at: u32) -> Option<&'h str> {
    let (address, len) = (heap.load(at), heap.load(at.wrapping_add(4)));
    let text = std::str::from_utf8(heap.read(address, len)).ok()?;
    (text.len() == len as usize && !heap.exhausted()).then_some(text)
}

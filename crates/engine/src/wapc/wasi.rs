//! A `wasi_snapshot_preview1` in which there is nothing but the standard streams, a clock and chance.
//!
//! There are no files and no sockets: functions on them fail as they do for a descriptor that is not open, or that the
//! system does not know. Nothing waits: a module that sleeps finds that its clock has gone on by as much.

use std::time::Instant;

use wasmtime::{Caller, Extern, Func, FuncType, Store, Val, ValType};

use super::{
    functions::{State, Stop},
    memory::{bytes, memory, word},
};
use crate::evaluator::{chance, clock};

/// The most bytes of standard error that are kept.
const MAX_STDERR: usize = 1 << 20;
/// The most pieces that one call reads or writes.
const MAX_PIECES: u32 = 1024;
/// The most bytes that one call reads or writes; callers ask for the rest.
const MAX_TRANSFER: u32 = 1 << 24;
/// The most random bytes of one call.
const MAX_RANDOM: u32 = 1 << 20;
/// The most events that one call waits for.
const MAX_EVENTS: u32 = 1024;

const SUCCESS: i32 = 0;
const BADF: i32 = 8;
const FAULT: i32 = 21;
const INVAL: i32 = 28;
const NOSYS: i32 = 52;
const SPIPE: i32 = 70;

/// What a module sees of the world.
pub(super) struct World {
    /// Its arguments, each with a zero at its end.
    args: Vec<Vec<u8>>,
    stdin: Vec<u8>,
    /// How much of the input was read.
    read: usize,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Whether standard output is the answer; else it is a log.
    command: bool,
    /// The time when the call began, in nanoseconds since the epoch, and what passed since.
    began: i64,
    since: Instant,
    /// The time that the module slept.
    slept: u64,
    random: u64,
}

impl World {
    /// A command has an operation, as its one argument.
    pub(super) fn new(operation: Option<&str>, stdin: Vec<u8>) -> World {
        let began = clock();
        let args = operation.map_or_else(Vec::new, |operation| {
            let text = |text: &str| [text.as_bytes(), &[0]].concat();
            vec![text("policy.wasm"), text(operation)]
        });
        World {
            command: operation.is_some(),
            args,
            stdin,
            read: 0,
            stdout: Vec::new(),
            stderr: Vec::new(),
            began,
            since: Instant::now(),
            slept: 0,
            random: chance(began),
        }
    }

    /// Adds to what standard input has.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.stdin.drain(..self.read);
        self.read = 0;
        self.stdin.extend_from_slice(bytes);
    }

    pub(super) fn take_stdout(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.stdout)
    }

    pub(super) fn stderr(&self) -> &[u8] {
        &self.stderr
    }

    pub(super) fn take_stderr(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.stderr)
    }

    /// Nanoseconds since the call began, as the module sees it.
    fn elapsed(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_nanos())
            .unwrap_or(u64::MAX)
            .saturating_add(self.slept)
    }

    /// A clock's time; none where there is no such clock.
    fn time(&self, clock: u32) -> Option<u64> {
        match clock {
            0 => Some(
                u64::try_from(self.began)
                    .unwrap_or(0)
                    .saturating_add(self.elapsed()),
            ),
            // The monotonic clock, and those of process and thread.
            1..=3 => Some(self.elapsed()),
            _ => None,
        }
    }

    /// The next eight random bytes (splitmix64).
    fn chance(&mut self) -> [u8; 8] {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()
    }
}

/// Types of parameters: `i` and `l` for 32 and 64 bits. All functions return an error number, but for `proc_exit`.
fn shape(name: &str) -> Option<&'static str> {
    Some(match name {
        "args_get"
        | "args_sizes_get"
        | "environ_get"
        | "environ_sizes_get"
        | "clock_res_get"
        | "fd_fdstat_get"
        | "fd_fdstat_set_flags"
        | "fd_filestat_get"
        | "fd_prestat_get"
        | "fd_renumber"
        | "fd_tell"
        | "random_get"
        | "sock_shutdown" => "ii",
        "clock_time_get" => "ili",
        "fd_advise" => "illi",
        "fd_allocate" | "fd_fdstat_set_rights" => "ill",
        "fd_close" | "fd_datasync" | "fd_sync" | "proc_exit" | "proc_raise" => "i",
        "fd_filestat_set_size" => "il",
        "fd_filestat_set_times" => "illi",
        "fd_pread" | "fd_pwrite" | "fd_readdir" => "iiili",
        "fd_prestat_dir_name"
        | "path_create_directory"
        | "path_remove_directory"
        | "path_unlink_file"
        | "sock_accept" => "iii",
        "fd_read" | "fd_write" | "poll_oneoff" => "iiii",
        "fd_seek" => "ilii",
        "path_filestat_get" | "path_symlink" | "sock_send" => "iiiii",
        "path_filestat_set_times" => "iiiilli",
        "path_link" => "iiiiiii",
        "path_open" => "iiiiillii",
        "path_readlink" | "path_rename" | "sock_recv" => "iiiiii",
        "sched_yield" => "",
        _ => return None,
    })
}

/// Whether there is a function of that name and type.
pub(super) fn offers(engine: &wasmtime::Engine, name: &str, wanted: &FuncType) -> bool {
    let Some(params) = shape(name) else {
        return false;
    };
    let params = params.bytes().map(|letter| match letter {
        b'l' => ValType::I64,
        _ => ValType::I32,
    });
    let results = (name != "proc_exit").then_some(ValType::I32);
    FuncType::new(engine, params, results).matches(wanted)
}

/// The function of that name.
pub(super) fn import(store: &mut Store<State>, name: &str, wanted: &FuncType) -> Option<Extern> {
    type C<'a> = Caller<'a, State>;
    type R = wasmtime::Result<i32>;
    let function = match name {
        "args_sizes_get" => Func::wrap(store, |c: C<'_>, count: u32, size: u32| -> R {
            let args = &c.data().world.args;
            let (n, bytes) = (args.len(), args.iter().map(Vec::len).sum::<usize>());
            sizes(c, [(count, n), (size, bytes)])
        }),
        "environ_sizes_get" => Func::wrap(store, |c: C<'_>, count: u32, size: u32| -> R {
            sizes(c, [(count, 0), (size, 0)])
        }),
        "args_get" => Func::wrap(store, args_get),
        "environ_get" => Func::wrap(store, |_: u32, _: u32| SUCCESS),
        "clock_res_get" => Func::wrap(store, |c: C<'_>, clock: u32, at: u32| -> R {
            let known = c.data().world.time(clock).map(|_| 1_000_000_u64);
            number(c, at, known)
        }),
        "clock_time_get" => Func::wrap(store, |c: C<'_>, clock: u32, _: u64, at: u32| -> R {
            let time = c.data().world.time(clock);
            number(c, at, time)
        }),
        "random_get" => Func::wrap(store, random_get),
        "fd_read" => Func::wrap(store, fd_read),
        "fd_write" => Func::wrap(store, fd_write),
        "fd_fdstat_get" => Func::wrap(store, fd_fdstat_get),
        "fd_filestat_get" => Func::wrap(store, fd_filestat_get),
        "fd_fdstat_set_flags" => Func::wrap(store, |fd: u32, _: u32| on_stream(fd, SUCCESS)),
        "fd_close" | "fd_sync" | "fd_datasync" => {
            Func::wrap(store, |fd: u32| on_stream(fd, SUCCESS))
        }
        "fd_seek" => Func::wrap(store, |fd: u32, _: u64, _: u32, _: u32| {
            on_stream(fd, SPIPE)
        }),
        "fd_tell" => Func::wrap(store, |fd: u32, _: u32| on_stream(fd, SPIPE)),
        "poll_oneoff" => Func::wrap(store, poll_oneoff),
        "sched_yield" => Func::wrap(store, || SUCCESS),
        "proc_exit" => Func::wrap(store, |code: u32| -> wasmtime::Result<()> {
            Err(Stop::Exit(code).into())
        }),
        _ => {
            // Everything on files ends before it begins.
            let answer = if name.starts_with("fd_") { BADF } else { NOSYS };
            shape(name)?;
            Func::new(store, wanted.clone(), move |_, _, results| {
                if let Some(result) = results.first_mut() {
                    *result = Val::I32(answer);
                }
                Ok(())
            })
        }
    };
    Some(function.into())
}

/// What a call on one of the standard streams gives.
fn on_stream(fd: u32, answer: i32) -> i32 {
    if fd <= 2 { answer } else { BADF }
}

/// Writes into the module; an address that is none is the caller's error.
fn store_bytes(caller: &mut Caller<'_, State>, at: u32, data: &[u8]) -> wasmtime::Result<i32> {
    let memory = memory(caller)?;
    Ok(match memory.write(caller, at as usize, data) {
        Ok(()) => SUCCESS,
        Err(_) => FAULT,
    })
}

fn sizes(mut caller: Caller<'_, State>, sizes: [(u32, usize); 2]) -> wasmtime::Result<i32> {
    for (at, size) in sizes {
        let size = u32::try_from(size)?.to_le_bytes();
        let error = store_bytes(&mut caller, at, &size)?;
        if error != SUCCESS {
            return Ok(error);
        }
    }
    Ok(SUCCESS)
}

fn number(mut caller: Caller<'_, State>, at: u32, value: Option<u64>) -> wasmtime::Result<i32> {
    match value {
        Some(value) => store_bytes(&mut caller, at, &value.to_le_bytes()),
        None => Ok(INVAL),
    }
}

fn args_get(mut caller: Caller<'_, State>, mut list: u32, mut text: u32) -> wasmtime::Result<i32> {
    for arg in caller.data().world.args.clone() {
        for (at, data) in [(list, &text.to_le_bytes()[..]), (text, &arg)] {
            let error = store_bytes(&mut caller, at, data)?;
            if error != SUCCESS {
                return Ok(error);
            }
        }
        list = list.wrapping_add(4);
        text = text.wrapping_add(u32::try_from(arg.len())?);
    }
    Ok(SUCCESS)
}

fn random_get(mut caller: Caller<'_, State>, at: u32, len: u32) -> wasmtime::Result<i32> {
    if len > MAX_RANDOM {
        return Ok(INVAL);
    }
    let memory = memory(&mut caller)?;
    let (data, state) = memory.data_and_store_mut(&mut caller);
    let start = at as usize;
    let Some(place) = data.get_mut(start..start.saturating_add(len as usize)) else {
        return Ok(FAULT);
    };
    for eight in place.chunks_mut(8) {
        let random = state.world.chance();
        for (byte, random) in eight.iter_mut().zip(random) {
            *byte = random;
        }
    }
    Ok(SUCCESS)
}

/// The pieces of memory that a list of addresses and lengths names, cut to what one call moves.
fn pieces(
    caller: &mut Caller<'_, State>,
    list: u32,
    count: u32,
) -> wasmtime::Result<Result<Vec<(u32, u32)>, i32>> {
    if count > MAX_PIECES {
        return Ok(Err(INVAL));
    }
    let memory = memory(caller)?;
    let mut left = MAX_TRANSFER;
    let mut found = Vec::new();
    for i in 0..count {
        let at = list.wrapping_add(8 * i);
        let (Some(start), Some(len)) = (
            word(memory, &*caller, at),
            word(memory, &*caller, at.wrapping_add(4)),
        ) else {
            return Ok(Err(FAULT));
        };
        if bytes(memory, &*caller, start, len).is_none() {
            return Ok(Err(FAULT));
        }
        let len = len.min(left);
        left -= len;
        found.push((start, len));
    }
    Ok(Ok(found))
}

fn fd_read(
    mut caller: Caller<'_, State>,
    fd: u32,
    list: u32,
    count: u32,
    at: u32,
) -> wasmtime::Result<i32> {
    if fd != 0 {
        return Ok(BADF);
    }
    let pieces = match pieces(&mut caller, list, count)? {
        Ok(pieces) => pieces,
        Err(error) => return Ok(error),
    };
    let memory = memory(&mut caller)?;
    let mut total = 0_u32;
    for (start, len) in pieces {
        let (data, state) = memory.data_and_store_mut(&mut caller);
        let world = &mut state.world;
        let rest = world.stdin.get(world.read..).unwrap_or_default();
        let part = rest.get(..len as usize).unwrap_or(rest);
        let start = start as usize;
        let Some(place) = data.get_mut(start..start.saturating_add(part.len())) else {
            return Ok(FAULT);
        };
        place.copy_from_slice(part);
        world.read += part.len();
        total = total.saturating_add(u32::try_from(part.len())?);
    }
    store_bytes(&mut caller, at, &total.to_le_bytes())
}

fn fd_write(
    mut caller: Caller<'_, State>,
    fd: u32,
    list: u32,
    count: u32,
    at: u32,
) -> wasmtime::Result<i32> {
    if fd != 1 && fd != 2 {
        return Ok(BADF);
    }
    let pieces = match pieces(&mut caller, list, count)? {
        Ok(pieces) => pieces,
        Err(error) => return Ok(error),
    };
    let memory = memory(&mut caller)?;
    let mut total = 0_u32;
    for (start, len) in pieces {
        let (data, state) = memory.data_and_store_mut(&mut caller);
        let start = start as usize;
        let Some(part) = data.get(start..start.saturating_add(len as usize)) else {
            return Ok(FAULT);
        };
        let room = state.room;
        let world = &mut state.world;
        if fd == 1 && world.command {
            if part.len() > room.saturating_sub(world.stdout.len()) {
                return Err(Stop::Memory.into());
            }
            world.stdout.extend_from_slice(part);
        } else {
            // A log: what does not fit is lost, and the module goes on.
            let room = MAX_STDERR.saturating_sub(world.stderr.len());
            world
                .stderr
                .extend_from_slice(part.get(..room).unwrap_or(part));
        }
        total = total.saturating_add(len);
    }
    store_bytes(&mut caller, at, &total.to_le_bytes())
}

/// A character device, of which there is no more to say.
fn fd_fdstat_get(mut caller: Caller<'_, State>, fd: u32, at: u32) -> wasmtime::Result<i32> {
    if fd > 2 {
        return Ok(BADF);
    }
    let mut stat = [0; 24];
    stat[0] = 2;
    // Rights: to read (bit 1), or to write (bit 6).
    stat[8] = if fd == 0 { 1 << 1 } else { 1 << 6 };
    store_bytes(&mut caller, at, &stat)
}

fn fd_filestat_get(mut caller: Caller<'_, State>, fd: u32, at: u32) -> wasmtime::Result<i32> {
    if fd > 2 {
        return Ok(BADF);
    }
    let mut stat = [0; 64];
    stat[16] = 2;
    store_bytes(&mut caller, at, &stat)
}

/// Nothing waits: what is readable or writable is so at once, and the time that a module would have slept has passed.
/// As anywhere, what is ready comes back alone; timers only where nothing else is.
fn poll_oneoff(
    mut caller: Caller<'_, State>,
    subscriptions: u32,
    events: u32,
    count: u32,
    at: u32,
) -> wasmtime::Result<i32> {
    if count == 0 || count > MAX_EVENTS {
        return Ok(INVAL);
    }
    let memory = memory(&mut caller)?;
    let mut ready: Vec<[u8; 32]> = Vec::new();
    let mut timers: Vec<(u64, [u8; 32])> = Vec::new();
    for i in 0..count {
        let Some(subscription) = bytes(memory, &caller, subscriptions.wrapping_add(48 * i), 48)
        else {
            return Ok(FAULT);
        };
        let number = |from: usize| {
            let eight = subscription.get(from..from + 8);
            eight
                .and_then(|eight| eight.try_into().ok())
                .map_or(0, u64::from_le_bytes)
        };
        let tag = subscription.get(8).copied().unwrap_or(u8::MAX);
        let mut event = [0; 32];
        event[..8].copy_from_slice(subscription.get(..8).unwrap_or(&[0; 8]));
        event[10] = tag;
        let world = &caller.data().world;
        match tag {
            0 => {
                let (clock, time, absolute) = (number(16) as u32, number(24), number(40) & 1 == 1);
                match world.time(clock) {
                    None => {
                        event[8] = INVAL as u8;
                        ready.push(event);
                    }
                    Some(now) if absolute => timers.push((time.saturating_sub(now), event)),
                    Some(_) => timers.push((time, event)),
                }
            }
            1 | 2 => {
                let fd = number(16) as u32;
                if fd > 2 {
                    event[8] = BADF as u8;
                }
                // One byte at least can be moved.
                event[16] = 1;
                ready.push(event);
            }
            _ => return Ok(INVAL),
        }
    }
    if ready.is_empty() {
        let wait = timers.iter().map(|timer| timer.0).min().unwrap_or(0);
        let world = &mut caller.data_mut().world;
        world.slept = world.slept.saturating_add(wait);
        ready.extend(
            timers
                .iter()
                .filter(|timer| timer.0 <= wait)
                .map(|timer| timer.1),
        );
    }
    let total = u32::try_from(ready.len())?;
    let error = store_bytes(&mut caller, events, &ready.concat())?;
    if error != SUCCESS {
        return Ok(error);
    }
    store_bytes(&mut caller, at, &total.to_le_bytes())
}

//! The clock behind time limits: one thread an engine, which advances wasmtime's epoch while something runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use wasmtime::{Engine, EngineWeak};

/// The length of a tick, and so the precision of time limits.
const TICK: Duration = Duration::from_millis(10);
/// The ticks without a running evaluation after which the thread goes to sleep. Short evaluations follow each other
/// closely, and waking a thread costs more than they do.
const IDLE_TICKS: u32 = 20;

#[derive(Debug, Default)]
struct Shared {
    /// Ticks so far. Cheaper to read than the system's clock, and as precise as time limits are.
    ticks: AtomicU64,
    /// Evaluations that run now.
    running: AtomicUsize,
    /// Whether the thread sleeps until it is woken.
    asleep: AtomicBool,
    stopped: AtomicBool,
}

/// The ticking thread; stops when dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Ticker> {
        let shared = Arc::new(Shared::default());
        let (mine, engine) = (Arc::clone(&shared), engine.weak());
        let thread = thread::Builder::new()
            .name("kpol-ticker".into())
            .stack_size(64 << 10)
            .spawn(move || tick(&mine, &engine))?;
        Ok(Ticker {
            shared,
            thread: Some(thread),
        })
    }

    /// Keeps the clock running while the guard lives.
    pub(crate) fn run(&self) -> Running<'_> {
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst)
            && self.shared.asleep.swap(false, Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        Running(&self.shared)
    }
}

impl Running<'_> {
    /// The ticks so far.
    pub(crate) fn ticks(&self) -> u64 {
        self.0.ticks.load(Ordering::Relaxed)
    }
}

/// The number of ticks after which `time` has passed for sure.
pub(crate) fn ticks(time: Duration) -> u64 {
    let ticks = time.as_millis().div_ceil(TICK.as_millis());
    u64::try_from(ticks)
        .unwrap_or(u64::MAX >> 1)
        .min(u64::MAX >> 1)
        + 1
}

/// An evaluation that runs.
pub(crate) struct Running<'t>(&'t Shared);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It never panics; and there is nothing to do if it did.
            let _ = thread.join();
        }
    }
}

fn tick(shared: &Shared, engine: &EngineWeak) {
    let mut idle = 0;
    while !shared.stopped.load(Ordering::SeqCst) {
        thread::park_timeout(TICK);
        let Some(engine) = engine.upgrade() else {
            return;
        };
        engine.increment_epoch();
        shared.ticks.fetch_add(1, Ordering::Relaxed);
        drop(engine);
        idle = if shared.running.load(Ordering::SeqCst) > 0 {
            0
        } else {
            idle + 1
        };
        if idle > IDLE_TICKS {
            sleep(shared);
            idle = 0;
        }
    }
}

fn sleep(shared: &Shared) {
    shared.asleep.store(true, Ordering::SeqCst);
    // Whoever began before it could see the flag is seen here; whoever begins later clears the flag.
    while shared.asleep.load(Ordering::SeqCst)
        && shared.running.load(Ordering::SeqCst) == 0
        && !shared.stopped.load(Ordering::SeqCst)
    {
        thread::park();
    }
    shared.asleep.store(false, Ordering::SeqCst);
}

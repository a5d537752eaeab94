//! Evaluates a policy against inputs, one after the other.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use kpol_abi::layout::control;
use kpol_input::Document;
use kpol_runtime::Value;

use crate::{
    answer::Answer,
    data::Data,
    error::{EvalError, SourceSite},
    instance::Instance,
    limits::Limits,
    lower::{self, Places, Scratch},
    policy::{EntryId, Policy},
};

/// A line that a policy printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Where it was printed.
    pub site: Option<SourceSite>,
    /// Its text.
    pub text: String,
}

/// One instance of a policy, for one thread at a time.
///
/// Set the data once, then for each input [`Evaluator::set_input`], then [`Evaluator::evaluate`] for each
/// entrypoint: those share one copy of the input and what rules have computed. An error ends only the evaluation
/// that it happened in.
pub struct Evaluator {
    pub(crate) policy: Policy,
    limits: Limits,
    strict: bool,
    now: Option<i64>,
    seed: Option<u64>,
    data: Arc<Data>,
    input: Option<Document>,
    instance: Option<Ready>,
    pub(crate) places: Places,
    scratch: Scratch,
    lost: Vec<(u32, String)>,
}

/// An instance with data in it.
struct Ready {
    instance: Instance,
    data: Value,
    phase: Phase,
}

/// How far an instance is with the present input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The input is not there.
    Empty,
    /// It is laid out, but rules have run over it since: what they made is still in memory.
    LaidOut(Layout),
    /// Rules may run.
    Begun(Layout),
}

/// An input in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    input: Value,
    /// The end of the chunk of memory that was in use when the input had been written.
    chunk: u32,
}

impl std::fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator")
            .field("policy", &self.policy)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Evaluator {
    pub(crate) fn new(policy: Policy, limits: Limits) -> Result<Evaluator, EvalError> {
        let mut evaluator = Evaluator {
            policy,
            limits,
            strict: false,
            now: None,
            seed: None,
            data: Arc::new(Data::new()),
            input: None,
            instance: None,
            places: Places::default(),
            scratch: Scratch::default(),
            lost: Vec::new(),
        };
        // The limits are tried now, so that later errors are the policy's or the input's.
        evaluator.ready()?;
        Ok(evaluator)
    }

    /// Whether a builtin error ends an evaluation, or only makes the call undefined (the default).
    pub fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
        self.forget_input();
    }

    /// The time that the policy sees, in nanoseconds since the epoch; `None` for the clock's (the default).
    pub fn set_now(&mut self, now: Option<i64>) {
        self.now = now;
        self.forget_input();
    }

    /// The seed of random numbers; `None` for a new one each time (the default).
    pub fn set_seed(&mut self, seed: Option<u64>) {
        self.seed = seed;
        self.forget_input();
    }

    /// Sets the base data for all inputs that follow.
    ///
    /// # Errors
    /// Where it does not fit the limits.
    pub fn set_data(&mut self, data: Arc<Data>) -> Result<(), EvalError> {
        if data.is_empty() && self.data.is_empty() {
            return Ok(());
        }
        self.data = data;
        self.instance = None;
        self.ready().map(|_| ())
    }

    /// Sets the input and starts a new evaluation: nothing of the last one is left.
    ///
    /// # Errors
    /// Where the input does not fit the limits.
    pub fn set_input(&mut self, input: &Document) -> Result<(), EvalError> {
        self.input = Some(input.clone());
        self.forget_input();
        self.begin()
    }

    /// Starts a new evaluation without an input document.
    ///
    /// # Errors
    /// Where even that does not fit the limits.
    pub fn clear_input(&mut self) -> Result<(), EvalError> {
        self.input = None;
        self.forget_input();
        self.begin()
    }

    /// Starts a new evaluation over the present input: what rules have computed is forgotten, and the input is not
    /// laid out again.
    pub fn restart(&mut self) {
        self.lost.clear();
        if let Some(ready) = &mut self.instance
            && let Phase::Begun(layout) = ready.phase
        {
            ready.phase = Phase::LaidOut(layout);
        }
    }

    /// The present input.
    #[must_use]
    pub fn input(&self) -> Option<&Document> {
        self.input.as_ref()
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Evaluates an entrypoint over the present input.
    ///
    /// # Errors
    /// As the policy raises them, or where a limit was hit. The evaluator can be used on.
    pub fn evaluate(&mut self, entry: EntryId) -> Result<Answer<'_>, EvalError> {
        let value = self.begin_and(|instance| instance.entry(entry))?;
        Ok(Answer::new(self, entry, value))
    }

    /// The first builtin error since the input was set that made a call undefined instead of ending an evaluation.
    /// A rule that did not hold because of it proves nothing.
    pub fn builtin_error(&mut self) -> Option<EvalError> {
        let ready = self
            .instance
            .as_mut()
            .filter(|ready| matches!(ready.phase, Phase::Begun(_)) && !ready.instance.broken);
        ready.and_then(|ready| ready.instance.remembered())
    }

    /// The lines that were printed since the input was set.
    #[must_use]
    pub fn printed(&self) -> Vec<Printed> {
        let present = self
            .instance
            .as_ref()
            .map_or(&[][..], |ready| ready.instance.printed());
        let lines = self.lost.iter().chain(present);
        let inner = &self.policy.inner;
        lines
            .map(|(site, text)| Printed {
                site: inner.site(*site).cloned(),
                text: text.clone(),
            })
            .collect()
    }

    /// Which parts of the policy were evaluated since this instance was made, by number: with coverage compiled in.
    pub fn covered(&mut self) -> Vec<bool> {
        let (at, count) = self.policy.inner.cover;
        let Some(ready) = &mut self.instance else {
            return vec![false; count];
        };
        let heap = ready.instance.heap();
        let marks = (0..count).map(|mark| {
            let offset = u32::try_from(mark)
                .ok()
                .and_then(|mark| mark.checked_mul(4));
            offset.is_some_and(|offset| heap.load(at.wrapping_add(offset)) != 0)
        });
        marks.collect()
    }

    /// The cases that data-driven tests came to since the input was set, each as a JSON array of its names: what the
    /// calls of `internal.test_case` were given.
    #[must_use]
    pub fn test_cases(&self) -> &[String] {
        self.instance
            .as_ref()
            .map_or(&[], |ready| ready.instance.cases())
    }

    /// The present instance; answers exist only while there is one.
    pub(crate) fn instance(&mut self) -> Result<&mut Instance, EvalError> {
        let ready = self.instance.as_mut();
        ready
            .map(|ready| &mut ready.instance)
            .ok_or_else(|| EvalError::internal("there is no evaluation"))
    }

    /// Which node each container in memory came from, and the present instance.
    pub(crate) fn places_and_instance(&mut self) -> Option<(&Places, &mut Instance)> {
        let ready = self.instance.as_mut()?;
        Some((&self.places, &mut ready.instance))
    }

    fn forget_input(&mut self) {
        self.lost.clear();
        if let Some(ready) = &mut self.instance {
            ready.phase = Phase::Empty;
        }
    }

    /// An instance with the data in it: the present one, or a new one if that ended in an error.
    fn ready(&mut self) -> Result<&mut Ready, EvalError> {
        if let Some(broken) = self.instance.take_if(|ready| ready.instance.broken) {
            // What was printed on the way to an error is worth keeping.
            self.lost.extend_from_slice(broken.instance.printed());
        }
        if self.instance.is_none() {
            let mut instance = Instance::new(&self.policy, self.limits, self.strict)?;
            let bounds = self.data.bounds();
            let common = lower::common_bounds();
            let size = lower::size(&bounds)
                .zip(lower::size(&common))
                .and_then(|(data, common)| data.checked_add(common))
                .ok_or_else(EvalError::memory)?;
            let (data, scratch) = (&self.data, &mut self.scratch);
            let data = instance.timed(|instance| {
                instance.reserve(size, bounds.strings.saturating_add(common.strings))?;
                let mut heap = instance.heap();
                lower::common(&mut heap);
                let data = lower::data(&mut heap, scratch, data);
                if heap.exhausted() {
                    return Err(EvalError::internal(
                        "the data does not fit the room reserved for it",
                    ));
                }
                drop(heap);
                instance.seal()?;
                Ok(data)
            })?;
            self.instance = Some(Ready {
                instance,
                data,
                phase: Phase::Empty,
            });
        }
        self.instance
            .as_mut()
            .ok_or_else(|| EvalError::internal("there is no instance"))
    }

    /// Lays the present input out.
    fn begin(&mut self) -> Result<(), EvalError> {
        self.begin_and(|_| Ok(()))
    }

    /// Runs `f` on an instance with the present input in it, laying that out if need be. All of it counts as time
    /// of the evaluation.
    fn begin_and<R>(
        &mut self,
        f: impl FnOnce(&mut Instance) -> Result<R, EvalError>,
    ) -> Result<R, EvalError> {
        self.ready()?;
        let start = Start {
            strict: u32::from(self.strict),
            volatile: self.policy.inner.volatile,
            now: self.now,
            seed: self.seed,
        };
        let (places, scratch, input) = (&mut self.places, &mut self.scratch, self.input.as_ref());
        let ready = self
            .instance
            .as_mut()
            .ok_or_else(|| EvalError::internal("there is no instance"))?;
        let (phase, data) = (ready.phase, ready.data);
        if !matches!(phase, Phase::Begun(_)) {
            ready.instance.restart_clock();
        }
        let phase = &mut ready.phase;
        ready.instance.timed(|instance| {
            match *phase {
                Phase::Begun(_) => {}
                // What earlier evaluations left behind still fits the first chunk: it may stay.
                Phase::LaidOut(layout) if instance.control(control::ARENA_END) == layout.chunk => {
                    start.begin(instance, layout.input, data)?;
                    *phase = Phase::Begun(layout);
                }
                Phase::LaidOut(_) | Phase::Empty => {
                    places.clear();
                    instance.reset()?;
                    let value = match input {
                        None => Value::UNDEFINED,
                        Some(input) => lay_out(instance, scratch, places, input)?,
                    };
                    start.begin(instance, value, data)?;
                    *phase = Phase::Begun(Layout {
                        input: value,
                        chunk: instance.control(control::ARENA_END),
                    });
                }
            }
            f(instance)
        })
    }
}

/// What an evaluation starts with, beside its documents.
struct Start {
    strict: u32,
    /// Whether the policy looks at time or chance: reading the clock takes longer than a small policy.
    volatile: bool,
    now: Option<i64>,
    seed: Option<u64>,
}

impl Start {
    fn begin(&self, instance: &mut Instance, input: Value, data: Value) -> Result<(), EvalError> {
        let mut heap = instance.heap();
        heap.set_control(control::STRICT, self.strict);
        if self.volatile {
            let now = self.now.unwrap_or_else(clock);
            let seed = self.seed.unwrap_or_else(|| chance(now));
            heap.set_control(control::NOW, now as u32);
            heap.set_control(control::NOW + 4, (now >> 32) as u32);
            heap.set_control(control::SEED, seed as u32);
            heap.set_control(control::SEED + 4, (seed >> 32) as u32);
        }
        heap.set_control(control::ERROR_KIND, 0);
        heap.set_control(control::TRACE_HEAD, 0);
        heap.set_control(control::TRACE_TAIL, 0);
        drop(heap);
        instance.begin(input, data)
    }
}

fn lay_out(
    instance: &mut Instance,
    scratch: &mut Scratch,
    places: &mut Places,
    input: &Document,
) -> Result<Value, EvalError> {
    let bounds = input.bounds();
    let size = lower::size(&bounds).ok_or_else(EvalError::memory)?;
    instance.reserve(size, bounds.strings)?;
    let mut heap = instance.heap();
    let value = lower::document(&mut heap, scratch, places, input);
    if heap.exhausted() {
        return Err(EvalError::internal(
            "the input does not fit the room reserved for it",
        ));
    }
    Ok(value)
}

/// A new seed.
pub(crate) fn chance(now: i64) -> u64 {
    RandomState::new().hash_one(now)
}

/// Nanoseconds since the epoch.
pub(crate) fn clock() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

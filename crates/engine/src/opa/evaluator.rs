//! Evaluates a module against inputs, one after the other.

use super::{OpaModule, builtins::Scene, instance::Running};
use crate::{
    error::{EvalError, EvalErrorKind},
    evaluator::{chance, clock},
    instance::BuiltinFailure,
    limits::Limits,
    policy::EntryId,
};

/// What a module has as its input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OpaInput {
    /// Nothing: `input` is undefined.
    #[default]
    None,
    /// A JSON text.
    Json(String),
    /// A ground term of Rego, which may have sets and keys of any kind.
    Term(String),
}

/// One instance of a module, for one thread at a time. An error ends only the evaluation that it happened in.
pub struct OpaEvaluator {
    module: OpaModule,
    limits: Limits,
    strict: bool,
    now: Option<i64>,
    seed: Option<u64>,
    data: String,
    input: OpaInput,
    running: Option<Running>,
    /// The time and the seed of the present input.
    scene: Option<Scene>,
    /// What instances that ended in an error left of it: the ticks that it has taken, and what they printed.
    used: u64,
    printed: Vec<String>,
}

impl std::fmt::Debug for OpaEvaluator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpaEvaluator")
            .field("module", &self.module)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl OpaEvaluator {
    pub(super) fn new(module: OpaModule, limits: Limits) -> Result<OpaEvaluator, EvalError> {
        let mut evaluator = OpaEvaluator {
            module,
            limits,
            strict: false,
            now: None,
            seed: None,
            data: "{}".to_owned(),
            input: OpaInput::None,
            running: None,
            scene: None,
            used: 0,
            printed: Vec::new(),
        };
        // The limits are tried now, so that later errors are the module's or the input's.
        evaluator.running = Some(evaluator.start()?);
        Ok(evaluator)
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &OpaModule {
        &self.module
    }

    /// Whether an error of one of the host's builtins ends an evaluation, or only makes the call undefined (the
    /// default). Builtins inside of the module are not the host's.
    pub fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
        self.scene = None;
    }

    /// The time that the module sees, in nanoseconds since the epoch; `None` for the clock's (the default).
    pub fn set_now(&mut self, now: Option<i64>) {
        self.now = now;
        self.scene = None;
    }

    /// The seed of random numbers; `None` for a new one each time (the default).
    pub fn set_seed(&mut self, seed: Option<u64>) {
        self.seed = seed;
        self.scene = None;
    }

    /// Sets the data, a JSON text, for all inputs that follow.
    ///
    /// # Errors
    /// Where it does not fit the limits, or the module cannot read it.
    pub fn set_data(&mut self, json: &str) -> Result<(), EvalError> {
        json.clone_into(&mut self.data);
        self.scene = None;
        self.running = None;
        self.running = Some(self.start()?);
        Ok(())
    }

    /// Sets the input and starts a new evaluation: time and chance are new, and the time limit counts from here.
    pub fn set_input(&mut self, input: OpaInput) {
        self.input = input;
        self.scene = None;
        self.printed.clear();
    }

    /// Evaluates an entrypoint over the present input. The result is a JSON text, an array of objects with a member
    /// `result`; it is empty where the entrypoint is undefined.
    ///
    /// # Errors
    /// As the module raises them, or where a limit was hit. The evaluator can be used on.
    pub fn evaluate(&mut self, entry: EntryId) -> Result<String, EvalError> {
        let number = self.module.inner.entries.get(entry.index());
        let number = number
            .ok_or_else(|| EvalError::internal("no such entrypoint"))?
            .1;
        let (mut running, fresh) = match self.running.take() {
            Some(running) => (running, false),
            None => (self.start()?, true),
        };
        match self.scene {
            Some(scene) if fresh => running.begin(scene, self.used),
            Some(_) => {}
            None => {
                let scene = self.new_scene();
                self.scene = Some(scene);
                running.begin(scene, 0);
            }
        }
        let result = running.timed(|running| running.evaluate(number, &self.input));
        match &result {
            // Only an instance whose calls all came back is used again.
            Ok(_) => self.running = Some(running),
            Err(_) => {
                self.used = running.used();
                self.printed.extend_from_slice(&running.state().printed);
            }
        }
        result
    }

    /// The first error of a host's builtin since the input was set that made a call undefined instead of ending an
    /// evaluation. A rule that did not hold because of it proves nothing.
    #[must_use]
    pub fn builtin_error(&self) -> Option<EvalError> {
        self.scene?;
        let failed = self.running.as_ref()?.state().remembered.clone()?;
        Some(BuiltinFailure(failed).raised(None))
    }

    /// The lines that were printed since the input was set.
    pub fn printed(&self) -> impl Iterator<Item = &str> {
        let present = self.running.as_ref().filter(|_| self.scene.is_some());
        let present = present.map_or(&[][..], |running| &running.state().printed);
        self.printed.iter().chain(present).map(String::as_str)
    }

    fn new_scene(&self) -> Scene {
        let now = self.now.unwrap_or_else(clock);
        Scene {
            strict: self.strict,
            now,
            seed: self.seed.unwrap_or_else(|| chance(now)),
            heap: u32::try_from(self.limits.memory).unwrap_or(u32::MAX),
        }
    }

    /// A new instance with the data in it.
    fn start(&self) -> Result<Running, EvalError> {
        let mut running = Running::start(&self.module.inner, self.limits)?;
        running
            .timed(|running| running.set_data(&self.data))
            .map_err(|error| match error.kind {
                EvalErrorKind::Internal => EvalError {
                    message: format!("the module does not start: {}", error.message),
                    ..error
                },
                _ => error,
            })?;
        Ok(running)
    }
}

//! From files to results: a few files at a time are read, parsed and evaluated on all cores, and their results are told
//! in order before the next ones are read. So memory does not grow with the number of files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use kpol_engine::{Data, EntryId, EvalError, Limits};
use kpol_findings::{Exception, FileResult, Problem};
use kpol_gatekeeper::Inventory;
use kpol_gatekeeper_run::Runner;
use kpol_input::Document;
use kpol_triage::Waiver;
use rayon::prelude::*;

use super::constraints::Constraints;
use super::evaluate::{Checked, Evaluation, Outcome};
use super::input::{self, Input, Reading};
use crate::discover::Severity;
use crate::exit::CommandError;
use crate::inputs::InputFile;
use crate::loaded::Worker;
use crate::session::Session;

/// How many files are in work at a time.
const BATCH: usize = 64;

/// Files with fewer documents than this are evaluated by one thread.
const PARALLEL: usize = 16;

/// Everything that a run needs.
pub(super) struct Pipeline<'s> {
    pub(super) session: &'s Session,
    pub(super) reading: Reading,
    pub(super) data: Arc<Data>,
    /// The Namespaces that Gatekeeper's constraints ask for.
    pub(super) namespaces: Inventory,
    pub(super) limits: Limits,
    pub(super) compat: bool,
    /// In compat mode: whether an error of a builtin ends the run.
    pub(super) builtin_errors: bool,
    /// Whether what modules log is told.
    pub(super) trace: bool,
    workers: Mutex<Vec<Workers>>,
}

/// What one thread evaluates with.
struct Workers {
    policy: Option<Worker>,
    constraints: Option<Runner>,
}

/// What one input gave.
#[derive(Default)]
pub(super) struct FileOutcome {
    pub(super) results: Vec<FileResult>,
    pub(super) problems: Vec<Problem>,
    pub(super) documents: usize,
    /// The entrypoints that were checks.
    pub(super) ran: BTreeSet<EntryId>,
    /// In compat mode: what ends the run.
    pub(super) fatal: Option<CommandError>,
    /// The exceptions that it makes itself.
    pub(super) waivers: Vec<Waiver>,
}

impl<'s> Pipeline<'s> {
    pub(super) fn new(
        session: &'s Session,
        reading: Reading,
        data: Data,
        limits: Limits,
    ) -> Pipeline<'s> {
        Pipeline {
            session,
            reading,
            data: Arc::new(data),
            namespaces: Inventory::default(),
            limits,
            compat: false,
            builtin_errors: false,
            trace: false,
            workers: Mutex::new(Vec::new()),
        }
    }

    /// Checks files; `tell` gets the outcome of each, in order, until it fails.
    pub(super) fn run(
        &self,
        files: &[InputFile],
        mut tell: impl FnMut(&InputFile, FileOutcome) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        for batch in files.chunks(BATCH) {
            let outcomes: Vec<FileOutcome> = if let [only] = batch {
                vec![self.file(only)]
            } else {
                batch.par_iter().map(|file| self.file(file)).collect()
            };
            for (file, outcome) in batch.iter().zip(outcomes) {
                tell(file, outcome)?;
            }
        }
        Ok(())
    }

    /// Checks all files as one input.
    pub(super) fn combined(&self, files: &[InputFile]) -> FileOutcome {
        let mut inputs = Vec::with_capacity(files.len());
        let mut problems = Vec::new();
        for file in files {
            match self.reading.read(file) {
                Ok(input) => inputs.push(input),
                Err(problem) => problems.push(*problem),
            }
        }
        if self.compat && !problems.is_empty() {
            return FileOutcome {
                problems,
                ..FileOutcome::default()
            };
        }
        let mut outcome = match input::combine(inputs) {
            Ok(input) => self.input(&input),
            Err(error) => FileOutcome {
                problems: vec![Problem::plain(error.code(), error.to_string())],
                ..FileOutcome::default()
            },
        };
        outcome.problems.extend(problems);
        outcome
    }

    fn file(&self, file: &InputFile) -> FileOutcome {
        match self.reading.read(file) {
            Ok(input) => self.input(&input),
            Err(problem) => FileOutcome {
                problems: vec![*problem],
                ..FileOutcome::default()
            },
        }
    }

    fn input(&self, input: &Input) -> FileOutcome {
        let data = match self.data_of(&input.name) {
            Ok(data) => data,
            Err(error) => {
                return FileOutcome {
                    fatal: Some(error),
                    ..FileOutcome::default()
                };
            }
        };
        let evaluation = Evaluation {
            session: self.session,
            compat: self.compat,
            builtin_errors: self.builtin_errors,
            trace: self.trace,
        };
        let one = |document: &Document| {
            self.with_worker(&data, |worker| match worker {
                Ok(workers) => {
                    let mut outcome = match &mut workers.policy {
                        Some(worker) => evaluation.document(worker, input, document),
                        None => Outcome::default(),
                    };
                    if let (Some(gatekeeper), Some(runner)) =
                        (&self.session.gatekeeper, &mut workers.constraints)
                    {
                        let constraints = Constraints {
                            gatekeeper,
                            namespaces: &self.namespaces,
                        };
                        constraints.document(runner, input, document, &mut outcome);
                    }
                    outcome
                }
                Err(error) => {
                    let mut outcome = Outcome::default();
                    evaluation.failed(&mut outcome, &error, input, document, None);
                    outcome
                }
            })
        };
        let outcomes: Vec<Outcome> = if input.documents.len() < PARALLEL {
            input.documents.iter().map(one).collect()
        } else {
            input.documents.par_iter().map(one).collect()
        };
        let mut outcome = self.collected(&input.name, outcomes);
        outcome.documents = input.documents.len();
        if !self.compat {
            let (waivers, problems) = input.waivers();
            outcome.waivers = waivers;
            outcome.problems.extend(problems);
        }
        outcome
    }

    /// The data for a file: with its name, where policies ask for that.
    fn data_of(&self, name: &str) -> Result<Arc<Data>, CommandError> {
        if !self.session.uses.file {
            return Ok(Arc::clone(&self.data));
        }
        let (file, dir) = input::file_of(name);
        let text = serde_json::json!({"name": file, "dir": dir}).to_string();
        let mut sources = kpol_diagnostics::SourceMap::new();
        let documents = kpol_input::read_str(
            &mut sources,
            "data.conftest.file",
            &text,
            kpol_input::Format::Json,
        );
        let mut data = (*self.data).clone();
        let path = ["conftest".to_owned(), "file".to_owned()];
        for document in documents.iter().flatten() {
            data.merge(&path, document)
                .map_err(|error| CommandError::Plain(format!("data.conftest.file: {error}")))?;
        }
        Ok(Arc::new(data))
    }

    /// Calls with an instance of the policy that nobody else uses meanwhile.
    fn with_worker<T>(
        &self,
        data: &Arc<Data>,
        call: impl FnOnce(Result<&mut Workers, EvalError>) -> T,
    ) -> T {
        let lock = || self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = lock().pop();
        let worker = match idle {
            Some(mut workers) if self.session.uses.file => match &mut workers.policy {
                Some(worker) => worker.set_data(data).map(|()| workers),
                None => Ok(workers),
            },
            Some(workers) => Ok(workers),
            None => self.workers(data),
        };
        match worker {
            Ok(mut worker) => {
                let result = call(Ok(&mut worker));
                lock().push(worker);
                result
            }
            Err(error) => call(Err(error)),
        }
    }

    fn workers(&self, data: &Arc<Data>) -> Result<Workers, EvalError> {
        let policy = self.session.policy.as_ref();
        let constraints = self.session.gatekeeper.as_ref();
        Ok(Workers {
            policy: policy
                .map(|policy| policy.worker(self.limits, !self.compat, data))
                .transpose()?,
            constraints: constraints
                .map(|constraints| constraints.runner(self.limits, true, data))
                .transpose()?,
        })
    }

    /// Sums the outcomes of a file's documents up by namespace.
    fn collected(&self, name: &str, outcomes: Vec<Outcome>) -> FileOutcome {
        let mut whole = FileOutcome::default();
        let mut results: BTreeMap<String, FileResult> = BTreeMap::new();
        let new = |namespace: &str| FileResult {
            filename: name.to_owned(),
            namespace: namespace.to_owned(),
            ..FileResult::default()
        };
        if !outcomes.is_empty() || self.compat {
            for namespace in &self.session.namespaces {
                results.insert(namespace.clone(), new(namespace));
            }
        }
        for outcome in outcomes {
            whole.problems.extend(outcome.problems);
            if whole.fatal.is_none() {
                whole.fatal = outcome.fatal;
            }
            // As in conftest, each definition of a rule is a test, and a result more or less does not change that.
            let mut tests: BTreeMap<String, (u64, u64)> = BTreeMap::new();
            for checked in outcome.checked {
                let Checked {
                    entry,
                    namespace,
                    severity,
                    definitions,
                    findings,
                    passed,
                    exceptions,
                    queries,
                    mutations,
                } = checked;
                whole.ran.extend(entry);
                let (defined, told) = tests.entry(namespace.clone()).or_default();
                *defined += definitions;
                *told += findings.len() as u64 + passed + exceptions.len() as u64;
                let file = results
                    .entry(namespace)
                    .or_insert_with_key(|name| new(name));
                file.successes += passed;
                file.queries.extend(queries);
                file.mutations.extend(mutations);
                file.exceptions.extend::<Vec<Exception>>(exceptions);
                match severity {
                    Severity::Failure => file.failures.extend(findings),
                    Severity::Warning => file.warnings.extend(findings),
                }
            }
            for (namespace, (defined, told)) in tests {
                if let Some(file) = results.get_mut(&namespace) {
                    file.successes += defined.saturating_sub(told);
                }
            }
        }
        whole.results = results.into_values().collect();
        if !self.compat {
            for result in &mut whole.results {
                result.sort();
            }
        }
        whole
    }
}

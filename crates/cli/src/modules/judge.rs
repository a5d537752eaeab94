//! Has a module judge a document.

use std::collections::BTreeMap;
use std::sync::Arc;

use kpol_engine::{
    Capabilities, Checker, Data, EvalError, EvalErrorKind, GuestProtocol, Limits, OpaEvaluator,
    OpaInput,
};
use kpol_input::{Document, NodeId, Path, Segment};
use kpol_kubewarden::{
    Cluster, Mode, PolicyType, ResponseError, Subject, Verdict, of_admission_review, of_violations,
};
use serde_json::Value;

use super::host::Host;
use super::{Kind, Module, Modules};
use crate::loaded;

/// One instance of each module.
pub(crate) struct ModuleWorker {
    modules: Arc<Modules>,
    states: Vec<State>,
    limits: Limits,
}

enum State {
    Guest(Arc<dyn Capabilities>),
    Rego(Box<OpaEvaluator>),
    Own(Box<Checker>),
}

/// What a module says about a document.
pub(crate) struct Judged {
    /// The object that it is about.
    pub(crate) object: NodeId,
    /// What is wrong, and where.
    pub(crate) failures: Vec<(String, NodeId)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) code: Option<u16>,
    pub(crate) audit_annotations: BTreeMap<String, String>,
    /// What it would make of the object, beside what it is.
    pub(crate) change: Option<(String, Value)>,
    pub(crate) log: Vec<String>,
    /// What it asked for and did not get.
    pub(crate) denied: Vec<String>,
}

/// Why there is no verdict, with what the module logged until then.
pub(crate) struct Unjudged {
    pub(crate) error: EvalError,
    pub(crate) log: Vec<String>,
}

impl From<EvalError> for Unjudged {
    fn from(error: EvalError) -> Unjudged {
        Unjudged {
            error,
            log: Vec::new(),
        }
    }
}

impl ModuleWorker {
    pub(crate) fn new(
        modules: &Arc<Modules>,
        limits: Limits,
        data: &Data,
    ) -> Result<ModuleWorker, EvalError> {
        let mut worker = ModuleWorker {
            modules: Arc::clone(modules),
            states: Vec::new(),
            limits,
        };
        worker.set_data(data)?;
        Ok(worker)
    }

    /// Sets the data, which has the documents of the run.
    pub(crate) fn set_data(&mut self, data: &Data) -> Result<(), EvalError> {
        let modules = Arc::clone(&self.modules);
        let cluster = if modules.look_at_others() {
            match modules.cluster.get() {
                Some(cluster) => Arc::clone(cluster),
                None => {
                    let made = Cluster::of_data(&data.to_json()).map_err(|error| {
                        internal(format!(
                            "the documents of the run cannot be given to modules: {error}"
                        ))
                    })?;
                    Arc::clone(modules.cluster.get_or_init(|| Arc::new(made)))
                }
            }
        } else {
            Arc::default()
        };
        let state = |module: &Module| module.state(&modules, &cluster, self.limits);
        self.states = modules
            .modules
            .iter()
            .map(state)
            .collect::<Result<_, _>>()?;
        Ok(())
    }

    /// What a module says about a document; nothing where it is not for it.
    pub(crate) fn judge(
        &mut self,
        number: usize,
        document: &Document,
    ) -> Result<Option<Judged>, Unjudged> {
        let modules = Arc::clone(&self.modules);
        let (Some(module), Some(state)) =
            (modules.modules.get(number), self.states.get_mut(number))
        else {
            return Err(internal("no such module".to_owned()).into());
        };
        if let State::Own(checker) = state {
            return own(module, checker, document).map_err(Unjudged::from);
        }
        let subject = match module.metadata.policy_type {
            PolicyType::Raw => Some(Subject::raw(document)),
            PolicyType::Kubernetes => Subject::of(document),
        };
        let Some(subject) = subject.filter(|subject| module.metadata.applies(subject)) else {
            return Ok(None);
        };
        let (verdict, log, denied) = match (state, &module.kind) {
            (State::Guest(host), Kind::Guest(guest)) => {
                let operation = match guest.protocol() {
                    GuestProtocol::Wapc | GuestProtocol::Command => "validate",
                };
                let payload = module.payload(&subject, "request", "settings");
                let outcome = guest.call(operation, payload, host, self.limits);
                let verdict = outcome
                    .answer
                    .and_then(|answer| Verdict::read(&answer).map_err(unread));
                match verdict {
                    Ok(verdict) => (verdict, outcome.log, outcome.denied),
                    // What was denied says more than what became of it.
                    Err(error) => {
                        return Err(Unjudged {
                            error: match outcome.denied.first() {
                                Some(denied) => internal(denied.clone()),
                                None => error,
                            },
                            log: outcome.log,
                        });
                    }
                }
            }
            (State::Rego(evaluator), Kind::Rego(_, entry)) => {
                let of_gatekeeper = module.metadata.execution_mode == Mode::Gatekeeper;
                let input = if of_gatekeeper {
                    module.payload(&subject, "review", "parameters")
                } else {
                    format!("{{\"request\":{}}}", subject.request()).into_bytes()
                };
                let input = String::from_utf8(input).unwrap_or_default();
                evaluator.set_input(OpaInput::Json(input));
                let json = evaluator.evaluate(*entry)?;
                let result = loaded::result(&json).ok_or_else(|| loaded::unexpected(&json))?;
                let verdict = if of_gatekeeper {
                    of_violations(result.as_deref())
                } else {
                    of_admission_review(result.as_deref())
                };
                let printed = evaluator.printed().map(str::to_owned).collect();
                (verdict.map_err(unread)?, printed, Vec::new())
            }
            _ => return Err(internal("a module of another kind".to_owned()).into()),
        };
        let object = subject.object();
        let mut failures: Vec<(String, NodeId)> = verdict
            .rejections
            .into_iter()
            .map(|message| (message, object))
            .collect();
        let mut change = None;
        if let Some(mutated) = verdict.mutated_object {
            match subject.changeable() {
                None => failures.push((
                    "the policy changes an object that is deleted".to_owned(),
                    object,
                )),
                Some(_)
                    if module.metadata.protocol_version.is_some() && !module.metadata.mutating =>
                {
                    failures.push((
                        "the policy changes the object, and its metadata says that it does not (`mutating`)"
                            .to_owned(),
                        object,
                    ));
                }
                Some(node) => change = Some((document.json_of(node), mutated)),
            }
        }
        Ok(Some(Judged {
            object,
            failures,
            warnings: verdict.warnings,
            code: verdict.code,
            audit_annotations: verdict.audit_annotations,
            change,
            log,
            denied,
        }))
    }
}

impl Module {
    fn state(
        &self,
        modules: &Modules,
        cluster: &Arc<Cluster>,
        limits: Limits,
    ) -> Result<State, EvalError> {
        let kinds = &self.metadata.context_aware_resources;
        Ok(match &self.kind {
            Kind::Guest(_) => State::Guest(Arc::new(Host::new(&modules.allowed, kinds, cluster))),
            Kind::Own(policy) => State::Own(Box::new(policy.checker(limits))),
            Kind::Rego(module, _) => {
                let mut evaluator = module.evaluator(limits)?;
                evaluator.set_strict(true);
                let data = match self.metadata.execution_mode {
                    Mode::Gatekeeper => serde_json::json!({
                        "inventory": cluster.for_gatekeeper(kinds)
                    }),
                    _ => {
                        let mut data: serde_json::Map<String, Value> =
                            serde_json::from_str(&self.settings).map_err(|error| {
                                internal(format!("the settings are no object: {error}"))
                            })?;
                        if !kinds.is_empty() {
                            data.insert("kubernetes".to_owned(), cluster.for_opa(kinds));
                        }
                        Value::Object(data)
                    }
                };
                evaluator.set_data(&data.to_string())?;
                State::Rego(Box::new(evaluator))
            }
        })
    }

    /// A request with the settings.
    fn payload(&self, subject: &Subject<'_>, request: &str, settings: &str) -> Vec<u8> {
        format!(
            "{{\"{settings}\":{},\"{request}\":{}}}",
            self.settings,
            subject.request()
        )
        .into_bytes()
    }
}

/// A module of kpol's SDK gets the document as it is, and says where something is wrong.
fn own(
    module: &Module,
    checker: &mut Checker,
    document: &Document,
) -> Result<Option<Judged>, EvalError> {
    let for_it = module.metadata.rules.is_empty()
        || Subject::of(document).is_some_and(|subject| module.metadata.applies(&subject));
    if !for_it {
        return Ok(None);
    }
    let found = checker.validate(&document.to_json())?;
    Ok(Some(Judged {
        object: document.root(),
        failures: found
            .into_iter()
            .map(|rejection| (rejection.msg, node(document, &rejection.path)))
            .collect(),
        warnings: Vec::new(),
        code: None,
        audit_annotations: BTreeMap::new(),
        change: None,
        log: Vec::new(),
        denied: Vec::new(),
    }))
}

/// The node that a path leads to, or the last one on its way that there is.
fn node(document: &Document, path: &Path) -> NodeId {
    let mut node = document.root();
    for segment in &path.0 {
        let next = match segment {
            Segment::Key(key) => document.get(node, key),
            Segment::Index(index) => document.item(node, *index),
        };
        let Some(next) = next else { break };
        node = next;
    }
    node
}

fn internal(message: String) -> EvalError {
    EvalError {
        kind: EvalErrorKind::Internal,
        message,
        site: None,
    }
}

fn unread(error: ResponseError) -> EvalError {
    internal(error.to_string())
}

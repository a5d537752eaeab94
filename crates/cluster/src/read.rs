//! Everything that is to be read of a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{SyncSender, sync_channel};

use futures_util::StreamExt;
use futures_util::stream;
use serde::{Deserialize, Serialize};

use crate::connect::Cluster;
use crate::error::ClusterError;
use crate::kinds::{ResourceKind, is_namespace};
use crate::list::{list, object};
use crate::object::Object;

/// Namespaces that are tried one by one where a kind cannot be listed everywhere.
const TRIED: usize = 1000;

/// Pages that wait to be taken, at most.
const WAITING: usize = 8;

/// How a cluster is read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The kinds.
    pub kinds: Vec<ResourceKind>,
    /// The namespaces; all if there are none.
    pub namespaces: Vec<String>,
    /// How many objects a page has.
    pub page: u32,
    /// How many lists are asked for at a time.
    pub concurrency: usize,
}

impl ReadOptions {
    /// These kinds everywhere, 500 objects a page, four lists at a time.
    #[must_use]
    pub fn new(kinds: Vec<ResourceKind>) -> ReadOptions {
        ReadOptions {
            kinds,
            namespaces: Vec::new(),
            page: 500,
            concurrency: 4,
        }
    }
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The kind, as `pods` or `deployments.apps`.
    pub kind: String,
    /// The namespaces that it could not be read in; none if it could be read nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// What the cluster said.
    pub message: String,
    /// The HTTP status, or 0.
    pub status: u16,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said = &self.message;
        match &self.namespaces[..] {
            [] => write!(f, "{} were not read: {said}", self.kind),
            [one] => write!(f, "{} of namespace {one} were not read: {said}", self.kind),
            [one, more @ ..] => {
                let more = more.len();
                write!(
                    f,
                    "{} of namespace {one} and {more} more were not read: {said}",
                    self.kind
                )
            }
        }
    }
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many objects.
    pub objects: u64,
    /// The kinds that were read at least in part.
    pub kinds: Vec<ResourceKind>,
    /// What was not read.
    pub refusals: Vec<Refusal>,
}

enum Message {
    Page(usize, Vec<String>),
    /// A list that ended, and how.
    Done(usize, Option<String>, Result<(), ClusterError>),
}

impl Cluster {
    /// Reads all objects of the kinds, and gives each to `take`, in no order that can be relied on. What the cluster
    /// refuses is in the summary.
    ///
    /// # Errors
    /// Where nothing goes any more, or `take` fails.
    pub fn read(
        &self,
        options: &ReadOptions,
        mut take: impl FnMut(Object) -> Result<(), ClusterError>,
    ) -> Result<Summary, ClusterError> {
        let mut run = Run::default();
        // Namespaces first: they are tried one by one where a kind is refused elsewhere.
        let (first, others): (Vec<usize>, Vec<usize>) = (0..options.kinds.len())
            .partition(|at| options.kinds.get(*at).is_some_and(is_namespace));
        let jobs = |kinds: &[usize]| -> Vec<Job> {
            let one = |at: &usize| match options.kinds.get(*at) {
                Some(kind) if is_namespace(kind) && !options.namespaces.is_empty() => {
                    let job = |name: &String| Job {
                        kind: *at,
                        namespace: None,
                        name: Some(name.clone()),
                    };
                    options.namespaces.iter().map(job).collect()
                }
                Some(kind) if kind.namespaced && !options.namespaces.is_empty() => {
                    let job = |name: &String| Job {
                        kind: *at,
                        namespace: Some(name.clone()),
                        name: None,
                    };
                    options.namespaces.iter().map(job).collect()
                }
                _ => vec![Job {
                    kind: *at,
                    namespace: None,
                    name: None,
                }],
            };
            kinds.iter().flat_map(one).collect()
        };
        self.wave(options, jobs(&first), &mut run, &mut take)?;
        self.wave(options, jobs(&others), &mut run, &mut take)?;
        // What may not be listed everywhere may be listed in some namespaces.
        let refused: Vec<usize> = (run.refused.iter())
            .filter(|((at, namespace), (status, _))| {
                let namespaced = options.kinds.get(*at).is_some_and(|kind| kind.namespaced);
                namespace.is_none() && *status == 403 && namespaced
            })
            .map(|((at, _), _)| *at)
            .collect();
        if run.namespaces.is_empty() {
            run.namespaces.insert(self.default_namespace().to_owned());
        }
        let namespaces: Vec<String> = run.namespaces.iter().take(TRIED).cloned().collect();
        for at in refused {
            let whole = run.refused.remove(&(at, None));
            let job = |name: &String| Job {
                kind: at,
                namespace: Some(name.clone()),
                name: None,
            };
            self.wave(
                options,
                namespaces.iter().map(job).collect(),
                &mut run,
                &mut take,
            )?;
            let nowhere = !run.read.contains(&at);
            if let (Some(whole), true) = (whole, nowhere) {
                run.refused.retain(|(kind, _), _| *kind != at);
                run.refused.insert((at, None), whole);
            }
        }
        Ok(run.summary(options))
    }

    /// Lists some kinds at the same time. The client runs on a thread of its own, so that the next pages come while
    /// these ones are taken.
    fn wave(
        &self,
        options: &ReadOptions,
        jobs: Vec<Job>,
        run: &mut Run,
        take: &mut impl FnMut(Object) -> Result<(), ClusterError>,
    ) -> Result<(), ClusterError> {
        let (send, receive) = sync_channel(WAITING);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                self.runtime
                    .block_on(lists(&self.client, options, jobs, send))
            });
            // Where this ends early, the channel closes, and the lists end with it.
            for message in receive {
                match message {
                    Message::Page(at, items) => {
                        let Some(kind) = options.kinds.get(at) else {
                            continue;
                        };
                        for item in items {
                            let object = object(kind, &item)?;
                            if is_namespace(kind) {
                                run.namespaces.insert(object.name.clone());
                            }
                            run.objects += 1;
                            take(object)?;
                        }
                    }
                    Message::Done(at, _, Ok(())) => {
                        run.read.insert(at);
                    }
                    Message::Done(at, namespace, Err(error)) => {
                        let (status, message) = match error {
                            ClusterError::Request {
                                status, message, ..
                            } => (status, message),
                            other => (0, other.to_string()),
                        };
                        if status == 401 {
                            return Err(ClusterError::Request {
                                what: "the cluster refuses this user".to_owned(),
                                message,
                                status,
                            });
                        }
                        run.refused.insert((at, namespace), (status, message));
                    }
                }
            }
            Ok(())
        })
    }
}

/// A list to ask for.
struct Job {
    kind: usize,
    namespace: Option<String>,
    name: Option<String>,
}

#[derive(Default)]
struct Run {
    objects: u64,
    read: BTreeSet<usize>,
    namespaces: BTreeSet<String>,
    refused: BTreeMap<(usize, Option<String>), (u16, String)>,
}

impl Run {
    fn summary(self, options: &ReadOptions) -> Summary {
        let kind = |at: &usize| options.kinds.get(*at).cloned();
        let mut refusals: BTreeMap<(usize, u16, String), Vec<String>> = BTreeMap::new();
        for ((at, namespace), (status, message)) in self.refused {
            // The texts differ by nothing but the namespace.
            let message = match &namespace {
                Some(name) => message.replace(&format!("in the namespace \"{name}\""), "there"),
                None => message,
            };
            let namespaces = refusals.entry((at, status, message)).or_default();
            namespaces.extend(namespace);
        }
        Summary {
            objects: self.objects,
            kinds: self.read.iter().filter_map(kind).collect(),
            refusals: refusals
                .into_iter()
                .filter_map(|((at, status, message), namespaces)| {
                    Some(Refusal {
                        kind: kind(&at)?.name(),
                        namespaces,
                        message,
                        status,
                    })
                })
                .collect(),
        }
    }
}

async fn lists(
    client: &kube::Client,
    options: &ReadOptions,
    jobs: Vec<Job>,
    send: SyncSender<Message>,
) {
    let send = &send;
    let one = |job: Job| async move {
        let Some(kind) = options.kinds.get(job.kind) else {
            return true;
        };
        let closed = || ClusterError::Stopped("nobody takes the objects any more".to_owned());
        let result = list(
            client,
            kind,
            job.namespace.as_deref(),
            job.name.as_deref(),
            options.page,
            |items| {
                send.send(Message::Page(job.kind, items))
                    .map_err(|_| closed())
            },
        )
        .await;
        send.send(Message::Done(job.kind, job.namespace, result))
            .is_ok()
    };
    let mut running = stream::iter(jobs)
        .map(one)
        .buffer_unordered(options.concurrency.max(1));
    while let Some(wanted) = running.next().await {
        if !wanted {
            break;
        }
    }
}

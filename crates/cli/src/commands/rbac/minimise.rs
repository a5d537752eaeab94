//! `kpol rbac minimise`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};

use kpol_findings::Problem;
use kpol_rbac::minimise::{
    Generated, Keep, Request, Unused, Widening, requests, strict, unused, widened,
};
use kpol_rbac::{Cluster, Objects, Options, Subject, SubjectKind, User};
use serde_json::{Value, json};

use crate::commands::rbac::load::{From, Loaded};
use crate::commands::rbac::told;
use crate::exit::{CommandError, Exit};

const EXAMPLES: &str = "\
Examples:
  kpol rbac minimise --audit-log audit.jsonl --user sa:shop/web           a role for what was seen
  kpol rbac minimise --audit-log audit.jsonl --user alice -f rbac/        and what she has and does not use
  kpol rbac minimise --audit-log audit.jsonl --user alice --any-name      rules without names of objects
  kpol rbac minimise --audit-log audit.jsonl --user alice --audit2rbac    as audit2rbac does";

/// The command line of `kpol rbac minimise`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// An audit log: events as JSON, or lists of them; `-` for standard input; may be given many times.
    #[arg(long, required = true, value_name = "FILE")]
    audit_log: Vec<String>,
    /// Who: a user name, or `sa:NAMESPACE/NAME`. Who is impersonated counts as the user.
    #[arg(long, required = true, value_name = "USER")]
    user: String,
    #[command(flatten)]
    from: From,
    /// Takes requests of this namespace only.
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// Allows all names where some were used.
    #[arg(long, conflicts_with = "audit2rbac")]
    any_name: bool,
    /// Allows all namespaces where some were used.
    #[arg(long, conflicts_with = "audit2rbac")]
    any_namespace: bool,
    /// Takes requests that were refused, too.
    #[arg(long)]
    with_refused: bool,
    /// Leaves out what the files of `-f` allow already.
    #[arg(long)]
    skip_existing: bool,
    /// Widens rules as audit2rbac does: verbs that go together, several names to all, several namespaces to all.
    #[arg(long)]
    audit2rbac: bool,
    /// With --audit2rbac: keeps verbs as they are.
    #[arg(long, requires = "audit2rbac")]
    keep_verbs: bool,
    /// With --audit2rbac: keeps names.
    #[arg(long, requires = "audit2rbac")]
    keep_names: bool,
    /// With --audit2rbac: keeps namespaces.
    #[arg(long, requires = "audit2rbac")]
    keep_namespaces: bool,
    /// The name of roles and bindings. [default: `kpol:` and the user]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The format of the answer.
    #[arg(short, long, default_value = "yaml")]
    output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Manifests, with what else is to be said in comments.
    Yaml,
    /// For programs.
    Json,
}

/// What the log says.
#[derive(Default)]
struct Log {
    events: usize,
    requests: BTreeSet<Request>,
    refused: BTreeSet<Request>,
    /// What everybody may do.
    common: usize,
    problems: Vec<Problem>,
}

pub(super) fn run(args: &Args) -> Result<Exit, CommandError> {
    let subject = Subject::parse(&args.user);
    if subject.kind == SubjectKind::Group {
        return Err(CommandError::Help(
            "the audit log tells users, not groups".to_owned(),
            "name a user: `--user alice` or `--user sa:shop/web`".to_owned(),
        ));
    }
    let loaded = if args.from.file.is_empty() {
        None
    } else {
        Some(args.from.load(&[])?)
    };
    let user = User::of(&subject);
    let log = read(args, &user, loaded.as_ref())?;
    if log.events == 0 && log.problems.is_empty() {
        return Err(CommandError::Help(
            format!("the audit log has no request of {subject}"),
            "user names are as in the log: `system:serviceaccount:NS:NAME` is `sa:NS/NAME`"
                .to_owned(),
        ));
    }
    let mut wanted: Vec<Request> = log.requests.iter().cloned().collect();
    if args.with_refused || args.audit2rbac {
        let refused = log.refused.iter().cloned();
        wanted.extend(refused.map(|request| Request {
            refused: false,
            ..request
        }));
        wanted.sort();
        wanted.dedup();
    }
    let generated = if args.audit2rbac {
        let nothing = Cluster::new(Objects::default(), Options { defaults: false });
        widened(&nothing, &wanted, &widening(args))
    } else {
        let keep = Keep {
            names: !args.any_name,
            namespaces: !args.any_namespace,
        };
        strict(&wanted, keep)
    };
    let missed = generated.misses(&wanted);
    if let Some(first) = missed.first() {
        return Err(CommandError::Plain(format!(
            "the roles do not allow `{} {}`: this is a bug in kpol",
            first.verb,
            first.combined()
        )));
    }
    let seen: Vec<Request> = log.requests.iter().cloned().collect();
    let unused = loaded
        .as_ref()
        .map(|loaded| unused(&loaded.cluster, &user, &seen));
    let name = args.name.clone().unwrap_or_else(|| name(&subject));
    let told = Told {
        subject: &subject,
        log: &log,
        wanted: &wanted,
        generated: &generated,
        unused: loaded.as_ref().zip(unused.as_deref()),
        name: &name,
        with_refused: args.with_refused || args.audit2rbac,
    };
    match args.output {
        Format::Yaml => crate::output::write(&told.yaml())?,
        Format::Json => told::print(&told.value())?,
    }
    let colour = crate::outputs::colour(false, false);
    for problem in &log.problems {
        let text = kpol_findings::text::render_problem(problem, colour);
        anstream::eprintln!("{}", text.trim_end());
    }
    let exit = if log.problems.is_empty() {
        Exit::Passed
    } else {
        Exit::Unchecked
    };
    Ok(loaded.map_or(exit, |loaded| loaded.finish(exit)))
}

fn widening(args: &Args) -> Widening {
    let mut widening = Widening {
        names: !args.keep_names,
        namespaces: !args.keep_namespaces,
        ..Widening::default()
    };
    if args.keep_verbs {
        widening.verbs.clear();
    }
    widening
}

/// Reads the log, event by event.
fn read(args: &Args, user: &User, loaded: Option<&Loaded>) -> Result<Log, CommandError> {
    let mut log = Log::default();
    let defaults = Cluster::new(Objects::default(), Options { defaults: true });
    // What everybody may do by Kubernetes' own bindings needs no role.
    let everybody = User {
        name: None,
        groups: user.groups.clone(),
    };
    for path in &args.audit_log {
        let reader: Box<dyn Read> = if path == "-" {
            Box::new(io::stdin().lock())
        } else {
            let file = File::open(path)
                .map_err(|error| CommandError::Plain(format!("cannot read `{path}`: {error}")))?;
            Box::new(file)
        };
        let values =
            serde_json::Deserializer::from_reader(BufReader::new(reader)).into_iter::<Value>();
        for (number, value) in values.enumerate() {
            let found = value
                .map_err(|error| error.to_string())
                .and_then(requests)
                .map_err(|error| {
                    Problem::plain(
                        "audit_event",
                        format!("`{path}`, event {}: {error}", number + 1),
                    )
                });
            let found = match found {
                Ok(found) => found,
                Err(problem) => {
                    log.problems.push(problem);
                    continue;
                }
            };
            for request in found {
                let other = user.name.as_ref() != Some(&request.user)
                    || (args.namespace.as_ref()).is_some_and(|wanted| *wanted != request.namespace);
                if other {
                    continue;
                }
                log.events += 1;
                let action = request.action();
                let existing = loaded
                    .filter(|_| args.skip_existing)
                    .and_then(|loaded| loaded.cluster.authorise(user, &action));
                if defaults.authorise(&everybody, &action).is_some() || existing.is_some() {
                    log.common += 1;
                    continue;
                }
                // Groups change between events; the role is for the user.
                let request = Request {
                    groups: Vec::new(),
                    ..request
                };
                if request.refused {
                    log.refused.insert(request);
                } else {
                    log.requests.insert(request);
                }
            }
        }
    }
    Ok(log)
}

/// `kpol:alice`, `kpol:shop:web`: a name that an object may have.
fn name(subject: &Subject) -> String {
    let plain = |text: &str| -> String {
        (text.to_ascii_lowercase().chars())
            .map(|char| {
                if char.is_ascii_alphanumeric() || matches!(char, ':' | '-' | '.') {
                    char
                } else {
                    '-'
                }
            })
            .collect()
    };
    if subject.namespace.is_empty() {
        format!("kpol:{}", plain(&subject.name))
    } else {
        format!(
            "kpol:{}:{}",
            plain(&subject.namespace),
            plain(&subject.name)
        )
    }
}

/// All that is to be told.
struct Told<'a> {
    subject: &'a Subject,
    log: &'a Log,
    wanted: &'a [Request],
    generated: &'a Generated,
    unused: Option<(&'a Loaded, &'a [Unused])>,
    name: &'a str,
    with_refused: bool,
}

impl Told<'_> {
    fn yaml(&self) -> String {
        let mut out = format!(
            "# What {} did: {} of its requests in the log; {} different ones need a right.\n",
            self.subject,
            self.log.events,
            self.wanted.len()
        );
        if self.log.common > 0 {
            out.push_str(&format!(
                "# {} needed no role of its own.\n",
                self.log.common
            ));
        }
        if !self.log.refused.is_empty() {
            let what = if self.with_refused {
                "taken in"
            } else {
                "left out: see --with-refused"
            };
            out.push_str(&format!("# Refused, and {what}:\n"));
            for request in &self.log.refused {
                out.push_str(&format!("#   {}\n", words(request)));
            }
        }
        if let Some((loaded, unused)) = self.unused {
            out.push_str(&unused_comments(loaded, unused));
        }
        if self.wanted.is_empty() {
            out.push_str("# No role is needed.\n");
        }
        out.push_str(&self.generated.yaml(self.name));
        out
    }

    fn value(&self) -> Value {
        let list = |requests: &mut dyn Iterator<Item = &Request>| -> Vec<Value> {
            requests.map(|request| json!(words(request))).collect()
        };
        let unused = self.unused.map(|(loaded, unused)| {
            unused
                .iter()
                .map(|unused| unused_value(loaded, unused))
                .collect::<Vec<Value>>()
        });
        json!({
            "subject": told::subject(self.subject),
            "events": self.log.events,
            "common": self.log.common,
            "requests": list(&mut self.wanted.iter()),
            "refused": list(&mut self.log.refused.iter()),
            "objects": self.generated.objects(self.name),
            "unused": unused,
        })
    }
}

/// `get pods.apps named web in namespace shop`.
fn words(request: &Request) -> String {
    if !request.is_resource {
        return format!("{} {}", request.verb, request.path);
    }
    let mut text = format!(
        "{} {}",
        request.verb,
        kpol_rbac::resources::qualified(&request.group, &request.combined())
    );
    if !request.name.is_empty() {
        text.push_str(&format!(" named {}", request.name));
    }
    if !request.namespace.is_empty() {
        text.push_str(&format!(" in namespace {}", request.namespace));
    }
    text
}

fn unused_comments(loaded: &Loaded, unused: &[Unused]) -> String {
    if unused.is_empty() {
        return "# All that is granted to it was used.\n".to_owned();
    }
    let mut out = "# Granted, and not used:\n".to_owned();
    for one in unused {
        out.push_str(&format!("#   {}\n", loaded.grant(one.grant)));
        if one.whole {
            out.push_str("#     nothing of it\n");
            continue;
        }
        for (target, verbs) in &one.verbs {
            let verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
            out.push_str(&format!("#     {target}: {}\n", verbs.join(", ")));
        }
        if !one.used.is_empty() {
            let used: Vec<&str> = one.used.iter().map(String::as_str).collect();
            out.push_str(&format!(
                "#     its wildcard is used for: {}\n",
                used.join(", ")
            ));
        }
    }
    out
}

fn unused_value(loaded: &Loaded, unused: &Unused) -> Value {
    let mut value = loaded.grant_value(unused.grant);
    if let Some(map) = value.as_object_mut() {
        map.insert("whole".to_owned(), json!(unused.whole));
        map.insert("unused".to_owned(), json!(unused.verbs));
        map.insert("used".to_owned(), json!(unused.used));
    }
    value
}

//! `kpol rbac who-can`.

use kpol_rbac::{Grant, MASTERS, Scope, Subject};
use serde_json::{Value, json};

use crate::commands::rbac::load::{From, Loaded};
use crate::commands::rbac::question::Question;
use crate::commands::rbac::told::{self, Answer};
use crate::exit::{CommandError, Exit};

const EXAMPLES: &str = "\
Examples:
  kpol rbac who-can get secrets -f rbac/                 anywhere
  kpol rbac who-can list pods -A -f rbac/                of all namespaces at once
  kpol rbac who-can create pods/exec -n shop -f rbac/    a subresource
  kpol rbac who-can get secrets/db-password -n shop -f rbac/
  kpol rbac who-can update deployments.apps -f rbac/ -o table
  kpol rbac who-can get /metrics -f rbac/                a path";

/// The command line of `kpol rbac who-can`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The verb.
    #[arg(value_name = "VERB")]
    verb: String,
    /// The resource, with its group where Kubernetes does not know it, and a subresource or a name; or a path.
    #[arg(value_name = "RESOURCE[/NAME]")]
    resource: String,
    /// Files, folders and globs, as with `-f`.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    from: From,
    /// In this namespace. [default: in any]
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// In all namespaces at once.
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    all_namespaces: bool,
    /// The subresource, where its name could be that of an object.
    #[arg(long, value_name = "NAME")]
    subresource: Option<String>,
    /// The format of the answer.
    #[arg(short, long, default_value = "text")]
    output: Answer,
}

pub(super) fn run(args: &Args) -> Result<Exit, CommandError> {
    let loaded = args.from.load(&args.paths)?;
    let question = Question::read(
        &loaded.cluster,
        &args.verb,
        &args.resource,
        args.subresource.as_deref(),
    )?;
    let mut grants: Vec<Grant> = Vec::new();
    let namespace = args.namespace.as_deref().unwrap_or_default();
    for action in question.actions(namespace) {
        let any = args.namespace.is_none() && !args.all_namespaces && question.is_namespaced();
        let found = if any {
            loaded.cluster.who_can_anywhere(&action)
        } else {
            loaded.cluster.who_can(&action)
        };
        for grant in found {
            if !grants.iter().any(|own| own.binding == grant.binding) {
                grants.push(grant);
            }
        }
    }
    let place = match (&args.namespace, args.all_namespaces) {
        (Some(namespace), _) => format!(" in namespace {namespace}"),
        (None, true) => " in all namespaces".to_owned(),
        (None, false) => String::new(),
    };
    let rows: Vec<(Subject, Grant)> = grants
        .iter()
        .filter_map(|grant| Some((loaded.cluster.binding(grant.binding)?, *grant)))
        .flat_map(|(binding, grant)| {
            (binding.subjects.iter()).map(move |(subject, _)| (subject.clone(), grant))
        })
        // It is told in any case.
        .filter(|(subject, _)| *subject != Subject::group(MASTERS))
        .collect();
    let question = format!("{}{place}", question.words());
    match args.output {
        Answer::Json => told::print(&value(&loaded, &question, &rows))?,
        Answer::Text => crate::output::write(&text(&loaded, &question, &rows))?,
        Answer::Table => {
            let rows: Vec<Vec<String>> = rows
                .iter()
                .map(|(subject, grant)| {
                    vec![
                        subject.to_string(),
                        scope(&loaded, *grant),
                        loaded.grant(*grant),
                    ]
                })
                .collect();
            let table = told::table(&["SUBJECT", "WHERE", "BY"], &rows);
            crate::output::write(&table)?;
        }
    }
    Ok(loaded.finish(Exit::Passed))
}

pub(super) fn scope(loaded: &Loaded, grant: Grant) -> String {
    match loaded.cluster.binding(grant.binding) {
        Some(binding) if binding.scope == Scope::Namespaced => {
            format!("namespace {}", binding.namespace)
        }
        _ => "everywhere".to_owned(),
    }
}

fn text(loaded: &Loaded, question: &str, rows: &[(Subject, Grant)]) -> String {
    let mut subjects: Vec<&Subject> = rows.iter().map(|(subject, _)| subject).collect();
    subjects.sort();
    subjects.dedup();
    let mut out = match subjects.len() {
        0 => format!("nobody may {question}, but for {MASTERS}\n"),
        1 => format!("one subject may {question}, beside {MASTERS}:\n"),
        many => format!("{many} subjects may {question}, beside {MASTERS}:\n"),
    };
    let mut told: Vec<&Subject> = Vec::new();
    for (subject, _) in rows {
        if told.contains(&subject) {
            continue;
        }
        told.push(subject);
        out.push_str(&format!("\n{subject}\n"));
        for (_, grant) in rows.iter().filter(|(other, _)| other == subject) {
            let place = scope(loaded, *grant);
            out.push_str(&format!("  {place}: {}\n", loaded.grant(*grant)));
        }
    }
    out
}

fn value(loaded: &Loaded, question: &str, rows: &[(Subject, Grant)]) -> Value {
    let mut list = vec![json!({
        "subject": told::subject(&Subject::group(MASTERS)), "everywhere": true, "always": true,
    })];
    for (subject, grant) in rows {
        let mut value = loaded.grant_value(*grant);
        if let Some(map) = value.as_object_mut() {
            let everywhere = (loaded.cluster.binding(grant.binding))
                .is_some_and(|binding| binding.scope == Scope::Cluster);
            map.insert("subject".to_owned(), told::subject(subject));
            map.insert("everywhere".to_owned(), json!(everywhere));
        }
        list.push(value);
    }
    json!({"question": question, "subjects": list})
}

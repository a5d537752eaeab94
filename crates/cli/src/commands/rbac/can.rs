//! `kpol rbac can`.

use kpol_rbac::{Grant, MASTERS, Scope, Subject, User, resources};
use serde_json::{Value, json};

use crate::commands::rbac::load::{From, Loaded};
use crate::commands::rbac::question::Question;
use crate::commands::rbac::told::{self, Answer};
use crate::commands::rbac::who_can::scope;
use crate::exit::{CommandError, Exit};

const EXAMPLES: &str = "\
Examples:
  kpol rbac can user:alice -f rbac/                         all that she may do
  kpol rbac can sa:shop/web -f rbac/ -o table
  kpol rbac can sa:shop/web get secrets -n shop -f rbac/    yes or no, and why
  kpol rbac can user:bob --group ops list nodes -f rbac/";

/// The command line of `kpol rbac can`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Who: `user:NAME`, `group:NAME` or `sa:NAMESPACE/NAME`.
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// The verb of a question.
    #[arg(value_name = "VERB", requires = "resource")]
    verb: Option<String>,
    /// The resource of a question, with a subresource or a name; or a path.
    #[arg(value_name = "RESOURCE[/NAME]")]
    resource: Option<String>,
    #[command(flatten)]
    from: From,
    /// A group that they are in; may be given many times. Those of Kubernetes are known.
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// In this namespace. [default: of a question, in all; of a list, in any]
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// The subresource, where its name could be that of an object.
    #[arg(long, value_name = "NAME")]
    subresource: Option<String>,
    /// The format of the answer.
    #[arg(short, long, default_value = "text")]
    output: Answer,
}

pub(super) fn run(args: &Args) -> Result<Exit, CommandError> {
    let loaded = args.from.load(&[])?;
    let subject = Subject::parse(&args.subject);
    let mut user = User::of(&subject);
    user.groups.extend(args.group.iter().cloned());
    let exit = match (&args.verb, &args.resource) {
        (Some(verb), Some(resource)) => {
            let subresource = args.subresource.as_deref();
            let question = Question::read(&loaded.cluster, verb, resource, subresource)?;
            answer(args, &loaded, &subject, &user, &question)?
        }
        _ => {
            list(args, &loaded, &subject, &user)?;
            Exit::Passed
        }
    };
    Ok(loaded.finish(exit))
}

/// Yes or no, and why.
fn answer(
    args: &Args,
    loaded: &Loaded,
    subject: &Subject,
    user: &User,
    question: &Question,
) -> Result<Exit, CommandError> {
    let namespace = args.namespace.as_deref().unwrap_or_default();
    let actions = question.actions(namespace);
    let grant = (actions.iter()).find_map(|action| loaded.cluster.authorise(user, action));
    let allowed = user.is_master() || grant.is_some();
    let place = if namespace.is_empty() || !question.is_namespaced() {
        String::new()
    } else {
        format!(" in namespace {namespace}")
    };
    let words = format!("{}{place}", question.words());
    if args.output == Answer::Json {
        let by = grant.map_or(Value::Null, |grant| loaded.grant_value(grant));
        told::print(&json!({
            "subject": told::subject(subject), "question": words, "allowed": allowed, "by": by,
        }))?;
    } else {
        let text = match grant {
            _ if user.is_master() => format!("yes: {subject} is in {MASTERS}\n"),
            Some(grant) => format!("yes: {subject} may {words}\n  {}\n", loaded.grant(grant)),
            None => format!("no: {subject} may not {words}\n"),
        };
        crate::output::write(&text)?;
    }
    Ok(if allowed { Exit::Passed } else { Exit::Failed })
}

/// One rule that counts for somebody.
struct Row {
    targets: String,
    names: String,
    verbs: String,
    grant: Grant,
}

fn list(args: &Args, loaded: &Loaded, subject: &Subject, user: &User) -> Result<(), CommandError> {
    let cluster = &loaded.cluster;
    let mut rows = Vec::new();
    for index in cluster.bindings_for(user) {
        let Some(binding) = cluster.binding(index) else {
            continue;
        };
        let elsewhere = args.namespace.as_ref().is_some_and(|namespace| {
            binding.scope == Scope::Namespaced && binding.namespace != *namespace
        });
        let Some(role) = cluster.role_of(index).filter(|_| !elsewhere) else {
            continue;
        };
        for (rule, placed) in cluster
            .role(role)
            .into_iter()
            .flat_map(|role| role.rules.iter().enumerate())
        {
            let own = &placed.rule;
            let mut targets: Vec<String> = (own.api_groups.iter())
                .flat_map(|group| {
                    own.resources
                        .iter()
                        .map(move |name| resources::qualified(group, name))
                })
                .collect();
            if binding.scope == Scope::Cluster {
                targets.extend(own.urls.iter().cloned());
            }
            if targets.is_empty() {
                continue;
            }
            rows.push(Row {
                targets: targets.join(", "),
                names: own.resource_names.join(", "),
                verbs: own.verbs.join(", "),
                grant: Grant {
                    binding: index,
                    role,
                    rule,
                },
            });
        }
    }
    match args.output {
        Answer::Json => {
            let rows: Vec<Value> = rows.iter().map(|row| row_value(loaded, row)).collect();
            told::print(&json!({
                "subject": told::subject(subject),
                "groups": user.groups,
                "everything": user.is_master(),
                "rules": rows,
            }))
        }
        Answer::Table => {
            let rows: Vec<Vec<String>> = rows
                .into_iter()
                .map(|row| {
                    let place = scope(loaded, row.grant);
                    vec![
                        row.targets,
                        row.names,
                        row.verbs,
                        place,
                        loaded.grant(row.grant),
                    ]
                })
                .collect();
            let titles = ["RESOURCES", "NAMES", "VERBS", "WHERE", "BY"];
            crate::output::write(&told::table(&titles, &rows))
        }
        Answer::Text => crate::output::write(&text(loaded, subject, user, &rows)),
    }
}

fn text(loaded: &Loaded, subject: &Subject, user: &User, rows: &[Row]) -> String {
    let mut out = format!("{subject}, in the groups {}\n", user.groups.join(", "));
    if user.is_master() {
        out.push_str(&format!("\neverything: it is in {MASTERS}\n"));
    }
    if rows.is_empty() && !user.is_master() {
        out.push_str("\nno role is bound to it\n");
    }
    let mut last = None;
    for row in rows {
        if last != Some(row.grant.binding) {
            last = Some(row.grant.binding);
            if let Some(binding) = loaded.cluster.binding(row.grant.binding) {
                out.push_str(&format!(
                    "\n{}, by {binding}{} → {}\n",
                    scope(loaded, row.grant),
                    loaded.beside(binding.place),
                    binding.role_words(),
                ));
            }
        }
        let names = if row.names.is_empty() {
            String::new()
        } else {
            format!(" named {}", row.names)
        };
        out.push_str(&format!("  {} {}{names}\n", row.verbs, row.targets));
    }
    out
}

fn row_value(loaded: &Loaded, row: &Row) -> Value {
    let mut value = loaded.grant_value(row.grant);
    let rule = loaded
        .cluster
        .rule(row.grant)
        .map(|placed| placed.rule.to_json());
    if let (Some(map), Some(rule)) = (value.as_object_mut(), rule) {
        map.insert("grants".to_owned(), rule);
        map.insert("where".to_owned(), json!(scope(loaded, row.grant)));
    }
    value
}

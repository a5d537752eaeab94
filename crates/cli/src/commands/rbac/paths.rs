//! `kpol rbac paths`.

use clap::ValueEnum;
use kpol_rbac::Subject;
use kpol_rbac::graph::{Cut, Graph, Hop, Node};
use serde_json::{Value, json};

use crate::commands::rbac::load::{From, Loaded};
use crate::commands::rbac::told;
use crate::exit::{CommandError, Exit};

const EXAMPLES: &str = "\
Examples:
  kpol rbac paths user:alice -f cluster.json            step by step, and which binding to remove
  kpol rbac paths -f cluster.json                       of everybody that a binding names
  kpol rbac paths sa:ci/deployer --to cluster-admin -f rbac/
  kpol rbac paths -f rbac/ -o svg > paths.svg           a picture
  kpol rbac paths -f rbac/ -o dot | dot -Tpng > paths.png";

/// The command line of `kpol rbac paths`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Who: `user:NAME`, `group:NAME` or `sa:NAMESPACE/NAME`. [default: all subjects of bindings]
    #[arg(value_name = "SUBJECT")]
    subject: Option<String>,
    #[command(flatten)]
    from: From,
    /// A group that they are in; may be given many times. Those of Kubernetes are known.
    #[arg(long, value_name = "GROUP", requires = "subject")]
    group: Vec<String>,
    /// Where to; may be given many times. [default: all]
    #[arg(long, value_name = "GOAL")]
    to: Vec<Goal>,
    /// The format of the answer.
    #[arg(short, long, default_value = "text")]
    output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Goal {
    /// Everything in the cluster.
    ClusterAdmin,
    /// Root on a node.
    Node,
    /// All secrets of the cluster.
    Secrets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
}

impl Goal {
    const fn node(self) -> Node {
        match self {
            Goal::ClusterAdmin => Node::ClusterAdmin,
            Goal::Node => Node::Host,
            Goal::Secrets => Node::Secrets,
        }
    }
}

/// A path from somebody to a goal.
struct Found<'s> {
    subject: Subject,
    goal: Node,
    hops: Vec<&'s Hop>,
    /// Not searched for where paths are very many.
    cut: Option<Option<Cut>>,
}

/// For more paths than this, no cuts are searched.
const CUTS: usize = 200;

pub(super) fn run(args: &Args) -> Result<Exit, CommandError> {
    let loaded = args.from.load(&[])?;
    let graph = Graph::new(&loaded.cluster);
    let starts = match &args.subject {
        Some(text) => vec![Subject::parse(text)],
        None => graph.starts(),
    };
    let goals: Vec<Node> = if args.to.is_empty() {
        Node::GOALS.to_vec()
    } else {
        args.to.iter().map(|goal| goal.node()).collect()
    };
    let paths: Vec<Vec<Option<Vec<Hop>>>> = (goals.iter())
        .map(|goal| graph.paths_to(&starts, &args.group, goal))
        .collect();
    let everybody = Subject::group("system:authenticated");
    let common = (starts.iter().position(|start| *start == everybody)).filter(|_| starts.len() > 1);
    let mut found: Vec<Found<'_>> = Vec::new();
    for (at, subject) in starts.iter().enumerate() {
        for (goal, paths) in goals.iter().zip(&paths) {
            let path = |at: usize| paths.get(at).and_then(Option::as_deref);
            let Some(hops) = path(at) else { continue };
            // Who is cluster-admin has all else; what everybody can is told once.
            let through_admin = hops.iter().any(|hop| hop.from == Node::ClusterAdmin);
            let shared = *subject != everybody
                && (common.and_then(path)).is_some_and(|common| same(common, hops));
            if (through_admin && goals.contains(&Node::ClusterAdmin)) || shared {
                continue;
            }
            found.push(Found {
                subject: subject.clone(),
                goal: goal.clone(),
                hops: hops.iter().collect(),
                cut: None,
            });
        }
    }
    if found.len() <= CUTS && matches!(args.output, Format::Text | Format::Json) {
        for path in &mut found {
            path.cut = Some(graph.cut(&path.subject, &args.group, &path.goal, &path.hops));
        }
    }
    let hops = || -> Vec<Vec<&Hop>> { found.iter().map(|found| found.hops.clone()).collect() };
    match args.output {
        Format::Text => crate::output::write(&text(&loaded, &starts, &goals, &found))?,
        Format::Json => told::print(&value(&loaded, &found))?,
        Format::Dot => crate::output::write(&graph.dot(&hops()))?,
        Format::Svg => crate::output::write(&graph.svg(&hops()))?,
    }
    let exit = if found.is_empty() {
        Exit::Passed
    } else {
        Exit::Failed
    };
    Ok(loaded.finish(exit))
}

/// Whether two paths differ by who begins them only.
fn same(one: &[Hop], two: &[Hop]) -> bool {
    one.len() == two.len()
        && (one.iter().zip(two)).all(|(one, two)| {
            one.to == two.to && one.technique == two.technique && one.grants == two.grants
        })
}

fn text(loaded: &Loaded, starts: &[Subject], goals: &[Node], found: &[Found<'_>]) -> String {
    if found.is_empty() {
        let who = match starts {
            [only] => only.to_string(),
            _ => "anybody".to_owned(),
        };
        let goals: Vec<String> = goals.iter().map(ToString::to_string).collect();
        return format!("no path from {who} to {}\n", goals.join(", "));
    }
    let mut out = String::new();
    for path in found {
        let steps = match path.hops.len() {
            1 => "1 step".to_owned(),
            many => format!("{many} steps"),
        };
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{} → {}, {steps}\n", path.subject, path.goal));
        for (at, hop) in path.hops.iter().enumerate() {
            let technique = hop.technique.id();
            out.push_str(&format!(
                "  {}. {} {} [{technique}]\n",
                at + 1,
                hop.from,
                hop.words
            ));
            for grant in &hop.grants {
                out.push_str(&format!("     by {}\n", loaded.grant(*grant)));
            }
            if let Some((name, place)) = &hop.object
                && let Some(place) = loaded.at(*place)
            {
                out.push_str(&format!("     {name} is at {place}\n"));
            }
        }
        match &path.cut {
            Some(Some(cut)) => {
                let names: Vec<String> = (cut.bindings.iter())
                    .filter_map(|index| loaded.cluster.binding(*index))
                    .map(|binding| format!("{binding}{}", loaded.beside(binding.place)))
                    .collect();
                out.push_str(&format!("  remove {}\n", names.join(" and ")));
            }
            Some(None) => out.push_str("  no three bindings cut it\n"),
            None => {}
        }
    }
    out
}

fn value(loaded: &Loaded, found: &[Found<'_>]) -> Value {
    let paths: Vec<Value> = found
        .iter()
        .map(|path| {
            let steps: Vec<Value> = path.hops.iter().map(|hop| hop_value(loaded, hop)).collect();
            let cut: Option<Vec<Value>> = path.cut.iter().flatten().next().map(|cut| {
                (cut.bindings.iter())
                    .map(|index| loaded.binding_value(*index))
                    .collect()
            });
            json!({
                "subject": told::subject(&path.subject),
                "goal": path.goal.to_string(),
                "steps": steps,
                "cut": cut,
            })
        })
        .collect();
    json!({"paths": paths})
}

fn hop_value(loaded: &Loaded, hop: &Hop) -> Value {
    let grants: Vec<Value> = hop
        .grants
        .iter()
        .map(|grant| loaded.grant_value(*grant))
        .collect();
    let mut value = json!({
        "from": hop.from.to_string(),
        "to": hop.to.to_string(),
        "technique": hop.technique.id(),
        "words": hop.words,
        "grants": grants,
    });
    if let (Some(map), Some((name, place))) = (value.as_object_mut(), &hop.object) {
        let object = told::placed(json!({"name": name}), loaded.location(*place).as_ref());
        map.insert("object".to_owned(), object);
    }
    value
}

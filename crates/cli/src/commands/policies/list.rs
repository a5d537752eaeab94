//! `kpol policies list`.

use kpol_compiler::suggest::nearest;
use kpol_library::Pack;

use super::catalog::{Catalog, Rule};
use super::{Of, Output, columns, json};
use crate::exit::CommandError;
use crate::output::write;

/// The severities that the library uses, the worst first.
const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// The command line of `kpol policies list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: Of,
    /// Only rules of this pack, or of this file with one; may be given many times.
    #[arg(long, value_name = "PACK", value_delimiter = ',')]
    pack: Vec<String>,
    /// Only rules of this severity: critical, high, medium or low; may be given many times.
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',')]
    severity: Vec<String>,
    /// Only rules that map to this framework, or to one of its ids; may be given many times.
    #[arg(long, value_name = "NAME[=ID]")]
    framework: Vec<String>,
    /// Only rules with this tag; may be given many times.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,
    /// The format.
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<(), CommandError> {
    let catalog = args.of.catalog()?;
    let packs: Vec<Pack> = (args.pack.iter())
        .map(|name| crate::selection::pack(name))
        .collect::<Result<_, _>>()?;
    known("severity", &args.severity, &SEVERITIES, &catalog, |rule| {
        rule.about.severity.iter().map(String::as_str).collect()
    })?;
    known("tag", &args.tag, &[], &catalog, |rule| {
        rule.about.tags.iter().map(String::as_str).collect()
    })?;
    let frameworks: Vec<(&str, Option<&str>)> = (args.framework.iter())
        .map(|text| match text.split_once('=') {
            Some((name, id)) => (name, Some(id)),
            None => (text.as_str(), None),
        })
        .collect();
    framework(&frameworks, &catalog)?;
    let wanted = |rule: &&Rule| {
        let about = &rule.about;
        let mapped = |(name, id): &(&str, Option<&str>)| {
            (about.frameworks.get(*name))
                .is_some_and(|ids| id.is_none_or(|id| ids.iter().any(|own| own == id)))
        };
        let one_of = |wanted: &[String], has: &[String]| {
            wanted.is_empty() || wanted.iter().any(|name| has.contains(name))
        };
        let severity: Vec<String> = about.severity.iter().cloned().collect();
        (packs.is_empty() || packs.iter().any(|pack| pack.has(rule.facts())))
            && one_of(&args.severity, &severity)
            && one_of(&args.tag, &about.tags)
            && (frameworks.is_empty() || frameworks.iter().any(mapped))
    };
    let rules: Vec<&Rule> = catalog.rules.iter().filter(wanted).collect();
    if args.output == Output::Json {
        return json(&rules);
    }
    if rules.is_empty() {
        anstream::eprintln!("no rule fits");
        return Ok(());
    }
    let mut table = vec![["ID", "SEVERITY", "TITLE", "PACKS", "FRAMEWORKS"].map(str::to_owned)];
    table.extend(rules.iter().map(|rule| {
        let names: Vec<&str> = rule.about.frameworks.keys().map(String::as_str).collect();
        [
            rule.id.clone(),
            rule.about.severity.clone().unwrap_or_default(),
            rule.about.title.clone().unwrap_or_default(),
            rule.packs.join(","),
            names.join(","),
        ]
    }));
    write(&columns(&table))
}

/// Refuses a filter that fits nothing because it is misspelled.
fn known<'c>(
    what: &str,
    wanted: &[String],
    fixed: &[&'c str],
    catalog: &'c Catalog,
    of: impl Fn(&'c Rule) -> Vec<&'c str>,
) -> Result<(), CommandError> {
    let mut all: Vec<&str> = catalog.rules.iter().flat_map(of).collect();
    all.extend(fixed);
    all.sort_unstable();
    all.dedup();
    match wanted.iter().find(|name| !all.contains(&name.as_str())) {
        Some(name) => Err(no_such(what, name, &all)),
        None => Ok(()),
    }
}

fn no_such(what: &str, name: &str, all: &[&str]) -> CommandError {
    let help = match nearest(name, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", all.join(", ")),
    };
    CommandError::Help(format!("there is no {what} `{name}`"), help)
}

fn framework(wanted: &[(&str, Option<&str>)], catalog: &Catalog) -> Result<(), CommandError> {
    let own = |rule: &'_ Rule, name: &str| rule.about.frameworks.contains_key(name);
    for (name, id) in wanted {
        let framework = catalog.frameworks.get(name);
        if framework.is_none() && !catalog.rules.iter().any(|rule| own(rule, name)) {
            let all: Vec<&str> = (catalog.frameworks.iter())
                .map(|framework| framework.name.as_str())
                .collect();
            return Err(no_such("framework", name, &all));
        }
        if let (Some(framework), Some(id)) = (framework, id)
            && !framework.has(id)
        {
            let all: Vec<&str> = framework.ids.iter().map(|(id, _)| id.as_str()).collect();
            return Err(no_such(&format!("id of {name}"), id, &all));
        }
    }
    Ok(())
}

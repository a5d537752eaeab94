//! `kpol policies book`: reference pages in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::catalog::{Catalog, Rule};
use super::{Of, example};
use crate::exit::CommandError;

/// The command line of `kpol policies book`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: Of,
    /// The folder for the pages.
    #[arg(short, long = "out-dir", value_name = "DIR")]
    out_dir: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<(), CommandError> {
    let catalog = args.of.catalog()?;
    let failed = |path: &std::path::Path, error: std::io::Error| {
        CommandError::Plain(format!("cannot write `{}`: {error}", path.display()))
    };
    std::fs::create_dir_all(&args.out_dir).map_err(|error| failed(&args.out_dir, error))?;
    for (name, text) in pages(&catalog) {
        let path = args.out_dir.join(name);
        std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

const NOTE: &str = "<!-- Written by `kpol policies book`: change the policies instead. -->\n";

/// The pages, by file name.
fn pages(catalog: &Catalog) -> BTreeMap<String, String> {
    let mut areas: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in &catalog.rules {
        areas.entry(rule.area()).or_default().push(rule);
    }
    let mut pages = BTreeMap::new();
    pages.insert("README.md".to_owned(), index(catalog, &areas));
    for (area, rules) in areas {
        let mut out = format!("# Rules: {area}\n\n{NOTE}");
        for rule in rules {
            section(&mut out, rule, catalog);
        }
        pages.insert(format!("{area}.md"), out);
    }
    pages
}

fn index(catalog: &Catalog, areas: &BTreeMap<&str, Vec<&Rule>>) -> String {
    let mut out = format!(
        "# Rules\n\n{NOTE}\n`kpol policies list` tells the same on the command line. [The library](../library.md) is about packs \
         and parameters.\n\n## Packs\n\n| pack | rules | what for |\n|---|---|---|\n"
    );
    for pack in &catalog.packs {
        let rules = catalog.rules.iter().filter(|rule| pack.has(rule.facts()));
        let _ = writeln!(
            out,
            "| `{}` | {} | {}: {} |",
            pack.name,
            rules.count(),
            cell(&pack.title),
            cell(&pack.description)
        );
    }
    for (area, rules) in areas {
        let _ = write!(
            out,
            "\n## {area}\n\n| rule | severity | what holds | packs |\n|---|---|---|---|\n"
        );
        for rule in rules {
            let about = &rule.about;
            let _ = writeln!(
                out,
                "| [`{}`]({area}.md#{}) | {} | {} | {} |",
                rule.id,
                anchor(&rule.id),
                about.severity.as_deref().unwrap_or_default(),
                cell(about.title.as_deref().unwrap_or_default()),
                rule.packs.join(", ")
            );
        }
    }
    out.push_str("\n## Frameworks\n");
    for framework in catalog.frameworks.iter() {
        let mut by_id: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in &catalog.rules {
            for id in rule
                .about
                .frameworks
                .get(&framework.name)
                .into_iter()
                .flatten()
            {
                by_id.entry(id).or_default().push(rule);
            }
        }
        if by_id.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n### {}\n\n`{}`, <{}>\n\n| id | rules |\n|---|---|\n",
            framework.title, framework.name, framework.url
        );
        for (id, rules) in by_id {
            let title = framework.title_of(id).map(|title| format!(" {title}"));
            let rules: Vec<String> = (rules.iter())
                .map(|rule| format!("[`{}`]({}.md#{})", rule.id, rule.area(), anchor(&rule.id)))
                .collect();
            let _ = writeln!(
                out,
                "| {}{} | {} |",
                cell(id),
                cell(&title.unwrap_or_default()),
                rules.join(", ")
            );
        }
    }
    out
}

fn section(out: &mut String, rule: &Rule, catalog: &Catalog) {
    let about = &rule.about;
    let _ = write!(out, "\n## {}\n", rule.id);
    if let Some(title) = &about.title {
        let _ = write!(out, "\n**{}**\n", title.trim_end_matches('.'));
    }
    let mut facts: Vec<String> = Vec::new();
    facts.extend(about.severity.clone());
    facts.extend(about.tags.iter().cloned());
    if rule.level == "warning" {
        facts.push("a warning".to_owned());
    }
    if !rule.packs.is_empty() {
        facts.push(format!("packs: {}", rule.packs.join(", ")));
    }
    if !facts.is_empty() {
        let _ = write!(out, "\n*{}*\n", facts.join("; "));
    }
    if let Some(description) = &about.description {
        let _ = write!(out, "\n{}\n", description.trim());
    }
    if let Some(remediation) = &about.remediation {
        let _ = write!(out, "\nRemedy: {}\n", remediation.trim());
    }
    if !about.parameters.is_empty() {
        out.push_str("\n| parameter | type | default | meaning |\n|---|---|---|---|\n");
        for parameter in &about.parameters {
            let default = parameter.default.as_ref().map(|value| format!("`{value}`"));
            let mut meaning = parameter.description.clone().unwrap_or_default();
            if !parameter.values.is_empty() {
                let _ = write!(meaning, " One of: `{}`.", parameter.values.join("`, `"));
            }
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                parameter.name,
                parameter.kind.name(),
                cell(&default.unwrap_or_default()),
                cell(meaning.trim())
            );
        }
    }
    if let Some(example) = example::of(&rule.id) {
        let _ = write!(
            out,
            "\nFound:\n\n```yaml\n{}```\n\nFixed:\n\n```diff\n{}```\n",
            example.found, example.fix
        );
    }
    let mut links: Vec<String> = Vec::new();
    for (name, ids) in &about.frameworks {
        let title = catalog.frameworks.get(name);
        let title = title.map_or(name.as_str(), |framework| framework.title.as_str());
        links.push(format!("- {title}: {}", ids.join("; ")));
    }
    links.extend(about.references.iter().map(|link| format!("- <{link}>")));
    if !links.is_empty() {
        let _ = write!(out, "\n{}\n", links.join("\n"));
    }
}

/// The part of a link that leads to a rule's heading, as renderers of Markdown make it.
fn anchor(id: &str) -> String {
    id.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_')
        .collect()
}

/// Text for a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

//! `kpol policies`: which rules there are, and all about one of them.

mod book;
mod catalog;
mod example;
mod list;
mod show;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use kpol_syntax::ast::RegoVersion;

use crate::exit::{CommandError, Exit};
use crate::output::write;
use crate::policies::Origin;

const EXAMPLES: &str = "\
Examples:
  kpol policies list                            the rules of the built-in library
  kpol policies list --pack default             those that run where nothing is asked for
  kpol policies list --framework owasp=K03      those that map to an id of a framework
  kpol policies list -p policy -o json          those of policies of one's own, as JSON
  kpol policies show images/tag                 what a rule finds, why, and what to write instead
  kpol policies packs                           the packs of the built-in library
  kpol policies book -o docs/policies           a page of reference for each area";

/// The command line of `kpol policies`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists rules: id, severity, title, packs and frameworks.
    List(list::Args),
    /// Tells all about a rule: what it finds and why, the remedy, an example, frameworks, parameters, references.
    Show(show::Args),
    /// Lists the packs of the built-in library.
    Packs(PacksArgs),
    /// Writes reference pages in Markdown: an index, and a page for each area.
    Book(book::Args),
}

#[derive(Debug, clap::Args)]
struct PacksArgs {
    /// The format.
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

/// How something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    #[value(alias = "text")]
    Table,
    /// For programs.
    Json,
}

/// Which policies are told about.
#[derive(Debug, clap::Args)]
struct Of {
    /// A folder or file with policies instead of the built-in library; may be given many times.
    #[arg(short, long, value_name = "DIR", value_delimiter = ',')]
    policy: Vec<PathBuf>,
    /// Reads policies as Rego v0.
    #[arg(long)]
    rego_v0: bool,
}

impl Of {
    fn catalog(&self) -> Result<catalog::Catalog, CommandError> {
        let origin = if self.policy.is_empty() {
            Origin::BuiltIn
        } else {
            Origin::Paths(self.policy.clone())
        };
        catalog::Catalog::read(&origin, self.version())
    }

    const fn version(&self) -> RegoVersion {
        crate::args::version(self.rego_v0)
    }
}

/// Tells about rules.
///
/// # Errors
/// Where policies cannot be read, or there is no such rule.
pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    match &args.what {
        What::List(args) => list::run(args)?,
        What::Show(args) => show::run(args)?,
        What::Packs(args) => packs(args)?,
        What::Book(args) => book::run(args)?,
    }
    Ok(Exit::Passed)
}

fn packs(args: &PacksArgs) -> Result<(), CommandError> {
    let catalog = catalog::Catalog::read(&Origin::BuiltIn, RegoVersion::V1)?;
    let rows = catalog.packs.iter().map(|pack| {
        let has = |rule: &&catalog::Rule| pack.has(rule.facts());
        let rules: Vec<&str> = (catalog.rules.iter().filter(has))
            .map(|rule| rule.id.as_str())
            .collect();
        (pack, rules)
    });
    if args.output == Output::Json {
        let rows: Vec<serde_json::Value> = rows
            .map(|(pack, rules)| {
                serde_json::json!({
                    "name": pack.name,
                    "title": pack.title,
                    "description": pack.description,
                    "rules": rules,
                })
            })
            .collect();
        return json(&rows);
    }
    let mut table = vec![["PACK", "RULES", "TITLE"].map(str::to_owned)];
    table.extend(rows.map(|(pack, rules)| {
        [
            pack.name.clone(),
            rules.len().to_string(),
            pack.title.clone(),
        ]
    }));
    write(&columns(&table))
}

/// A value as JSON, on several lines.
fn json(value: &impl serde::Serialize) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| CommandError::Plain(error.to_string()))?;
    write(&format!("{text}\n"))
}

/// Rows below each other; the widest cell tells a column's width.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(&format!("{cell:width$}  "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

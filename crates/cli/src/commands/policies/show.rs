//! `kpol policies show`.

use std::fmt::Write as _;

use kpol_compiler::suggest::nearest;

use super::catalog::{Catalog, Rule};
use super::{Of, Output, example, json};
use crate::exit::CommandError;
use crate::output::write;

/// The command line of `kpol policies show`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The id of a rule, such as `images/tag`.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    of: Of,
    /// Prints the policy's text, too.
    #[arg(long)]
    source: bool,
    /// The format.
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Result<(), CommandError> {
    let catalog = args.of.catalog()?;
    let Some(rule) = catalog.rules.iter().find(|rule| rule.id == args.id) else {
        let ids = || catalog.rules.iter().map(|rule| rule.id.as_str());
        let by_name = ids().find(|id| id.rsplit('/').next() == Some(args.id.as_str()));
        let help = match by_name.or_else(|| nearest(&args.id, ids())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`kpol policies list` has all rules".to_owned(),
        };
        return Err(CommandError::Help(
            format!("there is no rule `{}`", args.id),
            help,
        ));
    };
    if args.output == Output::Json {
        let mut value =
            serde_json::to_value(rule).map_err(|error| CommandError::Plain(error.to_string()))?;
        if let Some(members) = value.as_object_mut() {
            members.insert("source".to_owned(), rule.text.clone().into());
        }
        return json(&value);
    }
    write(&text(rule, &catalog, args.source))
}

fn text(rule: &Rule, catalog: &Catalog, source: bool) -> String {
    let about = &rule.about;
    let mut out = rule.id.clone();
    for word in about.severity.iter().chain(&about.tags) {
        let _ = write!(out, "  {word}");
    }
    if rule.level == "warning" {
        out.push_str("  (a warning)");
    }
    out.push('\n');
    if let Some(title) = &about.title {
        let _ = writeln!(out, "{title}");
    }
    if let Some(description) = &about.description {
        let _ = write!(out, "\n{}", wrapped(description, ""));
    }
    let mut section = |name: &str, text: &str| {
        if !text.is_empty() {
            let _ = write!(out, "\n{name}:\n{text}");
        }
    };
    if let Some(remediation) = &about.remediation {
        section("Remedy", &wrapped(remediation, "  "));
    }
    let mut parameters = String::new();
    for parameter in &about.parameters {
        let _ = write!(
            parameters,
            "  {} ({}",
            parameter.name,
            parameter.kind.name()
        );
        if let Some(default) = &parameter.default {
            let _ = write!(parameters, ", default {default}");
        }
        parameters.push_str(")\n");
        if !parameter.values.is_empty() {
            let _ = writeln!(parameters, "    one of: {}", parameter.values.join(", "));
        }
        if let Some(text) = &parameter.description {
            parameters.push_str(&wrapped(text, "    "));
        }
    }
    section("Parameters", &parameters);
    let mut frameworks = String::new();
    for (name, ids) in &about.frameworks {
        let framework = catalog.frameworks.get(name);
        let title = framework.map_or(name.as_str(), |framework| framework.title.as_str());
        let ids: Vec<String> = (ids.iter())
            .map(
                |id| match framework.and_then(|framework| framework.title_of(id)) {
                    Some(title) => format!("{id} {title}"),
                    None => id.clone(),
                },
            )
            .collect();
        let _ = writeln!(frameworks, "  {title}: {}", ids.join("; "));
    }
    section("Frameworks", &frameworks);
    section("Packs", &wrapped(&rule.packs.join(", "), "  "));
    let references: String = (about.references.iter())
        .map(|link| format!("  {link}\n"))
        .collect();
    section("References", &references);
    if let Some(example) = example::of(&rule.id) {
        section("Found", &indented(&example.found));
        section("Fixed", &indented(&example.fix));
    }
    section("Policy", &format!("  {}\n", rule.file));
    if source {
        let _ = write!(out, "\n{}", rule.text);
    }
    out
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("  {line}\n"),
    });
    lines.collect()
}

/// Text in lines of at most 100 characters, each behind an indentation. Empty lines stay.
fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for paragraph in text.split("\n\n") {
        if !out.is_empty() {
            out.push('\n');
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let long = indent.len() + line.chars().count() + word.chars().count() > 99;
            if long && !line.is_empty() {
                let _ = writeln!(out, "{indent}{line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            let _ = writeln!(out, "{indent}{line}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn paragraphs_stay_and_lines_are_short() {
        assert_eq!(wrapped("a\nb\n\nc", "  "), "  a b\n\n  c\n");
        assert_eq!(wrapped("", "  "), "");
        let text = "word ".repeat(60);
        let lines = wrapped(&text, "    ");
        assert!(lines.lines().count() == 4 && lines.lines().all(|line| line.len() <= 100));
    }
}

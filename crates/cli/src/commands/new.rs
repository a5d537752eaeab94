//! `kpol new`: the files that a policy of one's own begins with.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::exit::{CommandError, Exit};

/// Files by the name that they get and their text, with `{{…}}` for what the command line says.
const FILES: [(&str, &str); 4] = [
    (
        "policy/{{file}}.rego",
        include_str!("../../templates/new/policy.rego"),
    ),
    (
        "policy/{{file}}_test.rego",
        include_str!("../../templates/new/policy_test.rego"),
    ),
    (
        "examples/good.yaml",
        include_str!("../../templates/new/good.yaml"),
    ),
    (
        "examples/bad.yaml",
        include_str!("../../templates/new/bad.yaml"),
    ),
];

const EXAMPLES: &str = "\
Examples:
  kpol new team-label                      a folder `team-label` with a policy, its tests, examples and a CI file
  kpol new team-label --warn               the rule warns instead of failing
  kpol new . --id org/owner -n org.labels  into this folder, with an id and a package of your own

Then:
  kpol check policy                        what is wrong with the policy
  kpol verify -p policy                    its unit tests
  kpol test -p policy examples/bad.yaml    what it finds";

/// The command line of `kpol new`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder to write to; its name is that of the policy. `.` is this folder.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The package of the policy: the namespace that `kpol test -n` takes.
    #[arg(short, long, value_name = "NS", default_value = "main", value_parser = package)]
    namespace: String,
    /// What findings are known by. [default: `custom/` and the folder's name]
    #[arg(long, value_parser = id)]
    id: Option<String>,
    /// Makes a rule that warns.
    #[arg(long)]
    warn: bool,
    /// The CI system to write a file for.
    #[arg(long, default_value = "github")]
    ci: Ci,
}

/// Systems that a CI file can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ci {
    /// `.github/workflows/policy.yml`.
    Github,
    /// `.gitlab-ci.yml`.
    Gitlab,
    /// No file.
    None,
}

/// Writes the files.
///
/// # Errors
/// Where one of them is there already (then none is written), or cannot be written.
pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    let name = name(&args.dir)?;
    let file = name.replace('-', "_");
    let id = args.id.clone().unwrap_or_else(|| format!("custom/{name}"));
    let tail = args.namespace.rsplit('.').next().unwrap_or_default();
    let fill = |text: &str| {
        text.replace("{{package}}", &args.namespace)
            .replace("{{rule}}", if args.warn { "warn" } else { "deny" })
            .replace("{{tail}}", tail)
            .replace("{{file}}", &file)
            .replace("{{id}}", &id)
    };
    let ci = match args.ci {
        Ci::Github => Some((
            ".github/workflows/policy.yml",
            include_str!("../../templates/new/github.yml"),
        )),
        Ci::Gitlab => Some((
            ".gitlab-ci.yml",
            include_str!("../../templates/new/gitlab.yml"),
        )),
        Ci::None => None,
    };
    let files: Vec<(PathBuf, String)> = FILES
        .into_iter()
        .chain(ci)
        .map(|(name, text)| (args.dir.join(fill(name)), fill(text)))
        .collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(CommandError::Help(
            format!("`{}` exists already; nothing was written", path.display()),
            "name another folder".to_owned(),
        ));
    }
    let mut told = String::new();
    for (path, text) in &files {
        write(path, text)?;
        told.push_str(&format!("wrote {}\n", path.display()));
    }
    let dir = args.dir.display();
    let folder = |name: &str| args.dir.join(name).display().to_string();
    told.push_str(&format!(
        "\nNext, for the policy in {dir}:\n  kpol check {policy}\n  kpol verify -p {policy}\n  kpol test -p {policy}{namespace} {bad}\n",
        policy = folder("policy"),
        namespace = if args.namespace == "main" {
            String::new()
        } else {
            format!(" -n {}", args.namespace)
        },
        bad = folder("examples/bad.yaml"),
    ));
    crate::output::write(&told)?;
    Ok(Exit::Passed)
}

/// The policy's name: the folder's.
fn name(dir: &Path) -> Result<String, CommandError> {
    let whole = std::path::absolute(dir)
        .map_err(|error| CommandError::Plain(format!("`{}`: {error}", dir.display())))?;
    let name = whole
        .components()
        .next_back()
        .and_then(|last| last.as_os_str().to_str())
        .unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('-') || !name.chars().all(allowed) {
        return Err(CommandError::Plain(format!(
            "`{name}` is no name for a policy: letters, digits, `-`, `_` and `.` make one"
        )));
    }
    Ok(name.to_owned())
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let failed =
        |error: std::io::Error| CommandError::Plain(format!("`{}`: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, text).map_err(failed)
}

/// The path of a package, which is written into the policy as it stands.
fn package(text: &str) -> Result<String, String> {
    let words = text.split('.').collect::<Vec<_>>();
    if words
        .iter()
        .all(|word| kpol_compiler::names::is_identifier(word))
    {
        Ok(text.to_owned())
    } else {
        Err("a package is written like `main` or `org.labels`".to_owned())
    }
}

fn id(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !text.is_empty() && text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("an id has letters, digits, `-`, `_`, `.` and `/`".to_owned())
    }
}

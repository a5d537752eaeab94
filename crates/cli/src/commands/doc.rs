//! `kpol doc`: documentation of policies from their metadata.

use std::path::{Path, PathBuf};

use kpol_diagnostics::SourceMap;
use kpol_doc::{DEFAULT_TEMPLATE, Error};

use crate::exit::{CommandError, Exit};
use crate::output::{rendered, write};
use crate::policies::{is_policy, rego_files};

const EXAMPLES: &str = "\
Examples:
  kpol doc policy                    writes policy.md: all rules, with id, severity, remediation and references
  kpol doc policy -o docs            the same, in the folder `docs`
  kpol doc policy -o -               to standard output
  kpol doc policy -t page.md.tpl     with a template of your own

A template is one of Go's text/template. It gets a list of sections: .RegoPackageName, .Depth, .MarkdownHeading, and
.Annotations with Title, Description, Scope, Entrypoint, Organizations, RelatedResources (Ref, Description),
Authors (Name, Email), Schemas, Custom and Labels.";

/// The command line of `kpol doc`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Folders with policies; each gets a file of its name.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// The folder for the documents; `-` is standard output.
    #[arg(
        short,
        long = "out-dir",
        alias = "outDir",
        value_name = "DIR",
        default_value = "."
    )]
    out_dir: PathBuf,
    /// A template to write the document with.
    #[arg(short, long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Reads policies as Rego v0.
    #[arg(long)]
    rego_v0: bool,
}

/// Writes documentation. In compat mode with conftest's template, where none is given.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    for folder in &args.folders {
        one(folder, args, compat)?;
    }
    Ok(Exit::Passed)
}

fn one(folder: &Path, args: &Args, compat: bool) -> Result<(), CommandError> {
    let kind = std::fs::metadata(folder).map_err(|error| {
        if compat {
            CommandError::Plain(format!("stat {}: {}", folder.display(), reason(&error)))
        } else {
            CommandError::Plain(format!(
                "no such policy folder: `{}`: {error}",
                folder.display()
            ))
        }
    })?;
    if !kind.is_dir() {
        let name = folder.display();
        return Err(CommandError::Plain(format!("{name} is not a directory")));
    }
    let name = match folder.file_name().map(|name| name.to_string_lossy()) {
        Some(name) => name.into_owned(),
        None => "policy".to_owned(),
    };
    let text = document(folder, &name, args, compat);
    if args.out_dir == Path::new("-") {
        return write(&text?);
    }
    let path = args.out_dir.join(format!("{name}.md"));
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            // conftest opens the file before it reads policies.
            if compat && !path.exists() {
                let _ = std::fs::write(&path, "");
            }
            return Err(error);
        }
    };
    std::fs::write(&path, text).map_err(|error| {
        CommandError::Plain(format!(
            "opening {} for writing output: {error}",
            path.display()
        ))
    })
}

fn document(folder: &Path, name: &str, args: &Args, compat: bool) -> Result<String, CommandError> {
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    for file in rego_files(folder).unwrap_or_default() {
        if !is_policy(&file) {
            continue;
        }
        let text = std::fs::read_to_string(&file).map_err(|error| {
            CommandError::Plain(format!("cannot read `{}`: {error}", file.display()))
        })?;
        modules.push(sources.add(file.display().to_string(), text));
    }
    let version = crate::args::version(args.rego_v0);
    let policies = match kpol_doc::read(&sources, &modules, version) {
        Ok(policies) => policies,
        Err(Error::Policies(errors)) => return Err(rendered(&sources, &errors)),
        Err(other) => return Err(CommandError::Plain(other.to_string())),
    };
    let template = match &args.template {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                CommandError::Plain(format!("cannot read `{}`: {error}", path.display()))
            })?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Some((name.into_owned(), text))
        }
        None if compat => Some(("document.md".to_owned(), DEFAULT_TEMPLATE.to_owned())),
        None => None,
    };
    let Some((file, text)) = template else {
        if modules.is_empty() {
            return Err(CommandError::Plain(format!(
                "no policy (`.rego` file) below `{}`",
                folder.display()
            )));
        }
        return Ok(kpol_doc::handbook(name, &policies));
    };
    if policies.entries.is_empty() {
        let message = "generating document: parse rego annotations: no annotations found";
        return Err(if compat {
            CommandError::Plain(message.to_owned())
        } else {
            CommandError::Help(
                format!("no metadata in the policies of `{}`", folder.display()),
                "write `# METADATA` comments above packages and rules; without a template, rules without metadata are listed, too"
                    .to_owned(),
            )
        });
    }
    kpol_doc::render(&kpol_doc::sections(&policies.entries), &file, &text).map_err(|error| {
        CommandError::Plain(format!("generating document: rendering document: {error}"))
    })
}

/// An error of the system in Go's words, as far as they differ.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

//! `kpol push`: policies into a registry.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;
use kpol_diagnostics::SourceMap;
use kpol_engine::Data;
use kpol_remote::PushRequest;

use crate::commands::pull::{RegistryArgs, failed};
use crate::data;
use crate::exit::{CommandError, Exit};
use crate::policies::{Origin, is_kubelets};
use crate::{output, session};

const EXAMPLES: &str = "\
Examples:
  kpol push registry.example.com/team/policies:v1              ./policy, with the data that lies beside the policies
  kpol push -p policies -d data registry.example.com/team/policies:v1
  kpol push --annotation org.opencontainers.image.revision=$(git rev-parse HEAD) registry.example.com/team/policies:v1
  kpol push -s=false 10.0.0.5:5000/policies                    a registry without TLS

Credentials are those of `docker login`. What is pushed is what `conftest push` makes: conftest and kpol pull it.
To sign it: cosign sign --key cosign.key registry.example.com/team/policies@sha256:…";

/// The command line of `kpol push`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The registry, the repository and, if it is not `latest`, the tag.
    #[arg(value_name = "REPOSITORY")]
    repository: String,
    /// The folder with the policies, instead of `--policy`.
    #[arg(value_name = "DIR", conflicts_with = "policy")]
    folder: Option<PathBuf>,
    /// The folder with the policies.
    #[arg(short, long, value_name = "DIR", default_value = "policy")]
    policy: PathBuf,
    /// A folder with data (YAML or JSON). [default: the folder with the policies]
    #[arg(short, long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The version of Rego that the policies are written in: v0 or v1.
    #[arg(long, value_name = "VERSION", default_value = "v1", ignore_case = true, value_parser = ["v0", "v1"])]
    rego_version: String,
    /// What the artifact's manifest tells, such as `org.opencontainers.image.source=https://…`; may be given many
    /// times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = annotation)]
    annotation: Vec<(String, String)>,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// Pushes policies.
///
/// # Errors
/// Where the policies do not compile, or the registry does not take them.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    let target = kpol_remote::destination(&args.repository).map_err(|error| failed(&error))?;
    let policy = match &args.folder {
        Some(folder) if !compat => folder,
        _ => &args.policy,
    };
    tell(compat, &format!("pushing bundle to: {target}"));
    let mut sources = SourceMap::new();
    session::check(
        &Origin::Paths(vec![policy.clone()]),
        crate::args::version(args.rego_version.eq_ignore_ascii_case("v0")),
        &crate::host::front(None)?,
        &mut sources,
    )?;
    let is_policy = |path: &Path| path.extension().is_some_and(|e| e == "rego");
    let is_data = |path: &Path| {
        path.extension()
            .is_some_and(|e| e == "json" || e == "yaml" || e == "yml")
    };
    let data_folder = args.data.as_ref().unwrap_or(policy);
    let data = files(data_folder, is_data)?;
    if !data.is_empty() {
        // Whoever pulls it must be able to load it.
        data::load(
            std::slice::from_ref(data_folder),
            &mut Data::new(),
            &mut sources,
        )?;
    } else if args.data.is_some() {
        return Err(CommandError::Plain(format!(
            "no YAML or JSON file below `{}`",
            data_folder.display()
        )));
    }
    let request = PushRequest {
        repository: target,
        policies: files(policy, is_policy)?,
        data,
        annotations: args.annotation.iter().cloned().collect(),
        registry: args.registry.options(),
    };
    let digest = kpol_remote::push(&request).map_err(|error| failed(&error))?;
    if compat {
        tell(true, &format!("pushed bundle with digest: {digest}"));
    } else {
        output::write(&format!("pushed {}@{digest}\n", request.repository))?;
    }
    Ok(Exit::Passed)
}

/// Says something on standard error; conftest's log says when.
fn tell(compat: bool, text: &str) {
    if compat {
        let now = chrono::Local::now().format("%Y/%m/%d %H:%M:%S");
        anstream::eprintln!("{now} {text}");
    }
}

/// The files of a folder, or the one file, by the names that they have in the artifact.
fn files(
    root: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> Result<BTreeMap<String, Vec<u8>>, CommandError> {
    if !root.exists() {
        return Err(CommandError::Plain(format!(
            "no such folder: `{}`",
            root.display()
        )));
    }
    let mut found = BTreeMap::new();
    for entry in WalkBuilder::new(root)
        .standard_filters(false)
        .filter_entry(|entry| !is_kubelets(entry.file_name()))
        .build()
    {
        let entry = entry.map_err(|error| CommandError::Plain(error.to_string()))?;
        let path = entry.path();
        if !path.is_file() || !wanted(path) {
            continue;
        }
        let content = std::fs::read(path).map_err(|error| {
            CommandError::Plain(format!("cannot read `{}`: {error}", path.display()))
        })?;
        found.insert(name(root, path), content);
    }
    Ok(found)
}

/// The name of a file: its path, as conftest has it. One that leads out of the current folder could not be pulled: such
/// names begin at the folder that is pushed.
fn name(root: &Path, path: &Path) -> String {
    let leads_out = |part: Component<'_>| {
        matches!(
            part,
            Component::RootDir | Component::Prefix(_) | Component::ParentDir
        )
    };
    let mut parts: Vec<String> = Vec::new();
    let inner = if path.components().any(leads_out) {
        let inner = path.strip_prefix(root).ok().filter(|p| *p != Path::new(""));
        inner.or(path.file_name().map(Path::new)).unwrap_or(path)
    } else {
        path
    };
    for part in inner.components() {
        if let Component::Normal(part) = part {
            parts.push(part.to_string_lossy().into_owned());
        }
    }
    parts.join("/")
}

fn annotation(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("an annotation is written NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::name;
    use std::path::Path;

    #[test]
    fn names_in_the_artifact() {
        for (root, path, wanted) in [
            ("policy", "policy/a/deny.rego", "policy/a/deny.rego"),
            ("./policy", "./policy/deny.rego", "policy/deny.rego"),
            ("../policy", "../policy/a/deny.rego", "a/deny.rego"),
            ("/srv/policy", "/srv/policy/deny.rego", "deny.rego"),
            ("/srv/deny.rego", "/srv/deny.rego", "deny.rego"),
        ] {
            assert_eq!(name(Path::new(root), Path::new(path)), wanted);
        }
    }
}

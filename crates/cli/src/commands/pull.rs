//! `kpol pull`: policies from elsewhere.

use std::path::{Path, PathBuf};

use kpol_remote::{
    LockMode, LockRequest, PullError, RegistryOptions, Request, VerifyKey, locked_sources,
};

use crate::exit::{CommandError, Exit};
use crate::output;

const EXAMPLES: &str = "\
Sources:
  ../policies, file:///srv/policies                  a folder, a file or an archive on this machine
  git::https://example.com/repo.git//policies?ref=v1 a folder of a repository, at a branch, tag or commit
  github.com/owner/repo//policies                    the same, of GitHub
  git@github.com:owner/repo.git                      the same, by SSH
  https://example.com/deny.rego                      a file; `?checksum=sha256:…` says which one
  https://example.com/policies.tar.gz//sub           a folder of an archive (.tar.gz, .tar.xz, .zip, …)
  oci://registry.example.com/team/policies:v1        an artifact of a registry, as `kpol push` makes it

Examples:
  kpol pull github.com/owner/repo//policies          into ./policy, and into kpol.lock
  kpol pull --locked                                 all that kpol.lock has for ./policy, exactly as it was
  kpol pull --update-lock                            the same sources, as they are now
  kpol pull -p policy/base oci://registry.example.com/team/policies:v1
  kpol pull --verify-key cosign.pub oci://registry.example.com/team/policies:v1

kpol.lock has the commit or digest of each source and the digest of its files. A source that it has is pulled as
it was; if that cannot be had, or is something else now, that is an error, and nothing is written.";

/// The command line of `kpol pull`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where the policies are. [default: all sources that the lock file has for the folder]
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// The folder to write them to.
    #[arg(short, long, value_name = "DIR", default_value = "policy")]
    policy: PathBuf,
    /// Takes an absolute `--policy` as it is. It always is, but with `--conftest-compat`.
    #[arg(long)]
    absolute_paths: bool,
    #[command(flatten)]
    registry: RegistryArgs,
    /// Refuses sources that the lock file does not have.
    #[arg(long, conflicts_with = "update_lock")]
    locked: bool,
    /// Pulls the sources as they are now, whatever the lock file has, and writes that to it.
    #[arg(long)]
    update_lock: bool,
    /// The lock file.
    #[arg(long, value_name = "FILE", default_value = LOCK_FILE)]
    lock_file: PathBuf,
    /// A public key (PEM): what is pulled must be an artifact that cosign signed with its private key.
    #[arg(long, value_name = "FILE")]
    verify_key: Option<PathBuf>,
    /// Replaces files that are there and were not pulled, or were changed since.
    #[arg(long)]
    force: bool,
}

const LOCK_FILE: &str = "kpol.lock";

/// How registries are reached.
#[derive(Debug, clap::Args)]
pub(crate) struct RegistryArgs {
    /// Whether TLS is used to reach a registry. [default: true, but for registries on this machine]
    #[arg(short = 's', long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    tls: Option<bool>,
}

impl RegistryArgs {
    /// The options, with docker's credentials.
    pub(crate) fn options(&self) -> RegistryOptions {
        options(self.tls)
    }
}

fn options(tls: Option<bool>) -> RegistryOptions {
    let folder = std::env::var_os("DOCKER_CONFIG")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".docker")));
    RegistryOptions {
        tls,
        docker_config: folder.map(|folder| folder.join("config.json")),
    }
}

/// Pulls policies.
///
/// # Errors
/// Where a source cannot be had, is not what it should be, or something stands in the way.
pub(crate) fn run(args: &Args, compat: bool) -> Result<Exit, CommandError> {
    // What asks for more than conftest has is not done in its way.
    let as_conftest = compat && !args.locked && !args.update_lock && args.verify_key.is_none();
    let folder = if as_conftest && !args.absolute_paths {
        relative(&args.policy)
    } else {
        args.policy.clone()
    };
    let sources = if args.sources.is_empty() && !as_conftest {
        let sources = locked_sources(&args.lock_file, &folder).map_err(|error| failed(&error))?;
        if sources.is_empty() {
            return Err(CommandError::Help(
                format!(
                    "no source is given, and `{}` has none for `{}`",
                    args.lock_file.display(),
                    folder.display()
                ),
                "`kpol pull --help` shows what a source can be".to_owned(),
            ));
        }
        sources
    } else {
        args.sources.clone()
    };
    if sources.is_empty() {
        return Err(CommandError::Plain("missing required arguments".to_owned()));
    }
    let mode = match (args.locked, args.update_lock) {
        (true, _) => LockMode::Locked,
        (_, true) => LockMode::Update,
        _ => LockMode::Add,
    };
    let request = Request {
        sources,
        folder,
        base: current()?,
        overwrite: args.force,
        lock: (!as_conftest).then(|| LockRequest {
            path: args.lock_file.clone(),
            mode,
        }),
        verify_key: args.verify_key.as_deref().map(key).transpose()?,
        registry: args.registry.options(),
        as_conftest,
        ..Request::default()
    };
    let pulled = kpol_remote::pull(&request).map_err(|error| failed(&error))?;
    if !as_conftest {
        let mut told = String::new();
        for source in pulled.sources {
            let files = source.files.len();
            told.push_str(&format!(
                "pulled {}: {files} {} in {}\n  {}sha256 {}{}\n",
                source.source,
                if files == 1 { "file" } else { "files" },
                request.folder.display(),
                match source.resolved {
                    Some(resolved) => format!("{resolved}, "),
                    None => String::new(),
                },
                source.sha256,
                if source.verified { ", signed" } else { "" },
            ));
        }
        output::write(&told)?;
    }
    Ok(Exit::Passed)
}

/// Pulls policies for `kpol test --update`: what is there is replaced. A lock file in this folder is kept to, and not
/// written.
///
/// # Errors
/// As for `run`.
pub(crate) fn update(
    sources: &[String],
    folder: &Path,
    tls: Option<bool>,
    compat: bool,
) -> Result<(), CommandError> {
    let request = Request {
        sources: sources.to_vec(),
        folder: folder.to_owned(),
        base: current()?,
        overwrite: true,
        lock: Some(LockRequest {
            path: PathBuf::from(LOCK_FILE),
            mode: LockMode::Read,
        }),
        registry: options(tls),
        as_conftest: compat,
        ..Request::default()
    };
    kpol_remote::pull(&request)
        .map(|_| ())
        .map_err(|error| failed(&error))
}

/// The error with what to do about it.
pub(crate) fn failed(error: &PullError) -> CommandError {
    match error.help() {
        Some(help) => CommandError::Help(error.to_string(), help.to_owned()),
        None => CommandError::Plain(error.to_string()),
    }
}

fn key(path: &Path) -> Result<VerifyKey, CommandError> {
    let said = |error: &dyn std::fmt::Display| {
        CommandError::Plain(format!("`{}`: {error}", path.display()))
    };
    let pem = std::fs::read(path).map_err(|error| said(&error))?;
    VerifyKey::from_pem(&pem).map_err(|error| said(&error))
}

fn current() -> Result<PathBuf, CommandError> {
    std::env::current_dir()
        .map_err(|error| CommandError::Plain(format!("cannot tell the current folder: {error}")))
}

/// A path below the current folder, as conftest makes one of any path.
fn relative(path: &Path) -> PathBuf {
    use std::path::Component;
    path.components()
        .filter(|part| {
            !matches!(
                part,
                Component::RootDir | Component::Prefix(_) | Component::CurDir
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::relative;
    use std::path::Path;

    #[test]
    fn conftest_takes_absolute_paths_as_relative() {
        for (path, wanted) in [
            ("/tmp/x/policy", "tmp/x/policy"),
            ("./policy/", "policy"),
            ("../p", "../p"),
        ] {
            assert_eq!(relative(Path::new(path)), Path::new(wanted));
        }
    }
}

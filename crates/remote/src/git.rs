//! Repositories, by the `git` that is installed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::PullError;
use crate::folder;
use crate::source::Git;
use crate::tree::{Limits, Tree};

/// Gets a commit's files: those of the folder `subdir`, and the commit's number. Where `pinned` is given, it is that
/// commit.
pub(crate) fn get(
    git: &Git,
    shown: &str,
    subdir: &str,
    pinned: Option<&str>,
    limits: &Limits,
) -> Result<(Tree, String), PullError> {
    let scratch = TempDir::new().map_err(|error| PullError::Write {
        path: std::env::temp_dir(),
        error,
    })?;
    let work = Work {
        git,
        shown,
        repository: scratch.path().join("repository"),
        key: key_file(git, shown, scratch.path())?,
    };
    let commit = work.check_out(pinned)?;
    let tree = if subdir.contains(['*', '?', '[']) {
        folder::read(&work.repository, Some(&work.repository), limits)?.below(subdir)?
    } else {
        let inner = crate::tree::safe(subdir)?;
        let start = work.repository.join(&inner);
        // The folder itself may be a link.
        let real = start.canonicalize().ok().filter(|real| {
            let root = work.repository.canonicalize();
            root.is_ok_and(|root| folder::is_inside(real, &root))
        });
        match real {
            Some(real) if real.is_dir() => folder::read(&real, Some(&work.repository), limits)?,
            Some(real) => {
                let name = inner.rsplit('/').next().unwrap_or_default();
                let mut tree = Tree::default();
                tree.add(name, folder::read_file(&real, limits)?, limits)?;
                tree
            }
            None => {
                return Err(PullError::Subdir {
                    subdir: subdir.to_owned(),
                    problem: "not found",
                });
            }
        }
    };
    Ok((tree, commit))
}

/// The private key as a file that only its owner reads.
fn key_file(git: &Git, shown: &str, scratch: &Path) -> Result<Option<PathBuf>, PullError> {
    let Some(key) = &git.ssh_key else {
        return Ok(None);
    };
    // In a query, `+` stands for a space.
    let key = STANDARD
        .decode(key.replace(' ', "+"))
        .map_err(|_| PullError::Source {
            source_text: shown.to_owned(),
            reason: "`sshkey` is not base64".to_owned(),
        })?;
    let failed = |error| PullError::Write {
        path: scratch.to_owned(),
        error,
    };
    // Made for its owner alone.
    let mut file = tempfile::Builder::new()
        .prefix("key")
        .tempfile_in(scratch)
        .map_err(failed)?;
    file.write_all(&key).map_err(failed)?;
    let (_, path) = file.keep().map_err(|error| failed(error.error))?;
    Ok(Some(path))
}

struct Work<'a> {
    git: &'a Git,
    shown: &'a str,
    repository: PathBuf,
    key: Option<PathBuf>,
}

impl Work<'_> {
    fn check_out(&self, pinned: Option<&str>) -> Result<String, PullError> {
        let reference = pinned.or(self.git.reference.as_deref());
        if reference.is_some_and(|r| r.starts_with('-')) {
            return Err(self.failed("a ref does not begin with `-`"));
        }
        let mut clone = self.command(&["clone", "--quiet", "--no-checkout"]);
        let depth = match (pinned, self.git.depth, reference) {
            (None, Some(depth), _) => Some(depth),
            // Only its newest commit is looked at.
            (None, None, None) => Some(1),
            _ => None,
        };
        if let Some(depth) = depth {
            clone.arg("--depth").arg(depth.to_string());
            if let Some(reference) = reference {
                clone.arg("--branch").arg(reference);
            }
        }
        clone.arg("--").arg(self.git.url.as_str());
        clone.arg(&self.repository);
        self.run(clone)?;
        let commit = match (reference, depth) {
            (Some(reference), None) => self.resolve(reference)?,
            _ => self.run(self.inside(&["rev-parse", "--verify", "HEAD^{commit}"]))?,
        };
        let commit = commit.trim().to_owned();
        if commit.is_empty() || !commit.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(self.failed("there is no commit"));
        }
        self.run(self.inside(&["checkout", "--quiet", "--detach", &commit]))?;
        if self.repository.join(".gitmodules").is_file() {
            self.run(self.inside(&["submodule", "--quiet", "update", "--init", "--recursive"]))?;
        }
        Ok(commit)
    }

    /// The commit of a branch, a tag, or a commit's number.
    fn resolve(&self, reference: &str) -> Result<String, PullError> {
        let places = [
            reference.to_owned(),
            format!("refs/remotes/origin/{reference}"),
            format!("refs/tags/{reference}"),
        ];
        for place in places {
            let place = format!("{place}^{{commit}}");
            let arguments = [
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &place,
            ];
            if let Ok(commit) = self.run(self.inside(&arguments)) {
                return Ok(commit);
            }
        }
        // A commit that no branch has any more is not part of a clone.
        if reference.len() >= 40 && reference.bytes().all(|b| b.is_ascii_hexdigit()) {
            self.run(self.inside(&["fetch", "--quiet", "origin", reference]))?;
            return self.run(self.inside(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"]));
        }
        Err(self.failed(&format!("there is no branch, tag or commit `{reference}`")))
    }

    fn inside(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.current_dir(&self.repository);
        command
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args([
                "-c",
                "advice.detachedHead=false",
                "-c",
                "core.autocrlf=false",
            ])
            .args(arguments)
            // Nobody is there to answer.
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", "https:http:ssh:git:file")
            // Where kpol runs as a hook of git, these name the repository that calls.
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .stdin(Stdio::null());
        if let Some(key) = &self.key {
            let quoted = key.to_string_lossy().replace('\'', "'\\''");
            command.env(
                "GIT_SSH_COMMAND",
                format!("ssh -o IdentitiesOnly=yes -i '{quoted}'"),
            );
        }
        command
    }

    /// Runs git to its end, and gives what it printed.
    fn run(&self, mut command: Command) -> Result<String, PullError> {
        let output = command.output().map_err(|error| {
            self.failed(&match error.kind() {
                std::io::ErrorKind::NotFound => "git must be available and on the PATH".to_owned(),
                _ => error.to_string(),
            })
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim();
        let said: String = said.chars().take(2000).collect();
        if said.is_empty() {
            return Err(self.failed(&format!("it ended with {}", output.status)));
        }
        Err(self.failed(&said))
    }

    fn failed(&self, reason: &str) -> PullError {
        let mut reason = reason.to_owned();
        let url = &self.git.url;
        let mut secrets = vec![url.password().unwrap_or_default()];
        if url.scheme() != "ssh" {
            secrets.push(url.username());
        }
        for secret in secrets {
            if !secret.is_empty() && secret != "git" {
                reason = reason.replace(secret, "redacted");
            }
        }
        PullError::Git {
            source_text: self.shown.to_owned(),
            reason,
        }
    }
}

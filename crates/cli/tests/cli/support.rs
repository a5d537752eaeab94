//! A folder for a test's files, and runs of the binary.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// What a run wrote, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Fails the test where the run ended in another way, or panicked.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{self:#?}");
        assert!(!self.all().contains("panicked"), "{self:#?}");
        self
    }

    /// Fails the test where one of the texts is not in the output.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Run {
        for text in texts {
            assert!(self.all().contains(text), "no `{text}` in {self:#?}");
        }
        self
    }

    /// Fails the test where one of the texts is in the output.
    #[track_caller]
    pub(crate) fn says_nothing_of(self, texts: &[&str]) -> Run {
        for text in texts {
            assert!(!self.all().contains(text), "`{text}` in {self:#?}");
        }
        self
    }

    /// Both streams.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the binary in the root of the repository.
pub(crate) fn kpol(args: &[&str]) -> Run {
    start(&repository(), args, "")
}

fn start(folder: &Path, args: &[&str], stdin: &str) -> Run {
    // No cache: each run compiles, and no run sees another one.
    start_cached(folder, args, stdin, "")
}

fn start_cached(folder: &Path, args: &[&str], stdin: &str, cache: &str) -> Run {
    let output = assert_cmd::Command::cargo_bin("kpol")
        .unwrap()
        .current_dir(folder)
        .env("KPOL_CACHE_DIR", cache)
        .env_remove("CLICOLOR_FORCE")
        .env_remove("NO_COLOR")
        .args(args)
        .write_stdin(stdin)
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder with a test's files, in which the binary runs.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// An empty one.
    pub(crate) fn new() -> Folder {
        Folder(TempDir::new().unwrap())
    }

    /// One with `policies/main.rego` and a `pod.yaml`.
    pub(crate) fn with(policy: &str) -> Folder {
        Folder::new()
            .file("policies/main.rego", policy)
            .file("pod.yaml", POD)
    }

    /// Adds a file.
    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Folder {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// The path of a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the binary here.
    pub(crate) fn kpol(&self, args: &[&str]) -> Run {
        start(self.0.path(), args, "")
    }

    /// The same, with a folder for compiled policies.
    pub(crate) fn kpol_cached(&self, args: &[&str], cache: &str) -> Run {
        start_cached(self.0.path(), args, "", cache)
    }

    /// The same, with text on standard input.
    pub(crate) fn kpol_stdin(&self, args: &[&str], stdin: &str) -> Run {
        start(self.0.path(), args, stdin)
    }
}

/// A small manifest.
pub(crate) const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: app
      image: nginx
";

/// A policy that all pods fail.
pub(crate) const NO_PODS: &str = "\
package main

deny contains \"no pods\" if input.kind == \"Pod\"
";

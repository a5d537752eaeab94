//! Policies in folders, files, repositories and on web servers.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use kpol_remote::{Limits, LockMode, LockRequest, PullError, Pulled, Request, pull};
use support::Server;

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Place {
        let place = Place {
            dir: tempfile::tempdir().unwrap(),
        };
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    fn root(&self) -> &Path {
        self.dir.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_default()
    }

    fn request(&self, source: &str) -> Request {
        Request {
            sources: vec![source.to_owned()],
            folder: self.root().join("policy"),
            base: self.root().to_owned(),
            ..Request::default()
        }
    }

    fn pull(&self, source: &str) -> Result<Pulled, PullError> {
        pull(&self.request(source))
    }

    fn locked(&self, source: &str, mode: LockMode) -> Result<Pulled, PullError> {
        let mut request = self.request(source);
        let path = self.root().join("kpol.lock");
        request.lock = Some(LockRequest { path, mode });
        pull(&request)
    }

    fn clear(&self) {
        let _ = fs::remove_dir_all(self.root().join("policy"));
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn folders_and_files() {
    let place = Place::new(&[
        ("src/a.rego", "a"),
        ("src/d/b.rego", "b"),
        ("src/.git/config", "x"),
    ]);
    let url = format!("file://{}/src", place.root().display());
    for source in ["src", "./src/", &url] {
        place.clear();
        let pulled = place.pull(source).unwrap();
        assert_eq!(pulled.sources[0].files.len(), 2);
        assert_eq!(place.read("policy/d/b.rego"), "b");
        assert!(!place.root().join("policy/.git").exists());
    }
    for (source, file) in [
        ("src/a.rego", "a.rego"),
        ("src//d", "b.rego"),
        ("src//d*", "b.rego"),
        ("src/a.rego?filename=x.rego", "x.rego"),
    ] {
        place.clear();
        place.pull(source).unwrap();
        assert!(place.root().join("policy").join(file).exists(), "{source}");
    }
    for (source, code) in [
        ("nothing", "pull-read"),
        ("src//x", "pull-subdir"),
        ("src//../x", "pull-subdir"),
        ("src?checksum=sha256:00", "pull-source"),
        ("src/a.rego?checksum=md5:00", "pull-source"),
        ("src/a.rego?checksum=sha256:00", "pull-checksum"),
        ("src/a.rego?archive=rar", "pull-source"),
        ("src/a.rego?archive=zip", "pull-archive"),
    ] {
        place.clear();
        let error = place.pull(source).unwrap_err();
        assert_eq!(error.code(), code, "{source}: {error}");
        assert!(!place.root().join("policy").exists());
    }
    let mut request = place.request("src");
    request.limits = Limits {
        bytes: 1,
        files: 10,
    };
    assert_eq!(pull(&request).unwrap_err().code(), "pull-too-large");
    request.limits = Limits {
        bytes: 10,
        files: 1,
    };
    assert_eq!(pull(&request).unwrap_err().code(), "pull-too-many");
}

#[test]
fn local_sources_are_locked_by_content() {
    let place = Place::new(&[("src/a.rego", "a")]);
    place.locked("src", LockMode::Add).unwrap();
    place.locked("src", LockMode::Locked).unwrap();
    place.write("src/a.rego", "b");
    for mode in [LockMode::Locked, LockMode::Add, LockMode::Read] {
        assert_eq!(
            place.locked("src", mode).unwrap_err().code(),
            "pull-mismatch"
        );
        assert_eq!(place.read("policy/a.rego"), "a");
    }
    place.locked("src", LockMode::Update).unwrap();
    assert_eq!(place.read("policy/a.rego"), "b");
}

#[cfg(unix)]
#[test]
fn conftest_makes_links() {
    let place = Place::new(&[
        ("a/main.rego", "a"),
        ("b/main.rego", "b"),
        ("x.rego", "x"),
        ("y/x.rego", "y"),
    ]);
    let root = place.root().display().to_string();
    let run = |source: &str, overwrite: bool| {
        let mut request = place.request(&source.replace("ROOT", &root));
        request.as_conftest = true;
        request.overwrite = overwrite;
        pull(&request).map_err(|error| error.to_string().replace(&root, "ROOT"))
    };
    run("file://ROOT/a", false).unwrap();
    assert!(place.root().join("policy").is_symlink());
    run("file://ROOT/b", true).unwrap();
    assert_eq!(place.read("policy/main.rego"), "b");
    assert_eq!(place.read("a/main.rego"), "a");
    fs::remove_file(place.root().join("policy")).unwrap();

    run("file://ROOT/x.rego", false).unwrap();
    assert!(place.root().join("policy/x.rego").is_symlink());
    assert_eq!(
        run("file://ROOT/x.rego", false).unwrap_err(),
        "policy file already exists at ROOT/policy/x.rego, refusing to overwrite"
    );
    run("file://ROOT/y/x.rego", true).unwrap();
    assert_eq!(place.read("policy/x.rego"), "y");
    assert_eq!(
        run("file://ROOT/a", true).unwrap_err(),
        "client get: error downloading 'file://ROOT/a': destination exists and is not a symlink"
    );
    assert_eq!(
        run("file://ROOT/nothing", true).unwrap_err(),
        "client get: stat ROOT/nothing: no such file or directory"
    );
    assert_eq!(
        run("foo://x/y", true).unwrap_err(),
        "client get: download not supported for scheme 'foo'"
    );
    // A folder of a source takes the place of what is there.
    run("file://ROOT//b", true).unwrap();
    assert!(!place.root().join("policy/x.rego").exists());
    assert_eq!(place.read("policy/main.rego"), "b");
}

#[test]
fn repositories() {
    let place = Place::new(&[("repo/policies/a.rego", "1"), ("repo/README.md", "x")]);
    let repo = place.root().join("repo");
    git(&repo, &["init", "-q", "-b", "main"]);
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "-q", "-m", "1"]);
    git(&repo, &["tag", "v1"]);
    let first = git(&repo, &["rev-parse", "HEAD"]);
    git(&repo, &["checkout", "-q", "-b", "feature"]);
    place.write("repo/policies/a.rego", "2");
    git(&repo, &["commit", "-q", "-am", "2"]);
    let second = git(&repo, &["rev-parse", "HEAD"]);
    git(&repo, &["checkout", "-q", "main"]);
    let url = format!("git::file://{}", repo.display());
    for (rest, commit, text) in [
        ("//policies", &first, "1"),
        ("//policies?ref=v1", &first, "1"),
        ("//policies?ref=feature", &second, "2"),
        ("//policies?ref=feature&depth=1", &second, "2"),
        (&format!("//policies?ref={second}"), &second, "2"),
        (&format!("//policies?ref={}", &first[..10]), &first, "1"),
        ("//poli*", &first, "1"),
        ("//policies/a.rego", &first, "1"),
    ] {
        place.clear();
        let pulled = place.pull(&format!("{url}{rest}")).unwrap();
        assert_eq!(pulled.sources[0].resolved.as_ref(), Some(commit), "{rest}");
        assert_eq!(place.read("policy/a.rego"), text, "{rest}");
    }
    place.clear();
    place.pull(&url).unwrap();
    assert_eq!(place.read("policy/README.md"), "x");
    assert!(!place.root().join("policy/.git").exists());
    for (rest, code) in [
        ("//none", "pull-subdir"),
        ("?ref=none", "pull-git"),
        ("//../repo", "pull-path"),
        ("x", "pull-git"),
        ("?checksum=sha256:00", "pull-source"),
        ("//.git", "pull-subdir"),
    ] {
        place.clear();
        let error = place.pull(&format!("{url}{rest}")).unwrap_err();
        assert_eq!(error.code(), code, "{rest}: {error}");
        assert!(!place.root().join("policy").exists());
    }

    // A lock file keeps the commit, whatever the branch does.
    place.clear();
    let source = format!("{url}//policies?ref=main");
    place.locked(&source, LockMode::Add).unwrap();
    git(&repo, &["merge", "-q", "--ff-only", "feature"]);
    let pulled = place.locked(&source, LockMode::Locked).unwrap();
    assert_eq!(pulled.sources[0].resolved.as_ref(), Some(&first));
    place.locked(&source, LockMode::Update).unwrap();
    assert_eq!(place.read("policy/a.rego"), "2");

    // Links stay inside.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../README.md", repo.join("policies/in.md")).unwrap();
        git(&repo, &["add", "."]);
        git(&repo, &["commit", "-q", "-m", "3"]);
        place.clear();
        place.pull(&format!("{url}//policies")).unwrap();
        assert_eq!(place.read("policy/in.md"), "x");
        assert!(!place.root().join("policy/in.md").is_symlink());
        std::os::unix::fs::symlink("/etc/passwd", repo.join("policies/out.md")).unwrap();
        git(&repo, &["add", "."]);
        git(&repo, &["commit", "-q", "-m", "4"]);
        place.clear();
        let error = place.pull(&format!("{url}//policies")).unwrap_err();
        assert_eq!(error.code(), "pull-link-out");
    }
}

#[test]
fn web_servers() {
    let server = Server::start();
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    header.set_mode(0o644);
    archive
        .append_data(&mut header, "p-1.0/policies/a.rego", &b"a"[..])
        .unwrap();
    let archive = archive.into_inner().unwrap().finish().unwrap();
    server.edit(|state| {
        state
            .files
            .insert("/deny.rego".to_owned(), b"deny".to_vec());
        state.files.insert("/p.tar.gz".to_owned(), archive);
        state
            .redirects
            .insert("/moved.rego".to_owned(), "/deny.rego".to_owned());
        state
            .redirects
            .insert("/loop".to_owned(), "/loop".to_owned());
    });
    let place = Place::new(&[]);
    let url = format!("http://{}", server.address);
    let sum =
        "?checksum=sha256:".to_owned() + support::digest(b"deny").trim_start_matches("sha256:");
    for (rest, file) in [
        ("/deny.rego", "deny.rego"),
        ("/moved.rego", "moved.rego"),
        ("/deny.rego?filename=x.rego", "x.rego"),
        (&format!("/deny.rego{sum}"), "deny.rego"),
        ("/p.tar.gz", "p-1.0/policies/a.rego"),
        ("/p.tar.gz//*/policies", "a.rego"),
        ("/p.tar.gz?archive=false", "p.tar.gz"),
    ] {
        place.clear();
        place.pull(&format!("{url}{rest}")).unwrap();
        assert!(place.root().join("policy").join(file).exists(), "{rest}");
    }
    for (rest, code) in [
        ("/none.rego", "pull-http"),
        ("/loop", "pull-http"),
        ("/", "pull-source"),
        ("/p.tar.gz//none", "pull-subdir"),
        ("/deny.rego?archive=tgz", "pull-archive"),
        ("/p.tar.gz?checksum=sha256:00", "pull-checksum"),
    ] {
        place.clear();
        let error = place.pull(&format!("{url}{rest}")).unwrap_err();
        assert_eq!(error.code(), code, "{rest}: {error}");
        assert!(!place.root().join("policy").exists());
    }
    let mut request = place.request(&format!("{url}/deny.rego"));
    request.limits.bytes = 3;
    assert_eq!(pull(&request).unwrap_err().code(), "pull-too-large");
    // What is secret is shown to the server only.
    let with = format!("http://me:geheim@{}/none.rego?token=geheim", server.address);
    let error = place.pull(&with).unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("geheim"),
        "{error:?}"
    );
    assert!(server.edit(|state| state.log.last().unwrap().contains("token=geheim")));
}

#[test]
fn two_sources_are_one_folder() {
    let place = Place::new(&[("a/a.rego", "a"), ("b/b.rego", "b"), ("c/a.rego", "c")]);
    let mut request = place.request("a");
    request.sources.push("b".to_owned());
    assert_eq!(pull(&request).unwrap().sources.len(), 2);
    assert_eq!(place.read("policy/b.rego"), "b");
    let error = place.pull("c").unwrap_err();
    assert_eq!(error.code(), "pull-exists");
    let mut request = place.request("c");
    request.overwrite = true;
    pull(&request).unwrap();
    assert_eq!(place.read("policy/a.rego"), "c");
}

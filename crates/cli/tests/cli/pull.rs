//! `kpol pull` and `kpol push`, as far as it goes without a registry: that is tested in `kpol-remote`.

use std::fs;

use crate::support::{Folder, NO_PODS, POD};

#[test]
fn a_folder_is_pulled_locked_and_used() {
    let folder = Folder::new()
        .file("shared/deny.rego", NO_PODS)
        .file("pod.yaml", POD);
    folder
        .kpol(&["pull", "shared"])
        .expect(0)
        .says(&["pulled shared: 1 file in policy", "sha256 "]);
    folder
        .kpol(&["test", "pod.yaml"])
        .expect(1)
        .says(&["no pods"]);
    let lock = fs::read_to_string(folder.path("kpol.lock")).unwrap();
    assert!(lock.contains("source = \"shared\""), "{lock}");

    // Without a source: those of the lock file.
    fs::remove_dir_all(folder.path("policy")).unwrap();
    folder.kpol(&["pull", "--locked"]).expect(0);
    assert!(folder.path("policy/deny.rego").is_file());

    let folder = folder.file("shared/deny.rego", "package main\n");
    folder.kpol(&["pull", "--locked"]).expect(2).says(&[
        "error: `shared` is not what the lock file `kpol.lock` has",
        "help: if the change is wanted, pull it with `--update-lock`",
    ]);
    folder.kpol(&["pull", "--update-lock"]).expect(0);
    assert_eq!(
        fs::read_to_string(folder.path("policy/deny.rego")).unwrap(),
        "package main\n"
    );
    folder
        .kpol(&["pull", "--locked", "pod.yaml"])
        .expect(2)
        .says(&["`pod.yaml` is not in the lock file `kpol.lock`"]);
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new()
        .file("shared/deny.rego", NO_PODS)
        .file("policy/deny.rego", "mine");
    let refused = "policy file already exists at policy/deny.rego, refusing to overwrite";
    folder
        .kpol(&["pull", "shared"])
        .expect(2)
        .says(&[refused, "--force"]);
    assert!(!folder.path("kpol.lock").exists());
    folder.kpol(&["pull", "--force", "shared"]).expect(0);
    assert_eq!(
        fs::read_to_string(folder.path("policy/deny.rego")).unwrap(),
        NO_PODS
    );
}

#[test]
fn absolute_folders_are_absolute() {
    let folder = Folder::new().file("shared/deny.rego", NO_PODS);
    let target = folder.path("elsewhere/policy");
    let target = target.to_str().unwrap();
    folder.kpol(&["pull", "-p", target, "shared"]).expect(0);
    assert!(folder.path("elsewhere/policy/deny.rego").is_file());
}

#[test]
fn what_cannot_be_pulled() {
    let folder = Folder::new()
        .file("key.pem", "no key")
        .file("shared/a.rego", "package a");
    for (args, said) in [
        (&["pull"][..], "no source is given"),
        (&["pull", "nothing"], "cannot read `"),
        (
            &["pull", "foo://x/y"],
            "download not supported for scheme 'foo'",
        ),
        (
            &["pull", "s3::https://s3.amazonaws.com/b/p"],
            "kpol reads files, git, http, https and oci",
        ),
        (
            &["pull", "registry.example.com:5000/p"],
            "write `oci://` in front",
        ),
        (
            &["pull", "--verify-key", "none.pem", "shared"],
            "`none.pem`",
        ),
        (
            &["pull", "--verify-key", "key.pem", "shared"],
            "the public key",
        ),
        (
            &["pull", "--locked", "--update-lock", "shared"],
            "cannot be used with",
        ),
        (&["push", "nothing"], "destination url missing repository"),
        (&["push", "127.0.0.1:1/a", "-p", "none"], "none"),
        (
            &["push", "127.0.0.1:1/a", "-p", "shared", "--annotation", "x"],
            "NAME=VALUE",
        ),
        (
            &["push", "127.0.0.1:1/a", "-p", "shared"],
            "registry, for `127.0.0.1:1/a:latest`",
        ),
    ] {
        folder.kpol(args).expect(2).says(&[said]);
        assert!(!folder.path("policy").exists(), "{args:?}");
    }
}

#[test]
fn policies_that_do_not_compile_are_not_pushed() {
    let folder = Folder::new().file("policy/a.rego", "package a\n\nx := y");
    folder
        .kpol(&["push", "127.0.0.1:1/a"])
        .expect(2)
        .says(&["policy/a.rego"]);
}

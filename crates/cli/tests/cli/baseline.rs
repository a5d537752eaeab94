//! `--baseline`: only what is new fails.

use crate::support::{Folder, POD};

const NO_PODS: &str = "package main\n\ndeny contains \"no pods\" if input.kind == \"Pod\"\n";

#[test]
fn what_is_known_does_not_fail_and_what_is_new_does() {
    let folder = Folder::with(NO_PODS);
    let written = [
        "test",
        "-p",
        "policies",
        "pod.yaml",
        "--write-baseline",
        "known.json",
    ];
    folder.kpol(&written).expect(1);
    // Lines may move.
    let folder = folder.file("pod.yaml", format!("# a comment\n\n{POD}"));
    let known = [
        "test",
        "-p",
        "policies",
        "--baseline",
        "known.json",
        "pod.yaml",
    ];
    folder.kpol(&known).expect(0).says(&["1 suppressed"]);
    let folder = folder.file("other.yaml", POD.replace("name: web", "name: other"));
    let both = [
        "test",
        "-p",
        "policies",
        "--baseline",
        "known.json",
        "pod.yaml",
        "other.yaml",
    ];
    folder
        .kpol(&both)
        .expect(1)
        .says(&["--> other.yaml:", "1 failure", "1 suppressed"])
        .says_nothing_of(&["--> pod.yaml:"]);
}

#[test]
fn what_is_fixed_is_told() {
    let folder = Folder::with(NO_PODS);
    let written = [
        "test",
        "-p",
        "policies",
        "pod.yaml",
        "--write-baseline",
        "known.json",
    ];
    folder.kpol(&written).expect(1);
    let folder = folder.file("pod.yaml", POD.replace("kind: Pod", "kind: Service"));
    let known = [
        "test",
        "-p",
        "policies",
        "--baseline",
        "known.json",
        "pod.yaml",
    ];
    folder.kpol(&known).expect(0).says(&["fixed-in-baseline"]);
}

#[test]
fn a_baseline_that_cannot_be_read_or_written_is_no_pass() {
    let folder = Folder::with(NO_PODS)
        .file("known.json", "{}")
        .file("bad.yaml", "a: [");
    let known = [
        "test",
        "-p",
        "policies",
        "--baseline",
        "known.json",
        "pod.yaml",
    ];
    folder.kpol(&known).expect(2).says(&["known.json: "]);
    let written = [
        "test",
        "-p",
        "policies",
        "bad.yaml",
        "pod.yaml",
        "--write-baseline",
        "new.json",
    ];
    folder
        .kpol(&written)
        .expect(2)
        .says(&["`new.json` was not written"]);
    assert!(!folder.path("new.json").exists());
}

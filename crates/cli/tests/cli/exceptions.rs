//! Exceptions: findings that do not count, for a reason.

use crate::support::{Folder, POD};

const POLICY: &str = "package main\n\n# METADATA\n# custom:\n#   id: pods/none\ndeny contains \"no pods\" if input.kind == \"Pod\"\n";

fn test(folder: &Folder, more: &[&str]) -> crate::support::Run {
    let mut args = vec!["test", "-p", "policies", "pod.yaml"];
    args.extend(more);
    folder.kpol(&args)
}

#[test]
fn a_comment_gives_a_reason() {
    let with = |comment: &str| Folder::with(POLICY).file("pod.yaml", format!("{comment}\n{POD}"));
    let folder = with("# kpol:ignore pods/none until 2999-12-31: a lone pod is what we test");
    test(&folder, &[]).expect(0).says(&["1 suppressed"]);
    test(&folder, &["-o", "json"]).expect(0).says(&[
        "\"reason\": \"a lone pod is what we test\"",
        "\"by\": \"comment\"",
        "\"until\": \"2999-12-31\"",
    ]);
    test(&folder, &["--conftest-compat"]).expect(1);
    let folder = with("# kpol:ignore pods/none until 2020-01-01: long ago");
    test(&folder, &[]).expect(1).says(&[
        "no pods",
        "exception-expired",
        "ended on 2020-01-01: long ago",
    ]);
    let folder = with("# kpol:ignore pods/none");
    test(&folder, &[]).expect(1).says(&[
        "no pods",
        "exception-invalid",
        "an exception says why",
        "--> pod.yaml:1:",
    ]);
}

#[test]
fn what_nothing_needs_is_told() {
    let service = POD.replace("kind: Pod", "kind: Service");
    let comment = "# kpol:ignore pods/none: it was one";
    let folder = Folder::with(POLICY).file("pod.yaml", format!("{comment}\n{service}"));
    test(&folder, &[])
        .expect(0)
        .says(&["exception-unused", "--> pod.yaml:1:"]);
    // Nobody knows what rules would find that are not here.
    let comment = "# kpol:ignore other/rule: it was one";
    let folder = Folder::with(POLICY).file("pod.yaml", format!("{comment}\n{service}"));
    test(&folder, &[])
        .expect(0)
        .says_nothing_of(&["exception-unused"]);
}

#[test]
fn an_annotation_is_for_its_object() {
    let annotated = POD.replace(
        "metadata:\n",
        "metadata:\n  annotations:\n    kpol.dev/ignore: |\n      pods/*: it is the test's\n",
    );
    assert_ne!(annotated, POD);
    let other = POD.replace("name: web", "name: other");
    let folder = Folder::with(POLICY).file("pod.yaml", format!("{annotated}---\n{other}"));
    test(&folder, &[])
        .expect(1)
        .says(&["1 failure", "1 suppressed"]);
}

#[test]
fn a_file_names_rules_paths_and_objects() {
    let entry = |text: &str| format!("exceptions:\n- rule: pods/none\n  reason: known\n{text}");
    let file = |text: &str| {
        Folder::with(POLICY)
            .file("pod.yaml", POD)
            .file("known.yaml", entry(text))
    };
    let run = |text: &str| test(&file(text), &["--exceptions", "known.yaml"]);
    run("").expect(0).says(&["1 suppressed"]);
    run("  owner: team\n  until: 2999-01-31\n").expect(0);
    run("  paths: [pod.yaml]\n").expect(0);
    run("  paths: ['*.yaml']\n  objects: ['Pod *web']\n").expect(0);
    run("  objects: ['Deployment *']\n")
        .expect(1)
        .says(&["exception-unused", "--> known.yaml:2:"]);
    run("  paths: [deploy]\n")
        .expect(1)
        .says(&["exception-unused"]);
    run("  until: 2020-01-31\n")
        .expect(1)
        .says(&["exception-expired"]);
    run("  until: soon\n")
        .expect(2)
        .says(&["`soon` is no day", "known.yaml:4:"]);
    run("  path: x\n").expect(2).says(&[
        "there is no `path` in exceptions",
        "known: rule, rules, paths",
    ]);
    run("- rule: x\n")
        .expect(2)
        .says(&["an exception has a `reason`", "known.yaml:4:"]);
}

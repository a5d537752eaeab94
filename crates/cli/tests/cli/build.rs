//! `kpol build`, and `kpol test --module`.

use serde_json::Value;

use crate::support::{Folder, NO_PODS};

/// All failures of a JSON report.
fn failures(report: &Value) -> Vec<Value> {
    let results = report.as_array().unwrap().iter();
    results
        .filter_map(|result| result.get("failures")?.as_array())
        .flatten()
        .cloned()
        .collect()
}

#[test]
fn a_module_finds_what_its_policy_finds() {
    let folder = Folder::with(
        "package main\n
deny contains msg if {
	some container in input.spec.containers
	not contains(container.image, \":\")
	msg := sprintf(\"%s has no tag\", [container.image])
}\n
deny contains \"no pods\" if input.kind == \"Pod\"\n",
    );
    folder
        .kpol(&["build", "policies", "-e", "main/deny", "-o", "deny.wasm"])
        .expect(0);
    assert!(
        std::fs::read(folder.path("deny.wasm"))
            .unwrap()
            .starts_with(b"\0asm")
    );
    let from_policy = folder.kpol(&["test", "-o", "json", "-p", "policies", "pod.yaml"]);
    let from_module = folder.kpol(&["test", "-o", "json", "--module", "deny.wasm", "pod.yaml"]);
    let (from_policy, from_module) = (from_policy.expect(1).json(), from_module.expect(1).json());
    assert_eq!(failures(&from_policy), failures(&from_module));
    assert_eq!(failures(&from_policy).len(), 2);
    folder
        .kpol(&["test", "--module", "deny.wasm", "pod.yaml"])
        .expect(1)
        .says(&["--> pod.yaml:8:7", "nginx has no tag"]);
}

#[test]
fn entrypoints_with_dots_and_several_of_them() {
    let folder =
        Folder::with(NO_PODS).file("policies/b.rego", "package a.b\n\nwarn contains \"w\"\n");
    folder
        .kpol(&[
            "build",
            "policies",
            "-e",
            "data.main.deny",
            "-e",
            "a/b/warn",
            "-o",
            "two.wasm",
        ])
        .expect(0);
    folder
        .kpol(&["test", "--module", "two.wasm", "pod.yaml"])
        .expect(1)
        .says(&["failure[main.deny]: no pods", "warning[a.b.warn]: w"]);
}

#[test]
fn portable_modules_and_bundles() {
    let folder = Folder::with(NO_PODS).file("data.yaml", "limits:\n  cpu: 2\n");
    let build = |args: &[&str], output: &str| {
        let mut all = vec!["build", "policies", "-e", "main/deny", "-o", output];
        all.extend(args);
        folder.kpol(&all).expect(0);
        std::fs::read(folder.path(output)).unwrap()
    };
    let module = build(&["-t", "portable"], "p.wasm");
    assert!(module.starts_with(b"\0asm"));
    assert_eq!(module, build(&["--target", "wasm"], "q.wasm"));
    assert_ne!(module, build(&[], "r.wasm"));
    let bundle = build(&["-b", "-d", "data.yaml", "--revision", "7"], "b.tar.gz");
    assert!(bundle.starts_with(b"\x1f\x8b"));
    assert_eq!(
        bundle,
        build(&["-b", "-d", "data.yaml", "--revision", "7"], "c.tar.gz")
    );
    folder
        .kpol(&[
            "build",
            "policies",
            "-e",
            "main/deny",
            "-o",
            "n.wasm",
            "--print",
        ])
        .expect(2)
        .says(&["add `-t portable`"]);
}

#[test]
fn what_cannot_be_built() {
    let folder = Folder::with(NO_PODS).file("bad/x.rego", "package x\n\np if {\n");
    let build = |args: &[&str]| {
        let mut all = vec!["build"];
        all.extend(args);
        let run = folder.kpol(&all).expect(2);
        assert!(!folder.path("o.wasm").exists());
        run
    };
    build(&["policies", "-e", "main/nothing", "-o", "o.wasm"])
        .says(&["no rule or package `main/nothing`", "help: "]);
    build(&["bad", "-e", "x/p", "-o", "o.wasm"]).says(&["--> bad/x.rego:3:"]);
    build(&["nowhere", "-e", "x/p", "-o", "o.wasm"]).says(&["`nowhere`"]);
    build(&["policies", "-e", "main/deny", "-o", "nowhere/o.wasm"]).says(&["cannot write"]);
}

#[test]
fn what_is_no_module_of_ours() {
    let folder = Folder::with(NO_PODS)
        .file("text.wasm", "hello")
        .file("empty.wasm", "")
        .file("module.wasm", b"\0asm\x01\0\0\0");
    folder
        .kpol(&["build", "policies", "-e", "main/deny", "-o", "whole.wasm"])
        .expect(0);
    let whole = std::fs::read(folder.path("whole.wasm")).unwrap();
    let folder = folder.file("cut.wasm", &whole[..whole.len() / 2]);
    for name in [
        "text.wasm",
        "empty.wasm",
        "module.wasm",
        "cut.wasm",
        "nowhere.wasm",
    ] {
        folder
            .kpol(&["test", "--module", name, "pod.yaml"])
            .expect(2)
            .says(&[name]);
    }
    let folder = folder.file("policies/allow.rego", "package main\n\nallow if true\n");
    folder
        .kpol(&["build", "policies", "-e", "main/allow", "-o", "allow.wasm"])
        .expect(0);
    folder
        .kpol(&["test", "--module", "allow.wasm", "pod.yaml"])
        .expect(2)
        .says(&["no rule ran: there is no `deny`", "help: "]);
}

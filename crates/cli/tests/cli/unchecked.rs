//! Exit code 2: nothing that was not checked passes. Each message says what, where, and what to do.

use crate::support::{Folder, NO_PODS, Run};

fn test(folder: &Folder, paths: &[&str]) -> Run {
    let mut args = vec!["test", "-p", "policies"];
    args.extend(paths);
    folder.kpol(&args)
}

/// A file that cannot be read is an error with a place, and the other one is checked all the same.
#[track_caller]
fn unreadable(name: &str, text: &[u8], says: &[&str]) {
    let folder = Folder::with(NO_PODS).file(name, text);
    test(&folder, &[name, "pod.yaml"])
        .expect(2)
        .says(says)
        .says(&[
            "failure[main.deny]: no pods",
            "--> pod.yaml:1:1",
            "1 failure",
            "1 error",
        ]);
    let json = folder.kpol(&["test", "-p", "policies", "-o", "json", name, "pod.yaml"]);
    let json = json.expect(2).json();
    let results = json.as_array().unwrap();
    assert!(
        results.iter().any(|result| result.get("errors").is_some()),
        "{json}"
    );
    assert!(
        results
            .iter()
            .any(|result| result.get("failures").is_some()),
        "{json}"
    );
}

#[test]
fn manifests_that_do_not_parse() {
    unreadable(
        "x.yaml",
        b"a: 1\nb: [1, 2\nc: 3\n",
        &["--> x.yaml:3:2", "expected `,` or `]`"],
    );
    unreadable("x.yaml", b"kind: Pod\n---\nkind: 'Pod\n", &["--> x.yaml:"]);
    unreadable("x.yaml", b"a:\n\t- b\n", &["--> x.yaml:2:"]);
    unreadable("x.json", b"{\"a\": 1,\n \"b\": }", &["--> x.json:2:"]);
    unreadable("x.json", b"", &["--> x.json:1:1"]);
    unreadable("x.json", b"{} {}", &["--> x.json:1:"]);
    unreadable("x.yaml", b"a: *nowhere\n", &["--> x.yaml:1:4"]);
    unreadable("x.yaml", b"a: \xff\n", &["`x.yaml` is not UTF-8"]);
}

#[test]
fn a_key_that_is_given_twice_names_both_lines() {
    let yaml = b"spec:\n  replicas: 1\n  paused: true\n  replicas: 2\n";
    let says = [
        "key `replicas` is given twice, first in line 2",
        "--> x.yaml:4:3",
        "first given here",
        "given again here",
        "help: remove one of them",
    ];
    unreadable("x.yaml", yaml, &says);
    let json = b"{\n  \"a\": 1,\n  \"b\": 2,\n  \"a\": 3\n}\n";
    unreadable(
        "x.json",
        json,
        &["key `a` is given twice, first in line 2", "--> x.json:4:3"],
    );
}

#[test]
fn paths_that_lead_to_nothing() {
    let folder = Folder::with(NO_PODS).file("empty/readme.txt", "");
    for (path, says) in [
        ("missing.yaml", "no such file or folder: `missing.yaml`"),
        ("*.yml", "no file matches `*.yml`"),
        ("nowhere/*.yaml", "no file matches `nowhere/*.yaml`"),
        ("empty", "no file of a known format below `empty`"),
    ] {
        test(&folder, &[path]).expect(2).says(&[says]);
        test(&folder, &[path, "pod.yaml"])
            .expect(2)
            .says(&[says, "failure[main.deny]: no pods"]);
    }
}

#[test]
fn files_without_documents() {
    let folder = Folder::with(NO_PODS).file("empty.yaml", "# nothing\n---\n");
    test(&folder, &["empty.yaml"])
        .expect(2)
        .says(&["no rule ran: the files have no documents"]);
    test(&folder, &["empty.yaml", "pod.yaml"]).expect(1);
}

#[test]
fn policies_that_are_not_there() {
    let folder = Folder::with(NO_PODS).file("empty/readme.txt", "");
    folder
        .kpol(&["test", "-p", "nowhere", "pod.yaml"])
        .expect(2)
        .says(&["no such policy folder: `nowhere`"]);
    folder
        .kpol(&["test", "-p", "empty", "pod.yaml"])
        .expect(2)
        .says(&["no policy (`.rego` file) below `empty`", "help: "]);
    folder
        .kpol(&["test", "-p", "policies", "-d", "nowhere", "pod.yaml"])
        .expect(2)
        .says(&["no such data: `nowhere`"]);
}

#[test]
fn no_rule_in_the_namespace() {
    let folder = Folder::with(NO_PODS);
    test(&folder, &["-n", "mian", "pod.yaml"])
        .expect(2)
        .says(&["in namespace `mian`", "namespaces with rules: main;"]);
    // One that exists does not make up for one that does not.
    test(&folder, &["-n", "main", "-n", "mian", "pod.yaml"]).expect(2);
    for policy in [
        "package main\n\nallow if true\n",
        "package main\n\ndenied contains \"x\"\n",
        "package main\n\ndeny(x) := x\n",
        "package other\n\ndeny contains \"x\"\n",
        "package main\n",
    ] {
        test(&Folder::with(policy), &["pod.yaml"])
            .expect(2)
            .says(&["no rule ran: ", "help: "]);
    }
    for policy in [
        "package main\n\nallow if true\n",
        "package main\n\ndeny(x) := x\n",
    ] {
        test(&Folder::with(policy), &["--all-namespaces", "pod.yaml"])
            .expect(2)
            .says(&["no rule ran: ", "help: "]);
    }
}

#[test]
fn rules_of_the_wrong_shape() {
    for (rule, name) in [
        ("deny if input.kind == \"Pod\"", "deny"),
        ("deny := \"x\"", "deny"),
        ("default deny := false", "deny"),
        ("deny[input.kind] := \"x\"", "deny"),
        ("warn_x if true", "warn_x"),
        ("deny.images contains \"x\"", "deny"),
    ] {
        let policy = format!("package main\n\nwarn contains \"fine\"\n\n{rule}\n");
        test(&Folder::with(&policy), &["pod.yaml"])
            .expect(2)
            .says(&[
                &format!("rule `{name}` is no set of messages"),
                "--> policies/main.rego:5:1",
                &format!("help: write `{name} contains msg if {{ ... }}`"),
            ]);
    }
}

#[test]
fn all_errors_of_all_policies_are_shown() {
    let syntax = Folder::with(
        "package main\n\ndeny contains \"a\" if { 1 + }\n\np := ]\n\nq if {\n\tx := )\n}\n",
    )
    .file(
        "policies/other.rego",
        "package main\n\nwarn contains x if {",
    );
    test(&syntax, &["pod.yaml"]).expect(2).says(&[
        "--> policies/main.rego:3:",
        "--> policies/main.rego:5:",
        "--> policies/main.rego:8:",
        "--> policies/other.rego:3:",
    ]);
    for [first, second, third] in [
        // Variables that nothing binds; functions that there are not.
        ["msg := nothing", "not nothing", "x := nothing + 1"],
        ["no.function(1)", "nofunction(1)", "x := nofunction(1)"],
    ] {
        let policy = format!(
            "package main\n\ndeny contains \"x\" if {{ {first} }}\n\np if {{ {second} }}\n"
        );
        let other = format!("package main\n\nwarn contains \"x\" if {{ {third} }}\n");
        let folder = Folder::with(&policy).file("policies/other.rego", other);
        test(&folder, &["pod.yaml"]).expect(2).says(&[
            "--> policies/main.rego:3:",
            "--> policies/main.rego:5:",
            "--> policies/other.rego:3:",
        ]);
    }
}

/// An error inside of a rule names the policy's line; other rules and files go on.
#[track_caller]
fn fails_inside(rule: &str, says: &[&str]) {
    let policy = format!("package main\n\n{rule}\nwarn contains \"still here\"\n");
    let folder = Folder::with(&policy).file("service.yaml", "kind: Service\n");
    test(&folder, &["pod.yaml", "service.yaml"])
        .expect(2)
        .says(says)
        .says(&[
            "--> pod.yaml:1:1",
            "warning[main.warn]: still here",
            "1 error",
        ]);
}

#[test]
fn errors_inside_of_rules() {
    fails_inside(
        "deny contains \"x\" if {\n\tinput.kind == \"Pod\"\n\t1 / (count(input.spec.containers) - 1) > 0\n}\n",
        &["divide by zero", "policies/main.rego:5:2", "help: "],
    );
    fails_inside(
        "deny contains \"x\" if to_number(input.metadata.name) > 0\n",
        &["to_number", "policies/main.rego:3:"],
    );
    fails_inside(
        "deny contains \"x\" if not to_number(input.metadata.name)\n",
        &["to_number", "policies/main.rego:3:"],
    );
    fails_inside(
        "x := 1 if input.kind == \"Pod\"\n\nx := 2 if input.metadata\n\ndeny contains \"x\" if x == 3\n",
        &["conflicting values", "policies/main.rego:5:1", "help: "],
    );
    fails_inside(
        "f(_) := 1 if input.kind == \"Pod\"\n\nf(_) := 2 if input.metadata\n\ndeny contains \"x\" if f(1) == 3\n",
        &["policies/main.rego:5:1"],
    );
}

#[test]
fn results_of_the_wrong_shape() {
    for (result, says) in [
        ("1", "yields `1`, which is neither a message"),
        ("[\"x\"]", "which is neither a message"),
        ("null", "which is neither a message"),
        (
            "{\"message\": \"x\"}",
            "yields an object without a string `msg`",
        ),
        ("{\"msg\": 1}", "yields an object without a string `msg`"),
    ] {
        fails_inside(
            &format!("deny contains {result} if input.kind == \"Pod\"\n"),
            &["`data.main.deny`", says, "help: "],
        );
    }
}

#[test]
fn metadata_that_is_no_yaml() {
    let folder = Folder::with("package main\n\n# METADATA\n# title: [x\ndeny contains \"x\"\n");
    test(&folder, &["pod.yaml"])
        .expect(2)
        .says(&["policies/main.rego:"]);
}

#[test]
fn command_lines_that_make_no_sense() {
    let folder = Folder::with(NO_PODS);
    for args in [
        &["test"][..],
        &["test", "-p", "policies", "--timeout", "5", "pod.yaml"],
        &["test", "-p", "policies", "--max-memory", "1Ki", "pod.yaml"],
        &["test", "-o", "xml", "pod.yaml"],
        &["test", "-n", "a", "--all-namespaces", "pod.yaml"],
        &["tset", "pod.yaml"],
        &["eval"],
        &["build", "policies"],
    ] {
        folder.kpol(args).expect(2);
    }
}

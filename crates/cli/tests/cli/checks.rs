//! What `kpol test` runs, and on what: files, folders, globs, standard input, namespaces, data.

use crate::support::{Folder, NO_PODS, POD};

#[test]
fn code_0_where_nothing_failed_and_1_where_a_policy_did() {
    let folder = Folder::with(NO_PODS).file("service.yaml", "kind: Service\n");
    let passed = folder.kpol(&["test", "-p", "policies", "service.yaml"]);
    passed.expect(0).says(&["1 test, 1 passed, "]);
    let failed = folder.kpol(&["test", "-p", "policies", "service.yaml", "pod.yaml"]);
    failed.expect(1).says(&[
        "failure[main.deny]: no pods",
        "--> pod.yaml:1:1",
        "2 tests, 1 passed, ",
    ]);
}

#[test]
fn warnings_fail_only_where_that_is_asked_for() {
    let folder =
        Folder::with("package main\n\nwarn contains \"careful\" if input.kind == \"Pod\"\n");
    folder
        .kpol(&["test", "-p", "policies", "pod.yaml"])
        .expect(0)
        .says(&["warning[main.warn]: careful", "1 warning, 0 failures"]);
    folder
        .kpol(&["test", "-p", "policies", "--fail-on-warn", "pod.yaml"])
        .expect(1)
        .says(&["1 warning, 0 failures"]);
}

#[test]
fn all_three_names_of_checks_with_and_without_a_suffix() {
    let folder = Folder::with(
        "package main\n
deny contains \"a\"\n
deny_b contains \"b\"\n
violation contains {\"msg\": \"c\", \"details\": {\"n\": 1}}\n
violation_d contains {\"msg\": \"d\"}\n
warn contains \"e\"\n
warn_f contains \"f\"\n
allow contains \"g\"\n",
    );
    let run = folder
        .kpol(&["test", "-p", "policies", "pod.yaml"])
        .expect(1);
    for rule in [
        "failure[main.deny]: a",
        "failure[main.deny_b]: b",
        "failure[main.violation]: c",
        "failure[main.violation_d]: d",
        "warning[main.warn]: e",
        "warning[main.warn_f]: f",
    ] {
        assert!(run.stdout.contains(rule), "no {rule}: {run:#?}");
    }
    run.says(&["2 warnings, 4 failures"])
        .says_nothing_of(&["]: g"]);
}

#[test]
fn standard_input_is_the_file_named_by_a_dash() {
    let folder = Folder::with(NO_PODS);
    let text = format!("kind: Service\n---\n{POD}");
    folder
        .kpol_stdin(&["test", "-p", "policies", "-"], &text)
        .expect(1)
        .says(&["--> -:3:1", "2 tests, 1 passed"]);
    folder
        .kpol_stdin(&["test", "-p", "policies", "-"], "{\"kind\": \"Pod\"}")
        .expect(1);
}

#[test]
fn folders_globs_and_a_file_named_twice() {
    let folder = Folder::with(NO_PODS)
        .file("k8s/a.yaml", POD)
        .file("k8s/deep/b.yml", POD)
        .file("k8s/deep/c.json", "{\"kind\": \"Pod\"}")
        .file("k8s/deep/notes.txt", "kind: Pod");
    let count = |paths: &[&str], found: usize| {
        let mut args = vec!["test", "-p", "policies"];
        args.extend(paths);
        let plural = if found == 1 { "" } else { "s" };
        folder
            .kpol(&args)
            .expect(1)
            .says(&[&format!("{found} failure{plural}, ")]);
    };
    count(&["k8s"], 3);
    count(&["k8s/"], 3);
    count(&["k8s/*.yaml"], 1);
    count(&["k8s/**/*.y*ml"], 2);
    count(&["./k8s/**/*.{yml,json}"], 2);
    count(&["k8s", "k8s/a.yaml"], 3);
    count(&["k8s/deep/notes.txt"], 1);
}

#[cfg(unix)]
#[test]
fn links_to_files_are_read() {
    let folder = Folder::with(NO_PODS)
        .file("mounted/..2026_01_31/x.yaml", POD)
        .file(
            "rules/..2026_01_31/deny.rego",
            "package main\n\ndefault on := true\n\ndeny contains \"linked\" if on\n",
        );
    for (target, link) in [
        ("..2026_01_31/x.yaml", "mounted/x.yaml"),
        ("..2026_01_31/deny.rego", "rules/deny.rego"),
    ] {
        std::os::unix::fs::symlink(target, folder.path(link)).unwrap();
    }
    folder
        .kpol(&["test", "-p", "rules", "mounted"])
        .expect(1)
        .says(&[
            "failure[main.deny]: linked",
            "--> mounted/x.yaml:1:1",
            "1 failure, ",
        ]);
}

#[test]
fn items_of_a_list_are_documents_of_their_own() {
    let list = "\
kind: List
apiVersion: v1
items:
  - kind: Service
  - kind: Pod
";
    let folder = Folder::with(NO_PODS).file("list.yaml", list);
    folder
        .kpol(&["test", "-p", "policies", "list.yaml"])
        .expect(1)
        .says(&["--> list.yaml:5:5", "2 tests, 1 passed"]);
}

#[test]
fn namespaces() {
    let folder = Folder::with(NO_PODS).file(
        "policies/other.rego",
        "package team.web\n\ndeny contains \"the other one\"\n",
    );
    let test = |options: &[&str]| {
        let mut args = vec!["test", "-p", "policies", "pod.yaml"];
        args.extend(options);
        folder.kpol(&args).expect(1)
    };
    test(&[])
        .says(&["main.deny"])
        .says_nothing_of(&["the other one"]);
    test(&["-n", "team.web"])
        .says(&["team.web.deny"])
        .says_nothing_of(&["no pods"]);
    test(&["-n", "team.web", "-n", "main"]).says(&["team.web.deny", "main.deny"]);
    test(&["--all-namespaces"]).says(&["team.web.deny", "main.deny"]);
}

#[test]
fn the_folder_policy_is_used_where_there_is_one() {
    let folder = Folder::new()
        .file("policy/a.rego", NO_PODS)
        .file("pod.yaml", POD);
    folder
        .kpol(&["test", "pod.yaml"])
        .expect(1)
        .says(&["failure[main.deny]: no pods", "1 test, "])
        .says_nothing_of(&["workload/"]);
    Folder::new()
        .file("pod.yaml", POD)
        .kpol(&["test", "pod.yaml"])
        .expect(1)
        .says(&["failure[workload/run-as-non-root]", "--> pod.yaml:7:7"]);
}

#[test]
fn unit_tests_of_policies_are_no_policies() {
    let folder =
        Folder::with(NO_PODS).file("policies/main_test.rego", "package main\n\ntest_x if {");
    folder
        .kpol(&["test", "-p", "policies", "pod.yaml"])
        .expect(1);
}

#[test]
fn data_of_files_and_folders() {
    let folder = Folder::with(
        "package main\n
deny contains msg if {
	some name in data.forbidden
	name == input.metadata.name
	msg := sprintf(\"%s is forbidden by %s\", [name, data.team.owner])
}\n",
    )
    .file("names.yaml", "forbidden: [db, web]\n")
    .file("data/team/owner.json", "{\"owner\": \"ops\"}\n");
    folder
        .kpol(&[
            "test",
            "-p",
            "policies",
            "-d",
            "names.yaml",
            "-d",
            "data",
            "pod.yaml",
        ])
        .expect(1)
        .says(&["web is forbidden by ops", "--> pod.yaml:1:1"]);
    folder
        .kpol(&["test", "-p", "policies", "pod.yaml"])
        .expect(0);
}

#[test]
fn the_inventory_holds_all_files() {
    let folder = Folder::with(
        "package main\n
deny contains msg if {
	input.kind == \"Service\"
	some name, _ in data.inventory.cluster.v1.Pod
	msg := sprintf(\"there is %s\", [name])
}\n",
    )
    .file(
        "service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
    );
    folder
        .kpol(&["test", "-p", "policies", "service.yaml", "pod.yaml"])
        .expect(1)
        .says(&["there is web"]);
    folder
        .kpol(&["test", "-p", "policies", "service.yaml"])
        .expect(0);
}

#[test]
fn rego_v0() {
    let folder =
        Folder::with("package main\n\ndeny[msg] {\n\tinput.kind == \"Pod\"\n\tmsg := \"old\"\n}\n");
    folder
        .kpol(&["test", "-p", "policies", "--rego-v0", "pod.yaml"])
        .expect(1)
        .says(&["main.deny]: old"]);
    folder
        .kpol(&["test", "-p", "policies", "pod.yaml"])
        .expect(2)
        .says(&["policies/main.rego:3:"]);
}

//! `kpol new`: what it writes works.

use crate::support::Folder;

#[test]
fn a_new_policy_fails_its_bad_example_only() {
    let folder = Folder::new();
    folder
        .kpol(&["new", "team-label"])
        .expect(0)
        .says(&["wrote team-label/policy/team_label.rego", "kpol verify"]);
    let policy = "team-label/policy";
    folder
        .kpol(&["test", "-p", policy, "team-label/examples/bad.yaml"])
        .expect(1)
        .says(&["failure[custom/team-label]", "has no label `team`"]);
    folder
        .kpol(&["test", "-p", policy, "team-label/examples/good.yaml"])
        .expect(0);
    let workflow = folder.path("team-label/.github/workflows/policy.yml");
    let workflow = std::fs::read_to_string(workflow).unwrap();
    assert!(
        workflow.contains("kpol test -p policy -n main"),
        "{workflow}"
    );
}

#[test]
fn package_id_level_and_system_are_chosen() {
    let folder = Folder::new();
    let args = [
        "new",
        "x",
        "-n",
        "org.labels",
        "--id",
        "org/owner",
        "--warn",
        "--ci",
        "gitlab",
    ];
    folder.kpol(&args).expect(0);
    folder
        .kpol(&[
            "test",
            "-p",
            "x/policy",
            "-n",
            "org.labels",
            "x/examples/bad.yaml",
        ])
        .expect(0)
        .says(&["warning[org/owner]"]);
    assert!(folder.path("x/.gitlab-ci.yml").is_file());
    assert!(!folder.path("x/.github").exists());
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new().file("x/examples/bad.yaml", "mine");
    folder
        .kpol(&["new", "x"])
        .expect(2)
        .says(&["`x/examples/bad.yaml` exists already"]);
    assert!(!folder.path("x/policy").exists());
}

#[test]
fn names_that_cannot_be_are_refused() {
    let folder = Folder::new();
    for args in [
        &["new", "a b"][..],
        &["new", "x", "-n", "a-b"],
        &["new", "x", "-n", "a..b"],
        &["new", "x", "--id", "a: b"],
    ] {
        folder.kpol(args).expect(2);
        assert!(!folder.path("x").exists(), "{args:?}");
    }
}

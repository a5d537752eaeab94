//! `kpol rbac`.

use serde_json::Value;

use crate::support::{Folder, kpol};

const SEEDED: &str = "testdata/rbac/escalation.yaml";

/// A role that is bound, in a file of its own.
const RBAC: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
  - apiGroups: [\"\"]
    resources: [secrets]
    verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: alice-reads, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: User, apiGroup: rbac.authorization.k8s.io, name: alice}
";

const EVENTS: &str = concat!(
    r#"{"kind":"Event","auditID":"1","verb":"get","requestURI":"/api/v1/namespaces/shop/secrets/db","user":{"username":"alice","groups":["system:authenticated"]},"objectRef":{"resource":"secrets","namespace":"shop","name":"db","apiVersion":"v1"},"responseStatus":{"code":200}}"#,
    "\n",
    r#"{"kind":"EventList","items":[{"auditID":"2","verb":"create","requestURI":"/apis/apps/v1/namespaces/shop/deployments","user":{"username":"admin"},"impersonatedUser":{"username":"alice"},"objectRef":{"apiGroup":"apps","resource":"deployments","namespace":"shop","name":"web"},"responseStatus":{"code":201}},"#,
    r#"{"auditID":"3","verb":"list","requestURI":"/api/v1/nodes","user":{"username":"alice"},"objectRef":{"resource":"nodes"},"responseStatus":{"code":403}},"#,
    r#"{"auditID":"4","verb":"get","requestURI":"/version?timeout=32s","user":{"username":"alice","groups":["system:authenticated"]},"responseStatus":{"code":200}}]}"#,
    "\n",
);

fn folder() -> Folder {
    Folder::new()
        .file("rbac.yaml", RBAC)
        .file("audit.jsonl", EVENTS)
}

#[test]
fn audit_points_at_the_rule_and_names_who_holds_it() {
    let folder = folder();
    let run = folder.kpol(&["rbac", "audit", "rbac.yaml"]).expect(1);
    insta::assert_snapshot!("audit", run.stdout);
    let run = folder
        .kpol(&["rbac", "audit", "-f", "rbac.yaml", "-o", "json"])
        .expect(1);
    insta::assert_snapshot!("audit_json", run.stdout);
}

#[test]
fn audit_has_every_output() {
    let folder = folder();
    for format in [
        "stdout",
        "tap",
        "table",
        "junit",
        "github",
        "azuredevops",
        "sarif",
    ] {
        let run = folder.kpol(&["rbac", "audit", "rbac.yaml", "-o", format]);
        run.expect(1).says(&["allows to get, list secrets"]);
    }
}

#[test]
fn audit_leaves_checks_out() {
    let folder = folder();
    let skip = ["rbac", "audit", "rbac.yaml", "--skip", "rbac/secrets"];
    folder.kpol(&skip).expect(0);
    let severity = ["rbac", "audit", "rbac.yaml", "--severity", "high"];
    folder.kpol(&severity).expect(0);
    let unknown = ["rbac", "audit", "rbac.yaml", "--skip", "rbac/nothing"];
    folder
        .kpol(&unknown)
        .expect(2)
        .says(&["no check `rbac/nothing`"]);
}

#[test]
fn what_is_not_read_is_no_pass() {
    let folder = folder().file("bad.yaml", "a: [\n").file(
        "shape.yaml",
        RBAC.replace("verbs: [get, list]", "verbs: get"),
    );
    for command in [
        &["rbac", "audit", "bad.yaml"][..],
        &["rbac", "audit", "nowhere.yaml"],
        &["rbac", "audit"],
        &["rbac", "who-can", "get", "secrets", "-f", "bad.yaml"],
        &["rbac", "can", "user:alice", "-f", "bad.yaml"],
        &["rbac", "paths", "user:alice", "-f", "bad.yaml"],
        &[
            "rbac",
            "minimise",
            "--audit-log",
            "bad.yaml",
            "--user",
            "alice",
        ],
        &[
            "rbac",
            "minimise",
            "--audit-log",
            "audit.jsonl",
            "--user",
            "nobody",
        ],
        &[
            "rbac",
            "minimise",
            "--audit-log",
            "audit.jsonl",
            "--user",
            "group:x",
        ],
    ] {
        folder.kpol(command).expect(2);
    }
    let run = folder.kpol(&["rbac", "audit", "shape.yaml"]).expect(2);
    run.says(&["shape.yaml:7:", "Role shop/reader: `verbs` is no list"]);
}

#[test]
fn who_can_lists_subjects_with_their_places() {
    let folder = folder();
    let args = [
        "rbac",
        "who-can",
        "get",
        "secrets/db",
        "-n",
        "shop",
        "rbac.yaml",
    ];
    let run = folder.kpol(&args).expect(0);
    run.says(&[
        "may get secrets named db in namespace shop",
        "User alice",
        "RoleBinding shop/alice-reads (rbac.yaml:9) → Role reader, rule 1 (rbac.yaml:5)",
    ]);
    let other = [
        "rbac",
        "who-can",
        "get",
        "secrets",
        "-n",
        "other",
        "rbac.yaml",
    ];
    folder.kpol(&other).expect(0).says_nothing_of(&["alice"]);
    let all = ["rbac", "who-can", "get", "secrets", "-A", "rbac.yaml"];
    folder.kpol(&all).expect(0).says_nothing_of(&["alice"]);
    let any = [
        "rbac",
        "who-can",
        "get",
        "secrets",
        "rbac.yaml",
        "-o",
        "json",
    ];
    let value = folder.kpol(&any).expect(0).json();
    let alice = value["subjects"].as_array().unwrap().iter();
    let alice: Vec<&Value> = alice
        .filter(|one| one["subject"]["name"] == "alice")
        .collect();
    assert_eq!(alice[0]["binding"]["line"], 9);
    assert_eq!(alice[0]["everywhere"], false);
    // What Kubernetes grants by itself is known, and can be left out.
    folder
        .kpol(&["rbac", "who-can", "get", "/version", "rbac.yaml"])
        .expect(0)
        .says(&["Group system:unauthenticated", "(of Kubernetes)"]);
    folder
        .kpol(&[
            "rbac",
            "who-can",
            "get",
            "/version",
            "rbac.yaml",
            "--no-defaults",
        ])
        .expect(0)
        .says(&["nobody may get /version"]);
    folder
        .kpol(&["rbac", "who-can", "get", "gadgets", "rbac.yaml"])
        .expect(2)
        .says(&["gadgets.example.com"]);
}

#[test]
fn can_answers_and_lists() {
    let folder = folder();
    let yes = [
        "rbac",
        "can",
        "user:alice",
        "list",
        "secrets",
        "-n",
        "shop",
        "-f",
        "rbac.yaml",
    ];
    folder
        .kpol(&yes)
        .expect(0)
        .says(&["yes: User alice may list secrets in namespace shop"]);
    let no = [
        "rbac",
        "can",
        "user:alice",
        "delete",
        "secrets",
        "-n",
        "shop",
        "-f",
        "rbac.yaml",
    ];
    folder
        .kpol(&no)
        .expect(1)
        .says(&["no: User alice may not delete secrets"]);
    let master = [
        "rbac",
        "can",
        "user:x",
        "--group",
        "system:masters",
        "get",
        "nodes",
        "-f",
        "rbac.yaml",
    ];
    folder.kpol(&master).expect(0).says(&["system:masters"]);
    for output in ["text", "table", "json"] {
        let list = ["rbac", "can", "user:alice", "-f", "rbac.yaml", "-o", output];
        folder
            .kpol(&list)
            .expect(0)
            .says(&["secrets", "selfsubjectreviews"]);
    }
}

#[test]
fn paths_are_told_step_by_step() {
    let run = kpol(&[
        "rbac",
        "paths",
        "user:creates-pods",
        "--to",
        "cluster-admin",
        "-f",
        SEEDED,
    ]);
    insta::assert_snapshot!("paths", run.expect(1).stdout);
    let run = kpol(&["rbac", "paths", "user:looks", "-f", SEEDED]).expect(0);
    run.says(&["no path from User looks"]);
    let value = kpol(&["rbac", "paths", "user:executes", "-f", SEEDED, "-o", "json"])
        .expect(1)
        .json();
    assert_eq!(value["paths"][0]["steps"][0]["technique"], "pod-exec");
    assert_eq!(
        value["paths"][0]["steps"][0]["object"]["name"],
        "Deployment ci/runner"
    );
    assert_eq!(value["paths"][0]["cut"][0]["name"], "executes");
    kpol(&["rbac", "paths", "-f", SEEDED, "-o", "dot"])
        .expect(1)
        .says(&["digraph rbac"]);
}

/// `docs/rbac-paths.svg` is what the command draws.
#[test]
fn the_picture_of_the_book_is_drawn_by_the_command() {
    let drawn = kpol(&["rbac", "paths", "-f", SEEDED, "-o", "svg"])
        .expect(1)
        .stdout;
    let kept = std::fs::read_to_string(crate::support::repository().join("docs/rbac-paths.svg"));
    assert_eq!(
        kept.unwrap(),
        drawn,
        "write it anew: kpol rbac paths -f {SEEDED} -o svg"
    );
}

#[test]
fn minimise_proposes_what_was_seen() {
    let folder = folder();
    let args = [
        "rbac",
        "minimise",
        "--audit-log",
        "audit.jsonl",
        "--user",
        "alice",
        "-f",
        "rbac.yaml",
    ];
    let run = folder.kpol(&args).expect(0);
    insta::assert_snapshot!("minimise", run.stdout);
    // What is proposed is what the other commands read.
    let folder = folder.file("proposed.yaml", &run.stdout);
    let yes = [
        "rbac",
        "can",
        "user:alice",
        "get",
        "secrets/db",
        "-n",
        "shop",
        "-f",
        "proposed.yaml",
    ];
    folder.kpol(&yes).expect(0);
    let no = [
        "rbac",
        "can",
        "user:alice",
        "list",
        "secrets",
        "-n",
        "shop",
        "-f",
        "proposed.yaml",
    ];
    folder.kpol(&no).expect(1);
    let like = [
        "rbac",
        "minimise",
        "--audit-log",
        "audit.jsonl",
        "--user",
        "alice",
        "--audit2rbac",
        "-o",
        "json",
    ];
    let value = folder.kpol(&like).expect(0).json();
    let objects = value["objects"].as_array().unwrap();
    assert_eq!(objects[0]["kind"], "ClusterRole");
    assert_eq!(
        objects[0]["rules"][0]["verbs"],
        serde_json::json!(["get", "list", "watch"])
    );
}

#[test]
fn a_broken_audit_log_is_told_and_the_rest_is_read() {
    let folder = folder().file("audit.jsonl", format!("{{\"kind\":\"Pod\"}}\n{EVENTS}"));
    let args = [
        "rbac",
        "minimise",
        "--audit-log",
        "audit.jsonl",
        "--user",
        "alice",
    ];
    folder
        .kpol(&args)
        .expect(2)
        .says(&["event 1", "resourceNames: [db]"]);
}

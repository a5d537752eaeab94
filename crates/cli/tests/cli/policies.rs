//! Where findings of a user's own policies point: no policy helps in it.

use crate::support::{Folder, POD};

/// The file, line and column of a rule's one finding in `POD`.
#[track_caller]
fn place(body: &str) -> (u64, u64) {
    let policy = format!("package main\n\ndeny contains \"x\" if {{\n{body}\n}}\n");
    let folder = Folder::new()
        .file("policy/a.rego", policy)
        .file("pod.yaml", POD);
    let report = folder
        .kpol(&["test", "-o", "json", "pod.yaml"])
        .expect(1)
        .json();
    let failures = report[0]["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{report}");
    let location = &failures[0]["location"];
    assert_eq!(location["file"], "pod.yaml");
    (
        location["line"].as_u64().unwrap(),
        location["column"].as_u64().unwrap(),
    )
}

#[test]
fn findings_point_at_what_the_rule_went_through() {
    for (body, line, column) in [
        ("input.kind == \"Pod\"", 1, 1),
        (
            "some c in input.spec.containers\nc.image == \"nginx\"",
            8,
            7,
        ),
        ("some c in input.spec.containers\nnot c.resources", 7, 7),
        ("not input.metadata.labels", 3, 1),
        ("count(input.spec.containers) == 1", 6, 3),
        (
            "some c in [c | some c in input.spec.containers]\nc.image == \"nginx\"",
            8,
            7,
        ),
    ] {
        assert_eq!(place(body), (line, column), "{body}");
    }
}

#[test]
fn a_policy_that_was_compiled_before_gives_the_same() {
    let folder = Folder::with(
        "package main\n\n# METADATA\n# title: No pods\n# custom:\n#   id: x/pods\ndeny contains \"no pods\" if input.kind == \"Pod\"\n\nexception contains [\"y\"] if true\n",
    );
    let cache = folder.path("cache");
    let cache = cache.to_str().unwrap();
    let run = || folder.kpol_cached(&["test", "-p", "policies", "pod.yaml", "-o", "json"], cache);
    let first = run().expect(1);
    let second = run().expect(1).says(&["\"rule\": \"x/pods\""]);
    assert_eq!(first.stdout, second.stdout);
    // What is asked for is part of the entry's name.
    let args = ["test", "-p", "policies", "-n", "other", "pod.yaml"];
    folder.kpol_cached(&args, cache).expect(2);
}

//! What is written, and how.

use crate::support::{Folder, POD, kpol};

#[test]
fn text_of_two_bad_files() {
    for name in ["privileged", "default-deny"] {
        let file = format!("testdata/manifests/bad/{name}.yaml");
        let run = kpol(&["test", &file]).expect(1);
        assert_eq!(run.stderr, "");
        // Each rule of the library makes some more tests.
        insta::with_settings!({filters => vec![("[0-9]+ tests, [0-9]+ passed", "[n] tests, [n] passed")]}, {
            insta::assert_snapshot!(name, run.stdout);
        });
    }
}

#[test]
fn no_colours_in_a_pipe() {
    let folder = Folder::new()
        .file("pod.yaml", POD)
        .file("bad.yaml", "a: [\n");
    for args in [
        &["test", "pod.yaml", "bad.yaml"][..],
        &["eval", "x =="],
        &["test", "-p", "nowhere", "pod.yaml"],
        &["test", "--help"],
    ] {
        folder.kpol(args).says_nothing_of(&["\u{1b}"]);
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let args = ["test", "testdata/manifests", "-o", "json"];
    let first = kpol(&args).expect(1).stdout;
    for _ in 0..3 {
        assert_eq!(kpol(&args).expect(1).stdout, first);
    }
}

#[test]
fn json_of_findings_warnings_and_errors() {
    let folder = Folder::with(
        "package main\n
deny contains {\"msg\": msg, \"team\": \"web\"} if {
	some container in input.spec.containers
	container.image == \"nginx\"
	msg := \"<nginx> & co\"
}\n
warn contains \"careful\" if input.kind == \"Pod\"\n
deny_never contains \"x\" if input.kind == \"Nothing\"\n",
    )
    .file("bad.yaml", "a: [\n");
    let run = folder.kpol(&[
        "test", "-p", "policies", "-o", "json", "pod.yaml", "bad.yaml",
    ]);
    let run = run.expect(2);
    assert_eq!(run.stderr, "");
    insta::with_settings!({filters => vec![
        (r#""(endLine|endColumn)": [0-9]+"#, r#""$1": "[number]""#),
        ("[0-9a-f]{32}", "[fingerprint]"),
    ]}, {
        insta::assert_snapshot!("json", run.stdout);
    });
}

#[test]
fn json_where_all_is_well() {
    let folder = Folder::with("package main\n\ndeny contains \"x\" if input.kind == \"Nothing\"\n");
    let run = folder.kpol(&["test", "-p", "policies", "-o", "json", "pod.yaml"]);
    assert_eq!(
        run.expect(0).stdout,
        "[\n\t{\n\t\t\"filename\": \"pod.yaml\",\n\t\t\"namespace\": \"main\",\n\t\t\"successes\": 1\n\t}\n]\n"
    );
}

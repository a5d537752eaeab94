//! `kpol reformat`.

use crate::support::{Folder, POD, kpol};

#[test]
fn results_of_kpol_and_of_conftest() {
    let folder = Folder::new().file("pod.yaml", POD);
    let folder = folder.file(
        "policies/main.rego",
        "package main\n\ndeny contains \"bad\" if input.kind == \"Pod\"\n",
    );
    let json = folder.kpol(&["test", "-p", "policies", "-o", "json", "pod.yaml"]);
    let folder = folder.file("results.json", &json.expect(1).stdout);
    let table = folder.kpol(&["reformat", "results.json", "-o", "table"]);
    let table = table.expect(0).stdout;
    assert!(table.contains("pod.yaml:1:1 │ main.deny │ bad"), "{table}");
    let junit = kpol(&["reformat", "testdata/outputs/one.json", "--output", "junit"]);
    let junit = junit.expect(0).stdout;
    assert!(junit.contains("errors=\"0\""), "{junit}");
}

#[test]
fn what_is_no_report() {
    let folder = Folder::new()
        .file("empty.json", "")
        .file("text.json", "no json")
        .file("object.json", "{}");
    for file in ["empty.json", "text.json", "object.json"] {
        let run = folder.kpol(&["reformat", file, "-o", "table"]).expect(2);
        assert!(
            run.stderr.contains("failed to parse JSON input"),
            "{}",
            run.stderr
        );
    }
    let run = folder.kpol(&["reformat", "gone.json"]).expect(2);
    assert!(run.stderr.contains("gone.json"), "{}", run.stderr);
    let run = folder
        .kpol(&["reformat", "empty.json", "-o", "xml"])
        .expect(2);
    assert!(
        run.stderr.contains("unknown output format `xml`"),
        "{}",
        run.stderr
    );
}

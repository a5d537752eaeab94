//! `kpol verify` and `kpol explain`.

use serde_json::json;

use crate::support::{Folder, kpol};

const POLICY: &str = "\
package main

deny contains msg if {
	input.kind == \"Pod\"
	some c in input.spec.containers
	not startswith(c.image, \"registry.local/\")
	msg := sprintf(\"container %s\", [c.name])
}

unused if {
	input.kind == \"Service\"
	input.spec.type == \"LoadBalancer\"
}
";

const TESTS: &str = "\
package main_test

import data.main

pod(image) := {\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"a\", \"image\": image}]}}

test_refused if count(main.deny) == 1 with input as pod(\"nginx\")

test_cases[image] if {
	some image, expected in {\"nginx\": 1, \"registry.local/nginx\": 0}
	count(main.deny) == expected with input as pod(image)
}

todo_test_later if false
";

fn folder() -> Folder {
    Folder::with(POLICY).file("policies/main_test.rego", TESTS)
}

#[test]
fn tests_that_pass() {
    folder().kpol(&["verify", "policies"]).expect(0).says(&[
        "SKIP data.main_test.todo_test_later",
        "3 tests: 2 passed, 1 skipped",
    ]);
    let run = folder()
        .kpol(&["verify", "-p", "policies", "--quiet"])
        .expect(0);
    assert_eq!(run.all(), "");
}

#[test]
fn a_test_that_fails_says_why() {
    let failing = "package main_test\n\ntest_it if {\n\tx := {\"a\": {\"b\": 1}}\n\tx == {\"a\": {\"b\": 2}}\n}\n";
    let run = folder().file("policies/failing_test.rego", failing);
    run.kpol(&["verify", "policies"]).expect(1).says(&[
        "FAIL data.main_test.test_it",
        "failing_test.rego:5:2",
        "at .a.b: left 1, right 2",
    ]);
    let json = run
        .kpol(&["verify", "policies", "-o", "json", "--run", "test_it"])
        .expect(1)
        .json();
    assert_eq!(json[0]["outcome"], "failed");
    assert_eq!(json[0]["reasons"][0]["line"], 5);
    let difference = &json[0]["reasons"][0]["differences"][0];
    assert_eq!(
        *difference,
        json!({"path": ".a.b", "left": "1", "right": "2"})
    );
    run.kpol(&["verify", "policies", "-o", "tap"])
        .expect(1)
        .says(&["1..4", "not ok", "todo_test_later # SKIP"]);
    run.kpol(&["verify", "policies", "-o", "junit"])
        .expect(1)
        .says(&["<testsuite name=\"data.main_test\" tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\""]);
}

#[test]
fn cases_are_told_by_name() {
    let failing = "package main_test\n\ntest_kinds[k] if {\n\tsome k, v in {\"a\": 1, \"b\": 2}\n\tv == 1\n}\n";
    folder()
        .file("policies/failing_test.rego", failing)
        .kpol(&["verify", "policies"])
        .expect(1)
        .says(&["  PASS a", "  FAIL b"]);
}

#[test]
fn tests_are_chosen_by_name_and_package() {
    for (args, says) in [
        (["--run", "test_refused$"], "1 test: 1 passed"),
        (["-n", "main_*"], "3 tests: 2 passed"),
    ] {
        let args = [&["verify", "policies"], &args[..]].concat();
        folder().kpol(&args).expect(0).says(&[says]);
    }
    folder()
        .kpol(&["verify", "policies", "-n", "other"])
        .expect(2)
        .says(&["no test ran"]);
    folder()
        .kpol(&["verify", "policies", "--run", "("])
        .expect(2)
        .says(&["--run"]);
    Folder::with(POLICY)
        .kpol(&["verify", "policies"])
        .expect(2)
        .says(&["no test ran: the policies have none"]);
}

#[test]
fn errors_have_code_2() {
    let error = "package main_test\n\ntest_two := 1\n\ntest_conflict := x if some x in [1, 2]\n";
    folder()
        .file("policies/error_test.rego", error)
        .kpol(&["verify", "policies"])
        .expect(2)
        .says(&["ERROR data.main_test.test_conflict", "eval_conflict_error"]);
    let builtin = "package main_test\n\ntest_builtin if not to_number(\"a\")\n";
    let run = folder().file("policies/builtin_test.rego", builtin);
    run.kpol(&["verify", "policies"]).expect(0);
    run.kpol(&["verify", "policies", "--show-builtin-errors"])
        .expect(2)
        .says(&["to_number"]);
}

#[test]
fn coverage_counts_lines_as_opa_does() {
    // The numbers of `opa test --coverage`.
    let json = folder()
        .kpol(&["verify", "policies", "--coverage", "-o", "json"])
        .expect(0)
        .json();
    let main = &json["files"]["policies/main.rego"];
    assert_eq!(
        (&main["covered_lines"], &main["not_covered_lines"]),
        (&json!(5), &json!(3))
    );
    folder()
        .kpol(&["verify", "policies", "--coverage"])
        .expect(0)
        .says(&["not covered: 10-12"]);
    folder()
        .kpol(&["verify", "policies", "--coverage-threshold", "50"])
        .expect(0);
    folder()
        .kpol(&["verify", "policies", "--coverage-threshold", "100"])
        .expect(1)
        .says(&["less than 100%"]);
    folder()
        .kpol(&["verify", "policies", "--coverage", "-o", "lcov"])
        .expect(0)
        .says(&[
            "SF:policies/main.rego\nDA:3,1\n",
            "DA:11,0\n",
            "end_of_record",
        ]);
}

#[test]
fn the_built_in_policies_pass_their_tests() {
    kpol(&["verify", "policies"])
        .expect(0)
        .says_nothing_of(&["FAIL"]);
}

#[test]
fn explain_points_into_policy_and_document() {
    let folder = folder();
    folder
        .kpol(&["explain", "pod.yaml", "deny", "-p", "policies"])
        .expect(0)
        .says(&[
            "data.main.deny = {\"container app\"}",
            "c.image is \"nginx\"  (pod.yaml:8)",
        ]);
    folder
        .kpol(&[
            "explain",
            "pod.yaml",
            "data.main.unused",
            "-p",
            "policies",
            "--brief",
        ])
        .expect(0)
        .says(&[
            "policies/main.rego:11:2",
            "::: pod.yaml:2:1",
            "`input.kind`",
        ])
        .says_nothing_of(&["✗"]);
    let json = folder
        .kpol(&[
            "explain",
            "pod.yaml",
            "main/unused",
            "-p",
            "policies",
            "-o",
            "json",
        ])
        .expect(0)
        .json();
    let condition = &json["rule"]["clauses"][0]["branches"][0]["condition"];
    assert_eq!(condition["reads"][0]["input"]["line"], 2);
}

#[test]
fn explain_asks_which_document_and_rule() {
    let folder = folder().file(
        "two.yaml",
        "kind: Pod\nmetadata: {name: a}\n---\nkind: Service\n",
    );
    let args = ["explain", "two.yaml", "deny", "-p", "policies"];
    folder
        .kpol(&args)
        .expect(2)
        .says(&["--kind", "0: Pod a, 1: Service"]);
    for more in [["--kind", "Pod"], ["--name", "a"], ["--index", "0"]] {
        folder
            .kpol(&[&args[..], &more].concat())
            .expect(0)
            .says(&["two.yaml: Pod a"]);
    }
    folder
        .kpol(&[&args[..], &["--name", "b"]].concat())
        .expect(2);
    folder
        .kpol(&["explain", "pod.yaml", "other.deny", "-p", "policies"])
        .expect(2)
        .says(&["there is no rule `other.deny`", "data.main.deny"]);
}

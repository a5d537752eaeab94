//! Limits end the check of a document, and nothing else.

use crate::support::{Folder, POD, Run};

/// A file whose check hits a limit, beside one that fails a policy: both are in the report.
#[track_caller]
fn beside_a_pod(policy: &str, options: &[&str]) -> Run {
    let folder = Folder::with(policy).file("heavy.yaml", "kind: Heavy\n");
    let mut args = vec!["test", "-p", "policies", "heavy.yaml", "pod.yaml"];
    args.extend(options);
    folder.kpol(&args).expect(2).says(&[
        "--> heavy.yaml:1:1",
        "failure[main.deny]: a pod",
        "--> pod.yaml:1:1",
        "1 error\n",
    ])
}

#[test]
fn a_huge_cross_product_stops_at_the_timeout() {
    let policy = "package main\n
deny contains \"never\" if {
	input.kind == \"Heavy\"
	some a in numbers.range(1, 20000)
	some b in numbers.range(1, 20000)
	some c in numbers.range(1, 20000)
	(a + b) + c == -1
}\n
deny contains \"a pod\" if input.kind == \"Pod\"\n";
    beside_a_pod(policy, &["--timeout", "200ms"]).says(&[
        "error[eval_timeout_error]: `data.main.deny` could not be evaluated: the time limit of 200ms is exceeded",
        "help: `--timeout` allows a document more time",
    ]);
}

#[test]
fn what_grows_stops_at_the_memory_limit() {
    for huge in [
        "count({[a, b] | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000)})",
        "count([[a, b] | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000)])",
        "count({a: b | some a in numbers.range(1, 9000000); b := a})",
        "count(numbers.range(1, 100000000))",
        "count(concat(\"x\", [\"a\" | numbers.range(1, 9000000)[_]]))",
    ] {
        let policy = format!(
            "package main\n
deny contains \"never\" if {{
	input.kind == \"Heavy\"
	{huge} == 1
}}\n
deny contains \"a pod\" if input.kind == \"Pod\"\n"
        );
        beside_a_pod(&policy, &["--max-memory", "32Mi"]).says(&[
            "error[eval_memory_error]: `data.main.deny` could not be evaluated: the memory limit is exceeded",
            "help: `--max-memory` allows a document more memory",
        ]);
    }
}

#[test]
fn eval_has_the_same_limits() {
    let folder = Folder::new();
    let loops = "some a in numbers.range(1, 20000); some b in numbers.range(1, 20000); some c in numbers.range(1, 20000); (a + b) + c == -1";
    folder
        .kpol(&["eval", "--timeout", "200ms", loops])
        .expect(2)
        .says(&["eval_timeout_error", "200ms"]);
    folder
        .kpol(&[
            "eval",
            "--max-memory",
            "32Mi",
            "count(numbers.range(1, 100000000))",
        ])
        .expect(2)
        .says(&["eval_memory_error"]);
}

#[test]
fn nesting_of_10_000_levels_is_an_error() {
    const DEPTH: usize = 10_000;
    let indented: String = (0..DEPTH)
        .map(|at| format!("{}a:\n", " ".repeat(at)))
        .collect();
    let (open, close) = ("[".repeat(DEPTH), "]".repeat(DEPTH));
    for (name, text) in [
        ("deep.json", format!("{open}{close}")),
        (
            "deep.json",
            format!("{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH)),
        ),
        // Not closed: the depth is found out before the end.
        ("deep.json", open.clone()),
        ("deep.yaml", format!("a: {open}{close}\n")),
        ("deep.yaml", format!("a: {open}")),
        ("deep.yaml", "{a: ".repeat(DEPTH) + &"}".repeat(DEPTH)),
        ("deep.yaml", "- ".repeat(DEPTH) + "x\n"),
        ("deep.yaml", indented),
    ] {
        let folder = Folder::new()
            .file("policies/main.rego", crate::support::NO_PODS)
            .file(name, &text)
            .file("pod.yaml", POD);
        folder
            .kpol(&["test", "-p", "policies", name, "pod.yaml"])
            .expect(2)
            .says(&[
                "nested deeper than 500 levels",
                &format!("--> {name}:"),
                "failure[main.deny]: no pods",
            ]);
    }
}

#[test]
fn aliases_that_grow_without_bound_are_an_error() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..10 {
        let before = format!("*a{}, ", at - 1).repeat(10);
        text.push_str(&format!("a{at}: &a{at} [{before}]\n"));
    }
    let folder = Folder::with(crate::support::NO_PODS).file("laughs.yaml", text);
    folder
        .kpol(&["test", "-p", "policies", "laughs.yaml", "pod.yaml"])
        .expect(2)
        .says(&[
            "input_limit_error",
            "--> laughs.yaml:",
            "failure[main.deny]: no pods",
        ]);
}

#[test]
fn nesting_of_policies_and_queries_is_an_error_too() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let folder = Folder::with(&format!(
        "package main\n\nx := {deep}\n\ndeny contains \"x\" if x\n"
    ));
    folder
        .kpol(&["test", "-p", "policies", "pod.yaml"])
        .expect(2)
        .says(&["--> policies/main.rego:3:"]);
    folder.kpol(&["eval", &deep]).expect(2);
}

/// Enough documents for several workers: one that hits a limit costs no other its findings.
#[test]
fn one_of_many_documents_hits_a_limit() {
    let policy = "package main\n
deny contains \"never\" if {
	input.kind == \"Heavy\"
	count(numbers.range(1, 100000000)) == 1
}\n
deny contains \"a pod\" if input.kind == \"Pod\"\n";
    let documents: Vec<&str> = (0..40)
        .map(|at| {
            if at == 7 {
                "kind: Heavy\n"
            } else {
                "kind: Pod\n"
            }
        })
        .collect();
    let folder = Folder::with(policy).file("many.yaml", documents.join("---\n"));
    folder
        .kpol(&[
            "test",
            "-p",
            "policies",
            "--max-memory",
            "32Mi",
            "many.yaml",
        ])
        .expect(2)
        .says(&["--> many.yaml:15:1", "39 failures, 0 exceptions, 1 error\n"]);
}

#[test]
fn input_and_data_count_as_memory() {
    let entries: String = (0..100_000)
        .map(|at| format!("  key{at}: {}\n", "v".repeat(100)))
        .collect();
    let folder =
        Folder::with(crate::support::NO_PODS).file("large.yaml", format!("large:\n{entries}"));
    let limit = ["test", "-p", "policies", "--max-memory", "8Mi", "pod.yaml"];
    folder.kpol(&limit).expect(1);
    folder
        .kpol(&[&limit[..], &["large.yaml"]].concat())
        .expect(2)
        .says(&[
            "eval_memory_error",
            "--> large.yaml:1:1",
            "failure[main.deny]: no pods",
        ]);
    folder
        .kpol(&[&limit[..], &["-d", "large.yaml"]].concat())
        .expect(2)
        .says(&["eval_memory_error", "help: `--max-memory`"]);
}

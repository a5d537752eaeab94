//! Explanations of small policies, as text and as JSON.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::time::Duration;

use kpol_builtins::{Options, Standard};
use kpol_compiler::compile;
use kpol_compiler::hir::Program;
use kpol_compiler::resolve;
use kpol_diagnostics::SourceMap;
use kpol_explain::{Error, Explanation, Inputs, reasons, text};
use kpol_input::Format;
use kpol_syntax::ast::RegoVersion;

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: app
      image: registry.local/app:1
      securityContext: {runAsNonRoot: true}
    - name: sidecar
      image: docker.io/sidecar
";

struct Run {
    sources: SourceMap,
    result: Result<Explanation, Error>,
    value: Result<Option<String>, Error>,
}

fn check(sources: &mut SourceMap, policy: &str) -> Program {
    let source = sources.add("policy.rego", policy);
    let (module, errors) = kpol_syntax::parse_module(source, policy, RegoVersion::V1);
    assert!(errors.is_empty(), "{errors:?}");
    compile::check(&[module.unwrap()], &[], &resolve::Options::default()).unwrap()
}

fn run_with(policy: &str, rule: &str, timeout: Duration, memory: u64) -> Run {
    let mut sources = SourceMap::new();
    let program = check(&mut sources, policy);
    let source = sources.add("pod.yaml", POD);
    let documents = kpol_input::read(
        &sources,
        source,
        Format::Yaml,
        &kpol_input::Options::verbatim(),
    )
    .unwrap();
    let builtins = Standard::new(Options::default());
    let inputs = Inputs {
        input: documents.first(),
        data: "{\"limits\": {\"max\": 3}}",
        builtins: &builtins,
        now_ns: 0,
        seed: 1,
        timeout,
        memory,
        strict: false,
    };
    let path: Vec<String> = rule.split('.').map(str::to_owned).collect();
    let result = kpol_explain::explain(&program, &path, &inputs, &sources);
    let value = kpol_explain::evaluate(&program, &path, &inputs);
    Run {
        result,
        value,
        sources,
    }
}

fn run(policy: &str, rule: &str) -> Run {
    run_with(policy, rule, Duration::from_secs(10), 64 << 20)
}

fn told(policy: &str, rule: &str) -> String {
    let run = run(policy, rule);
    let options = text::Options {
        colour: false,
        tree: true,
    };
    text::render(&run.result.unwrap(), &run.sources, options)
}

const CONTAINERS: &str = "\
package main

deny contains msg if {
	input.kind == \"Pod\"
	some i, c in input.spec.containers
	not trusted(c.image)
	msg := sprintf(\"container %d: %s\", [i, c.name])
}

trusted(image) if startswith(image, \"registry.local/\")

trusted(image) if image == \"scratch\"

root contains c.name if {
	some c in input.spec.containers
	not c.securityContext.runAsNonRoot
}

default small := false

small if count(input.spec.containers) < data.limits.max

service if {
	input.kind == \"Service\"
	input.spec.type == \"LoadBalancer\"
}

public if {
	service
	every c in input.spec.containers {
		c.image
	}
}

all_secure if every c in input.spec.containers {
	c.securityContext.runAsNonRoot == true
}

expected if input.metadata == {\"name\": \"other\", \"labels\": {\"a\": 1}}

names := {c.name | some c in input.spec.containers}

wrong_names if names == {\"app\", \"web\"}

as_service if service with input.kind as \"Service\"

broken if to_number(input.kind) > 1

two := 1 if input.kind

two := 2 if input.kind
";

#[test]
fn a_rule_that_holds_for_one_of_two() {
    insta::assert_snapshot!(told(CONTAINERS, "main.deny"));
}

#[test]
fn a_negated_ref_that_is_missing() {
    insta::assert_snapshot!(told(CONTAINERS, "main.root"));
}

#[test]
fn a_rule_that_needs_another_one() {
    insta::assert_snapshot!(told(CONTAINERS, "main.public"));
}

#[test]
fn an_item_for_which_every_fails() {
    insta::assert_snapshot!(told(CONTAINERS, "main.all_secure"));
}

#[test]
fn in_what_objects_and_sets_differ() {
    insta::assert_snapshot!(told(CONTAINERS, "main.expected"));
    insta::assert_snapshot!(told(CONTAINERS, "main.wrong_names"));
}

#[test]
fn a_with_and_a_builtin_that_fails() {
    insta::assert_snapshot!(told(CONTAINERS, "main.as_service"));
    insta::assert_snapshot!(told(CONTAINERS, "main.broken"));
}

#[test]
fn as_json() {
    let run = run(CONTAINERS, "main.service");
    insta::assert_snapshot!(serde_json::to_string_pretty(&run.result.unwrap()).unwrap());
}

#[test]
fn values() {
    for (rule, value) in [
        ("main.small", "true"),
        ("main.names", "[\"app\",\"sidecar\"]"),
        ("main.root", "[\"sidecar\"]"),
        ("data_that_is_not_there", ""),
        ("limits.max", "3"),
    ] {
        let run = run(CONTAINERS, rule);
        assert_eq!(run.value.unwrap().unwrap_or_default(), value, "{rule}");
    }
}

#[test]
fn conflicts_are_told_with_what_led_there() {
    let run = run(CONTAINERS, "main.two");
    let explanation = run.result.unwrap();
    let error = explanation.error.unwrap();
    assert_eq!(error.code, "eval_conflict_error");
    assert_eq!(explanation.rule.clauses.len(), 2);
    assert_eq!(run.value.unwrap_err().code(), "eval_conflict_error");
}

#[test]
fn rules_that_there_are_not_are_refused() {
    for rule in ["main.none", "main.trusted", "main"] {
        let error = run(CONTAINERS, rule).result.unwrap_err();
        assert_eq!(error.code(), "no-such-rule", "{rule}");
    }
}

#[test]
fn reasons_follow_the_rules_that_a_rule_needs() {
    let run = run(CONTAINERS, "main.public");
    let explanation = run.result.unwrap();
    let reasons = reasons(&explanation.rule);
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0].condition.text, "input.kind == \"Service\"");
    let rules: Vec<&str> = reasons[0]
        .rules
        .iter()
        .map(|rule| rule.name.as_str())
        .collect();
    assert_eq!(rules, ["data.main.public", "data.main.service"]);
}

#[test]
fn what_takes_too_long_or_too_much_ends() {
    let policy = "package main\n\nlong contains [a, b, c] if {\n\
        some a in numbers.range(1, 3000)\n some b in numbers.range(1, 3000)\n some c in numbers.range(1, 3000)\n}\n";
    let run = run_with(policy, "main.long", Duration::from_millis(50), 16 << 20);
    assert_eq!(run.value.unwrap_err().code(), "eval_limit");
    let explanation = run.result.unwrap();
    assert_eq!(explanation.error.unwrap().code, "eval_limit");
}

#[test]
fn long_chains_of_rules_do_not_overflow_the_stack() {
    let mut policy = String::from("package main\n\nr0 if input.kind == \"Service\"\n");
    for n in 1..1500 {
        policy.push_str(&format!("\nr{n} if r{}\n", n - 1));
    }
    let run = run(&policy, "main.r1499");
    let explanation = run.result.unwrap();
    assert!(explanation.rule.value.is_none());
    let options = text::Options {
        colour: false,
        tree: true,
    };
    assert!(text::render(&explanation, &run.sources, options).contains("data.main.r1499"));
}

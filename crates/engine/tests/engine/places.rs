//! Where in the input a result belongs.

use kpol_engine::Limits;
use kpol_input::Format;

use crate::support::{document, load};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: p
  labels:
    app: x
spec:
  hostNetwork: true
  containers:
    - name: a
      image: nginx
    - name: b
      image: nginx:latest
      securityContext:
        privileged: true
";

/// (body of `deny contains msg if`, messages with their places)
const CASES: &[(&str, &[(&str, &str)])] = &[
    ("msg := \"always\"", &[("always", "")]),
    (
        "input.spec.hostNetwork\nmsg := \"host\"",
        &[("host", "spec.hostNetwork")],
    ),
    ("input.kind == \"Pod\"\nmsg := \"pod\"", &[("pod", "")]),
    (
        "some c in input.spec.containers\nendswith(c.image, \":latest\")\nmsg := sprintf(\"%s\", [c.image])",
        &[("nginx:latest", "spec.containers[1].image")],
    ),
    (
        "some c in input.spec.containers\nnot c.securityContext\nmsg := sprintf(\"%s\", [c.name])",
        &[("a", "spec.containers[0]")],
    ),
    (
        "some c in input.spec.containers\nc.securityContext.privileged\nmsg := \"privileged\"",
        &[(
            "privileged",
            "spec.containers[1].securityContext.privileged",
        )],
    ),
    (
        "not input.spec.securityContext.runAsNonRoot\nmsg := \"root\"",
        &[("root", "spec")],
    ),
    (
        "not input.metadata.labels.owner\nmsg := \"owner\"",
        &[("owner", "metadata.labels")],
    ),
    (
        "some i\ninput.spec.containers[i].image == \"nginx\"\nmsg := \"tag\"",
        &[("tag", "spec.containers[0].image")],
    ),
    (
        "some k, v in input.metadata.labels\nmsg := sprintf(\"%s=%s\", [k, v])",
        &[("app=x", "metadata.labels.app")],
    ),
    // Copies of objects, and names of objects, stand for what they come from.
    (
        "some c in [object.union(c, {\"x\": 1}) | some c in input.spec.containers]\nnot c.securityContext\nmsg := \"copy\"",
        &[("copy", "spec.containers[0]")],
    ),
    (
        "some c in {object.remove(c, [\"image\"]) | some c in input.spec.containers}\nc.securityContext.privileged\nmsg := \"less\"",
        &[("less", "spec.containers[1].securityContext.privileged")],
    ),
    (
        "some name in {c.name | some c in input.spec.containers; not c.securityContext}\nmsg := sprintf(\"%s\", [name])",
        &[("a", "spec.containers[0]")],
    ),
    // What a helper yields has the place of what the helper looked at, also through several of them.
    (
        "general[{\"msg\": msg, \"field\": \"containers\"}]\n}\n\ngeneral contains {\"msg\": msg, \"field\": field} if {\nsome field in [\"containers\", \"x\"]\nsome c in input.spec[field]\nnot c.securityContext\nmsg := sprintf(\"no context: %s\", [c.name])",
        &[("no context: a", "spec.containers[0]")],
    ),
    (
        "some [_, msg] in outer\n}\n\nouter contains [1, one.msg] if some one in inner\n\ninner contains {\"msg\": \"deep\"} if {\nsome c in input.spec.containers\nc.securityContext.privileged",
        &[("deep", "spec.containers[1].securityContext.privileged")],
    ),
];

#[test]
fn places_of_messages() {
    let pod = document(Format::Yaml, POD);
    let mut wrong = Vec::new();
    for (body, expected) in CASES {
        let policy = load(
            &format!("package t\ndeny contains msg if {{\n{body}\n}}"),
            &["t/deny"],
        );
        let mut evaluator = policy.evaluator(Limits::default()).unwrap();
        evaluator.set_input(&pod).unwrap();
        let entry = policy.entrypoints().next().unwrap().0;
        let yields = evaluator.evaluate(entry).unwrap().yields().unwrap();
        let found: Vec<(String, String)> = yields
            .iter()
            .flat_map(|y| {
                y.places(&pod)
                    .into_iter()
                    .map(|node| (y.json.clone(), pod.path(node).to_string()))
            })
            .collect();
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(msg, path)| (format!("\"{msg}\""), (*path).to_owned()))
            .collect();
        if found != expected {
            wrong.push(format!("{body}\n{found:?}, not {expected:?}\n{yields:?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn traces_name_the_rule_and_its_line() {
    let policy = load(
        "package t\n\ndeny contains \"x\" if input.spec\n\ndeny contains \"x\" if input.kind",
        &["t/deny"],
    );
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    evaluator.set_input(&document(Format::Yaml, POD)).unwrap();
    let entry = policy.entrypoints().next().unwrap().0;
    let yields = evaluator.evaluate(entry).unwrap().yields().unwrap();
    assert_eq!(yields.len(), 1);
    let lines: Vec<_> = yields[0]
        .traces
        .iter()
        .map(|t| (t.rule.as_str(), t.site.line))
        .collect();
    // A value that the set has already is not yielded again.
    assert_eq!(lines, [("data.t.deny", 3)]);
}

#[test]
fn another_entrypoints_records_are_not_mixed_in() {
    let rego = "package t\ndeny contains \"x\" if input.spec\nwarn contains \"x\" if input.metadata.labels.app";
    let policy = load(rego, &["t/deny", "t/warn"]);
    let mut evaluator = policy.evaluator(Limits::default()).unwrap();
    evaluator.set_input(&document(Format::Yaml, POD)).unwrap();
    for name in ["data.t.warn", "data.t.deny", "data.t.warn"] {
        let entry = policy.entrypoint(name).unwrap();
        let yields = evaluator.evaluate(entry).unwrap().yields().unwrap();
        let rules: Vec<_> = yields[0].traces.iter().map(|t| t.rule.as_str()).collect();
        assert_eq!(rules, [name]);
    }
}

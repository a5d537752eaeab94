//! Policies: what is a violation, and what is said about it.

#![allow(clippy::expect_used, clippy::panic)]

use kpol_cel::{Admission, FailurePolicy, Policy, PolicySource, Request, ValidationSource, Value};

fn yaml(text: &str) -> Value {
    let mut sources = kpol_diagnostics::SourceMap::new();
    let documents = kpol_input::read_str(&mut sources, "test.yaml", text, kpol_input::Format::Yaml);
    let documents = documents.expect("it is YAML");
    let document = documents.first().expect("there is one");
    Value::of(document, document.root())
}

fn pod() -> Request {
    Request {
        object: Some(yaml(
            "{kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {replicas: 3}}",
        )),
        request: Some(yaml(
            "{kind: {kind: Pod, version: v1, group: ''}, name: web, namespace: shop, operation: ''}",
        )),
        namespace: Some(yaml(
            "{kind: Namespace, metadata: {name: shop, labels: {team: a}, managedFields: [1]}}",
        )),
        old_object: None,
    }
}

fn constraint() -> Value {
    yaml("{kind: Limits, metadata: {name: most}, spec: {parameters: {most: 2, names: [a, b]}}}")
}

/// One validation, with variables.
fn check(expression: &str, message: &str, message_expression: &str) -> Vec<String> {
    violations(
        pod(),
        FailurePolicy::Fail,
        &[],
        &[],
        expression,
        message,
        message_expression,
    )
}

fn violations(
    request: Request,
    failure_policy: FailurePolicy,
    variables: &[(&str, &str)],
    match_conditions: &[&str],
    expression: &str,
    message: &str,
    message_expression: &str,
) -> Vec<String> {
    let source = PolicySource {
        variables: variables.to_vec(),
        match_conditions: match_conditions.to_vec(),
        validations: vec![ValidationSource {
            expression,
            message,
            message_expression,
        }],
        failure_policy,
    };
    let policy = Policy::compile(&source).unwrap_or_else(|e| panic!("{}", e[0]));
    policy.violations(&Admission::new(request), &constraint())
}

#[test]
fn messages_come_from_the_expression_then_the_text_then_the_validation() {
    let wrong = "variables.anyObject.spec.replicas <= variables.params.most";
    let table = [
        (
            wrong,
            "too many",
            "'more than ' + string(variables.params.most)",
            "more than 2",
        ),
        (wrong, "  too many\n", "", "too many"),
        (
            wrong,
            "",
            "",
            "failed expression: variables.anyObject.spec.replicas <= variables.params.most",
        ),
        (wrong, "too many", "'  '", "too many"),
        (wrong, "too many", "'two\\nlines'", "too many"),
        (wrong, "too many", "1", "too many"),
        (wrong, "too many", "object.none", "too many"),
        (wrong, "too many", "' trimmed '", "trimmed"),
    ];
    for (expression, message, made, expected) in table {
        assert_eq!(
            check(expression, message, made),
            [expected],
            "{message} {made}"
        );
    }
    let long = format!("'{}'", "a".repeat(6000));
    assert_eq!(check(wrong, "too many", &long), ["too many"]);
    assert_eq!(
        check("object.spec.replicas == 3", "too many", ""),
        [] as [&str; 0]
    );
}

#[test]
fn an_expression_without_a_value_is_a_violation_or_ignored() {
    let run = |policy, expression| violations(pod(), policy, &[], &[], expression, "m", "");
    let error = "expression 'object.none' resulted in error: no such key: none";
    assert_eq!(run(FailurePolicy::Fail, "object.none"), [error]);
    assert_eq!(run(FailurePolicy::Ignore, "object.none"), [] as [&str; 0]);
    let error = "expression 'object.spec' resulted in error: must evaluate to bool but got map";
    assert_eq!(run(FailurePolicy::Fail, "object.spec"), [error]);
    assert_eq!(run(FailurePolicy::Ignore, "false"), ["m"]);
    let slow = "lists.range(100000).all(x, lists.range(100000).all(y, true))";
    let error = "validation failed due to running out of cost budget, no further validation rules will be run";
    assert_eq!(run(FailurePolicy::Fail, slow), [error]);
    assert_eq!(run(FailurePolicy::Ignore, slow), [] as [&str; 0]);
}

#[test]
fn variables_are_evaluated_when_they_are_used() {
    let run = |variables: &[(&str, &str)], expression| {
        violations(
            pod(),
            FailurePolicy::Fail,
            variables,
            &[],
            expression,
            "m",
            "",
        )
    };
    let chain = [("a", "object.spec.replicas"), ("b", "variables.a + 1")];
    assert_eq!(run(&chain, "variables.b == 4"), [] as [&str; 0]);
    let bad = [("bad", "object.none"), ("worse", "variables.bad == 1")];
    assert_eq!(run(&bad, "true"), [] as [&str; 0]);
    assert_eq!(run(&bad, "true || variables.worse"), [] as [&str; 0]);
    assert_eq!(
        run(&bad, "variables.worse"),
        [
            "expression 'variables.worse' resulted in error: composited variable \"worse\" fails to evaluate: \
          composited variable \"bad\" fails to evaluate: no such key: none"
        ],
    );
    let whole = [("whole", "params.metadata.name")];
    assert_eq!(run(&whole, "variables.whole == 'most'"), [] as [&str; 0]);
    // As deep as a policy can be.
    let names: Vec<String> = (0..2000).map(|n| format!("v{n}")).collect();
    let texts: Vec<String> = (0..2000)
        .map(|n| {
            if n == 0 {
                "1".to_owned()
            } else {
                format!("variables.v{} + 1", n - 1)
            }
        })
        .collect();
    let chain: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    assert_eq!(run(&chain, "variables.v1999 == 2000"), [] as [&str; 0]);
}

#[test]
fn conditions_decide_whether_a_policy_applies() {
    let run =
        |policy, conditions: &[&str]| violations(pod(), policy, &[], conditions, "false", "m", "");
    let none: [&str; 0] = [];
    assert_eq!(run(FailurePolicy::Fail, &["object.kind == 'Pod'"]), ["m"]);
    assert_eq!(run(FailurePolicy::Fail, &["object.kind == 'Job'"]), none);
    assert_eq!(run(FailurePolicy::Fail, &["object.none", "false"]), none);
    let error = "expression 'object.none' resulted in error: no such key: none";
    assert_eq!(run(FailurePolicy::Fail, &["object.none", "true"]), [error]);
    assert_eq!(run(FailurePolicy::Ignore, &["object.none", "true"]), none);
    // They do not see the namespace.
    assert_eq!(
        run(FailurePolicy::Fail, &["namespaceObject == null"]),
        ["m"]
    );
}

#[test]
fn a_request_has_the_fields_of_kubernetes_own_type() {
    let holds = [
        "object.kind == 'Pod' && oldObject == null",
        "request.kind.kind == 'Pod' && request.kind.group == '' && request.requestKind.version == 'v1'",
        "request.name == 'web' && request.namespace == 'shop' && request.operation == ''",
        "has(request.operation) && !has(request.subResource) && !request.dryRun",
        "request.resource.resource == '' && request.userInfo == {}",
        "namespaceObject.metadata.labels.team == 'a' && !has(namespaceObject.spec.finalizers)",
        "!has(namespaceObject.metadata.managedFields)",
        "variables.anyObject == object && variables.params.names == ['a', 'b']",
    ];
    for expression in holds {
        assert_eq!(check(expression, "m", ""), [] as [&str; 0], "{expression}");
    }
    let request = Request {
        object: Some(yaml("{kind: Pod}")),
        old_object: Some(yaml("{kind: Old}")),
        request: Some(yaml(
            "{operation: DELETE, userInfo: {username: eve}, dryRun: true, subResource: scale}",
        )),
        namespace: None,
    };
    for expression in [
        "object == null && oldObject.kind == 'Old' && variables.anyObject.kind == 'Old'",
        "namespaceObject == null && request.userInfo.username == 'eve' && request.dryRun",
        "request.subResource == 'scale' && request.requestSubResource == 'scale'",
    ] {
        let found = violations(
            request.clone(),
            FailurePolicy::Fail,
            &[],
            &[],
            expression,
            "m",
            "",
        );
        assert_eq!(found, [] as [&str; 0], "{expression}");
    }
}

#[test]
fn everything_that_does_not_compile_is_told() {
    let source = PolicySource {
        variables: vec![
            ("a", "nothing"),
            ("params", "1"),
            ("b", "variables.a"),
            ("b", "2"),
            ("c", "variables.d"),
        ],
        match_conditions: vec!["frob()"],
        validations: vec![
            ValidationSource {
                expression: "params.x",
                message: "",
                message_expression: "variables.z",
            },
            ValidationSource {
                expression: "object.x ==",
                message: "",
                message_expression: "",
            },
        ],
        failure_policy: FailurePolicy::Ignore,
    };
    let errors = Policy::compile(&source).expect_err("nothing of it is right");
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors
            .iter()
            .map(|e| e.split(" extraneous").next().unwrap_or(e))
            .map(|e| e.split(" mismatched").next().unwrap_or(e))
            .collect::<Vec<_>>(),
        [
            "variables[0].expression: 'nothing': 1:1: undeclared reference to 'nothing' (in container '')",
            "variables[4].expression: 'variables.d': 1:10: undefined field 'd'",
            "matchCondition[0].expression: 'frob()': 1:5: undeclared reference to 'frob' (in container '')",
            "validations[0].expression: 'params.x': 1:1: undeclared reference to 'params' (in container '')",
            "validations[0].messageExpression: 'variables.z': 1:10: undefined field 'z'",
            "validations[1].expression: 'object.x ==': 1:12: Syntax error:",
            "variables[1].expression: the name 'params' is taken",
            "variables[3].expression: the name 'b' is taken",
        ],
    );
}

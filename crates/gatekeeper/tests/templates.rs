//! Templates, constraints and reviews: what is read, and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use kpol_diagnostics::{SourceMap, one_line};
use kpol_gatekeeper::{
    Action, Constraint, Inventory, Match, Namespace, Review, Role, Template, rego,
};
use kpol_input::{Document, Format, read_str};

fn documents(sources: &mut SourceMap, yaml: &str) -> Vec<Document> {
    read_str(sources, "t.yaml", yaml, Format::Yaml).unwrap()
}

fn document(yaml: &str) -> Document {
    documents(&mut SourceMap::new(), yaml).remove(0)
}

const TEMPLATE: &str = r#"apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: k8sfoo
spec:
  crd:
    spec:
      names:
        kind: K8sFoo
      validation:
        openAPIV3Schema:
          type: object
          properties:
            count:
              type: integer
              default: 3
              minimum: 1
            mode:
              type: string
              enum: [soft, hard]
            labels:
              type: array
              items:
                type: object
                required: [key]
                properties:
                  key: {type: string, pattern: "^[a-z]+$"}
                  regex: {type: string, default: ".*"}
            extra:
              type: object
              default: {}
              properties:
                deep: {type: boolean, default: true}
            any:
              x-kubernetes-preserve-unknown-fields: true
            port:
              x-kubernetes-int-or-string: true
  targets:
    - target: admission.k8s.gatekeeper.sh
      libs:
        - |
          package lib.helpers
          named(o) = n { n := o.metadata.name }
      rego: |
        package foo
        import data.lib.helpers
        violation[{"msg": msg}] {
          other := data.inventory.namespace[_][_]["Pod"][_]
          msg := helpers.named(other)
        }
"#;

fn constraint(spec: &str) -> Document {
    document(&format!(
        "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sFoo\nmetadata: {{name: foo}}\nspec: {spec}\n"
    ))
}

/// The parameters that a constraint ends up with, or what is wrong with it.
fn bound(spec: &str) -> String {
    let template = Template::parse(&document(TEMPLATE)).unwrap();
    let joined = |errors: Vec<kpol_gatekeeper::Error>| {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        told.join("; ")
    };
    let mut constraint = match Constraint::parse(&constraint(spec)) {
        Ok(constraint) => constraint,
        Err(errors) => return joined(errors),
    };
    match constraint.bind(&template) {
        Ok(()) => constraint.parameters.to_json(),
        Err(errors) => joined(errors),
    }
}

#[test]
fn parameters() {
    for (spec, expected) in [
        ("{}", "{}"),
        ("{parameters: null}", "{}"),
        ("{parameters: {}}", r#"{"count":3,"extra":{"deep":true}}"#),
        (
            "{parameters: {count: 5, labels: [{key: a}, {key: b, regex: x}]}}",
            r#"{"count":5,"labels":[{"key":"a","regex":".*"},{"key":"b","regex":"x"}],"extra":{"deep":true}}"#,
        ),
        (
            "{parameters: {count: null, extra: {deep: false}, any: {x: [1]}}}",
            "`spec.parameters.count` must be an integer, not null",
        ),
        (
            "{parameters: {extra: {deep: false}, any: {x: [1]}, port: 80}}",
            r#"{"extra":{"deep":false},"any":{"x":[1]},"port":80,"count":3}"#,
        ),
        (
            "{parameters: {count: two}}",
            "`spec.parameters.count` must be an integer, not a string",
        ),
        (
            "{parameters: {count: 0, mode: medium}}",
            "`spec.parameters.count` must be at least 1; \
             `spec.parameters.mode` must be one of \"soft\", \"hard\", not \"medium\"",
        ),
        (
            "{parameters: {labels: [{}, {key: A}]}}",
            "`spec.parameters.labels[0]` needs `key`; `spec.parameters.labels[1].key` must match `^[a-z]+$`",
        ),
        (
            "{parameters: {cuont: 1, extra: {x: 1}}}",
            "unknown field `spec.parameters.cuont`; unknown field `spec.parameters.extra.x`",
        ),
        (
            "{parameters: {port: [1]}}",
            "`spec.parameters.port` must be an integer or a string, not an array",
        ),
        (
            "{parameters: [1]}",
            "`spec.parameters` must be an object, not an array",
        ),
        (
            "{enforcementAction: 3}",
            "`spec.enforcementAction` must be a string, not an integer",
        ),
        (
            "{enforcementAction: scoped}",
            "`enforcementAction: scoped` needs `spec.scopedEnforcementActions`",
        ),
        ("{match: {kind: []}}", "unknown field `spec.match.kind`"),
        (
            "{match: {namespaces: [a*b]}}",
            "`a*b` is no name: small letters, digits, `-` and `:`, with `*` at its ends only",
        ),
        (
            "{match: {labelSelector: {matchExpressions: [{key: a, operator: Is}]}}}",
            "`Is` is no operator of label selectors: they are In, NotIn, Exists and DoesNotExist",
        ),
        (
            "{match: {labelSelector: {matchExpressions: [{key: a, operator: In}]}}}",
            "`In` needs at least one value",
        ),
        (
            "{match: {kinds: {}}}",
            "`spec.match.kinds` must be an array, not an object",
        ),
        (
            "{match: {source: Both}}",
            "`spec.match.source` is All, Generated or Original, not `Both`",
        ),
    ] {
        assert_eq!(bound(spec), expected, "{spec}");
    }
}

#[test]
fn actions() {
    let action = |spec: &str| Constraint::parse(&constraint(spec)).unwrap().action;
    assert_eq!(action("{}"), Action::Deny);
    assert_eq!(action("{enforcementAction: warn}"), Action::Warn);
    assert_eq!(action("{enforcementAction: dryrun}"), Action::DryRun);
    assert_eq!(
        action("{enforcementAction: x}"),
        Action::Other("x".to_owned())
    );
    let scoped = action(
        "{enforcementAction: scoped, scopedEnforcementActions: [\
         {action: warn, enforcementPoints: [{name: gator.gatekeeper.sh}]}, \
         {action: deny, enforcementPoints: [{name: '*'}]}]}",
    );
    assert_eq!(scoped.at("gator.gatekeeper.sh"), ["warn", "deny"]);
    assert_eq!(scoped.at("audit.gatekeeper.sh"), ["deny"]);
}

/// A template with a part of it replaced, and what is wrong with it.
fn refused(from: &str, to: &str) -> Vec<String> {
    assert!(TEMPLATE.contains(from), "{from}");
    let mut sources = SourceMap::new();
    let documents = documents(&mut sources, &TEMPLATE.replacen(from, to, 1));
    let template = match Template::parse(&documents[0]) {
        Ok(template) => template,
        Err(errors) => {
            let told = errors.iter().map(kpol_gatekeeper::Error::diagnostic);
            return told.map(|error| one_line(&sources, &error)).collect();
        }
    };
    let texts = rego::texts(template.rego().unwrap(), &mut sources);
    match rego::modules(&template, &texts, &sources) {
        Ok(_) => Vec::new(),
        Err(errors) => errors
            .iter()
            .map(|error| one_line(&sources, error))
            .collect(),
    }
}

#[test]
fn templates_that_are_refused() {
    for (from, to, expected) in [
        ("name: k8sfoo", "name: K8SFOO", ""),
        (
            "name: k8sfoo",
            "name: foo",
            "t.yaml:4:9: gatekeeper-template: the name of the template `foo` must be its kind in small letters",
        ),
        (
            "sh/v1\n",
            "sh/v2\n",
            "t.yaml:1:13: gatekeeper-template: templates have version v1, v1beta1 or v1alpha1, not `v2`",
        ),
        (
            "type: integer\n",
            "type: int\n",
            "t.yaml:15:21: gatekeeper-schema: `int` is no type: they are object, array, string, integer, number and boolean",
        ),
        (
            "type: integer\n",
            "description: a number\n",
            "t.yaml:15:15: gatekeeper-schema: `openAPIV3Schema.properties.count` needs a `type`",
        ),
        (
            "target: admission.k8s.gatekeeper.sh",
            "target: other",
            "t.yaml:39:15: gatekeeper-template: the target of templates is admission.k8s.gatekeeper.sh, not `other`",
        ),
        (
            "package lib.helpers",
            "package helpers",
            "t.yaml:42:11: gatekeeper-rego: the package of a library is below `lib`, not `helpers`",
        ),
        (
            "import data.lib.helpers",
            "import data.other.helpers",
            "t.yaml:46:9: gatekeeper-rego: a template cannot import `data.other.helpers`",
        ),
        (
            "data.inventory.namespace",
            "data.things.namespace",
            "t.yaml:48:20: gatekeeper-rego: a template cannot look at `data.things`",
        ),
        (
            "violation[{",
            "deny[{",
            "t.yaml:45:9: gatekeeper-rego: a template needs a rule `violation`",
        ),
        ("msg := helpers", "msg :=", "t.yaml:49:17: parse-error"),
    ] {
        let errors = refused(from, to);
        if expected.is_empty() {
            assert_eq!(errors, Vec::<String>::new(), "{to}");
        } else {
            assert!(
                errors.iter().any(|error| error.starts_with(expected)),
                "{to}: {errors:#?}"
            );
        }
    }
}

#[test]
fn modules_have_names_of_their_own() {
    let mut sources = SourceMap::new();
    let documents = documents(&mut sources, TEMPLATE);
    let template = Template::parse(&documents[0]).unwrap();
    let texts = rego::texts(template.rego().unwrap(), &mut sources);
    let modules = rego::modules(&template, &texts, &sources).unwrap();
    let packages: Vec<String> = (modules.modules.iter())
        .map(|module| {
            let names: Vec<&str> = module
                .package
                .path
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            names.join(".")
        })
        .collect();
    assert_eq!(packages, ["template.K8sFoo", "libs.K8sFoo.lib.helpers"]);
    let import = &modules.modules[0].imports[0];
    assert_eq!(
        import.path.dotted().unwrap(),
        "data.libs.K8sFoo.lib.helpers"
    );
    assert_eq!(modules.entrypoint, ["template", "K8sFoo", "violation"]);
    let text = |key: &str| Some(key.to_owned());
    assert_eq!(
        modules.uses.inventory,
        [vec![text("namespace"), None, None, text("Pod"), None]]
    );
}

#[test]
fn reviews() {
    let parameters = document("{a: [1]}");
    let plain = Review::of(&document(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: ns}}",
    ))
    .unwrap();
    let input = plain.input(&parameters).unwrap();
    assert_eq!(
        input.document.to_json(),
        r#"{"review":{"kind":{"group":"apps","kind":"Deployment","version":"v1"},"name":"d","namespace":"ns","operation":"","options":null,"resource":{"group":"","resource":"","version":""},"uid":"","userInfo":{},"namespaceObject":{},"object":{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"ns"}},"oldObject":null},"parameters":{"a":[1]}}"#
    );
    // Nodes of the object are known again; those of the review are nobody's.
    let object = input.document.get(input.document.root(), "review").unwrap();
    assert_eq!(input.origin(object), None);
    let object = input.document.get(object, "object").unwrap();
    let metadata = input.document.get(object, "metadata").unwrap();
    let name = input.document.get(metadata, "name").unwrap();
    let origin = input.origin(name).unwrap();
    assert_eq!(plain.document().str(origin), Some("d"));

    let deleted = document(
        "{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {operation: DELETE, uid: u, \
         oldObject: {apiVersion: v1, kind: Pod, metadata: {name: p}}}}",
    );
    let review = Review::of(&deleted).unwrap();
    assert_eq!(review.object().unwrap().name, "p");
    let input = review.input(&parameters).unwrap();
    assert_eq!(
        input.document.to_json(),
        r#"{"review":{"operation":"DELETE","uid":"u","kind":{"group":"","kind":"","version":""},"resource":{"group":"","resource":"","version":""},"userInfo":{},"options":null,"namespaceObject":{},"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}},"oldObject":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}},"parameters":{"a":[1]}}"#
    );
    for (request, expected) in [
        ("", "this AdmissionReview has no `request`"),
        (
            ", request: {operation: CREATE}",
            "this AdmissionReview has neither `request.object` nor `request.oldObject`",
        ),
        (
            ", request: {object: {a: b}}",
            "the object of the request has no `kind`",
        ),
        (
            ", request: {operation: DELETE, object: {kind: Pod}}",
            "a request to delete needs `oldObject`",
        ),
    ] {
        let yaml = format!("{{apiVersion: admission.k8s.io/v1, kind: AdmissionReview{request}}}");
        let error = Review::of(&document(&yaml)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

fn matching(text: &str) -> Match {
    let spec = format!("{{match: {text}}}");
    Constraint::parse(&constraint(&spec)).unwrap().matching
}

#[test]
fn matches() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: kube-system, labels: {app: web}}}";
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}";
    let space =
        "{apiVersion: v1, kind: Namespace, metadata: {name: kube-system, labels: {team: a}}}";
    let generated = "{apiVersion: v1, kind: Pod, metadata: {generateName: web-, namespace: x}}";
    let bare = "{apiVersion: v1, kind: Pod, metadata: {name: p}}";
    let custom = "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}}";
    let mut inventory = Inventory::default();
    inventory.add(&document(space));
    for (text, object, expected) in [
        ("{}", pod, "true"),
        ("{kinds: [{apiGroups: [''], kinds: [Pod]}]}", pod, "true"),
        ("{kinds: [{apiGroups: [apps], kinds: [Pod]}]}", pod, "false"),
        ("{kinds: [{kinds: [Service]}, {kinds: ['*']}]}", pod, "true"),
        ("{kinds: [{}]}", pod, "true"),
        (
            "{kinds: [{apiGroups: ['*'], kinds: [ClusterRole]}]}",
            role,
            "true",
        ),
        ("{scope: Cluster}", pod, "false"),
        ("{scope: Cluster}", role, "true"),
        ("{scope: Cluster}", space, "true"),
        ("{scope: Namespaced}", pod, "true"),
        ("{scope: Namespaced}", space, "false"),
        ("{scope: '*'}", role, "true"),
        ("{scope: cluster}", pod, "true"),
        ("{namespaces: ['kube-*']}", pod, "true"),
        ("{namespaces: ['kube-*']}", space, "true"),
        ("{namespaces: [default]}", pod, "false"),
        ("{namespaces: [default]}", role, "false"),
        ("{namespaces: ['*']}", role, "true"),
        ("{excludedNamespaces: ['*-system']}", pod, "false"),
        ("{excludedNamespaces: ['*-system']}", space, "false"),
        ("{excludedNamespaces: ['*-system']}", role, "true"),
        ("{scope: Namespaced}", role, "false"),
        ("{scope: Namespaced}", bare, "true"),
        ("{scope: Cluster}", bare, "false"),
        ("{scope: Namespaced}", custom, "true"),
        ("{scope: Cluster}", custom, "true"),
        ("{namespaces: [default]}", bare, "false"),
        ("{labelSelector: {matchLabels: {app: web}}}", pod, "true"),
        ("{labelSelector: {matchLabels: {app: db}}}", pod, "false"),
        (
            "{labelSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}",
            role,
            "true",
        ),
        (
            "{labelSelector: {matchExpressions: [{key: app, operator: Exists}]}}",
            role,
            "false",
        ),
        (
            "{labelSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}",
            role,
            "true",
        ),
        ("{namespaceSelector: {matchLabels: {team: a}}}", pod, "true"),
        (
            "{namespaceSelector: {matchLabels: {team: b}}}",
            pod,
            "false",
        ),
        (
            "{namespaceSelector: {matchLabels: {team: a}}}",
            space,
            "true",
        ),
        (
            "{namespaceSelector: {matchLabels: {team: a}}}",
            role,
            "false",
        ),
        (
            "{namespaceSelector: {matchLabels: {team: a}}}",
            generated,
            "namespace selector for namespace-scoped object but missing Namespace",
        ),
        // A criterion that does not hold comes first.
        (
            "{namespaceSelector: {matchLabels: {team: a}}, kinds: [{kinds: [Service]}]}",
            generated,
            "false",
        ),
        ("{name: 'web-*'}", pod, "true"),
        ("{name: 'web-*'}", generated, "true"),
        ("{name: web-1}", pod, "true"),
        ("{name: '*-2'}", pod, "false"),
        ("{source: Original}", pod, "true"),
        ("{source: Generated}", pod, "false"),
    ] {
        let mut review = Review::of(&document(object)).unwrap();
        review.namespace = inventory.namespace_of(&review);
        let found = match matching(text).matches(&review) {
            Ok(found) => found.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{text} {object}");
    }
}

#[test]
fn namespaces() {
    let mut inventory = Inventory::default();
    inventory.add(&document(
        "{apiVersion: v1, kind: Namespace, metadata: {name: a}}",
    ));
    let known = |yaml: &str| {
        let review = Review::of(&document(yaml)).unwrap();
        inventory.namespace_of(&review)
    };
    let pod = |space: &str| {
        known(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: {space}}}}}"
        ))
    };
    assert!(matches!(pod("a"), Namespace::Known { .. }));
    assert!(matches!(pod("default"), Namespace::Named(name) if name == "default"));
    assert!(matches!(pod("b"), Namespace::Unknown));
    let node = known("{apiVersion: v1, kind: Node, metadata: {name: n}}");
    assert!(matches!(node, Namespace::Named(name) if name.is_empty()));
}

#[test]
fn roles() {
    for (yaml, role) in [
        (
            "{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate}",
            Role::Template,
        ),
        (
            "{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: X}",
            Role::Constraint,
        ),
        (
            "{apiVersion: expansion.gatekeeper.sh/v1beta1, kind: ExpansionTemplate}",
            Role::Expansion,
        ),
        (
            "{apiVersion: test.gatekeeper.sh/v1alpha1, kind: Suite}",
            Role::Suite,
        ),
        (
            "{apiVersion: mutations.gatekeeper.sh/v1, kind: Assign}",
            Role::Mutator,
        ),
        ("{apiVersion: v1, kind: Pod}", Role::Other),
        ("{kind: Pod}", Role::Other),
    ] {
        assert_eq!(Role::of(&document(yaml)), role, "{yaml}");
    }
}

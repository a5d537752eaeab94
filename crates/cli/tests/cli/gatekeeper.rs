//! ConstraintTemplates and constraints in policy folders.

use insta::assert_snapshot;

use crate::support::{Folder, Run};

const TEMPLATE: &str = r#"apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: k8srepos
  annotations:
    metadata.gatekeeper.sh/title: Allowed registries
    description: Images come from known registries.
spec:
  crd:
    spec:
      names:
        kind: K8sRepos
      validation:
        openAPIV3Schema:
          type: object
          properties:
            repos:
              type: array
              default: [registry.example/]
              items: {type: string}
  targets:
    - target: admission.k8s.gatekeeper.sh
      libs:
        - |
          package lib.containers

          all[c] {
            c := input.review.object.spec.containers[_]
          }
      rego: |
        package repos

        import data.lib.containers

        violation[{"msg": msg, "details": {"image": container.image}}] {
          container := containers.all[_]
          not known(container.image)
          msg := sprintf("container <%v> has the image <%v>", [container.name, container.image])
        }

        known(image) {
          startswith(image, input.parameters.repos[_])
        }
"#;

const CONSTRAINT: &str = "apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sRepos
metadata:
  name: ours
spec:
  enforcementAction: deny
  match:
    kinds:
      - apiGroups: ['']
        kinds: [Pod]
  parameters: {}
";

const POD: &str = "apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: good
      image: registry.example/good:1
    - name: bad
      image: docker.io/bad:1
";

fn folder(constraint: &str) -> Folder {
    Folder::new()
        .file("policies/template.yaml", TEMPLATE)
        .file("policies/constraint.yaml", constraint)
        .file("pod.yaml", POD)
}

fn test(folder: &Folder) -> Run {
    folder.kpol(&["test", "-p", "policies", "pod.yaml"])
}

#[test]
fn findings_point_into_the_manifest() {
    let run = test(&folder(CONSTRAINT)).expect(1);
    assert_snapshot!(run.stdout, @r"
    failure[K8sRepos/ours]: container <bad> has the image <docker.io/bad:1>
      --> pod.yaml:11:7
       |
    11 |       image: docker.io/bad:1
       |       ^^^^^^^^^^^^^^^^^^^^^^ spec.containers[1].image
       |
       = object: v1 Pod shop/web

    1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions
    ");
    let folder = folder(CONSTRAINT);
    let json = folder.kpol(&["test", "-p", "policies", "-o", "json", "pod.yaml"]);
    let json = json.expect(1).json();
    let failure = &json[0]["failures"][0];
    assert_eq!(json[0]["namespace"], "K8sRepos");
    assert_eq!(failure["rule"], "K8sRepos/ours");
    assert_eq!(failure["title"], serde_json::Value::Null);
    assert_eq!(failure["metadata"]["details"]["image"], "docker.io/bad:1");
    assert_eq!(failure["location"]["path"], "spec.containers[1].image");
    assert_eq!(failure["location"]["line"], 11);
    assert_eq!(failure["object"]["name"], "web");
}

#[test]
fn actions_are_levels() {
    for (action, code, says) in [
        ("deny", 1, "1 failure"),
        ("warn", 0, "1 warning"),
        ("dryrun", 0, "1 warning"),
    ] {
        let constraint = CONSTRAINT.replace("Action: deny", &format!("Action: {action}"));
        test(&folder(&constraint)).expect(code).says(&[says]);
    }
    // A dry run fails nothing.
    for (action, code) in [("warn", 1), ("dryrun", 0)] {
        let constraint = CONSTRAINT.replace("Action: deny", &format!("Action: {action}"));
        let folder = folder(&constraint);
        folder
            .kpol(&["test", "-p", "policies", "--fail-on-warn", "pod.yaml"])
            .expect(code);
    }
    let scoped = |point: &str| {
        CONSTRAINT.replace(
            "Action: deny",
            &format!(
                "Action: scoped\n  scopedEnforcementActions: [{{action: deny, enforcementPoints: [{{name: {point}}}]}}]"
            ),
        )
    };
    test(&folder(&scoped("gator.gatekeeper.sh"))).expect(1);
    test(&folder(&scoped("audit.gatekeeper.sh"))).expect(0);
}

#[test]
fn constraints_apply_to_what_they_match() {
    for (spec, code) in [("kinds: [Pod]", 1), ("kinds: [Service]", 0)] {
        let constraint = CONSTRAINT.replace("kinds: [Pod]", spec);
        test(&folder(&constraint)).expect(code);
    }
    let excluded = CONSTRAINT.replace("match:\n", "match:\n    excludedNamespaces: ['sh*']\n");
    test(&folder(&excluded)).expect(0);
}

#[test]
fn parameters_and_their_defaults() {
    let docker = CONSTRAINT.replace(
        "parameters: {}",
        "parameters: {repos: [docker.io/, registry.example/]}",
    );
    test(&folder(&docker)).expect(0);
    let wrong = CONSTRAINT.replace("parameters: {}", "parameters: {repos: docker.io/}");
    test(&folder(&wrong)).expect(2).says(&[
        "error[gatekeeper-parameters]: `spec.parameters.repos` must be an array, not a string",
        "--> policies/constraint.yaml:11:23",
    ]);
    let unknown = CONSTRAINT.replace("parameters: {}", "parameters: {repo: []}");
    test(&folder(&unknown))
        .expect(2)
        .says(&["unknown field `spec.parameters.repo`"]);
}

#[test]
fn what_cannot_be_checked_never_passes() {
    let other = CONSTRAINT.replace("kind: K8sRepos", "kind: K8sOther");
    test(&folder(&other))
        .expect(2)
        .says(&["error[gatekeeper-no-template]", "K8sOther"]);

    let action = CONSTRAINT.replace("Action: deny", "Action: block");
    test(&folder(&action))
        .expect(2)
        .says(&["`block` is no enforcement action"]);

    let broken = Folder::new()
        .file(
            "policies/template.yaml",
            TEMPLATE.replace("not known(container.image)", "not known(x)"),
        )
        .file("policies/constraint.yaml", CONSTRAINT)
        .file("pod.yaml", POD);
    test(&broken)
        .expect(2)
        .says(&["error[", "--> policies/template.yaml:37:11"]);

    let selector = CONSTRAINT.replace(
        "match:\n",
        "match:\n    namespaceSelector: {matchLabels: {team: shop}}\n",
    );
    let folder = folder(&selector);
    test(&folder).expect(2).says(&[
        "error[gatekeeper-match]",
        "`shop` is not among the files",
        "--> pod.yaml:5:3",
    ]);
    let folder = folder.file(
        "ns.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: shop}}\n",
    );
    folder
        .kpol(&["test", "-p", "policies", "pod.yaml", "ns.yaml"])
        .expect(1);

    let unused = Folder::new()
        .file("policies/template.yaml", TEMPLATE)
        .file("pod.yaml", POD);
    test(&unused)
        .expect(2)
        .says(&["no rule ran", "no constraint"]);
    folder
        .kpol(&["test", "-p", "policies", "--combine", "pod.yaml"])
        .expect(2);
}

#[test]
fn rego_beside_templates() {
    let folder = folder(CONSTRAINT).file(
        "policies/main.rego",
        "package main\n\ndeny contains \"no pods\" if input.kind == \"Pod\"\n",
    );
    test(&folder).expect(1).says(&[
        "failure[main.deny]: no pods",
        "failure[K8sRepos/ours]",
        "2 failures",
    ]);
    // The second run has both of the cache.
    let cached = folder.kpol_cached(&["test", "-p", "policies", "pod.yaml"], "cache");
    let again = folder.kpol_cached(&["test", "-p", "policies", "pod.yaml"], "cache");
    assert_eq!(cached.stdout, again.stdout);
}

#[test]
fn the_inventory_has_all_objects_of_the_run() {
    let template = TEMPLATE
        .replace("container := containers.all[_]", "container := input.review.object.spec.containers[_]\n          other := data.inventory.namespace[_][_].Pod[name]\n          name != input.review.object.metadata.name\n          other.spec.containers[_].name == container.name")
        .replace("          not known(container.image)\n", "");
    let folder = Folder::new()
        .file("policies/template.yaml", &template)
        .file("policies/constraint.yaml", CONSTRAINT)
        .file("a/pod.yaml", POD)
        .file(
            "b/pod.yaml",
            POD.replace("name: web", "name: other")
                .replace("name: good", "name: nice"),
        );
    let run = folder.kpol(&["test", "-p", "policies", "a", "b"]).expect(1);
    assert_eq!(
        run.stdout.matches("container <bad>").count(),
        2,
        "{}",
        run.stdout
    );
    run.says(&["--> a/pod.yaml:11", "--> b/pod.yaml:11"]);
}

#[test]
fn templates_among_the_inputs_are_objects() {
    let folder = folder(CONSTRAINT)
        .file("in/template.yaml", TEMPLATE)
        .file("in/constraint.yaml", CONSTRAINT)
        .file("in/pod.yaml", POD);
    let folder = folder.file(
        "rules/main.rego",
        "package main\n\ndeny contains input.kind if input.kind\n",
    );
    folder
        .kpol(&["test", "-p", "rules", "in"])
        .expect(1)
        .says(&["3 failures"])
        .says_nothing_of(&["K8sRepos/ours"]);
}

//! The Pod Security Standards: by labels of namespaces, by `--pod-security`, and who is exempt.

use serde_json::{Value, json};

use crate::support::{Folder, NO_PODS, POD, Run};

/// Of all that this Deployment does, `baseline` minds the port.
const APP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      runtimeClassName: kata
      containers:
      - name: web
        image: registry.example.com/web:1
        ports:
        - containerPort: 8080
          hostPort: 8080
";

fn namespace(labels: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {{{labels}}}\n")
}

/// Runs the rules about pods over the Deployment and its namespace.
fn run(labels: &str, args: &[&str]) -> Run {
    let folder = Folder::new()
        .file("app.yaml", APP)
        .file("namespace.yaml", namespace(labels));
    let args = [
        &["test", "-n", "kubernetes.pod_security.*", "-o", "json", "."],
        args,
    ];
    folder.kpol(&args.concat())
}

/// The checks that fail and those that warn, each with its policy.
fn found(run: &Run) -> Value {
    let of = |member: &str| -> Vec<String> {
        let json = run.json();
        let results = json.as_array().unwrap().iter();
        results
            .flat_map(|result| result[member].as_array().cloned().unwrap_or_default())
            .map(|finding| {
                let metadata = &finding["metadata"];
                match metadata["check"].as_str() {
                    Some(check) => format!("{check} {}", metadata["policy"].as_str().unwrap()),
                    None => finding["msg"].as_str().unwrap().to_owned(),
                }
            })
            .collect()
    };
    json!([of("failures"), of("warnings")])
}

const RESTRICTED: [&str; 4] = [
    "allowPrivilegeEscalation",
    "capabilities_restricted",
    "runAsNonRoot",
    "seccompProfile_restricted",
];

fn restricted(policy: &str) -> Vec<String> {
    RESTRICTED
        .iter()
        .map(|check| format!("{check} {policy}"))
        .collect()
}

#[test]
fn labels_choose_the_level() {
    let all = run(
        "pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/enforce-version: v1.30, \
         pod-security.kubernetes.io/warn: restricted",
        &[],
    )
    .expect(1);
    assert_eq!(
        found(&all),
        json!([
            ["hostPorts baseline:v1.30"],
            restricted("restricted:latest")
        ])
    );
    // What only warns does not fail the run.
    let audited = run("pod-security.kubernetes.io/audit: baseline", &[]).expect(0);
    assert_eq!(found(&audited), json!([[], ["hostPorts baseline:latest"]]));
    for silent in ["", "pod-security.kubernetes.io/enforce: privileged"] {
        assert_eq!(found(&run(silent, &[]).expect(0)), json!([[], []]));
    }
}

#[test]
fn the_command_line_is_stronger_than_labels() {
    let labels = "pod-security.kubernetes.io/enforce: restricted";
    let lower = run(labels, &["--pod-security", "baseline:v1.0"]).expect(1);
    assert_eq!(found(&lower), json!([["hostPorts baseline:v1.0"], []]));
    let none = run(labels, &["--pod-security", "privileged"]).expect(0);
    assert_eq!(found(&none), json!([[], []]));
    let early = run("", &["--pod-security", "restricted:v1.7"]).expect(1);
    assert_eq!(
        found(&early),
        json!([
            ["hostPorts restricted:v1.7", "runAsNonRoot restricted:v1.7"],
            []
        ])
    );
}

#[test]
fn a_finding_has_the_reference_s_words_and_a_place() {
    let run = run("", &["--pod-security", "baseline"]).expect(1);
    let json = run.json();
    let finding = (json.as_array().unwrap().iter())
        .find_map(|result| result["failures"].get(0))
        .unwrap();
    assert_eq!(
        finding["msg"],
        "Deployment shop/web violates PodSecurity \"baseline:latest\": hostPort (container \"web\" uses hostPort 8080)"
    );
    assert_eq!(finding["rule"], "pod-security/host-ports");
    assert_eq!(
        [&finding["location"]["line"], &finding["location"]["path"]],
        [
            &json!(15),
            &json!("spec.template.spec.containers[0].ports[0].hostPort")
        ]
    );
    for (name, value) in [
        ("check", "hostPorts"),
        ("reason", "hostPort"),
        ("detail", "container \"web\" uses hostPort 8080"),
        ("policy", "baseline:latest"),
        ("mode", "enforce"),
    ] {
        assert_eq!(finding["metadata"][name], value);
    }
}

#[test]
fn labels_that_mean_nothing_are_findings() {
    let run = run(
        "pod-security.kubernetes.io/enforce: Baseline, pod-security.kubernetes.io/warned: baseline",
        &[],
    )
    .expect(1);
    let [failures, warnings] = [0, 1].map(|at| found(&run)[at].as_array().unwrap().clone());
    assert!(failures.contains(&json!(
        "Namespace shop: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"Baseline\": must be one of privileged, baseline, restricted"
    )));
    // As in Kubernetes, what cannot be read is the strictest.
    assert!(failures.contains(&json!("hostPorts restricted:latest")));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn exemptions() {
    for parameter in [
        "exempt_namespaces: [shop]",
        "exempt_runtime_classes: [kata]",
    ] {
        let text =
            format!("kpol: {{parameters: {{pod-security/namespace-labels: {{{parameter}}}}}}}\n");
        let folder = Folder::new().file("app.yaml", APP).file("data.yaml", text);
        folder
            .kpol(&[
                "test",
                "-n",
                "kubernetes.pod_security.*",
                "--pod-security",
                "restricted",
                "-d",
                "data.yaml",
                "app.yaml",
            ])
            .expect(0);
    }
}

#[test]
fn what_is_no_standard_is_refused() {
    for wrong in ["strict", "restricted:1.34", "restricted:v1.034", ""] {
        run("", &["--pod-security", wrong])
            .expect(2)
            .says(&["--pod-security"]);
    }
}

#[test]
fn policies_of_ones_own_run_beside_it() {
    let folder = Folder::with(NO_PODS)
        .file("app.yaml", APP)
        .file("pod.yaml", POD);
    let test = ["test", "-p", "policies", "--pod-security", "baseline"];
    for namespace in [&[][..], &["-n", "main"]] {
        let run = folder.kpol(&[&test[..], namespace, &["app.yaml", "pod.yaml"]].concat());
        run.expect(1).says(&[
            "no pods",
            "pod-security/host-ports",
            "2 failures, 0 exceptions",
        ]);
    }
    folder
        .kpol(&[
            "test",
            "--conftest-compat",
            "--pod-security",
            "baseline",
            "app.yaml",
        ])
        .expect(1)
        .says(&["--pod-security is about the built-in policies"]);
}

/// What is of a wrong type is no error of a rule, and hides nothing that is beside it.
#[test]
fn odd_shapes() {
    let items: Vec<Value> = [json!(null), json!("text"), json!(7), json!([]), json!({})]
        .into_iter()
        .flat_map(|odd| {
            let pod = json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "web", "annotations": odd},
                "spec": {
                    "hostPID": true,
                    "securityContext": {"sysctls": [odd], "seLinuxOptions": odd},
                    "volumes": [odd],
                    "containers": [odd, {"ports": [odd], "lifecycle": odd, "securityContext": odd}],
                },
            });
            let labels = json!([odd, 7]);
            let namespace = json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": "shop", "labels": labels},
            });
            [pod, namespace]
        })
        .collect();
    let pods = items.len() / 2;
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    let folder = Folder::new().file("list.json", list.to_string());
    let run = folder.kpol(&[
        "test",
        "--pack",
        "pod-security-restricted",
        "-o",
        "json",
        "list.json",
    ]);
    let found = found(&run.expect(1))[0].as_array().unwrap().clone();
    for check in ["hostNamespaces", "sysctls", "runAsNonRoot"] {
        let check = json!(format!("{check} restricted:latest"));
        assert_eq!(found.iter().filter(|one| **one == check).count(), pods);
    }
}

#[test]
fn packs() {
    let folder = Folder::new().file("app.yaml", APP).file(
        "odd.toml",
        "title = \"Odd\"\npod-security = \"strict\"\ninclude = [{area = \"pod-security\"}]\n",
    );
    let run = |args: &[&str]| folder.kpol(&[&["test", "app.yaml"][..], args].concat());
    run(&["--pack", "pod-security"]).expect(0);
    run(&["--pack", "pod-security-baseline"])
        .expect(1)
        .says(&["\"baseline:latest\"", "1 failure,"]);
    run(&["--pack", "pod-security-restricted"])
        .expect(1)
        .says(&["\"restricted:latest\"", "5 failures,"]);
    // The command line says more than a pack, and what it asks for is in no need of one.
    run(&[
        "--pack",
        "pod-security-restricted",
        "--pod-security",
        "baseline:v1.9",
    ])
    .expect(1)
    .says(&["\"baseline:v1.9\"", "1 failure,"]);
    run(&["--pack", "minimal", "--pod-security", "baseline"])
        .expect(1)
        .says(&["pod-security/host-ports"]);
    run(&["--pack", "pod-security-baseline,pod-security-restricted"])
        .expect(2)
        .says(&["holds pods to baseline:latest", "to restricted:latest"]);
    run(&["--pack", "odd.toml"])
        .expect(2)
        .says(&["`strict` is no Pod Security Standard"]);
}

//! Modules that judge objects: Kubewarden's, and those of kpol's SDK.

use serde_json::{Value, json};

use crate::support::{Folder, POD};

/// What a policy says about itself, for pods.
fn metadata(more: &Value) -> Value {
    let mut metadata = json!({
        "protocolVersion": "v1",
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}],
        "annotations": {
            "io.kubewarden.policy.title": "no-web",
            "io.kubewarden.policy.severity": "high",
            "io.kubewarden.policy.url": "https://example.com/no-web",
        },
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut metadata, more) {
        all.extend(more.clone());
    }
    metadata
}

/// A text as WebAssembly's text format has it between quotes.
fn quoted(text: &str) -> String {
    text.bytes().map(|byte| format!("\\{byte:02x}")).collect()
}

/// A waPC module with these answers; `before` runs before it answers `validate`.
fn wapc(metadata: Option<&Value>, settings: &str, verdict: &str, before: &str) -> Vec<u8> {
    let section = metadata.map_or_else(String::new, |metadata| {
        format!(
            "(@custom \"io.kubewarden.metadata\" \"{}\")",
            quoted(&metadata.to_string())
        )
    });
    let wat = format!(
        r#"(module {section}
          (import "wapc" "__guest_request" (func $request (param i32 i32)))
          (import "wapc" "__guest_response" (func $response (param i32 i32)))
          (import "wapc" "__guest_error" (func $error (param i32 i32)))
          (import "wapc" "__console_log" (func $log (param i32 i32)))
          (import "wapc" "__host_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
          (import "wapc" "__host_response_len" (func $response_len (result i32)))
          (import "wapc" "__host_response" (func $host_response (param i32)))
          (memory (export "memory") 4)
          (data (i32.const 1000) "{settings}")
          (data (i32.const 5000) "{verdict}")
          (data (i32.const 100) "kubewarden") (data (i32.const 120) "kubernetes") (data (i32.const 140) "get_resource")
          (data (i32.const 160) "{ask}") (data (i32.const 400) "something happened")
          (data (i32.const 500) "\22v1\22")
          (func (export "__guest_call") (param $op i32) (param $len i32) (result i32)
            (if (i32.eq (local.get $op) (i32.const 16))
              (then (call $response (i32.const 500) (i32.const 4)) (return (i32.const 1))))
            (if (i32.eq (local.get $op) (i32.const 17))
              (then (call $response (i32.const 1000) (i32.const {settings_len})) (return (i32.const 1))))
            {before}
            (call $response (i32.const 5000) (i32.const {verdict_len}))
            i32.const 1))"#,
        settings = quoted(settings),
        verdict = quoted(verdict),
        settings_len = settings.len(),
        verdict_len = verdict.len(),
        ask = quoted(ASK),
    );
    wat::parse_str(&wat).unwrap_or_else(|error| panic!("{error}: {wat}"))
}

/// What modules ask of the cluster.
const ASK: &str =
    r#"{"api_version": "v1", "kind": "Namespace", "name": "prod", "namespace": null}"#;

/// Asks for a namespace, and does not care for the answer.
fn asking() -> String {
    format!(
        "(drop (call $call (i32.const 100) (i32.const 10) (i32.const 120) (i32.const 10)
          (i32.const 140) (i32.const 12) (i32.const 160) (i32.const {})))",
        ASK.len()
    )
}

const VALID: &str = r#"{"valid": true}"#;
const ACCEPTED: &str = r#"{"accepted": true}"#;

fn folder(name: &str, wasm: Vec<u8>) -> Folder {
    Folder::new().file(name, wasm).file("pod.yaml", POD)
}

fn rejecting() -> Vec<u8> {
    let verdict = json!({
        "accepted": false, "message": "no web", "code": 403,
        "audit_annotations": {"seen": "web"}, "warnings": ["old"],
    });
    wapc(Some(&metadata(&json!({}))), VALID, &verdict.to_string(), "")
}

#[test]
fn a_rejection_is_a_finding_at_the_object() {
    let folder = folder("policy.wasm", rejecting()).file(
        "all.yaml",
        format!("apiVersion: v1\nkind: Service\n---\n{POD}"),
    );
    folder
        .kpol(&["test", "--module", "policy.wasm", "all.yaml"])
        .expect(1)
        .says(&[
            "failure[no-web]: no web",
            "--> all.yaml:4:1",
            "warning[no-web]: old",
            "severity: high",
            "object: v1 Pod web",
            "see: https://example.com/no-web",
        ]);
    let report = folder
        .kpol(&["test", "--module", "policy.wasm", "-o", "json", "all.yaml"])
        .expect(1)
        .json();
    assert_eq!(report[0]["namespace"], "no-web");
    let failure = &report[0]["failures"][0];
    assert_eq!(failure["msg"], "no web");
    assert_eq!(failure["rule"], "no-web");
    assert_eq!(
        failure["metadata"],
        json!({"auditAnnotations": {"seen": "web"}, "code": 403})
    );
    assert_eq!(failure["location"]["line"], 4);
    assert_eq!(report[0]["warnings"][0]["msg"], "old");
    for format in [
        "sarif",
        "junit",
        "tap",
        "table",
        "github",
        "azuredevops",
        "stdout",
    ] {
        folder
            .kpol(&["test", "--module", "policy.wasm", "-o", format, "all.yaml"])
            .expect(1)
            .says(&["no web"]);
    }
}

#[test]
fn what_passes_passes_and_what_nobody_checks_does_not() {
    let accepting = wapc(Some(&metadata(&json!({}))), VALID, ACCEPTED, "");
    let folder = folder("policy.wasm", accepting).file(
        "service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
    );
    folder
        .kpol(&[
            "test",
            "--module",
            "policy.wasm",
            "pod.yaml",
            "service.yaml",
        ])
        .expect(0)
        .says(&["1 test, 1 passed"]);
    folder
        .kpol(&["test", "--module", "policy.wasm", "service.yaml"])
        .expect(2)
        .says(&[
            "no rule ran: no document is one that `policy.wasm` checks",
            "it is for the creation of pods",
        ]);
    // Without metadata it is for every object.
    let folder = folder.file("all.wasm", wapc(None, VALID, ACCEPTED, ""));
    folder
        .kpol(&["test", "--module", "all.wasm", "service.yaml"])
        .expect(0);
    // A policy that takes any value.
    let raw = metadata(&json!({"policyType": "raw"}));
    let folder = folder
        .file("raw.wasm", wapc(Some(&raw), VALID, ACCEPTED, ""))
        .file("x.json", "{\"a\": 1}");
    folder
        .kpol(&["test", "--module", "raw.wasm", "x.json"])
        .expect(0);
    folder
        .kpol(&["test", "--module", "all.wasm", "x.json"])
        .expect(2);
}

#[test]
fn requests_are_taken_as_they_are() {
    let folder = folder("policy.wasm", rejecting()).file(
        "review.json",
        "{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\",\n \"request\": {\"uid\": \"1\", \"operation\": \"UPDATE\",\n  \"kind\": {\"group\": \"apps\", \"version\": \"v1\", \"kind\": \"Deployment\"},\n  \"object\": {\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"web\"}}}}",
    );
    folder
        .kpol(&["test", "--module", "policy.wasm", "review.json"])
        .expect(1)
        .says(&["--> review.json:4:3", "object: apps/v1 Deployment web"]);
}

#[test]
fn settings_are_checked_first() {
    let invalid = r#"{"valid": false, "message": "`x` is missing"}"#;
    let folder = folder("policy.wasm", wapc(None, invalid, ACCEPTED, ""))
        .file("good.wasm", wapc(None, VALID, ACCEPTED, ""))
        .file("settings.yaml", "a: 1\n")
        .file("two.yaml", "a: 1\n---\nb: 1\n")
        .file("broken.yaml", "a: [\n");
    for settings in [&[][..], &["--settings", "settings.yaml"]] {
        folder
            .kpol(&[&["test", "--module", "policy.wasm", "pod.yaml"], settings].concat())
            .expect(2)
            .says(&["policy.wasm: its settings are not valid: `x` is missing"]);
    }
    let good = |settings: &str, code: i32, said: &str| {
        folder
            .kpol(&[
                "test",
                "--module",
                "good.wasm",
                "--settings",
                settings,
                "pod.yaml",
            ])
            .expect(code)
            .says(&[said]);
    };
    good("settings.yaml", 0, "1 passed");
    good("good=settings.yaml", 0, "1 passed");
    good("good.wasm=settings.yaml", 0, "1 passed");
    good("other=settings.yaml", 2, "there is no such module");
    good("none.yaml", 2, "none.yaml");
    good("two.yaml", 2, "settings are one document, here are 2");
    good("broken.yaml", 2, "broken.yaml:");
    for answer in ["{}", "true", ""] {
        std::fs::write(folder.path("other.wasm"), wapc(None, answer, ACCEPTED, "")).unwrap();
        folder
            .kpol(&["test", "--module", "other.wasm", "pod.yaml"])
            .expect(2)
            .says(&["`validate_settings`: the policy's answer cannot be read"]);
    }
}

#[test]
fn the_resource_of_a_policy_brings_settings_and_rules() {
    let folder = folder("policy.wasm", wapc(Some(&metadata(&json!({}))), VALID, ACCEPTED, ""))
        .file(
            "policy.yaml",
            "apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nmetadata: {name: p}\nspec:\n  module: registry://example.com/p:v1\n  settings: {a: 1}\n  rules:\n  - apiGroups: ['']\n    apiVersions: [v1]\n    resources: [services]\n    operations: [CREATE]\n",
        )
        .file("service.yaml", "apiVersion: v1\nkind: Service\n");
    let run = |file: &str| {
        folder.kpol(&[
            "test",
            "--module",
            "policy.wasm",
            "--settings",
            "policy.yaml",
            file,
        ])
    };
    run("service.yaml").expect(0);
    run("pod.yaml")
        .expect(2)
        .says(&["it is for the creation of services"]);
}

#[test]
fn changes_are_shown_and_fail_nothing() {
    let mutated = json!({"accepted": true, "mutated_object": {
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {"name": "web", "labels": {"team": "a"}},
        "spec": {"containers": [{"image": "nginx", "name": "app"}]},
    }});
    let about = metadata(&json!({"mutating": true}));
    let folder = folder(
        "policy.wasm",
        wapc(Some(&about), VALID, &mutated.to_string(), ""),
    );
    folder
        .kpol(&["test", "--module", "policy.wasm", "pod.yaml"])
        .expect(0)
        .says(&[
            "mutation[no-web]: would change v1 Pod web\n --> pod.yaml:1:1\n--- as it is\n+++ as it would be\n",
            " metadata:\n+  labels:\n+    team: a\n   name: web\n",
            "1 test, 1 passed",
        ]);
    let report = folder
        .kpol(&["test", "--module", "policy.wasm", "-o", "json", "pod.yaml"])
        .expect(0)
        .json();
    let mutation = &report[0]["mutations"][0];
    assert_eq!(mutation["mutated"]["metadata"]["labels"]["team"], "a");
    assert_eq!(mutation["object"]["kind"], "Pod");
    assert!(mutation["diff"].as_str().unwrap().contains("+    team: a"));
    // What it does not change is no change; and one that may change nothing does not get away with it.
    let same = json!({"accepted": true, "mutated_object": {
        "kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web"},
        "spec": {"containers": [{"image": "nginx", "name": "app"}]},
    }});
    let folder = folder
        .file(
            "same.wasm",
            wapc(Some(&about), VALID, &same.to_string(), ""),
        )
        .file(
            "sly.wasm",
            wapc(Some(&metadata(&json!({}))), VALID, &mutated.to_string(), ""),
        );
    folder
        .kpol(&["test", "--module", "same.wasm", "pod.yaml"])
        .expect(0)
        .says_nothing_of(&["mutation"]);
    folder
        .kpol(&["test", "--module", "sly.wasm", "pod.yaml"])
        .expect(1)
        .says(&["its metadata says that it does not (`mutating`)"]);
}

#[test]
fn a_denied_host_call_is_never_a_pass() {
    let kinds = json!({"contextAwareResources": [{"apiVersion": "v1", "kind": "Namespace"}]});
    let folder = folder(
        "policy.wasm",
        wapc(Some(&metadata(&kinds)), VALID, ACCEPTED, &asking()),
    )
    .file(
        "greedy.wasm",
        wapc(Some(&metadata(&json!({}))), VALID, ACCEPTED, &asking()),
    )
    .file(
        "ns.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n",
    );
    let run = |module: &str, more: &[&str]| {
        folder.kpol(&[&["test", "--module", module, "pod.yaml", "ns.yaml"], more].concat())
    };
    run("policy.wasm", &[]).expect(2).says(&[
        "error[host-call-denied]: `policy.wasm`: host call `kubernetes/get_resource` is denied",
        "--allow-host-call",
    ]);
    for allowed in ["kubernetes/get_resource", "kubernetes/*"] {
        run("policy.wasm", &["--allow-host-call", allowed]).expect(0);
    }
    run(
        "policy.wasm",
        &["--allow-host-call", "kubernetes/list_resources_all"],
    )
    .expect(2)
    .says(&["host call `kubernetes/get_resource` is denied"]);
    run("greedy.wasm", &["--allow-host-call", "kubernetes/*"])
        .expect(2)
        .says(&["v1 Namespace is not among the policy's contextAwareResources"]);
    run("policy.wasm", &["--allow-host-call", "oci/v1/verify"])
        .expect(2)
        .says(&["cannot be allowed: nothing here can answer it"]);
    run("policy.wasm", &["--allow-host-call", "x/y"])
        .expect(2)
        .says(&["there is no host call `x/y`"]);
}

#[test]
fn logs_are_shown_with_trace() {
    let about = metadata(&json!({}));
    let log = "(call $log (i32.const 400) (i32.const 18))";
    let verdict = r#"{"accepted": true, "audit_annotations": {"k": "v"}}"#;
    let folder = folder("policy.wasm", wapc(Some(&about), VALID, verdict, log)).file(
        "dead.wasm",
        wapc(Some(&about), VALID, verdict, &format!("{log} unreachable")),
    );
    let said = ["no-web: something happened", "no-web: audit annotation k=v"];
    let run = |more: &[&str]| {
        folder.kpol(&[&["test", "--module", "policy.wasm", "pod.yaml"], more].concat())
    };
    run(&["--trace"]).expect(0).says(&said);
    run(&[]).expect(0).says_nothing_of(&said);
    folder
        .kpol(&["test", "--module", "dead.wasm", "pod.yaml"])
        .expect(2)
        .says(&[
            "`dead.wasm` could not be evaluated",
            "unreachable",
            "it logged: something happened",
        ]);
}

#[test]
fn hostile_modules_end_in_an_error() {
    let about = metadata(&json!({}));
    let deep = "[".repeat(2000);
    for (verdict, before, said) in [
        (
            ACCEPTED,
            "(loop $l br $l)",
            "the time limit of 100ms is exceeded",
        ),
        (
            ACCEPTED,
            "(drop (memory.grow (i32.const 60000))) unreachable",
            "the memory limit is exceeded",
        ),
        (
            ACCEPTED,
            "(call $response (i32.const -1) (i32.const 1000))",
            "the module passed a bad address",
        ),
        (
            ACCEPTED,
            "(call $error (i32.const 400) (i32.const 9)) (return (i32.const 0))",
            "the module failed: something",
        ),
        ("", "", "the policy's answer cannot be read"),
        ("{}", "", "missing field `accepted`"),
        (&deep, "", "the policy's answer cannot be read"),
    ] {
        let folder = folder("policy.wasm", wapc(Some(&about), VALID, verdict, before));
        folder
            .kpol(&[
                "test",
                "--module",
                "policy.wasm",
                "--timeout",
                "100ms",
                "pod.yaml",
                "pod.yaml",
            ])
            .expect(2)
            .says(&[said]);
    }
    for (wasm, said) in [
        (
            wat::parse_str(r#"(module (import "wapc" "other" (func)))"#).unwrap(),
            "unknown import `wapc.other`",
        ),
        (
            wapc(Some(&json!({"protocolVersion": "v9"})), VALID, ACCEPTED, ""),
            "it speaks version `v9`",
        ),
        (
            wapc(Some(&json!([])), VALID, ACCEPTED, ""),
            "its metadata cannot be read",
        ),
        (
            wapc(Some(&json!({"executionMode": "wasi"})), VALID, ACCEPTED, ""),
            "[load_",
        ),
    ] {
        folder("policy.wasm", wasm)
            .kpol(&["test", "--module", "policy.wasm", "pod.yaml"])
            .expect(2)
            .says(&[said]);
    }
}

#[test]
fn several_modules_run_together() {
    let about = json!({"annotations": {"io.kubewarden.policy.title": "other"}});
    let verdict = r#"{"accepted": false, "message": "neither"}"#;
    let folder = folder("a.wasm", rejecting())
        .file("b.wasm", wapc(Some(&metadata(&about)), VALID, verdict, ""))
        .file("c.wasm", rejecting())
        .file("policies/main.rego", "package main\ndeny contains \"no\"\n")
        .file("s.yaml", "a: 1\n");
    let run = |modules: &[&str], more: &[&str]| {
        let mut args = vec!["test", "pod.yaml"];
        for module in modules {
            args.extend(["--module", module]);
        }
        folder.kpol(&[&args, more].concat())
    };
    run(&["a.wasm", "b.wasm"], &[])
        .expect(1)
        .says(&["failure[no-web]: no web", "failure[other]: neither"]);
    // Two of one title are told apart.
    run(&["a.wasm", "c.wasm"], &[])
        .expect(1)
        .says(&["failure[no-web]: no web", "failure[c]: no web"]);
    run(
        &["a.wasm", "b.wasm"],
        &["--settings", "a=s.yaml", "--settings", "b=s.yaml"],
    )
    .expect(1);
    run(
        &["a.wasm"],
        &["--settings", "s.yaml", "--settings", "a=s.yaml"],
    )
    .expect(2)
    .says(&["there are several settings for `a.wasm`"]);
    run(&["a.wasm"], &["-e", "main/deny"])
        .expect(2)
        .says(&["no entrypoints"]);
    folder
        .kpol(&["build", "policies", "-e", "main/deny", "-o", "rego.wasm"])
        .expect(0);
    run(&["a.wasm", "rego.wasm"], &[])
        .expect(2)
        .says(&["each must judge objects"]);
    run(&["rego.wasm", "rego.wasm"], &[])
        .expect(2)
        .says(&["each must judge objects"]);
    run(&["rego.wasm"], &["--settings", "s.yaml"])
        .expect(2)
        .says(&["takes no settings"]);
    run(&["rego.wasm"], &[]).expect(1);
    folder
        .kpol(&["eval", "--module", "a.wasm", "-i", "pod.yaml"])
        .expect(2)
        .says(&["run it with `kpol test --module`"]);
    folder
        .kpol(&["test", "--settings", "s.yaml", "pod.yaml"])
        .expect(2);
}

/// A module of OPA's ABI from Rego, with Kubewarden's metadata.
fn of_rego(folder: &Folder, name: &str, policy: &str, entry: &str, metadata: &Value) {
    std::fs::create_dir_all(folder.path("rego")).unwrap();
    std::fs::write(folder.path("rego/policy.rego"), policy).unwrap();
    folder
        .kpol(&["build", "rego", "-t", "portable", "-e", entry, "-o", name])
        .expect(0);
    let mut wasm = std::fs::read(folder.path(name)).unwrap();
    let (section, text) = ("io.kubewarden.metadata", metadata.to_string());
    let mut body = vec![u8::try_from(section.len()).unwrap()];
    body.extend(section.bytes());
    body.extend(text.bytes());
    wasm.push(0);
    let mut len = body.len();
    while len >= 0x80 {
        wasm.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    wasm.push(len as u8);
    wasm.extend(body);
    std::fs::write(folder.path(name), wasm).unwrap();
}

#[test]
fn policies_in_rego_that_kubewarden_runs() {
    let folder = Folder::new()
        .file("pod.yaml", POD)
        .file(
            "ns.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod, labels: {strict: \"yes\"}}\n",
        )
        .file("s.yaml", "name: web\n");
    let gatekeeper = "package policy\nviolation contains {\"msg\": sprintf(\"%s is called %s\", [c.name, input.parameters.name])} if {\n\tsome c in input.review.object.spec.containers\n\tinput.review.object.metadata.name == input.parameters.name\n}\nviolation contains {\"msg\": \"strict\"} if data.inventory.cluster.v1.Namespace.prod.metadata.labels.strict == \"yes\"\n";
    let about = metadata(&json!({"executionMode": "gatekeeper"}));
    of_rego(&folder, "gk.wasm", gatekeeper, "policy/violation", &about);
    let run = |module: &str, more: &[&str]| {
        folder.kpol(&[&["test", "--module", module, "pod.yaml", "ns.yaml"], more].concat())
    };
    run("gk.wasm", &["--settings", "s.yaml"])
        .expect(1)
        .says(&["failure[no-web]: app is called web", "--> pod.yaml:1:1"])
        .says_nothing_of(&["strict"]);
    run("gk.wasm", &[]).expect(0);
    let kinds = json!({"executionMode": "gatekeeper",
        "contextAwareResources": [{"apiVersion": "v1", "kind": "Namespace"}]});
    of_rego(
        &folder,
        "gk.wasm",
        gatekeeper,
        "policy/violation",
        &metadata(&kinds),
    );
    run("gk.wasm", &[])
        .expect(2)
        .says(&["it looks at objects of the cluster: Namespace"]);
    run(
        "gk.wasm",
        &["--allow-host-call", "kubernetes/list_resources_all"],
    )
    .expect(1)
    .says(&["strict"]);

    let opa = "package policy\nmain := {\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\", \"response\": response}\nresponse := {\"allowed\": false, \"status\": {\"message\": \"denied\", \"code\": 418}} if input.request.name == data.name\nelse := {\"allowed\": true}\n";
    of_rego(
        &folder,
        "opa.wasm",
        opa,
        "policy/main",
        &metadata(&json!({"executionMode": "opa"})),
    );
    run("opa.wasm", &["--settings", "s.yaml"])
        .expect(1)
        .says(&["failure[no-web]: denied"]);
    run("opa.wasm", &[]).expect(0);
    let silent = "package policy\nmain := {} if input.none\n";
    of_rego(
        &folder,
        "none.wasm",
        silent,
        "policy/main",
        &metadata(&json!({"executionMode": "opa"})),
    );
    run("none.wasm", &[])
        .expect(2)
        .says(&["the policy's entrypoint gives no AdmissionReview"]);
}

/// A module of kpol's own ABI: its check gives the same findings for all.
fn own(answer: &str, configure: Option<&str>) -> Vec<u8> {
    let place = |at: u64, text: &str| (at << 32) | text.len() as u64;
    let settings = configure.unwrap_or_default();
    let function = configure.map_or_else(String::new, |text| {
        format!(
            "(func (export \"configure\") (param i32 i32) (result i64) i64.const {})",
            place(6000, text)
        )
    });
    let wat = format!(
        r#"(module
          (import "wapc" "__guest_request" (func (param i32 i32)))
          (memory (export "memory") 2)
          (data (i32.const 1000) "{}") (data (i32.const 6000) "{}")
          (func (export "kpol_policy_abi") (result i32) i32.const 1)
          (func (export "alloc") (param i32) (result i32) i32.const 65536)
          (func (export "free") (param i32 i32))
          {function}
          (func (export "__guest_call") (param i32 i32) (result i32) unreachable)
          (func (export "validate") (param i32 i32) (result i64) i64.const {}))"#,
        quoted(answer),
        quoted(settings),
        place(1000, answer),
    );
    wat::parse_str(wat).unwrap()
}

#[test]
fn modules_of_the_sdk_say_where() {
    let found = r#"[{"msg": "a", "path": ["spec", "containers", 0, "image"]}, {"msg": "b"}, {"msg": "c", "path": ["spec", "none", "x"]}]"#;
    let folder = folder("images.wasm", own(found, None))
        .file("takes.wasm", own("[]", Some("[]")))
        .file(
            "refuses.wasm",
            own("[]", Some(r#"{"error": "`x` is missing"}"#)),
        )
        .file("fails.wasm", own(r#"{"error": "no"}"#, None))
        .file("s.yaml", "x: 1\n");
    folder
        .kpol(&["test", "--module", "images.wasm", "pod.yaml"])
        .expect(1)
        .says(&[
            "failure[images]: a\n --> pod.yaml:8:7",
            "failure[images]: b\n --> pod.yaml:1:1",
            "failure[images]: c\n --> pod.yaml:5:1",
        ]);
    folder
        .kpol(&[
            "test",
            "--module",
            "images.wasm",
            "--settings",
            "s.yaml",
            "pod.yaml",
        ])
        .expect(2)
        .says(&["images.wasm: its settings are not valid: the module takes no settings"]);
    folder
        .kpol(&[
            "test",
            "--module",
            "takes.wasm",
            "--settings",
            "s.yaml",
            "pod.yaml",
        ])
        .expect(0);
    folder
        .kpol(&["test", "--module", "refuses.wasm", "pod.yaml"])
        .expect(2)
        .says(&["its settings are not valid: `x` is missing"]);
    folder
        .kpol(&["test", "--module", "fails.wasm", "pod.yaml"])
        .expect(2)
        .says(&["`fails.wasm` could not be evaluated: no"]);
}

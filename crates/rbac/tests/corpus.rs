//! The corpus of others, where it lies beside the clone.
use kpol_diagnostics::SourceMap;
use kpol_input::Format;
use kpol_rbac::minimise::{Request, Widening, widened};
use kpol_rbac::*;
use serde_json::{Value, json};
use std::path::PathBuf;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/rbac")
}

fn objects(case: &Value, existing: Option<&Value>) -> Cluster {
    let src = existing.unwrap_or(case);
    let mut objects = Objects::default();
    let mut sources = SourceMap::new();
    for (a, b, kind) in [
        ("roles", "Roles", "Role"),
        ("roleBindings", "RoleBindings", "RoleBinding"),
        ("clusterRoles", "ClusterRoles", "ClusterRole"),
        (
            "clusterRoleBindings",
            "ClusterRoleBindings",
            "ClusterRoleBinding",
        ),
    ] {
        let list = src
            .get(a)
            .or_else(|| src.get(b))
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for mut o in list {
            o["apiVersion"] = json!("rbac.authorization.k8s.io/v1");
            o["kind"] = json!(kind);
            for d in
                kpol_input::read_str(&mut sources, "x.json", &o.to_string(), Format::Json).unwrap()
            {
                objects.add(&d).unwrap();
            }
        }
    }
    Cluster::new(objects, Options { defaults: false })
}
fn s(v: &Value, k: &str) -> String {
    v.get(k).and_then(Value::as_str).unwrap_or("").to_owned()
}
fn list(v: &Value, k: &str) -> Vec<String> {
    v.get(k)
        .and_then(Value::as_array)
        .map(|l| l.iter().map(|x| x.as_str().unwrap().to_owned()).collect())
        .unwrap_or_default()
}
fn rule(v: &Value) -> Rule {
    Rule {
        verbs: list(v, "verbs"),
        api_groups: list(v, "apiGroups"),
        resources: list(v, "resources"),
        resource_names: list(v, "resourceNames"),
        urls: list(v, "nonResourceURLs"),
    }
}
fn request(v: &Value) -> Request {
    Request {
        user: s(v, "user"),
        groups: list(v, "groups"),
        verb: s(v, "verb"),
        is_resource: v["resourceRequest"].as_bool().unwrap(),
        group: s(v, "apiGroup"),
        resource: s(v, "resource"),
        subresource: s(v, "subresource"),
        namespace: s(v, "namespace"),
        name: s(v, "name"),
        path: s(v, "path"),
        refused: false,
    }
}
fn rules(v: &Value, k: &str) -> Vec<Rule> {
    v[k].as_array()
        .map(|l| l.iter().map(rule).collect())
        .unwrap_or_default()
}

#[test]
fn cases() {
    let Ok(text) = std::fs::read_to_string(corpus().join("cases.jsonl")) else {
        return;
    };
    let mut n = 0;
    for line in text.lines() {
        let c: Value = serde_json::from_str(line).unwrap();
        let id = &c["id"];
        match c["kind"].as_str().unwrap() {
            "authorize" => {
                let cl = objects(&c, None);
                for (k, want) in [("allow", true), ("deny", false)] {
                    for r in c[k].as_array().into_iter().flatten() {
                        let q = request(r);
                        let got = cl
                            .authorise(
                                &User {
                                    name: Some(q.user.clone()),
                                    groups: q.groups.clone(),
                                },
                                &q.action(),
                            )
                            .is_some();
                        assert_eq!(got, want, "{id} {r}");
                        n += 1;
                    }
                }
            }
            "rule-match" => {
                for r in c["requests"].as_array().unwrap() {
                    assert_eq!(
                        Value::Bool(rule(&c["rule"]).allows(&request(&r["request"]).action())),
                        r["expected"],
                        "{id} {r}"
                    );
                    n += 1;
                }
            }
            "who-can" => {
                let cl = objects(&c, None);
                for a in c["actions"].as_array().unwrap() {
                    let su = s(&c, "superUser");
                    let q = request(&a["action"]);
                    let got: Vec<Value> = cl.allowed_subjects(&q.action(), (!su.is_empty()).then_some(su.as_str())).iter().map(|x| json!({"kind": x.kind.as_str(), "apiGroup": "rbac.authorization.k8s.io", "name": x.name})).collect();
                    assert_eq!(json!(got), a["subjects"], "{id}");
                    n += 1;
                }
            }
            "covers" => {
                let got = uncovered(&rules(&c, "owner"), &rules(&c, "servant"));
                assert_eq!(got, rules(&c, "uncovered"), "{id}");
                assert_eq!(Value::Bool(got.is_empty()), c["covered"]);
                n += 1;
            }
            "url-covers" => {
                assert_eq!(
                    Value::Bool(url_covers(
                        c["owner"].as_str().unwrap(),
                        c["requested"].as_str().unwrap()
                    )),
                    c["want"],
                    "{id}"
                );
                n += 1;
            }
            "audit2rbac" => {
                let cl = objects(&c, Some(&c["existing"]));
                let o = &c["opts"];
                let w = Widening {
                    verbs: serde_json::from_value(o["VerbExpansions"].clone()).unwrap(),
                    names: o["ExpandMultipleNamesToUnnamed"].as_bool().unwrap(),
                    namespaces: o["ExpandMultipleNamespacesToClusterScoped"]
                        .as_bool()
                        .unwrap(),
                };
                let reqs: Vec<Request> = c["requests"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(request)
                    .collect();
                let g = widened(&cl, &reqs, &w);
                let mut got = g.objects(&s(o, "Name"));
                let mut want = vec![];
                for (k, kind) in [
                    ("ClusterRoles", "ClusterRole"),
                    ("ClusterRoleBindings", "ClusterRoleBinding"),
                    ("Roles", "Role"),
                    ("RoleBindings", "RoleBinding"),
                ] {
                    for x in c["expected"][k].as_array().into_iter().flatten() {
                        let mut x = x.clone();
                        x["kind"] = json!(kind);
                        want.push(x);
                    }
                }
                for x in &mut got {
                    x.as_object_mut().unwrap().remove("apiVersion");
                }
                assert_eq!(json!(got), json!(want), "{id} {}", c["name"]);
                n += 1;
            }
            k => panic!("{k}"),
        }
    }
    assert_eq!(n, 160);
}

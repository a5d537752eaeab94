//! Inputs: one Deployment as a file, and what is made of it or by numbers, the same on each run.

use serde_json::{Value, json};

/// A Deployment with four containers, of which the last one breaks two rules.
pub const DEPLOYMENT: &str = include_str!("../inputs/deployment.json");

/// The same Deployment as a manifest.
pub const MANIFEST: &str = include_str!("../inputs/deployment.yaml");

/// The Deployment's name, wherever it stands in the manifest.
const NAME: &str = "checkout";

/// A stream of `count` Deployments, each with a name of its own.
#[must_use]
pub fn deployments(count: usize) -> String {
    (0..count)
        .map(|number| {
            format!(
                "---\n{}",
                MANIFEST.replace(NAME, &format!("{NAME}-{number:04}"))
            )
        })
        .collect()
}

/// Routes and services, `count` of each; every hundredth route has the wrong port.
#[must_use]
pub fn join(count: usize) -> String {
    let services: Vec<Value> = (0..count)
        .map(|i| {
            json!({
                "name": format!("service-{i:04}"),
                "namespace": format!("team-{:02}", i % 40),
                "port": 8000 + i % 50,
                "selector": {"app": format!("app-{i:04}")},
            })
        })
        .collect();
    let routes: Vec<Value> = (0..count)
        .map(|i| {
            // 7 and the count have no factor in common, so each service is met once.
            let backend = i * 7 % count;
            let wrong = usize::from(i % 100 == 99);
            json!({
                "name": format!("route-{i:04}"),
                "host": format!("{i:04}.example.com"),
                "backend": format!("service-{backend:04}"),
                "port": 8000 + backend % 50 + wrong,
            })
        })
        .collect();
    text(&json!({"routes": routes, "services": services}))
}

/// Clusters with namespaces, workloads, pods and containers: 3 × 4 × 4 × 2 × 2.
#[must_use]
pub fn nested() -> String {
    let clusters: Vec<Value> = ["north", "south", "west"]
        .iter()
        .enumerate()
        .map(|(i, name)| json!({"name": name, "namespaces": many(4, |j| namespace(i, j))}))
        .collect();
    text(&json!({
        "clusters": clusters,
        "quota": {"payments": 6000, "search": 9000, "shop": 9000, "platform": 9000},
    }))
}

fn namespace(cluster: usize, number: usize) -> Value {
    let team = ["payments", "search", "shop", "platform"][number % 4];
    json!({
        "name": format!("{team}-{cluster}"),
        "team": team,
        "labels": {"team": team, "stage": "production"},
        "workloads": many(4, |i| workload(cluster, number, i)),
    })
}

fn workload(cluster: usize, namespace: usize, number: usize) -> Value {
    let lame = (cluster + namespace + number) % 11 == 4;
    json!({
        "name": format!("workload-{namespace}-{number}"),
        "minimum": 2,
        "pods": many(2, |pod| json!({
            "name": format!("workload-{namespace}-{number}-{pod}"),
            "containers": many(2, |container| json!({
                "name": if container == 0 { "app" } else { "proxy" },
                "image": image(cluster, namespace, number, container),
                "memory": 128 + 64 * (number + 2 * container),
                "ready": !(lame && pod == 1 && container == 0),
            })),
        })),
    })
}

fn image(cluster: usize, namespace: usize, number: usize, container: usize) -> String {
    match container {
        // One image that runs in one cluster only.
        0 if (cluster, namespace, number) == (1, 2, 3) => {
            "registry.example.com/trial:0.1".to_owned()
        }
        0 => format!("registry.example.com/app-{}:1.{number}", namespace % 2),
        _ => "registry.example.com/proxy:1.29.0".to_owned(),
    }
}

fn many(count: usize, make: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..count).map(make).collect()
}

fn text(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests")]

    use super::{DEPLOYMENT, MANIFEST, deployments};
    use kpol_diagnostics::SourceMap;
    use kpol_input::{Format, read_str};

    #[test]
    fn each_deployment_has_a_name() {
        let mut sources = SourceMap::new();
        let documents =
            read_str(&mut sources, "many.yaml", &deployments(3), Format::Yaml).expect("YAML");
        let names: Vec<_> = documents.iter().filter_map(|d| d.name()).collect();
        assert_eq!(names, ["checkout-0000", "checkout-0001", "checkout-0002"]);
    }

    #[test]
    fn both_texts_are_the_same_object() {
        let mut sources = SourceMap::new();
        let json = read_str(&mut sources, "d.json", DEPLOYMENT, Format::Json).expect("JSON");
        let yaml = read_str(&mut sources, "d.yaml", MANIFEST, Format::Yaml).expect("YAML");
        let bounds = |documents: &[kpol_input::Document]| documents.first().map(|d| d.bounds());
        assert_eq!(bounds(&json), bounds(&yaml));
    }
}

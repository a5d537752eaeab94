//! Pods and what makes them: whose token they hold, and whether they are root on their node.

use kpol_input::{Kind, NodeId};

use crate::load::Reader;
use crate::model::Workload;

/// Where a kind keeps its pod template.
pub(crate) fn template(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "Pod" => &["spec"],
        "PodTemplate" => &["template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job" => &["spec", "template", "spec"],
        _ => return None,
    })
}

/// The workload that a document is, if it is one.
pub(crate) fn read(reader: &mut Reader<'_>, kind: &str) -> Option<Workload> {
    let spec = reader.at(template(kind)?)?;
    let root = reader.root();
    let account = reader
        .str_at(spec, "serviceAccountName")
        .filter(|name| !name.is_empty())
        .or_else(|| reader.str_at(spec, "serviceAccount"))
        .filter(|name| !name.is_empty())
        .unwrap_or("default")
        .to_owned();
    let owned = reader
        .at(&["metadata", "ownerReferences"])
        .is_some_and(|owners| reader.document.children(owners).next().is_some());
    let metadata = reader.at(&["metadata"]);
    let name = metadata.and_then(|metadata| {
        (reader.str_at(metadata, "name"))
            .or_else(|| reader.str_at(metadata, "generateName"))
            .map(str::to_owned)
    });
    Some(Workload {
        kind: kind.to_owned(),
        namespace: reader.namespace_of(),
        name: name.unwrap_or_default(),
        service_account: account,
        automount: reader.bool_at(spec, "automountServiceAccountToken"),
        host: host(reader, spec),
        owned,
        place: Some(reader.place(root)),
    })
}

/// What gives a container of the pod its node.
fn host(reader: &mut Reader<'_>, spec: NodeId) -> Option<String> {
    for key in ["containers", "initContainers", "ephemeralContainers"] {
        for container in reader.items(spec, key) {
            let context = reader.get(container, "securityContext");
            if context.and_then(|context| reader.bool_at(context, "privileged")) == Some(true) {
                return Some("privileged".to_owned());
            }
        }
    }
    for volume in reader.items(spec, "volumes") {
        let path = reader
            .get(volume, "hostPath")
            .and_then(|host| reader.str_at(host, "path"));
        if let Some(path) = path.filter(|path| owns_node(path)) {
            return Some(format!("hostPath {path}"));
        }
    }
    let process = reader.bool_at(spec, "hostPID") == Some(true);
    (process && adds_ptrace(reader, spec)).then(|| "hostPID".to_owned())
}

/// Whether who writes below a path of the node is root there.
fn owns_node(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    const PATHS: [&str; 9] = [
        "/etc",
        "/root",
        "/proc",
        "/var/run/docker.sock",
        "/run/containerd",
        "/var/run/containerd",
        "/var/lib/kubelet",
        "/var/lib/etcd",
        "/var/lib",
    ];
    path.is_empty()
        || PATHS.iter().any(|own| {
            path == *own
                || path
                    .strip_prefix(own)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
}

fn adds_ptrace(reader: &mut Reader<'_>, spec: NodeId) -> bool {
    reader
        .items(spec, "containers")
        .into_iter()
        .any(|container| {
            let added = reader
                .get(container, "securityContext")
                .and_then(|context| reader.get(context, "capabilities"))
                .and_then(|capabilities| reader.get(capabilities, "add"));
            added.is_some_and(|added| {
                matches!(reader.document.kind(added), Kind::Array(_))
                    && reader.document.children(added).any(|name| {
                        matches!(
                            reader.document.str(name),
                            Some(
                                "ALL"
                                    | "SYS_ADMIN"
                                    | "SYS_PTRACE"
                                    | "CAP_SYS_ADMIN"
                                    | "CAP_SYS_PTRACE"
                            )
                        )
                    })
            })
        })
}

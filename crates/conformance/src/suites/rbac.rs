//! RBAC: Kubernetes' own cases of authorization and of the escalation check, audit2rbac's of roles from requests, the
//! roles that an API server makes itself, and the dump of a cluster.

use std::path::{Path, PathBuf};

use kpol_diagnostics::SourceMap;
use kpol_input::Format;
use kpol_rbac::audit::{Audited, audit};
use kpol_rbac::minimise::{Request, Widening, widened};
use kpol_rbac::{Cluster, Objects, Options, Rule, User, uncovered, url_covers};
use serde_json::{Value, json};

use super::{Tally, lines};

const API: &str = "rbac.authorization.k8s.io";

/// Runs the suite in a folder: `cases.jsonl` and `bootstrap-1.34.1/`; `cluster-dump/` lies beside the folder.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let cases: Vec<Value> = lines(&dir.join("cases.jsonl"))?;
    for case in &cases {
        let kind = text(case, "kind");
        for (number, result) in checks(case, &kind)?.into_iter().enumerate() {
            let name = format!("{} {}#{number}", text(case, "id"), text(case, "name"));
            tally.add(&kind, &name, result);
        }
    }
    let bootstrap = dir.join("bootstrap-1.34.1");
    let mut files = listed(&bootstrap)?;
    files.push(bootstrap);
    for path in files {
        let found = audit(&read(&path)?);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let result = match found.first() {
            None => Ok(()),
            Some(one) => Err(format!("{}: {}", one.check.id, one.message)),
        };
        tally.add("bootstrap", &name, result);
    }
    let dump = dir.with_file_name("cluster-dump");
    if dump.is_dir() {
        let found = audit(&read(&dump)?);
        for (id, kind, name, subject) in WANTED {
            let result = if found.iter().any(|one| fits(one, id, kind, name, subject)) {
                Ok(())
            } else {
                Err("not found".to_owned())
            };
            tally.add("cluster-dump", &format!("{id} {kind} {name}"), result);
        }
    }
    Ok(tally)
}

/// What the dump's own README wants: check, kind and name of the object, and somebody who is told.
const WANTED: [(&str, &str, &str, &str); 9] = [
    (
        "rbac/cluster-admin-service-account",
        "ClusterRoleBinding",
        "builder-is-admin",
        "ServiceAccount legacy/builder",
    ),
    ("rbac/escalation", "ClusterRole", "escalator", "User bob"),
    ("rbac/impersonation", "ClusterRole", "escalator", "User bob"),
    (
        "rbac/pod-exec",
        "ClusterRole",
        "pod-operator",
        "Group developers",
    ),
    (
        "rbac/anonymous",
        "RoleBinding",
        "anonymous-reads",
        "User system:anonymous",
    ),
    (
        "rbac/all-users",
        "RoleBinding",
        "everyone-edits",
        "Group system:authenticated",
    ),
    ("rbac/full-access", "ClusterRole", "anything", ""),
    ("rbac/missing-role", "ClusterRoleBinding", "dangling", ""),
    (
        "rbac/admin-service-account",
        "RoleBinding",
        "robot-admin",
        "ServiceAccount payments/robot",
    ),
];

fn fits(found: &Audited, id: &str, kind: &str, name: &str, subject: &str) -> bool {
    found.check.id == id
        && found.object.kind == kind
        && found.object.name == name
        && found.place.is_some()
        && (subject.is_empty() || found.subjects.iter().any(|who| who.to_string() == subject))
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|end| end == "yaml" || end == "json")
    });
    files.sort();
    Ok(files)
}

/// All objects of a file or folder.
fn read(path: &Path) -> Result<Cluster, String> {
    let files = if path.is_dir() {
        listed(path)?
    } else {
        vec![path.to_owned()]
    };
    let mut sources = SourceMap::new();
    let mut objects = Objects::default();
    for file in files {
        let documents = kpol_input::read_path(&mut sources, &file, &kpol_input::Options::default())
            .map_err(|error| format!("{}: {error}", file.display()))?;
        for document in &documents {
            objects
                .add(document)
                .map_err(|errors| format!("{}: {errors:?}", file.display()))?;
        }
    }
    Ok(Cluster::new(objects, Options::default()))
}

fn text(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    items(value, key)
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn rule(value: &Value) -> Rule {
    Rule {
        verbs: texts(value, "verbs"),
        api_groups: texts(value, "apiGroups"),
        resources: texts(value, "resources"),
        resource_names: texts(value, "resourceNames"),
        urls: texts(value, "nonResourceURLs"),
    }
}

fn rules(value: &Value, key: &str) -> Vec<Rule> {
    items(value, key).map(rule).collect()
}

fn request(value: &Value) -> Request {
    Request {
        user: text(value, "user"),
        groups: texts(value, "groups"),
        verb: text(value, "verb"),
        is_resource: value.get("resourceRequest").and_then(Value::as_bool) == Some(true),
        group: text(value, "apiGroup"),
        resource: text(value, "resource"),
        subresource: text(value, "subresource"),
        namespace: text(value, "namespace"),
        name: text(value, "name"),
        path: text(value, "path"),
        refused: false,
    }
}

/// Objects of a case, whose lists have names in Go's way or in JSON's.
fn cluster(value: &Value) -> Result<Cluster, String> {
    let mut objects = Objects::default();
    let mut sources = SourceMap::new();
    for kind in ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"] {
        let go = format!("{kind}s");
        let (first, rest) = go.split_at(1);
        let json = format!("{}{rest}", first.to_ascii_lowercase());
        for item in items(value, &go).chain(items(value, &json)) {
            let mut object = item.clone();
            if let Some(map) = object.as_object_mut() {
                map.insert("apiVersion".to_owned(), json!(format!("{API}/v1")));
                map.insert("kind".to_owned(), json!(kind));
            }
            let read = kpol_input::read_str(&mut sources, kind, &object.to_string(), Format::Json);
            for document in read.map_err(|error| error.to_string())? {
                objects
                    .add(&document)
                    .map_err(|errors| format!("{errors:?}"))?;
            }
        }
    }
    Ok(Cluster::new(objects, Options { defaults: false }))
}

type Checks = Vec<Result<(), String>>;

fn checks(case: &Value, kind: &str) -> Result<Checks, String> {
    Ok(match kind {
        "authorize" => authorize(case)?,
        "rule-match" => rule_match(case),
        "who-can" => who_can(case)?,
        "covers" => {
            let uncovered = uncovered(&rules(case, "owner"), &rules(case, "servant"));
            let covered = case.get("covered").and_then(Value::as_bool);
            vec![same(
                &(covered, rules(case, "uncovered")),
                &(Some(uncovered.is_empty()), uncovered),
            )]
        }
        "url-covers" => {
            let covers = url_covers(&text(case, "owner"), &text(case, "requested"));
            vec![same(&case.get("want"), &Some(&json!(covers)))]
        }
        "audit2rbac" => vec![audit2rbac(case)?],
        other => return Err(format!("unknown kind of case `{other}`")),
    })
}

fn same<T: PartialEq + std::fmt::Debug>(wanted: &T, got: &T) -> Result<(), String> {
    if wanted == got {
        return Ok(());
    }
    Err(format!("wanted {wanted:?}\ngot {got:?}"))
}

fn authorize(case: &Value) -> Result<Checks, String> {
    let cluster = cluster(case)?;
    let each = |key: &'static str, wanted: bool| {
        let cluster = &cluster;
        items(case, key).map(move |value| {
            let request = request(value);
            let user = User {
                name: Some(request.user.clone()),
                groups: request.groups.clone(),
            };
            let allowed = cluster.authorise(&user, &request.action()).is_some();
            same(&wanted, &allowed).map_err(|error| format!("{value}: {error}"))
        })
    };
    Ok(each("allow", true).chain(each("deny", false)).collect())
}

fn rule_match(case: &Value) -> Checks {
    let own = case.get("rule").map(rule).unwrap_or_default();
    items(case, "requests")
        .map(|value| {
            let request = value.get("request").map(request).unwrap_or_default();
            let allowed = json!(own.allows(&request.action()));
            same(&value.get("expected"), &Some(&allowed))
        })
        .collect()
}

fn who_can(case: &Value) -> Result<Checks, String> {
    let cluster = cluster(case)?;
    let superuser = text(case, "superUser");
    let superuser = (!superuser.is_empty()).then_some(superuser.as_str());
    let each = items(case, "actions").map(|value| {
        let request = value.get("action").map(request).unwrap_or_default();
        let subjects: Vec<Value> = (cluster
            .allowed_subjects(&request.action(), superuser)
            .iter())
        .map(|subject| match subject.kind {
            kpol_rbac::SubjectKind::ServiceAccount => json!({
                "kind": "ServiceAccount", "name": subject.name, "namespace": subject.namespace,
            }),
            kind => json!({"kind": kind.as_str(), "apiGroup": API, "name": subject.name}),
        })
        .collect();
        same(&value.get("subjects"), &Some(&json!(subjects)))
    });
    Ok(each.collect())
}

fn audit2rbac(case: &Value) -> Result<Result<(), String>, String> {
    let existing = cluster(case.get("existing").unwrap_or(&Value::Null))?;
    let options = case.get("opts").cloned().unwrap_or_default();
    let flag = |key: &str| options.get(key).and_then(Value::as_bool) == Some(true);
    let verbs = options.get("VerbExpansions").cloned().unwrap_or_default();
    let widening = Widening {
        verbs: serde_json::from_value::<Option<_>>(verbs)
            .map_err(|error| error.to_string())?
            .unwrap_or_default(),
        names: flag("ExpandMultipleNamesToUnnamed"),
        namespaces: flag("ExpandMultipleNamespacesToClusterScoped"),
    };
    let requests: Vec<Request> = items(case, "requests").map(request).collect();
    let mut got = widened(&existing, &requests, &widening).objects(&text(&options, "Name"));
    for object in &mut got {
        if let Some(map) = object.as_object_mut() {
            map.remove("apiVersion");
        }
    }
    let mut wanted = Vec::new();
    for kind in ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"] {
        let list = case
            .get("expected")
            .into_iter()
            .flat_map(|all| items(all, &format!("{kind}s")).collect::<Vec<_>>());
        for object in list {
            let mut object = object.clone();
            if let Some(map) = object.as_object_mut() {
                map.insert("kind".to_owned(), json!(kind));
            }
            wanted.push(object);
        }
    }
    Ok(same(&wanted, &got))
}

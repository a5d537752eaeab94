//! The built-in library: packs, rules by id, parameters, and what is told about rules.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Folder, kpol, repository};

const POLICY: &str = "\
# METADATA
# title: Images come from known registries
# description: |
#   Somebody else's registry may change what an image is.
#
#   With no registry, the rule finds nothing.
# related_resources:
# - ref: https://example.com/registries
# custom:
#   id: team/registry
#   severity: high
#   remediation: Take the image from an allowed registry.
#   tags: [supply-chain]
#   frameworks:
#     owasp: [K02]
#     house: [R-7]
#   parameters:
#     allowed:
#       type: strings
#       default: []
#       description: Registries that images may come from.
#     mode:
#       type: string
#       values: [strict, lax]
#       default: lax
package main

default allowed := []

allowed := data.kpol.parameters[\"team/registry\"].allowed

deny contains msg if {
	count(allowed) > 0
	some container in input.spec.containers
	not known(container.image)
	msg := sprintf(\"%s is from no known registry\", [container.image])
}

known(image) if {
	some registry in allowed
	startswith(image, sprintf(\"%s/\", [registry]))
}

# METADATA
# title: Pods have labels
# custom:
#   id: team/labels
#   severity: low
warn contains \"no labels\" if not input.metadata.labels
";

/// A pod that breaks rules of several severities, and team's rule if `example.com` is all that is allowed.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: nginx:latest
      securityContext:
        privileged: true
    - name: proxy
      image: nginx:1.27
";

fn folder() -> Folder {
    Folder::new()
        .file("own/registry.rego", POLICY)
        .file("pod.yaml", POD)
}

/// The ids of the rules that found something.
#[track_caller]
fn found(folder: &Folder, args: &[&str]) -> BTreeSet<String> {
    let args: Vec<&str> = (["test", "pod.yaml", "-o", "json", "--no-fail"].iter())
        .chain(args)
        .copied()
        .collect();
    let report = folder.kpol(&args).expect(0).json();
    let mut ids = BTreeSet::new();
    for result in report.as_array().unwrap() {
        for member in ["failures", "warnings"] {
            for finding in result
                .get(member)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                ids.insert(finding["rule"].as_str().unwrap().to_owned());
            }
        }
    }
    ids
}

#[test]
fn packs_choose_rules() {
    let folder = folder();
    let default = found(&folder, &[]);
    assert!(default.contains("workload/privileged") && default.contains("images/tag"));
    assert!(!default.contains("images/digest"), "low: {default:?}");
    assert_eq!(found(&folder, &["--pack", "default"]), default);
    let all = found(&folder, &["--pack", "all"]);
    assert!(all.is_superset(&default) && all.len() > default.len());
    assert_eq!(found(&folder, &["--all-namespaces"]), all);
    let minimal = found(&folder, &["--pack", "minimal"]);
    assert!(minimal.contains("workload/privileged") && !minimal.contains("images/tag"));
    let reliability = found(&folder, &["--pack", "reliability"]);
    assert!(!reliability.is_empty() && reliability.is_disjoint(&default));
    let both = found(&folder, &["--pack", "minimal,reliability"]);
    assert_eq!(both, minimal.union(&reliability).cloned().collect());
    let skipped = found(&folder, &["--pack", "all", "--skip-rule", "images/*"]);
    assert!(!skipped.iter().any(|id| id.starts_with("images/")));
    assert!(skipped.len() > 1 && skipped.is_subset(&all));
}

#[test]
fn rules_are_chosen_by_id() {
    let folder = folder();
    let only = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<BTreeSet<_>>();
    for (args, expected) in [
        (&["--rule", "images/tag"][..], only(&["images/tag"])),
        (
            &["--rule", "images/tag,images/digest"],
            only(&["images/digest", "images/tag"]),
        ),
        (
            &["--rule", "images/*", "--skip-rule", "images/tag"],
            only(&["images/digest"]),
        ),
        (&["-p", "own"], only(&["team/labels"])),
        (
            &["-p", "own", "--rule", "team/labels"],
            only(&["team/labels"]),
        ),
        // A configuration may name rules that do not run here.
        (
            &["-p", "own", "--skip-rule", "images/tag"],
            only(&["team/labels"]),
        ),
        (
            &["-p", "own", "--pack", "minimal", "--rule", "images/tag"],
            only(&["team/labels", "images/tag", "workload/privileged"]),
        ),
    ] {
        let found = found(&folder, args);
        let expected: BTreeSet<String> = expected;
        assert!(
            found == expected || (args.contains(&"minimal") && found.is_superset(&expected)),
            "{args:?}: {found:?}"
        );
    }
}

#[test]
fn packs_of_ones_own() {
    let folder = folder()
        .file("packs/team.toml", "title = \"Ours\"\ninclude = [\"images/digest\", {area = \"images\", severity = \"medium\"}]\n")
        .file("packs/wrong.toml", "title = \"Ours\"\ninclude = [\"images/digset\"]\n")
        .file("packs/broken.toml", "title = \"Ours\"\nincludes = []\n")
        .file("kpol.toml", "pack = [\"packs/team.toml\"]\nskip-rule = [\"images/tag\"]\n");
    let found = found(&folder, &[]);
    assert!(
        found.contains("images/digest") && !found.contains("images/tag"),
        "{found:?}"
    );
    assert!(
        found.iter().all(|id| id.starts_with("images/")),
        "{found:?}"
    );
    for (pack, text) in [
        ("packs/wrong.toml", "did you mean `images/digest`?"),
        ("packs/broken.toml", "packs/broken.toml:2:1"),
        ("packs/none.toml", "cannot read `packs/none.toml`"),
        ("defualt", "did you mean `default`?"),
    ] {
        folder
            .kpol(&["test", "pod.yaml", "--pack", pack])
            .expect(2)
            .says(&[text]);
    }
}

#[test]
fn what_names_no_rule_is_an_error() {
    let folder = folder();
    for (args, text) in [
        (&["--rule", "images/tags"][..], "did you mean `images/tag`?"),
        (&["--skip-rule", "tag"], "did you mean `images/tag`?"),
        (&["--rule", "nothing/*"], "there is no rule `nothing/*`"),
        (
            &["-p", "own", "--rule", "team/label"],
            "did you mean `team/labels`?",
        ),
        (
            &["-p", "own", "--rule", "images/tag"],
            "`--pack` adds the library",
        ),
        (&["-p", "own", "--skip-rule", "team/*"], "no rule ran"),
    ] {
        let args: Vec<&str> = ["test", "pod.yaml"].iter().chain(args).copied().collect();
        folder.kpol(&args).expect(2).says(&[text]);
    }
}

#[test]
fn parameters_are_given_in_files() {
    let given = "kpol:\n  parameters:\n    team/registry:\n      allowed: [example.com]\n";
    let folder = folder()
        .file("data.yaml", given)
        .file(
            "parameters.toml",
            "[parameters.\"team/registry\"]\nallowed = [\"docker.io\"]\n",
        )
        .file(
            "parameters.json",
            "{\"parameters\": {\"team/registry\": {\"allowed\": [\"nginx:latest\"]}}}",
        )
        .file(
            "folder/kpol/parameters.yaml",
            "parameters:\n  team/registry:\n    allowed: [example.com]\n",
        );
    let none = found(&folder, &["-p", "own"]);
    assert!(!none.contains("team/registry"), "{none:?}");
    for option in [
        ["-d", "data.yaml"],
        ["-d", "folder"],
        ["--parameters", "parameters.toml"],
        ["--parameters", "parameters.json"],
    ] {
        let found = found(&folder, &["-p", "own", option[0], option[1]]);
        assert!(found.contains("team/registry"), "{option:?}: {found:?}");
    }
    // Also where the policy was compiled before, and from kpol.toml.
    let folder = folder.file(
        "kpol.toml",
        "policy = \"own\"\n[parameters.\"team/registry\"]\nallowed = [\"example.com\"]\n",
    );
    let cache = folder.path("cache");
    for _ in 0..2 {
        folder
            .kpol_cached(&["test", "pod.yaml"], cache.to_str().unwrap())
            .expect(1)
            .says(&["nginx:latest is from no known registry"]);
    }
    // The command line has its own instead.
    folder
        .kpol(&["test", "pod.yaml", "--parameters", "parameters.json"])
        .expect(1);
}

#[test]
fn parameters_that_no_rule_has_are_errors_at_their_line() {
    for (name, text, expected) in [
        (
            "p.yaml",
            "parameters:\n  team/registri: {}\n",
            &["p.yaml:2:3", "did you mean `team/registry`?"][..],
        ),
        (
            "p.toml",
            "[parameters.\"team/registry\"]\nalowed = []\n",
            &["p.toml:2:1", "did you mean `allowed`?"],
        ),
        (
            "p.toml",
            "[parameters.\"team/registry\"]\nallowed = \"x\"\n",
            &["p.toml:2:11", "must be a list of strings, not a string"],
        ),
        (
            "p.toml",
            "[parameters.\"team/registry\"]\nmode = \"strikt\"\n",
            &["p.toml:2:8", "did you mean `strict`?"],
        ),
        ("p.toml", "[other]\n", &["has no `parameters`"]),
        (
            "p.toml",
            "[parameters.\"images/tag\"]\nx = 1\n",
            &["`images/tag` has no parameter `x`"],
        ),
    ] {
        let folder = folder().file(name, text);
        let args = ["test", "pod.yaml", "-p", "own", "--parameters", name];
        folder.kpol(&args).expect(2).says(expected);
    }
    let folder = folder().file("d/kpol/parameters/team/a.yaml", "allowed: []\n");
    folder
        .kpol(&["test", "pod.yaml", "-p", "own", "-d", "d"])
        .expect(2)
        .says(&["parameters of rules stand in one file"]);
    let folder = folder.file(
        "d.json",
        "{\"kpol\": {\"parameters\": {\"team/labels\": {\"x\": 1}}}}",
    );
    folder
        .kpol(&["test", "pod.yaml", "-p", "own", "-d", "d.json"])
        .expect(2)
        .says(&["d.json:1:42", "`team/labels` has no parameter `x`"]);
}

#[test]
fn own_rules_are_listed_and_shown() {
    let folder = folder();
    let run = |args: &[&str]| {
        let args: Vec<&str> = ["policies"].iter().chain(args).copied().collect();
        folder.kpol(&args).expect(0).stdout
    };
    insta::assert_snapshot!("list", run(&["list", "-p", "own"]));
    insta::assert_snapshot!("list-json", run(&["list", "-p", "own", "-o", "json"]));
    insta::assert_snapshot!("show", run(&["show", "team/registry", "-p", "own"]));
    for (args, expected) in [
        (&["--severity", "low"][..], &["team/labels"][..]),
        (
            &["--severity", "low,high"],
            &["team/labels", "team/registry"],
        ),
        (&["--severity", "medium"], &[]),
        (&["--framework", "owasp"], &["team/registry"]),
        (&["--framework", "house=R-7"], &["team/registry"]),
        (&["--framework", "owasp=K01"], &[]),
        (&["--tag", "supply-chain"], &["team/registry"]),
        (&["--pack", "default"], &["team/registry"]),
    ] {
        let args: Vec<&str> = (["list", "-p", "own", "-o", "json"].iter())
            .chain(args)
            .copied()
            .collect();
        let rules: Vec<Value> = serde_json::from_str(&run(&args)).unwrap();
        let ids: Vec<&str> = rules
            .iter()
            .map(|rule| rule["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{args:?}");
    }
    let shown: Value =
        serde_json::from_str(&run(&["show", "team/labels", "-p", "own", "-o", "json"])).unwrap();
    assert_eq!(shown["level"], "warning");
    assert_eq!(shown["source"], POLICY);
}

#[test]
fn filters_and_ids_that_there_are_not() {
    for (args, text) in [
        (&["list", "--severity", "hihg"][..], "did you mean `high`?"),
        (
            &["list", "--framework", "osap"],
            "there is no framework `osap`",
        ),
        (
            &["list", "--framework", "owasp=K11"],
            "there is no id of owasp `K11`",
        ),
        (&["list", "--pack", "alll"], "did you mean `all`?"),
        (
            &["list", "--tag", "realiability"],
            "did you mean `reliability`?",
        ),
        (&["show", "tag"], "did you mean `images/tag`?"),
        (
            &["show", "workload/privilegd"],
            "did you mean `workload/privileged`?",
        ),
    ] {
        let args: Vec<&str> = ["policies"].iter().chain(args).copied().collect();
        kpol(&args).expect(2).says(&[text]);
    }
}

#[test]
fn a_rule_of_the_library_has_an_example() {
    kpol(&["policies", "show", "workload/privileged", "--source"])
        .expect(0)
        .says(&[
            "workload/privileged  critical",
            "            privileged: true",
            "-            privileged: true",
            "package kubernetes.workload.privileged",
            "Packs:",
            "minimal",
        ]);
}

/// All rules of the library, as JSON.
fn rules() -> Vec<Value> {
    let listed = kpol(&["policies", "list", "-o", "json"]).expect(0).json();
    listed.as_array().unwrap().clone()
}

#[test]
fn rules_of_the_library_say_what_they_have_to() {
    let mut sources = kpol_diagnostics::SourceMap::new();
    let frameworks = kpol_library::Frameworks::built_in(&mut sources).unwrap();
    let rules = rules();
    assert!(rules.len() > 20);
    for rule in &rules {
        let id = rule["id"].as_str().unwrap();
        let package = format!("kubernetes.{}", id.replace('/', ".").replace('-', "_"));
        // Rules of the Pod Security Standards share files.
        if !id.starts_with("pod-security/") {
            assert_eq!(rule["package"], package, "{id}");
        }
        for field in ["title", "description", "remediation"] {
            let text = rule[field].as_str().unwrap_or_default();
            assert!(text.len() > 10, "{id}: {field}");
        }
        let severity = rule["severity"].as_str().unwrap_or_default();
        assert!(
            ["critical", "high", "medium", "low"].contains(&severity),
            "{id}: {severity}"
        );
        for tag in rule["tags"].as_array().unwrap() {
            let tag = tag.as_str().unwrap();
            assert!(
                ["reliability", "supply-chain"].contains(&tag),
                "{id}: tag {tag}"
            );
        }
        for (name, ids) in rule["frameworks"].as_object().unwrap() {
            let framework = frameworks.get(name);
            let framework = framework.unwrap_or_else(|| panic!("{id}: framework {name}"));
            for own in ids.as_array().unwrap() {
                let own = own.as_str().unwrap();
                assert!(framework.has(own), "{id}: {name} has no {own}");
            }
        }
    }
}

#[test]
fn defaults_of_parameters_are_those_that_the_metadata_tells() {
    let policies = repository().join("policies/kubernetes");
    for rule in rules() {
        let id = rule["id"].as_str().unwrap();
        for parameter in rule["parameters"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            let declared: kpol_library::Parameter =
                serde_json::from_value(parameter.clone()).unwrap();
            let default = declared.default.clone().unwrap_or_default();
            assert!(
                declared.kind != kpol_library::ParameterType::Any,
                "{id}: type of {name}"
            );
            assert!(
                declared.fits(&default),
                "{id}: default of {name}: {default}"
            );
            assert!(
                declared.description.is_some(),
                "{id}: description of {name}"
            );
            let query = format!("data.{}.{name}", rule["package"].as_str().unwrap());
            let run = kpol(&["eval", "-p", policies.to_str().unwrap(), &query]).expect(0);
            assert_eq!(run.json(), default, "{id}: {name}");
        }
    }
}

#[test]
fn every_pack_has_rules_and_names_only_what_there_is() {
    let rules = rules();
    let ids: Vec<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    let packs = kpol(&["policies", "packs", "-o", "json"]).expect(0).json();
    let packs = packs.as_array().unwrap();
    assert!(packs.len() >= 7);
    for pack in packs {
        let name = pack["name"].as_str().unwrap();
        assert!(!pack["rules"].as_array().unwrap().is_empty(), "{name}");
        assert!(pack["description"].as_str().unwrap().len() > 20, "{name}");
        let mut sources = kpol_diagnostics::SourceMap::new();
        let read = kpol_library::Pack::built_in(name, &mut sources);
        let read = read.unwrap().unwrap();
        for pattern in read.named() {
            assert!(
                ids.iter().any(|id| pattern.is(id)),
                "{name}: {}",
                pattern.text()
            );
        }
    }
    // A table of all packs, too.
    kpol(&["policies", "packs"])
        .expect(0)
        .says(&["PACK", "default"]);
}

/// Rules about other documents see them, however little of them is kept.
#[test]
fn rules_look_across_documents() {
    let policy = "\
package main

deny contains msg if {
	some service in data.inventory.namespace[input.metadata.namespace].v1.Service
	wanted(service.spec, input.metadata.labels)
	not data.inventory.cluster.v1.Namespace[input.metadata.namespace].metadata.labels.open
	msg := sprintf(\"%s is behind %s\", [input.metadata.name, service.metadata.name])
}

wanted(spec, labels) if spec.selector.app == labels.app
";
    let documents = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
";
    let folder = Folder::new()
        .file("own/a.rego", policy)
        .file("all.yaml", documents);
    let cache = folder.path("cache");
    let args = ["test", "-p", "own", "all.yaml"];
    for _ in 0..2 {
        folder
            .kpol_cached(&args, cache.to_str().unwrap())
            .expect(1)
            .says(&["web is behind front", "1 failure"]);
    }
    // From standard input, which can be read once only.
    folder
        .kpol_stdin(&["test", "-p", "own", "-"], documents)
        .expect(1)
        .says(&["web is behind front"]);
    folder
        .kpol_stdin(&["test", "-"], documents)
        .expect(1)
        .says(&["network/default-deny"]);
    let open = documents.replace("team: a", "open: a");
    folder
        .kpol_stdin(&["test", "-p", "own", "-"], &open)
        .expect(0);
}

#[test]
fn the_reference_pages_are_those_of_the_policies() {
    let folder = Folder::new();
    let out = folder.path("book");
    kpol(&["policies", "book", "-o", out.to_str().unwrap()]).expect(0);
    let pages = |folder: &std::path::Path| -> std::collections::BTreeMap<String, String> {
        let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        entries
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, std::fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    };
    let (written, kept) = (pages(&out), pages(&repository().join("docs/policies")));
    let names = |pages: &std::collections::BTreeMap<String, String>| {
        pages.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&written), names(&kept));
    for (name, text) in written {
        assert!(
            kept[&name] == text,
            "docs/policies/{name} is old: run `kpol policies book -o docs/policies`"
        );
    }
}

/// The library's machine code is part of the program: on a new machine nothing of it is compiled.
#[test]
fn the_library_is_compiled_ahead_of_time() {
    let folder = folder();
    let compiled = |name: &str, args: &[&str]| {
        let cache = folder.path(name);
        let run = folder.kpol_cached(args, cache.to_str().unwrap());
        assert_eq!(run.code, 1, "{run:#?}");
        let files = std::fs::read_dir(cache).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".kpol")).count()
    };
    assert_eq!(compiled("one", &["test", "pod.yaml"]), 0);
    assert_eq!(
        compiled(
            "two",
            &[
                "test",
                "--pack",
                "all",
                "--skip-rule",
                "images/tag",
                "pod.yaml"
            ]
        ),
        0
    );
    // What else is compiled is kept.
    let own = ["test", "-p", "own", "--pack", "minimal", "pod.yaml"];
    assert_eq!(compiled("three", &own), 1);
}

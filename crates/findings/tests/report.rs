//! Both reporters on one run with everything in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_diagnostics::{Diagnostic, SourceId, SourceMap, Span};
use kpol_findings::text::{Colour, Options};
use kpol_findings::{
    Counts, Exception, FileResult, Finding, Level, Loc, Location, ObjectRef, Report, RuleId, json,
    text,
};

const APP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: nginx
        image: registry.example.com/nginx:1.27
      - name: sidecar
        image: docker.io/sidecar:latest
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
";

fn span(sources: &SourceMap, id: SourceId, needle: &str) -> Span {
    let start = u32::try_from(sources.text(id).find(needle).unwrap()).unwrap();
    Span::new(id, start, start + u32::try_from(needle.len()).unwrap())
}

fn rule(name: &str) -> RuleId {
    RuleId {
        package: "main".to_owned(),
        name: name.to_owned(),
        id: None,
    }
}

fn run() -> (SourceMap, Report) {
    let mut sources = SourceMap::new();
    let broken = sources.add("manifests/broken.yaml", "a: 1\nb: [\n");
    let app = sources.add("manifests/app.yaml", APP);
    let at = |needle, path: &str| {
        Some(Location::new(
            &sources,
            span(&sources, app, needle),
            Some(path.to_owned()),
        ))
    };

    let mut registry = Finding::new(
        rule("violation_registry"),
        Level::Failure,
        "container sidecar: image docker.io/sidecar:latest is not from registry.example.com/ & <others>",
    );
    registry.location = at(
        "docker.io/sidecar:latest",
        "spec.template.spec.containers[1].image",
    );
    registry.severity = Some("high".to_owned());
    registry.title = Some("Images come from our registry".to_owned());
    registry.remediation = Some("use an image below registry.example.com/".to_owned());
    registry.links = vec!["https://example.com/rules/registry".to_owned()];
    registry.object = Some(ObjectRef {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
    });
    registry.loc = Some(Loc {
        file: Some("app.yaml".to_owned()),
        line: Some(14.into()),
    });
    let details = serde_json::json!({"severity": "high", "path": "/spec/x", "details": {"z": 1, "a": [{"y": [], "b": {}}]}});
    registry.metadata = details.as_object().unwrap().clone();

    let mut root = Finding::new(
        rule("deny_run_as_root"),
        Level::Failure,
        "Deployment web must set runAsNonRoot",
    );
    root.rule.id = Some("KPOL001".to_owned());
    root.location = at(
        "containers:\n      - name: nginx\n        image: registry.example.com/nginx:1.27\n      - name: sidecar\n        image: docker.io/sidecar:latest",
        "spec.template.spec",
    );
    let mut balancer = Finding::new(
        rule("warn_lb"),
        Level::Warning,
        "Service web is a LoadBalancer",
    );
    balancer.location = at("LoadBalancer", "spec.type");
    let nowhere = Finding::new(
        rule("warn_about"),
        Level::Warning,
        "something is missing\nsomewhere",
    );

    let results = vec![
        FileResult {
            filename: "manifests/ok.yaml".to_owned(),
            namespace: "main".to_owned(),
            successes: 3,
            ..FileResult::default()
        },
        FileResult {
            filename: "manifests/app.yaml".to_owned(),
            namespace: "main".to_owned(),
            successes: 5,
            warnings: vec![balancer, nowhere],
            failures: vec![registry, root],
            exceptions: vec![Exception {
                rule: rule("deny_run_as_root"),
                message: "data.main.exception[_][_] == \"run_as_root\"".to_owned(),
            }],
            ..FileResult::default()
        },
        FileResult {
            filename: "-".to_owned(),
            namespace: "main".to_owned(),
            successes: 1,
            ..FileResult::default()
        },
    ];
    let errors = vec![
        Diagnostic::error(
            "input_syntax_error",
            "the list is not closed",
            Span::new(broken, 8, 9),
        ),
        Diagnostic::error(
            "input_io_error",
            "cannot read `manifests/gone.yaml`: no such file",
            Span::NOWHERE,
        ),
        Diagnostic::error(
            "eval_builtin_error",
            "json.unmarshal: invalid JSON",
            span(&sources, app, "spec:"),
        ),
    ];
    let mut report = Report { results, errors };
    report.sort(&sources);
    (sources, report)
}

#[test]
fn text_for_people() {
    let (sources, report) = run();
    insta::assert_snapshot!(text::render_report(
        &report,
        &sources,
        Options {
            colour: Colour::Never
        }
    ));
    let coloured = text::render_report(
        &report,
        &sources,
        Options {
            colour: Colour::Always,
        },
    );
    assert!(coloured.contains("\u{1b}[31m14 tests"), "{coloured}");
}

#[test]
fn json_in_conftests_shape() {
    let (sources, report) = run();
    let rendered = json::render_report(&report, &sources).unwrap();
    insta::assert_snapshot!(rendered);
    let back: serde_json::Value = serde_json::from_str(&rendered).unwrap();
    let message = &back[1]["failures"][1]["msg"];
    assert!(
        message
            .as_str()
            .is_some_and(|text| text.ends_with("& <others>")),
        "{message}"
    );
}

#[test]
fn empty_report() {
    let report = Report::default();
    let sources = SourceMap::new();
    assert_eq!(json::render_report(&report, &sources).unwrap(), "[]\n");
    assert_eq!(
        text::render_report(
            &report,
            &sources,
            Options {
                colour: Colour::Never
            }
        ),
        "0 tests, 0 passed, 0 warnings, 0 failures, 0 exceptions\n"
    );
}

#[test]
fn order_does_not_depend_on_the_order_of_arrival() {
    let (sources, sorted) = run();
    let mut report = sorted.clone();
    report.results.reverse();
    report.errors.reverse();
    for result in &mut report.results {
        result.failures.reverse();
        result.warnings.reverse();
    }
    assert_ne!(report, sorted);
    report.sort(&sources);
    assert_eq!(report, sorted);
}

#[test]
fn summary_line() {
    let counts = Counts {
        tests: 12,
        passed: 8,
        warnings: 1,
        failures: 2,
        exceptions: 1,
        ..Counts::default()
    };
    assert_eq!(
        text::summary(counts),
        "12 tests, 8 passed, 1 warning, 2 failures, 1 exception"
    );
    let counts = Counts {
        errors: 1,
        ..counts
    };
    assert_eq!(
        text::summary(counts),
        "12 tests, 8 passed, 1 warning, 2 failures, 1 exception, 1 error"
    );
}

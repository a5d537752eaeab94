//! All formats: conftest's to the byte, kpol's own by snapshot and by schema.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use kpol_diagnostics::{Diagnostic, SourceMap, Span};
use kpol_findings::{
    Exception, FileResult, Finding, Format, Level, Location, Mutation, Note, ObjectRef, Problem,
    ReportOptions, RuleId, RuleInfo, RunInfo, Summary, Suppressed, read, reporter,
};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

struct Run {
    info: RunInfo,
    files: Vec<(Vec<FileResult>, Vec<Problem>)>,
    summary: Summary,
}

fn render(format: Format, options: ReportOptions, run: &Run) -> String {
    let mut bytes = Vec::new();
    {
        let mut reporter = reporter(format, &options, Box::new(&mut bytes));
        reporter.begin(&run.info).unwrap();
        for (results, problems) in &run.files {
            reporter.file(results, problems).unwrap();
        }
        reporter.finish(&run.summary).unwrap();
    }
    String::from_utf8(bytes).unwrap()
}

/// A report as a run, each result by itself.
fn from_report(text: &str) -> Run {
    let report = read(text).unwrap();
    Run {
        info: report.run(),
        summary: Summary {
            counts: report.counts(),
            exit_code: 1,
            exit_reason: "a policy failed".to_owned(),
        },
        files: report
            .results
            .into_iter()
            .map(|result| (vec![result], Vec::new()))
            .chain([(Vec::new(), report.problems)])
            .collect(),
    }
}

#[test]
fn conftests_outputs_to_the_byte() {
    let mut compared = 0;
    for entry in fs::read_dir(root("testdata/outputs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "json") {
            continue;
        }
        let run = from_report(&fs::read_to_string(&path).unwrap());
        for format in Format::ALL {
            if format == Format::Text {
                continue;
            }
            let options = ReportOptions {
                compat: true,
                colour: true,
                ..ReportOptions::default()
            };
            let wanted = path.with_extension(format!("{}.txt", format.name()));
            let wanted = fs::read_to_string(&wanted).unwrap();
            let name = path.display();
            assert_eq!(render(format, options, &run), wanted, "{name}, {format}");
            compared += 1;
        }
    }
    assert_eq!(compared, 40);
}

const APP: &str = "kind: Pod\nspec:\n  containers:\n  - name: ä\n    image: a:latest\n";

fn rule(name: &str, id: Option<&str>) -> RuleId {
    RuleId {
        package: "main".to_owned(),
        name: name.to_owned(),
        id: id.map(str::to_owned),
    }
}

/// A run with something of everything, and characters that formats must escape.
fn everything() -> Run {
    let mut sources = SourceMap::new();
    let app = sources.add("dir/a b:c,%.yaml", APP);
    let span = |needle: &str| {
        let start = u32::try_from(APP.find(needle).unwrap()).unwrap();
        Span::new(app, start, start + u32::try_from(needle.len()).unwrap())
    };
    let place =
        |needle, path: &str| Some(Location::new(&sources, span(needle), Some(path.to_owned())));
    let mut image = Finding::new(
        rule("deny_image", Some("K1")),
        Level::Failure,
        "100% <bad> & \"worse\"; [x]\nsecond line # no comment",
    );
    image.location = place("a:latest", "spec.containers[0].image");
    image.severity = Some("high".to_owned());
    image.remediation = Some("pin it".to_owned());
    image.links = vec!["https://example.com/K1".to_owned()];
    image.object = Some(ObjectRef {
        kind: "Pod".to_owned(),
        name: "a".to_owned(),
        ..ObjectRef::default()
    });
    image
        .metadata
        .insert("tags".to_owned(), serde_json::json!(["a", "a", 1]));
    let mut tall = Finding::new(rule("warn_tall", None), Level::Warning, "tall");
    tall.location = place("spec:\n  containers:\n", "spec");
    let mut quiet = Finding::new(rule("deny_quiet", None), Level::Failure, "known");
    quiet.location = place("kind", "kind");
    let result = FileResult {
        filename: "dir/a b:c,%.yaml".to_owned(),
        namespace: "main".to_owned(),
        successes: 1,
        failures: vec![
            image,
            Finding::new(rule("deny_nowhere", None), Level::Failure, "no place"),
        ],
        warnings: vec![tall],
        exceptions: vec![Exception {
            rule: rule("deny_exempt", None),
            message: "data.main.exception[_][_] == \"exempt\"".to_owned(),
        }],
        skipped: vec![Note {
            message: "data.main.todo_test_x".to_owned(),
            location: None,
        }],
        suppressed: vec![Suppressed {
            finding: quiet,
            reason: "accepted; see #12".to_owned(),
            by: "comment".to_owned(),
            until: Some("2030-01-31".to_owned()),
            owner: Some("team-shop".to_owned()),
        }],
        mutations: vec![Mutation {
            rule: rule("labels", Some("labels-policy")),
            object: Some(ObjectRef {
                kind: "Pod".to_owned(),
                name: "a".to_owned(),
                ..ObjectRef::default()
            }),
            location: place("kind", "kind"),
            diff: "--- as it is\n+++ as it would be\n@@ -1 +1 @@\n-a: 1\n+a: \"<2>\"\n".to_owned(),
            mutated: serde_json::json!({"a": "<2>"}),
        }],
        ..FileResult::default()
    };
    let problem =
        Diagnostic::error("eval_builtin_error", "odd, 100%", span("image")).help("test it");
    let problems = vec![
        Problem::new(&sources, &problem),
        Problem::new(
            &sources,
            &Diagnostic::warning("unused", "not used", Span::NOWHERE),
        ),
        Problem::plain("input_io_error", "cannot read `x`"),
    ];
    let info = |rule: RuleId, level| RuleInfo {
        rule,
        level,
        title: Some("A title".to_owned()),
        description: Some("What it is about".to_owned()),
        severity: Some("high".to_owned()),
        remediation: Some("pin it".to_owned()),
        links: vec!["no link".to_owned(), "https://example.com/K1".to_owned()],
        tags: vec!["images".to_owned(), "images".to_owned()],
    };
    let bare = RuleInfo {
        title: None,
        description: None,
        severity: None,
        remediation: None,
        links: Vec::new(),
        tags: Vec::new(),
        ..info(rule("warn_tall", None), Level::Warning)
    };
    let mut summary = Summary {
        exit_code: 2,
        exit_reason: "not all was checked".to_owned(),
        ..Summary::default()
    };
    summary.counts.add(&result);
    summary.counts.add_problems(&problems);
    Run {
        info: RunInfo {
            rules: vec![info(rule("deny_image", Some("K1")), Level::Failure), bare],
            command: "test".to_owned(),
        },
        files: vec![
            (vec![result], problems),
            (
                vec![FileResult {
                    filename: "-".to_owned(),
                    namespace: "main".to_owned(),
                    successes: 2,
                    ..FileResult::default()
                }],
                Vec::new(),
            ),
        ],
        summary,
    }
}

#[test]
fn own_outputs() {
    let run = everything();
    for format in Format::ALL {
        let options = ReportOptions {
            show_skipped: true,
            ..ReportOptions::default()
        };
        insta::assert_snapshot!(format.name(), render(format, options, &run));
    }
}

fn validate(schema: &Path, text: &str) {
    let instance: serde_json::Value = serde_json::from_str(text).unwrap();
    let schema_json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler
        .add_resource("http://kpol.test/schema.json", schema_json)
        .unwrap();
    let index = compiler
        .compile("http://kpol.test/schema.json", &mut schemas)
        .unwrap();
    if let Err(error) = schemas.validate(&instance, index) {
        panic!("{error:#}\n{text}");
    }
}

/// Our own run, and all of the reports of the goldens.
fn runs() -> Vec<Run> {
    let mut runs = vec![everything()];
    for entry in fs::read_dir(root("testdata/outputs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ext| ext == "json") {
            runs.push(from_report(&fs::read_to_string(&path).unwrap()));
        }
    }
    runs
}

#[test]
fn sarif_is_valid() {
    for run in runs() {
        let text = render(Format::Sarif, ReportOptions::default(), &run);
        validate(&root("testdata/schemas/sarif-schema-2.1.0.json"), &text);
    }
}

#[test]
#[should_panic(expected = "results")]
fn invalid_sarif_is_told() {
    let text = render(Format::Sarif, ReportOptions::default(), &everything());
    let text = text.replacen("\"text\"", "\"txt\"", 9);
    validate(&root("testdata/schemas/sarif-schema-2.1.0.json"), &text);
}

#[test]
fn json_is_valid_and_comes_back() {
    for run in runs() {
        let text = render(Format::Json, ReportOptions::default(), &run);
        validate(&root("docs/schemas/kpol-results.schema.json"), &text);
        let again = render(Format::Json, ReportOptions::default(), &from_report(&text));
        // Errors stand behind all results then.
        assert_eq!(elements(&again), elements(&text));
    }
}

fn elements(text: &str) -> Vec<String> {
    let elements: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    let mut elements: Vec<String> = elements.iter().map(ToString::to_string).collect();
    elements.sort();
    elements
}

#[test]
fn junit_is_valid() {
    let schema = fs::read_to_string(root("testdata/schemas/junit-10.xsd")).unwrap();
    let schema = uppsala::parse(&schema).unwrap();
    let validator = uppsala::XsdValidator::from_schema(&schema).unwrap();
    for run in runs() {
        let text = render(Format::Junit, ReportOptions::default(), &run);
        // A test case's file and line are not in the schema, but they are what GitLab and others read.
        let strict: String = text
            .lines()
            .map(|line| match line.trim_start().strip_prefix("<testcase") {
                Some(_) => without(&without(line, " file=\""), " line=\""),
                None => line.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("\n");
        let document = uppsala::parse(&strict).unwrap();
        let errors = validator.validate(&document);
        assert!(errors.is_empty(), "{errors:?}\n{text}");
    }
}

fn without(line: &str, attribute: &str) -> String {
    let Some((before, after)) = line.split_once(attribute) else {
        return line.to_owned();
    };
    let (_, rest) = after.split_once('"').unwrap();
    format!("{before}{rest}")
}

#[test]
fn fingerprints_do_not_know_lines() {
    let run = everything();
    let finding = &run.files[0].0[0].failures[0];
    let mut moved = finding.clone();
    let place = moved.location.as_mut().unwrap();
    place.line += 7;
    place.path = Some("spec.containers[3].image".to_owned());
    let print = |finding: &Finding| kpol_findings::fingerprint(finding, "a.yaml");
    assert_eq!(print(finding), print(&moved));
    moved.message.push('.');
    assert_ne!(print(finding), print(&moved));
}

#[test]
fn names_of_formats() {
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>(), Ok(format));
    }
    let error = "xml".parse::<Format>().unwrap_err().to_string();
    assert!(
        error.contains("`xml`") && error.contains("sarif"),
        "{error}"
    );
}

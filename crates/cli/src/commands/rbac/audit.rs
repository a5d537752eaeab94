//! `kpol rbac audit`.

use std::collections::{BTreeMap, BTreeSet};

use kpol_findings::{
    Counts, FileResult, Finding, Level, ObjectRef, ReportOptions, RuleId, RuleInfo, RunInfo,
    Summary,
};
use kpol_rbac::audit::{Audited, CHECKS, Check, GrantPath, Severity};
use serde_json::{Map, Value, json};

use crate::commands::rbac::load::{From, Loaded};
use crate::commands::rbac::told;
use crate::exit::{CommandError, Exit};
use crate::outputs::{self, Outputs};

const EXAMPLES: &str = "\
Examples:
  kpol rbac audit rbac/
  kpol rbac audit -o text -o sarif=rbac.sarif cluster.json
  kubectl get roles,clusterroles,rolebindings,clusterrolebindings,sa,ns,pods -A -o json | kpol rbac audit -";

/// The command line of `kpol rbac audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files, folders and globs with manifests, or a dump of a cluster; `-` for standard input.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    from: From,
    /// The format of the results, with `=FILE` to write them there; may be given many times: text, stdout, json, tap,
    /// table, junit, github, azuredevops or sarif. [default: text]
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    output: Vec<String>,
    /// Leaves checks out by their ids: `rbac/unbound-role`; may be given many times.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<String>,
    /// Tells findings of this severity and above only.
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    severity: Least,
    /// Treats findings of severity low as failures.
    #[arg(long)]
    fail_on_warn: bool,
    /// Prints nothing where nothing failed.
    #[arg(long)]
    quiet: bool,
    /// Prints without colours.
    #[arg(long)]
    no_color: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Least {
    Low,
    Medium,
    High,
    Critical,
}

impl Least {
    const fn severity(self) -> Severity {
        match self {
            Least::Low => Severity::Low,
            Least::Medium => Severity::Medium,
            Least::High => Severity::High,
            Least::Critical => Severity::Critical,
        }
    }
}

pub(super) fn run(args: &Args) -> Result<Exit, CommandError> {
    let options = ReportOptions {
        colour: outputs::colour(args.no_color, false),
        ..ReportOptions::default()
    };
    if let Some(unknown) =
        (args.skip.iter()).find(|id| !CHECKS.iter().any(|check| check.id == **id))
    {
        return Err(CommandError::Help(
            format!("there is no check `{unknown}`"),
            "the ids stand in the findings, and in docs/rbac.md".to_owned(),
        ));
    }
    let mut outputs = Outputs::open(&args.output, &options, args.quiet)?;
    let loaded = args.from.load(&args.paths)?;
    let checks: Vec<&Check> = (CHECKS.iter())
        .filter(|check| !args.skip.iter().any(|id| id == check.id))
        .filter(|check| check.severity >= args.severity.severity())
        .collect();
    outputs.begin(&RunInfo {
        rules: checks.iter().map(|check| info(check)).collect(),
        command: "rbac audit".to_owned(),
    })?;
    let found: Vec<Audited> = kpol_rbac::audit::audit(&loaded.cluster)
        .into_iter()
        .filter(|found| checks.iter().any(|check| check.id == found.check.id))
        .filter(|found| found.severity >= args.severity.severity())
        .collect();
    let mut counts = Counts::default();
    let results = results(&loaded, &found, checks.len());
    for result in &results {
        counts.add(result);
        outputs.file(std::slice::from_ref(result), &[])?;
    }
    counts.add_problems(&loaded.problems);
    outputs.file(&[], &loaded.problems)?;
    let (exit, reason) = if counts.errors > 0 {
        (Exit::Unchecked, "Something could not be checked")
    } else if counts.failures > 0 || (args.fail_on_warn && counts.warnings > 0) {
        (Exit::Failed, "Policy violations found")
    } else {
        (Exit::Passed, "")
    };
    outputs.finish(
        &Summary {
            counts,
            exit_code: exit.code(),
            exit_reason: reason.to_owned(),
        },
        exit == Exit::Passed,
    )?;
    Ok(exit)
}

/// `rbac/wildcard-verbs` as the rule `deny` of a package, as the built-in policies have it.
fn rule(check: &Check) -> RuleId {
    let name = check.id.replace('/', ".").replace('-', "_");
    RuleId {
        package: format!("kubernetes.{name}"),
        name: "deny".to_owned(),
        id: Some(check.id.to_owned()),
    }
}

fn info(check: &Check) -> RuleInfo {
    RuleInfo {
        rule: rule(check),
        level: level(check.severity),
        title: Some(check.title.to_owned()),
        description: None,
        severity: Some(check.severity.as_str().to_owned()),
        remediation: Some(check.remediation.to_owned()),
        links: vec![check.link.to_owned()],
        tags: Vec::new(),
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Low => Level::Warning,
        _ => Level::Failure,
    }
}

/// Findings by file; a file without any has passed all checks.
fn results(loaded: &Loaded, found: &[Audited], checks: usize) -> Vec<FileResult> {
    let mut files: BTreeMap<String, (FileResult, BTreeSet<&str>)> = BTreeMap::new();
    let empty = |name: &str| FileResult {
        filename: name.to_owned(),
        namespace: "rbac".to_owned(),
        ..FileResult::default()
    };
    for name in loaded.names() {
        files.insert(name.to_owned(), (empty(name), BTreeSet::new()));
    }
    for audited in found {
        let finding = finding(loaded, audited);
        let name = (finding.location.as_ref()).map_or_else(String::new, |at| at.file.clone());
        let (result, failed) = files
            .entry(name.clone())
            .or_insert_with(|| (empty(&name), BTreeSet::new()));
        failed.insert(audited.check.id);
        match finding.level {
            Level::Failure => result.failures.push(finding),
            Level::Warning => result.warnings.push(finding),
        }
    }
    files
        .into_values()
        .map(|(mut result, failed)| {
            result.successes = checks.saturating_sub(failed.len()) as u64;
            result.sort();
            result
        })
        .collect()
}

fn finding(loaded: &Loaded, audited: &Audited) -> Finding {
    let check = audited.check;
    let mut finding = Finding::new(rule(check), level(audited.severity), &audited.message);
    finding.severity = Some(audited.severity.as_str().to_owned());
    finding.title = Some(check.title.to_owned());
    finding.remediation = Some(check.remediation.to_owned());
    finding.links = vec![check.link.to_owned()];
    finding.location = loaded.location(audited.place);
    let object = &audited.object;
    finding.object = Some(ObjectRef {
        api_version: object.api_version.to_owned(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
    });
    finding.metadata = metadata(loaded, audited);
    finding
}

/// Who gets something, and how: for programs.
fn metadata(loaded: &Loaded, audited: &Audited) -> Map<String, Value> {
    let mut map = Map::new();
    if !audited.subjects.is_empty() {
        let subjects: Vec<Value> = audited.subjects.iter().map(told::subject).collect();
        map.insert("subjects".to_owned(), json!(subjects));
    }
    if !audited.paths.is_empty() {
        let paths: Vec<Value> = audited
            .paths
            .iter()
            .map(|path| path_value(loaded, path))
            .collect();
        map.insert("paths".to_owned(), json!(paths));
    }
    map
}

fn path_value(loaded: &Loaded, path: &GrantPath) -> Value {
    let mut map = Map::new();
    if let Some(binding) = path.binding {
        map.insert("binding".to_owned(), loaded.binding_value(binding));
    }
    if let Some(role) = path.role {
        map.insert("role".to_owned(), loaded.role_value(role));
        if let Some(rule) = path.rule {
            let placed = loaded
                .cluster
                .role(role)
                .and_then(|role| role.rules.get(rule));
            let location = loaded.location(placed.and_then(|placed| placed.place));
            let value = json!({"number": rule + 1});
            map.insert("rule".to_owned(), told::placed(value, location.as_ref()));
        }
    }
    Value::Object(map)
}

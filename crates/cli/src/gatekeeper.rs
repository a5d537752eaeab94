//! Gatekeeper's templates and constraints in policy folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpol_compiler::artifact::Artifact;
use kpol_compiler::resolve;
use kpol_diagnostics::{Diagnostic, SourceId, SourceMap};
use kpol_engine::Engine;
use kpol_findings::{Finding, Level, RuleId, RuleInfo};
use kpol_gatekeeper::{
    Action, CONSTRAINTS, Code, Constraint, Error, Role, TEMPLATES, Template, Uses,
};
use kpol_gatekeeper_run::{CelPolicy, Compiled, Gatekeeper, Policies, compile};
use kpol_input::{Document, Format};
use kpol_syntax::ast::RegoVersion;

use crate::exit::CommandError;
use crate::host::loaded_by;
use crate::output::rendered;
use crate::{kept, policies};

/// The place where constraints are enforced here: the one that Gatekeeper's own command line has.
pub(crate) const POINT: &str = "gator.gatekeeper.sh";

/// The texts of policy folders that have templates or constraints in them.
pub(crate) struct Texts {
    sources: SourceMap,
    files: Vec<(SourceId, Format)>,
}

/// Reads the YAML and JSON files of policy folders that have templates or constraints; none where there are none.
///
/// # Errors
/// Where a path cannot be read.
pub(crate) fn texts(paths: &[PathBuf]) -> Result<Option<Texts>, CommandError> {
    let mut texts = Texts {
        sources: SourceMap::new(),
        files: Vec::new(),
    };
    for path in paths {
        for file in policies::files_like(path, |file| format(file).is_some())? {
            let Some(format) = format(&file) else {
                continue;
            };
            let text = std::fs::read(&file).map_err(|error| {
                CommandError::Plain(format!("cannot read `{}`: {error}", file.display()))
            })?;
            // Other files are of no concern, whatever is in them.
            let Ok(text) = String::from_utf8(text) else {
                continue;
            };
            if !text.contains(TEMPLATES) && !text.contains(CONSTRAINTS) {
                continue;
            }
            let name = file.strip_prefix("./").unwrap_or(&file);
            let source = texts.sources.add(name.display().to_string(), text);
            texts.files.push((source, format));
        }
    }
    Ok((!texts.files.is_empty()).then_some(texts))
}

fn format(file: &Path) -> Option<Format> {
    match file.extension()?.to_str()? {
        "yaml" | "yml" => Some(Format::Yaml),
        "json" => Some(Format::Json),
        _ => None,
    }
}

/// Whether a path is a file that [`texts`] reads.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file() && format(path).is_some()
}

/// Loads the templates and constraints of texts; none where the texts have none. `asked` is what else decides about
/// what their Rego is compiled to.
///
/// # Errors
/// Everything that is wrong with them.
pub(crate) fn load(
    mut texts: Texts,
    engine: &Engine,
    front: &resolve::Options,
    asked: &str,
) -> Result<Option<Gatekeeper>, CommandError> {
    let (policies, errors) = read(&texts)?;
    if policies.is_empty() && errors.is_empty() {
        return Ok(None);
    }
    let told = |errors: Vec<Error>, sources: &SourceMap| {
        let mut errors: Vec<Diagnostic> = errors.into_iter().map(Diagnostic::from).collect();
        kpol_diagnostics::sort(&mut errors);
        rendered(sources, &errors)
    };
    let name = kept_name(&texts, asked);
    let kept =
        (name.as_ref().filter(|_| errors.is_empty())).and_then(|name| load_kept(engine, name));
    let (policy, uses) = match kept {
        Some(kept) => kept,
        None => {
            let compiled = compile(&policies, &mut texts.sources, front);
            let compiled = match (compiled, errors.is_empty()) {
                (Ok(compiled), true) => compiled,
                (compiled, _) => {
                    // All that is wrong is told at once.
                    let mut all: Vec<Diagnostic> = compiled.err().unwrap_or_default();
                    all.extend(errors.into_iter().map(Diagnostic::from));
                    kpol_diagnostics::sort(&mut all);
                    return Err(rendered(&texts.sources, &all));
                }
            };
            let policy = compiled.artifact.as_ref();
            let policy = policy.map(|artifact| loaded_by(engine, artifact));
            if let Some(name) = &name {
                store(engine, name, &compiled);
            }
            (policy.transpose()?, compiled.uses)
        }
    };
    let gatekeeper = Gatekeeper::new(policies, policy, uses, cel);
    gatekeeper
        .map(Some)
        .map_err(|errors| told(errors, &texts.sources))
}

/// Templates that have CEL only.
fn cel(template: &Template) -> Result<Arc<dyn CelPolicy>, Vec<Error>> {
    Gatekeeper::without_cel(template)
}

/// The templates and constraints, and what is wrong with them.
fn read(texts: &Texts) -> Result<(Policies, Vec<Error>), CommandError> {
    let options = kpol_input::Options::default();
    let mut documents: Vec<Document> = Vec::new();
    let mut unreadable = Vec::new();
    for (source, format) in &texts.files {
        match kpol_input::read(&texts.sources, *source, *format, &options) {
            Ok(read) => documents.extend(read),
            Err(error) => unreadable.push(error.diagnostic()),
        }
    }
    if !unreadable.is_empty() {
        return Err(rendered(&texts.sources, &unreadable));
    }
    let policy = |document: &&Document| Role::of(document).is_policy();
    let (policies, mut errors) = Policies::read(documents.iter().filter(policy));
    for constraint in &policies.constraints {
        errors.extend(unknown_action(constraint));
    }
    Ok((policies, errors))
}

/// A word that says nothing about what becomes of a violation: Gatekeeper's webhook refuses it.
fn unknown_action(constraint: &Constraint) -> Option<Error> {
    let known = |word: &str| matches!(word, "deny" | "warn" | "dryrun");
    let word = match &constraint.action {
        Action::Other(word) => Some(word.as_str()),
        Action::Scoped(scoped) => {
            let mut words = scoped.iter().map(|one| one.action.as_str());
            words.find(|word| !known(word))
        }
        _ => None,
    }?;
    Some(Error::new(
        Code::Constraint,
        format!("`{word}` is no enforcement action: they are deny, warn, dryrun and scoped"),
        constraint.span,
    ))
}

/// What a constraint's violations are here; none where it is not enforced here.
pub(crate) fn enforced(constraint: &Constraint) -> Option<(Level, bool)> {
    let actions = constraint.action.at(POINT);
    if actions.contains(&"deny") {
        return Some((Level::Failure, false));
    }
    let dry_run = !actions.contains(&"warn");
    (!actions.is_empty()).then_some((Level::Warning, dry_run))
}

/// The member of a finding's metadata that says that its constraint only notes violations.
const ACTION: &str = "enforcementAction";
const DRY_RUN: &str = "dryrun";

/// Marks the finding of a constraint that only notes violations.
pub(crate) fn set_dry_run(finding: &mut Finding) {
    finding.metadata.insert(ACTION.to_owned(), DRY_RUN.into());
}

/// Whether a finding is of a constraint that only notes violations: it fails no run.
pub(crate) fn is_dry_run(finding: &Finding) -> bool {
    let rule = &finding.rule;
    let constraint = rule.id.as_deref() == Some(&named(&rule.package, &rule.name));
    constraint && finding.metadata.get(ACTION).and_then(|word| word.as_str()) == Some(DRY_RUN)
}

/// The rule that a constraint is.
pub(crate) fn rule(constraint: &Constraint) -> RuleId {
    RuleId {
        package: constraint.kind.clone(),
        name: constraint.name.clone(),
        id: Some(id(constraint)),
    }
}

/// The id of the rule that a constraint is.
pub(crate) fn id(constraint: &Constraint) -> String {
    named(&constraint.kind, &constraint.name)
}

fn named(kind: &str, name: &str) -> String {
    format!("{kind}/{name}")
}

/// What constraints say about themselves, for outputs that list rules.
pub(crate) fn rules(gatekeeper: &Gatekeeper) -> Vec<RuleInfo> {
    let info = |constraint: &Constraint| {
        let (level, _) = enforced(constraint)?;
        let template = gatekeeper.template(&constraint.kind);
        let annotation = |key: &str| {
            let document = &template?.document;
            let text = document.str_at(&["metadata", "annotations", key])?;
            (!text.trim().is_empty()).then(|| text.trim().to_owned())
        };
        Some(RuleInfo {
            rule: rule(constraint),
            level,
            title: annotation("metadata.gatekeeper.sh/title"),
            description: annotation("description"),
            severity: None,
            remediation: None,
            links: Vec::new(),
            tags: Vec::new(),
        })
    };
    gatekeeper.constraints().filter_map(info).collect()
}

fn kept_name(texts: &Texts, asked: &str) -> Option<Vec<u8>> {
    let files: Vec<(SourceId, RegoVersion)> = texts
        .files
        .iter()
        .map(|(source, _)| (*source, RegoVersion::V0))
        .collect();
    kept::name(&format!("gatekeeper {asked}"), &files, &texts.sources)
}

fn load_kept(engine: &Engine, name: &[u8]) -> Option<(Option<kpol_engine::Policy>, Uses)> {
    let bytes = engine.kept(name)?;
    let (len, rest) = bytes.split_first_chunk::<8>()?;
    let (json, wasm) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)?;
    let uses = serde_json::from_slice(json).ok()?;
    if wasm.is_empty() {
        return Some((None, uses));
    }
    let artifact = Artifact::from_wasm(wasm.to_vec()).ok()?;
    Some((Some(engine.load(&artifact).ok()?), uses))
}

fn store(engine: &Engine, name: &[u8], compiled: &Compiled) {
    let Ok(json) = serde_json::to_vec(&compiled.uses) else {
        return;
    };
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(&json);
    if let Some(artifact) = &compiled.artifact {
        bytes.extend_from_slice(&artifact.wasm);
    }
    engine.keep(name, &bytes);
}

//! Compiled policies in the user's cache: what `kpol test` needs of a policy that it has compiled before, so that
//! neither parsing nor compiling happens again.
//!
//! An entry's name covers all texts, what was asked for, and the program itself. As with machine code, no failure of
//! the cache is an error: what does not fit is compiled anew.

use std::collections::BTreeMap;

use kpol_compiler::artifact::Artifact;
use kpol_diagnostics::{SourceId, SourceMap};
use kpol_engine::Engine;
use kpol_syntax::ast::RegoVersion;
use serde::{Deserialize, Serialize};

use crate::discover::Severity;
use crate::inventory::Wanted;
use crate::loaded::Loaded;
use crate::metadata::About;
use crate::session::{CheckInfo, CheckKind, Session, Uses};

/// What is kept beside the module.
#[derive(Serialize, Deserialize)]
struct Kept {
    checks: Vec<Check>,
    namespaces: Vec<String>,
    /// The queries of `exception` rules, by namespace.
    exceptions: BTreeMap<String, String>,
    uses: Uses,
    exceptions_inventory: Wanted,
    chosen: bool,
}

/// A check as it is kept.
#[derive(Serialize, Deserialize)]
struct Check {
    namespace: String,
    path: Vec<String>,
    query: String,
    warning: bool,
    about: Vec<About>,
    definitions: u64,
    list: bool,
    library: bool,
    inventory: Wanted,
}

/// The name of a policy's entry. None where the program cannot tell itself from another build.
pub(crate) fn name(
    wanted: &str,
    texts: &[(SourceId, RegoVersion)],
    sources: &SourceMap,
) -> Option<Vec<u8>> {
    let program = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
    let changed = program.modified().ok()?;
    let changed = changed.duration_since(std::time::UNIX_EPOCH).ok()?;
    let mut name = Vec::new();
    let mut part = |bytes: &[u8]| {
        name.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        name.extend_from_slice(bytes);
    };
    part(b"test");
    part(env!("CARGO_PKG_VERSION").as_bytes());
    part(&program.len().to_le_bytes());
    part(&changed.as_nanos().to_le_bytes());
    part(wanted.as_bytes());
    for (source, version) in texts {
        part(match version {
            RegoVersion::V0 => b"v0",
            RegoVersion::V1 => b"v1",
        });
        part(sources.name(*source).as_bytes());
        part(sources.text(*source).as_bytes());
    }
    Some(name)
}

/// The policy of that name, if it was kept.
pub(crate) fn load(engine: &Engine, name: &[u8]) -> Option<Session> {
    let bytes = engine.kept(name)?;
    let (len, rest) = bytes.split_first_chunk::<8>()?;
    let (json, wasm) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)?;
    let kept: Kept = serde_json::from_slice(json).ok()?;
    let artifact = Artifact::from_wasm(wasm.to_vec()).ok()?;
    let policy = engine.load(&artifact).ok()?;
    let checks = (kept.checks.into_iter())
        .map(|check| {
            Some(CheckInfo {
                entry: policy.entrypoint(&check.query)?,
                namespace: check.namespace,
                path: check.path,
                query: check.query,
                kind: CheckKind::Rule(if check.warning {
                    Severity::Warning
                } else {
                    Severity::Failure
                }),
                about: check.about,
                definitions: check.definitions,
                list: check.list,
                library: check.library,
                inventory: check.inventory,
                hidden: Vec::new(),
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let exceptions = (kept.exceptions.into_iter())
        .map(|(namespace, query)| Some((namespace, policy.entrypoint(&query)?)))
        .collect::<Option<BTreeMap<_, _>>>()?;
    Some(Session {
        policy: Some(Loaded::Policy(policy)),
        gatekeeper: None,
        checks,
        known: Vec::new(),
        namespaces: kept.namespaces,
        exceptions,
        uses: kept.uses,
        exceptions_inventory: kept.exceptions_inventory,
        chosen: kept.chosen,
        data: kpol_engine::Data::new(),
    })
}

/// Keeps a policy under a name.
pub(crate) fn store(
    engine: &Engine,
    name: &[u8],
    artifact: &Artifact,
    session: &Session,
    exceptions: BTreeMap<String, String>,
) {
    let check = |check: &CheckInfo| Check {
        namespace: check.namespace.clone(),
        path: check.path.clone(),
        query: check.query.clone(),
        warning: check.kind == CheckKind::Rule(Severity::Warning),
        about: check.about.clone(),
        definitions: check.definitions,
        list: check.list,
        library: check.library,
        inventory: check.inventory.clone(),
    };
    let kept = Kept {
        checks: session.checks.iter().map(check).collect(),
        namespaces: session.namespaces.clone(),
        exceptions,
        uses: session.uses,
        exceptions_inventory: session.exceptions_inventory.clone(),
        chosen: session.chosen,
    };
    let Ok(json) = serde_json::to_vec(&kept) else {
        return;
    };
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(&json);
    bytes.extend_from_slice(&artifact.wasm);
    engine.keep(name, &bytes);
}

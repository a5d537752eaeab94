//! From the command line to a loaded policy and its checks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpol_compiler::artifact::Artifact;
use kpol_compiler::capabilities::Capabilities;
use kpol_compiler::compile;
use kpol_compiler::hir::Program;
use kpol_compiler::{plan, resolve};
use kpol_diagnostics::SourceMap;
use kpol_engine::{BuiltinOptions, Engine, EngineOptions, EntryId, Policy, Standard};
use kpol_syntax::ast::RegoVersion;

use crate::args::{NetArgs, TestArgs};
use crate::discover::{self, Namespaces, Severity};
use crate::exit::CommandError;
use crate::metadata::{self, About};
use crate::output::rendered;
use crate::policies::{self, Origin};

/// A rule that runs on each document.
pub(crate) struct CheckInfo {
    pub(crate) entry: EntryId,
    pub(crate) namespace: String,
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) severity: Severity,
    pub(crate) about: Vec<About>,
}

impl CheckInfo {
    /// The metadata for a definition of the rule that begins at a line: its own, or the rule's or package's.
    pub(crate) fn about(&self, line: Option<u32>) -> Option<&About> {
        self.about
            .iter()
            .find(|about| about.line.is_some() && about.line == line)
            .or_else(|| self.about.iter().find(|about| about.line.is_none()))
            .or(self.about.first())
    }
}

/// A policy that is ready to run, and its checks.
pub(crate) struct Session {
    pub(crate) policy: Policy,
    pub(crate) checks: Vec<CheckInfo>,
    /// Whether the policy may look at `data.inventory`.
    pub(crate) wants_inventory: bool,
}

impl Session {
    /// What `kpol test` runs.
    pub(crate) fn for_test(
        args: &TestArgs,
        sources: &mut SourceMap,
    ) -> Result<Session, CommandError> {
        match &args.module {
            Some(file) => Session::from_module(args, file),
            None => Session::from_policies(args, sources),
        }
    }

    fn from_policies(args: &TestArgs, sources: &mut SourceMap) -> Result<Session, CommandError> {
        let origin = Origin::choose(&args.policies.policy);
        let front = front(args.policies.capabilities.as_deref())?;
        let program = check(&origin, args.policies.rego_v0, &front, sources)?;
        let wanted = match (&origin, args.all_namespaces, &args.namespace[..]) {
            (_, true, _) | (Origin::BuiltIn, false, []) => Namespaces::All,
            (_, false, []) => Namespaces::Named(vec!["main".to_owned()]),
            (_, false, names) => Namespaces::Named(names.to_vec()),
        };
        let found = discover::discover(&program, &wanted);
        if !found.errors.is_empty() {
            return Err(rendered(sources, &found.errors));
        }
        missing(&wanted, &found)?;
        let options = compile::Options {
            plan: plan::Options {
                entrypoints: found
                    .checks
                    .iter()
                    .map(|check| check.path.clone())
                    .collect(),
                trace: true,
                ..plan::Options::default()
            },
            ..compile::Options::default()
        };
        let artifact = compile::generate(&program, sources, &options)
            .map_err(|errors| rendered(sources, &errors))?;
        let policy = load(&artifact, &args.net, &front)?;
        let mut metadata = metadata::Metadata::read(&program, sources)?;
        let mut checks = Vec::with_capacity(found.checks.len());
        for check in found.checks {
            let query = kpol_compiler::names::data_ref(&check.path);
            checks.push(CheckInfo {
                entry: crate::commands::test::entry(&policy, &query)?,
                about: metadata.of(&program, &check.path),
                namespace: check.namespace,
                path: check.path,
                query,
                severity: check.severity,
            });
        }
        let wants_inventory = (0..sources.len())
            .map(|id| sources.text(kpol_diagnostics::SourceId(id as u32)))
            .any(|text| text.contains("inventory"));
        Ok(Session {
            policy,
            checks,
            wants_inventory,
        })
    }

    fn from_module(args: &TestArgs, file: &PathBuf) -> Result<Session, CommandError> {
        let name = file.display();
        let wasm = std::fs::read(file)
            .map_err(|error| CommandError::Plain(format!("cannot read `{name}`: {error}")))?;
        let artifact = Artifact::from_wasm(wasm)
            .map_err(|error| CommandError::Plain(format!("{name}: {error}")))?;
        let front = front(args.policies.capabilities.as_deref())?;
        let policy = load(&artifact, &args.net, &front)?;
        let mut checks = Vec::new();
        for (entry, query) in policy.entrypoints() {
            let path: Vec<String> = query.split('.').skip(1).map(str::to_owned).collect();
            let Some((rule, package)) = path.split_last() else {
                continue;
            };
            let Some(severity) = discover::severity(rule) else {
                continue;
            };
            checks.push(CheckInfo {
                entry,
                namespace: package.join("."),
                query: query.to_owned(),
                severity,
                about: Vec::new(),
                path,
            });
        }
        if checks.is_empty() {
            return Err(CommandError::Help(
                format!(
                    "no rule ran: `{name}` has no entrypoint named `deny`, `violation` or `warn`"
                ),
                "build it with `kpol build -e main/deny`".to_owned(),
            ));
        }
        Ok(Session {
            policy,
            checks,
            wants_inventory: true,
        })
    }
}

/// Parses and checks all policies of an origin.
pub(crate) fn check(
    origin: &Origin,
    rego_v0: bool,
    front: &resolve::Options,
    sources: &mut SourceMap,
) -> Result<Program, CommandError> {
    let version = if rego_v0 {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    };
    let policies = policies::load(origin, version, sources)?;
    if policies
        .errors
        .iter()
        .any(kpol_diagnostics::Diagnostic::is_error)
    {
        return Err(rendered(sources, &policies.errors));
    }
    compile::check(&policies.modules, &[], front).map_err(|errors| rendered(sources, &errors))
}

/// Fails where a namespace that was asked for has no rule to run, or there is none at all.
fn missing(wanted: &Namespaces, found: &discover::Discovered) -> Result<(), CommandError> {
    if let Namespaces::Named(names) = wanted
        && let Some(name) = names.iter().find(|name| !found.namespaces.contains(name))
    {
        let hint = if found.namespaces.is_empty() {
            "rules to run are named `deny`, `violation` or `warn`".to_owned()
        } else {
            let known: Vec<&str> = found.namespaces.iter().map(String::as_str).collect();
            format!(
                "namespaces with rules: {}; choose with `-n`, or take `--all-namespaces`",
                known.join(", ")
            )
        };
        return Err(CommandError::Help(
            format!("no rule ran: there is no `deny`, `violation` or `warn` in namespace `{name}`"),
            hint,
        ));
    }
    if found.checks.is_empty() {
        return Err(CommandError::Help(
            "no rule ran: the policies have no `deny`, `violation` or `warn` rule".to_owned(),
            "a rule to run is `deny contains msg if { ... }`".to_owned(),
        ));
    }
    Ok(())
}

/// What policies may use: all that there is, or what a capabilities file allows.
pub(crate) fn front(capabilities: Option<&Path>) -> Result<resolve::Options, CommandError> {
    let mut builtins = kpol_engine::standard_builtins();
    if let Some(file) = capabilities {
        let name = file.display().to_string();
        let failed = |error: String| CommandError::Plain(format!("`{name}`: {error}"));
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        let allowed =
            Capabilities::parse(&name, &text).map_err(|error| failed(error.to_string()))?;
        builtins = builtins.restricted(Arc::new(allowed));
    }
    Ok(resolve::Options {
        builtins,
        ..resolve::Options::default()
    })
}

/// Loads a compiled policy, with the cache of compiled code.
pub(crate) fn load(
    artifact: &Artifact,
    net: &NetArgs,
    front: &resolve::Options,
) -> Result<Policy, CommandError> {
    let capabilities = front.builtins.capabilities();
    let builtins = Standard::new(BuiltinOptions {
        allow_net: allow_net(net, capabilities.and_then(|own| own.allow_net.as_deref())),
    });
    let engine = Engine::new(EngineOptions {
        cache: cache_folder(),
        builtins: Arc::new(builtins),
        ..EngineOptions::default()
    })
    .map_err(|error| CommandError::Plain(error.to_string()))?;
    engine
        .load(artifact)
        .map_err(|error| CommandError::Plain(format!("{error} [{}]", error.code())))
}

/// The hosts that may be asked: those of the command line, those of the capabilities file, or those in both.
fn allow_net(net: &NetArgs, capabilities: Option<&[String]>) -> Vec<String> {
    let Some(capabilities) = capabilities else {
        return net.allow_net.clone();
    };
    let all = |hosts: &[String]| hosts.iter().any(|host| host == "*");
    if net.allow_net.is_empty() || all(&net.allow_net) {
        return capabilities.to_vec();
    }
    let both = |host: &&String| all(capabilities) || capabilities.contains(host);
    net.allow_net.iter().filter(both).cloned().collect()
}

/// Where compiled code is kept: `KPOL_CACHE_DIR` (empty for nowhere), else the user's cache folder.
fn cache_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("KPOL_CACHE_DIR") {
        return (!folder.is_empty()).then(|| PathBuf::from(folder));
    }
    let base = std::env::var_os("XDG_CACHE_HOME")
        .filter(|base| !base.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(base.join("kpol"))
}

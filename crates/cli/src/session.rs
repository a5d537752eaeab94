//! From the command line to a loaded policy and its checks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kpol_compiler::compile;
use kpol_compiler::hir::Program;
use kpol_compiler::reads::Reads;
use kpol_compiler::{plan, resolve};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::{Data, EntryId, Policy};
use kpol_findings::{Level, RuleId, RuleInfo};
use kpol_gatekeeper_run::Gatekeeper;
use kpol_syntax::ast::{Module, RegoVersion};

use crate::bundle;
use crate::commands::test::Args as TestArgs;
use crate::compile_errors::{self, Stage};
use crate::discover::{self, Namespaces, Severity};
use crate::exit::CommandError;
use crate::gatekeeper;
use crate::host::{engine, front, loaded_by};
use crate::inventory::Wanted;
use crate::kept;
use crate::loaded::{self, Entry, Loaded};
use crate::metadata::{self, About};
use crate::modules;
use crate::output::rendered;
use crate::policies::{self, Origin};

/// What runs on each document.
pub(crate) struct CheckInfo {
    pub(crate) entry: EntryId,
    pub(crate) namespace: String,
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) kind: CheckKind,
    pub(crate) about: Vec<About>,
    /// How many definitions the rule has.
    pub(crate) definitions: u64,
    /// Whether the rule's value is a list of findings, and no set of them.
    pub(crate) list: bool,
    /// Whether it is one of the built-in library.
    pub(crate) library: bool,
    /// What it can look at of the inventory.
    pub(crate) inventory: Wanted,
    /// The ids of definitions whose findings are not wanted.
    pub(crate) hidden: Vec<String>,
}

/// What a check's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckKind {
    /// A rule's findings.
    Rule(Severity),
    /// An object of rules, by name: a whole package.
    Package,
    /// What a module says about an object.
    Module,
}

impl CheckInfo {
    pub(crate) fn new(entry: EntryId, path: Vec<String>, kind: CheckKind) -> CheckInfo {
        let package = match (kind, path.split_last()) {
            (CheckKind::Rule(_), Some((_, package))) => package,
            _ => &path[..],
        };
        CheckInfo {
            entry,
            namespace: package.join("."),
            query: kpol_compiler::names::data_ref(&path),
            path,
            kind,
            about: Vec::new(),
            definitions: 1,
            list: false,
            library: false,
            inventory: Wanted::everything(),
            hidden: Vec::new(),
        }
    }

    /// The check that a member of a package is, if its name says that it is one.
    pub(crate) fn member(&self, name: &str) -> Option<CheckInfo> {
        let severity = discover::severity(name)?;
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Some(CheckInfo::new(self.entry, path, CheckKind::Rule(severity)))
    }

    /// The metadata for a definition of the rule that begins at a line: its own, or the rule's or package's.
    pub(crate) fn about(&self, line: Option<u32>) -> Option<&About> {
        self.about
            .iter()
            .find(|about| about.line.is_some() && about.line == line)
            .or_else(|| self.about.iter().find(|about| about.line.is_none()))
            .or(self.about.first())
    }
}

/// What a policy may look at or do, as far as its text tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Uses {
    /// `data.conftest.file`.
    pub(crate) file: bool,
    /// `print`.
    pub(crate) print: bool,
}

impl Uses {
    fn of(sources: &SourceMap) -> Uses {
        let mut uses = Uses::default();
        for id in 0..sources.len() {
            let text = sources.text(kpol_diagnostics::SourceId(id as u32));
            uses.file |= text.contains("conftest");
            uses.print |= text.contains("print(");
        }
        uses
    }

    /// All, for policies without a text.
    const ANY: Uses = Uses {
        file: false,
        print: true,
    };
}

/// A policy that is ready to run, and its checks.
pub(crate) struct Session {
    /// The policy; none where there are constraints of Gatekeeper only.
    pub(crate) policy: Option<Loaded>,
    /// Templates and constraints of Gatekeeper.
    pub(crate) gatekeeper: Option<Gatekeeper>,
    pub(crate) checks: Vec<CheckInfo>,
    /// The ids of all rules, those that were not chosen too.
    pub(crate) known: Vec<String>,
    /// The namespaces that results are told for, in order, whether or not they have checks.
    pub(crate) namespaces: Vec<String>,
    /// The `exception` rules, by namespace.
    pub(crate) exceptions: BTreeMap<String, EntryId>,
    /// What the policy may look at or do.
    pub(crate) uses: Uses,
    /// What `exception` rules can look at of the inventory.
    pub(crate) exceptions_inventory: Wanted,
    /// Whether the command line names each entrypoint: then each must be a check, or a package with one.
    pub(crate) chosen: bool,
    /// The data that the policy brings with it.
    pub(crate) data: Data,
}

impl Session {
    /// What `kpol test` runs.
    pub(crate) fn for_test(
        args: &TestArgs,
        compat: bool,
        sources: &mut SourceMap,
    ) -> Result<Session, CommandError> {
        if !args.policies.module.is_empty() {
            return Session::of_modules(args, modules::read(&args.policies.module)?);
        }
        let Some(file) = &args.policies.bundle else {
            let origin = if compat && args.policies.policy.is_empty() {
                Origin::Paths(vec![PathBuf::from("policy")])
            } else {
                args.origin()
            };
            return Session::from_policies(args, compat, &origin, sources);
        };
        let mut bundle = bundle::open(file)?;
        let mut session = match bundle.module.take() {
            Some((name, wasm)) => Session::from_module(args, &name, wasm)?,
            None => Session::from_policies(args, compat, &bundle.policies, sources)?,
        };
        bundle.add_data(&mut session.data, sources)?;
        Ok(session)
    }

    fn from_policies(
        args: &TestArgs,
        compat: bool,
        origin: &Origin,
        sources: &mut SourceMap,
    ) -> Result<Session, CommandError> {
        let mut front = front(args.policies.capabilities.as_deref())?;
        front.strict = args.strict;
        let version = args.policies.version();
        let found = match origin {
            Origin::Paths(paths) | Origin::Both(paths)
                if !compat && args.policies.entrypoint.is_empty() =>
            {
                gatekeeper::texts(paths)?
            }
            _ => None,
        };
        let texts = policies::texts(origin, version, compat, found.is_some(), sources);
        let texts = if compat {
            let told = |_| CommandError::Chain(compile_errors::no_policies(&args.policies.policy));
            texts.map_err(told)?
        } else {
            texts?
        };
        let engine = engine(&args.net, compat, &front)?;
        let asked = asked(args, compat, origin)?;
        let mut gatekeeper = None;
        if let Some(found) = found {
            gatekeeper = gatekeeper::load(found, &engine, &front, &asked)?;
            if texts.is_empty() {
                return Session::of_constraints(gatekeeper);
            }
        }
        let name = kept::name(&asked, &texts, sources);
        if let Some(mut session) = name.as_ref().and_then(|name| kept::load(&engine, name)) {
            session.gatekeeper = gatekeeper;
            return Ok(session);
        }
        let policies = policies::parse(origin, &texts, sources)?;
        let errors = |errors: &[Diagnostic], stage: Stage, sources: &SourceMap| {
            if compat {
                CommandError::Chain(compile_errors::chain(errors, stage, sources))
            } else {
                rendered(sources, errors)
            }
        };
        if policies.errors.iter().any(Diagnostic::is_error) {
            return Err(errors(&policies.errors, Stage::Parse, sources));
        }
        let program = compile::check(&policies.modules, &[], &front)
            .map_err(|found| errors(&found, Stage::Compile, sources))?;
        let entrypoints = &args.policies.entrypoint;
        let wanted = match (origin, args.all_namespaces, &args.namespace[..]) {
            _ if !entrypoints.is_empty() => Namespaces::All,
            (_, true, _) | (Origin::BuiltIn, false, []) => Namespaces::All,
            (_, false, []) => Namespaces::Named(vec!["main".to_owned()]),
            (_, false, names) => Namespaces::Named(names.to_vec()),
        };
        let of_library = library_packages(&policies.modules, sources);
        let run = match (&wanted, origin) {
            (Namespaces::Named(names), Origin::Both(_)) => {
                Namespaces::Named(names.iter().chain(&of_library).cloned().collect())
            }
            _ => wanted.clone(),
        };
        let mut found = discover::discover(&program, &run, compat);
        if compat {
            compile_errors::without_contains(&program, sources)?;
            same_names(&mut found.checks);
        }
        if !entrypoints.is_empty() {
            found.checks = chosen(found.checks, entrypoints)?;
        }
        if !found.errors.is_empty() && !compat {
            return Err(rendered(sources, &found.errors));
        }
        // Constraints need no `package main` beside them.
        let alone = gatekeeper.is_some()
            && args.namespace.is_empty()
            && (found.namespaces.iter()).all(|namespace| of_library.contains(namespace));
        if alone && found.checks.is_empty() {
            return Session::of_constraints(gatekeeper);
        }
        if !compat && !alone {
            missing(&wanted, &found)?;
        }
        let namespaces = namespaces(&policies.modules, &run, &found, compat);
        let exempting: Vec<(String, Vec<String>)> = namespaces
            .iter()
            .filter_map(|namespace| Some((namespace.clone(), exception(&program, namespace)?)))
            .collect();
        let options = compile::Options {
            plan: plan::Options {
                entrypoints: (found.checks.iter().map(|check| check.path.clone()))
                    .chain(exempting.iter().map(|(_, path)| path.clone()))
                    .collect(),
                trace: true,
                ..plan::Options::default()
            },
            ..compile::Options::default()
        };
        let artifact = compile::generate(&program, sources, &options)
            .map_err(|errors| rendered(sources, &errors))?;
        let policy = loaded_by(&engine, &artifact)?;
        let metadata = metadata::Metadata::read(&program, sources)
            .map_err(|error| rendered(sources, &[error]))?;
        let reads = Reads::new(&program);
        let mut checks = Vec::with_capacity(found.checks.len());
        for check in found.checks {
            let query = kpol_compiler::names::data_ref(&check.path);
            let entry = entry(&policy, &query)?;
            let about = metadata.of(&program, &check.path);
            checks.push(CheckInfo {
                about,
                inventory: Wanted::of(&reads.of(&check.path)),
                library: of_library.contains(&check.namespace),
                namespace: check.namespace,
                definitions: check.definitions,
                list: !check.set,
                ..CheckInfo::new(entry, check.path, CheckKind::Rule(check.severity))
            });
        }
        let mut exceptions = BTreeMap::new();
        let mut queries = BTreeMap::new();
        let mut exceptions_inventory = Wanted::default();
        for (namespace, path) in exempting {
            exceptions_inventory.add(&Wanted::of(&reads.of(&path)));
            let query = kpol_compiler::names::data_ref(&path);
            exceptions.insert(namespace.clone(), entry(&policy, &query)?);
            queries.insert(namespace, query);
        }
        let mut session = Session {
            policy: Some(Loaded::Policy(policy)),
            gatekeeper: None,
            checks,
            known: Vec::new(),
            namespaces,
            exceptions,
            uses: Uses::of(sources),
            exceptions_inventory,
            chosen: !args.policies.entrypoint.is_empty(),
            data: Data::new(),
        };
        if let Some(name) = name {
            kept::store(&engine, &name, &artifact, &session, queries);
        }
        session.gatekeeper = gatekeeper;
        Ok(session)
    }

    /// A session of Gatekeeper's constraints alone.
    fn of_constraints(gatekeeper: Option<Gatekeeper>) -> Result<Session, CommandError> {
        if gatekeeper
            .as_ref()
            .is_none_or(|one| one.constraints().next().is_none())
        {
            return Err(CommandError::Help(
                "no rule ran: there are ConstraintTemplates, and no constraint that uses one".to_owned(),
                "a constraint says which objects a template is about: `apiVersion: constraints.gatekeeper.sh/v1beta1`".to_owned(),
            ));
        }
        Ok(Session {
            policy: None,
            gatekeeper,
            checks: Vec::new(),
            known: Vec::new(),
            namespaces: Vec::new(),
            exceptions: BTreeMap::new(),
            uses: Uses::default(),
            exceptions_inventory: Wanted::default(),
            chosen: false,
            data: Data::new(),
        })
    }

    pub(crate) fn from_module(
        args: &TestArgs,
        name: &str,
        wasm: Vec<u8>,
    ) -> Result<Session, CommandError> {
        let front = front(args.policies.capabilities.as_deref())?;
        let policy = Loaded::from_wasm(&engine(&args.net, false, &front)?, name, wasm)?;
        let mut checks = Vec::new();
        let entries = if args.policies.entrypoint.is_empty() {
            policy.entries()
        } else {
            let wanted = args.policies.entrypoint.iter().map(|text| {
                let path = loaded::wanted(text);
                policy.entry(name, &path).map(|id| Entry { id, path })
            });
            wanted.collect::<Result<_, _>>()?
        };
        for Entry { id, path } in entries {
            let severity = path.last().and_then(|rule| discover::severity(rule));
            let kind = severity.map_or(CheckKind::Package, CheckKind::Rule);
            checks.push(CheckInfo::new(id, path, kind));
        }
        if checks.is_empty() {
            return Err(CommandError::Plain(format!(
                "no rule ran: `{name}` has no entrypoint"
            )));
        }
        let mut namespaces: Vec<String> = (checks.iter())
            .filter(|check| check.kind != CheckKind::Package)
            .map(|check| check.namespace.clone())
            .collect();
        namespaces.sort();
        namespaces.dedup();
        Ok(Session {
            policy: Some(policy),
            gatekeeper: None,
            checks,
            known: Vec::new(),
            namespaces,
            exceptions: BTreeMap::new(),
            uses: Uses::ANY,
            exceptions_inventory: Wanted::default(),
            chosen: !args.policies.entrypoint.is_empty(),
            data: Data::new(),
        })
    }
}

impl Session {
    /// What the checks can look at of the inventory.
    pub(crate) fn inventory(&self) -> Wanted {
        let mut all = self.exceptions_inventory.clone();
        for check in &self.checks {
            all.add(&check.inventory);
        }
        if let Some(gatekeeper) = &self.gatekeeper {
            all.add(&Wanted::of_templates(gatekeeper.uses()));
        }
        all
    }

    /// What the checks say about themselves, for outputs that list rules.
    pub(crate) fn rules(&self) -> Vec<RuleInfo> {
        self.checks
            .iter()
            .filter_map(|check| {
                let (severity, name) = match check.kind {
                    CheckKind::Rule(severity) => (severity, check.path.last().cloned()),
                    CheckKind::Module => (Severity::Failure, Some("validate".to_owned())),
                    CheckKind::Package => return None,
                };
                let about = check.about(None).cloned().unwrap_or_default();
                Some(RuleInfo {
                    rule: RuleId {
                        package: check.namespace.clone(),
                        name: name.unwrap_or_default(),
                        id: about.id,
                    },
                    level: match severity {
                        Severity::Failure => Level::Failure,
                        Severity::Warning => Level::Warning,
                    },
                    title: about.title,
                    description: about.description,
                    severity: about.severity,
                    remediation: about.remediation,
                    links: about.links,
                    tags: about.tags,
                })
            })
            .chain(self.gatekeeper.iter().flat_map(gatekeeper::rules))
            .collect()
    }
}

/// The packages of the built-in library.
fn library_packages(modules: &[Module], sources: &SourceMap) -> Vec<String> {
    let own = |module: &&Module| {
        let name = sources.name(module.package.span.source);
        name.starts_with(kpol_library::texts::PREFIX)
    };
    let mut names: Vec<String> = modules.iter().filter(own).map(package_name).collect();
    names.sort();
    names.dedup();
    names
}

fn package_name(module: &Module) -> String {
    let keys = module.package.path.iter().map(|key| key.name.as_str());
    keys.collect::<Vec<_>>().join(".")
}

/// The entrypoint of a query that the policy was compiled for.
pub(crate) fn entry(policy: &Policy, query: &str) -> Result<EntryId, CommandError> {
    policy
        .entrypoint(query)
        .ok_or_else(|| CommandError::Plain(format!("the policy has no entrypoint `{query}`")))
}

/// Of checks whose names differ in case only, conftest sees the first.
fn same_names(checks: &mut Vec<discover::Check>) {
    let mut known: Vec<String> = Vec::new();
    checks.retain(|check| {
        let name = check.path.join("/").to_lowercase();
        let new = !known.contains(&name);
        known.push(name);
        new
    });
}

/// The namespaces that results are told for. conftest tells them for each package that is asked for, also for those
/// without checks, and for names that no package has.
fn namespaces(
    modules: &[Module],
    wanted: &Namespaces,
    found: &discover::Discovered,
    compat: bool,
) -> Vec<String> {
    let mut names: Vec<String> = match wanted {
        Namespaces::Named(names)
            if compat && !names.iter().any(|name| Namespaces::is_glob(name)) =>
        {
            return names.clone();
        }
        _ if compat => modules
            .iter()
            .map(package_name)
            .filter(|name| wanted.has(name))
            .collect(),
        _ => found
            .checks
            .iter()
            .map(|check| check.namespace.clone())
            .collect(),
    };
    names.sort();
    names.dedup();
    names
}

/// The path of a namespace's `exception` rule.
fn exception(program: &Program, namespace: &str) -> Option<Vec<String>> {
    let path: Vec<String> = namespace
        .split('.')
        .chain(["exception"])
        .map(str::to_owned)
        .collect();
    let has = program.rules.iter().any(|rule| {
        rule.path == path && !matches!(rule.kind, kpol_compiler::hir::RuleKind::Function(_))
    });
    has.then_some(path)
}

/// What else than the policies' texts decides what they are compiled to.
fn asked(args: &TestArgs, compat: bool, origin: &Origin) -> Result<String, CommandError> {
    let capabilities = match &args.policies.capabilities {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| CommandError::Plain(format!("`{}`: {error}", file.display())))?,
        None => String::new(),
    };
    let manifest = match origin {
        Origin::Bundle { name, manifest, .. } => format!("{name} {manifest:?}"),
        Origin::Paths(_) => "paths".to_owned(),
        Origin::BuiltIn => "library".to_owned(),
        Origin::Both(_) => "paths and library".to_owned(),
    };
    Ok(format!(
        "{compat} {} {:?} {:?} {} {manifest} {capabilities}",
        args.all_namespaces, args.namespace, args.policies.entrypoint, args.strict,
    ))
}

/// The checks that are named on the command line, or that are in packages named there.
fn chosen(
    checks: Vec<discover::Check>,
    entrypoints: &[String],
) -> Result<Vec<discover::Check>, CommandError> {
    let wanted: Vec<Vec<String>> = entrypoints
        .iter()
        .map(|text| loaded::wanted(text))
        .collect();
    let named = |check: &discover::Check, path: &[String]| {
        check.path == path
            || check
                .path
                .split_last()
                .is_some_and(|(_, package)| package == path)
    };
    for (path, text) in wanted.iter().zip(entrypoints) {
        if !checks.iter().any(|check| named(check, path)) {
            return Err(CommandError::Help(
                format!(
                    "no rule ran: `{text}` is no `deny`, `violation` or `warn`, nor a package with one"
                ),
                "an entrypoint is written `package/rule`, such as `main/deny`".to_owned(),
            ));
        }
    }
    let chosen = checks
        .into_iter()
        .filter(|check| wanted.iter().any(|path| named(check, path)));
    Ok(chosen.collect())
}

/// Reads a compiled module, with the name to call it by.
pub(crate) fn read_module(file: &Path) -> Result<(String, Vec<u8>), CommandError> {
    let name = file.display().to_string();
    match std::fs::read(file) {
        Ok(wasm) => Ok((name, wasm)),
        Err(error) => Err(CommandError::Plain(format!(
            "cannot read `{name}`: {error}"
        ))),
    }
}

/// Parses and checks all policies of an origin.
pub(crate) fn check(
    origin: &Origin,
    version: RegoVersion,
    front: &resolve::Options,
    sources: &mut SourceMap,
) -> Result<Program, CommandError> {
    let policies = policies::load(origin, version, sources)?;
    compile::check_parsed(&policies.modules, policies.errors, front)
        .map_err(|errors| rendered(sources, &errors))
}

/// Fails where a namespace that was asked for has no rule to run, or there is none at all.
fn missing(wanted: &Namespaces, found: &discover::Discovered) -> Result<(), CommandError> {
    if let Namespaces::Named(names) = wanted
        && let Some(name) = names.iter().find(|name| {
            !(found.namespaces.iter()).any(|namespace| discover::matches(name, namespace))
        })
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

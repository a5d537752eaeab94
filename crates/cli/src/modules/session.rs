//! A run over modules: what `kpol test --module` begins with.

use std::collections::BTreeMap;
use std::sync::Arc;

use kpol_engine::{Data, EntryId};

use super::Modules;
use crate::commands::test::Args as TestArgs;
use crate::exit::CommandError;
use crate::host::{engine, front};
use crate::inventory::Wanted;
use crate::loaded::Loaded;
use crate::session::{CheckInfo, CheckKind, Session, Uses};

impl Session {
    /// Modules that are given as such: any number of those that judge objects, or one that evaluates rules.
    pub(crate) fn of_modules(
        args: &TestArgs,
        mut files: Vec<(String, Vec<u8>)>,
    ) -> Result<Session, CommandError> {
        let judges = files.iter().filter(|file| super::is_one(&file.1)).count();
        if judges == 0 {
            return match files.pop() {
                Some((name, wasm)) if files.is_empty() => {
                    if args.modules.are_given() {
                        return Err(CommandError::Plain(format!(
                            "`{name}` takes no settings and makes no host calls: its data are given with `-d`"
                        )));
                    }
                    Session::from_module(args, &name, wasm)
                }
                _ => Err(several()),
            };
        }
        if judges < files.len() {
            return Err(several());
        }
        if !args.policies.entrypoint.is_empty() {
            return Err(CommandError::Plain(
                "modules that judge objects have no entrypoints to choose from".to_owned(),
            ));
        }
        let front = front(args.policies.capabilities.as_deref())?;
        let engine = engine(&args.net, false, &front)?;
        let modules = Modules::load(&engine, files, &args.modules, args.limits())?;
        let inventory = if modules.look_at_others() {
            Wanted::everything()
        } else {
            Wanted::default()
        };
        let mut checks = Vec::new();
        for (entry, module) in (0..).map(EntryId).zip(&modules.modules) {
            checks.push(CheckInfo {
                about: vec![module.about()],
                namespace: module.name.clone(),
                query: module.file.clone(),
                inventory: inventory.clone(),
                ..CheckInfo::new(entry, vec![module.name.clone()], CheckKind::Module)
            });
        }
        Ok(Session {
            namespaces: checks.iter().map(|check| check.namespace.clone()).collect(),
            checks,
            exceptions: BTreeMap::new(),
            known: Vec::new(),
            uses: Uses::default(),
            exceptions_inventory: Wanted::default(),
            chosen: true,
            data: Data::new(),
            policy: Some(Loaded::Modules(Arc::new(modules))),
            gatekeeper: None,
        })
    }

    /// A module was for no document of the run: what was to be checked was not.
    pub(crate) fn not_for_any(&self, check: &CheckInfo) -> CommandError {
        let rules = match &self.policy {
            Some(Loaded::Modules(modules)) => (modules.modules.get(check.entry.0 as usize))
                .map(|module| module.metadata.told_rules()),
            Some(Loaded::Policy(_) | Loaded::Opa(_)) | None => None,
        };
        let rules = rules.filter(|rules| !rules.is_empty());
        CommandError::Help(
            format!(
                "no rule ran: no document is one that `{}` checks",
                check.query
            ),
            match rules {
                Some(rules) => format!("it is for the creation of {rules}"),
                None => "it is for Kubernetes objects and admission requests".to_owned(),
            },
        )
    }
}

/// Several modules, not all of which judge objects.
fn several() -> CommandError {
    CommandError::Help(
        "of several modules each must judge objects, as Kubewarden's do".to_owned(),
        "modules of rules, from `kpol build` or `opa build`, run one at a time".to_owned(),
    )
}

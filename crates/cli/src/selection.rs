//! Which rules run: `--pack`, `--rule` and `--skip-rule`.

use std::path::{Path, PathBuf};

use kpol_compiler::suggest::nearest;
use kpol_diagnostics::SourceMap;
use kpol_gatekeeper_run::Gatekeeper;
use kpol_library::packs::{DEFAULT, Pattern};
use kpol_library::{About, Facts, Pack, Selection, texts};

use crate::commands::test::Args;
use crate::exit::CommandError;
use crate::gatekeeper;
use crate::output::rendered;
use crate::pod_security::Standard;
use crate::policies::Origin;
use crate::session::{CheckInfo, CheckKind, Session};

/// The pack of the Pod Security Standards, at no particular level.
const POD_SECURITY: &str = "pod-security";

impl Args {
    /// Where the policies come from, if from no bundle or module.
    pub(crate) fn origin(&self) -> Origin {
        match Origin::choose(&self.policies.policy) {
            Origin::Paths(paths) if !self.pack.is_empty() || self.pod_security.is_some() => {
                Origin::Both(paths)
            }
            origin => origin,
        }
    }

    /// The rules that are asked for.
    ///
    /// # Errors
    /// Where a pack does not exist or has errors, or what is to be an id is none.
    pub(crate) fn selection(&self) -> Result<Selection, CommandError> {
        let mut packs = Vec::new();
        for name in &self.pack {
            packs.push(pack(name)?);
        }
        // Whoever names rules, packages or policies knows what is to run.
        let named = !self.rule.is_empty()
            || !self.namespace.is_empty()
            || self.all_namespaces
            || !self.policies.entrypoint.is_empty()
            || !self.policies.module.is_empty()
            || self.policies.bundle.is_some();
        if packs.is_empty() && !named && self.origin() == Origin::BuiltIn {
            packs.push(pack(DEFAULT)?);
        }
        // Whatever else was chosen: a level that was asked for is held to.
        let both = matches!(self.origin(), Origin::Both(_));
        if self.pod_security.is_some() && (both || !packs.is_empty()) {
            packs.push(pack(POD_SECURITY)?);
        }
        Ok(Selection {
            packs,
            rules: patterns("--rule", &self.rule)?,
            skip: patterns("--skip-rule", &self.skip_rule)?,
        })
    }
}

impl Args {
    /// The level of the Pod Security Standards that all pods are held to: that of the command line, else of the packs.
    ///
    /// # Errors
    /// Where a pack names no level, or two packs name different ones.
    pub(crate) fn standard(&self, selection: &Selection) -> Result<Option<Standard>, CommandError> {
        if self.pod_security.is_some() {
            return Ok(self.pod_security.clone());
        }
        let mut chosen: Option<(&str, Standard)> = None;
        for pack in &selection.packs {
            let Some(text) = &pack.pod_security else {
                continue;
            };
            let standard: Standard = text.parse().map_err(|error| {
                CommandError::Help(
                    format!("pack `{}`: `{text}` is no Pod Security Standard", pack.name),
                    error,
                )
            })?;
            match &chosen {
                Some((other, known)) if *known != standard => {
                    return Err(CommandError::Help(
                        format!(
                            "pack `{other}` holds pods to {known}, pack `{}` to {standard}",
                            pack.name
                        ),
                        "`--pod-security` says which one it is to be".to_owned(),
                    ));
                }
                _ => chosen = Some((&pack.name, standard)),
            }
        }
        Ok(chosen.map(|(_, standard)| standard))
    }
}

fn patterns(option: &str, texts: &[String]) -> Result<Vec<Pattern>, CommandError> {
    let pattern = |text: &String| {
        Pattern::new(text)
            .ok_or_else(|| CommandError::Plain(format!("{option}: `{text}` is no id of a rule")))
    };
    texts.iter().map(pattern).collect()
}

/// A pack by its name, or from a file.
///
/// # Errors
/// Where there is none, or it has errors.
pub(crate) fn pack(name: &str) -> Result<Pack, CommandError> {
    let mut sources = SourceMap::new();
    let read = match Pack::built_in(name, &mut sources) {
        Some(read) => read,
        None if Path::new(name).extension().is_some() || name.contains('/') => {
            let path = PathBuf::from(name);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| CommandError::Plain(format!("cannot read `{name}`: {error}")))?;
            match texts::toml(&mut sources, name, &text) {
                Ok(document) => Pack::read(name, &document),
                Err(error) => Err(vec![error.diagnostic()]),
            }
        }
        None => {
            let known = texts::packs();
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("packs: {}; or a file (.toml)", known.join(", ")),
            };
            return Err(CommandError::Help(
                format!("there is no pack `{name}`"),
                help,
            ));
        }
    };
    read.map_err(|errors| rendered(&sources, &errors))
}

impl CheckInfo {
    /// The ids of the rule, with what is said about each: definitions may have ids of their own.
    pub(crate) fn facts(&self) -> Vec<(String, Option<&About>)> {
        let name = match self.kind {
            CheckKind::Rule(_) => self.path.last().map_or("", String::as_str),
            CheckKind::Package | CheckKind::Module => "",
        };
        ids(&self.namespace, name, &self.about)
    }
}

/// The ids of a rule, with what is said about each. One without metadata goes by its name.
pub(crate) fn ids<'a>(
    package: &str,
    name: &str,
    abouts: &'a [About],
) -> Vec<(String, Option<&'a About>)> {
    let mut ids: Vec<(String, Option<&About>)> = (abouts.iter())
        .filter_map(|about| Some((about.id.clone()?, Some(about))))
        .collect();
    if ids.is_empty() {
        let id = match (package, name) {
            ("", name) => name.to_owned(),
            (package, "") => package.to_owned(),
            (package, name) => format!("{package}.{name}"),
        };
        ids.push((id, abouts.first()));
    }
    ids
}

impl Session {
    /// Leaves the checks that are asked for. Policies of one's own run beside packs whatever those have in them.
    ///
    /// # Errors
    /// Where something is asked for that is no rule, or nothing is left.
    pub(crate) fn select(&mut self, selection: &Selection) -> Result<(), CommandError> {
        self.known = self.ids();
        if selection.is_everything() {
            return Ok(());
        }
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        if let Some((name, _)) = selection.unknown(&known) {
            // A configuration may name rules of the library, also where it does not run.
            let mut all = crate::policies::library_ids()?;
            all.extend(self.known.iter().cloned());
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            if let Some((name, near)) = selection.unknown(&all) {
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`kpol policies list` has all rules".to_owned(),
                };
                return Err(CommandError::Help(
                    format!("there is no rule `{name}`"),
                    help,
                ));
            }
            if selection.rules.iter().any(|rule| rule.text() == name) {
                return Err(CommandError::Help(
                    format!(
                        "no rule ran: `{name}` is a rule of the built-in library, which does not run"
                    ),
                    "`--pack` adds the library to policies of one's own".to_owned(),
                ));
            }
        }
        // What packs say is about the library.
        let own = Selection {
            packs: Vec::new(),
            rules: if selection.packs.is_empty() {
                selection.rules.clone()
            } else {
                Vec::new()
            },
            skip: selection.skip.clone(),
        };
        for check in &mut self.checks {
            let by = if check.library { selection } else { &own };
            let facts = check.facts();
            let hidden: Vec<String> = (facts.iter())
                .filter(|(id, about)| !by.has(Facts { id, about: *about }))
                .map(|(id, _)| id.clone())
                .collect();
            check.hidden = hidden;
        }
        self.checks.retain(|check| {
            let facts = check.facts();
            facts.iter().any(|(id, _)| !check.hidden.contains(id))
        });
        if let Some(gatekeeper) = &mut self.gatekeeper {
            gatekeeper.retain(|constraint| {
                let id = gatekeeper::id(constraint);
                own.has(Facts {
                    id: &id,
                    about: None,
                })
            });
        }
        let constraints = (self.gatekeeper.as_ref())
            .is_some_and(|gatekeeper| gatekeeper.constraints().next().is_some());
        if self.checks.is_empty() && !constraints {
            return Err(CommandError::Help(
                "no rule ran: none of the policies' rules is among those that were asked for"
                    .to_owned(),
                "`kpol policies list` tells which rules a pack has".to_owned(),
            ));
        }
        let checks = &self.checks;
        self.namespaces
            .retain(|namespace| checks.iter().any(|check| check.namespace == *namespace));
        Ok(())
    }

    /// The ids of all rules.
    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = (self.checks.iter())
            .flat_map(|check| check.facts().into_iter().map(|(id, _)| id))
            .collect();
        let constraints = self.gatekeeper.iter().flat_map(Gatekeeper::constraints);
        ids.extend(constraints.map(gatekeeper::id));
        ids.sort();
        ids.dedup();
        ids
    }
}

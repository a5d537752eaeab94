//! All rules of policies, with what is known about each.

use kpol_diagnostics::SourceMap;
use kpol_library::discover::{self, Namespaces, Severity};
use kpol_library::{About, Facts, Frameworks, Metadata, Pack, texts};
use kpol_syntax::ast::RegoVersion;
use serde::Serialize;

use crate::exit::CommandError;
use crate::output::rendered;
use crate::policies::Origin;
use crate::session;

/// A rule: the checks that have one id.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Rule {
    pub(super) id: String,
    /// Its package, without `data`.
    pub(super) package: String,
    /// The names of its checks: `deny`, `warn`.
    pub(super) checks: Vec<String>,
    /// `failure` where one of its checks fails a run, else `warning`.
    pub(super) level: &'static str,
    #[serde(flatten)]
    pub(super) about: Facets,
    /// The packs that it is in, but `all`.
    pub(super) packs: Vec<String>,
    /// The file that it stands in.
    pub(super) file: String,
    #[serde(skip)]
    pub(super) text: String,
    #[serde(skip)]
    said: Option<About>,
}

/// What metadata says, in the words of the output.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Facets {
    pub(super) severity: Option<String>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) remediation: Option<String>,
    pub(super) references: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) frameworks: std::collections::BTreeMap<String, Vec<String>>,
    pub(super) parameters: Vec<kpol_library::Parameter>,
}

impl Rule {
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            id: &self.id,
            about: self.said.as_ref(),
        }
    }

    /// The first part of the id, or its package.
    pub(super) fn area(&self) -> &str {
        match self.facts().area() {
            "" => &self.package,
            _ => self.id.split('/').next().unwrap_or(&self.id),
        }
    }
}

/// Rules, the packs of the library, and frameworks.
pub(super) struct Catalog {
    pub(super) rules: Vec<Rule>,
    pub(super) packs: Vec<Pack>,
    pub(super) frameworks: Frameworks,
}

impl Catalog {
    /// Reads all of it.
    ///
    /// # Errors
    /// Where policies cannot be read, or have errors.
    pub(super) fn read(origin: &Origin, version: RegoVersion) -> Result<Catalog, CommandError> {
        let mut sources = SourceMap::new();
        let frameworks =
            Frameworks::built_in(&mut sources).map_err(|errors| rendered(&sources, &errors))?;
        let packs = texts::packs().into_iter().map(crate::selection::pack);
        let mut catalog = Catalog {
            rules: Vec::new(),
            packs: packs.collect::<Result<_, _>>()?,
            frameworks,
        };
        let front = crate::host::front(None)?;
        let program = session::check(origin, version, &front, &mut sources)?;
        let found = discover::discover(&program, &Namespaces::All, false);
        if !found.errors.is_empty() {
            return Err(rendered(&sources, &found.errors));
        }
        let metadata =
            Metadata::read(&program, &sources).map_err(|error| rendered(&sources, &[error]))?;
        for check in found.checks {
            let rule = program.rules.iter().find(|rule| rule.path == check.path);
            let span = rule.and_then(|rule| {
                let first = rule.clauses.first().map(|clause| clause.span);
                first.or(rule.default.as_ref().map(|default| default.span))
            });
            let (file, text) = span.map_or_else(Default::default, |span| {
                let source = span.source;
                (
                    sources.name(source).to_owned(),
                    sources.text(source).to_owned(),
                )
            });
            let name = check.path.last().cloned().unwrap_or_default();
            let abouts = metadata.of(&program, &check.path);
            for (id, said) in crate::selection::ids(&check.namespace, &name, &abouts) {
                let failure = check.severity == Severity::Failure;
                let new = Rule {
                    package: check.namespace.clone(),
                    checks: Vec::new(),
                    level: "warning",
                    about: said.map(facets).unwrap_or_default(),
                    packs: Vec::new(),
                    file: file.clone(),
                    text: text.clone(),
                    said: said.cloned(),
                    id,
                };
                catalog.add(new, &name, failure);
            }
        }
        catalog.rules.sort_by(|a, b| a.id.cmp(&b.id));
        for rule in &mut catalog.rules {
            let has = |pack: &&Pack| pack.name != "all" && pack.has(rule.facts());
            let packs = catalog.packs.iter().filter(has);
            rule.packs = packs.map(|pack| pack.name.clone()).collect();
        }
        Ok(catalog)
    }

    /// Adds a check to the rule of its id.
    fn add(&mut self, new: Rule, name: &str, failure: bool) {
        let at = self.rules.iter().position(|rule| rule.id == new.id);
        let rule = match at.and_then(|at| self.rules.get_mut(at)) {
            Some(rule) => rule,
            None => {
                self.rules.push(new);
                let Some(last) = self.rules.last_mut() else {
                    return;
                };
                last
            }
        };
        if !rule.checks.iter().any(|check| check == name) {
            rule.checks.push(name.to_owned());
        }
        if failure {
            rule.level = "failure";
        }
    }
}

fn facets(about: &About) -> Facets {
    Facets {
        severity: about.severity.clone(),
        title: about.title.clone(),
        description: about.description.clone(),
        remediation: about.remediation.clone(),
        references: about.links.clone(),
        tags: about.tags.clone(),
        frameworks: about.frameworks.clone(),
        parameters: about.parameters.clone(),
    }
}

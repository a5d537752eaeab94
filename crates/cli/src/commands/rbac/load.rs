//! From paths to roles and bindings, with their places.

use kpol_findings::{Location, Problem};
use kpol_rbac::{Cluster, Grant, Objects, Options, Place};

use crate::commands::test::Reading;
use crate::commands::test::input::Input;
use crate::exit::{CommandError, Exit};
use crate::inputs::{self, Wanted};

/// Where roles and bindings come from.
#[derive(Debug, clap::Args)]
pub(super) struct From {
    /// A file, folder or glob with manifests, or a dump of a cluster; `-` for standard input; may be given many times.
    #[arg(short, long, value_name = "PATH")]
    pub(super) file: Vec<String>,
    /// Leaves Kubernetes' own roles and bindings out, which every cluster has; without this they are added where the
    /// files have none of them.
    #[arg(long)]
    pub(super) no_defaults: bool,
}

/// What was read.
pub(super) struct Loaded {
    pub(super) cluster: Cluster,
    inputs: Vec<Input>,
    /// The input of each of the cluster's documents.
    of: Vec<usize>,
    /// What was not read.
    pub(super) problems: Vec<Problem>,
}

impl From {
    /// Reads all of it, and further paths.
    ///
    /// # Errors
    /// Where no path is named.
    pub(super) fn load(&self, more: &[String]) -> Result<Loaded, CommandError> {
        let paths: Vec<String> = self.file.iter().chain(more).cloned().collect();
        if paths.is_empty() {
            return Err(CommandError::Help(
                "no files are named".to_owned(),
                "name manifests or a dump of a cluster: `-f rbac/`, or `kubectl get … -o json | kpol rbac … -f -`"
                    .to_owned(),
            ));
        }
        let mut errors = Vec::new();
        let wanted = Wanted {
            charts: true,
            ..Wanted::default()
        };
        let files = inputs::expand(&paths, &wanted, &mut errors);
        let mut problems: Vec<Problem> = (errors.into_iter())
            .map(|error| Problem::plain("input_io_error", error))
            .collect();
        let reading = Reading {
            options: inputs::read_options(false, &[]),
            charts: kpol_charts::Options::default(),
            stdin: None,
            piped: std::sync::OnceLock::new(),
        };
        let mut read = Vec::new();
        for file in &files {
            match reading.read(file) {
                Ok(input) => read.push(input),
                Err(problem) => problems.push(*problem),
            }
        }
        Ok(Loaded::new(read, problems, !self.no_defaults))
    }
}

impl Loaded {
    fn new(inputs: Vec<Input>, mut problems: Vec<Problem>, defaults: bool) -> Loaded {
        let mut objects = Objects::default();
        let mut of = Vec::new();
        for (at, input) in inputs.iter().enumerate() {
            for document in &input.documents {
                if let Err(errors) = objects.add(document) {
                    let errors = errors.iter().map(kpol_rbac::LoadError::diagnostic);
                    problems.extend(errors.map(|error| Problem::new(&input.sources, &error)));
                }
                if objects.documents.len() > of.len() {
                    of.push(at);
                }
            }
        }
        Loaded {
            cluster: Cluster::new(objects, Options { defaults }),
            inputs,
            of,
            problems,
        }
    }

    /// The names of all inputs, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|input| input.name.as_str())
    }

    /// Where something is written; none for what Kubernetes has by itself.
    pub(super) fn location(&self, place: Option<Place>) -> Option<Location> {
        let place = place?;
        let (document, node) = self.cluster.node(place)?;
        let input = self.inputs.get(*self.of.get(place.document as usize)?)?;
        let (mut span, path) = input.place(document, node);
        if node == document.root() {
            span = input.whole(document);
        }
        let path = Some(path).filter(|path| !path.is_empty());
        Some(Location::new(&input.sources, span, path))
    }

    /// `rbac.yaml:12`; nothing for what Kubernetes has by itself.
    pub(super) fn at(&self, place: Option<Place>) -> Option<String> {
        let location = self.location(place)?;
        Some(format!("{}:{}", location.file, location.line))
    }

    /// ` (rbac.yaml:12)`.
    pub(super) fn beside(&self, place: Option<Place>) -> String {
        self.at(place)
            .map_or_else(|| " (of Kubernetes)".to_owned(), |at| format!(" ({at})"))
    }

    /// `ClusterRoleBinding b (rbac.yaml:1) → ClusterRole r, rule 2 (rbac.yaml:20)`.
    pub(super) fn grant(&self, grant: Grant) -> String {
        let Some(binding) = self.cluster.binding(grant.binding) else {
            return String::new();
        };
        let rule = self.cluster.rule(grant);
        let place = rule.and_then(|rule| rule.place);
        let from = rule.and_then(|rule| rule.from.as_ref());
        let from = from.map_or_else(String::new, |from| format!(" of {from}"));
        format!(
            "{binding}{} → {}, rule {}{from}{}",
            self.beside(binding.place),
            binding.role_words(),
            grant.rule + 1,
            self.beside(place)
        )
    }

    /// Tells on standard error what was not read; the exit code then is 2, whatever else it would be.
    pub(super) fn finish(&self, exit: Exit) -> Exit {
        if self.problems.is_empty() {
            return exit;
        }
        let colour = crate::outputs::colour(false, false);
        for problem in &self.problems {
            let text = kpol_findings::text::render_problem(problem, colour);
            anstream::eprintln!("{}", text.trim_end());
        }
        if self.problems.iter().any(Problem::is_error) {
            return Exit::Unchecked;
        }
        exit
    }
}

//! The Rego of templates, as modules that can stand beside those of other templates.

use kpol_diagnostics::{Diagnostic, SourceId, SourceMap, Span};
use kpol_syntax::ast::visit::{self, Visitor};
use kpol_syntax::ast::{Ident, Module, Ref, RefArg, RegoVersion, Term, TermKind, visit_mut};
use kpol_syntax::parse_module;

use crate::error::{Code, Error};
use crate::inventory::Uses;
use crate::template::{RegoSource, Template};

/// Where the packages of templates lie, each under its kind.
pub const PACKAGE: &str = "template";
/// Where the packages of their libraries lie, each under the kind of its template.
pub const LIBS: &str = "libs";

/// The modules of a template.
#[derive(Clone, Debug)]
pub struct Modules {
    /// The template's own module, then its libraries.
    pub modules: Vec<Module>,
    /// The rule to evaluate: the path of `violation` below `data`.
    pub entrypoint: Vec<String>,
    /// What they look at beside their input.
    pub uses: Uses,
}

/// The texts of a template's Rego.
#[derive(Clone, Debug)]
pub struct Texts {
    version: RegoVersion,
    rego: SourceId,
    libs: Vec<SourceId>,
}

impl Texts {
    /// The sources, with the version that they are in.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, RegoVersion)> {
        std::iter::once(self.rego)
            .chain(self.libs.iter().copied())
            .map(|source| (source, self.version))
    }
}

/// Adds the texts of a template's Rego to the sources, so that what is said about them is said of the template's file.
#[must_use]
pub fn texts(source: &RegoSource, sources: &mut SourceMap) -> Texts {
    let rego = source.rego.add(sources, "rego");
    let libs = (1..).zip(&source.libs);
    Texts {
        version: source.version,
        rego,
        libs: libs
            .map(|(number, lib)| lib.add(sources, &format!("lib {number}")))
            .collect(),
    }
}

/// Parses the Rego of a template, checks what Gatekeeper checks, and gives its packages names of their own: the module
/// becomes `package template.KIND`, and a library `lib.x` becomes `libs.KIND.lib.x`. References follow.
///
/// # Errors
/// Everything that is wrong.
pub fn modules(
    template: &Template,
    texts: &Texts,
    sources: &SourceMap,
) -> Result<Modules, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut parsed = Vec::new();
    for (source, version) in texts.iter() {
        let (module, mut found) = parse_module(source, sources.text(source), version);
        errors.append(&mut found);
        match module {
            Some(module) => parsed.push(module),
            None if errors.iter().any(Diagnostic::is_error) => {}
            None => errors
                .push(Error::new(Code::Rego, "no Rego at all", Span::new(source, 0, 0)).into()),
        }
    }
    if errors.iter().any(Diagnostic::is_error) {
        return Err(errors);
    }
    let mut uses = Uses::default();
    for (at, module) in parsed.iter().enumerate() {
        let mut checker = Checker {
            errors: Vec::new(),
            uses: &mut uses,
        };
        checker.module(module, at > 0);
        errors.extend(checker.errors.into_iter().map(Diagnostic::from));
    }
    if let Some(module) = parsed.first()
        && !module
            .rules
            .iter()
            .any(|rule| rule.head.reference.head_name() == Some("violation"))
    {
        errors.push(
            Error::new(
                Code::Rego,
                "a template needs a rule `violation`",
                module.package.span,
            )
            .help("violation[{\"msg\": msg}] { ... }")
            .into(),
        );
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for (at, module) in parsed.iter_mut().enumerate() {
        rename(module, &template.kind, at > 0);
    }
    Ok(Modules {
        modules: parsed,
        entrypoint: vec![
            PACKAGE.to_owned(),
            template.kind.clone(),
            "violation".to_owned(),
        ],
        uses,
    })
}

/// What Gatekeeper checks about packages, imports and references.
struct Checker<'u> {
    errors: Vec<Error>,
    uses: &'u mut Uses,
}

impl Checker<'_> {
    fn error(&mut self, message: String, span: Span, help: &str) {
        let error = Error::new(Code::Rego, message, span);
        self.errors.push(error.help(help));
    }

    fn module(&mut self, module: &Module, lib: bool) {
        let path = &module.package.path;
        if lib && (path.len() < 2 || path.first().is_none_or(|first| first.name != "lib")) {
            let names: Vec<&str> = path.iter().map(|part| part.name.as_str()).collect();
            self.error(
                format!(
                    "the package of a library is below `lib`, not `{}`",
                    names.join(".")
                ),
                module.package.span,
                "package lib.helpers",
            );
        }
        for import in &module.imports {
            let mut segments = import.segments();
            let allowed = matches!(
                (segments.next(), segments.next()),
                (Some("data"), Some("lib")) | (Some("future"), _)
            );
            if !allowed {
                let path = import.path.dotted().unwrap_or_default();
                self.error(
                    format!("a template cannot import `{path}`"),
                    import.span,
                    "templates import `data.lib` and `future.keywords` only; `data.inventory` and `input` can be used as they are",
                );
            }
        }
        visit::walk_module(self, module);
    }
}

impl Visitor for Checker<'_> {
    fn visit_term(&mut self, term: &Term) {
        if term.as_var() == Some("data") {
            self.error(
                "a template cannot look at all of `data`".to_owned(),
                term.span,
                "templates use `data.lib` and `data.inventory` only",
            );
        }
        self.uses.namespaces |= term.as_str() == Some("namespaceObject");
        visit::walk_term(self, term);
    }

    fn visit_ref(&mut self, reference: &Ref) {
        if reference.head_name() == Some("data") {
            match reference.segments().nth(1) {
                Some("lib") => {}
                Some("inventory") => {
                    let keys = reference.path.iter().skip(1);
                    let path = keys
                        .map(|arg| arg.term.as_str().map(str::to_owned))
                        .collect();
                    if !self.uses.inventory.contains(&path) {
                        self.uses.inventory.push(path);
                    }
                }
                _ => self.error(
                    format!(
                        "a template cannot look at `data{}`",
                        reference
                            .segments()
                            .nth(1)
                            .map_or(String::new(), |name| format!(".{name}"))
                    ),
                    reference.span,
                    "templates use `data.lib` and `data.inventory` only",
                ),
            }
            for arg in &reference.path {
                self.visit_term(&arg.term);
            }
            return;
        }
        visit::walk_ref(self, reference);
    }
}

/// Gives a module's package, and the libraries that it refers to, names of their own.
fn rename(module: &mut Module, kind: &str, lib: bool) {
    let span = module.package.span;
    let ident = |name: &str| Ident {
        name: name.to_owned(),
        span,
    };
    if lib {
        let path = std::mem::take(&mut module.package.path);
        let below = [ident(LIBS), ident(kind)];
        module.package.path = below.into_iter().chain(path).collect();
    } else {
        module.package.path = vec![ident(PACKAGE), ident(kind)];
    }
    let mut change = |reference: &mut Ref| {
        let lib =
            reference.head_name() == Some("data") && reference.segments().nth(1) == Some("lib");
        if !lib {
            return;
        }
        let place = reference
            .path
            .first()
            .map_or(reference.span, |arg| arg.span);
        let step = |name: &str| RefArg {
            span: place,
            term: Term {
                span: place,
                kind: TermKind::String(name.to_owned()),
            },
            dot: false,
        };
        let rest = std::mem::take(&mut reference.path);
        let below = [step(LIBS), step(kind)];
        reference.path = below.into_iter().chain(rest).collect();
    };
    for import in &mut module.imports {
        change(&mut import.path);
    }
    visit_mut::refs(module, &mut change);
}

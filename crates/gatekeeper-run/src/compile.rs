//! One policy of the Rego of all templates.

use kpol_compiler::artifact::Artifact;
use kpol_compiler::{compile as compiler, names, plan, resolve};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_gatekeeper::{Code, Error, Template, Uses, rego};

use crate::policies::Policies;

/// The Rego of templates, compiled.
#[derive(Debug)]
pub struct Compiled {
    /// The policy: `violation` of each template that a constraint uses is an entrypoint. None where no constraint's
    /// template has Rego.
    pub artifact: Option<Artifact>,
    /// What the policy looks at beside its input.
    pub uses: Uses,
}

/// The name of a template's entrypoint.
pub(crate) fn query(kind: &str) -> String {
    let path = [rego::PACKAGE, kind, "violation"].map(str::to_owned);
    names::data_ref(&path)
}

/// Compiles the Rego of all templates. All of it is checked; what no constraint uses is then left out.
///
/// The texts of the Rego are added to the sources, which must be those of the templates' documents.
///
/// # Errors
/// Everything that is wrong with the Rego, by place in the templates' files.
pub fn compile(
    policies: &Policies,
    sources: &mut SourceMap,
    front: &resolve::Options,
) -> Result<Compiled, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut modules = Vec::new();
    let mut uses = Uses {
        namespaces: (policies.constraints.iter())
            .any(|constraint| constraint.matching.namespace_selector.is_some()),
        ..Uses::default()
    };
    let mut entrypoints = Vec::new();
    let used = |template: &Template| {
        (policies.constraints.iter()).any(|constraint| constraint.kind == template.kind)
    };
    for template in &policies.templates {
        let Some(source) = template.rego() else {
            continue;
        };
        let texts = rego::texts(source, sources);
        match rego::modules(template, &texts, sources) {
            Ok(found) => {
                modules.extend(found.modules);
                if used(template) {
                    uses.join(&found.uses);
                    entrypoints.push(found.entrypoint);
                }
            }
            Err(wrong) => errors.extend(wrong),
        }
    }
    if !errors.is_empty() {
        kpol_diagnostics::sort(&mut errors);
        return Err(errors);
    }
    let program = compiler::check(&modules, &[], front)?;
    for path in &entrypoints {
        if let Some(error) = shape(&program, path) {
            errors.push(error.diagnostic());
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    if entrypoints.is_empty() {
        return Ok(Compiled {
            artifact: None,
            uses,
        });
    }
    let options = compiler::Options {
        plan: plan::Options {
            entrypoints,
            trace: true,
            ..plan::Options::default()
        },
        ..compiler::Options::default()
    };
    let artifact = compiler::generate(&program, sources, &options)?;
    Ok(Compiled {
        artifact: Some(artifact),
        uses,
    })
}

/// What is wrong with the shape of a `violation`: only a set has members, so that Gatekeeper would find nothing in
/// anything else.
fn shape(program: &kpol_compiler::hir::Program, path: &[String]) -> Option<Error> {
    use kpol_compiler::hir::RuleKind;
    let rule = program.rules.iter().find(|rule| rule.path == path)?;
    if matches!(rule.kind, RuleKind::Set) {
        return None;
    }
    let span = rule.clauses.first().map(|clause| clause.head_span);
    Some(
        Error::new(
            Code::Rego,
            "`violation` is no set, so nothing that it finds would be reported",
            span.or(rule.default.as_ref().map(|default| default.span))?,
        )
        .help("violation[{\"msg\": msg}] { ... }"),
    )
}

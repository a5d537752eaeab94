//! Templates and constraints that belong together.

use std::collections::BTreeMap;

use kpol_gatekeeper::{Code, Constraint, Error, Role, Template};
use kpol_input::Document;

/// Templates, and the constraints that use them.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// In the order of the documents.
    pub templates: Vec<Template>,
    /// In the order of the documents; each has its template.
    pub constraints: Vec<Constraint>,
}

impl Policies {
    /// Reads the templates and constraints among documents; others are left out. Of what is wrong, everything is told:
    /// what is right stands in the policies all the same, but nobody should take it for all.
    pub fn read<'d>(documents: impl IntoIterator<Item = &'d Document>) -> (Policies, Vec<Error>) {
        let mut policies = Policies::default();
        let mut errors = Vec::new();
        let mut constraints = Vec::new();
        // Kinds of templates that are wrong: their constraints have a template.
        let mut broken: Vec<String> = Vec::new();
        for document in documents {
            match Role::of(document) {
                Role::Template => match Template::parse(document) {
                    Ok(template) => policies.add_template(template, &mut errors),
                    Err(wrong) => {
                        errors.extend(wrong);
                        broken.push(document.name().unwrap_or_default().to_lowercase());
                        let kind = document.str_at(&["spec", "crd", "spec", "names", "kind"]);
                        broken.push(kind.unwrap_or_default().to_lowercase());
                    }
                },
                Role::Constraint => match Constraint::parse(document) {
                    Ok(constraint) => constraints.push(constraint),
                    Err(wrong) => errors.extend(wrong),
                },
                _ => {}
            }
        }
        let kinds: BTreeMap<String, usize> = (policies.templates.iter().enumerate())
            .map(|(at, template)| (template.name.to_lowercase(), at))
            .collect();
        for mut constraint in constraints {
            let template = kinds
                .get(&constraint.kind.to_lowercase())
                .and_then(|at| policies.templates.get(*at));
            match template {
                Some(template) if template.kind == constraint.kind => {
                    match constraint.bind(template) {
                        Ok(()) => policies.add_constraint(constraint, &mut errors),
                        Err(wrong) => errors.extend(wrong),
                    }
                }
                Some(template) => errors.push(Error::new(
                    Code::Constraint,
                    format!(
                        "the template's kind is `{}`, not `{}`",
                        template.kind, constraint.kind
                    ),
                    constraint.span,
                )),
                None if broken.contains(&constraint.kind.to_lowercase()) => {}
                None => errors.push(
                    Error::new(
                        Code::NoTemplate,
                        format!(
                            "the constraint `{}` has no template: there is no ConstraintTemplate of kind `{}`",
                            constraint.name, constraint.kind
                        ),
                        constraint.span,
                    )
                    .help("templates and constraints are read from the same policy folders"),
                ),
            }
        }
        (policies, errors)
    }

    /// Whether there is neither a template nor a constraint.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty() && self.constraints.is_empty()
    }

    /// The template of a kind.
    #[must_use]
    pub fn template(&self, kind: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.kind == kind)
    }

    fn add_template(&mut self, template: Template, errors: &mut Vec<Error>) {
        let known =
            (self.templates.iter()).any(|other| other.name.eq_ignore_ascii_case(&template.name));
        if known {
            errors.push(Error::new(
                Code::Duplicate,
                format!("there is another template `{}`", template.name),
                template.span,
            ));
        } else {
            self.templates.push(template);
        }
    }

    fn add_constraint(&mut self, constraint: Constraint, errors: &mut Vec<Error>) {
        let known = (self.constraints.iter())
            .any(|other| other.kind == constraint.kind && other.name == constraint.name);
        if known {
            errors.push(Error::new(
                Code::Duplicate,
                format!(
                    "there is another constraint `{}` of kind `{}`",
                    constraint.name, constraint.kind
                ),
                constraint.span,
            ));
        } else {
            self.constraints.push(constraint);
        }
    }
}

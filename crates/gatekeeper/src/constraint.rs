//! Constraints.

use kpol_diagnostics::Span;
use kpol_input::{Document, Kind, NodeId};

use crate::CONSTRAINTS;
use crate::error::{Code, Error};
use crate::fields::{Fields, type_of};
use crate::matching::{self, Match};
use crate::object::Object;
use crate::parameters;
use crate::selector::is_subdomain;
use crate::template::Template;

/// What becomes of a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is refused: the default.
    Deny,
    /// It is let through with a warning.
    Warn,
    /// It is only noted.
    DryRun,
    /// It depends on where it is found.
    Scoped(Vec<ScopedAction>),
    /// Another word: Gatekeeper's webhook refuses such constraints, gator takes them and does nothing.
    Other(String),
}

/// An action for some of the places where constraints are enforced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopedAction {
    /// `deny`, `warn` or `dryrun`.
    pub action: String,
    /// Names of places: `validation.gatekeeper.sh`, `audit.gatekeeper.sh`, `gator.gatekeeper.sh`, `vap.k8s.io`, or
    /// `*` for all.
    pub points: Vec<String>,
}

impl Action {
    /// The word of the constraint.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Action::Deny => "deny",
            Action::Warn => "warn",
            Action::DryRun => "dryrun",
            Action::Scoped(_) => "scoped",
            Action::Other(word) => word,
        }
    }

    /// The actions at a place, each once, in the order of the constraint; none where it is not enforced there.
    #[must_use]
    pub fn at(&self, point: &str) -> Vec<&str> {
        let Action::Scoped(scoped) = self else {
            return vec![self.as_str()];
        };
        let mut found: Vec<&str> = Vec::new();
        for one in scoped {
            let here = one.points.iter().any(|name| name == "*" || name == point);
            if here && !found.contains(&one.action.as_str()) {
                found.push(&one.action);
            }
        }
        found
    }
}

/// A constraint: which objects a template is applied to, and with which parameters.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Its kind: that of its template.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The whole constraint.
    pub document: Document,
    /// Where its name stands.
    pub span: Span,
    /// What becomes of violations.
    pub action: Action,
    /// What it applies to.
    pub matching: Match,
    /// The parameters: as written, until [`Constraint::bind`] fills defaults in. An empty object where there are none.
    pub parameters: Document,
}

impl Constraint {
    /// Reads a constraint. What depends on its template is left to [`Constraint::bind`].
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(document: &Document) -> Result<Constraint, Vec<Error>> {
        let mut fields = Fields::new(document, Code::Constraint);
        let root = document.root();
        let object = Object::of(document);
        let whole = document.span(root);
        if object.group != CONSTRAINTS {
            let message = format!("the API group of constraints is {CONSTRAINTS}");
            fields.error(message, whole);
        } else if !matches!(object.version, "v1beta1" | "v1alpha1") {
            let message = format!(
                "constraints have version v1beta1 or v1alpha1, not `{}`",
                object.version
            );
            let at = document.get(root, "apiVersion");
            fields.error(message, at.map_or(whole, |node| document.span(node)));
        }
        if object.kind.is_empty() {
            fields.error("a constraint needs a `kind`: that of its template", whole);
        }
        let metadata = fields.object(root, "metadata", "");
        let name = metadata.and_then(|metadata| fields.string(metadata, "name", "metadata"));
        let span = metadata
            .and_then(|metadata| document.get(metadata, "name"))
            .map_or(whole, |node| document.span(node));
        match name {
            None => fields.error("a constraint needs a `metadata.name`", whole),
            Some(name) if !is_subdomain(name) || name.len() > 63 => {
                let message = format!(
                    "`{name}` is no name of a constraint: small letters, digits, `-` and `.`, at most 63 of them"
                );
                fields.error(message, span);
            }
            Some(_) => {}
        }
        matching::unknown(
            &mut fields,
            root,
            "",
            &["apiVersion", "kind", "metadata", "spec", "status"],
        );
        let spec = fields.object(root, "spec", "");
        let mut matching = Match::default();
        let mut action = Action::Deny;
        if let Some(spec) = spec {
            fields.code = Code::Match;
            if let Some(node) = fields.object(spec, "match", "spec") {
                matching = Match::read(&mut fields, node, "spec.match");
            }
            fields.code = Code::Constraint;
            action = read_action(&mut fields, spec);
            matching::unknown(
                &mut fields,
                spec,
                "spec",
                &[
                    "match",
                    "enforcementAction",
                    "scopedEnforcementActions",
                    "parameters",
                ],
            );
        }
        let parameters = parameters::written(document);
        if !fields.errors.is_empty() {
            return Err(fields.errors);
        }
        let parameters = parameters.map_err(|error| {
            vec![Error::new(
                Code::Parameters,
                error.to_string(),
                error.span(),
            )]
        })?;
        Ok(Constraint {
            kind: object.kind.to_owned(),
            name: name.unwrap_or_default().to_owned(),
            document: document.clone(),
            span,
            action,
            matching,
            parameters,
        })
    }

    /// Holds a constraint against its template: its parameters are checked, and defaults filled in.
    ///
    /// # Errors
    /// What is wrong with the parameters.
    pub fn bind(&mut self, template: &Template) -> Result<(), Vec<Error>> {
        let at = parameters::node(&self.document);
        if let Some(node) = at {
            let Some(schema) = &template.schema else {
                let key = self.document.key_span(node);
                return Err(vec![
                    Error::new(
                        Code::Parameters,
                        format!("`{}` takes no parameters", template.kind),
                        key.unwrap_or_else(|| self.document.span(node)),
                    )
                    .help(
                        "the template's `spec.crd.spec.validation.openAPIV3Schema` describes them",
                    ),
                ]);
            };
            let errors = schema.check(&self.document, node, "spec.parameters");
            if !errors.is_empty() {
                return Err(errors);
            }
        }
        self.parameters =
            parameters::defaulted(&self.document, template.schema.as_ref()).map_err(|error| {
                vec![Error::new(
                    Code::Parameters,
                    error.to_string(),
                    error.span(),
                )]
            })?;
        Ok(())
    }
}

fn read_action(fields: &mut Fields<'_>, spec: NodeId) -> Action {
    let scoped = scoped_actions(fields, spec);
    match fields.string(spec, "enforcementAction", "spec") {
        None | Some("deny") => Action::Deny,
        Some("warn") => Action::Warn,
        Some("dryrun") => Action::DryRun,
        Some("scoped") => {
            if scoped.is_none() {
                let span = fields.document.span(spec);
                fields.error(
                    "`enforcementAction: scoped` needs `spec.scopedEnforcementActions`",
                    span,
                );
            }
            Action::Scoped(scoped.unwrap_or_default())
        }
        Some(other) => Action::Other(other.to_owned()),
    }
}

fn scoped_actions(fields: &mut Fields<'_>, spec: NodeId) -> Option<Vec<ScopedAction>> {
    let items = fields.items(spec, "scopedEnforcementActions", "spec")?;
    let document = fields.document;
    let mut found = Vec::with_capacity(items.len());
    for (item, path) in items {
        if !matches!(document.kind(item), Kind::Object(_)) {
            let message = format!(
                "`{path}` must be an object, not {}",
                type_of(document.kind(item))
            );
            fields.error(message, document.span(item));
            continue;
        }
        let action = fields.string(item, "action", &path).unwrap_or_default();
        let mut points = Vec::new();
        for (point, path) in fields
            .items(item, "enforcementPoints", &path)
            .unwrap_or_default()
        {
            if matches!(document.kind(point), Kind::Object(_)) {
                points.extend(fields.string(point, "name", &path).map(str::to_owned));
                matching::unknown(fields, point, &path, &["name"]);
            } else {
                fields.wrong(point, &path, "an object");
            }
        }
        matching::unknown(fields, item, &path, &["action", "enforcementPoints"]);
        found.push(ScopedAction {
            action: action.to_owned(),
            points,
        });
    }
    Some(found)
}

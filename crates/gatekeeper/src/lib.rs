//! Gatekeeper: constraint templates, constraints, what they apply to, and what they are given.
//!
//! Documents come in as [`kpol_input::Document`]s, so everything that is wrong with a template or a constraint is an
//! [`Error`] with a place. From a folder's documents to something that can be evaluated:
//!
//! 1. [`Role::of`] tells what a document is.
//! 2. [`Template::parse`] reads a template. [`Template::engines`] has its code; [`rego::modules`] makes modules of
//!    Rego's part, under package names that no other template has.
//! 3. [`Constraint::parse`] reads a constraint; [`Constraint::bind`] holds it against its template: it fills
//!    defaults in and checks the parameters.
//! 4. [`Review::of`] makes what is asked about a document (a plain object, or the request of an AdmissionReview).
//! 5. [`Match::matches`] says whether a constraint applies to it.
//! 6. [`Review::input`] writes `{"review": …, "parameters": …}`, for the rule `violation` of the template.
//!
//! [`Inventory`] has the other objects of a run: `data.inventory`, and the Namespaces that selectors ask for.
//!
//! The crate evaluates nothing: `kpol-gatekeeper-run` does, with kpol's engine.

#![forbid(unsafe_code)]

mod constraint;
mod error;
mod fields;
mod inventory;
mod matching;
mod object;
mod parameters;
pub mod rego;
mod review;
mod schema;
mod selector;
mod source;
mod template;
mod wildcard;

pub use crate::constraint::{Action, Constraint, ScopedAction};
pub use crate::error::{Code, Error};
pub use crate::inventory::{Inventory, Uses};
pub use crate::matching::{Kinds, Match, MatchError, Scope, Source};
pub use crate::object::{Object, Role, labels};
pub use crate::review::{Namespace, Operation, Origin, Review, Reviewed, is_admission_review};
pub use crate::schema::Schema;
pub use crate::selector::{LabelSelector, Operator, Requirement};
pub use crate::source::SourceText;
pub use crate::template::{
    CelSource, CelValidation, Engine, NamedExpression, RegoSource, Template,
};
pub use crate::wildcard::Wildcard;

/// The target of all of Gatekeeper's templates.
pub const TARGET: &str = "admission.k8s.gatekeeper.sh";
/// The API group of constraints.
pub const CONSTRAINTS: &str = "constraints.gatekeeper.sh";
/// The API group of templates.
pub const TEMPLATES: &str = "templates.gatekeeper.sh";

//! RBAC: who may do what, by Kubernetes' own rules, and what is wrong with it.
//!
//! [`Objects`] takes documents of roles, bindings, ServiceAccounts, Namespaces and workloads; a [`Cluster`] of them
//! answers questions: [`Cluster::authorise`], [`Cluster::who_can`], and whether rules cover others ([`uncovered`]).

#![forbid(unsafe_code)]

mod aggregate;
pub mod audit;
mod cluster;
mod covers;
mod defaults;
pub mod graph;
mod load;
pub mod minimise;
mod model;
pub mod resources;
mod rule;
mod workload;

pub use crate::cluster::{
    Cluster, Grant, MASTERS, Options, User, is_default_binding, is_default_role,
};
pub use crate::covers::{Coverage, uncovered};
pub use crate::defaults::{Defaults, defaults};
pub use crate::load::LoadError;
pub use crate::model::{
    Binding, Expression, Namespace, Objects, Place, PlacedRule, Role, Rule, Scope, Selector,
    ServiceAccount, Subject, SubjectKind, TokenSecret, Workload, service_account_of,
};
pub use crate::rule::{Action, url_covers};

//! CEL as Kubernetes evaluates it in admission policies.
//!
//! The crate `cel` parses. What a name means is settled once, when an expression is compiled, so that an unknown function
//! or field is an error of the policy and not of an evaluation. Evaluation is here and not there, because three things
//! must be those of Kubernetes: its functions and types, the words of its errors (they are shown to users), and a budget:
//! an expression that would run for too long, or build too much, ends with an error.

#![forbid(unsafe_code)]

mod access;
mod admission;
mod compile;
mod error;
mod eval;
mod functions;
mod guard;
mod node;
mod ops;
mod policy;
mod program;
mod value;

pub use admission::{Admission, Request};
pub use error::{CompileError, EvalError, EvalErrorKind};
pub use eval::{Activation, Budget};
pub use functions::{Cidr, Quantity, Semver, Url};
pub use policy::{FailurePolicy, Part, Policy, PolicyError, PolicySource, ValidationSource};
pub use program::{Declarations, Program};
pub use value::{Key, Map, Value};

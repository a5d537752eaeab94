//! What is known about rules: their metadata, the packs that choose among them, the frameworks that they map to, and
//! their parameters; and the policies that kpol brings with it.

#![forbid(unsafe_code)]

pub mod discover;
mod fields;
pub mod frameworks;
pub mod metadata;
pub mod packs;
pub mod parameters;
pub mod texts;

pub use crate::frameworks::{Framework, Frameworks};
pub use crate::metadata::{About, Metadata};
pub use crate::packs::{Facts, Pack, Selection};
pub use crate::parameters::{Parameter, ParameterType};

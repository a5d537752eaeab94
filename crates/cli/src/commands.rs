//! One module for each command: its `run`.

pub(crate) mod build;
pub(crate) mod capabilities;
<<<<<<< HEAD
pub(crate) mod check;
pub(crate) mod doc;
=======
>>>>>>> dd2678f (kpol verify: conftest's way of it)
pub(crate) mod completions;
pub(crate) mod doc;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod new;
pub(crate) mod parse;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod reformat;
pub(crate) mod test;
pub(crate) mod verify;

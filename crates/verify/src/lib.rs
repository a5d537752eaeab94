//! Unit tests of policies, as `opa test` runs them.
//!
//! ```text
//! modules ─ Suite::discover ─► Suite ─ compile ─► CompiledSuite ─ load ─► Runner ─ run ─► TestResults
//! ```
//! A rule whose name begins with `test_` is a test: it passes where its value is `true`. Each definition is a test of
//! its own, also where several have one name: the second `test_x` becomes `test_x#01`. `todo_test_` tests are skipped.
//! A test with keys behind its name (`test_x[note] if ...`) has a case for each key.
//!
//! All tests are entrypoints of one artifact, and each is evaluated by itself: nothing is shared between tests.
#![forbid(unsafe_code)]

mod cases;
mod coverage;
mod discover;
mod result;
mod suite;

pub use crate::cases::Case;
pub use crate::coverage::{Coverage, FileCoverage, Position, Range};
pub use crate::discover::{Suite, Test};
pub use crate::result::{Outcome, TestError, TestResult};
pub use crate::suite::{CompiledSuite, RunOptions, Runner};

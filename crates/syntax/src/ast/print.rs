//! Syntax trees as text, for snapshots and debugging.

//! Prints the IR as text, for snapshots.

//! Modules are compiled code: rules are functions, logic is code, and nothing of the source is left.

//! Gatekeeper: constraint templates, constraints, and what they apply to.

//! kpol-input.

//! kpol-syntax.

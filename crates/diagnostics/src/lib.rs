//! kpol-diagnostics.

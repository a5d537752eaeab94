//! kpol-findings.

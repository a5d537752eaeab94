//! kpol-guest.

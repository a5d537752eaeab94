//! Live clusters; the only crate that knows `kube`.

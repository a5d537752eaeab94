//! RBAC: who may do what, by Kubernetes' own rules, and what is wrong with it.

//! What modules get from their host: the documents of the run, as far as that is allowed.

use std::sync::Arc;

use kpol_engine::{Capabilities, CapabilityCall, CapabilityError};
use kpol_kubewarden::{Allowed, Cluster, ContextAwareResource, Refusal};

/// The capabilities of one module.
pub(super) struct Host {
    allowed: Allowed,
    kinds: Vec<ContextAwareResource>,
    cluster: Arc<Cluster>,
}

impl Host {
    pub(super) fn new(
        allowed: &Allowed,
        kinds: &[ContextAwareResource],
        cluster: &Arc<Cluster>,
    ) -> Host {
        Host {
            allowed: allowed.clone(),
            kinds: kinds.to_vec(),
            cluster: Arc::clone(cluster),
        }
    }

    /// For calls that have nothing to do with documents: nothing is allowed.
    pub(super) fn without_cluster() -> Host {
        Host {
            allowed: Allowed::default(),
            kinds: Vec::new(),
            cluster: Arc::default(),
        }
    }
}

impl Capabilities for Host {
    fn call(&self, call: &CapabilityCall<'_>) -> Result<Vec<u8>, CapabilityError> {
        let name = (call.binding, call.namespace, call.operation);
        self.cluster
            .call(&self.allowed, &self.kinds, name, call.payload)
            .map_err(|refusal| match refusal {
                Refusal::Denied(text) => CapabilityError::Denied(text),
                Refusal::Failed(text) => CapabilityError::Failed(text),
            })
    }
}

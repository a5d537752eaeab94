//! Artifacts of registries, pushed: as conftest does.

use std::collections::BTreeMap;

use oci_client::RegistryOperation;
use oci_client::manifest::OCI_IMAGE_MEDIA_TYPE;
use serde::Serialize;

use crate::PullError;
use crate::http::block_on;
use crate::oci::TITLE;
use crate::registry::{Registry, RegistryOptions};
use crate::tree::sha256;

const POLICY: &str = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego";
const DATA: &str = "application/vnd.cncf.openpolicyagent.data.layer.v1+json";
/// The type of a configuration that says nothing.
const CONFIG: &str = "application/vnd.unknown.config.v1+json";

/// What is pushed, and where.
#[derive(Debug, Clone, Default)]
pub struct PushRequest {
    /// `registry/repository:tag`, with or without `oci://`; without a tag, it is `latest`.
    pub repository: String,
    /// Policies by their names.
    pub policies: BTreeMap<String, Vec<u8>>,
    /// Data (YAML or JSON) by its names.
    pub data: BTreeMap<String, Vec<u8>>,
    /// What the manifest tells about itself.
    pub annotations: BTreeMap<String, String>,
    /// How the registry is reached.
    pub registry: RegistryOptions,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    schema_version: u8,
    media_type: &'a str,
    config: Descriptor<'a>,
    layers: Vec<Descriptor<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    media_type: &'a str,
    digest: String,
    size: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'a str, &'a str>,
}

impl<'a> Descriptor<'a> {
    fn new(media_type: &'a str, content: &[u8], title: Option<&'a str>) -> Self {
        Descriptor {
            media_type,
            digest: format!("sha256:{}", sha256(content)),
            size: content.len(),
            annotations: title.map(|title| (TITLE, title)).into_iter().collect(),
        }
    }
}

/// The full name of a repository to push to.
///
/// # Errors
/// Where it has no repository.
pub fn destination(repository: &str) -> Result<String, PullError> {
    let repository = repository.replace("oci://", "");
    let Some((_, last)) = repository.rsplit_once('/') else {
        return Err(PullError::Conftest(
            "destination url missing repository".to_owned(),
        ));
    };
    let tag = if last.contains(':') { "" } else { ":latest" };
    Ok(format!("{repository}{tag}"))
}

/// Pushes policies and data; returns the artifact's digest. The same files make the same artifact.
///
/// # Errors
/// Where the registry does not take them.
pub fn push(request: &PushRequest) -> Result<String, PullError> {
    let text = destination(&request.repository)?;
    if text.contains('@') {
        return Err(PullError::Source {
            source_text: text,
            reason: "what is pushed has a tag, not a digest".to_owned(),
        });
    }
    let config = b"{}";
    let mut blobs: Vec<&[u8]> = Vec::new();
    let mut layers = Vec::new();
    for (kind, files) in [(POLICY, &request.policies), (DATA, &request.data)] {
        for (title, content) in files {
            layers.push(Descriptor::new(kind, content, Some(title)));
            blobs.push(content);
        }
    }
    blobs.push(config);
    let manifest = Manifest {
        schema_version: 2,
        media_type: OCI_IMAGE_MEDIA_TYPE,
        config: Descriptor::new(CONFIG, config, None),
        layers,
        annotations: &request.annotations,
    };
    let failed = |reason: String| PullError::Registry {
        reference: text.clone(),
        reason,
    };
    let manifest = serde_json::to_vec(&manifest).map_err(|error| failed(error.to_string()))?;
    let digest = format!("sha256:{}", sha256(&manifest));
    let work = async {
        let registry = Registry::open(&text, &request.registry, RegistryOperation::Push).await?;
        for blob in blobs {
            let digest = format!("sha256:{}", sha256(blob));
            // Some registries refuse the question; then the blob is sent.
            let is_there = registry.client.blob_exists(&registry.reference, &digest);
            if !is_there.await.unwrap_or(false) {
                registry
                    .client
                    .push_blob(&registry.reference, blob.to_vec(), &digest)
                    .await
                    .map_err(|error| registry.failed(error))?;
            }
        }
        registry
            .client
            .push_manifest_raw(
                &registry.reference,
                manifest,
                reqwest::header::HeaderValue::from_static(OCI_IMAGE_MEDIA_TYPE),
            )
            .await
            .map_err(|error| registry.failed(error))?;
        Ok(digest)
    };
    block_on(work).map_err(|error| failed(error.to_string()))?
}

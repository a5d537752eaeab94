//! Artifacts of registries, pulled: what conftest, ORAS and OPA push.

use oci_client::RegistryOperation;
use oci_client::manifest::{OciDescriptor, OciImageManifest};

use crate::PullError;
use crate::archive::{Packing, unpack};
use crate::http::block_on;
use crate::registry::{Registry, RegistryOptions};
use crate::signature::{self, VerifyKey};
use crate::tree::{Limits, Tree};

/// What an annotation calls a file.
pub(crate) const TITLE: &str = "org.opencontainers.image.title";
/// ORAS packs folders, and says so.
const UNPACK: &str = "io.deis.oras.content.unpack";

/// Gets an artifact's files and its digest. Where `pinned` is given, it is the artifact of that digest. conftest leaves
/// archives packed.
pub(crate) fn get(
    text: &str,
    options: &RegistryOptions,
    key: Option<&VerifyKey>,
    pinned: Option<&str>,
    limits: &Limits,
    as_conftest: bool,
) -> Result<(Tree, String), PullError> {
    let work = async {
        let mut registry = Registry::open(text, options, RegistryOperation::Pull).await?;
        if let Some(digest) = pinned {
            registry.reference = registry.at(digest);
        }
        let (bytes, digest) = registry
            .manifest(&registry.reference)
            .await
            .map_err(|error| registry.failed(error))?;
        // Whatever follows is of this manifest, even where the tag moves on.
        registry.reference = registry.at(&digest);
        if let Some(key) = key {
            signature::check(&registry, &digest, key, limits).await?;
        }
        let manifest: OciImageManifest =
            serde_json::from_slice(&bytes).map_err(|error| PullError::Registry {
                reference: text.to_owned(),
                reason: format!("its manifest is of another kind: {error}"),
            })?;
        let tree = layers(&registry, &manifest, limits, as_conftest).await?;
        Ok((tree, digest))
    };
    block_on(work).map_err(|error| PullError::Registry {
        reference: text.to_owned(),
        reason: error.to_string(),
    })?
}

async fn layers(
    registry: &Registry,
    manifest: &OciImageManifest,
    limits: &Limits,
    as_conftest: bool,
) -> Result<Tree, PullError> {
    if manifest.layers.len() > limits.files {
        return Err(PullError::TooMany(limits.files));
    }
    let mut tree = Tree::default();
    for layer in &manifest.layers {
        let note = |name: &str| {
            let notes = layer.annotations.as_ref();
            notes.and_then(|notes| notes.get(name)).map(String::as_str)
        };
        // Kubewarden's modules have no name: that of their repository says what they are.
        let module = is_module(layer).then(|| module_name(registry.reference.repository()));
        let title = note(TITLE).or(module.as_deref().filter(|_| !as_conftest));
        let packing = packing(layer).filter(|_| !as_conftest || note(UNPACK) == Some("true"));
        // An artifact without files is one, too: the descriptor of nothing.
        if layer.media_type == "application/vnd.oci.empty.v1+json" {
            continue;
        }
        // conftest leaves out what has no name.
        if as_conftest && title.is_none() {
            continue;
        }
        let bytes = registry.blob(layer, tree.room(limits), limits).await?;
        match (packing, title) {
            (Some(packing), title) => {
                let name = title.unwrap_or(&layer.digest);
                let inner = unpack(name, packing, name, &bytes, limits)?;
                for (path, content) in inner.iter() {
                    tree.add(path, content.to_vec(), limits)?;
                }
            }
            (None, Some(title)) => tree.add(title, bytes, limits)?,
            (None, None) => {
                return Err(PullError::Registry {
                    reference: registry.reference.whole(),
                    reason: format!(
                        "its layer {} ({}) has no name and is no archive",
                        layer.digest, layer.media_type
                    ),
                });
            }
        }
    }
    Ok(tree)
}

/// Whether a layer is a WebAssembly module, by its type.
fn is_module(layer: &OciDescriptor) -> bool {
    matches!(
        layer.media_type.as_str(),
        "application/vnd.wasm.content.layer.v1+wasm" | "application/wasm"
    )
}

/// The file of a module from that repository: `policies/pod-privileged` has `pod-privileged.wasm`.
fn module_name(repository: &str) -> String {
    let name = repository.rsplit('/').next().unwrap_or(repository);
    format!("{name}.wasm")
}

/// How a layer is packed, by its type.
fn packing(layer: &OciDescriptor) -> Option<Packing> {
    let kind = layer.media_type.as_str();
    let ending = [
        ("tar+gzip", "tgz"),
        ("tar.gzip", "tgz"),
        ("tar+zstd", "tzst"),
        (".tar", "tar"),
    ]
    .iter()
    .find(|(end, _)| kind.ends_with(end))
    .map(|(_, ending)| *ending)?;
    Packing::named(ending)
}

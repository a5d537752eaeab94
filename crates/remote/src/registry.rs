//! Registries: what both pulling and pushing need.

use std::net::ToSocketAddrs;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};
use tokio::io::AsyncWrite;

use crate::PullError;
use crate::credentials;
use crate::http::{USER_AGENT, reason};
use crate::tree::{Limits, sha256};

/// The manifests that are read.
pub(crate) const MANIFESTS: [&str; 2] = [
    OCI_IMAGE_MEDIA_TYPE,
    "application/vnd.docker.distribution.manifest.v2+json",
];
/// The largest manifest.
const MAX_MANIFEST: usize = 8 << 20;

/// How registries are reached.
#[derive(Debug, Clone, Default)]
pub struct RegistryOptions {
    /// Whether TLS is used. Where nothing is said, it is, but for registries on this machine.
    pub tls: Option<bool>,
    /// docker's `config.json`, for credentials.
    pub docker_config: Option<PathBuf>,
}

/// A registry's client, for one artifact.
pub(crate) struct Registry {
    pub(crate) client: Client,
    pub(crate) auth: RegistryAuth,
    pub(crate) reference: Reference,
}

impl Registry {
    /// Takes the first step: credentials.
    pub(crate) async fn open(
        text: &str,
        options: &RegistryOptions,
        operation: RegistryOperation,
    ) -> Result<Registry, PullError> {
        let reference: Reference = text.parse().map_err(|error| PullError::Source {
            source_text: text.to_owned(),
            reason: format!("{error}"),
        })?;
        let host = reference.resolve_registry().to_owned();
        let is_plain = match options.tls {
            Some(tls) => !tls,
            None => is_loopback(&host),
        };
        let config = ClientConfig {
            protocol: if is_plain {
                ClientProtocol::Http
            } else {
                ClientProtocol::Https
            },
            // Policies are small: one request for each.
            use_monolithic_push: true,
            platform_resolver: None,
            connect_timeout: Some(Duration::from_secs(30)),
            read_timeout: Some(Duration::from_secs(60)),
            user_agent: USER_AGENT,
            ..ClientConfig::default()
        };
        // Not `new`, which goes on with other settings where these cannot be used.
        let client = Client::try_from(config).map_err(|error| failed(text, error))?;
        let auth = credentials::find(options.docker_config.as_deref(), reference.registry())?;
        // Otherwise a failure to log in is not told.
        client
            .auth(&reference, &auth, operation)
            .await
            .map_err(|error| failed(text, error))?;
        Ok(Registry {
            client,
            auth,
            reference,
        })
    }

    /// The same artifact, or another of its repository, by digest.
    pub(crate) fn at(&self, digest: &str) -> Reference {
        Reference::with_digest(
            self.reference.registry().to_owned(),
            self.reference.repository().to_owned(),
            digest.to_owned(),
        )
    }

    /// The same repository's artifact of a tag.
    pub(crate) fn tagged(&self, tag: &str) -> Reference {
        Reference::with_tag(
            self.reference.registry().to_owned(),
            self.reference.repository().to_owned(),
            tag.to_owned(),
        )
    }

    /// A manifest's bytes and their digest.
    pub(crate) async fn manifest(
        &self,
        reference: &Reference,
    ) -> Result<(Vec<u8>, String), OciDistributionError> {
        let (bytes, _) = self
            .client
            .pull_manifest_raw(reference, &self.auth, &MANIFESTS)
            .await?;
        if bytes.len() > MAX_MANIFEST {
            return Err(OciDistributionError::GenericError(Some(
                "the manifest is too large".to_owned(),
            )));
        }
        let digest = format!("sha256:{}", sha256(&bytes));
        // The client looks at it, too; but this is what all the rest relies on.
        if let Some(wanted) = reference.digest().filter(|d| d.starts_with("sha256:"))
            && wanted != digest
        {
            return Err(OciDistributionError::GenericError(Some(format!(
                "asked for {wanted}, it gave {digest}"
            ))));
        }
        Ok((bytes.to_vec(), digest))
    }

    /// A blob, checked against its descriptor.
    pub(crate) async fn blob(
        &self,
        descriptor: &OciDescriptor,
        room: u64,
        limits: &Limits,
    ) -> Result<Vec<u8>, PullError> {
        let name = self.reference.whole();
        let declared = u64::try_from(descriptor.size).unwrap_or(u64::MAX);
        if declared > room {
            return Err(PullError::TooLarge(limits.bytes));
        }
        let mut sink = Sink {
            bytes: Vec::new(),
            limit: declared,
        };
        self.client
            .pull_blob(&self.reference, descriptor, &mut sink)
            .await
            .map_err(|error| failed(&name, error))?;
        let digest = format!("sha256:{}", sha256(&sink.bytes));
        if sink.bytes.len() as u64 != declared
            || (descriptor.digest.starts_with("sha256:") && descriptor.digest != digest)
        {
            return Err(PullError::Registry {
                reference: name,
                reason: format!("a layer is not {}", descriptor.digest),
            });
        }
        Ok(sink.bytes)
    }

    pub(crate) fn failed(&self, error: OciDistributionError) -> PullError {
        failed(&self.reference.whole(), error)
    }
}

pub(crate) fn failed(reference: &str, error: OciDistributionError) -> PullError {
    use OciDistributionError as E;
    let reason = match error {
        E::RequestError(error) => reason(error),
        E::UnauthorizedError { .. } => "not authorized".to_owned(),
        E::AuthenticationFailure(_) => "authentication failed".to_owned(),
        E::ImageManifestNotFoundError(_) => "not found".to_owned(),
        E::ServerError { code: 404, .. } => "not found".to_owned(),
        E::ServerError { code, .. } => format!("the server's response is {code}"),
        E::RegistryError { envelope, .. } => {
            let said = envelope.errors.iter().map(|error| error.message.as_str());
            said.collect::<Vec<_>>().join("; ")
        }
        E::GenericError(Some(text)) => text,
        E::UnsupportedMediaTypeError(kind) => format!("`{kind}` is no artifact with policies"),
        error => error.to_string(),
    };
    PullError::Registry {
        reference: reference.to_owned(),
        reason,
    }
}

/// Whether an error says that something is not there.
pub(crate) fn is_missing(error: &OciDistributionError) -> bool {
    use oci_client::errors::OciErrorCode as Code;
    match error {
        OciDistributionError::ImageManifestNotFoundError(_)
        | OciDistributionError::ServerError { code: 404, .. } => true,
        OciDistributionError::RegistryError { envelope, .. } => {
            !envelope.errors.is_empty()
                && envelope.errors.iter().all(|error| {
                    matches!(
                        error.code,
                        Code::ManifestUnknown | Code::NameUnknown | Code::NotFound
                    )
                })
        }
        _ => false,
    }
}

/// Whether a registry is on this machine.
fn is_loopback(registry: &str) -> bool {
    let host = match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => registry,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if matches!(host, "localhost" | "127.0.0.1" | "::1" | "0:0:0:0:0:0:0:1") {
        return true;
    }
    (host, 0)
        .to_socket_addrs()
        .is_ok_and(|mut addresses| addresses.any(|address| address.ip().is_loopback()))
}

/// Takes bytes, up to a limit.
struct Sink {
    bytes: Vec<u8>,
    limit: u64,
}

impl AsyncWrite for Sink {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if self.bytes.len() as u64 + bytes.len() as u64 > self.limit {
            return Poll::Ready(Err(std::io::Error::other("a layer is larger than it says")));
        }
        self.bytes.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

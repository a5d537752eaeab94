//! Signatures of cosign, checked with a public key. Nothing else is asked: no transparency log, no certificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oci_client::errors::OciDistributionError;
use oci_client::manifest::{OciDescriptor, OciImageManifest};
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;

use crate::PullError;
use crate::registry::{Registry, is_missing};
use crate::tree::Limits;

const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGNATURE_NOTE: &str = "dev.cosignproject.cosign/signature";
const SIMPLE_TYPE: &str = "cosign container image signature";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const IN_TOTO: &str = "application/vnd.in-toto+json";
const SIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";
/// How many signatures are looked at.
const MAX_SIGNATURES: usize = 64;
/// The largest signed text.
const MAX_PAYLOAD: u64 = 1 << 20;

/// A public key: ECDSA (P-256, P-384), RSA (2048 bits and more) or Ed25519.
#[derive(Debug, Clone)]
pub struct VerifyKey {
    algorithm: Vec<u8>,
    key: Vec<u8>,
}

impl VerifyKey {
    /// Reads a key in PEM, as `cosign generate-key-pair` writes it.
    ///
    /// # Errors
    /// Where it is none, or of a kind that no signature is checked with.
    pub fn from_pem(pem: &[u8]) -> Result<VerifyKey, PullError> {
        let failed = |reason: &str| PullError::Key(reason.to_owned());
        let info = SubjectPublicKeyInfoDer::from_pem_slice(pem)
            .map_err(|_| failed("expected PEM with a block `PUBLIC KEY`"))?;
        let (algorithm, key) =
            split(&info).ok_or_else(|| failed("it is not a SubjectPublicKeyInfo"))?;
        let key = VerifyKey {
            algorithm: algorithm.to_vec(),
            key: key.to_vec(),
        };
        let is_known = rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .all
            .iter()
            .any(|known| known.public_key_alg_id().as_ref() == key.algorithm);
        if is_known {
            Ok(key)
        } else {
            Err(failed(
                "expected a key of ECDSA (P-256 or P-384), RSA or Ed25519",
            ))
        }
    }

    /// Whether a message was signed with the key.
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .all
            .iter()
            .filter(|known| known.public_key_alg_id().as_ref() == self.algorithm)
            .any(|known| {
                known
                    .verify_signature(&self.key, message, signature)
                    .is_ok()
            })
    }
}

/// The algorithm and the key of a SubjectPublicKeyInfo.
fn split(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (outer, rest) = element(0x30, der)?;
    if !rest.is_empty() {
        return None;
    }
    let (algorithm, rest) = element(0x30, outer)?;
    let (bits, rest) = element(0x03, rest)?;
    match bits.split_first() {
        // No bits are unused.
        Some((0, key)) if rest.is_empty() => Some((algorithm, key)),
        _ => None,
    }
}

/// The contents of a DER element with a tag, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(*length & 0x7f))?;
        if digits.len() > 4 {
            return None;
        }
        let length = digits
            .iter()
            .fold(0, |n, digit| n << 8 | usize::from(*digit));
        (length, rest)
    };
    rest.split_at_checked(length)
}

/// Checks that an artifact is signed.
///
/// # Errors
/// Where there is no signature that the key made of this very digest, or nobody can tell.
pub(crate) async fn check(
    registry: &Registry,
    digest: &str,
    key: &VerifyKey,
    limits: &Limits,
) -> Result<(), PullError> {
    let mut search = Search {
        registry,
        digest,
        key,
        limits,
        seen: 0,
    };
    if search.tagged().await? || search.referrers().await? {
        return Ok(());
    }
    Err(PullError::Signature {
        reference: registry.reference.whole(),
        reason: match search.seen {
            0 => "there is no signature".to_owned(),
            1 => "there is one signature, of another key or another artifact".to_owned(),
            n => format!("there are {n} signatures, all of other keys or other artifacts"),
        },
    })
}

struct Search<'a> {
    registry: &'a Registry,
    digest: &'a str,
    key: &'a VerifyKey,
    limits: &'a Limits,
    seen: usize,
}

impl Search<'_> {
    /// Signatures under the tag that cosign gives them.
    async fn tagged(&mut self) -> Result<bool, PullError> {
        let tag = format!("{}.sig", self.digest.replace(':', "-"));
        let reference = self.registry.tagged(&tag);
        match self.registry.manifest(&reference).await {
            Ok((bytes, _)) => self.manifest(&bytes).await,
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(self.registry.failed(error)),
        }
    }

    /// Signatures that refer to the artifact, as OCI 1.1 has it.
    async fn referrers(&mut self) -> Result<bool, PullError> {
        let reference = self.registry.at(self.digest);
        let found = self.registry.client.pull_referrers(&reference, None).await;
        let index = match found {
            Ok(index) => index,
            Err(error) if is_missing(&error) => return Ok(false),
            // A registry that does not know of referrers has none.
            Err(
                OciDistributionError::ManifestParsingError(_)
                | OciDistributionError::ServerError {
                    code: 400 | 405, ..
                },
            ) => return Ok(false),
            Err(error) => return Err(self.registry.failed(error)),
        };
        for entry in index.manifests.iter().take(MAX_SIGNATURES) {
            let (bytes, _) = self
                .registry
                .manifest(&self.registry.at(&entry.digest))
                .await
                .map_err(|error| self.registry.failed(error))?;
            if self.manifest(&bytes).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks at the layers of a manifest that may hold signatures.
    async fn manifest(&mut self, bytes: &[u8]) -> Result<bool, PullError> {
        let Ok(manifest) = serde_json::from_slice::<OciImageManifest>(bytes) else {
            return Ok(false);
        };
        for layer in &manifest.layers {
            let is_simple = layer.media_type == SIMPLE_SIGNING;
            if !is_simple && !layer.media_type.starts_with(BUNDLE) {
                continue;
            }
            if self.seen >= MAX_SIGNATURES {
                return Ok(false);
            }
            self.seen += 1;
            let payload = self.registry.blob(layer, MAX_PAYLOAD, self.limits).await?;
            let is_valid = if is_simple {
                is_simple_signature(layer, &payload, self.digest, self.key)
            } else {
                is_bundle(&payload, self.digest, self.key)
            };
            if is_valid {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[derive(Deserialize)]
struct Simple {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    r#type: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

/// A signed text about an artifact; the signature is an annotation.
fn is_simple_signature(
    layer: &OciDescriptor,
    payload: &[u8],
    digest: &str,
    key: &VerifyKey,
) -> bool {
    let notes = layer.annotations.as_ref();
    let signature = notes
        .and_then(|notes| notes.get(SIGNATURE_NOTE))
        .and_then(|text| STANDARD.decode(text).ok());
    // Nothing of the text counts before it is known who wrote it.
    signature.is_some_and(|signature| key.verifies(payload, &signature))
        && serde_json::from_slice::<Simple>(payload).is_ok_and(|simple| {
            simple.critical.image.digest == digest && simple.critical.r#type == SIMPLE_TYPE
        })
}

#[derive(Deserialize)]
struct Bundle {
    #[serde(rename = "dsseEnvelope")]
    envelope: Envelope,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Deserialize)]
struct EnvelopeSignature {
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    predicate_type: String,
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: SubjectDigest,
}

#[derive(Deserialize)]
struct SubjectDigest {
    #[serde(default)]
    sha256: String,
}

/// A bundle of sigstore: a signed statement about an artifact.
fn is_bundle(bundle: &[u8], digest: &str, key: &VerifyKey) -> bool {
    let Ok(Bundle { envelope }) = serde_json::from_slice(bundle) else {
        return false;
    };
    let Ok(payload) = STANDARD.decode(&envelope.payload) else {
        return false;
    };
    let kind = &envelope.payload_type;
    let mut message = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    message.extend_from_slice(&payload);
    let is_signed = envelope
        .signatures
        .iter()
        .take(MAX_SIGNATURES)
        .any(|signature| {
            STANDARD
                .decode(&signature.sig)
                .is_ok_and(|signature| key.verifies(&message, &signature))
        });
    is_signed
        && kind == IN_TOTO
        && serde_json::from_slice::<Statement>(&payload).is_ok_and(|statement| {
            statement.predicate_type == SIGN_PREDICATE
                && statement
                    .subject
                    .iter()
                    .any(|subject| digest.strip_prefix("sha256:") == Some(&subject.digest.sha256))
        })
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;

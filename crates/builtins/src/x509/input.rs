//! What policies pass for certificates and keys: PEM, or base64 of PEM or of DER.

use std::borrow::Cow;

use kpol_runtime::builtins::encoding::std_decoded;
use kpol_runtime::builtins::quoted;

use super::{Certificate, private};
use crate::keys::{PrivateKey, PublicKey};
use crate::pem;
use crate::problem::{Or, Problem, fail};

/// All certificates of a text.
pub(super) fn certificates(text: &str) -> Result<Vec<Certificate>, Problem> {
    let bytes = plain(text)?;
    if !pem::is_pem(&bytes) {
        return Certificate::parse_all(&bytes);
    }
    let mut rest: &[u8] = &bytes;
    let mut der = Vec::new();
    while let Some((block, after)) = pem::decode(rest) {
        if block.label != "CERTIFICATE" {
            let label = block.label;
            return Err(Problem::new(format!(
                "PEM block type is '{label}', expected CERTIFICATE"
            )));
        }
        der.extend(block.bytes);
        rest = after;
    }
    Certificate::parse_all(&der)
}

/// A text that is PEM as it is, or is base64 of something.
fn plain(text: &str) -> Result<Cow<'_, [u8]>, Problem> {
    if pem::is_pem(text.as_bytes()) {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    Ok(Cow::Owned(std_decoded(text)?))
}

/// The DER of a certificate request.
pub(super) fn request(text: &str) -> Result<Vec<u8>, Problem> {
    let bytes = if text.starts_with("-----BEGIN CERTIFICATE REQUEST-----") {
        text.as_bytes().to_vec()
    } else {
        std_decoded(text)?
    };
    match pem::decode(&bytes) {
        Some((block, _)) if block.label == "CERTIFICATE REQUEST" => Ok(block.bytes),
        Some(_) => fail("invalid PEM-encoded certificate signing request"),
        None => Ok(bytes),
    }
}

/// The private keys of PEM, or of base64 of PEM. Blocks of other kinds are skipped.
pub(super) fn private_keys(bytes: &[u8]) -> Result<Vec<PrivateKey>, Problem> {
    let decoded = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| std_decoded(text).ok());
    let mut rest = decoded.as_deref().unwrap_or(bytes);
    let mut out = Vec::new();
    while let Some((block, after)) = pem::decode(rest) {
        match block.label.as_str() {
            "RSA PRIVATE KEY" => out.push(private::pkcs1(&block.bytes)?),
            "PRIVATE KEY" => out.push(private::pkcs8(&block.bytes)?),
            "EC PRIVATE KEY" => out.push(private::ec(None, &block.bytes)?),
            _ => {}
        }
        rest = after;
    }
    Ok(out)
}

/// The first private key of PEM, or of base64 of PEM.
pub(super) fn private_key(text: &str) -> Result<Option<PrivateKey>, Problem> {
    if text.is_empty() {
        return fail("input PEM data was empty");
    }
    Ok(private_keys(&plain(text)?)?.into_iter().next())
}

/// A certificate with those that it was given with, and its key.
pub(super) struct KeyPair {
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) leaf: Certificate,
    pub(super) key: PrivateKey,
}

/// PEM, of which DER counts as one block.
fn blocks(text: &str, label: &'static str) -> Result<Vec<pem::Block>, Problem> {
    let bytes = if text.starts_with("-----BEGIN ") {
        Cow::Borrowed(text.as_bytes())
    } else {
        Cow::Owned(std_decoded(text)?)
    };
    if !bytes.starts_with(b"-----BEGIN ") {
        let block = pem::Block {
            label: label.to_owned(),
            bytes: bytes.into_owned(),
        };
        return Ok(vec![block]);
    }
    let mut rest: &[u8] = &bytes;
    let mut out = Vec::new();
    while let Some((block, after)) = pem::decode(rest) {
        out.push(block);
        rest = after;
    }
    Ok(out)
}

fn labels(blocks: &[pem::Block]) -> String {
    let labels: Vec<&str> = blocks.iter().map(|b| b.label.as_str()).collect();
    labels.join(" ")
}

impl KeyPair {
    /// Reads certificates and the key of the first.
    pub(super) fn parse(certificate: &str, key: &str) -> Result<KeyPair, Problem> {
        // Both are decoded before either is looked at.
        let (certificates, keys) = (
            blocks(certificate, "CERTIFICATE")?,
            blocks(key, "PRIVATE KEY")?,
        );
        let (own, skipped): (Vec<_>, Vec<_>) = certificates
            .into_iter()
            .partition(|b| b.label == "CERTIFICATE");
        if own.is_empty() {
            return Err(no_certificate(&skipped));
        }
        let is_key = |b: &pem::Block| b.label == "PRIVATE KEY" || b.label.ends_with(" PRIVATE KEY");
        let Some(at) = keys.iter().position(is_key) else {
            return Err(no_key(&keys));
        };
        let chain: Vec<Vec<u8>> = own.into_iter().map(|b| b.bytes).collect();
        let leaf = Certificate::parse(chain.first().map_or(&[], Vec::as_slice))?;
        let der = keys.get(at).map_or(&[][..], |b| &b.bytes);
        let key = private::any(der)?;
        check_pair(leaf.key.as_ref(), &key)?;
        Ok(KeyPair { chain, leaf, key })
    }
}

fn no_certificate(skipped: &[pem::Block]) -> Problem {
    match skipped {
        [] => Problem::new("tls: failed to find any PEM data in certificate input"),
        [one] if one.label.ends_with("PRIVATE KEY") => Problem::new(
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched",
        ),
        skipped => Problem::new(format!(
            "tls: failed to find {} PEM block in certificate input after skipping PEM blocks of the following types: [{}]",
            quoted("CERTIFICATE"),
            labels(skipped)
        )),
    }
}

fn no_key(skipped: &[pem::Block]) -> Problem {
    match skipped {
        [] => Problem::new("tls: failed to find any PEM data in key input"),
        [one] if one.label == "CERTIFICATE" => Problem::new(
            "tls: found a certificate rather than a key in the PEM for the private key",
        ),
        skipped => Problem::new(format!(
            "tls: failed to find PEM block with type ending in {} in key input after skipping PEM blocks of the following types: [{}]",
            quoted("PRIVATE KEY"),
            labels(skipped)
        )),
    }
}

/// Whether a private key is that of a certificate.
fn check_pair(certified: Option<&PublicKey>, key: &PrivateKey) -> Result<(), Problem> {
    let certified = certified
        .filter(|k| !matches!(k, PublicKey::Dsa { .. }))
        .or_fail("tls: unknown public key algorithm")?;
    let same = match (certified, key) {
        (PublicKey::Rsa(public), PrivateKey::Rsa(key)) => *public == key.public,
        (PublicKey::Ec(public), PrivateKey::Ec(key)) => *public == key.public,
        (PublicKey::Ed25519(public), PrivateKey::Ed25519(key)) => *public == key.public,
        _ => return fail("tls: private key type does not match public key type"),
    };
    if same {
        Ok(())
    } else {
        fail("tls: private key does not match public key")
    }
}

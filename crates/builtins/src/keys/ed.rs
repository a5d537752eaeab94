//! Ed25519, and keys of X25519.

use curve25519_dalek::montgomery::MontgomeryPoint;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};

/// A public key of Ed25519; whether it is a point shows when it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EdPublic(pub(crate) [u8; 32]);

impl EdPublic {
    /// Whether a message was signed.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let (Ok(key), Ok(signature)) = (
            VerifyingKey::from_bytes(&self.0),
            Signature::from_slice(signature),
        ) else {
            return false;
        };
        key.verify(message, &signature).is_ok()
    }
}

/// A private key of Ed25519.
#[derive(Debug, Clone)]
pub(crate) struct EdPrivate {
    pub(crate) seed: [u8; 32],
    pub(crate) public: EdPublic,
}

impl EdPrivate {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        EdPrivate {
            seed,
            public: EdPublic(public),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        SigningKey::from_bytes(&self.seed)
            .sign(message)
            .to_bytes()
            .to_vec()
    }
}

/// A private key of X25519.
#[derive(Debug, Clone)]
pub(crate) struct XPrivate {
    pub(crate) scalar: [u8; 32],
    pub(crate) public: [u8; 32],
}

impl XPrivate {
    pub(crate) fn new(scalar: [u8; 32]) -> Self {
        let public = MontgomeryPoint::mul_base_clamped(scalar).to_bytes();
        XPrivate { scalar, public }
    }
}

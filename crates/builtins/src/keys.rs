//! Public and private keys, and what they sign.

pub(crate) mod ec;
pub(crate) mod ed;
mod p224;
pub(crate) mod rsa;

use num_bigint::BigInt;

pub(crate) use self::ec::{Curve, EcPrivate, EcPublic};
pub(crate) use self::ed::{EdPrivate, EdPublic, XPrivate};
pub(crate) use self::rsa::{RsaPrivate, RsaPublic};

/// What a signature is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The digest of a message.
    pub(crate) fn digest(self, message: &[u8]) -> Vec<u8> {
        use ::rsa::sha2::{Digest, Sha256, Sha384, Sha512};
        match self {
            Hash::Sha256 => Sha256::digest(message).to_vec(),
            Hash::Sha384 => Sha384::digest(message).to_vec(),
            Hash::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Rsa(RsaPublic),
    Ec(EcPublic),
    Ed25519(EdPublic),
    X25519([u8; 32]),
    /// Nothing is verified with it.
    Dsa {
        p: BigInt,
        q: BigInt,
        g: BigInt,
        y: BigInt,
    },
}

/// A private key.
#[derive(Debug, Clone)]
pub(crate) enum PrivateKey {
    Rsa(RsaPrivate),
    Ec(EcPrivate),
    Ed25519(EdPrivate),
    X25519(XPrivate),
}

/// A fixed number of octets of a number, the highest first; `None` where it does not fit.
fn padded(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    let digits = bytes.get(zeros..)?;
    let mut out = vec![0; size.checked_sub(digits.len())?];
    out.extend_from_slice(digits);
    Some(out)
}

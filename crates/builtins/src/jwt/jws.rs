//! Signatures of tokens: RFC 7518's algorithms.

use hmac::{Hmac, Mac};

use super::jwk::Key;
use crate::keys::rsa::Padding;
use crate::keys::{Hash, PrivateKey, PublicKey};
use crate::problem::{Problem, fail};

/// An algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Hmac(Hash),
    Rsa(Padding, Hash),
    Ecdsa(Hash),
    EdDsa,
}

impl Algorithm {
    /// The algorithm of a name that keys may have, and tokens that are signed.
    pub(super) fn of(name: &str) -> Option<Algorithm> {
        Some(match name {
            "HS256" => Algorithm::Hmac(Hash::Sha256),
            "HS384" => Algorithm::Hmac(Hash::Sha384),
            "HS512" => Algorithm::Hmac(Hash::Sha512),
            "RS256" => Algorithm::Rsa(Padding::Pkcs1, Hash::Sha256),
            "RS384" => Algorithm::Rsa(Padding::Pkcs1, Hash::Sha384),
            "RS512" => Algorithm::Rsa(Padding::Pkcs1, Hash::Sha512),
            "PS256" => Algorithm::Rsa(Padding::Pss, Hash::Sha256),
            "PS384" => Algorithm::Rsa(Padding::Pss, Hash::Sha384),
            "PS512" => Algorithm::Rsa(Padding::Pss, Hash::Sha512),
            "ES256" => Algorithm::Ecdsa(Hash::Sha256),
            "ES384" => Algorithm::Ecdsa(Hash::Sha384),
            "ES512" => Algorithm::Ecdsa(Hash::Sha512),
            "EdDSA" => Algorithm::EdDsa,
            _ => return None,
        })
    }

    /// The algorithm of a token that is verified: its name may be that of RFC 9864 too.
    pub(super) fn of_token(name: &str) -> Option<Algorithm> {
        match name {
            "Ed25519" => Some(Algorithm::EdDsa),
            name => Algorithm::of(name),
        }
    }
}

/// Whether a key signed a message. A key of another kind than the algorithm's did not: what is public of one kind is
/// never taken for a secret.
pub(super) fn verify(algorithm: Algorithm, key: &Key, message: &[u8], signature: &[u8]) -> bool {
    match (algorithm, key) {
        (Algorithm::Hmac(hash), Key::Secret(secret)) => has_code(hash, secret, message, signature),
        (Algorithm::Rsa(padding, hash), Key::Public(PublicKey::Rsa(key))) => {
            key.verify(padding, hash, &hash.digest(message), signature)
        }
        (Algorithm::Rsa(padding, hash), Key::Private(PrivateKey::Rsa(key))) => {
            key.public
                .verify(padding, hash, &hash.digest(message), signature)
        }
        (Algorithm::Ecdsa(hash), Key::Public(PublicKey::Ec(key))) => {
            halves(signature, Some(key.curve.size()))
                .is_some_and(|(r, s)| key.verify(&hash.digest(message), r, s))
        }
        (Algorithm::Ecdsa(hash), Key::Private(PrivateKey::Ec(key))) => {
            halves(signature, Some(key.public.curve.size()))
                .is_some_and(|(r, s)| key.public.verify(&hash.digest(message), r, s))
        }
        (Algorithm::EdDsa, Key::Public(PublicKey::Ed25519(key))) => key.verify(message, signature),
        (Algorithm::EdDsa, Key::Private(PrivateKey::Ed25519(key))) => {
            key.public.verify(message, signature)
        }
        _ => false,
    }
}

/// The two numbers of a signature of ECDSA. Where a size is wanted each must have it.
pub(super) fn halves(signature: &[u8], size: Option<usize>) -> Option<(&[u8], &[u8])> {
    if size.is_some_and(|size| signature.len() != 2 * size) {
        return None;
    }
    Some(signature.split_at(signature.len() / 2))
}

/// Signs a message. `algorithm` is known by that name.
pub(super) fn sign(algorithm: Algorithm, key: &Key, message: &[u8]) -> Result<Vec<u8>, Problem> {
    match (algorithm, key) {
        (Algorithm::Hmac(hash), Key::Secret(secret)) => Ok(code(hash, secret, message)),
        (Algorithm::Rsa(padding, hash), Key::Private(PrivateKey::Rsa(key))) => {
            key.sign(padding, hash, &hash.digest(message))
        }
        (Algorithm::Ecdsa(hash), Key::Private(PrivateKey::Ec(key))) => {
            match key.sign(&hash.digest(message)) {
                Some(signature) => Ok(signature),
                None => fail("failed to sign payload using ecdsa: input overflows the modulus"),
            }
        }
        (Algorithm::EdDsa, Key::Private(PrivateKey::Ed25519(own))) if key.check().is_ok() => {
            Ok(own.sign(message))
        }
        (algorithm, key) => Err(unfit(algorithm, key)),
    }
}

/// A key of another kind than the algorithm's.
fn unfit(algorithm: Algorithm, key: &Key) -> Problem {
    let (wanted, prefix) = match algorithm {
        Algorithm::Hmac(_) => ("[]byte", "keyconv: "),
        Algorithm::Rsa(..) => ("*rsa.PrivateKey", ""),
        Algorithm::Ecdsa(_) => ("*ecdsa.PrivateKey", "keyconv: "),
        Algorithm::EdDsa => ("ed25519.PrivateKey", ""),
    };
    let kind = key.go_type();
    let produced = wanted.trim_start_matches('*');
    // Keys of this kind are made before it is known that they do not fit.
    let made = match key {
        Key::Public(PublicKey::Ed25519(_)) => Some("ed25519.PublicKey"),
        Key::Public(PublicKey::X25519(_)) => Some("*ecdh.PublicKey"),
        Key::Private(PrivateKey::Ed25519(_)) => Some("ed25519.PrivateKey"),
        Key::Private(PrivateKey::X25519(_)) => Some("*ecdh.PrivateKey"),
        _ => None,
    };
    let why = match (key.check(), made) {
        (Err(e), _)
            if matches!(key, Key::Unknown { .. }) || matches!(algorithm, Algorithm::Rsa(..)) =>
        {
            e.to_string()
        }
        (_, Some(made)) => {
            let target = match algorithm {
                Algorithm::Hmac(_) => "*[]uint8",
                Algorithm::Rsa(..) => "*rsa.PrivateKey",
                Algorithm::Ecdsa(_) => "*ecdsa.PrivateKey",
                Algorithm::EdDsa => "*ed25519.PrivateKey",
            };
            format!(
                "jwk.Export: failed to assign key: argument to AssignIfCompatible() must be compatible with {made} (was {target})"
            )
        }
        _ => format!("jwk.Export: no suitable exporter found for key type '{kind}'"),
    };
    Problem::new(format!(
        "jwsbb.Sign: invalid key type {kind}. {wanted} is required: {prefix}failed to produce {produced} from {kind}: {why}"
    ))
}

/// A message's authentication code.
fn code(hash: Hash, secret: &[u8], message: &[u8]) -> Vec<u8> {
    fn of<M: Mac + hmac::digest::KeyInit>(secret: &[u8], message: &[u8]) -> Vec<u8> {
        match <M as hmac::digest::KeyInit>::new_from_slice(secret) {
            Ok(mac) => mac.chain_update(message).finalize().into_bytes().to_vec(),
            // HMAC takes keys of any length.
            Err(_) => Vec::new(),
        }
    }
    match hash {
        Hash::Sha256 => of::<Hmac<sha2::Sha256>>(secret, message),
        Hash::Sha384 => of::<Hmac<sha2::Sha384>>(secret, message),
        Hash::Sha512 => of::<Hmac<sha2::Sha512>>(secret, message),
    }
}

/// Whether a code is a message's. Takes the same time wherever the two differ.
fn has_code(hash: Hash, secret: &[u8], message: &[u8], given: &[u8]) -> bool {
    let own = code(hash, secret, message);
    let differences = own.iter().zip(given).fold(0, |sum, (a, b)| sum | (a ^ b));
    !own.is_empty() && own.len() == given.len() && differences == 0
}

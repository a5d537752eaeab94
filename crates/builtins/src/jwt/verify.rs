//! `io.jwt.verify_*` with public keys.

use kpol_runtime::builtins::Outcome;
use kpol_runtime::builtins::encoding::url_decoded;
use kpol_runtime::builtins::jwt::{header, token};
use kpol_runtime::builtins::operand::text;
use kpol_runtime::{Heap, Value};

use super::header::Header;
use super::jwk::{Jwk, Key, trusted};
use super::jws::halves;
use crate::keys::rsa::Padding;
use crate::keys::{Hash, PublicKey};
use crate::standard::Context;

/// How a signature of a message is checked. The algorithm is the caller's choice, not the token's.
#[derive(Clone, Copy)]
enum Check {
    Rsa(Padding, Hash),
    Ecdsa(Hash),
    EdDsa,
}

impl Check {
    fn holds(self, key: &Jwk, message: &[u8], signature: &[u8]) -> bool {
        let Key::Public(key) = &key.key else {
            return false;
        };
        match (self, key) {
            (Check::Rsa(padding, hash), PublicKey::Rsa(key)) => {
                key.verify(padding, hash, &hash.digest(message), signature)
            }
            (Check::Ecdsa(hash), PublicKey::Ec(key)) => halves(signature, None)
                .is_some_and(|(r, s)| key.verify(&hash.digest(message), r, s)),
            (Check::EdDsa, PublicKey::Ed25519(key)) => key.verify(message, signature),
            _ => false,
        }
    }
}

fn verify(heap: &mut Heap<'_>, args: &[Value], check: Check) -> Outcome {
    let source = text(heap, args, 1)?.to_owned();
    let token = token(&source)?;
    let keys = trusted(text(heap, args, 2)?)?;
    let signature = url_decoded(token.signature)?;
    let decoded = header(heap, token.header)?;
    let header = Header::read(heap, decoded)?;
    let message = token.signed();
    let holds = |key: &Jwk| check.holds(key, message.as_bytes(), &signature);
    let named = keys
        .iter()
        .find(|key| !header.key.is_empty() && key.id == header.key);
    let verified = match named {
        Some(key) => holds(key),
        None => keys
            .iter()
            .filter(|key| key.algorithm.is_empty() || key.algorithm == header.algorithm)
            .any(holds),
    };
    Ok(Value::boolean(verified))
}

macro_rules! verifiers {
    ($($name:ident: $check:expr;)*) => {
        $(
            pub(super) fn $name(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
                verify(heap, args, $check)
            }
        )*
    };
}

verifiers! {
    rs256: Check::Rsa(Padding::Pkcs1, Hash::Sha256);
    rs384: Check::Rsa(Padding::Pkcs1, Hash::Sha384);
    rs512: Check::Rsa(Padding::Pkcs1, Hash::Sha512);
    ps256: Check::Rsa(Padding::PssAnySalt, Hash::Sha256);
    ps384: Check::Rsa(Padding::PssAnySalt, Hash::Sha384);
    ps512: Check::Rsa(Padding::PssAnySalt, Hash::Sha512);
    es256: Check::Ecdsa(Hash::Sha256);
    es384: Check::Ecdsa(Hash::Sha384);
    es512: Check::Ecdsa(Hash::Sha512);
    eddsa: Check::EdDsa;
}

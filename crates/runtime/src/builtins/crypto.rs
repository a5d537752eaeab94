//! Hashes and HMACs as hexadecimal digits. Certificates and keys are the host's.

use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Outcome, Table, encoding::hex, operand::text};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[
    ("crypto.hmac.equal", equal),
    ("crypto.hmac.md5", hmac::<Hmac<Md5>>),
    ("crypto.hmac.sha1", hmac::<Hmac<Sha1>>),
    ("crypto.hmac.sha256", hmac::<Hmac<Sha256>>),
    ("crypto.hmac.sha512", hmac::<Hmac<Sha512>>),
    ("crypto.md5", hash::<Md5>),
    ("crypto.sha1", hash::<Sha1>),
    ("crypto.sha256", hash::<Sha256>),
];

fn hash<D: Digest>(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let sum = D::digest(text(heap, args, 1)?.as_bytes());
    Ok(heap.string(&hex(&sum)))
}

fn hmac<M: Mac + hmac::digest::KeyInit>(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let message = text(heap, args, 1)?;
    let key = text(heap, args, 2)?;
    let Ok(mut mac) = <M as hmac::digest::KeyInit>::new_from_slice(key.as_bytes()) else {
        return Ok(Value::UNDEFINED);
    };
    mac.update(message.as_bytes());
    let sum = mac.finalize().into_bytes();
    Ok(heap.string(&hex(&sum)))
}

/// Compares two texts in a time that does not depend on where they differ.
fn equal(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = text(heap, args, 1)?.as_bytes();
    let b = text(heap, args, 2)?.as_bytes();
    let differences = a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y));
    Ok(Value::boolean(a.len() == b.len() && differences == 0))
}

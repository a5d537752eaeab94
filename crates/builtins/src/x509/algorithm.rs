//! Which algorithm signs: Go's numbers of them, and what they stand for.

use crate::asn1::NULL;
use crate::asn1::fields::{Algorithm, Fields};
use crate::keys::Hash;
use crate::keys::rsa::Padding;
use crate::problem::Problem;

/// Go's number of a signature algorithm; 0 is an unknown one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignatureAlgorithm(pub(crate) i64);

/// What a signature of a certificate that one may trust is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Rsa(Padding, Hash),
    Ecdsa(Hash),
    Ed25519,
}

const SHA256: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 2, 1];
const SHA384: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 2, 2];
const SHA512: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 2, 3];
const MGF1: &[u32] = &[1, 2, 840, 113_549, 1, 1, 8];

impl SignatureAlgorithm {
    pub(crate) fn of(algorithm: &Algorithm<'_>) -> Self {
        SignatureAlgorithm(match algorithm.oid.as_slice() {
            [1, 2, 840, 113_549, 1, 1, 4] => 2,
            [1, 2, 840, 113_549, 1, 1, 5] | [1, 3, 14, 3, 2, 29] => 3,
            [1, 2, 840, 113_549, 1, 1, 11] => 4,
            [1, 2, 840, 113_549, 1, 1, 12] => 5,
            [1, 2, 840, 113_549, 1, 1, 13] => 6,
            [1, 2, 840, 10040, 4, 3] => 7,
            [2, 16, 840, 1, 101, 3, 4, 3, 2] => 8,
            [1, 2, 840, 10045, 4, 1] => 9,
            [1, 2, 840, 10045, 4, 3, 2] => 10,
            [1, 2, 840, 10045, 4, 3, 3] => 11,
            [1, 2, 840, 10045, 4, 3, 4] => 12,
            [1, 2, 840, 113_549, 1, 1, 10] => pss(algorithm.parameters).unwrap_or(0),
            [1, 3, 101, 112] if algorithm.parameters.is_empty() => 16,
            _ => 0,
        })
    }

    /// What it is made with; `None` where it is unknown, or too weak to be trusted.
    pub(crate) fn scheme(self) -> Option<Scheme> {
        Some(match self.0 {
            4 => Scheme::Rsa(Padding::Pkcs1, Hash::Sha256),
            5 => Scheme::Rsa(Padding::Pkcs1, Hash::Sha384),
            6 => Scheme::Rsa(Padding::Pkcs1, Hash::Sha512),
            10 => Scheme::Ecdsa(Hash::Sha256),
            11 => Scheme::Ecdsa(Hash::Sha384),
            12 => Scheme::Ecdsa(Hash::Sha512),
            13 => Scheme::Rsa(Padding::Pss, Hash::Sha256),
            14 => Scheme::Rsa(Padding::Pss, Hash::Sha384),
            15 => Scheme::Rsa(Padding::Pss, Hash::Sha512),
            16 => Scheme::Ed25519,
            _ => return None,
        })
    }
}

/// PSS with the parameters that go together.
fn pss(parameters: &[u8]) -> Result<i64, Problem> {
    let mut fields = Fields::new(Fields::new(parameters).structure("pssParameters")?.content);
    let hash = fields.unwrapped_context(0)?.algorithm()?;
    let mask = fields.unwrapped_context(1)?.algorithm()?;
    let salt = fields.unwrapped_context(2)?.int()?;
    let trailer = if fields.unwrap_context(3)? {
        fields.int()?
    } else {
        1
    };
    let mask_hash = Fields::new(mask.parameters).algorithm()?;
    let bare = |parameters: &[u8]| parameters.is_empty() || parameters == NULL;
    let fits = bare(hash.parameters)
        && bare(mask_hash.parameters)
        && mask.oid == MGF1
        && mask_hash.oid == hash.oid
        && trailer == 1;
    Ok(match (hash.oid.as_slice(), salt) {
        _ if !fits => 0,
        (SHA256, 32) => 13,
        (SHA384, 48) => 14,
        (SHA512, 64) => 15,
        _ => 0,
    })
}

//! ECDSA over the curves of NIST.

use ::rsa::signature::hazmat::{PrehashSigner, PrehashVerifier};

use super::{p224, padded};
use crate::problem::{Problem, fail};

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P224,
    P256,
    P384,
    P521,
}

impl Curve {
    /// The curve of an object identifier.
    pub(crate) fn of(oid: &[u32]) -> Option<Curve> {
        Some(match oid {
            [1, 3, 132, 0, 33] => Curve::P224,
            [1, 2, 840, 10045, 3, 1, 7] => Curve::P256,
            [1, 3, 132, 0, 34] => Curve::P384,
            [1, 3, 132, 0, 35] => Curve::P521,
            _ => return None,
        })
    }

    /// Octets of a coordinate.
    pub(crate) const fn size(self) -> usize {
        match self {
            Curve::P224 => 28,
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// The name in keys of JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Curve::P224 => "P-224",
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
            Curve::P521 => "P-521",
        }
    }

    /// The name in messages of Go.
    const fn short_name(self) -> &'static str {
        match self {
            Curve::P224 => "P224",
            Curve::P256 => "P256",
            Curve::P384 => "P384",
            Curve::P521 => "P521",
        }
    }
}

/// A point other than infinity on a curve. Each coordinate has the curve's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EcPublic {
    pub(crate) curve: Curve,
    pub(crate) x: Vec<u8>,
    pub(crate) y: Vec<u8>,
}

/// A scalar with its point.
#[derive(Debug, Clone)]
pub(crate) struct EcPrivate {
    pub(crate) public: EcPublic,
    /// As many octets as a coordinate.
    pub(crate) d: Vec<u8>,
}

/// Does what is the same for each curve that a crate is there for.
macro_rules! on_curve {
    ($curve:expr, $c:ident => $body:expr, else $other:expr) => {
        match $curve {
            Curve::P256 => {
                use p256 as $c;
                $body
            }
            Curve::P384 => {
                use p384 as $c;
                $body
            }
            Curve::P521 => {
                use p521 as $c;
                $body
            }
            Curve::P224 => $other,
        }
    };
}

impl EcPublic {
    /// Reads an uncompressed point.
    pub(crate) fn parse(curve: Curve, data: &[u8]) -> Result<Self, Problem> {
        let Some((4, point)) = data.split_first() else {
            return fail("ecdsa: invalid uncompressed public key");
        };
        if point.len() != 2 * curve.size() {
            let name = curve.short_name();
            return Err(Problem::new(format!("invalid {name} point encoding")));
        }
        let (x, y) = point.split_at(curve.size());
        Self::new(curve, x, y)
    }

    /// A point of two coordinates, each of the curve's size.
    pub(crate) fn new(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, Problem> {
        let public = EcPublic {
            curve,
            x: x.to_vec(),
            y: y.to_vec(),
        };
        let encoded = public.encoded();
        let valid = on_curve!(curve, c => c::PublicKey::from_sec1_bytes(&encoded).is_ok(),
            else p224::is_on_curve(x, y));
        if valid {
            Ok(public)
        } else {
            let name = curve.short_name();
            Err(Problem::new(format!("{name} point not on curve")))
        }
    }

    /// The point, uncompressed.
    fn encoded(&self) -> Vec<u8> {
        [&[4], self.x.as_slice(), self.y.as_slice()].concat()
    }

    /// Whether `r` and `s`, of any length, sign a digest.
    pub(crate) fn verify(&self, digest: &[u8], r: &[u8], s: &[u8]) -> bool {
        self.verify_sized(digest, r, s).unwrap_or(false)
    }

    fn verify_sized(&self, digest: &[u8], r: &[u8], s: &[u8]) -> Option<bool> {
        let size = self.curve.size();
        let (r, s) = (padded(r, size)?, padded(s, size)?);
        let digest = self.curve.digest(digest);
        on_curve!(self.curve, c => {
            let key = c::ecdsa::VerifyingKey::from_sec1_bytes(&self.encoded()).ok()?;
            let signature = c::ecdsa::Signature::from_slice(&[r, s].concat()).ok()?;
            Some(key.verify_prehash(&digest, &signature).is_ok())
        }, else p224::verify(&self.x, &self.y, &digest, &r, &s))
    }
}

impl Curve {
    /// A digest as long as the curve's order at least: what is added does not change its value.
    fn digest(self, digest: &[u8]) -> Vec<u8> {
        let mut out = vec![0; self.size().saturating_sub(digest.len())];
        out.extend_from_slice(digest);
        out
    }
}

impl EcPrivate {
    /// The key of a scalar that has the curve's size.
    pub(crate) fn new(curve: Curve, d: &[u8]) -> Result<Self, Problem> {
        let point = on_curve!(curve, c => c::SecretKey::from_slice(d).ok().map(|key| {
            c::Sec1Point::from(key.public_key()).as_bytes().to_vec()
        }), else p224::public(d));
        let Some(point) = point else {
            return fail(if d.iter().all(|b| *b == 0) {
                "ecdsa: private key is zero"
            } else {
                "input overflows the modulus"
            });
        };
        Ok(EcPrivate {
            public: EcPublic::parse(curve, &point)?,
            d: d.to_vec(),
        })
    }

    /// A signature of a digest: `r` and `s`, each of the curve's size. The nonce is derived, as RFC 6979 has it.
    pub(crate) fn sign(&self, digest: &[u8]) -> Option<Vec<u8>> {
        let digest = self.public.curve.digest(digest);
        on_curve!(self.public.curve, c => {
            let key = c::ecdsa::SigningKey::from_slice(&self.d).ok()?;
            let signature: c::ecdsa::Signature = key.sign_prehash(&digest).ok()?;
            Some(signature.to_bytes().to_vec())
        }, else None)
    }
}

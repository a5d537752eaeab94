//! RSA: PKCS #1 v1.5 and PSS.

use ::rsa::{
    BoxedUint, Pkcs1v15Sign, Pss,
    sha2::{Sha256, Sha384, Sha512},
};
use num_bigint::{BigInt, BigUint};

use super::Hash;
use crate::problem::{Or, Problem, fail};

/// The largest key that verifies, in bits.
const LARGEST: usize = 16_384;
/// The largest key that signs, which takes far longer.
const LARGEST_SIGNING: usize = 8192;
/// The smallest.
const SMALLEST: usize = 1024;

/// A public key; whether it is any good shows when it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaPublic {
    pub(crate) n: BigUint,
    pub(crate) e: u64,
}

/// How a digest becomes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    Pkcs1,
    /// With a salt as long as the digest.
    Pss,
    /// With a salt of any length. Signs as `Pss`.
    PssAnySalt,
}

/// What makes signing quicker; it follows from the key.
#[derive(Debug, Clone)]
pub(crate) struct Precomputed {
    pub(crate) dp: BigUint,
    pub(crate) dq: BigUint,
    pub(crate) qinv: BigUint,
}

/// A private key.
#[derive(Debug, Clone)]
pub(crate) struct RsaPrivate {
    pub(crate) public: RsaPublic,
    pub(crate) d: BigUint,
    /// Two.
    pub(crate) primes: [BigUint; 2],
}

fn boxed(n: &BigUint) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(&n.to_bytes_be())
}

/// Does what is the same for each padding and hash.
macro_rules! scheme {
    ($padding:expr, $hash:expr, $scheme:ident => $body:expr) => {
        match $hash {
            Hash::Sha256 => scheme!(of Sha256, 32, $padding, $scheme => $body),
            Hash::Sha384 => scheme!(of Sha384, 48, $padding, $scheme => $body),
            Hash::Sha512 => scheme!(of Sha512, 64, $padding, $scheme => $body),
        }
    };
    (of $digest:ty, $length:expr, $padding:expr, $scheme:ident => $body:expr) => {
        match $padding {
            Padding::Pkcs1 => {
                let $scheme = Pkcs1v15Sign::new::<$digest>();
                $body
            }
            padding => {
                let mut $scheme = Pss::<$digest>::new_with_salt($length);
                if padding == Padding::PssAnySalt {
                    $scheme.salt_len = None;
                }
                $body
            }
        }
    };
}

impl RsaPublic {
    /// Whether a digest was signed.
    pub(crate) fn verify(
        &self,
        padding: Padding,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let size = SMALLEST..=LARGEST;
        // Looked at first: reading a modulus takes its time.
        if !size.contains(&usize::try_from(self.n.bits()).unwrap_or(0)) || self.check().is_err() {
            return false;
        }
        let exponent = BoxedUint::from(self.e);
        let Ok(key) = ::rsa::PublicKey::new_with_size_limits(boxed(&self.n), exponent, size) else {
            return false;
        };
        scheme!(padding, hash, scheme => key.verify(scheme, digest, signature).is_ok())
    }

    /// Whether a key can be one.
    fn check(&self) -> Result<(), Problem> {
        if !self.n.bit(0) {
            fail("crypto/rsa: public modulus is even")
        } else if self.e < 2 {
            fail("crypto/rsa: public exponent too small or negative")
        } else if self.e.is_multiple_of(2) {
            fail("crypto/rsa: public exponent is even")
        } else if self.e > 0x7fff_ffff {
            fail("crypto/rsa: public exponent too large")
        } else {
            Ok(())
        }
    }
}

impl RsaPrivate {
    /// The values that follow from the key.
    pub(crate) fn precomputed(&self) -> Option<Precomputed> {
        let [p, q] = &self.primes;
        let one = BigUint::from(1u32);
        Some(Precomputed {
            dp: &self.d % positive(p, &one)?,
            dq: &self.d % positive(q, &one)?,
            qinv: q.modinv(p)?,
        })
    }

    /// Whether the parts of the key fit each other, and what was computed of them, with Go's errors.
    pub(crate) fn check(&self, written: Option<Precomputed>) -> Result<(), Problem> {
        const OVERFLOW: &str = "input overflows the modulus";
        let [p, q] = &self.primes;
        let (n, e) = (&self.public.n, self.public.e);
        if [n, p, q].iter().any(|m| m.bits() < 2) {
            return fail("modulus must be > 1");
        }
        if self.d >= *n {
            return fail(OVERFLOW);
        }
        self.public.check()?;
        if p >= n || q >= n {
            return fail("crypto/rsa: invalid prime");
        }
        if !((p * q) % n).eq(&BigUint::default()) {
            return fail("crypto/rsa: p * q != n");
        }
        let one = BigUint::from(1u32);
        let (Some(p1), Some(q1)) = (positive(p, &one), positive(q, &one)) else {
            return fail("crypto/rsa: invalid prime");
        };
        if !p.bit(0) {
            return fail("crypto/rsa: p is even");
        }
        let own = self
            .precomputed()
            .or_fail("crypto/rsa: invalid CRT coefficient")?;
        let given = written.unwrap_or_else(|| own.clone());
        if given.qinv >= *p {
            return fail(OVERFLOW);
        }
        for (exponent, order) in [(&given.dp, &p1), (&given.dq, &q1)] {
            if exponent >= order || exponent * e % order != &one % order {
                return fail("crypto/rsa: invalid CRT exponent");
            }
        }
        if given.qinv != own.qinv {
            return fail("crypto/rsa: invalid CRT coefficient");
        }
        if given.dp != own.dp {
            return fail("crypto/rsa: d does not match dP");
        }
        if given.dq != own.dq {
            return fail("crypto/rsa: d does not match dQ");
        }
        let distance = BigInt::from(p.clone()) - BigInt::from(q.clone());
        if distance.bits() + 100 <= n.bits() / 2 {
            return fail("crypto/rsa: |p - q| too small");
        }
        if self.d.bits() <= n.bits() / 2 {
            return fail("crypto/rsa: d too small");
        }
        Ok(())
    }

    /// A signature of a digest.
    pub(crate) fn sign(
        &self,
        padding: Padding,
        hash: Hash,
        digest: &[u8],
    ) -> Result<Vec<u8>, Problem> {
        let bits = usize::try_from(self.public.n.bits()).unwrap_or(usize::MAX);
        if bits < SMALLEST {
            return Err(Problem::new(format!(
                "crypto/rsa: {bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
            )));
        }
        if bits > LARGEST_SIGNING {
            return fail("crypto/rsa: the key is too large");
        }
        self.check(None)?;
        let padding = match padding {
            // Any length is one to look for, not one to make.
            Padding::PssAnySalt => Padding::Pss,
            padding => padding,
        };
        let primes = self.primes.iter().map(boxed).collect();
        let e = BoxedUint::from(self.public.e);
        let key =
            ::rsa::PrivateKey::from_components(boxed(&self.public.n), e, boxed(&self.d), primes);
        let unfit = |e: ::rsa::Error| Problem::new(format!("crypto/rsa: {e}"));
        let key = key.map_err(unfit)?;
        scheme!(padding, hash, scheme => key.sign(scheme, digest).map_err(unfit))
    }
}

/// `a - b` where that is more than nothing.
fn positive(a: &BigUint, b: &BigUint) -> Option<BigUint> {
    (a > b).then(|| a - b)
}

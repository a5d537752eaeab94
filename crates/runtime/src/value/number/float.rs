//! Binary floats with a mantissa of 64 bits and a wide exponent, rounded to nearest, ties to even: what OPA computes
//! with where an operand is no integer.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::ToPrimitive;

use super::decimal::{Decimal, power_of_ten};

/// The widest exponents that are computed with: writing such a number down takes as long as its exponent is large.
const MAX_EXPONENT: i64 = 300_000;

/// `mantissa * 2^exponent`. The mantissa's highest bit is set, unless the number is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Float {
    pub(super) negative: bool,
    pub(super) mantissa: u64,
    pub(super) exponent: i64,
}

impl Float {
    const fn zero(negative: bool) -> Self {
        Float {
            negative,
            mantissa: 0,
            exponent: 0,
        }
    }

    /// Whether it can be written down in reasonable time.
    pub(super) const fn in_range(&self) -> bool {
        -MAX_EXPONENT <= self.exponent && self.exponent <= MAX_EXPONENT
    }

    pub(super) const fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// The nearest float to `bits * 2^exponent`, where `inexact` says that a bit below was lost.
    fn rounded(negative: bool, bits: u128, exponent: i64, inexact: bool) -> Self {
        let len = 128 - bits.leading_zeros();
        if len <= 64 {
            if bits == 0 {
                return Float::zero(negative);
            }
            let shift = 64 - len;
            return Float {
                negative,
                mantissa: (bits as u64) << shift,
                exponent: exponent - i64::from(shift),
            };
        }
        let shift = len - 64;
        let mut mantissa = (bits >> shift) as u64;
        let mut exponent = exponent + i64::from(shift);
        let half = 1u128 << (shift - 1);
        let lost = bits & ((half << 1) - 1);
        let up = lost > half || lost == half && (inexact || mantissa & 1 == 1);
        if up {
            let (sum, carried) = mantissa.overflowing_add(1);
            mantissa = sum;
            if carried {
                mantissa = 1 << 63;
                exponent += 1;
            }
        }
        Float {
            negative,
            mantissa,
            exponent,
        }
    }

    /// The nearest float to a fraction of integers, or to an integer where `divisor` is 1.
    fn from_fraction(negative: bool, mut dividend: BigUint, mut divisor: BigUint) -> Self {
        // A quotient of at least 66 bits leaves a bit to round by and one to spare.
        let shift = divisor.bits() as i64 - dividend.bits() as i64 + 66;
        if shift > 0 {
            dividend <<= shift as u64;
        } else {
            divisor <<= shift.unsigned_abs();
        }
        let quotient = &dividend / &divisor;
        let inexact = &quotient * &divisor != dividend;
        // It has at most 67 bits.
        let bits = quotient.to_u128().unwrap_or(0);
        Float::rounded(
            negative,
            bits << 1 | u128::from(inexact),
            -shift - 1,
            inexact,
        )
    }

    /// The nearest float to a decimal; nothing where that has more digits than can be converted in reasonable time.
    pub(super) fn from_decimal(decimal: &Decimal<'_>) -> Option<Self> {
        let negative = decimal.is_negative();
        if decimal.is_zero() {
            return Some(Float::zero(negative));
        }
        let places = decimal.point() - decimal.len() as i64;
        let wide = places.unsigned_abs().max(decimal.len() as u64);
        if wide > u64::from(super::MAX_DIGITS) {
            return None;
        }
        let scale = places.unsigned_abs() as u32;
        if decimal.len() <= 19 && scale <= 18 {
            let mantissa = decimal.digits().fold(0u64, |n, digit| {
                n.wrapping_mul(10).wrapping_add(digit.into())
            });
            return Some(Float::from_short(negative, mantissa, scale, places < 0));
        }
        let mantissa = decimal.mantissa();
        let power = power_of_ten(scale);
        Some(if places < 0 {
            Float::from_fraction(negative, mantissa, power)
        } else {
            Float::from_fraction(negative, mantissa * power, BigUint::from(1u32))
        })
    }

    /// The nearest float to `mantissa * 10^scale` or `mantissa / 10^scale`, with a scale of at most 18.
    fn from_short(negative: bool, mantissa: u64, scale: u32, divide: bool) -> Self {
        let power = 10u128.pow(scale.min(18));
        if divide {
            let shift = u128::from(mantissa).leading_zeros();
            let dividend = u128::from(mantissa) << shift;
            // 128 bits by at most 60: no fewer than 68 bits.
            let (quotient, rest) = (dividend / power, dividend % power);
            let inexact = rest != 0;
            // The lowest bit may stand for what was lost, for it is not the one that is rounded by.
            Float::rounded(
                negative,
                quotient | u128::from(inexact),
                -i64::from(shift),
                inexact,
            )
        } else {
            Float::rounded(negative, u128::from(mantissa) * power, 0, false)
        }
    }

    pub(super) fn neg(self) -> Self {
        Float {
            negative: !self.negative,
            ..self
        }
    }

    pub(super) fn add(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return if self.is_zero() && other.is_zero() {
                Float::zero(self.negative && other.negative)
            } else if self.is_zero() {
                other
            } else {
                self
            };
        }
        let (large, small) = if (self.exponent, self.mantissa) >= (other.exponent, other.mantissa) {
            (self, other)
        } else {
            (other, self)
        };
        let apart = large.exponent - small.exponent;
        let left = u128::from(large.mantissa) << 62;
        let right = u128::from(small.mantissa) << 62;
        let (right, lost) = if apart < 127 {
            let shifted = right >> apart;
            (shifted, shifted << apart != right)
        } else {
            (0, true)
        };
        // What is lost is less than the lowest bit of `right`; that bit is far below the one that is rounded by.
        let right = right | u128::from(lost);
        let exponent = large.exponent - 62;
        if large.negative == small.negative {
            Float::rounded(large.negative, left + right, exponent, false)
        } else if left == right {
            Float::zero(false)
        } else {
            Float::rounded(large.negative, left - right, exponent, false)
        }
    }

    pub(super) fn mul(self, other: Self) -> Self {
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        Float::rounded(
            self.negative != other.negative,
            product,
            self.exponent + other.exponent,
            false,
        )
    }

    /// The quotient; the divisor is not zero.
    pub(super) fn div(self, other: Self) -> Self {
        let negative = self.negative != other.negative;
        let divisor = u128::from(other.mantissa);
        if divisor == 0 || self.is_zero() {
            return Float::zero(negative);
        }
        let dividend = u128::from(self.mantissa) << 64;
        let (quotient, rest) = (dividend / divisor, dividend % divisor);
        // Two more bits: the next one of the quotient, and one for the rest.
        let next = rest << 1 >= divisor;
        let rest = if next {
            (rest << 1) - divisor
        } else {
            rest << 1
        };
        let bits = quotient << 2 | u128::from(next) << 1 | u128::from(rest != 0);
        Float::rounded(negative, bits, self.exponent - other.exponent - 66, false)
    }

    /// The integer without its fraction.
    pub(super) fn trunc(self) -> BigInt {
        let sign = if self.negative {
            Sign::Minus
        } else {
            Sign::Plus
        };
        let magnitude = if self.exponent >= 0 {
            BigUint::from(self.mantissa) << self.exponent.unsigned_abs()
        } else if self.exponent > -64 {
            BigUint::from(self.mantissa >> self.exponent.unsigned_abs())
        } else {
            BigUint::ZERO
        };
        BigInt::from_biguint(sign, magnitude)
    }

    pub(super) fn is_integer(&self) -> bool {
        self.is_zero() || self.exponent + i64::from(self.mantissa.trailing_zeros()) >= 0
    }

    /// One half.
    pub(super) const HALF: Float = Float {
        negative: false,
        mantissa: 1 << 63,
        exponent: -64,
    };
}

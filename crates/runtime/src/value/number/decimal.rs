//! The spelling of a number, taken apart but not converted: enough to compare and hash exactly, whatever the exponent.

use core::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

use super::MAX_DIGITS;
use crate::value::hash::hash_digits;

/// The exponents that OPA takes: a number spelled with an exponent lies below 2^100000, and not below its inverse.
const MAX_EXPONENT: i64 = 30_102;

/// A number as spelled: `0.d1 d2 d3... * 10^point`, without zeros at either end of the digits.
#[derive(Debug, Clone, Copy)]
pub struct Decimal<'t> {
    negative: bool,
    /// Digits before and behind the decimal point.
    whole: &'t [u8],
    fraction: &'t [u8],
    /// The exponent, if one is spelled.
    exponent: Option<i64>,
    /// The place of the first digit that is not zero, among all digits, and the number of digits up to the last
    /// such digit. Equal where the number is zero.
    first: usize,
    end: usize,
}

impl<'t> Decimal<'t> {
    /// Takes a JSON number apart; nothing where the text is none.
    pub fn parse(text: &'t str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let (whole, mut rest) = split_digits(rest);
        if whole.is_empty() || whole.len() > 1 && whole.first() == Some(&b'0') {
            return None;
        }
        let mut fraction: &[u8] = &[];
        if let [b'.', behind @ ..] = rest {
            (fraction, rest) = split_digits(behind);
            if fraction.is_empty() {
                return None;
            }
        }
        let exponent = match rest {
            [] => None,
            [b'e' | b'E', rest @ ..] => Some(parse_exponent(rest)?),
            _ => return None,
        };
        let mut decimal = Decimal {
            negative,
            whole,
            fraction,
            exponent,
            first: 0,
            end: 0,
        };
        let digits = || decimal.whole.iter().chain(decimal.fraction);
        let first = digits().position(|d| *d != b'0');
        if let Some(first) = first {
            let zeros = digits().rev().take_while(|d| **d == b'0').count();
            decimal.end = whole.len() + fraction.len() - zeros;
            decimal.first = first;
        }
        Some(decimal)
    }

    pub(super) const fn has_exponent(&self) -> bool {
        self.exponent.is_some()
    }

    /// Whether it is spelled with a minus.
    pub const fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether all digits are zeros.
    pub const fn is_zero(&self) -> bool {
        self.first == self.end
    }

    /// The digits without zeros at either end, each 0 to 9.
    pub fn digits(&self) -> impl Iterator<Item = u8> + Clone {
        self.whole
            .iter()
            .chain(self.fraction)
            .skip(self.first)
            .take(self.end - self.first)
            .map(|d| d - b'0')
    }

    /// How many [`Decimal::digits`] there are.
    #[expect(clippy::len_without_is_empty, reason = "`is_zero` tells")]
    pub const fn len(&self) -> usize {
        self.end - self.first
    }

    /// How many digits stand before the decimal point; negative where zeros come behind it first.
    pub fn point(&self) -> i64 {
        let place = self.whole.len() as i64 - self.first as i64;
        place.saturating_add(self.exponent.unwrap_or(0))
    }

    /// Whether the exponent is one that OPA takes. Numbers without one have no limit.
    pub(super) fn in_range(&self) -> bool {
        !self.has_exponent()
            || self.is_zero()
            || (-MAX_EXPONENT..=MAX_EXPONENT + 1).contains(&self.point())
    }

    /// Whether nothing but zeros stands behind the decimal point.
    pub fn is_integer(&self) -> bool {
        self.is_zero() || self.point() >= self.len() as i64
    }

    /// The integer it equals, if there is one of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        if self.is_zero() {
            return Some(0);
        }
        let point = self.point();
        if !self.is_integer() || point > 19 {
            return None;
        }
        let mut n: i64 = 0;
        let zeros = core::iter::repeat_n(0, (point as usize).saturating_sub(self.len()));
        for digit in self.digits().chain(zeros) {
            // Downwards, because there is one more negative number than there are positive ones.
            n = n.checked_mul(10)?.checked_sub(i64::from(digit))?;
        }
        if self.negative {
            Some(n)
        } else {
            n.checked_neg()
        }
    }

    /// The integer it equals, if there is one and it has no more than [`MAX_DIGITS`] digits.
    pub(super) fn as_big(&self) -> Option<BigInt> {
        if !self.is_integer() || self.point() > i64::from(MAX_DIGITS) {
            return None;
        }
        let zeros = self.point() - self.len() as i64;
        let magnitude = self.mantissa() * power_of_ten(u32::try_from(zeros).unwrap_or(0));
        let sign = if self.negative {
            Sign::Minus
        } else {
            Sign::Plus
        };
        Some(BigInt::from_biguint(sign, magnitude))
    }

    /// The digits as an integer.
    pub fn mantissa(&self) -> BigUint {
        let digits: alloc::vec::Vec<u8> = self.digits().collect();
        BigUint::from_radix_be(&digits, 10).unwrap_or_default()
    }

    /// Compares exactly.
    pub fn compare(&self, other: &Decimal<'_>) -> Ordering {
        let order = self.signum().cmp(&other.signum());
        if order.is_ne() || self.is_zero() {
            return order;
        }
        let size = self
            .point()
            .cmp(&other.point())
            .then_with(|| self.digits().cmp(other.digits()));
        if self.negative { size.reverse() } else { size }
    }

    const fn signum(&self) -> i8 {
        if self.is_zero() {
            0
        } else if self.negative {
            -1
        } else {
            1
        }
    }

    /// The hash of a number that is no integer of 64 bits.
    pub(super) fn hash(&self) -> u32 {
        hash_digits(self.negative, self.point(), self.digits())
    }
}

/// A power of ten.
pub(super) fn power_of_ten(exponent: u32) -> BigUint {
    BigUint::from(10u32).pow(exponent)
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size = digits.iter().fold(0i64, |n, d| {
        // Far out of range is all that counts.
        (n * 10 + i64::from(d - b'0')).min(1 << 40)
    });
    Some(if negative { -size } else { size })
}

/// Room for the text of an integer.
#[derive(Debug, Default)]
pub(super) struct IntegerText([u8; 20]);

impl IntegerText {
    /// Writes the integer and returns its text.
    pub(super) fn write(&mut self, n: i64) -> &str {
        let mut rest = n.unsigned_abs();
        let mut start = self.0.len();
        for (i, slot) in self.0.iter_mut().enumerate().rev() {
            *slot = b'0' + (rest % 10) as u8;
            rest /= 10;
            start = i;
            if rest == 0 {
                break;
            }
        }
        if n < 0 {
            start = start.saturating_sub(1);
            if let Some(slot) = self.0.get_mut(start) {
                *slot = b'-';
            }
        }
        let text = self.0.get(start..).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }
}

//! Floats as text: the shortest decimal that only one float is nearest to, as Go writes its big floats.

use alloc::{string::String, vec, vec::Vec};

use num_bigint::BigUint;

use super::float::Float;

/// Decimal digits `0.d1 d2 d3... * 10^point`, each 0 to 9, without zeros at the end.
struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    /// The exact value of `mantissa * 2^exponent`.
    fn exact(mantissa: u128, exponent: i64) -> Self {
        let zeros = mantissa.trailing_zeros();
        let (odd, exponent) = if mantissa == 0 {
            (0, 0)
        } else {
            (mantissa >> zeros, exponent + i64::from(zeros))
        };
        let (number, scale) = if exponent >= 0 {
            (BigUint::from(odd) << exponent.unsigned_abs(), 0)
        } else {
            let scale = exponent.unsigned_abs() as u32;
            (BigUint::from(odd) * BigUint::from(5u32).pow(scale), scale)
        };
        let digits = number.to_radix_be(10);
        let point = digits.len() as i64 - i64::from(scale);
        let mut exact = Digits { digits, point };
        exact.trim();
        exact
    }

    fn at(&self, i: usize) -> u8 {
        self.digits.get(i).copied().unwrap_or(0)
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
    }

    fn round_down(&mut self, len: usize) {
        self.digits.truncate(len);
        self.trim();
    }

    fn round_up(&mut self, len: usize) {
        self.digits.truncate(len);
        while self.digits.last() == Some(&9) {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits = vec![1];
                self.point += 1;
            }
        }
    }

    fn round_nearest(&mut self, len: usize) {
        let next = self.at(len);
        let half = next == 5 && len + 1 == self.digits.len();
        let odd = len > 0 && self.at(len - 1) % 2 == 1;
        if if half { odd } else { next >= 5 } {
            self.round_up(len);
        } else {
            self.round_down(len);
        }
    }

    /// Rounds to as few digits as still name the float alone, given its neighbourhood.
    fn shorten(&mut self, lower: &Digits, upper: &Digits, inclusive: bool) {
        for i in 0..self.digits.len() {
            let (low, digit, high) = (lower.at(i), self.at(i), upper.at(i));
            let down = low != digit || inclusive && i + 1 == lower.digits.len();
            let up = digit != high && (inclusive || digit + 1 < high || i + 1 < upper.digits.len());
            match (down, up) {
                (true, true) => return self.round_nearest(i + 1),
                (true, false) => return self.round_down(i + 1),
                (false, true) => return self.round_up(i + 1),
                (false, false) => {}
            }
        }
    }
}

/// The shortest text of a float.
pub(super) fn shortest(float: &Float) -> String {
    let mut out = String::new();
    if float.negative {
        out.push('-');
    }
    if float.is_zero() {
        out.push('0');
        return out;
    }
    // One more bit, so that half the distance to the next float is a whole number.
    let (doubled, exponent) = (u128::from(float.mantissa) << 1, float.exponent - 1);
    let mut digits = Digits::exact(doubled, exponent);
    let lower = Digits::exact(doubled - 1, exponent);
    let upper = Digits::exact(doubled + 1, exponent);
    digits.shorten(&lower, &upper, float.mantissa & 1 == 0);
    if float.is_integer() {
        plain(&digits, &mut out);
    } else {
        write(&digits, &mut out);
    }
    out
}

/// Without an exponent unless it is small or large.
fn write(digits: &Digits, out: &mut String) {
    let exponent = digits.point - 1;
    if (-4..6).contains(&exponent) {
        plain(digits, out);
    } else {
        scientific(digits, exponent, out);
    }
}

/// Without an exponent.
fn plain(digits: &Digits, out: &mut String) {
    let point = usize::try_from(digits.point).unwrap_or(0);
    if point == 0 {
        out.push('0');
    }
    for i in 0..point {
        push_digit(digits.at(i), out);
    }
    if digits.digits.len() > point {
        out.push('.');
        for _ in digits.point..0 {
            out.push('0');
        }
        for digit in digits.digits.iter().skip(point) {
            push_digit(*digit, out);
        }
    }
}

/// With an exponent of at least two digits.
fn scientific(digits: &Digits, exponent: i64, out: &mut String) {
    push_digit(digits.at(0), out);
    if digits.digits.len() > 1 {
        out.push('.');
    }
    for digit in digits.digits.iter().skip(1) {
        push_digit(*digit, out);
    }
    out.push_str(if exponent < 0 { "e-" } else { "e+" });
    let size = exponent.unsigned_abs();
    if size < 10 {
        out.push('0');
    }
    out.push_str(super::IntegerText::default().write(size as i64));
}

fn push_digit(digit: u8, out: &mut String) {
    out.push(char::from(b'0' + digit));
}

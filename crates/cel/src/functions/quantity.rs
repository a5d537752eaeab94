//! Quantities of Kubernetes, such as `1.5Gi`: exact, in billionths, rounded up as Kubernetes does.

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::{Found, Function, failed, shared, truth};
use crate::eval::Budget;
use crate::value::Value;

/// An amount.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// In billionths.
    nanos: BigInt,
    /// The power of ten of its last digit, where Kubernetes keeps the amount as an integer with a scale. Only what it
    /// keeps so is an integer to it.
    scale: Option<i32>,
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

/// No power of ten beyond this one makes a difference.
const MAX_EXPONENT: i32 = 400;
const FORMAT: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX: &str = "unable to parse quantity's suffix";

impl Quantity {
    /// Reads a quantity.
    ///
    /// # Errors
    /// Kubernetes' words about a text that is none.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err(FORMAT);
        }
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = rest.split_at(digits(rest));
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(digits(rest)),
            None => ("", rest),
        };
        let letters = suffix
            .bytes()
            .take_while(|b| b"eEinumkKMGTP".contains(b))
            .count();
        let power = suffix.get(letters..).unwrap_or("");
        let unsigned = power.strip_prefix(['+', '-']).unwrap_or(power);
        if digits(unsigned) != unsigned.len() {
            return Err(FORMAT);
        }
        let (base, power) = scale(suffix).ok_or(SUFFIX)?;
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let amount: BigInt = format!("{whole}{fraction}").parse().map_err(|_| FORMAT)?;
        let places = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
        let length = whole.len() + fraction.len();
        // As Kubernetes decides it: what surely fits 64 bits stays an integer.
        let small = match base {
            0 => length <= 18,
            bits => fraction.is_empty() && length + bits as usize * 3 / 10 < 15,
        };
        let scale = Some(power.saturating_sub(places)).filter(|scale| small && *scale >= -9);
        // In billionths; a fraction of one counts as one.
        let power = power.saturating_add(9).saturating_sub(places);
        let power = power.clamp(-MAX_EXPONENT, MAX_EXPONENT);
        let scaled = amount << base;
        let ten = BigInt::from(10).pow(power.unsigned_abs());
        let nanos = if power >= 0 {
            scaled * ten
        } else {
            (scaled + (&ten - 1)) / ten
        };
        Ok(Self {
            nanos: if negative { -nanos } else { nanos },
            scale,
        })
    }

    fn of(n: i64) -> Self {
        Self {
            nanos: BigInt::from(n) * 1_000_000_000,
            scale: Some(0),
        }
    }

    fn with(&self, other: &Self, nanos: BigInt) -> Self {
        let scale = self.scale.zip(other.scale).map(|(a, b)| a.min(b));
        Self { nanos, scale }
    }

    /// The amount, where it is an integer of 64 bits.
    pub fn as_integer(&self) -> Option<i64> {
        self.scale.filter(|scale| *scale >= 0)?;
        (&self.nanos / BigInt::from(1_000_000_000)).to_i64()
    }

    fn as_float(&self) -> f64 {
        self.nanos.to_f64().unwrap_or(f64::NAN) / 1e9
    }
}

/// What a suffix multiplies with: a power of two, and one of ten.
fn scale(suffix: &str) -> Option<(u32, i32)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        _ => (0, suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    })
}

pub(super) static TABLE: &[Function] = &[
    Function::global("quantity", 1, |args, _| match args {
        [Value::String(s)] => match Quantity::parse(s) {
            Ok(quantity) => made(quantity),
            Err(why) => failed(why),
        },
        _ => None,
    }),
    Function::global("isQuantity", 1, |args, _| match args {
        [Value::String(s)] => truth(Quantity::parse(s).is_ok()),
        _ => None,
    }),
    Function::member("sign", 1, |args, _| match args {
        [Value::Quantity(q)] => Some(Ok(Value::Int(match q.nanos.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        }))),
        _ => None,
    }),
    Function::member("isInteger", 1, |args, _| match args {
        [Value::Quantity(q)] => truth(q.as_integer().is_some()),
        _ => None,
    }),
    Function::member("asInteger", 1, |args, _| match args {
        [Value::Quantity(q)] => match q.as_integer() {
            Some(n) => Some(Ok(Value::Int(n))),
            None => failed("cannot convert value to integer"),
        },
        _ => None,
    }),
    Function::member("asApproximateFloat", 1, |args, _| match args {
        [Value::Quantity(q)] => Some(Ok(Value::Double(q.as_float()))),
        _ => None,
    }),
    Function::member("add", 2, |args, _| match args {
        [Value::Quantity(a), Value::Quantity(b)] => made(a.with(b, &a.nanos + &b.nanos)),
        [Value::Quantity(a), Value::Int(b)] => plus(a, *b, false),
        _ => None,
    }),
    Function::member("sub", 2, |args, _| match args {
        [Value::Quantity(a), Value::Quantity(b)] => made(a.with(b, &a.nanos - &b.nanos)),
        [Value::Quantity(a), Value::Int(b)] => plus(a, *b, true),
        _ => None,
    }),
];

fn plus(a: &Quantity, b: i64, negative: bool) -> Found {
    let b = Quantity::of(b);
    let nanos = if negative {
        &a.nanos - &b.nanos
    } else {
        &a.nanos + &b.nanos
    };
    made(a.with(&b, nanos))
}

fn made(quantity: Quantity) -> Found {
    Some(Ok(Value::Quantity(shared(quantity))))
}

pub(super) fn is_greater(args: &[Value], _: &Budget) -> Found {
    match args {
        [Value::Quantity(a), Value::Quantity(b)] => truth(a.nanos > b.nanos),
        _ => None,
    }
}

pub(super) fn is_less(args: &[Value], _: &Budget) -> Found {
    match args {
        [Value::Quantity(a), Value::Quantity(b)] => truth(a.nanos < b.nanos),
        _ => None,
    }
}

pub(super) fn compare_to(args: &[Value], _: &Budget) -> Found {
    match args {
        [Value::Quantity(a), Value::Quantity(b)] => {
            Some(Ok(Value::Int(a.nanos.cmp(&b.nanos) as i64)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact() {
        let equal = [
            ("1.5Gi", "1610612736"),
            ("200M", "0.2G"),
            ("1e3", "1k"),
            ("1E3", "1k"),
            ("12E", "12000P"),
            ("-1.5", "-1500m"),
            (".5", "500m"),
            ("5.", "5"),
            ("0.1n", "1n"),
            ("100u", "0.1m"),
        ];
        for (a, b) in equal {
            assert_eq!(Quantity::parse(a), Quantity::parse(b), "{a} {b}");
            assert!(Quantity::parse(a).is_ok(), "{a}");
        }
        for text in [
            "",
            "200K",
            "1,3G",
            "Three",
            "1.2.3",
            "1e",
            "--1",
            "1 Gi",
            "1e99999999999",
        ] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
        assert!(Quantity::parse("1e2147483647").is_ok());
        assert!(Quantity::parse("1e-2147483648").is_ok());
    }
}

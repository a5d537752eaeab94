//! Operations on numbers.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use super::{MAX_DIGITS, decimal::IntegerText, float::Float, shortest::shortest};
use crate::{
    heap::Heap,
    value::{Kind, Value},
};

/// Why an operation on numbers has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// An operand is no number.
    NotANumber,
    /// `/` by zero.
    DivideByZero,
    /// `%` by zero.
    ModuloByZero,
    /// `%` of a number with a fraction.
    ModuloOnFloat,
    /// An operand or the result is too large or too small to compute with.
    TooBig,
}

impl Error {
    /// The text that OPA gives, without the builtin's name.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Error::NotANumber => "operand must be a number",
            Error::DivideByZero => "divide by zero",
            Error::ModuloByZero => "modulo by zero",
            Error::ModuloOnFloat => "modulo on floating-point number",
            Error::TooBig => "number too big",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Error {}

type Outcome = Result<Value, Error>;

/// `a + b`: exact for integers.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::TooBig`].
pub fn add(heap: &mut Heap<'_>, a: Value, b: Value) -> Outcome {
    match integers(heap, a, b) {
        Some((x, y)) => match x.checked_add(y) {
            Some(sum) => Ok(heap.integer(sum)),
            None => big(heap, BigInt::from(x) + y),
        },
        None => binary(heap, a, b, |x, y| x + y, Float::add),
    }
}

/// `a - b`: exact for integers.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::TooBig`].
pub fn sub(heap: &mut Heap<'_>, a: Value, b: Value) -> Outcome {
    match integers(heap, a, b) {
        Some((x, y)) => match x.checked_sub(y) {
            Some(difference) => Ok(heap.integer(difference)),
            None => big(heap, BigInt::from(x) - y),
        },
        None => binary(heap, a, b, |x, y| x - y, |x, y| x.add(y.neg())),
    }
}

/// `a * b`: exact for integers.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::TooBig`].
pub fn mul(heap: &mut Heap<'_>, a: Value, b: Value) -> Outcome {
    match integers(heap, a, b) {
        Some((x, y)) => match x.checked_mul(y) {
            Some(product) => Ok(heap.integer(product)),
            None => big(heap, BigInt::from(x) * y),
        },
        None => binary(heap, a, b, |x, y| x * y, Float::mul),
    }
}

/// `a / b`: the nearest float with a mantissa of 64 bits.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::DivideByZero`], [`Error::TooBig`].
pub fn div(heap: &mut Heap<'_>, a: Value, b: Value) -> Outcome {
    match integers(heap, a, b) {
        Some((_, 0)) => return Err(Error::DivideByZero),
        // Zero divided by a negative number is the float -0.
        Some((x, y)) if x != 0 && x.checked_rem(y) == Some(0) => {
            return Ok(heap.integer(x.wrapping_div(y)));
        }
        _ => {}
    }
    let (x, y) = (float(heap, a)?, float(heap, b)?);
    if y.is_zero() {
        return Err(Error::DivideByZero);
    }
    from_float(heap, x.div(y))
}

/// `a % b` of integers; the result has the sign of `a`.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::ModuloOnFloat`], [`Error::ModuloByZero`], [`Error::TooBig`].
pub fn rem(heap: &mut Heap<'_>, a: Value, b: Value) -> Outcome {
    if let Some((x, y)) = integers(heap, a, b) {
        return match y {
            0 => Err(Error::ModuloByZero),
            _ => Ok(heap.integer(x.wrapping_rem(y))),
        };
    }
    for operand in [a, b] {
        if heap.kind(operand) != Kind::Number {
            return Err(Error::NotANumber);
        }
        if !heap.is_integer(operand) {
            return Err(Error::ModuloOnFloat);
        }
    }
    let (x, y) = (
        heap.as_big(a).ok_or(Error::TooBig)?,
        heap.as_big(b).ok_or(Error::TooBig)?,
    );
    if y.is_zero() {
        return Err(Error::ModuloByZero);
    }
    big(heap, x % y)
}

/// The absolute value. Integers beyond 64 bits are rounded to a mantissa of that size, as OPA does it.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::TooBig`].
pub fn abs(heap: &mut Heap<'_>, a: Value) -> Outcome {
    if let Some(n) = heap.as_i64(a).and_then(i64::checked_abs) {
        return Ok(heap.integer(n));
    }
    let x = float(heap, a)?;
    from_float(
        heap,
        Float {
            negative: false,
            ..x
        },
    )
}

/// The nearest integer, halves away from zero.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::TooBig`].
pub fn round(heap: &mut Heap<'_>, a: Value) -> Outcome {
    to_integer(heap, a, |x| {
        let half = if x.negative {
            Float::HALF.neg()
        } else {
            Float::HALF
        };
        x.add(half).trunc()
    })
}

/// The least integer that is not below. As in OPA, it is 1 for what lies between -1 and 0.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::TooBig`].
pub fn ceil(heap: &mut Heap<'_>, a: Value) -> Outcome {
    to_integer(heap, a, |x| {
        let whole = x.trunc();
        if whole.is_negative() || x.is_integer() {
            whole
        } else {
            whole + BigInt::one()
        }
    })
}

/// The greatest integer that is not above. As in OPA, it is 0 for what lies between -1 and 0.
///
/// # Errors
/// [`Error::NotANumber`], [`Error::TooBig`].
pub fn floor(heap: &mut Heap<'_>, a: Value) -> Outcome {
    to_integer(heap, a, |x| {
        let whole = x.trunc();
        if !whole.is_negative() || x.is_integer() {
            whole
        } else {
            whole - BigInt::one()
        }
    })
}

fn to_integer(heap: &mut Heap<'_>, a: Value, whole: fn(Float) -> BigInt) -> Outcome {
    if let Some(n) = heap.as_i64(a) {
        return Ok(heap.integer(n));
    }
    let x = float(heap, a)?;
    big(heap, whole(x))
}

/// Both operands, if they are integers of 64 bits.
fn integers(heap: &Heap<'_>, a: Value, b: Value) -> Option<(i64, i64)> {
    Some((heap.as_i64(a)?, heap.as_i64(b)?))
}

fn binary(
    heap: &mut Heap<'_>,
    a: Value,
    b: Value,
    exact: fn(BigInt, BigInt) -> BigInt,
    approximate: fn(Float, Float) -> Float,
) -> Outcome {
    if heap.is_integer(a) && heap.is_integer(b) {
        let (x, y) = (
            heap.as_big(a).ok_or(Error::TooBig)?,
            heap.as_big(b).ok_or(Error::TooBig)?,
        );
        return big(heap, exact(x, y));
    }
    let (x, y) = (float(heap, a)?, float(heap, b)?);
    from_float(heap, approximate(x, y))
}

fn float(heap: &Heap<'_>, v: Value) -> Result<Float, Error> {
    let mut buffer = IntegerText::default();
    let decimal = heap.decimal(v, &mut buffer).ok_or(Error::NotANumber)?;
    Float::from_decimal(&decimal).ok_or(Error::TooBig)
}

fn from_float(heap: &mut Heap<'_>, x: Float) -> Outcome {
    if !x.in_range() {
        return Err(Error::TooBig);
    }
    if !x.is_zero() && x.is_integer() && x.exponent <= 0 {
        return big(heap, x.trunc());
    }
    unlimited(heap, &shortest(&x))
}

fn big(heap: &mut Heap<'_>, n: BigInt) -> Outcome {
    // 10 digits take more than 33 bits.
    if n.bits() / 33 > u64::from(MAX_DIGITS / 10) {
        return Err(Error::TooBig);
    }
    Ok(heap.big_integer(&n))
}

/// A computed number, which may be smaller than one that may be spelled.
fn unlimited(heap: &mut Heap<'_>, text: &str) -> Outcome {
    heap.computed_number(text).ok_or(Error::NotANumber)
}

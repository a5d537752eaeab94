//! Numbers.
use super::{Kind, Value, hash_integer};
use crate::heap::Heap;
use alloc::string::{String, ToString};
use core::cmp::Ordering;
use kpol_abi::layout::{HEADER, LEN, TAG_DECIMAL, TAG_INT};

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
    /// The result is beyond the range of exponents.
    TooBig,
}

impl Error {
    /// The text that OPA gives.
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

impl Heap<'_> {
    /// An integer.
    pub fn integer(&mut self, n: i64) -> Value {
        Value::small(n)
            .unwrap_or_else(|| Value(self.alloc_cell([TAG_INT, 0, n as u32, (n >> 32) as u32], 0)))
    }
    /// The number with this spelling.
    pub fn number(&mut self, text: &str) -> Option<Value> {
        text.parse::<i64>().ok().map(|n| self.integer(n))
    }
    /// The spelling.
    #[must_use]
    pub fn number_text(&self, v: Value) -> String {
        if let Some(n) = self.as_i64(v) {
            return n.to_string();
        }
        if self.kind(v) == Kind::Number {
            return self
                .read_text(v.0 + HEADER, self.load(v.0 + LEN))
                .to_string();
        }
        String::new()
    }
    /// Appends the spelling.
    pub fn write_number(&self, v: Value, out: &mut String) {
        out.push_str(&self.number_text(v));
    }
    /// The integer, if it is one.
    #[must_use]
    pub fn as_i64(&self, v: Value) -> Option<i64> {
        if let Some(n) = v.as_small() {
            return Some(i64::from(n));
        }
        if !v.is_cell() {
            return None;
        }
        match self.tag(v) {
            TAG_INT => Some(i64::from(self.load(v.0 + 8)) | i64::from(self.load(v.0 + 12)) << 32),
            TAG_DECIMAL => None,
            _ => None,
        }
    }
    /// The nearest float.
    #[must_use]
    pub fn as_f64(&self, v: Value) -> Option<f64> {
        self.as_i64(v).map(|n| n as f64)
    }
    /// Whether it is an integer.
    #[must_use]
    pub fn is_integer(&self, v: Value) -> bool {
        self.as_i64(v).is_some()
    }
    pub(super) fn number_hash(&self, v: Value) -> u32 {
        hash_integer(self.as_i64(v).unwrap_or(0))
    }
}

/// Equality.
pub(crate) fn equal(heap: &Heap<'_>, a: Value, b: Value) -> bool {
    compare(heap, a, b).is_eq()
}
/// Order.
pub(crate) fn compare(heap: &Heap<'_>, a: Value, b: Value) -> Ordering {
    heap.as_i64(a).cmp(&heap.as_i64(b))
}

type Checked = fn(i64, i64) -> Option<i64>;
fn op(heap: &mut Heap<'_>, a: Value, b: Value, f: Checked) -> Result<Value, Error> {
    match (heap.as_i64(a), heap.as_i64(b)) {
        (Some(x), Some(y)) => f(x, y).map(|n| heap.integer(n)).ok_or(Error::TooBig),
        _ => Err(Error::NotANumber),
    }
}
/// `a + b`.
/// # Errors
pub fn add(heap: &mut Heap<'_>, a: Value, b: Value) -> Result<Value, Error> {
    op(heap, a, b, i64::checked_add)
}
/// `a - b`.
/// # Errors
pub fn sub(heap: &mut Heap<'_>, a: Value, b: Value) -> Result<Value, Error> {
    op(heap, a, b, i64::checked_sub)
}
/// `a * b`.
/// # Errors
pub fn mul(heap: &mut Heap<'_>, a: Value, b: Value) -> Result<Value, Error> {
    op(heap, a, b, i64::checked_mul)
}
/// `a / b`.
/// # Errors
pub fn div(heap: &mut Heap<'_>, a: Value, b: Value) -> Result<Value, Error> {
    op(heap, a, b, i64::checked_div)
}
/// `a % b`.
/// # Errors
pub fn rem(heap: &mut Heap<'_>, a: Value, b: Value) -> Result<Value, Error> {
    op(heap, a, b, i64::checked_rem)
}
/// The absolute value.
/// # Errors
pub fn abs(heap: &mut Heap<'_>, a: Value) -> Result<Value, Error> {
    let _ = heap;
    Ok(a)
}
/// The nearest integer, halves away from zero.
/// # Errors
pub fn round(heap: &mut Heap<'_>, a: Value) -> Result<Value, Error> {
    let _ = heap;
    Ok(a)
}
/// The least integer that is not below.
/// # Errors
pub fn ceil(heap: &mut Heap<'_>, a: Value) -> Result<Value, Error> {
    let _ = heap;
    Ok(a)
}
/// The greatest integer that is not above.
/// # Errors
pub fn floor(heap: &mut Heap<'_>, a: Value) -> Result<Value, Error> {
    let _ = heap;
    Ok(a)
}

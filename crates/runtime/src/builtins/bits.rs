//! `bits.*`: two's complement on integers of any size.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::{
    BuiltinError, Outcome, Table,
    operand::{big, from_big, wrong},
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[
    ("bits.and", and),
    ("bits.lsh", lsh),
    ("bits.negate", negate),
    ("bits.or", or),
    ("bits.rsh", rsh),
    ("bits.xor", xor),
];

/// The widest result of a shift to the left: a guest's memory could not hold many wider ones.
const MAX_BITS: u64 = 1 << 24;

fn both(
    heap: &mut Heap<'_>,
    args: &[Value],
    op: fn(BigInt, BigInt) -> Result<BigInt, BuiltinError>,
) -> Outcome {
    let a = big(heap, args, 1)?;
    let b = big(heap, args, 2)?;
    let n = op(a, b)?;
    Ok(from_big(heap, &n))
}

fn and(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    both(heap, args, |a, b| Ok(a & b))
}

fn or(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    both(heap, args, |a, b| Ok(a | b))
}

fn xor(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    both(heap, args, |a, b| Ok(a ^ b))
}

fn negate(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let n = !big(heap, args, 1)?;
    Ok(from_big(heap, &n))
}

fn unsigned(b: &BigInt) -> Result<u64, BuiltinError> {
    if b.is_negative() {
        return Err(wrong(
            2,
            "must be an unsigned integer number but got a negative integer",
        ));
    }
    Ok(b.to_u64().unwrap_or(u64::MAX))
}

fn lsh(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    both(heap, args, |a, b| {
        let n = unsigned(&b)?;
        if n.saturating_add(a.bits()) > MAX_BITS && !a.eq(&BigInt::ZERO) {
            return Err(BuiltinError::failed("the result has too many bits"));
        }
        Ok(if a.eq(&BigInt::ZERO) { a } else { a << n })
    })
}

fn rsh(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    both(heap, args, |a, b| {
        let n = unsigned(&b)?;
        if n >= a.bits() {
            return Ok(BigInt::from(if a.is_negative() { -1 } else { 0 }));
        }
        Ok(a >> n)
    })
}

//! P-224, which certificates may have and tokens do not: public numbers only, so nothing here hides how long it takes.

use num_bigint::BigUint;

const P: &str = "ffffffffffffffffffffffffffffffff000000000000000000000001";
const B: &str = "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4";
const N: &str = "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d";
const G: [&str; 2] = [
    "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
    "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
];

/// `None` is the point at infinity.
type Point = Option<(BigUint, BigUint)>;

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap_or_default()
}

fn generator() -> Point {
    Some((number(G[0]), number(G[1])))
}

/// `a - b` modulo `p`; both are smaller than `p`.
fn minus(a: &BigUint, b: &BigUint, p: &BigUint) -> BigUint {
    (a + p - b) % p
}

pub(super) fn is_on_curve(x: &[u8], y: &[u8]) -> bool {
    let p = number(P);
    let (x, y) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
    if x >= p || y >= p {
        return false;
    }
    let right = (&x * &x * &x + number(B)) % &p;
    (&y * &y) % &p == minus(&right, &(&x * 3u32 % &p), &p)
}

fn add(a: &Point, b: &Point, p: &BigUint) -> Point {
    let (Some((ax, ay)), Some((bx, by))) = (a, b) else {
        return a.clone().or_else(|| b.clone());
    };
    let slope = if ax != bx {
        minus(by, ay, p) * minus(bx, ax, p).modinv(p)?
    } else if ay == by {
        // The derivative: (3x² - 3) / 2y.
        minus(&(ax * ax * 3u32 % p), &BigUint::from(3u32), p) * (ay * 2u32).modinv(p)?
    } else {
        return None;
    };
    let slope = slope % p;
    let x = minus(&minus(&(&slope * &slope % p), ax, p), bx, p);
    let y = minus(&(&slope * minus(ax, &x, p) % p), ay, p);
    Some((x, y))
}

fn times(point: &Point, scalar: &BigUint, p: &BigUint) -> Point {
    let mut sum = None;
    for bit in (0..scalar.bits()).rev() {
        sum = add(&sum, &sum, p);
        if scalar.bit(bit) {
            sum = add(&sum, point, p);
        }
    }
    sum
}

/// The uncompressed point of a private key.
pub(super) fn public(d: &[u8]) -> Option<Vec<u8>> {
    let d = BigUint::from_bytes_be(d);
    if d >= number(N) {
        return None;
    }
    let (x, y) = times(&generator(), &d, &number(P))?;
    let mut out = vec![4];
    for n in [x, y] {
        out.extend(super::padded(&n.to_bytes_be(), 28)?);
    }
    Some(out)
}

/// Whether `r` and `s` sign a digest of 28 octets at least.
pub(super) fn verify(x: &[u8], y: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> Option<bool> {
    let (p, n) = (number(P), number(N));
    let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
    let zero = BigUint::default();
    if r == zero || s == zero || r >= n || s >= n {
        return Some(false);
    }
    let z = BigUint::from_bytes_be(digest.get(..28)?);
    let inverse = s.modinv(&n)?;
    let key = Some((BigUint::from_bytes_be(x), BigUint::from_bytes_be(y)));
    let left = times(&generator(), &(z * &inverse % &n), &p);
    let right = times(&key, &(&r * &inverse % &n), &p);
    let (x, _) = add(&left, &right, &p)?;
    Some(x % n == r)
}

//! `net.cidr_*` on addresses of both families. An IPv4 address mapped into IPv6 is the IPv4 address, as in Go.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    BuiltinError, Outcome, Table,
    operand::{at, text, text_or_none},
};
use crate::{Heap, Kind, Value};

pub(super) const TABLE: Table = &[
    ("net.cidr_contains", contains),
    ("net.cidr_contains_matches", contains_matches),
    ("net.cidr_expand", expand),
    ("net.cidr_intersects", intersects),
    ("net.cidr_is_valid", is_valid),
    ("net.cidr_merge", merge),
    ("net.cidr_overlap", contains),
];

/// Where the IPv4 addresses lie among those of IPv6.
const MAPPED: u128 = 0xffff_0000_0000;
/// A set of more addresses than this fits no guest's memory.
const MAX_EXPANDED: u128 = 1 << 26;

/// An address as a number, IPv4 mapped into IPv6.
fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The address with this number.
fn address(n: u128) -> IpAddr {
    Ipv6Addr::from_bits(n).to_canonical()
}

const fn is_v4(n: u128) -> bool {
    n >> 32 == MAPPED >> 32
}

/// A network.
#[derive(Clone, Copy)]
struct Net {
    /// The first address, with mapped IPv4.
    first: u128,
    /// The bits after the prefix.
    host_bits: u32,
}

impl Net {
    fn parse(s: &str) -> Option<Net> {
        let (ip, prefix) = s.split_once('/')?;
        let ip: IpAddr = ip.parse().ok()?;
        if prefix.is_empty() || prefix.len() > 8 || !prefix.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let prefix: u32 = prefix.parse().ok()?;
        let bits: u32 = if ip.is_ipv4() { 32 } else { 128 };
        Some(Net::new(number(ip), bits.checked_sub(prefix)?))
    }

    /// The network that an address lies in.
    const fn new(ip: u128, host_bits: u32) -> Net {
        Net {
            first: ip & !low_bits(host_bits),
            host_bits,
        }
    }

    fn last(self) -> u128 {
        self.first | low_bits(self.host_bits)
    }

    const fn is_v4(self) -> bool {
        is_v4(self.first) && self.host_bits <= 32
    }

    /// Whether the network holds an address. One of one family holds none of the other.
    fn contains(self, ip: u128) -> bool {
        self.is_v4() == is_v4(ip) && self.first <= ip && ip <= self.last()
    }

    /// Whether the network holds all of another.
    fn holds(self, other: Net) -> bool {
        self.is_v4() == other.is_v4() && self.first <= other.first && other.last() <= self.last()
    }

    fn text(self) -> String {
        let width = if self.is_v4() { 32 } else { 128 };
        format!(
            "{}/{}",
            address(self.first),
            width - self.host_bits.min(width)
        )
    }
}

const fn low_bits(n: u32) -> u128 {
    match 1u128.checked_shl(n) {
        Some(bit) => bit - 1,
        None => u128::MAX,
    }
}

fn invalid(s: &str) -> BuiltinError {
    BuiltinError::failed(format!("invalid CIDR address: {s}"))
}

/// The network in a string. OPA counts every operand of these builtins as the first.
fn net(heap: &Heap<'_>, v: Value) -> Result<Net, BuiltinError> {
    let s = text(heap, &[v], 1)?;
    Net::parse(s).ok_or_else(|| invalid(s))
}

fn is_valid(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let valid = text_or_none(heap, args).is_some_and(|s| Net::parse(s).is_some());
    Ok(Value::boolean(valid))
}

fn intersects(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let a = net(heap, at(args, 1))?;
    let b = net(heap, at(args, 2))?;
    Ok(Value::boolean(a.holds(b) || b.holds(a)))
}

fn contains(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    holds(heap, at(args, 1), at(args, 2)).map(Value::boolean)
}

/// Whether a network holds an address or another network.
fn holds(heap: &Heap<'_>, whole: Value, part: Value) -> Result<bool, BuiltinError> {
    let whole = net(heap, whole)?;
    let part = text(heap, &[part], 1)?;
    if let Ok(ip) = part.parse::<IpAddr>() {
        return Ok(whole.contains(number(ip)));
    }
    match Net::parse(part) {
        Some(part) => Ok(whole.holds(part)),
        None => Err(BuiltinError::failed(format!(
            "not a valid textual representation of an IP address or CIDR: {part}"
        ))),
    }
}

/// The networks of an operand, each with what names it in the result.
fn indexed(
    heap: &mut Heap<'_>,
    args: &[Value],
    position: usize,
) -> Result<Vec<(Value, Value)>, BuiltinError> {
    let v = at(args, position);
    let entries: Vec<(Value, Value)> = match heap.kind(v) {
        Kind::String => return Ok(Vec::from([(v, v)])),
        Kind::Array => {
            let items = heap.items(v).into_iter().enumerate();
            items
                .map(|(i, item)| (heap.integer(i64::try_from(i).unwrap_or(i64::MAX)), item))
                .collect()
        }
        Kind::Set => heap.items(v).into_iter().map(|m| (m, m)).collect(),
        Kind::Object => heap.entries(v),
        _ => Vec::new(),
    };
    let mut out = Vec::with_capacity(entries.len());
    for (index, element) in entries {
        let net = match heap.kind(element) {
            Kind::String => element,
            Kind::Array if heap.len(element) > 0 => heap.item(element, 0),
            _ => {
                return Err(BuiltinError::failed(format!(
                    "operand {position}: element must be string or non-empty array"
                )));
            }
        };
        out.push((net, index));
    }
    Ok(out)
}

fn contains_matches(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let out = heap.set_new();
    let wholes = indexed(heap, args, 1)?;
    if wholes.is_empty() {
        return Ok(out);
    }
    let parts = indexed(heap, args, 2)?;
    for (whole, i) in wholes {
        for (part, j) in &parts {
            if holds(heap, whole, *part)? {
                let pair = heap.array(&[i, *j]);
                heap.set_add(out, pair);
            }
        }
    }
    Ok(out)
}

fn expand(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    text(heap, args, 1)?;
    let net = net(heap, at(args, 1))?;
    if net.last() - net.first >= MAX_EXPANDED {
        return Err(BuiltinError::failed("too many addresses"));
    }
    let out = heap.set_new();
    for n in net.first..=net.last() {
        let ip = heap.string(&address(n).to_string());
        heap.set_add(out, ip);
    }
    Ok(out)
}

/// A range of addresses, and how it was written while it is still one network.
struct Range {
    first: u128,
    last: u128,
    written: Option<String>,
}

/// A network, or an IPv4 address with the prefix of its class.
fn range(s: &str) -> Result<Range, BuiltinError> {
    let (net, written) = match s.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => {
            let prefix = class_prefix(ip);
            (
                Some(Net::new(number(IpAddr::V4(ip)), 32 - prefix)),
                format!("{ip}/{prefix}"),
            )
        }
        Ok(IpAddr::V6(_)) => {
            return Err(BuiltinError::failed("IPv6 invalid: needs prefix length"));
        }
        Err(_) => {
            let net = Net::parse(s);
            (net, net.map(Net::text).unwrap_or_default())
        }
    };
    let net = net.ok_or_else(|| invalid(s))?;
    Ok(Range {
        first: net.first,
        last: net.last(),
        written: Some(written),
    })
}

const fn class_prefix(ip: Ipv4Addr) -> u32 {
    match ip.octets()[0] {
        0..=127 => 8,
        128..=191 => 16,
        192.. => 24,
    }
}

fn merge(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let v = at(args, 1);
    if !matches!(heap.kind(v), Kind::Array | Kind::Set) {
        return Err(BuiltinError::failed("operand must be an array"));
    }
    let mut ranges = Vec::new();
    for item in heap.items(v) {
        if heap.kind(item) != Kind::String {
            return Err(BuiltinError::failed("element must be string"));
        }
        ranges.push(range(heap.text(item))?);
    }
    ranges.sort_by_key(|r| (r.last, r.first));
    let mut merged: Vec<Range> = Vec::new();
    // From the highest range down: one that touches the range before it becomes one with it.
    while let Some(high) = ranges.pop() {
        let before = if high.first == 0 || high.first == MAPPED {
            high.first
        } else {
            high.first - 1
        };
        match ranges.last_mut() {
            Some(low) if before <= low.last => {
                *low = Range {
                    first: low.first.min(high.first),
                    last: high.last,
                    written: None,
                };
            }
            _ => merged.push(high),
        }
    }
    let out = heap.set_new();
    for r in merged {
        match &r.written {
            Some(net) => {
                let net = heap.string(net);
                heap.set_add(out, net);
            }
            None => add_networks(heap, out, &r),
        }
    }
    Ok(out)
}

/// Adds the fewest networks that make up a range.
fn add_networks(heap: &mut Heap<'_>, out: Value, range: &Range) {
    let mut first = range.first;
    loop {
        let mut host_bits = first.trailing_zeros();
        if is_v4(first) {
            host_bits = host_bits.min(32);
        }
        while host_bits > 0 && low_bits(host_bits) > range.last - first {
            host_bits -= 1;
        }
        let net = Net { first, host_bits };
        let text = heap.string(&net.text());
        heap.set_add(out, text);
        match net.last().checked_add(1) {
            Some(next) if next <= range.last => first = next,
            _ => return,
        }
    }
}

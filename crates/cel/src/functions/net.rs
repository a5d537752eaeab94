//! Addresses and networks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Found, Function, failed, truth};
use crate::error::EvalError;
use crate::value::Value;

/// A network: an address, and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    ip: IpAddr,
    bits: u8,
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.bits)
    }
}

impl Cidr {
    fn parse(text: &str) -> Result<Self, String> {
        let during = "network address parse error during conversion from string";
        let invalid =
            |why: String| format!("{during}: {during}: netip.ParsePrefix({text:?}): {why}");
        let (ip, bits) = text
            .rsplit_once('/')
            .ok_or_else(|| invalid("no '/'".to_owned()))?;
        if ip.contains('%') {
            return Err(invalid(
                "IPv6 zones cannot be present in a prefix".to_owned(),
            ));
        }
        let address: IpAddr = ip
            .parse()
            .map_err(|_| invalid(format!("ParseAddr({ip:?}): unable to parse IP")))?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let plain = !bits.is_empty()
            && bits.bytes().all(|b| b.is_ascii_digit())
            && (bits == "0" || !bits.starts_with('0'));
        if !plain {
            return Err(invalid(format!("bad bits after slash: {bits:?}")));
        }
        let bits = bits.parse::<u8>().ok().filter(|bits| *bits <= most);
        let bits = bits.ok_or_else(|| invalid("prefix length out of range".to_owned()))?;
        if is_mapped(address) {
            return Err(format!(
                "{during}: IPv4-mapped IPv6 address {text:?} is not allowed"
            ));
        }
        Ok(Self { ip: address, bits })
    }

    fn masked(&self) -> Self {
        let ip = match self.ip {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(ip) & mask))
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.bits))
                    .unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(ip) & mask))
            }
        };
        Self {
            ip,
            bits: self.bits,
        }
    }

    fn contains(&self, ip: IpAddr) -> bool {
        let other = Self {
            ip,
            bits: self.bits,
        };
        ip.is_ipv4() == self.ip.is_ipv4() && other.masked().ip == self.masked().ip
    }

    fn contains_cidr(&self, other: &Self) -> bool {
        self.contains(other.ip) && self.bits <= other.bits
    }
}

fn is_mapped(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some())
}

/// An address, neither with a zone nor one of IPv4 as one of IPv6.
fn parse_ip(text: &str) -> Result<IpAddr, String> {
    if let Some((ip, zone)) = text.split_once('%')
        && !zone.is_empty()
        && ip.parse::<Ipv6Addr>().is_ok()
    {
        return Err(format!(
            "IP address {text:?} with zone value is not allowed"
        ));
    }
    match text.parse() {
        Ok(ip) if is_mapped(ip) => Err(format!("IPv4-mapped IPv6 address {text:?} is not allowed")),
        Ok(ip) => Ok(ip),
        Err(_) => Err(format!(
            "IP Address {text:?} parse error during conversion from string: ParseAddr({text:?}): unable to parse IP"
        )),
    }
}

fn ip_test(args: &[Value], test: impl FnOnce(&IpAddr) -> bool) -> Found {
    match args {
        [Value::Ip(ip)] => truth(test(ip)),
        _ => None,
    }
}

fn is_link_local_multicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => matches!(ip.octets(), [224, 0, 0, _]),
        IpAddr::V6(ip) => ip.segments().first().is_some_and(|s| s & 0xff0f == 0xff02),
    }
}

fn is_link_local_unicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

fn is_global_unicast(ip: &IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !(broadcast
        || ip.is_unspecified()
        || ip.is_loopback()
        || ip.is_multicast()
        || is_link_local_unicast(ip))
}

pub(super) static TABLE: &[Function] = &[
    Function::global("ip", 1, |args, _| match args {
        [Value::String(s)] => match parse_ip(s) {
            Ok(ip) => Some(Ok(Value::Ip(ip))),
            Err(message) => failed(message),
        },
        _ => None,
    }),
    Function::global("isIP", 1, |args, _| match args {
        [Value::String(s)] => truth(parse_ip(s).is_ok()),
        _ => None,
    }),
    Function::global("ip.isCanonical", 1, |args, _| match args {
        [Value::String(s)] => match parse_ip(s) {
            Ok(ip) => truth(ip.to_string() == **s),
            Err(message) => failed(message),
        },
        _ => None,
    }),
    Function::member("family", 1, |args, _| match args {
        [Value::Ip(ip)] => Some(Ok(Value::Int(if ip.is_ipv4() { 4 } else { 6 }))),
        _ => None,
    }),
    Function::member("isUnspecified", 1, |args, _| {
        ip_test(args, IpAddr::is_unspecified)
    }),
    Function::member("isLoopback", 1, |args, _| {
        ip_test(args, IpAddr::is_loopback)
    }),
    Function::member("isLinkLocalMulticast", 1, |args, _| {
        ip_test(args, is_link_local_multicast)
    }),
    Function::member("isLinkLocalUnicast", 1, |args, _| {
        ip_test(args, is_link_local_unicast)
    }),
    Function::member("isGlobalUnicast", 1, |args, _| {
        ip_test(args, is_global_unicast)
    }),
    Function::global("cidr", 1, |args, _| match args {
        [Value::String(s)] => match Cidr::parse(s) {
            Ok(cidr) => Some(Ok(Value::Cidr(cidr))),
            Err(message) => failed(message),
        },
        _ => None,
    }),
    Function::global("isCIDR", 1, |args, _| match args {
        [Value::String(s)] => truth(Cidr::parse(s).is_ok()),
        _ => None,
    }),
    Function::member("containsIP", 2, |args, _| match args {
        [Value::Cidr(cidr), Value::Ip(ip)] => truth(cidr.contains(*ip)),
        [Value::Cidr(cidr), Value::String(s)] => match parse_ip(s) {
            Ok(ip) => truth(cidr.contains(ip)),
            Err(_) => Some(Err(EvalError::no_overload())),
        },
        _ => None,
    }),
    Function::member("containsCIDR", 2, |args, _| match args {
        [Value::Cidr(cidr), Value::Cidr(other)] => truth(cidr.contains_cidr(other)),
        [Value::Cidr(cidr), Value::String(s)] => match Cidr::parse(s) {
            Ok(other) => truth(cidr.contains_cidr(&other)),
            Err(_) => Some(Err(EvalError::no_overload())),
        },
        _ => None,
    }),
    Function::member("ip", 1, |args, _| match args {
        [Value::Cidr(cidr)] => Some(Ok(Value::Ip(cidr.ip))),
        _ => None,
    }),
    Function::member("prefixLength", 1, |args, _| match args {
        [Value::Cidr(cidr)] => Some(Ok(Value::Int(i64::from(cidr.bits)))),
        _ => None,
    }),
    Function::member("masked", 1, |args, _| match args {
        [Value::Cidr(cidr)] => Some(Ok(Value::Cidr(cidr.masked()))),
        _ => None,
    }),
];

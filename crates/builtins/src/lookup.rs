//! `net.lookup_ip_addr`: names by the system's resolver, where the host allows it.

use std::net::{IpAddr, Ipv6Addr, ToSocketAddrs};

use kpol_runtime::{
    Heap, Value,
    builtins::{BuiltinError, Outcome, operand::text},
};

use crate::standard::{Context, Table};

pub(crate) const TABLE: Table = &[("net.lookup_ip_addr", lookup)];

fn lookup(context: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let name = text(heap, args, 1)?.to_owned();
    let addresses = match without_network(&name) {
        Some(addresses) => addresses,
        None => {
            context.options.check_host(&name)?;
            resolved(&name)?
        }
    };
    let addresses: Vec<Value> = addresses.iter().map(|a| heap.string(a)).collect();
    Ok(heap.set(&addresses))
}

/// What needs nobody to be asked: addresses, and the machine itself.
fn without_network(name: &str) -> Option<Vec<String>> {
    if name == "localhost" {
        return Some(vec!["127.0.0.1".to_owned(), "::1".to_owned()]);
    }
    if let Ok(address) = name.parse::<IpAddr>() {
        return Some(vec![shown(address)]);
    }
    let (address, zone) = name.split_once('%')?;
    let address: Ipv6Addr = address.parse().ok()?;
    (!zone.is_empty()).then(|| vec![format!("{}%{zone}", shown(IpAddr::V6(address)))])
}

fn resolved(name: &str) -> Result<Vec<String>, BuiltinError> {
    let unknown = || BuiltinError::failed(format!("lookup {name}: no such host"));
    if name.is_empty() || name.contains(':') {
        return Err(unknown());
    }
    let found = (name, 0).to_socket_addrs().map_err(|_| unknown())?;
    Ok(found.map(|address| shown(address.ip())).collect())
}

/// An address as Go writes it: one of IPv4 always in dots.
fn shown(address: IpAddr) -> String {
    address.to_canonical().to_string()
}

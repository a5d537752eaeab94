//! Chains of certificates from a leaf to a root.

use std::collections::HashMap;

use super::algorithm::Scheme;
use super::{Certificate, constraints, policies};
use crate::asn1::{Reader, id};
use crate::keys::PublicKey;

/// What a chain must be good for.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    /// The host that the leaf must name; any where it is empty.
    pub(super) host: String,
    /// When, in nanoseconds since 1970.
    pub(super) now_ns: i64,
    /// Go's numbers of usages, one of which all of the chain must allow; for servers where there are none.
    pub(super) usages: Vec<i64>,
}

/// Any usage.
const ANY_USAGE: i64 = 0;
/// The usage of a server that proves who it is.
const SERVER: i64 = 1;
/// How many signatures are looked at before the search is given up.
const MOST_CHECKS: u32 = 100;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Leaf,
    Intermediate,
    Root,
}

/// Finds a chain from the last certificate to the first, over those between. The leaf comes first.
pub(super) fn chain<'c>(
    certificates: &'c [Certificate],
    options: &Options,
) -> Option<Vec<&'c Certificate>> {
    let [root, between @ .., leaf] = certificates else {
        return None;
    };
    if !is_valid(leaf, Role::Leaf, &[], options) {
        return None;
    }
    if !options.host.is_empty() && !leaf.is_for(&options.host) {
        return None;
    }
    if leaf.raw == root.raw {
        return Some(vec![leaf]).filter(|chain| is_good(chain, options));
    }
    Search::new(root, between, options)
        .chains(leaf)
        .into_iter()
        .find(|chain| is_good(chain, options))
}

/// What looks at a chain as a whole.
fn is_good(chain: &[&Certificate], options: &Options) -> bool {
    policies::are_valid(chain)
        && allows_usages(chain, &options.usages)
        && constraints::are_met(chain)
}

/// Whether a certificate may stand at the end of a chain.
fn is_valid(
    certificate: &Certificate,
    role: Role,
    chain: &[&Certificate],
    options: &Options,
) -> bool {
    let says = &certificate.meaning;
    let named = chain
        .last()
        .is_none_or(|child| child.raw_issuer == certificate.raw_subject);
    let nanoseconds = |seconds: i64| i128::from(seconds) * 1_000_000_000;
    let now = i128::from(options.now_ns);
    let timely = now >= nanoseconds(certificate.not_before.seconds)
        && now <= nanoseconds(certificate.not_after.seconds);
    let signs = role != Role::Intermediate || says.basic_constraints && says.is_ca;
    let below = i64::try_from(chain.len()).unwrap_or(i64::MAX) - 1;
    let short =
        !says.basic_constraints || says.max_path_length < 0 || below <= says.max_path_length;
    says.unhandled_critical.is_empty() && named && timely && signs && short
}

fn allows_usages(chain: &[&Certificate], wanted: &[i64]) -> bool {
    if wanted.contains(&ANY_USAGE) {
        return true;
    }
    let mut left: Vec<i64> = if wanted.is_empty() {
        vec![SERVER]
    } else {
        wanted.to_vec()
    };
    for certificate in chain.iter().rev() {
        let says = &certificate.meaning;
        let unlimited = says.extended_key_usages.is_empty() && says.unknown_usages.is_empty();
        if unlimited || says.extended_key_usages.contains(&ANY_USAGE) {
            continue;
        }
        left.retain(|usage| says.extended_key_usages.contains(usage));
        if left.is_empty() {
            return false;
        }
    }
    true
}

/// The search for chains.
struct Search<'c, 'o> {
    root: &'c Certificate,
    by_subject: HashMap<&'c [u8], Vec<&'c Certificate>>,
    options: &'o Options,
    checks: u32,
    found: Vec<Vec<&'c Certificate>>,
}

impl<'c, 'o> Search<'c, 'o> {
    fn new(root: &'c Certificate, between: &'c [Certificate], options: &'o Options) -> Self {
        let mut by_subject: HashMap<&[u8], Vec<&Certificate>> = HashMap::new();
        let mut seen = std::collections::HashSet::new();
        for certificate in between.iter().filter(|c| seen.insert(c.raw.as_slice())) {
            by_subject
                .entry(&certificate.raw_subject)
                .or_default()
                .push(certificate);
        }
        Search {
            root,
            by_subject,
            options,
            checks: 0,
            found: Vec::new(),
        }
    }

    /// All chains of a leaf, the shortest ways first where the search finds them so.
    fn chains(mut self, leaf: &'c Certificate) -> Vec<Vec<&'c Certificate>> {
        self.extend(&mut vec![leaf]);
        self.found
    }

    /// Adds parents to a chain. It is as deep as chains are long: each step costs a check, of which there are not many.
    fn extend(&mut self, chain: &mut Vec<&'c Certificate>) {
        let Some(child) = chain.last().copied() else {
            return;
        };
        let root = (self.root.raw_subject == child.raw_issuer).then_some((Role::Root, self.root));
        let between = self.by_subject.get(child.raw_issuer.as_slice());
        let mut between: Vec<_> = between.into_iter().flatten().copied().collect();
        between.sort_by_key(|parent| kinship(parent, child));
        let between = between
            .into_iter()
            .map(|parent| (Role::Intermediate, parent));
        for (role, parent) in root.into_iter().chain(between) {
            self.checks += 1;
            if self.checks > MOST_CHECKS {
                return;
            }
            let usable = !is_in(chain, parent)
                && is_signed_by(child, parent)
                && is_valid(parent, role, chain, self.options);
            if !usable {
                continue;
            }
            chain.push(parent);
            if role == Role::Root {
                self.found.push(chain.clone());
            } else {
                self.extend(chain);
            }
            chain.pop();
        }
    }
}

/// How likely a parent is, by the identifiers of keys; less is more likely.
fn kinship(parent: &Certificate, child: &Certificate) -> u8 {
    let own = parent.meaning.subject_key_id.as_deref().unwrap_or(&[]);
    let said = child.meaning.authority_key_id.as_deref().unwrap_or(&[]);
    if own == said {
        0
    } else if own.is_empty() || said.is_empty() {
        1
    } else {
        2
    }
}

/// Whether a certificate, or one that says the same of the same key, is in a chain already.
fn is_in(chain: &[&Certificate], candidate: &Certificate) -> bool {
    const ALTERNATIVE_NAMES: &[u32] = &[2, 5, 29, 17];
    let names = candidate.extension(ALTERNATIVE_NAMES);
    chain.iter().any(|other| {
        other.raw_subject == candidate.raw_subject
            && other.raw_key == candidate.raw_key
            && other.extension(ALTERNATIVE_NAMES) == names
    })
}

/// Whether a certificate that may sign others signed this one.
fn is_signed_by(child: &Certificate, parent: &Certificate) -> bool {
    let says = &parent.meaning;
    let authority = if says.basic_constraints {
        says.is_ca
    } else {
        parent.version != 3
    };
    let signs = says.key_usage == 0 || says.key_usage & 1 << 5 != 0;
    authority && signs && signature_holds(child, parent)
}

fn signature_holds(child: &Certificate, parent: &Certificate) -> bool {
    let (message, signature) = (&child.raw_tbs, &child.signature);
    match (child.signature_algorithm.scheme(), &parent.key) {
        (Some(Scheme::Rsa(padding, hash)), Some(PublicKey::Rsa(key))) => {
            key.verify(padding, hash, &hash.digest(message), signature)
        }
        (Some(Scheme::Ecdsa(hash)), Some(PublicKey::Ec(key))) => {
            two_numbers(signature).is_some_and(|(r, s)| key.verify(&hash.digest(message), &r, &s))
        }
        (Some(Scheme::Ed25519), Some(PublicKey::Ed25519(key))) => key.verify(message, signature),
        _ => false,
    }
}

/// The positive numbers of a signature of ECDSA in DER, and nothing after them.
fn two_numbers(signature: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut outer = Reader::new(signature);
    let mut numbers = outer.inside(id::SEQUENCE)?;
    let (r, s) = (numbers.big()?.to_biguint()?, numbers.big()?.to_biguint()?);
    (outer.is_empty() && numbers.is_empty()).then(|| (r.to_bytes_be(), s.to_bytes_be()))
}

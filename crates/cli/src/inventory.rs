//! The documents of a run as `data.inventory`, in Gatekeeper's shape:
//! `namespace[ns][apiVersion][kind][name]` and `cluster[apiVersion][kind][name]`.
//!
//! Only what the policies can look at is kept: the compiler tells which refs there are.

use std::collections::BTreeMap;

use kpol_compiler::reads::Read;
use kpol_engine::Data;
use kpol_formats::Parser;
use kpol_gatekeeper::{Inventory, Object, Uses};
use kpol_input::{Document, Part};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::commands::test::Reading;
use crate::exit::CommandError;
use crate::inputs::{InputFile, InputKind};

/// Where it stands below `data`.
const KEY: &str = "inventory";

/// How many files are read before what is not needed of them is dropped.
const BATCH: usize = 64;

/// What policies can look at of the inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted(Vec<Place>);

/// A place below the inventory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Place {
    /// Its keys: one of some texts, or any.
    keys: Vec<Option<Vec<String>>>,
    /// Only whether there is something counts.
    presence: bool,
}

impl Wanted {
    /// All of it.
    pub(crate) fn everything() -> Wanted {
        Wanted(vec![Place {
            keys: Vec::new(),
            presence: false,
        }])
    }

    /// What of the inventory is among the places that a policy reads.
    pub(crate) fn of(reads: &[Read]) -> Wanted {
        let place = |read: &Read| {
            let Some((first, keys)) = read.path.split_first() else {
                return Some(Place {
                    keys: Vec::new(),
                    presence: read.presence,
                });
            };
            let inside = first
                .as_ref()
                .is_none_or(|keys| keys.iter().any(|key| key == KEY));
            inside.then(|| Place {
                keys: keys.to_vec(),
                presence: read.presence,
            })
        };
        Wanted(reads.iter().filter_map(place).collect())
    }

    /// What Gatekeeper's templates look at.
    pub(crate) fn of_templates(uses: &Uses) -> Wanted {
        let place = |path: &Vec<Option<String>>| Place {
            keys: (path.iter())
                .map(|key| key.clone().map(|key| vec![key]))
                .collect(),
            presence: false,
        };
        Wanted(uses.inventory.iter().map(place).collect())
    }

    /// Adds what others look at.
    pub(crate) fn add(&mut self, other: &Wanted) {
        self.0.extend(other.0.iter().cloned());
        self.0.sort();
        self.0.dedup();
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wanted of the document at a place (its keys below the inventory), if anything is.
    fn part(&self, place: &[String]) -> Option<Part> {
        let mut part: Option<Part> = None;
        for Place { keys, presence } in &self.0 {
            let fits = |(key, own): (&Option<Vec<String>>, &String)| {
                key.as_ref().is_none_or(|keys| keys.contains(own))
            };
            if !keys.iter().zip(place).all(fits) {
                continue;
            }
            let part = part.get_or_insert_with(Part::presence);
            match keys.get(place.len()..) {
                // The object itself or what it stands in.
                None | Some([]) if *presence => {}
                None | Some([]) => part.add(&[]),
                Some(inside) if *presence => part.touch(inside),
                Some(inside) => part.add(inside),
            }
        }
        part
    }

    /// Whether a text may have documents that are wanted: a kind that none of its letters spell is not in it, unless it
    /// is spelled in another way.
    fn may_be_in(&self, text: &str) -> bool {
        let kind = |place: &Place| -> Option<Vec<String>> {
            let at = match place.keys.first()?.as_deref()? {
                [scope] if scope == "namespace" => 3,
                [scope] if scope == "cluster" => 2,
                _ => return None,
            };
            place.keys.get(at)?.clone()
        };
        text.contains(['\\', '!'])
            || self.0.iter().any(|place| match kind(place) {
                Some(kinds) => kinds.iter().any(|kind| text.contains(kind.as_str())),
                None => true,
            })
    }
}

/// Reads the files once, and adds what is wanted of them to the data, and Namespaces to those where there is a place
/// for them. Of documents with the same identity the last one stays. What cannot be read is told when it is checked.
///
/// # Errors
/// Where the data has an `inventory` of its own that does not fit.
pub(crate) fn add_files(
    data: &mut Data,
    wanted: &Wanted,
    namespaces: Option<&mut Inventory>,
    files: &[InputFile],
    reading: &Reading,
) -> Result<(), CommandError> {
    let seek = namespaces.is_some();
    if wanted.is_nothing() && !seek {
        return Ok(());
    }
    let mut found_namespaces: Vec<Document> = Vec::new();
    let mut places: BTreeMap<Vec<String>, Document> = BTreeMap::new();
    let of_file = |file: &InputFile| {
        let plain = matches!(file.kind, InputKind::Text(Parser::Yaml | Parser::Json));
        let may_be = |text: &str| {
            !plain
                || wanted.may_be_in(text)
                || (seek && text.contains(['\\', '!']))
                || (seek && text.contains("Namespace"))
        };
        let read = reading.read_if(file, &may_be);
        let input = read.ok().flatten();
        let documents = input.iter().flat_map(|input| &input.documents);
        let namespaces: Vec<Document> = documents
            .clone()
            .filter(|document| seek && Object::of(document).is_namespace())
            .map(|document| document.part(&Part::whole()))
            .collect();
        let wanted: Vec<(Vec<String>, Document)> = documents
            .filter_map(|document| {
                let place = place(document)?;
                let part = wanted.part(&place)?;
                Some((place, document.part(&part)))
            })
            .collect();
        (wanted, namespaces)
    };
    for batch in files.chunks(BATCH) {
        let found: Vec<_> = batch.par_iter().map(of_file).collect();
        for (wanted, namespaces) in found {
            places.extend(wanted);
            found_namespaces.extend(namespaces);
        }
    }
    if let Some(namespaces) = namespaces {
        for document in &found_namespaces {
            namespaces.add(document);
        }
    }
    merge(data, places)
}

/// Adds documents to the data, all of each.
///
/// # Errors
/// As [`add_files`].
pub(crate) fn add<'d>(
    data: &mut Data,
    documents: impl Iterator<Item = &'d Document>,
) -> Result<(), CommandError> {
    let placed = documents.filter_map(|document| Some((place(document)?, document.clone())));
    merge(data, placed.collect())
}

fn merge(data: &mut Data, places: BTreeMap<Vec<String>, Document>) -> Result<(), CommandError> {
    for (place, document) in places {
        let mut path = vec![KEY.to_owned()];
        path.extend(place);
        data.merge(&path, &document)
            .map_err(|error| CommandError::Plain(format!("data.inventory: {error}")))?;
    }
    Ok(())
}

/// The keys of a document below the inventory, if it is an object with a name.
fn place(document: &Document) -> Option<Vec<String>> {
    let (api, kind, name) = (
        document.api_version()?,
        document.object_kind()?,
        document.name()?,
    );
    let mut path = Vec::with_capacity(5);
    match document.namespace() {
        Some(namespace) => path.extend(["namespace".to_owned(), namespace.to_owned()]),
        None => path.push("cluster".to_owned()),
    }
    path.extend([api, kind, name].map(str::to_owned));
    Some(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use kpol_diagnostics::SourceMap;

    use super::*;

    /// `namespace.*.v1.Pod|Service.*`: keys, of which `*` is any; `?` at the end for presence.
    fn wanted(places: &[&str]) -> Wanted {
        let read = |text: &&str| {
            let path = text.trim_end_matches('?');
            let keys = path.split('.').filter(|key| !key.is_empty());
            Read {
                path: keys
                    .map(|key| (key != "*").then(|| key.split('|').map(str::to_owned).collect()))
                    .collect(),
                presence: text.ends_with('?'),
            }
        };
        Wanted::of(&places.iter().map(read).collect::<Vec<_>>())
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {a: b}}\nspec: {hostPID: true}\n";

    fn kept(places: &[&str], text: &str) -> Option<String> {
        let mut sources = SourceMap::new();
        let format = kpol_input::Format::Yaml;
        let documents = kpol_input::read_str(&mut sources, "x.yaml", text, format).unwrap();
        let document = documents.first().unwrap();
        let wanted = wanted(places);
        let part = wanted.part(&place(document).unwrap())?;
        assert!(wanted.may_be_in(text), "{places:?}");
        Some(document.part(&part).to_json())
    }

    #[test]
    fn only_what_is_looked_at_is_kept() {
        let whole = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"a":"b"}},"spec":{"hostPID":true}}"#;
        let labels = r#"{"metadata":{"labels":{"a":"b"}}}"#;
        for (places, expected) in [
            (&[][..], None),
            (&[""], Some(whole)),
            (&["*"], Some(whole)),
            (&["inventory"], Some(whole)),
            (&["other.namespace"], None),
            (&["inventory.cluster"], None),
            (&["inventory.namespace.*.v1"], Some(whole)),
            (&["inventory.namespace.shop.v1.Pod"], Some(whole)),
            (&["inventory.namespace.other.v1.Pod"], None),
            (&["inventory.namespace.*.v1.Service"], None),
            (&["inventory.namespace.*.*.Service|Pod.*"], Some(whole)),
            (&["inventory.namespace.*.v1.Pod.*?"], Some("{}")),
            (&["inventory.namespace?"], Some("{}")),
            (
                &["inventory.namespace.*.v1.Pod.*.metadata.labels"],
                Some(labels),
            ),
            (
                &["inventory.namespace.*.v1.Pod.*.metadata.labels.*"],
                Some(labels),
            ),
            (
                &["inventory.namespace.*.v1.Pod.*.metadata.labels?"],
                Some(r#"{"metadata":{"labels":{}}}"#),
            ),
            (
                &[
                    "inventory.namespace.*.v1.Pod.*.metadata.labels",
                    "inventory.namespace.*.v1.Pod.web.spec|kind",
                ],
                Some(r#"{"kind":"Pod","metadata":{"labels":{"a":"b"}},"spec":{"hostPID":true}}"#),
            ),
            (
                &["inventory.namespace.*.v1.Pod.*.*.labels"],
                Some(
                    r#"{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a":"b"}},"spec":{}}"#,
                ),
            ),
            (
                &["inventory.namespace.*.v1.Pod.*?", "inventory.*"],
                Some(whole),
            ),
        ] {
            assert_eq!(kept(places, POD).as_deref(), expected, "{places:?}");
        }
    }

    #[test]
    fn texts_without_any_of_the_kinds_are_left_alone() {
        let wanted = wanted(&[
            "inventory.namespace.*.v1.Service.*",
            "inventory.cluster.v1.Namespace|Node",
        ]);
        assert!(!wanted.may_be_in(POD));
        for text in [
            "kind: Service",
            "kind: Node",
            "kind: \"\\u0053ervice\"",
            "kind: !!binary U2VydmljZQ==",
        ] {
            assert!(wanted.may_be_in(text), "{text}");
        }
        for places in ["inventory.*.x.v1.Pod", "inventory.namespace.x", "inventory"] {
            assert!(super::tests::wanted(&[places]).may_be_in(POD), "{places}");
        }
    }
}

//! All documents of a run as `data.inventory`, in Gatekeeper's shape:
//! `namespace[ns][apiVersion][kind][name]` and `cluster[apiVersion][kind][name]`.

use std::collections::BTreeMap;

use kpol_engine::Data;
use kpol_input::Document;

use crate::exit::CommandError;

/// Adds the inventory to the data. Of documents with the same identity the last one stays.
///
/// # Errors
/// Where the data has an `inventory` of its own that does not fit.
pub(crate) fn add<'d>(
    data: &mut Data,
    documents: impl Iterator<Item = &'d Document>,
) -> Result<(), CommandError> {
    let mut places: BTreeMap<Vec<String>, &Document> = BTreeMap::new();
    for document in documents {
        if let Some(path) = place(document) {
            places.insert(path, document);
        }
    }
    for (path, document) in places {
        data.merge(&path, document)
            .map_err(|error| CommandError::Plain(format!("data.inventory: {error}")))?;
    }
    Ok(())
}

fn place(document: &Document) -> Option<Vec<String>> {
    let (api, kind, name) = (
        document.api_version()?,
        document.object_kind()?,
        document.name()?,
    );
    let mut path = vec!["inventory".to_owned()];
    match document.namespace() {
        Some(namespace) => path.extend(["namespace".to_owned(), namespace.to_owned()]),
        None => path.push("cluster".to_owned()),
    }
    path.extend([api, kind, name].map(str::to_owned));
    Some(path)
}

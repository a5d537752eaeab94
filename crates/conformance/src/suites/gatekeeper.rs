//! Gatekeeper's library: the unit tests of its sources, and what its templates say about its samples and about real
//! manifests.

pub(crate) mod library;
pub(crate) mod manifests;

use std::collections::BTreeMap;
use std::path::Path;

use kpol_engine::{Engine, EngineOptions};
use kpol_syntax::ast::RegoVersion;
use rayon::prelude::*;
use serde::Deserialize;

use super::policies::{parse, read, rego_files};
use super::units::{Found, Unit, run_tests};
use super::{Tally, lines};

#[derive(Deserialize)]
struct Row {
    dir: String,
    package: String,
    name: String,
    result: String,
}

/// Runs the tests of `unit.jsonl` in a folder: each folder of `src` is a policy of its own.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn units(dir: &Path) -> Result<Tally, String> {
    let mut folders: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in lines::<Row>(&dir.join("unit.jsonl"))? {
        folders.entry(row.dir.clone()).or_default().push(row);
    }
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let found: Vec<Result<Found, String>> = folders
        .par_iter()
        .map(|(folder, _)| {
            let texts = rego_files(&dir.join(folder))?
                .iter()
                .map(|file| read(dir, file))
                .collect::<Result<Vec<_>, _>>()?;
            run_tests(&engine, parse(texts, RegoVersion::V0)?)
        })
        .collect();
    let mut tally = Tally::default();
    for ((folder, rows), mut found) in folders.iter().zip(found) {
        for row in rows {
            let unit = Unit {
                package: &row.package,
                name: &row.name,
            };
            let result = match &mut found {
                Ok(found) => {
                    let file = found.file_of(&unit).unwrap_or_default();
                    found.take(&file, &unit, &row.result)
                }
                Err(error) => Err(error.clone()),
            };
            tally.add(folder, &format!("{folder}: {}", row.name), result);
        }
        if let Ok(found) = found {
            found.leave(&mut tally);
        }
    }
    Ok(tally)
}

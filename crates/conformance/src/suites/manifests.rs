//! Real manifests: the same documents as `docs.jsonl`, and every file of `edge/` refused at the right line.

use std::collections::BTreeMap;
use std::path::Path;

use kpol_diagnostics::SourceMap;
use kpol_input::{Document, Options, read_path};
use serde::Deserialize;

use super::{Tally, lines};

#[derive(Deserialize)]
struct Doc {
    path: String,
    #[serde(rename = "apiVersion")]
    api_version: Option<String>,
    kind: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
}

#[derive(Deserialize)]
struct Edge {
    path: String,
    go_yaml_v3_error: String,
}

/// Runs the suite in a folder.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let mut files: BTreeMap<String, Vec<Doc>> = BTreeMap::new();
    for doc in lines::<Doc>(&dir.join("docs.jsonl"))? {
        files.entry(doc.path.clone()).or_default().push(doc);
    }
    let mut tally = Tally::default();
    for (path, docs) in &files {
        tally.add("files", path, compare(&dir.join(path), docs));
    }
    for edge in lines::<Edge>(&dir.join("edge/index.jsonl"))? {
        tally.add(
            "edge",
            &edge.path,
            refused(&dir.join(&edge.path), &edge.go_yaml_v3_error),
        );
    }
    Ok(tally)
}

fn compare(path: &Path, wanted: &[Doc]) -> Result<(), String> {
    let mut sources = SourceMap::new();
    // The golden documents are those of the file: lists are not expanded.
    let options = Options {
        expand_lists: false,
        ..Options::default()
    };
    let documents = read_path(&mut sources, path, &options).map_err(|error| error.to_string())?;
    let got: Vec<[Option<&str>; 4]> = documents.iter().map(identity).collect();
    let want: Vec<[Option<&str>; 4]> = wanted
        .iter()
        .map(|doc| {
            [&doc.api_version, &doc.kind, &doc.name, &doc.namespace].map(|text| text.as_deref())
        })
        .collect();
    if got == want {
        Ok(())
    } else {
        Err(format!("wanted {want:?}\ngot    {got:?}"))
    }
}

fn identity(document: &Document) -> [Option<&str>; 4] {
    [
        document.api_version(),
        document.object_kind(),
        document.name(),
        document.namespace(),
    ]
}

/// The file must be refused, at the line that go-yaml names where it names one.
fn refused(path: &Path, reason: &str) -> Result<(), String> {
    let mut sources = SourceMap::new();
    let Err(error) = read_path(&mut sources, path, &Options::default()) else {
        return Err(format!("read, although go-yaml refuses it: {reason}"));
    };
    let span = error.diagnostic().span;
    let line = sources.line_col(span).line;
    let text = sources
        .text(span.source)
        .lines()
        .nth(line as usize - 1)
        .unwrap_or_default();
    let wanted = reason.split("line ").skip(1).filter_map(|rest| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse::<u32>()
            .ok()
    });
    let wanted: Vec<u32> = wanted.collect();
    // Where a template action stands for a value, this parser notices it before go-yaml does.
    if wanted.is_empty()
        || text.contains("{{")
        || wanted.iter().any(|wanted| wanted.abs_diff(line) <= 1)
    {
        Ok(())
    } else {
        Err(format!(
            "refused in line {line} ({error}), go-yaml says {reason}"
        ))
    }
}

//! Kustomize: `kustomize build`, or `kubectl kustomize`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use kpol_diagnostics::SourceMap;
use kpol_input::{Document, Format, Kind, NodeId, Segment};

use crate::chart::{Origins, Rendered};
use crate::error::ChartError;
use crate::{Options, program};

const ORIGIN: &str = "config.kubernetes.io/origin";

pub(crate) fn render(folder: &Path, options: &Options) -> Result<Rendered, ChartError> {
    let text = build(folder, options)?;
    Ok(Rendered {
        name: format!("{} (kustomize build)", folder.display()),
        text,
        // Places are a help; without them there is still the result.
        origins: Origins::Kustomize(origins(folder, options).unwrap_or_default()),
    })
}

fn build(folder: &Path, options: &Options) -> Result<String, ChartError> {
    // A folder that begins with a dash is no flag.
    let path = if folder.is_absolute() {
        folder.to_owned()
    } else {
        Path::new(".").join(folder)
    };
    let builds: [(&str, &str); 2] = [("kustomize", "build"), ("kubectl", "kustomize")];
    for (name, verb) in builds {
        let args = [OsStr::new(verb), path.as_os_str()];
        if let Some(text) = program::run(folder, name, &args, options.timeout)? {
            return Ok(text);
        }
    }
    Err(ChartError::Missing {
        folder: folder.to_owned(),
        programs: "`kustomize` or `kubectl`",
    })
}

/// The file that each document comes from, in the order of the result: a second build, of a folder that asks Kustomize
/// to note it.
fn origins(folder: &Path, options: &Options) -> Option<Vec<Option<PathBuf>>> {
    let target = folder.canonicalize().ok()?;
    let outer = tempfile::tempdir().ok()?;
    let outside = outer.path().canonicalize().ok()?;
    let up: PathBuf = outside
        .components()
        .skip(1)
        .map(|_| Path::new(".."))
        .collect();
    let relative = up.join(target.strip_prefix("/").ok()?);
    let relative = relative.to_str()?;
    // JSON is YAML, and quotes whatever a path may have in it.
    let text = format!(
        "resources: [{}]\nbuildMetadata: [originAnnotations]\n",
        quoted(relative)
    );
    std::fs::write(outside.join("kustomization.yaml"), text).ok()?;
    let text = build(&outside, options).ok()?;
    let mut sources = SourceMap::new();
    let source = sources.add("origins", text);
    let documents = kpol_input::read(
        &sources,
        source,
        Format::Yaml,
        &kpol_input::Options::verbatim(),
    )
    .ok()?;
    let file = |document: &Document| {
        let origin = document.str_at(&["metadata", "annotations", ORIGIN])?;
        let found = |key: &str| {
            let line = origin.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.trim().trim_matches('"'))
        };
        // Made by a generator: the folder's own file says what.
        let path = found("path:").or_else(|| found("configuredIn:"))?;
        if found("repo:").is_some() {
            return None;
        }
        let path = outside.join(path).canonicalize().ok()?;
        Some(shown(&path, &target, folder))
    };
    Some(documents.iter().map(file).collect())
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// A file as it is reached from the folder that was asked for, so that people know it: `overlays/prod/../../base/x.yaml`
/// is `base/x.yaml`.
fn shown(path: &Path, target: &Path, folder: &Path) -> PathBuf {
    let mut from = target.to_owned();
    let mut named = folder.to_owned();
    loop {
        if let Ok(rest) = path.strip_prefix(&from) {
            return named.join(rest);
        }
        // One folder further out, as far as the name that was given goes.
        let out = matches!(
            named.components().next_back(),
            Some(std::path::Component::Normal(_))
        );
        if !out || !named.pop() || !from.pop() {
            break;
        }
    }
    path.to_owned()
}

/// The node of a file's documents that a node of the result comes from: that at the same path of the document with the
/// same kind, as far as it has it. Items with a name are found by it.
pub(crate) fn origin<'d>(
    from: &'d [Document],
    document: &Document,
    node: NodeId,
) -> Option<(&'d Document, NodeId)> {
    let name = document.name().unwrap_or_default();
    let own = |base: &&Document| base.object_kind() == document.object_kind();
    let base = from
        .iter()
        .filter(own)
        // Prefixes and suffixes may have been added.
        .filter(|base| base.name().is_none_or(|own| name.contains(own)))
        .max_by_key(|base| base.name().map_or(0, str::len))
        .or_else(|| from.iter().find(own))
        .or_else(|| from.first())?;
    if base.object_kind() != document.object_kind() {
        return Some((base, base.root()));
    }
    let (mut here, mut there) = (document.root(), base.root());
    for segment in &document.path(node).0 {
        let (next, found) = match segment {
            Segment::Key(key) => (document.get(here, key), base.get(there, key)),
            Segment::Index(index) => {
                let next = document.item(here, *index);
                let named = next
                    .and_then(|item| document.get(item, "name"))
                    .and_then(|name| document.str(name));
                let found = match named {
                    Some(name) => base.children(there).find(|item| {
                        base.get(*item, "name").and_then(|n| base.str(n)) == Some(name)
                    }),
                    None => base.item(there, *index),
                };
                (next, found)
            }
        };
        let (Some(next), Some(found)) = (next, found) else {
            break;
        };
        if matches!(base.kind(found), Kind::Null) {
            break;
        }
        (here, there) = (next, found);
    }
    Some((base, there))
}

//! From a text to its documents.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use kpol_diagnostics::{SourceId, SourceMap};

use crate::builder::{check_size, split_documents};
use crate::document::{Bounds, Document, Kind, NodeId, Tape};
use crate::error::InputError;
use crate::format::Format;
use crate::scalar::Schema;
use crate::{json, yaml};

/// How much of one text is taken before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of nesting. Everything that walks a document may rely on it.
    pub depth: u32,
    /// Nodes that YAML aliases may add, over all of a text.
    pub alias_nodes: u32,
    /// Size of a text in bytes.
    pub bytes: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth: 500,
            alias_nodes: 1_000_000,
            bytes: 1 << 30,
        }
    }
}

/// What becomes of a text's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The limits.
    pub limits: Limits,
    /// The rules of plain YAML scalars.
    pub schema: Schema,
    /// Whether `kind: List` (and `*List` with `items` and an `apiVersion`) becomes its items.
    pub expand_lists: bool,
    /// Whether an array as the outermost value becomes its items.
    pub split_arrays: bool,
    /// Whether documents without a value are kept, as null.
    pub keep_empty: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            limits: Limits::default(),
            schema: Schema::Kubernetes,
            expand_lists: true,
            split_arrays: true,
            keep_empty: false,
        }
    }
}

impl Options {
    /// Values as they stand: nothing is split, expanded or dropped. For data files.
    #[must_use]
    pub fn verbatim() -> Options {
        Options {
            expand_lists: false,
            split_arrays: false,
            keep_empty: true,
            ..Options::default()
        }
    }
}

/// The documents of a text that a source map holds. Needs no more than a shared source map, so that files are
/// read in parallel.
///
/// # Errors
///
/// The first thing that makes the text no input; no document of it is handed out then.
pub fn read(
    sources: &SourceMap,
    source: SourceId,
    format: Format,
    options: &Options,
) -> Result<Vec<Document>, InputError> {
    let text = sources.shared_text(source);
    read_text(sources, source, &text, format, options)
}

/// As [`read`], but of another text of the same length as the source's: one in which something is blanked, say.
/// Spans count in it as in the source.
///
/// # Errors
///
/// As [`read`].
pub fn read_text(
    sources: &SourceMap,
    source: SourceId,
    text: &Arc<str>,
    format: Format,
    options: &Options,
) -> Result<Vec<Document>, InputError> {
    check_size(source, text, options)?;
    let tapes = match format {
        Format::Yaml => yaml::parse(source, text, options),
        Format::Json => json::parse(source, text, options, json::Texts::One),
        Format::JsonStream => json::parse(source, text, options, json::Texts::Many),
    };
    let tapes = tapes.map_err(|error| with_lines(error, sources))?;
    let documents: Vec<Document> = tapes
        .into_iter()
        .map(|tape| Document {
            tape: Arc::<Tape>::new(tape),
            root: NodeId(0),
            index: 0,
            bounds: Bounds::default(),
        })
        .collect();
    Ok(split_documents(&documents, options))
}

/// Adds a text to the source map and reads it with the default options.
///
/// # Errors
///
/// As [`read`].
pub fn read_str(
    sources: &mut SourceMap,
    name: &str,
    text: &str,
    format: Format,
) -> Result<Vec<Document>, InputError> {
    let source = sources.add(name, text);
    read(sources, source, format, &Options::default())
}

/// Loads a file (`-` for standard input) as text.
///
/// # Errors
///
/// [`InputError::Io`] and [`InputError::Encoding`].
pub fn load(path: &Path) -> Result<String, InputError> {
    let result = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = result.map_err(|error| InputError::Io {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    String::from_utf8(bytes).map_err(|error| InputError::Encoding {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })
}

/// Loads a file (`-` for standard input), adds it to the source map under its path, and reads it. The format
/// goes by the file name's ending, else by the text.
///
/// # Errors
///
/// As [`load`] and [`read`].
pub fn read_path(
    sources: &mut SourceMap,
    path: &Path,
    options: &Options,
) -> Result<Vec<Document>, InputError> {
    let text = load(path)?;
    let format = Format::of_path(path).unwrap_or_else(|| Format::of_text(&text));
    let source = sources.add(path.to_string_lossy(), text);
    read(sources, source, format, options)
}

/// Fills in the line of a duplicate key's first place.
fn with_lines(error: InputError, sources: &SourceMap) -> InputError {
    match error {
        InputError::DuplicateKey {
            key, first, second, ..
        } => InputError::DuplicateKey {
            key,
            first,
            first_line: sources.line_col(first).line,
            second,
        },
        other => other,
    }
}

pub(crate) fn split(document: &Document, options: &Options, out: &mut Vec<Document>) {
    let part = |root| Document {
        root,
        ..document.clone()
    };
    match document.kind(document.root()) {
        Kind::Null if !options.keep_empty => {}
        Kind::Array(_) if options.split_arrays => {
            for item in document.children(document.root()) {
                split(
                    &part(item),
                    &Options {
                        split_arrays: false,
                        ..*options
                    },
                    out,
                );
            }
        }
        _ => match list_items(document).filter(|_| options.expand_lists) {
            Some(items) => {
                // A list may hold lists; nesting is bounded by the depth limit.
                for item in document.children(items) {
                    split(&part(item), options, out);
                }
            }
            None => out.push(document.clone()),
        },
    }
}

/// The `items` of a Kubernetes list.
fn list_items(document: &Document) -> Option<NodeId> {
    if !document.object_kind()?.ends_with("List") || document.api_version().is_none() {
        return None;
    }
    let items = document.get(document.root(), "items")?;
    matches!(document.kind(items), Kind::Array(_)).then_some(items)
}

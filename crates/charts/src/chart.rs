//! What a chart makes, and where each part of it comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kpol_diagnostics::{SourceId, SourceMap, Span};
use kpol_input::{Document, Format, InputError, NodeId};

use crate::{helm, kustomize};

/// A chart's manifests as text.
#[derive(Debug)]
pub struct Rendered {
    /// What to call the text: the folder, and what made it.
    pub name: String,
    /// The manifests.
    pub text: String,
    pub(crate) origins: Origins,
}

#[derive(Debug)]
pub(crate) enum Origins {
    Helm(Vec<helm::Block>),
    /// The file of each document.
    Kustomize(Vec<Option<PathBuf>>),
}

/// A chart's documents.
#[derive(Debug)]
pub struct Chart {
    /// The documents. Their spans point into the text that was rendered.
    pub documents: Vec<Document>,
    places: Places,
}

#[derive(Debug)]
enum Places {
    /// Blocks by their first lines (from 0), each with its template.
    Helm(Vec<(helm::Block, SourceId)>),
    /// The files' documents, and which file each document of the text comes from, by the line (from 1) it begins in.
    Kustomize {
        files: Vec<Vec<Document>>,
        lines: BTreeMap<u32, Option<usize>>,
    },
}

impl Rendered {
    /// Reads the documents, and adds the texts that they come from to the sources.
    ///
    /// # Errors
    /// As [`kpol_input::read`].
    pub fn read(
        self,
        sources: &mut SourceMap,
        options: &kpol_input::Options,
    ) -> Result<Chart, InputError> {
        let source = sources.add(self.name.as_str(), self.text);
        let documents = kpol_input::read(sources, source, Format::Yaml, options)?;
        let places = match self.origins {
            Origins::Helm(mut blocks) => {
                let mut known: BTreeMap<PathBuf, SourceId> = BTreeMap::new();
                let placed = blocks.drain(..).map(|mut block| {
                    let text = std::mem::take(&mut block.text);
                    let source = *known
                        .entry(block.file.clone())
                        .or_insert_with(|| sources.add(block.file.to_string_lossy(), text));
                    (block, source)
                });
                Places::Helm(placed.collect())
            }
            Origins::Kustomize(paths) => bases(sources, source, &paths),
        };
        Ok(Chart { documents, places })
    }
}

/// Reads the files that documents come from.
fn bases(sources: &mut SourceMap, source: SourceId, paths: &[Option<PathBuf>]) -> Places {
    let verbatim = kpol_input::Options::verbatim();
    // One entry for each document of the text, lists not expanded: that is how Kustomize counts.
    let whole = kpol_input::read(sources, source, Format::Yaml, &verbatim).unwrap_or_default();
    let (mut files, mut known, mut lines) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let counted = whole.len() == paths.len();
    for (document, path) in whole.iter().zip(paths).filter(|_| counted) {
        let number = path.as_ref().and_then(|path| {
            *known.entry(path.clone()).or_insert_with(|| {
                let documents = kpol_input::read_path(sources, path, &verbatim).ok()?;
                files.push(documents);
                Some(files.len() - 1)
            })
        });
        lines.insert(document.position(sources).line, number);
    }
    Places::Kustomize { files, lines }
}

impl Chart {
    /// Where a node of one of the documents comes from: in a template, in a file that Kustomize reads, or, where
    /// neither is known, in the text that was rendered. For a member of an object it is the key.
    #[must_use]
    pub fn span(&self, sources: &SourceMap, document: &Document, node: NodeId) -> Span {
        let rendered = member(document, node);
        let line = sources.line_col(rendered).line;
        match &self.places {
            Places::Helm(blocks) => in_template(sources, blocks, line),
            Places::Kustomize { files, lines } => {
                let file = lines.range(..=line).next_back().and_then(|(_, file)| *file);
                file.and_then(|file| files.get(file))
                    .and_then(|base| kustomize::origin(base, document, node))
                    .map(|(base, node)| member(base, node))
            }
        }
        .unwrap_or(rendered)
    }
}

fn member(document: &Document, node: NodeId) -> Span {
    document
        .key_span(node)
        .unwrap_or_else(|| document.span(node))
}

/// The template's line for a line (from 1) of the output, without the blanks around it.
fn in_template(sources: &SourceMap, blocks: &[(helm::Block, SourceId)], line: u32) -> Option<Span> {
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let (block, source) = blocks.iter().rfind(|(block, _)| block.first <= line)?;
    let number = (*block.lines.get(line - block.first)?)?;
    let text = sources.text(*source);
    let mut start = 0;
    for (at, whole) in text.split_inclusive('\n').enumerate() {
        if at == number {
            let blank = whole.len() - whole.trim_start().len();
            let first = u32::try_from(start + blank).ok()?;
            let last = u32::try_from(start + whole.trim_end().len()).ok()?;
            return Some(Span::new(*source, first, last.max(first)));
        }
        start += whole.len();
    }
    None
}

//! One input: its documents, its texts, and where each node of a document comes from.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kpol_charts::Chart;
use kpol_diagnostics::{SourceId, SourceMap, Span};
use kpol_findings::{ObjectRef, Problem};
use kpol_formats::Parser;
use kpol_input::{Document, DocumentBuilder, InputError, Kind, NodeId, Path as NodePath, Segment};
use kpol_triage::Waiver;

use crate::inputs::{InputFile, InputKind};

/// What was read of one file, folder or stream. Its texts are dropped with it.
pub(crate) struct Input {
    /// As it was named.
    pub(crate) name: String,
    pub(crate) sources: SourceMap,
    pub(crate) documents: Vec<Document>,
    /// Whether indentation has a meaning in its texts.
    indented: bool,
    origin: Origin,
}

/// Where nodes come from.
enum Origin {
    /// The text itself.
    File,
    /// A template or a file that was built upon.
    Chart(Chart),
    /// One of several texts.
    Combined(Vec<Part>),
}

/// A text of a combined document: offsets from `base` on are its own.
struct Part {
    base: u32,
    source: SourceId,
}

/// How inputs are read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) options: kpol_formats::Options,
    pub(crate) charts: kpol_charts::Options,
    /// What standard input is called.
    pub(crate) stdin: Option<String>,
    /// What standard input has, once it was read: it can be read once, and is looked at twice.
    pub(crate) piped: OnceLock<String>,
}

impl Reading {
    /// Reads an input.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(&self, file: &InputFile) -> Result<Input, Box<Problem>> {
        match file.kind {
            InputKind::Text(parser) => self.text(&file.path, parser, self.load(&file.path)?),
            InputKind::Chart(kind) => self.chart(&file.path, kind),
        }
    }

    /// Reads an input, unless it is one text that is not wanted.
    ///
    /// # Errors
    /// As [`Reading::read`].
    pub(crate) fn read_if(
        &self,
        file: &InputFile,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Option<Input>, Box<Problem>> {
        let InputKind::Text(parser) = file.kind else {
            return self.read(file).map(Some);
        };
        let text = self.load(&file.path)?;
        if !wanted(&text) {
            return Ok(None);
        }
        self.text(&file.path, parser, text).map(Some)
    }

    /// What an input is called in results.
    pub(crate) fn name(&self, path: &Path) -> String {
        match &self.stdin {
            Some(name) if path.as_os_str() == "-" => name.clone(),
            _ => path.display().to_string(),
        }
    }

    fn load(&self, path: &Path) -> Result<String, Box<Problem>> {
        if path.as_os_str() == "-"
            && let Some(text) = self.piped.get()
        {
            return Ok(text.clone());
        }
        let text = kpol_input::load(path)
            .map_err(|error| Box::new(Problem::plain(error.code(), error.to_string())))?;
        if path.as_os_str() == "-" {
            let _ = self.piped.set(text.clone());
        }
        Ok(text)
    }

    fn text(&self, path: &Path, parser: Parser, text: String) -> Result<Input, Box<Problem>> {
        let name = self.name(path);
        let mut sources = SourceMap::new();
        let source = sources.add(name.as_str(), text);
        let mut documents = kpol_formats::read(&sources, source, parser, &self.options)
            .map_err(|error| Box::new(Problem::new(&sources, &error.diagnostic())))?;
        if documents.is_empty() && self.options.input.keep_empty {
            // To conftest, nothing is a document as well.
            let null = sources.add(name.as_str(), "null");
            let read = kpol_input::read(
                &sources,
                null,
                kpol_input::Format::Json,
                &self.options.input,
            );
            documents =
                read.map_err(|error| Box::new(Problem::new(&sources, &error.diagnostic())))?;
        }
        Ok(Input {
            name,
            sources,
            documents,
            indented: parser == Parser::Yaml,
            origin: Origin::File,
        })
    }

    fn chart(&self, folder: &Path, kind: kpol_charts::Kind) -> Result<Input, Box<Problem>> {
        let rendered = kpol_charts::render(folder, kind, &self.charts).map_err(|error| {
            let problem = Problem::plain(error.code(), error.to_string());
            Box::new(match error.help() {
                Some(help) => problem.help(help),
                None => problem,
            })
        })?;
        let mut sources = SourceMap::new();
        let chart = rendered
            .read(&mut sources, &self.options.input)
            .map_err(|error| Box::new(Problem::new(&sources, &error.diagnostic())))?;
        Ok(Input {
            name: folder.display().to_string(),
            sources,
            documents: chart.documents.clone(),
            indented: true,
            origin: Origin::Chart(chart),
        })
    }
}

impl Input {
    /// Where a node is to be shown: its bytes (those of the key and a short value for a member), and its path.
    pub(crate) fn place(&self, document: &Document, node: NodeId) -> (Span, String) {
        let path = document.path(node);
        match &self.origin {
            Origin::File => (member_span(document, node), path.to_string()),
            Origin::Chart(chart) => (chart.span(&self.sources, document, node), path.to_string()),
            Origin::Combined(parts) => {
                let span = split(parts, member_span(document, node));
                // Its place in the file: without the index, and `contents`.
                let inside = path.0.get(2..).unwrap_or_default().to_vec();
                (span, NodePath(inside).to_string())
            }
        }
    }

    /// The first line of a document: where messages about all of it point.
    pub(crate) fn whole(&self, document: &Document) -> Span {
        let span = match &self.origin {
            Origin::Combined(parts) => split(parts, document.span(document.root())),
            Origin::Chart(chart) => chart.span(&self.sources, document, document.root()),
            Origin::File => document.span(document.root()),
        };
        let text = self.sources.slice(span);
        let end = text.find('\n').unwrap_or(text.len());
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Span {
            end: span.start.saturating_add(end),
            ..span
        }
    }

    /// The object that a finding is about: the document, or of a combined one the file's document that the node is in.
    pub(crate) fn object(&self, document: &Document, node: NodeId) -> NodeId {
        let Origin::Combined(_) = self.origin else {
            return document.root();
        };
        let path = document.path(node);
        match path.0.first() {
            Some(Segment::Index(index)) => document
                .item(document.root(), *index)
                .and_then(|item| document.get(item, "contents"))
                .unwrap_or(document.root()),
            _ => document.root(),
        }
    }

    /// The exceptions in its comments and annotations, and what is wrong with them.
    pub(super) fn waivers(&self) -> (Vec<Waiver>, Vec<Problem>) {
        let mut waivers = Vec::new();
        let mut problems = Vec::new();
        let texts: Vec<SourceId> = match &self.origin {
            Origin::File => self
                .documents
                .first()
                .map(Document::source)
                .into_iter()
                .collect(),
            // Comments of what was rendered are those of the templates.
            Origin::Chart(_) => (0..self.sources.len())
                .map(|id| SourceId(u32::try_from(id).unwrap_or(u32::MAX)))
                .filter(|id| {
                    !self
                        .documents
                        .iter()
                        .any(|document| document.source() == *id)
                })
                .collect(),
            Origin::Combined(parts) => parts.iter().map(|part| part.source).collect(),
        };
        let mut add = |(more, wrong): (Vec<Waiver>, Vec<Problem>)| {
            waivers.extend(more);
            problems.extend(wrong);
        };
        for source in texts {
            add(kpol_triage::comments(&self.sources, source, self.indented));
        }
        for document in &self.documents {
            if !self
                .sources
                .text(document.source())
                .contains(kpol_triage::ANNOTATION)
            {
                continue;
            }
            let objects: Vec<NodeId> = match &self.origin {
                Origin::Combined(_) => document
                    .children(document.root())
                    .filter_map(|item| document.get(item, "contents"))
                    .collect(),
                Origin::File | Origin::Chart(_) => vec![document.root()],
            };
            for object in objects {
                let named = object_ref(document, object);
                let place = |node| self.place(document, node).0;
                add(kpol_triage::annotations(
                    &self.sources,
                    document,
                    object,
                    &named,
                    place,
                ));
            }
        }
        (waivers, problems)
    }
}

/// What a node that is an object says it is.
pub(super) fn object_ref(document: &Document, object: NodeId) -> ObjectRef {
    let text = |keys: &[&str]| {
        let mut node = Some(object);
        for key in keys {
            node = node.and_then(|node| document.get(node, key));
        }
        node.and_then(|node| document.str(node))
            .unwrap_or_default()
            .to_owned()
    };
    ObjectRef {
        api_version: text(&["apiVersion"]),
        kind: text(&["kind"]),
        namespace: text(&["metadata", "namespace"]),
        name: text(&["metadata", "name"]),
    }
}

/// All documents of several inputs as one, in conftest's shape: an array of `path` and `contents`, sorted by path.
///
/// # Errors
/// Where they do not fit together into 4 GiB.
pub(super) fn combine(mut inputs: Vec<Input>) -> Result<Input, InputError> {
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    let indented = inputs.iter().all(|input| input.indented);
    let mut sources = SourceMap::new();
    let mut all = String::new();
    let mut parts = Vec::new();
    let mut documents: Vec<(u32, String, Document)> = Vec::new();
    for input in inputs {
        let base = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let text = input
            .documents
            .first()
            .map(|document| input.sources.text(document.source()).to_owned())
            .unwrap_or_default();
        all.push_str(&text);
        all.push('\n');
        let source = sources.add(input.name.as_str(), text);
        parts.push(Part { base, source });
        for document in input.documents {
            documents.push((base, input.name.clone(), document));
        }
    }
    let source = sources.add("Combined", all);
    let options = kpol_input::Options::verbatim();
    let mut builder = DocumentBuilder::new(&sources, source, &options)?;
    builder.begin_array(Span::new(source, 0, 0))?;
    for (base, name, document) in &documents {
        let span = moved(document.span(document.root()), *base, source);
        builder.begin_object(span)?;
        builder.key("path", span)?;
        builder.string(name, span)?;
        builder.key("contents", span)?;
        copy(&mut builder, document, *base, source)?;
        builder.end()?;
    }
    builder.end()?;
    let document = builder.finish()?;
    Ok(Input {
        name: "Combined".to_owned(),
        sources,
        documents: vec![document],
        indented,
        origin: Origin::Combined(parts),
    })
}

fn moved(span: Span, base: u32, source: SourceId) -> Span {
    Span::new(
        source,
        span.start.saturating_add(base),
        span.end.saturating_add(base),
    )
}

/// The span of a combined document's node in the text that it comes from.
fn split(parts: &[Part], span: Span) -> Span {
    match parts.iter().rfind(|part| part.base <= span.start) {
        Some(part) => Span::new(
            part.source,
            span.start - part.base,
            span.end.saturating_sub(part.base),
        ),
        None => span,
    }
}

fn copy(
    builder: &mut DocumentBuilder,
    document: &Document,
    base: u32,
    source: SourceId,
) -> Result<(), InputError> {
    // Open containers: the id behind each, and whether it is an object.
    let mut open: Vec<(u32, bool)> = Vec::new();
    let mut key_next = false;
    for (node, kind, after) in document.walk(document.root()) {
        while open.last().is_some_and(|(end, _)| *end <= node.0) {
            builder.end()?;
            open.pop();
            key_next = open.last().is_some_and(|(_, object)| *object);
        }
        let span = moved(document.span(node), base, source);
        if key_next && let Kind::String(key) = kind {
            builder.key(key, span)?;
            key_next = false;
            continue;
        }
        match kind {
            Kind::Null => builder.null(span)?,
            Kind::Bool(value) => builder.bool(value, span)?,
            Kind::Integer(value) => builder.integer(value, span)?,
            Kind::Number(text) => builder.number(text, span)?,
            Kind::String(text) => builder.string(text, span)?,
            Kind::Array(_) => {
                builder.begin_array(span)?;
                open.push((after, false));
                key_next = false;
                continue;
            }
            Kind::Object(_) => {
                builder.begin_object(span)?;
                open.push((after, true));
                key_next = true;
                continue;
            }
        }
        key_next = open.last().is_some_and(|(_, object)| *object);
    }
    for _ in open {
        builder.end()?;
    }
    Ok(())
}

/// The span of a node together with its key, where it is an object's member.
fn member_span(document: &Document, node: NodeId) -> Span {
    let span = document.span(node);
    match document.key_span(node) {
        Some(key) => match document.kind(node) {
            // A long value would draw a long frame; its key says as much.
            Kind::Object(_) | Kind::Array(_) => key,
            _ => key.to(span),
        },
        None => span,
    }
}

/// Where a combined document's file is: for `data.conftest.file`.
pub(super) fn file_of(name: &str) -> (String, String) {
    let whole = std::path::absolute(name).unwrap_or_else(|_| PathBuf::from(name));
    let part = |text: Option<&std::ffi::OsStr>| {
        text.map(|text| text.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    (
        part(whole.file_name()),
        part(whole.parent().map(Path::as_os_str)),
    )
}

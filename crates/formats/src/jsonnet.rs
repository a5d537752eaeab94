//! Jsonnet, evaluated by the crate `rsjsonnet-lang`: a text is the JSON that it stands for. Values are computed, so that
//! they have no positions; mistakes have them. Imports are looked for in the file's own folder.

mod errors;
mod nesting;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, mem};

use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};
use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::InternedStr;
use rsjsonnet_lang::program::{
    Callbacks, EvalStackTraceItem, ImportError, NativeError, Program, Thunk, Value as Evaluated,
    ValueKind,
};
use rsjsonnet_lang::span::{SpanContextId, SpanId};

use self::errors::Mistake;
use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let Some(levels) = nesting::levels(body.as_bytes()) else {
        return Err(text.too_deep(0..text.text.len()));
    };
    nesting::with_stack(levels, || evaluate(text, body, skipped))
}

fn evaluate(text: &Text<'_>, body: &str, skipped: usize) -> Result<Vec<Document>, InputError> {
    let arena = Arena::new();
    let mut program = Program::new(&arena);
    let (context, _) = program.span_manager_mut().insert_source_context(body.len());
    let mut files = Files {
        folder: text.path().parent().unwrap_or(Path::new("")),
        limit: u64::from(text.options.input.limits.bytes),
        places: HashMap::new(),
        loaded: HashMap::new(),
        mistake: None,
    };
    let result = run(&mut program, &mut files, context, body);
    let value = result.map_err(|mistake| {
        // What went wrong in a file that is imported comes first.
        let mistake = files.mistake.take().unwrap_or(mistake);
        let place = mistake
            .span
            .map(|span| program.span_manager().get_span(span));
        match place {
            Some((place, start, end)) if place == context => {
                text.error(mistake.message, start + skipped..end + skipped)
            }
            Some((place, start, _)) => {
                let (message, range) = match files.places.get(&place) {
                    Some(file) => (file.locate(&mistake.message, start), file.imported.clone()),
                    None => (mistake.message, None),
                };
                let range = range.filter(|range| range.end <= body.len());
                let range = range.map_or(0..0, |range| range.start + skipped..range.end + skipped);
                text.error(message, range)
            }
            None => text.error(mistake.message, 0..0),
        }
    })?;
    let mut root = node(text, &value, 0)?;
    root.span = text.span(0..text.text.len());
    text.document(&root)
}

fn run<'p>(
    program: &mut Program<'p>,
    files: &mut Files<'_, 'p>,
    context: SpanContextId,
    body: &str,
) -> Result<Evaluated<'p>, Mistake> {
    let thunk = program
        .load_source(context, body.as_bytes(), true, "")
        .map_err(errors::load)?;
    let value = program.eval_value(&thunk, files).map_err(errors::eval)?;
    if value.is_function() {
        // A function at the top is called with the defaults of its parameters.
        return program
            .eval_call(&thunk, &[], &[], files)
            .map_err(errors::eval);
    }
    Ok(value)
}

fn node(text: &Text<'_>, value: &Evaluated<'_>, depth: usize) -> Result<Node, InputError> {
    if depth > text.depth() {
        return Err(text.too_deep(0..text.text.len()));
    }
    let value = match value.kind() {
        ValueKind::Null => Value::Null,
        ValueKind::Bool(value) => Value::Bool(value),
        ValueKind::Number(value) => Value::Float(value),
        ValueKind::String(value) => Value::String(value),
        ValueKind::Array(items) => {
            let items: Result<_, _> = items
                .iter()
                .map(|item| node(text, item, depth + 1))
                .collect();
            Value::Array(items?)
        }
        ValueKind::Object(fields) => {
            let mut object = Object::with_capacity(fields.len());
            for (name, value) in fields {
                let member = node(text, &value, depth + 1)?.member(Span::NOWHERE);
                object.insert(name.value().to_owned(), member);
            }
            Value::Object(object)
        }
        ValueKind::Function => {
            return Err(text.error("a function has no JSON form", 0..text.text.len()));
        }
    };
    Ok(value.at(Span::NOWHERE))
}

/// A file that was imported.
struct File {
    path: PathBuf,
    text: Vec<u8>,
    /// Where the text that is read asks for it, if it is that one which does.
    imported: Option<std::ops::Range<usize>>,
}

impl File {
    /// A message with its place in this file.
    fn locate(&self, message: &str, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let begin = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let begun = String::from_utf8_lossy(before.get(begin..).unwrap_or_default());
        let column = begun.chars().count() + 1;
        format!("{}:{line}:{column}: {message}", self.path.display())
    }
}

/// The files that a text imports.
struct Files<'a, 'p> {
    folder: &'a Path,
    limit: u64,
    places: HashMap<SpanContextId, File>,
    loaded: HashMap<PathBuf, Thunk<'p>>,
    /// Why a file could not be loaded: callbacks cannot say it.
    mistake: Option<Mistake>,
}

impl Files<'_, '_> {
    /// Finds and reads a file: beside the one that asks for it, then beside the text that is read.
    fn open(
        &mut self,
        program: &Program<'_>,
        from: SpanId,
        path: &str,
    ) -> Result<(PathBuf, Vec<u8>), ImportError> {
        let (place, ..) = program.span_manager().get_span(from);
        let beside = self.places.get(&place).and_then(|file| file.path.parent());
        let mut message = String::new();
        for folder in beside.into_iter().chain([self.folder]) {
            let path = folder.join(path);
            let size = fs::metadata(&path).map(|metadata| metadata.len());
            match size.and_then(|size| Ok((size, fs::read(&path)?))) {
                Ok((size, _)) if size > self.limit => {
                    message = format!("{}: the file is too large", path.display());
                    break;
                }
                Ok((_, text)) => return Ok((path, text)),
                Err(error) if message.is_empty() => {
                    message = format!("cannot import {}: {error}", path.display());
                }
                Err(_) => {}
            }
        }
        Err(self.failed(message, Some(from)))
    }

    fn failed(&mut self, message: String, span: Option<SpanId>) -> ImportError {
        self.mistake.get_or_insert(Mistake { message, span });
        ImportError
    }
}

impl<'p> Callbacks<'p> for Files<'_, 'p> {
    fn import(
        &mut self,
        program: &mut Program<'p>,
        from: SpanId,
        path: &str,
    ) -> Result<Thunk<'p>, ImportError> {
        let (path, mut text) = self.open(program, from, path)?;
        if let Some(thunk) = self.loaded.get(&path) {
            return Ok(thunk.clone());
        }
        if text.starts_with(b"\xef\xbb\xbf") {
            text = text.split_off(3);
        }
        let Some(levels) = nesting::levels(&text) else {
            let message = format!("{}: nested too deeply", path.display());
            return Err(self.failed(message, Some(from)));
        };
        let (context, _) = program.span_manager_mut().insert_source_context(text.len());
        let (place, start, end) = program.span_manager().get_span(from);
        let imported = match self.places.get(&place) {
            Some(file) => file.imported.clone(),
            None => Some(start..end),
        };
        let source = mem::take(&mut text);
        let name = path.display().to_string();
        let loaded = nesting::with_stack(levels, || {
            program.load_source(context, &source, true, &name)
        });
        let file = File {
            path: path.clone(),
            text: source,
            imported,
        };
        self.places.insert(context, file);
        match loaded {
            Ok(thunk) => {
                self.loaded.insert(path, thunk.clone());
                Ok(thunk)
            }
            Err(error) => {
                let mistake = errors::load(error);
                Err(self.failed(mistake.message, mistake.span))
            }
        }
    }

    fn import_str(
        &mut self,
        program: &mut Program<'p>,
        from: SpanId,
        path: &str,
    ) -> Result<String, ImportError> {
        let (_, text) = self.open(program, from, path)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn import_bin(
        &mut self,
        program: &mut Program<'p>,
        from: SpanId,
        path: &str,
    ) -> Result<Vec<u8>, ImportError> {
        self.open(program, from, path).map(|(_, text)| text)
    }

    /// Libraries print nothing.
    fn trace(&mut self, _: &mut Program<'p>, _: &str, _: &[EvalStackTraceItem]) {}

    fn native_call(
        &mut self,
        _: &mut Program<'p>,
        _: InternedStr<'p>,
        _: &[Evaluated<'p>],
    ) -> Result<Evaluated<'p>, NativeError> {
        Err(NativeError)
    }
}

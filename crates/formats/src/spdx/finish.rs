//! Objects as JSON has them: with the members that are always there.

use kpol_diagnostics::Span;

use super::Problem;
use super::parser::{Id, LISTS, Parser};
use crate::tree::{Node, Object, Value};

impl<S: Fn(std::ops::Range<usize>) -> Span> Parser<S> {
    pub(super) fn finish(mut self) -> Result<Value, Problem> {
        for (id, what) in [(self.file, "file"), (self.package, "package")] {
            if let Some(record) = id.and_then(|id| self.records.get(id))
                && !record.object.contains_key("SPDXID")
            {
                return Err((format!("the {what} has no SPDXID"), record.range.clone()));
            }
        }
        let mut root = std::mem::take(&mut self.document);
        complete(
            &mut root,
            &["spdxVersion", "dataLicense", "name", "documentNamespace"],
        );
        complete_id(&mut root);
        let creation = match self.creation.take() {
            None => Value::Null,
            Some(mut creation) => {
                complete(&mut creation, &["created"]);
                null(&mut creation, "creators");
                Value::Object(creation)
            }
        };
        let creation = creation.at(Span::NOWHERE).member(Span::NOWHERE);
        root.insert("creationInfo".to_owned(), creation);
        for (name, ids) in LISTS.iter().zip(&self.lists) {
            if ids.is_empty() {
                continue;
            }
            let items = ids.iter().filter_map(|id| self.finished(name, *id));
            let list = Value::Array(items.collect()).at(Span::NOWHERE);
            root.insert((*name).to_owned(), list.member(Span::NOWHERE));
        }
        Ok(Value::Object(root))
    }

    fn finished(&self, list: &str, id: Id) -> Option<Node> {
        let record = self.records.get(id)?;
        let mut object = record.object.clone();
        match list {
            "packages" => {
                complete(&mut object, &["name", "downloadLocation"]);
                object
                    .entry("filesAnalyzed".to_owned())
                    .or_insert_with(|| Value::Bool(true).at(Span::NOWHERE).member(Span::NOWHERE));
                // Older versions always have one.
                if self.older && !object.contains_key("packageVerificationCode") {
                    let mut code = Object::new();
                    complete(&mut code, &["packageVerificationCodeValue"]);
                    let code = Value::Object(code).at(Span::NOWHERE).member(Span::NOWHERE);
                    object.insert("packageVerificationCode".to_owned(), code);
                }
                if !record.files.is_empty() {
                    let files = record.files.iter();
                    let files = files.filter_map(|file| self.finished("files", *file));
                    let files = Value::Array(files.collect()).at(Span::NOWHERE);
                    object.insert("files".to_owned(), files.member(Span::NOWHERE));
                }
            }
            "files" => {
                complete(&mut object, &["fileName", "copyrightText"]);
                null(&mut object, "checksums");
            }
            "hasExtractedLicensingInfos" => complete(&mut object, &["licenseId", "extractedText"]),
            "annotations" => {
                complete(
                    &mut object,
                    &["annotationDate", "annotationType", "comment"],
                );
            }
            _ => {}
        }
        let span = (self.span)(record.range.clone());
        Some(Value::Object(object).at(span))
    }
}

/// Adds empty texts for fields that are always there.
fn complete(object: &mut Object, fields: &[&str]) {
    for field in fields {
        object
            .entry((*field).to_owned())
            .or_insert_with(|| Value::string("").at(Span::NOWHERE).member(Span::NOWHERE));
    }
}

fn null(object: &mut Object, field: &str) {
    object
        .entry(field.to_owned())
        .or_insert_with(|| Value::Null.at(Span::NOWHERE).member(Span::NOWHERE));
}

fn complete_id(object: &mut Object) {
    object.entry("SPDXID".to_owned()).or_insert_with(|| {
        Value::string("SPDXRef-")
            .at(Span::NOWHERE)
            .member(Span::NOWHERE)
    });
}

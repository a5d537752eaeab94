//! CycloneDX: JSON as it stands, XML in the shape of CycloneDX's JSON.

mod choices;
mod scalars;
mod schema;

use kpol_input::{Document, Format, InputError};

use crate::text::Text;
use crate::tree::{Object, Value};
use crate::xml::dom;
use choices::Reader;

pub(crate) const UNSUPPORTED: Option<&str> = None;

const VERSIONS: [&str; 8] = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    if text.without_mark().0.trim_start().starts_with('<') {
        read_xml(text)
    } else {
        read_json(text)
    }
}

fn read_json(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let options = kpol_input::Options {
        limits: text.options.input.limits,
        ..kpol_input::Options::verbatim()
    };
    let documents = kpol_input::read(text.sources, text.source, Format::Json, &options)?;
    for document in &documents {
        let root = document.root();
        if !matches!(document.kind(root), kpol_input::Kind::Object(_)) {
            return Err(InputError::Syntax {
                message: "a bill of materials is an object".to_owned(),
                span: document.span(root),
                inside: None,
            });
        }
        if let Some(version) = document.get(root, "specVersion")
            && !document
                .str(version)
                .is_some_and(|version| VERSIONS.contains(&version))
        {
            return Err(InputError::Syntax {
                message: format!("specVersion is none of {}", VERSIONS.join(", ")),
                span: document.span(version),
                inside: None,
            });
        }
    }
    Ok(documents)
}

fn read_xml(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let dom = dom::parse(text)?;
    let root = dom.roots.first().and_then(|id| dom.get(*id));
    let Some(root) = root else {
        return Err(text.error("there is no element `bom`", 0..0));
    };
    if root.name != "bom" {
        return Err(InputError::Syntax {
            message: format!("the outermost element is `{}`, not `bom`", root.name),
            span: root.span,
            inside: None,
        });
    }
    let reader = Reader { dom: &dom };
    let bom = reader.object("BOM", root)?;
    // What conftest gives for these two does not depend on the text.
    let mut members = Object::new();
    // What conftest gives for these two, whatever the text says.
    for (key, value) in [("bomFormat", ""), ("specVersion", "SpecVersion(0)")] {
        let node = Value::string(value).at(root.span);
        members.insert(key.to_owned(), node.member(root.span));
    }
    members.extend(bom);
    text.document(&Value::Object(members).at(root.span))
}

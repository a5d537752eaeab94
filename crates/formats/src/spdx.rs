//! SPDX 2.1 to 2.3 as tags and values, in the shape of SPDX's JSON. Snippets and reviews are checked and left out, as
//! conftest leaves them out.

mod finish;
mod others;
mod parser;
mod tags;
mod values;

use std::ops::Range;

use kpol_input::{Document, InputError};

use crate::text::Text;

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let fail =
        |(message, range): Problem| text.error(message, range.start + skipped..range.end + skipped);
    let pairs = tags::pairs(body).map_err(fail)?;
    let Some(version) = pairs.iter().find(|pair| pair.tag == "SPDXVersion") else {
        let at = text.text.len();
        return Err(text.error("there is no SPDXVersion", at..at));
    };
    if !matches!(version.value.as_str(), "SPDX-2.1" | "SPDX-2.2" | "SPDX-2.3") {
        let message = format!("the version `{}` is not known", version.value);
        return Err(fail((message, version.range.clone())));
    }
    let mut parser = parser::Parser::new(version.value != "SPDX-2.3", |range: Range<usize>| {
        text.span(range.start + skipped..range.end + skipped)
    });
    for pair in &pairs {
        let range = pair.range.clone();
        parser
            .pair(pair)
            .map_err(|message| fail((message, range)))?;
    }
    let root = parser.finish().map_err(fail)?;
    text.document(&root.at(text.span(0..text.text.len())))
}

/// What is wrong, and where.
type Problem = (String, Range<usize>);

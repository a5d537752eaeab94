//! Reads any text in every format, and looks at what was read.
#![no_main]

use kpol_diagnostics::{SourceMap, render};
use kpol_input::{Format, NodeId, Options, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for format in [Format::Yaml, Format::Json, Format::JsonStream] {
        let mut sources = SourceMap::new();
        let source = sources.add("input", text);
        match read(&sources, source, format, &Options::default()) {
            Err(error) => assert!(!render(&sources, &[error.diagnostic()], false).is_empty()),
            Ok(documents) => {
                for document in documents {
                    for id in document.root().0..document.end().0 {
                        let span = document.span(NodeId(id));
                        assert!(text.get(span.start as usize..span.end as usize).is_some());
                    }
                    assert!(serde_json_is_valid(&document.to_json()));
                }
            }
        }
    }
});

/// Whether what was written is read back as one value.
fn serde_json_is_valid(json: &str) -> bool {
    let mut sources = SourceMap::new();
    let source = sources.add("output", json);
    read(&sources, source, Format::Json, &Options::verbatim()).is_ok_and(|documents| documents.len() == 1)
}

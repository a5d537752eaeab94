//! Any text parses or is refused with a diagnostic whose span is in the text.
#![no_main]

use kpol_diagnostics::SourceId;
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::{Keywords, parse_module, parse_query, parse_term};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let source = SourceId(0);
    for version in [RegoVersion::V0, RegoVersion::V1] {
        let (module, errors) = parse_module(source, text, version);
        assert!(module.is_some() || !errors.is_empty());
        for error in errors {
            assert!(text.get(error.span.start as usize..error.span.end as usize).is_some());
        }
        let keywords = Keywords::of(version).with_v1().with_logic();
        let _ = parse_query(source, text, version, keywords);
        let _ = parse_term(source, text, version);
    }
});

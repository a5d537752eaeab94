//! Columns of very long lines are counted in blocks; they are those that a count of all characters gives.
#![allow(missing_docs, reason = "tests")]

use kpol_diagnostics::SourceMap;

#[test]
fn columns_of_long_lines() {
    // Two, three and four bytes, and byte order marks, which are no characters, across the borders of blocks.
    let line = "\u{feff}aé日𝄞\u{feff}b".repeat(3000);
    let text = format!("short é\n{line}\n{line}");
    let mut sources = SourceMap::new();
    let source = sources.add("long", text.as_str());
    let mut at = 0;
    while at <= text.len() {
        if text.is_char_boundary(at) {
            let before = text.get(..at).unwrap_or_default();
            let start = before.rfind('\n').map_or(0, |feed| feed + 1);
            let own = before.get(start..).unwrap_or_default();
            let column = own.chars().filter(|char| *char != '\u{feff}').count() + 1;
            let offset = u32::try_from(at).unwrap_or(u32::MAX);
            assert_eq!(
                sources.position(source, offset).column as usize,
                column,
                "{at}"
            );
        }
        at += 97;
    }
}

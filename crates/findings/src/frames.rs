//! Code frames from the excerpts of places.

use std::collections::BTreeMap;

use kpol_diagnostics::{LineColumn, SourceMap, Span};

use crate::finding::Location;

/// Places farther apart than this many lines are pieces of their own.
const NEAR: u32 = 40;

/// A source map that holds what the places' excerpts hold, and the place's spans in it; [`Span::NOWHERE`] for those
/// without an excerpt. Places of one file that are near each other are in one piece, so that they share a frame.
pub(crate) fn pieces(places: &[&Location]) -> (SourceMap, Vec<Span>) {
    let mut sources = SourceMap::new();
    let mut spans = vec![Span::NOWHERE; places.len()];
    let mut files: Vec<(&str, Vec<usize>)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let Some(excerpt) = &place.excerpt else {
            continue;
        };
        let first = excerpt.first(place.start());
        if first.column > 1 {
            let source = sources.add_piece(place.file.as_str(), excerpt.text.as_str(), first);
            set(
                &mut spans,
                at,
                Span::new(source, excerpt.start, excerpt.end),
            );
            continue;
        }
        match files.iter_mut().find(|(name, _)| *name == place.file) {
            Some((_, members)) => members.push(at),
            None => files.push((&place.file, vec![at])),
        }
    }
    for (name, members) in files {
        let members: Vec<(usize, &Location)> = members
            .into_iter()
            .filter_map(|at| Some((at, *places.get(at)?)))
            .collect();
        file(&mut sources, &mut spans, name, &members);
    }
    (sources, spans)
}

fn set(spans: &mut [Span], at: usize, span: Span) {
    if let Some(slot) = spans.get_mut(at) {
        *slot = span;
    }
}

/// Joins the excerpts of one file: lines that none of them has are left empty, where a frame does not show them.
fn file(sources: &mut SourceMap, spans: &mut [Span], name: &str, members: &[(usize, &Location)]) {
    let mut lines: BTreeMap<u32, &str> = BTreeMap::new();
    for (_, place) in members {
        let Some(excerpt) = &place.excerpt else {
            continue;
        };
        for (line, text) in (excerpt.first_line..).zip(excerpt.text.split('\n')) {
            lines.insert(line, text);
        }
    }
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for line in lines.keys().copied() {
        match runs.last_mut() {
            // A gap of one line would be shown.
            Some((_, last)) if line - *last != 2 && line - *last <= NEAR => *last = line,
            _ => runs.push((line, line)),
        }
    }
    for (first, last) in runs {
        let mut text = String::new();
        let mut starts: BTreeMap<u32, usize> = BTreeMap::new();
        for line in first..=last {
            if line > first {
                text.push('\n');
            }
            starts.insert(line, text.len());
            text.push_str(lines.get(&line).copied().unwrap_or_default());
        }
        let source = sources.add_piece(
            name,
            text.as_str(),
            LineColumn {
                line: first,
                column: 1,
            },
        );
        for (at, place) in members {
            let Some(excerpt) = &place.excerpt else {
                continue;
            };
            let Some(start) = starts.get(&excerpt.first_line) else {
                continue;
            };
            let start = u32::try_from(*start).unwrap_or(u32::MAX);
            let span = Span::new(
                source,
                start.saturating_add(excerpt.start),
                start.saturating_add(excerpt.end),
            );
            set(spans, *at, span);
        }
    }
}

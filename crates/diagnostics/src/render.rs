//! Text with code frames, and the one-line form.

use std::fmt::Write;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{LineColumn, SourceId, SourceMap, Span, as_usize, floor_char_boundary};

/// Places farther apart than this many lines get frames of their own.
const CLUSTER_LINES: u32 = 40;
/// A span over more lines than this is underlined on its first line only.
const SPAN_LINES: u32 = 4;
/// Frames with more text than this (bytes) show a part of one line: minified files.
pub(crate) const FRAME_BYTES: usize = 4096;
/// How much of a long line is shown on each side of the place, in bytes.
const LINE_CONTEXT: usize = 60;

/// What [`render_message`] draws: a title, places with words, and closing lines.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// Error (red) or warning (yellow).
    pub severity: Severity,
    /// The word before the title when it is not the severity's own, e.g. `failure`.
    pub level_name: Option<&'a str>,
    /// The code in brackets after the level; left out when empty.
    pub id: &'a str,
    /// The message itself.
    pub title: &'a str,
    /// The main place; [`Span::NOWHERE`] draws no frame.
    pub span: Span,
    /// Words for the main place (same span) and further places.
    pub labels: &'a [(Span, String)],
    /// File, line and column to show where there is no source to show a frame of.
    pub origin: Option<(&'a str, Option<LineColumn>)>,
    /// Lines after the frame, each with the word before it: `("help", "…")`.
    pub footers: &'a [(&'a str, &'a str)],
}

/// The diagnostics as text with code frames, one after another with an empty line between, ending in a line
/// feed; colours are ANSI escapes.
#[must_use]
pub fn render(sources: &SourceMap, diagnostics: &[Diagnostic], colour: bool) -> String {
    let mut out = String::new();
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let footers: Vec<(&str, &str)> = diagnostic
            .help
            .iter()
            .map(|text| ("help", text.as_str()))
            .collect();
        out.push_str(&render_message(
            sources,
            &Message {
                severity: diagnostic.severity,
                level_name: None,
                id: diagnostic.code,
                title: &diagnostic.message,
                span: diagnostic.span,
                labels: &diagnostic.labels,
                origin: None,
                footers: &footers,
            },
            colour,
        ));
        out.push('\n');
    }
    out
}

/// `file:line:column: code: message`, without a line feed; the position is left out when there is none.
#[must_use]
pub fn one_line(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let mut out = String::new();
    if !diagnostic.span.is_nowhere() {
        let at = sources.line_col(diagnostic.span);
        let name = sources.name(diagnostic.span.source);
        // Writing to a string cannot fail.
        let _ = write!(out, "{name}:{}:{}: ", at.line, at.column);
    }
    let _ = write!(out, "{}: {}", diagnostic.code, diagnostic.message);
    out
}

/// One message with its code frames, without a final line feed.
#[must_use]
pub fn render_message(sources: &SourceMap, message: &Message<'_>, colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let level = match message.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let level = match message.level_name {
        Some(name) => level.with_name(name),
        None => level,
    };
    let mut title = level.primary_title(message.title);
    if !message.id.is_empty() {
        title = title.id(message.id);
    }
    let mut group = Group::with_title(title);
    let frames = frames(sources, message);
    if let (true, Some((file, place))) = (frames.is_empty(), message.origin) {
        let mut origin = Origin::path(file);
        if let Some(place) = place {
            origin = origin
                .line(as_usize(place.line))
                .char_column(as_usize(place.column));
        }
        group = group.element(origin);
    }
    for frame in frames {
        group = add_frame(group, sources, &frame);
    }
    group = group.elements(message.footers.iter().map(|(word, text)| {
        let level = if *word == "help" {
            Level::HELP
        } else {
            Level::NOTE
        };
        level.with_name(*word).message(*text)
    }));
    without_bare_origins(renderer.render(&[group]))
}

/// Removes the `:::` lines that a clipped frame gets: its place is in an origin of its own.
fn without_bare_origins(text: String) -> String {
    if !text.contains(":::") {
        return text;
    }
    let bare = |line: &str| {
        // Colours are `ESC [ … m`.
        let mut parts = line.split('\u{1b}');
        let mut visible = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            visible.push_str(part.split_once('m').map_or(part, |(_, after)| after));
        }
        visible.trim() == ":::"
    };
    let lines: Vec<&str> = text.lines().filter(|line| !bare(line)).collect();
    lines.join("\n")
}

/// A place to underline.
#[derive(Clone, Debug)]
struct Mark<'a> {
    span: Span,
    primary: bool,
    label: &'a str,
}

/// Places of one source that are near each other.
#[derive(Debug)]
struct Frame<'a> {
    source: SourceId,
    first_line: u32,
    last_line: u32,
    marks: Vec<Mark<'a>>,
}

/// Groups the message's places into frames: the main place's first, then by position.
fn frames<'a>(sources: &SourceMap, message: &'a Message<'_>) -> Vec<Frame<'a>> {
    let mut marks: Vec<Mark<'a>> = Vec::new();
    if !message.span.is_nowhere() {
        let own = message
            .labels
            .iter()
            .find(|(span, _)| *span == message.span);
        marks.push(Mark {
            span: message.span,
            primary: true,
            label: own.map_or("", |(_, text)| text),
        });
    }
    let mut rest: Vec<&(Span, String)> = message
        .labels
        .iter()
        .filter(|(span, _)| *span != message.span && !span.is_nowhere())
        .collect();
    rest.sort_by_key(|(span, _)| *span);
    marks.extend(rest.into_iter().map(|(span, label)| Mark {
        span: *span,
        primary: false,
        label,
    }));

    let mut frames: Vec<Frame<'a>> = Vec::new();
    for mark in marks {
        let mark = Mark {
            span: clamp(sources, mark.span),
            ..mark
        };
        let first = sources.line_col(mark.span).line;
        let last = sources.end_line_col(mark.span).line;
        let near = frames.iter_mut().find(|frame| {
            frame.source == mark.span.source
                && first <= frame.last_line.saturating_add(CLUSTER_LINES)
                && last.saturating_add(CLUSTER_LINES) >= frame.first_line
        });
        if let Some(frame) = near {
            frame.first_line = frame.first_line.min(first);
            frame.last_line = frame.last_line.max(last);
            frame.marks.push(mark);
        } else {
            frames.push(Frame {
                source: mark.span.source,
                first_line: first,
                last_line: last,
                marks: vec![mark],
            });
        }
    }
    frames
}

/// Moves a span into its text and onto character boundaries, and cuts tall ones to their first line.
pub(crate) fn clamp(sources: &SourceMap, span: Span) -> Span {
    let text = sources.text(span.source);
    let start = floor_char_boundary(text, as_usize(span.start));
    let end = floor_char_boundary(text, as_usize(span.end)).max(start);
    let covered = text.get(start..end).unwrap_or_default();
    let height = covered.bytes().filter(|byte| *byte == b'\n').count();
    let covered = if height >= as_usize(SPAN_LINES) {
        covered.split('\n').next().unwrap_or_default()
    } else {
        covered
    };
    // A line feed at the end is not part of what is meant.
    let end = start + covered.trim_end_matches(['\n', '\r', ' ']).len();
    Span {
        source: span.source,
        start: u32::try_from(start).unwrap_or(u32::MAX),
        end: u32::try_from(end).unwrap_or(u32::MAX),
    }
}

fn add_frame<'a>(group: Group<'a>, sources: &'a SourceMap, frame: &Frame<'a>) -> Group<'a> {
    let text = sources.text(frame.source);
    let start = as_usize(sources.line_start(frame.source, frame.first_line));
    let end = as_usize(sources.line_start(frame.source, frame.last_line.saturating_add(1)));
    let window = text.get(start..end).unwrap_or_default();
    let name = sources.name(frame.source);
    if window.len() > FRAME_BYTES || sources.first(frame.source).column > 1 {
        return frame
            .marks
            .iter()
            .fold(group, |group, mark| add_clipped(group, sources, mark));
    }
    let window = window.trim_end_matches(['\n', '\r']);
    let mut snippet = Snippet::source(window)
        .line_start(as_usize(frame.first_line))
        .path(name);
    for mark in &frame.marks {
        let range = as_usize(mark.span.start)
            .saturating_sub(start)
            .min(window.len())
            ..as_usize(mark.span.end)
                .saturating_sub(start)
                .min(window.len());
        snippet = snippet.annotation(annotation(mark, range));
    }
    group.element(snippet)
}

/// A part of one long line around the start of a place.
fn add_clipped<'a>(group: Group<'a>, sources: &'a SourceMap, mark: &Mark<'a>) -> Group<'a> {
    let at = sources.line_col(mark.span);
    let place = as_usize(mark.span.start);
    let (start, window) = part_of_line(sources, mark.span);
    let range = place.saturating_sub(start).min(window.len())
        ..as_usize(mark.span.end)
            .saturating_sub(start)
            .min(window.len());
    let origin = Origin::path(sources.name(mark.span.source))
        .line(as_usize(at.line))
        .char_column(as_usize(at.column));
    let snippet = Snippet::source(window)
        .line_start(as_usize(at.line))
        .annotation(annotation(mark, range));
    group.elements([Element::from(origin), Element::from(snippet)])
}

/// The text around the start of a span, within its line, and the byte that it begins at.
pub(crate) fn part_of_line(sources: &SourceMap, span: Span) -> (usize, &str) {
    let text = sources.text(span.source);
    let line = sources.line_col(span).line;
    let line_start = as_usize(sources.line_start(span.source, line));
    let line_end = as_usize(sources.line_start(span.source, line.saturating_add(1)));
    let place = as_usize(span.start);
    let start = floor_char_boundary(text, place.saturating_sub(LINE_CONTEXT)).max(line_start);
    let end = floor_char_boundary(text, place.saturating_add(LINE_CONTEXT)).min(line_end);
    let part = text.get(start..end.max(start)).unwrap_or_default();
    (start, part.trim_end_matches(['\n', '\r']))
}

fn annotation<'a>(mark: &Mark<'a>, range: Range<usize>) -> annotate_snippets::Annotation<'a> {
    let kind = if mark.primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let annotation = kind.span(range.start..range.end.max(range.start));
    if mark.label.is_empty() {
        annotation
    } else {
        annotation.label(mark.label)
    }
}

//! The parser: scan, mark, read with the grammar, build the tree.
//!
//! `lexer` finds tokens and brackets and bounds nesting; `mark` decides what depends on context and splits a module
//! into statements; pest reads each statement, so that an error in one does not hide the others; `rules`, `queries`
//! and `terms` build the tree. Nothing outside of this module sees pest.

mod annotations;
mod errors;
mod grammar;
mod keywords;
mod lexer;
mod mark;
mod operators;
mod pairs;
mod queries;
mod rules;
mod strings;
mod terms;

use kpol_diagnostics::{Diagnostic, SourceId, Span};
use pest::Parser;
use pest::error::InputLocation;

use self::grammar::{RegoParser, Rule as Node};
pub use self::keywords::Keywords;
use self::lexer::{Lexed, Recovery, lex};
use self::mark::{Goal, Marked, mark};
use self::pairs::{Builder, Level, Nodes};
use crate::ast::{Module, Package, Query, RegoVersion, Term};

/// The code of syntax errors (OPA's `rego_parse_error`).
pub const PARSE_ERROR: &str = "parse-error";
/// The code of texts that nest too deep or are too long.
pub const TOO_DEEP: &str = "nesting-limit";
/// How deep brackets may nest.
pub const MAX_DEPTH: usize = 256;
/// How deep the tree may be; chained operators count, too.
pub const MAX_LEVEL: usize = 512;
/// The greatest length of a text, in bytes.
pub const MAX_LENGTH: usize = 64 << 20;

/// Parses a policy.
///
/// Without errors there is a module and no diagnostics. With errors there may still be a module: it holds the
/// statements that are right (for tools that look at broken files), and the diagnostics, in order, say what is not.
#[must_use]
pub fn parse_module(
    source: SourceId,
    text: &str,
    version: RegoVersion,
) -> (Option<Module>, Vec<Diagnostic>) {
    with_stack(|| module(source, text, version))
}

fn module(source: SourceId, text: &str, version: RegoVersion) -> (Option<Module>, Vec<Diagnostic>) {
    let Prepared { lexed, marked } =
        match prepare(source, text, Goal::Module, version, Keywords::of(version)) {
            Ok(prepared) => prepared,
            Err(errors) => return (None, errors),
        };
    let mut errors = lexed.errors;
    let mut found = Statements::default();
    let text_marked = String::from_utf8(lexed.text).unwrap_or_default();
    let mut broken: Vec<usize> = errors
        .iter()
        .map(|error| error.span.start as usize)
        .collect();
    broken.sort_unstable();
    let mut line_start = 0;
    let mut seen = 0;
    for (position, first) in marked.statements.iter().copied().enumerate() {
        let end = marked
            .statements
            .get(position + 1)
            .copied()
            .unwrap_or(lexed.tokens.len());
        let start_byte = byte_of(&lexed.tokens, first, text.len());
        let end_byte = byte_of(&lexed.tokens, end, text.len());
        // What stands behind a broken word on the same line is no statement, either.
        if let Some(line_feed) = text
            .get(seen..start_byte)
            .and_then(|between| between.rfind('\n'))
        {
            line_start = seen + line_feed + 1;
        }
        seen = start_byte;
        let next_broken = broken.partition_point(|at| *at < line_start);
        if broken.get(next_broken).is_some_and(|at| *at < end_byte) {
            found.broken = true;
            continue;
        }
        let piece = Piece {
            source,
            text,
            marked: &text_marked,
            tokens: &lexed.tokens,
            first,
            end,
            start_byte,
            end_byte,
        };
        piece.statement(&marked, &mut found, &mut errors);
    }
    let before_first = marked
        .statements
        .first()
        .copied()
        .unwrap_or(lexed.tokens.len());
    if before_first > 0
        && errors.is_empty()
        && let Some(token) = lexed.tokens.first()
    {
        let span = Span::new(source, token.start, token.end);
        errors.push(Diagnostic::error(PARSE_ERROR, "expected `package`", span));
    }
    if marked.version == RegoVersion::V0 {
        rules::merge_lone_names(text, &mut errors);
    }
    let module = finish(
        source,
        text,
        &lexed.comments,
        marked.version,
        found,
        &mut errors,
    );
    kpol_diagnostics::sort(&mut errors);
    (module, errors)
}

/// Parses statements.
///
/// # Errors
///
/// All syntax errors, in order.
pub fn parse_query(
    source: SourceId,
    text: &str,
    version: RegoVersion,
    keywords: Keywords,
) -> Result<Query, Vec<Diagnostic>> {
    parse_piece(
        source,
        text,
        Goal::Query,
        version,
        keywords,
        |builder, mut nodes| {
            let query = nodes.next()?;
            builder.query(query, Level(0))
        },
    )
}

/// Parses one term.
///
/// # Errors
///
/// All syntax errors, in order.
pub fn parse_term(
    source: SourceId,
    text: &str,
    version: RegoVersion,
) -> Result<Term, Vec<Diagnostic>> {
    let keywords = Keywords::of(version);
    parse_piece(
        source,
        text,
        Goal::Term,
        version,
        keywords,
        |builder, mut nodes| {
            let term = nodes.next()?;
            builder.expression(term, Level(0))
        },
    )
}

/// Runs a parser with enough stack for [`MAX_DEPTH`] and [`MAX_LEVEL`].
fn with_stack<T>(parse: impl FnOnce() -> T) -> T {
    const NEEDED: usize = 6 << 20;
    stacker::maybe_grow(NEEDED, NEEDED + (1 << 20), parse)
}

struct Prepared {
    lexed: Lexed,
    marked: Marked,
}

fn prepare(
    source: SourceId,
    text: &str,
    goal: Goal,
    version: RegoVersion,
    keywords: Keywords,
) -> Result<Prepared, Vec<Diagnostic>> {
    if text.len() > MAX_LENGTH {
        let message = format!("the text is longer than {} MiB", MAX_LENGTH >> 20);
        return Err(vec![Diagnostic::error(
            TOO_DEEP,
            message,
            Span::new(source, 0, 0),
        )]);
    }
    let mut lexed = lex(source, text, Recovery::None);
    if !lexed.balanced && goal == Goal::Module {
        lexed = lex(source, text, Recovery::Lines);
    }
    if lexed.too_deep {
        return Err(lexed.errors);
    }
    let marked = mark(&mut lexed, text, goal, version, keywords);
    Ok(Prepared { lexed, marked })
}

fn byte_of(tokens: &[lexer::Token], index: usize, length: usize) -> usize {
    tokens
        .get(index)
        .map_or(length, |token| token.start as usize)
}

/// What the statements of a module are.
#[derive(Default)]
struct Statements {
    package: Option<Package>,
    imports: Vec<crate::ast::Import>,
    rules: Vec<crate::ast::Rule>,
    /// A statement could not be read: do not report a missing package.
    broken: bool,
}

/// One statement of a module, or the whole of a query or term.
struct Piece<'a> {
    source: SourceId,
    text: &'a str,
    marked: &'a str,
    tokens: &'a [lexer::Token],
    first: usize,
    end: usize,
    start_byte: usize,
    end_byte: usize,
}

impl<'a> Piece<'a> {
    fn parse(&self, goal: Node, marked: &Marked) -> Result<Nodes<'a>, Diagnostic> {
        let piece = self
            .marked
            .get(self.start_byte..self.end_byte)
            .unwrap_or_default();
        match RegoParser::parse(goal, piece) {
            Ok(mut nodes) => Ok(nodes
                .next()
                .map(pest::iterators::Pair::into_inner)
                .unwrap_or(nodes)),
            Err(error) => {
                let at = match error.location {
                    InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
                };
                let place = errors::Place {
                    source: self.source,
                    text: self.text,
                    marked: self.marked.as_bytes(),
                    tokens: self.tokens,
                    at: self.start_byte + at,
                    first: self.first,
                    end: self.end,
                    keywords: marked.keywords,
                    module: goal == Node::chunk,
                };
                Err(place.diagnostic())
            }
        }
    }

    fn builder(&self, marked: &Marked) -> Builder<'a> {
        Builder {
            source: self.source,
            text: self
                .text
                .get(self.start_byte..self.end_byte)
                .unwrap_or_default(),
            base: self.start_byte,
            version: marked.version,
            keywords: marked.keywords,
            errors: Vec::new(),
        }
    }

    fn statement(&self, marked: &Marked, found: &mut Statements, errors: &mut Vec<Diagnostic>) {
        let nodes = match self.parse(Node::chunk, marked) {
            Ok(nodes) => nodes,
            Err(error) => {
                found.broken = true;
                errors.push(error);
                return;
            }
        };
        let mut builder = self.builder(marked);
        for node in nodes {
            match node.as_rule() {
                Node::package => {
                    let span = builder.span(&node);
                    let misplaced = found.package.is_some()
                        || !found.rules.is_empty()
                        || !found.imports.is_empty();
                    match builder.package(node) {
                        Some(package) if found.package.is_none() => found.package = Some(package),
                        _ => {}
                    }
                    if misplaced {
                        builder.error("unexpected `package`: a module has one, at its start", span);
                    }
                }
                Node::import => found.imports.extend(builder.import(node)),
                Node::rule => found.rules.extend(builder.rule(node)),
                _ => {}
            }
        }
        found.broken |= !builder.errors.is_empty();
        errors.append(&mut builder.errors);
    }
}

fn finish(
    source: SourceId,
    text: &str,
    comments: &[lexer::Comment],
    version: RegoVersion,
    found: Statements,
    errors: &mut Vec<Diagnostic>,
) -> Option<Module> {
    let Some(package) = found.package else {
        if errors.is_empty() && !found.broken {
            let start = found
                .imports
                .first()
                .map(|import| import.span)
                .into_iter()
                .chain(found.rules.first().map(|rule| rule.head.span))
                .min()
                .unwrap_or(Span::new(source, 0, 0));
            let empty = found.imports.is_empty() && found.rules.is_empty();
            let message = if empty {
                "the module is empty: expected `package`"
            } else {
                "expected `package` at the start of the module"
            };
            errors.push(Diagnostic::error(PARSE_ERROR, message, start));
        }
        return None;
    };
    let mut module = Module {
        source,
        version,
        package,
        imports: found.imports,
        rules: found.rules,
        annotations: Vec::new(),
        comments: comments
            .iter()
            .map(|comment| Span::new(source, comment.start, comment.end))
            .collect(),
    };
    let blocks = annotations::collect(source, text, comments);
    annotations::attach(&mut module, blocks);
    Some(module)
}

fn parse_piece<T>(
    source: SourceId,
    text: &str,
    goal: Goal,
    version: RegoVersion,
    keywords: Keywords,
    build: impl FnOnce(&mut Builder<'_>, Nodes<'_>) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let Prepared { lexed, marked } = prepare(source, text, goal, version, keywords)?;
    if !lexed.errors.is_empty() {
        return Err(lexed.errors);
    }
    let text_marked = String::from_utf8(lexed.text).unwrap_or_default();
    let piece = Piece {
        source,
        text,
        marked: &text_marked,
        tokens: &lexed.tokens,
        first: 0,
        end: lexed.tokens.len(),
        start_byte: 0,
        end_byte: text.len(),
    };
    let entry = if goal == Goal::Query {
        Node::query_only
    } else {
        Node::term_only
    };
    let mut builder = piece.builder(&marked);
    let built = with_stack(|| {
        let nodes = piece.parse(entry, &marked)?;
        Ok(build(&mut builder, nodes))
    })
    .map_err(|error| vec![error])?;
    match built {
        Some(built) if builder.errors.is_empty() => Ok(built),
        _ => {
            let mut errors = builder.errors;
            if errors.is_empty() {
                let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
                errors.push(Diagnostic::error(
                    PARSE_ERROR,
                    "expected an expression",
                    Span::new(source, 0, end),
                ));
            }
            kpol_diagnostics::sort(&mut errors);
            Err(errors)
        }
    }
}

//! Templates: strings in quotes and heredocs, with interpolations and directives.

use std::ops::Range;

use super::lexer::{Kind, Refusal, Token};
use super::parser::{Parser, refuse};
use super::syntax::{Expr, ExprKind, Loop};

/// A template before its directives are matched.
struct Part {
    kind: PartKind,
    range: Range<usize>,
}

enum PartKind {
    Text(String),
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For(Option<String>, String, Range<usize>),
    EndFor,
}

/// What ends a run of parts.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Template,
    If,
    Else,
    For,
}

impl Parser<'_> {
    /// A template, behind the mark that opens it.
    pub(super) fn template(&mut self, open: &Token) -> Result<Expr, Refusal> {
        let close = match open.kind {
            Kind::OpenHeredoc => Kind::CloseHeredoc,
            _ => Kind::CloseQuote,
        };
        let (mut parts, end) = self.parts(open, close)?;
        if self.slice(&open.range).starts_with("<<-") {
            flush(&mut parts);
        }
        let parts = meld(parts);
        let range = open.range.start..end;
        let wrapped = matches!(
            parts.as_slice(),
            [Part {
                kind: PartKind::Interpolation(_),
                ..
            }]
        );
        let mut exprs =
            self.matched(&mut parts.into_iter().peekable(), Inside::Template, &range)?;
        let kind = match exprs.pop() {
            Some(only) if wrapped => ExprKind::Wrap(Box::new(only)),
            Some(last) => {
                exprs.push(last);
                ExprKind::Template(exprs)
            }
            None => ExprKind::Template(vec![empty(open.range.end)]),
        };
        Ok(Expr { kind, range })
    }

    /// The parts up to the closing mark, and where that ends.
    fn parts(&mut self, open: &Token, close: Kind) -> Result<(Vec<Part>, usize), Refusal> {
        let mut parts: Vec<Part> = Vec::new();
        let mut trim_next = false;
        loop {
            let next = self.read();
            let trim = std::mem::take(&mut trim_next);
            match next.kind {
                Kind::QuotedText | Kind::Text => {
                    let text = self.literal(&next)?;
                    let text = if trim {
                        text.trim_start().to_owned()
                    } else {
                        text
                    };
                    parts.push(Part {
                        kind: PartKind::Text(text),
                        range: next.range,
                    });
                }
                Kind::Interpolation | Kind::Control => {
                    if self.slice(&next.range).ends_with('~')
                        && let Some(Part {
                            kind: PartKind::Text(text),
                            ..
                        }) = parts.last_mut()
                    {
                        text.truncate(text.trim_end().len());
                    }
                    let (kind, end) = self.with_newlines(false, |parser| {
                        let kind = if next.kind == Kind::Control {
                            parser.directive()?
                        } else {
                            PartKind::Interpolation(parser.expression()?)
                        };
                        let end = parser.peek();
                        if end.kind != Kind::EndOfSequence {
                            let message = match end.kind {
                                Kind::End => "the template's sequence has no closing brace",
                                _ => {
                                    "a closing brace is needed here; \
                                     `$${` stands for `${` as text"
                                }
                            };
                            return refuse(message, end.range);
                        }
                        parser.read();
                        Ok((kind, end.range))
                    })?;
                    trim_next = self.slice(&end).starts_with('~');
                    parts.push(Part {
                        kind,
                        range: next.range.start..end.end,
                    });
                }
                kind if kind == close => return Ok((parts, next.range.end)),
                _ => {
                    let message = match close {
                        Kind::CloseHeredoc => "the heredoc has no closing marker",
                        _ => "the string has no closing quote",
                    };
                    return refuse(message, open.range.clone());
                }
            }
        }
    }

    /// Behind `%{`.
    fn directive(&mut self) -> Result<PartKind, Refusal> {
        let word = self.read();
        if word.kind == Kind::Ident {
            match self.slice(&word.range) {
                "if" => return Ok(PartKind::If(self.expression()?)),
                "else" => return Ok(PartKind::Else),
                "endif" => return Ok(PartKind::EndIf),
                "for" => {
                    let (key, value) = self.variables()?;
                    let collection = self.expression()?.range;
                    return Ok(PartKind::For(key, value, collection));
                }
                "endfor" => return Ok(PartKind::EndFor),
                _ => {}
            }
        }
        refuse(
            "a directive is `if`, `else`, `endif`, `for` or `endfor`",
            word.range,
        )
    }

    /// Parts as expressions, up to what ends them, which stays.
    fn matched(
        &mut self,
        parts: &mut std::iter::Peekable<std::vec::IntoIter<Part>>,
        inside: Inside,
        opened: &Range<usize>,
    ) -> Result<Vec<Expr>, Refusal> {
        let mut exprs = Vec::new();
        loop {
            let fits = match parts.peek() {
                None => inside == Inside::Template,
                Some(part) => match part.kind {
                    PartKind::Else => inside == Inside::If,
                    PartKind::EndIf => matches!(inside, Inside::If | Inside::Else),
                    PartKind::EndFor => inside == Inside::For,
                    _ => {
                        let Some(part) = parts.next() else {
                            continue;
                        };
                        exprs.push(self.matched_part(part, parts)?);
                        continue;
                    }
                },
            };
            if fits {
                return Ok(exprs);
            }
            return match parts.next() {
                None => refuse("this directive has no end", opened.clone()),
                Some(part) => refuse("this directive ends nothing", part.range),
            };
        }
    }

    fn matched_part(
        &mut self,
        part: Part,
        parts: &mut std::iter::Peekable<std::vec::IntoIter<Part>>,
    ) -> Result<Expr, Refusal> {
        let start = part.range.clone();
        match part.kind {
            PartKind::Text(text) => Ok(Expr {
                kind: ExprKind::Text(text),
                range: start,
            }),
            PartKind::Interpolation(expr) => Ok(expr),
            PartKind::If(condition) => self.nested(|parser| {
                let yes = parser.matched(parts, Inside::If, &start)?;
                let mut last = parts.next();
                let mut no = Vec::new();
                if matches!(&last, Some(part) if matches!(part.kind, PartKind::Else)) {
                    no = parser.matched(parts, Inside::Else, &start)?;
                    last = parts.next();
                }
                let end = last.map_or(start.end, |part| part.range.end);
                let branches = [condition, content(yes, start.end), content(no, end)];
                Ok(Expr {
                    kind: ExprKind::Conditional(Box::new(branches)),
                    range: start.start..end,
                })
            }),
            PartKind::For(key, value, collection) => self.nested(|parser| {
                let inner = parser.matched(parts, Inside::For, &start)?;
                let end = parts.next().map_or(start.end, |part| part.range.end);
                Ok(Expr {
                    kind: ExprKind::Loop(Box::new(Loop {
                        key,
                        value,
                        collection,
                        content: content(inner, start.end),
                    })),
                    range: start.start..end,
                })
            }),
            // Not handed in.
            PartKind::Else | PartKind::EndIf | PartKind::EndFor => Ok(empty(start.start)),
        }
    }

    /// A literal token without its escapes.
    pub(super) fn literal(&self, token: &Token) -> Result<String, Refusal> {
        let text = self.slice(&token.range);
        let mut out = String::with_capacity(text.len());
        let mut chars = text.char_indices();
        while let Some((at, char)) = chars.next() {
            if matches!(char, '$' | '%') && text.len() == 3 && at == 0 {
                // `$${`: nothing else of that length has these marks.
                out.push_str(text.get(1..).unwrap_or_default());
                break;
            }
            if char != '\\' || token.kind == Kind::Text {
                out.push(char);
                continue;
            }
            let start = token.range.start + at;
            let selector = chars.next().map_or(' ', |(_, char)| char);
            let digits = match selector {
                'n' => {
                    out.push('\n');
                    continue;
                }
                'r' => {
                    out.push('\r');
                    continue;
                }
                't' => {
                    out.push('\t');
                    continue;
                }
                '"' | '\\' => {
                    out.push(selector);
                    continue;
                }
                'u' => 4,
                'U' => 8,
                _ => {
                    let message = format!("`\\{selector}` is no escape sequence");
                    return refuse(message, start..start + 1 + selector.len_utf8());
                }
            };
            let code = text
                .get(at + 2..at + 2 + digits)
                .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let char = code
                .and_then(|code| u32::from_str_radix(code, 16).ok())
                .and_then(char::from_u32);
            let Some(char) = char else {
                let message =
                    format!("`\\{selector}` needs {digits} hexadecimal digits of a character");
                return refuse(message, start..start + 2);
            };
            out.push(char);
            for _ in 0..digits {
                chars.next();
            }
        }
        Ok(out)
    }
}

fn empty(at: usize) -> Expr {
    Expr {
        kind: ExprKind::Text(String::new()),
        range: at..at,
    }
}

fn content(mut exprs: Vec<Expr>, at: usize) -> Expr {
    if exprs.is_empty() {
        exprs.push(empty(at));
    }
    let start = exprs.first().map_or(at, |expr| expr.range.start);
    let end = exprs.last().map_or(at, |expr| expr.range.end);
    Expr {
        kind: ExprKind::Template(exprs),
        range: start..end,
    }
}

/// Takes as many blanks from each line of a `<<-` heredoc as the least indented one has.
fn flush(parts: &mut [Part]) {
    let mut least = usize::MAX;
    let mut indented = Vec::new();
    let mut begins_line = true;
    for (index, part) in parts.iter().enumerate() {
        let text = match &part.kind {
            PartKind::Text(text) => Some(text),
            _ => None,
        };
        if begins_line {
            begins_line = false;
            let blanks = match text {
                Some(text) if text.trim_start().is_empty() && text.ends_with('\n') => usize::MAX,
                Some(text) => {
                    indented.push(index);
                    text.chars().take_while(|char| char.is_whitespace()).count()
                }
                None => 0,
            };
            least = least.min(blanks);
        }
        if text.is_some_and(|text| text.ends_with('\n')) {
            begins_line = true;
        }
    }
    for index in indented {
        if let Some(Part {
            kind: PartKind::Text(text),
            ..
        }) = parts.get_mut(index)
        {
            *text = text.chars().skip(least).collect();
        }
    }
}

/// Texts that follow each other as one.
fn meld(parts: Vec<Part>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        if let PartKind::Text(text) = &part.kind
            && let Some(Part {
                kind: PartKind::Text(before),
                range,
            }) = out.last_mut()
        {
            before.push_str(text);
            range.end = part.range.end;
        } else {
            out.push(part);
        }
    }
    out
}

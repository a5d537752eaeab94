//! Brackets: partners, depth, and what is said when they do not match.

use kpol_diagnostics::{Diagnostic, Span};

use super::super::mark::{HOLE_CLOSE, HOLE_OPEN};
use super::super::{MAX_DEPTH, PARSE_ERROR, TOO_DEEP};
use super::{Bracket, Kind, Lexer, offset};

impl Lexer<'_> {
    pub(super) fn open(&mut self, bracket: Bracket) {
        self.open_with(bracket, false);
    }

    pub(super) fn open_hole(&mut self, raw: bool) {
        let at = self.at;
        if let Some(byte) = self.out.text.get_mut(at) {
            *byte = HOLE_OPEN;
        }
        self.open_with(Bracket::Hole, raw);
    }

    pub(super) fn open_with(&mut self, bracket: Bracket, raw: bool) {
        let start = self.at;
        self.at += 1;
        if self.open.len() >= MAX_DEPTH {
            let span = Span::new(self.source, offset(start), offset(self.at));
            self.out.errors = vec![Diagnostic::error(
                TOO_DEEP,
                format!("brackets nest deeper than {MAX_DEPTH} levels"),
                span,
            )];
            self.out.too_deep = true;
            return;
        }
        self.open.push((offset(self.out.tokens.len()), raw));
        self.push(Kind::Open(bracket), start);
    }

    pub(super) fn close(&mut self, bracket: Bracket) {
        let start = self.at;
        let Some((index, raw)) = self.open.last().copied() else {
            self.at += 1;
            self.out.balanced = false;
            let found = closer(bracket);
            self.error(
                format!("unexpected `{found}`: nothing is open"),
                start,
                start + 1,
            );
            self.blank(start);
            return;
        };
        let opened = self.token_kind(index);
        let hole = opened == Some(Kind::Open(Bracket::Hole)) && bracket == Bracket::Brace;
        if !hole && opened != Some(Kind::Open(bracket)) {
            self.mismatch(bracket, index);
            return;
        }
        self.open.pop();
        self.at += 1;
        let closing = offset(self.out.tokens.len());
        self.push(
            Kind::Close(if hole { Bracket::Hole } else { bracket }),
            start,
        );
        self.pair(index, closing);
        if hole {
            if let Some(byte) = self.out.text.get_mut(start) {
                *byte = HOLE_CLOSE;
            }
            let start = self.at;
            if raw {
                self.raw(start, true);
            } else {
                self.quoted(start, true);
            }
        }
    }

    pub(super) fn token_kind(&self, index: u32) -> Option<Kind> {
        self.out.tokens.get(index as usize).map(|token| token.kind)
    }

    pub(super) fn pair(&mut self, opening: u32, closing: u32) {
        if let Some(token) = self.out.tokens.get_mut(opening as usize) {
            token.mate = closing;
        }
        if let Some(token) = self.out.tokens.get_mut(closing as usize) {
            token.mate = opening;
        }
    }

    /// Reports a closing bracket of the wrong kind once, and takes it for the right one if an outer bracket
    /// waits for it.
    pub(super) fn mismatch(&mut self, bracket: Bracket, opening: u32) {
        let start = self.at;
        self.out.balanced = false;
        let found = closer(bracket);
        let opened = self.out.tokens.get(opening as usize).copied();
        let wanted = match opened.map(|token| token.kind) {
            Some(Kind::Open(Bracket::Paren)) => ')',
            Some(Kind::Open(Bracket::Square)) => ']',
            _ => '}',
        };
        let span = Span::new(self.source, offset(start), offset(start + 1));
        let mut error = Diagnostic::error(
            PARSE_ERROR,
            format!("expected `{wanted}`, found `{found}`"),
            span,
        );
        if let Some(token) = opened {
            let place = Span::new(self.source, token.start, token.end);
            error = error.label(place, "this is not closed");
        }
        self.out.errors.push(error);
        let waits = self
            .open
            .iter()
            .rposition(|(index, _)| self.token_kind(*index) == Some(Kind::Open(bracket)));
        match waits {
            Some(position) => {
                self.open.truncate(position + 1);
                self.close(bracket);
            }
            None => {
                self.blank(start);
                self.at += 1;
            }
        }
    }

    pub(super) fn unclosed(&mut self) {
        if self.out.too_deep {
            return;
        }
        if let Some((index, _)) = self.open.first().copied() {
            self.out.balanced = false;
            if let Some(token) = self.out.tokens.get(index as usize).copied() {
                let text = self
                    .bytes
                    .get(token.start as usize)
                    .copied()
                    .map_or('{', char::from);
                let (start, end) = (token.start as usize, token.end as usize);
                self.error(format!("this `{text}` is not closed"), start, end);
            }
        }
    }
}

fn closer(bracket: Bracket) -> char {
    match bracket {
        Bracket::Paren => ')',
        Bracket::Square => ']',
        Bracket::Brace | Bracket::Hole => '}',
    }
}

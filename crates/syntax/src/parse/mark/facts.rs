//! What stands directly inside of a bracket.

use super::super::keywords::{Keyword, keyword};
use super::super::lexer::{Bracket, Kind, NO_TOKEN, Token};
use super::Marker;

impl Marker<'_> {
    /// What stands directly inside of a bracket.
    pub(super) fn facts(&self, index: usize) -> Facts {
        let mut facts = Facts::default();
        let Some(opening) = self.get(index) else {
            return facts;
        };
        let end = if opening.mate == NO_TOKEN {
            self.tokens.len()
        } else {
            opening.mate as usize
        };
        let mut scan = FactScan {
            plain: true,
            ends: false,
            statement: true,
            declares: false,
            comma: false,
            listed: false,
        };
        let mut at = index + 1;
        while at < end {
            let Some(token) = self.get(at) else { break };
            self.fact(at, token, &mut scan, &mut facts);
            scan.ends = token.ends_term();
            at += 1;
            if matches!(token.kind, Kind::Open(_)) {
                if token.mate == NO_TOKEN {
                    break;
                }
                at = token.mate as usize + 1;
                scan.ends = token.kind != Kind::Open(Bracket::Hole);
            }
        }
        // `[a | b, c]` is a list with a union in it; `[a | b, c in d]` is a comprehension.
        if scan.comma {
            facts.bar = None;
        }
        facts
    }

    fn fact(&self, at: usize, token: &Token, scan: &mut FactScan, facts: &mut Facts) {
        let starts = scan.statement
            || (scan.ends && token.line_feed.is_some() && !matches!(token.kind, Kind::Dot));
        scan.statement = false;
        match token.kind {
            Kind::Word => {
                let after_dot = at
                    .checked_sub(1)
                    .and_then(|before| self.get(before))
                    .is_some_and(|before| before.kind == Kind::Dot && before.end == token.start);
                if after_dot {
                    return;
                }
                let word = keyword(self.word(token)).filter(|word| self.keywords.has(*word));
                if scan.ends {
                    // Two words in a row: an operator, or the start of a statement.
                    scan.plain = false;
                }
                match word {
                    Some(Keyword::And | Keyword::Or) if scan.ends => facts.logic = true,
                    Some(Keyword::Not) if starts && !self.attached(at, false) => {
                        facts.not |= facts.first();
                        facts.statements = true;
                    }
                    Some(Keyword::Some | Keyword::Every) if starts => {
                        scan.declares = true;
                        facts.statements = true;
                    }
                    Some(Keyword::With) => {
                        facts.with = true;
                        facts.statements = true;
                    }
                    Some(Keyword::In) if facts.bar.is_some() => scan.comma = false,
                    _ if starts && scan.ends => facts.statements = true,
                    _ => {}
                }
            }
            Kind::Bar => {
                if scan.plain && facts.bar.is_none() && facts.seen > 0 {
                    facts.bar = Some(at);
                    scan.statement = true;
                    scan.comma = false;
                }
                scan.plain = false;
            }
            Kind::Colon => {
                facts.colon = true;
                scan.plain = !scan.listed;
            }
            Kind::Comma => {
                scan.plain = false;
                scan.listed = true;
                if facts.bar.is_some() && !scan.declares {
                    scan.comma = true;
                }
            }
            Kind::Semicolon => {
                scan.statement = true;
                scan.declares = false;
                scan.plain = false;
                facts.statements = true;
            }
            Kind::Assign => {
                facts.statements = true;
                scan.plain = false;
            }
            Kind::Infix => scan.plain = false,
            Kind::Minus if scan.ends => scan.plain = false,
            _ => {}
        }
        if starts && scan.ends {
            scan.declares = matches!(
                keyword(self.word(token)),
                Some(Keyword::Some | Keyword::Every)
            );
        }
        facts.seen += 1;
    }
}

/// The state of [`Marker::facts`].
struct FactScan {
    /// No infix operator and no comma so far: a bar here makes a comprehension.
    plain: bool,
    /// The token before ends a term.
    ends: bool,
    /// The next token begins a statement.
    statement: bool,
    /// The statement declares variables, so commas are its own.
    declares: bool,
    /// Behind the bar, a comma without an `in` after it.
    comma: bool,
    /// There was a comma: what follows is not the first member or entry.
    listed: bool,
}

/// What [`Marker::facts`] found.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The bar behind the first term.
    pub(super) bar: Option<usize>,
    /// A colon: an object.
    pub(super) colon: bool,
    /// `and` or `or` as operators.
    pub(super) logic: bool,
    /// Begins with `not`.
    pub(super) not: bool,
    /// Has a `with`.
    pub(super) with: bool,
    /// Has something that only statements have.
    pub(super) statements: bool,
    /// How many tokens were looked at.
    pub(super) seen: usize,
}

impl Facts {
    fn first(&self) -> bool {
        self.seen == 0
    }
}

//! Opening brackets: body, operand, group, comprehension or plain term.

use super::super::keywords::{Keyword, keyword};
use super::super::lexer::{Bracket, Kind, NO_TOKEN, Token};
use super::{
    BODY_CLOSE, BODY_OPEN, Before, Frame, GROUP_CLOSE, GROUP_OPEN, Marker, OPERAND_CLOSE,
    OPERAND_OPEN, Place,
};

impl Marker<'_> {
    pub(super) fn open(&mut self, index: usize, token: &Token, bracket: Bracket) {
        let (mark, mut inner) = match bracket {
            Bracket::Paren => self.open_paren(index),
            // The step of a reference holds one term.
            Bracket::Square if self.before == Before::Term && self.touches_before(index) => {
                (None, Frame::default())
            }
            Bracket::Square => (None, self.terms(index)),
            Bracket::Brace => self.open_brace(index, token),
            Bracket::Hole => (None, Frame::default()),
        };
        if let Some((open, close)) = mark {
            self.write(token.start, open);
            inner.close = Some(close);
        }
        if let Some(frame) = self.frame_mut() {
            frame.starts = false;
        }
        self.frames.push(inner);
        self.before = Before::Other;
    }

    /// The frame of a list of terms, or of a comprehension if there is a bar behind its first term.
    fn terms(&self, index: usize) -> Frame {
        Frame {
            bar: self.facts(index).bar,
            ..Frame::default()
        }
    }

    fn logic(&self) -> bool {
        self.keywords.has(Keyword::And) || self.keywords.has(Keyword::Or)
    }

    /// Whether an operand of `and` and `or` may begin here.
    fn operand_start(&self) -> bool {
        let frame = self.frame();
        match self.before {
            Before::Keyword(Keyword::If | Keyword::And | Keyword::Or) => true,
            Before::Keyword(Keyword::Not) => {
                self.keywords.has(Keyword::Not) && self.keywords.new_not()
            }
            _ => frame.starts && matches!(frame.place, Place::Query | Place::Group),
        }
    }

    fn open_paren(&self, index: usize) -> (Option<(u8, u8)>, Frame) {
        let called = self.before == Before::Term
            && (self.touches_before(index) || self.frame().place == Place::Module);
        if !called
            && self.operand_start()
            && (self.logic() || self.keywords.new_not())
            && self.is_group(index)
        {
            let frame = Frame {
                place: Place::Group,
                starts: true,
                ..Frame::default()
            };
            return (Some((GROUP_OPEN, GROUP_CLOSE)), frame);
        }
        (None, Frame::default())
    }

    /// Whether the parentheses hold operands of `and`/`or`/`not` and not a term.
    fn is_group(&self, index: usize) -> bool {
        let mut index = index;
        loop {
            let Some(token) = self.get(index) else {
                return false;
            };
            let mate = token.mate;
            if mate == NO_TOKEN {
                return false;
            }
            let facts = self.facts(index);
            if facts.logic || facts.not || (facts.with && self.operand_context(index)) {
                return true;
            }
            // `((a or b))`: the outer pair is a group if the inner one is and nothing else is in it.
            let Some(inner) = self.get(index + 1) else {
                return false;
            };
            if inner.kind != Kind::Open(Bracket::Paren) || inner.mate.checked_add(1) != Some(mate) {
                return false;
            }
            index += 1;
        }
    }

    /// Whether the bracket is an operand because of what stands around it.
    fn operand_context(&self, index: usize) -> bool {
        matches!(
            self.before,
            Before::Keyword(Keyword::And | Keyword::Or | Keyword::Not)
        ) || self.followed_by_logic(index)
    }

    fn followed_by_logic(&self, index: usize) -> bool {
        let Some(mate) = self.get(index).map(|token| token.mate as usize) else {
            return false;
        };
        let Some(next) = self.get(mate + 1) else {
            return false;
        };
        next.kind == Kind::Word
            && matches!(keyword(self.word(next)), Some(word @ (Keyword::And | Keyword::Or)) if self.keywords.has(word))
    }

    fn open_brace(&mut self, index: usize, token: &Token) -> (Option<(u8, u8)>, Frame) {
        let query = Frame {
            place: Place::Query,
            starts: true,
            ..Frame::default()
        };
        let body = (Some((BODY_OPEN, BODY_CLOSE)), query);
        let operand = (Some((OPERAND_OPEN, OPERAND_CLOSE)), query);
        let frame = self.frame();
        match self.before {
            Before::Term if frame.place == Place::Module || frame.every => {
                if let Some(frame) = self.frame_mut() {
                    frame.every = false;
                    frame.in_body = true;
                }
                body
            }
            Before::Term => (None, self.terms(index)),
            Before::Keyword(Keyword::Else) => body,
            Before::Keyword(Keyword::And | Keyword::Or) => operand,
            Before::Keyword(Keyword::Not) if self.keywords.new_not() => operand,
            Before::Keyword(Keyword::If) => {
                let in_else = self
                    .frame_mut()
                    .is_some_and(|frame| std::mem::take(&mut frame.in_else));
                if self.followed_by_logic(index) {
                    operand
                } else if !in_else && self.is_value(index, token) {
                    (None, self.terms(index))
                } else {
                    body
                }
            }
            _ if self.operand_start() && self.followed_by_logic(index) => operand,
            _ => (None, self.terms(index)),
        }
    }

    /// Whether the braces after `if` are an object, a comprehension, or a set that an operator goes on with; a
    /// set alone is a body.
    fn is_value(&self, index: usize, token: &Token) -> bool {
        let facts = self.facts(index);
        let mate = token.mate;
        if mate == NO_TOKEN {
            return false;
        }
        if facts.colon || facts.bar.is_some() || mate as usize == index + 1 {
            return true;
        }
        if facts.statements {
            return false;
        }
        let Some(next) = self.get(mate as usize + 1) else {
            return false;
        };
        match next.kind {
            Kind::Infix | Kind::Minus | Kind::Bar | Kind::Assign => true,
            Kind::Dot | Kind::Open(Bracket::Square | Bracket::Paren) => {
                self.touches_before(mate as usize + 1)
            }
            // A body that is followed by the rule `in.x` is no set that is searched.
            Kind::Word => {
                keyword(self.word(next)) == Some(Keyword::In)
                    && self.keywords.has(Keyword::In)
                    && !self.names_line(mate as usize + 1, next)
            }
            _ => false,
        }
    }
}

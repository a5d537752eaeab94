//! How deep the parser and the analysis of a text call themselves, and room for that on the stack.

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::StrInterner;
use rsjsonnet_lang::lexer::Lexer;
use rsjsonnet_lang::span::SpanManager;
use rsjsonnet_lang::token::{STokenKind as Sign, TokenKind};

/// More levels than this are refused.
const MAX_LEVELS: usize = 8_192;
/// Operators in front of a value.
const MAX_PREFIXES: usize = 256;
/// What a level may need on the stack: a call of the parser, or of the analysis.
const LEVEL: usize = 16 << 10;
/// What everything else needs.
const BASE: usize = 2 << 20;

/// An upper bound of the levels; `None` where there are too many. A text that is malformed has none.
pub(super) fn levels(text: &[u8]) -> Option<usize> {
    let (arena, ast_arena) = (Arena::new(), Arena::new());
    let interner = StrInterner::new();
    let mut spans = SpanManager::new();
    let (context, _) = spans.insert_source_context(text.len());
    let mut lexer = Lexer::new(&arena, &ast_arena, &interner, &mut spans, context, text);
    // Of each open bracket: what lasts to its end, and what lasts to the next comma.
    let mut open: Vec<(usize, usize)> = vec![(0, 0)];
    let mut now = 0usize;
    let mut most = 0usize;
    // Operators in front of each other: the lexer looks at all that follow, for each of them.
    let mut prefixes = 0usize;
    while let Ok(token) = lexer.next_token() {
        let TokenKind::Simple(sign) = token.kind else {
            prefixes = 0;
            if token.kind == TokenKind::EndOfFile {
                break;
            }
            continue;
        };
        let Some(top) = open.last_mut() else {
            break;
        };
        prefixes = match sign {
            Sign::Minus | Sign::Plus | Sign::Exclam | Sign::Tilde => prefixes + 1,
            _ => 0,
        };
        if prefixes > MAX_PREFIXES {
            return None;
        }
        match sign {
            Sign::LeftParen | Sign::LeftBracket | Sign::LeftBrace => {
                // What follows the closing bracket may go on from there.
                top.1 += 1;
                now += 2;
                open.push((1, 0));
            }
            Sign::RightParen | Sign::RightBracket | Sign::RightBrace => {
                if open.len() > 1
                    && let Some((lasting, passing)) = open.pop()
                {
                    now -= lasting + passing;
                }
            }
            Sign::Comma => {
                now -= top.1;
                top.1 = 0;
            }
            Sign::Local | Sign::Assert => {
                top.0 += 2;
                now += 2;
            }
            Sign::If
            | Sign::Then
            | Sign::Else
            | Sign::For
            | Sign::Function
            | Sign::Error
            | Sign::Import
            | Sign::Importstr
            | Sign::Importbin
            | Sign::Dot
            | Sign::Eq
            | Sign::Colon
            | Sign::ColonColon
            | Sign::ColonColonColon => {
                top.1 += 1;
                now += 1;
            }
            _ => {}
        }
        most = most.max(now);
        if most > MAX_LEVELS {
            return None;
        }
    }
    Some(most)
}

/// Runs with room for so many levels.
pub(super) fn with_stack<T>(levels: usize, run: impl FnOnce() -> T) -> T {
    let needed = BASE + levels * LEVEL;
    stacker::maybe_grow(needed, needed + (1 << 20), run)
}

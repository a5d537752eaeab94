//! Keywords, and which of them a module has.

use crate::ast::RegoVersion;

/// A word that may be a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Keyword {
    /// `and`
    And,
    /// `as`
    As,
    /// `contains`
    Contains,
    /// `default`
    Default,
    /// `else`
    Else,
    /// `every`
    Every,
    /// `false`
    False,
    /// `if`
    If,
    /// `import`
    Import,
    /// `in`
    In,
    /// `not`
    Not,
    /// `null`
    Null,
    /// `or`
    Or,
    /// `package`
    Package,
    /// `some`
    Some,
    /// `true`
    True,
    /// `with`
    With,
}

/// The keyword that a word may be.
pub(crate) fn keyword(word: &str) -> Option<Keyword> {
    if !(2..=8).contains(&word.len()) {
        return None;
    }
    Some(match word.as_bytes() {
        b"and" => Keyword::And,
        b"as" => Keyword::As,
        b"contains" => Keyword::Contains,
        b"default" => Keyword::Default,
        b"else" => Keyword::Else,
        b"every" => Keyword::Every,
        b"false" => Keyword::False,
        b"if" => Keyword::If,
        b"import" => Keyword::Import,
        b"in" => Keyword::In,
        b"not" => Keyword::Not,
        b"null" => Keyword::Null,
        b"or" => Keyword::Or,
        b"package" => Keyword::Package,
        b"some" => Keyword::Some,
        b"true" => Keyword::True,
        b"with" => Keyword::With,
        _ => return None,
    })
}

/// A set of keywords in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keywords {
    bits: u32,
    new_not: bool,
}

const V1: [Keyword; 4] = [Keyword::In, Keyword::Every, Keyword::If, Keyword::Contains];
const ALWAYS: [Keyword; 11] = [
    Keyword::As,
    Keyword::Default,
    Keyword::Else,
    Keyword::False,
    Keyword::Import,
    Keyword::Not,
    Keyword::Null,
    Keyword::Package,
    Keyword::Some,
    Keyword::True,
    Keyword::With,
];

impl Keywords {
    /// The keywords of a version without imports.
    #[must_use]
    pub fn of(version: RegoVersion) -> Keywords {
        let mut keywords = Keywords {
            bits: 0,
            new_not: false,
        };
        for word in ALWAYS {
            keywords.bits |= 1 << (word as u32);
        }
        match version {
            RegoVersion::V0 => keywords,
            RegoVersion::V1 => keywords.with_v1(),
        }
    }

    /// With `in`, `every`, `if` and `contains`.
    #[must_use]
    pub fn with_v1(mut self) -> Keywords {
        for word in V1 {
            self = self.with(word);
        }
        self
    }

    /// With `and`, `or` and the new `not`.
    #[must_use]
    pub fn with_logic(self) -> Keywords {
        self.with(Keyword::And).with(Keyword::Or).with(Keyword::Not)
    }

    /// With the keyword that `import future.keywords.<name>` brings; unchanged for names that are none.
    #[must_use]
    pub fn with_import(self, name: &str) -> Keywords {
        keyword(name).map_or(self, |word| self.with(word))
    }

    pub(crate) fn with(mut self, word: Keyword) -> Keywords {
        if matches!(
            word,
            Keyword::In
                | Keyword::Every
                | Keyword::If
                | Keyword::Contains
                | Keyword::And
                | Keyword::Or
                | Keyword::Not
        ) {
            self.bits |= 1 << (word as u32);
            self.new_not |= word == Keyword::Not;
            // `every` is of no use without `in`.
            if word == Keyword::Every {
                self.bits |= 1 << (Keyword::In as u32);
            }
        }
        self
    }

    pub(crate) fn has(self, word: Keyword) -> bool {
        self.bits & (1 << (word as u32)) != 0
    }

    /// Whether `not` is the new one, which takes a body.
    pub(crate) fn new_not(self) -> bool {
        self.new_not
    }
}

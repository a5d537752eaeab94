//! Mail addresses (RFC 5322, RFC 6532), as lenient and as strict as Go's `net/mail`.

/// Whether a text is one address, with or without a name.
pub(super) fn is_address(text: &str) -> bool {
    let mut parser = Parser { rest: text };
    let addresses = parser.address(true);
    let ends = parser.skip_comments().is_some() && parser.rest.is_empty();
    ends && addresses == Some(1)
}

/// What is left to read. `None` is an error wherever a step returns an option.
struct Parser<'s> {
    rest: &'s str,
}

impl<'s> Parser<'s> {
    /// A mailbox, or a group of them: how many addresses there are.
    fn address(&mut self, may_be_group: bool) -> Option<usize> {
        self.skip_space();
        if self.rest.is_empty() {
            return None;
        }
        let start = self.rest;
        if self.mailbox().is_some() {
            self.skip_space();
            if self.take('(') {
                let comment = self.comment()?;
                let mut words = comment.split([' ', '\t']);
                return (!words.any(has_unknown_charset)).then_some(1);
            }
            return Some(1);
        }
        self.rest = start;
        if !self.rest.starts_with('<') {
            self.phrase()?;
        }
        self.skip_space();
        if may_be_group && self.take(':') {
            return self.group();
        }
        if !self.take('<') {
            return None;
        }
        self.mailbox()?;
        self.take('>').then_some(1)
    }

    fn group(&mut self) -> Option<usize> {
        self.skip_space();
        if self.take(';') {
            self.skip_comments()?;
            return Some(0);
        }
        let mut count = 0;
        loop {
            count += self.address(false)?;
            self.skip_comments()?;
            if self.take(';') {
                self.skip_comments()?;
                return Some(count);
            }
            if !self.take(',') {
                return None;
            }
        }
    }

    /// `local@domain`.
    fn mailbox(&mut self) -> Option<()> {
        self.skip_space();
        if self.rest.starts_with('"') {
            if self.quoted()?.is_empty() {
                return None;
            }
        } else {
            self.dotted()?;
        }
        if !self.take('@') {
            return None;
        }
        self.skip_space();
        if self.take('[') {
            return self.literal();
        }
        self.dotted()
    }

    /// The words of a name. What is wrong after the first word is left for later.
    fn phrase(&mut self) -> Option<()> {
        let mut words = 0;
        loop {
            if words > 0 {
                self.skip_comments()?;
            }
            self.skip_space();
            if self.rest.is_empty() {
                return Some(());
            }
            let word = if self.rest.starts_with('"') {
                self.quoted().map(|_| ())
            } else {
                let atom = self.atom();
                atom.filter(|atom| !has_unknown_charset(atom)).map(|_| ())
            };
            if word.is_none() {
                return (words > 0).then_some(());
            }
            words += 1;
        }
    }

    fn quoted(&mut self) -> Option<&'s str> {
        let start = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        for (i, c) in start.char_indices() {
            let space = matches!(c, ' ' | '\t');
            if escaped {
                if !is_visible(c) && !space {
                    return None;
                }
                escaped = false;
            } else if c == '"' {
                self.rest = start.get(i + 1..)?;
                return start.get(..i);
            } else if c == '\\' {
                escaped = true;
            } else if !is_visible(c) && !space {
                return None;
            }
        }
        None
    }

    /// Letters and dots in any order.
    fn atom(&mut self) -> Option<&'s str> {
        let is_atom = |c: char| is_visible(c) && !"()<>[]:;@\\,\"".contains(c);
        let end = self.rest.find(|c| !is_atom(c)).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!atom.is_empty()).then_some(atom)
    }

    /// Letters with single dots between them.
    fn dotted(&mut self) -> Option<()> {
        let atom = self.atom()?;
        let wrong = atom.starts_with('.') || atom.ends_with('.') || atom.contains("..");
        (!wrong).then_some(())
    }

    /// An IP address in brackets.
    fn literal(&mut self) -> Option<()> {
        let (inner, rest) = self.rest.split_once(']')?;
        self.rest = rest;
        inner.parse::<std::net::IpAddr>().is_ok().then_some(())
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn skip_comments(&mut self) -> Option<()> {
        self.skip_space();
        while self.take('(') {
            self.comment()?;
            self.skip_space();
        }
        Some(())
    }

    /// The rest of a comment, which may hold others.
    fn comment(&mut self) -> Option<&'s str> {
        let mut depth = 1;
        let mut escaped = false;
        let start = self.rest;
        for (i, c) in start.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = start.get(i + 1..)?;
                return start.get(..i);
            }
        }
        self.rest = "";
        None
    }

    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

fn is_visible(c: char) -> bool {
    c.is_ascii_graphic() || !c.is_ascii()
}

/// Whether a word is encoded (RFC 2047) in a character set that nobody knows.
fn has_unknown_charset(word: &str) -> bool {
    let inner = word.strip_prefix("=?").and_then(|w| w.strip_suffix("?="));
    let Some((charset, rest)) = inner.and_then(|w| w.split_once('?')) else {
        return false;
    };
    let Some((encoding, text)) = rest.split_once('?') else {
        return false;
    };
    let known = ["utf-8", "iso-8859-1", "us-ascii"];
    matches!(encoding, "b" | "B" | "q" | "Q")
        && !text.contains('?')
        && !charset.is_empty()
        && !known.iter().any(|name| charset.eq_ignore_ascii_case(name))
}

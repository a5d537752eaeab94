//! Heredocs of a line: the words of a shell, as far as BuildKit looks at them to find `<<NAME`.

/// A heredoc that a line announces.
#[derive(Debug)]
pub(super) struct Heredoc {
    pub(super) name: String,
    /// Tabs in front of its lines do not count.
    pub(super) chomp: bool,
}

/// The heredocs of a line. Words that are malformed are no error here: then there are none.
pub(super) fn heredocs(line: &str) -> Result<Vec<Heredoc>, String> {
    let words = Lexer::words(line, true, true).unwrap_or_default();
    let mut heredocs = Vec::new();
    for word in words {
        heredocs.extend(heredoc(&word)?);
    }
    Ok(heredocs)
}

/// The heredoc that a word is: `<<EOF`, `3<<-"EOF"`.
pub(super) fn heredoc(word: &str) -> Result<Option<Heredoc>, String> {
    let rest = word.trim_start_matches(|char: char| char.is_ascii_digit());
    let Some(rest) = rest.strip_prefix("<<") else {
        return Ok(None);
    };
    let (rest, chomp) = match rest.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let rest = rest.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let mut words = Lexer::words(rest, false, false)?;
    let name = match (words.pop(), words.is_empty()) {
        (Some(name), true) => name,
        _ => return Ok(None),
    };
    if Lexer::words(rest, true, false)?.len() != 1 {
        return Err(format!("the heredoc's name `{rest}` is not clear"));
    }
    Ok(Some(Heredoc { name, chomp }))
}

/// Divides a text into words; no variable has a value.
struct Lexer {
    chars: Vec<char>,
    at: usize,
    raw_quotes: bool,
    raw_escapes: bool,
    /// The word that is being read. Nested substitutions share it and empty it, as BuildKit's do.
    word: String,
    depth: usize,
}

#[derive(Default)]
struct Words {
    words: Vec<String>,
    in_word: bool,
}

/// Substitutions in substitutions.
const MAX_DEPTH: usize = 64;

impl Lexer {
    fn words(text: &str, raw_quotes: bool, raw_escapes: bool) -> Result<Vec<String>, String> {
        let mut lexer = Lexer {
            chars: text.chars().collect(),
            at: 0,
            raw_quotes,
            raw_escapes,
            word: String::new(),
            depth: 0,
        };
        lexer
            .until(None, raw_escapes)
            .map(|(_, words)| words)
            .map_err(str::to_owned)
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += 1;
        Some(char)
    }

    fn add(&mut self, words: &mut Words, char: char) {
        if !char.is_whitespace() {
            self.add_raw(words, char);
        } else if words.in_word && !self.word.is_empty() {
            words.words.push(std::mem::take(&mut self.word));
            words.in_word = false;
        }
    }

    fn add_raw(&mut self, words: &mut Words, char: char) {
        self.word.push(char);
        words.in_word = true;
    }

    fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
    ) -> Result<(String, Vec<String>), &'static str> {
        if self.depth >= MAX_DEPTH {
            return Err("substitutions are nested too deeply");
        }
        self.depth += 1;
        let saved = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let result = self.until_inner(stop);
        self.raw_escapes = saved;
        self.depth -= 1;
        result
    }

    fn until_inner(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), &'static str> {
        let mut result = String::new();
        let mut words = Words::default();
        self.word.clear();
        while let Some(char) = self.peek() {
            if stop == Some(char) {
                self.at += 1;
                return Ok((result, self.finish(words)));
            }
            match char {
                '$' => {
                    let value = self.dollar()?;
                    for char in value.chars() {
                        self.add(&mut words, char);
                    }
                    result.push_str(&value);
                }
                '<' | '\'' | '"' => {
                    let value = match char {
                        '<' => self.angle(),
                        '\'' => self.single()?,
                        _ => self.double()?,
                    };
                    self.word.push_str(&value);
                    words.in_word = true;
                    result.push_str(&value);
                }
                '\\' => {
                    self.at += 1;
                    if self.raw_escapes {
                        self.add_raw(&mut words, char);
                        result.push(char);
                    }
                    let Some(escaped) = self.next() else {
                        break;
                    };
                    self.add_raw(&mut words, escaped);
                    result.push(escaped);
                }
                _ => {
                    self.at += 1;
                    self.add(&mut words, char);
                    result.push(char);
                }
            }
        }
        if stop.is_some() {
            return Err("a substitution has no end");
        }
        Ok((result, self.finish(words)))
    }

    fn finish(&mut self, mut words: Words) -> Vec<String> {
        if !self.word.is_empty() {
            words.words.push(std::mem::take(&mut self.word));
        }
        words.words
    }

    fn single(&mut self) -> Result<String, &'static str> {
        let mut result = String::new();
        self.at += 1;
        if self.raw_quotes {
            result.push('\'');
        }
        loop {
            match self.next() {
                None => return Err("a single quote is not closed"),
                Some('\'') => {
                    if self.raw_quotes {
                        result.push('\'');
                    }
                    return Ok(result);
                }
                Some(char) => result.push(char),
            }
        }
    }

    fn double(&mut self) -> Result<String, &'static str> {
        let mut result = String::new();
        self.at += 1;
        if self.raw_quotes {
            result.push('"');
        }
        loop {
            match self.peek() {
                None => return Err("a double quote is not closed"),
                Some('"') => {
                    self.at += 1;
                    if self.raw_quotes {
                        result.push('"');
                    }
                    return Ok(result);
                }
                Some('$') => result.push_str(&self.dollar()?),
                Some('\\') => {
                    self.at += 1;
                    if self.raw_escapes {
                        result.push('\\');
                    }
                    match self.peek() {
                        None => {}
                        Some(char @ ('"' | '$' | '\\')) => {
                            self.at += 1;
                            result.push(char);
                        }
                        Some(_) => result.push('\\'),
                    }
                }
                Some(char) => {
                    self.at += 1;
                    result.push(char);
                }
            }
        }
    }

    /// `<<` and the blanks behind it are one piece.
    fn angle(&mut self) -> String {
        self.at += 1;
        let mut result = "<".to_owned();
        if self.peek() == Some('<') {
            self.at += 1;
            result.push('<');
            while let Some(char @ (' ' | '\t' | '\r' | '\n')) = self.peek() {
                self.at += 1;
                result.push(char);
            }
        }
        result
    }

    fn dollar(&mut self) -> Result<String, &'static str> {
        self.at += 1;
        if self.peek() != Some('{') {
            return Ok(format!("${}", self.name()));
        }
        self.at += 1;
        match self.peek() {
            None => return Err("`${` has no `}`"),
            Some('{' | '}' | ':') => return Err("a substitution has no name"),
            Some(_) => {}
        }
        let name = self.name();
        let mut modifier = self.next();
        let mut shown = String::new();
        let mut null_is_unset = false;
        if modifier == Some(':') {
            null_is_unset = true;
            shown.push(':');
            modifier = self.next();
        } else if !matches!(modifier, Some('}' | '+' | '-' | '?' | '#' | '%' | '/')) {
            return Err("a substitution has an unknown modifier");
        }
        match modifier {
            Some('}') if !null_is_unset => Ok(format!("${{{name}}}")),
            Some('/') if !null_is_unset => {
                if self.peek() == Some('/') {
                    self.at += 1;
                }
                let (pattern, _) = self.until(Some('/'), true)?;
                let (replacement, _) = self.until(Some('}'), true)?;
                Ok(format!("${{{name}/{pattern}/{replacement}}}"))
            }
            _ => {
                let raw = matches!(modifier, Some('#' | '%'));
                if null_is_unset && raw {
                    return Err("a substitution has an unknown modifier");
                }
                shown.extend(modifier);
                let (word, _) = self.until(Some('}'), raw)?;
                Ok(format!("${{{name}{shown}{word}}}"))
            }
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(char) = self.peek() {
            if name.is_empty() && char.is_numeric() {
                while let Some(digit) = self.peek().filter(|char| char.is_numeric()) {
                    self.at += 1;
                    name.push(digit);
                }
                return name;
            }
            if name.is_empty() && matches!(char, '@' | '*' | '#' | '?' | '-' | '$' | '!') {
                self.at += 1;
                return char.to_string();
            }
            if !char.is_alphanumeric() && char != '_' {
                break;
            }
            self.at += 1;
            name.push(char);
        }
        name
    }
}

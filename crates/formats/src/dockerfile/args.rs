//! An instruction's line, divided into its words: each instruction has its own rule.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::json;

/// A word and where it stands in its line.
pub(super) type Word = (String, Range<usize>);

/// An instruction and its words.
#[derive(Debug)]
pub(super) struct Instruction {
    pub(super) cmd: Word,
    /// `None` where nothing follows the name.
    pub(super) flags: Option<Vec<Word>>,
    pub(super) words: Vec<Word>,
    /// The words were a JSON array.
    pub(super) json: bool,
    /// What `ONBUILD` triggers.
    pub(super) sub: Option<Box<Instruction>>,
}

impl Instruction {
    /// The name in lower case.
    pub(super) fn name(&self) -> String {
        self.cmd.0.to_lowercase()
    }

    pub(super) fn takes_heredocs(&self) -> bool {
        let target = match &self.sub {
            Some(sub) => sub,
            None => self,
        };
        matches!(target.name().as_str(), "add" | "copy" | "run") && !target.json
    }
}

/// A piece of a line.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Piece<'a> {
    fn slice(self, range: Range<usize>) -> Piece<'a> {
        Piece {
            text: self.text.get(range.clone()).unwrap_or_default(),
            at: self.at + range.start,
        }
    }

    fn trim(self) -> Piece<'a> {
        let text = self.text.trim_start();
        Piece {
            text: text.trim_end(),
            at: self.at + self.text.len() - text.len(),
        }
    }

    fn word(self) -> Word {
        (self.text.to_owned(), self.at..self.at + self.text.len())
    }
}

/// Divides a line.
pub(super) fn instruction(line: &str, escape: char) -> Result<Instruction, String> {
    parse(Piece { text: line, at: 0 }, escape, true)
}

fn parse(line: Piece<'_>, escape: char, triggers: bool) -> Result<Instruction, String> {
    let line = line.trim();
    let (cmd, rest) = match blanks(line.text) {
        Some(range) => (
            line.slice(0..range.start),
            Some(line.slice(range.end..line.text.len())),
        ),
        None => (line, None),
    };
    let mut instruction = Instruction {
        cmd: cmd.word(),
        flags: None,
        words: Vec::new(),
        json: false,
        sub: None,
    };
    let mut args = Piece {
        text: "",
        at: line.at + line.text.len(),
    };
    if let Some(rest) = rest {
        let (flags, behind) = flags(rest, escape);
        instruction.flags = Some(flags);
        args = rest.slice(behind..rest.text.len()).trim();
    }
    match instruction.name().as_str() {
        "add" | "copy" | "volume" => {
            if !json_form(args, &mut instruction)? {
                instruction.words = split(args);
            }
        }
        "run" | "cmd" | "entrypoint" | "shell" => maybe_json(args, &mut instruction)?,
        "from" | "expose" => instruction.words = split(args),
        "arg" => instruction.words = words(args, escape),
        "env" => instruction.words = pairs(args, "ENV", escape)?,
        "label" => instruction.words = pairs(args, "LABEL", escape)?,
        "healthcheck" => health_check(args, &mut instruction)?,
        "maintainer" | "stopsignal" | "user" | "workdir" => {
            if !args.text.is_empty() {
                instruction.words.push(args.word());
            }
        }
        "onbuild" => {
            if !triggers {
                return Err("`ONBUILD ONBUILD` is not allowed".to_owned());
            }
            if !args.text.is_empty() {
                instruction.sub = Some(Box::new(parse(args, escape, false)?));
            }
        }
        // Unknown; refused later, but for triggers.
        _ => instruction
            .words
            .push((String::new(), args.at..args.at + args.text.len())),
    }
    Ok(instruction)
}

fn is_blank(char: char) -> bool {
    matches!(char, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// The first run of blanks.
fn blanks(text: &str) -> Option<Range<usize>> {
    let start = text.find(is_blank)?;
    let rest = text.get(start..).unwrap_or_default();
    Some(start..start + rest.len() - rest.trim_start_matches(is_blank).len())
}

/// Words between blanks; quotes mean nothing.
fn split(args: Piece<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    if args.text.is_empty() {
        return words;
    }
    let mut rest = args;
    while let Some(range) = blanks(rest.text) {
        words.push(rest.slice(0..range.start).word());
        rest = rest.slice(range.end..rest.text.len());
    }
    words.push(rest.word());
    words
}

/// Takes the words from a JSON array; says whether there is one.
fn json_form(args: Piece<'_>, instruction: &mut Instruction) -> Result<bool, String> {
    if !args.text.starts_with('[') {
        return Ok(false);
    }
    if let Some(strings) = json::strings(args.text) {
        instruction.json = true;
        instruction.words = strings
            .into_iter()
            .map(|(text, range)| (text, args.at + range.start..args.at + range.end))
            .collect();
        return Ok(true);
    }
    if serde_json::from_str::<IgnoredAny>(args.text).is_ok() {
        return Err("an array of arguments in JSON form has to contain strings only".to_owned());
    }
    Ok(false)
}

fn maybe_json(args: Piece<'_>, instruction: &mut Instruction) -> Result<(), String> {
    if !args.text.is_empty() && !json_form(args, instruction)? {
        instruction.words.push(args.word());
    }
    Ok(())
}

/// `HEALTHCHECK`: a word, then arguments as of `CMD`.
fn health_check(args: Piece<'_>, instruction: &mut Instruction) -> Result<(), String> {
    let text = args.text;
    let Some(sep) = text.find(char::is_whitespace) else {
        if !text.is_empty() {
            instruction.words.push(args.word());
        }
        return Ok(());
    };
    let rest = text.get(sep..).unwrap_or_default();
    let next = text.len() - rest.trim_start().len();
    maybe_json(args.slice(next..text.len()), instruction)?;
    instruction.words.insert(0, args.slice(0..sep).word());
    Ok(())
}

/// Words between blanks outside of quotes; quotes and escapes stay.
fn words(args: Piece<'_>, escape: char) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = args.text.char_indices().peekable();
    let mut word: Option<(String, usize)> = None;
    let mut quote = None;
    // Quotes make a word even of nothing.
    let mut blank_ok = false;
    let mut finish = |word: Option<(String, usize)>, blank_ok: bool, end: usize| {
        if let Some((text, start)) = word
            && (blank_ok || !text.is_empty())
        {
            words.push((text, args.at + start..args.at + end));
        }
    };
    while let Some((at, char)) = chars.next() {
        if word.is_none() {
            if char.is_whitespace() {
                continue;
            }
            word = Some((String::new(), at));
        }
        if quote.is_none() && char.is_whitespace() {
            finish(word.take(), blank_ok, at);
            blank_ok = false;
            continue;
        }
        let Some((text, _)) = &mut word else {
            continue;
        };
        match quote {
            None if matches!(char, '\'' | '"') => {
                quote = Some(char);
                blank_ok = true;
            }
            Some(open) if char == open => quote = None,
            _ => {}
        }
        let escapes = char == escape && quote != Some('\'');
        if escapes {
            let Some((_, escaped)) = chars.next() else {
                // An escape at the end is left out.
                break;
            };
            text.push(char);
            text.push(escaped);
        } else {
            text.push(char);
        }
    }
    finish(word, blank_ok, args.text.len());
    words
}

/// Names, values and the sign between them: `A=b C=d`, or the old form `A b`.
fn pairs(args: Piece<'_>, name: &str, escape: char) -> Result<Vec<Word>, String> {
    let words = words(args, escape);
    let Some((first, _)) = words.first() else {
        return Ok(Vec::new());
    };
    if !first.contains('=') {
        let Some(range) = blanks(args.text) else {
            return Err(format!("{name} needs two arguments"));
        };
        let value = args.slice(range.end..args.text.len());
        let end = value.at + value.text.len();
        return Ok(vec![
            args.slice(0..range.start).word(),
            value.word(),
            (String::new(), end..end),
        ]);
    }
    let mut out = Vec::new();
    for (word, range) in words {
        let Some((key, value)) = word.split_once('=') else {
            return Err(format!(
                "there is no `=` in `{word}`; the form is `name=value`"
            ));
        };
        let sign = range.start + key.len();
        out.push((key.to_owned(), range.start..sign.min(range.end)));
        out.push((value.to_owned(), (sign + 1).min(range.end)..range.end));
        out.push((
            "=".to_owned(),
            sign.min(range.end)..(sign + 1).min(range.end),
        ));
    }
    Ok(out)
}

/// The flags in front of the arguments, and where those begin. BuildKit reads them byte by byte.
fn flags(args: Piece<'_>, escape: char) -> (Vec<Word>, usize) {
    let text = args.text;
    let mut flags = Vec::new();
    let mut rest = 0;
    loop {
        let behind = text.get(rest..).unwrap_or_default();
        let start = text.len() - behind.trim_start().len();
        if !text.get(start..).unwrap_or_default().starts_with("--") {
            return (flags, start);
        }
        let (word, quoted, end) = flag(text, start, escape);
        if word == "--" {
            return (flags, end);
        }
        if quoted || !word.is_empty() {
            flags.push((word, args.at + start..args.at + end));
        }
        rest = end;
    }
}

/// One flag without quotes and escapes, whether it had quotes, and where it ends.
fn flag(text: &str, start: usize, escape: char) -> (String, bool, usize) {
    let mut word = String::new();
    let mut quote = None;
    let mut quoted = false;
    let mut chars = text.get(start..).unwrap_or_default().char_indices();
    while let Some((at, char)) = chars.next() {
        match quote {
            None if char.is_whitespace() => return (word, quoted, start + at),
            None if matches!(char, '\'' | '"') => {
                quote = Some(char);
                quoted = true;
            }
            Some(open) if char == open => quote = None,
            _ if char == escape => {
                if let Some((_, escaped)) = chars.next() {
                    word.push(escaped);
                }
            }
            _ => word.push(char),
        }
    }
    (word, quoted, text.len())
}

//! Compiled patterns by their source. A place, once taken, stays: the policies' own patterns come first.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
};
use core::ops::Deref;

use once_cell::race::OnceBox;
use regex_automata::{meta::Regex, util::syntax};

use super::super::BuiltinError;
use crate::value::hash_bytes;

/// How many patterns are kept.
const SLOTS: usize = 128;
/// How many slots a pattern may be in.
const PROBES: usize = 8;
/// The largest automaton, in bytes. Patterns of real policies need a few thousandths of it.
const MAX_AUTOMATON: usize = 8 << 20;
/// How much a lazily built automaton may hold before it starts anew.
const LAZY_CACHE: usize = 512 << 10;

/// What language a pattern's source is in. Texts that are equal mean different things in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::builtins) enum Language {
    Regex,
    Glob,
}

struct Entry {
    language: Language,
    source: String,
    regex: Regex,
}

impl Entry {
    fn is(&self, language: Language, source: &str) -> bool {
        self.language == language && self.source == source
    }
}

static CACHE: [OnceBox<Entry>; SLOTS] = [const { OnceBox::new() }; SLOTS];

/// Where the cache lies, and its size: portable modules clear it when its patterns are gone from memory.
#[cfg(feature = "portable")]
pub(in crate::builtins) fn region() -> (u32, u32) {
    ((&raw const CACHE) as u32, size_of_val(&CACHE) as u32)
}

/// A compiled pattern.
#[derive(Debug)]
pub enum Pattern {
    /// One of the cache.
    Kept(&'static Regex),
    /// One that the cache had no place for.
    Own(Box<Regex>),
}

impl Deref for Pattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        match self {
            Pattern::Kept(regex) => regex,
            Pattern::Own(regex) => regex,
        }
    }
}

/// The pattern known as `source`, from the cache or from what `translate` returns.
pub(in crate::builtins) fn compiled(
    language: Language,
    source: &str,
    translate: impl FnOnce() -> Result<String, BuiltinError>,
) -> Result<Pattern, BuiltinError> {
    let home = hash_bytes(source.as_bytes()) as usize;
    let slots = (0..PROBES).filter_map(|i| CACHE.get(home.wrapping_add(i) % SLOTS));
    let mut free = None;
    for slot in slots {
        match slot.get() {
            Some(entry) if entry.is(language, source) => return Ok(Pattern::Kept(&entry.regex)),
            Some(_) => {}
            None => {
                free = Some(slot);
                break;
            }
        }
    }
    let regex = build(&translate()?).map_err(|problem| {
        BuiltinError::failed(format!("error parsing regexp: {problem}: `{source}`"))
    })?;
    let Some(slot) = free else {
        return Ok(Pattern::Own(Box::new(regex)));
    };
    let entry = slot.get_or_init(|| {
        Box::new(Entry {
            language,
            source: source.to_string(),
            regex: regex.clone(),
        })
    });
    // Natively another thread may have been faster, with another pattern.
    Ok(if entry.is(language, source) {
        Pattern::Kept(&entry.regex)
    } else {
        Pattern::Own(Box::new(regex))
    })
}

fn build(pattern: &str) -> Result<Regex, String> {
    Regex::builder()
        .syntax(syntax::Config::new().nest_limit(500))
        .configure(
            Regex::config()
                .nfa_size_limit(Some(MAX_AUTOMATON))
                .onepass_size_limit(Some(LAZY_CACHE))
                .hybrid_cache_capacity(LAZY_CACHE),
        )
        .build(pattern)
        .map_err(|e| {
            if e.size_limit().is_some() {
                String::from("expression too large")
            } else {
                e.syntax_error().map_or_else(|| e.to_string(), short)
            }
        })
}

/// The problem alone, without the pattern that it is about.
fn short(e: &(impl ToString + ?Sized)) -> String {
    let text = e.to_string();
    let last = text.lines().last().unwrap_or("").trim();
    last.strip_prefix("error: ").unwrap_or(last).to_string()
}

//! The policy's image: its constants, and behind them what the guest must know of the policy.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use kpol_abi::builtins::{BuiltinId, by_name};
use kpol_abi::layout::portable::{INFO, info};
use kpol_abi::layout::{CONTROL, control};
use kpol_compiler::artifact::Description;
use kpol_compiler::builtins::declared_id;
use kpol_runtime::builtins::implementation;

use crate::{Options, PortableError, names};

/// The builtins that a policy calls, by who provides them.
#[derive(Debug, Default)]
pub(crate) struct Builtins {
    /// The guest.
    pub(crate) native: Vec<BuiltinId>,
    /// The host, by the numbers that it calls them by.
    pub(crate) host: Vec<HostBuiltin>,
}

/// A builtin of the host.
#[derive(Debug)]
pub(crate) struct HostBuiltin {
    /// The policy's number for it.
    id: BuiltinId,
    pub(crate) name: String,
    nondeterministic: bool,
}

impl Builtins {
    /// Sorts a policy's builtins. What depends on time or chance is the host's: a module has neither.
    pub(crate) fn of(description: &Description) -> Result<Builtins, PortableError> {
        let mut builtins = Builtins::default();
        for name in &description.builtins {
            let standard = by_name(name).and_then(|id| Some((id, id.get()?.nondeterministic)));
            let own = || {
                let index = description
                    .declared
                    .iter()
                    .position(|own| own.name == *name)?;
                let own = description.declared.get(index)?;
                Some((declared_id(index), own.nondeterministic))
            };
            let (id, nondeterministic) = standard
                .or_else(own)
                .ok_or_else(|| PortableError::Builtin(name.clone()))?;
            if implementation(id).is_some() && !nondeterministic {
                builtins.native.push(id);
            } else {
                builtins.host.push(HostBuiltin {
                    id,
                    name: name.clone(),
                    nondeterministic,
                });
            }
        }
        Ok(builtins)
    }
}

/// Texts, each of them once, by number. The first one is empty.
struct Texts(IndexSet<String>);

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        match self.0.get_index_of(text) {
            Some(number) => number as u32,
            None => self.0.insert_full(text.to_owned()).0 as u32,
        }
    }
}

/// The image while it grows.
struct Image {
    bytes: Vec<u8>,
    words: BTreeMap<u32, u32>,
}

impl Image {
    fn end(&self) -> u32 {
        CONTROL.saturating_add(self.bytes.len() as u32)
    }

    /// Appends bytes, and has the block's word at `offset` point to them, the next one hold `count`.
    fn put(&mut self, offset: u32, count: usize, bytes: &[u8]) {
        self.words.insert(offset, self.end());
        self.words.insert(offset + 4, count as u32);
        self.bytes.extend_from_slice(bytes);
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
    }

    fn set(&mut self, at: u32, word: u32) {
        let at = at as usize;
        if let Some(place) = self.bytes.get_mut(at..at + 4) {
            place.copy_from_slice(&word.to_le_bytes());
        }
    }
}

/// Appends an unsigned LEB128 number.
pub(crate) fn leb(mut number: u32, out: &mut Vec<u8>) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

/// The bytes of memory from the control block on.
pub(crate) fn image(
    constants: &[u8],
    description: &Description,
    builtins: &Builtins,
    options: &Options,
) -> Vec<u8> {
    let mut image = Image {
        bytes: constants.to_vec(),
        words: BTreeMap::new(),
    };
    image.align();
    let flags = builtins.host.iter().flat_map(|builtin| {
        let flag = if builtin.nondeterministic {
            info::NONDETERMINISTIC
        } else {
            0
        };
        (builtin.id.0 | flag).to_le_bytes()
    });
    let host: Vec<u8> = flags.collect();
    image.put(info::HOST, builtins.host.len(), &host);
    let entrypoints = description.entrypoints.iter().map(|name| names::path(name));
    let text = numbered(entrypoints);
    image.put(info::ENTRYPOINTS_JSON, text.len(), text.as_bytes());
    let text = numbered(builtins.host.iter().map(|builtin| builtin.name.clone()));
    image.put(info::BUILTINS_JSON, text.len(), text.as_bytes());
    let mut texts = Texts(IndexSet::from([String::new()]));
    let sites = sites(description, options, &mut texts);
    image.put(info::SITES, description.sites.len(), &sites);
    let mut names = Vec::new();
    let named: &[BuiltinId] = if options.strict_builtin_errors {
        &builtins.native
    } else {
        &[]
    };
    for id in named {
        leb(id.0, &mut names);
        leb(texts.number(id.get().map_or("", |b| b.name)), &mut names);
    }
    image.put(info::NAMES, named.len(), &names);
    let mut bytes = Vec::new();
    for text in &texts.0 {
        leb(text.len() as u32, &mut bytes);
        bytes.extend_from_slice(text.as_bytes());
    }
    image.put(info::TEXTS, texts.0.len(), &bytes);
    image.align();
    let block = image.end();
    image
        .words
        .insert(info::ENTRYPOINTS, description.entrypoints.len() as u32);
    for offset in (0..info::SIZE).step_by(4) {
        let word = image.words.get(&offset).copied().unwrap_or_default();
        image.bytes.extend_from_slice(&word.to_le_bytes());
    }
    image.align();
    let end = image.end();
    image.set(INFO, block);
    image.set(control::CONSTANTS_END, end);
    image.set(control::STRICT, u32::from(options.strict_builtin_errors));
    image.bytes
}

/// For each site the text of its file, its row, and its own text.
fn sites(description: &Description, options: &Options, texts: &mut Texts) -> Vec<u8> {
    let mut out = Vec::new();
    for site in &description.sites {
        // A builtin's error says its name itself, and is of no account where it only makes a call undefined.
        let called = description.builtins.binary_search(&site.what).is_ok();
        let source = site
            .place
            .source
            .filter(|_| options.strict_builtin_errors || !called);
        let file = source.and_then(|source| description.sources.get(source as usize));
        leb(file.map_or(0, |file| texts.number(file)), &mut out);
        leb(file.map_or(0, |_| site.place.line), &mut out);
        leb(if called { 0 } else { texts.number(&site.what) }, &mut out);
    }
    out
}

/// A JSON object of names and their numbers.
fn numbered(names: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = names
        .enumerate()
        .map(|(number, name)| format!("{}:{number}", serde_json::Value::from(name)))
        .collect();
    format!("{{{}}}", entries.join(","))
}

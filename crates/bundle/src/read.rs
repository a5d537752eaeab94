//! Archives.

use std::collections::BTreeSet;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry};

use crate::{Bundle, BundleError, DataFile, Manifest, ModuleFile, TextFile};

/// How large a bundle may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// All of its contents, in bytes.
    pub bytes: u64,
    /// The number of its files and folders.
    pub files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 512 << 20,
            files: 100_000,
        }
    }
}

/// Reads a bundle.
///
/// # Errors
/// Where it is none, is larger than allowed, or has a file that no bundle should have.
pub fn read(archive: impl Read, limits: Limits) -> Result<Bundle, BundleError> {
    // What the archive itself takes beside its contents is bounded too.
    let room = limits
        .bytes
        .saturating_add(1024 * (limits.files as u64).saturating_add(16));
    let mut archive = Archive::new(Bounded {
        inner: MultiGzDecoder::new(archive),
        left: room,
    });
    let failed = |error: io::Error| match error.get_ref() {
        Some(inner) if inner.is::<Exceeded>() => BundleError::TooLarge(limits.bytes),
        _ => BundleError::Archive(error),
    };
    let mut bundle = Bundle::default();
    let mut seen = BTreeSet::new();
    let mut left = limits.bytes;
    for (number, entry) in archive.entries().map_err(failed)?.enumerate() {
        let mut entry = entry.map_err(failed)?;
        if number >= limits.files {
            return Err(BundleError::TooMany(limits.files));
        }
        let path = path_of(&entry)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        if !kind.is_file() && !kind.is_contiguous() {
            return Err(BundleError::NotAFile(path));
        }
        if !seen.insert(path.clone()) {
            return Err(BundleError::Duplicate(path));
        }
        let mut bytes = Vec::new();
        // A sparse file unfolds to more than the archive holds.
        let taken = entry
            .by_ref()
            .take(left.saturating_add(1))
            .read_to_end(&mut bytes);
        left = left
            .checked_sub(taken.map_err(failed)? as u64)
            .ok_or(BundleError::TooLarge(limits.bytes))?;
        add(&mut bundle, path, bytes)?;
    }
    // What follows the last file tells whether the archive is whole: its checksum.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(failed)?;
    bundle.policies.sort();
    bundle.data.sort();
    bundle.modules.sort();
    Ok(bundle)
}

fn add(bundle: &mut Bundle, path: String, bytes: Vec<u8>) -> Result<(), BundleError> {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name {
        _ if path == ".manifest" => bundle.manifest = Manifest::parse(&bytes)?,
        _ if path == "patch.json" => return Err(BundleError::Delta),
        "data.json" | "data.yaml" | "data.yml" => bundle.data.push(DataFile {
            yaml: name != "data.json",
            file: text(path, bytes)?,
        }),
        "policy.wasm" => bundle.modules.push(ModuleFile { path, wasm: bytes }),
        _ if name.ends_with(".rego") => bundle.policies.push(text(path, bytes)?),
        // Signatures, plans, and whatever else lies beside them.
        _ => {}
    }
    Ok(())
}

fn text(path: String, bytes: Vec<u8>) -> Result<TextFile, BundleError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(TextFile { path, text }),
        Err(_) => Err(BundleError::NotText(path)),
    }
}

/// The name of an entry, relative to the bundle's root. Archives of OPA write it with a slash in front.
fn path_of(entry: &Entry<'_, impl Read>) -> Result<String, BundleError> {
    let bytes = entry.path_bytes();
    let refused = || BundleError::Path(String::from_utf8_lossy(&bytes).into_owned());
    let name = std::str::from_utf8(&bytes).map_err(|_| refused())?;
    if name.contains(['\\', '\0']) {
        return Err(refused());
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(refused()),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Ends with an error, not with silence, where there is more than there may be.
struct Bounded<R> {
    inner: R,
    left: u64,
}

/// There is more.
#[derive(Debug, thiserror::Error)]
#[error("too large")]
struct Exceeded;

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other(Exceeded))?;
        Ok(read)
    }
}

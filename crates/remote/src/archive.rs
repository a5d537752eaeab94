//! Archives, and files that are compressed.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use crate::PullError;
use crate::tree::{Limits, Tree, safe};

/// How a name's ending says that something is packed, longest first.
const ENDINGS: [(&str, Packing); 14] = [
    ("tar.bz2", Packing::Tar(Compression::Bzip2)),
    ("tar.zst", Packing::Tar(Compression::Zstd)),
    ("tar.gz", Packing::Tar(Compression::Gzip)),
    ("tar.xz", Packing::Tar(Compression::Xz)),
    ("tbz2", Packing::Tar(Compression::Bzip2)),
    ("tzst", Packing::Tar(Compression::Zstd)),
    ("tgz", Packing::Tar(Compression::Gzip)),
    ("txz", Packing::Tar(Compression::Xz)),
    ("tar", Packing::Tar(Compression::None)),
    ("zip", Packing::Zip),
    ("bz2", Packing::File(Compression::Bzip2)),
    ("zst", Packing::File(Compression::Zstd)),
    ("gz", Packing::File(Compression::Gzip)),
    ("xz", Packing::File(Compression::Xz)),
];

/// The largest window or dictionary that is taken from an archive.
const MAX_WINDOW: u64 = 128 << 20;
/// How many links may lead to links.
const MAX_LINKS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Tar(Compression),
    Zip,
    /// One file.
    File(Compression),
}

impl Packing {
    /// By the ending alone.
    pub(crate) fn named(ending: &str) -> Option<Packing> {
        ENDINGS
            .iter()
            .find(|(name, _)| *name == ending)
            .map(|(_, packing)| *packing)
    }

    /// By the name of a file: how it is packed, and the name without that.
    pub(crate) fn of(file: &str) -> Option<(Packing, &str)> {
        ENDINGS.iter().find_map(|(ending, packing)| {
            let front = file.strip_suffix(ending)?.strip_suffix('.')?;
            Some((*packing, front))
        })
    }
}

/// Unpacks an archive, or decompresses the file `single`.
pub(crate) fn unpack(
    name: &str,
    packing: Packing,
    single: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Tree, PullError> {
    let unpacking = Unpacking { name, limits };
    match packing {
        Packing::Zip => unpacking.zip(bytes),
        Packing::Tar(compression) => unpacking.tar(
            decompressed(compression, bytes, MAX_WINDOW)
                .map_err(|error| unpacking.failed(&error))?,
        ),
        Packing::File(compression) => {
            let mut reader = decompressed(compression, bytes, MAX_WINDOW)
                .map_err(|error| unpacking.failed(&error))?;
            let content = unpacking.read(&mut reader, limits.bytes)?;
            let mut tree = Tree::default();
            tree.add(single, content, limits)?;
            Ok(tree)
        }
    }
}

fn decompressed(
    compression: Compression,
    bytes: &[u8],
    window: u64,
) -> io::Result<Box<dyn Read + '_>> {
    Ok(match compression {
        Compression::None => Box::new(bytes),
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
        Compression::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(bytes)),
        Compression::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(
            bytes,
            true,
            u32::try_from(window >> 10).unwrap_or(u32::MAX),
        )),
        Compression::Zstd => Box::new(
            ruzstd::decoding::StreamingDecoder::new_with_max_window_size(bytes, window)
                .map_err(io::Error::other)?,
        ),
    })
}

struct Unpacking<'a> {
    name: &'a str,
    limits: &'a Limits,
}

impl Unpacking<'_> {
    fn failed(&self, reason: &dyn std::fmt::Display) -> PullError {
        PullError::Archive {
            name: self.name.to_owned(),
            reason: reason.to_string(),
        }
    }

    /// Reads all there is, if it is not too much.
    fn read(&self, reader: &mut dyn Read, room: u64) -> Result<Vec<u8>, PullError> {
        let mut out = Vec::new();
        let read = reader
            .take(room.saturating_add(1))
            .read_to_end(&mut out)
            .map_err(|error| self.failed(&error))?;
        if read as u64 > room {
            return Err(PullError::TooLarge(self.limits.bytes));
        }
        Ok(out)
    }

    fn tar(&self, reader: Box<dyn Read + '_>) -> Result<Tree, PullError> {
        // What the archive takes beside its contents is bounded too, and so is what it unfolds to.
        let overhead = 2048 * (self.limits.files as u64).saturating_add(16);
        let mut archive = tar::Archive::new(Bounded {
            inner: reader,
            left: self.limits.bytes.saturating_add(overhead),
        });
        let mut tree = Tree::default();
        let mut links = BTreeMap::new();
        let entries = archive.entries().map_err(|error| self.failed(&error))?;
        for (number, entry) in entries.enumerate() {
            if number >= self.limits.files {
                return Err(PullError::TooMany(self.limits.files));
            }
            let mut entry = entry.map_err(|error| self.failed(&error))?;
            let kind = entry.header().entry_type();
            if kind.is_dir() || kind.is_pax_global_extensions() {
                continue;
            }
            let path = self.text(&entry.path_bytes())?;
            // Archives of OPA's bundles write names with a slash in front.
            let path = safe(path.trim_start_matches('/'))?;
            if kind.is_symlink() || kind.is_hard_link() {
                let target = entry.link_name_bytes().unwrap_or_default();
                let target = self.text(&target)?;
                let folder = if kind.is_symlink() { path.as_str() } else { "" };
                let target = beside(folder, &target).ok_or_else(|| PullError::LinkOut {
                    path: path.clone(),
                    target,
                })?;
                links.insert(path, target);
            } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                let content = self.read(&mut entry, tree.room(self.limits))?;
                tree.add(&path, content, self.limits)?;
            } else {
                return Err(self.failed(&format!("`{path}` is neither a file nor a folder")));
            }
        }
        // What follows the last file tells whether the archive is whole: its checksum.
        io::copy(&mut archive.into_inner(), &mut io::sink())
            .map_err(|error| self.failed(&error))?;
        self.linked(tree, &links)
    }

    fn zip(&self, bytes: &[u8]) -> Result<Tree, PullError> {
        let mut archive =
            zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| self.failed(&error))?;
        if archive.len() > self.limits.files {
            return Err(PullError::TooMany(self.limits.files));
        }
        let mut tree = Tree::default();
        let mut links = BTreeMap::new();
        for number in 0..archive.len() {
            let mut entry = archive
                .by_index(number)
                .map_err(|error| self.failed(&error))?;
            let path = entry
                .name()
                .map_err(|error| self.failed(&error))?
                .into_owned();
            if entry.is_dir() {
                safe(&path)?;
                continue;
            }
            let path = safe(&path)?;
            let is_link = entry.is_symlink();
            let content = self.read(&mut entry, tree.room(self.limits))?;
            if is_link {
                let target = self.text(&content)?;
                let target = beside(&path, &target).ok_or_else(|| PullError::LinkOut {
                    path: path.clone(),
                    target,
                })?;
                links.insert(path, target);
            } else {
                tree.add(&path, content, self.limits)?;
            }
        }
        self.linked(tree, &links)
    }

    fn text(&self, bytes: &[u8]) -> Result<String, PullError> {
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| self.failed(&"a name is not UTF-8"))
    }

    /// Puts copies where links lead to.
    fn linked(&self, mut tree: Tree, links: &BTreeMap<String, String>) -> Result<Tree, PullError> {
        let mut copies = Vec::new();
        let mut copied: u64 = 0;
        for (path, target) in links {
            let mut end = target;
            for _ in 0..MAX_LINKS {
                match links.get(end) {
                    Some(next) => end = next,
                    None => break,
                }
            }
            let before = copies.len();
            for (rest, content) in tree.at(end) {
                copied = copied.saturating_add(content.len() as u64);
                if copied > tree.room(self.limits) {
                    return Err(PullError::TooLarge(self.limits.bytes));
                }
                if copies.len() >= self.limits.files {
                    return Err(PullError::TooMany(self.limits.files));
                }
                copies.push((format!("{path}{rest}"), content.to_vec()));
            }
            if copies.len() == before {
                return Err(PullError::LinkOut {
                    path: path.clone(),
                    target: target.clone(),
                });
            }
        }
        for (path, content) in copies {
            tree.add(&path, content, self.limits)?;
        }
        if tree.is_empty() {
            return Err(self.failed(&"there are no files in it"));
        }
        Ok(tree)
    }
}

/// Ends with an error, not with silence, where there is more than there may be.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other("it is larger than a source may be"))?;
        Ok(read)
    }
}

/// Where a relative link of a file leads; `None` for out of the archive.
fn beside(path: &str, target: &str) -> Option<String> {
    if target.starts_with('/') || target.contains(['\\', '\0']) {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;

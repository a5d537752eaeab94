//! Compiled code on disk, and what else is not to be computed again.
//!
//! The folder belongs to one user and only that user can write into it; entries are named by the hash of the
//! module and of all that its compilation depends on. An entry that is damaged, that belongs to somebody else or
//! that others can write is compiled anew and replaced, never used. The cache is an optimisation: none of its
//! failures is an error.

use std::{
    fs::{self, File},
    hash::{Hash, Hasher},
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use wasmtime::{Engine, Module};

/// The first bytes of an entry: a name and the format's version.
const MAGIC: &[u8; 8] = b"kpolcw\0\x01";
const HASH_LEN: usize = 32;

/// A cache folder that passed the checks.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    owner: u32,
    fingerprint: blake3::Hash,
}

/// The name of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Cache {
    /// Opens the folder, which is made if it is missing. None where it is not this user's alone.
    pub(crate) fn open(folder: &Path, engine: &Engine, mode: &str) -> Option<Cache> {
        make_folder(folder).ok()?;
        let owner = own_id(folder)?;
        let found = fs::symlink_metadata(folder).ok()?;
        if !found.is_dir() || !is_private(&found, owner) {
            return None;
        }
        Some(Cache {
            folder: folder.to_owned(),
            owner,
            fingerprint: fingerprint(engine, mode),
        })
    }

    pub(crate) fn key(&self, wasm: &[u8]) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.fingerprint.as_bytes());
        hasher.update(wasm);
        Key(format!("{}.kpol", hasher.finalize().to_hex()))
    }

    /// The name of an entry that holds anything but compiled code.
    pub(crate) fn named(&self, name: &[u8]) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key("kpol: kept bytes");
        hasher.update(self.fingerprint.as_bytes());
        hasher.update(name);
        Key(format!("{}.kept", hasher.finalize().to_hex()))
    }

    /// The module of an entry, if there is one to be trusted.
    pub(crate) fn load(&self, engine: &Engine, key: &Key) -> Option<Module> {
        let code = self.read(key)?;
        // SAFETY: `code` was written by `Cache::store` from `Module::serialize`: only this user could write the
        // file (checked on the open file and on its folder), its checksum holds, and its name and header bind it to
        // this module, this build of wasmtime and this configuration. wasmtime itself checks version and settings.
        unsafe { Module::deserialize(engine, &code) }.ok()
    }

    /// The bytes of an entry, if there is one to be trusted.
    pub(crate) fn read(&self, key: &Key) -> Option<Vec<u8>> {
        let path = self.folder.join(&key.0);
        if !fs::symlink_metadata(&path).ok()?.is_file() {
            return None;
        }
        let mut file = File::open(path).ok()?;
        // The open file is checked, not the name, which could have been replaced in between.
        let found = file.metadata().ok()?;
        if !found.is_file() || !is_private(&found, self.owner) {
            return None;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(found.len()).ok()?);
        file.read_to_end(&mut bytes).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (hash, code) = rest.split_at_checked(HASH_LEN)?;
        if checksum(key, code).as_bytes() != hash {
            return None;
        }
        bytes.drain(..MAGIC.len() + HASH_LEN);
        Some(bytes)
    }

    /// Writes an entry: under another name first, so that no reader ever sees a part of it.
    pub(crate) fn store(&self, key: &Key, module: &Module) {
        if let Ok(code) = module.serialize() {
            self.store_bytes(key, &code);
        }
    }

    /// Writes an entry of any bytes.
    pub(crate) fn store_bytes(&self, key: &Key, bytes: &[u8]) {
        let _ = self.write(key, bytes);
    }

    fn write(&self, key: &Key, code: &[u8]) -> std::io::Result<()> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = self
            .folder
            .join(format!(".{}.{number}.tmp", std::process::id()));
        let written = create_private(&path).and_then(|mut file| {
            file.write_all(MAGIC)?;
            file.write_all(checksum(key, code).as_bytes())?;
            file.write_all(code)
        });
        written
            .and_then(|()| fs::rename(&path, self.folder.join(&key.0)))
            .inspect_err(|_| {
                let _ = fs::remove_file(&path);
            })
    }
}

/// The hash of what compiled code depends on apart from the module.
fn fingerprint(engine: &Engine, mode: &str) -> blake3::Hash {
    struct Sink(blake3::Hasher);
    impl Hasher for Sink {
        fn finish(&self) -> u64 {
            0
        }
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
    }
    let mut sink = Sink(blake3::Hasher::new());
    sink.write(env!("CARGO_PKG_VERSION").as_bytes());
    sink.write(mode.as_bytes());
    engine.precompile_compatibility_hash().hash(&mut sink);
    sink.0.finalize()
}

/// Covers the name too, so that an entry cannot be put under another one's.
fn checksum(key: &Key, code: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.0.as_bytes());
    hasher.update(code);
    hasher.finalize()
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Whether a file or folder belongs to `owner` and nobody else can write it.
#[cfg(unix)]
fn is_private(found: &fs::Metadata, owner: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    found.uid() == owner && found.mode() & 0o022 == 0
}

/// The user that this process writes files as: the owner of a file that it makes.
#[cfg(unix)]
fn own_id(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    if let Ok(own) = fs::metadata("/proc/self") {
        return Some(own.uid());
    }
    let probe = folder.join(format!(".{}.probe", std::process::id()));
    let file = create_private(&probe).ok()?;
    let owner = file.metadata().ok().map(|m| m.uid());
    let _ = fs::remove_file(&probe);
    owner
}

// Elsewhere there is no cheap way to tell whose a file is: no cache.
#[cfg(not(unix))]
fn make_folder(_: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn create_private(_: &Path) -> std::io::Result<File> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata, _: u32) -> bool {
    false
}

#[cfg(not(unix))]
fn own_id(_: &Path) -> Option<u32> {
    None
}

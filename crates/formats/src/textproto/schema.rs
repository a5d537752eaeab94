//! The definitions of messages.

use std::fs;
use std::path::{Path, PathBuf};

use protox::Compiler;
use protox::prost_reflect::{DescriptorPool, ExtensionDescriptor, MessageDescriptor};

pub(super) struct Schema {
    pool: DescriptorPool,
}

/// Folders in folders.
const MAX_DEPTH: usize = 32;

impl Schema {
    /// Compiles all definitions in folders.
    pub(super) fn load(folders: &[PathBuf]) -> Result<Schema, String> {
        if folders.is_empty() {
            return Ok(Schema {
                pool: DescriptorPool::new(),
            });
        }
        let mut files = Vec::new();
        for folder in folders {
            collect(folder, 0, &mut files)?;
        }
        files.sort();
        files.dedup();
        // Imports are relative to one of the folders, or to where kpol runs.
        let includes = folders.iter().map(PathBuf::as_path).chain([Path::new(".")]);
        let mut compiler = Compiler::new(includes).map_err(|error| error.to_string())?;
        compiler.include_imports(true);
        for file in files {
            compiler
                .open_file(&file)
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Ok(Schema {
            pool: compiler.descriptor_pool(),
        })
    }

    /// A message by its full name; those inside of others have no name of their own here.
    pub(super) fn message(&self, name: &str) -> Option<MessageDescriptor> {
        let message = self.pool.get_message_by_name(name)?;
        message.parent_message().is_none().then_some(message)
    }

    /// An extension by its full name; the same holds.
    pub(super) fn extension(&self, name: &str) -> Option<ExtensionDescriptor> {
        let extension = self.pool.get_extension_by_name(name)?;
        extension.parent_message().is_none().then_some(extension)
    }
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            if depth < MAX_DEPTH {
                collect(&path, depth + 1, files)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    Ok(())
}

//! OPA's bundles: an archive of a portable module, the data that it is evaluated with, and a manifest.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use serde_json::json;
use tar::{Builder, EntryType, Header};

/// Where the module lies in the bundle.
const MODULE: &str = "/policy.wasm";
const DATA: &str = "/data.json";
const MANIFEST: &str = "/.manifest";

/// What goes into a bundle.
#[derive(Debug, Clone, Copy)]
pub struct Bundle<'a> {
    /// The portable module.
    pub module: &'a [u8],
    /// The paths of its entrypoints, such as `main/deny`.
    pub entrypoints: &'a [String],
    /// The data: a JSON object.
    pub data: &'a str,
    /// The paths of the policies and data that the bundle owns; one empty path for all of them.
    pub roots: &'a [String],
    /// The version of Rego that its policies are in: 0 or 1.
    pub rego_version: u8,
    /// What the bundle says which one it is; often empty.
    pub revision: &'a str,
}

impl Bundle<'_> {
    /// The archive, `.tar.gz`. The same contents give the same bytes: no times and no owners are in it.
    ///
    /// # Errors
    /// Where the archive cannot be written, which would be a bug: it is written to memory.
    pub fn archive(&self) -> io::Result<Vec<u8>> {
        let modules: Vec<serde_json::Value> = self
            .entrypoints
            .iter()
            .map(|path| json!({"entrypoint": path, "module": MODULE}))
            .collect();
        let manifest = json!({
            "revision": self.revision,
            "roots": self.roots,
            "wasm": modules,
            "rego_version": self.rego_version,
        });
        let gzip = GzBuilder::new().write(Vec::new(), Compression::best());
        let mut archive = Builder::new(gzip);
        for (path, bytes) in [
            (DATA, self.data.as_bytes()),
            (MODULE, self.module),
            (MANIFEST, manifest.to_string().as_bytes()),
        ] {
            append(&mut archive, path, bytes)?;
        }
        archive.into_inner()?.finish()
    }
}

/// Appends a file. OPA's names begin with `/`, which the library strips where it sets a name itself.
fn append(archive: &mut Builder<impl Write>, path: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    if let Some(name) = header.as_old_mut().name.get_mut(..path.len()) {
        name.copy_from_slice(path.as_bytes());
    }
    header.set_entry_type(EntryType::Regular);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    archive.append(&header, bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::io::Read;

    use super::Bundle;

    #[test]
    fn archives_hold_what_opa_looks_for() {
        let bundle = Bundle {
            module: b"\0asm",
            entrypoints: &["a/b".to_owned(), "a/c".to_owned()],
            data: r#"{"x":1}"#,
            roots: &[String::new()],
            rego_version: 1,
            revision: "",
        };
        let bytes = bundle.archive().unwrap();
        assert_eq!(bytes, bundle.archive().unwrap());
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
        let mut files = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            files.push((name, text));
        }
        let wasm = r#"[{"entrypoint":"a/b","module":"/policy.wasm"},{"entrypoint":"a/c","module":"/policy.wasm"}]"#;
        let manifest = format!(r#"{{"revision":"","roots":[""],"wasm":{wasm},"rego_version":1}}"#);
        assert_eq!(
            files,
            [
                ("/data.json".to_owned(), r#"{"x":1}"#.to_owned()),
                ("/policy.wasm".to_owned(), "\0asm".to_owned()),
                ("/.manifest".to_owned(), manifest),
            ]
        );
    }
}

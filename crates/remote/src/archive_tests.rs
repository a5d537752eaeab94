use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::{Compression, Packing, unpack};
use crate::PullError;
use crate::tree::{Limits, Tree};

/// Writes a name as it is; the crate itself refuses some.
fn entry(builder: &mut tar::Builder<Vec<u8>>, kind: tar::EntryType, name: &str, rest: &str) {
    let mut header = tar::Header::new_gnu();
    let field = &mut header.as_old_mut().name;
    field[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    if kind == tar::EntryType::Regular {
        header.set_size(rest.len() as u64);
    } else {
        header.as_old_mut().linkname[..rest.len()].copy_from_slice(rest.as_bytes());
        header.set_size(0);
    }
    header.set_cksum();
    let content = if kind == tar::EntryType::Regular {
        rest
    } else {
        ""
    };
    builder.append(&header, content.as_bytes()).unwrap();
}

fn tar(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, rest) in entries {
        match rest.strip_prefix("->") {
            Some(target) => entry(&mut builder, tar::EntryType::Symlink, name, target),
            None => entry(&mut builder, tar::EntryType::Regular, name, rest),
        }
    }
    builder.into_inner().unwrap()
}

fn read(packing: Packing, bytes: &[u8]) -> Result<Tree, PullError> {
    let limits = Limits {
        bytes: 1000,
        files: 10,
    };
    unpack("x", packing, "single.rego", bytes, &limits)
}

fn untar(entries: &[(&str, &str)]) -> Result<Tree, PullError> {
    read(Packing::Tar(Compression::None), &tar(entries))
}

fn shown(tree: &Tree) -> String {
    let line =
        |(path, content): (&str, &[u8])| format!("{path}={}", String::from_utf8_lossy(content));
    tree.iter().map(line).collect::<Vec<_>>().join(" ")
}

#[test]
fn endings() {
    assert_eq!(
        Packing::of("p.tar.gz"),
        Some((Packing::Tar(Compression::Gzip), "p"))
    );
    assert_eq!(
        Packing::of("a.rego.gz"),
        Some((Packing::File(Compression::Gzip), "a.rego"))
    );
    assert_eq!(Packing::of("p.zip"), Some((Packing::Zip, "p")));
    assert_eq!(Packing::of("gz"), None);
    assert_eq!(Packing::of("deny.rego"), None);
    assert_eq!(Packing::named("txz"), Some(Packing::Tar(Compression::Xz)));
}

#[test]
fn files_and_links() {
    let tree = untar(&[
        ("./a.rego", "A"),
        ("/d/b.rego", "B"),
        ("d/c.rego", "->../a.rego"),
        ("e", "->d"),
        ("f.rego", "->d/c.rego"),
    ])
    .unwrap();
    assert_eq!(
        shown(&tree),
        "a.rego=A d/b.rego=B d/c.rego=A e/b.rego=B f.rego=A"
    );
}

#[test]
fn refused() {
    let table: [(&[(&str, &str)], &str); 11] = [
        (&[("../a", "x")], "pull-path"),
        (&[("a/../../b", "x")], "pull-path"),
        (&[("a\\b", "x")], "pull-path"),
        (&[("a", "->/etc/passwd")], "pull-link-out"),
        (&[("d/a", "->../../etc/passwd")], "pull-link-out"),
        (&[("b", "x"), ("a", "->nothing")], "pull-link-out"),
        (&[("a", "->b"), ("b", "->a"), ("c", "x")], "pull-link-out"),
        (&[("a", "x"), ("a", "y")], "pull-duplicate"),
        (&[("a", "->b"), ("b", "x"), ("a/c", "y")], "pull-duplicate"),
        (&[], "pull-archive"),
        (&[("d", "->d"), ("a", "x")], "pull-link-out"),
    ];
    for (entries, code) in table {
        match untar(entries) {
            Err(error) => assert_eq!(error.code(), code, "{entries:?}: {error}"),
            // A file and a folder of one name are refused when they are written.
            Ok(_) => assert_eq!(code, "pull-duplicate", "{entries:?}"),
        }
    }
    let mut builder = tar::Builder::new(Vec::new());
    entry(&mut builder, tar::EntryType::Fifo, "pipe", "");
    let bytes = builder.into_inner().unwrap();
    let error = read(Packing::Tar(Compression::None), &bytes).unwrap_err();
    assert_eq!(error.code(), "pull-archive");
}

#[test]
fn bounded() {
    let large = "x".repeat(1001);
    assert_eq!(
        untar(&[("a", &large)]).unwrap_err().code(),
        "pull-too-large"
    );
    let names: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "")).collect();
    assert_eq!(untar(&many).unwrap_err().code(), "pull-too-many");
    // A link to a folder copies it: that counts.
    let half = "x".repeat(400);
    let entries = [
        ("d/a", half.as_str()),
        ("e", "->d"),
        ("f", "->d"),
        ("g", "->d"),
    ];
    assert_eq!(untar(&entries).unwrap_err().code(), "pull-too-large");
    // Little that becomes much.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 1 << 20]).unwrap();
    let bomb = gzip.finish().unwrap();
    let error = read(Packing::File(Compression::Gzip), &bomb).unwrap_err();
    assert_eq!(error.code(), "pull-too-large");
    assert!(read(Packing::Tar(Compression::Gzip), &bomb).is_err());
}

#[test]
fn zips() {
    let options = zip::write::SimpleFileOptions::default();
    let make = |names: &[&str]| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, options).unwrap();
            writer.write_all(b"x").unwrap();
        }
        writer
            .add_symlink("link.rego", "d/a.rego", options)
            .unwrap();
        writer.finish().unwrap().into_inner()
    };
    let tree = read(Packing::Zip, &make(&["d/a.rego", "b.rego"])).unwrap();
    assert_eq!(shown(&tree), "b.rego=x d/a.rego=x link.rego=x");
    for wrong in ["../a.rego", "/a.rego"] {
        assert!(
            read(Packing::Zip, &make(&["d/a.rego", wrong])).is_err(),
            "{wrong}"
        );
    }
    assert_eq!(
        read(Packing::Zip, &make(&["b"])).unwrap_err().code(),
        "pull-link-out"
    );
    assert_eq!(
        read(Packing::Zip, b"PK").unwrap_err().code(),
        "pull-archive"
    );
}

#[test]
fn compressions() {
    let plain = tar(&[("a.rego", "A")]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut bzip = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip.write_all(&plain).unwrap();
    let bzip = bzip.finish().unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(
        plain.as_slice(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    for (compression, bytes) in [
        (Compression::Gzip, &gzip),
        (Compression::Bzip2, &bzip),
        (Compression::Zstd, &zstd),
    ] {
        let tree = read(Packing::Tar(compression), bytes).unwrap();
        assert_eq!(shown(&tree), "a.rego=A", "{compression:?}");
        // What is cut off is not taken for the whole.
        let cut = &bytes[..bytes.len() - 4];
        assert!(
            read(Packing::Tar(compression), cut).is_err(),
            "{compression:?}"
        );
    }
    let cut = &XZ[..XZ.len() - 4];
    assert_eq!(
        read(Packing::File(Compression::Xz), cut)
            .unwrap_err()
            .code(),
        "pull-archive"
    );
    let tree = read(Packing::File(Compression::Xz), &XZ).unwrap();
    assert_eq!(shown(&tree), "single.rego=A");
}

/// `printf A | xz`
const XZ: [u8; 60] = [
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01,
    0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x00, 0x41, 0x00, 0x00, 0x00, 0x00,
    0x97, 0xe7, 0x03, 0x8c, 0x07, 0xc6, 0x35, 0xc8, 0x00, 0x01, 0x19, 0x01, 0xa5, 0x2c, 0x81, 0xcc,
    0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
];

proptest! {
    #[test]
    fn any_bytes_are_an_archive_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for packing in [Packing::Zip, Packing::Tar(Compression::None), Packing::Tar(Compression::Gzip),
            Packing::Tar(Compression::Bzip2), Packing::Tar(Compression::Xz), Packing::Tar(Compression::Zstd)] {
            let _ = read(packing, &bytes);
        }
    }

    #[test]
    fn any_names_stay_inside(names in proptest::collection::vec("[a./\\\\]{1,12}", 1..4), target in "[a./]{1,8}") {
        let mut entries: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "x")).collect();
        let link = format!("->{target}");
        entries.push(("link", &link));
        if let Ok(tree) = untar(&entries) {
            for (path, _) in tree.iter() {
                prop_assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".." && !part.is_empty()));
            }
        }
    }
}

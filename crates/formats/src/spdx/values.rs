//! Values of tags, and the tags whose values are taken as they stand.

/// A tag, its field, and whether that is a list.
pub(super) type Fields = &'static [(&'static str, &'static str, bool)];

pub(super) const PACKAGE: Fields = &[
    ("PackageVersion", "versionInfo", false),
    ("PackageFileName", "packageFileName", false),
    ("PackageDownloadLocation", "downloadLocation", false),
    ("PackageHomePage", "homepage", false),
    ("PackageSourceInfo", "sourceInfo", false),
    ("PackageLicenseConcluded", "licenseConcluded", false),
    ("PackageLicenseInfoFromFiles", "licenseInfoFromFiles", true),
    ("PackageLicenseDeclared", "licenseDeclared", false),
    ("PackageLicenseComments", "licenseComments", false),
    ("PackageCopyrightText", "copyrightText", false),
    ("PackageSummary", "summary", false),
    ("PackageDescription", "description", false),
    ("PackageComment", "comment", false),
    ("PrimaryPackagePurpose", "primaryPackagePurpose", false),
    ("ReleaseDate", "releaseDate", false),
    ("BuiltDate", "builtDate", false),
    ("ValidUntilDate", "validUntilDate", false),
    ("PackageAttributionText", "attributionTexts", true),
];

pub(super) const FILE: Fields = &[
    ("FileType", "fileTypes", true),
    ("LicenseConcluded", "licenseConcluded", false),
    ("LicenseInfoInFile", "licenseInfoInFiles", true),
    ("LicenseComments", "licenseComments", false),
    ("FileCopyrightText", "copyrightText", false),
    ("FileComment", "comment", false),
    ("FileNotice", "noticeText", false),
    ("FileContributor", "fileContributors", true),
    ("FileDependency", "fileDependencies", true),
    ("FileAttributionText", "attributionTexts", true),
];

pub(super) const LICENSE: Fields = &[
    ("LicenseID", "licenseId", false),
    ("ExtractedText", "extractedText", false),
    ("LicenseName", "name", false),
    ("LicenseCrossReference", "seeAlsos", true),
    ("LicenseComment", "comment", false),
];

pub(super) const CHECKSUMS: &[&str] = &[
    "SHA1",
    "SHA224",
    "SHA256",
    "SHA384",
    "SHA512",
    "MD2",
    "MD4",
    "MD5",
    "MD6",
    "SHA3-256",
    "SHA3-384",
    "SHA3-512",
    "BLAKE2b-256",
    "BLAKE2b-384",
    "BLAKE2b-512",
    "BLAKE3",
    "ADLER32",
];

pub(super) fn field(fields: Fields, tag: &str) -> Option<(&'static str, bool)> {
    let found = fields.iter().find(|(name, ..)| *name == tag)?;
    Some((found.1, found.2))
}

/// `kind: name`, both trimmed.
pub(super) fn parts(value: &str) -> Result<(&str, &str), String> {
    let (kind, name) = value
        .split_once(':')
        .ok_or_else(|| format!("there is no colon in `{value}`"))?;
    Ok((kind.trim(), name.trim()))
}

/// Someone of a known kind.
pub(super) fn agent(value: &str, kinds: &[&str]) -> Result<String, String> {
    let (kind, name) = parts(value)?;
    if !kinds.contains(&kind) {
        return Err(format!("`{kind}` is none of {}", kinds.join(", ")));
    }
    if name.is_empty() {
        return Err(format!("there is no name behind `{kind}`"));
    }
    Ok(format!("{kind}: {name}"))
}

/// As many words as are asked for.
pub(super) fn words<const N: usize>(value: &str) -> Result<[&str; N], String> {
    let words: Vec<&str> = value
        .split(' ')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    let count = words.len();
    words
        .try_into()
        .map_err(|_| format!("{N} words are expected, not {count}"))
}

pub(super) fn element_id(value: &str) -> Result<String, String> {
    match value.strip_prefix("SPDXRef-") {
        Some(rest) if !rest.is_empty() && !rest.contains(':') => Ok(value.to_owned()),
        _ => Err(format!("`{value}` is no identifier like `SPDXRef-name`")),
    }
}

/// An identifier, of another document or of this one.
pub(super) fn document_element_id(value: &str) -> Result<String, String> {
    let Some(rest) = value.strip_prefix("DocumentRef-") else {
        return element_id(value);
    };
    let (document, element) = rest
        .split_once(':')
        .filter(|(document, _)| !document.is_empty())
        .ok_or_else(|| format!("`{value}` is no identifier like `DocumentRef-a:SPDXRef-b`"))?;
    element_id(element)?;
    Ok(format!("DocumentRef-{document}:{element}"))
}

pub(super) fn external_document(value: &str) -> Result<[&str; 4], String> {
    let wrong = || format!("`{value}` is no document, URI and checksum");
    let words: Vec<&str> = value
        .split(' ')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    let parts = match words.as_slice() {
        [id, uri, algorithm, checksum] => {
            let algorithm = algorithm.strip_suffix(':').ok_or_else(wrong)?;
            [*id, *uri, algorithm, *checksum]
        }
        [id, uri, checksum] => {
            let (algorithm, checksum) = checksum.split_once(':').ok_or_else(wrong)?;
            [*id, *uri, algorithm, checksum]
        }
        _ => return Err(wrong()),
    };
    let name = parts[0].strip_prefix("DocumentRef-");
    name.filter(|name| !name.is_empty()).ok_or_else(wrong)?;
    Ok(parts)
}

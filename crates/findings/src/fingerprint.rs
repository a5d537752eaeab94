//! What a finding is known by when lines move.

use crate::finding::Finding;

/// A number for a finding that stays when lines of its file move: of its rule, file, object, path and message.
/// Positions in lists are left out of the path, since they move as lines do. Findings that read the same have the same
/// fingerprint.
#[must_use]
pub fn fingerprint(finding: &Finding, filename: &str) -> String {
    let place = finding.location.as_ref();
    let file = place.map_or(filename, |place| place.file.as_str());
    // Standard input has no name in reports.
    let file = if file == "-" { "" } else { file };
    let path = place.and_then(|place| place.path.as_deref());
    let object = finding
        .object
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    for part in [
        finding.rule.to_string().as_str(),
        file.replace('\\', "/").as_str(),
        &object,
        &without_indexes(path.unwrap_or_default()),
        &finding.message,
    ] {
        // With its length, so that no two lists of parts read the same.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize().to_hex();
    hash.chars().take(32).collect()
}

/// `spec.containers[1].image` as `spec.containers[].image`.
fn without_indexes(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        out.push('[');
        rest = after.trim_start_matches(|char: char| char.is_ascii_digit());
    }
    out.push_str(rest);
    out
}

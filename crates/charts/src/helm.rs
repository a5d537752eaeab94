//! Helm: `helm template`, which names the template of each document in a comment.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::align::align;
use crate::chart::{Origins, Rendered};
use crate::error::ChartError;
use crate::{Options, program};

/// What stands in front of a document.
const SOURCE: &str = "# Source: ";

/// Lines of the output that one template made.
#[derive(Debug)]
pub(crate) struct Block {
    /// The first line, from 0.
    pub(crate) first: usize,
    /// The template.
    pub(crate) file: PathBuf,
    /// The template's text.
    pub(crate) text: String,
    /// The template's line of each line of the output, from 0.
    pub(crate) lines: Vec<Option<usize>>,
}

pub(crate) fn render(folder: &Path, options: &Options) -> Result<Rendered, ChartError> {
    let mut args: Vec<OsString> = vec!["template".into(), options.release.clone().into()];
    // A folder that begins with a dash is no flag, and a plain name no repository's chart.
    args.push(if folder.is_absolute() {
        folder.into()
    } else {
        Path::new(".").join(folder).into()
    });
    args.push("--include-crds".into());
    for file in &options.values {
        args.push(joined("--values=", file.as_os_str()));
    }
    for value in &options.set {
        args.push(joined("--set=", value.as_ref()));
    }
    if let Some(namespace) = &options.namespace {
        args.push(joined("--namespace=", namespace.as_ref()));
    }
    if let Some(version) = &options.kube_version {
        args.push(joined("--kube-version=", version.as_ref()));
    }
    let args: Vec<&OsStr> = args.iter().map(OsString::as_os_str).collect();
    let text = program::run(folder, "helm", &args, options.timeout)?.ok_or_else(|| {
        ChartError::Missing {
            folder: folder.to_owned(),
            programs: "`helm`",
        }
    })?;
    let blocks = blocks(folder, &text);
    Ok(Rendered {
        name: format!("{} (helm template)", folder.display()),
        text,
        origins: Origins::Helm(blocks),
    })
}

fn joined(flag: &str, value: &OsStr) -> OsString {
    let mut text = OsString::from(flag);
    text.push(value);
    text
}

/// The blocks of an output whose templates can be read.
fn blocks(folder: &Path, text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    let mut starts: Vec<(usize, &str)> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let begins = number == 0
            || lines
                .get(number - 1)
                .is_some_and(|line| line.trim() == "---");
        if let Some(source) = line.strip_prefix(SOURCE).filter(|_| begins) {
            starts.push((number + 1, source.trim()));
        }
    }
    let ends = starts
        .iter()
        .skip(1)
        // Before a block stand its comment and the separator.
        .map(|(first, _)| first.saturating_sub(2))
        .chain([lines.len()]);
    let mut blocks = Vec::new();
    for ((first, source), end) in starts.iter().zip(ends) {
        // The first part is the chart's name, which need not be that of the folder.
        let Some((_, inside)) = source.split_once('/') else {
            continue;
        };
        let file = folder.join(inside);
        let Ok(template) = std::fs::read_to_string(&file) else {
            // A template of a packed dependency.
            continue;
        };
        let output = lines.get(*first..end).unwrap_or_default();
        let from: Vec<&str> = template.lines().collect();
        blocks.push(Block {
            first: *first,
            lines: align(output, &from),
            file,
            text: template,
        });
    }
    blocks
}

//! Where results go: standard output and files, each in a format of its own.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use kpol_findings::{FileResult, Format, Problem, ReportOptions, Reporter, RunInfo, Summary};

use crate::exit::CommandError;

/// The outputs of a run.
pub(crate) struct Outputs {
    reporters: Vec<(String, Box<dyn Reporter>)>,
    /// What standard output is to get, where it is only shown if something failed.
    kept: Option<Kept>,
    quiet: bool,
}

/// Bytes that several hold.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0.lock().unwrap_or_else(PoisonError::into_inner)).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether text has colours. conftest's has them wherever it goes.
pub(crate) fn colour(no_colour: bool, compat: bool) -> bool {
    if no_colour {
        return false;
    }
    compat
        || (io::stdout().is_terminal()
            && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never)
}

impl Outputs {
    /// Opens what `-o` names. `quiet` shows nothing on standard output where nothing failed; so does compat mode where
    /// something went wrong, as conftest prints all at its end.
    ///
    /// # Errors
    /// Where there is no such format, two outputs go to standard output, or a file cannot be written.
    pub(crate) fn open(
        wanted: &[String],
        options: &ReportOptions,
        quiet: bool,
    ) -> Result<Outputs, CommandError> {
        let default = if options.compat { "stdout" } else { "text" };
        let default = [default.to_owned()];
        let wanted = if wanted.is_empty() {
            &default[..]
        } else {
            wanted
        };
        let kept = (quiet || options.compat).then(Kept::default);
        let mut reporters: Vec<(String, Box<dyn Reporter>)> = Vec::new();
        for text in wanted {
            let (name, file) = match text.split_once('=') {
                Some((name, file)) => (name, Some(file)),
                None => (text.as_str(), None),
            };
            let format = match name.parse::<Format>() {
                Ok(format) => format,
                // As conftest does.
                Err(_) if options.compat => Format::Stdout,
                Err(_) => {
                    return Err(CommandError::Help(
                        format!("there is no output `{name}`"),
                        "outputs: text, stdout, json, tap, table, junit, github, azuredevops, sarif"
                            .to_owned(),
                    ));
                }
            };
            let target = file.unwrap_or("-").to_owned();
            if reporters.iter().any(|(other, _)| *other == target) {
                return Err(CommandError::Help(
                    format!("two outputs go to `{target}`"),
                    "write all but one to files: `-o text -o sarif=kpol.sarif`".to_owned(),
                ));
            }
            let mut options = *options;
            let out: Box<dyn Write> = match (file, &kept) {
                (Some(file), _) => {
                    options.colour = false;
                    let file = File::create(file).map_err(|error| {
                        CommandError::Plain(format!("cannot write `{file}`: {error}"))
                    })?;
                    Box::new(BufWriter::new(file))
                }
                (None, Some(kept)) => Box::new(kept.clone()),
                (None, None) => Box::new(BufWriter::new(io::stdout())),
            };
            reporters.push((target, kpol_findings::reporter(format, &options, out)));
        }
        Ok(Outputs {
            reporters,
            kept,
            quiet,
        })
    }

    pub(crate) fn begin(&mut self, run: &RunInfo) -> Result<(), CommandError> {
        self.each(|reporter| reporter.begin(run))
    }

    pub(crate) fn file(
        &mut self,
        results: &[FileResult],
        problems: &[Problem],
    ) -> Result<(), CommandError> {
        self.each(|reporter| reporter.file(results, problems))
    }

    /// Ends all outputs; `passed` leaves out what `quiet` does.
    pub(crate) fn finish(&mut self, summary: &Summary, passed: bool) -> Result<(), CommandError> {
        self.each(|reporter| reporter.finish(summary))?;
        let Some(kept) = self.kept.take() else {
            return Ok(());
        };
        let quiet = passed && self.quiet;
        let bytes = std::mem::take(&mut *kept.0.lock().unwrap_or_else(PoisonError::into_inner));
        if quiet {
            return Ok(());
        }
        crate::output::write_bytes(&bytes)
    }

    /// A reader that went away is no error.
    fn each(
        &mut self,
        mut call: impl FnMut(&mut dyn Reporter) -> io::Result<()>,
    ) -> Result<(), CommandError> {
        for (target, reporter) in &mut self.reporters {
            match call(reporter.as_mut()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    return Err(CommandError::Plain(format!(
                        "cannot write `{target}`: {error}"
                    )));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

//! Runs another program, within limits.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::ChartError;

/// The most that a program may print, in bytes.
const OUTPUT: u64 = 256 << 20;
/// The most of an error text that is kept, in bytes.
const MESSAGE: u64 = 64 << 10;
/// How often a running program is looked at.
const PAUSE: Duration = Duration::from_millis(5);

/// What a program printed, or `None` where there is no such program.
///
/// # Errors
/// As [`crate::render`], but for a missing program.
pub(crate) fn run(
    folder: &Path,
    name: &str,
    args: &[&OsStr],
    timeout: Duration,
) -> Result<Option<String>, ChartError> {
    let io = |error: &std::io::Error| ChartError::Io {
        path: folder.to_owned(),
        reason: format!("cannot run {name}: {error}"),
    };
    let spawned = Command::new(name)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(&error)),
    };
    let out = child.stdout.take().map(|pipe| drain(pipe, OUTPUT));
    let err = child.stderr.take().map(|pipe| drain(pipe, MESSAGE));
    let ended = wait(&mut child, timeout).map_err(|error| io(&error))?;
    let Some(success) = ended else {
        return Err(ChartError::Timeout {
            folder: folder.to_owned(),
            program: name.to_owned(),
            seconds: timeout.as_secs(),
        });
    };
    let (out, err) = (joined(out), joined(err));
    if !success {
        return Err(ChartError::Failed {
            folder: folder.to_owned(),
            program: name.to_owned(),
            message: String::from_utf8_lossy(&err).trim().to_owned(),
        });
    }
    let wrong = |what| ChartError::Output {
        folder: folder.to_owned(),
        program: name.to_owned(),
        what,
    };
    if out.len() as u64 >= OUTPUT {
        return Err(wrong("more than 256 MiB"));
    }
    String::from_utf8(out)
        .map(Some)
        .map_err(|_| wrong("what is not UTF-8"))
}

/// Reads a pipe to its end, so that the program never waits for a reader; keeps no more than `limit` bytes.
fn drain(pipe: impl Read + Send + 'static, limit: u64) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut pipe = pipe.take(limit);
        if pipe.read_to_end(&mut kept).is_ok() {
            // The rest is read and dropped.
            let _ = std::io::copy(&mut pipe.into_inner(), &mut std::io::sink());
        }
        kept
    })
}

fn joined(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    reader
        .and_then(|reader| reader.join().ok())
        .unwrap_or_default()
}

/// Whether the program succeeded; `None` where it was stopped because its time was up.
fn wait(child: &mut Child, timeout: Duration) -> std::io::Result<Option<bool>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if start.elapsed() >= timeout {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::path::Path;
    use std::time::Duration;

    use super::run;
    use crate::error::ChartError;

    fn sh(script: &str, timeout: Duration) -> Result<Option<String>, ChartError> {
        let args = [OsStr::new("-c"), OsStr::new(script)];
        run(Path::new("chart"), "sh", &args, timeout)
    }

    #[test]
    fn output_failure_time_and_absence() {
        let long = Duration::from_secs(60);
        assert_eq!(sh("echo a", long), Ok(Some("a\n".to_owned())));
        let failed = sh("echo wrong >&2; exit 3", long);
        assert!(
            matches!(&failed, Err(ChartError::Failed { message, .. }) if message == "wrong"),
            "{failed:?}"
        );
        let late = sh("exec sleep 60", Duration::from_millis(1));
        assert!(matches!(late, Err(ChartError::Timeout { .. })), "{late:?}");
        let none = run(Path::new("chart"), "kpol-no-such-program", &[], long);
        assert_eq!(none, Ok(None));
        let binary = sh("printf '\\377'", long);
        assert!(
            matches!(binary, Err(ChartError::Output { .. })),
            "{binary:?}"
        );
    }
}

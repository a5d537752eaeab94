//! Snapshots: what was in a cluster, in a file. A line of JSON about the cluster, then one for each object.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use crate::kinds::ResourceKind;
use crate::object::Object;
use crate::read::Refusal;

const FORMAT: &str = "kpol-snapshot";
const VERSION: u32 = 1;

/// Why a snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no snapshot.
    #[error("not a snapshot: {0}")]
    Header(String),
    /// It was written by another version.
    #[error("a snapshot of version {0}, where this version of kpol reads {VERSION}")]
    Version(u32),
    /// A line of it is no object.
    #[error("line {line}: {message}")]
    Line {
        /// Counting from 1.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// It ends before all objects were read that were written.
    #[error("the snapshot is cut off: {found} of {wanted} objects")]
    CutOff {
        /// Objects in the file.
        found: u64,
        /// Objects that were written.
        wanted: u64,
    },
}

/// Where and when it was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Header {
    /// The context.
    pub context: String,
    /// Kubernetes' version.
    pub server: String,
    /// When, as RFC 3339.
    pub taken: String,
}

#[derive(Serialize, Deserialize)]
struct First {
    format: String,
    version: u32,
    #[serde(flatten)]
    header: Header,
}

/// What is known only when everything was read.
#[derive(Serialize, Deserialize)]
struct Last {
    end: Summary,
}

#[derive(Serialize, Deserialize)]
struct Summary {
    objects: u64,
    kinds: Vec<ResourceKind>,
    refusals: Vec<Refusal>,
}

/// Writes a snapshot.
#[derive(Debug)]
pub struct SnapshotWriter<W> {
    out: W,
    objects: u64,
}

impl<W: Write> SnapshotWriter<W> {
    /// Begins one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin(mut out: W, header: &Header) -> io::Result<SnapshotWriter<W>> {
        let first = First {
            format: FORMAT.to_owned(),
            version: VERSION,
            header: header.clone(),
        };
        line(&mut out, &first)?;
        Ok(SnapshotWriter { out, objects: 0 })
    }

    /// Adds an object.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add(&mut self, object: &Object) -> io::Result<()> {
        self.objects += 1;
        line(&mut self.out, &object.value)
    }

    /// Ends it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self, read: &crate::Summary) -> io::Result<W> {
        let end = Summary {
            objects: self.objects,
            kinds: read.kinds.clone(),
            refusals: read.refusals.clone(),
        };
        line(&mut self.out, &Last { end })?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Reads a snapshot, object by object.
#[derive(Debug)]
pub struct SnapshotReader<R> {
    input: R,
    header: Header,
    line: u64,
    objects: u64,
    end: Option<crate::Summary>,
}

impl<R: BufRead> SnapshotReader<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// Where it is no snapshot, or one of another version.
    pub fn begin(mut input: R) -> Result<SnapshotReader<R>, SnapshotError> {
        let mut text = String::new();
        input.read_line(&mut text)?;
        let first: First = serde_json::from_str(&text)
            .map_err(|error| SnapshotError::Header(error.to_string()))?;
        if first.format != FORMAT {
            return Err(SnapshotError::Header(format!(
                "its format is `{}`",
                first.format
            )));
        }
        if first.version != VERSION {
            return Err(SnapshotError::Version(first.version));
        }
        Ok(SnapshotReader {
            input,
            header: first.header,
            line: 1,
            objects: 0,
            end: None,
        })
    }

    /// Where and when it was taken.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What was read of the cluster; only known when all objects were read.
    #[must_use]
    pub fn summary(&self) -> Option<&crate::Summary> {
        self.end.as_ref()
    }

    /// The next object.
    ///
    /// # Errors
    /// Where a line is no object, or the file ends too early.
    pub fn next_object(&mut self) -> Result<Option<Object>, SnapshotError> {
        if self.end.is_some() {
            return Ok(None);
        }
        let mut text = String::new();
        self.line += 1;
        if self.input.read_line(&mut text)? == 0 {
            return Err(SnapshotError::CutOff {
                found: self.objects,
                wanted: self.objects + 1,
            });
        }
        let wrong = |message: String| SnapshotError::Line {
            line: self.line,
            message,
        };
        if let Ok(Last { end }) = serde_json::from_str::<Last>(&text) {
            if end.objects != self.objects {
                return Err(SnapshotError::CutOff {
                    found: self.objects,
                    wanted: end.objects,
                });
            }
            self.end = Some(crate::Summary {
                objects: end.objects,
                kinds: end.kinds,
                refusals: end.refusals,
            });
            return Ok(None);
        }
        let value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let object = Object::new(value).ok_or_else(|| wrong("it is no object".to_owned()))?;
        self.objects += 1;
        Ok(Some(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str) -> Object {
        let value = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"x": 1.50}});
        Object::new(value).unwrap_or_else(|| unreachable!())
    }

    fn written() -> io::Result<(Header, crate::Summary, String)> {
        let header = Header {
            context: "test".to_owned(),
            server: "v1.37.2".to_owned(),
            taken: "2026-11-26T04:00:00Z".to_owned(),
        };
        let summary = crate::Summary {
            objects: 2,
            kinds: Vec::new(),
            refusals: vec![Refusal {
                kind: "secrets".to_owned(),
                namespaces: Vec::new(),
                message: "forbidden".to_owned(),
                status: 403,
            }],
        };
        let mut writer = SnapshotWriter::begin(Vec::new(), &header)?;
        writer.add(&pod("a"))?;
        writer.add(&pod("b"))?;
        let bytes = writer.finish(&summary)?;
        Ok((
            header,
            summary,
            String::from_utf8_lossy(&bytes).into_owned(),
        ))
    }

    fn read(text: &str) -> Result<(Header, Vec<Object>, Option<crate::Summary>), SnapshotError> {
        let mut reader = SnapshotReader::begin(text.as_bytes())?;
        let mut objects = Vec::new();
        while let Some(object) = reader.next_object()? {
            objects.push(object);
        }
        Ok((reader.header().clone(), objects, reader.summary().cloned()))
    }

    #[test]
    fn what_is_written_is_read() -> Result<(), SnapshotError> {
        let (header, summary, text) = written()?;
        assert_eq!(
            read(&text)?,
            (header, vec![pod("a"), pod("b")], Some(summary))
        );
        Ok(())
    }

    #[test]
    fn what_is_missing_is_told() -> Result<(), SnapshotError> {
        let (_, _, text) = written()?;
        let lines: Vec<&str> = text.lines().collect();
        let error = |lines: &[&str]| read(&lines.join("\n")).err().map(|error| error.to_string());
        let [first, a, b, last] = &lines[..] else {
            unreachable!()
        };
        assert_eq!(
            error(&[first, a, b]).as_deref(),
            Some("the snapshot is cut off: 2 of 3 objects")
        );
        assert_eq!(
            error(&[first, a, last]).as_deref(),
            Some("the snapshot is cut off: 1 of 2 objects")
        );
        assert_eq!(
            error(&[first, a, "{}", last]).as_deref(),
            Some("line 3: it is no object")
        );
        assert!(error(&[a, b]).is_some_and(|text| text.starts_with("not a snapshot: ")));
        let other = first.replace("\"version\":1", "\"version\":2");
        assert_eq!(
            error(&[other.as_str(), a, b, last]).as_deref(),
            Some("a snapshot of version 2, where this version of kpol reads 1")
        );
        Ok(())
    }
}

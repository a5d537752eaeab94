//! What a policy reports.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

/// One thing that is wrong with the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    message: String,
    path: Vec<Step>,
}

/// One step of a path into the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The field of an object.
    Key(String),
    /// The item of an array, counted from 0.
    Index(usize),
}

impl Finding {
    /// Makes a finding about the whole document.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            path: Vec::new(),
        }
    }

    /// Points the finding at a place in the document; kpol shows its line.
    #[must_use]
    pub fn at<S: Into<Step>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.path = path.into_iter().map(Into::into).collect();
        self
    }

    /// Returns the text of the finding.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the place in the document; empty for the document itself.
    pub fn path(&self) -> &[Step] {
        &self.path
    }

    /// Turns the finding into the JSON that crosses the boundary.
    pub(crate) fn into_json(self) -> Value {
        let mut fields = Map::new();
        fields.insert("msg".into(), Value::String(self.message));
        if !self.path.is_empty() {
            let path = self.path.into_iter().map(Step::into_json).collect();
            fields.insert("path".into(), Value::Array(path));
        }
        Value::Object(fields)
    }
}

impl Step {
    fn into_json(self) -> Value {
        match self {
            Self::Key(key) => Value::String(key),
            Self::Index(index) => Value::from(index),
        }
    }
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.into())
    }
}

impl From<String> for Step {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

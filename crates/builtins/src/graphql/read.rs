//! Documents from their object form, as Go's decoder of JSON takes it: what is missing or null is empty, what is
//! unknown is ignored, and what has the wrong type is an error with the decoder's words.

mod query;
mod schema;

use kpol_runtime::{Heap, Kind, Value, json};

use super::ast::{Comment, NodeId, Place, QueryDocument, SchemaDocument, Text};
use super::error::{Checked, Failure, File, MAX_NESTING, Position};

/// Reads operations and fragments.
pub(crate) fn read_query(heap: &mut Heap<'_>, object: Value) -> Checked<QueryDocument> {
    let mut reader = Reader::new(heap);
    let mut document = reader.query_document(object).map_err(Wrong::failure)?;
    document.nodes = reader.nodes;
    Ok(document)
}

/// Reads a schema.
pub(crate) fn read_schema(heap: &mut Heap<'_>, object: Value) -> Checked<SchemaDocument> {
    Reader::new(heap)
        .schema_document(object)
        .map_err(Wrong::failure)
}

/// A value that is not what it should be.
#[derive(Debug, Default)]
struct Wrong {
    /// What is there instead; or the whole message where there is no type.
    value: String,
    /// The type in Go; empty for an error of another kind.
    ty: &'static str,
    /// The struct whose field it is, and the path to it from where decoding began.
    owner: &'static str,
    path: String,
    /// Decoding began here: whoever called names the struct.
    begun: bool,
}

impl Wrong {
    fn failure(self) -> Failure {
        let Wrong {
            value,
            ty,
            owner,
            path,
            ..
        } = self;
        Failure::Shape(if ty.is_empty() {
            value
        } else if path.is_empty() {
            format!("json: cannot unmarshal {value} into Go value of type {ty}")
        } else {
            format!(
                "json: cannot unmarshal {value} into Go struct field {owner}.{path} of type {ty}"
            )
        })
    }

    fn missing(what: &str) -> Self {
        Wrong {
            value: format!("the document has no {what} where one is needed"),
            ..Wrong::default()
        }
    }

    /// Whether a value has the wrong type: another type might take it.
    fn is_type(&self) -> bool {
        !self.ty.is_empty()
    }

    /// The same, seen from a struct's field.
    fn inside(mut self, owner: &'static str, field: &str) -> Self {
        if self.owner.is_empty() || self.begun {
            self.owner = owner;
            self.begun = false;
        }
        self.path = if self.path.is_empty() {
            field.to_owned()
        } else {
            format!("{field}.{}", self.path)
        };
        self
    }
}

type Read<T> = Result<T, Wrong>;

/// How Go finds a struct's fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decoding {
    /// By the decoder: case does not matter, errors say which field.
    Fields(&'static str),
    /// By the type's own method: by exact names, errors begin anew.
    Own,
}

/// An object's entries, by their keys as texts.
struct Entries {
    decoding: Decoding,
    entries: Vec<(String, Value)>,
}

struct Reader<'h, 'm> {
    heap: &'h mut Heap<'m>,
    depth: u32,
    nodes: NodeId,
}

impl<'h, 'm> Reader<'h, 'm> {
    fn new(heap: &'h mut Heap<'m>) -> Self {
        Reader {
            heap,
            depth: 0,
            nodes: 0,
        }
    }

    fn id(&mut self) -> NodeId {
        self.nodes += 1;
        self.nodes - 1
    }

    fn wrong<T>(&self, value: Value, ty: &'static str) -> Read<T> {
        let value = match self.heap.kind(value) {
            Kind::Boolean => "bool".to_owned(),
            Kind::Set => "array".to_owned(),
            Kind::Number if matches!(ty, "int" | "ast.ValueKind") => {
                format!("number {}", self.heap.number_text(value))
            }
            kind => kind.name().to_owned(),
        };
        Err(Wrong {
            value,
            ty,
            ..Wrong::default()
        })
    }

    fn is_null(&self, value: Value) -> bool {
        matches!(self.heap.kind(value), Kind::Null | Kind::Undefined)
    }

    /// An object's entries. Null is an empty object.
    fn entries(&mut self, value: Value, decoding: Decoding, ty: &'static str) -> Read<Entries> {
        let mut entries = Vec::new();
        if self.heap.kind(value) == Kind::Object {
            for (key, value) in self.heap.entries(value) {
                let mut name = String::new();
                if self.heap.is_string(key) {
                    name.push_str(self.heap.text(key));
                } else {
                    json::write(self.heap, key, &mut name);
                }
                entries.push((name, value));
            }
            entries.sort_by(|a, b| a.0.cmp(&b.0));
        } else if !self.is_null(value) {
            return self.wrong(value, ty);
        }
        Ok(Entries { decoding, entries })
    }

    /// Reads a field; where it is not there, as if it were null. Of more than one with the name, the last one counts,
    /// and all must be right.
    fn field<T>(
        &mut self,
        of: &Entries,
        name: &'static str,
        mut read: impl FnMut(&mut Self, Value) -> Read<T>,
    ) -> Read<T> {
        let mut found = None;
        for (key, value) in &of.entries {
            let same = match of.decoding {
                Decoding::Own => key == name,
                Decoding::Fields(_) => key.eq_ignore_ascii_case(name),
            };
            if same {
                let result = read(self, *value).map_err(|wrong| match of.decoding {
                    Decoding::Own => Wrong {
                        begun: true,
                        ..wrong
                    },
                    Decoding::Fields(owner) => wrong.inside(owner, name),
                });
                found = Some(result?);
            }
        }
        match found {
            Some(found) => Ok(found),
            None => read(self, Value::NULL),
        }
    }

    fn text(&mut self, value: Value) -> Read<Text> {
        self.text_of(value, "string")
    }

    fn text_of(&mut self, value: Value, ty: &'static str) -> Read<Text> {
        if self.is_null(value) {
            return Ok("".into());
        }
        if !self.heap.is_string(value) {
            return self.wrong(value, ty);
        }
        Ok(self.heap.text(value).into())
    }

    fn flag(&mut self, value: Value) -> Read<bool> {
        match value {
            Value::TRUE => Ok(true),
            Value::FALSE => Ok(false),
            _ if self.is_null(value) => Ok(false),
            _ => self.wrong(value, "bool"),
        }
    }

    /// A number without fraction or exponent.
    fn int(&mut self, value: Value, ty: &'static str) -> Read<i64> {
        if self.is_null(value) {
            return Ok(0);
        }
        if self.heap.kind(value) == Kind::Number {
            let text = self.heap.number_text(value);
            if let Ok(n) = text.parse() {
                return Ok(n);
            }
        }
        self.wrong(value, ty)
    }

    fn list<T>(
        &mut self,
        value: Value,
        ty: &'static str,
        mut read: impl FnMut(&mut Self, Value) -> Read<T>,
    ) -> Read<Vec<T>> {
        if self.is_null(value) {
            return Ok(Vec::new());
        }
        if !matches!(self.heap.kind(value), Kind::Array | Kind::Set) {
            return self.wrong(value, ty);
        }
        let items = self.heap.items(value);
        items.into_iter().map(|item| read(self, item)).collect()
    }

    /// A list of pointers, of which none may be null.
    fn parts<T>(
        &mut self,
        value: Value,
        ty: &'static str,
        mut read: impl FnMut(&mut Self, Value) -> Read<T>,
    ) -> Read<Vec<T>> {
        self.list(value, ty, |r, item| {
            if r.is_null(item) {
                return Err(Wrong::missing("part"));
            }
            read(r, item)
        })
    }

    fn texts(&mut self, value: Value) -> Read<Vec<Text>> {
        self.list(value, "[]string", Self::text)
    }

    fn optional<T>(
        &mut self,
        value: Value,
        read: impl FnOnce(&mut Self, Value) -> Read<T>,
    ) -> Read<Option<T>> {
        if self.is_null(value) {
            return Ok(None);
        }
        read(self, value).map(Some)
    }

    fn comment(&mut self, value: Value) -> Read<Comment> {
        let group = self.entries(value, Decoding::Fields("CommentGroup"), "ast.CommentGroup")?;
        let lines = self.field(&group, "List", |r, list| {
            r.parts(list, "[]*ast.Comment", |r, line| {
                let line = r.entries(line, Decoding::Fields("Comment"), "ast.Comment")?;
                r.field(&line, "Position", Self::place)?;
                r.field(&line, "Value", Self::text)
            })
        })?;
        Ok((!lines.is_empty()).then(|| lines.into()))
    }

    fn place(&mut self, value: Value) -> Read<Place> {
        let entries = self.entries(value, Decoding::Fields("Position"), "ast.Position")?;
        let mut number = |name| self.field(&entries, name, |r, v| r.int(v, "int"));
        number("Start")?;
        number("End")?;
        let (line, column) = (number("Line")?, number("Column")?);
        self.field(&entries, "Src", |r, source| {
            let source = r.entries(source, Decoding::Fields("Source"), "ast.Source")?;
            r.field(&source, "Name", Self::text)?;
            r.field(&source, "Input", Self::text)?;
            r.field(&source, "BuiltIn", Self::flag)
        })?;
        let file = File::Input;
        Ok((!self.is_null(value)).then_some(Position { line, column, file }))
    }

    /// Runs what may contain itself.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Wrong {
                value: "the document is too deeply nested".to_owned(),
                ..Wrong::default()
            });
        }
        let result = read(self);
        self.depth -= 1;
        result
    }
}

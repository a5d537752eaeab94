//! From text to the graph of values.

use super::eval::Eval;
use super::tokens::{Cursor, Token};
use super::{Graph, Members, ObjectId, Piece, Problem, Slot, Substitution, ValueId};

pub(super) fn parse(text: &str, depth: usize) -> Result<Graph, Problem> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        graph: Graph::default(),
        limit: depth,
        merged: 0,
        substitutes: text.contains("${") || text.contains("+="),
    };
    let root = parser.graph.add_value(Slot::default());
    parser.graph.root = root;
    parser.cursor.skip_blanks();
    let braced = parser.cursor.is("{");
    let start = parser.cursor.at;
    if braced {
        parser.cursor.at += 1;
    }
    let object = parser.begin_object(root)?;
    parser.members(object, braced.then_some(start), "", 1)?;
    parser.cursor.skip_blanks();
    if !parser.cursor.is_end() {
        let at = parser.cursor.at;
        return Err((
            "there is more after the end of the object".to_owned(),
            at..text.len(),
        ));
    }
    Ok(parser.graph)
}

/// Members that may be merged together, over all of a text.
const MERGED: usize = 10_000_000;

struct Parser<'a> {
    cursor: Cursor<'a>,
    graph: Graph,
    limit: usize,
    merged: usize,
    /// Whether the text has substitutions.
    substitutes: bool,
}

impl Parser<'_> {
    fn check_depth(&self, depth: usize) -> Result<(), Problem> {
        if depth <= self.limit {
            return Ok(());
        }
        let at = self.cursor.at;
        Err((format!("nested deeper than {} levels", self.limit), at..at))
    }

    fn object_of(&self, value: ValueId) -> Result<Option<ObjectId>, Problem> {
        Eval::new(&self.graph).object(value)
    }

    /// Makes a value an object, with the members of the object that stood there before.
    fn begin_object(&mut self, value: ValueId) -> Result<ObjectId, Problem> {
        let old = match self.graph.old(value) {
            Some(old) => self.object_of(old)?,
            None => None,
        };
        let known = self.object_of(value)?;
        // Only substitutions can tell the old object from the new one.
        let shared = old.filter(|_| !self.substitutes);
        let object = match known.or(shared) {
            Some(object) => object,
            None => {
                self.graph.objects.push(Members::new());
                self.graph.objects.len() - 1
            }
        };
        if known.is_none()
            && let Some(slot) = self.graph.values.get_mut(value)
        {
            slot.pieces = vec![Piece::Object(object)];
        }
        // What is older than that has been merged into it before.
        if let Some(old) = old {
            self.merge(object, old, 0)?;
        }
        Ok(object)
    }

    fn merge(&mut self, into: ObjectId, from: ObjectId, depth: usize) -> Result<(), Problem> {
        self.check_depth(depth)?;
        if into == from {
            return Ok(());
        }
        let others = self.graph.objects.get(from).cloned().unwrap_or_default();
        self.merged += others.len();
        if self.merged > MERGED {
            let at = self.cursor.at;
            return Err(("too many objects are merged".to_owned(), at..at));
        }
        for (key, (other, range)) in others {
            let known = self
                .graph
                .objects
                .get(into)
                .and_then(|members| members.get(&key));
            match known.map(|(value, _)| *value) {
                Some(value) => {
                    if let (Some(into), Some(from)) =
                        (self.object_of(value)?, self.object_of(other)?)
                    {
                        self.merge(into, from, depth + 1)?;
                    }
                }
                None => {
                    if let Some(members) = self.graph.objects.get_mut(into) {
                        members.insert(key, (other, range));
                    }
                }
            }
        }
        Ok(())
    }

    /// The members of an object up to its end; `open` is where its bracket stands.
    fn members(
        &mut self,
        object: ObjectId,
        open: Option<usize>,
        path: &str,
        depth: usize,
    ) -> Result<(), Problem> {
        self.check_depth(depth)?;
        loop {
            self.cursor.skip_blanks();
            let start = self.cursor.at;
            match (self.cursor.next()?, open) {
                (Token::Comma, _) => {}
                (Token::Key(key), _) => self.member(object, key, start, path, depth)?,
                (Token::ObjectEnd, Some(_)) | (Token::End, None) => return Ok(()),
                (Token::End, Some(open)) => {
                    return Err(("the object is not closed".to_owned(), open..open + 1));
                }
                (Token::Include, _) => {
                    let message = "`include` is not read: name the other file beside this one";
                    return Err((message.to_owned(), start..start + "include".len()));
                }
                _ => {
                    let range = start..self.cursor.at;
                    return Err(("a key is expected here".to_owned(), range));
                }
            }
        }
    }

    /// What follows a key: more keys behind dots, then a value.
    fn member(
        &mut self,
        object: ObjectId,
        key: String,
        start: usize,
        path: &str,
        depth: usize,
    ) -> Result<(), Problem> {
        self.check_depth(depth)?;
        let path = match path {
            "" => key.clone(),
            _ => format!("{path}.{key}"),
        };
        let key_range = start..self.cursor.at;
        let members = self.graph.objects.get(object);
        let old = members
            .and_then(|members| members.get(&key))
            .map(|(value, _)| *value);
        let value = self.graph.add_value(Slot {
            old,
            ..Slot::default()
        });
        if let Some(members) = self.graph.objects.get_mut(object) {
            members.insert(key, (value, key_range.clone()));
        }
        self.cursor.skip_blanks();
        let from = self.cursor.at;
        match self.cursor.next()? {
            Token::Dot => {
                let inner = self.begin_object(value)?;
                self.cursor.skip_blanks();
                let start = self.cursor.at;
                match self.cursor.next()? {
                    Token::Key(key) => self.member(inner, key, start, &path, depth + 1)?,
                    _ => {
                        let message = "a key is expected behind the dot".to_owned();
                        return Err((message, start..self.cursor.at));
                    }
                }
                self.cover(value, key_range.start);
            }
            Token::Assign => self.value(value, false, &path, depth + 1)?,
            Token::PlusAssign => self.value(value, true, &path, depth + 1)?,
            Token::ObjectStart => {
                let inner = self.begin_object(value)?;
                self.members(inner, Some(from), &path, depth + 1)?;
                self.cover(value, from);
            }
            _ => {
                let message = "`=`, `:` or `{` is expected behind the key".to_owned();
                return Err((message, key_range));
            }
        }
        Ok(())
    }

    /// A value reaches from a place to here.
    fn cover(&mut self, value: ValueId, start: usize) {
        let end = self.cursor.at;
        if let Some(slot) = self.graph.values.get_mut(value) {
            slot.range = start..end;
        }
    }

    fn push(&mut self, value: ValueId, piece: Piece) {
        if let Some(slot) = self.graph.values.get_mut(value) {
            slot.pieces.push(piece);
        }
    }

    fn substitution(&mut self, path: String, optional: bool, start: usize) -> Piece {
        self.graph.substitutions.push(Substitution {
            path,
            optional,
            resolved: None,
            range: start..self.cursor.at,
        });
        Piece::Substitution(self.graph.substitutions.len() - 1)
    }

    fn value(
        &mut self,
        value: ValueId,
        adds: bool,
        path: &str,
        depth: usize,
    ) -> Result<(), Problem> {
        self.check_depth(depth)?;
        if self.cursor.is_end() {
            let at = self.cursor.at;
            return Err(("a value is missing at the end".to_owned(), at..at));
        }
        self.cursor.skip_blanks();
        let first = self.cursor.at;
        let mut end = first;
        loop {
            let start = self.cursor.at;
            let is_value = self.cursor.is("[")
                || self.cursor.is("{")
                || self.cursor.is("\"")
                || self.cursor.is("${")
                || self.cursor.is_unquoted();
            if !is_value {
                break;
            }
            if adds {
                let itself = self.substitution(path.to_owned(), false, start);
                self.push(value, itself);
            }
            if self.cursor.take("{") {
                let object = self.begin_object(value)?;
                self.members(object, Some(start), path, depth + 1)?;
            } else if self.cursor.take("[") {
                let items = self.items(start, path, depth)?;
                self.push(value, Piece::Array(items));
            } else if self.cursor.take("${") {
                let optional = self.cursor.take("?");
                let target = self.cursor.unquoted().to_owned();
                if !self.cursor.take("}") || target.is_empty() {
                    let range = start..self.cursor.at;
                    return Err(("this is no substitution like `${a.b}`".to_owned(), range));
                }
                let piece = self.substitution(target, optional, start);
                self.push(value, piece);
            } else {
                let text = if self.cursor.is("\"\"\"") {
                    self.cursor.triple_quoted()?
                } else if self.cursor.is("\"") {
                    self.cursor.quoted()?
                } else {
                    self.cursor.unquoted().to_owned()
                };
                if self.object_of(value)?.is_some()
                    && let Some(slot) = self.graph.values.get_mut(value)
                {
                    slot.pieces.clear();
                }
                self.push(value, Piece::Text(text));
            }
            end = self.cursor.at;
            let blanks = self.cursor.take_while(|char, _| matches!(char, ' ' | '\t'));
            if !blanks.is_empty() {
                self.push(value, Piece::Text(blanks.to_owned()));
            }
        }
        if let Some(slot) = self.graph.values.get_mut(value) {
            slot.range = first..end;
        }
        self.cursor.take(",");
        Ok(())
    }

    fn items(&mut self, open: usize, path: &str, depth: usize) -> Result<Vec<ValueId>, Problem> {
        let mut items = Vec::new();
        while !self.cursor.take("]") {
            let before = self.cursor.at;
            if self.cursor.is_end() {
                return Err(("the list is not closed".to_owned(), open..open + 1));
            }
            let item = self.graph.add_value(Slot::default());
            self.value(item, false, path, depth + 1)?;
            self.cursor.skip_blanks();
            items.push(item);
            if self.cursor.at == before {
                return Err(("an item is expected here".to_owned(), before..before + 1));
            }
        }
        Ok(items)
    }
}

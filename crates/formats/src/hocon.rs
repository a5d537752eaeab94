//! HOCON, as the library reads it that conftest uses: objects are objects; everything else is a text, made a number or a
//! boolean where it looks like one. So a list is the text `[1,2]`, and a text with a blank in it stands in quotes.

mod eval;
mod parse;
mod tokens;

use std::ops::Range;

use indexmap::IndexMap;
use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::gotypes::{parse_bool, parse_float};
use crate::text::Text;
use crate::tree::{Node, Object, Value};
use eval::Eval;

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let fail =
        |(message, range): Problem| text.error(message, range.start + skipped..range.end + skipped);
    let mut graph = parse::parse(body, text.depth()).map_err(fail)?;
    eval::resolve(&mut graph, text.options.env).map_err(fail)?;
    let mut eval = Eval::new(&graph);
    let writer = Writer {
        text,
        skipped,
        graph: &graph,
    };
    let root = eval.object(graph.root).map_err(fail)?.unwrap_or_default();
    let whole = text.span(0..text.text.len());
    let node = writer.object(&mut eval, root, whole, 1)?;
    text.document(&node)
}

/// What is wrong, and where.
type Problem = (String, Range<usize>);

type ValueId = usize;
type ObjectId = usize;
type SubstitutionId = usize;

/// Values that refer to each other: old ones stay for those that refer to themselves.
#[derive(Debug, Default)]
struct Graph {
    values: Vec<Slot>,
    objects: Vec<Members>,
    substitutions: Vec<Substitution>,
    root: ValueId,
}

/// A value: its pieces are written side by side.
#[derive(Debug, Default)]
struct Slot {
    pieces: Vec<Piece>,
    /// What stood under the same key before.
    old: Option<ValueId>,
    range: Range<usize>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Object(ObjectId),
    Array(Vec<ValueId>),
    Substitution(SubstitutionId),
}

/// Values by their keys, with the place of the key.
type Members = IndexMap<String, (ValueId, Range<usize>)>;

#[derive(Debug)]
struct Substitution {
    path: String,
    optional: bool,
    resolved: Option<ValueId>,
    range: Range<usize>,
}

impl Graph {
    fn add_value(&mut self, slot: Slot) -> ValueId {
        self.values.push(slot);
        self.values.len() - 1
    }

    fn pieces(&self, value: ValueId) -> &[Piece] {
        self.values.get(value).map_or(&[], |slot| &slot.pieces)
    }

    fn old(&self, value: ValueId) -> Option<ValueId> {
        self.values.get(value)?.old
    }

    fn range(&self, value: ValueId) -> Range<usize> {
        self.values
            .get(value)
            .map_or(0..0, |slot| slot.range.clone())
    }
}

struct Writer<'t, 'a> {
    text: &'t Text<'a>,
    skipped: usize,
    graph: &'t Graph,
}

impl Writer<'_, '_> {
    fn span(&self, range: &Range<usize>) -> Span {
        if range.is_empty() {
            return Span::NOWHERE;
        }
        self.text
            .span(range.start + self.skipped..range.end + self.skipped)
    }

    fn object(
        &self,
        eval: &mut Eval<'_>,
        object: ObjectId,
        span: Span,
        depth: usize,
    ) -> Result<Node, InputError> {
        if depth > self.text.depth() {
            return Err(InputError::TooDeep {
                limit: self.text.options.input.limits.depth,
                span,
            });
        }
        let fail = |(message, range): Problem| {
            let range = range.start + self.skipped..range.end + self.skipped;
            self.text.error(message, range)
        };
        let mut members = Object::new();
        for (key, (value, range)) in self.graph.objects.get(object).into_iter().flatten() {
            let key_span = self.span(range);
            let span = self.span(&self.graph.range(*value));
            let node = match eval.object(*value).map_err(fail)? {
                Some(inner) => self.object(eval, inner, span, depth + 1)?,
                None => typed(eval.print(*value, 0).map_err(fail)?).at(span),
            };
            members.insert(key.clone(), node.member(key_span));
        }
        Ok(Value::Object(members).at(span))
    }
}

fn typed(text: String) -> Value {
    match (parse_float(&text), parse_bool(&text)) {
        (Some(number), _) => Value::Float(number),
        (None, Some(value)) => Value::Bool(value),
        (None, None) => Value::String(text),
    }
}

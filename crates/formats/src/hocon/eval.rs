//! What values stand for, substitutions included.

use super::{Graph, ObjectId, Piece, Problem, SubstitutionId, ValueId};

/// Levels of substitutions, and steps over all of a text.
const DEPTH: usize = 600;
const STEPS: usize = 5_000_000;

/// Finds what each substitution refers to: a value of the text, or else a variable of the environment.
pub(super) fn resolve(graph: &mut Graph, env: fn(&str) -> Option<String>) -> Result<(), Problem> {
    for id in 0..graph.substitutions.len() {
        let Some(substitution) = graph.substitutions.get(id) else {
            continue;
        };
        let range = substitution.range.clone();
        let path = substitution.path.clone();
        let optional = substitution.optional;
        let target = match Eval::new(graph).path(&path)? {
            Some(target) => Some(target),
            None => match env(&path) {
                Some(value) => Some(graph.add_value(super::Slot {
                    pieces: vec![Piece::Text(value)],
                    old: None,
                    range: range.clone(),
                })),
                None if optional => None,
                None => return Err((format!("nothing is found for `${{{path}}}`"), range)),
            },
        };
        if let Some(substitution) = graph.substitutions.get_mut(id) {
            substitution.resolved = target;
        }
    }
    Ok(())
}

/// Evaluates values of a graph, with limits.
pub(super) struct Eval<'g> {
    graph: &'g Graph,
    depth: usize,
    steps: usize,
}

/// A piece, or the older value that stands in for a substitution.
enum Top<'g> {
    Piece(&'g Piece),
    Value(ValueId),
}

impl<'g> Eval<'g> {
    pub(super) fn new(graph: &'g Graph) -> Eval<'g> {
        Eval {
            graph,
            depth: 0,
            steps: 0,
        }
    }

    /// Runs a part of an evaluation one level deeper.
    fn deeper<T>(
        &mut self,
        value: ValueId,
        cost: usize,
        run: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.depth += 1;
        self.steps = self.steps.saturating_add(1 + cost);
        if self.depth > DEPTH || self.steps > STEPS {
            let message = "the value refers to itself, or stands for too much";
            return Err((message.to_owned(), self.graph.range(value)));
        }
        let result = run(self);
        self.depth -= 1;
        result
    }

    fn resolved(&self, substitution: SubstitutionId) -> Option<ValueId> {
        self.graph.substitutions.get(substitution)?.resolved
    }

    /// A substitution that refers to a key with an older value means that one.
    fn top(&self, value: ValueId, piece: &'g Piece) -> Top<'g> {
        if let Piece::Substitution(id) = piece {
            let older = match self.resolved(*id) {
                Some(target) => self.graph.old(target),
                None => self.graph.old(value),
            };
            if let Some(older) = older {
                return Top::Value(older);
            }
        }
        Top::Piece(piece)
    }

    /// The value that a piece stands for, if it is not itself one.
    fn target(&self, value: ValueId, piece: &'g Piece) -> Result<Option<ValueId>, &'g Piece> {
        match self.top(value, piece) {
            Top::Value(older) => Ok(Some(older)),
            Top::Piece(Piece::Substitution(id)) => Ok(self.resolved(*id)),
            Top::Piece(piece) => Err(piece),
        }
    }

    pub(super) fn object(&mut self, value: ValueId) -> Result<Option<ObjectId>, Problem> {
        self.deeper(value, 0, |this| {
            let graph = this.graph;
            match graph.pieces(value).first() {
                None => Ok(None),
                Some(piece) => match this.target(value, piece) {
                    Ok(Some(target)) => this.object(target),
                    Err(Piece::Object(object)) => Ok(Some(*object)),
                    Ok(None) | Err(_) => Ok(None),
                },
            }
        })
    }

    /// The value at a path of keys from the root.
    fn path(&mut self, path: &str) -> Result<Option<ValueId>, Problem> {
        let mut at = self.graph.root;
        for key in path.split(['.', '"']).filter(|key| !key.is_empty()) {
            let Some(object) = self.object(at)? else {
                return Ok(None);
            };
            let members = self.graph.objects.get(object);
            match members.and_then(|members| members.get(key)) {
                Some((value, _)) => at = *value,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The text of a value all of whose pieces are texts.
    fn text(&mut self, value: ValueId) -> Result<Option<String>, Problem> {
        self.deeper(value, 0, |this| {
            let graph = this.graph;
            let mut out = String::new();
            for piece in graph.pieces(value) {
                let text = match this.target(value, piece) {
                    Ok(Some(target)) => this.text(target)?,
                    Ok(None) => None,
                    Err(Piece::Text(text)) => Some(text.clone()),
                    Err(_) => None,
                };
                let Some(text) = text else {
                    return Ok(None);
                };
                this.steps = this.steps.saturating_add(text.len());
                out.push_str(&text);
            }
            if graph.pieces(value).is_empty() {
                return Ok(None);
            }
            if out == "null" {
                out.clear();
            }
            Ok(Some(out.trim().to_owned()))
        })
    }

    /// The items of all lists of a value together.
    fn array(&mut self, value: ValueId) -> Result<Vec<ValueId>, Problem> {
        self.deeper(value, 0, |this| {
            let graph = this.graph;
            let mut items = Vec::new();
            for piece in graph.pieces(value) {
                match this.target(value, piece) {
                    Ok(Some(target)) => items.extend(this.array(target)?),
                    Err(Piece::Array(more)) => items.extend(more),
                    Ok(None) | Err(_) => {}
                }
            }
            this.steps = this.steps.saturating_add(items.len());
            Ok(items)
        })
    }

    /// A value as the library prints it.
    pub(super) fn print(&mut self, value: ValueId, indent: usize) -> Result<String, Problem> {
        self.deeper(value, 0, |this| {
            if let Some(text) = this.text(value)? {
                return Ok(match text.as_str() {
                    "" => "\"\"".to_owned(),
                    _ => quoted(&text),
                });
            }
            if let Some(object) = this.object(value)? {
                let inner = this.print_object(value, object, indent + 1)?;
                return Ok(format!("{{\r\n{inner}{}}}", "  ".repeat(indent)));
            }
            let items = this.array(value)?;
            if items.is_empty() {
                return Ok("<<unknown value>>".to_owned());
            }
            let mut texts = Vec::with_capacity(items.len());
            for item in items {
                texts.push(this.print(item, indent + 1)?);
            }
            let text = format!("[{}]", texts.join(","));
            this.steps = this.steps.saturating_add(text.len());
            Ok(text)
        })
    }

    fn print_object(
        &mut self,
        value: ValueId,
        object: ObjectId,
        indent: usize,
    ) -> Result<String, Problem> {
        let graph = self.graph;
        let mut out = String::new();
        for (key, (member, _)) in graph.objects.get(object).into_iter().flatten() {
            let text = self.print(*member, indent)?;
            let cost = text.len() + 2 * indent;
            out.push_str(&"  ".repeat(indent));
            out.push_str(&format!("{} : {text}\r\n", quoted(key)));
            self.deeper(value, cost, |_| Ok(()))?;
        }
        Ok(out)
    }
}

fn quoted(text: &str) -> String {
    match text.contains([' ', '\t']) {
        true => format!("\"{text}\""),
        false => text.to_owned(),
    }
}

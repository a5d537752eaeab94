//! Unification of shapes with types: what fits, and what variables learn from it.

use crate::check::types::{Checker, Key, Shape};
use crate::ir::Const;
use crate::types::Type;

impl Shape {
    pub(super) fn of(value: &Const) -> Shape {
        match value {
            Const::Array(items) => Shape::Array(items.iter().map(Shape::of).collect()),
            Const::Set(items) => Shape::Set(items.iter().map(Shape::of).collect()),
            Const::Object(entries) => Shape::Object(
                entries
                    .iter()
                    .map(|(key, value)| (Key::Known(key.clone()), Shape::of(value)))
                    .collect(),
            ),
            scalar => Shape::Leaf(Type::of(scalar)),
        }
    }
}

impl Checker<'_> {
    /// The type of a shape, as far as it is known.
    pub(super) fn of(&self, shape: &Shape) -> Type {
        match shape {
            Shape::Leaf(of) => of.clone(),
            Shape::Var(id) => self.locals.get(id).cloned().unwrap_or(Type::Unknown),
            Shape::Array(items) => {
                Type::array(items.iter().map(|item| self.of(item)).collect(), None)
            }
            Shape::Set(items) => Type::set(items.iter().map(|item| self.of(item)).reduce(Type::or)),
            Shape::Object(entries) => {
                let mut fields = Vec::new();
                let mut rest = None;
                for (key, value) in entries {
                    match key {
                        Key::Known(key) => fields.push((key.clone(), self.of(value))),
                        Key::Other(key) => rest = Some((self.of(key), self.of(value))),
                    }
                }
                Type::object(fields, rest)
            }
        }
    }

    /// Variables of which nothing is known may be anything.
    pub(super) fn assume_any(&mut self, shape: &Shape) {
        match shape {
            Shape::Leaf(_) => {}
            Shape::Var(id) => {
                if !self.locals.contains_key(id) {
                    self.learn(*id, Type::any());
                }
            }
            Shape::Array(items) | Shape::Set(items) => {
                for item in items {
                    self.assume_any(item);
                }
            }
            Shape::Object(entries) => {
                for (key, value) in entries {
                    if let Key::Other(key) = key {
                        self.assume_any(key);
                    }
                    self.assume_any(value);
                }
            }
        }
    }

    /// Whether a shape can have a type. Variables that have none yet get theirs; with `union`, others get it besides.
    pub(super) fn expect(&mut self, shape: &Shape, of: &Type, union: bool) -> bool {
        match (shape, of) {
            (Shape::Leaf(own), _) => own.unifies(of),
            (Shape::Var(id), _) => {
                let id = *id;
                match self.locals.get(&id).cloned() {
                    Some(own) if !union => own.unifies(of),
                    Some(own) => {
                        self.learn(id, own.or(of.clone()));
                        true
                    }
                    None => {
                        self.learn(id, of.clone());
                        true
                    }
                }
            }
            (_, Type::Any(any)) if any.of.is_empty() => {
                self.inside(shape, &mut |this, part| {
                    this.expect(part, of, true);
                });
                true
            }
            (_, Type::Any(any)) => {
                let mut fits = false;
                for one in &any.of {
                    fits |= self.expect(shape, one, true);
                }
                fits
            }
            (Shape::Array(items), Type::Array(array)) => {
                if items.len() != array.items.len() && array.rest.is_none() {
                    return false;
                }
                items.iter().enumerate().all(|(at, item)| {
                    array
                        .item(at)
                        .is_some_and(|wanted| self.expect(item, wanted, union))
                })
            }
            (Shape::Object(entries), Type::Object(object)) => {
                if entries.len() != object.fields.len() && object.rest.is_none() {
                    return false;
                }
                entries.iter().all(|(key, value)| match key {
                    Key::Known(key) => object
                        .field(key)
                        .is_some_and(|wanted| self.expect(value, &wanted, union)),
                    Key::Other(_) => {
                        self.expect(value, &Type::any(), union);
                        true
                    }
                })
            }
            (Shape::Set(items), Type::Set(set)) => match &set.of {
                Some(of) => items.iter().all(|item| self.expect(item, of, union)),
                None => items.is_empty(),
            },
            _ => false,
        }
    }

    fn inside(&mut self, shape: &Shape, each: &mut impl FnMut(&mut Self, &Shape)) {
        match shape {
            Shape::Leaf(_) | Shape::Var(_) => {}
            Shape::Array(items) | Shape::Set(items) => {
                for item in items {
                    each(self, item);
                }
            }
            Shape::Object(entries) => {
                for (key, value) in entries {
                    if let Key::Other(key) = key {
                        each(self, key);
                    }
                    each(self, value);
                }
            }
        }
    }

    /// Whether two shapes can be equal.
    pub(super) fn unify(&mut self, a: &Shape, left: &Type, b: &Shape, right: &Type) -> bool {
        match (left.is_unknown(), right.is_unknown()) {
            (true, false) => return self.expect(a, right, false),
            (false, true) => return self.expect(b, left, false),
            (false, false) => return left.unifies(right),
            (true, true) => {}
        }
        match (a, b) {
            (Shape::Array(xs), Shape::Array(ys)) => {
                return xs.len() == ys.len()
                    && xs.iter().zip(ys).all(|(x, y)| self.unify_parts(x, y));
            }
            (Shape::Object(xs), Shape::Object(ys)) => {
                let pairs: Option<Vec<(&Shape, &Shape)>> = (xs.iter())
                    .map(|(key, x)| {
                        let Key::Known(key) = key else { return None };
                        let same = |other: &&(Key, Shape)| matches!(&other.0, Key::Known(own) if own == key);
                        Some((x, &ys.iter().find(same)?.1))
                    })
                    .collect();
                // Keys that are not known could be any.
                let open = xs
                    .iter()
                    .chain(ys)
                    .any(|(key, _)| matches!(key, Key::Other(_)));
                return match pairs {
                    Some(pairs) if xs.len() == ys.len() => {
                        pairs.into_iter().all(|(x, y)| self.unify_parts(x, y))
                    }
                    _ => open,
                };
            }
            (Shape::Var(_), Shape::Var(_)) => {
                self.expect(a, &Type::any(), false);
                let own = self.of(a);
                return self.expect(b, &own, false);
            }
            (Shape::Var(_), Shape::Array(_) | Shape::Object(_)) => {
                self.assume_any(b);
                let own = self.of(b);
                return self.expect(a, &own, false);
            }
            (Shape::Array(_) | Shape::Object(_), Shape::Var(_)) => {
                self.assume_any(a);
                let own = self.of(a);
                return self.expect(b, &own, false);
            }
            _ => {}
        }
        match (a, left, b, right) {
            // From refs and calls whose types tell nothing, variables learn nothing.
            (var @ Shape::Var(_), Type::Unknown, Shape::Leaf(_), _)
            | (Shape::Leaf(_), _, var @ Shape::Var(_), Type::Unknown) => {
                self.assume_any(var);
                true
            }
            (Shape::Var(_), Type::Unknown, _, right) if *right != Type::Unknown => {
                self.expect(a, right, false)
            }
            (_, left, Shape::Var(_), Type::Unknown) if *left != Type::Unknown => {
                self.expect(b, left, false)
            }
            (.., Type::Unknown) | (_, Type::Unknown, ..) => true,
            // Sets of which nothing is known are compared with nothing, not even with each other.
            (Shape::Set(_), ..) | (_, _, Shape::Set(_), _) => false,
            (.., Type::Set(_)) | (_, Type::Set(_), ..) => left.unifies(right),
            _ => true,
        }
    }

    fn unify_parts(&mut self, a: &Shape, b: &Shape) -> bool {
        let (left, right) = (self.of(a), self.of(b));
        self.unify(a, &left, b, &right)
    }
}

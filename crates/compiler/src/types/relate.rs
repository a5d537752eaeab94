//! What types have to do with each other.

use super::Type;
use crate::ir::Const;

impl Type {
    /// What is of one type or the other.
    #[must_use]
    pub fn or(self, other: Type) -> Type {
        match (self, other) {
            (Type::Unknown, other) | (other, Type::Unknown) => other,
            (Type::Any(a), Type::Any(b)) => {
                if a.of.is_empty() {
                    return Type::Any(a);
                }
                if b.of.is_empty() {
                    return Type::Any(b);
                }
                Type::union(a.of.iter().chain(&b.of).cloned().collect())
            }
            (Type::Any(union), one) | (one, Type::Any(union)) => {
                if union.of.is_empty() || union.of.binary_search(&one).is_ok() {
                    return Type::Any(union);
                }
                Type::union(union.of.iter().cloned().chain([one]).collect())
            }
            (a, b) if a == b => a,
            (a, b) => Type::union(vec![a, b]),
        }
    }

    /// What two definitions of one rule make together.
    #[must_use]
    pub fn merge(self, other: Type) -> Type {
        match (&self, &other) {
            (Type::Object(a), Type::Object(b)) if a.fields.is_empty() && b.fields.is_empty() => {
                match (&a.rest, &b.rest) {
                    (None, _) => other,
                    (_, None) => self,
                    (Some((key, value)), Some((other_key, other_value))) => Type::object(
                        Vec::new(),
                        Some((
                            key.clone().or(other_key.clone()),
                            value.clone().merge(other_value.clone()),
                        )),
                    ),
                }
            }
            (Type::Set(a), Type::Set(b)) => {
                let of = a.of.iter().chain(&b.of).cloned().reduce(Type::or);
                Type::set(of)
            }
            _ => self.or(other),
        }
    }

    /// Whether something in it is not known yet.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Type::Unknown => true,
            Type::Array(array) => array.items.iter().chain(&array.rest).any(Type::is_unknown),
            Type::Object(object) => {
                object.fields.iter().any(|(_, value)| value.is_unknown())
                    || (object.rest.iter())
                        .any(|(key, value)| key.is_unknown() || value.is_unknown())
            }
            // The empty set is known, but tells nothing about its members.
            Type::Set(set) => set.of.as_ref().is_none_or(Type::is_unknown),
            _ => false,
        }
    }

    /// The type where nobody will tell more about what is not known of it: that can then be anything.
    #[must_use]
    pub fn settled(self) -> Type {
        if !self.is_unknown() {
            return self;
        }
        let all = |types: &[Type]| types.iter().cloned().map(Type::settled).collect();
        match &self {
            Type::Unknown => Type::any(),
            Type::Array(array) => {
                Type::array(all(&array.items), array.rest.clone().map(Type::settled))
            }
            Type::Object(object) => Type::object(
                (object.fields.iter())
                    .map(|(key, value)| (key.clone(), value.clone().settled()))
                    .collect(),
                (object.rest.clone()).map(|(key, value)| (key.settled(), value.settled())),
            ),
            Type::Set(set) => Type::set(set.of.clone().map(Type::settled)),
            _ => self,
        }
    }

    /// Whether a value can have both types.
    #[must_use]
    pub fn unifies(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Unknown, _) | (_, Type::Unknown) => false,
            (Type::Any(union), other) | (other, Type::Any(union)) => {
                union.of.is_empty()
                    || union.of.iter().any(|one| one.unifies(other))
                    || matches!(other, Type::Any(union) if union.of.is_empty())
            }
            (Type::Array(a), Type::Array(b)) => {
                let fits = |items: &[Type], a: &super::Array, b: &super::Array| {
                    (0..items.len()).all(|i| match (a.item(i), b.item(i)) {
                        (Some(a), Some(b)) => a.unifies(b),
                        _ => false,
                    })
                };
                fits(&a.items, a, b)
                    && fits(&b.items, b, a)
                    && match (&a.rest, &b.rest) {
                        (Some(a), Some(b)) => a.unifies(b),
                        _ => true,
                    }
            }
            (Type::Object(a), Type::Object(b)) => {
                let open = a.rest.is_some() || b.rest.is_some();
                let fits = |a: &super::Object, b: &super::Object| {
                    a.fields.iter().all(|(key, value)| match b.field(key) {
                        Some(other) => value.unifies(&other),
                        None => open,
                    })
                };
                fits(a, b)
                    && fits(b, a)
                    && match (&a.rest, &b.rest) {
                        (Some((_, a)), Some((_, b))) => a.unifies(b),
                        _ => true,
                    }
            }
            (Type::Set(a), Type::Set(b)) => match (&a.of, &b.of) {
                (Some(a), Some(b)) => a.unifies(b),
                _ => true,
            },
            (a, b) => a == b,
        }
    }

    /// Whether it is a superset of a type.
    fn contains(&self, other: &Type) -> bool {
        match self {
            Type::Any(union) => union.of.is_empty() || union.of.binary_search(other).is_ok(),
            own => own == other,
        }
    }

    /// The type of keys that can be enumerated; nothing where there are none.
    #[must_use]
    pub fn keys(&self) -> Option<Type> {
        match self {
            Type::Array(_) => Some(Type::Number),
            Type::Object(object) => (object.fields.iter())
                .map(|(key, _)| Type::of(key))
                .chain(object.rest.iter().map(|(key, _)| key.clone()))
                .reduce(Type::or),
            Type::Set(set) => set.of.clone(),
            Type::Any(union) if union.of.is_empty() => Some(self.clone()),
            Type::Any(union) => union.of.iter().filter_map(Type::keys).reduce(Type::or),
            _ => None,
        }
    }

    /// The type of values that can be enumerated; nothing where there are none.
    #[must_use]
    pub fn values(&self) -> Option<Type> {
        match self {
            Type::Array(array) => (array.items.iter().chain(&array.rest))
                .cloned()
                .reduce(Type::or),
            Type::Object(object) => (object.fields.iter())
                .map(|(_, value)| value.clone())
                .chain(object.rest.iter().map(|(_, value)| value.clone()))
                .reduce(Type::or),
            Type::Set(set) => set.of.clone(),
            Type::Any(union) if union.of.is_empty() => Some(self.clone()),
            Type::Any(union) => union.of.iter().filter_map(Type::values).reduce(Type::or),
            _ => None,
        }
    }

    /// The type of what stands behind a key; nothing where there is none.
    #[must_use]
    pub fn select(&self, key: &Const) -> Option<Type> {
        match self {
            Type::Array(array) => match key {
                Const::Number(text) => array.item(text.parse().ok()?).cloned(),
                _ => None,
            },
            Type::Object(object) => object.field(key),
            Type::Set(set) => {
                let key = Type::of(key);
                match set.of.as_ref()? {
                    of @ Type::Any(_) => of.contains(&key).then_some(key),
                    of => (*of == key).then_some(key),
                }
            }
            Type::Any(union) if union.of.is_empty() => Some(self.clone()),
            Type::Any(union) => (union.of.iter())
                .filter_map(|one| one.select(key))
                .reduce(Type::or),
            _ => None,
        }
    }

    /// Whether it is a collection that can hold nothing.
    #[must_use]
    pub fn is_empty_collection(&self) -> bool {
        match self {
            Type::Array(array) => array.items.is_empty() && array.rest.is_none(),
            Type::Object(object) => object.fields.is_empty() && object.rest.is_none(),
            Type::Set(set) => set.of.is_none(),
            _ => false,
        }
    }

    /// The keys that objects of this type have for sure, sorted.
    #[must_use]
    pub fn known_keys(&self) -> Vec<Const> {
        let mut keys: Vec<Const> = match self {
            Type::Object(object) => object.fields.iter().map(|(key, _)| key.clone()).collect(),
            Type::Any(union) => union.of.iter().flat_map(Type::known_keys).collect(),
            _ => Vec::new(),
        };
        keys.sort();
        keys.dedup();
        keys
    }
}

impl super::Array {
    /// The type of the item at a place.
    #[must_use]
    pub fn item(&self, at: usize) -> Option<&Type> {
        self.items.get(at).or(self.rest.as_ref())
    }
}

impl super::Object {
    /// The type of what stands behind a key.
    #[must_use]
    pub fn field(&self, key: &Const) -> Option<Type> {
        if let Ok(at) = self.fields.binary_search_by(|(own, _)| own.cmp(key)) {
            return self.fields.get(at).map(|(_, value)| value.clone());
        }
        // Numbers are equal however they are written.
        if let Const::Number(key) = key
            && let Ok(key) = key.parse::<f64>()
        {
            let same = |own: &Const| matches!(own, Const::Number(own) if own.parse() == Ok(key));
            if let Some((_, value)) = self.fields.iter().find(|(own, _)| same(own)) {
                return Some(value.clone());
            }
        }
        let (keys, value) = self.rest.as_ref()?;
        keys.contains(&Type::of(key)).then(|| value.clone())
    }
}

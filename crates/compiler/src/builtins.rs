//! Which builtin functions a policy may call: the standard table, and those that its host declares.

use std::sync::Arc;

use indexmap::IndexMap;
use kpol_abi::builtins::{BUILTINS, Builtin, BuiltinId, by_name};
use serde::{Deserialize, Serialize};

use crate::capabilities::Capabilities;

/// The most arguments of a declared builtin: as many as a module can pass.
pub const MAX_ARGS: usize = 4;

/// A builtin function that is not in the standard table: its host declares and provides it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Declared {
    /// Its name in Rego: identifiers with dots between them.
    pub name: String,
    /// Types of its arguments, written as in the standard table.
    pub args: Vec<String>,
    /// The type of its result.
    pub result: String,
    /// Whether two calls with equal arguments may differ.
    #[serde(default)]
    pub nondeterministic: bool,
}

impl From<&Builtin> for Declared {
    fn from(builtin: &Builtin) -> Declared {
        Declared {
            name: builtin.name.to_owned(),
            args: builtin.args.iter().map(|arg| (*arg).to_owned()).collect(),
            result: builtin.result.to_owned(),
            nondeterministic: builtin.nondeterministic,
        }
    }
}

/// Why a builtin cannot be declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeclareError {
    /// A name that no call can have.
    #[error("`{0}` is no name of a function")]
    Name(String),
    /// A name that is taken.
    #[error("`{0}` is a builtin already")]
    Taken(String),
    /// More than [`MAX_ARGS`] arguments.
    #[error("`{0}` has more than {MAX_ARGS} arguments")]
    Arguments(String),
}

/// The builtins that a policy may call. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    declared: Arc<IndexMap<String, Declared>>,
    /// What may be called of them; without it, all.
    capabilities: Option<Arc<Capabilities>>,
}

/// A builtin of a [`Registry`].
#[derive(Debug, Clone, Copy)]
pub enum Entry<'r> {
    /// Of the standard table.
    Standard(&'static Builtin),
    /// A declared one.
    Declared(&'r Declared),
}

impl Registry {
    /// These builtins, and others that are declared; the default has the standard ones only.
    ///
    /// # Errors
    /// Where one of them cannot be declared.
    pub fn with(
        &self,
        declared: impl IntoIterator<Item = Declared>,
    ) -> Result<Registry, DeclareError> {
        let mut all = IndexMap::clone(&self.declared);
        for declared in declared {
            let name = declared.name.clone();
            if !is_name(&name) {
                return Err(DeclareError::Name(name));
            }
            if declared.args.len() > MAX_ARGS {
                return Err(DeclareError::Arguments(name));
            }
            if by_name(&name).is_some() || all.insert(name.clone(), declared).is_some() {
                return Err(DeclareError::Taken(name));
            }
        }
        Ok(Registry {
            declared: Arc::new(all),
            capabilities: self.capabilities.clone(),
        })
    }

    /// Those of these builtins that capabilities allow.
    #[must_use]
    pub fn restricted(&self, capabilities: Arc<Capabilities>) -> Registry {
        Registry {
            declared: Arc::clone(&self.declared),
            capabilities: Some(capabilities),
        }
    }

    /// What restricts these builtins.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_deref()
    }

    /// Finds a builtin that may be called by its name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(BuiltinId, Entry<'_>)> {
        let allowed = self.capabilities().is_none_or(|own| own.allows(name));
        if allowed { self.known(name) } else { None }
    }

    /// Why a name that [`Registry::find`] does not find could have been expected there.
    pub(crate) fn hint(&self, name: &str) -> Option<String> {
        self.capabilities()?.hint(name, self.known(name).is_some())
    }

    fn known(&self, name: &str) -> Option<(BuiltinId, Entry<'_>)> {
        let id = by_name(name).or_else(|| Some(declared_id(self.declared.get_index_of(name)?)))?;
        Some((id, self.get(id)?))
    }

    /// The builtin of a number.
    #[must_use]
    pub fn get(&self, id: BuiltinId) -> Option<Entry<'_>> {
        match id.get() {
            Some(builtin) => Some(Entry::Standard(builtin)),
            None => {
                let (_, declared) = self.declared.get_index(declared_index(id)?)?;
                Some(Entry::Declared(declared))
            }
        }
    }

    /// All builtins, whatever may be called of them.
    pub fn all(&self) -> impl Iterator<Item = Entry<'_>> {
        let standard = BUILTINS.iter().map(Entry::Standard);
        standard.chain(self.declared.values().map(Entry::Declared))
    }
}

/// The number of the declared builtin at that place of a list.
#[must_use]
pub const fn declared_id(index: usize) -> BuiltinId {
    BuiltinId((BUILTINS.len() + index) as u32)
}

/// The place in its list of the declared builtin of that number.
#[must_use]
pub const fn declared_index(id: BuiltinId) -> Option<usize> {
    (id.0 as usize).checked_sub(BUILTINS.len())
}

impl<'r> Entry<'r> {
    /// Its name in Rego.
    #[must_use]
    pub fn name(self) -> &'r str {
        match self {
            Entry::Standard(builtin) => builtin.name,
            Entry::Declared(declared) => &declared.name,
        }
    }

    /// The number of its arguments.
    #[must_use]
    pub fn arity(self) -> usize {
        match self {
            Entry::Standard(builtin) => builtin.arity(),
            Entry::Declared(declared) => declared.args.len(),
        }
    }

    /// Types of its arguments.
    #[must_use]
    pub fn args(self) -> Vec<&'r str> {
        match self {
            Entry::Standard(builtin) => builtin.args.to_vec(),
            Entry::Declared(declared) => declared.args.iter().map(String::as_str).collect(),
        }
    }

    /// The name of an argument, or of the result behind them; it may be empty.
    #[must_use]
    pub fn arg_name(self, index: usize) -> &'r str {
        match self {
            Entry::Standard(builtin) => builtin.names.get(index).copied().unwrap_or_default(),
            Entry::Declared(_) => "",
        }
    }

    /// The type of its result, if it has one.
    #[must_use]
    pub fn result(self) -> Option<&'r str> {
        match self {
            Entry::Standard(builtin) => (builtin.result != "-").then_some(builtin.result),
            Entry::Declared(declared) => Some(&declared.result),
        }
    }

    /// Its infix operator, if it has one.
    #[must_use]
    pub const fn infix(self) -> Option<&'static str> {
        match self {
            Entry::Standard(builtin) => builtin.infix,
            Entry::Declared(_) => None,
        }
    }

    /// Whether two calls with equal arguments may differ.
    #[must_use]
    pub const fn is_nondeterministic(self) -> bool {
        match self {
            Entry::Standard(builtin) => builtin.nondeterministic,
            Entry::Declared(declared) => declared.nondeterministic,
        }
    }

    /// Whether it relates its arguments to many results.
    #[must_use]
    pub const fn is_relation(self) -> bool {
        matches!(self, Entry::Standard(builtin) if builtin.relation)
    }

    /// Whether Rego v1 refuses it.
    #[must_use]
    pub const fn is_deprecated(self) -> bool {
        matches!(self, Entry::Standard(builtin) if builtin.deprecated)
    }
}

/// Whether a name is made of identifiers with dots between them.
fn is_name(name: &str) -> bool {
    name.split('.').all(|part| {
        let mut bytes = part.bytes();
        bytes
            .next()
            .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
            && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(name: &str, args: usize) -> Declared {
        Declared {
            name: name.to_owned(),
            args: vec!["any".to_owned(); args],
            result: "any".to_owned(),
            nondeterministic: false,
        }
    }

    #[test]
    fn declared_builtins_follow_the_standard_ones() {
        let registry = Registry::default()
            .with([declared("b.x", 1), declared("a", 4)])
            .unwrap_or_default();
        let (id, entry) = registry
            .find("a")
            .map_or((BuiltinId(0), ""), |(id, e)| (id, e.name()));
        assert_eq!((id, entry), (declared_id(1), "a"));
        assert_eq!(registry.get(id).map(Entry::arity), Some(4));
        assert_eq!(registry.find("count").map(|(id, _)| id), by_name("count"));
        assert!(registry.find("b").is_none());
        assert!(registry.get(declared_id(2)).is_none());
    }

    #[test]
    fn what_no_call_can_name_is_refused() {
        let refused =
            |declared: &[Declared]| Registry::default().with(declared.iter().cloned()).err();
        for name in ["", "a.", ".a", "1a", "a b", "a-b"] {
            let wanted = Some(DeclareError::Name(name.to_owned()));
            assert_eq!(refused(&[declared(name, 0)]), wanted);
        }
        let taken = |name: &str| Some(DeclareError::Taken(name.to_owned()));
        assert_eq!(refused(&[declared("count", 1)]), taken("count"));
        assert_eq!(refused(&[declared("x", 1), declared("x", 2)]), taken("x"));
        let many = Some(DeclareError::Arguments("x".to_owned()));
        assert_eq!(refused(&[declared("x", 5)]), many);
    }
}

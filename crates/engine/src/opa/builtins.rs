//! The builtins that a module imports from its host.

use std::collections::HashMap;

use kpol_abi::{
    builtins::{BuiltinId, by_name},
    layout::control,
};
use kpol_builtins::{HostBuiltins, HostCall};
use kpol_runtime::{
    Heap, Value,
    builtins::{self, BuiltinError},
    json,
};

use crate::{answers::Answer, error::LoadError};

/// A module's own numbers of builtins.
#[derive(Debug, Default)]
pub(super) struct Table(HashMap<u32, Builtin>);

/// A builtin that a module calls.
#[derive(Debug)]
pub(super) struct Builtin {
    name: String,
    provider: Provider,
    pub(super) nondeterministic: bool,
}

#[derive(Debug, Clone, Copy)]
enum Provider {
    /// The runtime has it, and runs natively.
    Runtime(BuiltinId),
    /// It takes lines for `print`.
    Print,
    /// The engine's user has it.
    Host,
}

/// What an evaluation can see of the world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    pub(super) strict: bool,
    pub(super) now: i64,
    pub(super) seed: u64,
    /// The size in bytes that the values of one call may reach.
    pub(super) heap: u32,
}

/// What a call of a builtin led to.
pub(super) enum Outcome {
    Answer(Answer),
    Printed(Vec<String>),
    /// Its values do not fit the limits.
    Memory,
}

impl Table {
    /// Finds somebody for each builtin.
    pub(super) fn new(
        wanted: Vec<(String, u32)>,
        host: &dyn HostBuiltins,
    ) -> Result<Table, LoadError> {
        let mut table = HashMap::with_capacity(wanted.len());
        for (name, number) in wanted {
            let Some(builtin) = Builtin::find(&name, host) else {
                return Err(LoadError::UnknownBuiltin { name });
            };
            table.insert(number, builtin);
        }
        Ok(Table(table))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|builtin| builtin.name.as_str())
    }

    pub(super) fn get(&self, number: u32) -> Option<&Builtin> {
        self.0.get(&number)
    }
}

impl Builtin {
    fn find(name: &str, host: &dyn HostBuiltins) -> Option<Builtin> {
        let id = by_name(name);
        let described = id.and_then(BuiltinId::get);
        let provider = match id {
            _ if name == "internal.print" => Provider::Print,
            // A relation has many results; a call through the ABI has one.
            Some(_) if described.is_some_and(|b| b.relation) => return None,
            Some(id) if builtins::implementation(id).is_some() => Provider::Runtime(id),
            _ if host.has(name) => Provider::Host,
            _ => return None,
        };
        Some(Builtin {
            name: name.to_owned(),
            provider,
            nondeterministic: described.is_some_and(|b| b.nondeterministic),
        })
    }

    /// Calls it. `args` is a Rego array of ground terms; errors begin with its name.
    pub(super) fn call(&self, host: &dyn HostBuiltins, args: &str, scene: &Scene) -> Outcome {
        match self.provider {
            Provider::Runtime(id) => run(id, args, scene),
            Provider::Print => match super::print::lines(args, scene.heap) {
                Some(lines) => Outcome::Printed(lines),
                None => Outcome::Answer(Err(unread(&self.name))),
            },
            Provider::Host => {
                let call = HostCall {
                    name: &self.name,
                    args,
                    now_ns: scene.now,
                    file: None,
                };
                Outcome::Answer(host.call(&call).map_err(|error| BuiltinError {
                    message: format!("{}: {}", self.name, error.message),
                    ..error
                }))
            }
        }
    }
}

fn run(id: BuiltinId, args: &str, scene: &Scene) -> Outcome {
    let builtin = id.get();
    let name = builtin.map_or("", |b| b.name);
    let mut heap = Heap::with_limit(scene.heap);
    heap.set_control(control::NOW, scene.now as u32);
    heap.set_control(control::NOW + 4, (scene.now >> 32) as u32);
    heap.set_control(control::SEED, scene.seed as u32);
    heap.set_control(control::SEED + 4, (scene.seed >> 32) as u32);
    let args = match json::parse_term(&mut heap, args) {
        Ok(array) => heap.items(array),
        Err(_) => return Outcome::Answer(Err(unread(name))),
    };
    let arity = builtin.map_or(0, |b| b.arity());
    if args.len() != arity {
        let message = format!("{name}: called with {} operands, takes {arity}", args.len());
        return Outcome::Answer(Err(BuiltinError::failed(message)));
    }
    let result = builtins::call(&mut heap, id, &args);
    if heap.exhausted() {
        return Outcome::Memory;
    }
    Outcome::Answer(match result {
        None => Err(BuiltinError::failed(format!("{name}: not available"))),
        Some(Err(error)) => Err(error),
        Some(Ok(Value::UNDEFINED)) => Ok(None),
        Some(Ok(value)) => {
            let mut text = String::new();
            json::write_term(&mut heap, value, &mut text);
            Ok(Some(text))
        }
    })
}

fn unread(name: &str) -> BuiltinError {
    BuiltinError::failed(format!("{name}: the operands are no values"))
}

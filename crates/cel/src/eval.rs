//! Evaluation.

use std::cell::Cell;
use std::sync::Arc;

use crate::access::{
    has, index_into, not_iterable, not_optional, optional_index, select, shown, unsupported_key,
};
use crate::error::{EvalError, EvalErrorKind};
use crate::node::{Macro, MacroKind, Node};
use crate::ops;
use crate::value::{Key, Map, Value};

/// Runs `f` with room on the stack, however deep the caller is.
pub(crate) fn with_room<T>(f: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(128 << 10, 1 << 20, f)
}

/// What names stand for.
pub trait Activation {
    /// The value of the declared name of this number.
    fn name(&self, number: usize) -> Value;

    /// The value of `variables.NAME` of this number. What it costs is taken from `budget`.
    ///
    /// # Errors
    /// The variable has no value, or the budget is spent.
    fn variable(&self, number: usize, budget: &Budget) -> Result<Value, EvalError>;
}

/// How much may still be done.
///
/// A unit is about one step of an evaluation, one element of a list or ten bytes of a string that is made.
#[derive(Debug)]
pub struct Budget(Cell<u64>);

impl Budget {
    /// A budget of so many units.
    pub fn new(units: u64) -> Self {
        Self(Cell::new(units))
    }

    /// Takes units away.
    ///
    /// # Errors
    /// There are not as many left.
    pub fn spend(&self, units: u64) -> Result<(), EvalError> {
        match self.0.get().checked_sub(units) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => {
                self.0.set(0);
                Err(EvalError::out_of_budget())
            }
        }
    }

    pub(crate) fn spend_for(&self, size: usize) -> Result<(), EvalError> {
        self.spend(u64::try_from(size).unwrap_or(u64::MAX))
    }
}

pub(crate) struct Evaluator<'e> {
    activation: &'e dyn Activation,
    budget: &'e Budget,
    locals: Vec<Value>,
}

type Outcome = Result<Value, EvalError>;

/// An error that `||` and `&&` may do without. A spent budget is none.
fn absorbable(error: EvalError) -> Result<EvalError, EvalError> {
    match error.kind {
        EvalErrorKind::NoValue => Ok(error),
        EvalErrorKind::Budget => Err(error),
    }
}

impl<'e> Evaluator<'e> {
    pub(crate) fn new(activation: &'e dyn Activation, budget: &'e Budget) -> Self {
        Self {
            activation,
            budget,
            locals: Vec::new(),
        }
    }

    pub(crate) fn eval(&mut self, node: &Node) -> Outcome {
        self.budget.spend(1)?;
        match node {
            Node::Const(value) => Ok(value.clone()),
            Node::Name(number) => Ok(self.activation.name(*number)),
            Node::Local(slot) => self
                .locals
                .get(*slot)
                .cloned()
                .ok_or_else(EvalError::no_overload),
            _ => with_room(|| self.inner(node)),
        }
    }

    fn inner(&mut self, node: &Node) -> Outcome {
        match node {
            Node::Const(_) | Node::Name(_) | Node::Local(_) => self.eval(node),
            Node::Variable(number) => self.activation.variable(*number, self.budget),
            Node::Select(operand, field) => {
                let operand = self.eval(operand)?;
                select(&operand, field)
            }
            Node::Has(operand, field) => {
                let operand = self.eval(operand)?;
                has(&operand, field).map(Value::Bool)
            }
            Node::OptionalSelect(operand, field) => {
                let operand = self.eval(operand)?;
                optional_index(&operand, &Value::String(field.clone()))
            }
            Node::Index(operand, index) => {
                let operand = self.eval(operand)?;
                let index = self.eval(index)?;
                if let Value::Optional(_) = &operand {
                    return optional_index(&operand, &index);
                }
                index_into(&operand, &index)
            }
            Node::OptionalIndex(operand, index) => {
                let operand = self.eval(operand)?;
                let index = self.eval(index)?;
                optional_index(&operand, &index)
            }
            Node::And(a, b) => self.logic(a, b, false),
            Node::Or(a, b) => self.logic(a, b, true),
            Node::Not(a) => match self.eval(a)? {
                Value::Bool(b) => Ok(Value::Bool(!b)),
                _ => Err(EvalError::no_overload()),
            },
            Node::Negate(a) => ops::negate(&self.eval(a)?),
            Node::Conditional(condition, then, otherwise) => match self.eval(condition)? {
                Value::Bool(true) => self.eval(then),
                Value::Bool(false) => self.eval(otherwise),
                _ => Err(EvalError::no_overload()),
            },
            Node::Binary(op, a, b) => {
                let a = self.eval(a)?;
                let b = self.eval(b)?;
                ops::binary(*op, &a, &b, self.budget)
            }
            Node::List(elements) => self.list(elements),
            Node::Map(entries) => self.map(entries),
            Node::Call(function, args) => {
                let args = args
                    .iter()
                    .map(|a| self.eval(a))
                    .collect::<Result<Vec<_>, _>>()?;
                let made = function.call(&args, self.budget)?;
                self.budget.spend(made.weight())?;
                Ok(made)
            }
            Node::Macro(call) => self.comprehension(call),
            Node::Otherwise(a, b, unwrap) => match self.eval(a)? {
                Value::Optional(Some(value)) if *unwrap => Ok(Value::clone(&value)),
                Value::Optional(Some(value)) => Ok(Value::Optional(Some(value))),
                Value::Optional(None) => self.eval(b),
                _ => Err(EvalError::no_overload()),
            },
        }
    }

    /// `&&` and `||`: one side alone may settle the result, whatever the other one is.
    fn logic(&mut self, a: &Node, b: &Node, settles: bool) -> Outcome {
        let left = self.truth(a)?;
        if left == Ok(settles) {
            return Ok(Value::Bool(settles));
        }
        let right = self.truth(b)?;
        if right == Ok(settles) {
            return Ok(Value::Bool(settles));
        }
        left.and(right).map(Value::Bool)
    }

    /// Outside: the budget. Inside: what may be absorbed.
    fn truth(&mut self, node: &Node) -> Result<Result<bool, EvalError>, EvalError> {
        match self.eval(node) {
            Ok(Value::Bool(b)) => Ok(Ok(b)),
            Ok(_) => Ok(Err(EvalError::no_overload())),
            Err(error) => absorbable(error).map(Err),
        }
    }

    fn list(&mut self, elements: &[(Node, bool)]) -> Outcome {
        let mut items = Vec::with_capacity(elements.len());
        for (element, optional) in elements {
            match (self.eval(element)?, optional) {
                (value, false) => items.push(value),
                (Value::Optional(Some(value)), true) => items.push(Value::clone(&value)),
                (Value::Optional(None), true) => {}
                (value, true) => return Err(not_optional(&value)),
            }
        }
        Ok(Value::from(items))
    }

    fn map(&mut self, entries: &[(Node, Node, bool)]) -> Outcome {
        let mut map = Map::with_capacity(entries.len());
        for (key, value, optional) in entries {
            let key = self.eval(key)?;
            let key = Key::literal(&key).ok_or_else(|| unsupported_key(&key))?;
            let value = match (self.eval(value)?, optional) {
                (value, false) => value,
                (Value::Optional(Some(value)), true) => Value::clone(&value),
                (Value::Optional(None), true) => continue,
                (value, true) => return Err(not_optional(&value)),
            };
            map.insert(key, value);
        }
        Ok(Value::from(map))
    }

    fn comprehension(&mut self, call: &Macro) -> Outcome {
        let range = self.eval(&call.range)?;
        let depth = self.locals.len();
        let outcome = self.over(call, &range);
        self.locals.truncate(depth);
        outcome
    }

    fn set(&mut self, slot: usize, value: Value) {
        self.locals.resize(slot, Value::Null);
        self.locals.push(value);
    }

    fn body(&mut self, call: &Macro) -> Outcome {
        match &call.body {
            Some(body) => self.eval(body),
            None => Ok(Value::Null),
        }
    }

    fn over(&mut self, call: &Macro, range: &Value) -> Outcome {
        if let MacroKind::OptMap | MacroKind::OptFlatMap = call.kind {
            return self.of_optional(call, range);
        }
        let mut result = Collected::new(call.kind);
        match range {
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    if call.pairs {
                        let index = i64::try_from(at).unwrap_or(i64::MAX);
                        self.set(call.slot, Value::Int(index));
                        self.locals.push(item.clone());
                    } else {
                        self.set(call.slot, item.clone());
                    }
                    let key = Key::Int(i64::try_from(at).unwrap_or(i64::MAX));
                    if !self.element(call, key, item, &mut result)? {
                        break;
                    }
                }
            }
            Value::Map(entries) if call.kind != MacroKind::SortBy => {
                for (key, value) in entries.iter() {
                    let name = Value::from(key.clone());
                    self.set(call.slot, name.clone());
                    if call.pairs {
                        self.locals.push(value.clone());
                    }
                    if !self.element(call, key.clone(), &name, &mut result)? {
                        break;
                    }
                }
            }
            other => return Err(not_iterable(other, call.pairs)),
        }
        result.finish()
    }

    /// One element: whether to go on.
    fn element(
        &mut self,
        call: &Macro,
        key: Key,
        item: &Value,
        result: &mut Collected,
    ) -> Result<bool, EvalError> {
        self.budget.spend(1)?;
        if let Some(filter) = &call.filter {
            match self.eval(filter)? {
                Value::Bool(true) => {}
                Value::Bool(false) => return Ok(true),
                _ => return Err(EvalError::no_overload()),
            }
        }
        match result {
            Collected::Quantified { settles, error } => {
                let holds = match &call.body {
                    Some(body) => self.truth(body)?,
                    None => Ok(!*settles),
                };
                match holds {
                    Ok(b) if b == *settles => {
                        *result = Collected::Settled(*settles);
                        return Ok(false);
                    }
                    Ok(_) => {}
                    Err(problem) => {
                        error.get_or_insert(problem);
                    }
                }
            }
            Collected::Settled(_) => return Ok(false),
            Collected::Count(count) => match self.body(call)? {
                Value::Bool(true) => *count += 1,
                Value::Bool(false) => {}
                _ => return Err(EvalError::no_overload()),
            },
            Collected::List(items) => items.push(match &call.body {
                Some(body) => self.eval(body)?,
                None => item.clone(),
            }),
            Collected::Map(map) => {
                let value = self.body(call)?;
                map.insert(key, value);
            }
            Collected::Entries(map) => match self.body(call)? {
                Value::Map(entries) => {
                    for (key, value) in entries.iter() {
                        if map.insert(key.clone(), value.clone()).is_some() {
                            return Err(EvalError::new(format!(
                                "insert failed: key {} already exists",
                                shown(key.clone())
                            )));
                        }
                    }
                }
                _ => return Err(EvalError::no_overload()),
            },
            Collected::Keyed(items) => {
                let key = self.body(call)?;
                items.push((key, item.clone()));
            }
        }
        Ok(true)
    }

    fn of_optional(&mut self, call: &Macro, value: &Value) -> Outcome {
        let Value::Optional(value) = value else {
            let kind = value.type_name();
            return Err(EvalError::new(format!(
                "no such overload: hasValue({kind})"
            )));
        };
        let Some(value) = value else {
            return Ok(Value::Optional(None));
        };
        self.set(call.slot, Value::clone(value));
        match (call.kind, self.body(call)?) {
            (MacroKind::OptMap, value) => Ok(Value::Optional(Some(Arc::new(value)))),
            (_, Value::Optional(value)) => Ok(Value::Optional(value)),
            _ => Err(EvalError::no_overload()),
        }
    }
}

/// What a macro has so far.
enum Collected {
    /// `all` and `exists`: what one element settles it with, and the first error.
    Quantified {
        settles: bool,
        error: Option<EvalError>,
    },
    Settled(bool),
    Count(usize),
    List(Vec<Value>),
    Map(Map),
    Entries(Map),
    Keyed(Vec<(Value, Value)>),
}

impl Collected {
    fn new(kind: MacroKind) -> Self {
        match kind {
            MacroKind::All | MacroKind::Exists => Self::Quantified {
                settles: kind == MacroKind::Exists,
                error: None,
            },
            MacroKind::ExistsOne => Self::Count(0),
            MacroKind::TransformMap => Self::Map(Map::new()),
            MacroKind::TransformMapEntry => Self::Entries(Map::new()),
            MacroKind::SortBy => Self::Keyed(Vec::new()),
            MacroKind::List | MacroKind::OptMap | MacroKind::OptFlatMap => Self::List(Vec::new()),
        }
    }

    fn finish(self) -> Outcome {
        Ok(match self {
            Self::Quantified {
                error: Some(error), ..
            } => return Err(error),
            Self::Quantified { settles, .. } => Value::Bool(!settles),
            Self::Settled(b) => Value::Bool(b),
            Self::Count(n) => Value::Bool(n == 1),
            Self::List(items) => Value::from(items),
            Self::Map(map) | Self::Entries(map) => Value::from(map),
            Self::Keyed(items) => ops::sorted_by(items)?,
        })
    }
}

//! Executes a parsed template.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::functions;
use super::node::{Branch, Command, Fields, MAIN, Node, Operand, Pipeline, Place, Templates};
use super::value::Data;
use super::{MAX_DEPTH, MAX_OUTPUT, MAX_STEPS};

/// Executes the main template.
///
/// # Errors
/// What went wrong, in Go's words.
pub(super) fn execute(templates: &Templates, data: Data) -> Result<String, String> {
    let mut machine = Machine {
        templates,
        name: MAIN,
        out: String::new(),
        variables: vec![("$".to_owned(), data.clone())],
        steps: 0,
        depth: 0,
        at: Place { line: 1, column: 0 },
    };
    let body = templates.get(MAIN).map(Vec::as_slice).unwrap_or_default();
    machine.list(body, &data)?;
    Ok(machine.out)
}

/// How a list of nodes ended.
#[derive(PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

struct Machine<'t> {
    templates: &'t Templates,
    name: &'t str,
    out: String,
    variables: Vec<(String, Data)>,
    steps: u64,
    depth: usize,
    at: Place,
}

impl<'t> Machine<'t> {
    /// An error at the command that runs.
    fn error(&self, context: &dyn std::fmt::Display, text: impl std::fmt::Display) -> String {
        let mut context = context.to_string();
        if context.chars().count() > 20 {
            context = context.chars().take(20).chain("...".chars()).collect();
        }
        let (Place { line, column }, name) = (self.at, self.name);
        format!("template: template:{line}:{column}: executing {name:?} at <{context}>: {text}")
    }

    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.out.len() > MAX_OUTPUT {
            return Err("the template makes too much text, or takes too long".to_owned());
        }
        Ok(())
    }

    fn list(&mut self, nodes: &'t [Node], dot: &Data) -> Result<Flow, String> {
        for node in nodes {
            self.step()?;
            let flow = self.node(node, dot)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &'t Node, dot: &Data) -> Result<Flow, String> {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Action(pipeline) => {
                let value = self.pipeline(pipeline, dot)?;
                if pipeline.variables.is_empty() {
                    value.print(&mut self.out);
                }
            }
            Node::If(branch) => return self.conditional(branch, dot, false),
            Node::With(branch) => return self.conditional(branch, dot, true),
            Node::Range(branch) => return self.range(branch, dot),
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
            Node::Template { name, data, at } => self.call(name, data.as_ref(), *at, dot)?,
        }
        Ok(Flow::Next)
    }

    fn conditional(&mut self, branch: &'t Branch, dot: &Data, with: bool) -> Result<Flow, String> {
        let scope = self.variables.len();
        let value = self.pipeline(&branch.pipeline, dot)?;
        let flow = if !value.truth() {
            self.list(&branch.otherwise, dot)
        } else if with {
            self.list(&branch.body, &value)
        } else {
            self.list(&branch.body, dot)
        };
        self.variables.truncate(scope);
        flow
    }

    fn range(&mut self, branch: &'t Branch, dot: &Data) -> Result<Flow, String> {
        let scope = self.variables.len();
        let value = self.pipeline(&branch.pipeline, dot)?;
        // The variables are set for each element, not by the pipeline.
        if !branch.pipeline.assigns {
            self.variables.truncate(scope);
        }
        let items: Box<dyn Iterator<Item = (Data, Data)>> = match &value {
            Data::List(items) => Box::new(
                (0..)
                    .map(Data::Int)
                    .zip(items.iter().cloned())
                    .collect::<Vec<_>>()
                    .into_iter(),
            ),
            Data::Map(entries) => Box::new(
                entries
                    .iter()
                    .map(|(key, item)| (Data::text(key), item.clone()))
                    .collect::<Vec<_>>()
                    .into_iter(),
            ),
            Data::Int(n) if branch.pipeline.variables.len() > 1 => {
                let text = format!("can't use {n} to iterate over more than one variable");
                return Err(self.error(&branch.pipeline.source(), text));
            }
            Data::Int(n) => Box::new((0..*n).map(|i| (Data::Int(i), Data::Int(i)))),
            Data::Missing | Data::Nil => Box::new(std::iter::empty()),
            other => {
                let mut text = String::new();
                other.write(&mut text);
                let shown = &branch.pipeline.source();
                return Err(self.error(shown, format!("range can't iterate over {text}")));
            }
        };
        let number = matches!(value, Data::Int(_));
        let mut none = true;
        for (key, item) in items {
            none = false;
            self.step()?;
            let inner = self.variables.len();
            self.bind_element(&branch.pipeline, key, &item, number);
            let flow = self.list(&branch.body, &item);
            self.variables.truncate(inner);
            if flow? == Flow::Break {
                break;
            }
        }
        let flow = if none {
            self.list(&branch.otherwise, dot)?
        } else {
            Flow::Next
        };
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn bind_element(&mut self, pipeline: &Pipeline, key: Data, item: &Data, number: bool) {
        let values = match pipeline.variables.len() {
            0 => Vec::new(),
            1 if number => vec![key],
            1 => vec![item.clone()],
            _ => vec![key, item.clone()],
        };
        for (name, value) in pipeline.variables.iter().zip(values) {
            self.set(name, value, pipeline.assigns);
        }
    }

    fn set(&mut self, name: &str, value: Data, assigns: bool) {
        let known = self
            .variables
            .iter_mut()
            .rev()
            .find(|(known, _)| known == name);
        match known {
            Some((_, slot)) if assigns => *slot = value,
            _ => self.variables.push((name.to_owned(), value)),
        }
    }

    fn call(
        &mut self,
        name: &'t str,
        data: Option<&'t Pipeline>,
        at: Place,
        dot: &Data,
    ) -> Result<(), String> {
        self.at = at;
        let Some(body) = self.templates.get(name) else {
            return Err(self.error(
                &format!("{{{{template {name:?}}}}}"),
                format!("template {name:?} not defined"),
            ));
        };
        if self.depth >= MAX_DEPTH {
            return Err(self.error(&name, "exceeded maximum template depth (100000)"));
        }
        let data = match data {
            Some(pipeline) => self.pipeline(pipeline, dot)?,
            None => Data::Missing,
        };
        let variables =
            std::mem::replace(&mut self.variables, vec![("$".to_owned(), data.clone())]);
        let caller = std::mem::replace(&mut self.name, name);
        self.depth += 1;
        let result = self.list(body, &data);
        self.depth -= 1;
        self.name = caller;
        self.variables = variables;
        result.map(|_| ())
    }

    fn pipeline(&mut self, pipeline: &'t Pipeline, dot: &Data) -> Result<Data, String> {
        let mut value = None;
        for command in &pipeline.commands {
            value = Some(self.command(command, dot, value)?);
        }
        let value = value.unwrap_or(Data::Missing);
        for name in &pipeline.variables {
            self.set(name, value.clone(), pipeline.assigns);
        }
        Ok(value)
    }

    fn command(
        &mut self,
        command: &'t Command,
        dot: &Data,
        last: Option<Data>,
    ) -> Result<Data, String> {
        self.step()?;
        self.at = command.at;
        let Some((first, rest)) = command.args.split_first() else {
            return Ok(Data::Missing);
        };
        if let Operand::Function(name) = first {
            return self.function(name, command, rest, dot, last);
        }
        let value = self.operand(first, dot)?;
        if !rest.is_empty() || last.is_some() {
            let text = match first {
                Operand::Field(names) | Operand::Variable(_, names) | Operand::Chain(_, names)
                    if !names.names.is_empty() =>
                {
                    let name = names.names.last().map(String::as_str).unwrap_or_default();
                    format!("{name} is not a method but has arguments")
                }
                _ => format!("can't give argument to non-function {first}"),
            };
            return Err(self.error(first, text));
        }
        if matches!(first, Operand::Nil) {
            return Err(self.error(first, "nil is not a command"));
        }
        Ok(value)
    }

    fn function(
        &mut self,
        name: &str,
        command: &'t Command,
        rest: &'t [Operand],
        dot: &Data,
        last: Option<Data>,
    ) -> Result<Data, String> {
        let shown = command.args.first();
        let context: &dyn std::fmt::Display = match shown {
            Some(first) => first,
            None => &"",
        };
        if matches!(name, "and" | "or") {
            let total = rest.len() + usize::from(last.is_some());
            if total == 0 {
                return Err(self.error(
                    context,
                    format!("wrong number of args for {name}: want at least 1 got 0"),
                ));
            }
            // The first that decides ends the evaluation.
            let mut value = Data::Missing;
            for arg in rest {
                value = self.operand(arg, dot)?;
                if value.truth() == (name == "or") {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut args = Vec::new();
        for arg in rest {
            args.push(self.operand(arg, dot)?);
        }
        args.extend(last);
        self.at = command.at;
        if let ("call", Some(value), Some(shown)) = (name, args.first(), rest.first()) {
            // Go names what was to be called, and no value here is a function.
            let kind = value.type_name();
            return Err(self.error(
                command,
                format!("error calling call: non-function {shown} of type {kind}"),
            ));
        }
        functions::call(name, &args).map_err(|failure| match failure {
            functions::Failure::Arguments(text) => self.error(context, text),
            functions::Failure::Call(text) => {
                self.error(command, format!("error calling {name}: {text}"))
            }
        })
    }

    fn operand(&mut self, operand: &'t Operand, dot: &Data) -> Result<Data, String> {
        Ok(match operand {
            Operand::Dot => dot.clone(),
            Operand::Nil => Data::Nil,
            Operand::Bool(b) => Data::Bool(*b),
            Operand::Int(n) => Data::Int(*n),
            Operand::Float(n) => Data::Float(*n),
            Operand::Text(text) => Data::text(text),
            Operand::Function(name) => {
                functions::call(name, &[]).map_err(|failure| match failure {
                    functions::Failure::Arguments(text) | functions::Failure::Call(text) => {
                        self.error(operand, text)
                    }
                })?
            }
            Operand::Field(names) => self.fields(operand, dot.clone(), names)?,
            Operand::Variable(name, names) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let value = known.map_or(Data::Missing, |(_, value)| value.clone());
                self.fields(operand, value, names)?
            }
            Operand::Chain(pipeline, names) => {
                let scope = self.variables.len();
                let value = self.pipeline(pipeline, dot)?;
                self.variables.truncate(scope);
                self.fields(operand, value, names)?
            }
        })
    }

    fn fields(&mut self, context: &Operand, value: Data, fields: &Fields) -> Result<Data, String> {
        let mut value = value;
        for name in &fields.names {
            value = match value {
                Data::Missing => Data::Missing,
                Data::Nil => {
                    self.at = fields.at;
                    return Err(self.error(
                        context,
                        format!("nil pointer evaluating interface {{}}.{name}"),
                    ));
                }
                Data::Map(entries) => field(&entries, name),
                Data::Struct(value) => match value.fields.get(name.as_str()) {
                    Some(field) => field.clone(),
                    None => {
                        self.at = fields.at;
                        let kind = value.name;
                        return Err(self.error(
                            context,
                            format!("can't evaluate field {name} in type {kind}"),
                        ));
                    }
                },
                other => {
                    self.at = fields.at;
                    let kind = match other {
                        Data::Int(_) | Data::Float(_) => other.type_name(),
                        _ => "interface {}",
                    };
                    return Err(self.error(
                        context,
                        format!("can't evaluate field {name} in type {kind}"),
                    ));
                }
            };
        }
        Ok(value)
    }
}

fn field(entries: &Rc<BTreeMap<String, Data>>, name: &str) -> Data {
    entries.get(name).cloned().unwrap_or(Data::Missing)
}

//! Before anything is timed: all sides must give the same answer.

use serde_json::Value;

use crate::Result;
use crate::kpol::Prepared;
use crate::regorus::{Interpreter, Machine};

/// Fails where kpol and regorus answer differently, with both answers.
///
/// # Errors
/// The difference, or an error of either side.
pub fn agree(
    kpol: &mut Prepared,
    interpreter: &mut Interpreter,
    machine: Option<&mut Machine>,
) -> Result<()> {
    let ours = kpol.evaluate()?.json()?;
    let ours = parse(ours.as_deref())?;
    same("interpreter", &ours, &interpreter.evaluate()?)?;
    match machine {
        Some(machine) => same("bytecode VM", &ours, &machine.evaluate()?),
        None => Ok(()),
    }
}

fn same(name: &str, ours: &Value, theirs: &::regorus::Value) -> Result<()> {
    let theirs = parse(Some(&theirs.to_json_str()?))?;
    if *ours == theirs {
        Ok(())
    } else {
        Err(format!("kpol and regorus' {name} differ:\n{ours}\n{theirs}").into())
    }
}

fn parse(json: Option<&str>) -> Result<Value> {
    Ok(serde_json::from_str(json.unwrap_or("null"))?)
}

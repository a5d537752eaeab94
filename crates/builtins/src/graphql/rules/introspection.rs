//! MaxIntrospectionDepth.

use std::collections::HashSet;

use super::super::ast::{Field, Selection};
use super::super::error::Checked;
use super::super::validate::Walker;

/// How many lists of types may lie in each other.
const MAX_LISTS: u32 = 3;

pub(super) fn depth<'a>(w: &mut Walker<'a>, it: &'a Field) -> Checked<()> {
    if !matches!(&*it.name, "__schema" | "__type") {
        return Ok(());
    }
    if field(w, it, &mut HashSet::new(), 0)? {
        w.report(it.at, "Maximum introspection depth exceeded".to_owned())?;
    }
    Ok(())
}

/// Whether lists lie too deep. `open` has the fragments that this is in.
fn selections<'a>(
    w: &Walker<'a>,
    it: &'a [Selection],
    open: &mut HashSet<&'a str>,
    lists: u32,
) -> Checked<bool> {
    w.budget.enter()?;
    let mut found = false;
    for selection in it {
        w.budget.steps(1)?;
        found = match selection {
            Selection::Field(it) => field(w, it, open, lists)?,
            Selection::Inline(it) => selections(w, &it.selections, open, lists)?,
            Selection::Spread(it) => match w.note(it.id).fragment {
                Some(fragment) if open.insert(&it.name) => {
                    let found = selections(w, &fragment.selections, open, lists)?;
                    open.remove(&*it.name);
                    found
                }
                _ => false,
            },
        };
        if found {
            break;
        }
    }
    w.budget.leave();
    Ok(found)
}

fn field<'a>(
    w: &Walker<'a>,
    it: &'a Field,
    open: &mut HashSet<&'a str>,
    lists: u32,
) -> Checked<bool> {
    let list = matches!(
        &*it.name,
        "fields" | "interfaces" | "possibleTypes" | "inputFields"
    );
    let lists = lists + u32::from(list);
    if list && lists >= MAX_LISTS {
        return Ok(true);
    }
    selections(w, &it.selections, open, lists)
}

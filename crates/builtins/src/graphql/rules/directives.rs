//! KnownDirectives, UniqueDirectivesPerLocation.

use std::collections::HashSet;

use super::super::ast::Directive;
use super::super::error::Checked;
use super::super::validate::{Applied, Walker};

pub(super) fn known<'a>(w: &mut Walker<'a>, it: Applied<'a>) -> Checked<()> {
    let Directive { name, at, .. } = it.directive;
    let Some(definition) = it.definition else {
        return w.report(*at, format!("Unknown directive \"@{name}\"."));
    };
    if definition
        .locations
        .iter()
        .any(|location| &**location == it.location)
    {
        return Ok(());
    }
    // A fragment is walked more than once.
    if !w.state.misplaced.insert((name, *at)) {
        return Ok(());
    }
    let message = format!("Directive \"@{name}\" may not be used on {}.", it.location);
    w.report(*at, message)
}

pub(super) fn unique(w: &mut Walker<'_>, it: &[Directive]) -> Checked<()> {
    let mut seen = HashSet::new();
    for directive in it {
        let name = &directive.name;
        let definition = w.schema.directives.get(name);
        let repeatable = definition.is_some_and(|definition| definition.repeatable);
        if !seen.insert(name) && !repeatable {
            let message =
                format!("The directive \"@{name}\" can only be used once at this location.");
            w.report(directive.at, message)?;
        }
    }
    Ok(())
}

//! Floors: how many cases of a suite must pass.

use std::path::Path;

/// Checks a suite's passes against its floor.
///
/// # Errors
/// A text that says what is wrong: too few passes, no floor, or an unreadable file.
pub(crate) fn check(file: &Path, suite: &str, passed: usize) -> Result<(), String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let floor = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .find_map(|line| {
            let (name, number) = line.split_once(' ')?;
            (name == suite).then(|| number.trim().parse::<usize>().ok())?
        })
        .ok_or_else(|| format!("{} has no floor for `{suite}`", file.display()))?;
    if passed < floor {
        return Err(format!(
            "{suite}: {passed} passed, but the floor is {floor}"
        ));
    }
    if passed > floor {
        println!("{suite}: {passed} passed; the floor of {floor} can rise");
    }
    Ok(())
}

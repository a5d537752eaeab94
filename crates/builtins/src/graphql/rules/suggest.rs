//! "Did you mean ...?"

use super::super::ast::Text;
use super::super::error::{Budget, Checked};

/// `, or` between the last two of up to five items.
fn or_list(items: &[String]) -> String {
    let items = items.get(..5).unwrap_or(items);
    match items {
        [a, b] => format!("{a} or {b}"),
        [first @ .., last] if !first.is_empty() => format!("{}, or {last}", first.join(", ")),
        _ => items.concat(),
    }
}

/// The same with each item in quotes.
pub(super) fn quoted_or_list(items: &[&str]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
    or_list(&quoted)
}

/// A question that ends a message, where some options are like what was written.
pub(super) fn question<'o>(
    budget: &Budget,
    start: &str,
    typed: &str,
    options: impl IntoIterator<Item = &'o Text>,
) -> Checked<String> {
    let found = similar(budget, typed, options)?;
    if found.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(" {start} {}?", quoted_or_list(&found)))
}

/// The options that are like what was written, the most alike first.
pub(super) fn similar<'o>(
    budget: &Budget,
    typed: &str,
    options: impl IntoIterator<Item = &'o Text>,
) -> Checked<Vec<&'o str>> {
    // As far as 0.4 of the length, rounded down, and one more.
    let threshold = typed.len() * 2 / 5 + 1;
    let lower = typed.to_lowercase();
    let mut found = Vec::new();
    for option in options {
        if typed == &**option {
            found.push((0, &**option));
            continue;
        }
        budget.steps(1 + option.len() / 16)?;
        let other = option.to_lowercase();
        if lower == other {
            found.push((1, &**option));
            continue;
        }
        let distance = distance(budget, &lower, &other, threshold)?;
        found.extend(distance.map(|distance| (distance, &**option)));
    }
    found.sort_by_key(|entry| entry.0);
    Ok(found.into_iter().map(|entry| entry.1).collect())
}

/// How many characters must be put in, taken out or replaced, where it is not more than the threshold.
fn distance(budget: &Budget, a: &str, b: &str, threshold: usize) -> Checked<Option<usize>> {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > threshold {
        return Ok(None);
    }
    budget.steps(1 + a.len().saturating_mul(b.len()) / 64)?;
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, from) in b.iter().enumerate() {
        let (mut diagonal, mut left) = (i, i + 1);
        let Some((first, rest)) = row.split_first_mut() else {
            break;
        };
        *first = left;
        for (cell, to) in rest.iter_mut().zip(&a) {
            let above = *cell;
            let replaced = diagonal + usize::from(from != to);
            left = replaced.min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
    }
    Ok(row
        .last()
        .copied()
        .filter(|distance| *distance <= threshold))
}

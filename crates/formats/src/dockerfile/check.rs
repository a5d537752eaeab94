//! What BuildKit refuses of an instruction before it runs any.

use super::args::{Instruction, Word};
use super::shell;

/// Kinds of flags.
#[derive(Clone, Copy, PartialEq)]
enum Flag {
    Bool,
    Text,
    /// May come several times.
    Texts,
}

/// The flags that were given, with their values.
type Given<'a> = Vec<(&'a str, &'a str)>;

pub(super) fn instruction(instruction: &Instruction) -> Result<(), String> {
    let name = instruction.name();
    let shown = name.to_uppercase();
    let words = instruction.words.as_slice();
    let flags = |known| flags(instruction, known);
    match name.as_str() {
        "env" | "label" => {
            flags(&[])?;
            at_least_one(words, &shown)?;
            if words.iter().step_by(3).any(|(key, _)| key.is_empty()) {
                return Err(format!("names of {shown} can not be empty"));
            }
        }
        "maintainer" | "workdir" | "user" => {
            exactly_one(words, &shown)?;
            flags(&[])?;
        }
        // BuildKit does not look at the flags of these.
        "stopsignal" => exactly_one(words, &shown)?,
        "arg" => {
            at_least_one(words, &shown)?;
            if words.iter().any(|(word, _)| word.starts_with('=')) {
                return Err("names of ARG can not be empty".to_owned());
            }
        }
        "add" => {
            flags(&[
                ("chown", Flag::Text),
                ("chmod", Flag::Text),
                ("link", Flag::Bool),
                ("keep-git-dir", Flag::Bool),
                ("checksum", Flag::Text),
                ("unpack", Flag::Bool),
                ("exclude", Flag::Texts),
            ])?;
            destination(words, &shown)?;
        }
        "copy" => {
            flags(&[
                ("chown", Flag::Text),
                ("from", Flag::Text),
                ("chmod", Flag::Text),
                ("link", Flag::Bool),
                ("exclude", Flag::Texts),
                ("parents", Flag::Bool),
            ])?;
            destination(words, &shown)?;
        }
        "from" => {
            stage(words)?;
            flags(&[("platform", Flag::Text)])?;
        }
        "onbuild" => {
            let Some(sub) = &instruction.sub else {
                return Err("ONBUILD requires at least one argument".to_owned());
            };
            flags(&[])?;
            let trigger = sub.cmd.0.trim().to_uppercase();
            if matches!(trigger.as_str(), "MAINTAINER" | "FROM") {
                return Err(format!("{trigger} is not allowed as a trigger of ONBUILD"));
            }
        }
        "run" => run(&flags(&[
            ("mount", Flag::Texts),
            ("network", Flag::Text),
            ("security", Flag::Text),
            ("device", Flag::Texts),
        ])?)?,
        "cmd" | "entrypoint" => {
            flags(&[])?;
        }
        "healthcheck" => health_check(instruction)?,
        "expose" => {
            at_least_one(words, &shown)?;
            flags(&[])?;
        }
        "volume" => {
            at_least_one(words, &shown)?;
            flags(&[])?;
            if words.iter().any(|(word, _)| word.trim().is_empty()) {
                return Err("a volume can not be an empty string".to_owned());
            }
        }
        "shell" => {
            flags(&[])?;
            at_least_one(words, &shown)?;
            if !instruction.json {
                return Err("SHELL requires its arguments in JSON form".to_owned());
            }
        }
        _ => return Err(format!("unknown instruction: {}", instruction.cmd.0)),
    }
    Ok(())
}

fn at_least_one(words: &[Word], name: &str) -> Result<(), String> {
    if words.is_empty() {
        return Err(format!("{name} requires at least one argument"));
    }
    Ok(())
}

fn exactly_one(words: &[Word], name: &str) -> Result<(), String> {
    if words.len() != 1 {
        return Err(format!("{name} requires exactly one argument"));
    }
    Ok(())
}

/// Checks the flags against those that an instruction has.
fn flags<'a>(instruction: &'a Instruction, known: &[(&str, Flag)]) -> Result<Given<'a>, String> {
    let mut given: Given<'a> = Vec::new();
    for (flag, _) in instruction.flags.iter().flatten() {
        let (dashed, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (flag.as_str(), None),
        };
        let name = dashed.strip_prefix("--").unwrap_or(dashed);
        let Some((_, kind)) = known.iter().find(|(known, _)| *known == name) else {
            return Err(format!("unknown flag: {dashed}"));
        };
        if *kind != Flag::Texts && given.iter().any(|(other, _)| *other == name) {
            return Err(format!("duplicate flag: {dashed}"));
        }
        match (kind, value) {
            (Flag::Bool, None) | (Flag::Text | Flag::Texts, Some(_)) => {}
            (Flag::Bool, Some(value)) if !value.is_empty() => {
                if !matches!(value.to_lowercase().as_str(), "true" | "false") {
                    return Err(format!("the value of {dashed} is no boolean: {value}"));
                }
            }
            _ => return Err(format!("the flag {dashed} has no value")),
        }
        given.push((name, value.unwrap_or_default()));
    }
    Ok(given)
}

fn destination(words: &[Word], name: &str) -> Result<(), String> {
    let [.., _, (target, _)] = words else {
        return Err(format!("{name} requires at least two arguments"));
    };
    if matches!(shell::heredoc(target), Ok(Some(_))) {
        return Err(format!("{name} cannot take a heredoc as its destination"));
    }
    Ok(())
}

fn stage(words: &[Word]) -> Result<(), String> {
    match words {
        [_] => Ok(()),
        [_, (sign, _), (name, _)] if sign.eq_ignore_ascii_case("as") => {
            let lower = name.to_lowercase();
            let mut chars = lower.chars();
            let valid = chars.next().is_some_and(|char| char.is_ascii_lowercase())
                && chars.all(|char| {
                    char.is_ascii_lowercase()
                        || char.is_ascii_digit()
                        || matches!(char, '-' | '_' | '.')
                });
            if !valid {
                return Err(format!("`{name}` is no valid name for a build stage"));
            }
            Ok(())
        }
        _ => Err("FROM requires either one or three arguments".to_owned()),
    }
}

fn health_check(instruction: &Instruction) -> Result<(), String> {
    let Some(((kind, _), rest)) = instruction.words.split_first() else {
        return Err("HEALTHCHECK requires at least one argument".to_owned());
    };
    let kind = kind.to_uppercase();
    if kind == "NONE" {
        if !rest.is_empty() {
            return Err("HEALTHCHECK NONE takes no arguments".to_owned());
        }
        return Ok(());
    }
    let given = flags(
        instruction,
        &[
            ("interval", Flag::Text),
            ("timeout", Flag::Text),
            ("start-period", Flag::Text),
            ("start-interval", Flag::Text),
            ("retries", Flag::Text),
        ],
    )?;
    if kind != "CMD" {
        return Err(format!(
            "HEALTHCHECK has no type `{kind}`, but CMD and NONE"
        ));
    }
    if rest.is_empty() {
        return Err("there is no command behind HEALTHCHECK CMD".to_owned());
    }
    for (name, value) in given {
        let valid = match name {
            "retries" => value.is_empty() || value.parse::<i32>().is_ok_and(|count| count >= 0),
            _ => value.is_empty() || duration(value).is_some_and(|ns| ns == 0 || ns >= 1_000_000),
        };
        if !valid {
            return Err(format!("the value of --{name} is not valid: {value}"));
        }
    }
    Ok(())
}

/// Nanoseconds of a duration as Go writes it, such as `1m30.5s`.
fn duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = rest.len()
            - rest
                .trim_start_matches(|char: char| char.is_ascii_digit() || char == '.')
                .len();
        let (number, behind) = rest.split_at_checked(digits)?;
        let unit_len = behind
            .find(|char: char| char.is_ascii_digit() || char == '.')
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(unit_len)?;
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let limit = i128::from(i64::MAX);
        let whole: i128 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        if whole > limit {
            return None;
        }
        total += whole * scale;
        let mut place = scale;
        for digit in fraction.chars() {
            place /= 10;
            total += i128::from(digit.to_digit(10)?) * place;
        }
        if total > limit + i128::from(negative) {
            return None;
        }
        rest = behind;
    }
    Some(if negative { -total } else { total })
}

fn run(given: &[(&str, &str)]) -> Result<(), String> {
    for (name, value) in given {
        match *name {
            "network" if !matches!(*value, "default" | "none" | "host") => {
                return Err(format!("invalid network mode `{value}`"));
            }
            "security" if !matches!(*value, "insecure" | "sandbox") => {
                return Err(format!("invalid security mode `{value}`"));
            }
            "mount" => {
                for field in fields(value)? {
                    let (key, value) = field.split_once('=').unwrap_or((&field, ""));
                    let dollar = value.find('$');
                    if key.to_lowercase() == "from"
                        && dollar.is_some_and(|at| at + 1 != value.len())
                    {
                        return Err("`from` of a mount takes no variables".to_owned());
                    }
                }
            }
            "device" => device(value)?,
            _ => {}
        }
    }
    Ok(())
}

fn device(value: &str) -> Result<(), String> {
    let mut named = false;
    for field in fields(value)? {
        match field.split_once('=') {
            None if field.to_lowercase() == "required" => {}
            Some((key, value)) => match key.to_lowercase().as_str() {
                "name" if named => return Err("the device has two names".to_owned()),
                // An empty name is none.
                "name" => named = !value.is_empty(),
                "required" => {
                    if crate::gotypes::parse_bool(value).is_none() {
                        return Err(format!("the value of `required` is no boolean: {value}"));
                    }
                }
                _ if !named => named = true,
                _ => return Err(format!("a device has no `{key}`")),
            },
            None if !named => named = !field.is_empty(),
            None => return Err(format!("`{field}` has to be a pair key=value")),
        }
    }
    Ok(())
}

/// The fields of one line of comma-separated values.
fn fields(line: &str) -> Result<Vec<String>, String> {
    let malformed = || format!("malformed list: {line}");
    if line.is_empty() {
        return Err(malformed());
    }
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let Some(mut quoted) = rest.strip_prefix('"') else {
            let (field, behind) = match rest.split_once(',') {
                Some((field, behind)) => (field, Some(behind)),
                None => (rest, None),
            };
            if field.contains('"') {
                return Err(malformed());
            }
            fields.push(field.to_owned());
            match behind {
                Some(behind) => rest = behind,
                None => return Ok(fields),
            }
            continue;
        };
        let mut field = String::new();
        loop {
            let (part, behind) = quoted.split_once('"').ok_or_else(malformed)?;
            field.push_str(part);
            match behind.strip_prefix('"') {
                Some(behind) => {
                    field.push('"');
                    quoted = behind;
                }
                None => {
                    quoted = behind;
                    break;
                }
            }
        }
        fields.push(field);
        if quoted.is_empty() {
            return Ok(fields);
        }
        rest = quoted.strip_prefix(',').ok_or_else(malformed)?;
    }
}

//! What a module says when it gives up.

use crate::error::{EvalError, EvalErrorKind, SourceSite};

/// What OPA's own modules say of conflicts; they have no codes.
const CONFLICTS: [&str; 2] = ["var assignment conflict", "object insert conflict"];

/// Takes the text of an abort apart: `file:row: code: message`, where each of the first three may be missing and a
/// column may follow the row.
pub(super) fn error(text: &str) -> EvalError {
    let (site, rest) = match site(text) {
        Some((site, rest)) => (Some(site), rest),
        None => (None, text),
    };
    let coded = rest
        .split_once(": ")
        .and_then(|(code, message)| Some((EvalErrorKind::of_code(code)?, message)));
    let (kind, message) = match coded {
        Some(coded) => coded,
        None if CONFLICTS.contains(&rest) => (EvalErrorKind::Conflict, rest),
        None => (EvalErrorKind::Internal, rest),
    };
    EvalError {
        site,
        ..EvalError::new(kind, message)
    }
}

/// The place at the front of a text, and what follows it. The file's name may have colons of its own.
fn site(text: &str) -> Option<(SourceSite, &str)> {
    text.match_indices(':').find_map(|(at, _)| {
        let (file, rest) = (text.get(..at)?, text.get(at + 1..)?);
        let (line, rest) = number(rest)?;
        let (column, rest) = number(rest).unwrap_or((0, rest));
        let rest = rest.strip_prefix(' ')?;
        let site = SourceSite {
            file: file.to_owned(),
            line,
            column,
            what: String::new(),
        };
        Some((site, rest))
    })
}

/// A number that a colon follows, and what is behind that.
fn number(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_once(':')?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    plain
        .then(|| digits.parse().ok())
        .flatten()
        .map(|n| (n, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        use EvalErrorKind::{Builtin, Conflict, Internal, Type};
        for (text, kind, place, message) in [
            (
                "a.rego:3: eval_conflict_error: complete rules must not produce multiple outputs",
                Conflict,
                "a.rego:3",
                "complete rules must not produce multiple outputs",
            ),
            (
                "p/a.rego:3:7: var assignment conflict",
                Conflict,
                "p/a.rego:3:7",
                "var assignment conflict",
            ),
            (
                "c:\\x.rego:12: eval_type_error: f: bad: 1",
                Type,
                "c:\\x.rego:12",
                "f: bad: 1",
            ),
            (
                "eval_builtin_error: div: divide by zero",
                Builtin,
                "",
                "div: divide by zero",
            ),
            ("opa_malloc: failed", Internal, "", "opa_malloc: failed"),
            ("x:1:", Internal, "", "x:1:"),
            (":99999999999: y", Internal, "", ":99999999999: y"),
            ("x:+1: y", Internal, "", "x:+1: y"),
            ("", Internal, "", ""),
        ] {
            let error = error(text);
            assert_eq!(
                (error.kind, error.message.as_str()),
                (kind, message),
                "{text}"
            );
            let site = error.site.map(|site| site.to_string());
            assert_eq!(site.unwrap_or_default(), place, "{text}");
        }
    }
}

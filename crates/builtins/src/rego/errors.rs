//! Syntax errors in OPA's words, where the parser's mean the same.
//!
//! OPA names the token that it stumbled over, and sometimes what it expected instead. It stops at the first error.

use kpol_diagnostics::Diagnostic;

/// The text of an error.
pub(super) fn message(error: &Diagnostic, file: &str, text: &str) -> String {
    if error.message.starts_with("the module is empty") {
        return one(error, file, text);
    }
    format!("1 error occurred: {}", one(error, file, text))
}

/// An error in OPA's words, as `opa` lists it among others: `policy.rego:3: rego_parse_error: …`, with the line that it
/// is in where OPA shows it. Some of kpol's are several of OPA's.
#[must_use]
pub fn syntax_errors(error: &Diagnostic, file: &str, text: &str) -> Vec<String> {
    let start = error.span.start as usize;
    let row = 1 + text
        .get(..start)
        .map_or(0, |before| before.matches('\n').count());
    if error.message.ends_with("` alone is not a rule") {
        let errors = lone_names(text.get(start..).unwrap_or_default());
        let place = place(file, row, 1);
        return (errors.into_iter())
            .map(|message| format!("{place}rego_parse_error: {message}"))
            .collect();
    }
    vec![one(error, file, text)]
}

/// Each name of `deny contains msg if {` is a rule by itself to a reader of v0, but for the last.
fn lone_names(text: &str) -> Vec<String> {
    const CONTAINS: &str = " (hint: `import future.keywords.contains` for `p contains x` rules)";
    const IF: &str = " (hint: `import future.keywords.if` for `p if { ... }` rules)";
    let line = text.lines().next().unwrap_or_default();
    let head = line
        .split(['{', ':', '=', '[', '('])
        .next()
        .unwrap_or_default();
    let words: Vec<&str> = head.split_whitespace().collect();
    let last = if head.len() < line.len() {
        words.len().saturating_sub(1).max(1)
    } else {
        words.len()
    };
    (words.iter().take(last).enumerate())
        .map(|(at, word)| {
            let next = words.get(at + 1).copied().unwrap_or_default();
            let hint = match (*word, next) {
                ("contains", _) | (_, "contains") => CONTAINS,
                (_, "if") => IF,
                _ => "",
            };
            format!("var cannot be used for rule name{hint}")
        })
        .collect()
}

fn one(error: &Diagnostic, file: &str, text: &str) -> String {
    let said = error.message.as_str();
    if said.starts_with("the module is empty") {
        return format!("{}rego_parse_error: empty module", place(file, 0, 0));
    }
    let found = said
        .split_once(", found ")
        .filter(|_| said.starts_with("expected "));
    let (offset, message, shows_line) = match (brackets(error, text), found) {
        (Some((offset, message)), _) => (offset, message, true),
        (None, Some((expected, found))) => syntax(error, expected, found, text),
        (None, None) => other(error, text),
    };
    let line_start = text
        .get(..offset)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let row = 1 + text
        .get(..line_start)
        .map_or(0, |before| before.matches('\n').count());
    let place = place(file, row, offset - line_start + 1);
    let mut out = format!("{place}rego_parse_error: {message}");
    if shows_line {
        push_line(&mut out, text, offset);
    }
    out
}

fn place(file: &str, row: usize, column: usize) -> String {
    if file.is_empty() {
        format!("{row}:{column}: ")
    } else {
        format!("{file}:{row}: ")
    }
}

/// Brackets and quotes that do not match: OPA stumbles over what stands there instead, or over the end.
fn brackets(error: &Diagnostic, text: &str) -> Option<(usize, String)> {
    let said = error.message.as_str();
    let start = error.span.start as usize;
    if said == "the string has no end on its line" || said == "the raw string has no end" {
        return Some((start, "non-terminated string".to_owned()));
    }
    if said.ends_with(": nothing is open") {
        let found = token(text.get(start..)?);
        return Some((start, format!("unexpected {found}")));
    }
    let is_mismatch = error
        .labels
        .iter()
        .any(|(_, label)| label == "this is not closed");
    let (offset, found, open) = if is_mismatch {
        let (place, _) = error.labels.first()?;
        let open = text.get(place.start as usize..)?.chars().next()?;
        (start, token(text.get(start..)?), open)
    } else {
        let open = said
            .strip_prefix("this `")?
            .strip_suffix("` is not closed")?;
        let open = open.chars().next()?;
        (text.trim_end().len(), "eof token".to_owned(), open)
    };
    let before = text.get(..offset)?.trim_end();
    let unfinished = before.ends_with(|c| "{[(,:;=+-*/%|&<>".contains(c));
    let wanted = match open {
        _ if unfinished => return Some((offset, format!("unexpected {found}"))),
        '[' => r#"expected "," or "]""#,
        '(' => r#"expected "," or ")""#,
        _ => r"expected \n or ; or }",
    };
    Some((offset, format!("unexpected {found}: {wanted}")))
}

/// An error where the grammar did not go on: `expected .., found ..`.
fn syntax(error: &Diagnostic, expected: &str, found: &str, text: &str) -> (usize, String, bool) {
    let start = error.span.start as usize;
    let offset = match found {
        "the end of the text" => text.trim_end().len(),
        "the next statement" => next_token(text, error.span.end as usize),
        _ => start,
    };
    let token = if found == "the end of the text" {
        "eof token".to_owned()
    } else {
        token(text.get(offset..).unwrap_or_default())
    };
    let expected = expected.strip_prefix("expected ").unwrap_or(expected);
    let wanted = match expected {
        "a name after `.`" => "expected identifier".to_owned(),
        "a new line, `;` or `}`" => r"expected \n or ; or }".to_owned(),
        "a new line, `;` or `]`" => r"expected \n or ; or ]".to_owned(),
        "`,` or `)`" => r#"expected "," or ")""#.to_owned(),
        "`,` or `]`" => r#"expected "," or "]""#.to_owned(),
        "`,` or `}`" => r#"expected "," or "}""#.to_owned(),
        "`]`" => "expected [".to_owned(),
        "`)`" => return (offset, "non-terminated expression".to_owned(), true),
        "`:` and a value after the key" => r#"expected ":""#.to_owned(),
        "`as` and a value after the target of `with`" => "expected as keyword".to_owned(),
        "a name after `as`" if !is_import(text, offset) => {
            return (offset, format!("unexpected {token}"), true);
        }
        "a variable after `some`" | "a name after `as`" => "expected var".to_owned(),
        "`:=`, `if` or a body after `else`" => "expected else value term or rule body".to_owned(),
        "`in` and a collection after the variable of `every`" => {
            "expected `x[, y] in xs { ... }` expression".to_owned()
        }
        "a rule on a line of its own" => {
            return (offset, "var cannot be used for rule name".to_owned(), false);
        }
        _ => return (offset, format!("unexpected {token}"), true),
    };
    (offset, format!("unexpected {token}: {wanted}"), true)
}

/// An error about what was read.
fn other(error: &Diagnostic, text: &str) -> (usize, String, bool) {
    let start = error.span.start as usize;
    let said = error.message.as_str();
    let message = match said {
        "rule body without `if`" | "expected `if` before the body of `else`" => {
            let kind = if is_function(text, start) {
                "function"
            } else {
                "rule"
            };
            let message = format!("`if` keyword is required before {kind} body");
            return (start, message, false);
        }
        "partial set rule without `contains`" => {
            let message = "`contains` keyword is required for partial set rules";
            return (start, message.to_owned(), false);
        }
        "expected `package` at the start of the module" | "expected `package`" => {
            "package expected"
        }
        "unexpected `package`: a module has one, at its start" => "unexpected package",
        "a rule needs a value or a body" => "var cannot be used for rule name",
        "the value of a default rule cannot depend on anything" => {
            "illegal default rule (value cannot contain var)"
        }
        _ => {
            let keyword = said
                .strip_suffix("` is a keyword and cannot name a rule")
                .and_then(|rest| rest.strip_prefix('`'));
            if let Some(keyword) = keyword {
                let message = format!("{keyword} keyword cannot be used for rule name");
                return (start, message, true);
            }
            if said == "expected a variable" {
                let found = token(text.get(start..).unwrap_or_default());
                return (start, format!("unexpected {found}: expected var"), true);
            }
            if said.starts_with("unexpected import path") {
                let found = text.get(start..error.span.end as usize).unwrap_or_default();
                let message = format!(
                    "unexpected import path, must begin with one of: {{data, future, input, rego}}, got: {found} \
                     (hint: if this is unexpected, try updating OPA)"
                );
                return (start, message, true);
            }
            if said.starts_with("unexpected ") {
                return (start, "illegal token".to_owned(), true);
            }
            return (start, said.to_owned(), true);
        }
    };
    (start, message.to_owned(), false)
}

/// Whether a line is an import: elsewhere, a value follows `as`.
fn is_import(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with("import")
}

/// Whether the head before a body is that of a function.
fn is_function(text: &str, body: usize) -> bool {
    let before = text.get(..body).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let name = line.find(['=', ':', '"']).unwrap_or(line.len());
    line.get(..name).is_some_and(|name| name.contains('('))
}

/// The first token at or after an offset.
fn next_token(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        at += blank;
        let rest = text.get(at..).unwrap_or_default();
        if !rest.starts_with('#') {
            return at;
        }
        at += rest.find('\n').unwrap_or(rest.len());
    }
}

/// What OPA calls the token at the start of a text.
fn token(text: &str) -> String {
    let word: String = text
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let symbols = [
        (":=", "assign"),
        ("==", "equal"),
        ("!=", "neq"),
        ("<=", "lte"),
        (">=", "gte"),
        ("<", "lt"),
        (">", "gt"),
        ("=", "eq"),
        ("+", "plus"),
        ("-", "minus"),
        ("*", "mul"),
        ("/", "div"),
        ("%", "rem"),
        ("&", "and"),
        ("|", "or"),
        ("\"", "string"),
        ("`", "string"),
    ];
    let name = match word.as_str() {
        "" => {
            let known = symbols.iter().find(|(symbol, _)| text.starts_with(symbol));
            match (known, text.chars().next()) {
                (Some((_, name)), _) => (*name).to_owned(),
                (None, Some(character)) => character.to_string(),
                (None, None) => "eof".to_owned(),
            }
        }
        "package" | "import" | "as" | "default" | "else" | "not" | "some" | "with" | "null"
        | "true" | "false" | "in" | "every" | "contains" | "if" => {
            return format!("{word} keyword");
        }
        word if word.starts_with(|c: char| c.is_ascii_digit()) => "number".to_owned(),
        _ => "identifier".to_owned(),
    };
    format!("{name} token")
}

/// The line of the error, and below it a mark at its place: that of the last character that is no space.
fn push_line(out: &mut String, text: &str, offset: usize) {
    let bytes = text.as_bytes();
    let mut at = offset.min(bytes.len().saturating_sub(1));
    while at > 0 && bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at -= 1;
    }
    let newline = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let begin = bytes
        .get(..at)
        .and_then(|before| before.iter().rposition(newline))
        .map_or(0, |before| before + 1);
    let end = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(newline))
        .map_or(bytes.len(), |length| at + length);
    let whole = text.get(begin..end).unwrap_or_default();
    let line = whole.trim_start_matches('\t');
    let tabs = whole.len() - line.len();
    out.push_str("\n\t");
    out.push_str(line);
    out.push_str("\n\t");
    out.extend(std::iter::repeat_n(' ', (at - begin).saturating_sub(tabs)));
    out.push('^');
}

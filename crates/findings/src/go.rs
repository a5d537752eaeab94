//! Go's way with a text that it takes for a format without arguments.

/// What `fmt.Sprintf(text)` gives: `100% sure` becomes `100%!s(MISSING)ure`, as in conftest's annotations.
pub(crate) fn sprintf(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        rest = directive(&mut out, after);
    }
    out.push_str(rest);
    out
}

/// Writes what a directive gives, and returns what follows it.
fn directive<'t>(out: &mut String, text: &'t str) -> &'t str {
    let digits = |char: char| char.is_ascii_digit();
    let mut good = true;
    let mut indexed = false;
    let mut rest = text.trim_start_matches(['#', '0', '+', '-', ' ']);
    rest = index(rest, &mut good, &mut indexed);
    if let Some(after) = rest.strip_prefix('*') {
        out.push_str("%!(BADWIDTH)");
        rest = after;
        indexed = false;
    } else {
        let after = rest.trim_start_matches(digits);
        if indexed && after.len() < rest.len() {
            good = false;
        }
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('.') {
        if indexed {
            good = false;
        }
        indexed = false;
        rest = index(after, &mut good, &mut indexed);
        if let Some(after) = rest.strip_prefix('*') {
            out.push_str("%!(BADPREC)");
            rest = after;
            indexed = false;
        } else {
            rest = rest.trim_start_matches(digits);
        }
    }
    if !indexed {
        rest = index(rest, &mut good, &mut indexed);
    }
    let mut chars = rest.chars();
    let Some(verb) = chars.next() else {
        out.push_str("%!(NOVERB)");
        return rest;
    };
    if verb == '%' {
        out.push('%');
    } else {
        out.push_str("%!");
        out.push(verb);
        out.push_str(if good { "(MISSING)" } else { "(BADINDEX)" });
    }
    chars.as_str()
}

/// Skips `[n]`: with no arguments, none is right.
fn index<'t>(text: &'t str, good: &mut bool, indexed: &mut bool) -> &'t str {
    let Some(inside) = text.strip_prefix('[') else {
        return text;
    };
    *good = false;
    match inside.split_once(']') {
        Some((number, after)) => {
            *indexed = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            after
        }
        None => inside,
    }
}

#[cfg(test)]
mod tests {
    use super::sprintf;

    #[test]
    fn as_go() {
        for (text, wanted) in [
            ("plain", "plain"),
            ("100% sure", "100%!s(MISSING)ure"),
            ("100%", "100%!(NOVERB)"),
            ("100%%", "100%"),
            ("%d%% of %5.2f", "%!d(MISSING)% of %!f(MISSING)"),
            ("%[1]d", "%!d(BADINDEX)"),
            ("%*d", "%!(BADWIDTH)%!d(MISSING)"),
            ("%.*d", "%!(BADPREC)%!d(MISSING)"),
            ("50%ä", "50%!ä(MISSING)"),
        ] {
            assert_eq!(sprintf(text), wanted, "{text}");
        }
    }
}

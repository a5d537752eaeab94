//! Which line of a template each line of its output comes from.

/// More pairs of lines than this are not compared.
const PAIRS: usize = 8_000_000;

/// A line of a template, taken apart.
struct Pattern<'t> {
    indent: usize,
    /// What stands before, between and behind the actions; one part where there is none.
    literals: Vec<&'t str>,
    /// How many characters of it are not blank.
    weight: usize,
}

/// For each line of the output the number of the template's line, from 0; `None` before the first that is known.
///
/// Lines are matched in order, as many and as exact ones as possible. A line that is left over, as those of a loop's
/// second round or of an included text are, belongs to the template's line that looks most like it, else to that of the
/// line before.
pub(crate) fn align(output: &[&str], template: &[&str]) -> Vec<Option<usize>> {
    let patterns = patterns(template);
    if output.len().saturating_mul(patterns.len()) > PAIRS {
        return vec![None; output.len()];
    }
    let mut lines = in_order(output, &patterns);
    let mut before = None;
    for (line, found) in output.iter().zip(&mut lines) {
        if found.is_none() {
            *found = nearest(line, &patterns, before).or(before);
        }
        before = *found;
    }
    lines
}

/// The longest common run of lines, weighted.
fn in_order(output: &[&str], patterns: &[Pattern<'_>]) -> Vec<Option<usize>> {
    let (rows, columns) = (output.len(), patterns.len());
    let width = columns + 1;
    // best[row * width + column]: the most that lines from there on can score.
    let mut best = vec![0u32; (rows + 1) * width];
    let at = |best: &[u32], row: usize, column: usize| {
        best.get(row * width + column).copied().unwrap_or_default()
    };
    let scores: Vec<u32> = output
        .iter()
        .flat_map(|line| patterns.iter().map(|pattern| score(line, pattern)))
        .collect();
    let score_at = |row: usize, column: usize| {
        scores
            .get(row * columns + column)
            .copied()
            .unwrap_or_default()
    };
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let skip = at(&best, row + 1, column).max(at(&best, row, column + 1));
            let score = score_at(row, column);
            let take = if score > 0 {
                score + at(&best, row + 1, column + 1)
            } else {
                0
            };
            if let Some(cell) = best.get_mut(row * width + column) {
                *cell = skip.max(take);
            }
        }
    }
    let mut lines = vec![None; rows];
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        let score = score_at(row, column);
        let here = at(&best, row, column);
        if score > 0 && here == score + at(&best, row + 1, column + 1) {
            if let Some(line) = lines.get_mut(row) {
                *line = Some(column);
            }
            (row, column) = (row + 1, column + 1);
        } else if here == at(&best, row + 1, column) {
            row += 1;
        } else {
            column += 1;
        }
    }
    lines
}

/// The line that looks most like this one; of several the one nearest to where the line before comes from.
fn nearest(line: &str, patterns: &[Pattern<'_>], before: Option<usize>) -> Option<usize> {
    let near = before.unwrap_or_default();
    patterns
        .iter()
        .enumerate()
        .map(|(number, pattern)| (score(line, pattern), number))
        .filter(|(score, _)| *score > 0)
        .max_by_key(|(score, number)| (*score, std::cmp::Reverse(number.abs_diff(near))))
        .map(|(_, number)| number)
}

/// How much a line looks like what a template's line makes: 0 not at all.
fn score(line: &str, pattern: &Pattern<'_>) -> u32 {
    let text = line.trim();
    if text.is_empty() || pattern.weight == 0 {
        return 0;
    }
    let same_indent = u32::from(line.len() - line.trim_start().len() == pattern.indent);
    match pattern.literals.as_slice() {
        [] => 0,
        [whole] => {
            if whole.trim() == text {
                6 + same_indent
            } else {
                0
            }
        }
        [first, middle @ .., last] => {
            let Some(mut rest) = text.strip_prefix(first.trim_start()) else {
                return 0;
            };
            for part in middle {
                match rest.split_once(part) {
                    Some((_, after)) => rest = after,
                    None => return 0,
                }
            }
            // A lone dash or brace says next to nothing.
            let weight = if pattern.weight < 2 { 1 } else { 4 };
            if rest.ends_with(last.trim_end()) {
                weight + same_indent
            } else {
                0
            }
        }
    }
}

/// Takes the lines of a template apart. Lines inside of an action that spans several have no text of their own.
fn patterns<'t>(template: &[&'t str]) -> Vec<Pattern<'t>> {
    let mut inside = false;
    template
        .iter()
        .map(|line| {
            let mut literals = Vec::new();
            let mut rest: &'t str = line;
            if inside {
                match rest.split_once("}}") {
                    Some((_, after)) => {
                        inside = false;
                        literals.push("");
                        rest = after;
                    }
                    None => rest = "",
                }
            }
            while let Some((before, after)) = rest.split_once("{{") {
                literals.push(before);
                match after.split_once("}}") {
                    Some((_, behind)) => rest = behind,
                    None => {
                        inside = true;
                        rest = "";
                    }
                }
            }
            literals.push(rest);
            let blank = |text: &&str| text.trim().len();
            Pattern {
                indent: line.len() - line.trim_start().len(),
                weight: literals.iter().map(blank).sum(),
                literals,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::align;

    fn lines(output: &str, template: &str) -> Vec<Option<usize>> {
        let output: Vec<&str> = output.lines().collect();
        let template: Vec<&str> = template.lines().collect();
        align(&output, &template)
    }

    #[test]
    fn actions_conditions_loops_and_included_text() {
        let template = "\
{{- if .Values.on }}
kind: Pod
metadata:
  name: {{ .Release.Name }}-x
  labels:
    {{- include \"labels\" . | nindent 4 }}
spec:
  containers:
  {{- range .Values.containers }}
  - name: {{ .name }}
    image: \"{{ .repo }}:{{ .tag }}\"
  {{- end }}
{{- end }}";
        let output = "\
kind: Pod
metadata:
  name: r-x
  labels:
    app: a
    tier: b
spec:
  containers:
  - name: one
    image: \"nginx:1\"
  - name: two
    image: \"nginx:2\"";
        let wanted = [1, 2, 3, 4, 4, 4, 6, 7, 9, 10, 9, 10].map(Some);
        assert_eq!(lines(output, template), wanted);
    }

    #[test]
    fn comments_over_several_lines_make_nothing() {
        let template = "{{- /* a\nkind: Pod\n*/}}\nkind: Pod";
        assert_eq!(lines("kind: Pod", template), [Some(3)]);
    }

    #[test]
    fn what_nothing_looks_like_has_no_line() {
        assert_eq!(lines("a: b", "{{ x }}"), [None]);
        assert_eq!(lines("", ""), []);
    }
}

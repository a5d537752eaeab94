//! Lists: arguments, members, entries.

use super::{Unexpected, Writer, Written};
use crate::text::covered;
use crate::tree::{Loc, Term, Value, is_union};

/// What a list is made of.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Term(&'a Term),
    Entry(&'a Term, &'a Term),
}

impl Item<'_> {
    fn generated(&self) -> bool {
        match self {
            Item::Term(term) => generated(term),
            Item::Entry(key, value) => generated(key) || generated(value),
        }
    }

    fn first(&self) -> &Term {
        match self {
            Item::Term(term) | Item::Entry(term, _) => term,
        }
    }
}

/// Whether a term names a variable as OPA's compiler does: it does not go by the places of such terms.
fn generated(term: &Term) -> bool {
    match &term.value {
        Value::Var(var) => var.name.starts_with("__local"),
        Value::Ref(items) | Value::Call(items) | Value::Array(items) | Value::Set(items) => {
            items.iter().any(generated)
        }
        Value::Object(entries) => entries
            .iter()
            .any(|(key, value)| generated(key) || generated(value)),
        _ => false,
    }
}

/// Groups what begins on the same line as what is before it.
pub(super) fn lines<T>(items: &mut [T], start: u32, loc: impl Fn(&T) -> Loc) -> Vec<usize> {
    items.sort_by_key(|item| {
        let loc = loc(item);
        (loc.row, loc.at)
    });
    let mut lengths = Vec::new();
    let mut row = start;
    let mut length = 0;
    for item in items.iter() {
        let next = loc(item).row;
        if next > row && length > 0 {
            lengths.push(length);
            length = 0;
        }
        row = next;
        length += 1;
    }
    lengths.push(length);
    lengths
}

impl<'a> Writer<'a> {
    /// A list between brackets: on one line if all of it was, else its lines as they were. `unions` are members
    /// whose `|` would begin a comprehension.
    pub(super) fn list(
        &mut self,
        mut items: Vec<Item<'a>>,
        opens: Loc,
        close: Option<u32>,
        unions: bool,
    ) -> Written {
        let lengths = if self.generated && items.iter().any(Item::generated) {
            vec![items.len()]
        } else {
            lines(&mut items, opens.row, |item| item.first().loc)
        };
        let mut broken = lengths.len() > 1;
        if !broken {
            let between = |index: &usize| {
                let row = self.comment_row(*index);
                row > opens.row && close.is_some_and(|close| row < close)
            };
            if self.queue.pending().iter().any(between) {
                return Err(Unexpected);
            }
            if let Some(first) = items.first() {
                let all = covered(self.text, opens.text);
                let written = covered(self.text, first.first().loc.text);
                broken = all
                    .find(written)
                    .and_then(|cut| all.get(..cut))
                    .and_then(|front| front.find('\n'))
                    .is_some_and(|at| at > 0);
            }
        }
        if broken {
            self.delay = true;
            self.end_line();
            self.up();
            self.start_line();
        }
        let mut from = 0;
        for (position, length) in lengths.iter().enumerate() {
            if position > 0 {
                self.put(",");
                self.end_line();
                self.start_line();
            }
            let line = items.get(from..from + length).unwrap_or_default();
            from += length;
            for (position, item) in line.iter().enumerate() {
                if position > 0 {
                    self.put(", ");
                }
                self.item(*item, unions)?;
            }
        }
        if broken {
            self.put(",");
            self.end_line();
            self.comments_before(close)?;
            self.down();
            self.start_line();
        }
        Ok(())
    }

    fn item(&mut self, item: Item<'a>, unions: bool) -> Written {
        match item {
            Item::Term(term) => {
                let starts_with_paren = || covered(self.text, term.loc.text).starts_with('(');
                let parens = is_union(term) && (unions || starts_with_paren());
                self.parenthesised(parens, term)
            }
            Item::Entry(key, value) => {
                self.parenthesised(is_union(key), key)?;
                self.put(": ");
                self.parenthesised(is_union(value), value)
            }
        }
    }

    pub(super) fn parenthesised(&mut self, parens: bool, term: &'a Term) -> Written {
        if !parens {
            return self.term(term);
        }
        self.put("(");
        let written = self.term(term);
        self.put(")");
        written
    }
}

//! Values from and to Rego text, as far as tests need it.

use kpol_runtime::{Heap, Value, json};

/// A value as Rego text.
pub(crate) fn show(heap: &mut Heap<'_>, v: Value) -> String {
    let mut out = String::new();
    json::rego_text(heap, v, &mut out);
    out
}

/// Reads one ground term: JSON, and sets.
pub(crate) fn read(heap: &mut Heap<'_>, text: &str) -> Value {
    let mut reader = Reader { text, at: 0 };
    let v = reader.term(heap);
    reader.space();
    assert_eq!(reader.at, text.len(), "trailing text in `{text}`");
    v
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    fn term(&mut self, heap: &mut Heap<'_>) -> Value {
        self.space();
        for (word, v) in [
            ("null", Value::NULL),
            ("true", Value::TRUE),
            ("false", Value::FALSE),
        ] {
            if self.eat(word) {
                return v;
            }
        }
        if self.eat("set()") {
            return heap.set_new();
        }
        if self.eat("[") {
            let items = self.items(heap, "]");
            return heap.array(&items);
        }
        if self.eat("{") {
            return self.braces(heap);
        }
        if self.rest().starts_with('"') {
            let s = self.string();
            return heap.string(&s);
        }
        let end = self
            .rest()
            .find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))
            .unwrap_or(self.rest().len());
        let number = &self.rest()[..end];
        self.at += end;
        heap.number(number)
            .unwrap_or_else(|| panic!("no term at `{number}` in `{}`", self.text))
    }

    fn items(&mut self, heap: &mut Heap<'_>, close: &str) -> Vec<Value> {
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.term(heap));
            assert!(self.eat(",") || self.rest().trim_start().starts_with(close));
        }
        items
    }

    fn braces(&mut self, heap: &mut Heap<'_>) -> Value {
        if self.eat("}") {
            return heap.object_new();
        }
        let first = self.term(heap);
        if !self.eat(":") {
            let mut items = vec![first];
            if self.eat(",") {
                items.extend(self.items(heap, "}"));
            } else {
                assert!(self.eat("}"));
            }
            return heap.set(&items);
        }
        let mut entries = vec![(first, self.term(heap))];
        while self.eat(",") {
            let key = self.term(heap);
            assert!(self.eat(":"));
            entries.push((key, self.term(heap)));
        }
        assert!(self.eat("}"));
        heap.object(&entries)
    }

    /// A string in Go's quotes.
    fn string(&mut self) -> String {
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return out;
                }
                '\\' => {
                    let (_, c) = chars.next().unwrap();
                    let digits = match c {
                        'x' => 2,
                        'u' => 4,
                        'U' => 8,
                        _ => 0,
                    };
                    if digits > 0 {
                        let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
                        let n = u32::from_str_radix(&hex, 16).unwrap();
                        out.push(char::from_u32(n).unwrap_or(char::REPLACEMENT_CHARACTER));
                    } else {
                        out.push(match c {
                            'n' => '\n',
                            't' => '\t',
                            'r' => '\r',
                            'a' => '\u{7}',
                            'b' => '\u{8}',
                            'f' => '\u{c}',
                            'v' => '\u{b}',
                            c => c,
                        });
                    }
                }
                c => out.push(c),
            }
        }
        panic!("no end of string in `{}`", self.text);
    }
}

//! Modules: package, imports, rules, and what comments are left.

use std::collections::HashMap;

use super::{Queue, Writer};
use crate::compare::{Order, Wildcards};
use crate::tree::{Import, Module, Rule};

impl<'a> Writer<'a> {
    pub(super) fn module(&mut self, module: &'a Module) {
        let first_rule = module.rules.first().map(|rule| rule.loc.row);
        // An import behind a rule has no effect.
        let early = first_rule.is_some_and(|row| {
            module
                .imports
                .iter()
                .any(|import| import.added && import.row >= row)
        });
        let (added, mut imports): (Vec<&Import>, Vec<&Import>) = module
            .imports
            .iter()
            .partition(|import| early && import.added);
        imports.sort_by_key(|import| (import.row, import.at));

        let _ = self.comments_before(Some(module.package.row));
        self.start_line();
        self.put("package ");
        let _ = self.reference(&module.path);
        self.blank_line();
        self.imports(&added);

        let mut imports = imports.as_slice();
        let mut rules = module.rules.as_slice();
        while !imports.is_empty() || !rules.is_empty() {
            let count = match rules.first() {
                Some(rule) => imports
                    .iter()
                    .take_while(|import| (import.row, import.at) < (rule.loc.row, rule.loc.at))
                    .count(),
                None => imports.len(),
            };
            let (now, later) = imports.split_at(count);
            self.imports(now);
            imports = later;
            let count = match imports.first() {
                Some(import) => rules
                    .iter()
                    .take_while(|rule| (rule.loc.row, rule.loc.at) < (import.row, import.at))
                    .count(),
                None => rules.len(),
            };
            let (now, later): (&'a [Rule], &'a [Rule]) = rules.split_at(count);
            self.rules(now);
            rules = later;
        }

        for index in self.queue.pending().to_vec() {
            let text = self.comment_text(index);
            self.whole_line(text);
        }
    }

    /// Imports, sorted inside of groups that blank lines separate.
    fn imports(&mut self, imports: &[&'a Import]) {
        let mut beside: HashMap<u32, usize> = HashMap::new();
        let mut others = Vec::new();
        for index in self.queue.pending() {
            let row = self.comment_row(*index);
            if imports.iter().any(|import| import.row == row) {
                beside.insert(row, *index);
            } else {
                others.push(*index);
            }
        }
        if !beside.is_empty() {
            self.queue = Queue {
                list: others.into(),
                next: 0,
            };
        }
        let order = Order(Wildcards::Distinct);
        for group in imports.chunk_by(|a, b| b.row <= a.row + 1) {
            let Some(first) = group.first() else {
                continue;
            };
            let _ = self.comments_before(Some(first.row));
            let mut sorted = group.to_vec();
            sorted.sort_by(|a, b| {
                a.path
                    .iter()
                    .zip(&b.path)
                    .map(|(a, b)| order.terms(a, b))
                    .find(|order| order.is_ne())
                    .unwrap_or_else(|| a.path.len().cmp(&b.path.len()))
                    .then_with(|| a.alias.cmp(&b.alias))
            });
            for import in sorted {
                self.start_line();
                self.import(import);
                if let Some(index) = beside.remove(&import.row) {
                    let text = self.comment_text(index);
                    self.put(" ");
                    self.put(text);
                }
                self.end_line();
            }
            self.blank_line();
        }
    }

    fn import(&mut self, import: &'a Import) {
        self.put("import ");
        let segments = import.segments();
        if segments.len() == 3 && segments.starts_with(&["future", "keywords"]) {
            let path = segments.join(".");
            self.put(&path);
        } else {
            let _ = self.reference(&import.path);
        }
        if let Some(alias) = &import.alias {
            self.put(" as ");
            self.put(alias);
        }
    }
}

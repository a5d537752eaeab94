//! What the linker says about the policy: see [`kpol_abi::layout::portable::info`].

extern crate alloc;

use alloc::string::String;

use kpol_abi::layout::{
    control, error_kind,
    portable::{
        INFO,
        info::{NAMES, SITES, TEXTS},
    },
};
use kpol_runtime::Heap;

/// A word of the block.
pub(super) fn word(heap: &Heap<'_>, offset: u32) -> u32 {
    heap.load(heap.control(INFO) + offset)
}

/// Reads a list.
struct Reader<'h> {
    heap: &'h Heap<'h>,
    at: u32,
}

impl<'h> Reader<'h> {
    fn new(heap: &'h Heap<'h>, list: u32) -> Self {
        Reader {
            heap,
            at: word(heap, list),
        }
    }

    fn number(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.heap.load(self.at) & 0xff;
            self.at += 1;
            number |= (byte & 0x7f) << (shift & 31);
            shift += 7;
            if byte < 0x80 {
                return number;
            }
        }
    }

    fn text(&mut self) -> &'h str {
        let len = self.number();
        let at = self.at;
        self.at += len;
        self.heap.read_text(at, len)
    }
}

/// A text by its number.
fn text<'h>(heap: &'h Heap<'h>, number: u32) -> &'h str {
    let mut texts = Reader::new(heap, TEXTS);
    for _ in 0..number {
        texts.text();
    }
    texts.text()
}

/// The name of a builtin.
pub(super) fn builtin<'h>(heap: &'h Heap<'h>, builtin: u32) -> &'h str {
    let mut names = Reader::new(heap, NAMES);
    for _ in 0..word(heap, NAMES + 4) {
        let (id, name) = (names.number(), names.number());
        if id == builtin {
            return text(heap, name);
        }
    }
    ""
}

/// The text of an error with its place and code, and a zero byte. Where there is no message, the site has it.
pub(super) fn failure(heap: &Heap<'_>, kind: u32, site: u32, message: &str) -> String {
    let mut out = String::new();
    let mut what = "";
    if kind != error_kind::INTERNAL && site < word(heap, SITES + 4) {
        let mut sites = Reader::new(heap, SITES);
        for _ in 0..3 * site {
            sites.number();
        }
        let (file, row) = (sites.number(), sites.number());
        what = text(heap, sites.number());
        if row > 0 {
            out.push_str(text(heap, file));
            out.push(':');
            decimal(row, &mut out);
            out.push_str(": ");
        }
    }
    out.push_str(match kind {
        error_kind::CONFLICT => "eval_conflict_error: ",
        error_kind::TYPE => "eval_type_error: ",
        error_kind::BUILTIN => "eval_builtin_error: ",
        error_kind::WITH_MERGE => "eval_with_merge_error: ",
        _ => "eval_internal_error: ",
    });
    out.push_str(if message.is_empty() { what } else { message });
    out.push('\0');
    out
}

fn decimal(number: u32, out: &mut String) {
    if number >= 10 {
        decimal(number / 10, out);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Where nothing has failed yet in this evaluation.
pub(super) fn clear(heap: &mut Heap<'_>) {
    heap.set_control(control::ERROR_KIND, 0);
    heap.set_control(control::ERROR_SITE, u32::MAX);
}

//! XML: an element is an object of its attributes (`-name`), its elements, and its text (`#content`), or a string if it
//! has neither of the first two. What comes several times is an array. Prefixes of namespaces are left out.

pub(crate) mod dom;

use indexmap::IndexMap;
use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Node, Object, Value};
use dom::{Dom, Id};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let dom = dom::parse(text)?;
    let whole = text.span(0..text.text.len());
    let mut groups = Groups::new();
    for id in &dom.roots {
        add_element(&dom, *id, &mut groups);
    }
    let content = (dom.outside.as_str(), whole);
    text.document(&value(content, groups).at(whole))
}

/// What stands under each name, with the place of the first one's name.
type Groups = IndexMap<String, Vec<Node>>;

fn element(dom: &Dom, id: Id) -> Node {
    let Some(element) = dom.get(id) else {
        return Value::Null.at(Span::NOWHERE);
    };
    let mut groups = Groups::new();
    for attribute in &element.attributes {
        let name = format!("-{}", attribute.name);
        let node = Value::string(attribute.value.as_str()).at(attribute.key.to(attribute.span));
        groups.entry(name).or_default().push(node);
    }
    for child in &element.children {
        add_element(dom, *child, &mut groups);
    }
    // Only the last piece of the text counts.
    let content = element
        .texts
        .last()
        .map_or(("", element.span), |(text, span)| (text.as_str(), *span));
    let node = value(content, groups);
    node.at(element.span)
}

fn add_element(dom: &Dom, id: Id, groups: &mut Groups) {
    if let Some(found) = dom.get(id) {
        groups
            .entry(found.name.clone())
            .or_default()
            .push(element(dom, id));
    }
}

fn value((content, span): (&str, Span), groups: Groups) -> Value {
    let content = trim(content);
    if groups.is_empty() {
        return Value::string(content);
    }
    let mut object = Object::new();
    if !content.is_empty() {
        let node = Value::string(content).at(span);
        object.insert("#content".to_owned(), node.member(span));
    }
    for (name, mut nodes) in groups {
        let span = nodes.iter().map(|node| node.span).reduce(Span::to);
        let span = span.unwrap_or(Span::NOWHERE);
        let node = match nodes.pop() {
            Some(only) if nodes.is_empty() => only,
            Some(last) => {
                nodes.push(last);
                Value::Array(nodes).at(span)
            }
            None => continue,
        };
        object.insert(name, node.member(span));
    }
    Value::Object(object)
}

/// Without blanks and characters that cannot be seen at both ends.
fn trim(text: &str) -> &str {
    text.trim_matches(|char: char| {
        char.is_whitespace()
            || char.is_control()
            // Go's Cf and Co, as far as they are found in texts.
            || matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}')
    })
}

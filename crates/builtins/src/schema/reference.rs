//! References to schemas: URLs whose fragment may be a JSON pointer.

use kpol_runtime::builtins::uri::Url;

use super::tree::{Id, Node, Tree};

/// A reference, as a `$ref` or an id has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Reference {
    pub(super) url: Url,
}

impl Reference {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match Url::parse(text) {
            Ok(url) => Ok(Reference { url }),
            Err(error) => Err(error.text),
        }
    }

    /// What `child` means within the scope of this one.
    pub(super) fn inherits(&self, child: &Reference) -> Result<Self, String> {
        let base = self.without_fragment();
        Reference::parse(&base.url.resolve(&child.url).to_string())
    }

    pub(super) fn without_fragment(&self) -> Self {
        let mut url = self.url.clone();
        url.fragment = String::new();
        Reference { url }
    }

    /// Whether it names a document by itself.
    pub(super) fn is_canonical(&self) -> bool {
        if self.is_file() {
            self.url.path.starts_with('/')
        } else {
            !self.url.scheme.is_empty() && !self.url.host.is_empty()
        }
    }

    pub(super) fn is_file(&self) -> bool {
        self.url.scheme == "file"
    }

    /// The node of a document that the fragment points to: the document itself where it is no pointer.
    pub(super) fn find(&self, tree: &Tree, document: Id) -> Result<Id, String> {
        let Some(pointer) = self.url.fragment.strip_prefix('/') else {
            return Ok(document);
        };
        let mut at = document;
        for token in pointer.split('/') {
            at = match tree.get(at) {
                Node::Object(members) => {
                    let key = token.replace("~1", "/").replace("~0", "~");
                    let found = members.get(&key).copied();
                    found.ok_or_else(|| format!("Object has no key '{key}'"))?
                }
                Node::Array(items) => {
                    let index: i64 = token
                        .parse()
                        .map_err(|_| format!("Invalid array index '{token}'"))?;
                    let place = usize::try_from(index).ok();
                    let found = place.and_then(|i| items.get(i)).copied();
                    let len = items.len();
                    found.ok_or_else(|| format!("Out of bound array[0,{len}] index '{index}'"))?
                }
                _ => return Err(format!("Invalid token reference '{token}'")),
            };
        }
        Ok(at)
    }
}

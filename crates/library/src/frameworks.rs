//! Frameworks that rules map to, such as the OWASP Kubernetes Top Ten.

use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_input::Document;
use regex_automata::meta::Regex;

use crate::fields::Fields;
use crate::texts;

/// The code of what is wrong with the list of frameworks.
pub const FRAMEWORK_ERROR: &str = "framework-error";

/// A framework.
#[derive(Debug, Clone)]
pub struct Framework {
    /// What metadata calls it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// The ids that there are, with their titles (empty for ids that need none), unless a pattern says it.
    pub ids: Vec<(String, String)>,
    pattern: Option<Regex>,
}

impl Framework {
    /// Whether it has that id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|(known, _)| known == id)
            || (self.pattern.as_ref()).is_some_and(|pattern| pattern.is_match(id))
    }

    /// The title of an id, where it has one.
    #[must_use]
    pub fn title_of(&self, id: &str) -> Option<&str> {
        let (_, title) = self.ids.iter().find(|(known, _)| known == id)?;
        Some(title.as_str()).filter(|title| !title.is_empty())
    }
}

/// All frameworks, in the order of the list.
#[derive(Debug, Clone, Default)]
pub struct Frameworks(Vec<Framework>);

impl Frameworks {
    /// Those that the library maps to.
    ///
    /// # Errors
    /// Errors of the list; there are none in the one that kpol brings.
    pub fn built_in(sources: &mut SourceMap) -> Result<Frameworks, Vec<Diagnostic>> {
        let name = format!("{}frameworks.toml", texts::PREFIX);
        match texts::toml(sources, &name, texts::frameworks()) {
            Ok(document) => Frameworks::read(&document),
            Err(error) => Err(vec![error.diagnostic()]),
        }
    }

    fn read(document: &Document) -> Result<Frameworks, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut all = Vec::new();
        for (key, node) in document.members(document.root()) {
            let mut fields = Fields {
                document,
                node,
                code: FRAMEWORK_ERROR,
                errors: &mut errors,
            };
            fields.only(&["title", "url", "ids", "titles", "pattern"]);
            let name = document.str(key).unwrap_or_default().to_owned();
            let ids = fields.texts("ids").unwrap_or_default().into_iter();
            let mut framework = Framework {
                title: fields.text("title").unwrap_or(&name).to_owned(),
                url: fields.text("url").unwrap_or_default().to_owned(),
                ids: ids.map(|id| (id, String::new())).collect(),
                pattern: None,
                name,
            };
            if let Some(text) = fields.text("pattern") {
                framework.pattern = Regex::new(&format!("^(?:{text})$")).ok();
                if framework.pattern.is_none() {
                    let at = document.get(node, "pattern").unwrap_or(node);
                    fields.refuse(at, "a regular expression");
                }
            }
            for (id, title) in document
                .get(node, "titles")
                .into_iter()
                .flat_map(|titles| document.members(titles))
            {
                let text = |node| document.str(node).unwrap_or_default().to_owned();
                framework.ids.push((text(id), text(title)));
            }
            all.push(framework);
        }
        if errors.is_empty() {
            Ok(Frameworks(all))
        } else {
            Err(errors)
        }
    }

    /// The framework of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Framework> {
        self.0.iter().find(|framework| framework.name == name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Framework> {
        self.0.iter()
    }
}

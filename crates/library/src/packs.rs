//! Packs: choices of rules, by what the rules say about themselves.

use std::collections::BTreeMap;

use globset::GlobMatcher;
use kpol_compiler::suggest::nearest;
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_input::{Document, Kind, NodeId};

use crate::fields::Fields;
use crate::metadata::About;
use crate::texts;

/// The code of what is wrong with a pack.
pub const PACK_ERROR: &str = "pack-error";

/// The pack that runs where nothing else is asked for.
pub const DEFAULT: &str = "default";

/// What a choice is made by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The id, or for a rule without one `package.rule`.
    pub id: &'a str,
    /// What its metadata says, if it has any.
    pub about: Option<&'a About>,
}

impl Facts<'_> {
    /// The first part of the id: `images` of `images/tag`.
    #[must_use]
    pub fn area(&self) -> &str {
        self.id.split_once('/').map_or("", |(area, _)| area)
    }
}

/// A choice of rules.
#[derive(Debug, Clone, Default)]
pub struct Pack {
    /// What it is asked for by.
    pub name: String,
    /// A few words.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The level of the Pod Security Standards that its rules are to hold workloads to.
    pub pod_security: Option<String>,
    include: Option<Vec<Choice>>,
    exclude: Vec<Choice>,
}

/// Rules that all of these conditions hold for.
#[derive(Debug, Clone, Default)]
struct Choice {
    rule: Option<Vec<Pattern>>,
    area: Option<Vec<String>>,
    severity: Option<Vec<String>>,
    tag: Option<Vec<String>>,
    framework: Option<Vec<String>>,
    /// Ids within the framework.
    ids: Option<Vec<String>>,
}

/// An id, in which `*` stands for any characters.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    glob: Option<GlobMatcher>,
}

impl Pattern {
    /// None where it is no pattern.
    #[must_use]
    pub fn new(text: &str) -> Option<Pattern> {
        let glob = text.contains(['*', '?', '[', '{']);
        let glob = glob.then(|| globset::Glob::new(text)).transpose().ok()?;
        Some(Pattern {
            text: text.to_owned(),
            glob: glob.map(|glob| glob.compile_matcher()),
        })
    }

    /// Whether it is that id.
    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.is_match(id),
            None => self.text == id,
        }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The id, where it is one and no pattern.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        self.glob.is_none().then_some(self.text.as_str())
    }
}

impl Pack {
    /// A pack of the library.
    ///
    /// # Errors
    /// Its errors; there are none in those that kpol brings.
    pub fn built_in(name: &str, sources: &mut SourceMap) -> Option<Result<Pack, Vec<Diagnostic>>> {
        let text = texts::pack(name)?;
        let file = format!("{}packs/{name}.toml", texts::PREFIX);
        Some(match texts::toml(sources, &file, text) {
            Ok(document) => Pack::read(name, &document),
            Err(error) => Err(vec![error.diagnostic()]),
        })
    }

    /// Reads a pack.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(name: &str, document: &Document) -> Result<Pack, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut fields = Fields {
            document,
            node: document.root(),
            code: PACK_ERROR,
            errors: &mut errors,
        };
        fields.only(&["title", "description", "pod-security", "include", "exclude"]);
        let mut pack = Pack {
            name: name.to_owned(),
            title: fields.text("title").unwrap_or(name).to_owned(),
            description: fields.text("description").unwrap_or_default().to_owned(),
            pod_security: fields.text("pod-security").map(str::to_owned),
            include: None,
            exclude: Vec::new(),
        };
        let include = fields.items("include");
        let exclude = fields.items("exclude");
        let mut choices = |nodes: Vec<NodeId>| -> Vec<Choice> {
            let one = |node| Choice::read(document, node, &mut errors);
            nodes.into_iter().map(one).collect()
        };
        pack.include = include.map(&mut choices);
        pack.exclude = exclude.map(&mut choices).unwrap_or_default();
        if errors.is_empty() {
            Ok(pack)
        } else {
            Err(errors)
        }
    }

    /// Whether a rule is in it.
    #[must_use]
    pub fn has(&self, rule: Facts<'_>) -> bool {
        let any = |choices: &[Choice]| choices.iter().any(|choice| choice.has(rule));
        self.include.as_deref().is_none_or(any) && !any(&self.exclude)
    }

    /// All rules that it names one by one.
    pub fn named(&self) -> impl Iterator<Item = &Pattern> {
        let choices = self.include.iter().flatten().chain(&self.exclude);
        choices.flat_map(|choice| choice.rule.iter().flatten())
    }

    /// The frameworks, and the ids in them, that it chooses by.
    pub fn frameworks(&self) -> impl Iterator<Item = (&str, &[String])> {
        let choices = self.include.iter().flatten().chain(&self.exclude);
        choices.flat_map(|choice| {
            let ids = choice.ids.as_deref().unwrap_or_default();
            (choice.framework.iter().flatten()).map(move |name| (name.as_str(), ids))
        })
    }
}

impl Choice {
    fn read(document: &Document, node: NodeId, errors: &mut Vec<Diagnostic>) -> Choice {
        let mut fields = Fields {
            document,
            node,
            code: PACK_ERROR,
            errors,
        };
        if let Some(text) = document.str(node) {
            let rule = patterns(vec![text.to_owned()], node, &mut fields);
            return Choice {
                rule: Some(rule),
                ..Choice::default()
            };
        }
        if !matches!(document.kind(node), Kind::Object(_)) {
            fields.refuse(node, "the id of a rule, or a table of conditions");
            return Choice::default();
        }
        fields.only(&["rule", "area", "severity", "tag", "framework", "ids"]);
        let rule = fields.texts("rule");
        let choice = Choice {
            rule: rule.map(|texts| patterns(texts, node, &mut fields)),
            area: fields.texts("area"),
            severity: fields.texts("severity"),
            tag: fields.texts("tag"),
            framework: fields.texts("framework"),
            ids: fields.texts("ids"),
        };
        let empty = document.members(node).next().is_none();
        if empty || (choice.ids.is_some() && choice.framework.is_none()) {
            let span = document.span(node);
            let message = if empty {
                "a choice without a condition"
            } else {
                "`ids` without the `framework` that they are of"
            };
            errors.push(Diagnostic::error(PACK_ERROR, message, span));
        }
        choice
    }

    fn has(&self, rule: Facts<'_>) -> bool {
        let about = rule.about;
        let one_of = |wanted: &Option<Vec<String>>, has: &dyn Fn(&str) -> bool| {
            (wanted.as_ref()).is_none_or(|wanted| wanted.iter().any(|name| has(name)))
        };
        let pattern = |wanted: &Vec<Pattern>| wanted.iter().any(|pattern| pattern.is(rule.id));
        let mapped = |framework: &str| {
            let ids = about.and_then(|about| about.frameworks.get(framework));
            ids.is_some_and(|ids| match &self.ids {
                Some(wanted) => ids.iter().any(|id| wanted.contains(id)),
                None => !ids.is_empty(),
            })
        };
        self.rule.as_ref().is_none_or(pattern)
            && one_of(&self.area, &|name| rule.area() == name)
            && one_of(&self.severity, &|name| {
                about.is_some_and(|about| about.severity.as_deref() == Some(name))
            })
            && one_of(&self.tag, &|name| {
                about.is_some_and(|about| about.tags.iter().any(|tag| tag == name))
            })
            && one_of(&self.framework, &mapped)
    }
}

fn patterns(texts: Vec<String>, node: NodeId, fields: &mut Fields<'_, '_>) -> Vec<Pattern> {
    let mut found = Vec::new();
    for text in texts {
        match Pattern::new(&text) {
            Some(pattern) => found.push(pattern),
            None => fields.refuse(node, "the id of a rule"),
        }
    }
    found
}

/// What is to run: rules of packs, and rules by id, less others.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Packs: rules in one of them.
    pub packs: Vec<Pack>,
    /// Further rules.
    pub rules: Vec<Pattern>,
    /// Rules that do not run whatever the others say.
    pub skip: Vec<Pattern>,
}

impl Selection {
    /// Whether everything runs.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.packs.is_empty() && self.rules.is_empty() && self.skip.is_empty()
    }

    /// Whether a rule runs.
    #[must_use]
    pub fn has(&self, rule: Facts<'_>) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.is(rule.id));
        let wanted = (self.packs.is_empty() && self.rules.is_empty())
            || self.packs.iter().any(|pack| pack.has(rule))
            || any(&self.rules);
        wanted && !any(&self.skip)
    }

    /// The first pattern that is no rule's id, with the id that may have been meant.
    #[must_use]
    pub fn unknown<'s>(&'s self, ids: &[&str]) -> Option<(&'s str, Option<String>)> {
        let named = self.packs.iter().flat_map(Pack::named);
        let mut all = named.chain(&self.rules).chain(&self.skip);
        let pattern = all.find(|pattern| !ids.iter().any(|id| pattern.is(id)))?;
        let near = near_id(pattern.text(), ids);
        Some((pattern.text(), near))
    }
}

/// The id that may have been meant: one that is spelled nearly so, or the only one with that name in another area.
fn near_id(text: &str, ids: &[&str]) -> Option<String> {
    if let Some(near) = nearest(text, ids.iter().copied()) {
        return Some(near.to_owned());
    }
    let last = text.rsplit('/').next().unwrap_or(text);
    let by_name: BTreeMap<&str, &str> = (ids.iter())
        .filter_map(|id| Some((id.split_once('/')?.1, *id)))
        .collect();
    let name = by_name.contains_key(last).then_some(last);
    let name = name.or_else(|| nearest(last, by_name.keys().copied()))?;
    by_name.get(name).map(|id| (*id).to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn pack(text: &str) -> Result<Pack, String> {
        let mut sources = SourceMap::new();
        let document = texts::toml(&mut sources, "pack.toml", text).map_err(|e| e.to_string())?;
        Pack::read("mine", &document).map_err(|errors| {
            let lines = errors.iter().map(|error| {
                let help = error.help.as_deref().unwrap_or_default();
                format!("{} ({help})", kpol_diagnostics::one_line(&sources, error))
            });
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    fn about(severity: &str, tags: &[&str], frameworks: &[(&str, &str)]) -> About {
        About {
            severity: Some(severity.to_owned()),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            frameworks: (frameworks.iter())
                .map(|(name, id)| ((*name).to_owned(), vec![(*id).to_owned()]))
                .collect(),
            ..About::default()
        }
    }

    #[test]
    fn rules_are_chosen_by_all_conditions_of_one_choice() {
        let tag = about("medium", &["supply-chain"], &[("owasp", "K02")]);
        let probes = about("high", &["reliability"], &[]);
        for (text, tag_in, probes_in) in [
            ("", true, true),
            ("include = []", false, false),
            ("include = [\"images/tag\"]", true, false),
            ("include = [\"workload/*\"]", false, true),
            ("include = [\"*\"]\nexclude = [\"*/tag\"]", false, true),
            ("include = [{area = \"images\"}]", true, false),
            (
                "include = [{severity = [\"high\", \"critical\"]}]",
                false,
                true,
            ),
            ("exclude = [{tag = \"reliability\"}]", true, false),
            ("include = [{framework = \"owasp\"}]", true, false),
            (
                "include = [{framework = \"owasp\", ids = \"K02\"}]",
                true,
                false,
            ),
            (
                "include = [{framework = \"owasp\", ids = [\"K01\"]}]",
                false,
                false,
            ),
            (
                "include = [{area = \"images\", severity = \"high\"}]",
                false,
                false,
            ),
            (
                "include = [{area = \"images\"}, {severity = \"high\"}]",
                true,
                true,
            ),
        ] {
            let pack = pack(text).unwrap();
            let has = |id, about| {
                pack.has(Facts {
                    id,
                    about: Some(about),
                })
            };
            assert_eq!(has("images/tag", &tag), tag_in, "{text}");
            assert_eq!(has("workload/probes", &probes), probes_in, "{text}");
        }
        let bare = Facts {
            id: "main.deny",
            about: None,
        };
        assert!(!pack("include = [{severity = \"high\"}]").unwrap().has(bare));
        assert!(pack("include = [\"main.*\"]").unwrap().has(bare));
    }

    #[test]
    fn what_is_wrong_with_a_pack_is_told_at_its_place() {
        for (text, expected) in [
            (
                "includes = []",
                "pack.toml:1:1: pack-error: there is no field `includes` (did you mean `include`?)",
            ),
            (
                "title = 1",
                "pack.toml:1:9: pack-error: a string is wanted, not a number ()",
            ),
            (
                "include = \"all\"",
                "pack.toml:1:11: pack-error: a list is wanted, not a string ()",
            ),
            (
                "title = \"x\"\ninclude = [1]",
                "pack.toml:2:12: pack-error: the id of a rule, or a table of conditions is wanted, not a number ()",
            ),
            (
                "include = [{}]",
                "pack.toml:1:12: pack-error: a choice without a condition ()",
            ),
            (
                "include = [{ids = [\"K01\"]}]",
                "pack.toml:1:12: pack-error: `ids` without the `framework` that they are of ()",
            ),
            (
                "include = [{severty = \"high\"}]",
                "pack.toml:1:13: pack-error: there is no field `severty` (did you mean `severity`?)",
            ),
        ] {
            assert_eq!(pack(text).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn names_that_mean_nothing_have_a_near_one() {
        let ids = ["images/tag", "images/digest", "rbac/wildcard-verbs"];
        let selection = |rule: &str| Selection {
            rules: vec![Pattern::new(rule).unwrap()],
            ..Selection::default()
        };
        for (text, near) in [
            ("images/tags", Some("images/tag")),
            ("image/digest", Some("images/digest")),
            ("wildcard-verbs", Some("rbac/wildcard-verbs")),
            ("workload/wildcard-verb", Some("rbac/wildcard-verbs")),
            ("nothing", None),
            ("nets/*", None),
        ] {
            let expected = Some((text, near.map(str::to_owned)));
            assert_eq!(selection(text).unknown(&ids), expected, "{text}");
        }
        assert_eq!(selection("images/*").unknown(&ids), None);
        assert_eq!(selection("images/tag").unknown(&ids), None);
    }
}

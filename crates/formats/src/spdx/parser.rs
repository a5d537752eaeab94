//! From tags to objects. Which object a tag belongs to depends on the section that earlier tags have begun.

use std::ops::Range;

use kpol_diagnostics::Span;

use super::tags::Pair;
use super::values::{
    CHECKSUMS, FILE, PACKAGE, agent, element_id, external_document, field, parts, words,
};
use crate::tree::{Node, Object, Value};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Section {
    Start,
    Creation,
    Package,
    File,
    Snippet,
    License,
    Review,
}

/// An object in the making, by its place in [`Parser::records`].
pub(super) type Id = usize;

/// Lists that the document may have.
pub(super) const LISTS: [&str; 5] = [
    "packages",
    "files",
    "hasExtractedLicensingInfos",
    "relationships",
    "annotations",
];

pub(super) struct Parser<S> {
    pub(super) span: S,
    /// Whether the document is of a version before 2.3.
    pub(super) older: bool,
    pub(super) section: Section,
    pub(super) document: Object,
    pub(super) creation: Option<Object>,
    pub(super) records: Vec<Record>,
    /// The objects of each of [`LISTS`].
    pub(super) lists: [Vec<Id>; 5],
    pub(super) package: Option<Id>,
    pub(super) file: Option<Id>,
    pub(super) license: Option<Id>,
    pub(super) relationship: Option<Id>,
    pub(super) annotation: Option<Id>,
    /// An external reference of the package that may still get a comment.
    reference_open: bool,
    /// A project of the file that may still get a home page.
    project_open: bool,
}

#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) object: Object,
    pub(super) range: Range<usize>,
    pub(super) files: Vec<Id>,
}

pub(super) type Step = Result<(), String>;

impl<S: Fn(Range<usize>) -> Span> Parser<S> {
    pub(super) fn new(older: bool, span: S) -> Parser<S> {
        Parser {
            span,
            older,
            section: Section::Start,
            document: Object::new(),
            creation: None,
            records: Vec::new(),
            lists: Default::default(),
            package: None,
            file: None,
            license: None,
            relationship: None,
            annotation: None,
            reference_open: false,
            project_open: false,
        }
    }

    pub(super) fn pair(&mut self, pair: &Pair<'_>) -> Step {
        match self.section {
            Section::Start => self.start(pair),
            Section::Creation => self.creation(pair),
            Section::Package => self.package(pair),
            Section::File => self.file(pair),
            Section::Snippet => self.snippet(pair),
            Section::License => self.license(pair),
            Section::Review => self.review(pair),
        }
    }

    fn value(&self, pair: &Pair<'_>, value: impl Into<String>) -> Node {
        Value::string(value).at((self.span)(pair.at.clone()))
    }

    fn key(&self, pair: &Pair<'_>) -> Span {
        (self.span)(pair.range.start..pair.range.start + pair.tag.len())
    }

    /// Sets a member; an empty text is none.
    pub(super) fn set(
        &mut self,
        target: Target,
        field: &str,
        pair: &Pair<'_>,
        value: impl Into<String>,
    ) {
        let value = value.into();
        let empty = value.is_empty();
        let member = self.value(pair, value).member(self.key(pair));
        if let Some(object) = self.target(target) {
            if empty {
                object.shift_remove(field);
            } else {
                object.insert(field.to_owned(), member);
            }
        }
    }

    fn push(&mut self, target: Target, field: &str, pair: &Pair<'_>, node: Node) {
        let key = self.key(pair);
        let span = (self.span)(pair.range.clone());
        if let Some(object) = self.target(target) {
            let member = object
                .entry(field.to_owned())
                .or_insert_with(|| Value::Array(Vec::new()).at(span).member(key));
            if let Value::Array(items) = &mut member.node.value {
                items.push(node);
            }
        }
    }

    pub(super) fn push_text(&mut self, target: Target, field: &str, pair: &Pair<'_>) {
        let node = self.value(pair, pair.value.as_str());
        self.push(target, field, pair, node);
    }

    fn target(&mut self, target: Target) -> Option<&mut Object> {
        match target {
            Target::Document => Some(&mut self.document),
            Target::Creation => Some(self.creation.get_or_insert_default()),
            Target::Record(id) => Some(&mut self.records.get_mut(id?)?.object),
        }
    }

    pub(super) fn record(&mut self, pair: &Pair<'_>) -> Id {
        self.records.push(Record {
            range: pair.range.clone(),
            ..Record::default()
        });
        self.records.len() - 1
    }

    pub(super) fn list(&mut self, name: &str, id: Id) {
        let lists = LISTS.iter().zip(&mut self.lists);
        if let Some((_, list)) = lists.into_iter().find(|(list, _)| **list == name) {
            list.push(id);
        }
    }

    fn object(&self, pair: &Pair<'_>, members: &[(&str, &str)]) -> Node {
        let member = |(key, value): &(&str, &str)| {
            let node = self.value(pair, *value);
            ((*key).to_owned(), node.member(Span::NOWHERE))
        };
        let object: Object = members.iter().map(member).collect();
        Value::Object(object).at((self.span)(pair.range.clone()))
    }

    fn start(&mut self, pair: &Pair<'_>) -> Step {
        let target = Target::Document;
        let value = pair.value.as_str();
        match pair.tag {
            "DocumentComment" => self.set(target, "comment", pair, value),
            // Older versions become the one that the shape is of.
            "SPDXVersion" => self.set(target, "spdxVersion", pair, "SPDX-2.3"),
            "DataLicense" => self.set(target, "dataLicense", pair, value),
            "SPDXID" => {
                let id = element_id(value)?;
                self.set(target, "SPDXID", pair, id);
            }
            "DocumentName" => self.set(target, "name", pair, value),
            "DocumentNamespace" => self.set(target, "documentNamespace", pair, value),
            "ExternalDocumentRef" => {
                let [id, uri, algorithm, checksum] = external_document(value)?;
                let mut node =
                    self.object(pair, &[("externalDocumentId", id), ("spdxDocument", uri)]);
                let members = [("algorithm", algorithm), ("checksumValue", checksum)];
                let checksum = self.object(pair, &members).member(Span::NOWHERE);
                if let Value::Object(object) = &mut node.value {
                    object.insert("checksum".to_owned(), checksum);
                }
                self.push(target, "externalDocumentRefs", pair, node);
            }
            _ => {
                self.section = Section::Creation;
                return self.creation(pair);
            }
        }
        Ok(())
    }

    fn creation(&mut self, pair: &Pair<'_>) -> Step {
        self.creation.get_or_insert_default();
        let target = Target::Creation;
        let value = pair.value.as_str();
        match pair.tag {
            "LicenseListVersion" => self.set(target, "licenseListVersion", pair, value),
            "Creator" => {
                let creator = agent(value, &["Person", "Organization", "Tool"])?;
                let node = self.value(pair, creator);
                self.push(target, "creators", pair, node);
            }
            "Created" => self.set(target, "created", pair, value),
            "CreatorComment" => self.set(target, "comment", pair, value),
            "PackageName" => {
                self.check_file()?;
                self.section = Section::Package;
                self.package = None;
                return self.package(pair);
            }
            "FileName" => {
                self.section = Section::File;
                self.package = None;
                return self.file(pair);
            }
            "LicenseID" => return self.license(pair),
            "Reviewer" => return self.review(pair),
            "DocumentComment" => {
                self.section = Section::Start;
                return self.start(pair);
            }
            _ => return self.everywhere(pair),
        }
        Ok(())
    }

    pub(super) fn package(&mut self, pair: &Pair<'_>) -> Step {
        let commented = self.reference_open;
        self.reference_open = false;
        let value = pair.value.as_str();
        if pair.tag == "PackageName" {
            let named = self
                .package
                .and_then(|id| self.records.get(id))
                .is_none_or(|record| record.object.contains_key("name"));
            if named {
                self.check_package()?;
                let id = self.record(pair);
                self.package = Some(id);
            }
            self.set(Target::Record(self.package), "name", pair, value);
            return Ok(());
        }
        let target = Target::Record(self.package);
        match pair.tag {
            "FileName" => {
                self.section = Section::File;
                return self.file(pair);
            }
            "LicenseID" => return self.license(pair),
            "Reviewer" => return self.review(pair),
            "SPDXID" => {
                let id = element_id(value)?;
                self.set(target, "SPDXID", pair, id);
                if let Some(id) = self.package {
                    self.list("packages", id);
                }
            }
            "PackageSupplier" | "PackageOriginator" => {
                let agent = match value {
                    "NOASSERTION" => value.to_owned(),
                    _ => agent(value, &["Person", "Organization"])?,
                };
                let field = match pair.tag {
                    "PackageSupplier" => "supplier",
                    _ => "originator",
                };
                self.set(target, field, pair, agent);
            }
            "FilesAnalyzed" => {
                let analyzed = match value {
                    "false" => Some(false),
                    "true" => Some(true),
                    _ => None,
                };
                if let Some(analyzed) = analyzed {
                    let node = Value::Bool(analyzed).at((self.span)(pair.at.clone()));
                    let member = node.member(self.key(pair));
                    if let Some(object) = self.target(target) {
                        object.insert("filesAnalyzed".to_owned(), member);
                    }
                }
            }
            "PackageVerificationCode" => {
                let (code, excluded) = match value.split_once("(excludes:") {
                    Some((code, rest)) => {
                        let file = rest.split(')').next().unwrap_or_default();
                        (code.trim(), Some(file.trim()))
                    }
                    None => (value, None),
                };
                let mut node = self.object(pair, &[("packageVerificationCodeValue", code)]);
                if let (Some(file), Value::Object(object)) = (excluded, &mut node.value) {
                    let files = Value::Array(vec![self.value(pair, file)]).at(node.span);
                    let name = "packageVerificationCodeExcludedFiles".to_owned();
                    object.insert(name, files.member(Span::NOWHERE));
                }
                let member = node.member(self.key(pair));
                if let Some(object) = self.target(target) {
                    object.insert("packageVerificationCode".to_owned(), member);
                }
            }
            "PackageChecksum" => self.checksum(target, pair)?,
            "ExternalRef" => {
                let [category, kind, locator] = words(value)?;
                let category = category.replace('_', "-");
                let members = [
                    ("referenceCategory", category.as_str()),
                    ("referenceType", kind),
                    ("referenceLocator", locator),
                ];
                let node = self.object(pair, &members);
                self.push(target, "externalRefs", pair, node);
                self.reference_open = true;
            }
            "ExternalRefComment" => {
                if !commented {
                    return Err("there is no ExternalRef in front of this comment".to_owned());
                }
                self.set_in_last(target, "externalRefs", "comment", pair);
            }
            tag => match field(PACKAGE, tag) {
                Some((name, true)) => self.push_text(target, name, pair),
                Some((name, false)) => self.set(target, name, pair, value),
                None => return self.everywhere(pair),
            },
        }
        Ok(())
    }

    pub(super) fn file(&mut self, pair: &Pair<'_>) -> Step {
        let value = pair.value.as_str();
        if !matches!(
            pair.tag,
            "ArtifactOfProjectHomePage" | "ArtifactOfProjectURI"
        ) {
            self.project_open = false;
        }
        if pair.tag == "FileName" {
            self.check_file()?;
            let id = self.record(pair);
            self.file = Some(id);
            self.set(Target::Record(self.file), "fileName", pair, value);
            return Ok(());
        }
        let target = Target::Record(self.file);
        match pair.tag {
            "PackageName" => {
                self.section = Section::Package;
                self.check_file()?;
                self.file = None;
                return self.package(pair);
            }
            "SnippetSPDXID" => {
                self.section = Section::Snippet;
                return self.snippet(pair);
            }
            "LicenseID" => return self.license(pair),
            "Reviewer" => return self.review(pair),
            "SPDXID" => {
                let id = element_id(value)?;
                self.set(target, "SPDXID", pair, id);
                let package = self.package.and_then(|id| self.records.get_mut(id));
                match (self.file, package) {
                    (Some(file), Some(package)) => package.files.push(file),
                    (Some(file), None) => self.list("files", file),
                    (None, _) => {}
                }
            }
            "FileChecksum" => self.checksum(target, pair)?,
            "ArtifactOfProjectName" => {
                let members = [("name", value), ("homePage", ""), ("URI", "")];
                let node = self.object(pair, &members);
                self.push(target, "artifactOfs", pair, node);
                self.project_open = true;
            }
            "ArtifactOfProjectHomePage" | "ArtifactOfProjectURI" => {
                if !self.project_open {
                    return Err("there is no ArtifactOfProjectName in front of this".to_owned());
                }
                let field = match pair.tag {
                    "ArtifactOfProjectURI" => "URI",
                    _ => "homePage",
                };
                self.set_in_last(target, "artifactOfs", field, pair);
            }
            tag => match field(FILE, tag) {
                Some((name, true)) => self.push_text(target, name, pair),
                Some((name, false)) => self.set(target, name, pair, value),
                None => return self.everywhere(pair),
            },
        }
        Ok(())
    }

    fn checksum(&mut self, target: Target, pair: &Pair<'_>) -> Step {
        let (algorithm, value) = parts(&pair.value)?;
        if !CHECKSUMS.contains(&algorithm) {
            return Err(format!("the checksum `{algorithm}` is not known"));
        }
        let members = [("algorithm", algorithm), ("checksumValue", value)];
        let node = self.object(pair, &members);
        self.push(target, "checksums", pair, node);
        Ok(())
    }

    /// Sets a member of the last object of a list.
    fn set_in_last(&mut self, target: Target, list: &str, field: &str, pair: &Pair<'_>) {
        let member = self.value(pair, pair.value.as_str()).member(self.key(pair));
        let list = self.target(target).and_then(|object| object.get_mut(list));
        if let Some(Value::Array(items)) = list.map(|list| &mut list.node.value)
            && let Some(Value::Object(object)) = items.last_mut().map(|item| &mut item.value)
        {
            object.insert(field.to_owned(), member);
        }
    }

    pub(super) fn check_file(&self) -> Step {
        self.check_id(self.file, "file")
    }

    fn check_package(&self) -> Step {
        self.check_id(self.package, "package")
    }

    fn check_id(&self, id: Option<Id>, what: &str) -> Step {
        match id.and_then(|id| self.records.get(id)) {
            Some(record) if !record.object.contains_key("SPDXID") => {
                Err(format!("the {what} before this one has no SPDXID"))
            }
            _ => Ok(()),
        }
    }
}

/// The object that a member goes into.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Document,
    Creation,
    Record(Option<Id>),
}

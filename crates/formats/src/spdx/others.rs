//! Sections other than those of packages and files, and what stands in all of them.

use std::ops::Range;

use kpol_diagnostics::Span;

use super::parser::{Parser, Section, Step, Target};
use super::tags::Pair;
use super::values::{LICENSE, agent, document_element_id, element_id, field, parts, words};

impl<S: Fn(Range<usize>) -> Span> Parser<S> {
    /// Snippets are checked only.
    pub(super) fn snippet(&mut self, pair: &Pair<'_>) -> Step {
        let value = pair.value.as_str();
        match pair.tag {
            "SnippetSPDXID" => {
                self.check_file()?;
                element_id(value).map(|_| ())
            }
            "FileName" => {
                self.section = Section::File;
                self.file(pair)
            }
            "PackageName" => {
                self.section = Section::Package;
                self.file = None;
                self.package(pair)
            }
            "LicenseID" => self.license(pair),
            "Reviewer" => self.review(pair),
            "SnippetFromFileSPDXID" => document_element_id(value).map(|_| ()),
            "SnippetByteRange" | "SnippetLineRange" => {
                let (start, end) = parts(value)?;
                let number = |text: &str| text.parse::<i64>().is_ok();
                match number(start) && number(end) {
                    true => Ok(()),
                    false => Err(format!("`{value}` is no range of numbers")),
                }
            }
            "SnippetLicenseConcluded"
            | "LicenseInfoInSnippet"
            | "SnippetLicenseComments"
            | "SnippetCopyrightText"
            | "SnippetComment"
            | "SnippetName"
            | "SnippetAttributionText" => Ok(()),
            _ => self.everywhere(pair),
        }
    }

    pub(super) fn license(&mut self, pair: &Pair<'_>) -> Step {
        let value = pair.value.as_str();
        if pair.tag == "LicenseID" {
            self.section = Section::License;
            let id = self.record(pair);
            self.license = Some(id);
            self.list("hasExtractedLicensingInfos", id);
        }
        let target = Target::Record(self.license);
        match (pair.tag, field(LICENSE, pair.tag)) {
            (_, Some((name, true))) => self.push_text(target, name, pair),
            (_, Some((name, false))) => self.set(target, name, pair, value),
            ("Reviewer", None) => return self.review(pair),
            _ => return self.everywhere(pair),
        }
        Ok(())
    }

    /// Reviews are checked only.
    pub(super) fn review(&mut self, pair: &Pair<'_>) -> Step {
        match pair.tag {
            "Reviewer" => {
                self.section = Section::Review;
                agent(&pair.value, &["Person", "Organization", "Tool"]).map(|_| ())
            }
            "ReviewDate" | "ReviewComment" => Ok(()),
            _ => self.everywhere(pair),
        }
    }

    /// Relationships and annotations stand in all sections.
    pub(super) fn everywhere(&mut self, pair: &Pair<'_>) -> Step {
        let value = pair.value.as_str();
        match pair.tag {
            "Relationship" => {
                let [from, kind, to] = words(value)?;
                let id = self.record(pair);
                self.relationship = Some(id);
                self.list("relationships", id);
                let target = Target::Record(self.relationship);
                self.set(target, "spdxElementId", pair, document_element_id(from)?);
                self.set(target, "relationshipType", pair, kind);
                let to = match to {
                    "NONE" | "NOASSERTION" => to.to_owned(),
                    _ => document_element_id(to)?,
                };
                self.set(target, "relatedSpdxElement", pair, to);
            }
            "RelationshipComment" => {
                self.relationship
                    .ok_or("there is no Relationship in front of this")?;
                self.set(Target::Record(self.relationship), "comment", pair, value);
            }
            "Annotator" => {
                let annotator = agent(value, &["Person", "Organization", "Tool"])?;
                let id = self.record(pair);
                self.annotation = Some(id);
                self.list("annotations", id);
                self.set(
                    Target::Record(self.annotation),
                    "annotator",
                    pair,
                    annotator,
                );
            }
            "AnnotationDate" | "AnnotationType" | "AnnotationComment" | "SPDXREF" => {
                self.annotation
                    .ok_or("there is no Annotator in front of this")?;
                let target = Target::Record(self.annotation);
                match pair.tag {
                    "AnnotationDate" => self.set(target, "annotationDate", pair, value),
                    "AnnotationType" => self.set(target, "annotationType", pair, value),
                    "AnnotationComment" => self.set(target, "comment", pair, value),
                    _ => return document_element_id(value).map(|_| ()),
                }
            }
            tag => return Err(format!("the tag `{tag}` does not belong into this section")),
        }
        Ok(())
    }
}

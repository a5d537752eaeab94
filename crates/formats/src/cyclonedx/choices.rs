//! From elements to JSON: by the table, and the objects that are not the same in both.

use kpol_diagnostics::Span;
use kpol_input::InputError;

use super::scalars::{
    attribute, attributes, error, insert, merge, own_text, parse, reference, scalar,
    scalar_default, unknown,
};
use super::schema::{Field, Kind, Place, fields};
use crate::tree::{Node, Object, Value};
use crate::xml::dom::{Dom, Element};

pub(super) struct Reader<'d> {
    pub(super) dom: &'d Dom,
}

pub(super) type Answer<T> = Result<T, InputError>;

impl<'d> Reader<'d> {
    fn children(&self, element: &'d Element) -> impl Iterator<Item = &'d Element> {
        let dom = self.dom;
        element.children.iter().filter_map(move |id| dom.get(*id))
    }

    fn named(&self, element: &'d Element, name: &str) -> Vec<&'d Element> {
        self.children(element)
            .filter(|child| child.name == name)
            .collect()
    }

    fn grandchildren(&self, element: &'d Element, outer: &str, inner: &str) -> Vec<&'d Element> {
        let outer = self.named(element, outer).into_iter();
        outer.flat_map(|child| self.named(child, inner)).collect()
    }

    /// An object by the table.
    pub(super) fn object(&self, name: &str, element: &'d Element) -> Answer<Object> {
        let mut object = Object::new();
        for field in fields(name) {
            if let Some(node) = self.field(field, element)? {
                let key = node.span;
                object.insert(field.json.to_owned(), node.member(key));
            }
        }
        if name == "License" && object.contains_key("id") == object.contains_key("name") {
            return Err(error("a license has either an id or a name", element.span));
        }
        Ok(object)
    }

    fn field(&self, field: &Field, element: &'d Element) -> Answer<Option<Node>> {
        let found = match field.place {
            Place::Attribute(name) => {
                let attribute = element.attributes.iter().rfind(|found| found.name == name);
                return match attribute {
                    Some(found) => scalar(field, &found.value, found.span),
                    None => scalar_default(field, element.span),
                };
            }
            Place::Text => return scalar(field, &own_text(element), element.span),
            Place::Child(name) => self.named(element, name),
            Place::Grandchild(outer, inner) => self.grandchildren(element, outer, inner),
        };
        match &field.kind {
            Kind::List(kind) => {
                let (Some(first), Some(last)) = (found.first(), found.last()) else {
                    return Ok(None);
                };
                let span = first.span.to(last.span);
                let mut items = Vec::with_capacity(found.len());
                for child in found {
                    if let Some(item) = self.value(kind, child)? {
                        items.push(item);
                    }
                }
                Ok(Some(Value::Array(items).at(span)))
            }
            Kind::Object(_) => {
                // One that comes again adds to the one before.
                let mut merged: Option<Node> = None;
                for child in found {
                    let next = self.value(&field.kind, child)?;
                    merged = match (merged, next) {
                        (Some(before), Some(next)) => Some(merge(before, next)),
                        (before, next) => next.or(before),
                    };
                }
                if merged.is_none() && field.always {
                    merged = Some(Value::Object(Object::new()).at(element.span));
                }
                Ok(merged)
            }
            Kind::Reference => match found.last() {
                Some(child) => scalar(field, &reference(child), child.span),
                None => scalar_default(field, element.span),
            },
            Kind::Optional(kind) if matches!(**kind, Kind::Reference) => {
                let found = found.last();
                Ok(found.map(|child| Value::String(reference(child)).at(child.span)))
            }
            _ => match found.last() {
                Some(child) => scalar(field, &own_text(child), child.span),
                None => scalar_default(field, element.span),
            },
        }
    }

    /// An item of a list, or an object.
    fn value(&self, kind: &Kind, element: &'d Element) -> Answer<Option<Node>> {
        let value = match kind {
            Kind::Object(name) => match self.choice(name, element)? {
                Some(value) => value,
                None => return Ok(None),
            },
            Kind::Reference => Value::String(reference(element)),
            _ => parse(kind, &own_text(element), element.span)?,
        };
        Ok(Some(value.at(element.span)))
    }

    fn choice(&self, name: &str, element: &'d Element) -> Answer<Option<Value>> {
        let object = match name {
            "Licenses" => return self.licenses(element).map(Some),
            "EnvironmentVariables" => return self.variables(element).map(Some),
            "ToolsChoice" => return self.tools(element),
            "Evidence" => self.evidence(element)?,
            "DataClassification" => self.dataflow(element)?,
            "Definitions" => self.definitions(element)?,
            "Dependency" => self.dependency(element),
            "CertificateState" => {
                let names: &[&str] = match self.text_of(element, "state") {
                    Some(_) => &["state", "?reason"],
                    None => &["name", "?description", "?reason"],
                };
                self.texts(element, names)
            }
            "CertificateExtension" => {
                let names: &[&str] = match self.text_of(element, "commonExtensionName") {
                    Some(_) => &["commonExtensionName", "?commonExtensionValue"],
                    None => &["customExtensionName", "?customExtensionValue"],
                };
                self.texts(element, names)
            }
            "AsserterChoice" => self.asserter(element)?,
            "MLDatasetChoice" => match self.text_of(element, "ref") {
                Some(_) => self.texts(element, &["ref"]),
                None => self.object("ComponentData", element)?,
            },
            _ if name.starts_with("IKEv2") && name != "IKEv2TransformTypes" => {
                return self.transform(element).map(Some);
            }
            _ => self.object(name, element)?,
        };
        Ok(Some(Value::Object(object)))
    }

    /// The text of an element inside of another one, if there is any.
    fn text_of(&self, element: &'d Element, name: &str) -> Option<(String, Span)> {
        let child = self.named(element, name).pop()?;
        Some((own_text(child), child.span)).filter(|(text, _)| !text.is_empty())
    }

    /// Members that are texts; those with a question mark only if they are not empty.
    fn texts(&self, element: &'d Element, names: &[&str]) -> Object {
        let mut object = Object::new();
        for name in names {
            let optional = name.strip_prefix('?');
            let found = self.text_of(element, optional.unwrap_or(name));
            if found.is_some() || optional.is_none() {
                let (text, span) = found.unwrap_or((String::new(), element.span));
                insert(
                    &mut object,
                    optional.unwrap_or(name),
                    Value::String(text).at(span),
                );
            }
        }
        object
    }

    fn licenses(&self, element: &'d Element) -> Answer<Value> {
        let mut items = Vec::new();
        for child in self.children(element) {
            let mut object = Object::new();
            match child.name.as_str() {
                "license" => {
                    let license = Value::Object(self.object("License", child)?);
                    insert(&mut object, "license", license.at(child.span));
                }
                "expression" => {
                    let expression = own_text(child);
                    if !expression.is_empty() {
                        let node = Value::String(expression).at(child.span);
                        insert(&mut object, "expression", node);
                    }
                    attributes(&mut object, child, &["acknowledgement", "bom-ref"]);
                }
                "expression-detailed" => {
                    let names = ["expression", "acknowledgement", "bom-ref"];
                    attributes(&mut object, child, &names);
                    let details = self.named(child, "details");
                    let details: Answer<Vec<Node>> = details
                        .into_iter()
                        .map(|detail| self.expression_detail(detail))
                        .collect();
                    let details = details?;
                    if !details.is_empty() {
                        let node = Value::Array(details).at(child.span);
                        insert(&mut object, "expressionDetails", node);
                    }
                }
                name => return Err(unknown(name, child)),
            }
            items.push(Value::Object(object).at(child.span));
        }
        Ok(Value::Array(items))
    }

    fn expression_detail(&self, element: &'d Element) -> Answer<Node> {
        let mut object = Object::new();
        let id = attribute(element, "license-identifier").unwrap_or_default();
        insert(
            &mut object,
            "licenseIdentifier",
            Value::String(id).at(element.span),
        );
        if let Some(text) = self.named(element, "text").pop() {
            let text = Value::Object(self.object("AttachedText", text)?).at(text.span);
            insert(&mut object, "text", text);
        }
        if let Some((url, span)) = self.text_of(element, "url") {
            insert(&mut object, "url", Value::String(url).at(span));
        }
        Ok(Value::Object(object).at(element.span))
    }

    fn variables(&self, element: &'d Element) -> Answer<Value> {
        let mut items = Vec::new();
        for child in self.children(element) {
            let value = match child.name.as_str() {
                "value" => own_text(child),
                "environmentVar" => {
                    let property = self.object("Property", child)?;
                    let empty = |member: &crate::tree::Member| matches!(&member.node.value, Value::String(text) if text.is_empty());
                    let object = match property.values().all(empty) {
                        true => Object::new(),
                        false => property,
                    };
                    items.push(Value::Object(object).at(child.span));
                    continue;
                }
                name => return Err(unknown(name, child)),
            };
            let value = match value.is_empty() {
                true => Value::Object(Object::new()),
                false => Value::String(value),
            };
            items.push(value.at(child.span));
        }
        Ok(Value::Array(items))
    }

    fn tools(&self, element: &'d Element) -> Answer<Option<Value>> {
        let mut tools = Vec::new();
        let mut object = Object::new();
        for child in self.children(element) {
            let (list, name, item) = match child.name.as_str() {
                "tool" => {
                    tools.push(Value::Object(self.object("Tool", child)?).at(child.span));
                    continue;
                }
                "components" => ("components", "Component", "component"),
                "services" => ("services", "Service", "service"),
                name => return Err(unknown(name, child)),
            };
            let mut items = Vec::new();
            for found in self.named(child, item) {
                items.push(Value::Object(self.object(name, found)?).at(found.span));
            }
            if !items.is_empty() {
                insert(&mut object, list, Value::Array(items).at(child.span));
            }
        }
        match (tools.is_empty(), object.is_empty()) {
            (false, false) => Err(error(
                "tools are either a list, or components and services",
                element.span,
            )),
            (false, true) => Ok(Some(Value::Array(tools))),
            (true, false) => Ok(Some(Value::Object(object))),
            (true, true) => Ok(None),
        }
    }

    fn evidence(&self, element: &'d Element) -> Answer<Object> {
        let mut object = Object::new();
        let mut identities = Vec::new();
        for child in self.children(element) {
            let mut list = |name: &str, items: Vec<Node>| {
                if !items.is_empty() {
                    insert(&mut object, name, Value::Array(items).at(child.span));
                }
            };
            match child.name.as_str() {
                "identity" => {
                    let identity = self.object("EvidenceIdentity", child)?;
                    identities.push(Value::Object(identity).at(child.span));
                }
                "occurrences" => {
                    let mut items = Vec::new();
                    for found in self.named(child, "occurrence") {
                        let occurrence = self.object("EvidenceOccurrence", found)?;
                        items.push(Value::Object(occurrence).at(found.span));
                    }
                    list("occurrences", items);
                }
                "callstack" => {
                    let callstack = self.object("Callstack", child)?;
                    if !callstack.is_empty() {
                        insert(
                            &mut object,
                            "callstack",
                            Value::Object(callstack).at(child.span),
                        );
                    }
                }
                "licenses" => {
                    if let Value::Array(items) = self.licenses(child)? {
                        list("licenses", items);
                    }
                }
                "copyright" => {
                    let texts = self.named(child, "text").into_iter();
                    let items = texts.map(|found| {
                        let mut text = Object::new();
                        let node = Value::String(own_text(found)).at(found.span);
                        insert(&mut text, "text", node);
                        Value::Object(text).at(found.span)
                    });
                    list("copyright", items.collect());
                }
                name => return Err(unknown(name, child)),
            }
        }
        if let (Some(first), Some(last)) = (identities.first(), identities.last()) {
            let span = first.span.to(last.span);
            insert(&mut object, "identity", Value::Array(identities).at(span));
        }
        Ok(object)
    }

    fn dataflow(&self, element: &'d Element) -> Answer<Object> {
        let mut object = Object::new();
        for name in ["flow", "classification"] {
            insert(&mut object, name, Value::string("").at(element.span));
        }
        attributes(&mut object, element, &["name", "description"]);
        for child in self.children(element) {
            match child.name.as_str() {
                "classification" => {
                    attributes(&mut object, child, &["flow"]);
                    let node = Value::String(own_text(child)).at(child.span);
                    insert(&mut object, "classification", node);
                }
                "governance" => {
                    let governance = self.object("DataGovernance", child)?;
                    insert(
                        &mut object,
                        "governance",
                        Value::Object(governance).at(child.span),
                    );
                }
                name @ ("source" | "destination") => {
                    let urls = self.named(child, "url").into_iter();
                    let urls: Vec<Node> = urls
                        .map(|url| Value::String(own_text(url)).at(url.span))
                        .collect();
                    if !urls.is_empty() {
                        insert(&mut object, name, Value::Array(urls).at(child.span));
                    }
                }
                _ => {}
            }
        }
        Ok(object)
    }

    fn definitions(&self, element: &'d Element) -> Answer<Object> {
        let mut object = Object::new();
        for child in self.children(element) {
            let known: &[(&str, &str)] = match child.name.as_str() {
                "standards" => &[("standard", "StandardDefinition")],
                "patents" => &[("patent", "Patent"), ("patentFamily", "PatentFamily")],
                _ => continue,
            };
            let mut items = Vec::new();
            for found in self.children(child) {
                if let Some((_, kind)) = known.iter().find(|(name, _)| *name == found.name) {
                    items.push(Value::Object(self.object(kind, found)?).at(found.span));
                }
            }
            if !items.is_empty() {
                insert(&mut object, &child.name, Value::Array(items).at(child.span));
            }
        }
        Ok(object)
    }

    fn dependency(&self, element: &'d Element) -> Object {
        let mut object = Object::new();
        insert(
            &mut object,
            "ref",
            Value::String(reference(element)).at(element.span),
        );
        for (name, json) in [("dependency", "dependsOn"), ("provides", "provides")] {
            let found = self.named(element, name);
            if let (Some(first), Some(last)) = (found.first(), found.last()) {
                let span = first.span.to(last.span);
                let items = found.iter();
                let items = items.map(|child| Value::String(reference(child)).at(child.span));
                insert(&mut object, json, Value::Array(items.collect()).at(span));
            }
        }
        object
    }

    fn asserter(&self, element: &'d Element) -> Answer<Object> {
        let mut object = Object::new();
        let kinds = [
            ("organization", "organization", "OrganizationalEntity"),
            ("contact", "individual", "OrganizationalContact"),
        ];
        for (name, json, kind) in kinds {
            if let Some(child) = self.named(element, name).pop() {
                let value = Value::Object(self.object(kind, child)?);
                insert(&mut object, json, value.at(child.span));
                return Ok(object);
            }
        }
        if let Some(child) = self.named(element, "ref").pop() {
            insert(
                &mut object,
                "ref",
                Value::String(reference(child)).at(child.span),
            );
        }
        Ok(object)
    }

    /// A transform of IKEv2: what it refers to, or its members.
    fn transform(&self, element: &'d Element) -> Answer<Value> {
        let mut object = self.texts(element, &["?name", "?algorithm"]);
        for name in ["keyLength", "group"] {
            if let Some(child) = self.named(element, name).pop() {
                let value = parse(&Kind::Integer, &own_text(child), child.span)?;
                insert(&mut object, name, value.at(child.span));
            }
        }
        let content = own_text(element);
        Ok(match content.trim() {
            text if !text.is_empty() && object.is_empty() => Value::string(text),
            _ => Value::Object(object),
        })
    }
}

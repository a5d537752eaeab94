//! The keywords, one group of them a function.

use kpol_runtime::{builtins::regex, value::number::decimal::Decimal};

use super::{
    super::{
        pool::Draft,
        tree::{Id, Node},
    },
    Additional, Compiler, Dependency, Expression, Items, Result, Schema, SchemaId, Scope,
    invalid_type,
};

/// The types that there are, in the order in which an error lists them.
const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "number", "null", "object", "string",
];

impl Compiler<'_, '_> {
    pub(super) fn types(&self, node: Id, out: &mut Schema) -> Result<()> {
        let wrong = || invalid_type("type", "string/Array Of Strings");
        let tree = &self.pool.tree;
        let Some(types) = tree.member(node, "type") else {
            return Ok(());
        };
        let types = match tree.get(types) {
            Node::String(_) => vec![types],
            Node::Array(types) => types.clone(),
            _ => return Err(wrong()),
        };
        for name in types {
            let Node::String(name) = tree.get(name) else {
                return Err(wrong());
            };
            if !TYPES.contains(&name.as_str()) {
                return Err(format!(
                    "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{}]",
                    TYPES.join(" ")
                ));
            }
            if out.types.contains(name) {
                return Err(format!("{name} type is duplicated"));
            }
            out.types.push(name.clone());
        }
        Ok(())
    }

    pub(super) fn objects(&mut self, node: Id, scope: &Scope, out: &mut Schema) -> Result<()> {
        if let Some(properties) = self.pool.tree.member(node, "properties") {
            let Node::Object(properties) = self.pool.tree.get(properties).clone() else {
                return Err("Properties must be of type object".to_owned());
            };
            for (name, schema) in properties {
                let schema = self.child(schema, scope)?;
                out.properties.push((name, schema));
            }
        }
        out.additional_properties = self.additional(node, "additionalProperties", scope)?;
        if let Some(patterns) = self.pool.tree.member(node, "patternProperties") {
            let Node::Object(patterns) = self.pool.tree.get(patterns).clone() else {
                return Err(invalid_type("Valid Schema", "patternProperties"));
            };
            for (source, schema) in patterns {
                let pattern = regex::pattern(&source)
                    .map_err(|_| format!("Invalid regex pattern '{source}'"))?;
                let schema = self.child(schema, scope)?;
                out.pattern_properties
                    .push((Expression { source, pattern }, schema));
            }
        }
        if scope.draft >= Draft::Six
            && let Some(names) = self.pool.tree.member(node, "propertyNames")
        {
            if !self.is_schema(names) {
                return Err(invalid_type("Valid Schema", "patternProperties"));
            }
            out.property_names = Some(self.child(names, scope)?);
        }
        self.dependencies(node, scope, out)
    }

    fn dependencies(&mut self, node: Id, scope: &Scope, out: &mut Schema) -> Result<()> {
        let Some(dependencies) = self.pool.tree.member(node, "dependencies") else {
            return Ok(());
        };
        let Node::Object(dependencies) = self.pool.tree.get(dependencies).clone() else {
            return Err("dependencies must be of type object".to_owned());
        };
        let wrong = || "Dependency must be of type Schema Or Array Of Strings".to_owned();
        for (name, dependency) in dependencies {
            let dependency = match self.pool.tree.get(dependency) {
                Node::Array(members) => {
                    let texts = members
                        .iter()
                        .map(|member| match self.pool.tree.get(*member) {
                            Node::String(text) => Ok(text.clone()),
                            _ => Err(wrong()),
                        });
                    Dependency::Members(texts.collect::<Result<_>>()?)
                }
                Node::Boolean(_) | Node::Object(_) => {
                    Dependency::Schema(self.child(dependency, scope)?)
                }
                _ => return Err(wrong()),
            };
            out.dependencies.insert(name, dependency);
        }
        Ok(())
    }

    fn additional(&mut self, node: Id, key: &str, scope: &Scope) -> Result<Option<Additional>> {
        let Some(member) = self.pool.tree.member(node, key) else {
            return Ok(None);
        };
        Ok(Some(match self.pool.tree.get(member) {
            Node::Boolean(allowed) => Additional::Allowed(*allowed),
            Node::Object(_) => Additional::Schema(self.child(member, scope)?),
            _ => return Err(invalid_type("boolean/Valid Schema", key)),
        }))
    }

    pub(super) fn items(&mut self, node: Id, scope: &Scope, out: &mut Schema) -> Result<()> {
        let wrong = || invalid_type("Valid Schema/Array Of Schemas", "items");
        if let Some(items) = self.pool.tree.member(node, "items") {
            out.items = Some(match self.pool.tree.get(items).clone() {
                Node::Array(items) => {
                    let mut list = Vec::new();
                    for item in items {
                        if !self.is_schema(item) {
                            return Err(wrong());
                        }
                        list.push(self.child(item, scope)?);
                    }
                    Items::List(list)
                }
                Node::Object(_) | Node::Boolean(_) => Items::Each(self.child(items, scope)?),
                _ => return Err(wrong()),
            });
        }
        out.additional_items = self.additional(node, "additionalItems", scope)?;
        Ok(())
    }

    /// A number as it is spelled.
    fn number(&self, node: Id, key: &str) -> Option<Result<String, ()>> {
        let member = self.pool.tree.member(node, key)?;
        Some(match self.pool.tree.get(member) {
            Node::Number(text) => Ok(text.clone()),
            _ => Err(()),
        })
    }

    pub(super) fn numbers(&self, node: Id, scope: &Scope, out: &mut Schema) -> Result<()> {
        if let Some(number) = self.number(node, "multipleOf") {
            let number = number.map_err(|()| invalid_type("Number", "multipleOf"))?;
            let positive =
                Decimal::parse(&number).is_some_and(|d| !d.is_zero() && !d.is_negative());
            if !positive {
                return Err("multipleOf must be strictly greater than 0".to_owned());
            }
            out.multiple_of = Some(number);
        }
        for (key, exclusive) in [
            ("minimum", "exclusiveMinimum"),
            ("maximum", "exclusiveMaximum"),
        ] {
            let number = self.number(node, key).transpose();
            let mut limit = number.map_err(|()| format!("{key} must be of a Number"))?;
            let beyond = self.exclusive(node, key, exclusive, scope, &mut limit)?;
            if key == "minimum" {
                (out.minimum, out.exclusive_minimum) = (limit, beyond);
            } else {
                (out.maximum, out.exclusive_maximum) = (limit, beyond);
            }
        }
        Ok(())
    }

    /// A limit that does not belong to what it allows: a number of its own, or (draft 4) a word about the other limit.
    fn exclusive(
        &self,
        node: Id,
        key: &str,
        exclusive: &str,
        scope: &Scope,
        limit: &mut Option<String>,
    ) -> Result<Option<String>> {
        let Some(member) = self.pool.tree.member(node, exclusive) else {
            return Ok(None);
        };
        match (self.pool.tree.get(member), scope.draft) {
            (Node::Boolean(is_exclusive), Draft::Four | Draft::Hybrid) => {
                if limit.is_none() {
                    return Err(format!("{exclusive} cannot be used without {key}"));
                }
                Ok(if *is_exclusive { limit.take() } else { None })
            }
            (Node::Number(number), draft) if draft != Draft::Four => Ok(Some(number.clone())),
            (_, draft) => Err(invalid_type(
                match draft {
                    Draft::Four => "boolean",
                    Draft::Hybrid => "boolean/number",
                    _ => "number",
                },
                exclusive,
            )),
        }
    }

    /// A keyword that counts something.
    fn count(&self, node: Id, key: &str) -> Result<Option<u64>> {
        let Some(number) = self.number(node, key) else {
            return Ok(None);
        };
        let number = number.ok().and_then(|text| text.parse::<i64>().ok());
        let number = number.ok_or_else(|| format!("{key} must be of an integer"))?;
        match u64::try_from(number) {
            Ok(count) => Ok(Some(count)),
            Err(_) => Err(format!("{key} must be greater than or equal to 0")),
        }
    }

    /// Two keywords that count the same thing.
    fn range(&self, node: Id, least: &str, most: &str) -> Result<(Option<u64>, Option<u64>)> {
        let (low, high) = (self.count(node, least)?, self.count(node, most)?);
        match (low, high) {
            // What is no range is let through for arrays.
            (Some(low), Some(high)) if low > high && least != "minItems" => {
                Err(format!("{least} cannot be greater than {most}"))
            }
            range => Ok((range.0, range.1)),
        }
    }

    pub(super) fn strings(&self, node: Id, out: &mut Schema) -> Result<()> {
        (out.min_length, out.max_length) = self.range(node, "minLength", "maxLength")?;
        if let Some(source) = self.text(node, "pattern")? {
            let pattern =
                regex::pattern(&source).map_err(|_| "pattern must be a valid regex".to_owned())?;
            out.pattern = Some(Expression { source, pattern });
        }
        out.format = self.text(node, "format")?.filter(|name| !name.is_empty());
        Ok(())
    }

    pub(super) fn counts(&mut self, node: Id, scope: &Scope, out: &mut Schema) -> Result<()> {
        (out.min_properties, out.max_properties) =
            self.range(node, "minProperties", "maxProperties")?;
        for member in self.list(node, "required")?.unwrap_or_default() {
            let Node::String(name) = self.pool.tree.get(member) else {
                return Err(invalid_type("string", "required"));
            };
            if out.required.contains(name) {
                return Err("required items must be unique".to_owned());
            }
            out.required.push(name.clone());
        }
        (out.min_items, out.max_items) = self.range(node, "minItems", "maxItems")?;
        if let Some(unique) = self.pool.tree.member(node, "uniqueItems") {
            let Node::Boolean(unique) = self.pool.tree.get(unique) else {
                return Err("uniqueItems must be of a boolean".to_owned());
            };
            out.unique_items = *unique;
        }
        if scope.draft >= Draft::Six
            && let Some(contains) = self.pool.tree.member(node, "contains")
        {
            out.contains = Some(self.child(contains, scope)?);
        }
        Ok(())
    }

    pub(super) fn values(&self, node: Id, scope: &Scope, out: &mut Schema) -> Result<()> {
        let tree = &self.pool.tree;
        if scope.draft >= Draft::Six
            && let Some(constant) = tree.member(node, "const")
        {
            out.constant = Some(tree.canonical(tree.get(constant))?);
        }
        if let Some(members) = self.list(node, "enum")? {
            let mut values = Vec::new();
            for member in members {
                let value = tree.canonical(tree.get(member))?;
                if values.contains(&value) {
                    return Err("enum items must be unique".to_owned());
                }
                values.push(value);
            }
            out.values = Some(values);
        }
        Ok(())
    }

    pub(super) fn combinations(&mut self, node: Id, scope: &Scope, out: &mut Schema) -> Result<()> {
        out.one_of = self.children(node, "oneOf", scope)?;
        out.any_of = self.children(node, "anyOf", scope)?;
        out.all_of = self.children(node, "allOf", scope)?;
        out.not = self.condition(node, "not", scope)?;
        if scope.draft >= Draft::Seven {
            out.when = self.condition(node, "if", scope)?;
            out.then = self.condition(node, "then", scope)?;
            out.otherwise = self.condition(node, "else", scope)?;
        }
        Ok(())
    }

    fn children(&mut self, node: Id, key: &str, scope: &Scope) -> Result<Vec<SchemaId>> {
        let members = self.list(node, key)?.unwrap_or_default();
        let schemas = members.into_iter().map(|member| self.child(member, scope));
        schemas.collect()
    }

    fn condition(&mut self, node: Id, key: &str, scope: &Scope) -> Result<Option<SchemaId>> {
        match self.pool.tree.member(node, key) {
            None => Ok(None),
            Some(member) if self.is_schema(member) => Ok(Some(self.child(member, scope)?)),
            Some(_) => Err(format!("{key} must be of an object")),
        }
    }
}

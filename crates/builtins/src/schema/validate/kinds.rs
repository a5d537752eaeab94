//! What each kind of value is checked for.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

use kpol_runtime::value::number::decimal::Decimal;
use num_bigint::BigUint;
use num_traits::Zero;

use super::{
    super::{
        compile::{Additional, Dependency, Items, Schema},
        tree::{Id, Node, shown},
    },
    Best, Outcome, Path, Validator,
};

/// Whether a number is integral, however it is spelled.
pub(super) fn is_integer(text: &str) -> bool {
    Decimal::parse(text).is_some_and(|d| d.is_integer())
}

fn compare(a: &str, b: &str) -> Option<Ordering> {
    Some(Decimal::parse(a)?.compare(&Decimal::parse(b)?))
}

/// Whether the quotient of two numbers is integral.
fn is_multiple(number: &str, of: &str) -> bool {
    let (Some(number), Some(of)) = (Decimal::parse(number), Decimal::parse(of)) else {
        return false;
    };
    if number.is_zero() {
        return true;
    }
    let places = |d: &Decimal<'_>| d.point().saturating_sub_unsigned(d.len() as u64);
    let shift = places(&number).saturating_sub(places(&of));
    let (dividend, divisor) = (number.mantissa(), of.mantissa());
    if divisor.is_zero() {
        return false;
    }
    let ten = BigUint::from(10u32);
    if shift >= 0 {
        let power = ten.modpow(&BigUint::from(shift.unsigned_abs()), &divisor);
        return (dividend % &divisor * power % &divisor).is_zero();
    }
    // A divisor that is longer than the dividend divides nothing but zero.
    if shift.unsigned_abs() > number.len() as u64 {
        return false;
    }
    let power = ten.pow(u32::try_from(shift.unsigned_abs()).unwrap_or(0));
    (dividend % (divisor * power)).is_zero()
}

fn less(count: usize, least: Option<u64>) -> Option<u64> {
    least.filter(|least| (count as u64) < *least)
}

fn more(count: usize, most: Option<u64>) -> Option<u64> {
    most.filter(|most| (count as u64) > *most)
}

impl Validator<'_> {
    pub(super) fn number(&self, schema: &Schema, number: &str, out: &mut Outcome, at: &Path<'_>) {
        if let Some(of) = schema
            .multiple_of
            .as_ref()
            .filter(|of| !is_multiple(number, of))
        {
            let description = format!("Must be a multiple of {}", shown(of));
            out.fault(at, "multiple_of", description);
        }
        let limits = [
            (&schema.maximum, "number_lte", "less than or equal to"),
            (&schema.exclusive_maximum, "number_lt", "less than"),
            (&schema.minimum, "number_gte", "greater than or equal to"),
            (&schema.exclusive_minimum, "number_gt", "greater than"),
        ];
        for (limit, kind, words) in limits {
            let Some(limit) = limit else { continue };
            let Some(order) = compare(number, limit) else {
                continue;
            };
            let holds = match kind {
                "number_lte" => order.is_le(),
                "number_lt" => order.is_lt(),
                "number_gte" => order.is_ge(),
                _ => order.is_gt(),
            };
            if !holds {
                out.fault(at, kind, format!("Must be {words} {}", shown(limit)));
            }
        }
        out.count();
    }

    pub(super) fn string(&self, schema: &Schema, text: &str, out: &mut Outcome, at: &Path<'_>) {
        let length = text.chars().count();
        if let Some(min) = less(length, schema.min_length) {
            let description = format!("String length must be greater than or equal to {min}");
            out.fault(at, "string_gte", description);
        }
        if let Some(max) = more(length, schema.max_length) {
            let description = format!("String length must be less than or equal to {max}");
            out.fault(at, "string_lte", description);
        }
        if let Some(expression) = &schema.pattern
            && !expression.pattern.is_match(text)
        {
            let description = format!("Does not match pattern '{}'", expression.source);
            out.fault(at, "pattern", description);
        }
        out.count();
    }

    pub(super) fn array(&self, schema: &Schema, items: &[Id], out: &mut Outcome, at: &Path<'_>) {
        match &schema.items {
            Some(Items::Each(each)) => {
                for (i, item) in items.iter().enumerate() {
                    out.merge(self.outcome(*each, self.tree.get(*item), &at.element(i)));
                }
            }
            Some(Items::List(list)) if !list.is_empty() => {
                for (i, (each, item)) in list.iter().zip(items).enumerate() {
                    out.merge(self.outcome(*each, self.tree.get(*item), &at.element(i)));
                }
                let rest = items.iter().enumerate().skip(list.len());
                match &schema.additional_items {
                    Some(Additional::Allowed(false)) if items.len() > list.len() => {
                        let description = "No additional items allowed on array";
                        out.fault(at, "array_no_additional_items", description);
                    }
                    Some(Additional::Schema(each)) => {
                        for (i, item) in rest {
                            out.merge(self.outcome(*each, self.tree.get(*item), &at.element(i)));
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        if let Some(min) = less(items.len(), schema.min_items) {
            let description = format!("Array must have at least {min} items");
            out.fault(at, "array_min_items", description);
        }
        if let Some(max) = more(items.len(), schema.max_items) {
            let description = format!("Array must have at most {max} items");
            out.fault(at, "array_max_items", description);
        }
        if schema.unique_items {
            self.unique(items, out, at);
        }
        self.contains(schema, items, out, at);
        out.count();
    }

    fn unique(&self, items: &[Id], out: &mut Outcome, at: &Path<'_>) {
        let mut seen = HashMap::new();
        for (j, item) in items.iter().enumerate() {
            let text = self
                .tree
                .canonical(self.tree.get(*item))
                .unwrap_or_default();
            if let Some(i) = seen.insert(text, j) {
                out.fault(at, "unique", format!("array items[{i},{j}] must be unique"));
            }
        }
    }

    fn contains(&self, schema: &Schema, items: &[Id], out: &mut Outcome, at: &Path<'_>) {
        let Some(contains) = schema.contains else {
            return;
        };
        let mut best = Best::default();
        for (i, item) in items.iter().enumerate() {
            let outcome = self.outcome(contains, self.tree.get(*item), &at.element(i));
            if outcome.is_valid() {
                return;
            }
            best.offer(outcome);
        }
        out.fault(at, "contains", "At least one of the items must match");
        if let Some(closest) = best.0 {
            out.merge(closest);
        }
    }

    pub(super) fn object(
        &self,
        schema: &Schema,
        members: &BTreeMap<String, Id>,
        out: &mut Outcome,
        at: &Path<'_>,
    ) {
        if let Some(min) = less(members.len(), schema.min_properties) {
            let description = format!("Must have at least {min} properties");
            out.fault(at, "array_min_properties", description);
        }
        if let Some(max) = more(members.len(), schema.max_properties) {
            let description = format!("Must have at most {max} properties");
            out.fault(at, "array_max_properties", description);
        }
        for name in &schema.required {
            if members.contains_key(name) {
                out.count();
            } else {
                out.fault(at, "required", format!("{name} is required"));
            }
        }
        for (name, member) in members {
            self.property(schema, name, *member, out, at);
        }
        if let Some(names) = schema.property_names {
            for name in members.keys() {
                let outcome = self.outcome(names, &Node::String(name.clone()), at);
                if !outcome.is_valid() {
                    let description = format!("Property name of \"{name}\" does not match");
                    out.fault(at, "invalid_property_name", description);
                    out.merge(outcome);
                }
            }
        }
        out.count();
    }

    /// A member that no property is about must be as patterns say, or as additional ones.
    fn property(&self, schema: &Schema, name: &str, member: Id, out: &mut Outcome, at: &Path<'_>) {
        let mut known = false;
        for (expression, part) in &schema.pattern_properties {
            if expression.pattern.is_match(name) {
                known = true;
                out.merge(self.outcome(*part, self.tree.get(member), &at.member(name)));
            }
        }
        if known {
            out.count();
            return;
        }
        let properties = &schema.properties;
        if properties
            .binary_search_by(|(known, _)| known.as_str().cmp(name))
            .is_ok()
        {
            return;
        }
        match &schema.additional_properties {
            Some(Additional::Allowed(false)) => {
                let description = format!("Additional property {name} is not allowed");
                out.fault(at, "additional_property_not_allowed", description);
            }
            Some(Additional::Schema(part)) => {
                out.merge(self.outcome(*part, self.tree.get(member), &at.member(name)));
            }
            _ => {}
        }
    }

    pub(super) fn dependencies(
        &self,
        schema: &Schema,
        node: &Node,
        out: &mut Outcome,
        at: &Path<'_>,
    ) {
        let Node::Object(members) = node else {
            return;
        };
        if schema.dependencies.is_empty() {
            return;
        }
        for name in members.keys() {
            match schema.dependencies.get(name) {
                Some(Dependency::Members(wanted)) => {
                    for missing in wanted.iter().filter(|name| !members.contains_key(*name)) {
                        let description = format!("Has a dependency on {missing}");
                        out.fault(at, "missing_dependency", description);
                    }
                }
                Some(Dependency::Schema(part)) => self.check(*part, node, out, at),
                None => {}
            }
        }
    }
}

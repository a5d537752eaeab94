//! The syntax tree. Its parts, and what they are called in the object form, are those of gqlparser's.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use kpol_runtime::builtins::quoted;

use super::error::Position;

/// Names and other texts, shared.
pub(crate) type Text = Rc<str>;

/// The comments before a token.
pub(crate) type Comment = Option<Rc<[Text]>>;

/// Where something stands; nothing for what comes from an object.
pub(crate) type Place = Option<Position>;

/// The number of a node of a query, for what validation finds out about it.
pub(crate) type NodeId = u32;

/// Operations and fragments.
#[derive(Debug, Default)]
pub(crate) struct QueryDocument {
    pub(crate) operations: Vec<Operation>,
    pub(crate) fragments: Vec<Fragment>,
    /// Only the object form sets it.
    pub(crate) comment: Comment,
    /// One more than the largest number of a node.
    pub(crate) nodes: NodeId,
}

#[derive(Debug, Default)]
pub(crate) struct Operation {
    pub(crate) operation: Text,
    pub(crate) name: Text,
    pub(crate) variables: Vec<Variable>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

/// The definition of a variable.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: Text,
    pub(crate) ty: Type,
    pub(crate) default: Option<Literal>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
    /// Set by the object form, or by validation.
    pub(crate) used: Cell<bool>,
}

#[derive(Debug, Default)]
pub(crate) struct Fragment {
    pub(crate) name: Text,
    pub(crate) variables: Vec<Variable>,
    pub(crate) condition: Text,
    pub(crate) directives: Vec<Directive>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

#[derive(Debug)]
pub(crate) enum Selection {
    Field(Field),
    Spread(Spread),
    Inline(Inline),
}

#[derive(Debug, Default)]
pub(crate) struct Field {
    pub(crate) id: NodeId,
    pub(crate) alias: Text,
    pub(crate) name: Text,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

impl Field {
    /// The key of the field's value in the response.
    pub(crate) fn response_name(&self) -> &Text {
        if self.alias.is_empty() {
            &self.name
        } else {
            &self.alias
        }
    }
}

#[derive(Debug)]
pub(crate) struct Spread {
    pub(crate) id: NodeId,
    pub(crate) name: Text,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

#[derive(Debug)]
pub(crate) struct Inline {
    pub(crate) id: NodeId,
    /// Empty where there is none.
    pub(crate) condition: Text,
    pub(crate) directives: Vec<Directive>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: Text,
    pub(crate) value: Literal,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

#[derive(Debug)]
pub(crate) struct Directive {
    pub(crate) name: Text,
    pub(crate) arguments: Vec<Argument>,
    /// Only the object form sets it.
    pub(crate) location: Text,
    pub(crate) at: Place,
}

/// Numbered as in the object form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LiteralKind {
    Variable,
    Int,
    Float,
    String,
    Block,
    Boolean,
    Null,
    Enum,
    List,
    Object,
}

impl LiteralKind {
    pub(crate) fn number(self) -> i64 {
        self as i64
    }

    pub(crate) fn from_number(n: i64) -> Option<Self> {
        use LiteralKind as K;
        let kinds = [
            K::Variable,
            K::Int,
            K::Float,
            K::String,
            K::Block,
            K::Boolean,
            K::Null,
            K::Enum,
            K::List,
            K::Object,
        ];
        kinds.into_iter().find(|kind| kind.number() == n)
    }
}

/// A value in a document; a variable is one, too.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) id: NodeId,
    pub(crate) kind: LiteralKind,
    /// What a scalar is written as, without quotes; a variable's name.
    pub(crate) raw: Text,
    /// Items of a list (without names), fields of an object.
    pub(crate) children: Vec<Child>,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
    /// Only the object form sets it.
    pub(crate) has_default: bool,
}

#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) name: Text,
    pub(crate) value: Literal,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = match self.kind {
            LiteralKind::Variable => return write!(f, "${}", self.raw),
            LiteralKind::String | LiteralKind::Block => return f.write_str(&quoted(&self.raw)),
            LiteralKind::List => ('[', ']'),
            LiteralKind::Object => ('{', '}'),
            _ => return f.write_str(&self.raw),
        };
        write!(f, "{open}")?;
        for (i, child) in self.children.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            if self.kind == LiteralKind::Object {
                write!(f, "{}:", child.name)?;
            }
            child.value.fmt(f)?;
        }
        write!(f, "{close}")
    }
}

/// A reference to a type: named, or a list.
#[derive(Debug, Clone)]
pub(crate) struct Type {
    /// Empty for a list.
    pub(crate) named: Text,
    pub(crate) elem: Option<Box<Type>>,
    pub(crate) non_null: bool,
    pub(crate) at: Place,
}

impl Type {
    /// The named type inside of all lists.
    pub(crate) fn name(&self) -> &Text {
        let mut ty = self;
        while let (true, Some(elem)) = (ty.named.is_empty(), &ty.elem) {
            ty = elem;
        }
        &ty.named
    }

    /// Whether a value of this type may stand where one of the other is expected.
    pub(crate) fn fits(&self, other: &Type) -> bool {
        self.fits_as(other, other.non_null)
    }

    /// The same where it is `non_null` that says whether the other may be null.
    pub(crate) fn fits_as(&self, other: &Type, non_null: bool) -> bool {
        if self.named != other.named {
            return false;
        }
        let inner = match (&self.elem, &other.elem) {
            (Some(a), Some(b)) => a.fits(b),
            (Some(_), None) => false,
            (None, _) => true,
        };
        inner && (!non_null || self.non_null)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.elem {
            Some(elem) if self.named.is_empty() => write!(f, "[{elem}]")?,
            _ => f.write_str(&self.named)?,
        }
        f.write_str(if self.non_null { "!" } else { "" })
    }
}

/// What a schema's text says.
#[derive(Debug, Default)]
pub(crate) struct SchemaDocument {
    pub(crate) schema: Vec<SchemaDefinition>,
    pub(crate) schema_extensions: Vec<SchemaDefinition>,
    pub(crate) directives: Vec<DirectiveDefinition>,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) extensions: Vec<Definition>,
    pub(crate) comment: Comment,
}

/// The comments around a definition and its description.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    pub(crate) before: Comment,
    pub(crate) after: Comment,
    pub(crate) end: Comment,
}

#[derive(Debug)]
pub(crate) struct SchemaDefinition {
    pub(crate) description: Text,
    pub(crate) directives: Vec<Directive>,
    pub(crate) operation_types: Vec<OperationType>,
    pub(crate) at: Place,
    pub(crate) comments: Comments,
}

#[derive(Debug)]
pub(crate) struct OperationType {
    pub(crate) operation: Text,
    pub(crate) ty: Text,
    pub(crate) at: Place,
    pub(crate) comment: Comment,
}

/// What types can be. The object form may have other words there.
pub(crate) mod kind {
    pub(crate) const SCALAR: &str = "SCALAR";
    pub(crate) const OBJECT: &str = "OBJECT";
    pub(crate) const INTERFACE: &str = "INTERFACE";
    pub(crate) const UNION: &str = "UNION";
    pub(crate) const ENUM: &str = "ENUM";
    pub(crate) const INPUT_OBJECT: &str = "INPUT_OBJECT";
}

/// A type, or an extension of one.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    pub(crate) kind: Text,
    pub(crate) description: Text,
    pub(crate) name: Text,
    pub(crate) directives: Vec<Directive>,
    pub(crate) interfaces: Vec<Text>,
    pub(crate) fields: Vec<FieldDefinition>,
    /// The members of a union.
    pub(crate) types: Vec<Text>,
    /// Their places: as many, or none.
    pub(crate) type_places: Vec<Place>,
    pub(crate) enum_values: Vec<EnumValue>,
    pub(crate) built_in: bool,
    pub(crate) at: Place,
    pub(crate) comments: Comments,
}

impl Definition {
    pub(crate) fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&&*self.kind)
    }

    pub(crate) fn is_leaf(&self) -> bool {
        self.is(&[kind::ENUM, kind::SCALAR])
    }

    pub(crate) fn is_abstract(&self) -> bool {
        self.is(&[kind::INTERFACE, kind::UNION])
    }

    pub(crate) fn is_composite(&self) -> bool {
        self.is(&[kind::OBJECT, kind::INTERFACE, kind::UNION])
    }

    pub(crate) fn is_input(&self) -> bool {
        self.is(&[kind::SCALAR, kind::ENUM, kind::INPUT_OBJECT])
    }

    pub(crate) fn field(&self, name: &str) -> Option<&FieldDefinition> {
        self.fields.iter().find(|field| &*field.name == name)
    }
}

/// A field of a type, or an argument.
#[derive(Debug)]
pub(crate) struct FieldDefinition {
    pub(crate) description: Text,
    pub(crate) name: Text,
    pub(crate) arguments: Vec<FieldDefinition>,
    pub(crate) default: Option<Literal>,
    pub(crate) ty: Type,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Place,
    pub(crate) comments: Comments,
}

impl FieldDefinition {
    pub(crate) fn argument(&self, name: &str) -> Option<&FieldDefinition> {
        self.arguments
            .iter()
            .find(|argument| &*argument.name == name)
    }

    /// Whether it has a default that is not null.
    pub(crate) fn has_default(&self) -> bool {
        self.default
            .as_ref()
            .is_some_and(|v| v.kind != LiteralKind::Null)
    }
}

#[derive(Debug)]
pub(crate) struct EnumValue {
    pub(crate) description: Text,
    pub(crate) name: Text,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Place,
    pub(crate) comments: Comments,
}

#[derive(Debug)]
pub(crate) struct DirectiveDefinition {
    pub(crate) description: Text,
    pub(crate) name: Text,
    pub(crate) arguments: Vec<FieldDefinition>,
    pub(crate) locations: Vec<Text>,
    pub(crate) repeatable: bool,
    pub(crate) at: Place,
    pub(crate) comments: Comments,
}

impl DirectiveDefinition {
    pub(crate) fn argument(&self, name: &str) -> Option<&FieldDefinition> {
        self.arguments
            .iter()
            .find(|argument| &*argument.name == name)
    }
}

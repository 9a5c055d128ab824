//! What a template says, whichever language it is written in.

use std::collections::BTreeMap;

use crate::source::{Node, Place};

/// The language of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Arm,
    Bicep,
}

/// A template: names with expressions, and what it declares.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) language: Language,
    /// Parameters with their defaults.
    pub(super) parameters: BTreeMap<String, Option<Expr>>,
    pub(super) variables: BTreeMap<String, Expr>,
    pub(super) functions: BTreeMap<String, (Vec<String>, Expr)>,
    pub(super) outputs: BTreeMap<String, Expr>,
    pub(super) statements: Vec<Statement>,
    /// Names that come from another file: the file, and the name there.
    pub(super) imports: BTreeMap<String, (String, String)>,
    /// Bicep made it of a Bicep file.
    pub(super) generated: bool,
}

impl Template {
    pub(super) fn new(language: Language) -> Self {
        Self {
            language,
            parameters: BTreeMap::new(),
            variables: BTreeMap::new(),
            functions: BTreeMap::new(),
            outputs: BTreeMap::new(),
            statements: Vec::new(),
            imports: BTreeMap::new(),
            generated: false,
        }
    }
}

/// A resource or a deployment of another template.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) symbol: Option<String>,
    pub(super) kind: Kind,
    /// An object.
    pub(super) body: Expr,
    pub(super) condition: Option<Expr>,
    pub(super) each: Option<Each>,
    /// The resource around it, by its position.
    pub(super) parent: Option<usize>,
    /// It refers to what is there already.
    pub(super) existing: bool,
    pub(super) place: Place,
}

/// What a statement declares.
#[derive(Debug)]
pub(super) enum Kind {
    /// A resource by its type, without the version of the API.
    Resource(String),
    /// A template in a file, by its path from the folder of this one.
    File(String),
    /// A template inside of this one; an inner one has names of its own.
    Nested { template: Box<Template>, inner: bool },
    /// A template that is not in the repository.
    Elsewhere,
}

/// A loop around a resource or a deployment.
#[derive(Debug)]
pub(super) struct Each {
    pub(super) over: Over,
    /// The names of the item and of its position.
    pub(super) item: Option<String>,
    pub(super) index: Vec<String>,
    /// What others depend on.
    pub(super) name: Option<String>,
    /// One after the other.
    pub(super) serial: bool,
}

/// What a loop runs over.
#[derive(Debug)]
pub(super) enum Over {
    Items(Expr),
    Count(Expr),
}

/// An expression of either language; operators are written as the functions that they stand for.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    Literal(Node),
    Joined {
        parts: Vec<Expr>,
        place: Place,
    },
    Array {
        items: Vec<Item>,
        place: Place,
    },
    Object {
        members: Vec<Member>,
        place: Place,
    },
    Name {
        name: String,
        place: Place,
    },
    Call {
        function: String,
        arguments: Vec<Expr>,
        place: Place,
    },
    Member {
        of: Box<Expr>,
        name: String,
        place: Place,
    },
    Index {
        of: Box<Expr>,
        index: Box<Expr>,
        place: Place,
    },
    For {
        each: Box<For>,
        place: Place,
    },
    Lambda {
        parameters: Vec<String>,
        body: Box<Expr>,
        place: Place,
    },
    /// Something that is not read.
    Opaque {
        written: String,
        place: Place,
    },
}

/// An item of a list; a spread one stands for its own items.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) spread: bool,
    pub(super) value: Expr,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(super) enum Member {
    Entry { key: Expr, value: Expr },
    Spread(Expr),
}

/// `[for item in items: body]`
#[derive(Debug, Clone)]
pub(super) struct For {
    pub(super) items: Expr,
    pub(super) item: String,
    pub(super) index: Option<String>,
    pub(super) condition: Option<Expr>,
    pub(super) body: Expr,
}

impl Expr {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Literal(node) => node.place,
            Self::Joined { place, .. }
            | Self::Array { place, .. }
            | Self::Object { place, .. }
            | Self::Name { place, .. }
            | Self::Call { place, .. }
            | Self::Member { place, .. }
            | Self::Index { place, .. }
            | Self::For { place, .. }
            | Self::Lambda { place, .. }
            | Self::Opaque { place, .. } => *place,
        }
    }

    /// The text, where it is written out.
    pub(super) fn written(&self) -> Option<&str> {
        match self {
            Self::Literal(node) => node.known(),
            _ => None,
        }
    }

    /// The value of a key, of an object that is written out; Azure's keys are read in any letter case.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object { members, .. } = self else { return None };
        members.iter().find_map(|member| match member {
            Member::Entry { key, value } if key.written().is_some_and(|key| key.eq_ignore_ascii_case(name)) => {
                Some(value)
            }
            _ => None,
        })
    }

    /// The expressions right inside of this one.
    pub(super) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Name { .. } | Self::Opaque { .. } => Vec::new(),
            Self::Joined { parts, .. } => parts.iter().collect(),
            Self::Array { items, .. } => items.iter().map(|item| &item.value).collect(),
            Self::Object { members, .. } => members.iter().flat_map(Member::children).collect(),
            Self::Call { arguments, .. } => arguments.iter().collect(),
            Self::Member { of, .. } => vec![of],
            Self::Index { of, index, .. } => vec![of, index],
            Self::For { each, .. } => [&each.items, &each.body].into_iter().chain(&each.condition).collect(),
            Self::Lambda { body, .. } => vec![body],
        }
    }

    /// Every expression in this one, this one first.
    pub(super) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.children().into_iter().for_each(|child| child.walk(visit));
    }
}

impl Member {
    fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Entry { key, value } => vec![key, value],
            Self::Spread(value) => vec![value],
        }
    }
}

//! What is left of a source file once its language does not matter any more.

use super::Span;

/// An expression and where it stands, in bytes.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

/// The kinds of expression.
#[derive(Debug)]
pub(super) enum Kind {
    /// A name.
    Name(String),
    /// A text that is known.
    Text(String),
    /// Texts and values, one after the other.
    Joined(Vec<Expression>),
    /// A list, tuple or array.
    List(Vec<Expression>),
    /// Keys with values.
    Fields(Vec<(String, Expression)>),
    /// A call, or the making of an object.
    Call {
        /// What is called.
        callee: Box<Expression>,
        /// With what.
        arguments: Vec<Argument>,
    },
    /// `of.name`, or `of["name"]`.
    Member { of: Box<Expression>, name: String },
    /// `of[…]` with something that is no text.
    Item(Box<Expression>),
    /// A function without a name.
    Lambda(Function),
    /// One of several values.
    Choice(Vec<Expression>),
    /// Nothing: `null`, `None`.
    Nothing,
    /// An assignment that is a value as well.
    Assigned(Box<Target>, Box<Expression>),
    /// Anything else, with what is in it.
    Other(Vec<Expression>),
}

/// An argument, with its name if it has one.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Option<String>,
    pub(super) value: Expression,
}

/// What is assigned to.
#[derive(Debug)]
pub(super) enum Target {
    /// A variable.
    Name(String),
    /// A member of something: `self.token`, `data["client_assertion"]`.
    Member(Expression, String),
    /// Several at once, each with the member of the value that it takes.
    Several(Vec<(Option<String>, Target)>),
    /// Anything else.
    Other,
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) parameters: Vec<String>,
    pub(super) body: Vec<Statement>,
}

/// A statement.
#[derive(Debug)]
pub(super) enum Statement {
    Assign(Target, Expression),
    Expression(Expression),
    Return(Expression),
    /// It leaves the block: `throw`, `break`.
    Leave,
    /// At most one of these runs; exactly one where `always`.
    Branch {
        ways: Vec<Vec<Statement>>,
        always: bool,
    },
    Block(Vec<Statement>),
    Function(String, Function),
    /// A class, or the methods of a type.
    Class(Vec<Statement>),
}

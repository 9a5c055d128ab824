//! What the kinds of node of every grammar are to us.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A name.
    Name,
    /// `null`, `None`.
    Nothing,
    /// A string, with or without values in it.
    String,
    /// Two operands.
    Binary,
    /// `a or b`
    Either,
    /// `a ? b : c`
    Conditional,
    /// A list.
    List,
    /// `{ … }`
    Fields,
    /// A type with `{ … }`.
    Composite,
    /// A call, or the making of an object.
    Call,
    /// `a.b`
    Member,
    /// `a?.b` of C#.
    ConditionalAccess,
    /// `a[b]`
    Item,
    /// A function without a name.
    Lambda,
    /// `this::name`
    Reference,
    /// An assignment that is a value.
    Assigned,
    /// Something around one expression.
    Wrapper,
    /// `a switch { … }`
    Switch,
    /// Anything else.
    Other,
}

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `global` of Python; in C#, a statement outside of a class.
    Global,
    /// It gives a value back.
    Return,
    /// It leaves the block.
    Leave,
    /// `if`
    Condition,
    /// A loop.
    Loop,
    /// `try`
    Attempt,
    /// One way of several.
    Cases,
    /// A function with a name.
    Function,
    /// A class.
    Class,
    /// A property or field of a class.
    Property,
    /// A new variable.
    Declared,
    /// An assignment.
    Assigned,
    /// Something around a statement.
    Wrapper,
    /// A block with a resource.
    With,
    /// A definition with decorators.
    Decorated,
    /// Nothing of interest.
    Ignored,
    /// Declarations or statements in a row.
    Several,
    /// A block.
    Block,
    /// Anything else: an expression.
    Expression,
}

const SHAPES: &[(Shape, &[&str])] = &[
    (
        Shape::Name,
        &[
            "identifier",
            "this",
            "this_expression",
            "self",
            "property_identifier",
            "field_identifier",
            "type_identifier",
            "shorthand_property_identifier",
            "generic_name",
            "generic_type",
            "qualified_name",
            "scoped_type_identifier",
            "qualified_type",
            "package_identifier",
        ],
    ),
    (Shape::Nothing, &["none", "null", "null_literal", "nil", "undefined"]),
    (
        Shape::String,
        &[
            "string",
            "string_literal",
            "verbatim_string_literal",
            "raw_string_literal",
            "interpreted_string_literal",
            "template_string",
            "interpolated_string_expression",
            "concatenated_string",
        ],
    ),
    (Shape::Binary, &["binary_operator", "binary_expression"]),
    (Shape::Either, &["boolean_operator"]),
    (Shape::Conditional, &["conditional_expression", "ternary_expression"]),
    (
        Shape::List,
        &[
            "list",
            "tuple",
            "set",
            "array",
            "expression_list",
            "implicit_array_creation_expression",
            "array_creation_expression",
            "array_initializer",
            "collection_expression",
        ],
    ),
    (
        Shape::Fields,
        &["dictionary", "object", "anonymous_object_creation_expression", "initializer_expression", "literal_value"],
    ),
    (Shape::Composite, &["composite_literal"]),
    (
        Shape::Call,
        &[
            "call",
            "call_expression",
            "invocation_expression",
            "method_invocation",
            "new_expression",
            "object_creation_expression",
            "implicit_object_creation_expression",
            "type_conversion_expression",
        ],
    ),
    (
        Shape::Member,
        &["attribute", "member_expression", "member_access_expression", "field_access", "selector_expression"],
    ),
    (Shape::ConditionalAccess, &["conditional_access_expression"]),
    (
        Shape::Item,
        &[
            "subscript",
            "subscript_expression",
            "element_access_expression",
            "index_expression",
            "array_access",
            "slice_expression",
        ],
    ),
    (
        Shape::Lambda,
        &[
            "lambda",
            "arrow_function",
            "function_expression",
            "function",
            "generator_function",
            "lambda_expression",
            "anonymous_method_expression",
            "func_literal",
        ],
    ),
    (Shape::Reference, &["method_reference"]),
    (Shape::Assigned, &["assignment", "assignment_expression", "named_expression"]),
    (
        Shape::Wrapper,
        &[
            "await",
            "await_expression",
            "parenthesized_expression",
            "as_expression",
            "satisfies_expression",
            "non_null_expression",
            "cast_expression",
            "unary_expression",
            "type_assertion_expression",
            "postfix_unary_expression",
            "prefix_unary_expression",
            "spread_element",
            "list_splat",
            "checked_expression",
            "argument",
            "literal_element",
            "expression_statement",
            "interpolation",
            "template_substitution",
            "arrow_expression_clause",
            "element_binding_expression",
            "collection_element",
            "expression_element",
            "type_assertion",
            "with_expression",
        ],
    ),
    (Shape::Switch, &["switch_expression"]),
];

const STEPS: &[(Step, &[&str])] = &[
    (Step::Global, &["global_statement"]),
    (Step::Return, &["return_statement", "return"]),
    (Step::Leave, &["raise_statement", "throw_statement", "break_statement", "continue_statement"]),
    (Step::Condition, &["if_statement"]),
    (
        Step::Loop,
        &[
            "for_statement",
            "for_in_statement",
            "while_statement",
            "do_statement",
            "foreach_statement",
            "enhanced_for_statement",
        ],
    ),
    (Step::Attempt, &["try_statement", "try_with_resources_statement"]),
    (
        Step::Cases,
        &[
            "switch_statement",
            "switch_expression",
            "match_statement",
            "expression_switch_statement",
            "type_switch_statement",
            "select_statement",
        ],
    ),
    (
        Step::Function,
        &[
            "function_definition",
            "function_declaration",
            "generator_function_declaration",
            "method_definition",
            "method_declaration",
            "constructor_declaration",
            "local_function_statement",
        ],
    ),
    (
        Step::Class,
        &[
            "class_definition",
            "class_declaration",
            "abstract_class_declaration",
            "record_declaration",
            "struct_declaration",
            "interface_declaration",
            "enum_declaration",
        ],
    ),
    (Step::Property, &["property_declaration", "field_definition", "public_field_definition"]),
    (Step::Declared, &["variable_declarator", "var_spec", "const_spec"]),
    (Step::Assigned, &["short_var_declaration", "assignment_statement", "assignment", "assignment_expression"]),
    (Step::Wrapper, &["expression_statement", "parenthesized_expression"]),
    (Step::With, &["with_statement", "using_statement", "lock_statement", "synchronized_statement"]),
    (Step::Decorated, &["decorated_definition"]),
    (
        Step::Ignored,
        &[
            "import_statement",
            "import_from_statement",
            "using_directive",
            "import_declaration",
            "package_clause",
            "package_declaration",
            "attribute_list",
            "modifier",
            "modifiers",
        ],
    ),
    (
        Step::Several,
        &[
            "lexical_declaration",
            "variable_declaration",
            "local_declaration_statement",
            "local_variable_declaration",
            "field_declaration",
            "var_declaration",
            "const_declaration",
            "var_spec_list",
            "export_statement",
            "namespace_declaration",
            "file_scoped_namespace_declaration",
            "declaration_list",
            "class_body",
            "internal_module",
            "module",
            "labeled_statement",
            "static_initializer",
            "class_static_block",
            "statement_list",
        ],
    ),
    (
        Step::Block,
        &[
            "block",
            "statement_block",
            "compilation_unit",
            "source_file",
            "program",
            "else_clause",
            "elif_clause",
            "finally_clause",
            "catch_clause",
            "except_clause",
        ],
    ),
];

static SHAPE_BY_KIND: LazyLock<HashMap<&str, Shape>> = LazyLock::new(|| by_kind(SHAPES));
static STEP_BY_KIND: LazyLock<HashMap<&str, Step>> = LazyLock::new(|| by_kind(STEPS));

fn by_kind<T: Copy>(table: &'static [(T, &[&str])]) -> HashMap<&'static str, T> {
    table.iter().flat_map(|(what, kinds)| kinds.iter().map(|kind| (*kind, *what))).collect()
}

/// What an expression of that kind is.
pub(super) fn shape(kind: &str) -> Shape {
    SHAPE_BY_KIND.get(kind).copied().unwrap_or(Shape::Other)
}

/// What a statement of that kind is.
pub(super) fn step(kind: &str) -> Step {
    STEP_BY_KIND.get(kind).copied().unwrap_or(Step::Expression)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_named_once() {
        let shapes: usize = SHAPES.iter().map(|(_, kinds)| kinds.len()).sum();
        let steps: usize = STEPS.iter().map(|(_, kinds)| kinds.len()).sum();
        assert_eq!((SHAPE_BY_KIND.len(), STEP_BY_KIND.len()), (shapes, steps));
    }
}

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Expression {
    expression(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The text under the carets, and the message.
fn fault(text: &str) -> (String, String) {
    let error = expression(text).expect_err(text);
    (text.get(error.at.clone()).unwrap().to_owned(), error.message)
}

#[test]
fn one_comparison_and_several() {
    let comparison = |claim: &str, operator, comparand: &str| Comparison {
        claim: claim.to_owned(),
        operator,
        comparand: comparand.to_owned(),
    };
    let text = "claims['sub'] matches 'repo:contoso/*' and claims['job_workflow_ref'] eq 'x y'";
    let expected =
        [comparison("sub", Operator::Matches, "repo:contoso/*"), comparison("job_workflow_ref", Operator::Eq, "x y")];
    assert_eq!(parse(text).comparisons, expected);
    assert_eq!(parse("claims['a''b'] eq 'it''s'").comparisons, [comparison("a'b", Operator::Eq, "it's")]);
    assert_eq!(parse("claims['and'] eq ' and '").comparisons, [comparison("and", Operator::Eq, " and ")]);
}

#[test]
fn every_fault_points_at_its_place_and_says_what_to_write() {
    for (text, place, advice) in [
        ("", "", "claims['sub'] eq"),
        ("   ", "", "claims['sub'] eq"),
        (
            "claims['sub'] matches system:serviceaccount:ns:*",
            "system:serviceaccount:ns:*",
            "'system:serviceaccount:ns:*'",
        ),
        ("claims['sub'] eq a b and claims['x'] eq 'c'", "a b", "'a b'"),
        ("claims['sub'] eq a'", "a'", "write 'a'"),
        ("claims['sub'] eq \"repo:a\"", "\"repo:a\"", "'repo:a'"),
        ("claims['sub'] eq ‘repo:a’", "‘repo:a’", "'repo:a'"),
        ("claims['sub'] contains 'a'", "contains", "matches '*…*'"),
        ("claims['sub'] == 'a'", "==", "write eq"),
        ("claims['sub'] EQ 'a'", "EQ", "write eq"),
        ("claims['sub'] like 'a*'", "like", "write matches"),
        ("claims['sub'] ne 'a'", "ne", "no negation"),
        ("claims['sub'] frobs 'a'", "frobs", "eq and matches"),
        ("claims['sub'] 'a'", "'a'", "operator is missing"),
        ("claims['sub']", "", "operator is missing"),
        ("claims['sub'] eq", "", "text to compare with"),
        ("claims['sub'] eq 'a", "'", "not closed"),
        ("claims['sub'] eq 'a' or claims['x'] eq 'b'", "or", "no or"),
        ("claims['sub'] eq 'a' || claims['x'] eq 'b'", "||", "no or"),
        ("claims['sub'] eq 'a' AND claims['x'] eq 'b'", "AND", "small letters"),
        ("claims['sub'] eq 'a' && claims['x'] eq 'b'", "&&", "with and"),
        ("claims['sub'] eq 'a' and", "", "comparison is missing"),
        ("claims['sub'] eq 'a' claims['x'] eq 'b' ", "claims['x'] eq 'b'", "Only and"),
        ("claims['sub'] eq 'it\\'s'", "s'", "as two"),
        ("sub eq 'a'", "sub", "claims['sub']"),
        ("repository eq 'a'", "repository", "claims['repository']"),
        ("claims.job_workflow_ref eq 'a'", "claims.job_workflow_ref", "claims['job_workflow_ref']"),
        ("Claims['sub'] eq 'a'", "Claims", "small letters"),
        ("claim['sub'] eq 'a'", "claim", "claims"),
        ("['sub'] eq 'a'", "[", "claims is missing"),
        ("(claims['sub'] eq 'a')", "(", "no parentheses"),
        ("claims('sub') eq 'a'", "(", "in brackets"),
        ("claims eq 'a'", "eq", "in brackets"),
        ("claims", "", "in brackets"),
        ("claims[", "[", "not closed"),
        ("claims[]", "]", "Name the claim"),
        ("claims[''] eq 'a'", "''", "Name the claim"),
        ("claims[sub] eq 'a'", "sub", "claims['sub']"),
        ("claims[\"sub\"] eq 'a'", "\"sub\"", "straight single quotes"),
        ("claims['sub' eq 'a'", "['sub'", "not closed"),
        ("claims['sub] eq 'a'", "'", "after the claim's name"),
        ("claims['sub", "'", "not closed"),
        ("\"claims['sub'] eq 'a'\"", "\"claims['sub'] eq 'a'\"", "Take away the quotes"),
        ("claims['sub']eq 'a'", "eq", "space"),
        ("claims['sub'] eq'a'", "'a'", "space"),
        ("claims['sub'] eq 'a'and claims['x'] eq 'b'", "and", "space"),
    ] {
        let (found, message) = fault(text);
        assert_eq!(found, place, "{text}: {message}");
        assert!(message.contains(advice), "{text}: {message}");
    }
}

#[test]
fn a_fault_is_drawn_under_the_expression() {
    let error = expression("claims['sub'] matches system:serviceaccount:ns:*").unwrap_err();
    insta::assert_snapshot!(error, @r"
    Put the text in single quotes: write 'system:serviceaccount:ns:*'.
      claims['sub'] matches system:serviceaccount:ns:*
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn a_longer_expression_than_the_limit_is_refused() {
    let fitting = format!("claims['sub'] matches '{}'", "*".repeat(MAX_EXPRESSION_BYTES - 24));
    assert_eq!(fitting.len(), MAX_EXPRESSION_BYTES);
    parse(&fitting);
    let error = expression(&format!("claims['sub'] matches '{}'", "é*".repeat(50_000))).unwrap_err();
    assert!(error.message.contains("longer") && error.expression.len() <= MAX_EXPRESSION_BYTES);
    assert!(error.to_string().contains('^'));
}

fn arbitrary() -> impl Strategy<Value = Expression> {
    let operator = prop_oneof![Just(Operator::Eq), Just(Operator::Matches)];
    let comparison = ("[a-z_'\\]é ]{1,8}", operator, "[a-z:/*?' \"\\\\é\t]{0,12}");
    prop::collection::vec(comparison, 1..4).prop_map(|comparisons| Expression {
        comparisons: comparisons
            .into_iter()
            .map(|(claim, operator, comparand)| Comparison { claim, operator, comparand })
            .collect(),
    })
}

proptest! {
    #[test]
    fn what_is_displayed_parses_to_the_same(expression in arbitrary()) {
        let text = expression.to_string();
        prop_assert_eq!(Expression::parse(&text), Ok(expression));
    }

    #[test]
    fn any_text_is_parsed_or_refused_within_its_bounds(text in any::<String>()) {
        refused_within_bounds(&text);
    }

    #[test]
    fn texts_of_the_languages_own_parts_are_parsed_or_refused(parts in prop::collection::vec(
        prop::sample::select(vec!["claims", "[", "'", "sub", "]", " ", "eq", "matches", "and", "\"", "(", "é", "‚", "\\", "or"]), 0..24)
    ) {
        refused_within_bounds(&parts.concat());
    }
}

fn refused_within_bounds(text: &str) {
    match Expression::parse(text) {
        Ok(expression) => assert_eq!(Expression::parse(&expression.to_string()), Ok(expression)),
        Err(error) => {
            assert!(error.expression.get(error.at.clone()).is_some(), "{error:?}");
            assert!(error.to_string().contains('^'));
        }
    }
    assert!(Expression::warnings(text).iter().all(|warning| text.get(warning.at.clone()).is_some()));
}

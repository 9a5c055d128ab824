use proptest::prelude::*;

use super::*;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const ENTRA: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
const NEW: &str = "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/0f0e0d0c-1111-4222-8333-444455556666/a1b2c3d4-7777-4888-8999-aaaabbbbcccc";
const PIPELINE: &str =
    "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/pl/h/0f0e0d0c-1111-4222-8333-444455556666/d/42";

fn differ(presented: &str, configured: &str) -> Difference {
    compare(None, presented, configured).unwrap_or_else(|| panic!("{presented} and {configured} count as equal"))
}

fn part_names(difference: &Difference) -> Vec<&str> {
    difference.parts.iter().map(|part| part.name).collect()
}

/// Rows of presented subject, configured subject, cause, names of the differing parts.
fn check(rows: &[(&str, &str, &str, &[&str])]) {
    for (presented, configured, cause, parts) in rows {
        let found = differ(presented, configured);
        assert_eq!(found.cause, *cause, "{presented} against {configured}: {found:#?}");
        assert_eq!(part_names(&found), *parts, "{presented} against {configured}: {found:#?}");
        for part in &found.parts {
            assert_ne!(part.presented, part.configured, "{found:#?}");
        }
    }
}

#[test]
fn equal_subjects_do_not_differ() {
    for subject in ["", "repo:contoso/app:pull_request", NEW, "***"] {
        assert_eq!(compare(Some(GITHUB), subject, subject), None);
    }
}

#[test]
fn case_blanks_and_wildcards_come_before_any_grammar() {
    check(&[
        ("repo:contoso/app:environment:Prod", "repo:contoso/app:environment:prod", "fic.subject.case", &["context"]),
        (
            "repo:Contoso/App:pull_request",
            "repo:contoso/app:pull_request",
            "fic.subject.case",
            &["owner", "repository"],
        ),
        ("repo:contoso/app:pull_request", "Repo:contoso/app:Pull_Request", "fic.subject.case", &["subject"]),
        ("repo:contoso/app:environment:ÄRZTE", "repo:contoso/app:environment:ärzte", "fic.subject.case", &["context"]),
        ("sc://contoso/Web/Prod", "sc://contoso/web/prod", "fic.subject.case", &["project", "connection"]),
        ("repo:contoso/app:pull_request", "repo:contoso/app:pull_request ", "fic.subject.whitespace", &["subject"]),
        (
            "repo:contoso/app:pull_request",
            "\u{feff}repo:contoso/app:pull_request",
            "fic.subject.whitespace",
            &["subject"],
        ),
        (
            "repo:contoso/app:pull_request",
            "repo:contoso/app:\u{200b}pull_request",
            "fic.subject.whitespace",
            &["subject"],
        ),
        ("repo:contoso/app:pull_request", "repo: contoso/App:pull_request", "fic.subject.whitespace", &["subject"]),
        (
            "repo:contoso/app:ref:refs/heads/main",
            "repo:contoso/app:ref:refs/heads/*",
            "fic.subject.wildcard",
            &["subject"],
        ),
        ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/*", "fic.subject.wildcard", &["subject"]),
        ("system:serviceaccount:prod:api", "system:serviceaccount:prod:*", "fic.subject.wildcard", &["subject"]),
        ("repo:contoso/app:pull_request", "*", "fic.subject.wildcard", &["subject"]),
    ]);
}

#[test]
fn a_wildcard_that_would_cover_the_subject_is_told_from_one_that_would_not() {
    let covering = differ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/*:ref:refs/heads/*");
    assert!(covering.explanation.contains("it would cover"), "{}", covering.explanation);
    let missing = differ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/*:environment:*");
    assert!(missing.explanation.contains("would not cover"), "{}", missing.explanation);
}

#[test]
fn contexts_of_github() {
    let context: &[&str] = &["context"];
    check(&[
        (
            "repo:contoso/app:ref:refs/heads/main",
            "repo:contoso/app:environment:prod",
            "github.subject.environment-vs-ref",
            context,
        ),
        (
            "repo:contoso/app:environment:prod",
            "repo:contoso/app:ref:refs/heads/main",
            "github.subject.environment-vs-ref",
            context,
        ),
        (
            "repo:contoso/app:environment:prod",
            "repo:contoso/app:pull_request",
            "github.subject.environment-vs-ref",
            context,
        ),
        (
            "repo:contoso/app:pull_request",
            "repo:contoso/app:environment:prod",
            "github.subject.environment-vs-ref",
            context,
        ),
        ("repo:contoso/app:environment:prod", "repo:contoso/app", "github.subject.environment-vs-ref", context),
        ("repo:contoso/app:environment:prod", "repo:contoso/app:environment:test", "fic.subject.mismatch", context),
        ("repo:contoso/app:pull_request", "repo:contoso/app:pull-request", "github.subject.pull-request", context),
        ("repo:contoso/app:pull_request", "repo:contoso/app:pullrequest", "github.subject.pull-request", context),
        (
            "repo:contoso/app:pull_request",
            "repo:contoso/app:ref:refs/heads/main",
            "github.subject.pull-request",
            context,
        ),
        (
            "repo:contoso/app:ref:refs/heads/main",
            "repo:contoso/app:pull_request",
            "github.subject.pull-request",
            context,
        ),
        (
            "repo:contoso/app:ref:refs/heads/main",
            "repo:contoso/app:ref:refs/heads/master",
            "github.subject.branch",
            context,
        ),
        ("repo:contoso/app:ref:refs/tags/v1", "repo:contoso/app:ref:refs/heads/main", "github.subject.branch", context),
        ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/app:ref:main", "github.subject.branch", context),
        ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/app:refs/heads/main", "github.subject.branch", context),
        ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/app:branch:main", "github.subject.branch", context),
        ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/app", "github.subject.branch", context),
        ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/app:main", "github.subject.branch", context),
        ("repo:contoso/app:ref:refs/heads/main", "repo:contoso/app:kind:other", "fic.subject.mismatch", context),
        (
            "repo:***/***:environment:Dev",
            "repo:contoso/app:ref:refs/heads/main",
            "github.subject.environment-vs-ref",
            context,
        ),
        ("repo:***/***:environment:Dev", "repo:contoso/app:environment:dev", "fic.subject.case", context),
        (
            "repo:***:ref:refs/heads/main",
            "repo:contoso/app:environment:dev",
            "github.subject.environment-vs-ref",
            context,
        ),
    ]);
}

#[test]
fn repositories_ids_and_templates_of_github() {
    check(&[
        ("repo:contoso/app:pull_request", "repo:fabrikam/app:pull_request", "github.subject.repository", &["owner"]),
        (
            "repo:contoso/app:environment:x",
            "repo:contoso/web:ref:refs/heads/main",
            "github.subject.repository",
            &["repository", "context"],
        ),
        (
            "repo:contoso@1/app@2:pull_request",
            "repo:contoso@1/app@3:pull_request",
            "github.subject.repository",
            &["repository-id"],
        ),
        (
            "repo:contoso@1/new@2:pull_request",
            "repo:contoso@1/old@2:pull_request",
            "github.subject.repository",
            &["repository"],
        ),
        (
            "repo:contoso@1/app@2:pull_request",
            "repo:contoso/app:pull_request",
            "github.subject.immutable-vs-name",
            &["owner-id", "repository-id"],
        ),
        (
            "repo:contoso/app:pull_request",
            "repo:contoso@1/app@2:pull_request",
            "github.subject.immutable-vs-name",
            &["owner-id", "repository-id"],
        ),
        (
            "repo:contoso@1/app@2:environment:prod",
            "repo:Contoso/app:ref:refs/heads/main",
            "github.subject.immutable-vs-name",
            &["owner", "owner-id", "repository-id", "context"],
        ),
        (
            "repo:contoso@1/app@2:pull_request",
            "repo:contoso/web:pull_request",
            "github.subject.repository",
            &["repository", "owner-id", "repository-id"],
        ),
        (
            "repository_owner_id:61:repository_id:11:pull_request",
            "repo:contoso/app:pull_request",
            "github.subject.custom-template",
            &["template"],
        ),
        (
            "repository_owner:contoso:workflow:nightly",
            "repo:contoso/app:ref:refs/heads/main",
            "github.subject.custom-template",
            &["template", "context"],
        ),
        (
            "repo:contoso/app:pull_request",
            "repository_owner_id:61:repository_id:11:pull_request",
            "github.subject.custom-template",
            &["template"],
        ),
        (
            "repo:contoso/app:environment:prod:job_workflow_ref:contoso/ci/x.yml@refs/heads/main",
            "repo:contoso/app:environment:prod",
            "github.subject.custom-template",
            &["template"],
        ),
        (
            "repository_owner_id:61:repository_id:11:pull_request",
            "repository_owner_id:61:repository_id:11:ref:refs/heads/main",
            "github.subject.pull-request",
            &["context"],
        ),
        (
            "repository_id:11:environment:a",
            "repository_id:12:environment:a",
            "github.subject.repository",
            &["repository_id"],
        ),
        (
            "repository_owner:contoso:workflow:a",
            "repository_owner:contoso:workflow:b",
            "fic.subject.mismatch",
            &["workflow"],
        ),
        (
            "repo_property_team:a:environment:x",
            "repo_property_team:b:environment:x",
            "fic.subject.mismatch",
            &["repo_property"],
        ),
    ]);
}

#[test]
fn explanations_of_github_say_what_was_sent_and_what_would_send_the_other() {
    let found = differ("repo:contoso/app:ref:refs/heads/release/1", "repo:contoso/app:environment:Production");
    assert!(
        found.explanation.contains("branch `release/1`") && found.explanation.contains("environment `Production`"),
        "{found:#?}"
    );
    assert!(
        found.hint.as_deref().unwrap().starts_with("Add `environment: Production` to the job, or set"),
        "{found:#?}"
    );
    let found = differ("repo:contoso/app:environment:test", "repo:contoso/app:ref:refs/heads/main");
    assert!(found.hint.as_deref().unwrap().starts_with("Remove `environment: test`"), "{found:#?}");
    let found = differ("repo:contoso/app:environment:a%3Ab", "repo:contoso/app:environment:a:b");
    assert!(found.explanation.contains("%3A"), "{found:#?}");
    let found = differ("repo:contoso/app:ref:refs/tags/v1", "repo:contoso/app:ref:refs/heads/v1");
    assert!(found.explanation.contains("tag `v1`") && found.explanation.contains("branch `v1`"), "{found:#?}");
}

#[test]
fn subjects_of_azure_devops() {
    check(&[
        (NEW, "sc://contoso/web/prod", "ado.issuer.vstoken-to-entra", &["form"]),
        ("sc://contoso/web/prod", NEW, "ado.issuer.vstoken-to-entra", &["form"]),
        ("p://contoso/web/nightly", PIPELINE, "ado.issuer.vstoken-to-entra", &["form"]),
        (
            "p://contoso/web/nightly",
            "sc://contoso/web/prod",
            "ado.subject.pipeline-vs-connection",
            &["pipeline", "connection"],
        ),
        (
            "sc://contoso/web/prod",
            "p://contoso/web/nightly",
            "ado.subject.pipeline-vs-connection",
            &["connection", "pipeline"],
        ),
        (PIPELINE, NEW, "ado.subject.pipeline-vs-connection", &["pipeline", "connection"]),
        ("p://contoso/web/nightly", NEW, "ado.subject.pipeline-vs-connection", &["pipeline", "connection"]),
        (PIPELINE, "sc://contoso/web/prod", "ado.subject.pipeline-vs-connection", &["pipeline", "connection"]),
        ("sc://contoso/web/prod", "sc://contoso/web/production", "ado.subject.renamed", &["connection"]),
        ("sc://contoso/web 2/prod", "sc://contoso/web/prod", "ado.subject.renamed", &["project"]),
        ("p://contoso/web/nightly", "p://fabrikam/web/nightly", "ado.subject.renamed", &["organisation"]),
        (NEW, &NEW.replace("a1b2c3d4", "b1b2c3d4"), "fic.subject.mismatch", &["connection"]),
        (NEW, &NEW.replace("v4j5cvGGr0GRqy180BHbRw", "PwFflyR_6Een06vEdSvzRg"), "fic.subject.mismatch", &["tenant"]),
    ]);
}

#[test]
fn guids_encoded_in_another_way() {
    let plain = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let tenant: &[&str] = &["tenant"];
    let with = |segment: &str| NEW.replace("v4j5cvGGr0GRqy180BHbRw", segment);
    check(&[
        (NEW, &with(plain), "fic.subject.eid1-encoding", tenant),
        (NEW, &with("NzJmOTg4YmYtODZmMS00MWFmLTkxYWItMmQ3Y2QwMTFkYjQ3"), "fic.subject.eid1-encoding", tenant),
        (NEW, &with("v4j5cvGGr0GRqy180BHbRw=="), "fic.subject.eid1-encoding", tenant),
        (NEW, &with("cvmIv4bxQa-Rqy180BHbRw"), "fic.subject.eid1-encoding", tenant),
        (NEW, &with("{tenantId}"), "fic.subject.eid1-encoding", tenant),
        (
            NEW,
            &NEW.replace("rISbSSETf0KqFyZ8ppdXmA", "499b84ac-1321-427f-aa17-267ca6975798"),
            "fic.subject.eid1-encoding",
            &["application"],
        ),
    ]);
    let other = differ(NEW, &with("3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c"));
    assert!(other.explanation.contains("stands for 3c9a7b10"), "{other:#?}");
}

#[test]
fn subjects_of_the_other_platforms() {
    check(&[
        (
            "system:serviceaccount:prod:api",
            "system:serviceaccount:default:api",
            "k8s.subject.service-account",
            &["namespace"],
        ),
        (
            "system:serviceaccount:prod:default",
            "system:serviceaccount:prod:api",
            "k8s.subject.service-account",
            &["service-account"],
        ),
        (
            "system:serviceaccount:prod:api",
            "system:serviceaccount:prod/api",
            "k8s.subject.service-account",
            &["subject"],
        ),
        ("system:serviceaccount:prod:api", "prod:api", "k8s.subject.service-account", &["subject"]),
        (
            "project_path:contoso/app:ref_type:branch:ref:main",
            "project_path:contoso/app:ref_type:branch:ref:refs/heads/main",
            "fic.subject.mismatch",
            &["ref"],
        ),
        (
            "project_id:42:ref_type:branch:ref:main",
            "project_path:contoso/app:ref_type:branch:ref:main",
            "fic.subject.mismatch",
            &["project_id", "project_path"],
        ),
        (
            "organization:c:project:Default Project:workspace:w:run_phase:apply",
            "organization:c:project:Default Project:workspace:w:run_phase:plan",
            "fic.subject.mismatch",
            &["run-phase"],
        ),
        (
            "3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c",
            "5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718",
            "fic.subject.mismatch",
            &["object-id"],
        ),
        ("repo:contoso/app:pull_request", "system:serviceaccount:prod:api", "fic.subject.mismatch", &["subject"]),
        ("spiffe://contoso.example/a", "spiffe://contoso.example/b", "fic.subject.mismatch", &["subject"]),
        (NEW, "3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c", "fic.subject.mismatch", &["subject"]),
        ("repo:contoso/app:pull_request", "", "fic.subject.mismatch", &["subject"]),
    ]);
}

#[test]
fn an_unparsed_subject_brings_the_mistake_of_its_platform() {
    let found =
        compare(Some("https://accounts.google.com"), "104857612345678901234", "ci@contoso.iam.gserviceaccount.com")
            .unwrap();
    assert_eq!(found.cause, "fic.subject.mismatch");
    assert!(found.hint.unwrap().contains("numeric unique id"));
}

#[test]
fn blanks_around_a_subject_are_named_even_where_it_differs_otherwise() {
    let found = differ("repo:contoso/app:environment:prod", " repo:contoso/app:pull_request\n");
    assert_eq!(found.cause, "github.subject.environment-vs-ref");
    assert!(found.explanation.ends_with("begins with a space."), "{found:#?}");
}

#[test]
fn masked_subjects_are_not_called_different() {
    let found = differ("repo:***/***:environment:Dev", "repo:contoso/app:environment:Dev");
    assert_eq!((found.cause, found.parts.len()), ("fic.subject.mismatch", 0));
    let found = differ("repo:***/app:environment:Dev", "repo:contoso/***:environment:Dev");
    assert_eq!((found.cause, found.parts.len()), ("fic.subject.mismatch", 0), "masked on both sides");
}

#[test]
fn the_nearest_is_of_the_same_kind_and_differs_in_the_fewest_parts() {
    let presented = "repo:contoso/app:ref:refs/heads/main";
    let cases: [(&[&str], usize); 6] = [
        (&["repo:contoso/app:environment:prod", presented], 1),
        (&["system:serviceaccount:prod:api", "repo:fabrikam/web:environment:x"], 1),
        (&["repo:contoso/web:pull_request", "repo:contoso/app:pull_request"], 1),
        (&["repo:contoso/app:ref:refs/heads/develop", "repo:contoso/app:ref:refs/heads/mainline"], 1),
        (&["repo:contoso/app:pull_request", "repo:Contoso/app:ref:refs/heads/main"], 1),
        (&["repo:contoso/app:environment:a", "repo:contoso/app:environment:b"], 0),
    ];
    for (configured, index) in cases {
        let found = nearest(Some(GITHUB), presented, configured.iter().copied()).unwrap();
        assert_eq!(found.index, index, "{configured:?}");
        assert_eq!(found.difference.is_none(), configured[index] == presented);
    }
    assert_eq!(nearest(None, presented, []), None);
}

#[test]
fn the_nearest_crosses_forms_of_one_platform() {
    let presented = "repo:contoso@1/app@2:ref:refs/heads/main";
    let found = nearest(
        None,
        presented,
        ["repo:contoso@1/other@9:ref:refs/heads/main", "repo:contoso/app:ref:refs/heads/main"],
    )
    .unwrap();
    assert_eq!(found.index, 1);
    let found = nearest(Some(ENTRA), NEW, ["3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c", "sc://contoso/web/prod"]).unwrap();
    assert_eq!((found.index, found.difference.unwrap().cause), (1, "ado.issuer.vstoken-to-entra"));
}

fn subjects() -> impl Strategy<Value = String> {
    prop_oneof![
        "repo:[a-b]{1,2}(@[12])?/[a-b]{1,2}(@[12])?(:(pull_request|pull-request|environment:[abP]{1,2}|ref:refs/(heads|tags)/[ab]{1,2}|main))?",
        "repository_owner_id:[12]:(workflow:[ab]|pull_request|ref:refs/heads/[ab])",
        "(sc|p)://[ab]/[ab]/[ab]{1,2}",
        "/eid1/c/pub/t/[A-Za-z0-9_-]{21}[AQgw]/a/rISbSSETf0KqFyZ8ppdXmA/(sc/[ab]/[ab]|pl/h/[ab]/d/[ab]|x)",
        "system:serviceaccount:[ab]{1,2}:[ab]{1,2}",
        "project_(path|id):[ab1]:ref_type:branch:ref:(refs/heads/)?[ab]",
        "organization:[ab]:project:[ab ]{1,3}:workspace:[ab]:run_phase:(plan|apply)",
        "[ab*: ]{0,6}",
        ".{0,12}",
    ]
}

proptest! {
    #[test]
    fn two_subjects_differ_exactly_when_they_are_not_equal(a in subjects(), b in subjects()) {
        let found = compare(None, &a, &b);
        prop_assert_eq!(found.is_none(), a == b);
        if let Some(difference) = found {
            prop_assert!(!difference.explanation.is_empty());
            for part in &difference.parts {
                prop_assert_ne!(&part.presented, &part.configured, "{}", part.name);
            }
            let hidden = difference.parts.is_empty();
            prop_assert!(!hidden || a.contains("***") || b.contains("***"), "{} {}", a, b);
        }
    }

    #[test]
    fn the_nearest_does_not_depend_on_what_stands_behind_it(presented in subjects(), mut configured in proptest::collection::vec(subjects(), 1..6)) {
        let first = nearest(None, &presented, configured.iter().map(String::as_str)).unwrap();
        let chosen = configured[first.index].clone();
        configured.truncate(first.index + 1);
        let again = nearest(None, &presented, configured.iter().map(String::as_str)).unwrap();
        prop_assert_eq!(&configured[again.index], &chosen);
        prop_assert_eq!(again, first);
    }

    #[test]
    fn an_equal_subject_is_always_the_nearest(presented in subjects(), others in proptest::collection::vec(subjects(), 0..5)) {
        let configured = others.iter().map(String::as_str).chain([presented.as_str()]);
        prop_assert_eq!(nearest(None, &presented, configured).unwrap().difference, None);
    }
}

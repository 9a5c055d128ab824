use proptest::prelude::*;
use uuid::uuid;

use super::*;

const CONNECTION: &str = "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/0f0e0d0c-1111-4222-8333-444455556666/a1b2c3d4-7777-4888-8999-aaaabbbbcccc";

fn github(owner: &str, repository: &str, ids: Option<(&str, &str)>, context: &str) -> Subject {
    Subject::GitHub {
        owner: owner.into(),
        repository: repository.into(),
        ids: ids.map(|(a, b)| (a.into(), b.into())),
        context: context.into(),
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn default_subjects_of_github() {
    let cases = [
        ("repo:contoso/app:ref:refs/heads/main", github("contoso", "app", None, "ref:refs/heads/main")),
        ("repo:contoso/app:ref:refs/tags/v1.2", github("contoso", "app", None, "ref:refs/tags/v1.2")),
        ("repo:contoso/app.web_1:environment:Prod EU", github("contoso", "app.web_1", None, "environment:Prod EU")),
        ("repo:contoso/app:environment:a%3Ab", github("contoso", "app", None, "environment:a%3Ab")),
        ("repo:contoso/app:environment:a:b", github("contoso", "app", None, "environment:a:b")),
        ("repo:contoso/app:environment:workflow", github("contoso", "app", None, "environment:workflow")),
        ("repo:contoso/app:pull_request", github("contoso", "app", None, "pull_request")),
        ("repo:contoso/app:pull-request", github("contoso", "app", None, "pull-request")),
        ("repo:contoso/app:refs/heads/main", github("contoso", "app", None, "refs/heads/main")),
        ("repo:contoso/app", github("contoso", "app", None, "")),
        ("repo:contoso@17/app@99:pull_request", github("contoso", "app", Some(("17", "99")), "pull_request")),
        (
            "repo:<owner>@<owner-id>/<repo>@<id>:ref:refs/heads/main",
            github("<owner>", "<repo>", Some(("<owner-id>", "<id>")), "ref:refs/heads/main"),
        ),
        ("repo:contoso@17/app:pull_request", github("contoso@17", "app", None, "pull_request")),
        ("repo:***/***:environment:Dev", github("***", "***", None, "environment:Dev")),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_subject(None, text), expected, "{text}");
    }
}

#[test]
fn customised_templates_of_github() {
    let cases: [(&str, &[(&str, &str)]); 8] = [
        (
            "repository_owner_id:61:repository_id:11:pull_request",
            &[("repository_owner_id", "61"), ("repository_id", "11"), ("pull_request", "")],
        ),
        (
            "repository_owner:contoso:workflow:nightly build",
            &[("repository_owner", "contoso"), ("workflow", "nightly build")],
        ),
        (
            "job_workflow_ref:contoso/ci/.github/workflows/x.yml@refs/heads/main",
            &[("job_workflow_ref", "contoso/ci/.github/workflows/x.yml@refs/heads/main")],
        ),
        (
            "repo:contoso/app:environment:prod:job_workflow_ref:contoso/ci/.github/workflows/x.yml@refs/heads/main",
            &[
                ("repo", "contoso/app"),
                ("environment", "prod"),
                ("job_workflow_ref", "contoso/ci/.github/workflows/x.yml@refs/heads/main"),
            ],
        ),
        (
            "repo:contoso/app:pull_request:workflow:ci",
            &[("repo", "contoso/app"), ("pull_request", ""), ("workflow", "ci")],
        ),
        ("repo:***:ref:refs/heads/main", &[("repo", "***"), ("ref", "refs/heads/main")]),
        ("repo_property_team:data:environment:prod", &[("repo_property_team", "data"), ("environment", "prod")]),
        ("environment:a:b:actor:dana", &[("environment", "a:b"), ("actor", "dana")]),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_subject(None, text), Subject::GitHubTemplate { pairs: pairs(expected) }, "{text}");
    }
}

#[test]
fn subjects_of_the_other_platforms() {
    let names = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let (organisation, project, connection) = names("contoso", "Data Platform", "prod/azure");
    let cases = [
        ("sc://contoso/Data Platform/prod/azure", Subject::ServiceConnection { organisation, project, connection }),
        ("system:serviceaccount:prod:api", kubernetes_subject("prod", "api")),
        ("3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c", Subject::ObjectId("3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c".into())),
        (
            "project_path:contoso/sub/app:ref_type:branch:ref:main",
            Subject::GitLab {
                pairs: pairs(&[("project_path", "contoso/sub/app"), ("ref_type", "branch"), ("ref", "main")]),
            },
        ),
        (
            "project_id:42:ref_type:tag:ref:v1",
            Subject::GitLab { pairs: pairs(&[("project_id", "42"), ("ref_type", "tag"), ("ref", "v1")]) },
        ),
        (
            "organization:contoso:project:Default Project:workspace:net-prod:run_phase:apply",
            Subject::Terraform {
                organisation: "contoso".into(),
                project: "Default Project".into(),
                workspace: "net-prod".into(),
                run_phase: "apply".into(),
            },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_subject(None, text), expected, "{text}");
    }
    assert!(
        matches!(parse_subject(None, "p://contoso/web/nightly"), Subject::Pipeline { pipeline, .. } if pipeline == "nightly")
    );
    assert!(matches!(parse_subject(None, CONNECTION), Subject::Eid1(eid1) if eid1.service_connection().is_some()));
}

#[test]
fn what_has_no_grammar_stays_as_it_is() {
    for text in [
        "",
        "arn:aws:iam::111122223333:role/deploy",
        "104857612345678901234",
        "spiffe://contoso.example/ns/prod/sa/api",
        "organization:contoso:pipeline:web:ref:refs/heads/main:commit:abc:step:deploy",
        "owner:contoso:project:web:environment:production",
        "system:serviceaccount:prod",
        "system:serviceaccount:prod:api:x",
        "sc://contoso/web",
        "sc://contoso//web",
        "p://contoso",
        "repo:/app:pull_request:",
        "Repo:contoso/app:pull_request",
        "/eid1/c/pub/t/{tenantId}/a/x/y",
        "pull_request:",
        "3C9A7B10-52DE-4F61-8A77",
    ] {
        match parse_subject(None, text) {
            Subject::Opaque(kept) => assert_eq!(kept, text),
            Subject::GitHubTemplate { pairs } => assert_eq!(pairs[0].0, "repo", "{text}"),
            other => panic!("{text} became {other:?}"),
        }
    }
}

#[test]
fn the_issuer_decides_whether_pairs_are_a_github_template() {
    let text = "environment:prod:sha:abc";
    assert!(matches!(parse_subject(None, text), Subject::GitHubTemplate { .. }));
    assert!(matches!(
        parse_subject(Some("https://token.actions.contoso.ghe.com"), text),
        Subject::GitHubTemplate { .. }
    ));
    assert!(matches!(parse_subject(Some("https://idp.contoso.example"), text), Subject::GitHubTemplate { .. }));
    assert_eq!(parse_subject(Some("https://agent.buildkite.com"), text), Subject::Opaque(text.into()));
}

#[test]
fn a_guid_is_an_object_id_only_where_entra_may_have_sent_it() {
    let text = "3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c";
    assert_eq!(parse_subject(Some("https://sts.windows.net/<tenant>/"), text), Subject::ObjectId(text.into()));
    assert_eq!(
        parse_subject(Some("https://vault.contoso.example/v1/identity/oidc"), text),
        Subject::Opaque(text.into())
    );
}

#[test]
fn github_prefers_environment_then_pull_request_then_ref() {
    let branch = GitHubContext { environment: None, event: "push", git_ref: "refs/heads/main" };
    let cases = [
        (branch, "repo:contoso/app:ref:refs/heads/main"),
        (GitHubContext { event: "schedule", ..branch }, "repo:contoso/app:ref:refs/heads/main"),
        (GitHubContext { event: "pull_request_target", ..branch }, "repo:contoso/app:ref:refs/heads/main"),
        (
            GitHubContext { event: "pull_request", git_ref: "refs/pull/7/merge", ..branch },
            "repo:contoso/app:pull_request",
        ),
        (
            GitHubContext { environment: Some("prod"), event: "pull_request", ..branch },
            "repo:contoso/app:environment:prod",
        ),
        (GitHubContext { environment: Some("eu:prod"), ..branch }, "repo:contoso/app:environment:eu%3Aprod"),
        (GitHubContext { environment: Some(""), ..branch }, "repo:contoso/app:ref:refs/heads/main"),
    ];
    for (context, expected) in cases {
        assert_eq!(github_subject("contoso", "app", None, &context).build(), expected);
    }
    let immutable = github_subject("contoso", "app", Some(("4711", "990011")), &branch);
    assert_eq!(immutable.build(), "repo:contoso@4711/app@990011:ref:refs/heads/main");
}

#[test]
fn a_template_puts_claims_where_the_default_subject_was() {
    let context = GitHubContext { environment: Some("a:b"), event: "push", git_ref: "refs/heads/main" };
    let default = github_subject("contoso", "app", Some(("4711", "990011")), &context);
    let claim = |name: &str| (name == "job_workflow_ref").then(|| "contoso/ci/x.yml@refs/tags/v1".to_owned());
    let build = |keys: &[&str]| {
        let keys: Vec<_> = keys.iter().map(|&key| key.to_owned()).collect();
        github_template_subject(&keys, &default, claim).map(|subject| subject.build())
    };
    assert_eq!(build(&["repo", "context"]), Ok(default.build()));
    assert_eq!(
        build(&["job_workflow_ref", "context"]).unwrap(),
        "job_workflow_ref:contoso/ci/x.yml@refs/tags/v1:environment:a%3Ab"
    );
    assert_eq!(build(&["repo"]).unwrap(), "repo:contoso@4711/app@990011");
    assert_eq!(build(&["context", "colour"]), Err("colour".to_owned()));

    let context = GitHubContext { event: "pull_request", ..GitHubContext::default() };
    let default = github_subject("contoso", "app", None, &context);
    let keys = ["repo".to_owned(), "context".to_owned()];
    assert_eq!(github_template_subject(&keys, &default, |_| None), Ok(parse_as_template(&default.build())));
}

fn parse_as_template(subject: &str) -> Subject {
    Subject::GitHubTemplate { pairs: pairs::split(subject, GITHUB_KEYS).unwrap() }
}

#[test]
fn gitlab_and_terraform_subjects_are_built_as_they_are_parsed() {
    for subject in [
        gitlab_subject("contoso/team/app", None, "branch", "main"),
        gitlab_subject("contoso/app", Some("4711"), "tag", "v1"),
        terraform_subject("contoso", "Default Project", "app", "plan"),
    ] {
        assert_eq!(parse_subject(None, &subject.build()), subject);
    }
}

#[test]
fn azure_devops_sends_names_before_and_ids_after_the_conversion() {
    let minted = azure_devops_subjects(&ServiceConnectionIds {
        organisation: "contoso",
        project: "web",
        connection: "prod",
        tenant: uuid!("72f988bf-86f1-41af-91ab-2d7cd011db47"),
        organisation_id: uuid!("0f0e0d0c-1111-4222-8333-444455556666"),
        connection_id: uuid!("a1b2c3d4-7777-4888-8999-aaaabbbbcccc"),
    });
    assert_eq!(minted.old.build(), "sc://contoso/web/prod");
    assert_eq!(minted.old_issuer, "https://vstoken.dev.azure.com/0f0e0d0c-1111-4222-8333-444455556666");
    assert_eq!(minted.new.build(), CONNECTION);
    assert_eq!(minted.new_issuer, "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0");
}

#[test]
fn every_form_can_be_written_as_json() {
    for (text, form) in [
        ("repo:contoso/app:pull_request", "github"),
        ("repository_id:1:ref:refs/heads/main", "github-template"),
        ("sc://a/b/c", "service-connection"),
        ("p://a/b/c", "pipeline"),
        (CONNECTION, "eid1"),
        ("system:serviceaccount:a:b", "service-account"),
        ("project_id:1:ref_type:tag:ref:v1", "gitlab"),
        ("organization:o:project:p:workspace:w:run_phase:plan", "terraform"),
        ("3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c", "object-id"),
        ("anything", "opaque"),
    ] {
        let json = serde_json::to_value(parse_subject(None, text)).unwrap();
        assert_eq!(json["form"], form, "{text}");
    }
}

fn subject_like() -> impl Strategy<Value = String> {
    let word = "(repo|ref|refs/heads/main|environment|pull_request|pull-request|workflow|job_workflow_ref|repository_id|project_path|project_id|ref_type|organization|project|workspace|run_phase|system|serviceaccount|contoso/app|contoso@1/app@2|sc|p|eid1|c|pub|t|a|rISbSSETf0KqFyZ8ppdXmA|x y|%3A|\\*|\\*\\*\\*|)";
    let separator = "(:|/|//|://|@|)";
    proptest::collection::vec((word, separator), 0..9)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, separator)| [word, separator]).collect())
}

proptest! {
    #[test]
    fn parsing_and_building_gives_the_same_text(text in subject_like()) {
        prop_assert_eq!(parse_subject(None, &text).build(), text);
    }

    #[test]
    fn parsing_and_building_gives_the_same_text_whatever_it_is(text in ".{0,60}") {
        prop_assert_eq!(parse_subject(None, &text).build(), text);
    }

    #[test]
    fn building_and_parsing_gives_the_same_subject(owner in "[a-z][a-z0-9-]{0,8}", repository in "[A-Za-z0-9._-]{1,10}", ids in proptest::option::of(("[0-9]{1,9}", "[0-9]{1,9}")), environment in proptest::option::of("[A-Za-z][A-Za-z :/_-]{0,11}"), git_ref in "refs/(heads|tags)/[a-z0-9/._-]{1,12}", event in "(push|pull_request|schedule)") {
        let ids = ids.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
        let context = GitHubContext { environment: environment.as_deref(), event: &event, git_ref: &git_ref };
        let subject = github_subject(&owner, &repository, ids, &context);
        prop_assert_eq!(parse_subject(None, &subject.build()), subject);
    }

    #[test]
    fn service_accounts_survive_a_round_trip(namespace in "[a-z0-9-]{1,12}", name in "[a-z0-9.-]{1,12}") {
        let subject = kubernetes_subject(&namespace, &name);
        prop_assert_eq!(parse_subject(None, &subject.build()), subject);
    }

    #[test]
    fn terraform_names_may_hold_blanks(organisation in "[a-z0-9-]{1,8}", project in "[A-Za-z0-9 _-]{1,12}", workspace in "[A-Za-z0-9_-]{1,12}", run_phase in "(plan|apply)") {
        let subject = Subject::Terraform { organisation, project, workspace, run_phase };
        prop_assert_eq!(parse_subject(None, &subject.build()), subject);
    }
}

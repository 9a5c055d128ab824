use super::*;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";
const AKS: &str = "https://westeurope.oic.prod-aks.azure.com/72f988bf-86f1-41af-91ab-2d7cd011db47/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/";
const ENTRA: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
const AZURE_DEVOPS: &str = "https://vstoken.dev.azure.com/72f988bf-86f1-41af-91ab-2d7cd011db47";
const TERRAFORM: &str = "https://app.terraform.io";
const GOOGLE: &str = "https://accounts.google.com";

#[test]
fn what_platforms_send_has_no_fault() {
    for (issuer, subject) in [
        (GITHUB, "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:ref:refs/heads/feature/tags"),
        (GITHUB, "repo:contoso/shop:ref:refs/tags/v1.2.3"),
        (GITHUB, "repo:contoso/shop:ref:refs/pull/7/merge"),
        (GITHUB, "repo:contoso/shop:pull_request"),
        (GITHUB, "repo:contoso/shop:environment:Production EU"),
        (GITHUB, "repo:contoso/shop:environment:pull-request"),
        (GITHUB, "repo:contoso@17/shop@99:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop"),
        (GITHUB, "repo:<owner>/<name>:environment"),
        (GITHUB, "repo:***/***:environment:prod"),
        (GITHUB, "repository_owner_id:61:repository_id:11:pull_request"),
        (GITHUB, "repo:contoso/shop:workflow:is it * up?"),
        (GITHUB, "job_workflow_ref:contoso/ci/.github/workflows/x.yml@refs/heads/main"),
        (GITLAB, "project_path:contoso/team/shop:ref_type:branch:ref:main"),
        (GITLAB, "project_id:42:ref_type:tag:ref:v1"),
        (AKS, "system:serviceaccount:prod:api"),
        (ENTRA, "3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c"),
        (
            ENTRA,
            "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/0f0e0d0c-1111-4222-8333-444455556666/a1b2c3d4-7777-4888-8999-aaaabbbbcccc",
        ),
        (ENTRA, "/eid1/c/pub/t/{tenantId}/a/{applicationId}/x"),
        (AZURE_DEVOPS, "sc://contoso/Data Platform/prod/azure"),
        (AZURE_DEVOPS, "p://contoso/web/nightly"),
        (TERRAFORM, "organization:contoso:project:Default Project:workspace:shop:run_phase:plan"),
        (GOOGLE, "104857612345678901234"),
        ("https://idp.contoso.example", "anything at all?"),
        ("https://agent.buildkite.com", "organization:contoso:pipeline:web:ref:main:commit:abc:step:x"),
        ("https://oidc.circleci.com/org/1", "org/1/project/2/user/3"),
    ] {
        assert_eq!(subject_fault(issuer, subject), None, "{subject}");
    }
}

#[test]
fn what_no_platform_sends() {
    for (issuer, subject, instead) in [
        (GITHUB, "repo:contoso/shop:pull-request", "repo:contoso/shop:pull_request"),
        (GITHUB, "repo:contoso/shop:refs/heads/main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:ref:main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:ref:heads/main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:ref:refs/head/main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:ref:refs/heads/tags/v1", "repo:contoso/shop:ref:refs/tags/v1"),
        (GITHUB, "repo:contoso/shop:branch:main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:env:prod", "repo:contoso/shop:environment:prod"),
        (GITHUB, "repo:contoso/shop:Environment:prod", "repo:contoso/shop:environment:prod"),
        (GITHUB, "repo:contoso/shop:environment:eu:prod", "repo:contoso/shop:environment:eu%3Aprod"),
        (GITHUB, "repo:https://github.com/contoso/shop:ref:refs/heads/main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "contoso/shop:ref:refs/heads/main", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "Repo:contoso/shop:pull_request", "repo:contoso/shop:pull_request"),
        (GITHUB, "repo:contoso/shop:ref:refs/heads/main ", "repo:contoso/shop:ref:refs/heads/main"),
        (GITHUB, "repo:contoso/shop:environment:", ""),
        (GITHUB, "repo:contoso/shop:environment", ""),
        (GITHUB, "repo:shop:ref:refs/heads/main", ""),
        (GITHUB, "repo:contoso@17/shop:ref:refs/heads/main", ""),
        (GITHUB, "repo:contoso/shop:team:data", ""),
        (
            GITLAB,
            "project_path:contoso/shop:ref_type:branch:ref:refs/heads/main",
            "project_path:contoso/shop:ref_type:branch:ref:main",
        ),
        (
            GITLAB,
            "project_path:https://gitlab.com/contoso/shop:ref_type:branch:ref:main",
            "project_path:contoso/shop:ref_type:branch:ref:main",
        ),
        (GITLAB, "project_path:contoso/shop:ref_type:branches:ref:main", ""),
        (GITLAB, "repo:contoso/shop:ref:refs/heads/main", ""),
        (AKS, "system:serviceaccount:prod/api", "system:serviceaccount:prod:api"),
        (AKS, "system:serviceaccounts:prod:api", "system:serviceaccount:prod:api"),
        (AKS, "prod:api", "system:serviceaccount:prod:api"),
        (AKS, "system:serviceaccount:prod", ""),
        ("https://keys.contoso.example", "system:serviceaccount:prod/api", "system:serviceaccount:prod:api"),
        (AZURE_DEVOPS, "sc://contoso/web", ""),
        (AZURE_DEVOPS, "contoso/web/prod", "sc://contoso/web/prod"),
        (ENTRA, "sc://contoso/web/prod", ""),
        (ENTRA, "3C9A7B10-52DE-4F61-8A77-0D1E2F3A4B5C", "3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c"),
        (ENTRA, "id-deploy", ""),
        (
            ENTRA,
            "/eid1/c/pub/t/72f988bf-86f1-41af-91ab-2d7cd011db47/a/rISbSSETf0KqFyZ8ppdXmA/sc/a/b",
            "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/a/b",
        ),
        (TERRAFORM, "organization:contoso:project:web:workspace:shop:run_phase:destroy", ""),
        (TERRAFORM, "organisation:contoso:project:web:workspace:shop:run_phase:plan", ""),
        (GOOGLE, "deploy@contoso.iam.gserviceaccount.com", ""),
    ] {
        let fault = subject_fault(issuer, subject).unwrap_or_else(|| panic!("{subject} has no fault"));
        assert_eq!(fault.kind, SubjectFaultKind::Malformed, "{subject}");
        assert_eq!(fault.instead.as_deref().unwrap_or_default(), instead, "{subject}");
        let mended = subject_fault(issuer, instead);
        assert_eq!(mended, None, "{instead}");
    }
}

#[test]
fn wildcards() {
    for (issuer, subject) in [
        (GITHUB, "repo:contoso/*"),
        (GITHUB, "repo:contoso/shop:*"),
        (GITHUB, "repo:contoso/shop:ref:refs/heads/*"),
        (GITHUB, "repo:contoso/shop:environment:prod-*"),
        (GITHUB, "*"),
        (AKS, "system:serviceaccount:prod:*"),
        (GITLAB, "project_path:contoso/shop:ref_type:branch:ref:*"),
        (TERRAFORM, "organization:contoso:project:*:workspace:*:run_phase:*"),
        ("https://idp.contoso.example", "team/*"),
    ] {
        assert_eq!(
            subject_fault(issuer, subject).map(|fault| fault.kind),
            Some(SubjectFaultKind::Wildcard),
            "{subject}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_asked(issuer in 0_usize..7, subject in "[a-z:/@*{} ]{0,40}|.{0,40}") {
        let issuers = [GITHUB, GITLAB, AKS, ENTRA, AZURE_DEVOPS, TERRAFORM, GOOGLE];
        subject_fault(issuers[issuer], &subject);
    }
}

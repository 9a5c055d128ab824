use proptest::prelude::*;

use super::compare_issuers;
use crate::PLATFORMS;

const A: &str = "3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c";
const B: &str = "5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718";

/// Rows of presented issuer, configured issuer, cause, names of the differing parts; `{a}` and `{b}` are GUIDs.
fn check(rows: &[(&str, &str, &str, &[&str])]) {
    for (presented, configured, cause, parts) in rows {
        let fill = |text: &str| text.replace("{a}", A).replace("{b}", B);
        let found = compare_issuers(&fill(presented), &fill(configured)).unwrap();
        let names: Vec<&str> = found.parts.iter().map(|part| part.name).collect();
        assert_eq!(found.cause, *cause, "{presented} against {configured}: {found:#?}");
        assert_eq!(names, *parts, "{presented} against {configured}: {found:#?}");
    }
}

#[test]
fn the_same_address_written_in_two_ways() {
    let slash: &[&str] = &["trailing-slash"];
    let issuer: &[&str] = &["issuer"];
    check(&[
        (
            "https://token.actions.githubusercontent.com",
            "https://token.actions.githubusercontent.com/",
            "fic.issuer.trailing-slash",
            slash,
        ),
        (
            "https://token.actions.githubusercontent.com/",
            "https://token.actions.githubusercontent.com",
            "fic.issuer.trailing-slash",
            slash,
        ),
        (
            "https://westeurope.oic.prod-aks.azure.com/{a}/{b}/",
            "https://westeurope.oic.prod-aks.azure.com/{a}/{b}",
            "fic.issuer.trailing-slash",
            slash,
        ),
        (
            "https://oidc.prod-aks.azure.com/{a}/",
            "https://oidc.prod-aks.azure.com/{a}",
            "fic.issuer.trailing-slash",
            slash,
        ),
        ("https://idp.contoso.example/ci", "https://idp.contoso.example/ci/", "fic.issuer.trailing-slash", slash),
        ("https://gitlab.com", " https://gitlab.com", "fic.issuer.mismatch", issuer),
        ("https://gitlab.com", "https://gitlab.com/\n", "fic.issuer.mismatch", issuer),
        ("https://gitlab.com", "https://GitLab.com", "fic.issuer.mismatch", issuer),
        ("https://gitlab.com", "http://gitlab.com", "fic.issuer.mismatch", issuer),
        ("https://gitlab.com", "gitlab.com", "fic.issuer.mismatch", issuer),
        ("https://gitlab.com", "https://gitlab.com/.well-known/openid-configuration", "fic.issuer.mismatch", issuer),
    ]);
}

#[test]
fn each_deviation_is_said() {
    let found = compare_issuers("https://gitlab.com", " http://GitLab.com/").unwrap();
    for expected in ["blank", "`http://`", "Letter case", "ends in a slash"] {
        assert!(found.explanation.contains(expected), "{expected}: {}", found.explanation);
    }
    let aks =
        compare_issuers("https://eastus.oic.prod-aks.azure.com/a/b/", "https://eastus.oic.prod-aks.azure.com/a/b")
            .unwrap();
    assert!(aks.explanation.contains("Kubernetes Service always end in one"), "{}", aks.explanation);
}

#[test]
fn issuers_of_entra() {
    check(&[
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://sts.windows.net/{a}/",
            "entra.v1-issuer",
            &["host", "version"],
        ),
        (
            "https://sts.windows.net/{a}/",
            "https://login.microsoftonline.com/{a}/v2.0",
            "entra.v1-issuer",
            &["host", "version"],
        ),
        (
            "https://sts.windows.net/{a}/",
            "https://login.microsoftonline.us/{a}/v2.0",
            "entra.v1-issuer",
            &["host", "version"],
        ),
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://login.microsoftonline.com/{b}/v2.0",
            "entra.cross-tenant-issuer",
            &["tenant"],
        ),
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://sts.windows.net/{b}/",
            "entra.cross-tenant-issuer",
            &["tenant", "host", "version"],
        ),
        (
            "https://login.microsoftonline.us/{a}/v2.0",
            "https://login.microsoftonline.com/{b}/v2.0",
            "entra.other-cloud",
            &["tenant", "host"],
        ),
        (
            "https://login.partner.microsoftonline.cn/{a}/v2.0",
            "https://login.microsoftonline.com/{a}/v2.0",
            "entra.other-cloud",
            &["host"],
        ),
        (
            "https://login.sovcloud-identity.fr/{a}/v2.0",
            "https://login.microsoftonline.com/{a}/v2.0",
            "entra.other-cloud",
            &["host"],
        ),
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://login.windows.net/{a}/v2.0",
            "fic.issuer.mismatch",
            &["host"],
        ),
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://login.microsoftonline.com/{a}",
            "fic.issuer.mismatch",
            &["version"],
        ),
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://login.microsoftonline.com/{a}/v2.0/x",
            "fic.issuer.mismatch",
            &["issuer"],
        ),
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://login.microsoftonline.com/contoso.com/v2.0",
            "fic.issuer.mismatch",
            &["path"],
        ),
    ]);
}

#[test]
fn issuers_of_azure_devops_and_github() {
    check(&[
        (
            "https://login.microsoftonline.com/{a}/v2.0",
            "https://vstoken.dev.azure.com/{b}",
            "ado.issuer.vstoken-to-entra",
            &["issuer"],
        ),
        (
            "https://vstoken.dev.azure.com/{b}",
            "https://login.microsoftonline.com/{a}/v2.0",
            "ado.issuer.vstoken-to-entra",
            &["issuer"],
        ),
        (
            "https://vstoken.dev.azure.com/{b}",
            "https://app.vstoken.visualstudio.com/{b}",
            "fic.issuer.mismatch",
            &["host"],
        ),
        (
            "https://vstoken.dev.azure.com/{a}",
            "https://vstoken.dev.azure.com/{b}",
            "fic.issuer.mismatch",
            &["organisation"],
        ),
        (
            "https://token.actions.githubusercontent.com/contoso",
            "https://token.actions.githubusercontent.com",
            "github.issuer.enterprise-slug",
            &["enterprise"],
        ),
        (
            "https://token.actions.githubusercontent.com",
            "https://token.actions.githubusercontent.com/contoso/",
            "github.issuer.enterprise-slug",
            &["enterprise"],
        ),
        (
            "https://token.actions.contoso.ghe.com/contoso",
            "https://token.actions.contoso.ghe.com",
            "github.issuer.enterprise-slug",
            &["enterprise"],
        ),
        (
            "https://token.actions.contoso.ghe.com",
            "https://token.actions.githubusercontent.com",
            "fic.issuer.mismatch",
            &["issuer"],
        ),
    ]);
}

#[test]
fn issuers_of_clusters() {
    check(&[
        (
            "https://kubernetes.default.svc.cluster.local",
            "https://eastus.oic.prod-aks.azure.com/{a}/{b}/",
            "k8s.issuer.in-cluster-default",
            &["issuer"],
        ),
        (
            "https://kubernetes.default.svc",
            "https://oidc.contoso.example",
            "k8s.issuer.in-cluster-default",
            &["issuer"],
        ),
        (
            "https://oidc.contoso.example",
            "https://kubernetes.default.svc.cluster.local",
            "k8s.issuer.in-cluster-default",
            &["issuer"],
        ),
        ("https://gitlab.com", "https://kubernetes.default.svc.cluster.local", "fic.issuer.mismatch", &["issuer"]),
        (
            "https://eastus.oic.prod-aks.azure.com/{a}/{a}/",
            "https://eastus.oic.prod-aks.azure.com/{a}/{b}/",
            "fic.issuer.mismatch",
            &["cluster"],
        ),
        (
            "https://eastus.oic.prod-aks.azure.com/{a}/{a}/",
            "https://westeurope.oic.prod-aks.azure.com/{b}/{a}",
            "fic.issuer.mismatch",
            &["region", "tenant"],
        ),
        (
            "https://eastus.oic.prod-aks.azure.com/{a}/{b}/",
            "https://oidc.prod-aks.azure.com/{b}/",
            "fic.issuer.mismatch",
            &["region", "host", "tenant"],
        ),
        (
            "https://oidc.eks.eu-west-1.amazonaws.com/id/0A",
            "https://oidc.eks.eu-west-2.amazonaws.com/id/0B",
            "fic.issuer.mismatch",
            &["region", "cluster"],
        ),
        (
            "https://container.googleapis.com/v1/projects/a/locations/l/clusters/c",
            "https://container.googleapis.com/v1/projects/a/locations/m/clusters/c",
            "fic.issuer.mismatch",
            &["location"],
        ),
        (
            "https://eastus2.oic.prod-aks.azure.com/7***/c***/",
            "https://eastus2.oic.prod-aks.azure.com/7abc/c123/",
            "fic.issuer.mismatch",
            &[],
        ),
    ]);
}

#[test]
fn no_private_issuer_is_ever_recommended() {
    let found =
        compare_issuers("https://kubernetes.default.svc.cluster.local", "https://kubernetes.default.svc").unwrap();
    assert!(found.hint.unwrap().contains("a public `--service-account-issuer`"));
}

#[test]
fn issuers_of_other_platforms() {
    check(&[
        ("https://app.terraform.io", "https://app.eu.terraform.io", "fic.issuer.mismatch", &["host"]),
        ("https://gitlab.contoso.example", "https://gitlab.com", "fic.issuer.mismatch", &["host"]),
        ("https://oidc.circleci.com/org/{a}", "https://oidc.circleci.com/org/{b}", "fic.issuer.mismatch", &["path"]),
        ("https://agent.buildkite.com", "https://oidc.fly.io/contoso", "fic.issuer.mismatch", &["issuer"]),
        ("https://idp.contoso.example", "https://idp.fabrikam.example", "fic.issuer.mismatch", &["host"]),
        ("https://idp.contoso.example", "https://gitlab.com", "fic.issuer.mismatch", &["issuer"]),
        ("https://gitlab.com", "", "fic.issuer.mismatch", &[]),
    ]);
}

proptest! {
    #[test]
    fn issuers_differ_exactly_when_they_are_not_equal(a in 0..PLATFORMS.len(), b in 0..PLATFORMS.len(), tail in "(|/|//| |x|/x)") {
        let (presented, configured) = (PLATFORMS[a].example, format!("{}{tail}", PLATFORMS[b].example));
        let found = compare_issuers(presented, &configured);
        prop_assert_eq!(found.is_none(), presented == configured);
        prop_assert!(found.is_none_or(|found| !found.parts.is_empty() && !found.explanation.is_empty()));
    }

    #[test]
    fn never_panics(a in ".{0,40}", b in ".{0,40}") {
        prop_assert_eq!(compare_issuers(&a, &b).is_none(), a == b);
    }
}

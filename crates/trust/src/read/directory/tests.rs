use fedlens_issuers::Cloud;
use serde_json::json;

use super::*;
use crate::{ManagedIdentityKind, SignInAudience};

const TENANT: &str = "8d1f3c52-6a0e-4f7b-9c55-0b7f2f7f1a10";

#[test]
fn an_application_is_read_with_what_graph_shows_of_it() {
    let object = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
        "@odata.id": format!("https://graph.microsoft.com/v2/{TENANT}/directoryObjects/o-1/Microsoft.DirectoryServices.Application"),
        "id": "o-1", "appId": "c-1", "displayName": "deploy", "signInAudience": "AzureADMultipleOrgs",
        "identifierUris": ["api://c-1"], "disabledByMicrosoftStatus": null,
        "keyCredentials": [{"customKeyIdentifier": "ABEiM0RVZneImaq7zN3u/wARIjM=", "keyId": "k"}, {"keyId": "k-2"}],
        "federatedIdentityCredentials": [{"name": "main", "issuer": "https://gitlab.com", "subject": "s", "audiences": ["a"]}]
    });
    for document in [object.clone(), json!([object]), json!({"value": [object]})] {
        let directory = directory(&document).unwrap();
        assert_eq!(directory.view, View::Partial);
        let [application] = directory.applications.as_slice() else { panic!("{directory:?}") };
        assert_eq!((application.app_id.as_str(), application.id.as_deref()), ("c-1", Some("o-1")));
        assert_eq!(application.display_name.as_deref(), Some("deploy"));
        assert_eq!(application.tenant_id.as_deref(), Some(TENANT));
        assert_eq!(application.sign_in_audience, Some(SignInAudience::MultiTenant));
        assert_eq!((application.enabled, &application.service_principals), (None, &None));
        assert_eq!(application.identifier_uris, ["api://c-1"]);
        let thumbprints = ["00112233445566778899AABBCCDDEEFF00112233", "ABEiM0RVZneImaq7zN3u_wARIjM", "k-2"];
        assert_eq!(application.certificate_thumbprints, thumbprints);
        assert_eq!(application.federated_identity_credentials.as_ref().map(Vec::len), Some(1));
    }
}

#[test]
fn credentials_that_are_not_shown_are_unknown() {
    let directory =
        directory(&json!([{"appId": "c-1"}, {"appId": "c-2", "federatedIdentityCredentials": []}])).unwrap();
    assert_eq!(directory.applications[0].federated_identity_credentials, None);
    assert_eq!(directory.applications[1].federated_identity_credentials, Some(Vec::new()));
}

#[test]
fn a_managed_identity_is_read_from_the_cli_from_arm_and_from_graph() {
    let arm_type = "Microsoft.ManagedIdentity/userAssignedIdentities";
    let arm_id = format!("/subscriptions/s/resourcegroups/rg/providers/{arm_type}/deployer");
    for (shape, document, tenant) in [
        (
            "az",
            json!({"clientId": "c-1", "principalId": "p-1", "tenantId": TENANT, "name": "deployer", "type": arm_type}),
            Some(TENANT),
        ),
        (
            "ARM",
            json!({"id": arm_id, "name": "deployer", "type": arm_type,
                "properties": {"clientId": "c-1", "principalId": "p-1", "tenantId": TENANT}}),
            Some(TENANT),
        ),
        (
            "Graph",
            json!({"id": "p-1", "appId": "c-1", "displayName": "deployer", "servicePrincipalType": "ManagedIdentity",
                "alternativeNames": ["isExplicit=True", arm_id]}),
            None,
        ),
    ] {
        let directory = directory(&document).expect(shape);
        let [identity] = directory.managed_identities.as_slice() else { panic!("{shape}: {directory:?}") };
        assert_eq!((identity.client_id.as_str(), identity.principal_id.as_deref()), ("c-1", Some("p-1")), "{shape}");
        assert_eq!((identity.name.as_deref(), identity.tenant_id.as_deref()), (Some("deployer"), tenant), "{shape}");
        assert_eq!(identity.kind, Some(ManagedIdentityKind::UserAssigned), "{shape}");
    }
}

#[test]
fn a_system_assigned_identity_is_told_by_its_alternative_names() {
    let machine = "/subscriptions/s/resourcegroups/rg/providers/Microsoft.Compute/virtualMachines/vm";
    let directory = directory(&json!([{"id": "p-1", "appId": "c-1", "servicePrincipalType": "ManagedIdentity",
        "alternativeNames": ["isExplicit=False", machine]}]))
    .unwrap();
    assert_eq!(directory.managed_identities[0].kind, Some(ManagedIdentityKind::SystemAssigned));
}

#[test]
fn a_service_principal_joins_its_application() {
    let directory = directory(&json!([
        {"id": "sp-1", "appId": "C-1", "servicePrincipalType": "Application", "accountEnabled": false, "appOwnerOrganizationId": TENANT},
        {"id": "o-1", "appId": "c-1", "displayName": "deploy", "signInAudience": "AzureADMyOrg"},
    ]))
    .unwrap();
    let [application] = directory.applications.as_slice() else { panic!("{directory:?}") };
    assert_eq!((application.display_name.as_deref(), application.enabled), (Some("deploy"), Some(false)));
}

#[test]
fn a_service_principal_alone_tells_of_its_application_and_restricted_api() {
    let directory = directory(&json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals",
        "value": [{"id": "sp-1", "appId": "c-1", "appDisplayName": "orders", "displayName": "orders", "accountEnabled": true,
            "appOwnerOrganizationId": TENANT, "appRoleAssignmentRequired": true,
            "servicePrincipalNames": ["c-1", "api://orders"]}]
    }))
    .unwrap();
    assert_eq!(directory.applications[0].tenant_id.as_deref(), Some(TENANT));
    let [resource] = directory.resources.as_slice() else { panic!("{directory:?}") };
    assert!(resource.app_role_assignment_required);
    assert_eq!(
        (resource.display_name.as_deref(), resource.identifier_uris.as_slice()),
        (Some("orders"), &["api://orders".to_owned()][..])
    );
}

#[test]
fn our_own_format_is_read_with_all_its_parts() {
    let directory = directory(&json!({
        "view": "whole",
        "tenants": [{"id": TENANT, "domains": null, "displayName": "Contoso", "cloud": "usGov", "policies": {
            "workloadIdentityFederationDisabled": true, "allowedIssuers": ["https://gitlab.com"],
            "requiredEnterprises": {"https://token.actions.githubusercontent.com": ["contoso"]},
            "conditionalAccessBlocks": ["c-1"]}}],
        "applications": [{"appId": "c-1", "enabled": false, "servicePrincipals": [{"tenantId": TENANT, "accountEnabled": true}]}],
        "servicePrincipals": [{"appId": "c-1", "tenantId": "t-2", "accountEnabled": false}],
        "managedIdentities": [{"clientId": "c-2", "kind": "systemAssigned"}],
        "resources": [{"appId": "c-3", "enabled": false, "assignedClients": ["c-1"]}],
        "somethingNew": {}
    }))
    .unwrap();
    assert_eq!(directory.view, View::Whole);
    let tenant = &directory.tenants[0];
    assert_eq!((tenant.cloud, tenant.domains.len()), (Cloud::UsGov, 0));
    assert!(tenant.policies.workload_identity_federation_disabled);
    assert_eq!(tenant.policies.required_enterprises.len(), 1);
    let principals = directory.applications[0].service_principals.as_ref().unwrap();
    let tenants: Vec<_> = principals.iter().map(|principal| principal.tenant_id.as_str()).collect();
    assert_eq!(tenants, [TENANT, "t-2"]);
    assert_eq!(directory.managed_identities[0].kind, Some(ManagedIdentityKind::SystemAssigned));
    assert_eq!(
        (directory.resources[1].enabled, &directory.resources[0].assigned_clients),
        (Some(false), &vec!["c-1".to_owned()])
    );
}

#[test]
fn other_documents_are_refused_with_the_reason() {
    for (document, expected) in [
        (json!({"error": {"code": "c", "message": "m"}}), "c: m"),
        (json!([]), "the list is empty"),
        (json!([{"issuer": "x", "subject": "y"}]), "neither an appId nor"),
        (json!({"appId": 5}), "appId must be a text, but is a number"),
        (json!({"applications": [{"id": "o-1"}]}), "applications[0].appId is missing"),
        (
            json!({"applications": [{"appId": "a", "servicePrincipals": [{}]}]}),
            "applications[0].servicePrincipals[0].tenantId is missing",
        ),
        (json!({"tenants": [{"id": "t", "cloud": "moon"}]}), "tenants[0].cloud must be public"),
        (json!({"appId": "c", "signInAudience": "Everybody"}), "signInAudience must be AzureADMyOrg"),
        (
            json!({"managedIdentities": [{"clientId": "c", "kind": "mine"}]}),
            "kind must be userAssigned or systemAssigned",
        ),
    ] {
        let error = directory(&document).unwrap_err().to_string();
        assert!(error.contains(expected), "{document}: {error}");
    }
}

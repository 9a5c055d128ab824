use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The client id and the tenant id are one and the same.
    ///
    /// One of the two was copied to the wrong place: no application has the id of its tenant. Entra answers that there
    /// is no such application in the tenant, or no such tenant.
    ///
    /// ## Wrong
    ///
    /// `.env`
    /// ```ini
    /// AZURE_TENANT_ID=5f0d7c0e-52d5-4f0c-b5c3-8f2d5f6b9a10
    /// AZURE_CLIENT_ID=5f0d7c0e-52d5-4f0c-b5c3-8f2d5f6b9a10
    /// ```
    ///
    /// ## Right
    ///
    /// `.env`
    /// ```ini
    /// AZURE_TENANT_ID=5f0d7c0e-52d5-4f0c-b5c3-8f2d5f6b9a10
    /// AZURE_CLIENT_ID=0d3c9c69-2a63-4e43-b1b2-8d9a1f1c7e55
    /// ```
    FL413 "client-id-is-tenant-id"
    title: "the client id is the tenant's id",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700016"),
    basis: Inferred,
    source: "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
    help: "set the client id to the application (client) id of the app registration or managed identity",
    check: check,
}

const PAIRS: [(&str, &str); 2] = [("AZURE_CLIENT_ID", "AZURE_TENANT_ID"), ("ARM_CLIENT_ID", "ARM_TENANT_ID")];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for facts in &model.facts {
        let find = |name: &str| facts.commands.variables.iter().find(|variable| variable.name == name);
        for (client, tenant) in PAIRS {
            let Some((client, tenant)) = find(client).zip(find(tenant)) else { continue };
            let known = client.value.known().zip(tenant.value.known());
            // What is no id yet may well be the same in both.
            if let Some((id, _)) = known.filter(|(a, b)| a.eq_ignore_ascii_case(b) && is_id(a)) {
                let message = format!("`{}` and `{}` are both `{id}`", client.name, tenant.name);
                let finding = Finding::new(&RULE, message, client.value.place, "this is the tenant's id, or that is not");
                out.push(finding.and(tenant.value.place, "the same here"));
            }
        }
    }
}

fn is_id(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|id| !id.is_nil())
}

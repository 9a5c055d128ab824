use crate::Finding;
use crate::entra::{Attempt, Vouched, trusted, vouched};
use crate::model::{Credential, IdentityKind, Model};
use crate::rule::rule;
use crate::source::Text;

rule! {
    /// A credential trusts a managed identity of another tenant than its application's.
    ///
    /// The application and the identity that vouches for it have to be registered in one tenant. To reach another
    /// tenant, register a multitenant application beside the identity, add it to the other tenant, and ask that tenant
    /// for the token.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// provider "azuread" {
    ///   tenant_id = "11111111-1111-4111-8111-111111111111"
    /// }
    ///
    /// resource "azuread_application" "partner" {
    ///   display_name = "partner"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "id-orders"
    ///   issuer         = "https://login.microsoftonline.com/22222222-2222-4222-8222-222222222222/v2.0"
    ///   subject        = "33333333-3333-4333-8333-333333333333"
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.tf`
    ///
    /// ```hcl
    /// provider "azuread" {
    ///   tenant_id = "22222222-2222-4222-8222-222222222222"
    /// }
    ///
    /// resource "azuread_application" "partner" {
    ///   display_name     = "partner"
    ///   sign_in_audience = "AzureADMultipleOrgs"
    /// }
    ///
    /// resource "azuread_application_federated_identity_credential" "orders" {
    ///   application_id = azuread_application.partner.id
    ///   display_name   = "id-orders"
    ///   issuer         = "https://login.microsoftonline.com/22222222-2222-4222-8222-222222222222/v2.0"
    ///   subject        = "33333333-3333-4333-8333-333333333333"
    ///   audiences      = ["api://AzureADTokenExchange"]
    /// }
    /// ```
    FL205 "identity-of-other-tenant"
    title: "a credential trusts an identity of another tenant",
    severity: Error,
    confidence: High,
    code: None,
    basis: Seen,
    source: "https://learn.microsoft.com/answers/questions/2139753",
    help: "register the application in the identity's tenant",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    out.extend(model.credentials.iter().filter_map(|credential| from_other_tenant(model, credential)));
    out.extend(vouched(model).into_iter().filter_map(|found| of_other_tenant(model, found)));
}

/// The issuer is another tenant than the application's.
fn from_other_tenant(model: &Model<'_>, credential: &Credential) -> Option<Finding> {
    let subject = credential.subject.as_ref().filter(|subject| !is_structured(subject))?;
    let target = model.identities.get(credential.identity)?;
    let (from, home) = (trusted(credential)?.tenant, target.tenant.as_ref()?);
    if !differ(&from, home)? {
        return None;
    }
    let code = Attempt { credential, target, bearer: None, subject }.refusal()?;
    let message = format!("the credential trusts tenant {from}, its application is registered in {home}");
    let finding = Finding::new(&RULE, message, credential.issuer.place, "another tenant").predicts(code);
    Some(finding.and(home.place, "the application's tenant"))
}

/// The issuer is another tenant than that of the identity whose id is the subject.
fn of_other_tenant(model: &Model<'_>, found: Vouched<'_>) -> Option<Finding> {
    let Vouched { credential, subject, bearer } = found;
    let target = model.identities.get(credential.identity)?;
    if bearer.kind != IdentityKind::UserAssigned || from_other_tenant(model, credential).is_some() {
        return None;
    }
    let (from, home) = (trusted(credential)?.tenant, bearer.tenant.as_ref()?);
    if !differ(&from, home)? {
        return None;
    }
    let code = Attempt { credential, target, bearer: Some(bearer), subject }.refusal()?;
    let message = format!("the credential trusts tenant {from}, `{}` lives in {home}", bearer.name);
    let finding = Finding::new(&RULE, message, credential.issuer.place, "another tenant").predicts(code);
    Some(finding.and(home.place, "the identity's tenant").help("set the issuer to the identity's own tenant"))
}

/// Whether two tenants differ, where both are known by id; a domain may belong to any tenant.
fn differ(own: &Text, other: &Text) -> Option<bool> {
    let id = |text: &Text| text.known().and_then(|text| uuid::Uuid::try_parse(text.trim()).ok());
    Some(id(own)? != id(other)?)
}

fn is_structured(subject: &Text) -> bool {
    subject.to_string().starts_with("/eid1/")
}

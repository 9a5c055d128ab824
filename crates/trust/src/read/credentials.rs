//! Federated identity credentials as Graph, ARM, the Azure CLI and PowerShell write them.

use serde_json::Value;

use super::fields::{Fields, texts};
use super::members::Members;
use super::principals::Kind;
use super::problems::{self, Problems};
use super::{CredentialList, CredentialOwner, ReadError, error_body, owner};
use crate::{ClaimsMatchingExpression, FederatedIdentityCredential};

/// Reads federated identity credentials: Graph v1.0 and beta, `az ad app federated-credential list|show`,
/// ARM and `az identity federated-credential list|show`; a list, a page, several pages or a single one.
/// An application or identity with its credentials embedded counts as their list.
///
/// ```
/// use fedlens_trust::read::{CredentialOwner, credentials};
///
/// let page = serde_json::json!({
///     "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications('1f')/federatedIdentityCredentials",
///     "value": [{"name": "main", "issuer": "https://gitlab.com", "subject": "project_path:contoso/app:ref_type:branch:ref:main",
///         "audiences": ["api://AzureADTokenExchange"]}]
/// });
/// let list = credentials(&page).unwrap();
/// assert_eq!(list.owner, Some(CredentialOwner::ApplicationObject("1f".to_owned())));
/// assert!(list.problems.is_empty());
/// ```
///
/// # Errors
///
/// When the document is an error body or holds no credential shape. Faults of single credentials are
/// collected in [`CredentialList::problems`] where the rest can be read.
pub fn credentials(json: &Value) -> Result<CredentialList, ReadError> {
    error_body::refuse(json)?;
    let members = Members::of(json)?;
    if let [only] = members.items.as_slice()
        && let Some(list) = embedded(only)?
    {
        return Ok(list);
    }
    if !members.items.is_empty() && !members.items.iter().any(|item| is_credential(item)) {
        return Err(ReadError::Shape(other_kind(&members)));
    }
    let mut problems = Problems::default();
    let credentials = read(&members.items, &mut problems);
    let owners = members.items.iter().filter_map(|item| owner::in_addresses(members.context, item));
    let owner = one_owner(owners, &mut problems).or_else(|| members.context.and_then(owner::in_address));
    problems::of_list(&credentials, &mut problems);
    Ok(CredentialList { credentials, owner, truncated: members.truncated, problems: problems.finish() })
}

/// The credentials of a list inside of another document; `problems` takes what is wrong with them.
pub(super) fn read(items: &[&Value], problems: &mut Problems) -> Vec<FederatedIdentityCredential> {
    let mut credentials = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match Fields::of(item, "") {
            Ok(fields) => credentials.push(credential(&fields, index, problems)),
            Err(_) => problems.add(format!("Entry {} of the list is no credential.", index + 1)),
        }
    }
    credentials
}

/// One credential, of Graph or flattened by the CLI, or of ARM with `properties`.
fn credential(fields: &Fields<'_>, index: usize, problems: &mut Problems) -> FederatedIdentityCredential {
    let body = fields.object("properties").ok().flatten();
    let body = body.as_ref().unwrap_or(fields);
    let id = fields.text("id").ok().flatten();
    let name = fields.text("name").ok().flatten();
    let name = name.or_else(|| id.as_deref().and_then(owner::name_in).map(str::to_owned));
    let who = problems::name(name.as_deref(), index);
    let mut text = |field: &str| match body.get(field) {
        Some(value) if !value.is_string() => {
            problems.add(format!("{who} has no text as its {field}."));
            None
        }
        value => value.and_then(Value::as_str).map(str::to_owned),
    };
    let (issuer, subject, description) = (text("issuer"), text("subject"), text("description"));
    let audiences = body.get("audiences").or_else(|| body.get("audience")).map(texts);
    if audiences == Some(None) {
        problems.add(format!("{who} has audiences that are no list of texts."));
    }
    let credential = FederatedIdentityCredential {
        id,
        name,
        issuer: issuer.unwrap_or_default(),
        subject,
        audiences: audiences.flatten().unwrap_or_default(),
        claims_matching_expression: body.get("claimsMatchingExpression").and_then(expression),
        description,
    };
    problems::of_credential(&credential, &who, problems);
    credential
}

/// `{"value", "languageVersion"}`, or the text alone. A version that is absent is 1, the only one there is.
fn expression(value: &Value) -> Option<ClaimsMatchingExpression> {
    if let Value::String(value) = value {
        return Some(ClaimsMatchingExpression { value: value.clone(), language_version: 1 });
    }
    let fields = Fields::of(value, "").ok()?;
    let version =
        fields.get("languageVersion").map(|version| version.as_i64().and_then(|number| i32::try_from(number).ok()));
    let language_version = version.map_or(1, Option::unwrap_or_default);
    Some(ClaimsMatchingExpression { value: fields.text("value").ok().flatten().unwrap_or_default(), language_version })
}

/// The credentials inside of an application or a managed identity.
fn embedded(item: &Value) -> Result<Option<CredentialList>, ReadError> {
    let Ok(fields) = Fields::of(item, "") else { return Ok(None) };
    let Some(list) = fields.members("federatedIdentityCredentials")? else { return Ok(None) };
    let mut problems = Problems::default();
    let items: Vec<_> = list.into_iter().map(|(value, _)| value).collect();
    let credentials = read(&items, &mut problems);
    problems::of_list(&credentials, &mut problems);
    let arm_id = fields.text("id")?.filter(|id| id.starts_with('/')).map(CredentialOwner::ManagedIdentity);
    let owner = arm_id.or(fields.text("appId")?.map(CredentialOwner::ApplicationClient));
    let truncated = fields.get("federatedIdentityCredentials@odata.nextLink").is_some();
    Ok(Some(CredentialList { credentials, owner, truncated, problems: problems.finish() }))
}

/// The owner on which all agree.
fn one_owner(mut owners: impl Iterator<Item = CredentialOwner>, problems: &mut Problems) -> Option<CredentialOwner> {
    let first = owners.next()?;
    if owners.all(|owner| same_owner(&owner, &first)) {
        return Some(first);
    }
    problems.mixed_owners();
    None
}

/// Ids of Graph and of ARM do not depend on letter case.
fn same_owner(left: &CredentialOwner, right: &CredentialOwner) -> bool {
    use CredentialOwner::{ApplicationClient, ApplicationObject, ManagedIdentity};
    match (left, right) {
        (ApplicationObject(left), ApplicationObject(right))
        | (ApplicationClient(left), ApplicationClient(right))
        | (ManagedIdentity(left), ManagedIdentity(right)) => left.eq_ignore_ascii_case(right),
        _ => false,
    }
}

/// Whether an object has a field that only credentials have.
fn is_credential(item: &Value) -> bool {
    let Ok(fields) = Fields::of(item, "") else { return false };
    let has = |fields: &Fields<'_>| {
        ["issuer", "subject", "audiences", "claimsMatchingExpression"].iter().any(|name| fields.has(name))
    };
    has(&fields) || fields.object("properties").is_ok_and(|properties| properties.is_some_and(|body| has(&body)))
}

/// What the document is in place of credentials, and where to get those.
fn other_kind(members: &Members<'_>) -> String {
    let kind = members.items.iter().find_map(|item| Kind::of(&Fields::of(item, "").ok()?, members.context));
    match kind {
        Some(Kind::Application | Kind::ServicePrincipal) => {
            "this describes an application, not its federated identity credentials; \
             `az ad app federated-credential list --id <client-id>` lists them"
        }
        Some(Kind::ManagedIdentity) => {
            "this describes a managed identity, not its federated identity credentials; \
             `az identity federated-credential list --identity-name <identity-name> --resource-group <resource-group>` lists them"
        }
        _ => "this is no federated identity credential: it has neither an issuer nor a subject",
    }
    .to_owned()
}

#[cfg(test)]
mod tests;

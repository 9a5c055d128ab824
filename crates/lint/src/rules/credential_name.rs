use crate::Finding;
use crate::model::{Credential, IdentityKind, Model, is_placeholder};
use crate::source::{Piece, Text};
use crate::rule::rule;

rule! {
    /// A credential has a name that is not allowed, or a value that is too long.
    ///
    /// For applications and managed identities alike, a name has 3 to 120 letters, digits, dashes and underscores, and
    /// begins with a letter or digit. Issuer, subject, audience and description have at most 600 characters. The name is a
    /// part of an address and cannot be changed later.
    ///
    /// ## Wrong
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'github.main'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/main'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'github-main'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/main'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL134 "credential-name"
    title: "a value is longer, or of other letters, than allowed",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "use 3 to 120 letters, digits, dashes and underscores, the first a letter or digit",
    check: check,
}

/// How long an issuer, a subject, an audience or a description may be, in characters.
const LONGEST: usize = 600;
/// How long a name may be.
const NAME: std::ops::RangeInclusive<usize> = 3..=120;

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        if let Some(finding) = credential.name.as_ref().and_then(|name| name_fault(credential, name)) {
            out.push(finding);
        }
        // Azure Resource Manager keeps no description.
        let kind = model.identities.get(credential.identity).map(|identity| identity.kind);
        let description = credential.description.as_ref().filter(|_| kind != Some(IdentityKind::UserAssigned));
        let values = [
            ("issuer", Some(&credential.issuer)),
            ("subject", credential.subject.as_ref()),
            ("audience", credential.audiences.first()),
            ("description", description),
        ];
        out.extend(values.into_iter().filter_map(|(what, text)| too_long(credential, what, text?)));
    }
}

fn name_fault(credential: &Credential, name: &Text) -> Option<Finding> {
    let known: String = name.pieces().iter().map(literal).collect();
    if is_placeholder(&known) {
        return None;
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let first = name.pieces().first().and_then(|piece| literal(piece).chars().next());
    let length = known.chars().count();
    let why = if let Some(wrong) = known.chars().find(|c| !allowed(*c)) {
        format!("holds `{}`", wrong.escape_debug())
    } else if first.is_some_and(|first| !first.is_ascii_alphanumeric()) {
        "does not begin with a letter or digit".to_owned()
    } else if length > *NAME.end() || name.known().is_some() && length < *NAME.start() {
        format!("has {length} characters")
    } else {
        return None;
    };
    let message = format!("the credential's name `{name}` {why}");
    Some(Finding::new(&RULE, message, name.place, format!("of credential `{}`", credential.label)))
}

/// What is known of a piece; what is not may be empty.
fn literal(piece: &Piece) -> &str {
    match piece {
        Piece::Literal(text) => text,
        Piece::Unknown(_) => "",
    }
}

fn too_long(credential: &Credential, what: &str, text: &Text) -> Option<Finding> {
    let length: usize = text.pieces().iter().map(|piece| literal(piece).chars().count()).sum();
    (length > LONGEST).then(|| {
        let message =
            format!("the {what} of credential `{}` has {length} characters, and {LONGEST} are allowed", credential.label);
        Finding::new(&RULE, message, text.place, format!("this {what}")).help(format!("shorten the {what}"))
    })
}

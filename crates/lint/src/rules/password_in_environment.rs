use crate::Finding;
use crate::commands::Variable;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A program is given a user's name and password to sign in with.
    ///
    /// `AZURE_USERNAME` and `AZURE_PASSWORD` make the credential that reads the environment sign in as that user. It
    /// fails as soon as the user needs a second factor, which Entra wants of more and more users, and a token that it
    /// gives is a user's: it can never be an assertion. The libraries have deprecated it.
    ///
    /// ## Wrong
    ///
    /// `.env`
    /// ```ini
    /// AZURE_TENANT_ID=5f0d7c0e-52d5-4f0c-b5c3-8f2d5f6b9a10
    /// AZURE_CLIENT_ID=0d3c9c69-2a63-4e43-b1b2-8d9a1f1c7e55
    /// AZURE_USERNAME=reports@contoso.com
    /// AZURE_PASSWORD=changed-often
    /// ```
    ///
    /// ## Right
    ///
    /// `.env`
    /// ```ini
    /// AZURE_TENANT_ID=5f0d7c0e-52d5-4f0c-b5c3-8f2d5f6b9a10
    /// AZURE_CLIENT_ID=0d3c9c69-2a63-4e43-b1b2-8d9a1f1c7e55
    /// AZURE_FEDERATED_TOKEN_FILE=/var/run/secrets/azure/tokens/azure-identity-token
    /// ```
    FL412 "password-in-environment"
    title: "a program signs in with a user's password",
    severity: Warning,
    confidence: High,
    code: Some("AADSTS50076"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/identity/authentication/concept-mandatory-multifactor-authentication",
    help: "give the program a managed identity or a federated token in place of the user's name and password",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for facts in &model.facts {
        let find = |name: &str| facts.commands.variables.iter().find(|variable| variable.name == name && !is_empty(variable));
        let Some((user, password)) = find("AZURE_USERNAME").zip(find("AZURE_PASSWORD")) else { continue };
        // With a secret or a certificate, the user is not looked at.
        if find("AZURE_CLIENT_SECRET").or(find("AZURE_CLIENT_CERTIFICATE_PATH")).is_some() {
            continue;
        }
        out.push(
            Finding::new(
                &RULE,
                "the environment makes the program sign in as a user with a password",
                user.name_place,
                "the user's name",
            )
            .and(password.name_place, "the password")
            .hides(password.value.place),
        );
    }
}

fn is_empty(variable: &Variable) -> bool {
    variable.value.known() == Some("")
}

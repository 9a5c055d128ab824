//! The right call, by language.

use super::Language;

/// How to acquire a token that Entra accepts as an assertion.
pub(crate) fn managed_identity(language: Language) -> &'static str {
    match language {
        Language::Python => {
            "acquire the assertion with `ManagedIdentityCredential(client_id=…)` and \
             `get_token(\"api://AzureADTokenExchange/.default\")`"
        }
        Language::CSharp => {
            "acquire the assertion with `new ManagedIdentityCredential(…)` and \
             `GetTokenAsync(new TokenRequestContext([\"api://AzureADTokenExchange/.default\"]))`, or pass a \
             `ManagedIdentityClientAssertion`"
        }
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            "acquire the assertion with `new ManagedIdentityCredential({ clientId })` and \
             `getToken(\"api://AzureADTokenExchange/.default\")`"
        }
        Language::Java => {
            "acquire the assertion with `new ManagedIdentityCredentialBuilder().clientId(…).build()` and \
             `new TokenRequestContext().addScopes(\"api://AzureADTokenExchange/.default\")`"
        }
        Language::Go => {
            "acquire the assertion with `azidentity.NewManagedIdentityCredential(…)` and \
             `policy.TokenRequestOptions{Scopes: []string{\"api://AzureADTokenExchange/.default\"}}`"
        }
    }
}

/// How to go on as the same user, which is what is often meant.
pub(crate) fn on_behalf_of(language: Language) -> &'static str {
    match language {
        Language::Python => "`acquire_token_on_behalf_of(user_assertion=…)`",
        Language::CSharp => "`AcquireTokenOnBehalfOf(scopes, new UserAssertion(…))`",
        Language::JavaScript | Language::TypeScript | Language::Tsx => "`acquireTokenOnBehalfOf({ oboAssertion, … })`",
        Language::Java => "`OnBehalfOfParameters.builder(scopes, new UserAssertion(…))`",
        Language::Go => "`AcquireTokenOnBehalfOf(ctx, userAssertion, scopes)`",
    }
}

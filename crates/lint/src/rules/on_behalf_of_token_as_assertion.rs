use crate::code::{self, Handover, Source, advice};
use crate::model::Model;
use crate::rule::rule;
use crate::{Confidence, Finding};

rule! {
    /// A token that stands for a user is passed on as a client assertion.
    ///
    /// What the on-behalf-of flow gives, what a refresh token gives, and the token that a caller has sent, all stand
    /// for a user. As a client assertion they are refused: an assertion that Entra issued has to be of a workload.
    /// In a chain over several services or tenants, each one has to use a credential of its own, and the user's token
    /// only as the `assertion` of the on-behalf-of flow.
    ///
    /// ## Wrong
    ///
    /// `Orders.cs`
    /// ```csharp
    /// public class Orders
    /// {
    ///     public async Task<string> Chain(IConfidentialClientApplication api, string caller)
    ///     {
    ///         var result = await api.AcquireTokenOnBehalfOf(scopes, new UserAssertion(caller)).ExecuteAsync();
    ///         var next = ConfidentialClientApplicationBuilder.Create(AppId)
    ///             .WithClientAssertion(result.AccessToken)
    ///             .Build();
    ///         return await Use(next);
    ///     }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `Orders.cs`
    /// ```csharp
    /// public class Orders
    /// {
    ///     public async Task<string> Chain(string caller)
    ///     {
    ///         var next = ConfidentialClientApplicationBuilder.Create(AppId)
    ///             .WithClientAssertion(new ManagedIdentityClientAssertion().GetSignedAssertionAsync)
    ///             .Build();
    ///         var result = await next.AcquireTokenOnBehalfOf(scopes, new UserAssertion(caller)).ExecuteAsync();
    ///         return result.AccessToken;
    ///     }
    /// }
    /// ```
    FL402 "on-behalf-of-token-as-assertion"
    title: "a token that stands for a user is used as client assertion",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700229"),
    basis: Inferred,
    source: "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
    help: "give the application a credential of its own, and pass the user's token as the `assertion` of the on-behalf-of flow",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for handover in code::handovers(model) {
        let (what, label) = match handover.source {
            Source::OnBehalfOf => ("acquired on behalf of a user", "a user's token is exchanged here"),
            Source::RefreshToken => ("that a user's refresh token gave", "a refresh token is redeemed here"),
            Source::Incoming if !handover.is_broker => ("that the caller has sent", "the caller's token is taken here"),
            _ => continue,
        };
        out.push(found(handover, what, label));
    }
}

fn found(handover: &Handover, what: &str, label: &str) -> Finding {
    let message = format!("a token {what}, from `{}`, is used as client assertion", handover.call);
    let help = format!(
        "{}, and pass the user's token to {}",
        advice::managed_identity(handover.language),
        advice::on_behalf_of(handover.language)
    );
    let finding = handover.finding(&RULE, message, label).help(help);
    // A caller may be an application, or send a token of another issuer.
    if handover.source == Source::Incoming { finding.confidence(Confidence::Low) } else { finding }
}

//! FL411.

use crate::Finding;
use crate::definitions::{TokenRequest, token_requests};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A pipeline asks Entra for a token with a password, or with a secret that is written in it.
    ///
    /// A user's password stops working as soon as a policy asks for another factor (AADSTS50076), and the token is a
    /// delegated one. A secret in the body of an activity can be read by everybody who reads the pipeline. A Web
    /// activity can sign in as the factory's managed identity by itself: with `authentication` and the resource, no
    /// token has to be asked for.
    ///
    /// ## Wrong
    ///
    /// `pipeline/refresh.json`
    ///
    /// ```json
    /// {
    ///   "name": "refresh",
    ///   "properties": {
    ///     "activities": [
    ///       {
    ///         "name": "GetToken",
    ///         "type": "WebActivity",
    ///         "typeProperties": {
    ///           "method": "POST",
    ///           "url": "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
    ///           "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    ///           "body": "grant_type=password&username=@{pipeline().parameters.user}&password=@{pipeline().parameters.word}&scope=https://analysis.windows.net/powerbi/api/.default"
    ///         }
    ///       }
    ///     ]
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `pipeline/refresh.json`
    ///
    /// ```json
    /// {
    ///   "name": "refresh",
    ///   "properties": {
    ///     "activities": [
    ///       {
    ///         "name": "Refresh",
    ///         "type": "WebActivity",
    ///         "typeProperties": {
    ///           "method": "POST",
    ///           "url": "https://api.powerbi.com/v1.0/myorg/groups/g/datasets/d/refreshes",
    ///           "body": {"notifyOption": "NoNotification"},
    ///           "authentication": {"type": "MSI", "resource": "https://analysis.windows.net/powerbi/api"}
    ///         }
    ///       }
    ///     ]
    ///   }
    /// }
    /// ```
    FL411 "pipeline-token-request"
    title: "a pipeline asks for a token with a password or a written secret",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/azure/data-factory/control-flow-web-activity",
    help: "let the activity that calls the API sign in by itself: `\"authentication\": {\"type\": \"MSI\", \"resource\": \"…\"}`",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for pipeline in model.facts.iter().flat_map(|facts| &facts.definitions.pipelines) {
        out.extend(token_requests(pipeline).iter().filter_map(judge));
    }
}

fn judge(request: &TokenRequest<'_>) -> Option<Finding> {
    let name = request.name;
    let (message, label) = if request.password_grant {
        (format!("activity `{name}` asks for a token with a user's password"), "grant_type=password")
    } else if request.plain_secret {
        (format!("activity `{name}` sends a client secret that is written in the pipeline"), "a client secret in plain text")
    } else {
        return None;
    };
    Some(Finding::new(&RULE, message, request.body, label).hides(request.body))
}

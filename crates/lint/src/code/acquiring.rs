//! Calls that acquire a token, or make what does.

use std::rc::Rc;

use fedlens_evidence::takes_account;

use super::calls::Arguments;
use super::evaluation::is_request;
use super::flow::{Asked, Flow};
use super::sources::{self, Maker, Source};
use super::syntax::{Expression, Kind};
use super::value::Value;
use super::{Language, Span};

/// Functions that read a file.
const READING: &[&str] = &[
    "open",
    "read_text",
    "ReadFile",
    "readFile",
    "readFileSync",
    "ReadAllText",
    "ReadAllTextAsync",
    "readString",
    "readAllBytes",
    "Open",
    "OpenText",
    "StreamReader",
    "FileReader",
];

/// Functions that make a path of one.
const PATHS: &[&str] =
    &["Path", "Paths", "of", "get", "File", "getenv", "Getenv", "GetEnvironmentVariable", "env", "str"];

impl<'s> Flow<'s> {
    /// What a call gives that is known to acquire a token, or to make what does.
    pub(super) fn acquire(
        &mut self,
        span: Span,
        name: &'s str,
        object: Option<&'s Expression>,
        receiver: &Value<'s>,
        given: &Arguments<'s>,
    ) -> Option<Value<'s>> {
        if runs_command_line(given) {
            return Some(self.acquired(Source::DeveloperTool, "az account get-access-token", span, None));
        }
        if let Some(value) = self.incoming(span, name, object, receiver, given) {
            return Some(value);
        }
        if let Some(value) = self.of_token_file(span, name, receiver, given) {
            return Some(value);
        }
        if let Some(value) = self.by_form(span, given) {
            return Some(value);
        }
        if is_for_an_agent(name, given) {
            return Some(Value::Unknown);
        }
        if let Some(maker) = given.iter().find_map(|(_, value)| parameters(name, value)) {
            return Some(self.token_of(&maker, span, name, given));
        }
        if takes_account(name) {
            let source = has_account(self.language, given).then_some(Source::User);
            return Some(source.map_or(Value::Unknown, |source| self.acquired(source, name, span, None)));
        }
        if name == "WithSilentAccount" {
            let account = given.first().map_or(Value::Nothing, |(_, account)| account.clone());
            return Some(Value::Fields(Rc::new(vec![("account".to_owned(), account)])));
        }
        if let Value::Maker(maker) = receiver {
            return Some(self.of_maker(&Rc::clone(maker), span, name, given));
        }
        if let Value::Ways(ways) = receiver {
            let makers: Vec<Rc<Maker>> = ways
                .iter()
                .filter_map(|way| if let Value::Maker(maker) = way { Some(Rc::clone(maker)) } else { None })
                .collect();
            if !makers.is_empty() {
                let unknown = (makers.len() < ways.len()).then_some(Value::Unknown);
                let tokens: Vec<Value<'s>> =
                    makers.iter().map(|maker| self.of_maker(maker, span, name, given)).collect();
                return Some(Value::one_of(tokens.into_iter().chain(unknown)));
            }
        }
        self.by_name(span, name, object, given)
    }

    /// Calls and types of the table.
    fn by_name(
        &mut self,
        span: Span,
        name: &'s str,
        object: Option<&'s Expression>,
        given: &Arguments<'s>,
    ) -> Option<Value<'s>> {
        // `InteractiveRequestParameters.builder(…)`, `ConfidentialClientApplicationBuilder.Create(…)`
        let class = match object.map(|object| &object.kind) {
            Some(Kind::Name(class)) => class.as_str(),
            _ => "",
        };
        if matches!((class, name), ("confidential", "New")) || name.starts_with("ConfidentialClientApplication") {
            return Some(self.application(span, name, given));
        }
        if class.starts_with("ConfidentialClientApplication") {
            return Some(self.application(span, class, given));
        }
        if (class, name) == ("managedidentity", "New") {
            let maker = Maker { source: Some(Source::ManagedIdentity), call: "managedidentity.New".to_owned(), span };
            return Some(Value::Maker(Rc::new(maker)));
        }
        if let Some(source) = sources::named(name) {
            return Some(self.known(source, span, name, given));
        }
        if !matches!(name, "builder" | "Create" | "create") {
            return None;
        }
        if class == "SilentParameters" {
            let with_account = has_account(self.language, given);
            return with_account.then(|| self.maker(Source::User, class, span));
        }
        let source = sources::named(class)?;
        if class.ends_with("Parameters") && source == Source::Application {
            let maker = Maker { source: Some(source), call: class.to_owned(), span };
            self.token_of(&maker, span, class, given);
        }
        Some(self.maker(source, class, span))
    }

    fn known(&mut self, source: Source, span: Span, name: &'s str, given: &Arguments<'s>) -> Value<'s> {
        if name == "az_access_token" {
            return self.acquired(source, "az account get-access-token", span, None);
        }
        if !sources::is_call(name) {
            return self.maker(source, name, span);
        }
        let of_identity = given.iter().any(|(name, _)| *name == Some("resource"));
        let source = if of_identity && source == Source::Application { Source::ManagedIdentity } else { source };
        let maker = Maker { source: Some(source), call: name.to_owned(), span };
        self.token_of(&maker, span, name, given)
    }

    fn maker(&self, source: Source, call: &str, span: Span) -> Value<'s> {
        Value::Maker(Rc::new(Maker { source: Some(source), call: call.to_owned(), span }))
    }

    /// An MSAL application: what its own credential is decides what its tokens are.
    fn application(&self, span: Span, call: &str, given: &Arguments<'s>) -> Value<'s> {
        let has = |names: &[&str]| given.iter().any(|(_, value)| value.deep_field(names).is_some());
        let source = if has(&["client_assertion", "clientAssertion"]) {
            Some(Source::Federated)
        } else if has(&["clientSecret", "clientCertificate", "private_key"])
            || given.iter().any(|(name, _)| *name == Some("client_credential"))
        {
            Some(Source::Application)
        } else {
            given.iter().find_map(|(_, value)| match value {
                Value::Maker(maker) => maker.source,
                _ => None,
            })
        };
        Value::Maker(Rc::new(Maker { source, call: call.to_owned(), span }))
    }

    /// A method of an object that acquires tokens.
    fn of_maker(&mut self, maker: &Rc<Maker>, span: Span, name: &'s str, given: &Arguments<'s>) -> Value<'s> {
        let source = match name {
            "WithClientAssertion" | "clientAssertion" => Some(Source::Federated),
            "WithClientSecret" | "WithCertificate" | "clientSecret" | "clientCertificate" if maker.source.is_none() => {
                Some(Source::Application)
            }
            _ => None,
        };
        if let Some(source) = source {
            return Value::Maker(Rc::new(Maker { source: Some(source), ..(**maker).clone() }));
        }
        let plain = name.to_ascii_lowercase().replace('_', "");
        if let Some(own) = sources::named(name).filter(|_| sources::is_call(name)) {
            let source = if own == Source::Application { maker.source.unwrap_or(own) } else { own };
            let token = Maker { source: Some(source), call: name.to_owned(), span };
            return self.token_of(&token, span, name, given);
        }
        if let Some(parameters) = given.iter().find_map(|(_, value)| parameters(name, value)) {
            return self.token_of(&parameters, span, name, given);
        }
        let gives = ["gettoken", "acquiretoken", "getaccesstoken", "authenticate"];
        if gives.iter().any(|start| plain.starts_with(start)) {
            return self.token_of(&Rc::clone(maker), span, name, given);
        }
        Value::Maker(Rc::clone(maker))
    }

    /// A token, and the scopes that were asked for.
    fn token_of(&mut self, maker: &Maker, span: Span, name: &str, given: &Arguments<'s>) -> Value<'s> {
        let scopes: Vec<(Rc<str>, Span, bool)> = given
            .iter()
            .filter(|(name, _)| name.is_none_or(|name| matches!(name, "scopes" | "scope" | "resource" | "request")))
            .flat_map(|(name, value)| {
                let as_resource = *name == Some("resource") || value.field("resource").is_some();
                value.texts().into_iter().map(move |(text, span)| (text, span, as_resource))
            })
            .collect();
        if let Some(source) = maker.source {
            let takes_resource =
                source == Source::ManagedIdentity && maker.call.contains("anagedIdentityC") && sources::is_call(name)
                    || name.contains("ForManagedIdentity");
            for (scope, at, as_resource) in &scopes {
                self.ask(Asked {
                    source,
                    call: maker.call.clone(),
                    call_span: span,
                    scope: scope.to_string(),
                    span: *at,
                    as_resource: *as_resource || takes_resource,
                });
            }
        }
        let audience = scopes.first().map(|(scope, ..)| scope.to_string());
        self.acquired_by(maker, audience)
    }

    /// A form with a grant, posted to the token endpoint.
    fn by_form(&mut self, span: Span, given: &Arguments<'s>) -> Option<Value<'s>> {
        let form = given.iter().map(|(_, value)| value).find_map(|value| match value {
            Value::Fields(_) if value.field("grant_type").is_some() => Some(value.clone()),
            Value::Fields(_) => value
                .deep_field(&["data", "body", "form", "form_params"])
                .filter(|form| form.field("grant_type").is_some()),
            _ => None,
        })?;
        if !is_of_entra(&form, given) {
            return None;
        }
        if form.field("fmi_path").is_some() {
            return Some(Value::Unknown);
        }
        let grant = form.field("grant_type")?.text()?.to_owned();
        let source = sources::by_grant(&grant, form.field("client_assertion").is_some())?;
        let scope = form.field("scope").or(form.field("resource")).map(Value::texts).unwrap_or_default();
        let is_scope = form.field("scope").is_some();
        if let (Some((scope, at)), true, "client_credentials") = (scope.first(), is_scope, grant.as_str()) {
            let call = "grant_type=client_credentials".to_owned();
            let (scope, span_of_scope) = (scope.to_string(), *at);
            self.ask(Asked { source, call, call_span: span, scope, span: span_of_scope, as_resource: false });
        }
        let audience = scope.first().map(|(scope, _)| scope.to_string());
        Some(self.acquired(source, &format!("grant_type={grant}"), span, audience))
    }

    /// The token of whoever called.
    fn incoming(
        &mut self,
        span: Span,
        name: &str,
        object: Option<&'s Expression>,
        receiver: &Value<'s>,
        given: &Arguments<'s>,
    ) -> Option<Value<'s>> {
        let text = given.first().and_then(|(_, value)| value.text())?.to_owned();
        let by_name = matches!(name, "get" | "Get" | "header" | "Header" | "getHeader" | "GetHeader" | "TryGetValue");
        if by_name && (matches!(receiver, Value::Headers) || object.is_some_and(is_request)) {
            return self.header(&text, span);
        }
        let of_session = name == "GetTokenAsync" && text == "access_token";
        of_session.then(|| self.acquired(Source::Incoming, "GetTokenAsync", span, None))
    }

    /// The path of the federated token's file, and what is read from it.
    fn of_token_file(
        &mut self,
        span: Span,
        name: &str,
        receiver: &Value<'s>,
        given: &Arguments<'s>,
    ) -> Option<Value<'s>> {
        let is_path = |value: &Value<'s>| value.ways().iter().any(|way| matches!(way, Value::TokenPath));
        let of_path = is_path(receiver) || given.iter().any(|(_, value)| is_path(value));
        if !of_path {
            return None;
        }
        if READING.contains(&name) {
            return Some(self.acquired(Source::TokenFile, name, span, None));
        }
        PATHS.contains(&name).then_some(Value::TokenPath)
    }
}

/// `app.acquireToken(parameters)`
fn parameters(name: &str, value: &Value<'_>) -> Option<Maker> {
    match value {
        Value::Maker(maker) if name.to_ascii_lowercase().starts_with("acquiretoken") => Some((**maker).clone()),
        _ => None,
    }
}

/// An agent's blueprint gives out tokens that are meant to be assertions.
fn is_for_an_agent(name: &str, given: &Arguments<'_>) -> bool {
    let is_path = |name: &str| name.to_ascii_lowercase().replace('_', "").contains("fmipath");
    is_path(name)
        || given.iter().any(|(argument, value)| {
            argument.is_some_and(is_path) || value.deep_field(&["fmiPath", "fmi_path", "FmiPath"]).is_some()
        })
}

fn has_account(language: Language, given: &Arguments<'_>) -> bool {
    let is_one = |value: &Value<'_>| !matches!(value, Value::Nothing | Value::List(_) | Value::Text(..));
    let named = given.iter().find(|(name, _)| name.is_some_and(|name| name.eq_ignore_ascii_case("account")));
    if let Some((_, account)) = named {
        return is_one(account);
    }
    if let Some(account) = given.iter().find_map(|(_, value)| value.field("account").cloned()) {
        return is_one(&account);
    }
    let positional = language != Language::Go;
    positional && given.iter().filter(|(name, _)| name.is_none()).nth(1).is_some_and(|(_, value)| is_one(value))
}

/// Whether a form goes to Entra: by its URL; where that is not known, by the scope that it asks for.
fn is_of_entra(form: &Value<'_>, given: &Arguments<'_>) -> bool {
    let url = |value: &Value<'_>| match value {
        Value::Endpoint => Some(true),
        Value::Text(text, _) if text.contains("://") => Some(sources::is_endpoint(text)),
        _ => None,
    };
    let by_url = given
        .iter()
        .find_map(|(_, value)| url(value).or_else(|| value.deep_field(&["url", "uri"]).and_then(|value| url(&value))));
    let scope = form.field("scope").map(Value::texts).unwrap_or_default();
    by_url.unwrap_or_else(|| scope.iter().any(|(scope, _)| scope.ends_with("/.default") || scope.contains("microsoft")))
}

/// Whether arguments are those of `az account get-access-token`.
fn runs_command_line(given: &Arguments<'_>) -> bool {
    given.iter().any(|(_, value)| value.texts().iter().any(|(text, _)| text.contains("get-access-token")))
        && given
            .iter()
            .any(|(_, value)| value.texts().iter().any(|(text, _)| text.starts_with("az") || &**text == "account"))
}

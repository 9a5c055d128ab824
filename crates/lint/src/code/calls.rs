//! Calls: which acquire a token, which take an assertion, and which only pass a value on.

use std::rc::Rc;

use fedlens_evidence::takes_account;

use super::Span;
use super::flow::{Asked, Flow, is_request};
use super::sources::{self, Maker, Source};
use super::syntax::{Argument, Expression, Kind};
use super::takers;
use super::value::Value;

/// Methods of a token, a result or a file that give the same again.
const SAME: &[&str] = &[
    "ExecuteAsync",
    "Execute",
    "ConfigureAwait",
    "GetAwaiter",
    "GetResult",
    "result",
    "Result",
    "get",
    "Get",
    "join",
    "block",
    "build",
    "Build",
    "strip",
    "rstrip",
    "trim",
    "Trim",
    "toString",
    "ToString",
    "String",
    "decode",
    "encode",
    "json",
    "Json",
    "text",
    "read",
    "Read",
    "readText",
    "read_text",
    "getToken",
    "getAccessToken",
    "accessToken",
    "getTokenValue",
    "tokenValue",
    "access_token",
    "removeprefix",
    "replace",
    "Replace",
    "split",
    "Split",
    "substring",
    "Substring",
    "slice",
    "AccessToken",
    "token",
    "then",
    "GetProperty",
    "GetString",
    "getTokenResponse",
    "unwrap",
    "readAsStringAsync",
    "ReadAsStringAsync",
    "asText",
    "path",
    "body",
    "data",
    "thenApply",
    "map",
    "tokens",
    "pop",
];

/// Functions that give their argument again.
const PASSING: &[&str] = &[
    "str",
    "string",
    "String",
    "TrimPrefix",
    "TrimSpace",
    "FromResult",
    "resolve",
    "just",
    "valueOf",
    "format",
    "Format",
    "AccessToken",
    "parse",
    "loads",
    "load",
    "Deserialize",
    "DeserializeObject",
    "URLSearchParams",
    "stringify",
    "urlencode",
    "FormUrlEncodedContent",
    "dict",
    "Dictionary",
    "ClientAssertion",
    "ClientSignedAssertion",
    "completedFuture",
    "Parse",
    "run",
    "wait_for",
    "Bearer",
    "ValueTask",
    "AssertionRequestResponse",
    "callable",
    "ReadAll",
    "ReadFrom",
    "fromPromise",
    "fromCallable",
    "await",
];

/// Functions and classes that hold scopes.
const HOLDING: &[&str] = &[
    "TokenRequestContext",
    "addScopes",
    "setScopes",
    "singleton",
    "singletonList",
    "asList",
    "of",
    "Set",
    "List",
    "set",
    "list",
    "tuple",
    "HashSet",
    "split",
    "Split",
    "ToArray",
    "toArray",
    "builder",
];

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

type Arguments<'s> = Vec<(Option<&'s str>, Value<'s>)>;

impl<'s> Flow<'s> {
    pub(super) fn call(&mut self, span: Span, callee: &'s Expression, arguments: &'s [Argument]) -> Value<'s> {
        let (object, name) = match &callee.kind {
            Kind::Member { of, name } => (Some(&**of), name.as_str()),
            Kind::Name(name) => (None, name.as_str()),
            _ => (None, ""),
        };
        let receiver = match (object, name) {
            (Some(object), _) => self.object_of(object, name),
            (None, "") => self.value(callee),
            (None, _) => Value::Unknown,
        };
        let given: Arguments<'s> =
            arguments.iter().map(|argument| (argument.name.as_deref(), self.value(&argument.value))).collect();
        self.hand_over_arguments(name, span, arguments, &given);
        if let Some(value) = self.acquire(span, name, object, &receiver, &given) {
            return value;
        }
        if let Some(value) = self.inlined(object, name, &receiver, &given) {
            return value;
        }
        if !takers::is_taker(name) {
            self.read_callbacks(&given);
        }
        if let (Some(Expression { kind: Kind::Name(variable), .. }), [(None, key), (None, value)]) =
            (object, given.as_slice())
        {
            if let Some(key) = key.text() {
                self.set_field(variable, key, value.clone());
            }
        }
        passed(name, receiver, &given)
    }

    /// What a method is called on; the headers of a request are asked by name.
    fn object_of(&mut self, object: &'s Expression, _name: &str) -> Value<'s> {
        self.value(object)
    }

    /// Functions among the arguments are called by whoever gets them.
    fn read_callbacks(&mut self, given: &Arguments<'s>) {
        for (_, value) in given {
            match value {
                Value::Function(function) => {
                    self.activate(function, Vec::new());
                }
                Value::Fields(fields) => {
                    for (_, value) in fields.iter() {
                        if let Value::Function(function) = value {
                            self.activate(function, Vec::new());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Assertions among the arguments: by the name of the call, of the argument, or of the form's field before it.
    fn hand_over_arguments(&mut self, name: &'s str, span: Span, written: &'s [Argument], given: &Arguments<'s>) {
        let by_call = takers::is_taker(name);
        let spans = written.iter().map(|argument| argument.value.span);
        let mut before = None;
        for ((argument, value), at) in given.iter().zip(spans) {
            if by_call {
                self.hand_over(takers::shown(name), span, value);
            } else if argument.is_some_and(takers::is_assertion_field) {
                self.hand_over(argument.unwrap_or(name), at, value);
            } else if before.is_some_and(|field: &Value<'s>| field.text() == Some("client_assertion")) {
                self.hand_over("client_assertion", at, value);
            }
            before = Some(value);
        }
    }

    /// What a call gives that is known to acquire a token, or to make what does.
    fn acquire(
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
        if let Some(value) = self.from_file(span, name, receiver, given) {
            return Some(value);
        }
        if let Some(value) = self.by_form(span, given) {
            return Some(value);
        }
        if is_for_an_agent(name, given) {
            return Some(Value::Unknown);
        }
        if takes_account(name) {
            let source = has_account(given).then_some(Source::User);
            return Some(source.map_or(Value::Unknown, |source| self.acquired(source, name, span, None)));
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
        if let Some(maker) = given.iter().find_map(|(_, value)| parameters(name, value)) {
            return Some(self.token_of(&maker, span, name, given));
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
            let credential = given.iter().find_map(|(_, value)| match value {
                Value::Maker(maker) => maker.source,
                _ => None,
            });
            credential
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
    fn from_file(&mut self, span: Span, name: &str, receiver: &Value<'s>, given: &Arguments<'s>) -> Option<Value<'s>> {
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

    /// A function of the file, read with what it is given.
    fn inlined(
        &mut self,
        object: Option<&'s Expression>,
        name: &str,
        receiver: &Value<'s>,
        given: &Arguments<'s>,
    ) -> Option<Value<'s>> {
        let arguments: Vec<Value<'s>> = given.iter().map(|(_, value)| value.clone()).collect();
        if let Value::Function(function) = receiver {
            return (name.is_empty() || matches!(name, "get" | "Invoke" | "call" | "apply"))
                .then(|| self.enter(function, arguments));
        }
        let own = match object.map(|object| &object.kind) {
            None => true,
            Some(Kind::Name(object)) => self.is_self(object) || object.starts_with(char::is_uppercase),
            Some(_) => false,
        };
        let function = own.then(|| self.function(name)).flatten()?;
        Some(self.enter_named(function, arguments))
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

fn has_account(given: &Arguments<'_>) -> bool {
    let is_one = |value: &Value<'_>| !matches!(value, Value::Nothing | Value::List(_) | Value::Text(..));
    let named = given.iter().find(|(name, _)| name.is_some_and(|name| name.eq_ignore_ascii_case("account")));
    if let Some((_, account)) = named {
        return is_one(account);
    }
    if let Some(account) = given.iter().find_map(|(_, value)| value.field("account").cloned()) {
        return is_one(&account);
    }
    given.iter().filter(|(name, _)| name.is_none()).nth(1).is_some_and(|(_, value)| is_one(value))
}

/// Whether arguments are those of `az account get-access-token`.
fn runs_command_line(given: &Arguments<'_>) -> bool {
    given.iter().any(|(_, value)| value.texts().iter().any(|(text, _)| text.contains("get-access-token")))
        && given
            .iter()
            .any(|(_, value)| value.texts().iter().any(|(text, _)| text.starts_with("az") || &**text == "account"))
}

/// What a call gives of which nothing is known but its name.
fn passed<'s>(name: &str, receiver: Value<'s>, given: &Arguments<'s>) -> Value<'s> {
    let receiver = receiver.each(|way| match way {
        Value::Token(_) if SAME.contains(&name) || name.starts_with("With") || name.starts_with("with") => way,
        Value::Fields(_) => {
            let key = given.first().and_then(|(_, value)| value.text());
            let found = key.filter(|_| matches!(name, "get" | "Get")).and_then(|key| way.field(key).cloned());
            found.unwrap_or(Value::Unknown)
        }
        _ => Value::Unknown,
    });
    if !matches!(receiver, Value::Unknown) {
        return receiver;
    }
    if HOLDING.contains(&name) {
        let items: Vec<Value<'s>> = given.iter().map(|(_, value)| value.clone()).collect();
        if items.iter().any(|item| !item.texts().is_empty()) {
            return Value::List(Rc::new(items));
        }
    }
    let pass = PASSING.contains(&name);
    let mut given = given.iter().map(|(_, value)| value.clone());
    given
        .find(|value| {
            let matters = |way: &Value<'_>| matches!(way, Value::Token(_) | Value::Fields(_));
            pass && value.ways().iter().any(matters)
        })
        .unwrap_or(Value::Unknown)
}

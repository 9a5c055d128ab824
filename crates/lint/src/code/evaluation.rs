//! What an expression can be.

use std::rc::Rc;

use super::Span;
use super::flow::{Flow, MAX_STEPS};
use super::sources::{self, Maker, Source, Token};
use super::syntax::{Expression, Kind};
use super::takers;
use super::value::Value;

/// The variable in which a file's path is given.
const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// Names of requests that come in.
const REQUESTS: &[&str] = &["req", "request", "r", "ctx", "context", "event", "httprequest", "httpcontext"];

/// Members of a result that are not its token.
const NO_TOKEN: &[&str] = &[
    "account",
    "accounts",
    "id_token_claims",
    "scopes",
    "scope",
    "expires_on",
    "expires_in",
    "expiresOn",
    "ExpiresOn",
    "error",
    "error_description",
    "correlation_id",
    "tenantId",
    "TenantId",
    "uniqueId",
    "username",
    "headers",
    "status_code",
    "statusCode",
    "StatusCode",
    "status",
    "ok",
    "claims",
    "Account",
    "ExpiresOnUtc",
    "refresh_on",
];

impl<'s> Flow<'s> {
    /// What an expression can be.
    pub(super) fn value(&mut self, expression: &'s Expression) -> Value<'s> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Value::Unknown;
        }
        match &expression.kind {
            Kind::Name(name) => self.name(name),
            Kind::Text(text) if is_token_path(text) => Value::TokenPath,
            Kind::Text(text) => Value::Text(Rc::from(text.as_str()), expression.span),
            Kind::Joined(parts) => self.joined(parts, expression.span),
            Kind::List(items) => Value::List(Rc::new(items.iter().map(|item| self.value(item)).collect())),
            Kind::Fields(fields) => self.object(fields),
            Kind::Call { callee, arguments } => self.call(expression.span, callee, arguments),
            Kind::Member { of, name } => self.member(of, name),
            Kind::Item(of) => match self.value(of) {
                Value::List(items) => Value::one_of(items.iter().cloned()),
                Value::Fields(_) => Value::Unknown,
                other => other,
            },
            Kind::Lambda(function) => Value::Function(function),
            Kind::Choice(ways) => {
                let ways: Vec<Value<'s>> = ways.iter().map(|way| self.value(way)).collect();
                Value::one_of(ways)
            }
            Kind::Nothing => Value::Nothing,
            Kind::Assigned(target, value) => {
                let value = self.value(value);
                self.assign(target, value.clone());
                value
            }
            Kind::Other(parts) => {
                for part in parts {
                    self.value(part);
                }
                Value::Unknown
            }
        }
    }

    fn name(&self, name: &str) -> Value<'s> {
        let function = || self.function(name).map(Value::Function);
        self.lookup(name).cloned().or_else(|| self.field(name)).or_else(function).unwrap_or(Value::Unknown)
    }

    /// Texts and values in a row.
    fn joined(&mut self, parts: &'s [Expression], span: Span) -> Value<'s> {
        let values: Vec<Value<'s>> = parts.iter().map(|part| self.value(part)).collect();
        let mut text = String::new();
        let mut token = None;
        let mut is_known = true;
        for value in &values {
            match value {
                Value::Text(part, _) => text.push_str(part),
                Value::Token(_) | Value::Ways(_) => {
                    if text.trim_end_matches("%s").ends_with("client_assertion=") {
                        self.hand_over("client_assertion", span, value);
                    }
                    token = token.or(Some(value.clone()));
                    is_known = false;
                }
                Value::TokenPath => return Value::TokenPath,
                Value::Endpoint => {
                    text.push_str("/oauth2/");
                    is_known = false;
                }
                _ => is_known = false,
            }
        }
        match token {
            _ if is_known => Value::Text(Rc::from(text), span),
            Some(token) if text.trim().is_empty() => token,
            None if sources::is_endpoint(&text) => Value::Endpoint,
            _ => Value::Unknown,
        }
    }

    fn object(&mut self, fields: &'s [(String, Expression)]) -> Value<'s> {
        let mut known: Vec<(String, Value<'s>)> = Vec::new();
        for (name, value) in fields {
            let (span, value) = (value.span, self.value(value));
            if takers::is_assertion_field(name) {
                self.hand_over(name, span, &value);
            } else if let Value::Function(function) = value {
                self.activate(function, Vec::new());
            }
            match (name.as_str(), value) {
                ("...", Value::Fields(others)) => known.extend(others.iter().cloned()),
                (_, value) => known.push((name.clone(), value)),
            }
        }
        Value::Fields(Rc::new(known))
    }

    fn member(&mut self, of: &'s Expression, name: &'s str) -> Value<'s> {
        if name == TOKEN_FILE {
            return Value::TokenPath;
        }
        if let Kind::Name(object) = &of.kind {
            let bound = self.lookup(object).is_some();
            if self.is_self(object) || !bound && object.starts_with(char::is_uppercase) {
                let method = || self.function(name).map(Value::Function);
                return self.field(name).or_else(method).unwrap_or(Value::Unknown);
            }
        }
        if matches!(name, "headers" | "Headers" | "Header") && is_request(of) {
            return Value::Headers;
        }
        let of_span = of.span;
        match self.value(of) {
            Value::Headers => self.header(name, of_span).unwrap_or(Value::Unknown),
            value => self.member_of(value, name),
        }
    }

    /// A header that carries the caller's token.
    pub(super) fn header(&mut self, name: &str, span: Span) -> Option<Value<'s>> {
        let carries = ["authorization", "x-ms-token-aad-access-token"];
        let carries = carries.iter().any(|header| name.eq_ignore_ascii_case(header));
        carries.then(|| self.acquired(Source::Incoming, name, span, None))
    }

    pub(super) fn member_of(&self, value: Value<'s>, name: &str) -> Value<'s> {
        value.each(|way| match &way {
            Value::Token(_) if !NO_TOKEN.contains(&name) => way,
            Value::Fields(_) => way.field(name).cloned().unwrap_or(Value::Unknown),
            _ => Value::Unknown,
        })
    }

    /// A token, acquired now.
    pub(super) fn acquired(&mut self, source: Source, call: &str, span: Span, audience: Option<String>) -> Value<'s> {
        self.clock += 1;
        Value::token(Token { source, call: call.to_owned(), span, audience, made_at: self.clock })
    }

    /// A token of an object that acquires them: what matters is where that object was made.
    pub(super) fn acquired_by(&mut self, maker: &Maker, audience: Option<String>) -> Value<'s> {
        match maker.source {
            Some(source) => self.acquired(source, &maker.call, maker.span, audience),
            None => Value::Unknown,
        }
    }
}

fn is_token_path(text: &str) -> bool {
    text == TOKEN_FILE || text.contains("/secrets/azure/tokens/") || text.ends_with("/azure-identity-token")
}

/// Whether an expression is named as a request that comes in.
pub(super) fn is_request(expression: &Expression) -> bool {
    let (Kind::Name(name) | Kind::Member { name, .. }) = &expression.kind else { return false };
    REQUESTS.contains(&name.to_ascii_lowercase().trim_start_matches('_'))
}

//! Calls: which acquire a token, which take an assertion, and which only pass a value on.

use std::rc::Rc;

use super::Span;
use super::flow::Flow;
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
    "AuthenticationResult",
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

/// What a call is given: names and values.
pub(super) type Arguments<'s> = Vec<(Option<&'s str>, Value<'s>)>;

impl<'s> Flow<'s> {
    pub(super) fn call(&mut self, span: Span, callee: &'s Expression, arguments: &'s [Argument]) -> Value<'s> {
        let (object, name) = match &callee.kind {
            Kind::Member { of, name } => (Some(&**of), name.as_str()),
            Kind::Name(name) => (None, name.as_str()),
            _ => (None, ""),
        };
        let receiver = match (object, name) {
            (Some(object), _) => self.value(object),
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
            && let Some(key) = key.text()
        {
            self.set_field(variable, key, value.clone());
        }
        passed(name, receiver, &given)
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
                self.hand_over(name, span, value);
            } else if argument.is_some_and(takers::is_assertion_field) {
                self.hand_over(argument.unwrap_or(name), at, value);
            } else if before.is_some_and(|field: &Value<'s>| field.text() == Some("client_assertion")) {
                self.hand_over("client_assertion", at, value);
            }
            before = Some(value);
        }
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

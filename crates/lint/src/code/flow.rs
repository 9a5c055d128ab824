//! From where a token is acquired to where it is handed over, within a function and through the fields of a class.
//!
//! Functions are read with arguments of which nothing is known, and once more wherever they are called with ones that
//! are known. Whatever is not understood is unknown, and nothing is said of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::sources::{Maker, Source, Token};
use super::syntax::{Expression, Function, Kind, Statement, Target};
use super::value::Value;
use super::{Language, Span};

/// How many expressions of a file are read, and how many calls within calls.
const MAX_STEPS: u32 = 400_000;
const MAX_CALLS: usize = 5;

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

type Scope<'s> = BTreeMap<&'s str, Value<'s>>;

/// A token that is handed over as an assertion.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HandedOver {
    pub(super) token: Token,
    /// What takes it, as written.
    pub(super) taker: String,
    pub(super) span: Span,
    /// A callback gives it that has not acquired it: every time the same.
    pub(super) kept: bool,
    /// It is handed over on every way.
    pub(super) certain: bool,
}

/// A scope that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) source: Source,
    pub(super) call: String,
    pub(super) call_span: Span,
    pub(super) scope: String,
    pub(super) span: Span,
    /// Whether the parameter takes a resource, not a scope.
    pub(super) as_resource: bool,
}

/// The state of a reading.
pub(super) struct Flow<'s> {
    language: Language,
    scopes: Vec<Scope<'s>>,
    pub(super) fields: Scope<'s>,
    own: BTreeMap<&'s str, Value<'s>>,
    functions: BTreeMap<&'s str, Option<&'s Function>>,
    returned: Vec<Value<'s>>,
    clock: u32,
    /// When the function that is being read was entered from outside.
    started: u32,
    /// When the reading of the class began.
    class_started: Option<u32>,
    depth: usize,
    steps: u32,
    quiet: bool,
    pub(super) handed_over: Vec<HandedOver>,
    pub(super) asked: Vec<Asked>,
}

impl<'s> Flow<'s> {
    pub(super) fn new(language: Language) -> Self {
        Self {
            language,
            scopes: vec![Scope::new()],
            fields: Scope::new(),
            own: BTreeMap::new(),
            functions: BTreeMap::new(),
            returned: Vec::new(),
            clock: 1,
            started: 0,
            class_started: None,
            depth: 0,
            steps: 0,
            quiet: false,
            handed_over: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Reads a file.
    pub(super) fn read(&mut self, file: &'s [Statement]) {
        self.declare(file);
        self.statements(file);
        self.quiet = true;
        self.classes(file);
        self.quiet = false;
        self.bodies(file);
    }

    /// Notes every function by its name; of several of one name, none can be meant.
    fn declare(&mut self, statements: &'s [Statement]) {
        for statement in statements {
            match statement {
                Statement::Function(name, function) => {
                    let known = self.functions.contains_key(name.as_str());
                    self.functions.insert(name, (!known).then_some(function));
                    self.declare(&function.body);
                }
                Statement::Assign(Target::Name(name), Expression { kind: Kind::Lambda(function), .. }) => {
                    let known = self.functions.contains_key(name.as_str());
                    self.functions.insert(name, (!known).then_some(function));
                }
                Statement::Class(inner) | Statement::Block(inner) => self.declare(inner),
                Statement::Branch { ways, .. } => ways.iter().for_each(|way| self.declare(way)),
                _ => {}
            }
        }
    }

    /// What the methods of each class leave in its fields.
    fn classes(&mut self, statements: &'s [Statement]) {
        for statement in statements {
            match statement {
                Statement::Class(inner) => self.class(inner),
                Statement::Block(inner) => self.classes(inner),
                _ => {}
            }
        }
    }

    fn class(&mut self, inner: &'s [Statement]) {
        let before = self.class_started.replace(self.clock);
        for statement in inner {
            self.own.clear();
            match statement {
                Statement::Function(_, function) => {
                    self.activate(function, Vec::new());
                }
                Statement::Class(inner) => self.class(inner),
                Statement::Assign(Target::Name(name), value) => {
                    let value = self.value(value);
                    self.own.insert(name, value);
                }
                _ => {}
            }
            for (name, value) in std::mem::take(&mut self.own) {
                let known = self.fields.remove(name);
                self.fields.insert(name, Value::one_of(known.into_iter().chain([value])));
            }
        }
        self.class_started = before;
    }

    /// Every function and method once.
    fn bodies(&mut self, statements: &'s [Statement]) {
        for statement in statements {
            match statement {
                Statement::Function(_, function) => {
                    self.own.clear();
                    self.activate(function, Vec::new());
                }
                Statement::Class(inner) => {
                    let before = self.class_started.replace(0);
                    self.statements_of_class(inner);
                    self.bodies(inner);
                    self.class_started = before;
                }
                Statement::Block(inner) => self.bodies(inner),
                Statement::Branch { ways, .. } => ways.iter().for_each(|way| self.bodies(way)),
                _ => {}
            }
        }
    }

    fn statements_of_class(&mut self, inner: &'s [Statement]) {
        for statement in inner {
            if let Statement::Assign(_, value) | Statement::Expression(value) = statement {
                self.value(value);
            }
        }
    }

    /// Reads a function that something outside calls; gives what it returns.
    pub(super) fn activate(&mut self, function: &'s Function, arguments: Vec<Value<'s>>) -> Value<'s> {
        let started = std::mem::replace(&mut self.started, self.clock);
        let value = self.enter(function, arguments);
        self.started = started;
        value
    }

    /// Reads a function with its arguments; gives what it returns.
    pub(super) fn enter(&mut self, function: &'s Function, arguments: Vec<Value<'s>>) -> Value<'s> {
        if self.depth >= MAX_CALLS {
            return Value::Unknown;
        }
        self.depth += 1;
        let mut scope = Scope::new();
        let mut arguments = arguments.into_iter();
        for name in &function.parameters {
            scope.insert(name, arguments.next().unwrap_or(Value::Unknown));
        }
        self.scopes.push(scope);
        let outer = std::mem::take(&mut self.returned);
        self.statements(&function.body);
        let returned = std::mem::replace(&mut self.returned, outer);
        self.scopes.pop();
        self.depth -= 1;
        Value::one_of(returned)
    }

    /// As [`Flow::enter`], for a function of the file: it does not see the caller's variables.
    pub(super) fn enter_named(&mut self, function: &'s Function, arguments: Vec<Value<'s>>) -> Value<'s> {
        let callers = self.scopes.split_off(1);
        let value = self.enter(function, arguments);
        self.scopes.truncate(1);
        self.scopes.extend(callers);
        value
    }

    /// Reads statements in order; whether they leave the block.
    fn statements(&mut self, statements: &'s [Statement]) -> bool {
        statements.iter().any(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &'s Statement) -> bool {
        match statement {
            Statement::Assign(target, value) => {
                let value = self.value(value);
                self.assign(target, value);
            }
            Statement::Expression(value) => {
                self.value(value);
            }
            Statement::Return(value) => {
                let value = self.value(value);
                self.returned.push(value);
                return true;
            }
            Statement::Leave => return true,
            Statement::Block(inner) => return self.statements(inner),
            Statement::Branch { ways, always } => return self.branch(ways, *always),
            Statement::Function(name, function) => {
                // One within another function sees what that one has at its end; close enough is now.
                self.bind(name, Value::Function(function));
            }
            Statement::Class(_) => {}
        }
        false
    }

    /// Takes each way from the same state, and joins the states that go on.
    fn branch(&mut self, ways: &'s [Vec<Statement>], always: bool) -> bool {
        let before = (self.scopes.clone(), self.own.clone());
        let mut after = Vec::new();
        for way in ways {
            (self.scopes, self.own) = before.clone();
            if !self.statements(way) {
                after.push((std::mem::take(&mut self.scopes), std::mem::take(&mut self.own)));
            }
        }
        if !always {
            after.push(before.clone());
        }
        let leaves = after.is_empty();
        let mut states = after.into_iter();
        (self.scopes, self.own) = states.next().unwrap_or(before);
        for (scopes, own) in states {
            self.scopes.iter_mut().zip(scopes).for_each(|(scope, other)| join(scope, other));
            join(&mut self.own, own);
        }
        leaves
    }

    fn bind(&mut self, name: &'s str, value: Value<'s>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, value);
        }
    }

    fn assign(&mut self, target: &'s Target, value: Value<'s>) {
        match target {
            Target::Name(name) => self.assign_name(name, value),
            Target::Member(of, name) => self.assign_member(of, name, value),
            Target::Several(targets) => self.assign_several(targets, &value),
            Target::Other => {}
        }
    }

    /// In most languages a name may be that of a variable outside, or of a field.
    fn assign_name(&mut self, name: &'s str, value: Value<'s>) {
        let bound = self.scopes.iter().rposition(|scope| scope.contains_key(name));
        let outer = bound.filter(|at| self.language != Language::Python && *at > 0);
        if let Some(scope) = outer.and_then(|at| self.scopes.get_mut(at)) {
            scope.insert(name, value);
        } else if bound.is_none() && self.is_field(name) {
            self.own.insert(name, value);
        } else {
            self.bind(name, value);
        }
    }

    /// Whether a bare name can be that of a field.
    fn is_field(&self, name: &str) -> bool {
        let bare = matches!(self.language, Language::CSharp | Language::Java);
        bare && self.class_started.is_some() && (name.starts_with('_') || self.fields.contains_key(name))
    }

    fn assign_member(&mut self, of: &'s Expression, name: &'s str, value: Value<'s>) {
        if super::takers::is_assertion_field(name) {
            self.hand_over(name, of.span, &value);
        }
        match &of.kind {
            Kind::Name(object) if self.is_self(object) => {
                self.own.insert(name, value);
            }
            Kind::Name(object) => self.set_field(object, name, value),
            _ => {}
        }
    }

    /// Gives a field of a variable a value.
    pub(super) fn set_field(&mut self, object: &'s str, name: &str, value: Value<'s>) {
        let Some(scope) = self.scopes.iter_mut().rev().find(|scope| scope.contains_key(object)) else { return };
        let mut fields = match scope.get(object) {
            Some(Value::Fields(fields)) => fields.to_vec(),
            Some(Value::Unknown) => Vec::new(),
            _ => return,
        };
        fields.retain(|(field, _)| field != name);
        fields.push((name.to_owned(), value));
        scope.insert(object, Value::Fields(Rc::new(fields)));
    }

    fn assign_several(&mut self, targets: &'s [(Option<String>, Target)], value: &Value<'s>) {
        for (at, (member, target)) in targets.iter().enumerate() {
            let part = match (member, value) {
                (Some(member), value) => self.member_of(value.clone(), member),
                (None, Value::List(items)) => items.get(at).cloned().unwrap_or(Value::Unknown),
                // `token, err := …`
                (None, value) if at == 0 && self.language == Language::Go => value.clone(),
                _ => Value::Unknown,
            };
            self.assign(target, part);
        }
    }

    /// Whether a name is that of the object itself; in Go, a receiver is a name that nothing else has.
    pub(super) fn is_self(&self, name: &str) -> bool {
        matches!(name, "self" | "this" | "cls")
            || self.language == Language::Go && name.len() <= 3 && self.lookup(name).is_none()
    }

    fn lookup(&self, name: &str) -> Option<&Value<'s>> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    fn field(&self, name: &str) -> Option<Value<'s>> {
        self.own.get(name).or_else(|| self.fields.get(name)).cloned()
    }

    /// The function of a name, where there is one only.
    pub(super) fn function(&self, name: &str) -> Option<&'s Function> {
        self.functions.get(name).copied().flatten()
    }

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
                _ => is_known = false,
            }
        }
        match token {
            _ if is_known => Value::Text(Rc::from(text), span),
            Some(token) if text.trim().is_empty() => token,
            _ => Value::Unknown,
        }
    }

    fn object(&mut self, fields: &'s [(String, Expression)]) -> Value<'s> {
        let mut known: Vec<(String, Value<'s>)> = Vec::new();
        for (name, value) in fields {
            let (span, value) = (value.span, self.value(value));
            if super::takers::is_assertion_field(name) {
                self.hand_over(name, span, &value);
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

    fn member_of(&self, value: Value<'s>, name: &str) -> Value<'s> {
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

    pub(super) fn ask(&mut self, asked: Asked) {
        if !self.quiet && !self.asked.contains(&asked) {
            self.asked.push(asked);
        }
    }

    /// Notes that a value is used as an assertion.
    pub(super) fn hand_over(&mut self, taker: &str, span: Span, value: &Value<'s>) {
        let ways = value.ways();
        let certain = ways.len() == 1;
        for way in ways {
            match way {
                Value::Token(token) => {
                    let in_class = self.class_started.is_some();
                    let kept = in_class && self.fields.values().any(|field| is_in(field, &token));
                    self.note(&token, taker, span, kept, certain);
                }
                Value::Function(function) => self.call_back(function, taker, span, certain),
                Value::Fields(_) => {
                    if let Some(inner) = way.deep_field(&["Assertion", "assertion"]) {
                        self.hand_over(taker, span, &inner);
                    }
                }
                _ => {}
            }
        }
    }

    fn call_back(&mut self, function: &'s Function, taker: &str, span: Span, certain: bool) {
        let before = self.clock;
        let given = self.activate(function, Vec::new()).ways();
        let certain = certain && given.len() == 1;
        for way in given {
            match way {
                Value::Token(token) => self.note(&token, taker, span, token.made_at <= before, certain),
                Value::Fields(_) => {
                    if let Some(Value::Token(token)) = way.deep_field(&["Assertion", "assertion"]) {
                        self.note(&token, taker, span, token.made_at <= before, certain);
                    }
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, token: &Token, taker: &str, span: Span, kept: bool, certain: bool) {
        if self.quiet {
            return;
        }
        let same = |known: &HandedOver| known.span == span && known.token.span == token.span;
        if let Some(known) = self.handed_over.iter_mut().find(|known| same(known)) {
            known.kept |= kept;
            return;
        }
        let (taker, token) = (taker.to_owned(), token.clone());
        self.handed_over.push(HandedOver { token, taker, span, kept, certain });
    }
}

fn is_in(field: &Value<'_>, token: &Token) -> bool {
    field.ways().iter().any(|way| matches!(way, Value::Token(known) if known.span == token.span))
}

/// One of two states: what has a value in only one of them has it from there.
fn join<'s>(state: &mut BTreeMap<&'s str, Value<'s>>, other: BTreeMap<&'s str, Value<'s>>) {
    for (name, value) in other {
        let joined = match state.remove(name) {
            Some(own) => Value::one_of([own, value]),
            None => value,
        };
        state.insert(name, joined);
    }
}

fn is_token_path(text: &str) -> bool {
    text == TOKEN_FILE || text.contains("/secrets/azure/tokens/") || text.ends_with("/azure-identity-token")
}

/// Whether an expression is named as a request that comes in.
pub(super) fn is_request(expression: &Expression) -> bool {
    let name = match &expression.kind {
        Kind::Name(name) | Kind::Member { name, .. } => name,
        _ => return false,
    };
    REQUESTS.contains(&name.to_ascii_lowercase().trim_start_matches('_'))
}

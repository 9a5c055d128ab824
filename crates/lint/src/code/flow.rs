//! From where a token is acquired to where it is handed over, within a function and through the fields of a class.
//!
//! Functions are read with arguments of which nothing is known, and once more wherever they are called with ones that
//! are known. Whatever is not understood is unknown, and nothing is said of it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::handing::HandedOver;
use super::sources::Source;
use super::syntax::{Expression, Function, Kind, Statement, Target};
use super::value::Value;
use super::{Language, Span};

/// How many expressions of a file are read, and how many calls within calls.
pub(super) const MAX_STEPS: u32 = 150_000;
const MAX_CALLS: usize = 5;

type Scope<'s> = BTreeMap<&'s str, Value<'s>>;

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
    pub(super) language: Language,
    pub(super) scopes: Vec<Scope<'s>>,
    pub(super) fields: Scope<'s>,
    pub(super) own: BTreeMap<&'s str, Value<'s>>,
    pub(super) functions: BTreeMap<&'s str, Option<&'s Function>>,
    pub(super) returned: Vec<Value<'s>>,
    /// Names of the file's variables that the function assigns to.
    pub(super) shared: BTreeSet<&'s str>,
    pub(super) clock: u32,
    /// When the function that is being read was entered from outside.
    pub(super) started: u32,
    /// When the reading of the class began.
    pub(super) class_started: Option<u32>,
    pub(super) depth: usize,
    pub(super) steps: u32,
    pub(super) quiet: bool,
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
            shared: BTreeSet::new(),
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
        self.bodies(file);
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
                Statement::Assign(Target::Name(name), Expression { kind: Kind::Lambda(function), .. })
                | Statement::Declare(Target::Name(name), Expression { kind: Kind::Lambda(function), .. }) => {
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
                Statement::Assign(Target::Name(name), value) | Statement::Declare(Target::Name(name), value) => {
                    let value = self.value(value);
                    if let Value::Function(function) = value {
                        self.activate(function, Vec::new());
                    }
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
                Statement::Function(_, function)
                | Statement::Assign(_, Expression { kind: Kind::Lambda(function), .. })
                | Statement::Declare(_, Expression { kind: Kind::Lambda(function), .. }) => {
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
            if let Statement::Assign(_, value) | Statement::Declare(_, value) | Statement::Expression(value) = statement
            {
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
        let outer_shared = std::mem::take(&mut self.shared);
        self.statements(&function.body);
        let returned = std::mem::replace(&mut self.returned, outer);
        let shared = std::mem::replace(&mut self.shared, outer_shared);
        if let Some(scope) = self.scopes.pop() {
            self.share(scope, shared);
        }
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
        if self.steps > MAX_STEPS {
            return true;
        }
        match statement {
            Statement::Assign(target, value) => {
                let value = self.value(value);
                self.assigned_function(&value);
                self.assign(target, value);
            }
            Statement::Declare(Target::Name(name), value) => {
                let value = self.value(value);
                self.assigned_function(&value);
                self.bind(name, value);
            }
            Statement::Declare(target, value) => {
                let value = self.value(value);
                self.assign(target, value);
            }
            Statement::Global(names) => self.shared.extend(names.iter().map(String::as_str)),
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
        let before = self.state();
        let mut after = Vec::new();
        for way in ways {
            self.restore(before.clone());
            if !self.statements(way) {
                after.push(self.state());
            }
        }
        if !always {
            after.push(before.clone());
        }
        let leaves = after.is_empty();
        let mut states = after.into_iter();
        self.restore(states.next().unwrap_or(before));
        for (scopes, own) in states {
            self.scopes.iter_mut().skip(self.depth.min(1)).zip(scopes).for_each(|(scope, other)| join(scope, other));
            join(&mut self.own, own);
        }
        leaves
    }

    /// What has which value now; within a function, the file's variables do not change.
    fn state(&mut self) -> (Vec<Scope<'s>>, Scope<'s>) {
        let scopes: Vec<Scope<'s>> = self.scopes.iter().skip(self.depth.min(1)).cloned().collect();
        let size: usize = scopes.iter().map(BTreeMap::len).sum();
        self.steps = self.steps.saturating_add(u32::try_from(size / 16).unwrap_or(u32::MAX));
        (scopes, self.own.clone())
    }

    fn restore(&mut self, (scopes, own): (Vec<Scope<'s>>, Scope<'s>)) {
        self.scopes.truncate(self.depth.min(1));
        self.scopes.extend(scopes);
        self.own = own;
    }

    /// A function within another one is read where it stands.
    fn assigned_function(&mut self, value: &Value<'s>) {
        if let (Value::Function(function), true) = (value, self.depth > 0) {
            self.activate(function, Vec::new());
        }
    }

    fn bind(&mut self, name: &'s str, value: Value<'s>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, value);
        }
    }

    pub(super) fn assign(&mut self, target: &'s Target, value: Value<'s>) {
        match target {
            Target::Name(name) => self.assign_name(name, value),
            Target::Member(of, name) => self.assign_member(of, name, value),
            Target::Several(targets) => self.assign_several(targets, &value),
            Target::Other => {}
        }
    }

    /// In most languages a name may be that of a variable outside, or of a field.
    fn assign_name(&mut self, name: &'s str, value: Value<'s>) {
        let python = self.language == Language::Python;
        match self.scopes.iter().rposition(|scope| scope.contains_key(name)) {
            Some(at) if at > 0 && !python => {
                if let Some(scope) = self.scopes.get_mut(at) {
                    scope.insert(name, value);
                }
            }
            Some(0) if self.depth > 0 && !python => {
                self.shared.insert(name);
                self.bind(name, value);
            }
            None if self.is_field(name) => {
                self.own.insert(name, value);
            }
            _ => self.bind(name, value),
        }
    }

    /// What a function leaves in variables of the file is one of their values from then on.
    fn share(&mut self, scope: Scope<'s>, shared: BTreeSet<&'s str>) {
        let Some(file) = self.scopes.first_mut() else { return };
        for (name, value) in scope.into_iter().filter(|(name, _)| shared.contains(name)) {
            let known = file.remove(name);
            file.insert(name, Value::one_of(known.into_iter().chain([value])));
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

    pub(super) fn lookup(&self, name: &str) -> Option<&Value<'s>> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    pub(super) fn field(&self, name: &str) -> Option<Value<'s>> {
        self.own.get(name).or_else(|| self.fields.get(name)).cloned()
    }

    /// The function of a name, where there is one only.
    pub(super) fn function(&self, name: &str) -> Option<&'s Function> {
        self.functions.get(name).copied().flatten()
    }
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

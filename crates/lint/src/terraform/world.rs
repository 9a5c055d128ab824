//! One root module with all modules below it, worked out as far as somebody asks.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::eval::{Evaluated, Invalid, Scope, show, typed, unknown};
use super::module::{Call, Declared, Module, Modules, Written, attribute, place};
use super::repeat::{self, Repeat, Repetition};
use super::resource::Resource;
use super::values::Values;
use crate::source::{Entry, Node, Place, Sources, Text, Unknown, Value, Why};

/// How many expressions one root module may take to work out.
const MAX_STEPS: usize = 4_000_000;
/// How deep modules may call modules.
const MAX_MODULES_DEEP: usize = 16;

/// Everything that is known of one root module.
pub(super) struct World<'a> {
    pub(super) sources: &'a Sources,
    pub(super) modules: &'a Modules<'a>,
    pub(super) root: &'a str,
    /// What every symbol begins with, where there are several root modules.
    prefix: String,
    values: Values<'a>,
    steps: Cell<usize>,
    /// What a symbol stands for, where it has attributes that can be worked out.
    handles: RefCell<HashMap<String, Handle<'a>>>,
    children: RefCell<HashMap<String, Rc<Instance<'a>>>>,
}

/// A module as it is called once.
pub(super) struct Instance<'a> {
    pub(super) module: &'a Module<'a>,
    /// Empty for the root; `module.ci["prod"].`
    pub(super) path: String,
    /// Whether it stands for an unknown number of instances.
    pub(super) open: bool,
    caller: Option<Caller<'a>>,
    depth: usize,
    memo: RefCell<HashMap<(Memo, &'a str), Once<Node>>>,
    repetitions: RefCell<HashMap<String, Once<Repetition>>>,
}

/// What is worked out once; none while that is under way.
type Once<T> = Option<Rc<T>>;

struct Caller<'a> {
    instance: Rc<Instance<'a>>,
    call: &'a Call<'a>,
    repeat: Rc<Repeat>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Memo {
    Variable,
    Local,
    Output,
}

/// What has attributes.
#[derive(Clone)]
pub(super) enum Handle<'a> {
    /// An instance of a resource.
    Resource(Rc<Instance<'a>>, &'a Resource<'a>, Rc<Repeat>),
    /// An instance of a module.
    Module(Rc<Instance<'a>>),
}

impl<'a> World<'a> {
    pub(super) fn new(
        sources: &'a Sources,
        modules: &'a Modules<'a>,
        root: &'a Module<'a>,
        values: Values<'a>,
        named: bool,
    ) -> Self {
        let prefix = if named && !root.folder.is_empty() { format!("{}/", root.folder) } else { String::new() };
        Self {
            sources,
            modules,
            root: root.folder,
            prefix,
            values,
            steps: Cell::new(MAX_STEPS),
            handles: RefCell::default(),
            children: RefCell::default(),
        }
    }

    /// Takes from what may still be worked out.
    pub(super) fn charge(&self, steps: usize) -> Result<(), Invalid> {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(steps));
        if left > steps { Ok(()) } else { Err(Invalid) }
    }

    /// The symbol of something in a module.
    pub(super) fn symbol(&self, instance: &Instance<'a>, address: &str) -> String {
        format!("{}{}{address}", self.prefix, instance.path)
    }

    /// A symbol as it is to be shown: without what only tells root modules apart.
    pub(super) fn shown<'t>(&self, symbol: &'t str) -> &'t str {
        symbol.strip_prefix(&self.prefix).unwrap_or(symbol)
    }

    pub(super) fn handle(&self, symbol: &str) -> Option<Handle<'a>> {
        self.handles.borrow().get(symbol).cloned()
    }

    /// The value of an instance of a resource or module, whose attributes are worked out when asked for.
    pub(super) fn whole(&self, symbol: String, handle: Handle<'a>, at: Place) -> Node {
        self.handles.borrow_mut().entry(symbol.clone()).or_insert(handle);
        unknown(symbol, Why::AfterDeployment, at)
    }

    /// An attribute of something that is not known itself.
    pub(super) fn attribute(&self, of: &Unknown, name: &str, at: Place, depth: usize) -> Evaluated {
        let symbol = format!("{}.{name}", of.symbol);
        match self.handle(&of.symbol) {
            Some(Handle::Module(instance)) => match instance.output(self, name, depth)? {
                Some(value) => Ok(Node::clone(&value)),
                None => Ok(unknown(symbol, Why::Elsewhere, at)),
            },
            Some(Handle::Resource(instance, resource, repeat)) => {
                let known = self.known_attribute(&instance, resource, &repeat, name, depth)?;
                let why = if resource.kind == "terraform_remote_state" { Why::Elsewhere } else { Why::AfterDeployment };
                Ok(known.unwrap_or_else(|| unknown(symbol, why, at)))
            }
            None => Ok(unknown(symbol, of.why, at)),
        }
    }

    fn known_attribute(
        &self,
        instance: &Rc<Instance<'a>>,
        resource: &'a Resource<'a>,
        repeat: &Repeat,
        name: &str,
        depth: usize,
    ) -> Result<Option<Node>, Invalid> {
        if let Some(written) = resource.get(name).filter(|_| name != "id") {
            let frame = repeat.frame();
            let value = Scope::new(self, instance, frame.as_ref(), depth).eval(written)?;
            return Ok(Some(value).filter(|value| !value.is_null()));
        }
        Ok(match (resource.kind, name) {
            (
                "kubernetes_namespace"
                | "kubernetes_namespace_v1"
                | "kubernetes_service_account"
                | "kubernetes_service_account_v1",
                "metadata",
            ) => self.metadata(instance, resource, repeat, depth),
            ("azurerm_client_config" | "azurerm_subscription" | "azurerm_user_assigned_identity", "tenant_id") => {
                self.provider_setting(instance, resource, "azurerm", "tenant_id", depth)
            }
            ("azuread_client_config", "tenant_id") => {
                self.provider_setting(instance, resource, "azuread", "tenant_id", depth)
            }
            ("github_repository", "full_name") => {
                let owner = self.provider_setting(instance, resource, "github", "owner", depth);
                let own = match resource.get("name") {
                    Some(name) => Some(Scope::new(self, instance, repeat.frame().as_ref(), depth).eval(name)?),
                    None => None,
                };
                owner.zip(own).and_then(|(owner, own)| {
                    let slash = Text::literal("/", own.place);
                    Some(Node::scalar(owner.text()?.then(&slash).then(own.text()?), true))
                })
            }
            _ => None,
        })
    }

    /// The name and the namespace of an object of Kubernetes, as the only entry of its list `metadata`.
    fn metadata(
        &self,
        instance: &Rc<Instance<'a>>,
        resource: &Resource<'a>,
        repeat: &Repeat,
        depth: usize,
    ) -> Option<Node> {
        let declared = resource.declared;
        let block = declared.block.body.blocks().find(|block| block.ident.as_str() == "metadata")?;
        let metadata = Declared { file: declared.file, block };
        let frame = repeat.frame();
        let entry = |key: &str| {
            let written = metadata.get(key)?;
            let value = Scope::new(self, instance, frame.as_ref(), depth).eval(written).ok()?;
            Some(Entry { key: key.to_owned(), key_place: value.place, value })
        };
        let entries: Vec<Entry> = ["name", "namespace"].into_iter().filter_map(entry).collect();
        let place = resource.place();
        let only = Node { place, value: Value::Mapping(entries) };
        Some(Node { place, value: Value::Sequence(vec![only]) })
    }

    /// A setting of the provider that a resource is made with.
    pub(super) fn provider_setting(
        &self,
        instance: &Rc<Instance<'a>>,
        resource: &Resource<'a>,
        provider: &str,
        setting: &str,
        depth: usize,
    ) -> Option<Node> {
        let named = resource.get("provider").map(|written| self.provider_name(written));
        let mut name = named.unwrap_or_else(|| provider.to_owned());
        let mut instance = Rc::clone(instance);
        for _ in 0..=MAX_MODULES_DEEP {
            if let Some(found) = instance.provider(self, &name) {
                return Scope::new(self, &instance, None, depth).eval(found.get(setting)?).ok();
            }
            let caller = instance.caller.as_ref()?;
            name = self.passed_provider(caller.call, &name);
            instance = Rc::clone(&caller.instance);
        }
        None
    }

    /// `azuread.partner`, which may be written in quotes.
    fn provider_name(&self, written: Written<'_>) -> String {
        let text = self.sources.text(place(written.file, written.expression));
        text.chars().filter(|c| !c.is_whitespace() && *c != '"').collect()
    }

    /// What a provider of a module is called in the module that calls it.
    fn passed_provider(&self, call: &Call<'a>, name: &str) -> String {
        let file = call.declared.file;
        let passed = call.declared.get("providers").and_then(|providers| {
            providers.expression.as_object()?.iter().find_map(|(key, value)| {
                let key = self.sources.text(place(file, key)).trim_matches(|c: char| c.is_whitespace() || c == '"');
                (key == name).then(|| self.provider_name(Written { file, expression: value.expr() }))
            })
        });
        passed.unwrap_or_else(|| name.to_owned())
    }

    /// The module that a call makes, once.
    pub(super) fn child(
        &self,
        caller: &Rc<Instance<'a>>,
        name: &str,
        call: &'a Call<'a>,
        repeat: &Rc<Repeat>,
    ) -> Option<Rc<Instance<'a>>> {
        let module = self.modules.get(call.target.as_deref()?)?;
        if caller.depth >= MAX_MODULES_DEEP {
            return None;
        }
        let path = format!("{}module.{name}{}.", caller.path, repeat.suffix(self));
        if let Some(child) = self.children.borrow().get(&path) {
            return Some(Rc::clone(child));
        }
        let child = Rc::new(Instance {
            module,
            path: path.clone(),
            open: caller.open || repeat.open,
            caller: Some(Caller { instance: Rc::clone(caller), call, repeat: Rc::clone(repeat) }),
            depth: caller.depth + 1,
            memo: RefCell::default(),
            repetitions: RefCell::default(),
        });
        self.children.borrow_mut().insert(path, Rc::clone(&child));
        Some(child)
    }
}

impl<'a> Instance<'a> {
    pub(super) fn root(module: &'a Module<'a>) -> Rc<Self> {
        Rc::new(Self {
            module,
            path: String::new(),
            open: false,
            caller: None,
            depth: 0,
            memo: RefCell::default(),
            repetitions: RefCell::default(),
        })
    }

    fn provider(&self, world: &World<'a>, name: &str) -> Option<Declared<'a>> {
        let (kind, alias) = name.split_once('.').map_or((name, None), |(kind, alias)| (kind, Some(alias)));
        let is_it = |provider: &&Declared<'a>| {
            let own = provider.get("alias").map(|written| world.provider_name(written));
            provider.block.labels.first().is_some_and(|label| label.as_str() == kind) && own.as_deref() == alias
        };
        self.module.providers.iter().find(is_it).copied()
    }

    /// How often a resource or a module is made.
    pub(super) fn repetition(
        self: &Rc<Self>,
        world: &World<'a>,
        declared: Declared<'a>,
        address: &str,
        depth: usize,
    ) -> Result<Rc<Repetition>, Invalid> {
        match self.repetitions.borrow().get(address) {
            Some(Some(found)) => return Ok(Rc::clone(found)),
            Some(None) => return Err(Invalid),
            None => {}
        }
        self.repetitions.borrow_mut().insert(address.to_owned(), None);
        let found = Rc::new(repeat::of(Scope::new(world, self, None, depth), declared));
        self.repetitions.borrow_mut().insert(address.to_owned(), Some(Rc::clone(&found)));
        Ok(found)
    }

    /// Works a value out once; a circle ends where it began.
    fn once(
        &self,
        what: Memo,
        name: &'a str,
        work: impl FnOnce() -> Result<Node, Invalid>,
    ) -> Result<Rc<Node>, Invalid> {
        match self.memo.borrow().get(&(what, name)) {
            Some(Some(value)) => return Ok(Rc::clone(value)),
            Some(None) => return Err(Invalid),
            None => {}
        }
        self.memo.borrow_mut().insert((what, name), None);
        let value = work().map(Rc::new);
        match &value {
            Ok(value) => _ = self.memo.borrow_mut().insert((what, name), Some(Rc::clone(value))),
            Err(Invalid) => _ = self.memo.borrow_mut().remove(&(what, name)),
        }
        value
    }

    pub(super) fn local(self: &Rc<Self>, world: &World<'a>, name: &str, depth: usize) -> Result<Rc<Node>, Invalid> {
        let (name, written) = self.module.locals.get_key_value(name).ok_or(Invalid)?;
        self.once(Memo::Local, name, || Scope::new(world, self, None, depth).eval(*written))
    }

    fn output(self: &Rc<Self>, world: &World<'a>, name: &str, depth: usize) -> Result<Option<Rc<Node>>, Invalid> {
        let Some((name, written)) = self.module.outputs.get_key_value(name) else { return Ok(None) };
        self.once(Memo::Output, name, || Scope::new(world, self, None, depth).eval(*written)).map(Some)
    }

    pub(super) fn variable(
        self: &Rc<Self>,
        world: &World<'a>,
        name: &str,
        at: Place,
        depth: usize,
    ) -> Result<Rc<Node>, Invalid> {
        let open = || unknown(world.symbol(self, &format!("var.{name}")), Why::NotGiven, at);
        let Some((name, declared)) = self.module.variables.get_key_value(name) else { return Ok(Rc::new(open())) };
        self.once(Memo::Variable, name, || {
            let given = self.given(world, name, *declared, depth)?;
            let typed_by = declared.get("type");
            Ok(match (given, typed_by) {
                (Some(value), Some(written)) => typed(Scope::new(world, self, None, depth), written, value),
                (Some(value), None) => value,
                (None, _) => open(),
            })
        })
    }

    fn given(
        self: &Rc<Self>,
        world: &World<'a>,
        name: &str,
        declared: Declared<'a>,
        depth: usize,
    ) -> Result<Option<Node>, Invalid> {
        let here = |written: Written<'a>| Scope::new(world, self, None, depth).eval(written);
        let default = declared.get("default");
        if let Some(caller) = &self.caller {
            let block = caller.call.declared;
            let Some(written) = attribute(block.file, &block.block.body, name) else {
                return default.map(here).transpose();
            };
            let frame = caller.repeat.frame();
            return Scope::new(world, &caller.instance, frame.as_ref(), depth).eval(written).map(Some);
        }
        let base = world.values.loaded.get(name).copied().or(default);
        let alternatives = world.values.alternatives.iter().filter_map(|values| values.get(name).copied());
        let mut candidates = alternatives.chain(base).map(here).collect::<Result<Vec<_>, _>>()?.into_iter();
        let first = candidates.next();
        Ok(first.filter(|first| candidates.all(|other| show(&other) == show(first))))
    }
}

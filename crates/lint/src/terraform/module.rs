//! Modules: what the files of one folder declare together.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

use super::resource::{Resource, is_relevant};
use crate::facts;
use crate::source::{FileId, Place, Sources, folder, join};

/// An expression and the file it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written<'a> {
    pub(super) file: FileId,
    pub(super) expression: &'a Expression,
}

/// What an attribute of a body is set to.
pub(super) fn attribute<'a>(file: FileId, body: &'a Body, name: &str) -> Option<Written<'a>> {
    body.get_attribute(name).map(|attribute| Written { file, expression: &attribute.value })
}

/// The place of a part of a file.
pub(super) fn place(file: FileId, of: &impl Span) -> Place {
    Place::new(file, of.span().unwrap_or_default())
}

/// A block and the file it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'a> {
    pub(super) file: FileId,
    pub(super) block: &'a Block,
}

impl<'a> Declared<'a> {
    /// What an attribute is set to.
    pub(super) fn get(&self, name: &str) -> Option<Written<'a>> {
        attribute(self.file, &self.block.body, name)
    }

    /// From the first word of the block to its last label.
    pub(super) fn header(&self) -> Place {
        let start = place(self.file, &self.block.ident);
        self.block.labels.last().map_or(start, |label| start.to(place(self.file, label)))
    }
}

/// A folder of Terraform files.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    pub(super) folder: &'a str,
    pub(super) variables: BTreeMap<&'a str, Declared<'a>>,
    pub(super) locals: BTreeMap<&'a str, Written<'a>>,
    pub(super) outputs: BTreeMap<&'a str, Written<'a>>,
    /// By address in the module: `azuread_application.deploy`, `data.azurerm_subscription.current`.
    pub(super) resources: BTreeMap<String, Resource<'a>>,
    pub(super) calls: BTreeMap<&'a str, Call<'a>>,
    pub(super) providers: Vec<Declared<'a>>,
    /// The version constraint of the azurerm provider.
    pub(super) azurerm: Option<&'a str>,
}

/// A `module` block.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) declared: Declared<'a>,
    /// The folder it names; `None` for what is not in the repository.
    pub(super) target: Option<String>,
}

/// Every module of the repository, by folder.
#[derive(Debug, Default)]
pub(super) struct Modules<'a> {
    by_folder: BTreeMap<&'a str, Module<'a>>,
    /// Those that define something of use, themselves or through the modules they call.
    relevant: BTreeSet<&'a str>,
}

impl<'a> Modules<'a> {
    pub(super) fn new(sources: &'a Sources, facts: &'a [facts::Facts]) -> Self {
        let mut by_folder: BTreeMap<&str, Module<'a>> = BTreeMap::new();
        for file in facts.iter().filter_map(|facts| facts.terraform.configuration.as_ref()) {
            let folder = folder(&sources.file(file.id).path);
            let module = by_folder.entry(folder).or_insert_with(|| Module { folder, ..Module::default() });
            module.add(file.id, &file.body);
        }
        let relevant = relevant(&by_folder);
        Self { by_folder, relevant }
    }

    /// A module of use by its folder.
    pub(super) fn get(&self, folder: &str) -> Option<&Module<'a>> {
        self.by_folder.get(folder)
    }

    /// Whether working out a folder can yield anything.
    pub(super) fn is_relevant(&self, folder: &str) -> bool {
        self.relevant.contains(folder)
    }

    /// The modules of use that nobody in the repository calls, and those that only call each other in a circle.
    pub(super) fn roots(&self) -> Vec<&Module<'a>> {
        let called: BTreeSet<&str> = self.by_folder.values().flat_map(Module::targets).collect();
        let mut reached = BTreeSet::new();
        let mut roots = Vec::new();
        let (first, rest): (Vec<&str>, Vec<&str>) =
            self.by_folder.keys().copied().partition(|folder| !called.contains(folder));
        for folder in first.into_iter().chain(rest) {
            if reached.contains(folder) {
                continue;
            }
            self.reach(folder, &mut reached);
            roots.push(folder);
        }
        roots.sort_unstable();
        roots.into_iter().filter(|folder| self.is_relevant(folder)).filter_map(|folder| self.get(folder)).collect()
    }

    fn reach<'s>(&'s self, folder: &'s str, reached: &mut BTreeSet<&'s str>) {
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            if reached.insert(folder) {
                open.extend(self.get(folder).into_iter().flat_map(Module::targets));
            }
        }
    }
}

/// The folders with something of use, and all that call them, however far.
fn relevant<'a>(modules: &BTreeMap<&'a str, Module<'a>>) -> BTreeSet<&'a str> {
    let mut callers: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    for module in modules.values() {
        for target in module.targets() {
            callers.entry(target).or_default().push(module.folder);
        }
    }
    let has_any = |module: &&Module<'_>| module.resources.values().any(is_relevant);
    let mut open: Vec<&'a str> = modules.values().filter(has_any).map(|module| module.folder).collect();
    let mut relevant = BTreeSet::new();
    while let Some(folder) = open.pop() {
        if relevant.insert(folder) {
            open.extend(callers.get(folder).into_iter().flatten());
        }
    }
    relevant
}

impl<'a> Module<'a> {
    fn targets(&self) -> impl Iterator<Item = &str> {
        self.calls.values().filter_map(|call| call.target.as_deref())
    }

    fn add(&mut self, file: FileId, body: &'a Body) {
        for block in body.blocks() {
            let declared = Declared { file, block };
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            match (block.ident.as_str(), labels.as_slice()) {
                ("variable", [name]) => _ = self.variables.insert(name, declared),
                ("output", [name]) => {
                    if let Some(value) = declared.get("value") {
                        self.outputs.insert(name, value);
                    }
                }
                ("locals", []) => self.locals.extend(locals(declared)),
                ("module", [name]) => {
                    let target = target(self.folder, declared);
                    self.calls.insert(name, Call { declared, target });
                }
                ("provider", [_]) => self.providers.push(declared),
                ("terraform", []) => self.azurerm = azurerm_constraint(&block.body).or(self.azurerm),
                ("resource" | "data" | "ephemeral", [kind, name]) => {
                    let resource = Resource::new(declared, kind, name);
                    self.resources.insert(resource.address(), resource);
                }
                _ => {}
            }
        }
    }
}

fn locals(declared: Declared<'_>) -> impl Iterator<Item = (&str, Written<'_>)> {
    declared
        .block
        .body
        .attributes()
        .map(move |attribute| (attribute.key.as_str(), Written { file: declared.file, expression: &attribute.value }))
}

fn target(folder: &str, call: Declared<'_>) -> Option<String> {
    let source = call.get("source")?.expression.as_str()?;
    let is_local = source.starts_with("./") || source.starts_with("../") || source == "." || source == "..";
    // `//` separates a package from a folder in it; in a local path it is a slash.
    if is_local { join(folder, source) } else { None }
}

fn azurerm_constraint(terraform: &Body) -> Option<&str> {
    let required = terraform.get_blocks("required_providers").next()?;
    match &required.body.get_attribute("azurerm")?.value {
        Expression::Object(object) => {
            let version = object.iter().find(|(key, _)| {
                let text = key.as_ident().map(|ident| ident.as_str());
                text.or_else(|| key.as_expr().and_then(Expression::as_str)) == Some("version")
            });
            version.and_then(|(_, value)| value.expr().as_str())
        }
        expression => expression.as_str(),
    }
}

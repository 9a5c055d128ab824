//! Terraform: configurations with their variables, and plans.
//!
//! Every file is parsed by itself. Then each root module is worked out as `terraform plan` would, as far as that is
//! possible without a provider: variables, locals, repetitions and local modules. What only the deployment can tell
//! stays unknown under its full address, so that whatever refers to the same thing agrees.

mod cloud;
mod define;
mod eval;
mod module;
mod plan;
mod repeat;
mod resource;
#[cfg(test)]
mod tests;
mod values;
mod world;

use hcl_edit::structure::Body;
use rayon::prelude::*;

use crate::facts;
use crate::model::Draft;
use crate::source::{FileId, Node, Place, Sources, SyntaxError};

use define::Definitions;
use module::Modules;
pub(crate) use plan::is_plan;

/// What one file declares.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    configuration: Option<File>,
    values: Option<File>,
    plan: Option<plan::Plan>,
}

/// A file in Terraform's language.
#[derive(Debug)]
struct File {
    id: FileId,
    body: Body,
}

/// Reads a `.tf` file.
pub(crate) fn read(file: FileId, text: &str, facts: &mut facts::Facts) {
    if let Some(body) = parse(file, text, facts) {
        facts.is("Terraform configuration");
        facts.terraform.configuration = Some(File { id: file, body });
    }
}

/// Reads a `.tfvars` file.
pub(crate) fn read_variables(file: FileId, text: &str, facts: &mut facts::Facts) {
    if let Some(body) = parse(file, text, facts) {
        facts.is("Terraform variables");
        facts.terraform.values = Some(File { id: file, body });
    }
}

/// Reads a plan.
pub(crate) fn read_plan(document: &Node, facts: &mut facts::Facts) {
    facts.is("Terraform plan");
    facts.terraform.plan = Some(plan::read(document));
}

/// Works out every module and adds what it defines.
pub(crate) fn join(sources: &Sources, facts: &mut [facts::Facts], draft: &mut Draft) {
    for definitions in definitions(sources, facts) {
        definitions.add_to(draft);
    }
    cloud::add(facts.iter().filter_map(|facts| facts.terraform.configuration.as_ref()), draft);
    // Nothing else looks at the trees, and there may be many.
    facts.par_iter_mut().for_each(|facts| facts.terraform = Facts::default());
}

fn definitions(sources: &Sources, facts: &[facts::Facts]) -> Vec<Definitions> {
    let modules = Modules::new(sources, facts);
    let roots = modules.roots();
    let values = values::of_roots(sources, facts, &roots);
    let named = roots.len() > 1;
    let work = |(root, values)| define::root(sources, &modules, root, values, named);
    let mut found: Vec<Definitions> =
        roots.par_iter().zip(values).map(|(root, values)| work((*root, values))).collect();
    let plans: Vec<_> = facts.iter().filter_map(|facts| facts.terraform.plan.as_ref()).collect();
    plan::fill(&plans, &mut found);
    found
}

fn parse(file: FileId, text: &str, facts: &mut facts::Facts) -> Option<Body> {
    // The mark at the beginning is as long as three blanks.
    let marked = text.strip_prefix('\u{feff}').map(|rest| format!("   {rest}"));
    match hcl_edit::parser::parse_body(marked.as_deref().unwrap_or(text)) {
        Ok(body) => Some(body),
        Err(error) => {
            let at = error.location().offset().min(text.len());
            let start = text.floor_char_boundary(at);
            let end = start + text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            facts.fault(SyntaxError { place: Place::new(file, start..end), message: error.message().to_owned() });
            None
        }
    }
}

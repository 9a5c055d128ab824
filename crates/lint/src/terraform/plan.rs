//! Plans, as `terraform show -json` prints them.
//!
//! A plan knows the values of variables, but not what each attribute refers to once it is known only after the
//! deployment; that is in its copy of the configuration. What the repository's own configuration leaves open is filled
//! from the plan at the place in the configuration; what only the plan has is added from it.

use std::collections::{HashMap, HashSet};

use super::define::Definitions;
use crate::model::{Credential, Identity, IdentityKind, Origin};
use crate::source::{Node, Place, Text, Value, Why, json};

/// How deep modules of a plan are followed.
const MAX_DEPTH: usize = 16;

/// What a plan says of identities and credentials.
#[derive(Debug, Default)]
pub(super) struct Plan {
    identities: Vec<Identity>,
    /// Each with its address.
    credentials: Vec<Credential>,
}

/// Whether a document is what `terraform show -json` prints.
pub(crate) fn is_plan(document: &Node) -> bool {
    document.get("terraform_version").is_some()
        && (document.get("planned_values").is_some() || document.get("values").is_some())
}

/// Reads a plan.
pub(super) fn read(document: &Node) -> Plan {
    let mut plan = Plan::default();
    let configuration = document.at(&["configuration", "root_module"]);
    for values in ["prior_state", "planned_values"] {
        // The state before the plan holds the data sources.
        let root = match values {
            "prior_state" => document.at(&["prior_state", "values", "root_module"]),
            _ => document.at(&[values, "root_module"]).or_else(|| document.at(&["values", "root_module"])),
        };
        let data_only = values == "prior_state";
        if let Some(root) = root {
            Reader { data_only, plan: &mut plan }.module(root, configuration, 0);
        }
    }
    plan
}

struct Reader<'p> {
    data_only: bool,
    plan: &'p mut Plan,
}

impl Reader<'_> {
    fn module(&mut self, module: &Node, configuration: Option<&Node>, depth: usize) {
        for resource in module.get("resources").map(Node::items).unwrap_or_default() {
            let is_data = resource.known_at(&["mode"]) == Some("data");
            if is_data == self.data_only {
                let found = Resource::of(resource, configuration);
                if let Some(found) = found {
                    found.add(self.plan);
                }
            }
        }
        for child in module.get("child_modules").map(Node::items).unwrap_or_default() {
            if depth < MAX_DEPTH {
                let called = child.known_at(&["address"]).and_then(call_name);
                let configuration = called.and_then(|name| configuration?.at(&["module_calls", name, "module"]));
                self.module(child, configuration, depth + 1);
            }
        }
    }
}

/// The name of the innermost module of an address: `ci` of `module.x.module.ci["prod"]`.
fn call_name(address: &str) -> Option<&str> {
    let bare = match address.strip_suffix(']') {
        Some(rest) => rest.rsplit_once('[')?.0,
        None => address,
    };
    bare.rsplit('.').next()
}

/// A resource of a plan.
struct Resource<'n> {
    node: &'n Node,
    values: &'n Node,
    /// What the configuration says of it.
    expressions: Option<&'n Node>,
    kind: &'n str,
    address: &'n str,
}

impl<'n> Resource<'n> {
    fn of(node: &'n Node, configuration: Option<&'n Node>) -> Option<Self> {
        let kind = node.known_at(&["type"])?;
        let name = node.known_at(&["name"])?;
        let declared = configuration.and_then(|module| module.get("resources")).map(Node::items).unwrap_or_default();
        let is_it = |found: &&Node| found.known_at(&["type"]) == Some(kind) && found.known_at(&["name"]) == Some(name);
        Some(Self {
            node,
            values: node.get("values")?,
            expressions: declared.iter().find(is_it).and_then(|found| found.get("expressions")),
            kind,
            address: node.known_at(&["address"])?,
        })
    }

    fn place(&self) -> Place {
        self.node.entry("address").map_or(self.node.place, |entry| entry.value.place)
    }

    /// A planned value; where it is known only after the deployment, what the configuration refers to.
    fn text(&self, name: &str) -> Option<Text> {
        let planned = self.values.get(name).and_then(Node::text).cloned();
        planned.or_else(|| self.referred(name))
    }

    /// The address that an attribute refers to, with the path of the resource's own module.
    fn referred(&self, name: &str) -> Option<Text> {
        let references = self.expressions?.at(&[name, "references"])?.items();
        let first = references.first()?.known()?;
        let own_key = references.iter().any(|other| matches!(other.known(), Some("each.key" | "count.index")));
        let symbol = match first.matches('.').count() {
            _ if first.starts_with("each.") => format!("{}.{name}", self.address),
            // A whole resource: its instance, or its id, is written with an index behind it.
            1 if !first.starts_with("var.") && !first.starts_with("local.") => {
                let key = if own_key { self.key() } else { String::new() };
                format!("{}{first}{key}.id", self.module())
            }
            _ => format!("{}{first}", self.module()),
        };
        Some(Text::unknown(symbol, Why::AfterDeployment, self.place()))
    }

    /// `["prod"]`, `[0]`
    fn key(&self) -> String {
        match self.node.get("index").map(|index| &index.value) {
            Some(Value::Scalar { text, quoted: true }) => format!("[\"{text}\"]"),
            Some(Value::Scalar { text, .. }) => format!("[{text}]"),
            _ => String::new(),
        }
    }

    /// `module.ci["prod"].`
    fn module(&self) -> &'n str {
        let data = self.address.rfind(&format!("data.{}.", self.kind));
        let at = data.or_else(|| self.address.rfind(&format!("{}.", self.kind)));
        at.and_then(|at| self.address.get(..at)).unwrap_or_default()
    }

    fn symbol(&self, attribute: &str) -> Text {
        Text::unknown(format!("{}.{attribute}", self.address), Why::AfterDeployment, self.place())
    }

    fn add(&self, plan: &mut Plan) {
        match self.kind {
            "azuread_application" | "azuread_application_registration" => plan.identities.push(Identity {
                sign_in_audience: self.text("sign_in_audience"),
                ..self.identity(IdentityKind::Application, &["id", "object_id", "application_id", "client_id"])
            }),
            "azurerm_user_assigned_identity" => plan.identities.push(Identity {
                principal_id: Some(self.text("principal_id").unwrap_or_else(|| self.symbol("principal_id"))),
                ..self.identity(IdentityKind::UserAssigned, &["id", "client_id"])
            }),
            "azuread_application_federated_identity_credential"
            | "azuread_application_flexible_federated_identity_credential"
            | "azurerm_federated_identity_credential" => plan.credentials.push(self.credential(self.values)),
            "azapi_resource" => {
                let kind = self.values.known_at(&["type"]).unwrap_or_default().to_ascii_lowercase();
                if kind.contains("/federatedidentitycredentials@") {
                    let body = self.body();
                    let properties = body.as_ref().and_then(|body| body.at_ignoring_case(&["properties"]));
                    plan.credentials.extend(properties.map(|found| self.credential(found)));
                }
            }
            _ => {}
        }
    }

    fn body(&self) -> Option<Node> {
        let body = self.values.get("body")?;
        match body.known() {
            Some(text) => json::read(body.place.file, text).ok().map(|node| super::eval::moved(node, body.place)),
            None => Some(body.clone()),
        }
    }

    fn identity(&self, kind: IdentityKind, references: &[&str]) -> Identity {
        let known = references.iter().filter_map(|name| self.values.get(name).and_then(Node::text).cloned());
        Identity {
            place: self.place(),
            name: self.address.to_owned(),
            kind,
            references: references.iter().map(|name| self.symbol(name)).chain(known).collect(),
            client_id: Some(self.text("client_id").unwrap_or_else(|| self.symbol("client_id"))),
            principal_id: None,
            tenant: self.values.get("tenant_id").and_then(Node::text).cloned(),
            sign_in_audience: None,
            complete: false,
        }
    }

    fn credential(&self, values: &Node) -> Credential {
        let text = |name: &str| values.get(name).and_then(Node::text).cloned().or_else(|| self.referred(name));
        let owners = ["application_id", "application_object_id", "user_assigned_identity_id", "parent_id"];
        let audiences = ["audiences", "audience"].iter().filter_map(|name| values.get(name));
        let audiences = audiences.flat_map(Node::one_or_many).filter_map(Node::text).cloned().collect();
        let expression = values.at_ignoring_case(&["claimsMatchingExpression", "value"]).and_then(Node::text).cloned();
        Credential {
            place: self.place(),
            owner: owners.iter().find_map(|name| self.text(name)).unwrap_or_else(|| self.symbol("id")),
            identity: 0,
            origin: Origin::TerraformPlan,
            label: self.address.to_owned(),
            name: self.text("display_name").or_else(|| self.text("name")),
            issuer: text("issuer").unwrap_or_else(|| self.symbol("issuer")),
            subject: text("subject"),
            audiences,
            expression: expression.or_else(|| text("claims_matching_expression")),
            description: text("description"),
            repeated: false,
            unordered: false,
        }
    }
}

/// Puts what plans know in the place of what configurations leave open, and adds what only plans define.
pub(super) fn fill(plans: &[&Plan], found: &mut Vec<Definitions>) {
    for plan in plans {
        let alone = alone(plan, found);
        found.push(alone);
    }
}

/// Where definitions of an address are: the root module, and the position in it.
type Positions = HashMap<String, Vec<(usize, usize)>>;

fn positions<'d>(found: &'d [Definitions], names: impl Fn(&'d Definitions) -> Vec<&'d String>) -> Positions {
    let mut positions = Positions::new();
    for (root, definitions) in found.iter().enumerate() {
        for (at, name) in names(definitions).into_iter().enumerate() {
            positions.entry(name.clone()).or_default().push((root, at));
        }
    }
    positions
}

/// What of a plan no configuration has, once what they have in common is filled in. Where several configurations
/// have an address, which one is planned is not known, and they say enough.
fn alone(plan: &Plan, found: &mut [Definitions]) -> Definitions {
    let identities = positions(found, |one| one.identities.iter().map(|identity| &identity.name).collect());
    let credentials = positions(found, |one| one.credentials.iter().map(|credential| &credential.label).collect());
    let mut only = Definitions::default();
    for planned in &plan.identities {
        match identities.get(&planned.name).map(Vec::as_slice) {
            Some([(root, at)]) => {
                let known = planned.references.iter().chain(&planned.client_id).chain(&planned.principal_id);
                let known = known.filter(|text| text.known().is_some()).cloned();
                if let Some(own) = found.get_mut(*root).and_then(|one| one.identities.get_mut(*at)) {
                    own.references.extend(known);
                }
            }
            Some(_) => {}
            None => only.identities.push(planned.clone()),
        }
    }
    let open = open_owners(found);
    let mut repeated = HashSet::new();
    for planned in &plan.credentials {
        match credentials.get(&planned.label).map(Vec::as_slice) {
            Some([(root, at)]) => {
                if let Some(own) = found.get_mut(*root).and_then(|one| one.credentials.get_mut(*at)) {
                    know_from_plan(own, planned);
                }
            }
            Some(_) => {}
            None => {
                let block = block(&planned.label);
                repeated.insert(block);
                let owner = open.get(block).cloned().unwrap_or_else(|| planned.owner.clone());
                only.credentials.push(Credential { owner, ..planned.clone() });
            }
        }
    }
    // The plan has counted what the configuration leaves open.
    for definitions in found {
        let is_counted = |own: &Credential| own.repeated && repeated.contains(block(&own.label));
        definitions.credentials.retain(|own| !is_counted(own));
    }
    only
}

/// The owners of the credentials whose number the configuration leaves open, where all of a block have one.
fn open_owners(found: &[Definitions]) -> HashMap<String, Text> {
    let open = found.iter().flat_map(|definitions| &definitions.credentials).filter(|own| own.repeated);
    let shared = open.filter(|own| !own.owner.to_string().contains("each."));
    shared.map(|own| (block(&own.label).to_owned(), own.owner.clone())).collect()
}

/// The address of an instance without its key.
fn block(address: &str) -> &str {
    let Some(rest) = address.strip_suffix(']') else { return address };
    // A key may have brackets of its own.
    let start = rest.rfind("[\"").filter(|_| rest.ends_with('"')).or_else(|| rest.find('['));
    start.and_then(|at| rest.get(..at)).unwrap_or(address)
}

fn know_from_plan(own: &mut Credential, planned: &Credential) {
    let fill = |own: &mut Text, planned: Option<&Text>| {
        if let Some(planned) = planned.filter(|planned| planned.known().is_some() && own.known().is_none()) {
            *own = planned.clone().at(own.place);
        }
    };
    fill(&mut own.issuer, Some(&planned.issuer));
    if let Some(subject) = &mut own.subject {
        fill(subject, planned.subject.as_ref());
    }
    if let Some(expression) = &mut own.expression {
        fill(expression, planned.expression.as_ref());
    }
    for (own, planned) in own.audiences.iter_mut().zip(&planned.audiences) {
        fill(own, Some(planned));
    }
    own.repeated = false;
}

//! Federated identity credentials in the forms of three providers.

use hcl_edit::expr::Expression;

use super::super::eval::moved;
use super::super::module::{Written, place};
use super::order::{Reached, Write, is_before_3_40};
use super::{Defined, Definitions, within};
use crate::model::{Credential, Origin};
use crate::source::{Node, Place, Text, Why, json};

impl<'a> Defined<'_, 'a> {
    pub(super) fn application_credential(&self, out: &mut Definitions) {
        let owner = self.owner(&["application_id", "application_object_id"]);
        let mut audiences = self.texts("audiences");
        audiences.extend(self.texts("audience"));
        out.credentials.push(Credential {
            name: self.text("display_name"),
            audiences,
            expression: self.text("claims_matching_expression"),
            ..self.credential(owner)
        });
    }

    pub(super) fn identity_credential(&self, address: &str, out: &mut Definitions) {
        let owner = self.owner(&["user_assigned_identity_id", "parent_id"]);
        let mut audiences = self.texts("audience");
        audiences.extend(self.texts("audiences"));
        let expression = self.first(&["claims_matching_expression"]);
        let credential = Credential { name: self.text("name"), audiences, expression, ..self.credential(owner) };
        self.write(address, !self.is_serialised_by_provider(), out);
        out.credentials.push(credential);
    }

    pub(super) fn azapi_credential(&self, address: &str, out: &mut Definitions) {
        let owner = self.owner(&["parent_id", "resource_id"]);
        let Some((body, at)) = self.body() else { return };
        let property = |name: &str| body.at_ignoring_case(&["properties", name]);
        let text = |name: &str| property(name).and_then(Node::text).map(|text| within(text, at));
        let open = |name: &str| Text::unknown(format!("{}.body.properties.{name}", self.symbol), Why::Expression, at);
        let audiences = property("audiences").map(Node::one_or_many).unwrap_or_default();
        let expression = body.at_ignoring_case(&["properties", "claimsMatchingExpression", "value"]);
        let expression = expression.and_then(Node::text).map(|text| within(text, at));
        // A body that is not worked out may hold either.
        let is_open = body.text().is_some();
        let subject = text("subject").or_else(|| is_open.then(|| open("subject")));
        let credential = Credential {
            name: self.text("name"),
            issuer: text("issuer").unwrap_or_else(|| open("issuer")),
            subject,
            audiences: audiences.iter().filter_map(Node::text).map(|text| within(text, at)).collect(),
            expression,
            ..self.credential(owner)
        };
        let is_guarded = self.resource.get("locks").is_some()
            || self.resource.get("retry").is_some()
            || self.block("retry").is_some();
        self.write(address, !is_guarded, out);
        out.credentials.push(credential);
    }

    fn credential(&self, owner: Text) -> Credential {
        let issuer = self.text("issuer");
        Credential {
            place: self.place(),
            owner,
            identity: 0,
            origin: Origin::Terraform,
            label: self.label.clone(),
            name: None,
            issuer: issuer
                .unwrap_or_else(|| Text::unknown(format!("{}.issuer", self.symbol), Why::NotGiven, self.place())),
            subject: self.text("subject"),
            audiences: Vec::new(),
            expression: None,
            description: self.text("description"),
            repeated: self.is_open(),
            unordered: false,
        }
    }

    fn owner(&self, names: &[&str]) -> Text {
        self.first(names).unwrap_or_else(|| {
            Text::unknown(format!("{}.{}", self.symbol, names.first().unwrap_or(&"id")), Why::NotGiven, self.place())
        })
    }

    fn write(&self, address: &str, unguarded: bool, out: &mut Definitions) {
        if unguarded {
            let credential_at = out.credentials.len();
            let module = self.instance.path.clone();
            // The instances of one block come one after the other.
            let same = out.writes.last().filter(|last| last.address == address && last.module == module);
            let after = same.map_or_else(|| Reached::from(self.instance.module, address), |last| last.after.clone());
            let open = self.is_open();
            out.writes.push(Write { credential: credential_at, module, address: address.to_owned(), open, after });
        }
    }

    /// The `body` of an azapi resource: an object, or JSON of one.
    fn body(&self) -> Option<(Node, Place)> {
        let written = self.resource.get("body")?;
        let at = place(written.file, written.expression);
        let inner = encoded(written.expression).map_or(written, |expression| Written { expression, ..written });
        let value = self.worked_out(inner, "body")?;
        // Places in the text of a value are not places in the file.
        let read = value.known().and_then(|text| json::read(at.file, text).ok()).map(|node| moved(node, at));
        Some((read.unwrap_or(value), at))
    }

    /// From version 3.40.0 on the provider writes one credential of an identity at a time.
    fn is_serialised_by_provider(&self) -> bool {
        let own = self.instance.module.azurerm;
        let root = self.world.modules.get(self.world.root).and_then(|root| root.azurerm);
        !own.into_iter().chain(root).any(is_before_3_40)
    }
}

/// What a call of `jsonencode` encodes.
fn encoded(expression: &Expression) -> Option<&Expression> {
    match expression {
        Expression::Parenthesis(inner) => encoded(inner.inner()),
        Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => call.args.get(0),
        _ => None,
    }
}

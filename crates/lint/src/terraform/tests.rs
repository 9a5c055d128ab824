//! Configurations, and the credentials that are read out of them.

use jiff::civil::date;

use crate::Options;
use crate::facts;
use crate::model::Model;
use crate::source::{SourceFile, Sources};

fn sources(files: &[(&str, &str)]) -> Sources {
    let file = |(path, text): &(&str, &str)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() };
    Sources::new(files.iter().map(file).collect())
}

/// Each credential as `label of identity: issuer, subject or expression, audiences`.
fn credentials(files: &[(&str, &str)]) -> Vec<String> {
    let sources = sources(files);
    let options = Options { repository: None, today: date(2026, 11, 23) };
    let read = sources.iter().map(|(id, file)| facts::read(id, &file.path, &file.text)).collect();
    let model = Model::join(&sources, &options, read);
    assert_eq!(model.unreadable, []);
    let line = |credential: &crate::model::Credential| {
        let owner = &model.identities[credential.identity].name;
        let subject = credential.subject.as_ref().or(credential.expression.as_ref()).map(ToString::to_string);
        let audiences: Vec<String> = credential.audiences.iter().map(ToString::to_string).collect();
        let more = if credential.repeated { " …" } else { "" };
        let (label, issuer, subject) = (&credential.label, &credential.issuer, subject.unwrap_or_default());
        format!("{label} of {owner}: {issuer}, {subject}, {}{more}", audiences.join(" "))
    };
    model.credentials.iter().map(line).collect()
}

const APPLICATION: &str = r#"
resource "azuread_application" "deploy" {
  display_name = "deploy"
}
"#;

fn one(rest: &str) -> Vec<String> {
    credentials(&[("main.tf", &format!("{APPLICATION}{rest}"))])
}

#[test]
fn a_credential_of_an_application() {
    let found = one(r#"
        resource "azuread_service_principal" "deploy" {
          client_id = azuread_application.deploy.client_id
        }
        locals {
          repository = "contoso/shop"
        }
        resource "azuread_application_federated_identity_credential" "main" {
          application_id = "/applications/${azuread_application.deploy.object_id}"
          display_name   = "main"
          issuer         = "https://token.actions.githubusercontent.com"
          subject        = "repo:${local.repository}:ref:refs/heads/main"
          audiences      = ["api://AzureADTokenExchange"]
        }
    "#);
    assert_eq!(
        found,
        ["azuread_application_federated_identity_credential.main of azuread_application.deploy: \
          https://token.actions.githubusercontent.com, repo:contoso/shop:ref:refs/heads/main, \
          api://AzureADTokenExchange"]
    );
}

fn subjects(rest: &str) -> Vec<String> {
    let text = format!(
        r#"
        resource "azuread_application_federated_identity_credential" "x" {{
          application_id = azuread_application.deploy.id
          issuer         = "https://token.actions.githubusercontent.com"
          audiences      = ["api://AzureADTokenExchange"]
          {rest}
    "#
    );
    let lines = one(&text);
    let subject = |line: &String| {
        line.split(", ").nth(1).unwrap_or_default().to_owned() + if line.ends_with('…') { " …" } else { "" }
    };
    lines.iter().map(subject).collect()
}

#[test]
fn repetitions() {
    for (rest, expected) in [
        (
            r#"for_each = toset(["dev", "prod"]) 
            subject = "env:${each.key}"
}"#,
            vec!["env:dev", "env:prod"],
        ),
        (
            r#"for_each = { dev = { ref = "a" }, prod = { ref = "b" } }
            subject = "${each.key}:${each.value.ref}"
}"#,
            vec!["dev:a", "prod:b"],
        ),
        (
            r#"count = 2
            subject = "n${count.index}"
}"#,
            vec!["n0", "n1"],
        ),
        (
            r#"count = length(local.l)
            subject = local.l[count.index]
}
            locals {
 l = ["a", "b"]
}"#,
            vec!["a", "b"],
        ),
        (
            r#"count = var.on ? 1 : 0
            subject = "s"
}
            variable "on" {}"#,
            vec!["s …"],
        ),
        (
            r#"count = 0
            subject = "s"
}"#,
            vec![],
        ),
        (
            r#"for_each = var.environments
            subject = "env:${each.key}"
}
            variable "environments" {}"#,
            vec!["env:${each.key of var.environments} …"],
        ),
        (
            r#"for_each = local.pairs
            subject = "repo:${each.value.repo}:environment:${each.value.env}"
}
            locals {
              repos = { shop = ["dev", "prod"], orders = ["prod"] }
              pairs = merge([for repo, envs in local.repos : { for env in envs : "${repo}-${env}" => { repo = repo, env = env } }]...)
           
}"#,
            vec!["repo:orders:environment:prod", "repo:shop:environment:dev", "repo:shop:environment:prod"],
        ),
        (
            r#"for_each = { for i, s in local.all : s.name => s if s.on }
            subject = each.value.subject
}
            locals {
 all = concat([{ name = "a", on = true, subject = "x" }], [{ name = "b", on = false, subject = "y" }])
}"#,
            vec!["x"],
        ),
        (
            r#"for_each = { for p in setproduct(["a", "b"], ["1"]) : join("-", p) => p }
            subject = format("%s/%s", each.value[0], upper(each.value[1]))
}"#,
            vec!["a/1", "b/1"],
        ),
    ] {
        assert_eq!(subjects(rest), expected, "{rest}");
    }
}

#[test]
fn expressions() {
    for (expression, expected) in [
        (r#""a${"b"}c""#, "abc"),
        (r#"lower("ABC")"#, "abc"),
        (r#"join(":", ["repo", var.none, "x"])"#, "repo:${var.none}:x"),
        (r#"var.given"#, "given"),
        (r#"var.typed.issuer"#, "default"),
        (r#"var.typed.subject"#, "s"),
        (r#"true ? "yes" : "no""#, "yes"),
        (r#"var.none ? "yes" : "no""#, r#"${var.none ? "yes" : "no"}"#),
        (r#"var.none == "" ? "same" : "same""#, "same"),
        (r#"try(local.map.missing, "fallback")"#, "fallback"),
        (r#"lookup(local.map, "missing", "fallback")"#, "fallback"),
        (r#"local.map["key"]"#, "value"),
        (r#"one([for k, v in local.map : v])"#, "value"),
        (r#"jsondecode("{\"a\": [\"b\"]}").a[0]"#, "b"),
        (r#"replace("a/b", "/", "-")"#, "a-b"),
        ("<<-EOT\n  text\n  EOT\n", "text\n"),
        (r#"azuread_application.deploy.display_name"#, "deploy"),
        (r#"azuread_application.deploy.client_id"#, "${azuread_application.deploy.client_id}"),
        (
            r#"data.azurerm_kubernetes_cluster.aks.oidc_issuer_url"#,
            "${data.azurerm_kubernetes_cluster.aks.oidc_issuer_url}",
        ),
        (r#"github_repository.shop.full_name"#, "contoso/shop"),
        (r#"local.a"#, "${azuread_application_federated_identity_credential.x.subject}"),
        (r#"coalesce(var.nothing, "else")"#, "else"),
        (r#""%{ if true }a%{ else }b%{ endif }""#, "a"),
        (r#""${1 + 2}""#, "3"),
    ] {
        let rest = format!(
            r#"
            subject = {expression}
        }}
        provider "github" {{ owner = "contoso" }}
        resource "github_repository" "shop" {{ name = "shop" }}
        variable "none" {{}}
        variable "given" {{ default = "given" }}
        variable "nothing" {{ default = null }}
        variable "typed" {{
          type    = object({{ subject = string, issuer = optional(string, "default") }})
          default = {{ subject = "s" }}
        }}
        locals {{
          map = {{ key = "value" }}
          a = local.b
          b = local.a
        }}"#
        );
        assert_eq!(subjects(&rest), [expected], "{expression}");
    }
}

#[test]
fn modules_and_references() {
    let module = r#"
        variable "application_id" {}
        variable "subjects" { type = map(string) }
        resource "azuread_application_federated_identity_credential" "this" {
          for_each       = var.subjects
          application_id = var.application_id
          issuer         = "i"
          subject        = each.value
          audiences      = ["a"]
        }
        output "application" { value = var.application_id }
    "#;
    let main = r#"
        resource "azuread_application" "app" {
          for_each     = toset(["a", "b"])
          display_name = each.key
        }
        module "ci" {
          for_each       = azuread_application.app
          source         = "./modules/ci"
          application_id = each.value.id
          subjects       = { main = "of ${each.value.display_name}" }
        }
        resource "azuread_application_federated_identity_credential" "last" {
          application_id = module.ci["a"].application
          issuer         = "i"
          subject        = "last"
          audiences      = ["a"]
        }
        module "elsewhere" {
          source = "contoso/x/azurerm"
        }
        resource "azuread_application_federated_identity_credential" "other" {
          application_id = azuread_application.app["b"].id
          issuer         = module.elsewhere.issuer
          subject        = "other"
          audiences      = ["a"]
        }
    "#;
    let found = credentials(&[("infra/main.tf", main), ("infra/modules/ci/main.tf", module)]);
    let name = "azuread_application_federated_identity_credential";
    assert_eq!(
        found,
        [
            format!("{name}.last of azuread_application.app[\"a\"]: i, last, a"),
            format!("{name}.other of azuread_application.app[\"b\"]: ${{module.elsewhere.issuer}}, other, a"),
            format!("module.ci[\"a\"].{name}.this[\"main\"] of azuread_application.app[\"a\"]: i, of a, a"),
            format!("module.ci[\"b\"].{name}.this[\"main\"] of azuread_application.app[\"b\"]: i, of b, a"),
        ]
    );
}

#[test]
fn values_of_variables() {
    let main = r#"
        variable "a" {}
        variable "b" { default = "default" }
        variable "c" { default = "default" }
        resource "azuread_application_federated_identity_credential" "x" {
          application_id = "/applications/0000"
          issuer         = var.a
          subject        = var.b
          audiences      = [var.c]
        }
    "#;
    let found = credentials(&[
        ("main.tf", main),
        ("terraform.tfvars", "a = \"loaded\""),
        ("env/dev.tfvars", "c = \"dev\""),
        ("env/prod.tfvars", "c = \"prod\""),
    ]);
    let name = "azuread_application_federated_identity_credential";
    assert_eq!(found, [format!("{name}.x of 0000: loaded, default, ${{var.c}}")]);
}

#[test]
fn managed_identities_of_two_providers() {
    let main = r#"
        resource "azurerm_user_assigned_identity" "id" {
          name                = "id-deploy"
          resource_group_name = "rg"
        }
        resource "azurerm_federated_identity_credential" "old" {
          parent_id = azurerm_user_assigned_identity.id.id
          name      = "old"
          issuer    = "i"
          subject   = "old"
          audience  = ["a"]
        }
        resource "azurerm_federated_identity_credential" "new" {
          user_assigned_identity_id = "/subscriptions/0/resourceGroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-deploy"
          name      = "new"
          issuer    = "i"
          subject   = "new"
          audience  = ["a"]
        }
        resource "azapi_resource" "api" {
          type      = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31"
          parent_id = azurerm_user_assigned_identity.id.id
          name      = "api"
          body = jsonencode({ properties = { issuer = "i", subject = "api", audiences = ["a"] } })
        }
    "#;
    assert_eq!(
        credentials(&[("main.tf", main)]),
        [
            "azapi_resource.api of azurerm_user_assigned_identity.id: i, api, a",
            "azurerm_federated_identity_credential.new of azurerm_user_assigned_identity.id: i, new, a",
            "azurerm_federated_identity_credential.old of azurerm_user_assigned_identity.id: i, old, a",
        ]
    );
}

#[test]
fn nothing_runs_away() {
    let deep = format!("locals {{ a = {}1{} }}", "[".repeat(60), "]".repeat(60));
    let doubling: String =
        (1..60).map(|at| format!("a{at} = \"${{local.a{}}}${{local.a{}}}\"\n", at - 1, at - 1)).collect();
    let lists: String = (1..60).map(|at| format!("l{at} = [local.l{}, local.l{}]\n", at - 1, at - 1)).collect();
    let rest = format!(
        r#"subject = "${{local.a59}}${{local.l59}}"
        }}
        locals {{
          a0 = "x"
          {doubling}
          l0 = "x"
          {lists}
        }}
        module "me" {{ source = "./" }}
        {deep2}"#,
        deep2 = deep.replace("a =", "deep ="),
    );
    assert_eq!(subjects(&rest).len(), 17);
}

const PLAN: &str = r#"{
  "format_version": "1.2",
  "terraform_version": "1.9.0",
  "planned_values": {"root_module": {
    "resources": [{
      "address": "azuread_application.deploy", "mode": "managed", "type": "azuread_application", "name": "deploy",
      "values": {"display_name": "deploy"}
    }],
    "child_modules": [{"address": "module.ci", "resources": [{
      "address": "module.ci.azuread_application_federated_identity_credential.x[\"prod\"]", "mode": "managed",
      "type": "azuread_application_federated_identity_credential", "name": "x", "index": "prod",
      "values": {
        "audiences": ["api://AzureADTokenExchange"], "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:contoso/shop:environment:prod"
      }
    }]}]
  }},
  "configuration": {"root_module": {"module_calls": {"ci": {"module": {"resources": [{
    "address": "azuread_application_federated_identity_credential.x", "mode": "managed",
    "type": "azuread_application_federated_identity_credential", "name": "x",
    "expressions": {"application_id": {"references": ["var.application_id"]}}
  }]}}}}}
}"#;

#[test]
fn a_plan_by_itself() {
    assert_eq!(
        credentials(&[("plan.json", PLAN)]),
        [
            "module.ci.azuread_application_federated_identity_credential.x[\"prod\"] of ${module.ci.var.application_id}: \
          https://token.actions.githubusercontent.com, repo:contoso/shop:environment:prod, api://AzureADTokenExchange"
        ]
    );
}

#[test]
fn a_plan_counts_what_the_configuration_leaves_open() {
    let main = r#"
        variable "environments" {}
        resource "azuread_application" "deploy" {
          display_name = "deploy"
        }
        module "ci" {
          source         = "./ci"
          application_id = azuread_application.deploy.id
          environments   = var.environments
        }
    "#;
    let module = r#"
        variable "application_id" {}
        variable "environments" {}
        resource "azuread_application_federated_identity_credential" "x" {
          for_each       = var.environments
          application_id = var.application_id
          issuer         = "https://token.actions.githubusercontent.com"
          subject        = "repo:contoso/shop:environment:${each.key}"
          audiences      = ["api://AzureADTokenExchange"]
        }
    "#;
    let found = credentials(&[("main.tf", main), ("ci/main.tf", module), ("plan.json", PLAN)]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("of azuread_application.deploy: ")
            && found[0].contains("repo:contoso/shop:environment:prod")
            && !found[0].ends_with('…'),
        "{found:?}"
    );
}

#[test]
fn a_broken_file_has_its_place_and_the_rest_is_read() {
    let broken = "\u{feff}locals {\r\n  a = [1,\r\n}\r\n";
    let sources = sources(&[("a.tf", APPLICATION), ("b.tf", broken)]);
    let options = Options { repository: None, today: date(2026, 11, 23) };
    let report = crate::lint(&sources, &options);
    assert_eq!(report.counts.identities, 1);
    let [error] = report.unreadable.as_slice() else { panic!("{:?}", report.unreadable) };
    assert_eq!((sources.path(error.place), sources.position(error.place).line), ("b.tf", 3));
}

#[test]
fn no_beginning_of_a_file_panics() {
    let text = r#"
        variable "v" { type = map(object({ a = optional(string, "x") })) }
        locals { l = { for k, v in var.v : k => "é${v.a}%{ if k == "x" ~} y %{ endif }" if length(k) > 0 } }
        module "m" { source = "./" }
        resource "azuread_application" "a" { count = 2 }
        resource "azuread_application_federated_identity_credential" "x" {
          for_each       = merge(local.l, { k = azuread_application.a[*].id })
          application_id = azuread_application.a[0].id
          subject        = substr(each.value, 1, -1)
          issuer         = element(split("/", "a/b"), 5 % 0)
        }
        provider "azuread" { tenant_id = local.l["x"] }
    "#;
    let options = Options { repository: None, today: date(2026, 11, 23) };
    for (end, _) in text.char_indices() {
        let beginning = text.get(..end).unwrap();
        let closed = format!("{beginning}\n}}\n");
        crate::lint(&sources(&[("a.tf", beginning), ("b/c.tf", &closed), ("x.tfvars", &closed)]), &options);
    }
}

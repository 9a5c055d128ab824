//! What templates come to.

use crate::facts;
use crate::model::{Draft, Identity};
use crate::source::{SourceFile, Sources, Text};

/// Reads and joins files; no file may have a fault.
fn join(files: &[(&str, &str)]) -> Draft {
    let files = files.iter().map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() });
    let sources = Sources::new(files.collect());
    let facts: Vec<_> = sources.iter().map(|(id, file)| facts::read(id, &file.path, &file.text)).collect();
    for facts in &facts {
        assert_eq!(facts.unreadable, []);
    }
    let mut draft = Draft::default();
    super::join(&sources, &facts, &mut draft);
    draft
}

/// Each credential as `identity | name | issuer | subject | audiences`, then what is special about it.
fn credentials(files: &[(&str, &str)]) -> Vec<String> {
    let draft = join(files);
    let owner = |text: &Text| {
        let found: Vec<&Identity> = draft.identities.iter().filter(|identity| identity.is_called(text)).collect();
        assert_eq!(found.len(), 1, "{text} in {:#?}", draft.identities);
        found[0].name.clone()
    };
    let line = |credential: &crate::model::Credential| {
        let subject = credential.subject.as_ref().or(credential.expression.as_ref()).unwrap();
        let audiences: Vec<String> = credential.audiences.iter().map(Text::to_string).collect();
        let mut line = format!(
            "{} | {} | {} | {subject} | {}",
            owner(&credential.owner),
            credential.label,
            credential.issuer,
            audiences.join(", ")
        );
        for (marked, mark) in [(credential.repeated, "repeated"), (credential.unordered, "unordered")] {
            if marked {
                line = format!("{line} | {mark}");
            }
        }
        line
    };
    draft.credentials.iter().map(line).collect()
}

const GITHUB: &str = "https://token.actions.githubusercontent.com";

#[test]
fn bicep_with_parameters_loops_and_order() {
    let bicep = "
param org string = 'contoso'
param environments array = [ 'dev', 'prod' ]
var issuer = 'https://token.actions.githubusercontent.com'
resource uami 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-deploy'
  location: resourceGroup().location
}
@batchSize(1)
resource fics 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [for (env, i) in environments: {
  parent: uami
  name: 'github-${env}-${i}'
  properties: {
    issuer: issuer
    subject: 'repo:${org}/shop:environment:${env}'
    audiences: [ 'api://AzureADTokenExchange' ]
  }
}]
resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: uami
  name: 'main'
  properties: {
    issuer: issuer
    subject: 'repo:${org}/shop:ref:refs/heads/main'
    audiences: [ 'api://AzureADTokenExchange' ]
  }
}
output clientId string = uami.properties.clientId
";
    assert_eq!(
        credentials(&[("main.bicep", bicep)]),
        [
            format!(
                "id-deploy | github-dev-0 | {GITHUB} | repo:contoso/shop:environment:dev | api://AzureADTokenExchange"
            ),
            format!(
                "id-deploy | github-prod-1 | {GITHUB} | repo:contoso/shop:environment:prod | api://AzureADTokenExchange"
            ),
            format!(
                "id-deploy | main | {GITHUB} | repo:contoso/shop:ref:refs/heads/main | api://AzureADTokenExchange | unordered"
            ),
        ]
    );
    let given = "using './main.bicep'\nparam org = toLower('Fabrikam')\nparam environments = [...base, 'test']\nvar base = []\n";
    let with = credentials(&[("main.bicep", bicep), ("dev.bicepparam", given)]);
    assert!(with[0].contains("repo:fabrikam/shop:environment:test"), "{with:#?}");
    assert_eq!(with.len(), 2);
}

#[test]
fn modules_take_parameters_and_give_outputs() {
    let main = "
extension microsoftGraphV1
param name string
module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: { name: 'id-${name}' }
}
module federation 'modules/federation.bicep' = [for env in ['dev', 'prod']: {
  name: 'fic-${env}'
  params: {
    identityName: identity.outputs.name
    subject: 'repo:contoso/shop:environment:${env}'
  }
}]
resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'shop'
  displayName: 'Shop'
  resource managed 'federatedIdentityCredentials@v1.0' = {
    name: '${app.uniqueName}/managed'
    issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
    subject: identity.outputs.principalId
    audiences: [ 'api://AzureADTokenExchange' ]
  }
}
";
    let identity = "
param name string
resource uami 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = { name: name }
output name string = uami.name
output principalId string = uami.properties.principalId
";
    let federation = "
param identityName string
param subject string
resource uami 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = { name: identityName }
resource fic 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  name: 'github'
  parent: uami
  properties: { issuer: 'https://token.actions.githubusercontent.com', subject: subject, audiences: ['api://AzureADTokenExchange'] }
}
";
    let files = [("main.bicep", main), ("modules/identity.bicep", identity), ("modules/federation.bicep", federation)];
    let found = credentials(&files);
    let app = "Shop | managed | https://login.microsoftonline.com/${tenant().tenantId}/v2.0 | ${main.bicep:userAssignedIdentities/id-${name}.principalId} | api://AzureADTokenExchange";
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|line| line == app), "{found:#?}");
    let rest: Vec<_> = found.iter().filter(|line| line.starts_with("id-${name} | github")).collect();
    assert_eq!(rest.len(), 2, "{found:#?}");
    assert!(rest[1].ends_with("unordered"), "{found:#?}");
}

#[test]
fn arm_with_copy_and_nested_template() {
    let template = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "identity": { "type": "string", "defaultValue": "id-aks" }, "accounts": { "type": "array" } },
  "variables": { "issuer": "https://token.actions.githubusercontent.com" },
  "resources": [
    { "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2023-01-31", "name": "[parameters('identity')]" },
    {
      "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
      "name": "[concat(parameters('identity'), '/', parameters('accounts')[copyIndex()].name)]",
      "copy": { "name": "fics", "count": "[length(parameters('accounts'))]", "mode": "serial", "batchSize": 1 },
      "properties": {
        "issuer": "[variables('issuer')]",
        "subject": "[format('repo:contoso/{0}:ref:refs/heads/main', parameters('accounts')[copyIndex()].repository)]",
        "audiences": [ "api://AzureADTokenExchange" ]
      }
    },
    {
      "type": "Microsoft.Resources/deployments",
      "name": "inner",
      "dependsOn": [ "fics" ],
      "properties": {
        "mode": "Incremental",
        "expressionEvaluationOptions": { "scope": "inner" },
        "parameters": { "id": { "value": "[parameters('identity')]" } },
        "template": {
          "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
          "contentVersion": "1.0.0.0",
          "parameters": { "id": { "type": "string" } },
          "resources": [
            {
              "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
              "name": "[format('{0}/{1}', parameters('id'), 'last')]",
              "properties": { "issuer": "https://gitlab.com", "subject": "project_path:contoso/shop:ref_type:branch:ref:main", "audiences": [ "https://gitlab.com" ] }
            }
          ]
        }
      }
    }
  ]
}"#;
    let parameters = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "accounts": { "value": [ { "name": "a", "repository": "shop" }, { "name": "b", "repository": "${REPOSITORY}" } ] } }
}"#;
    let files = [("infra/azuredeploy.json", template), ("infra/azuredeploy.parameters.json", parameters)];
    assert_eq!(
        credentials(&files),
        [
            format!("id-aks | a | {GITHUB} | repo:contoso/shop:ref:refs/heads/main | api://AzureADTokenExchange"),
            format!("id-aks | b | {GITHUB} | repo:contoso/${{REPOSITORY}}:ref:refs/heads/main | api://AzureADTokenExchange"),
            "id-aks | last | https://gitlab.com | project_path:contoso/shop:ref_type:branch:ref:main | https://gitlab.com".to_owned(),
        ]
    );
    let alone = credentials(&files[..1]);
    assert_eq!(alone.len(), 2);
    assert!(alone[0].contains("| repeated") && !alone[0].contains("unordered"), "{alone:#?}");
}

#[test]
fn what_people_write_has_no_fault() {
    let bicep = r#"
targetScope = 'resourceGroup'
metadata name = 'Shop'
extension microsoftGraphV1

type credential = {
  name: string
  @description('Of the workload.')
  subject: string?
}

@description('''
A list such as:
[{ name: 'main' }]
''')
param credentials credential[] = []
@allowed([
  'dev'
  'prod'
])
param environment_name string = 'dev'
param isServer bool
@secure()
param token string = newGuid()
param tags { owner: string, cost: int }?

var prefix = '${uniqueString(resourceGroup().id)}-${environment_name}'
var is_ready = isServer && (empty(tags) || tags!.owner == 'shop')

#disable-next-line no-unused-vars
resource cluster 'Microsoft.ContainerService/managedClusters@2024-05-01' = {
  name: 'aks-${prefix}'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    oidcIssuerProfile: { enabled: true }
    publicClient: !isServer ? {
      redirectUris: [
        'http://localhost'
      ]
    } : null
  }
}

resource uami 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = if (is_ready) {
  name: 'id-${prefix}'
  resource inner 'federatedIdentityCredentials' = [
    for (item, index) in credentials: if (!empty(item.?subject)) {
      name: item.name
      properties: {
        issuer: 'https://token.actions.githubusercontent.com' // of GitHub
        subject: item.?subject ?? 'repo:contoso/shop:environment:${item.name}'
        audiences: ['api://AzureADTokenExchange']
      }
    }
  ]
}

@batchSize(1)
resource pods 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [for (entry, index) in items({ 'shop:orders': 'a', 'shop:carts': 'b' }): {
  parent: uami
  name: replace(entry.key, ':', '-')
  properties: {
    audiences: [ 'api://AzureADTokenExchange' ]
    issuer: cluster.properties.oidcIssuerProfile.issuerURL
    subject: 'system:serviceaccount:${split(entry.key, ':more:')[0]}'
  }
}]

output names array = [for item in credentials: item.name]
output clientId string = is_ready ? uami!.properties.clientId : ''
output principals object = toObject(map(range(0, 2), i => { key: '${i}', value: i }), x => x.key, x => x.value)
"#;
    let found = credentials(&[("main.bicep", bicep)]);
    let inner = "repo:contoso/shop:environment:";
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(!found.iter().any(|line| line.contains(inner)), "{found:#?}");
    assert!(found[0].contains("| shop-carts |") && found[0].contains("aks-"), "{found:#?}");
    assert!(found[1].contains("| system:serviceaccount:shop:orders |"), "{found:#?}");
}

#[test]
fn no_text_is_too_odd() {
    let bicep = [
        "resource a 'x/y@1' = {".repeat(500),
        format!("var a = {}1{}", "(".repeat(3000), ")".repeat(3000)),
        format!("resource a 'x/y@1' = {}", "[for x in y: ".repeat(2000)),
        "var a = b\nvar b = a\nresource r 'x/y@1' = { name: a, parent: r }\n".to_owned(),
        "module m 'main.bicep' = { name: m.outputs.x }\noutput x string = m.outputs.x".to_owned(),
        "param = = '${ \u{1F600} é ${'".to_owned(),
    ];
    for text in bicep {
        let sources = Sources::new(vec![SourceFile { path: "main.bicep".to_owned(), text }]);
        let facts: Vec<_> = sources.iter().map(|(id, file)| facts::read(id, &file.path, &file.text)).collect();
        super::join(&sources, &facts, &mut Draft::default());
    }
}

#[test]
fn modules_that_double_stay_small() {
    let mut files = vec![("m0.bicep".to_owned(), "param a string\noutput b string = a\n".to_owned())];
    for level in 1..40 {
        let before = level - 1;
        let module = |symbol: &str, a: &str| {
            format!("module {symbol} 'm{before}.bicep' = {{ name: '{symbol}', params: {{ a: {a} }} }}\n")
        };
        let text = format!(
            "param a string = 'x'\n{}{}output b string = '${{two.outputs.b}}'\n",
            module("one", "'${a}${a}'"),
            module("two", "'${one.outputs.b}${one.outputs.b}'")
        );
        files.push((format!("m{level}.bicep"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    join(&files);
}

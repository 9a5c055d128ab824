//! Who signs in from the cluster, and as whom.

use fedlens_issuers::{Cloud, kubernetes_subject};

use super::placeholder;
use super::{Deployment, Key, Manifests, Object, Pod, ServiceAccount, TokenFile};
use crate::model::{Candidate, Draft, Platform, Settings, Workload};
use crate::source::{Agreement, Node, Piece, Place, Text, Unknown, Why};

/// Adds the workloads of all manifests.
pub(super) fn add(manifests: &Manifests, draft: &mut Draft) {
    for deployment in &manifests.deployments {
        for pod in deployment.pods() {
            let found = of_pod(manifests, &draft.settings, deployment, pod);
            draft.workloads.extend(found);
            draft.workloads.extend(of_secrets_store(deployment, pod));
        }
        let stores = deployment.of_kind("SecretStore").chain(deployment.of_kind("ClusterSecretStore"));
        draft.workloads.extend(stores.filter_map(|store| of_secret_store(manifests, deployment, store)));
    }
}

/// The workload that a pod is, where it signs in with the token of its service account.
fn of_pod(manifests: &Manifests, settings: &Settings, deployment: &Deployment, pod: Pod<'_>) -> Option<Workload> {
    if pod.annotation(Key::BINDING).is_some() {
        return None;
    }
    let audience = audience(pod)?;
    let name = pod.service_account().unwrap_or_else(|| Text::literal("default", pod.place));
    let accounts = manifests.account(deployment, pod.object, &name);
    let own = |variable: &str| pod.variable(variable);
    let injected = pod.is_labelled().then_some(accounts);
    let annotated = |key: Key| common(injected.as_deref()?, key);
    let configured = settings.service_accounts.iter().find(|account| pod.is_labelled() && is_of(account, pod, &name));
    let client_id = own("AZURE_CLIENT_ID")
        .or_else(|| annotated(Key::CLIENT_ID))
        .or_else(|| configured.and_then(|account| account.client_id.clone()));
    let tenant = own("AZURE_TENANT_ID")
        .or_else(|| annotated(Key::TENANT_ID))
        .or_else(|| configured.and_then(|account| account.tenant.clone()));
    Some(Workload { client_id, tenant, ..workload(pod.object.namespace.as_ref(), &name, audience) })
}

/// Whether a service account of a configuration is the one that a pod names.
fn is_of(account: &crate::model::ServiceAccount, pod: Pod<'_>, name: &Text) -> bool {
    let same = |own: &Option<Text>, other: Option<&Text>| {
        own.as_ref().zip(other).is_some_and(|(own, other)| own.agrees(other) == Agreement::Equal)
    };
    same(&account.name, Some(name)) && same(&account.namespace, pod.object.namespace.as_ref())
}

/// Who the pod's token is for; none where it has none for Entra.
fn audience(pod: Pod<'_>) -> Option<Text> {
    let tokens = pod.token_volumes();
    let used = pod.token_files().into_iter().find_map(|file| match file {
        TokenFile::Projected(at) => tokens.get(at),
        _ => None,
    });
    let projected = used.or_else(|| tokens.iter().find(|token| token.is_for_entra()));
    match projected {
        Some(token) => Some(
            token
                .audience
                .clone()
                .unwrap_or_else(|| Text::unknown("the API server's audience", Why::Elsewhere, token.place)),
        ),
        None => {
            let label = pod.label(Key::USE).filter(|_| pod.is_labelled())?;
            Some(Text::literal(Cloud::Public.exchange_audience(), label.value.place))
        }
    }
}

/// The value that all definitions of a service account agree on.
fn common(accounts: &[ServiceAccount<'_>], key: Key) -> Option<Text> {
    let (first, rest) = accounts.split_first()?;
    let first = first.value(key)?;
    rest.iter().all(|account| account.value(key).as_ref() == Some(&first)).then_some(first)
}

/// The driver of the secrets store, which signs in with the token of the pod's service account.
fn of_secrets_store(deployment: &Deployment, pod: Pod<'_>) -> Vec<Workload> {
    let name = pod.service_account().unwrap_or_else(|| Text::literal("default", pod.place));
    let class = |named: &Node| {
        let named = placeholder::read(named.text()?);
        let class = deployment.of_kind("SecretProviderClass").find(|class| class.name == named)?;
        let parameters = class.node.at(&["spec", "parameters"])?;
        let text = |key: &str| {
            let text = placeholder::read(parameters.get(key)?.text()?);
            text.known().is_none_or(|known| !known.is_empty()).then_some(text)
        };
        let other = |key: &str| parameters.known_at(&[key]) == Some("true");
        if other("usePodIdentity") || other("useVMManagedIdentity") {
            return None;
        }
        let client_id = text("clientID")?;
        let audience = Text::literal(Cloud::Public.exchange_audience(), client_id.place);
        let workload = workload(pod.object.namespace.as_ref(), &name, audience);
        Some(Workload { client_id: Some(client_id), tenant: text("tenantID").or_else(|| text("tenantId")), ..workload })
    };
    pod.secret_provider_classes().filter_map(class).collect()
}

/// External Secrets, which signs in with a token that it asks for in a service account's name.
fn of_secret_store(manifests: &Manifests, deployment: &Deployment, store: &Object) -> Option<Workload> {
    let vault = store.node.at(&["spec", "provider", "azurekv"])?;
    let reference =
        vault.get("serviceAccountRef").filter(|_| vault.known_at(&["authType"]) == Some("WorkloadIdentity"))?;
    let name = placeholder::read(reference.get("name")?.text()?);
    let elsewhere = reference.get("namespace").and_then(Node::text).map(placeholder::read);
    let by = Object { namespace: elsewhere.or_else(|| store.namespace.clone()), ..store.clone() };
    let accounts = manifests.account(deployment, &by, &name);
    let audience = Text::literal(Cloud::Public.exchange_audience(), reference.place);
    Some(Workload {
        client_id: common(&accounts, Key::CLIENT_ID),
        tenant: vault.get("tenantId").and_then(Node::text).map(placeholder::read),
        ..workload(by.namespace.as_ref(), &name, audience)
    })
}

fn workload(namespace: Option<&Text>, account: &Text, audience: Text) -> Workload {
    let place = account.place;
    let subject = subject(namespace, account, place);
    let when = match namespace {
        Some(namespace) => format!("as service account `{account}` of namespace `{namespace}`"),
        None => format!("as service account `{account}`"),
    };
    Workload {
        platform: Platform::Kubernetes,
        name: format!("service account `{account}`"),
        place,
        issuer: Text::unknown("the cluster's issuer", Why::Elsewhere, place),
        audience,
        candidates: vec![Candidate { subjects: vec![subject], place, when }],
        client_id: None,
        tenant: None,
        cloud: Cloud::Public,
    }
}

/// The subject; a namespace that the manifests leave open stays unknown.
fn subject(namespace: Option<&Text>, account: &Text, place: Place) -> Text {
    if let (Some(Some(namespace)), Some(account)) = (namespace.map(Text::known), account.known()) {
        return Text::literal(kubernetes_subject(namespace, account).build(), place);
    }
    let open = Unknown { symbol: "the namespace".to_owned(), why: Why::Elsewhere };
    let namespace = namespace.map_or_else(|| vec![Piece::Unknown(open)], Text::pieces);
    let literal = |text: &str| Piece::Literal(text.to_owned());
    let begin = [literal("system:serviceaccount:")];
    Text::of(begin.into_iter().chain(namespace).chain([literal(":")]).chain(account.pieces()), place)
}

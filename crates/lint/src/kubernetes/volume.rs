//! Projected tokens of service accounts, and the files that they are mounted as.

use super::Pod;
use super::placeholder;
use crate::source::{Node, Place, Text};

/// A projected token.
#[derive(Clone, Debug)]
pub(crate) struct TokenVolume<'a> {
    /// The volume's name.
    pub(crate) volume: &'a str,
    /// The `serviceAccountToken`.
    pub(crate) token: &'a Node,
    /// Where its key stands.
    pub(crate) place: Place,
    /// The file's path in the volume.
    pub(crate) path: Option<Text>,
    /// Who the token is for.
    pub(crate) audience: Option<Text>,
}

/// What `AZURE_FEDERATED_TOKEN_FILE` of a container leads to.
#[derive(Clone, Debug)]
pub(crate) enum TokenFile<'a> {
    /// A projected token, by its position among those of the pod.
    Projected(usize),
    /// A mount of something else, or of something that is not known.
    Other,
    /// A projected volume whose token has another path.
    OtherPath(&'a Node, usize),
    /// The token that every pod gets for the API server.
    ApiServer(&'a Node),
    /// The webhook's own file.
    Webhook,
    /// Nothing that is mounted.
    Nowhere(&'a Node),
}

const API_SERVER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const WEBHOOK: &str = "/var/run/secrets/azure";

impl<'a> Pod<'a> {
    /// Its projected tokens.
    pub(crate) fn token_volumes(self) -> Vec<TokenVolume<'a>> {
        let volumes = self.spec.get("volumes").map(Node::items).unwrap_or_default();
        let sources = volumes.iter().flat_map(|volume| {
            let sources = volume.at(&["projected", "sources"]).map(Node::items).unwrap_or_default();
            sources.iter().map(move |source| (volume, source))
        });
        let token = |(volume, source): (&'a Node, &'a Node)| {
            let entry = source.entry("serviceAccountToken")?;
            let text = |key: &str| entry.value.get(key).and_then(Node::text).map(placeholder::read);
            Some(TokenVolume {
                volume: volume.known_at(&["name"]).unwrap_or_default(),
                token: &entry.value,
                place: entry.key_place,
                path: text("path"),
                audience: text("audience").filter(|audience| audience.known() != Some("")),
            })
        };
        sources.filter_map(token).collect()
    }

    /// What each `AZURE_FEDERATED_TOKEN_FILE` leads to.
    pub(crate) fn token_files(self) -> Vec<TokenFile<'a>> {
        let tokens = self.token_volumes();
        let files = self.containers().flat_map(|container| {
            let variables = container.get("env").map(Node::items).unwrap_or_default();
            let named =
                variables.iter().filter(|variable| variable.known_at(&["name"]) == Some("AZURE_FEDERATED_TOKEN_FILE"));
            named.filter_map(|variable| variable.get("value")).map(move |value| (container, value))
        });
        files.filter_map(|(container, value)| self.token_file(container, value, &tokens)).collect()
    }

    fn token_file(self, container: &'a Node, value: &'a Node, tokens: &[TokenVolume<'a>]) -> Option<TokenFile<'a>> {
        let path = placeholder::read(value.text()?);
        let path = path.known().filter(|path| path.starts_with('/'))?;
        let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default();
        let mut unknown = false;
        let mut nearest: Option<(&Node, &str, usize)> = None;
        for mount in mounts {
            let Some(at) = mount.get("mountPath").and_then(Node::text).map(placeholder::read) else { continue };
            let Some(at) = at.known() else {
                unknown = true;
                continue;
            };
            if let Some(rest) = below(at, path)
                && nearest.is_none_or(|(_, _, length)| at.len() > length)
            {
                nearest = Some((mount, rest, at.len()));
            }
        }
        Some(match nearest {
            Some((mount, rest, _)) => projected(value, mount, rest, tokens),
            None if unknown => TokenFile::Other,
            None if below(API_SERVER, path).is_some() => TokenFile::ApiServer(value),
            None if self.is_labelled() && below(WEBHOOK, path).is_some() => TokenFile::Webhook,
            None => TokenFile::Nowhere(value),
        })
    }
}

/// What a mount has at a path below it.
fn projected<'a>(value: &'a Node, mount: &Node, rest: &str, tokens: &[TokenVolume<'_>]) -> TokenFile<'a> {
    let volume = mount.known_at(&["name"]).unwrap_or_default();
    let own = |token: &TokenVolume<'_>| token.volume == volume && !volume.is_empty();
    let Some(first) = tokens.iter().position(own) else { return TokenFile::Other };
    if mount.get("subPath").is_some() || mount.get("subPathExpr").is_some() {
        return TokenFile::Projected(first);
    }
    let fits = |token: &TokenVolume<'_>| {
        own(token) && token.path.as_ref().is_none_or(|path| path.known().is_none_or(|path| path == rest))
    };
    tokens.iter().position(fits).map_or(TokenFile::OtherPath(value, first), TokenFile::Projected)
}

/// What of a path is below a folder; empty for the folder itself.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

impl TokenVolume<'_> {
    /// Whether it seems to be meant for Entra: by its audience, or by what it is called.
    pub(crate) fn is_for_entra(&self) -> bool {
        let says = |text: &str| text.to_ascii_lowercase().contains("azure");
        let audience = self
            .audience
            .as_ref()
            .is_some_and(|audience| audience.to_string().to_ascii_lowercase().contains("azureadtokenexchange"));
        audience || says(self.volume) || self.path.as_ref().is_some_and(|path| says(&path.to_string()))
    }
}

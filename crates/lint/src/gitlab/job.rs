//! One job: its ID tokens, its scripts, and where it signs in to Entra.

use super::script::{self, Command};
use crate::source::{Entry, Node, Place, Text, Why};

/// A job, with what it extends and inherits.
#[derive(Debug)]
pub(crate) struct Job {
    /// Its name.
    pub(crate) name: String,
    /// Where its name stands.
    pub(crate) place: Place,
    /// Whether all that it extends was found.
    pub(crate) complete: bool,
    /// The ID tokens that it gets.
    pub(crate) id_tokens: Vec<IdToken>,
    /// Where it signs in.
    pub(crate) uses: Vec<Use>,
    /// Its scripts, an entry for each line of the list.
    pub(crate) scripts: Vec<Text>,
    /// Its variables, and those of the pipeline.
    variables: Vec<Entry>,
    /// All of it.
    pub(super) node: Node,
}

/// An ID token that a job gets.
#[derive(Clone, Debug)]
pub(crate) struct IdToken {
    /// The variable that holds it.
    pub(crate) name: String,
    /// Where that stands.
    pub(crate) place: Place,
    /// Who it is for.
    pub(crate) audiences: Vec<Text>,
}

/// A sign-in with a token.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// Where it is.
    pub(crate) place: Place,
    /// The variable that holds the token, where it is one.
    pub(crate) variable: Option<String>,
    /// Who signs in.
    pub(crate) client_id: Option<Text>,
    /// At which tenant.
    pub(crate) tenant: Option<Text>,
}

/// Variables that libraries and providers read a token from.
const READ_BY_LIBRARIES: &[&str] = &["ARM_OIDC_TOKEN", "AZURE_FEDERATED_TOKEN", "AZURE_OIDC_TOKEN", "IDENTITY_TOKEN"];

/// Variables that say in which file it is.
const READ_AS_FILES: &[&str] = &["AZURE_FEDERATED_TOKEN_FILE", "ARM_OIDC_TOKEN_FILE_PATH"];

impl Job {
    /// A job of a composed pipeline; none for what does nothing by itself.
    pub(super) fn new(whole: &Node, entry: &Entry, node: Node, complete: bool) -> Option<Self> {
        node.get("script").or_else(|| node.get("run"))?;
        let mut found = true;
        let mut scripts = Vec::new();
        for key in ["before_script", "script", "after_script"] {
            if let Some(script) = node.get(key) {
                found &= lines(whole, script, 10, &mut scripts);
            }
        }
        let tokens = node.get("id_tokens");
        found &= tokens.is_none_or(|tokens| tokens.is_null() || !tokens.entries().is_empty());
        let id_tokens = tokens.map(Node::entries).unwrap_or_default().iter().map(IdToken::of).collect();
        let own = node.get("variables").map(Node::entries).unwrap_or_default();
        let global = whole.get("variables").map(Node::entries).unwrap_or_default();
        let variables = own.iter().chain(global).cloned().collect();
        let complete = complete && found;
        let (name, place) = (entry.key.clone(), entry.key_place);
        let mut job = Self { name, place, complete, id_tokens, uses: Vec::new(), scripts, variables, node };
        job.uses = job.find_uses();
        Some(job)
    }

    /// The ID token of a variable.
    pub(crate) fn token(&self, variable: &str) -> Option<&IdToken> {
        self.id_tokens.iter().find(|token| token.name == variable)
    }

    /// Whether something in the job gives a variable its value.
    pub(crate) fn assigns(&self, variable: &str) -> bool {
        let written = self.variables.iter().any(|entry| entry.key == variable);
        written || self.scripts.iter().any(|line| script::assigns(&line.to_string(), variable))
    }

    /// The value of a variable, where it is written.
    pub(super) fn value(&self, variable: &str) -> Option<Text> {
        let node = &self.variables.iter().find(|entry| entry.key == variable)?.value;
        let text = node.text().or_else(|| node.get("value")?.text())?;
        Some(self.expand(&text.to_string(), text.place, 4))
    }

    /// A text with the variables in it replaced by what is known of them.
    fn expand(&self, text: &str, place: Place, depth: usize) -> Text {
        script::pieces(text).into_iter().fold(Text::literal("", place), |whole, piece| {
            let next = match piece {
                script::Piece::Literal(literal) => Text::literal(literal, place),
                script::Piece::Variable(name) => {
                    let entry = self.variables.iter().find(|entry| entry.key == name).filter(|_| depth > 0);
                    let known = entry.and_then(|entry| entry.value.text());
                    match known {
                        Some(text) => self.expand(&text.to_string(), place, depth - 1),
                        None => Text::unknown(name, Why::Stored, place),
                    }
                }
            };
            whole.then(&next)
        })
    }

    fn find_uses(&self) -> Vec<Use> {
        let mut uses: Vec<Use> = Vec::new();
        for line in &self.scripts {
            let commands = script::commands(&line.to_string());
            uses.extend(commands.iter().filter_map(|command| self.sign_in(command, line.place)));
        }
        if uses.is_empty() {
            uses.extend(self.by_variable());
        }
        uses
    }

    /// `az login --federated-token`, the same in PowerShell, or a request by hand.
    fn sign_in(&self, command: &Command, place: Place) -> Option<Use> {
        let option = command.option(&["--federated-token", "-FederatedToken"]);
        let token = option.or_else(|| command.field("client_assertion="))?;
        let option = |names: &[&str]| command.option(names).map(|word| self.expand(word, place, 4));
        Some(Use {
            place,
            variable: script::variable(token).map(|name| self.origin(name)),
            client_id: option(&["-u", "--username", "-ApplicationId"]),
            tenant: option(&["-t", "--tenant", "-Tenant", "-TenantId"]),
        })
    }

    /// A token in a variable that a provider of Terraform or a library reads, or in a file that they read.
    fn by_variable(&self) -> Option<Use> {
        let given = |name: &&&str| self.token(name).is_some() || self.assigns(name);
        let token = READ_BY_LIBRARIES.iter().find(given);
        let name = token.or_else(|| READ_AS_FILES.iter().find(given))?;
        let named = |names: &[&str]| names.iter().find_map(|name| self.value(name));
        let place = self.token(name).map(|token| token.place);
        let line = self.scripts.iter().find(|line| script::assigns(&line.to_string(), name));
        let entry = self.variables.iter().find(|entry| entry.key == *name);
        Some(Use {
            place: place.or(entry.map(|entry| entry.key_place)).or(line.map(|line| line.place)).unwrap_or(self.place),
            variable: token.map(|name| self.origin(name)),
            client_id: named(&["ARM_CLIENT_ID", "AZURE_CLIENT_ID"]),
            tenant: named(&["ARM_TENANT_ID", "AZURE_TENANT_ID"]),
        })
    }

    /// The variable that another one is a copy of.
    fn origin(&self, variable: &str) -> String {
        let mut name = variable.to_owned();
        for _ in 0..4 {
            if self.token(&name).is_some() {
                break;
            }
            let written = self.variables.iter().find(|entry| entry.key == name).and_then(|entry| entry.value.known());
            let copied = self.scripts.iter().find_map(|line| script::assigned(&line.to_string(), &name));
            let source = written.map(str::to_owned).or(copied);
            match source.as_deref().and_then(script::variable) {
                Some(source) if source != name => name = source.to_owned(),
                _ => break,
            }
        }
        name
    }
}

impl IdToken {
    fn of(entry: &Entry) -> Self {
        let audiences = entry.value.get("aud").map(Node::one_or_many).unwrap_or_default();
        let audiences = audiences.iter().filter_map(Node::text).map(|text| script::text(text, Why::Stored)).collect();
        Self { name: entry.key.clone(), place: entry.key_place, audiences }
    }
}

/// The lines of a script, with those that it refers to; whether all of them were found.
fn lines(whole: &Node, script: &Node, depth: usize, out: &mut Vec<Text>) -> bool {
    if depth == 0 {
        return false;
    }
    if let Some(text) = script.text() {
        out.push(text.clone());
        return true;
    }
    // The tag of `!reference [.setup, script]` is not kept; what it leads to is.
    let path: Option<Vec<&str>> = script.items().iter().map(Node::known).collect();
    if let Some([job, keys @ ..]) = path.as_deref()
        && !keys.is_empty()
        && let Some(target) = whole.get(job).and_then(|job| job.at(keys))
    {
        return lines(whole, target, depth - 1, out);
    }
    let from_elsewhere =
        matches!(path.as_deref(), Some([job, "script" | "before_script" | "after_script"]) if job.starts_with('.'));
    let mut found = !from_elsewhere;
    for item in script.items() {
        found &= lines(whole, item, depth - 1, out);
    }
    found
}

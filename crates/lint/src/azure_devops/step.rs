//! A step of a job: its task, its inputs, its script.

use crate::Edit;
use crate::commands::{self, Command, Dialect};
use crate::source::{Entry, Node, Place, Sources};

/// Inputs that name a connection to Azure whatever the task is, in lower case.
const AZURE_CONNECTIONS: &[&str] = &[
    "azureconnection",
    "azureconnectionname",
    "azureresourcemanagerconnection",
    "azureresourcemanagerendpoint",
    "azureserviceconnection",
    "azuresubscription",
    "azuresubscriptionconnection",
    "azuresubscriptionendpoint",
    "azuresubscriptionendpointforsecrets",
    "backendazurermserviceconnection",
    "backendservicearm",
    "connectedservicenamearm",
    "connectedazureservicename",
    "connectedservicenameazurerm",
    "environmentazurermserviceconnection",
    "environmentservicename",
    "environmentservicenameazurerm",
    "providerserviceazurerm",
    "serviceconnectionarm",
];

/// Inputs that name a connection to Azure of a task whose name says that it is for Azure.
const OWN_CONNECTIONS: &[&str] = &["connectedservicename", "serviceconnection", "serviceconnectionname", "endpoint"];

/// Tasks that do not begin with `Azure` and take such a connection.
const AZURE_TASKS: &[&str] = &["packerbuild", "bicepdeploy", "terraformtaskv"];

/// Tasks whose connections go elsewhere in spite of the inputs' names.
const OTHER_TASKS: &[&str] = &["publishtoazureservicebus@1", "servicefabricdeploy@1", "servicefabriccomposedeploy@0"];

/// A step, with everything worked out that is known before a run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    node: Node,
}

/// A task that a step runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'s> {
    /// `AzureCLI`
    pub(crate) name: &'s str,
    /// `2`
    pub(crate) major: Option<u32>,
    /// Where the two stand.
    pub(crate) place: Place,
}

impl Step {
    pub(super) fn new(node: Node) -> Self {
        Self { node }
    }

    /// The task, where it runs one.
    pub(crate) fn task(&self) -> Option<Task<'_>> {
        let node = self.node.get("task")?;
        let written = node.known()?;
        let (name, version) = written.split_once('@').unwrap_or((written, ""));
        let name = name.rsplit('.').next().unwrap_or(name);
        Some(Task { name, major: version.split('.').next().and_then(|major| major.parse().ok()), place: node.place })
    }

    /// An input of the task; names are compared in any letter case.
    pub(crate) fn input(&self, name: &str) -> Option<&Node> {
        self.node.get("inputs")?.entry_ignoring_case(name).map(|entry| &entry.value)
    }

    /// The variables that the step sets for its programs.
    pub(crate) fn environment(&self) -> &[Entry] {
        self.node.get("env").map(Node::entries).unwrap_or_default()
    }

    /// Whether the step sets a variable, or may: a part of what it sets is not known.
    pub(crate) fn may_set(&self, name: &str) -> bool {
        let open = self.node.get("env").is_some_and(|env| env.text().is_some());
        open || self.environment().iter().any(|entry| entry.key.eq_ignore_ascii_case(name) || entry.key.contains("${{"))
    }

    /// The edit that adds a line to a mapping of the step: `inputs`, `env`, or the step itself.
    pub(crate) fn with_line(&self, sources: &Sources, mapping: Option<&str>, line: &str) -> Option<Edit> {
        let node = mapping.map_or(Some(&self.node), |key| self.node.get(key))?;
        let first = node.entries().get(usize::from(mapping.is_none())).or(node.entries().first())?;
        let position = sources.position(first.key_place);
        let flow = sources.text(node.place).trim_start().starts_with('{');
        let indent = " ".repeat(position.column.saturating_sub(1));
        let text = format!("{}\n{indent}", line.replace('\n', &format!("\n{indent}")));
        (!flow).then(|| Edit::before(first.key_place, text))
    }

    /// The connections to Azure that the task signs in with.
    pub(crate) fn connections(&self) -> impl Iterator<Item = &Node> {
        let task = self.task();
        let inputs = self.node.get("inputs").filter(|_| task.is_some()).map(Node::entries).unwrap_or_default();
        inputs.iter().filter(move |entry| task.is_some_and(|task| task.takes(&entry.key))).map(|entry| &entry.value)
    }

    /// Every service connection that the task names, to wherever it leads.
    pub(crate) fn named_connections(&self) -> impl Iterator<Item = &Node> {
        let words = ["connection", "connectedservice", "azuresubscription", "endpoint", "backendservice", "registry"];
        let inputs = self.node.get("inputs").map(Node::entries).unwrap_or_default();
        let named = inputs.iter().filter(move |entry| {
            let key = entry.key.to_ascii_lowercase();
            words.iter().any(|word| key.contains(word)) && !entry.value.is_null()
        });
        named.map(|entry| &entry.value)
    }

    /// The script of the step, with what it is written in.
    pub(crate) fn script(&self) -> Option<(Dialect, &Node)> {
        let own = |key: &str, dialect| Some((dialect, self.node.get(key)?));
        own("bash", Dialect::Shell)
            .or_else(|| own("pwsh", Dialect::PowerShell))
            .or_else(|| own("powershell", Dialect::PowerShell))
            .or_else(|| own("script", Dialect::Shell))
            .or_else(|| self.task_script())
            .map(|(dialect, node)| (as_written(dialect, node), node))
    }

    fn task_script(&self) -> Option<(Dialect, &Node)> {
        let of = |dialect, input| Some((dialect, self.input(input)?));
        match self.task()?.name.to_ascii_lowercase().as_str() {
            "azurecli" => {
                let kind = self.input("scriptType").and_then(Node::known).unwrap_or_default().to_ascii_lowercase();
                let dialect = match kind.as_str() {
                    "ps" | "pscore" => Dialect::PowerShell,
                    "batch" => Dialect::Batch,
                    _ => Dialect::Shell,
                };
                of(dialect, "inlineScript").or_else(|| of(dialect, "script"))
            }
            "azurepowershell" => of(Dialect::PowerShell, "inline"),
            "powershell" => of(Dialect::PowerShell, "script"),
            "bash" | "shellscript" | "cmdline" => of(Dialect::Shell, "script"),
            _ => None,
        }
    }

    /// The commands of its script that have to do with sign-ins.
    pub(crate) fn commands(&self, sources: &Sources) -> Vec<Command> {
        self.script().map_or_else(Vec::new, |(dialect, node)| {
            commands::scan_scalar(dialect, node, &sources.file(node.place.file).text)
        })
    }
}

/// On Windows, `script` is for the command prompt.
fn as_written(dialect: Dialect, script: &Node) -> Dialect {
    let prompt = script.known().is_some_and(|text| text.to_ascii_lowercase().contains("%system_"));
    if dialect == Dialect::Shell && prompt { Dialect::Batch } else { dialect }
}

impl Task<'_> {
    /// Whether an input names the connection by which the task signs in to Azure.
    fn takes(self, input: &str) -> bool {
        let (name, input) = (self.name.to_ascii_lowercase(), input.to_ascii_lowercase());
        let versioned = format!("{name}@{}", self.major.unwrap_or_default());
        if OTHER_TASKS.contains(&versioned.as_str()) {
            return false;
        }
        let for_azure = name.starts_with("azure") || AZURE_TASKS.iter().any(|known| name.starts_with(known));
        AZURE_CONNECTIONS.contains(&input.as_str()) || for_azure && OWN_CONNECTIONS.contains(&input.as_str())
    }

    /// `AzureCLI@2`
    pub(crate) fn title(self) -> String {
        self.major.map_or_else(|| self.name.to_owned(), |major| format!("{}@{major}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceFile, yaml};

    fn edited(text: &str, mapping: Option<&str>, line: &str) -> Option<String> {
        let sources = Sources::new(vec![SourceFile { path: "a.yml".to_owned(), text: text.to_owned() }]);
        let document = yaml::read(FileId(0), text).0.remove(0);
        let edit = Step::new(document.items()[0].clone()).with_line(&sources, mapping, line)?;
        let mut out = text.to_owned();
        out.replace_range(edit.place.range(), &edit.text);
        assert_eq!(yaml::read(FileId(0), &out).1, None, "{out}");
        Some(out)
    }

    #[test]
    fn a_line_is_added_where_it_belongs() {
        assert_eq!(
            edited("- bash: |\n    echo\n  displayName: x\n", None, "env:\n  A: b").unwrap(),
            "- bash: |\n    echo\n  env:\n    A: b\n  displayName: x\n"
        );
        assert_eq!(
            edited("- bash: |\n    echo\n", None, "env:\n  A: b").unwrap(),
            "- env:\n    A: b\n  bash: |\n    echo\n"
        );
        assert_eq!(
            edited("- task: X@1\n  inputs:\n    a: b\n", Some("inputs"), "c: true").unwrap(),
            "- task: X@1\n  inputs:\n    c: true\n    a: b\n"
        );
        assert_eq!(edited("- {task: X@1, inputs: {a: b}}\n", Some("inputs"), "c: true"), None);
    }

    #[test]
    fn inputs_that_name_a_connection() {
        let connections = |text: &str| -> Vec<String> {
            let step = Step::new(yaml::read(FileId(0), text).0.remove(0));
            step.connections().filter_map(|node| node.known().map(str::to_owned)).collect()
        };
        assert_eq!(connections("{task: AzureCLI@2, inputs: {azuresubscription: a}}"), ["a"]);
        assert_eq!(connections("{task: AzureKeyVault@2, inputs: {ConnectedServiceName: a}}"), ["a"]);
        assert_eq!(connections("{task: Docker@2, inputs: {containerRegistry: a}}"), [""; 0]);
        assert_eq!(connections("{task: NuGetCommand@2, inputs: {connectedServiceName: a}}"), [""; 0]);
        assert_eq!(connections("{task: PublishToAzureServiceBus@1, inputs: {azureSubscription: a}}"), [""; 0]);
    }
}

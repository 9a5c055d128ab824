//! Whose credentials those are of which nobody says whose they are: by the names that they trust.

use std::collections::HashMap;

use fedlens_issuers::{Subject, parse_subject};

use super::fit::sends;
use super::{Credential, Platform, Workload};
use crate::source::Text;

/// What the names of workloads and credentials tell, for platforms on which a name is one workload's own.
pub(super) struct Owners<'a> {
    workloads: &'a [Workload],
    /// For each credential the workloads that may send what it trusts.
    senders: Vec<Vec<usize>>,
    /// For each credential the group and the name that it trusts.
    trusted: Vec<Option<Name>>,
    /// For each workload the groups and names that it has.
    own: Vec<Vec<Name>>,
    /// The workloads of each client id that is known, in lower case.
    of_client: HashMap<String, Vec<usize>>,
}

/// The namespace and the service account, the project and the connection, or the organisation and the workspace, in
/// lower case.
type Name = (String, String);

/// The platforms whose subjects name one workload.
const NAMING: &[Platform] = &[Platform::Kubernetes, Platform::AzurePipelines, Platform::Terraform];

impl<'a> Owners<'a> {
    pub(super) fn new(workloads: &'a [Workload], credentials: &[Credential]) -> Self {
        let naming: Vec<usize> = (0..workloads.len()).filter(|at| names(workloads, *at)).collect();
        let sending = |credential: &Credential| {
            let sends = |at: &usize| workloads.get(*at).is_some_and(|workload| sends(workload, credential));
            naming.iter().copied().filter(sends).collect()
        };
        let mut of_client: HashMap<String, Vec<usize>> = HashMap::new();
        for at in &naming {
            if let Some(client) = workloads.get(*at).and_then(client) {
                of_client.entry(client).or_default().push(*at);
            }
        }
        let own = |workload: &Workload| {
            let subjects = workload.candidates.iter().flat_map(|candidate| &candidate.subjects);
            subjects.filter_map(group_and_name).collect()
        };
        let trusted = |credential: &Credential| credential.subject.as_ref().and_then(group_and_name);
        Self {
            workloads,
            senders: credentials.iter().map(sending).collect(),
            trusted: credentials.iter().map(trusted).collect(),
            own: workloads.iter().map(own).collect(),
            of_client,
        }
    }

    /// Whether a credential may be a workload's. One that fits another workload is that one's, and one that has
    /// neither the group nor the name of a workload is for one of elsewhere.
    pub(super) fn may_be_of(&self, workload: usize, credential: usize) -> bool {
        let senders = self.senders.get(credential).map(Vec::as_slice).unwrap_or_default();
        if !names(self.workloads, workload) || senders.contains(&workload) {
            return true;
        }
        let kin = self.same_client(workload);
        let stranger = |at: &usize| !kin.contains(at) && self.platform(*at) == self.platform(workload);
        kin.iter().any(|at| self.is_near(*at, credential)) && !senders.iter().any(stranger)
    }

    /// The workloads that are known to sign in with the same client id, itself included.
    fn same_client(&self, workload: usize) -> Vec<usize> {
        let client = self.workloads.get(workload).and_then(client);
        client.and_then(|client| self.of_client.get(&client)).cloned().unwrap_or_else(|| vec![workload])
    }

    fn platform(&self, workload: usize) -> Option<Platform> {
        self.workloads.get(workload).map(|workload| workload.platform)
    }

    /// Whether a credential trusts the group or the name of a workload; true for what has neither.
    fn is_near(&self, workload: usize, credential: usize) -> bool {
        let Some(Some((group, name))) = self.trusted.get(credential) else { return true };
        let platform = self.platform(workload);
        let in_namespace = platform == Some(Platform::Kubernetes);
        let connection = platform == Some(Platform::AzurePipelines);
        self.own.get(workload).into_iter().flatten().any(|(own_group, own_name)| {
            let alike = own_name.contains(name) || name.contains(own_name);
            alike || in_namespace && own_group == group || connection && share_word(own_name, name)
        })
    }
}

fn names(workloads: &[Workload], at: usize) -> bool {
    workloads.get(at).is_some_and(|workload| NAMING.contains(&workload.platform))
}

fn client(workload: &Workload) -> Option<String> {
    workload.client_id.as_ref().and_then(Text::known).map(str::to_ascii_lowercase)
}

/// Whether two names of service connections have a word in common, as after most changes of such a name.
fn share_word(a: &str, b: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).map(str::to_owned).collect()
    };
    let others = words(b);
    words(a).iter().any(|word| others.contains(word))
}

fn group_and_name(subject: &Text) -> Option<Name> {
    match parse_subject(None, &subject.to_string().to_ascii_lowercase()) {
        Subject::ServiceAccount { namespace, name } => Some((namespace, name)),
        Subject::ServiceConnection { project, connection, .. } => Some((project, connection)),
        Subject::Terraform { organisation, workspace, .. } => Some((organisation, workspace)),
        _ => None,
    }
}

//! Runs of HCP Terraform, as the `terraform` block of a configuration names their workspace.

use fedlens_issuers::Cloud;

use super::File;
use super::module::{Declared, place};
use crate::model::{Candidate, Draft, Platform, Workload};
use crate::source::{Piece, Place, Text, Unknown, Why};

/// Where runs are, unless a configuration says otherwise.
const HOST: &str = "app.terraform.io";

/// Adds the runs of a configuration, where some credential is for runs.
pub(super) fn add<'a>(files: impl Iterator<Item = &'a File>, draft: &mut Draft) {
    let runs =
        |credential: &crate::model::Credential| credential.platform() == Some(fedlens_issuers::PlatformId::Terraform);
    if draft.credentials.iter().any(runs) {
        draft.workloads.extend(files.filter_map(run));
    }
}

fn run(file: &File) -> Option<Workload> {
    let blocks = file.body.blocks().filter(|block| block.ident.as_str() == "terraform");
    let mut settings = blocks.flat_map(|block| block.body.blocks()).filter(|block| {
        let remote = block.labels.first().is_some_and(|label| label.as_str() == "remote");
        block.ident.as_str() == "cloud" || block.ident.as_str() == "backend" && remote
    });
    let own = Declared { file: file.id, block: settings.next()? };
    let workspaces = own.block.body.blocks().find(|block| block.ident.as_str() == "workspaces")?;
    let workspaces = Declared { file: file.id, block: workspaces };
    let at = own.header();
    let organisation = literal(own, "organization").unwrap_or_else(|| open("the organisation", Vec::new(), at));
    let workspace = literal(workspaces, "name").unwrap_or_else(|| {
        let prefix = literal(workspaces, "prefix").map(|prefix| prefix.pieces()).unwrap_or_default();
        open("the workspace", prefix, workspaces.header())
    });
    let project = literal(workspaces, "project").unwrap_or_else(|| open("the project", Vec::new(), at));
    let host = literal(own, "hostname").unwrap_or_else(|| Text::literal(HOST, at));
    Some(workload(&organisation, &project, &workspace, &host))
}

fn workload(organisation: &Text, project: &Text, workspace: &Text, host: &Text) -> Workload {
    let place = workspace.place;
    let text = |text: &str| Text::literal(text, place);
    let candidate = |phase: &str| {
        let parts = [
            text("organization:"),
            organisation.clone(),
            text(":project:"),
            project.clone(),
            text(":workspace:"),
            workspace.clone(),
            text(":run_phase:"),
            text(phase),
        ];
        let subject = Text::of(parts.iter().flat_map(Text::pieces), place);
        let when = match phase {
            "apply" => "when a run applies",
            _ => "when a run plans",
        };
        Candidate { subjects: vec![subject], place, when: when.to_owned() }
    };
    Workload {
        platform: Platform::Terraform,
        name: format!("workspace `{workspace}`"),
        place,
        issuer: text("https://").then(host),
        audience: Text::unknown("TFC_WORKLOAD_IDENTITY_AUDIENCE", Why::Stored, place),
        candidates: vec![candidate("plan"), candidate("apply")],
        client_id: None,
        tenant: None,
        cloud: Cloud::Public,
    }
}

/// A setting that is written out, which is the only way that these blocks take one.
fn literal(block: Declared<'_>, name: &str) -> Option<Text> {
    let written = block.get(name)?;
    let text = written.expression.as_str()?;
    Some(Text::literal(text, place(written.file, written.expression)))
}

fn open(symbol: &str, before: Vec<Piece>, place: Place) -> Text {
    let unknown = Piece::Unknown(Unknown { symbol: symbol.to_owned(), why: Why::NotGiven });
    Text::of(before.into_iter().chain([unknown]), place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use fedlens_issuers::terraform_subject;

    #[test]
    fn subjects_are_those_of_the_platform() {
        let text = |text: &str| Text::literal(text, Place::new(FileId(0), 0..0));
        let found = workload(&text("contoso"), &text("Default Project"), &text("shop"), &text(HOST));
        let subject = |at: usize| found.candidates[at].subjects[0].to_string();
        assert_eq!(subject(0), terraform_subject("contoso", "Default Project", "shop", "plan").build());
        assert_eq!(subject(1), terraform_subject("contoso", "Default Project", "shop", "apply").build());
    }
}

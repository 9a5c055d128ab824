use crate::Finding;
use crate::github::{Grant, Level, Login, Said};
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A job signs in with a token of GitHub, and its permissions do not let it ask for one.
    ///
    /// GitHub gives the address for such tokens only to jobs with `id-token: write`. The default permissions never have it, and a block `permissions:` takes away everything that it does not name. `azure/login` then says that it cannot get `ACTIONS_ID_TOKEN_REQUEST_URL`; Entra is not asked at all.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   contents: read
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ secrets.AZURE_CLIENT_ID }}
    ///           tenant-id: ${{ secrets.AZURE_TENANT_ID }}
    ///           subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
    /// ```
    ///
    /// ## Right
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    ///   contents: read
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ secrets.AZURE_CLIENT_ID }}
    ///           tenant-id: ${{ secrets.AZURE_TENANT_ID }}
    ///           subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
    /// ```
    FL301 "id-token-missing"
    title: "the job may not ask for an id token",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://docs.github.com/actions/reference/security/oidc",
    help: "grant `id-token: write` to the job",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let mut found: Vec<(Finding, Vec<&Login>)> = Vec::new();
    for login in model.github.logins.iter().filter(|login| login.is_federated() && lacks(login)) {
        // One block of permissions is one cause, however many steps it keeps from signing in.
        let (place, _) = at(login);
        match found.iter_mut().rev().take(64).find(|(finding, _)| finding.primary.place == place) {
            Some((_, logins)) => logins.push(login),
            None => found.push((finding(model, login), vec![login])),
        }
    }
    for (mut finding, logins) in found {
        let mut jobs: Vec<&str> = logins.iter().map(|login| login.job_id.as_str()).collect();
        jobs.dedup();
        if let [_, others @ ..] = jobs.as_slice()
            && !others.is_empty()
        {
            finding.message = format!("jobs {} sign in with a token of GitHub but may not ask for one", listed(&jobs));
        }
        for login in logins {
            if finding.secondary.iter().all(|label| label.place != login.place) {
                finding = finding.and(login.place, "needs `id-token: write`");
            }
        }
        out.push(finding);
    }
}

fn lacks(login: &Login) -> bool {
    let granted = login.grant.level != Level::None;
    // A job that a caller bounds is the caller's matter, unless the called workflow takes the permission away itself.
    let bounded = login.caller.is_some_and(|caller| caller.grant == login.grant);
    let asks_caller = login.uncalled && login.grant.said == Said::Nothing;
    !granted && !bounded && !asks_caller
}

/// The names in backticks.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => quoted.concat(),
    }
}

fn finding(model: &Model<'_>, login: &Login) -> Finding {
    let message = format!("job `{}` signs in with a token of GitHub but may not ask for one", login.job_id);
    let (place, label) = at(login);
    let finding = Finding::new(&RULE, message, place, label);
    finding.fix("grant `id-token: write`", grant_edit(model, login.grant, login.job))
}

fn at(login: &Login) -> (crate::source::Place, &'static str) {
    match login.grant.said {
        Said::Entry(place) => (place, "this is not `write`"),
        Said::Block(key, _) => (key, "these permissions leave `id-token` out, which takes it away"),
        Said::All(place) => (place, "this does not include `id-token: write`"),
        Said::Nothing => (login.job, "no `permissions` here or at the workflow: the default has no `id-token`"),
    }
}

/// Adds the permission where it is missing.
pub(super) fn grant_edit(model: &Model<'_>, grant: Grant, job: crate::source::Place) -> Option<crate::Edit> {
    use crate::Edit;
    match grant.said {
        Said::Entry(place) => Some(Edit::replace(place, "write")),
        Said::All(place) if model.sources.text(place) == "read-all" => None,
        Said::All(_) => None,
        Said::Block(key, block) => {
            let text = model.sources.text(block);
            if text.trim_start().starts_with('{') {
                let inside = text.trim().trim_start_matches('{').trim_end_matches('}').trim();
                let comma = if inside.is_empty() { "" } else { ", " };
                return Some(Edit::replace(block, format!("{{ {inside}{comma}id-token: write }}")));
            }
            let indent = " ".repeat(model.sources.position(block).column.checked_sub(1)?);
            (block.start > key.end).then(|| Edit::before(block, format!("id-token: write\n{indent}")))
        }
        Said::Nothing => {
            let indent = " ".repeat(model.sources.position(job).column.checked_sub(1)?);
            let rest = model.sources.file(job.file).text.get(job.end as usize..)?;
            let line = rest.split('\n').next()?;
            let after = crate::source::Place { start: job.end, end: job.end + u32::try_from(line.len()).ok()?, ..job };
            let only_colon = line.trim() == ":";
            only_colon.then(|| {
                Edit::replace(after, format!(":\n{indent}  permissions:\n{indent}    id-token: write\n{indent}    contents: read"))
            })
        }
    }
}

//! Linting holds for any files: it never panics, every place that it names is in its file, and the same files always
//! give the same report.

#![expect(clippy::unwrap_used, reason = "whatever fails here fails the test")]

#[expect(dead_code, reason = "only the files of cases are of use here")]
mod cases;

use std::path::Path;
use std::sync::LazyLock;

use fedlens_lint::patch::{Patch, patched};
use fedlens_lint::source::{Place, SourceFile, Sources};
use fedlens_lint::{Options, RULES, Report, fingerprints, lint, wants};
use proptest::prelude::*;
use rayon::ThreadPool;

/// A path of every form, and of every role that a file can have by its path.
const PATHS: &[&str] = &[
    ".github/workflows/deploy.yml",
    ".github/actions/login/action.yml",
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
    "k8s/all.yaml",
    "k8s/kustomization.yaml",
    "infra/main.tf",
    "infra/terraform.tfvars",
    "infra/main.bicep",
    "infra/main.bicepparam",
    "infra/azuredeploy.json",
    "infra/azuredeploy.parameters.json",
    "plan.json",
    "credential.json",
    "linkedService/lake.json",
    "notebook.ipynb",
    "app.py",
    "App.cs",
    "app.ts",
    "app.tsx",
    "app.js",
    "App.java",
    "app.go",
    "setup.ps1",
    "setup.sh",
    "Dockerfile",
    ".env",
];

/// Scraps that lead into every reader.
const SCRAPS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "'''",
    ",",
    ":",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "\t",
    "\\",
    "=",
    "${",
    "${{ ",
    " }}",
    "$(",
    "$[",
    "%{ for x in y }",
    "<<EOT\n",
    "EOT\n",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "<<: *a",
    "---\n",
    "#",
    "//",
    "/*",
    "# fedlens: ignore[FL101] -- é",
    "\u{feff}",
    "\0",
    "\r",
    "\r\n",
    "é",
    "𝒳",
    "on: push\n",
    "permissions:\n  id-token: write\n",
    "jobs:\n  a:\n    steps:\n      - uses: azure/login@v2\n        with:\n          client-id: x\n",
    "include: [.gitlab-ci.yml]\n",
    "id_tokens:\n  T: { aud: api://AzureADTokenExchange }\n",
    "extends: .base\n",
    "steps:\n- task: AzureCLI@2\n  inputs:\n    azureSubscription: x\n",
    "template: azure-pipelines.yml\n",
    "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: x\n",
    "resources: [all.yaml, ../k8s]\n",
    "resource \"azuread_application_federated_identity_credential\" \"x\" {\n",
    "module \"m\" { source = \"./\" }\n",
    "for_each = toset([\"x\"])\n",
    "subject = \"repo:contoso/shop:ref:refs/heads/${var.x}\"\n",
    "resource x 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {\n",
    "param x string = 'é'\n",
    "using 'main.bicep'\n",
    "{\"resources\":[{\"type\":\"Microsoft.ManagedIdentity/userAssignedIdentities\",\"name\":\"[concat('x',",
    "{\"issuer\":\"https://x\",\"subject\":\"y\",\"audiences\":[\"z\"]}",
    "{\"format_version\":\"1.2\",\"planned_values\":{\"root_module\":{\"resources\":[",
    "{\"cells\":[{\"cell_type\":\"code\",\"source\":[\"import msal\\n\",\"\\u00e9\"]}]}",
    "import msal\napp = msal.ConfidentialClientApplication(client_credential={'client_assertion': token})\n",
    "az ad app federated-credential create --id x --parameters '{\"subject\":\"é\"}'\n",
    "az login --service-principal -u x --federated-token \"$T\"\n",
    "Connect-AzAccount -FederatedToken $t `\n",
    "AZURE_CLIENT_SECRET=é\n",
    "RUN az login\n",
];

static REAL: LazyLock<Vec<(Vec<SourceFile>, Options)>> = LazyLock::new(real);

static ONE_THREAD: LazyLock<ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap());

/// The files of every case, and of the examples of every rule.
fn real() -> Vec<(Vec<SourceFile>, Options)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    #[expect(clippy::disallowed_methods, reason = "our own cases")]
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).unwrap());
    let texts = texts.chain(RULES.iter().map(|rule| rule.explanation()));
    let cases = texts.flat_map(|text| cases::parse(&text)).filter(|case| !case.files.is_empty());
    cases.map(|case| (case.files, case.options)).collect()
}

/// A change of a text, by positions in thousandths of its length.
#[derive(Clone, Copy, Debug)]
enum Change {
    Delete(usize, usize),
    Duplicate(usize, usize, usize),
    Swap(usize, usize, usize, usize),
    Truncate(usize),
    Insert(usize, &'static str),
    CarriageReturns,
    Tabs,
}

impl Change {
    fn apply(self, text: &str) -> String {
        let at = |thousandths: usize| (0..=text.len() * thousandths / 1000).rev().find(|at| text.is_char_boundary(*at));
        let part = |from: usize, to: usize| text.get(at(from).unwrap()..at(to).unwrap()).unwrap();
        match self {
            Self::Delete(from, to) => part(0, from).to_owned() + part(to, 1000),
            Self::Duplicate(from, to, into) => part(0, into).to_owned() + part(from, to) + part(into, 1000),
            Self::Swap(a, b, c, d) => [part(0, a), part(c, d), part(b, c), part(a, b), part(d, 1000)].concat(),
            Self::Truncate(to) => part(0, to).to_owned(),
            Self::Insert(into, scrap) => part(0, into).to_owned() + scrap + part(into, 1000),
            Self::CarriageReturns => text.replace('\n', "\r\n"),
            Self::Tabs => text.replace("  ", "\t"),
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let positions = |count| {
        prop::collection::vec(0_usize..=1000, count).prop_map(|mut positions| {
            positions.sort_unstable();
            positions
        })
    };
    prop_oneof![
        3 => positions(2).prop_map(|at| Change::Delete(at[0], at[1])),
        // Small ones break syntax where large ones take it away whole.
        3 => (0_usize..1000, 1_usize..20).prop_map(|(at, length)| Change::Delete(at, (at + length).min(1000))),
        3 => (positions(2), 0_usize..=1000).prop_map(|(at, into)| Change::Duplicate(at[0], at[1], into)),
        2 => positions(4).prop_map(|at| Change::Swap(at[0], at[1], at[2], at[3])),
        2 => (0_usize..=1000).prop_map(Change::Truncate),
        6 => (0_usize..=1000, prop::sample::select(SCRAPS)).prop_map(|(into, scrap)| Change::Insert(into, scrap)),
        1 => Just(Change::CarriageReturns),
        1 => Just(Change::Tabs),
    ]
}

/// Lints twice, the second time with one thread, and looks at every place.
fn check(files: Vec<SourceFile>, options: &Options) {
    for file in &files {
        wants(&file.path, file.text.as_bytes());
    }
    let sources = Sources::new(files);
    let report = lint(&sources, options);
    let again = ONE_THREAD.install(|| lint(&sources, options));
    assert_eq!(format!("{report:?}"), format!("{again:?}"));
    places(&report).into_iter().for_each(|place| check_place(&sources, place));
    let patch = Patch::of(&sources, &report.findings, true);
    for (file, edits) in &patch.files {
        patched(&sources.file(*file).text, edits);
    }
    fingerprints(&sources, &report.findings.iter().collect::<Vec<_>>());
}

fn places(report: &Report) -> Vec<Place> {
    let mut places = Vec::new();
    let findings = report.findings.iter().chain(report.suppressed.iter().map(|suppressed| &suppressed.finding));
    for finding in findings {
        places.push(finding.primary.place);
        places.extend(finding.secondary.iter().map(|label| label.place));
        places.extend(finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.place));
    }
    places.extend(report.suppressed.iter().map(|suppressed| suppressed.place));
    places.extend(report.unjudged.iter().map(|unjudged| unjudged.place));
    places.extend(report.unreadable.iter().map(|error| error.place));
    places
}

fn check_place(sources: &Sources, place: Place) {
    let file = sources.file(place.file);
    let range = place.range();
    assert!(file.text.get(range.clone()).is_some(), "{range:?} is not in {}: {:?}", file.path, file.text);
    let position = sources.position(place);
    assert!(position.line > 0 && position.column > 0);
}

fn any_path() -> impl Strategy<Value = String> {
    prop::sample::select(PATHS).prop_map(str::to_owned)
}

fn options() -> Options {
    Options { repository: Some("contoso/shop".to_owned()), today: jiff::civil::date(2026, 11, 23) }
}

fn one(path: String, text: String) {
    check(vec![SourceFile { path, text }], &options());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(path in any_path(), bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        one(path, String::from_utf8_lossy(&bytes).into_owned());
    }

    #[test]
    fn arbitrary_text(path in any_path(), text in "\\PC{0,200}|[ -~\n]{0,300}|[-:{}\\[\\]()\"'$%#<>|&*=,. \n a-zé]{0,300}") {
        one(path, text);
    }

    #[test]
    fn scraps_of_files(
        files in prop::collection::vec((any_path(), prop::collection::vec(prop::sample::select(SCRAPS), 0..30)), 1..4),
    ) {
        let mut files: Vec<_> =
            files.into_iter().map(|(path, scraps)| SourceFile { path, text: scraps.concat() }).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        check(files, &options());
    }

    #[test]
    fn changed_cases(
        case in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..5),
    ) {
        let (mut files, options) = case.get(&REAL).clone();
        for (file, change) in changes {
            let file = file.index(files.len());
            files[file].text = change.apply(&files[file].text);
        }
        check(files, &options);
    }
}

/// How many of each; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    const UNASKED: u32 = 256;
    let asked = ProptestConfig::default().cases;
    if asked == UNASKED { 48 } else { asked }
}

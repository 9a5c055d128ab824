//! `fedlens lint` as a reader runs it, on trees that each test writes.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads its own files, and panics without them"
)]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

const WORKFLOW: &str = "\
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: Production
    steps:
      - uses: azure/login@v2
        with:
          client-id: 11111111-1111-4111-8111-111111111111
          tenant-id: 22222222-2222-4222-8222-222222222222
          subscription-id: 33333333-3333-4333-8333-333333333333
";

const TERRAFORM: &str = r#"resource "azuread_application" "deploy" {
  display_name = "deploy"
}

resource "azuread_application_federated_identity_credential" "github" {
  application_id = azuread_application.deploy.id
  display_name   = "github"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "repo:contoso/shop:environment:production"
}
"#;

const PATH: &str = ".github/workflows/deploy.yml";

/// A tree, in which commands are run.
struct Tree(TempDir);

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(TempDir::new().unwrap());
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    /// A job whose subject differs in letter case, and which may not ask for a token.
    fn wrong() -> Self {
        Self::new(&[(PATH, WORKFLOW), ("infra/main.tf", TERRAFORM)])
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn lint(&self, arguments: &[&str]) -> Run {
        self.lint_in(self.0.path(), arguments, "")
    }

    fn lint_in(&self, folder: &Path, arguments: &[&str], input: &str) -> Run {
        let mut command = Command::cargo_bin("fedlens").unwrap();
        command.arg("lint").args(arguments).current_dir(folder).write_stdin(input.to_owned());
        let output = command.env("GITHUB_REPOSITORY", "contoso/shop").output().unwrap();
        Run {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The findings, as `FL301 path:line`.
    fn findings(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let findings = self.json()["findings"].as_array().unwrap().clone();
        let line = |found: &Value| format!("{} {}:{}", text(&found["rule"]), text(&found["path"]), found["line"]);
        findings.iter().map(line).collect()
    }
}

#[test]
fn findings_for_a_terminal() {
    let run = Tree::wrong().lint(&["--select", "FL102"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r#"
    error[FL102]: this job's subject differs from the credential only in letter case
      --> .github/workflows/deploy.yml:5:18
       |
     5 |     environment: Production
       |                  ^^^^^^^^^^ on a push, sends `repo:contoso/shop:environment:Production`
     6 |     steps:
     7 |       - uses: azure/login@v2
       |               -------------- signs in here
       |
      ::: infra/main.tf:10:20
       |
    10 |   subject        = "repo:contoso/shop:environment:production"
       |                    ------------------------------------------ trusts `repo:contoso/shop:environment:production`
       |
       = differ: presented  repo:contoso/shop:environment:Production
                 configured repo:contoso/shop:environment:production
                                                          ^
       = entra: would answer AADSTS7002138 (The subject matches except for letter case)
       = note: The subjects differ in letter case only: context is `environment:Production` in the assertion and `environment:production` in the credential. Entra tells upper and lower case apart.
       = confidence: medium: it rests on a likely reading
       = help: set the credential's subject to `repo:contoso/shop:environment:Production`
       = fix: use the letter case that is sent (`--fix` does it)
              infra/main.tf:10
              -   subject        = "repo:contoso/shop:environment:production"
              +   subject        = "repo:contoso/shop:environment:Production"
       = explain: fedlens lint --explain FL102

    1 error; 1 not asked for
    2 files of sign-ins: 1 workload, 1 identity with 1 credential; 1 sign-in joined, 0 of them accepted and 1 refused, 0 not to be judged
    "#);
}

#[test]
fn exit_codes() {
    let tree = Tree::wrong();
    for (arguments, expected) in [
        (&["."][..], 1),
        (&["--select", "FL002"], 0),
        (&["--ignore", "FL102,id-token-missing"], 0),
        (&["infra"], 0),
        (&["--fail-on", "error"], 1),
        (&["nowhere"], 2),
        (&["--select", "FL999"], 2),
        (&["--list-rules"], 0),
        (&["--explain", "FL301"], 0),
        (&["--explain", "id-token-mising"], 2),
    ] {
        let run = tree.lint(arguments);
        assert_eq!(run.status, expected, "{arguments:?}\n{}{}", run.stdout, run.stderr);
    }
    let nothing = Tree::new(&[("readme.md", "Nothing.")]);
    assert_eq!(nothing.lint(&[]).status, 2);
    assert_eq!(nothing.lint(&["--allow-empty"]).status, 0);
}

#[test]
fn names_of_rules_have_a_nearest() {
    let run = Tree::wrong().lint(&["--ignore", "id-token-mising"]);
    assert_snapshot!(run.stderr, @"fedlens: no rule is called `id-token-mising`; the nearest is FL301 (id-token-missing), and `fedlens lint --list-rules` lists all");
}

#[test]
fn every_form_can_be_printed() {
    let tree = Tree::wrong();
    for (form, expected) in [
        ("human", "error[FL301]"),
        ("json", "\"fedlens.lint/1\""),
        ("sarif", "\"2.1.0\""),
        ("github", "::error file=.github/workflows/deploy.yml,line=3,"),
        ("junit", "<testsuites name=\"fedlens lint\" tests=\"2\" failures=\"2\""),
        ("markdown", "## fedlens lint: 2 errors"),
    ] {
        let run = tree.lint(&["--format", form]);
        assert_eq!(run.status, 1, "{form}");
        assert!(run.stdout.contains(expected), "{form}: {}", run.stdout);
    }
}

#[test]
fn paths_are_relative_to_the_current_folder() {
    let tree = Tree::wrong();
    let expected = ["FL102 ../.github/workflows/deploy.yml:5", "FL301 ../.github/workflows/deploy.yml:3"];
    let mut found = tree.lint_in(&tree.0.path().join("infra"), &["..", "--format", "json"], "").findings();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn one_file_from_standard_input() {
    let tree = Tree::wrong();
    let run = tree.lint_in(tree.0.path(), &["-", "--stdin-path", PATH, "--format", "json"], WORKFLOW);
    assert_eq!(run.findings(), ["FL301 .github/workflows/deploy.yml:3"]);
    assert_eq!(tree.lint(&["-"]).status, 2);
}

#[test]
fn exports_from_outside_of_the_tree() {
    let tree = Tree::new(&[(PATH, WORKFLOW)]);
    let elsewhere = Tree::new(&[(
        "credentials.json",
        r#"[{"name": "github", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/shop:environment:production", "audiences": ["api://AzureADTokenExchange"]}]"#,
    )]);
    let export = elsewhere.0.path().join("credentials.json").display().to_string();
    let run = tree.lint(&["--directory", &export, "--format", "json"]);
    assert_eq!(run.json()["counts"]["credentials"], 1, "{}", run.stdout);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_linted() {
    let tree = Tree::wrong();
    tree.write(".github/workflows/broken.yml", "on: push\njobs: [azure\n");
    tree.write(".github/workflows/tabs.yml", "on: push\njobs:\n\ta: 1\n");
    tree.write("half.tf", "resource \"azuread_application\" \"x\" {\n  display_name = ");
    tree.write("large.json", vec![b' '; 50 << 20]);
    tree.write("latin.ps1", b"Connect-AzAccount # caf\xe9\n");
    let run = tree.lint(&["--format", "json"]);
    let unreadable = run.json()["unreadable"].as_array().unwrap().clone();
    let paths: Vec<&str> = unreadable.iter().map(|unread| unread["path"].as_str().unwrap()).collect();
    for path in [".github/workflows/broken.yml", ".github/workflows/tabs.yml", "half.tf", "large.json"] {
        assert!(paths.contains(&path), "{path} is not in {paths:?}");
    }
    assert!(run.stdout.contains("larger than 8 MiB"));
    assert_eq!(run.findings().len(), 2);
}

#[test]
fn folders_that_nobody_wrote_are_passed_over() {
    let tree = Tree::wrong();
    tree.write("node_modules/x/.github/workflows/a.yml", WORKFLOW);
    tree.write("ignored/.github/workflows/a.yml", WORKFLOW);
    tree.write(".fedlensignore", "ignored/\n");
    tree.write("other/.github/workflows/a.yml", WORKFLOW);
    tree.write("fedlens.toml", "exclude = [\"other/\"]\n");
    assert_eq!(tree.lint(&["--format", "json"]).findings().len(), 2);
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_a_circle() {
    let tree = Tree::wrong();
    std::os::unix::fs::symlink(".", tree.0.path().join("infra/circle")).unwrap();
    let run = tree.lint(&["--format", "json"]);
    assert_eq!(run.findings().len(), 2);
    assert!(run.stdout.contains("leads back"), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::wrong();
    tree.write("secret.tf", "# azure");
    let path = tree.0.path().join("secret.tf");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    if fs::read(&path).is_err() {
        assert!(tree.lint(&[]).stdout.contains("secret.tf: reading it is not permitted"));
    }
}

#[test]
fn safe_changes_are_made() {
    let tree = Tree::wrong();
    let with_returns = WORKFLOW.replace('\n', "\r\n");
    tree.write(PATH, &with_returns);
    let patch = tree.lint(&["--diff"]);
    assert_eq!(patch.status, 1);
    assert!(patch.stdout.contains("-  subject        = \"repo:contoso/shop:environment:production\"\n"));
    assert_eq!(tree.text(PATH), with_returns);

    let fixed = tree.lint(&["--fix"]);
    assert_eq!(fixed.status, 0, "{}{}", fixed.stdout, fixed.stderr);
    assert!(tree.text("infra/main.tf").contains(":environment:Production\""));
    let workflow = tree.text(PATH);
    assert!(workflow.contains("id-token: write\r\n"), "{workflow}");
    assert_eq!(workflow.matches('\n').count(), workflow.matches("\r\n").count());
    assert!(fixed.stderr.contains("FL301: grant `id-token: write`"), "{}", fixed.stderr);
}

#[cfg(unix)]
#[test]
fn changed_files_keep_their_permissions_and_links() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::wrong();
    let (target, link) = (tree.0.path().join("infra/main.tf"), tree.0.path().join("infra/link.tf"));
    fs::rename(&target, tree.0.path().join("infra/kept.txt")).unwrap();
    fs::remove_file(&link).ok();
    std::os::unix::fs::symlink("kept.txt", &target).unwrap();
    fs::set_permissions(tree.0.path().join("infra/kept.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    tree.lint(&["--fix"]);
    assert!(fs::symlink_metadata(&target).unwrap().is_symlink());
    assert!(tree.text("infra/kept.txt").contains(":environment:Production\""));
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_baseline_hides_what_was_there() {
    let tree = Tree::wrong();
    assert_eq!(tree.lint(&["--write-baseline", "known.json"]).status, 0);
    let hidden = tree.lint(&["--baseline", "known.json"]);
    assert_eq!(hidden.status, 0, "{}", hidden.stdout);
    assert!(hidden.stdout.starts_with("Nothing wrong was found; 2 in the baseline"), "{}", hidden.stdout);

    tree.write(PATH, format!("# one more line\n{}", WORKFLOW.replace("Production", "production")));
    let moved = tree.lint(&["--baseline", "known.json"]);
    assert_eq!(moved.status, 0, "{}", moved.stdout);
    assert!(moved.stdout.contains("gone: FL102 in .github/workflows/deploy.yml"), "{}", moved.stdout);
}

#[test]
fn comments_suppress() {
    let tree = Tree::wrong();
    tree.write(
        PATH,
        WORKFLOW.replace("  deploy:", "  deploy: # fedlens: ignore[FL301] -- granted by the organisation"),
    );
    let run = tree.lint(&["--format", "json"]);
    assert_eq!(run.findings(), ["FL102 .github/workflows/deploy.yml:5"]);
    assert_eq!(run.json()["suppressed"][0]["reason"], "granted by the organisation");
    let log = tree.lint(&["--format", "sarif"]).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["suppressions"][0]["kind"] == "inSource"));
}

#[test]
fn the_settings_file() {
    let tree = Tree::wrong();
    tree.write(
        "fedlens.toml",
        "[severity]\nFL102 = \"note\"\n\n[[suppress]]\nrule = \"FL301\"\npath = \".github/\"\nreason = \"granted \
         elsewhere\"\nuntil = 2027-01-01\n\n[[suppress]]\nrule = \"FL301\"\npath = \"*.json\"\n",
    );
    let run = tree.lint(&["--format", "json", "--today", "2026-11-23", "--severity", "note"]);
    assert_eq!(run.findings(), ["FL102 .github/workflows/deploy.yml:5", "FL001 fedlens.toml:10"]);
    let unasked = tree.lint(&["--format", "json", "--today", "2026-11-23"]);
    assert_eq!(
        (unasked.findings(), unasked.json()["counts"]["left_out"].as_u64()),
        (vec!["FL001 fedlens.toml:10".to_owned()], Some(1))
    );
    let past = tree.lint(&["--format", "json", "--today", "2027-01-02"]).findings();
    assert!(past.contains(&"FL003 fedlens.toml:4".to_owned()), "{past:?}");
    assert!(tree.lint(&["--no-config", "--format", "json"]).findings().len() == 2);
}

#[test]
fn faulty_settings() {
    let tree = Tree::wrong();
    tree.write("fedlens.toml", "fail_on = \"error\"\n");
    let run = tree.lint(&[]);
    assert_eq!(run.status, 2);
    assert_snapshot!(run.stderr, @r#"
    fedlens: fedlens.toml: TOML parse error at line 1, column 1
      |
    1 | fail_on = "error"
      | ^^^^^^^
    unknown field `fail_on`, expected one of `repository`, `select`, `ignore`, `severity`, `fail-on`, `exclude`, `directory`, `baseline`, `suppress`
    "#);
    tree.write("fedlens.toml", "ignore = [\"FL999\"]\n");
    assert!(tree.lint(&[]).stderr.contains("fedlens.toml"), "{}", tree.lint(&[]).stderr);
}

#[test]
fn secrets_are_not_shown() {
    let tree = Tree::new(&[(
        PATH,
        &format!("{WORKFLOW}        env:\n          ARM_CLIENT_SECRET: abc8Q~0123456789012345678901234567890abcde\n"),
    )]);
    for form in ["human", "json", "sarif", "github", "junit", "markdown"] {
        let run = tree.lint(&["--format", form]);
        assert!(!(run.stdout + &run.stderr).contains("abc8Q~0123"), "{form}");
    }
}

#[test]
fn a_secret_is_shown_in_no_form() {
    let tree = Tree::new(&[(
        "linkedService/lake.json",
        r#"{"name": "lake", "properties": {"type": "AzureBlobFS", "typeProperties": {
            "url": "https://contoso.dfs.core.windows.net", "servicePrincipalId": "6d4f2b1e-93a7-4c58-8e0f-2b7a9c1d3e55",
            "tenant": "0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66",
            "servicePrincipalKey": {"type": "SecureString", "value": "Zq8~made-up-secret"}}}}"#,
    )]);
    for format in ["human", "json", "sarif", "github", "junit", "markdown"] {
        let run = tree.lint(&["--format", format]);
        assert_eq!(run.status, 1, "{format}: {}", run.stderr);
        assert!(run.stdout.contains("FL406") && !run.stdout.contains("made-up"), "{format}: {}", run.stdout);
    }
    assert!(tree.lint(&["--no-redact"]).stdout.contains("made-up"));
}

//! `fedlens emulate token` as a reader runs it.
#![expect(clippy::unwrap_used, reason = "a test panics where something is missing")]

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

struct Run {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }
}

fn token(keys: &TempDir, options: &str) -> Run {
    let mut command = Command::cargo_bin("fedlens").unwrap();
    command.args(["emulate", "token", "--keys"]).arg(keys.path()).args(options.split_ascii_whitespace());
    let output = command.write_stdin(r#"{"iss": "https://x.example", "sub": "from standard input"}"#).output().unwrap();
    Run {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn claims(keys: &TempDir, options: &str) -> Value {
    token(keys, &format!("{options} --format json")).json()["claims"].clone()
}

#[test]
fn a_token_is_one_line_and_verifies_with_the_kept_key() {
    let keys = TempDir::new().unwrap();
    let run = token(&keys, "--as github --repo contoso/app");
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout.matches('\n').count(), 1);
    assert!(run.stdout.ends_with('\n') && run.stderr.is_empty());
    let kid = |run: &Run| run.json()["header"]["kid"].clone();
    let first = token(&keys, "--as github --format json");
    let second = token(&keys, "--as kubernetes --format json");
    let entra = token(&keys, "--as managed-identity --format json");
    assert_eq!(kid(&first), kid(&second), "the key is kept");
    assert_ne!(kid(&first), kid(&entra), "Entra has a key of its own");
    assert!(keys.path().join("issuers.pem").is_file());
}

#[test]
fn subjects_follow_the_options() {
    let keys = TempDir::new().unwrap();
    for (options, subject) in [
        ("--as github --repo o/r --ref dev", "repo:o/r:ref:refs/heads/dev"),
        ("--as github --repo o/r --ref refs/heads/dev", "repo:o/r:ref:refs/heads/dev"),
        ("--as github --repo o/r --tag v1", "repo:o/r:ref:refs/tags/v1"),
        ("--as github --repo o/r --event pull_request", "repo:o/r:pull_request"),
        ("--as github --repo o/r --event pull_request --environment prod", "repo:o/r:environment:prod"),
        ("--as github --repo o/r --immutable --owner-id 1 --repository-id 2", "repo:o@1/r@2:ref:refs/heads/main"),
        ("--as github --repo o/r --claim-keys repository_owner,context", "repository_owner:o:ref:refs/heads/main"),
        ("--as azure-devops --old --project p --connection c", "sc://contoso/p/c"),
        ("--as azure-devops --old --pipeline deploy", "p://contoso/app/deploy"),
        ("--as kubernetes --namespace n --service-account s", "system:serviceaccount:n:s"),
        ("--as gitlab --project g/s/p --ref main", "project_path:g/s/p:ref_type:branch:ref:main"),
        ("--as gitlab --project g/p --tag v1", "project_path:g/p:ref_type:tag:ref:v1"),
        ("--as terraform --project p --run-phase plan", "organization:contoso:project:p:workspace:app:run_phase:plan"),
        ("--as generic --issuer https://x.example --subject y", "y"),
        ("--as generic --claims -", "from standard input"),
        ("--as kubernetes --subject z", "z"),
        ("--as managed-identity", "fed1e500-0000-4000-8000-0000000000b2"),
    ] {
        assert_eq!(claims(&keys, options)["sub"], subject, "{options}");
    }
}

#[test]
fn every_default_is_trusted_by_the_sample() {
    let keys = TempDir::new().unwrap();
    let sample = fedlens_emulator::sample();
    let trusted = &sample.applications.first().unwrap().federated_identity_credentials;
    for platform in ["github", "azure-devops", "azure-devops --old", "kubernetes", "gitlab", "terraform"] {
        let claims = claims(&keys, &format!("--as {platform}"));
        let found = trusted.iter().any(|credential| {
            claims["iss"] == credential.issuer.as_str() && claims["sub"].as_str() == credential.subject.as_deref()
        });
        assert!(found, "{platform}: {claims}");
    }
}

#[test]
fn claims_and_header_can_be_set_left_out_and_spoilt() {
    let keys = TempDir::new().unwrap();
    let at = "--at 2027-01-01T00:00:00Z";
    let second = 1_798_761_600;
    let whole = |options: &str| token(&keys, &format!("{options} {at} --format json")).json();
    let set =
        whole("--as gitlab --claim team=core --claim run:=7 --without jti --audience a --issuer https://i.example");
    assert_eq!(set["claims"]["team"], "core");
    assert_eq!(set["claims"]["run"], 7);
    assert_eq!(set["claims"].get("jti"), None);
    assert_eq!((&set["claims"]["aud"], &set["claims"]["iss"]), (&"a".into(), &"https://i.example".into()));
    assert_eq!(whole("--as gitlab --audience a --audience b")["claims"]["aud"], serde_json::json!(["a", "b"]));
    assert_eq!(whole("--as kubernetes --audience a")["claims"]["aud"], serde_json::json!(["a"]));
    assert_eq!(whole("--as github --lifetime 60")["claims"]["exp"], second + 60);

    let expired = whole("--as kubernetes --expired");
    assert_eq!(expired["claims"]["exp"], second - 3_600);
    assert_eq!(expired["claims"]["iat"], second - 7_200, "all times move together");
    assert_eq!(whole("--as gitlab --not-yet-valid")["claims"]["nbf"], second + 3_600);

    let spoilt = whole("--as github --alg none --kid k --header typ=at+jwt");
    assert_eq!(spoilt["header"], serde_json::json!({"typ": "at+jwt", "alg": "none", "x5t": "k", "kid": "k"}));
    assert!(spoilt["token"].as_str().unwrap().ends_with('.'), "no signature");
    let unnamed = whole("--as generic --issuer https://x.example --subject y --header kid:=null --header a:=[1]");
    assert_eq!(unnamed["header"], serde_json::json!({"typ": "JWT", "a": [1], "alg": "RS256"}));
}

#[test]
fn what_makes_no_sense_is_refused_with_a_sentence() {
    let keys = TempDir::new().unwrap();
    for (options, sentence) in [
        ("--as kubernetes --repo o/r --old", "--repo, --old say nothing about a token of --as kubernetes"),
        ("--as github --repo o", "`o` is not a repository: write OWNER/NAME"),
        ("--as github --claim-keys colour", "the job has no claim `colour`"),
        ("--as generic --issuer https://x.example", "--subject is missing"),
        ("--as generic", "--issuer is missing"),
        ("--as generic --claims {", "--claims is no JSON object"),
        ("--as generic --claims no-such-file", "cannot open no-such-file"),
        ("--as github --claim colour", "write NAME=TEXT or NAME:=JSON"),
        ("--as github --claim colour:=red", "this is no JSON"),
        ("--as managed-identity --identity nobody", "the directory has no managed identity `nobody`"),
        ("--as user --user nobody", "the directory has no user `nobody`"),
        ("--repo o/r", "--as <PLATFORM>"),
        ("--as github --expired --not-yet-valid", "cannot be used with"),
    ] {
        let run = token(&keys, options);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{options}");
        assert!(run.stderr.contains(sentence), "{options}: {}", run.stderr);
    }
}

#[test]
fn keys_that_cannot_be_used_are_an_error_and_not_another_key() {
    let keys = TempDir::new().unwrap();
    std::fs::write(keys.path().join("issuers.pem"), "nonsense").unwrap();
    let run = token(&keys, "--as github");
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("issuers.pem is not an RSA key in PKCS#8"), "{}", run.stderr);
}

#[test]
fn decode_shows_the_token_beside_the_result() {
    let keys = TempDir::new().unwrap();
    let run = token(&keys, "--as azure-devops --decode");
    assert_eq!(run.stdout.matches('.').count(), 2);
    assert!(run.stderr.contains("/eid1/c/pub/t/") && !run.stderr.contains(run.stdout.trim()));
}

#[test]
fn processes_that_make_the_keys_at_once_agree_on_them() {
    let keys = TempDir::new().unwrap();
    let kids: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| token(&keys, "--as github --format json").json()["header"]["kid"].clone()))
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(kids.iter().all(|kid| *kid == kids[0]), "{kids:?}");
    let left: Vec<_> = keys.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

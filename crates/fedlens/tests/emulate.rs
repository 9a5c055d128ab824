//! The emulator as a process: it keeps what it acknowledged, follows its file, and runs commands.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test panics where something is missing")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Certificate, Client, StatusCode};
use serde_json::{Value, json};

const DEPLOYER: &str = "fed1e500-0000-4000-8000-0000000000a1";
const TENANT: &str = "contoso.onmicrosoft.com";

fn fedlens() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("fedlens"));
    command.arg("emulate");
    command
}

struct Server {
    process: Child,
    origin: String,
    client: Client,
}

impl Server {
    /// An emulator on free ports that keeps everything in `folder`.
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut command = fedlens();
        command.args(["--port", "0", "--identity-port", "0", "--data"]).arg(folder).args(more);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.starts_with("Ready")).collect();
        let origin = said.iter().find_map(|line| Some(format!("https://{}", line.split_once("https://")?.1))).unwrap();
        let pem = fs::read(folder.join("ca.pem")).unwrap();
        let client = Client::builder().tls_certs_only([Certificate::from_pem(&pem).unwrap()]).no_proxy();
        Self { process, origin, client: client.timeout(Duration::from_secs(20)).build().unwrap() }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn graph_token(&self) -> String {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", DEPLOYER),
            ("client_secret", "emulated-secret"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let url = format!("{}/{TENANT}/oauth2/v2.0/token", self.origin);
        let body: Value = self.client.post(url).form(&fields).send().await.unwrap().json().await.unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// The applications once they are as expected, or after two seconds; never at once, for a change takes its time.
    async fn applications_once(&self, expected: impl Fn(&str) -> bool) -> String {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if expected(&self.directory().await["applications"].to_string()) {
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        self.directory().await["applications"].to_string()
    }

    async fn directory(&self) -> Value {
        let url = format!("{}/_fedlens/directory", self.origin);
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Creates applications until the server is gone; the names of those that were acknowledged.
async fn write_until_gone(server: &Server, token: &str, round: u64, count: &AtomicUsize) -> Vec<String> {
    let applications = format!("{}/v1.0/applications", server.origin);
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let name = format!("written-{round}-{number}");
        let request = server.client.post(&applications).bearer_auth(token).json(&json!({"displayName": name}));
        match request.send().await {
            Ok(answer) if answer.status() == StatusCode::CREATED => {
                acknowledged.push(name);
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => panic!("{}", answer.text().await.unwrap()),
            Err(_) => break,
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let server = Server::start(folder.path(), &[]);
        let (token, process) = (server.graph_token().await, server.process.id());
        let count = Arc::new(AtomicUsize::new(0));
        let written = Arc::clone(&count);
        let killer = std::thread::spawn(move || {
            while written.load(Ordering::Relaxed) < 5 {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(Duration::from_millis(7 * round));
            Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
        });
        let written = write_until_gone(&server, &token, round, &count).await;
        killer.join().unwrap();
        acknowledged.extend(written);
    }
    let server = Server::start(folder.path(), &[]);
    let directory = server.directory().await;
    let kept: Vec<_> =
        directory["applications"].as_array().unwrap().iter().map(|one| one["displayName"].clone()).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|name| !kept.contains(&json!(name))).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
    server.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_file_is_followed_and_what_was_made_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("directory.toml");
    let sample = String::from_utf8(fedlens().arg("sample").output().unwrap().stdout).unwrap();
    fs::write(&file, &sample).unwrap();
    let server = Server::start(&folder.path().join("data"), &["--directory", file.to_str().unwrap()]);
    let token = server.graph_token().await;
    let url = format!("{}/v1.0/applications", server.origin);
    let made = server.client.post(url).bearer_auth(&token).json(&json!({"displayName": "made"})).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let renamed = |name: &str| sample.replace("orders-api", name);
    for (text, expected) in [
        (renamed("first-api"), "first-api"),
        (format!("{}\n[[", renamed("broken-api")), "first-api"),
        (renamed("second-api"), "second-api"),
    ] {
        fs::write(&file, text).unwrap();
        let names = server.applications_once(|names| names.contains(expected)).await;
        assert!(names.contains(expected) && names.contains("\"made\"") && !names.contains("broken"), "{names}");
    }
}

fn exec(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = fedlens();
    command.arg("exec").arg("--keys").arg(folder).args(arguments).output().unwrap()
}

#[test]
fn a_command_runs_with_an_emulator_and_its_code_is_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let script = "test -s \"$REQUESTS_CA_BUNDLE\" && test -z \"$AZURE_FEDERATED_TOKEN_FILE\" \
        && test \"$AZURE_AUTHORITY_HOST\" = \"$FEDLENS_EMULATOR/\" && test -s \"$NODE_EXTRA_CA_CERTS\" \
        && test -s \"$AZURE_CONFIG_DIR/clouds.config\" && test -n \"$ACTIONS_ID_TOKEN_REQUEST_URL$SYSTEM_OIDCREQUESTURI\" \
        && test -n \"$AZURE_POD_IDENTITY_AUTHORITY_HOST\" && echo all there && exit 7";
    let mut command = fedlens();
    command.arg("exec").arg("--keys").arg(folder.path()).args(["--", "sh", "-c", script]);
    let output = command.env("AZURE_FEDERATED_TOKEN_FILE", "/nowhere").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(7), b"all there\n".as_slice()));
    assert_eq!(exec(folder.path(), &["--", "sh", "-c", "kill -9 $$"]).status.code(), Some(137));
    assert_eq!(exec(folder.path(), &["--", "no-such-command"]).status.code(), Some(127));
    assert_eq!(exec(folder.path(), &["--directory", "no-such-file", "--", "true"]).status.code(), Some(2));
}

#[test]
fn a_pod_has_its_assertion_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("test -s \"$AZURE_FEDERATED_TOKEN_FILE\" && test \"$AZURE_CLIENT_ID\" = {DEPLOYER}");
    let run = |account: &str| exec(folder.path(), &["--workload-identity", account, "--", "sh", "-c", &script]);
    assert_eq!(run("default:deployer").status.code(), Some(0));
    let refused = run("default:nobody");
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("no credential of the directory has the subject system:serviceaccount:default:nobody"),
        "{said}"
    );
}

#[test]
fn another_host_is_played_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let script = "test -n \"$IDENTITY_HEADER\" && test -z \"$AZURE_POD_IDENTITY_AUTHORITY_HOST$IMDS_ENDPOINT\"";
    let mut command = fedlens();
    command.arg("exec").arg("--keys").arg(folder.path()).args(["--host", "app-service", "--", "sh", "-c", script]);
    assert_eq!(command.env("IMDS_ENDPOINT", "http://elsewhere").output().unwrap().status.code(), Some(0));
}

#[test]
fn programs_read_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = fedlens();
    command.args(["--port", "0", "--identity-port", "0", "--format", "json", "--keys"]).arg(folder.path());
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    let announced: Value = serde_json::from_str(&line).unwrap();
    assert!(announced["origin"].as_str().unwrap().starts_with("https://localhost:"), "{line}");
    assert!(fs::metadata(announced["certificateAuthority"].as_str().unwrap()).unwrap().is_file());
}

#[test]
fn other_machines_are_served_only_on_request() {
    let output = fedlens().args(["--bind", "0.0.0.0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--expose"));
}

#[test]
fn settings_are_printed_for_each_client_and_shell() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let env = |arguments: &[&str]| {
        let mut command = fedlens();
        command.args(["env", "--url", &server.origin, "--data"]).arg(folder.path()).args(arguments);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    for client in ["az", "python", "node", "java", "go", "dotnet", "rust", "terraform"] {
        let text = env(&["--client", client]);
        assert!(text.starts_with("# ") && text.contains("export NO_PROXY='localhost"), "{client}: {text}");
    }
    assert!(env(&["--client", "node", "--shell", "fish"]).contains("set -gx NODE_EXTRA_CA_CERTS '"));
    assert!(env(&["--client", "node", "--shell", "powershell"]).contains("$env:NODE_EXTRA_CA_CERTS = '"));
    assert!(env(&["--client", "node", "--shell", "dotenv"]).contains("\nNODE_EXTRA_CA_CERTS=/"));
    let absent = fedlens()
        .args(["env", "--client", "go", "--url", "https://localhost:1", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    let (text, said) = (String::from_utf8(absent.stdout).unwrap(), String::from_utf8(absent.stderr).unwrap());
    assert!(text.contains("AZURE_POD_IDENTITY_AUTHORITY_HOST='http://127.0.0.1:8444'"), "{text}");
    assert!(said.contains("no emulator answers at https://localhost:1"), "{said}");
    let log = fedlens().args(["log", "--url", "https://localhost:1", "--data"]).arg(folder.path()).output().unwrap();
    assert_eq!(log.status.code(), Some(2));
    assert!(String::from_utf8(log.stderr).unwrap().contains("no emulator answers at https://localhost:1"));
}

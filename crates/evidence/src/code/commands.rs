//! Commands of PowerShell and the Azure command line that sign in.

use super::{Acquisition, Sighting};

/// PowerShell commands that sign in, in lower case.
const CONNECTING: &[&str] = &[
    "connect-azaccount",
    "login-azaccount",
    "add-azaccount",
    "connect-mggraph",
    "connect-azuread",
    "connect-powerbiserviceaccount",
    "get-msaltoken",
];

/// Words that may stand before a command of the shell.
const BEFORE: &[&str] =
    &["sudo", "then", "do", "else", "elif", "if", "while", "until", "exec", "time", "!", "command", "eval"];

/// Parameters that make such a command sign in as an application.
const APPLICATION: &[&str] = &[
    "-serviceprincipal",
    "-certificatethumbprint",
    "-certificate",
    "-clientsecretcredential",
    "-clientsecret",
    "-clientcertificate",
    "-federatedtoken",
];

/// A command with its arguments; continued lines are one command.
struct Command<'c> {
    /// Where it begins, in bytes.
    at: usize,
    /// Its words and where each begins.
    words: Vec<(usize, &'c str)>,
}

/// Commands of a PowerShell script.
pub(super) fn powershell(code: &[u8]) -> Vec<Sighting> {
    let mut found = Vec::new();
    for command in commands(code, b'`') {
        let Some(start) = command.position(|word| CONNECTING.contains(&word.to_ascii_lowercase().as_str())) else {
            continue;
        };
        let has =
            |names: &[&str]| command.words.iter().any(|(_, word)| names.contains(&word.to_ascii_lowercase().as_str()));
        let splatted = command.words.iter().any(|(_, word)| word.starts_with('@'));
        if let Some((at, name)) = command.words.get(start) {
            let acquisition = if has(&["-identity", "-managedidentity"]) {
                Some(Acquisition::ManagedIdentity)
            } else if has(APPLICATION) {
                Some(Acquisition::AppOnly)
            } else {
                // A token or parameters made elsewhere do not tell whose sign-in it is.
                (!splatted && !has(&["-accesstoken"])).then_some(Acquisition::User)
            };
            found.extend(acquisition.map(|acquisition| sighting(*at, name, acquisition)));
        }
        found.extend(command.assertion(|word| word.eq_ignore_ascii_case("-federatedtoken")));
    }
    found
}

/// Commands of a shell script.
pub(super) fn shell(code: &[u8]) -> Vec<Sighting> {
    let mut found = Vec::new();
    let mut signed_in = Vec::new();
    for command in commands(code, b'\\') {
        let Some(start) = command.position(|word| word == "az").filter(|start| command.is_first(*start)) else {
            continue;
        };
        let at = command.words.get(start).map_or(command.at, |(at, _)| *at);
        let arguments: Vec<&str> = command.words.iter().skip(start + 1).map(|(_, word)| *word).collect();
        let has = |name: &str| arguments.iter().any(|word| *word == name || word.starts_with(&format!("{name}=")));
        if arguments.first() == Some(&"login") {
            let acquisition = if has("--identity") || has("-i") {
                Acquisition::ManagedIdentity
            } else if has("--service-principal") || has("--federated-token") {
                Acquisition::AppOnly
            } else {
                Acquisition::User
            };
            signed_in.push(acquisition);
            found.push(sighting(at, "az login", acquisition));
        } else if arguments.starts_with(&["account", "get-access-token"]) {
            found.push(sighting(at, "az account get-access-token", Acquisition::None));
        }
        found.extend(command.assertion(|word| word == "--federated-token" || word.starts_with("--federated-token=")));
    }
    // Whose token the command line gives is known when every sign-in before is of one kind.
    if let Some(first) =
        signed_in.first().filter(|first| **first != Acquisition::User && signed_in.iter().all(|one| one == *first))
    {
        let tokens = found.iter_mut().filter(|sighting| sighting.call == "az account get-access-token");
        tokens.for_each(|token| token.acquisition = *first);
    }
    found
}

fn sighting(at: usize, call: &str, acquisition: Acquisition) -> Sighting {
    Sighting { at, call: call.to_owned(), acquisition, assertion: false }
}

impl Command<'_> {
    /// The first such word.
    fn position(&self, is: impl Fn(&str) -> bool) -> Option<usize> {
        self.words.iter().position(|(_, word)| is(word))
    }

    /// Whether the word is what is run, and not an argument of another command such as `echo`.
    fn is_first(&self, start: usize) -> bool {
        self.words.iter().take(start).all(|(_, word)| word.contains('=') || BEFORE.contains(word))
    }

    /// The parameter that hands over an assertion.
    fn assertion(&self, is: impl Fn(&str) -> bool) -> Option<Sighting> {
        let (at, word) = self.words.iter().find(|(_, word)| is(word))?;
        let call = word.split('=').next().unwrap_or(word).to_owned();
        Some(Sighting { at: *at, call, acquisition: Acquisition::None, assertion: true })
    }
}

/// The commands of a script; `continues` at the end of a line joins it with the next.
fn commands(code: &[u8], continues: u8) -> Vec<Command<'_>> {
    let mut commands = Vec::new();
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut position = 0;
    for line in code.split_inclusive(|byte| *byte == b'\n') {
        let joined = line.trim_ascii_end().last() == Some(&continues);
        for (at, piece) in pieces(line) {
            match piece {
                Piece::Word(word) => words.push((position + at, word)),
                Piece::End => finish(&mut commands, &mut words),
            }
        }
        if !joined {
            finish(&mut commands, &mut words);
        }
        position += line.len();
    }
    finish(&mut commands, &mut words);
    commands
}

/// Ends the command of which these are the words.
fn finish<'c>(commands: &mut Vec<Command<'c>>, words: &mut Vec<(usize, &'c str)>) {
    if let Some((at, _)) = words.first() {
        commands.push(Command { at: *at, words: std::mem::take(words) });
    }
}

/// A piece of a line.
enum Piece<'c> {
    /// A word, without quotes.
    Word(&'c str),
    /// The end of a command.
    End,
}

/// Words and the marks between commands: `;`, `|`, `&`, brackets of a sub-command.
fn pieces(line: &[u8]) -> Vec<(usize, Piece<'_>)> {
    let mut pieces = Vec::new();
    let mut start = None;
    for (index, byte) in line.iter().chain(b" ").enumerate() {
        let ends = matches!(byte, b';' | b'|' | b'&' | b'(' | b')' | b'{' | b'}');
        if ends || byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`') {
            if let Some(from) = start.take() {
                let word = str::from_utf8(line.get(from..index).unwrap_or_default()).unwrap_or_default();
                pieces.push((from, Piece::Word(word)));
            }
            if ends {
                pieces.push((index, Piece::End));
            }
        } else if start.is_none() {
            start = Some(index);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(found: Vec<Sighting>) -> Vec<(String, Acquisition)> {
        found.into_iter().map(|sighting| (sighting.call, sighting.acquisition)).collect()
    }

    fn one(call: &str, acquisition: Acquisition) -> Vec<(String, Acquisition)> {
        vec![(call.to_owned(), acquisition)]
    }

    #[test]
    fn the_parameters_tell_who_signs_in() {
        use Acquisition::{AppOnly, ManagedIdentity, User};
        for (script, acquisition) in [
            ("Connect-AzAccount", User),
            ("connect-azaccount -Tenant $t -Credential $c", User),
            ("Connect-AzAccount -Identity", ManagedIdentity),
            ("Connect-AzAccount -ServicePrincipal -Credential $c", AppOnly),
            ("Connect-AzAccount `\n  -ServicePrincipal", AppOnly),
        ] {
            let found = seen(powershell(script.as_bytes()));
            assert_eq!(found.first().map(|call| call.1), Some(acquisition), "{script}");
        }
        assert!(powershell(b"Connect-AzAccount @parameters").is_empty());
        assert!(powershell(b"Connect-AzAccount -AccessToken $t").is_empty());
    }

    #[test]
    fn a_token_of_the_command_line_belongs_to_who_signed_in() {
        let token = "az account get-access-token";
        assert_eq!(seen(shell(token.as_bytes())), one(token, Acquisition::None));
        let script = format!("az login --identity\nT=$({token} -o tsv)\n");
        assert_eq!(seen(shell(script.as_bytes()))[1], (token.to_owned(), Acquisition::ManagedIdentity));
        let script = format!("az login --identity && az login\n{token}\n");
        assert_eq!(seen(shell(script.as_bytes()))[2], (token.to_owned(), Acquisition::None));
    }

    #[test]
    fn other_commands_are_none() {
        assert!(shell(b"az account show\naz acr login -n x\nazd auth login\n").is_empty());
        assert!(shell(b"echo \"run az login first\"\n").is_empty());
        assert_eq!(shell(b"if ! AZURE_X=1 az login; then\n").len(), 1);
        assert!(powershell(b"Disconnect-AzAccount\nGet-AzContext\n").is_empty());
    }
}

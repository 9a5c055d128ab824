//! Scripts of PowerShell.

mod values;

use super::Command;
use super::cursor::Cursor;
use super::script::{Script, Value};
use crate::source::{Text, Why};

/// How deep groups may be nested.
const MAX_DEPTH: usize = 32;

/// Words of the language before a group or a block.
const KEYWORDS: &[&str] = &[
    "if", "elseif", "else", "switch", "try", "catch", "finally", "param", "begin", "process", "end", "until", "return",
    "throw", "trap", "in", "exit", "using", "class",
];

/// Words of the language that begin a loop.
const LOOPS: &[&str] = &["foreach", "for", "while", "do"];

pub(super) fn run(cursor: Cursor<'_>) -> Vec<Command> {
    let mut reader = Reader { cursor, script: Script::new(cursor), depth: 0, next: Block::Plain, blocks: Vec::new() };
    reader.statements(None);
    reader.script.commands
}

/// What a block in braces is.
#[derive(Clone)]
enum Block {
    Plain,
    Loop,
    Function(String, usize),
}

struct Reader<'t> {
    cursor: Cursor<'t>,
    script: Script<'t>,
    depth: usize,
    /// What the next block is.
    next: Block,
    blocks: Vec<Block>,
}

impl Reader<'_> {
    /// Statements up to a closing mark, or to the end; gives what the last one prints.
    fn statements(&mut self, close: Option<char>) -> Option<Value> {
        let mut printed = None;
        let opened = self.blocks.len();
        loop {
            self.blanks(true);
            let Some(next) = self.cursor.peek() else { return printed };
            let before = self.cursor.at();
            match next {
                _ if Some(next) == close && self.blocks.len() == opened => {
                    self.cursor.bump();
                    return printed;
                }
                '{' => {
                    self.cursor.bump();
                    self.open();
                }
                '}' => {
                    self.cursor.bump();
                    self.close();
                }
                ';' | ')' | '|' => {
                    self.cursor.bump();
                }
                _ => printed = self.statement().or(printed),
            }
            if self.cursor.at() == before {
                self.cursor.bump();
            }
        }
    }

    fn open(&mut self) {
        let block = std::mem::replace(&mut self.next, Block::Plain);
        if matches!(block, Block::Loop) {
            self.script.loops += 1;
        }
        self.blocks.push(block);
    }

    fn close(&mut self) {
        match self.blocks.pop() {
            Some(Block::Loop) => self.script.loops = self.script.loops.saturating_sub(1),
            Some(Block::Function(name, start)) => self.script.define(&name, start),
            _ => {}
        }
    }

    /// Goes over blanks, comments and continued lines; over line ends too where they do not matter.
    fn blanks(&mut self, line_ends: bool) {
        loop {
            let before = self.cursor.at();
            self.cursor.eat_while(|c| c == ' ' || c == '\t' || line_ends && (c == '\n' || c == '\r'));
            let mut ahead = self.cursor;
            if ahead.eat("`") && ahead.eat_line_end() {
                self.cursor = ahead;
            } else if self.cursor.eat("<#") {
                self.cursor.eat_through("#>");
            } else if self.cursor.starts("#") {
                self.cursor.eat_while(|c| c != '\n');
            }
            if self.cursor.at() == before {
                return;
            }
        }
    }

    fn statement(&mut self) -> Option<Value> {
        if let Some(assigned) = self.assignment() {
            return assigned;
        }
        let mut ahead = self.cursor;
        let word = ahead.eat_while(|c| c.is_ascii_alphabetic()).to_ascii_lowercase();
        let ends = ahead.peek().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '.');
        if ends && (word == "function" || word == "filter") {
            self.cursor = ahead;
            self.blanks(true);
            let name = self.cursor.eat_while(|c| c.is_alphanumeric() || c == '-' || c == '_').to_ascii_lowercase();
            self.next = Block::Function(name, self.script.commands.len());
            self.blanks(true);
            if self.cursor.starts("(") {
                self.group();
            }
            return None;
        }
        if ends && LOOPS.contains(&word.as_str()) {
            self.cursor = ahead;
            self.next = Block::Loop;
            self.blanks(true);
            if self.cursor.starts("(") {
                self.group();
            }
            return None;
        }
        if ends && KEYWORDS.contains(&word.as_str()) {
            self.cursor = ahead;
            self.blanks(false);
            return self.pipeline_if_any();
        }
        self.pipeline()
    }

    fn pipeline_if_any(&mut self) -> Option<Value> {
        match self.cursor.peek() {
            None | Some('{' | '}' | '\n' | '\r' | ';' | ')') => None,
            _ => self.pipeline(),
        }
    }

    /// `$name = …`, `$name.field = …`, `$env:NAME = …`
    fn assignment(&mut self) -> Option<Option<Value>> {
        let mut ahead = self.cursor;
        while ahead.starts("[") {
            ahead.eat_through("]");
            ahead.eat_while(|c| c == ' ');
        }
        if !ahead.eat("$") {
            return None;
        }
        let name = ahead.eat_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '{' | '}')).to_owned();
        let field = field_of(&mut ahead);
        ahead.eat_while(|c| c == ' ' || c == '\t');
        let sets = (ahead.starts("=") && !ahead.starts("==")) || ahead.starts("+=");
        if name.is_empty() || !sets {
            return None;
        }
        ahead.eat("+");
        ahead.eat("=");
        self.cursor = ahead;
        self.blanks(true);
        let value = self.pipeline();
        self.set(&name, field, value.clone());
        Some(None)
    }

    fn set(&mut self, name: &str, field: Option<String>, value: Option<Value>) {
        let (key, shown) = key(name);
        let place = self.cursor.place(self.cursor.at());
        let value = value.unwrap_or_else(|| Value::of(Text::unknown(shown, Why::Expression, place)));
        match field {
            None => {
                self.script.receive(shown, &value);
                self.script.set(&key, value);
            }
            Some(field) => {
                if let Some(table) = self.script.variable(&key).cloned() {
                    let mut fields = table.fields;
                    fields.retain(|(known, _)| !known.eq_ignore_ascii_case(&field));
                    fields.push((field, value));
                    self.script.set(&key, Value { fields, ..table });
                }
            }
        }
    }

    /// Commands and values between `|`; gives what comes out.
    fn pipeline(&mut self) -> Option<Value> {
        let mut piped = None;
        loop {
            self.blanks(false);
            piped = self.element(piped);
            self.blanks(false);
            if !self.cursor.starts("|") || self.cursor.starts("||") {
                return piped;
            }
            self.cursor.bump();
            self.blanks(true);
        }
    }

    fn element(&mut self, input: Option<Value>) -> Option<Value> {
        match self.cursor.peek()? {
            '$' | '"' | '\'' | '@' | '(' | '[' | '0'..='9' => Some(self.expression()),
            '&' | '.' if self.cursor.second().is_some_and(char::is_whitespace) => {
                self.cursor.bump();
                self.blanks(false);
                self.command(input)
            }
            _ => self.command(input),
        }
    }

    /// Values with operators between them.
    fn expression(&mut self) -> Value {
        while self.cursor.starts("[") {
            self.cursor.eat_through("]");
            if self.cursor.starts("::") {
                self.cursor.eat_while(|c| !c.is_whitespace() && c != '(');
                let start = self.cursor.at();
                let inner = self.value();
                let text = Text::unknown("expression", Why::Expression, self.cursor.place(start));
                return Value { from: inner.from, ..Value::of(text) };
            }
            self.blanks(false);
        }
        let mut value = self.value();
        loop {
            self.blanks(false);
            if self.cursor.eat("+") {
                self.blanks(true);
                let other = self.value();
                let text = value.text.then(&other.text);
                value = Value { text, from: value.from.or(other.from), fields: value.fields };
            } else if self.cursor.eat(",") {
                self.blanks(true);
                let other = self.value();
                value = listed(value, other);
            } else if self.cursor.starts("-") {
                self.cursor.eat_while(|c| !c.is_whitespace());
                self.blanks(false);
                let from = self.value().from.or(value.from);
                value = Value { from, ..Value::of(Text::unknown("expression", Why::Expression, value.text.place)) };
            } else {
                return value;
            }
        }
    }

    fn command(&mut self, input: Option<Value>) -> Option<Value> {
        let start = self.cursor.at();
        let mut end = start;
        let mut words: Vec<Value> = Vec::new();
        loop {
            self.blanks(false);
            let before = self.cursor.at();
            match self.cursor.peek() {
                None | Some('\n' | '\r' | ';' | '|' | ')' | '}') => break,
                Some('&') if self.cursor.starts("&&") => {
                    self.cursor.eat("&&");
                    break;
                }
                Some('>' | '<') => {
                    self.cursor.bump();
                }
                Some('{') => {
                    let first = words.first().and_then(Value::known).unwrap_or_default().to_ascii_lowercase();
                    self.script_block(matches!(first.as_str(), "foreach-object" | "%" | "foreach"));
                }
                Some(',') => {
                    self.cursor.bump();
                    self.blanks(true);
                    let item = self.value();
                    let list = words.pop().map_or(item.clone(), |first| listed(first, item));
                    words.push(list);
                    end = self.cursor.at();
                }
                Some(_) => {
                    words.push(self.value());
                    end = self.cursor.at();
                }
            }
            if self.cursor.at() == before {
                self.cursor.bump();
            }
        }
        let place = self.cursor.place_of(start..end);
        self.script.run(&words, place, input)
    }

    /// A block that is an argument; it is read in its turn.
    fn script_block(&mut self, is_loop: bool) {
        self.cursor.bump();
        if self.depth >= MAX_DEPTH {
            return self.cursor.skip_to(self.cursor.end());
        }
        self.depth += 1;
        self.script.loops += usize::from(is_loop);
        self.statements(Some('}'));
        self.script.loops -= usize::from(is_loop);
        self.depth -= 1;
    }
}

/// Two values as a list, whose items have no names.
fn listed(first: Value, item: Value) -> Value {
    let is_list = first.fields.iter().all(|(name, _)| name.is_empty()) && !first.fields.is_empty();
    let mut fields = if is_list { first.fields.clone() } else { vec![(String::new(), first.clone())] };
    fields.push((String::new(), item));
    Value { text: Text::unknown("list", Why::Expression, first.text.place), from: None, fields }
}

/// A variable's key, which has no upper case, and its name as it is shown.
fn key(name: &str) -> (String, &str) {
    let name = name.trim_matches(['{', '}']);
    let scopes = ["script:", "global:", "local:", "private:", "using:"];
    let lower = name.to_ascii_lowercase();
    let scope = scopes.iter().find(|scope| lower.starts_with(*scope)).map_or(0, |scope| scope.len());
    let shown = name.get(scope..).unwrap_or(name);
    let shown_only = if lower.starts_with("env:") { shown.get(4..).unwrap_or(shown) } else { shown };
    (shown.to_ascii_lowercase(), shown_only)
}

/// `.name`, `["name"]`, `[0]`; an index that is no text is an empty name.
fn field_of(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut ahead = *cursor;
    if ahead.eat(".") {
        let name = ahead.eat_while(|c| c.is_alphanumeric() || c == '_').to_owned();
        if name.is_empty() {
            return None;
        }
        *cursor = ahead;
        return Some(name);
    }
    if ahead.eat("[") {
        let name = ahead.eat_through("]").trim().trim_matches(['"', '\'']).to_owned();
        *cursor = ahead;
        return Some(name);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Kind, Method, OidcProvider, scan};
    use super::*;
    use crate::source::FileId;

    fn commands(text: &str) -> Vec<Command> {
        scan(Dialect::PowerShell, FileId(0), text, 0..text.len())
    }

    #[test]
    fn a_token_is_followed_from_where_it_is_made() {
        let text = "Connect-AzAccount -Tenant $tenant # as me\n$token = (Get-AzAccessToken -ResourceUrl 'api://AzureADTokenExchange').Token\n\
                    Connect-AzAccount -ServicePrincipal -ApplicationId $id `\n  -TenantId contoso -FederatedToken $Token | Out-Null\n";
        let found = commands(text);
        assert_eq!(found.len(), 3, "{found:#?}");
        assert_eq!(found[1].receiver.as_deref(), Some("token"));
        let Kind::SignIn(sign_in) = &found[2].kind else { panic!() };
        assert_eq!(sign_in.method, Method::Federated);
        assert_eq!(sign_in.assertion.as_ref().and_then(|value| value.from), Some(1));
        assert!(text.get(found[2].place.range()).unwrap().ends_with("-FederatedToken $Token"));
    }

    #[test]
    fn requests_have_their_forms() {
        let text = "$body = @{\n  client_id = $id; scope = 'https://graph.microsoft.com/.default'\n  grant_type = 'client_credentials'\n}\n\
                    $body['client_assertion'] = $oidc.value\n\
                    Invoke-RestMethod -Method Post -Uri \"https://login.microsoftonline.com/$tenant/oauth2/v2.0/token\" -Body $body\n\
                    $r = Invoke-RestMethod -Uri \"$env:ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://x\" -Headers @{ Authorization = \"bearer $env:T\" }\n";
        let found = commands(text);
        let Kind::TokenRequest(request) = &found[0].kind else { panic!("{found:#?}") };
        assert_eq!(request.tenant.as_ref().and_then(Text::symbol), Some("tenant"));
        assert_eq!(request.field("grant_type").and_then(Value::known), Some("client_credentials"));
        assert!(request.field("client_assertion").is_some());
        let Kind::OidcRequest(request) = &found[1].kind else { panic!("{found:#?}") };
        assert_eq!((request.provider, request.method.as_str()), (OidcProvider::GitHub, "GET"));
        assert_eq!(request.audience.as_ref().and_then(Text::known), Some("api://x"));
    }

    #[test]
    fn splatting_and_credentials() {
        let text = "$p = @{ ServicePrincipal = $true; ApplicationId = 'a'; FederatedToken = $t }\nConnect-AzAccount @p\n\
                    New-AzADAppFederatedCredential -ApplicationObjectId $app.Id -Audience 'x','y' -Issuer 'https://gitlab.com' -Name n -Subject \"s:$b\"\n\
                    Connect-AzAccount @others\n";
        let found = commands(text);
        let Kind::SignIn(sign_in) = &found[0].kind else { panic!("{found:#?}") };
        assert_eq!(sign_in.method, Method::Federated);
        let Kind::CredentialCreate(credential) = &found[1].kind else { panic!("{found:#?}") };
        assert_eq!(credential.audiences.len(), 2);
        assert_eq!(credential.subject.as_ref().unwrap().to_string(), "s:${b}");
        let Kind::SignIn(sign_in) = &found[2].kind else { panic!("{found:#?}") };
        assert_eq!(sign_in.method, Method::Unclear);
    }

    #[test]
    fn what_is_only_said_is_not_done() {
        for text in [
            "# Connect-AzAccount",
            "<#\nConnect-AzAccount\n#>",
            "Write-Host 'Connect-AzAccount'",
            "$help = @'\nConnect-AzAccount\n'@",
            "Write-Output \"run az login\"",
            "if ($x -eq 'az login') { throw \"Connect-AzAccount first\" }",
        ] {
            assert!(commands(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn odd_text_ends() {
        for text in
            ["$(", "\"$(", "@{", "@{a", "@'", "@\"", "(", "$x =", "$x = (", "`", "{{{", "}}", "[x", "a,", "$a[", "| |"]
        {
            let _ = commands(text);
        }
    }
}

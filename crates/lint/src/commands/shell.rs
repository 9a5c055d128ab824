//! Scripts of a shell, or of the command prompt of Windows.

use super::cursor::Cursor;
use super::parts::Parts;
use super::script::{Script, Value};
use super::{Command, Dialect};
use crate::source::{Text, Why};

/// For how many here-documents the end is looked for in vain.
const MAX_ENDLESS: usize = 16;

/// How deep substitutions may be nested.
const MAX_DEPTH: usize = 24;

/// Words after which a command follows.
const KEYWORDS: &[&str] = &["if", "then", "elif", "else", "do", "while", "until", "!", "time", "in", "fi", "esac"];

/// Commands whose arguments are assignments.
const DECLARING: &[&str] = &["export", "local", "readonly", "declare", "typeset", "set", "@set"];

pub(super) fn run(dialect: Dialect, cursor: Cursor<'_>) -> Vec<Command> {
    let mut reader = Reader {
        dialect,
        cursor,
        script: Script::new(cursor),
        documents: None,
        endless: 0,
        depth: 0,
        blocks: Vec::new(),
    };
    reader.statements(None);
    reader.script.commands
}

struct Reader<'t> {
    dialect: Dialect,
    cursor: Cursor<'t>,
    script: Script<'t>,
    /// Where the line after the here-documents of this one begins.
    documents: Option<usize>,
    /// How many here-documents had no end.
    endless: usize,
    depth: usize,
    /// The functions whose bodies are open; a block that is none has no name.
    blocks: Vec<Option<(String, usize)>>,
}

/// One command on its way.
#[derive(Default)]
struct Pending {
    words: Vec<Value>,
    settings: Vec<(String, Value)>,
    input: Option<Value>,
    output: Option<Text>,
    start: usize,
    end: usize,
}

impl Reader<'_> {
    /// Commands up to a closing mark, or to the end; gives what the last one prints.
    fn statements(&mut self, close: Option<char>) -> Option<Value> {
        let mut printed = None;
        let mut piped = None;
        loop {
            self.blanks();
            let Some(next) = self.cursor.peek() else { return printed };
            if Some(next) == close {
                self.cursor.bump();
                return printed;
            }
            match next {
                '\n' | '\r' => self.line_end(),
                '#' if self.dialect == Dialect::Shell => {
                    self.cursor.eat_while(|c| c != '\n');
                }
                ';' | '&' | '(' | ')' => {
                    self.cursor.bump();
                    piped = None;
                }
                '|' => {
                    let or = self.cursor.second() == Some('|');
                    self.cursor.eat(if or { "||" } else { "|" });
                    piped = if or { None } else { printed.take() };
                }
                _ => printed = self.command(piped.take()),
            }
        }
    }

    fn blanks(&mut self) {
        loop {
            self.cursor.eat_while(|c| c == ' ' || c == '\t');
            let before = self.cursor.at();
            let mut ahead = self.cursor;
            if !(ahead.eat(self.escape()) && ahead.eat_line_end()) {
                return;
            }
            self.cursor = ahead;
            if self.cursor.at() == before {
                return;
            }
        }
    }

    fn escape(&self) -> &'static str {
        if self.dialect == Dialect::Batch { "^" } else { "\\" }
    }

    /// Goes over a line end, and over the here-documents that begin after it.
    fn line_end(&mut self) {
        self.cursor.bump();
        if let Some(after) = self.documents.filter(|after| self.cursor.at() <= *after) {
            self.cursor.skip_to(after);
            self.documents = None;
        }
    }

    /// One command, up to what ends it.
    fn command(&mut self, input: Option<Value>) -> Option<Value> {
        let mut pending = Pending { input, start: self.cursor.at(), ..Pending::default() };
        loop {
            self.blanks();
            let before = self.cursor.at();
            match self.cursor.peek() {
                None | Some('\n' | '\r' | ';' | '|' | ')') => break,
                Some('&') if self.cursor.starts("&>") => self.redirection(&mut pending),
                Some('&') => break,
                Some('>' | '<') => self.redirection(&mut pending),
                Some('(') => {
                    self.parenthesis(&mut pending);
                    break;
                }
                Some(_) => self.next_word(&mut pending),
            }
            if self.cursor.at() == before {
                self.cursor.bump();
            }
        }
        self.finish(pending)
    }

    /// `name()` defines a function; whatever else is in parentheses is read as commands.
    fn parenthesis(&mut self, pending: &mut Pending) {
        let mut ahead = self.cursor;
        ahead.bump();
        ahead.eat_while(|c| c == ' ');
        let name = pending.words.last().and_then(Value::known).map(str::to_owned);
        if let (Some(name), true) = (name, ahead.eat(")")) {
            self.cursor = ahead;
            self.function(name);
            pending.words.clear();
        } else {
            self.cursor.bump();
        }
    }

    fn function(&mut self, name: String) {
        self.cursor.eat_while(char::is_whitespace);
        if self.cursor.eat("{") {
            self.blocks.push(Some((name, self.script.commands.len())));
        }
    }

    fn next_word(&mut self, pending: &mut Pending) {
        let declaring = pending.words.first().and_then(Value::known).is_some_and(|word| DECLARING.contains(&word));
        if (pending.words.is_empty() || declaring)
            && let Some(setting) = self.setting()
        {
            pending.end = self.cursor.at();
            return pending.settings.push(setting);
        }
        let word = self.word();
        if pending.words.is_empty() && self.keyword(&word) {
            pending.start = self.cursor.at();
            return;
        }
        pending.end = self.cursor.at();
        if pending.words.is_empty() {
            pending.start = word.text.place.range().start;
        }
        pending.words.push(word);
    }

    /// Whether a first word is one of the language itself.
    fn keyword(&mut self, word: &Value) -> bool {
        let Some(word) = word.known() else { return false };
        if self.dialect == Dialect::Batch {
            if word.eq_ignore_ascii_case("rem") || word.starts_with("::") {
                self.cursor.eat_while(|c| c != '\n');
                return true;
            }
            return word.eq_ignore_ascii_case("call") || word == "@";
        }
        match word {
            "function" => {
                self.blanks();
                let name = self.cursor.eat_while(|c| !c.is_whitespace() && c != '(' && c != '{').to_owned();
                self.cursor.eat_while(|c| c == ' ' || c == '(' || c == ')');
                self.function(name);
            }
            "for" | "select" => {
                self.blanks();
                let name = self.cursor.eat_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
                let place = self.cursor.place(self.cursor.at());
                self.script.set(&name, Value::of(Text::unknown(name.clone(), Why::NotGiven, place)));
                self.cursor.eat_while(|c| c != ';' && c != '\n');
            }
            "case" => {
                self.cursor.eat_while(|c| c != '\n' && c != ';');
            }
            "do" => self.script.loops += 1,
            "done" => self.script.loops = self.script.loops.saturating_sub(1),
            "{" => self.blocks.push(None),
            "}" => {
                if let Some(Some((name, start))) = self.blocks.pop() {
                    self.script.define(&name, start);
                }
            }
            word => return KEYWORDS.contains(&word),
        }
        true
    }

    /// `NAME=value`
    fn setting(&mut self) -> Option<(String, Value)> {
        let mut ahead = self.cursor;
        let quoted = self.dialect == Dialect::Batch && ahead.eat("\"");
        let name = ahead.eat_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !(ahead.eat("=") || ahead.eat("+=")) {
            return None;
        }
        self.cursor = ahead;
        if self.cursor.eat("(") {
            let start = self.cursor.at();
            self.cursor.eat_through(")");
            return Some((name.clone(), Value::of(Text::unknown(name, Why::Expression, self.cursor.place(start)))));
        }
        let value = self.word();
        if quoted {
            self.cursor.eat("\"");
        }
        Some((name, value))
    }

    fn redirection(&mut self, pending: &mut Pending) {
        if self.cursor.eat("<<<") {
            self.blanks();
            pending.input = Some(self.word());
        } else if self.cursor.eat("<<") {
            pending.input = self.here_document();
        } else {
            let reads = self.cursor.starts("<");
            self.cursor.eat_while(|c| matches!(c, '>' | '<' | '&' | '|'));
            self.blanks();
            let target = self.word();
            if reads {
                pending.input = self.script.file(&target.text).cloned();
            } else if !matches!(target.known(), Some("1" | "2" | "/dev/null")) {
                pending.output = Some(target.text);
            }
        }
    }

    /// The text up to the line that is the delimiter; in a step, that line is indented.
    fn here_document(&mut self) -> Option<Value> {
        self.cursor.eat("-");
        self.blanks();
        let verbatim = matches!(self.cursor.peek(), Some('\'' | '"' | '\\'));
        let delimiter = self.word().known()?.to_owned();
        if self.endless > MAX_ENDLESS {
            return None;
        }
        let mut ahead = self.cursor;
        ahead.skip_to(self.documents.unwrap_or(0));
        if self.documents.is_none() {
            ahead.eat_through("\n");
        }
        let start = ahead.at();
        while ahead.peek().is_some() {
            let line = ahead.at();
            if ahead.eat_through("\n").trim() == delimiter {
                self.documents = Some(ahead.at());
                return Some(self.document(start..line, verbatim));
            }
        }
        self.endless += 1;
        None
    }

    fn document(&mut self, range: std::ops::Range<usize>, verbatim: bool) -> Value {
        if verbatim {
            let text = self.cursor.between(range.clone()).to_owned();
            return Value::of(Text::literal(text, self.cursor.place_of(range)));
        }
        let outer = self.cursor;
        self.cursor = outer.over(range.clone());
        let mut parts = Parts::default();
        while self.cursor.peek().is_some() {
            self.quoted_character(&mut parts);
        }
        self.cursor = outer;
        parts.value(self.cursor.place_of(range))
    }

    /// A word with its quotes taken away and its variables filled in.
    fn word(&mut self) -> Value {
        let start = self.cursor.at();
        let mut parts = Parts::default();
        while let Some(next) = self.cursor.peek() {
            match next {
                ' ' | '\t' | '\n' | '\r' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '"' => {
                    self.cursor.bump();
                    self.quoted(&mut parts);
                }
                '\'' if self.dialect == Dialect::Shell => {
                    self.cursor.bump();
                    parts.literal(self.cursor.eat_through("'"));
                }
                _ if self.cursor.starts(self.escape()) => {
                    self.cursor.bump();
                    if !self.cursor.eat_line_end() {
                        parts.extend_char(self.cursor.bump());
                    }
                }
                _ => self.open_character(&mut parts),
            }
        }
        parts.value(self.cursor.place(start))
    }

    fn quoted(&mut self, parts: &mut Parts) {
        while let Some(next) = self.cursor.peek() {
            if next == '"' {
                self.cursor.bump();
                return;
            }
            self.quoted_character(parts);
        }
    }

    /// A character within double quotes.
    fn quoted_character(&mut self, parts: &mut Parts) {
        let escapes = self.dialect == Dialect::Shell && self.cursor.peek() == Some('\\');
        if escapes && matches!(self.cursor.second(), Some('"' | '\\' | '$' | '`' | '\n')) {
            self.cursor.bump();
            let escaped = self.cursor.bump().filter(|c| *c != '\n');
            return parts.extend_char(escaped);
        }
        self.open_character(parts);
    }

    /// A character that may begin something to fill in.
    fn open_character(&mut self, parts: &mut Parts) {
        match self.cursor.peek() {
            Some('$') => self.dollar(parts),
            Some('`') if self.dialect == Dialect::Shell => {
                self.cursor.bump();
                self.substitution(parts, '`');
            }
            Some('%') if self.dialect == Dialect::Batch => self.percent(parts),
            next => {
                self.cursor.bump();
                parts.extend_char(next);
            }
        }
    }

    fn percent(&mut self, parts: &mut Parts) {
        self.cursor.bump();
        let mut ahead = self.cursor;
        let name = ahead.eat_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
        if !name.is_empty() && ahead.eat("%") {
            self.cursor = ahead;
            self.fill_in(&name, parts);
        } else {
            parts.literal("%");
        }
    }

    fn dollar(&mut self, parts: &mut Parts) {
        self.cursor.bump();
        if self.cursor.eat("{{") {
            let expression = self.cursor.eat_through("}}").trim().to_owned();
            parts.expression(&expression);
        } else if self.cursor.eat("((") {
            self.cursor.eat_through("))");
            parts.unknown("arithmetic", Why::Expression);
        } else if self.cursor.eat("(") {
            self.substitution(parts, ')');
        } else if self.cursor.eat("{") {
            self.braced(parts);
        } else if self.dialect == Dialect::Shell {
            let special = self.cursor.peek().filter(|c| matches!(c, '0'..='9' | '@' | '*' | '#' | '?' | '!' | '$'));
            if let Some(special) = special {
                self.cursor.bump();
                return parts.unknown(&special.to_string(), Why::NotGiven);
            }
            let name = self.cursor.eat_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
            if name.is_empty() { parts.literal("$") } else { self.fill_in(&name, parts) }
        } else {
            parts.literal("$");
        }
    }

    /// `${NAME}`, with or without an operator.
    fn braced(&mut self, parts: &mut Parts) {
        let inside = self.cursor.eat_through("}");
        let length = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
        let (name, operator) = inside.split_at(length);
        let whole = operator.is_empty() || operator.starts_with(":-") || operator.starts_with(":?");
        if whole && !name.is_empty() {
            let name = name.to_owned();
            self.fill_in(&name, parts);
        } else {
            parts.unknown(inside, Why::Expression);
        }
    }

    fn fill_in(&mut self, name: &str, parts: &mut Parts) {
        match self.script.variable(name) {
            Some(value) => parts.value_of(&value.clone()),
            None => parts.unknown(name, Why::NotGiven),
        }
    }

    /// What commands print; or, in a pipeline of Azure DevOps, a variable in the same form.
    fn substitution(&mut self, parts: &mut Parts, close: char) {
        let start = self.cursor.at();
        if self.depth >= MAX_DEPTH {
            self.cursor.skip_to(self.cursor.end());
            return;
        }
        self.depth += 1;
        let printed = self.statements(Some(close));
        self.depth -= 1;
        let end = self.cursor.at().saturating_sub(1).max(start);
        let written = self.cursor.between(start..end).trim();
        match printed {
            Some(value) => parts.value_of(&value),
            None => parts.unknown(written, if written.contains(' ') { Why::Expression } else { Why::NotGiven }),
        }
    }

    fn finish(&mut self, pending: Pending) -> Option<Value> {
        let declares = pending.words.first().and_then(Value::known).is_none_or(|word| DECLARING.contains(&word));
        if pending.words.is_empty() || declares && !pending.settings.is_empty() {
            for (name, value) in pending.settings {
                self.script.set(&name, value);
            }
        }
        let first = pending.words.first().and_then(Value::known).map(str::to_owned);
        if self.dialect == Dialect::Shell && first.as_deref() == Some("read") {
            self.forget(&pending.words);
        }
        let is_document = pending.words.len() == 1 && matches!(first.as_deref(), Some("cat" | "tee"));
        let place = self.cursor.place_of(pending.start..pending.end.max(pending.start));
        let input = pending.input.clone();
        let printed = match self.script.run(&pending.words, place, pending.input) {
            None if is_document => input,
            printed => printed,
        };
        if let Some(path) = &pending.output {
            let unknown = || Value::of(Text::unknown(path.to_string(), Why::Elsewhere, place));
            self.script.write_file(path, printed.clone().unwrap_or_else(unknown));
        }
        printed
    }

    /// `read NAME` gives a variable a value that is not known.
    fn forget(&mut self, words: &[Value]) {
        for name in words.iter().skip(1).filter_map(Value::known).filter(|word| !word.starts_with('-')) {
            let text = Text::unknown(name, Why::NotGiven, self.cursor.place(self.cursor.at()));
            self.script.set(name, Value::of(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Method, OidcProvider, scan};
    use super::*;
    use crate::source::FileId;

    fn shell(text: &str) -> Vec<Command> {
        scan(Dialect::Shell, FileId(0), text, 0..text.len())
    }

    #[test]
    fn a_token_is_followed_from_where_it_is_made() {
        let text = "TOKEN=$(az account get-access-token --resource \"$R\" \\\n   --query accessToken -o tsv)\n\
                    if true; then\n  sudo az login --service-principal -u $ID --tenant contoso --federated-token \"$TOKEN\"; fi";
        let commands = shell(text);
        assert_eq!(commands.len(), 2, "{commands:#?}");
        assert_eq!(commands[0].receiver.as_deref(), Some("TOKEN"));
        let Kind::SignIn(sign_in) = &commands[1].kind else { panic!() };
        assert_eq!(sign_in.method, Method::Federated);
        assert_eq!(sign_in.assertion.as_ref().and_then(|value| value.from), Some(0));
        assert_eq!(sign_in.client_id.as_ref().and_then(Text::symbol), Some("ID"));
        assert_eq!(sign_in.tenant.as_ref().and_then(Text::known), Some("contoso"));
        assert!(text.get(commands[1].place.range()).unwrap().starts_with("az login"));
    }

    #[test]
    fn an_oidc_request_has_its_audience_and_method() {
        let text = "T=$(curl -sS -H \"Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN\" \\\n\
                    \"${ACTIONS_ID_TOKEN_REQUEST_URL}&audience=api%3A%2F%2FAzureADTokenExchange\" | jq -r .value)\n\
                    curl -X POST -d \"client_id=$ID&client_assertion=$T\" https://login.microsoftonline.com/$TENANT/oauth2/v2.0/token";
        let commands = shell(text);
        let Kind::OidcRequest(request) = &commands[0].kind else { panic!("{commands:#?}") };
        assert_eq!((request.provider, request.method.as_str()), (OidcProvider::GitHub, "GET"));
        assert_eq!(request.audience.as_ref().and_then(Text::known), Some("api://AzureADTokenExchange"));
        let Kind::TokenRequest(request) = &commands[1].kind else { panic!("{commands:#?}") };
        assert_eq!(request.tenant.as_ref().and_then(Text::symbol), Some("TENANT"));
        assert_eq!(request.field("client_assertion").and_then(|value| value.from), Some(0));
    }

    #[test]
    fn azure_pipelines_are_asked_for_a_token() {
        let text = "curl -s -d '' \"$(System.OidcRequestUri)?api-version=7.1&serviceConnectionId=$(SC)\"";
        let commands = shell(text);
        let Kind::OidcRequest(request) = &commands[0].kind else { panic!("{commands:#?}") };
        assert_eq!((request.provider, request.method.as_str()), (OidcProvider::AzurePipelines, "POST"));
        assert_eq!(request.service_connection.as_ref().and_then(Text::symbol), Some("SC"));
    }

    #[test]
    fn a_here_document_becomes_a_credential() {
        let text = "  cat <<EOF > params.json\n  {\"name\": \"deploy\", \"issuer\": \"https://gitlab.com\",\n   \
                    \"subject\": \"project_path:${P}:ref\", \"audiences\": [\"x\"]}\n  EOF\n  \
                    az ad app federated-credential create --id $APP --parameters @params.json";
        let commands = shell(text);
        let Kind::CredentialCreate(credential) = &commands[0].kind else { panic!("{commands:#?}") };
        assert_eq!(credential.subject.as_ref().unwrap().to_string(), "project_path:${P}:ref");
        assert_eq!(text.get(credential.issuer.place.range()).unwrap(), "https://gitlab.com");
    }

    #[test]
    fn what_is_only_said_is_not_done() {
        for text in [
            "# az login",
            "echo \"az login --use-device-code\"",
            "cat <<'EOF'\naz login\nEOF",
            "az login --help",
            "printf 'az login\\n'",
            "git commit -m 'az login'",
            "x=$((1 + 2)); y=\"${x}\"; [[ $x == az ]] && true",
        ] {
            assert!(shell(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn odd_text_ends() {
        for text in
            ["$(", "\"$(", "`", "a=(", "${", "<<", "cat <<E", "for", "f() {", "))", "'", "\\", "| |", "&>", "${{"]
        {
            let _ = shell(text);
            let _ = scan(Dialect::Batch, FileId(0), text, 0..text.len());
        }
    }

    #[test]
    fn the_command_prompt() {
        let text = "set ID=1\r\nREM az login\r\naz login --service-principal ^\r\n  -u %ID% -p x\r\n";
        let commands = scan(Dialect::Batch, FileId(0), text, 0..text.len());
        let Kind::SignIn(sign_in) = &commands[0].kind else { panic!("{commands:#?}") };
        assert_eq!((sign_in.method, sign_in.client_id.as_ref().and_then(Text::known)), (Method::Secret, Some("1")));
    }
}

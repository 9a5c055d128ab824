//! The language of a source file.

/// Languages whose token calls are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    CSharp,
    Python,
    TypeScript,
    JavaScript,
    Java,
    Go,
    PowerShell,
    Shell,
}

/// File extensions by language.
const EXTENSIONS: &[(&str, Language)] = &[
    ("cs", Language::CSharp),
    ("csx", Language::CSharp),
    ("py", Language::Python),
    ("ts", Language::TypeScript),
    ("tsx", Language::TypeScript),
    ("mts", Language::TypeScript),
    ("cts", Language::TypeScript),
    ("js", Language::JavaScript),
    ("jsx", Language::JavaScript),
    ("mjs", Language::JavaScript),
    ("cjs", Language::JavaScript),
    ("java", Language::Java),
    ("go", Language::Go),
    ("ps1", Language::PowerShell),
    ("psm1", Language::PowerShell),
    ("sh", Language::Shell),
    ("bash", Language::Shell),
    ("zsh", Language::Shell),
];

/// Beginnings of lines that only one language has.
const LINES: &[(&str, Language)] = &[
    ("using Microsoft.Identity", Language::CSharp),
    ("using Azure.Identity", Language::CSharp),
    ("import msal", Language::Python),
    ("from msal import", Language::Python),
    ("from azure.identity", Language::Python),
    ("import com.microsoft.aad.msal4j", Language::Java),
    ("import com.azure.identity", Language::Java),
];

/// How many lines tell the language of a text without a name.
const MAX_LINES: usize = 60;

impl Language {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CSharp => "C#",
            Self::Python => "Python",
            Self::TypeScript => "TypeScript",
            Self::JavaScript => "JavaScript",
            Self::Java => "Java",
            Self::Go => "Go",
            Self::PowerShell => "PowerShell",
            Self::Shell => "shell",
        }
    }
}

/// The language by the file's extension; by its first lines where the name has none.
pub(crate) fn language(source: &str, text: &str) -> Option<Language> {
    let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
    match name.rsplit_once('.') {
        Some((_, extension)) => {
            let known = |(name, _): &&(&str, Language)| name.eq_ignore_ascii_case(extension);
            EXTENSIONS.iter().find(known).map(|(_, language)| *language)
        }
        None => by_content(text),
    }
}

/// Clear signs only: an error text may well mention a library.
fn by_content(text: &str) -> Option<Language> {
    if let Some(program) = text.strip_prefix("#!").and_then(|text| text.lines().next()) {
        return by_program(program);
    }
    let lines = || text.lines().take(MAX_LINES).map(str::trim_end);
    let by_line = |line: &str| LINES.iter().find(|(start, _)| line.starts_with(start)).map(|(_, language)| *language);
    if let Some(language) = lines().find_map(by_line) {
        return Some(language);
    }
    let go = lines().any(|line| line.starts_with("package ")) && lines().any(|line| line.starts_with("import"));
    let script = lines().find(|line| {
        let imports = line.starts_with("import ") || line.starts_with("const ");
        imports && ["\"@azure/", "'@azure/"].iter().any(|module| line.contains(module))
    });
    match (go, script) {
        (true, _) => Some(Language::Go),
        (_, Some(line)) if line.contains("require(") => Some(Language::JavaScript),
        (_, Some(_)) => Some(Language::TypeScript),
        _ => None,
    }
}

/// `/usr/bin/env python3`
fn by_program(line: &str) -> Option<Language> {
    let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let program = words.find(|word| *word != "env" && !word.starts_with('-'))?;
    match program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "python" => Some(Language::Python),
        "sh" | "bash" | "zsh" | "dash" => Some(Language::Shell),
        "pwsh" => Some(Language::PowerShell),
        "node" => Some(Language::JavaScript),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides() {
        for (source, expected) in [
            ("src/Auth.cs", Some(Language::CSharp)),
            ("C:\\repo\\deploy.PS1", Some(Language::PowerShell)),
            ("app.py", Some(Language::Python)),
            ("notes.md", None),
            ("run.log", None),
        ] {
            assert_eq!(language(source, "import msal\n"), expected, "{source}");
        }
    }

    #[test]
    fn without_a_name_the_content_decides_when_clear() {
        for (text, expected) in [
            ("#!/usr/bin/env python3\nprint()", Some(Language::Python)),
            ("#!/bin/bash\naz login", Some(Language::Shell)),
            ("import os\nfrom azure.identity import DefaultAzureCredential", Some(Language::Python)),
            ("using Azure.Identity;\n", Some(Language::CSharp)),
            ("import { DeviceCodeCredential } from \"@azure/identity\";", Some(Language::TypeScript)),
            ("const msal = require('@azure/msal-node');", Some(Language::JavaScript)),
            ("package main\n\nimport (\n\t\"context\"\n)", Some(Language::Go)),
            ("Error: AADSTS700213: import msal failed", None),
            ("az login\nERROR: AADSTS50076", None),
        ] {
            assert_eq!(language("standard input", text), expected, "{text}");
        }
    }
}

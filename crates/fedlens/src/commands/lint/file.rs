//! The settings file, `fedlens.toml`.

use std::collections::BTreeMap;

use anyhow::Error;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::cli::Grade;

/// Settings of `fedlens lint`. Paths and patterns are relative to the folder of the file; patterns are written as in
/// .gitignore.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "fedlens lint")]
pub(super) struct File {
    /// The repository on GitHub, as `owner/name`.
    pub(super) repository: Option<String>,
    /// Only these rules: ids, beginnings of ids (`FL1`) or names.
    pub(super) select: Vec<String>,
    /// Not these rules.
    pub(super) ignore: Vec<String>,
    /// How bad the findings of a rule are, by id, beginning of an id, or name.
    pub(super) severity: BTreeMap<String, Grade>,
    /// The least severity that makes the command fail; warning where nothing is said.
    pub(super) fail_on: Option<Grade>,
    /// Files and folders that are not read.
    pub(super) exclude: Vec<String>,
    /// Lists of credentials, applications and identities, as Microsoft Graph, `az` and ARM give them.
    pub(super) directory: Vec<String>,
    /// A file of known findings, as `--write-baseline` writes it.
    pub(super) baseline: Option<String>,
    /// Findings that are not to be told, where a comment in the file is not possible.
    #[schemars(with = "Vec<Suppress>")]
    pub(super) suppress: Vec<Spanned<Suppress>>,
}

/// Findings that are not to be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Suppress {
    /// The rules: ids, beginnings of ids, or names.
    #[serde(alias = "rule", deserialize_with = "one_or_many")]
    #[schemars(with = "Vec<String>")]
    pub(super) rules: Vec<String>,
    /// The files, as a pattern.
    pub(super) path: String,
    /// Why; without a reason it does not count.
    pub(super) reason: Option<String>,
    /// The last day on which it counts.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub(super) until: Option<Until>,
}

/// A date, as TOML has it or in quotes.
#[derive(Debug)]
pub(super) struct Until(pub(super) Result<Date, String>);

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        Ok(Self(written.parse().map_err(|_| written)))
    }
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "the name of a rule, or a list of them")]
    enum Names {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::One(name) => vec![name],
        Names::Many(names) => names,
    })
}

impl File {
    /// # Errors
    ///
    /// Where the text is not as it should be, with the line and what would be right.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        Ok(toml::from_str(text)?)
    }

    /// The JSON Schema of the file.
    pub(super) fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

#[cfg(test)]
mod tests {
    use super::File;

    const MANUAL: &str = include_str!("../../../../../docs/lint.md");

    #[test]
    fn the_example_of_the_manual() {
        let (_, behind) = MANUAL.split_once("```toml\n").unwrap();
        let file = File::read(behind.split("```").next().unwrap()).unwrap();
        assert_eq!(file.repository.as_deref(), Some("contoso/shop"));
        assert_eq!(file.suppress.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("fail-on = \"fatal\"", "one of `note`, `warning`, `error`"),
            ("\nselct = []", "line 2"),
            ("[[suppress]]\nrule = 1\npath = \"a\"", "the name of a rule, or a list of them"),
            ("[[suppress]]\nrule = \"FL1\"", "missing field `path`"),
        ] {
            let error = format!("{:#}", File::read(text).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }
}

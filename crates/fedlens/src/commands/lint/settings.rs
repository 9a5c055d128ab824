//! The settings of a run: what was typed, then what the settings file says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, bail};
use fedlens_lint::suppression::nearest;
use fedlens_lint::{Finding, RULES, Severity};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use jiff::civil::Date;

use super::file::File;
use super::tree::slashes;
use crate::cli::LintArguments;

/// The paths that were given, and what their files' paths are relative to.
pub(super) struct Paths<'a> {
    /// As typed.
    pub(super) given: &'a [PathBuf],
    /// The one folder that was given, or the current one.
    pub(super) base: PathBuf,
}

impl<'a> Paths<'a> {
    pub(super) fn new(given: &'a [PathBuf]) -> Self {
        let base = match given {
            [only] if only.is_dir() => only.clone(),
            _ => PathBuf::from("."),
        };
        Self { given, base }
    }

    /// A path relative to the base, where it is below it.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        path.strip_prefix(".").unwrap_or(path).to_owned()
    }

    /// A path as it is to be shown.
    pub(super) fn name(&self, path: &Path) -> String {
        slashes(path.strip_prefix(".").unwrap_or(path))
    }
}

/// The settings file, where it is, and how paths of files become relative to its folder.
pub(super) struct Configured {
    /// What it says.
    pub(super) file: File,
    /// Its path and its text, if there is one.
    pub(super) source: Option<(PathBuf, String)>,
    /// Its folder.
    folder: PathBuf,
    /// The base's path from there.
    below: PathBuf,
}

/// Names of settings files.
const NAMES: [&str; 2] = ["fedlens.toml", ".fedlens.toml"];

impl Configured {
    /// The settings that count for a base.
    pub(super) fn find(arguments: &LintArguments, base: &Path) -> Result<Self, Error> {
        let absolute = base.canonicalize().unwrap_or_else(|_| base.to_owned());
        let path = match &arguments.config {
            Some(path) => Some(path.clone()),
            None if arguments.no_config => None,
            None => nearest_file(base, &absolute),
        };
        let Some(path) = path else {
            return Ok(Self { file: File::default(), source: None, folder: base.to_owned(), below: PathBuf::new() });
        };
        let text = crate::input::whole(&path)?;
        let file = File::read(&text).with_context(|| path.display().to_string())?;
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
        let own = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.clone() };
        let own = own.canonicalize().unwrap_or(own);
        let below = absolute.strip_prefix(&own).map(Path::to_owned).unwrap_or_default();
        Ok(Self { file, source: Some((path, text)), folder, below })
    }

    /// What the settings file is called.
    fn name(&self) -> String {
        self.source.as_ref().map(|(path, _)| path.display().to_string()).unwrap_or_default()
    }

    /// A path of the settings file, from the current folder.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    /// What a list of patterns in the settings file covers, asked with paths from the base.
    pub(super) fn pattern(&self, globs: &[&str]) -> Result<impl Fn(&Path, bool) -> bool + Sync + use<>, Error> {
        let mut builder = GitignoreBuilder::new("");
        for glob in globs {
            builder.add_line(None, glob).with_context(|| format!("`{glob}` is no pattern"))?;
        }
        let patterns: Gitignore = builder.build()?;
        let below = self.below.clone();
        Ok(move |path: &Path, is_folder: bool| {
            let path = below.join(path);
            !path.has_root() && patterns.matched_path_or_any_parents(path, is_folder).is_ignore()
        })
    }
}

/// The settings file in the base or above it, up to the folder of the repository.
fn nearest_file(base: &Path, absolute: &Path) -> Option<PathBuf> {
    let here = NAMES.iter().map(|name| base.join(name)).find(|path| path.is_file());
    if here.is_some() || absolute.join(".git").exists() {
        return here.map(|path| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path));
    }
    for folder in absolute.ancestors().skip(1) {
        let found = NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        if found.is_some() || folder.join(".git").exists() {
            return found;
        }
    }
    None
}

/// What is told of what is found.
pub(super) struct Policy {
    select: Vec<String>,
    ignore: Vec<String>,
    severities: BTreeMap<String, Severity>,
    least: Severity,
    pub(super) fail_on: Severity,
    pub(super) baseline: Option<PathBuf>,
    pub(super) directory: Vec<PathBuf>,
    pub(super) repository: Option<String>,
    pub(super) today: Date,
}

impl Policy {
    /// What was typed stands before what the file says.
    pub(super) fn new(arguments: &LintArguments, configured: &Configured, today: Date) -> Result<Self, Error> {
        let file = &configured.file;
        let chosen = |typed: &[String], written: &[String]| {
            if typed.is_empty() { written.to_vec() } else { typed.to_vec() }
        };
        let mut ignore = arguments.ignore.clone();
        ignore.extend(file.ignore.iter().cloned());
        let select = chosen(&arguments.select, &file.select);
        arguments.select.iter().chain(&arguments.ignore).try_for_each(|name| known(name))?;
        let mut written = file.select.iter().chain(&file.ignore).chain(file.severity.keys());
        written.try_for_each(|name| known(name)).with_context(|| configured.name())?;
        let mut directory = arguments.directory.clone();
        directory.extend(file.directory.iter().map(|path| configured.path(path)));
        let repository = arguments.repository.clone().filter(|repository| !repository.is_empty());
        let fail_on = arguments.fail_on.or(file.fail_on).map_or(Severity::Warning, Into::into);
        // Notes are for those who ask for them.
        let unasked = if select.is_empty() { fail_on.min(Severity::Warning) } else { Severity::Note };
        Ok(Self {
            select,
            ignore,
            severities: file.severity.iter().map(|(name, grade)| (name.clone(), (*grade).into())).collect(),
            least: arguments.severity.map_or(unasked, Into::into),
            fail_on,
            baseline: arguments.baseline.clone().or_else(|| Some(configured.path(file.baseline.as_deref()?))),
            directory,
            repository: repository.or_else(|| file.repository.clone()),
            today: arguments.today.unwrap_or(today),
        })
    }

    /// Gives a finding the severity that the file wants for its rule: the most exact name stands.
    pub(super) fn weigh(&self, finding: &mut Finding) {
        let named = self.severities.iter().filter(|(name, _)| finding.rule.is_named(name));
        if let Some((_, severity)) = named.max_by_key(|(name, _)| name.len()) {
            finding.severity = *severity;
        }
    }

    /// Whether a finding is to be told.
    pub(super) fn tells(&self, finding: &Finding) -> bool {
        let named = |names: &[String]| names.iter().any(|name| finding.rule.is_named(name));
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore) && finding.severity >= self.least
    }
}

/// A name that some rule has.
pub(super) fn known(name: &str) -> Result<(), Error> {
    if !RULES.iter().any(|rule| rule.is_named(name)) {
        bail!(
            "no rule is called `{name}`; the nearest is {}, and `fedlens lint --list-rules` lists all",
            nearest(name)
        );
    }
    Ok(())
}

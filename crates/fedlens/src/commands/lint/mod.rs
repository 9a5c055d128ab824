//! `fedlens lint`

mod baseline;
mod file;
mod fixing;
mod repository;
mod settings;
mod tree;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Error, bail};
use fedlens_lint::source::{FileId, Place, SyntaxError};
use fedlens_lint::suppression::{Scope, Suppression, nearest};
use fedlens_lint::{Finding, Options, RULES, Report, fingerprints};
use fedlens_report::{
    LintRun, Unread, lint, lint_annotations, lint_json, lint_junit, lint_markdown, lint_rule, lint_rules,
    lint_rules_json, lint_rules_markdown, lint_sarif,
};
use fedlens_token::{Redaction, redact_text};
use jiff::civil::Date;
use jiff::tz::Offset;

use self::baseline::{Baseline, Known};
use self::file::File;
use self::settings::{Configured, Paths, Policy};
use self::tree::{Found, Tree};
use crate::cli::{LintArguments, LintFormat};
use crate::commands::now;
use crate::output::{Output, Status};

pub(crate) fn run(arguments: &LintArguments, output: &Output) -> Result<Status, Error> {
    if arguments.config_schema {
        output.print(&fedlens_report::json(&File::schema(), Redaction::Off)?)?;
        return Ok(Status::Clean);
    }
    if arguments.list_rules {
        return list(arguments.format, output);
    }
    if let Some(name) = &arguments.explain {
        return explain(name, output);
    }
    let paths = Paths::new(&arguments.paths);
    let configured = Configured::find(arguments, &paths.base)?;
    let policy = Policy::new(arguments, &configured, today())?;
    let mut linter = Linter { arguments, configured, policy, base: &paths.base, baseline: None };
    if let Some(path) = &linter.policy.baseline {
        linter.baseline = Some(Baseline::read(path)?);
    }
    let mut tree = linter.read(&paths, output)?;
    if arguments.fix {
        let findings = linter.run(&tree)?.findings;
        fixing::fix(&mut tree, &findings, arguments.unsafe_fixes, output)?;
    }
    linter.tell(&tree, output)
}

fn today() -> Date {
    Offset::UTC.to_datetime(now()).date()
}

fn list(format: LintFormat, output: &Output) -> Result<Status, Error> {
    output.print(&match format {
        LintFormat::Human => lint_rules(),
        LintFormat::Json => lint_rules_json()?,
        LintFormat::Markdown => lint_rules_markdown(),
        _ => bail!("the rules are listed as human, json or markdown"),
    })?;
    Ok(Status::Clean)
}

fn explain(name: &str, output: &Output) -> Result<Status, Error> {
    let is_it = |rule: &&&fedlens_lint::Rule| {
        rule.id.eq_ignore_ascii_case(name.trim()) || rule.slug.eq_ignore_ascii_case(name.trim())
    };
    let rule = RULES.iter().find(is_it).with_context(|| {
        format!(
            "no rule is called `{name}`; the nearest is {}, and `fedlens lint --list-rules` lists all",
            nearest(name)
        )
    })?;
    output.print(&lint_rule(rule))?;
    Ok(Status::Clean)
}

/// A run with its settings.
struct Linter<'a> {
    arguments: &'a LintArguments,
    configured: Configured,
    policy: Policy,
    base: &'a Path,
    baseline: Option<Baseline>,
}

impl Linter<'_> {
    /// Reads the files, the exports and the settings file.
    fn read(&self, paths: &Paths<'_>, output: &Output) -> Result<Tree, Error> {
        let (mut found, unread) = match &self.arguments.stdin_path {
            Some(name) if paths.given == [Path::new("-")] => {
                if self.arguments.fix {
                    bail!("standard input cannot be changed; --diff prints the changes");
                }
                (vec![tree::standard_input(name)?], Vec::new())
            }
            _ => {
                let exclude: Vec<&str> = self.configured.file.exclude.iter().map(String::as_str).collect();
                tree::read(paths, &self.configured.pattern(&exclude)?, output)?
            }
        };
        for path in &self.policy.directory {
            let text = tree::text(path).map_err(Error::msg).with_context(|| path.display().to_string())?;
            let name = paths.name(path);
            found.push(Found { path: tree::slashes(&paths.relative(path)), name, place: None, text });
        }
        if let Some((path, text)) = &self.configured.source {
            let (path, name) = (tree::slashes(&paths.relative(path)), paths.name(path));
            found.push(Found { path, name, place: None, text: text.clone() });
        }
        Ok(Tree::new(found, unread))
    }

    /// Lints the files and leaves out what is not to be told.
    fn run<'t>(&self, tree: &'t Tree) -> Result<LintRun<'t>, Error> {
        let repository = self.policy.repository.clone().or_else(|| repository::of_folder(self.base));
        let options = Options { repository, today: self.policy.today };
        let mut report = fedlens_lint::lint(&tree.sources, &options);
        report.suppress(&tree.sources, &self.suppressions(tree)?, self.policy.today);
        Ok(self.told(tree, report))
    }

    /// The suppressions of the settings file.
    fn suppressions(&self, tree: &Tree) -> Result<Vec<Suppression>, Error> {
        let Some((path, _)) = &self.configured.source else { return Ok(Vec::new()) };
        let own = tree::slashes(&Paths { given: &[], base: self.base.to_owned() }.relative(path));
        let Some(file) = tree.sources.find(&own) else { return Ok(Vec::new()) };
        let suppression = |entry: &toml::Spanned<file::Suppress>| {
            let covers = self.configured.pattern(&[&entry.get_ref().path])?;
            let files = tree.sources.iter().filter(|(_, file)| covers(Path::new(&file.path), false));
            let written = entry.get_ref();
            Ok(Suppression {
                rules: written.rules.clone(),
                scope: Scope::Files(files.map(|(id, _)| id).collect()),
                reason: written.reason.clone().filter(|reason| !reason.trim().is_empty()),
                until: written.until.as_ref().map(|until| until.0.clone()),
                place: Place::new(file, entry.span()),
            })
        };
        self.configured.file.suppress.iter().map(suppression).collect()
    }

    fn told<'t>(&self, tree: &'t Tree, report: Report) -> LintRun<'t> {
        let prints = fingerprints(&tree.sources, &report.findings.iter().collect::<Vec<_>>());
        let gone = self.gone(tree, &prints);
        let mut unread: Vec<Unread> = report.unreadable.iter().map(|error| self.fault(tree, error)).collect();
        unread.extend(tree.unread.iter().cloned());
        let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
        let secrets: Vec<Place> =
            report.findings.iter().chain(suppressed).flat_map(|finding| finding.secrets.iter().copied()).collect();
        let hidden = if self.arguments.redaction() == Redaction::On { &secrets[..] } else { &[] };
        let mut run = LintRun {
            sources: tree.sources.hiding(hidden),
            names: tree.names.clone(),
            findings: Vec::new(),
            fingerprints: Vec::new(),
            suppressed: report.suppressed,
            known: 0,
            gone,
            left_out: 0,
            unjudged: report.unjudged,
            unread,
            counts: report.counts,
            fail_on: self.policy.fail_on,
        };
        for (mut finding, print) in report.findings.into_iter().zip(prints) {
            self.policy.weigh(&mut finding);
            if !self.policy.tells(&finding) {
                run.left_out += 1;
            } else if self.is_known(&print) {
                run.known += 1;
            } else {
                run.findings.push(finding);
                run.fingerprints.push(print);
            }
        }
        run
    }

    fn is_known(&self, fingerprint: &str) -> bool {
        // What is written to a new baseline is everything.
        let asked = self.arguments.write_baseline.is_none();
        asked && self.baseline.as_ref().is_some_and(|baseline| baseline.has(fingerprint))
    }

    fn gone(&self, tree: &Tree, prints: &[String]) -> Vec<String> {
        let Some(baseline) = &self.baseline else { return Vec::new() };
        let found: BTreeSet<&str> = prints.iter().map(String::as_str).collect();
        let whole = self.arguments.paths.iter().any(|path| path.is_dir());
        baseline.gone(&found, |path| whole || tree.sources.find(path).is_some())
    }

    fn fault(&self, tree: &Tree, error: &SyntaxError) -> Unread {
        let FileId(file) = error.place.file;
        Unread {
            path: tree.names.get(file as usize).cloned().unwrap_or_default(),
            at: Some(tree.sources.position(error.place)),
            message: error.message.clone(),
        }
    }

    /// Prints what was found, and says how it went.
    fn tell(&self, tree: &Tree, output: &Output) -> Result<Status, Error> {
        let run = self.run(tree)?;
        if let Some(path) = &self.arguments.write_baseline {
            return write_baseline(&run, path, output);
        }
        if self.arguments.diff {
            output.print(&fixing::diff(tree, &run.findings, self.arguments.unsafe_fixes))?;
        } else {
            output.print(&self.rendered(&run)?)?;
        }
        let fails = |finding: &Finding| finding.severity >= self.policy.fail_on;
        if run.findings.iter().any(fails) {
            return Ok(Status::Findings);
        }
        if run.counts.files == 0 && run.findings.is_empty() && !self.arguments.allow_empty {
            output
                .note("no file says anything of sign-ins, so nothing was judged (--allow-empty makes that a success)");
            return Ok(Status::Failed);
        }
        Ok(Status::Clean)
    }

    fn rendered(&self, run: &LintRun<'_>) -> Result<String, Error> {
        let redaction = self.arguments.redaction();
        Ok(match self.arguments.format {
            LintFormat::Human => lint(run, self.arguments.verbose, redaction),
            LintFormat::Json => lint_json(run, redaction)?,
            LintFormat::Sarif => lint_sarif(run, redaction)?,
            LintFormat::Github => lint_annotations(run, redaction),
            LintFormat::Junit => lint_junit(run, redaction),
            LintFormat::Markdown => lint_markdown(run, redaction),
        })
    }
}

fn write_baseline(run: &LintRun<'_>, path: &Path, output: &Output) -> Result<Status, Error> {
    let known = |(finding, print): (&Finding, &String)| Known {
        path: run.sources.path(finding.primary.place).to_owned(),
        rule: finding.rule.id.to_owned(),
        fingerprint: print.clone(),
        message: redact_text(&finding.message).into_owned(),
    };
    let known: Vec<Known> = run.findings.iter().zip(&run.fingerprints).map(known).collect();
    let count = known.len();
    Baseline::write(known, path)?;
    output.note(&format!("{} has the {count} present findings", path.display()));
    Ok(Status::Clean)
}

//! Making the changes that findings propose.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Error, bail};
use fedlens_lint::Finding;
use fedlens_lint::patch::{Patch, patched, unified};
use fedlens_lint::source::{SourceFile, Sources};
use tempfile::NamedTempFile;

use super::tree::Tree;
use crate::output::Output;

/// All changes as a patch that `git apply` takes.
pub(super) fn diff(tree: &Tree, findings: &[Finding], with_unsafe: bool) -> String {
    let patch = Patch::of(&tree.sources, findings, with_unsafe);
    let file = |(id, edits): (&_, &Vec<_>)| {
        let file = tree.sources.file(*id);
        unified(name(tree, *id), &file.text, edits)
    };
    patch.files.iter().map(file).collect()
}

fn name(tree: &Tree, id: fedlens_lint::source::FileId) -> &str {
    tree.names.get(id.0 as usize).map_or("", String::as_str)
}

/// Makes the changes in the files, and in the tree, and tells which were made and which were not.
pub(super) fn fix(tree: &mut Tree, findings: &[Finding], with_unsafe: bool, output: &Output) -> Result<(), Error> {
    let mut patch = Patch::of(&tree.sources, findings, with_unsafe);
    let mut files: Vec<SourceFile> = tree.sources.files().to_vec();
    let mut refused = Vec::new();
    for (id, edits) in &patch.files {
        let Some(file) = files.get_mut(id.0 as usize) else { continue };
        let new = patched(&file.text, edits);
        let written = match tree.places.get(id) {
            Some(place) => replace(place, &file.text, &new),
            None => Err(Error::msg("it is not a file of the tree")),
        };
        match written {
            Ok(()) => file.text = new,
            Err(error) => {
                output.note(&format!("{} stays as it is: {error:#}", name(tree, *id)));
                refused.push(*id);
            }
        }
    }
    patch.files.retain(|id, _| !refused.contains(id));
    let is_refused = |finding: &Finding| {
        finding.fix.iter().flat_map(|fix| &fix.edits).any(|edit| refused.contains(&edit.place.file))
    };
    for finding in patch.made.iter().filter_map(|at| findings.get(*at)).filter(|finding| !is_refused(finding)) {
        let title = finding.fix.as_ref().map_or("", |fix| fix.title.as_str());
        output.note(&format!("{}: {}: {title}", at(tree, finding), finding.rule.id));
    }
    for (position, why) in &patch.left {
        if let Some(finding) = findings.get(*position) {
            output.note(&format!("{}: {} is left: {why}", at(tree, finding), finding.rule.id));
        }
    }
    tree.sources = Sources::new(files);
    Ok(())
}

fn at(tree: &Tree, finding: &Finding) -> String {
    let place = finding.primary.place;
    format!("{}:{}", name(tree, place.file), tree.sources.position(place).line)
}

/// Puts a new text in the place of a file's, if it still has the old one: all of it, or nothing.
fn replace(path: &Path, old: &str, new: &str) -> Result<(), Error> {
    // A link stays one: what it leads to is changed.
    let path = path.canonicalize()?;
    if super::tree::bytes(&path).map_err(Error::msg)? != old.as_bytes() {
        bail!("it has changed since it was read, or is not UTF-8");
    }
    let folder = path.parent().context("it has no folder")?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(new.as_bytes())?;
    file.as_file().sync_all()?;
    fs::set_permissions(file.path(), fs::metadata(&path)?.permissions())?;
    file.persist(&path)?;
    Ok(())
}

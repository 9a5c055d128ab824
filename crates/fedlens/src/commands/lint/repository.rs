//! Which repository on GitHub a folder is a clone of, as its Git configuration says; no program is called.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A Git configuration is not larger than this.
const MAX_BYTES: u64 = 1 << 20;

/// `owner/name` of the remote `origin`, if that is on github.com.
pub(super) fn of_folder(folder: &Path) -> Option<String> {
    let folder = std::path::absolute(folder).ok()?;
    // A folder with workflows of its own below a repository is an example or a fixture: not that repository.
    let root = folder.ancestors().find(|folder| folder.join(".git").exists() || folder.join(".github").exists())?;
    origin(&read(&git_folder(root)?.join("config"))?)
}

/// The folder that Git keeps its configuration in; a work tree of another clone has it there.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let own = root.join(read(&git)?.strip_prefix("gitdir:")?.trim());
    match read(&own.join("commondir")) {
        Some(common) => Some(own.join(common.trim())),
        None => Some(own),
    }
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The repository that the remote `origin` of a Git configuration leads to.
fn origin(config: &str) -> Option<String> {
    let mut in_origin = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            in_origin = line.starts_with("[remote \"origin\"]");
        } else if in_origin
            && let Some((key, value)) = line.split_once('=')
            && key.trim().eq_ignore_ascii_case("url")
        {
            return on_github(value.trim().trim_matches('"'));
        }
    }
    None
}

/// `owner/name` of an address on github.com.
fn on_github(url: &str) -> Option<String> {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest,
        None => url,
    };
    let (host, path) = rest.split_once(['/', ':'])?;
    // `user:token@host` has its colon before the host.
    let (host, path) = match path.split_once('@') {
        Some((_, behind)) if !host.contains('@') => behind.split_once(['/', ':'])?,
        _ => (host, path),
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    let known = ["github.com", "www.github.com", "ssh.github.com"].iter().any(|name| host.eq_ignore_ascii_case(name));
    let path = path.trim_start_matches("443/").trim_matches('/');
    let (owner, name) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
    (known && !owner.is_empty() && !name.is_empty() && !name.contains('/')).then(|| format!("{owner}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for url in [
            "https://github.com/contoso/shop",
            "https://github.com/contoso/shop.git",
            "https://github.com/contoso/shop/",
            "https://someone@github.com/contoso/shop.git",
            "https://x-access-token:abc@github.com/contoso/shop.git",
            "git@github.com:contoso/shop.git",
            "ssh://git@github.com/contoso/shop.git",
            "ssh://git@ssh.github.com:443/contoso/shop.git",
            "git://GitHub.com/contoso/shop.git",
        ] {
            assert_eq!(on_github(url).as_deref(), Some("contoso/shop"), "{url}");
        }
        for url in [
            "https://gitlab.com/contoso/shop",
            "https://github.com/contoso",
            "../shop",
            "",
            "https://github.com.evil/a/b",
        ] {
            assert_eq!(on_github(url), None, "{url}");
        }
    }

    #[test]
    fn the_remote_origin() {
        let config = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = git@github.com:fabrikam/shop.git\n[remote \
                      \"origin\"]\n\turl = git@github.com:contoso/shop.git\n[branch \"main\"]\n\tremote = origin\n";
        assert_eq!(origin(config).as_deref(), Some("contoso/shop"));
        assert_eq!(origin("[branch \"main\"]\n\turl = git@github.com:contoso/shop.git\n"), None);
    }
}

//! The state on disk: an SQLite database with one row per application, managed identity and resource group.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, params};
use serde::Serialize;
use thiserror::Error;

use crate::DirectoryDocument;
use crate::directory::{Edition, key};
use crate::emulator::Change;

const FILE: &str = "emulator.sqlite";

/// Each entry brings a database one version further.
const MIGRATIONS: [&str; VERSION as usize] = [include_str!("store/1.sql")];

/// The version of the databases that are written.
const VERSION: u32 = 1;

/// A state that could not be read or kept.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("cannot make {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database refuses.
    #[error("cannot use the kept state")]
    Database(#[from] rusqlite::Error),
    /// A row is not of the form that this version writes.
    #[error("the kept state cannot be read")]
    Row(#[from] serde_json::Error),
    /// A newer version wrote the database.
    #[error("the kept state was written by a newer version ({found}); this one reads up to {known}")]
    Newer {
        /// Its version.
        found: u32,
        /// The newest version that is known.
        known: u32,
    },
}

/// The database. What a method has written is on the disk when it returns.
pub(crate) struct Store(Mutex<Connection>);

impl Store {
    /// Opens the database of a folder, made where there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let unusable = |source| StoreError::Folder { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(unusable)?;
        let mut connection = Connection::open(folder.join(FILE))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > VERSION {
            return Err(StoreError::Newer { found, known: VERSION });
        }
        let transaction = connection.transaction()?;
        for (_, migration) in (0..).zip(MIGRATIONS).filter(|(version, _)| *version >= found) {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        Ok(Self(Mutex::new(connection)))
    }

    /// The kept state and the edition of the directory file that it was last brought in line with; `None` for a new
    /// database.
    pub(crate) fn load(&self) -> Result<Option<(DirectoryDocument, Edition)>, StoreError> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare("SELECT kind, document FROM entity ORDER BY rowid")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let (mut state, mut file, mut found) = (DirectoryDocument::default(), Edition::default(), false);
        let (mut applications, mut identities, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let (kind, document) = row?;
            found = true;
            match kind.as_str() {
                "application" => applications.push(serde_json::from_str(&document)?),
                "managed-identity" => identities.push(serde_json::from_str(&document)?),
                "resource-group" => groups.push(serde_json::from_str(&document)?),
                "surroundings" => state = serde_json::from_str(&document)?,
                _ => file = serde_json::from_str(&document)?,
            }
        }
        (state.applications, state.managed_identities, state.resource_groups) = (applications, identities, groups);
        Ok(found.then_some((state, file)))
    }

    /// Writes changes, all or none, and the edition of the directory file that they bring the state in line with.
    pub(crate) fn write(&self, changes: &[Change], file: Option<&Edition>) -> Result<(), StoreError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let put = |kind: &str, id: &str, document: String| {
            transaction.execute(
                "INSERT INTO entity (kind, id, document) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document",
                params![kind, id, document],
            )
        };
        let remove = |kind: &str, id: &str| {
            transaction.execute("DELETE FROM entity WHERE kind = ?1 AND id = ?2", params![kind, id])
        };
        for change in changes {
            match change {
                Change::Application(document) => put("application", &key(&document.app_id), json(document)?)?,
                Change::Identity(document) => put("managed-identity", &key(&document.client_id), json(document)?)?,
                Change::ResourceGroup(document) => put("resource-group", &document.key(), json(document)?)?,
                Change::RemoveResourceGroup(key) => remove("resource-group", key)?,
                Change::Surroundings(document) => put("surroundings", "", json(document)?)?,
                Change::RemoveApplication(app_id) => remove("application", &key(app_id))?,
                Change::RemoveIdentity(client_id) => remove("managed-identity", &key(client_id))?,
            };
        }
        if let Some(file) = file {
            put("file", "", json(file)?)?;
        }
        Ok(transaction.commit()?)
    }
}

fn json(document: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(document)
}

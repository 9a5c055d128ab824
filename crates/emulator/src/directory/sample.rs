//! The directory that needs no file.

use super::DirectoryDocument;

/// The sample as a directory file.
pub const SAMPLE: &str = include_str!("sample.toml");

/// A tenant with an application, managed identities and credentials for every issuer that the emulator plays.
pub fn sample() -> DirectoryDocument {
    DirectoryDocument::parse(SAMPLE, "toml").expect("the sample is a directory file")
}

#[cfg(test)]
mod tests {
    use super::super::{Registry, ResourceDocument};
    use super::*;

    #[test]
    fn the_sample_survives_a_round_trip_through_the_state() {
        let own = || Some(ResourceDocument { app_id: "own".to_owned(), ..ResourceDocument::default() });
        let registry = Registry::new(sample(), own()).unwrap();
        let document = registry.document();
        let again = Registry::new(document.clone(), own()).unwrap().document();
        assert_eq!(again, document);
        assert_eq!(document.applications.len(), sample().applications.len());
    }
}

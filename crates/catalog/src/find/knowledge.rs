//! What the catalog contributes to finding: platform codes, sentences and words.

use std::collections::HashSet;
use std::sync::{LazyLock, OnceLock};

use super::scan::{Literals, Scan};
use super::unwrap::Vocabulary;
use super::wording::Wordings;
use crate::Entry;

/// The searches; each is built when first needed and shared by all finders.
#[derive(Debug)]
pub(super) struct Knowledge {
    /// The search for codes.
    pub(super) scan: Scan,
    platform: HashSet<&'static str>,
    messages: Vec<(&'static str, &'static str)>,
    wordings: OnceLock<Wordings>,
    rare: OnceLock<Literals>,
    words: OnceLock<Vocabulary>,
}

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::new(crate::entries()));

impl Knowledge {
    /// What the embedded catalog knows.
    pub(super) fn embedded() -> &'static Self {
        &KNOWLEDGE
    }

    fn new(entries: &'static [Entry]) -> Self {
        let platform = entries.iter().map(|entry| entry.code).filter(|code| is_identifier(code));
        let messages = entries.iter().flat_map(|entry| entry.messages.iter().map(|message| (entry.code, *message)));
        Self {
            scan: Scan::new(),
            platform: platform.collect(),
            messages: messages.collect(),
            wordings: OnceLock::new(),
            rare: OnceLock::new(),
            words: OnceLock::new(),
        }
    }

    /// Whether the word is a platform's code that the catalog describes.
    pub(super) fn is_platform(&self, word: &str) -> bool {
        self.platform.contains(word)
    }

    /// The sentences.
    pub(super) fn wordings(&self) -> &Wordings {
        self.wordings.get_or_init(|| Wordings::new(&self.messages))
    }

    /// The codes in unusual spelling, and the identifiers that the search for codes does not come upon.
    pub(super) fn rare(&self) -> &Literals {
        self.rare.get_or_init(|| {
            let mut identifiers: Vec<_> = self.platform.iter().filter(|code| !Scan::finds(code)).collect();
            identifiers.sort_unstable();
            let rare = identifiers.into_iter().map(|code| code.to_ascii_lowercase()).chain(["aadsts".to_owned()]);
            Literals::new(&rare.collect::<Vec<_>>())
        })
    }

    /// The words of the sentences.
    pub(super) fn words(&self) -> &Vocabulary {
        self.words.get_or_init(|| Vocabulary::new(self.messages.iter().map(|(_, message)| *message)))
    }
}

/// Whether programs write the code as it is; others are names that the catalog gave to a sentence.
fn is_identifier(code: &str) -> bool {
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain && !code.starts_with("AADSTS") && code.bytes().any(|byte| byte.is_ascii_uppercase())
}

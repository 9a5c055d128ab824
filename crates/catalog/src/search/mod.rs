//! Search over the whole catalog, by words, codes and fields; slips of the finger are forgiven.

mod words;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::{Entry, Severity, entries};
use words::words;

static WORDS: &str = include_str!(concat!(env!("OUT_DIR"), "/words.txt"));
static POSTINGS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/postings.bin"));
static ENDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ends.bin"));

/// A longer query is cut: nobody searches with more words.
const MAX_WORDS: usize = 16;

/// What a matched prefix or a slip is worth beside the word itself, in percent.
const PREFIX_WORTH: f32 = 0.6;
const SLIP_WORTH: f32 = 0.5;

/// Which entries to consider.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this category.
    pub category: Option<String>,
    /// Only this surface.
    pub surface: Option<String>,
    /// Only this severity.
    pub severity: Option<Severity>,
}

impl Filter {
    /// Whether an entry passes.
    pub fn admits(&self, entry: &Entry) -> bool {
        self.category.as_deref().is_none_or(|category| entry.category == category)
            && self.surface.as_deref().is_none_or(|surface| entry.surfaces.contains(&surface))
            && self.severity.is_none_or(|severity| entry.severity == severity)
    }
}

/// The entries that fit a query, the best first. An empty query fits every entry, in order.
///
/// ```
/// let found = fedlens_catalog::search("user token as assertion", &fedlens_catalog::Filter::default());
/// assert!(found.iter().take(3).any(|entry| entry.code == "AADSTS700229"));
/// ```
pub fn search(query: &str, filter: &Filter) -> Vec<&'static Entry> {
    let mut wanted = words(query);
    wanted.truncate(MAX_WORDS);
    if wanted.is_empty() {
        return entries().iter().filter(|entry| filter.admits(entry)).collect();
    }
    let mut scores: BTreeMap<u16, (usize, f32)> = BTreeMap::new();
    for word in &wanted {
        for (number, score) in matches(word) {
            let known = scores.entry(number).or_default();
            known.0 += 1;
            known.1 += score;
        }
    }
    let mut ranked: Vec<(&Entry, usize, f32)> = scores
        .into_iter()
        .filter_map(|(number, (hits, score))| Some((entries().get(usize::from(number))?, hits, score)))
        .filter(|(entry, ..)| filter.admits(entry))
        .collect();
    ranked.sort_by(|left, right| {
        right.1.cmp(&left.1).then(right.2.total_cmp(&left.2)).then(left.0.code.cmp(right.0.code))
    });
    ranked.into_iter().map(|(entry, ..)| entry).collect()
}

/// The best score of a query word for each entry: rare words count more than common ones.
fn matches(word: &str) -> BTreeMap<u16, f32> {
    let index = index();
    let mut found = BTreeMap::new();
    let mut take = |at: usize, worth: f32| {
        let postings = index.postings(at);
        #[expect(clippy::cast_precision_loss, reason = "fewer than 65,536 entries")]
        let rarity = (entries().len() as f32 / (1.0 + postings.len() as f32 / 3.0)).ln().max(0.1);
        for posting in postings.chunks_exact(3) {
            let [low, high, weight] = *posting else { continue };
            let score = f32::from(weight) * rarity * worth;
            let known: &mut f32 = found.entry(u16::from_le_bytes([low, high])).or_default();
            *known = known.max(score);
        }
    };
    match index.words.binary_search(&word) {
        Ok(at) => take(at, 1.0),
        Err(at) => {
            let begins = index.words.get(at..).unwrap_or_default().iter().take_while(|known| known.starts_with(word));
            let longer = if word.len() >= 3 { begins.count() } else { 0 };
            (at..at + longer).for_each(|at| take(at, PREFIX_WORTH));
            if longer == 0 {
                index.slips(word).for_each(|at| take(at, SLIP_WORTH));
            }
        }
    }
    found
}

struct Index {
    words: Vec<&'static str>,
}

impl Index {
    fn postings(&self, at: usize) -> &'static [u8] {
        let start = at.checked_sub(1).map_or(0, end);
        POSTINGS.get(3 * start..3 * end(at)).unwrap_or_default()
    }

    /// Words that differ by a letter or two. The first letter, or the second, has to be right.
    fn slips<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let allowed = match word.len() {
            0..4 => 0,
            4..8 => 1,
            _ => 2,
        };
        let bytes = word.as_bytes();
        self.words.iter().enumerate().filter_map(move |(at, known)| {
            let other = known.as_bytes();
            let begins_alike = bytes.first() == other.first() || bytes.get(1) == other.get(1);
            let near = allowed > 0 && begins_alike && bytes.len().abs_diff(other.len()) <= allowed;
            (near && strsim::osa_distance(word, known) <= allowed).then_some(at)
        })
    }
}

fn end(at: usize) -> usize {
    let bytes = ENDS.get(4 * at..4 * at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    bytes.map_or(0, u32::from_le_bytes) as usize
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| Index { words: WORDS.lines().collect() })
}

#[cfg(test)]
mod tests {
    use super::{Filter, search};
    use crate::{Severity, entries};

    fn first(query: &str, count: usize) -> Vec<&'static str> {
        search(query, &Filter::default()).into_iter().take(count).map(|entry| entry.code).collect()
    }

    #[test]
    fn words_lead_to_the_entry_they_describe() {
        let cases = [
            ("user token as assertion", "AADSTS700229"),
            ("ForbiddenTokenType", "AADSTS700229"),
            ("only app-only tokens", "AADSTS700229"),
            ("client secret expired", "AADSTS7000222"),
            ("wrong client secret", "AADSTS7000215"),
            ("no federated credential subject", "AADSTS700213"),
            ("gateway token one hour", "powerbi-gateway-token-one-hour"),
            ("assertion expired time range", "AADSTS700024"),
        ];
        for (query, code) in cases {
            assert!(first(query, 3).contains(&code), "{query}: {:?}", first(query, 3));
        }
    }

    #[test]
    fn slips_of_the_finger_are_forgiven() {
        for (query, code) in [("clinet secret expierd", "AADSTS7000222"), ("asertion user tokne", "AADSTS700229")] {
            assert!(first(query, 5).contains(&code), "{query}: {:?}", first(query, 5));
        }
    }

    #[test]
    fn a_code_or_its_beginning_is_found() {
        assert_eq!(first("AADSTS700229", 1), ["AADSTS700229"]);
        assert_eq!(first("700229", 1), ["AADSTS700229"]);
        assert!(first("7002", 40).contains(&"AADSTS700213"));
        assert_eq!(first("DMTS_OAuthTokenRefreshFailedError", 1), ["DMTS_OAuthTokenRefreshFailedError"]);
    }

    #[test]
    fn filters_narrow_and_an_empty_query_lists() {
        let all = search("", &Filter::default());
        assert_eq!(all.len(), entries().len());
        let critical = Filter { severity: Some(Severity::Critical), ..Filter::default() };
        assert!(search("", &critical).iter().all(|entry| entry.severity == Severity::Critical));
        let power_bi = Filter { surface: Some("power-bi".to_owned()), ..Filter::default() };
        assert!(search("credential", &power_bi).iter().all(|entry| entry.surfaces.contains(&"power-bi")));
    }

    #[test]
    fn nonsense_finds_nothing() {
        assert!(first("zzqqxx", 1).is_empty());
    }
}

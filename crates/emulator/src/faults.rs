//! Faults that are answered on purpose: `token:503:0.1`.

use std::str::FromStr;

use thiserror::Error;

use crate::crypto::random;

/// The parts of the emulator that can be made to fail.
const PLACES: [&str; 7] = ["token", "metadata", "keys", "graph", "arm", "identity", "issuer"];

/// A share of the requests to one place that is answered with an error status.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// `token`, `metadata`, `keys`, `graph`, `arm`, `identity` or `issuer`.
    pub place: String,
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// The share of requests, 0 to 1.
    pub rate: f64,
    /// `Retry-After` in seconds; 1 for 429 and 503 where it is not given.
    pub retry_after: Option<u32>,
}

/// A fault that was not understood.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a fault: write PLACE:STATUS:RATE, such as token:503:0.1, and :SECONDS for a Retry-After, with PLACE one of {places}",
    places = PLACES.join(", "))]
pub struct FaultError(String);

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError(text.to_owned());
        let parts: Vec<_> = text.split(':').collect();
        let (place, status, rate, retry_after) = match parts.as_slice() {
            [place, status] => (place, status, &"1", None),
            [place, status, rate] => (place, status, rate, None),
            [place, status, rate, retry_after] => (place, status, rate, Some(*retry_after)),
            _ => return Err(wrong()),
        };
        let status = status.parse().ok().filter(|status| (400..600).contains(status)).ok_or_else(wrong)?;
        let rate = rate.parse().ok().filter(|rate| (0.0..=1.0).contains(rate)).ok_or_else(wrong)?;
        let given = retry_after.map(|seconds| seconds.parse().map_err(|_| wrong())).transpose()?;
        if !PLACES.contains(place) {
            return Err(wrong());
        }
        let usual = matches!(status, 429 | 503).then_some(1);
        Ok(Self { place: (*place).to_owned(), status, rate, retry_after: given.or(usual) })
    }
}

impl Fault {
    /// The fault that meets a request to this place, if one does.
    pub(crate) fn drawn<'a>(faults: &'a [Self], place: &str) -> Option<&'a Self> {
        faults.iter().find(|fault| {
            let draw = f64::from(u32::from_le_bytes(random())) / (f64::from(u32::MAX) + 1.0);
            fault.place == place && draw < fault.rate
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_or_refused_with_a_sentence() {
        let fault: Fault = "token:503:0.1".parse().unwrap();
        assert_eq!(fault, Fault { place: "token".to_owned(), status: 503, rate: 0.1, retry_after: Some(1) });
        assert_eq!("arm:500".parse::<Fault>().unwrap().retry_after, None);
        assert_eq!("graph:429:1:30".parse::<Fault>().unwrap().retry_after, Some(30));
        for wrong in ["", "token", "token:200:1", "token:503:2", "sts:503:1", "token:503:1:soon", "token:503:1:1:1"] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_rate_holds() {
        let faults = ["token:503:0.25".parse().unwrap()];
        let hits = (0..4_000).filter(|_| Fault::drawn(&faults, "token").is_some()).count();
        assert!((800..1_200).contains(&hits), "{hits} of 4000");
        assert!(Fault::drawn(&faults, "graph").is_none());
    }
}

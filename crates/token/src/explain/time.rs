//! Seconds since 1970 as a date, without a clock.

use serde_json::Value;

use crate::claims;

const SECONDS_A_DAY: i64 = 86_400;

/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;

/// `2026-11-01T12:04:40Z`, or why that cannot be said.
pub(super) fn shown(value: &Value) -> String {
    match claims::seconds(value) {
        Some(seconds @ 0..=LAST) => utc(seconds),
        Some(_) => "a time outside the years 1970 to 9999 (is it in milliseconds?)".to_owned(),
        None => "what is not a time: a number of seconds since 1970 belongs here".to_owned(),
    }
}

fn utc(seconds: i64) -> String {
    let (year, month, day) = civil(seconds / SECONDS_A_DAY);
    let second = seconds % SECONDS_A_DAY;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a day counted from 1970, in the Gregorian calendar.
///
/// Years are taken to begin in March, so that the leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (400 * era + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seconds_become_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_793_534_680, "2026-11-01T12:04:40Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (LAST, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(shown(&json!(seconds)), expected);
        }
    }

    #[test]
    fn other_values_are_no_dates() {
        for value in [json!(-1), json!(LAST + 1), json!(1e300)] {
            assert!(shown(&value).contains("outside"), "{value}");
        }
        assert!(shown(&json!(null)).contains("not a time"));
    }
}

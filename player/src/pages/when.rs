//! Dates, times of day and lengths of time as people write them, in the municipality's time zone.

use jiff::{Timestamp, Zoned, civil::Weekday, tz::TimeZone};

use super::words::Words;

/// Months after a day's number: Greek has them in the genitive.
const MONTHS: [[&str; 12]; 2] = [
    [
        "Ιανουαρίου",
        "Φεβρουαρίου",
        "Μαρτίου",
        "Απριλίου",
        "Μαΐου",
        "Ιουνίου",
        "Ιουλίου",
        "Αυγούστου",
        "Σεπτεμβρίου",
        "Οκτωβρίου",
        "Νοεμβρίου",
        "Δεκεμβρίου",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

const WEEKDAYS: [[&str; 7]; 2] = [
    ["Δευτέρα", "Τρίτη", "Τετάρτη", "Πέμπτη", "Παρασκευή", "Σάββατο", "Κυριακή"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];

/// Writes instants for one municipality in one language.
#[derive(Clone, Debug)]
pub(super) struct When {
    words: Words,
    zone: TimeZone,
}

impl When {
    /// For the zone of this IANA name; UTC where there is none such.
    pub(super) fn new(words: Words, zone: &str) -> Self {
        Self { words, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    fn zoned(&self, at_ms: i64) -> Zoned {
        Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(self.zone.clone())
    }

    fn names(&self) -> usize {
        usize::from(self.words.language() == "en")
    }

    /// "Δευτέρα 23 Νοεμβρίου 2026", "Monday 23 November 2026".
    pub(super) fn day(&self, at_ms: i64) -> String {
        let weekday = self.zoned(at_ms).weekday().since(Weekday::Monday);
        format!("{} {}", WEEKDAYS[self.names()][usize::from(weekday.unsigned_abs())], self.date(at_ms))
    }

    /// "23 Νοεμβρίου 2026", "23 November 2026".
    pub(super) fn date(&self, at_ms: i64) -> String {
        let at = self.zoned(at_ms);
        format!("{} {} {}", at.day(), MONTHS[self.names()][usize::from(at.month().unsigned_abs()) - 1], at.year())
    }

    /// "18:05".
    pub(super) fn time(&self, at_ms: i64) -> String {
        let at = self.zoned(at_ms);
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// Date and time.
    pub(super) fn moment(&self, at_ms: i64) -> String {
        format!("{}, {}", self.date(at_ms), self.time(at_ms))
    }

    /// "18:05:09".
    pub(super) fn exact_time(&self, at_ms: i64) -> String {
        format!("{}:{:02}", self.time(at_ms), self.zoned(at_ms).second())
    }

    /// A span of one day: "10:32–10:35"; with seconds where the minutes would not tell its ends apart.
    pub(super) fn span(&self, from_ms: i64, to_ms: i64) -> String {
        let (from, to) = (self.time(from_ms), self.time(to_ms));
        if from == to {
            format!("{}–{}", self.exact_time(from_ms), self.exact_time(to_ms))
        } else {
            format!("{from}–{to}")
        }
    }

    /// The value of a `datetime` attribute: "2026-11-23T18:05:00+02:00".
    pub(super) fn machine(&self, at_ms: i64) -> String {
        self.zoned(at_ms).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// The year: 2026.
    pub(super) fn year(&self, at_ms: i64) -> u16 {
        u16::try_from(self.zoned(at_ms).year()).unwrap_or(u16::MAX)
    }

    /// The value of a date field: "2026-11-23".
    pub(super) fn field(&self, at_ms: i64) -> String {
        self.zoned(at_ms).strftime("%Y-%m-%d").to_string()
    }

    /// Whether two instants fall on the same day here.
    pub(super) fn same_day(&self, a_ms: i64, b_ms: i64) -> bool {
        self.zoned(a_ms).date() == self.zoned(b_ms).date()
    }

    /// "2 ώρες και 5 λεπτά"; seconds only below a minute.
    pub(super) fn duration(&self, duration_ms: i64) -> String {
        let seconds = duration_ms.max(0) / 1000;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        let count = |key: &str, count: i64| (count > 0).then(|| self.words.with(key, "count", count));
        let mut parts = [
            count("duration-days", days),
            count("duration-hours", hours),
            count("duration-minutes", if days > 0 { 0 } else { minutes }),
        ]
        .into_iter()
        .flatten();
        match (parts.next(), parts.next()) {
            (Some(first), Some(second)) => self.words.with_two("duration-two", ("first", first), ("second", second)),
            (Some(only), None) => only,
            _ => self.words.with("duration-seconds", "count", seconds),
        }
    }
}

/// "1:02:09", as a player counts.
pub(super) fn position(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Seconds out of "1:02:09", "62:09", "129": what people type for a place in a recording.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let fields: Vec<&str> = text.trim().split(':').collect();
    if fields.len() > 3 {
        return None;
    }
    fields.iter().enumerate().try_fold(0_u64, |sum, (index, field)| {
        let digits = !field.is_empty() && field.len() <= 6 && field.bytes().all(|byte| byte.is_ascii_digit());
        let value: u64 = digits.then(|| field.parse().ok())??;
        (index == 0 || value < 60).then_some(sum * 60 + value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn here(language: &str) -> When {
        When::new(Words::of(language), "Europe/Athens")
    }

    #[test]
    fn dates_stand_in_the_municipalitys_zone_and_language() {
        // Summer time ends on 25 October at 04:00.
        for (instant, greek, english, time) in [
            ("2026-11-23T16:05:09Z", "Δευτέρα 23 Νοεμβρίου 2026", "Monday 23 November 2026", "18:05"),
            ("2026-11-22T22:00:00Z", "Δευτέρα 23 Νοεμβρίου 2026", "Monday 23 November 2026", "00:00"),
            ("2026-10-25T00:30:00Z", "Κυριακή 25 Οκτωβρίου 2026", "Sunday 25 October 2026", "03:30"),
            ("2026-10-25T01:30:00Z", "Κυριακή 25 Οκτωβρίου 2026", "Sunday 25 October 2026", "03:30"),
            ("2026-05-02T09:00:00Z", "Σάββατο 2 Μαΐου 2026", "Saturday 2 May 2026", "12:00"),
        ] {
            let ms = at(instant);
            assert_eq!(here("el").day(ms), greek);
            assert_eq!(here("en").day(ms), english);
            assert_eq!(here("en").time(ms), time, "{instant}");
        }
        assert_eq!(here("el").machine(at("2026-11-23T16:05:09Z")), "2026-11-23T18:05:09+02:00");
        assert_eq!(here("el").field(at("2026-11-22T22:00:00Z")), "2026-11-23");
        assert!(here("el").same_day(at("2026-11-22T22:00:00Z"), at("2026-11-23T21:59:59Z")));
        assert!(!here("el").same_day(at("2026-11-22T21:59:59Z"), at("2026-11-22T22:00:00Z")));
    }

    #[test]
    fn a_short_span_is_told_to_the_second() {
        let from = at("2026-11-23T08:32:10Z");
        assert_eq!(here("el").span(from, from + 200_000), "10:32–10:35");
        assert_eq!(here("el").span(from, from + 7_000), "10:32:10–10:32:17");
    }

    #[test]
    fn lengths_of_time_are_told_in_at_most_two_units() {
        for (ms, greek, english) in [
            (0, "0 δευτερόλεπτα", "0 seconds"),
            (59_999, "59 δευτερόλεπτα", "59 seconds"),
            (60_000, "1 λεπτό", "1 minute"),
            (3_600_000, "1 ώρα", "1 hour"),
            (7_500_000, "2 ώρες και 5 λεπτά", "2 hours and 5 minutes"),
            (90_000_000, "1 ημέρα και 1 ώρα", "1 day and 1 hour"),
            (86_460_000, "1 ημέρα", "1 day"),
            (-5, "0 δευτερόλεπτα", "0 seconds"),
        ] {
            assert_eq!(here("el").duration(ms), greek);
            assert_eq!(here("en").duration(ms), english);
        }
    }

    #[test]
    fn places_in_a_recording_are_read_as_they_are_written() {
        for ms in [0, 9_000, 129_000, 3_729_000, 36_000_000] {
            assert_eq!(seconds(&position(ms)), Some(ms / 1000));
        }
        assert_eq!(seconds(" 62:09 "), Some(3729));
        assert_eq!(seconds("90"), Some(90));
        for wrong in ["", ":", "1:", "1:60", "1:2:3:4", "-1", "1.5", "+1", "9999999", "α"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}

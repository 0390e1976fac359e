//! A channel: events in one order, told in batches, and again to whoever was away.
//!
//! What is told is lines of JSON. A channel's owner pushes; somebody calls [`Channel::flush`] once a tick, and what came
//! meanwhile goes to every follower as one text that all of them share. A ring of the last lines lets a follower go on
//! from where it was; whoever was away for longer takes a snapshot.

use std::{
    any::Any,
    collections::VecDeque,
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{sync::broadcast, time::Instant};
use uuid::Uuid;

/// Events that a channel can tell again.
pub const RING: usize = 2000;
/// Batches that a follower may be behind before it is let go: at a tick of 50 ms about three seconds.
const BEHIND: usize = 64;
/// A channel that more than so many follow is told less often, at every second tick or every fourth, since a batch costs a
/// write for each of them; the times leave room for a tick that comes early.
const SELDOM: [(usize, Duration); 2] = [(4000, Duration::from_millis(195)), (1000, Duration::from_millis(95))];

/// A place in a channel: the run of numbers, and the last event that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Names the run: events of another epoch are not these.
    pub epoch: String,
    /// The number of an event; 0: before the first.
    pub offset: u64,
}

/// Lines for every follower, without a line break at the end. Cheap to clone.
#[derive(Clone)]
pub struct Batch(Arc<Lines>);

struct Lines {
    text: String,
    form: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Batch {
    /// The lines.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// What whoever carries it makes of the lines: made once, for all followers. One carrier has one form.
    pub fn form<T: Any + Clone + Send + Sync>(&self, make: impl Fn(&str) -> T) -> T {
        let form = self.0.form.get_or_init(|| Box::new(make(&self.0.text)));
        form.downcast_ref::<T>().cloned().unwrap_or_else(|| make(&self.0.text))
    }
}

impl PartialEq for Batch {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Batch").field(&self.0.text).finish()
    }
}

impl From<String> for Batch {
    fn from(text: String) -> Self {
        Self(Arc::new(Lines { text, form: OnceLock::new() }))
    }
}

struct Line {
    number: u64,
    /// The message or the intervention whose words the line holds.
    holds: Option<Uuid>,
    text: String,
}

struct Log {
    name: String,
    epoch: String,
    /// The number of the last event.
    last: u64,
    /// Up to here followers have been told, and when that was.
    told: u64,
    told_at: Instant,
    ring: VecDeque<Line>,
}

/// A channel.
pub struct Channel {
    log: Mutex<Log>,
    followers: broadcast::Sender<Batch>,
}

/// What a new follower begins with.
pub struct Following {
    /// What comes from now on.
    pub batches: broadcast::Receiver<Batch>,
    /// The channel as it is now.
    pub position: Position,
    /// What the follower missed; none where it must take a snapshot.
    pub missed: Option<Batch>,
}

impl Channel {
    /// A channel whose last event has the number `last`.
    #[must_use]
    pub fn new(name: String, epoch: String, last: u64) -> Self {
        let log = Log { name, epoch, last, told: last, told_at: Instant::now(), ring: VecDeque::new() };
        Self { log: Mutex::new(log), followers: broadcast::Sender::new(BEHIND) }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an event before those that are there, of a past that followers may still ask for.
    pub(crate) fn remember(&self, number: u64, holds: Option<Uuid>, event: &impl Serialize) {
        let mut log = self.log();
        let text = log.line(number, event);
        log.ring.push_front(Line { number, holds, text });
    }

    /// The next event. It is told at the next [`Channel::flush`].
    pub fn push(&self, holds: Option<Uuid>, event: &impl Serialize) -> u64 {
        self.put(None, holds, event)
    }

    /// The same, with the number under which it is kept.
    pub(crate) fn push_as(&self, number: u64, holds: Option<Uuid>, event: &impl Serialize) {
        self.put(Some(number), holds, event);
    }

    fn put(&self, number: Option<u64>, holds: Option<Uuid>, event: &impl Serialize) -> u64 {
        let mut log = self.log();
        let number = number.unwrap_or(log.last + 1).max(log.last + 1);
        log.last = number;
        let text = log.line(number, event);
        log.ring.push_back(Line { number, holds, text });
        // What has not been told yet stays, however much it is.
        while log.ring.len() > RING && log.ring.front().is_some_and(|line| line.number <= log.told) {
            log.ring.pop_front();
        }
        number
    }

    /// Takes the words of a message or an intervention out of every event that can still be told; `gone` stands in their place.
    pub fn redact(&self, words: Uuid, gone: &impl Serialize) {
        let mut log = self.log();
        let numbers: Vec<(usize, u64)> = (log.ring.iter().enumerate())
            .filter(|(_, line)| line.holds == Some(words))
            .map(|(place, line)| (place, line.number))
            .collect();
        for (place, number) in numbers {
            let text = log.line(number, gone);
            log.ring[place] = Line { number, holds: None, text };
        }
    }

    /// Tells followers what has come since the last time.
    pub fn flush(&self) {
        let mut log = self.log();
        self.flush_log(&mut log);
    }

    /// As [`Channel::flush`], called at each tick: where very many follow and were told just now it is left for the
    /// next one. Answers whether they have been told.
    pub(crate) fn flush_in_turn(&self) -> bool {
        let mut log = self.log();
        let followers = self.followers();
        let every = SELDOM.iter().find(|(many, _)| followers > *many).map_or(Duration::ZERO, |(_, every)| *every);
        let turn = log.told_at.elapsed() >= every;
        if turn {
            self.flush_log(&mut log);
        }
        turn
    }

    fn flush_log(&self, log: &mut Log) {
        let Some(batch) = log.after(log.told) else { return };
        (log.told, log.told_at) = (log.last, Instant::now());
        // Nobody follows: nobody is told.
        let _ = self.followers.send(batch);
    }

    /// Tells every follower a line that has no number and is not told again.
    pub fn tell(&self, line: &impl Serialize) {
        let text = self.log().unnumbered(line);
        let _ = self.followers.send(Batch::from(text));
    }

    /// A line without a number.
    pub(crate) fn unnumbered(&self, line: &impl Serialize) -> String {
        self.log().unnumbered(line)
    }

    /// Begins to follow. Whoever knows a position of this epoch that the ring reaches back to is told what it missed.
    pub fn follow(&self, after: Option<&Position>) -> Following {
        let mut log = self.log();
        // What is not told yet goes to the others now, so that a new follower gets nothing twice.
        self.flush_log(&mut log);
        let missed = after
            .filter(|after| log.reaches(after))
            .map(|after| log.after(after.offset).unwrap_or_else(|| Batch::from(String::new())));
        let position = Position { epoch: log.epoch.clone(), offset: log.last };
        Following { batches: self.followers.subscribe(), position, missed }
    }

    /// The channel's position now.
    #[must_use]
    pub fn position(&self) -> Position {
        let log = self.log();
        Position { epoch: log.epoch.clone(), offset: log.last }
    }

    /// How many follow.
    #[must_use]
    pub fn followers(&self) -> usize {
        self.followers.receiver_count()
    }
}

impl Log {
    /// `{"channel":…,"offset":…,"type":…}`.
    fn line(&self, number: u64, event: &impl Serialize) -> String {
        let mut text = String::from("{\"channel\":\"");
        // A channel's name is of letters, digits, slashes and hyphens; a number is a number.
        let _ = write!(text, "{}\",\"offset\":{number},", self.name);
        append(&mut text, event);
        text
    }

    fn unnumbered(&self, event: &impl Serialize) -> String {
        let mut text = String::from("{\"channel\":\"");
        text.push_str(&self.name);
        text.push_str("\",");
        append(&mut text, event);
        text
    }

    fn reaches(&self, position: &Position) -> bool {
        let first = self.ring.front().map_or(self.last + 1, |line| line.number);
        position.epoch == self.epoch && position.offset <= self.last && position.offset + 1 >= first
    }

    fn after(&self, offset: u64) -> Option<Batch> {
        let from = self.ring.partition_point(|line| line.number <= offset);
        let texts: Vec<&str> = self.ring.range(from..).map(|line| line.text.as_str()).collect();
        (!texts.is_empty()).then(|| Batch::from(texts.join("\n")))
    }
}

/// The members of a JSON object, and the brace that ends it.
fn append(text: &mut String, event: &impl Serialize) {
    let json = serde_json::to_string(event).unwrap_or_else(|_| "{}".to_owned());
    text.push_str(json.strip_prefix('{').unwrap_or(&json));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn channel() -> Channel {
        Channel::new("meeting/1".into(), "e".into(), 0)
    }

    fn offsets(text: &str) -> Vec<u64> {
        let number = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["offset"].as_u64().unwrap();
        text.lines().map(number).collect()
    }

    fn at(offset: u64) -> Position {
        Position { epoch: "e".into(), offset }
    }

    #[test]
    fn what_comes_within_a_tick_is_one_text() {
        let channel = channel();
        let mut following = channel.follow(None);
        assert_eq!((following.position.offset, following.missed), (0, None));
        for _ in 0..3 {
            channel.push(None, &Event::Gone);
        }
        assert!(following.batches.try_recv().is_err(), "not before the tick");
        channel.flush();
        let batch = following.batches.try_recv().unwrap();
        assert_eq!(offsets(batch.text()), [1, 2, 3]);
        assert!(batch.text().starts_with(r#"{"channel":"meeting/1","offset":1,"type":"gone"}"#), "{}", batch.text());
        channel.flush();
        assert!(following.batches.try_recv().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn where_very_many_follow_ticks_are_left_out_and_nothing_with_them() {
        let tick = Duration::from_millis(50);
        for (followers, told_at_ticks) in
            [(1000, vec![1, 2, 3, 4, 5, 6, 7, 8]), (1001, vec![2, 4, 6, 8]), (4001, vec![4, 8])]
        {
            let channel = channel();
            let mut following: Vec<_> = (0..followers).map(|_| channel.follow(None).batches).collect();
            let (mut told, mut seen) = (Vec::new(), Vec::new());
            for number in 1..=8 {
                channel.push(None, &Event::Gone);
                tokio::time::advance(tick).await;
                if channel.flush_in_turn() {
                    told.push(number);
                }
                while let Ok(batch) = following[0].try_recv() {
                    seen.extend(offsets(batch.text()));
                }
            }
            assert_eq!((told, seen), (told_at_ticks, (1..=8).collect::<Vec<_>>()), "of {followers}");
        }
    }

    #[test]
    fn who_was_away_goes_on_from_there_or_begins_anew() {
        let channel = channel();
        for _ in 0..RING + 10 {
            channel.push(None, &Event::Gone);
            channel.flush();
        }
        let last = RING as u64 + 10;
        let missed = |position: &Position| channel.follow(Some(position)).missed;
        assert_eq!(offsets(missed(&at(last - 2)).unwrap().text()), [last - 1, last]);
        assert_eq!(missed(&at(last)).unwrap().text(), "", "nothing was missed");
        assert_eq!(missed(&at(10)).map(|batch| offsets(batch.text()).len()), Some(RING));
        assert_eq!(missed(&at(9)), None, "too long ago");
        assert_eq!(missed(&at(last + 1)), None, "from the future");
        assert_eq!(missed(&Position { epoch: "f".into(), offset: last }), None, "of another epoch");
    }

    #[test]
    fn what_is_taken_away_is_told_to_nobody_any_more() {
        let (channel, message) = (channel(), Uuid::now_v7());
        #[derive(Serialize)]
        struct Words {
            text: &'static str,
        }
        let mut before = channel.follow(None);
        channel.push(Some(message), &Words { text: "secret" });
        channel.redact(message, &Event::Gone);
        channel.flush();
        assert!(!before.batches.try_recv().unwrap().text().contains("secret"), "not even where it was not told yet");
        let missed = channel.follow(Some(&at(0))).missed.unwrap();
        assert_eq!(missed.text(), r#"{"channel":"meeting/1","offset":1,"type":"gone"}"#);
    }

    /// A follower that comes and goes at any time sees every number once and in order.
    #[derive(Clone, Debug)]
    enum Step {
        Push,
        Flush,
        Cut,
        Read,
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_doubled_or_out_of_order(
            steps in proptest::collection::vec(
                proptest::prop_oneof![
                    4 => proptest::strategy::Just(Step::Push), 2 => proptest::strategy::Just(Step::Flush),
                    1 => proptest::strategy::Just(Step::Cut), 2 => proptest::strategy::Just(Step::Read),
                ],
                1..200,
            )
        ) {
            let channel = channel();
            let (mut seen, mut pushed) = (Vec::new(), 0_u64);
            let mut following = channel.follow(Some(&at(0)));
            for step in steps.into_iter().chain([Step::Flush, Step::Read]) {
                match step {
                    Step::Push => pushed = channel.push(None, &Event::Gone),
                    Step::Flush => channel.flush(),
                    Step::Cut => {
                        following = channel.follow(Some(&at(seen.last().copied().unwrap_or(0))));
                        seen.extend(offsets(following.missed.as_ref().unwrap().text()));
                    }
                    Step::Read => {
                        while let Ok(batch) = following.batches.try_recv() {
                            seen.extend(offsets(batch.text()));
                        }
                    }
                }
            }
            proptest::prop_assert_eq!(seen, (1..=pushed).collect::<Vec<_>>());
        }
    }
}

//! A media playlist: EVENT while the meeting runs, VOD when it has ended, at the same address.

use std::fmt::Write;

use crate::{
    media::{PART_TARGET_MS, SEGMENT_TARGET_MS},
    take::PartAt,
    timeline::{Line, Position, Segment},
};

/// A segment's date is written at the start of a cut, at every sixth segment, and where it strays from the sum of the durations.
/// (Every delta update then holds at least one: it lists twelve segments of two seconds.)
const DATE_EVERY: usize = 6;
/// How far a date may stray from the sum of the durations before it is written anew.
const DATE_STRAYS_MS: i64 = 20;
/// Parts are listed for the last three target durations (RFC 8216bis §4.4.4.9) and for what is not settled.
const PARTS_NS: u64 = 3 * SEGMENT_TARGET_MS as u64 * 1_000_000;
/// Segments older than this are left out of delta updates: six target durations (RFC 8216bis §4.4.3.8).
const SKIP_NS: u64 = 6 * SEGMENT_TARGET_MS as u64 * 1_000_000;

/// What a media playlist lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lists {
    /// Pictures or sound, in parts.
    Media,
    /// Words beside them, in whole segments: they come after the speech, and so never early enough for a part.
    Words,
}

/// What a media playlist is written from.
pub(crate) struct View<'a> {
    /// What it lists.
    pub(crate) lists: Lists,
    /// The rendition's name, which begins its URIs.
    pub(crate) name: &'a str,
    /// Its segments.
    pub(crate) line: &'a Line,
    /// The part at an index of a cut's track.
    pub(crate) part: &'a dyn Fn(u32, u32) -> PartAt,
    /// The timescale of a cut's track.
    pub(crate) timescale: &'a dyn Fn(u32) -> u32,
    /// Whether one of a cut's parts (the first, how many) is nowhere, its disk having lost it.
    pub(crate) lacks: &'a dyn Fn(u32, u32, u32) -> bool,
    /// Whether it has ended.
    pub(crate) ended: bool,
    /// The other renditions: name and position.
    pub(crate) others: &'a [(String, Position)],
}

/// The settled lines of a playlist: those that will not change while it grows.
#[derive(Debug)]
pub(crate) struct Text {
    settled: String,
    /// How many segments are in it.
    segments: usize,
    /// What comes after the header: where in `settled` each segment's lines begin.
    starts: Vec<u32>,
    /// The date that the next segment would have by the durations alone, milliseconds UTC.
    expected_at_ms: Option<i64>,
    cut: Option<u32>,
    header: usize,
}

impl Text {
    /// A playlist without segments.
    pub(crate) fn new(lists: Lists, ended: bool) -> Self {
        let settled = header(lists, ended);
        let header = settled.len();
        Self { settled, segments: 0, starts: Vec::new(), expected_at_ms: None, cut: None, header }
    }

    /// The settled beginning.
    pub(crate) fn settled(&self) -> &str {
        &self.settled
    }

    /// Takes in the segments that no longer change and whose parts are no longer listed.
    pub(crate) fn settle(&mut self, view: &View<'_>) {
        let end = view.line.duration_ns();
        while let Some(segment) = view.line.segments.get(self.segments) {
            let complete = view.ended || self.segments + 1 < view.line.segments.len();
            if !complete || (!view.ended && segment.position_ns + segment.duration_ns + PARTS_NS > end) {
                break;
            }
            let mut settled = std::mem::take(&mut self.settled);
            self.starts.push(u32::try_from(settled.len()).expect("a playlist has less than 4 GiB"));
            self.before(&mut settled, view, segment);
            Self::segment(&mut settled, view, self.segments, segment);
            self.settled = settled;
            self.segments += 1;
        }
    }

    /// The whole text now.
    pub(crate) fn full(&self, view: &View<'_>) -> String {
        let mut text = String::with_capacity(self.settled.len() + 8192);
        text.push_str(&self.settled);
        self.tail(&mut text, view);
        text
    }

    /// The delta update now; none while there is too little to skip.
    pub(crate) fn delta(&self, view: &View<'_>) -> Option<String> {
        let end = view.line.duration_ns();
        let settled = &view.line.segments[..self.segments];
        let skipped = settled.partition_point(|segment| segment.position_ns + segment.duration_ns + SKIP_NS <= end);
        if skipped == 0 || view.ended {
            return None;
        }
        let mut text = String::with_capacity(8192);
        text.push_str(&self.settled[..self.header]);
        let _ = writeln!(text, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}");
        let from = self.starts.get(skipped).map_or(self.settled.len(), |&start| start as usize);
        text.push_str(&self.settled[from..]);
        self.tail(&mut text, view);
        Some(text)
    }

    /// What follows the settled lines.
    fn tail(&self, text: &mut String, view: &View<'_>) {
        let mut ahead = Self {
            settled: String::new(),
            segments: self.segments,
            starts: Vec::new(),
            expected_at_ms: self.expected_at_ms,
            cut: self.cut,
            header: 0,
        };
        let closed = view.line.position(view.ended).closed;
        for (number, segment) in view.line.segments.iter().enumerate().skip(self.segments) {
            ahead.before(text, view, segment);
            if view.lists == Lists::Media {
                Self::parts(text, view, number, segment);
            }
            if closed || number + 1 < view.line.segments.len() {
                Self::segment(text, view, number, segment);
            }
            ahead.segments += 1;
        }
        if view.ended {
            text.push_str("#EXT-X-ENDLIST\n");
            return;
        }
        let position = view.line.position(false);
        let (number, part) = match position.segments.checked_sub(1) {
            Some(last) if !view.line.opens_next() => (last, position.parts),
            _ => (position.segments, 0),
        };
        if view.lists == Lists::Media {
            let _ = writeln!(text, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}/{number}.{part}.m4s\"", view.name);
        }
        for (name, position) in view.others {
            if let Some((msn, part)) = position.last() {
                let _ = writeln!(text, "#EXT-X-RENDITION-REPORT:URI=\"{name}.m3u8\",LAST-MSN={msn},LAST-PART={part}");
            }
        }
    }

    /// The lines before a segment's parts: discontinuity, map, date.
    fn before(&mut self, text: &mut String, view: &View<'_>, segment: &Segment) {
        let new_cut = self.cut != Some(segment.cut);
        if new_cut {
            // A cut in which this rendition had no part still counts, or the renditions' discontinuities would not agree.
            let passed = self.cut.map_or(segment.cut, |cut| segment.cut - cut);
            for _ in 0..passed {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            if view.lists == Lists::Media {
                let _ = writeln!(text, "#EXT-X-MAP:URI=\"{}/init-{}.mp4\"", view.name, segment.cut);
            }
            self.cut = Some(segment.cut);
        }
        let strays = self.expected_at_ms.is_none_or(|at_ms| (at_ms - segment.at_ms).abs() > DATE_STRAYS_MS);
        let mut dated_at_ms = self.expected_at_ms.unwrap_or(segment.at_ms);
        if new_cut || strays || self.segments.is_multiple_of(DATE_EVERY) {
            let date = jiff::Timestamp::from_millisecond(segment.at_ms).unwrap_or_default();
            let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{date:.3}");
            dated_at_ms = segment.at_ms;
        }
        self.expected_at_ms =
            Some(dated_at_ms + i64::try_from(segment.duration_ns / 1_000_000).unwrap_or(i64::MAX / 2));
    }

    fn segment(text: &mut String, view: &View<'_>, number: usize, segment: &Segment) {
        let extension = match view.lists {
            Lists::Media => "m4s",
            Lists::Words => "vtt",
        };
        if view.lists == Lists::Media && (view.lacks)(segment.cut, segment.first, segment.parts) {
            text.push_str("#EXT-X-GAP\n");
        }
        let _ = writeln!(text, "#EXTINF:{},\n{}/{number}.{extension}", Seconds(segment.duration_ns), view.name);
    }

    fn parts(text: &mut String, view: &View<'_>, number: usize, segment: &Segment) {
        if view.ended {
            return;
        }
        let timescale = (view.timescale)(segment.cut);
        for index in 0..segment.parts {
            let part = (view.part)(segment.cut, segment.first + index);
            let duration = Seconds(crate::timeline::ticks_to_ns(u64::from(part.duration), timescale));
            let independent = if part.independent { ",INDEPENDENT=YES" } else { "" };
            let gap = if (view.lacks)(segment.cut, segment.first + index, 1) { ",GAP=YES" } else { "" };
            let name = view.name;
            let uri = format_args!("{name}/{number}.{index}.m4s");
            let _ = writeln!(text, "#EXT-X-PART:DURATION={duration},URI=\"{uri}\"{independent}{gap}");
        }
    }
}

fn header(lists: Lists, ended: bool) -> String {
    let seconds = SEGMENT_TARGET_MS / 1000;
    if ended {
        return format!(
            "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:{seconds}\n#EXT-X-PLAYLIST-TYPE:VOD\n\
             #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:0\n"
        );
    }
    let (mut hold_of_parts, mut parts) = (String::new(), String::new());
    if lists == Lists::Media {
        let target = u64::from(PART_TARGET_MS) * 1_000_000;
        hold_of_parts = format!("PART-HOLD-BACK={},", Seconds(3 * target));
        parts = format!("#EXT-X-PART-INF:PART-TARGET={}\n", Seconds(target));
    }
    format!(
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:{seconds}\n#EXT-X-PLAYLIST-TYPE:EVENT\n\
         #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,{hold_of_parts}HOLD-BACK={hold},CAN-SKIP-UNTIL={skip}\n\
         {parts}#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:0\n",
        hold = 3 * seconds,
        skip = 6 * seconds,
    )
}

/// Nanoseconds as decimal seconds, to the tenth of a millisecond, without needless zeros.
struct Seconds(u64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (self.0 + 50_000) / 100_000;
        let (whole, fraction) = (tenths / 10_000, tenths % 10_000);
        if fraction == 0 {
            return write!(f, "{whole}.0");
        }
        let digits = format!("{fraction:04}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hls::packed::{self, Packer};
    use m3u8_rs_check::{HlsLine, Reader, config::ParsingOptions};
    use proptest::prelude::*;

    const START_MS: i64 = 1_763_000_000_000;

    /// A rendition of two-second segments of ten parts; cuts after the segments named.
    fn line_of(parts: u32, cuts: &[u32]) -> Line {
        let mut line = Line::default();
        line.cut(0);
        let mut cut = 0;
        for index in 0..parts {
            if index.is_multiple_of(10) && cuts.contains(&(index / 10)) {
                cut += 1;
                line.cut(cut);
            }
            line.push(index, &part(index), 90_000);
        }
        line
    }

    fn part(index: u32) -> PartAt {
        let opens = index.is_multiple_of(10);
        PartAt {
            offset: u64::from(index) * 50_000,
            start: u64::from(index) * 18_000,
            captured_at_ms: START_MS + i64::from(index) * 200,
            length: 50_000,
            duration: 18_000,
            independent: opens,
            opens_segment: opens,
        }
    }

    fn with_view<T>(line: &Line, ended: bool, act: impl FnOnce(&View<'_>) -> T) -> T {
        let others = [("audio".to_owned(), Position { segments: 3, parts: 2, closed: false, ended: false })];
        act(&View {
            lists: Lists::Media,
            name: "video",
            line,
            part: &|_, index| part(index),
            timescale: &|_| 90_000,
            lacks: &|_, _, _| false,
            ended,
            others: &others,
        })
    }

    /// The full playlist of `line`, settled step by step as it grew from `before`.
    fn texts(before: &Line, line: &Line) -> (String, Option<String>) {
        let mut text = Text::new(Lists::Media, false);
        with_view(before, false, |view| text.settle(view));
        with_view(line, false, |view| {
            text.settle(view);
            (text.full(view), text.delta(view))
        })
    }

    #[test]
    fn a_live_playlist_is_as_the_specification_says() {
        let line = line_of(217, &[4]);
        insta::assert_snapshot!(texts(&line, &line).0);
    }

    #[test]
    fn an_ended_playlist_is_as_the_specification_says() {
        let mut line = line_of(25, &[1]);
        line.end();
        let mut text = Text::new(Lists::Media, true);
        let full = with_view(&line, true, |view| {
            text.settle(view);
            text.full(view)
        });
        insta::assert_snapshot!(full);
    }

    #[test]
    fn a_reader_of_others_takes_every_line() {
        let text = texts(&Line::default(), &line_of(333, &[2, 9])).0;
        let mut reader = Reader::from_str(&text, ParsingOptions::default());
        let mut parts = 0;
        while let Some(read) = reader.read_line().expect("a line that can be read") {
            if let HlsLine::UnknownTag(tag) = &read {
                panic!("{} is no tag", tag.name());
            }
            parts += usize::from(format!("{read:?}").contains("Part("));
        }
        assert!(parts >= 60, "{parts} parts were read");
    }

    proptest! {
        #[test]
        fn a_delta_update_reconstructs_the_full_playlist_to_the_byte(parts in 1_u32..900, later in 0_u32..50, cuts in prop::collection::vec(0_u32..90, 0..5)) {
            let before = line_of(parts, &cuts);
            let line = line_of(parts + later, &cuts);
            let (full, delta) = texts(&before, &line);
            prop_assert_eq!(&texts(&line, &line).0, &full);
            let Some(delta) = delta else { return Ok(()) };
            let (head, rest) = delta.split_once("#EXT-X-SKIP:SKIPPED-SEGMENTS=").unwrap();
            let (skipped, rest) = rest.split_once('\n').unwrap();
            let skipped: usize = skipped.parse().unwrap();
            prop_assert!(full.starts_with(head));
            prop_assert!(full.ends_with(rest));
            let left_out = &full[head.len()..full.len() - rest.len()];
            prop_assert_eq!(left_out.matches("#EXTINF:").count(), skipped);
            prop_assert!(left_out.ends_with(".m4s\n"));
        }

        #[test]
        fn what_settles_early_settles_alike(parts in 1_u32..600, step in 1_u32..70) {
            let line = line_of(parts, &[3, 7]);
            let mut text = Text::new(Lists::Media, false);
            for grown in (0..parts).step_by(step as usize) {
                with_view(&line_of(grown, &[3, 7]), false, |view| text.settle(view));
            }
            let grown = with_view(&line, false, |view| { text.settle(view); text.full(view) });
            prop_assert_eq!(grown, texts(&Line::default(), &line).0);
        }
    }

    #[test]
    fn eight_hours_into_a_meeting_a_first_playlist_and_a_reload_are_small_on_the_wire() {
        let parts = 8 * 3600 * 5;
        let (mut text, mut packer) = (Text::new(Lists::Media, false), Packer::new());
        for hour in 1..=8 {
            with_view(&line_of(parts / 8 * hour, &[]), false, |view| text.settle(view));
            packer.settled(text.settled());
        }
        let (full, delta) = with_view(&line_of(parts, &[]), false, |view| (text.full(view), text.delta(view).unwrap()));
        let first = packed::gzip(Some(&packer.packed()), full.as_bytes()).len();
        let reload = packed::gzip(None, delta.as_bytes()).len();
        eprintln!("first playlist {first} bytes, a reload {reload} bytes");
        assert!(first <= 100_000, "a first playlist of {first} bytes");
        assert!(reload <= 4_000, "a reload of {reload} bytes");
    }
}

//! What the pages offer and tell in each stage of a meeting.

use askama::Template;
use council::meeting::Stage;

use super::{
    Moment, Section,
    made_up::{HOUR, NOW, agenda, asked, frame, kept, meeting},
    meeting_page, pages,
};

#[test]
fn a_live_page_offers_what_the_stage_allows() {
    for (stage, there, not) in [
        ("scheduled", &["/start\"", "/cancel\""][..], &["/pause\"", "/end\"", "/resume\""][..]),
        ("live", &["/pause\"", "/close-doors\"", "/end\""], &["/open-doors\"", "/start\"", "/cancel\"", "/resume\""]),
        ("paused", &["/resume\"", "/close-doors\"", "/end\""], &["/start\"", "/cancel\"", "/pause\""]),
        ("in_camera", &["/open-doors\"", "/end\""], &["/pause\"", "/resume\"", "/close-doors\""]),
        (
            "ended",
            &[],
            &[
                "/close-doors\"",
                "/open-doors\"",
                "/start\"",
                "/cancel\"",
                "/resume\"",
                "/end\"",
                "/pause\"",
                "/sources\"",
            ],
        ),
        ("cancelled", &["Δεν υπήρξε απαρτία"], &["/start\"", "/cancel\"", "/end\"", "/pause\""]),
    ] {
        let (_, html) =
            pages("en").into_iter().find(|(name, _)| name.starts_with(&format!("live, {stage}, 2"))).unwrap();
        let main = html.split("<main").nth(1).unwrap().replace("href=\"/studio/sources\"", "");
        assert!(there.iter().all(|what| main.contains(what)), "{stage} lacks one of {there:?}");
        assert!(!not.iter().any(|what| main.contains(what)), "{stage} has one of {not:?}");
    }
}

#[test]
fn interruptions_are_told_with_their_times() {
    for (language, gap, pause, in_camera) in [
        (
            "el",
            "Διακοπή σήματος 15:32–15:35",
            "Διακοπή μετάδοσης από το προεδρείο 15:35:00–15:35:07",
            "Συνεδρίαση κεκλεισμένων των θυρών 15:36–16:11",
        ),
        ("en", "Signal lost 15:32–15:35", "Broadcast paused by the chair 15:35:00–15:35:07", "In camera 15:36–16:11"),
    ] {
        let meeting = meeting(Stage::Ended { started_at_ms: NOW - 3 * HOUR, ended_at_ms: NOW - HOUR });
        let moment = Moment { now_ms: NOW, ..Moment::default() };
        let page = meeting_page(
            frame(language, Section::Elsewhere),
            (&meeting, &agenda(), (None, None)),
            Some(&kept()),
            moment,
            &asked(None),
        );
        let html = page.render().unwrap();
        assert!(html.contains(in_camera), "{html}");
        assert!(html.contains(gap) && html.contains(pause) && html.contains("href=\"?t=1920\""), "{language}");
    }
}

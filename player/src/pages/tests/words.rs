//! The pages of what was said, and of the search, in every state.

use council::{
    AccountId,
    transcript::{Revision, Transcript, Utterance},
};
use search::{Fault, Found, Hit, Place};

use super::{
    super::{
        Asked,
        frame::Section,
        search::{Form, Told, search_page},
        studio,
        transcript::transcript_page,
    },
    made_up::{HOSTILE, HOUR, NOW, agenda, asked, body, frame, meeting, staff, stages},
};

fn said(at: i64) -> Utterance {
    let from_ms = NOW - HOUR + at * 3000;
    let speaker = if at % 3 == 0 { HOSTILE.to_owned() } else { String::new() };
    Utterance { from_ms, until_ms: from_ms + 2000, speaker, text: format!("Η ύδρευση {HOSTILE}") }
}

fn revision(revision: i64, withdrawn: bool) -> Revision {
    Revision {
        revision,
        origin: HOSTILE.into(),
        account: AccountId::new(),
        name: HOSTILE.into(),
        created_at_ms: NOW,
        withdrawn_at_ms: withdrawn.then_some(NOW),
        utterances: revision,
    }
}

pub(super) fn add(language: &str, add: &mut dyn FnMut(String, &dyn askama::DynTemplate)) {
    for stage in stages() {
        let meeting = meeting(stage.clone());
        for (name, history, asked) in [
            ("nothing", vec![], asked(None)),
            ("refused", vec![], Asked { line: Some(12), ..asked(Some("error-words-time")) }),
            (
                "history",
                vec![revision(3, true), revision(2, false), revision(1, false)],
                Asked { given: Some("2".into()), mended: Some("1.2.3.1".into()), ..asked(None) },
            ),
        ] {
            let frame = staff(language, Section::Studio);
            let page = studio::words_page(frame, &meeting, &history, true, NOW, &asked);
            add(format!("words' desk, {}, {name}", stage.name()), &page);
        }
        for many in [0, 5, 900] {
            let transcript = Transcript { revision: 1, utterances: (0..many).map(said).collect() };
            let asked = Asked { t: Some("1500".into()), ..asked(None) };
            let agenda = agenda();
            let frame = frame(language, Section::Elsewhere);
            let page = transcript_page(frame, (&meeting, &agenda), &transcript, Some(NOW - HOUR), NOW, &asked);
            add(format!("words, {}, {many}", stage.name()), &page);
        }
    }
    let form = Form { q: HOSTILE.into(), speaker: HOSTILE.into(), page: "2".into(), ..Form::default() };
    let bodies = [body(), body()];
    let nothing = Found::default();
    let found = Found { total: 999, loosely: true, ..Found::default() };
    let page = |found| search_page(frame(language, Section::Search), form.clone(), &bodies, found);
    add("search, nothing asked".into(), &page(None));
    add("search, too long".into(), &page(Some(Err(Fault::TooLong))));
    add("search, no word".into(), &page(Some(Err(Fault::Nothing))));
    add("search, nothing found".into(), &page(Some(Ok((&nothing, Vec::new())))));
    let told = |place, seconds| {
        let [.., ended, _] = stages();
        let meeting = meeting(ended);
        let pieces = vec![(HOSTILE.to_owned(), false), ("ύδρευση".to_owned(), true)];
        let (hit, item) = (Hit { meeting: meeting.id, place, at_ms: NOW }, HOSTILE.to_owned());
        Told { hit, meeting, pieces, speaker: HOSTILE.into(), item, seconds, picture_ms: Some(NOW) }
    };
    let hits = vec![
        told(Place::Utterance { revision: 1, place: 0 }, Some(3723)),
        told(Place::Item(agenda().items[0].id), None),
        told(Place::Decision(agenda().decisions[0].id), None),
        told(Place::Meeting, None),
    ];
    add("search, found".into(), &page(Some(Ok((&found, hits)))));
}

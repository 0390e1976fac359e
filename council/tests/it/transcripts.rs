//! The words of a meeting: given, replaced, taken back; and who may.

use council::{
    Error,
    meeting::{Act, Meeting},
    transcript::{TEXT_MAX, UTTERANCES_MAX, Utterance},
};

use crate::bench::{BEGAN_MS, Bench, Town, on_both};

on_both! {
    words_are_given_replaced_and_taken_back
    many_words_are_kept_in_their_order
    what_is_wrong_is_refused
    of_two_who_take_back_at_once_one_is_overtaken
    another_municipalitys_words_are_not_found
    the_log_says_which_meetings_have_changed
}

async fn ended(bench: &Bench, town: &Town) -> Meeting {
    let meeting = bench.meeting(town, 0).await;
    bench.council.act(&town.clerk, meeting.id, Act::Start).await.unwrap();
    bench.pass(3600);
    bench.council.act(&town.clerk, meeting.id, Act::End).await.unwrap()
}

fn said(at_s: i64, text: &str) -> Utterance {
    let from_ms = BEGAN_MS + at_s * 1000;
    Utterance { from_ms, until_ms: from_ms + 900, speaker: "Πρόεδρος".into(), text: text.into() }
}

async fn words_are_given_replaced_and_taken_back(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = ended(bench, &town).await;
    let words = async || {
        let transcript = council.transcript(town.municipality.id, meeting.id).await.unwrap();
        (transcript.revision, transcript.utterances.into_iter().map(|each| each.text).collect::<Vec<_>>().join("|"))
    };
    assert_eq!(words().await, (0, String::new()));
    let give = async |text: &str| {
        let given = vec![said(9, text), said(3, " Καλη\u{301}  σπέρα ")];
        council.replace_transcript(&town.clerk, meeting.id, "praktika.srt", given).await.unwrap()
    };
    assert_eq!(give("πρώτο").await, 1);
    assert_eq!(words().await, (1, "Καλή σπέρα|πρώτο".to_owned()));
    assert_eq!(give("δεύτερο").await, 2);
    council.withdraw_transcript(&town.clerk, meeting.id, 2, true).await.unwrap();
    assert_eq!(words().await, (1, "Καλή σπέρα|πρώτο".to_owned()));
    council.withdraw_transcript(&town.clerk, meeting.id, 2, false).await.unwrap();
    assert_eq!(words().await, (2, "Καλή σπέρα|δεύτερο".to_owned()));
    council.withdraw_transcript(&town.clerk, meeting.id, 2, true).await.unwrap();
    council.withdraw_transcript(&town.clerk, meeting.id, 1, true).await.unwrap();
    assert_eq!(words().await.0, 0);
    let history = council.transcript_history(town.municipality.id, meeting.id).await.unwrap();
    let told: Vec<_> = history.iter().map(|each| (each.revision, &*each.origin, each.utterances)).collect();
    assert_eq!(told, [(2, "praktika.srt", 2), (1, "praktika.srt", 2)]);
    let acts = bench.acts(town.municipality.id).await;
    let acts: Vec<&str> = acts.iter().filter_map(|act| act.strip_prefix("transcript.")).collect();
    assert_eq!(acts, ["replace", "replace", "undo", "redo", "undo", "undo"]);
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn many_words_are_kept_in_their_order(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = ended(bench, &town).await;
    let given: Vec<Utterance> = (0..1201).map(|at| said(at, &format!("λέξη {at}"))).collect();
    council.replace_transcript(&town.clerk, meeting.id, "", given.clone()).await.unwrap();
    let transcript = council.transcript(town.municipality.id, meeting.id).await.unwrap();
    assert_eq!(transcript.utterances, given);
}

async fn what_is_wrong_is_refused(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let scheduled = bench.meeting(&town, 0).await;
    let early = council.replace_transcript(&town.clerk, scheduled.id, "", vec![said(0, "α")]).await;
    assert!(matches!(early, Err(Error::Stage { from: "scheduled", .. })), "{early:?}");
    let meeting = ended(bench, &town).await;
    let backward = Utterance { until_ms: 0, ..said(0, "α") };
    for given in [
        vec![],
        vec![said(0, " \u{200b} ")],
        vec![said(0, &"α".repeat(TEXT_MAX + 1))],
        vec![backward],
        vec![said(0, "α"); UTTERANCES_MAX + 1],
    ] {
        let refused = council.replace_transcript(&town.clerk, meeting.id, "", given).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "words", .. })), "{refused:?}");
    }
    assert_eq!(council.transcript_revision(meeting.id).await.unwrap(), 0);
}

async fn of_two_who_take_back_at_once_one_is_overtaken(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = ended(bench, &town).await;
    for text in ["α", "β"] {
        council.replace_transcript(&town.clerk, meeting.id, "", vec![said(0, text)]).await.unwrap();
    }
    council.withdraw_transcript(&town.clerk, meeting.id, 2, true).await.unwrap();
    let late = council.withdraw_transcript(&town.clerk, meeting.id, 2, true).await;
    assert!(matches!(late, Err(Error::Overtaken)), "{late:?}");
    let unknown = council.withdraw_transcript(&town.clerk, meeting.id, 9, true).await;
    assert!(matches!(unknown, Err(Error::NotFound(_))), "{unknown:?}");
}

async fn another_municipalitys_words_are_not_found(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("chania").await);
    let meeting = ended(bench, &town).await;
    let foreign = council.replace_transcript(&other.clerk, meeting.id, "", vec![said(0, "α")]).await;
    assert!(matches!(foreign, Err(Error::NotFound(_))), "{foreign:?}");
    assert!(council.transcript(other.municipality.id, meeting.id).await.is_err());
    assert!(council.transcript_history(other.municipality.id, meeting.id).await.is_err());
}

async fn the_log_says_which_meetings_have_changed(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = ended(bench, &town).await;
    let number = async || {
        let changes = council.changes().await.unwrap();
        changes.into_iter().find(|(of, _)| *of == town.municipality.id).unwrap().1
    };
    let before = number().await;
    council.replace_transcript(&town.clerk, meeting.id, "", vec![said(0, "α")]).await.unwrap();
    let after = number().await;
    let changed = async |from, until| council.changed_meetings(town.municipality.id, from, until).await.unwrap();
    assert_eq!(changed(before, after).await, [meeting.id]);
    assert_eq!(changed(0, before).await, [meeting.id], "once, however often it was changed");
    assert!(changed(after, after).await.is_empty());
}

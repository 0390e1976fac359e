//! Who is there, what is voted on, and what is decided.

use council::{
    Error, PersonId, VoteId,
    agenda::{Agenda, paste as items},
    attendance::{Presence, Quorum},
    meeting::{Act, Meeting, NewMeeting},
    person::paste,
    vote::{Choice, Count, How, Kind, Majority, Mending, NewVote, Outcome, Stand, Tally, Vote},
};

use crate::bench::{BEGAN_MS, Bench, Town, new_meeting, on_both};

on_both! {
    members_are_there_come_and_leave
    a_roll_call_comes_in_and_is_closed
    a_vote_by_numbers_counts_no_more_than_are_there
    of_a_secret_vote_no_name_is_kept_anywhere
    the_end_and_closed_doors_break_a_vote_off
    a_result_is_mended_with_its_reason
    of_two_clerks_who_open_a_vote_one_is_overtaken
    another_municipalitys_votes_are_not_found
}

const LIST: &str = "Νίκος Σταυρακάκης; Δήμαρχος; Μπροστά\nΜαρία Δασκαλάκη; Πρόεδρος; Μπροστά\n\
    Γιώργος Παπαδάκης; Σύμβουλος; Συμμαχία\nΆννα Κυριακάκη; Σύμβουλος; Συμμαχία\nΒάσω Ξυδάκη; Σύμβουλος; Μπροστά";

/// A meeting in session with four members who vote, at its first item.
pub(crate) async fn in_session(bench: &Bench, town: &Town) -> Meeting {
    bench.council.add_members(&town.clerk, town.body.id, paste::read(LIST)).await.unwrap();
    let new = NewMeeting { agenda: items::read("Πρακτικά\nΎδρευση"), ..new_meeting(town, 0) };
    let meeting = bench.council.create_meeting(&town.clerk, new).await.unwrap();
    bench.council.act(&town.clerk, meeting.id, Act::Start).await.unwrap();
    let agenda = agenda(bench, town, &meeting).await;
    bench.council.take_up(&town.clerk, meeting.id, agenda.items[0].id, None, None).await.unwrap();
    meeting
}

pub(crate) async fn agenda(bench: &Bench, town: &Town, meeting: &Meeting) -> Agenda {
    bench.council.agenda(town.municipality.id, meeting.id).await.unwrap()
}

fn person(agenda: &Agenda, name: &str) -> PersonId {
    agenda.attendance.members.iter().find(|member| member.name.starts_with(name)).unwrap().person
}

fn on(agenda: &Agenda, kind: Kind) -> NewVote {
    NewVote { item: agenda.items[0].id, kind, majority: Majority::Present, motion: String::new() }
}

/// All are there but Άννα.
async fn seat(bench: &Bench, town: &Town, meeting: &Meeting) -> Agenda {
    let agenda = agenda(bench, town, meeting).await;
    let there: Vec<PersonId> = ["Νίκος", "Μαρία", "Γιώργος", "Βάσω"].map(|name| person(&agenda, name)).into();
    bench.council.note_presence(&town.clerk, meeting.id, &there, Presence::Present, None).await.unwrap();
    agenda
}

async fn open(bench: &Bench, town: &Town, meeting: &Meeting, kind: Kind) -> Vote {
    let now = agenda(bench, town, meeting).await;
    bench.council.open_vote(&town.clerk, meeting.id, on(&now, kind), None, None).await.unwrap()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>, field: &str, what: &str) {
    let is = matches!(&answer, Err(Error::Invalid { field: f, what: w }) if *f == field && *w == what);
    assert!(is, "{answer:?}, not {field}: {what}");
}

async fn members_are_there_come_and_leave(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let clerk = &town.clerk;
    let meeting = in_session(bench, &town).await;
    assert_eq!(agenda(bench, &town, &meeting).await.attendance.quorum(i64::MAX), None, "nothing is known");
    let note = async |names: &[&str], presence, at_ms| {
        let agenda = agenda(bench, &town, &meeting).await;
        let persons: Vec<PersonId> = names.iter().map(|name| person(&agenda, name)).collect();
        council.note_presence(clerk, meeting.id, &persons, presence, at_ms).await.unwrap()
    };
    let quorum = async || agenda(bench, &town, &meeting).await.attendance.quorum(i64::MAX).unwrap();
    note(&["Νίκος", "Μαρία", "Γιώργος"], Presence::Present, None).await.unwrap();
    assert_eq!(note(&["Μαρία"], Presence::Present, None).await, None, "that is known");
    assert_eq!(quorum().await, Quorum { present: 2, members: 4 }, "the mayor has no vote");
    assert!(!quorum().await.is_there());
    bench.pass(60);
    let came = note(&["Άννα"], Presence::Present, None).await.unwrap();
    assert!(quorum().await.is_there());
    // A press from a clerk who was offline is for the instant at which it was made.
    bench.pass(60);
    let left = note(&["Γιώργος"], Presence::Absent, Some(BEGAN_MS + 90_000)).await.unwrap();
    let now = agenda(bench, &town, &meeting).await;
    let last = now.attendance.notes.last().unwrap();
    assert_eq!((last.press, last.at_ms), (left, BEGAN_MS + 90_000));
    assert!(now.attendance.is_present(last.person, BEGAN_MS + 89_999));

    council.undo_presence(clerk, meeting.id, left, true).await.unwrap();
    assert_eq!(quorum().await.present, 3);
    council.undo_presence(clerk, meeting.id, left, false).await.unwrap();
    council.move_presence(clerk, meeting.id, came, BEGAN_MS + 30_000).await.unwrap();
    let later = council.move_presence(clerk, meeting.id, came, BEGAN_MS + 999_000).await;
    refused(later, "moment", "value-not-time");
    let stranger = council.note_presence(clerk, meeting.id, &[PersonId::new()], Presence::Present, None).await;
    assert!(matches!(stranger, Err(Error::NotFound(_))), "{stranger:?}");

    // Who has left the body since then sat on it when the meeting ended.
    council.act(clerk, meeting.id, Act::End).await.unwrap();
    bench.pass(60);
    let members = council.members(town.municipality.id, town.body.id).await.unwrap();
    council.end_member(clerk, town.body.id, members[1].id, true).await.unwrap();
    let then = agenda(bench, &town, &meeting).await.attendance;
    assert_eq!((then.members.len(), then.quorum(i64::MAX).unwrap().members), (5, 4));
    let acts = bench.acts(town.municipality.id).await;
    let acts: Vec<&str> = acts.iter().filter_map(|act| act.strip_prefix("attendance.")).collect();
    assert_eq!(acts, ["note", "note", "note", "undo", "redo", "move"]);
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn a_roll_call_comes_in_and_is_closed(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let clerk = &town.clerk;
    let meeting = in_session(bench, &town).await;
    let agenda_then = seat(bench, &town, &meeting).await;
    let vote = open(bench, &town, &meeting, Kind::RollCall).await;
    assert_eq!(open(bench, &town, &meeting, Kind::RollCall).await, vote, "pressed twice it is opened once");
    let another = council.open_vote(clerk, meeting.id, on(&agenda_then, Kind::Secret), None, None).await;
    refused(another, "vote", "value-open");
    assert_eq!((vote.members, vote.waiting(), vote.tally().absent), (4, 3, 1));
    let who = |name: &str| person(&agenda_then, name);
    let cast = async |name: &str, choice| council.cast_ballot(clerk, meeting.id, vote.id, who(name), choice).await;
    refused(cast("Άννα", Some(Choice::Yes)).await, "ballot", "value-absent");
    let mayor = cast("Νίκος", Some(Choice::Yes)).await;
    assert!(matches!(mayor, Err(Error::NotFound(_))), "{mayor:?}");
    cast("Μαρία", Some(Choice::No)).await.unwrap();
    cast("Γιώργος", Some(Choice::No)).await.unwrap();
    cast("Γιώργος", None).await.unwrap();
    refused(council.close_vote(clerk, meeting.id, vote.id, None, None).await, "ballot", "value-waiting");

    // Who comes while it goes on is waited for, and who leaves unheard is not.
    council.note_presence(clerk, meeting.id, &[who("Άννα")], Presence::Present, None).await.unwrap();
    let left = council.note_presence(clerk, meeting.id, &[who("Γιώργος")], Presence::Absent, None).await.unwrap();
    let now = agenda(bench, &town, &meeting).await.open_vote().unwrap().clone();
    assert_eq!((now.waiting(), now.tally().absent), (2, 1));
    council.undo_presence(clerk, meeting.id, left.unwrap(), true).await.unwrap();
    cast("Γιώργος", Some(Choice::Yes)).await.unwrap();
    cast("Άννα", Some(Choice::No)).await.unwrap();
    council.cast_rest(clerk, meeting.id, vote.id, Choice::Yes).await.unwrap();
    bench.pass(30);
    let closed = council.close_vote(clerk, meeting.id, vote.id, None, None).await.unwrap();
    assert_eq!(closed.tally(), Tally { yes: 2, no: 2, abstain: 0, absent: 0 });
    assert_eq!(closed.outcome(), Some(Outcome::Rejected(How::CastingVote)), "Μαρία presides, and is against");
    assert_eq!(closed.stand, Stand::Closed { closed_at_ms: BEGAN_MS + 30_000 });
    assert_eq!(council.close_vote(clerk, meeting.id, vote.id, None, None).await.unwrap(), closed, "closed once");
    let late = cast("Άννα", Some(Choice::Yes)).await;
    assert!(matches!(late, Err(Error::Overtaken)), "{late:?}");

    council.reopen_vote(clerk, meeting.id, vote.id).await.unwrap();
    cast("Άννα", Some(Choice::Abstain)).await.unwrap();
    council.close_vote(clerk, meeting.id, vote.id, None, None).await.unwrap();
    council.undo_vote(clerk, meeting.id, vote.id, true).await.unwrap();
    assert!(agenda(bench, &town, &meeting).await.votes.is_empty());
    council.undo_vote(clerk, meeting.id, vote.id, false).await.unwrap();
    let kept = agenda(bench, &town, &meeting).await.votes.remove(0);
    assert_eq!(kept.tally(), Tally { yes: 2, no: 1, abstain: 1, absent: 0 });
    // Name and faction stay as they were.
    let members = council.members(town.municipality.id, town.body.id).await.unwrap();
    let new = council::person::NewMember { name: "Μ. Δ.".into(), role: members[1].role, faction: "Άλλη".into() };
    council.change_member(clerk, town.body.id, members[1].id, new).await.unwrap();
    let kept = agenda(bench, &town, &meeting).await.votes.remove(0);
    assert_eq!((kept.ballots[0].name.as_str(), kept.ballots[0].faction.as_str()), ("Μαρία Δασκαλάκη", "Μπροστά"));
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn a_vote_by_numbers_counts_no_more_than_are_there(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let clerk = &town.clerk;
    let meeting = in_session(bench, &town).await;
    seat(bench, &town, &meeting).await;
    let vote = open(bench, &town, &meeting, Kind::ShowOfHands).await;
    let close = async |count| council.close_vote(clerk, meeting.id, vote.id, count, None).await;
    refused(close(None).await, "count", "value-missing");
    for (yes, no, abstain) in
        [(Some(4), 0, 0), (Some(2), 1, 1), (None, 4, 0), (None, u32::MAX, 1), (Some(u32::MAX), 1, 0)]
    {
        refused(close(Some(Count { yes, no, abstain, casting: None })).await, "count", "value-too-many");
    }
    refused(close(Some(Count { yes: Some(0), ..Count::default() })).await, "count", "value-missing");
    let closed = close(Some(Count { no: 1, ..Count::default() })).await.unwrap();
    assert_eq!(closed.tally(), Tally { yes: 2, no: 1, abstain: 0, absent: 1 }, "all the others are for");
    assert_eq!(closed.outcome(), Some(Outcome::Carried(How::Majority)));
    let again = close(Some(Count::default())).await;
    assert!(matches!(again, Err(Error::Overtaken)), "{again:?}");

    let vote = open(bench, &town, &meeting, Kind::ShowOfHands).await;
    let even = Count { yes: Some(1), no: 1, abstain: 0, casting: Some(Choice::Yes) };
    let closed = council.close_vote(clerk, meeting.id, vote.id, Some(even), None).await.unwrap();
    assert_eq!(closed.outcome(), Some(Outcome::Carried(How::CastingVote)));
    let kept = agenda(bench, &town, &meeting).await;
    assert_eq!(kept.votes.last(), Some(&closed));

    // A body whose members are not listed votes by numbers, and by the majority of those present.
    let bare = bench.town("chania").await;
    let new = NewMeeting { agenda: items::read("Πρακτικά"), ..new_meeting(&bare, 0) };
    let meeting = council.create_meeting(&bare.clerk, new).await.unwrap();
    council.act(&bare.clerk, meeting.id, Act::Start).await.unwrap();
    let now = agenda(bench, &bare, &meeting).await;
    let by_name = council.open_vote(&bare.clerk, meeting.id, on(&now, Kind::RollCall), None, None).await;
    refused(by_name, "vote", "value-no-members");
    let two_thirds = NewVote { majority: Majority::TwoThirds, ..on(&now, Kind::ShowOfHands) };
    refused(council.open_vote(&bare.clerk, meeting.id, two_thirds, None, None).await, "vote", "value-no-members");
    let vote = open(bench, &bare, &meeting, Kind::ShowOfHands).await;
    let count = Count { yes: Some(30), no: 5, ..Count::default() };
    let closed = council.close_vote(&bare.clerk, meeting.id, vote.id, Some(count), None).await.unwrap();
    assert_eq!(closed.tally(), Tally { yes: 30, no: 5, abstain: 0, absent: 0 });
}

async fn of_a_secret_vote_no_name_is_kept_anywhere(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = in_session(bench, &town).await;
    seat(bench, &town, &meeting).await;
    let before = council.audit_log(town.municipality.id, None, 500).await.unwrap().len();
    let vote = open(bench, &town, &meeting, Kind::Secret).await;
    assert!(vote.ballots.is_empty() && vote.chair.is_none());
    let cast = council
        .cast_ballot(
            &town.clerk,
            meeting.id,
            vote.id,
            person(&agenda(bench, &town, &meeting).await, "Μαρία"),
            Some(Choice::Yes),
        )
        .await;
    assert!(matches!(cast, Err(Error::NotFound(_))), "{cast:?}");
    let even = Count { yes: Some(1), no: 1, abstain: 0, casting: Some(Choice::Yes) };
    let closed = council.close_vote(&town.clerk, meeting.id, vote.id, Some(even), None).await.unwrap();
    assert_eq!((closed.casting(), closed.outcome()), (None, Some(Outcome::Tied)), "nobody's vote decides");
    let log = council.audit_log(town.municipality.id, None, 500).await.unwrap();
    let told: String = log[..log.len() - before].iter().map(|entry| entry.detail.as_str()).collect();
    for name in ["Μαρία", "Γιώργος", "Βάσω", "Άννα"] {
        assert!(!told.contains(name), "{told}");
    }
    assert!(told.contains("\"yes\":1"), "{told}");
}

async fn the_end_and_closed_doors_break_a_vote_off(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let clerk = &town.clerk;
    let meeting = in_session(bench, &town).await;
    seat(bench, &town, &meeting).await;
    let vote = open(bench, &town, &meeting, Kind::RollCall).await;
    bench.pass(10);
    council.act(clerk, meeting.id, Act::CloseDoors(String::new())).await.unwrap();
    let stand = async || agenda(bench, &town, &meeting).await.votes.last().unwrap().stand;
    assert_eq!(stand().await, Stand::Broken { broken_at_ms: BEGAN_MS + 10_000 });
    let now = agenda(bench, &town, &meeting).await;
    let in_camera = council.open_vote(clerk, meeting.id, on(&now, Kind::ShowOfHands), None, None).await;
    assert!(matches!(in_camera, Err(Error::Stage { act: "vote", .. })), "{in_camera:?}");
    let closed = council.reopen_vote(clerk, meeting.id, vote.id).await;
    assert!(matches!(closed, Err(Error::Stage { .. })), "{closed:?}");
    council.act(clerk, meeting.id, Act::OpenDoors).await.unwrap();
    council.reopen_vote(clerk, meeting.id, vote.id).await.unwrap();
    assert_eq!(stand().await, Stand::Open);
    council.act(clerk, meeting.id, Act::End).await.unwrap();
    assert!(matches!(stand().await, Stand::Broken { .. }));
    let over = council.reopen_vote(clerk, meeting.id, vote.id).await;
    assert!(matches!(over, Err(Error::Stage { .. })), "{over:?}");

    // A vote that was held and not noted is noted afterwards, at its time.
    let now = agenda(bench, &town, &meeting).await;
    let untold = council.open_vote(clerk, meeting.id, on(&now, Kind::ShowOfHands), None, None).await;
    refused(untold, "moment", "value-missing");
    let at_ms = Some(BEGAN_MS + 5_000);
    let late = council.open_vote(clerk, meeting.id, on(&now, Kind::ShowOfHands), None, at_ms).await.unwrap();
    let closed = council.close_vote(clerk, meeting.id, late.id, Some(Count::default()), None).await.unwrap();
    assert_eq!(closed.stand, Stand::Closed { closed_at_ms: BEGAN_MS + 5_000 });
    assert_eq!(closed.outcome(), Some(Outcome::Carried(How::Unanimous)));
}

async fn a_result_is_mended_with_its_reason(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let clerk = &town.clerk;
    let meeting = in_session(bench, &town).await;
    let seated = seat(bench, &town, &meeting).await;
    let vote = open(bench, &town, &meeting, Kind::RollCall).await;
    let mend = async |reason: &str, ballots| {
        let mending = Mending { reason: reason.into(), ballots, ..Mending::default() };
        council.mend_vote(clerk, meeting.id, vote.id, mending).await
    };
    let early = mend("Λάθος", Vec::new()).await;
    assert!(matches!(early, Err(Error::Overtaken)), "{early:?}");
    council.cast_rest(clerk, meeting.id, vote.id, Choice::Yes).await.unwrap();
    council.close_vote(clerk, meeting.id, vote.id, None, None).await.unwrap();
    refused(mend(" ", Vec::new()).await, "mend_reason", "value-missing");
    refused(mend(&"λ".repeat(501), Vec::new()).await, "mend_reason", "value-too-long");
    let stranger = mend("Λάθος", vec![(PersonId::new(), Choice::No)]).await;
    assert!(matches!(stranger, Err(Error::NotFound(_))), "{stranger:?}");
    let all = ["Μαρία", "Γιώργος", "Άννα", "Βάσω"].map(|name| (person(&seated, name), Choice::Absent));
    refused(mend("Λάθος", all.into()).await, "ballot", "value-nobody");
    mend("Τίποτε", Vec::new()).await.unwrap();
    council.act(clerk, meeting.id, Act::End).await.unwrap();
    mend("Η κυρία Ξυδάκη δήλωσε κατά.", vec![(person(&seated, "Βάσω"), Choice::No)]).await.unwrap();
    let kept = agenda(bench, &town, &meeting).await.votes.remove(0);
    assert_eq!(kept.tally(), Tally { yes: 2, no: 1, abstain: 0, absent: 1 });
    let [mended] = kept.mends.as_slice() else { panic!("{:?}", kept.mends) };
    assert_eq!(mended.reason, "Η κυρία Ξυδάκη δήλωσε κατά.", "what changed nothing is no mending");
    assert_eq!(mended.before, Tally { yes: 3, no: 0, abstain: 0, absent: 1 });
    assert_eq!(bench.acts(town.municipality.id).await.last().unwrap(), "vote.mend");
}

async fn of_two_clerks_who_open_a_vote_one_is_overtaken(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = in_session(bench, &town).await;
    let vote = open(bench, &town, &meeting, Kind::RollCall).await;
    council.cast_rest(&town.clerk, meeting.id, vote.id, Choice::Yes).await.unwrap();
    council.close_vote(&town.clerk, meeting.id, vote.id, None, None).await.unwrap();
    // One has seen that vote, the other's page is older.
    let now = agenda(bench, &town, &meeting).await;
    let open = |after| council.open_vote(&town.clerk, meeting.id, on(&now, Kind::RollCall), Some(after), None);
    let late = open(None).await;
    assert!(matches!(late, Err(Error::Overtaken)), "{late:?}");
    open(Some(vote.id)).await.unwrap();
}

async fn another_municipalitys_votes_are_not_found(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("chania").await);
    let meeting = in_session(bench, &town).await;
    let seated = seat(bench, &town, &meeting).await;
    let vote = open(bench, &town, &meeting, Kind::RollCall).await;
    let press = agenda(bench, &town, &meeting).await.attendance.notes[0].press;
    let own = in_session(bench, &other).await;
    let (clerk, who) = (&other.clerk, person(&seated, "Μαρία"));
    let foreign = [
        council.note_presence(clerk, meeting.id, &[who], Presence::Absent, None).await.map(drop),
        council.note_presence(clerk, own.id, &[who], Presence::Present, None).await.map(drop),
        council.undo_presence(clerk, meeting.id, press, true).await,
        council.undo_presence(clerk, own.id, press, true).await,
        council.move_presence(clerk, own.id, press, BEGAN_MS).await,
        council.open_vote(clerk, meeting.id, on(&seated, Kind::Secret), None, None).await.map(drop),
        council.open_vote(clerk, own.id, on(&seated, Kind::Secret), None, None).await.map(drop),
        council.cast_ballot(clerk, meeting.id, vote.id, who, Some(Choice::No)).await,
        council.cast_ballot(clerk, own.id, vote.id, who, Some(Choice::No)).await,
        council.cast_rest(clerk, own.id, vote.id, Choice::No).await,
        council.close_vote(clerk, own.id, vote.id, None, None).await.map(drop),
        council.reopen_vote(clerk, own.id, vote.id).await,
        council.undo_vote(clerk, own.id, vote.id, true).await,
        council.undo_vote(clerk, own.id, VoteId::new(), true).await,
        council.mend_vote(clerk, own.id, vote.id, Mending { reason: "Χ".into(), ..Mending::default() }).await,
    ];
    for answer in foreign {
        assert!(matches!(answer, Err(Error::NotFound(_))), "{answer:?}");
    }
    assert_eq!(agenda(bench, &town, &meeting).await.open_vote(), Some(&vote));
}

//! Members of bodies, and who had the floor when.

use council::{
    Error,
    agenda::paste as items,
    meeting::{Act, Meeting},
    person::{MEMBERS_MAX, NewMember, Role, paste},
};

use crate::bench::{BEGAN_MS, Bench, Town, new_meeting, on_both};

on_both! {
    members_are_pasted_corrected_and_ended
    speakers_follow_one_another_and_that_is_taken_back
    of_two_clerks_who_give_the_floor_one_is_overtaken
    another_municipalitys_people_are_not_found
    what_is_wrong_with_people_is_refused
}

const LIST: &str = "Μαρία Δασκαλάκη; Πρόεδρος; Μπροστά\nΓιώργος Παπαδάκης; Σύμβουλος; Συμμαχία";

async fn in_session(bench: &Bench, town: &Town) -> Meeting {
    let new = council::meeting::NewMeeting {
        agenda: items::read("Πρακτικά\nΎδρευση"), ..new_meeting(town, 0)
    };
    let meeting = bench.council.create_meeting(&town.clerk, new).await.unwrap();
    bench.council.act(&town.clerk, meeting.id, Act::Start).await.unwrap();
    meeting
}

async fn take_up(bench: &Bench, town: &Town, meeting: &Meeting, at: usize) {
    let agenda = bench.council.agenda(town.municipality.id, meeting.id).await.unwrap();
    bench.council.take_up(&town.clerk, meeting.id, agenda.items[at].id, None, None).await.unwrap();
}

async fn members_are_pasted_corrected_and_ended(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (clerk, here, body) = (&town.clerk, town.municipality.id, town.body.id);
    assert_eq!(council.add_members(clerk, body, paste::read(LIST)).await.unwrap(), 2);
    let again = paste::read("ΜΑΡΙΑ ΔΑΣΚΑΛΑΚΗ; Σύμβουλος\nΝίκος Σταυρακάκης; Δήμαρχος");
    assert_eq!(council.add_members(clerk, body, again).await.unwrap(), 1, "who is there is left as they are");
    let members = council.members(here, body).await.unwrap();
    let told: Vec<_> =
        members.iter().map(|member| (member.name.as_str(), member.role, member.faction.as_str())).collect();
    let expected = [
        ("Νίκος Σταυρακάκης", Role::Mayor, ""),
        ("Μαρία Δασκαλάκη", Role::President, "Μπροστά"),
        ("Γιώργος Παπαδάκης", Role::Councillor, "Συμμαχία"),
    ];
    assert_eq!(told, expected);

    let new = NewMember { name: " Γ. Παπαδάκης ".into(), role: Role::Secretary, faction: String::new() };
    council.change_member(clerk, body, members[2].id, new).await.unwrap();
    council.end_member(clerk, body, members[0].id, true).await.unwrap();
    let names = async || -> Vec<String> {
        let members = council.members(here, body).await.unwrap();
        members.into_iter().map(|member| member.name).collect()
    };
    assert_eq!(names().await, ["Μαρία Δασκαλάκη", "Γ. Παπαδάκης"]);
    council.end_member(clerk, body, members[0].id, false).await.unwrap();
    assert_eq!(names().await.len(), 3);
    // Who ended and is pasted again is the same person, who then cannot be there twice.
    let mayor = &members[0];
    council.end_member(clerk, body, mayor.id, true).await.unwrap();
    council.add_members(clerk, body, paste::read("ΝΙΚΟΣ ΣΤΑΥΡΑΚΑΚΗΣ; Σύμβουλος")).await.unwrap();
    let again = council.members(here, body).await.unwrap();
    let again = again.iter().find(|member| member.person == mayor.person).unwrap();
    assert_eq!((again.role, again.id == mayor.id), (Role::Councillor, false));
    let twice = council.end_member(clerk, body, mayor.id, false).await;
    assert!(matches!(twice, Err(Error::Taken("member"))), "{twice:?}");
    assert_eq!(names().await.len(), 3);
    let acts = bench.acts(here).await;
    let acts: Vec<&str> = acts.iter().filter_map(|act| act.strip_prefix("member.")).collect();
    assert_eq!(acts, ["add", "add", "change", "end", "resume", "end", "add"]);
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn speakers_follow_one_another_and_that_is_taken_back(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (clerk, here) = (&town.clerk, town.municipality.id);
    council.add_members(clerk, town.body.id, paste::read(LIST)).await.unwrap();
    let meeting = in_session(bench, &town).await;
    let give = async |name: &str| council.give_floor(clerk, meeting.id, (name, 3), None, None).await;
    let agenda = async || council.agenda(here, meeting.id).await.unwrap();
    let early = give("Μαρία Δασκαλάκη").await;
    assert!(matches!(early, Err(Error::Invalid { field: "speaker", .. })), "{early:?}");

    take_up(bench, &town, &meeting, 0).await;
    bench.pass(10);
    let first = give("μαρια δασκαλακη").await.unwrap();
    assert_eq!((first.line().as_str(), first.limit_ms), ("Μαρία Δασκαλάκη (Μπροστά)", Some(180_000)));
    assert!(first.person.is_some());
    bench.pass(10);
    let longer = give("Μαρία Δασκαλάκη").await.unwrap();
    assert_eq!((longer.id, longer.limit_ms), (first.id, Some(190_000)), "she has it once, for three minutes from now");
    let less = council.give_floor(clerk, meeting.id, ("Μαρία Δασκαλάκη", 3), None, Some(BEGAN_MS)).await.unwrap();
    assert_eq!(less, longer, "nobody is given less than they had");
    let first = longer;
    let guest = give("Μηχανικός της ΔΕΥΑΡ").await.unwrap();
    assert_eq!((guest.person, guest.faction.as_str(), guest.at_ms), (None, "", BEGAN_MS + 20_000));
    assert_eq!(agenda().await.speaking(), Some(&guest));

    council.undo_speech(clerk, meeting.id, guest.id, true).await.unwrap();
    assert_eq!(agenda().await.speaking(), Some(&first), "she has it again");
    council.undo_speech(clerk, meeting.id, guest.id, false).await.unwrap();
    council.end_speech(clerk, meeting.id, guest.id, true).await.unwrap();
    assert_eq!(agenda().await.speaking(), None);
    assert_eq!(agenda().await.speeches.last().unwrap().until_ms, Some(BEGAN_MS + 20_000));
    council.end_speech(clerk, meeting.id, guest.id, false).await.unwrap();
    assert_eq!(agenda().await.speaking(), Some(&guest));
    let late = council.end_speech(clerk, meeting.id, first.id, true).await;
    assert!(matches!(late, Err(Error::Overtaken)), "{late:?}");

    give("Μαρία Δασκαλάκη").await.unwrap();
    council.act(clerk, meeting.id, Act::CloseDoors("Προσωπικά δεδομένα".into())).await.unwrap();
    assert_eq!(agenda().await.speaking(), None, "nobody has the floor behind closed doors");
    let closed = give("Μαρία Δασκαλάκη").await;
    assert!(matches!(closed, Err(Error::Stage { .. })), "who speaks in camera is not noted: {closed:?}");
    council.act(clerk, meeting.id, Act::OpenDoors).await.unwrap();

    // What was said stays as it was when the member's faction changes.
    let member = council.members(here, town.body.id).await.unwrap().swap_remove(0);
    let new = NewMember { name: member.name, role: member.role, faction: "Άλλη".into() };
    council.change_member(clerk, town.body.id, member.id, new).await.unwrap();
    assert_eq!(agenda().await.speeches[0], first);
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn of_two_clerks_who_give_the_floor_one_is_overtaken(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = in_session(bench, &town).await;
    take_up(bench, &town, &meeting, 0).await;
    let give = |name: &'static str| council.give_floor(&town.clerk, meeting.id, (name, 0), Some(None), None);
    let (one, other) = tokio::join!(give("Α"), give("Β"));
    let overtaken = [&one, &other].iter().filter(|given| matches!(given, Err(Error::Overtaken))).count();
    assert_eq!(overtaken, 1, "{one:?} {other:?}");
    let agenda = council.agenda(town.municipality.id, meeting.id).await.unwrap();
    assert_eq!(agenda.speeches.len(), 1);
}

async fn another_municipalitys_people_are_not_found(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("chania").await);
    council.add_members(&town.clerk, town.body.id, paste::read(LIST)).await.unwrap();
    let member = council.members(town.municipality.id, town.body.id).await.unwrap()[0].id;
    let meeting = in_session(bench, &town).await;
    take_up(bench, &town, &meeting, 0).await;
    let speech = council.give_floor(&town.clerk, meeting.id, ("Α", 0), None, None).await.unwrap().id;
    let foreign = [
        council.members(other.municipality.id, town.body.id).await.map(drop),
        council.add_members(&other.clerk, town.body.id, paste::read("Χ")).await.map(drop),
        council.end_member(&other.clerk, town.body.id, member, true).await,
        council.end_member(&other.clerk, other.body.id, member, true).await,
        council.change_member(&other.clerk, other.body.id, member, paste::read("Χ").swap_remove(0)).await,
        council.give_floor(&other.clerk, meeting.id, ("Β", 0), None, None).await.map(drop),
        council.end_speech(&other.clerk, meeting.id, speech, true).await,
        council.undo_speech(&other.clerk, meeting.id, speech, true).await,
    ];
    for answer in foreign {
        assert!(matches!(answer, Err(Error::NotFound(_))), "{answer:?}");
    }
    assert_eq!(council.members(town.municipality.id, town.body.id).await.unwrap().len(), 2);
}

async fn what_is_wrong_with_people_is_refused(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (clerk, body) = (&town.clerk, town.body.id);
    let many: String = (0..=MEMBERS_MAX).map(|at| format!("Μ{at}\n")).collect();
    for text in [many.as_str(), &"μ".repeat(121), &format!("Μ; {}", "π".repeat(121))] {
        let answer = council.add_members(clerk, body, paste::read(text)).await;
        assert!(matches!(answer, Err(Error::Invalid { field: "members", .. })), "{answer:?}");
    }
    let meeting = in_session(bench, &town).await;
    take_up(bench, &town, &meeting, 0).await;
    for (name, limit) in [(" ", 0), (&*"μ".repeat(121), 0), ("Μ", 7)] {
        let answer = council.give_floor(clerk, meeting.id, (name, limit), None, None).await;
        assert!(matches!(answer, Err(Error::Invalid { field: "speaker", .. })), "{answer:?}");
    }
    assert!(council.members(town.municipality.id, body).await.unwrap().is_empty());
}

//! A room from the first message to the last: what is shown, held, taken away, and to whom it is told.

mod db;

use std::sync::Arc;

use chat::{
    Code, Error, Floor, MessageId, Mode, Reason, Room, State,
    channel::{Following, Position},
    command::{Act, Asker, Say},
    event::Badge,
    mode::{Cause, Hold, Who},
    room::Filter,
};
use council::{AccountId, MeetingId, meeting::Act as Stage, permission::Moderator};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, Town, on_both};

on_both! {
    what_is_said_is_kept_and_told
    a_message_sent_twice_is_one
    looking_at_a_chat_writes_nothing
    only_while_the_meeting_is_in_session
    each_mode_is_enforced
    what_is_held_waits_for_a_moderator
    what_is_removed_is_nowhere_and_can_come_back
    who_is_excluded_stays_so_under_another_name
    a_restart_goes_on_by_offset
    another_municipalitys_room_is_not_found
    who_was_refused_may_appeal_once
    words_of_the_list_make_a_message_wait
    every_act_is_logged_and_wrong_ones_are_refused
    two_moderators_at_once_decide_once
}

struct Hall {
    floor: Floor,
    room: Arc<Room>,
    town: Town,
    meeting: MeetingId,
    moderator: Moderator,
    _ending: tokio_util::sync::DropGuard,
}

async fn hall(bench: &Bench) -> Hall {
    let town = bench.town("rethymno").await;
    let meeting = bench.meeting(&town, 0).await.id;
    bench.council.act(&town.clerk, meeting, Stage::Start).await.unwrap();
    let moderator = Moderator::console(town.municipality.id, AccountId::new(), "Συντονισμός");
    let floor = Floor::new(bench.council.clone());
    let ending = CancellationToken::new();
    tokio::spawn(floor.clone().run(ending.clone()));
    let room = floor.room(town.municipality.id, meeting).await.unwrap();
    Hall { floor, room, town, meeting, moderator, _ending: ending.drop_guard() }
}

pub(crate) fn guest(device: &str) -> Asker {
    Asker { account: None, badge: None, name: None, device: Some(device.into()), network: format!("network-{device}") }
}

fn say(name: &str, text: &str) -> Say {
    Say { id: MessageId::new(), name: name.into(), text: text.into(), reply: None }
}

fn because(code: Code) -> Reason {
    Reason { code, words: "γιατί".into() }
}

/// Everything that a follower has been told: the snapshot or what it missed, and the batches until nothing comes.
pub(crate) async fn told(following: &mut Following) -> String {
    let mut all = following.missed.take().map(|batch| batch.text().to_owned()).unwrap_or_default();
    while let Ok(Ok(batch)) =
        tokio::time::timeout(std::time::Duration::from_millis(300), following.batches.recv()).await
    {
        all.push('\n');
        all.push_str(batch.text());
    }
    all
}

async fn what_is_said_is_kept_and_told(bench: &Bench) {
    let hall = hall(bench).await;
    let mut following = hall.room.follow(None);
    assert!(told(&mut following).await.contains(r#""type":"snapshot","#));
    let first = hall.room.say(&guest("a"), say("Μαρία", " Καλησπέρα \n σας ")).await.unwrap();
    assert_eq!((first.text.as_str(), &first.state), ("Καλησπέρα σας", &State::Shown));
    let answer = Say { reply: Some(first.id), ..say("Γιώργος", "Καλησπέρα") };
    hall.room.say(&guest("b"), answer).await.unwrap();
    let events = told(&mut following).await;
    let lines: Vec<serde_json::Value> = events.trim().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{events}");
    assert_eq!((lines[0]["offset"].as_u64(), lines[1]["offset"].as_u64()), (Some(1), Some(2)));
    assert_eq!(lines[1]["message"]["reply"], first.id.to_string());
    assert!(!events.contains(&first.author.to_string()) && !events.contains("network"), "{events}");
    let view = hall.room.view(&guest("c")).await.unwrap();
    assert_eq!(view.messages.iter().map(|message| message.name.as_str()).collect::<Vec<_>>(), ["Μαρία", "Γιώργος"]);
    let staff = Asker {
        badge: Some(Badge::Moderator),
        name: Some("Συντονισμός".into()),
        account: Some(hall.moderator.account()),
        ..guest("m")
    };
    let official = hall.room.say(&staff, say("whatever", "Γράψτε κόσμια.")).await.unwrap();
    assert_eq!((official.name.as_str(), official.badge), ("Συντονισμός", Some(Badge::Moderator)));
    let from = bench.clock.now_ms();
    assert_eq!(hall.room.between(from, from + 1).await.unwrap().len(), 3);
    assert_eq!(hall.room.between(from + 1, from + 1000).await.unwrap().len(), 0);
}

async fn looking_at_a_chat_writes_nothing(bench: &Bench) {
    let hall = hall(bench).await;
    let mut following = hall.room.follow(None);
    assert!(told(&mut following).await.contains("snapshot"));
    hall.room.view(&guest("a")).await.unwrap();
    hall.room.table(&hall.moderator, &Filter::Held).await.unwrap();
    assert_eq!(db::begun(&bench.url).await, 0);
    hall.room.say(&guest("a"), say("Μαρία", "Καλησπέρα")).await.unwrap();
    assert_eq!(db::begun(&bench.url).await, 1);
    let again = Floor::new(bench.council.clone()).room(hall.town.municipality.id, hall.meeting).await.unwrap();
    assert_eq!(
        again.follow(None).position,
        hall.room.follow(None).position,
        "the epoch is the one that was told first"
    );
}

async fn a_message_sent_twice_is_one(bench: &Bench) {
    let hall = hall(bench).await;
    let once = say("Μαρία", "Μία φορά");
    let first = hall.room.say(&guest("a"), once.clone()).await.unwrap();
    let again = hall.room.say(&guest("a"), once.clone()).await.unwrap();
    assert_eq!(first, again);
    assert!(matches!(hall.room.say(&guest("b"), once).await, Err(Error::Taken)), "another's id");
    assert_eq!(hall.room.view(&guest("a")).await.unwrap().messages.len(), 1);
}

async fn only_while_the_meeting_is_in_session(bench: &Bench) {
    let hall = hall(bench).await;
    let scheduled = bench.meeting(&hall.town, 3600).await.id;
    let before = hall.floor.room(hall.town.municipality.id, scheduled).await.unwrap();
    assert!(matches!(before.say(&guest("a"), say("Μαρία", "Νωρίς")).await, Err(Error::Closed)));
    bench.council.act(&hall.town.clerk, hall.meeting, Stage::Pause).await.unwrap();
    assert!(hall.room.say(&guest("a"), say("Μαρία", "Στο διάλειμμα")).await.is_ok());
    bench.council.act(&hall.town.clerk, hall.meeting, Stage::End).await.unwrap();
    assert!(matches!(hall.room.say(&guest("b"), say("Μαρία", "Αργά")).await, Err(Error::Closed)));
}

async fn each_mode_is_enforced(bench: &Bench) {
    let hall = hall(bench).await;
    let run = async |mode| hall.room.act(&hall.moderator, Act::Run { mode }).await.unwrap();
    let account = Asker { account: Some(AccountId::new()), name: Some("Ελένη".into()), ..guest("e") };
    for (who, of_guest, of_account) in
        [(Who::Everyone, "shown", "shown"), (Who::Registered, "registered", "shown"), (Who::Nobody, "closed", "closed")]
    {
        run(Mode { who, ..Mode::default() }).await;
        for (asker, expected) in [(&guest("a"), of_guest), (&account, of_account)] {
            bench.pass(10);
            let said = hall.room.say(asker, say("Μαρία", &format!("{who:?} {expected}"))).await;
            let got = said.map_or_else(|error| error.code(), |message| message.state.name());
            assert_eq!(got, expected, "{who:?}");
        }
    }
    run(Mode { slow_ms: 30_000, ..Mode::default() }).await;
    bench.pass(60);
    hall.room.say(&guest("a"), say("Μαρία", "πρώτο αργό")).await.unwrap();
    bench.pass(10);
    let wait = hall.room.say(&guest("a"), say("Μαρία", "δεύτερο αργό")).await;
    assert!(matches!(wait, Err(Error::Slow { wait_ms: 20_000 })), "{wait:?}");
    bench.pass(20);
    hall.room.say(&guest("a"), say("Μαρία", "δεύτερο αργό")).await.unwrap();
    let again = hall.room.say(&guest("a"), say("Μαρία", "ΔΕΥΤΕΡΟ αργό!")).await;
    assert!(matches!(again, Err(Error::Repeated)), "{again:?}");
    let modes =
        told(&mut hall.room.follow(Some(&Position { epoch: hall.room.follow(None).position.epoch, offset: 0 }))).await;
    assert!(modes.contains(r#""type":"mode","mode":{"who":"nobody""#), "the mode is told to all: {modes}");
}

async fn what_is_held_waits_for_a_moderator(bench: &Bench) {
    let hall = hall(bench).await;
    let mut desk = hall.room.follow_desk(&hall.moderator);
    let link = hall.room.say(&guest("a"), say("Μαρία", "δείτε https://example.gr/x")).await.unwrap();
    assert_eq!(link.state, State::Held { cause: Cause::Links });
    assert!(told(&mut desk).await.contains(r#""type":"changed","held":1"#));
    assert!(!told(&mut hall.room.follow(None)).await.contains("example.gr"));
    assert_eq!(hall.room.view(&guest("a")).await.unwrap().own[0].id, link.id, "its author knows");
    assert!(hall.room.view(&guest("b")).await.unwrap().own.is_empty());
    let mut own = hall.room.follow_own(&guest("a")).await.unwrap().unwrap();
    assert!(hall.room.follow_own(&guest("never wrote")).await.unwrap().is_none());
    hall.room.act(&hall.moderator, Act::Approve { message: link.id }).await.unwrap();
    assert!(told(&mut own).await.contains(r#""state":"shown""#));
    assert!(told(&mut hall.room.follow(None)).await.contains("example.gr"));

    let mode = Mode { hold: Hold::First, ..Mode::default() };
    hall.room.act(&hall.moderator, Act::Run { mode }).await.unwrap();
    assert_eq!(hall.room.say(&guest("a"), say("Μαρία", "ξανά")).await.unwrap().state, State::Shown);
    let first = hall.room.say(&guest("n"), say("Νίκος", "πρώτη φορά")).await.unwrap();
    assert_eq!(first.state, State::Held { cause: Cause::First });
    let refuse = Act::Refuse { message: first.id, reason: because(Code::OffTopic) };
    hall.room.act(&hall.moderator, refuse).await.unwrap();
    let seen = &hall.room.view(&guest("n")).await.unwrap().own[0];
    assert_eq!(seen.state, State::Refused { reason: because(Code::OffTopic) }, "and is told why");
    hall.room.act(&hall.moderator, Act::Approve { message: first.id }).await.unwrap();
    assert!(told(&mut hall.room.follow(None)).await.contains("πρώτη φορά"), "a refusal can be taken back");
    let table = hall.room.table(&hall.moderator, &Filter::Author(first.author)).await.unwrap();
    assert_eq!((table.messages.len(), table.held), (1, 0));
}

async fn what_is_removed_is_nowhere_and_can_come_back(bench: &Bench) {
    let hall = hall(bench).await;
    let room = &hall.room;
    let begin = room.follow(None).position;
    for (device, text) in [("a", "πρώτο μήνυμα"), ("b", "το μυστικό τηλέφωνο"), ("c", "τρίτο μήνυμα")]
    {
        room.say(&guest(device), say("Μαρία", text)).await.unwrap();
    }
    let message = room.view(&guest("x")).await.unwrap().messages[1].id;
    room.act(&hall.moderator, Act::Pin { message: Some(message) }).await.unwrap();
    let remove = Act::Remove { message, reason: because(Code::PersonalData) };
    room.act(&hall.moderator, remove.clone()).await.unwrap();
    assert!(matches!(room.act(&hall.moderator, remove).await, Err(Error::Overtaken)), "twice");
    let again = Floor::new(bench.council.clone()).room(hall.town.municipality.id, hall.meeting).await.unwrap();
    let view = again.view(&guest("x")).await.unwrap();
    assert_eq!((view.messages.len(), view.pinned), (2, None));
    for room in [room, &again] {
        for after in [None, Some(&begin)] {
            let all = told(&mut room.follow(after)).await;
            assert!(!all.contains("μυστικό") && all.contains("τρίτο"), "{after:?}: {all}");
        }
        let whole = room.between(0, i64::MAX).await.unwrap();
        assert!(whole.iter().all(|message| !message.text.contains("μυστικό")));
    }
    assert_eq!(
        room.view(&guest("b")).await.unwrap().own[0].state,
        State::Removed { reason: because(Code::PersonalData) }
    );
    room.act(&hall.moderator, Act::Restore { message }).await.unwrap();
    let texts: Vec<String> =
        room.view(&guest("x")).await.unwrap().messages.into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["πρώτο μήνυμα", "το μυστικό τηλέφωνο", "τρίτο μήνυμα"], "at its old place");
}

async fn who_is_excluded_stays_so_under_another_name(bench: &Bench) {
    let hall = hall(bench).await;
    let said = hall.room.say(&guest("a"), say("Ταραξίας", "φωνές")).await.unwrap();
    let exclude = Act::Exclude { author: said.author, minutes: 10, reason: because(Code::Abuse) };
    hall.room.act(&hall.moderator, exclude).await.unwrap();
    let until = bench.clock.now_ms() + 600_000;
    bench.pass(5);
    let renamed = hall.room.say(&guest("a"), say("Αθώος", "εγώ δεν είμαι")).await;
    assert!(matches!(renamed, Err(Error::Excluded { until_ms, .. }) if until_ms == until), "{renamed:?}");
    let same_network = Asker { network: guest("a").network, ..guest("a new device") };
    let held = hall.room.say(&same_network, say("Αθώος", "εγώ δεν είμαι")).await.unwrap();
    assert_eq!(held.state, State::Held { cause: Cause::Network });
    assert_eq!(hall.room.say(&guest("b"), say("Άλλη", "ήσυχα")).await.unwrap().state, State::Shown);
    let [exclusion] = hall.room.table(&hall.moderator, &Filter::Held).await.unwrap().exclusions.try_into().unwrap();
    assert_eq!((exclusion.name.as_str(), exclusion.author), ("Ταραξίας", said.author));
    hall.room.act(&hall.moderator, Act::Admit { exclusion: exclusion.id }).await.unwrap();
    assert!(hall.room.say(&guest("a"), say("Ταραξίας", "συγγνώμη")).await.is_ok());
    assert!(matches!(
        hall.room.act(&hall.moderator, Act::Admit { exclusion: exclusion.id }).await,
        Err(Error::Overtaken)
    ));
    let network = hall.floor.network("192.0.2.0").await.unwrap();
    assert_eq!(hall.floor.network("192.0.2.0").await.unwrap(), network);
    bench.pass(86_400);
    assert_ne!(hall.floor.network("192.0.2.0").await.unwrap(), network, "another day, another key");
}

async fn a_restart_goes_on_by_offset(bench: &Bench) {
    let hall = hall(bench).await;
    hall.room.say(&guest("a"), say("Μαρία", "πριν")).await.unwrap();
    let position = hall.room.follow(None).position;
    hall.room.say(&guest("b"), say("Νίκος", "μετά")).await.unwrap();
    let again = Floor::new(bench.council.clone()).room(hall.town.municipality.id, hall.meeting).await.unwrap();
    let missed = told(&mut again.follow(Some(&position))).await;
    assert!(missed.contains("μετά") && !missed.contains("πριν") && !missed.contains("snapshot"), "{missed}");
    again.say(&guest("c"), say("Άννα", "και τώρα")).await.unwrap();
    assert_eq!(again.follow(None).position.offset, position.offset + 2);
}

async fn another_municipalitys_room_is_not_found(bench: &Bench) {
    let hall = hall(bench).await;
    let other = bench.town("chania").await;
    let found = hall.floor.room(other.municipality.id, hall.meeting).await;
    assert!(matches!(found, Err(Error::Council(council::Error::NotFound(_)))));
    let stranger = Moderator::console(other.municipality.id, AccountId::new(), "Ξένος");
    let mode = Mode { who: Who::Nobody, ..Mode::default() };
    assert!(hall.room.act(&stranger, Act::Run { mode }).await.is_err());
    let theirs = bench.meeting(&other, 0).await.id;
    bench.council.act(&other.clerk, theirs, Stage::Start).await.unwrap();
    let there = hall.floor.room(other.municipality.id, theirs).await.unwrap();
    let said = there.say(&guest("a"), say("Μαρία", "εκεί")).await.unwrap();
    let remove = Act::Remove { message: said.id, reason: because(Code::Other) };
    assert!(matches!(hall.room.act(&hall.moderator, remove).await, Err(Error::NoMessage)));
    let reply = Say { reply: Some(said.id), ..say("Νίκος", "απάντηση") };
    assert!(matches!(hall.room.say(&guest("b"), reply).await, Err(Error::NoMessage)));
    assert!(hall.room.view(&guest("b")).await.unwrap().messages.is_empty());
}

async fn who_was_refused_may_appeal_once(bench: &Bench) {
    let hall = hall(bench).await;
    let (room, moderator) = (&hall.room, &hall.moderator);
    let said = room.say(&guest("a"), say("Μαρία", "λόγια")).await.unwrap();
    let appeal = async |device: &str, text: &str| room.appeal(&guest(device), said.id, text).await;
    assert!(matches!(appeal("a", "γιατί;").await, Err(Error::Overtaken)), "nothing was decided against it");
    room.act(moderator, Act::Remove { message: said.id, reason: because(Code::Abuse) }).await.unwrap();
    room.say(&guest("b"), say("Νίκος", "άλλα")).await.unwrap();
    assert!(matches!(appeal("b", "δικό μου").await, Err(Error::NoMessage)), "another's");
    assert!(matches!(appeal("nobody", "δικό μου").await, Err(Error::NoMessage)));
    assert!(appeal("a", " ").await.is_err() && appeal("a", &"α".repeat(400)).await.is_err());
    appeal("a", "Δεν πρόσβαλα κανέναν").await.unwrap();
    assert!(matches!(appeal("a", "ξανά").await, Err(Error::Overtaken)), "once");
    let table = room.table(moderator, &Filter::Appeals).await.unwrap();
    assert_eq!((table.appeals, table.messages[0].appeal.as_ref().unwrap().text.as_str()), (1, "Δεν πρόσβαλα κανέναν"));
    let mut own = room.follow_own(&guest("a")).await.unwrap().unwrap();
    room.act(moderator, Act::Uphold { message: said.id }).await.unwrap();
    assert!(told(&mut own).await.contains(r#""type":"upheld""#));
    assert!(matches!(room.act(moderator, Act::Uphold { message: said.id }).await, Err(Error::Overtaken)));
    assert_eq!(room.table(moderator, &Filter::Appeals).await.unwrap().appeals, 0);
    room.act(moderator, Act::Restore { message: said.id }).await.unwrap();
    assert_eq!(room.view(&guest("x")).await.unwrap().messages.len(), 2, "a moderator may still change their mind");
}

async fn words_of_the_list_make_a_message_wait(bench: &Bench) {
    let hall = hall(bench).await;
    hall.floor.set_words(&hall.moderator, "κλέφτ*\nΨεύτης").await.unwrap();
    let state = async |device: &str, text: &str| hall.room.say(&guest(device), say("Μαρία", text)).await.unwrap().state;
    assert_eq!(state("a", "Είστε ΚΛΕΦΤΕΣ").await, State::Held { cause: Cause::Words });
    assert_eq!(state("b", "Είστε όλοι εδώ").await, State::Shown);
    assert_eq!(hall.floor.words(&hall.moderator).await.unwrap(), ["κλεφτ*", "ψευτησ"]);
    let again = Floor::new(bench.council.clone()).room(hall.town.municipality.id, hall.meeting).await.unwrap();
    let after_restart = again.say(&guest("c"), say("Μαρία", "ψεύτης!")).await.unwrap();
    assert_eq!(after_restart.state, State::Held { cause: Cause::Words });
    hall.floor.set_words(&hall.moderator, "").await.unwrap();
    assert_eq!(state("d", "κλέφτες").await, State::Shown);
    assert!(bench.acts(hall.town.municipality.id).await.contains(&"chat.words".to_owned()));
}

async fn every_act_is_logged_and_wrong_ones_are_refused(bench: &Bench) {
    let hall = hall(bench).await;
    let said = hall.room.say(&guest("a"), say("Μαρία", "λόγια")).await.unwrap();
    let act = async |act| hall.room.act(&hall.moderator, act).await;
    let wordless = Reason { code: Code::Other, words: " ".into() };
    assert!(act(Act::Remove { message: said.id, reason: wordless }).await.is_err(), "another reason needs words");
    assert!(matches!(act(Act::Approve { message: said.id }).await, Err(Error::Overtaken)), "shown already");
    assert!(matches!(act(Act::Restore { message: MessageId::new() }).await, Err(Error::NoMessage)));
    let nobody = Act::Exclude { author: chat::AuthorId::new(), minutes: 5, reason: because(Code::Abuse) };
    assert!(matches!(act(nobody).await, Err(Error::NoMessage)));
    act(Act::Remove { message: said.id, reason: because(Code::Abuse) }).await.unwrap();
    act(Act::Restore { message: said.id }).await.unwrap();
    act(Act::Pin { message: Some(said.id) }).await.unwrap();
    act(Act::Pin { message: None }).await.unwrap();
    act(Act::Run { mode: Mode::default().guarded() }).await.unwrap();
    let acts = bench.acts(hall.town.municipality.id).await;
    let ours: Vec<&str> = acts.iter().map(String::as_str).filter(|act| act.starts_with("chat.")).collect();
    assert_eq!(ours, ["chat.remove", "chat.restore", "chat.pin", "chat.pin", "chat.run"]);
    assert_eq!(bench.council.verify_audit().await.unwrap(), None);
}

async fn two_moderators_at_once_decide_once(bench: &Bench) {
    let hall = hall(bench).await;
    let held = hall.room.say(&guest("a"), say("Μαρία", "www.example.gr")).await.unwrap();
    let approve = hall.room.act(&hall.moderator, Act::Approve { message: held.id });
    let refuse = hall.room.act(&hall.moderator, Act::Refuse { message: held.id, reason: because(Code::Advertising) });
    let (approved, refused) = tokio::join!(approve, refuse);
    assert!(approved.is_ok() != refused.is_ok(), "{approved:?} {refused:?}");
}

//! Interventions from the first word to the answer: what waits, is merged, put before the council, and told to whom.

use std::sync::Arc;

use chat::{
    Code, Error, Floor, InterventionId, Reason, Room,
    command::Asker,
    intervention::{Act, Answer, Ask, Elsewhere, Fate, Filter, Intake, Intervention, Kind, Move, Policy, State, Table},
    mode::{Cause, Who},
};
use council::{AccountId, AgendaItemId, MeetingId, meeting::Act as Stage, permission::Moderator};
use tokio_util::sync::CancellationToken;

use crate::{
    bench::{Bench, Town, on_both},
    rooms::{guest, told},
};

on_both! {
    what_is_asked_waits_is_shown_and_answered
    sent_twice_it_is_one_and_wrong_ones_are_refused
    each_move_is_told_to_its_author
    a_merge_unites_supports_and_a_restart_keeps_them
    a_rejection_has_a_reason_and_can_be_appealed
    two_moderators_at_once_lose_nothing
    a_claim_keeps_others_off_for_half_a_minute
    the_queue_follows_the_declared_policy
    what_is_taken_away_is_told_no_more
    another_municipalitys_are_not_found
    who_supports_counts_once
    a_thousand_wait_and_are_looked_at_by_pages
    what_was_held_elsewhere_is_taken_over_whole
}

struct Hall {
    floor: Floor,
    room: Arc<Room>,
    town: Town,
    meeting: MeetingId,
    item: AgendaItemId,
    moderator: Moderator,
    _ending: tokio_util::sync::DropGuard,
}

async fn hall(bench: &Bench) -> Hall {
    let town = bench.town("rethymno").await;
    let meeting = bench.meeting(&town, 0).await.id;
    bench.council.act(&town.clerk, meeting, Stage::Start).await.unwrap();
    let item = bench.council.agenda(town.municipality.id, meeting).await.unwrap().items[0].id;
    let floor = Floor::new(bench.council.clone());
    let ending = CancellationToken::new();
    tokio::spawn(floor.clone().run(ending.clone()));
    let room = floor.room(town.municipality.id, meeting).await.unwrap();
    let moderator = moderator(&town, "Συντονισμός");
    Hall { floor, room, town, meeting, item, moderator, _ending: ending.drop_guard() }
}

fn moderator(town: &Town, name: &str) -> Moderator {
    Moderator::console(town.municipality.id, AccountId::new(), name)
}

fn ask(text: &str) -> Ask {
    Ask {
        id: InterventionId::new(),
        kind: Kind::Question,
        item: None,
        name: "Μαρία".into(),
        anonymous: false,
        text: text.into(),
    }
}

fn because(code: Code) -> Reason {
    Reason { code, words: String::new() }
}

impl Hall {
    async fn asked(&self, device: &str, text: &str) -> Intervention {
        self.room.ask(&guest(device), ask(text)).await.unwrap()
    }

    async fn settle(&self, id: InterventionId, a: Move) -> Result<(), Error> {
        let revision = self.find(id).await.revision;
        self.room.settle(&self.moderator, Act::Decide { intervention: id, revision, a }).await
    }

    /// As it is now, by way of the console.
    async fn find(&self, id: InterventionId) -> Intervention {
        let tables = [Filter::Pending, Filter::Appeals, Filter::Approved, Filter::Queue, Filter::Screen, Filter::Done];
        let rows = tables.into_iter().flat_map(|filter| self.console(filter).rows);
        rows.map(|row| row.intervention).find(|one| one.id == id).unwrap()
    }

    fn console(&self, filter: Filter) -> Table {
        self.room.console(&self.moderator, filter, None, (0, None))
    }

    /// Approved and in the queue.
    async fn queued(&self, device: &str, text: &str) -> InterventionId {
        let id = self.asked(device, text).await.id;
        self.settle(id, Move::Approve).await.unwrap();
        self.settle(id, Move::Queue { place: 0 }).await.unwrap();
        id
    }
}

async fn what_is_asked_waits_is_shown_and_answered(bench: &Bench) {
    let hall = hall(bench).await;
    let mut public = hall.room.follow_interventions(None);
    let mut desk = hall.room.follow_desk(&hall.moderator);
    assert!(told(&mut public).await.contains(r#""type":"snapshot""#));
    let asked = Ask { item: Some(hall.item), ..ask(" Πότε αρχίζει \n το έργο; ") };
    let one = hall.room.ask(&guest("a"), asked).await.unwrap();
    assert_eq!((one.text.as_str(), &one.state, one.revision), ("Πότε αρχίζει το έργο;", &State::Submitted, 1));
    assert!(told(&mut desk).await.contains(r#""type":"interventions","pending":1"#));
    assert_eq!(told(&mut public).await, "", "nobody else sees what waits");
    assert!(hall.room.interventions(&guest("b")).await.unwrap().shown.is_empty());

    hall.settle(one.id, Move::Approve).await.unwrap();
    let shown = told(&mut public).await;
    assert!(shown.contains("Πότε αρχίζει το έργο;") && shown.contains(r#""state":"approved""#), "{shown}");
    assert!(!shown.contains(&one.author.to_string()) && !shown.contains("network"), "{shown}");
    hall.settle(one.id, Move::Queue { place: 0 }).await.unwrap();
    bench.pass(20);
    let revision = hall.find(one.id).await.revision;
    hall.room.settle(&hall.moderator, Act::Show { intervention: one.id, revision }).await.unwrap();
    let before_ms = bench.clock.now_ms();
    bench.pass(40);
    let spoken = Act::Spoken { intervention: one.id, revision: revision + 1, at_ms: None };
    hall.room.settle(&hall.moderator, spoken).await.unwrap();
    let answered = hall.find(one.id).await;
    let at = Answer::Spoken { answered_at_ms: before_ms };
    assert_eq!(answered.state, State::Answered { answer: at }, "the moment is when it came before the council");
    let view = hall.room.interventions(&guest("a")).await.unwrap();
    assert_eq!((view.report.received, view.report.spoken, view.report.median_ms), (1, 1, Some(0)));
    let acts = bench.acts(hall.town.municipality.id).await;
    let ours: Vec<&str> = acts.iter().filter_map(|act| act.strip_prefix("intervention.")).collect();
    assert_eq!(ours, ["approve", "queue", "show", "answer"]);
    assert_eq!(bench.council.verify_audit().await.unwrap(), None);
}

async fn sent_twice_it_is_one_and_wrong_ones_are_refused(bench: &Bench) {
    let hall = hall(bench).await;
    let once = ask("Μία φορά;");
    let first = hall.room.ask(&guest("a"), once.clone()).await.unwrap();
    assert_eq!(hall.room.ask(&guest("a"), once.clone()).await.unwrap(), first);
    let code = async |device: &str, ask: Ask| hall.room.ask(&guest(device), ask).await.err().map(|error| error.code());
    assert_eq!(code("b", once).await, Some("id_taken"));
    assert_eq!(code("a", ask("μια φορά;")).await, Some("repeated"));
    assert_eq!(code("a", ask("Κι άλλη;")).await, Some("slow"));
    assert_eq!(code("b", ask("")).await, Some("bad_text"));
    assert_eq!(code("b", ask(&"α".repeat(601))).await, Some("bad_text"));
    assert_eq!(code("b", Ask { name: "Δήμαρχος".into(), ..ask("Ψηφίστε με") }).await, Some("name_taken"));
    assert_eq!(code("b", Ask { item: Some(AgendaItemId::new()), ..ask("Για τι;") }).await, Some("no_item"));
    let keyless = Asker { device: None, ..guest("x") };
    assert!(matches!(hall.room.ask(&keyless, ask("Ποιος;")).await, Err(Error::Registered)));
    let link = hall.room.ask(&guest("c"), ask("Δείτε www.example.gr")).await.unwrap();
    assert_eq!(link.state, State::Held { cause: Cause::Links });
    let anonymous = hall.room.ask(&guest("d"), Ask { name: " ".into(), ..ask("Ανώνυμα;") }).await.unwrap();
    assert_eq!(anonymous.name, "");
    for n in 0..10 {
        bench.pass(11);
        let got = hall.room.ask(&guest("many"), ask(&format!("Ερώτηση {n};"))).await;
        assert!(got.is_ok(), "{n}: {got:?}");
    }
    bench.pass(11);
    assert_eq!(code("many", ask("Η ενδέκατη;")).await, Some("too_many"));
    let run = |who| Act::Run { intake: Intake { who, ..Intake::default() } };
    hall.room.settle(&hall.moderator, run(Who::Registered)).await.unwrap();
    assert_eq!(code("e", ask("Χωρίς λογαριασμό;")).await, Some("registered"));
    hall.room.settle(&hall.moderator, run(Who::Nobody)).await.unwrap();
    assert_eq!(code("e", ask("Κλειστά;")).await, Some("closed"));
    hall.room.settle(&hall.moderator, run(Who::Everyone)).await.unwrap();
    bench.council.act(&hall.town.clerk, hall.meeting, Stage::End).await.unwrap();
    assert_eq!(code("e", ask("Αργά;")).await, Some("closed"));
    assert!(hall.settle(first.id, Move::Approve).await.is_ok(), "what was sent in time is decided");
}

async fn each_move_is_told_to_its_author(bench: &Bench) {
    let hall = hall(bench).await;
    let one = hall.asked("a", "Πότε θα γίνει το πάρκο;").await;
    let mut own = hall.room.follow_own(&guest("a")).await.unwrap().unwrap();
    hall.settle(one.id, Move::Approve).await.unwrap();
    hall.room.support(&guest("b"), one.id, true).await.unwrap();
    let mut supporter = hall.room.follow_own(&guest("b")).await.unwrap().unwrap();
    let words = "Τον Μάρτιο.".to_owned();
    hall.settle(one.id, Move::Answer { answer: Answer::Written { words } }).await.unwrap();
    let events = told(&mut own).await;
    assert!(events.contains(r#""state":"approved""#) && events.contains("Τον Μάρτιο."), "{events}");
    let events = told(&mut supporter).await;
    assert!(events.contains(r#""supported":true"#) && events.contains("Τον Μάρτιο."), "{events}");
    let answered = hall.room.support(&guest("c"), one.id, true).await;
    assert!(matches!(answered, Err(Error::NotOpen)), "{answered:?}");

    let other = hall.asked("c", "Θα ανοίξει η πισίνα;").await;
    assert!(matches!(hall.room.withdraw(&guest("a"), other.id).await, Err(Error::NoIntervention)), "another's");
    assert!(matches!(hall.room.withdraw(&guest("nobody"), other.id).await, Err(Error::NoIntervention)));
    hall.room.withdraw(&guest("c"), other.id).await.unwrap();
    assert!(matches!(hall.room.withdraw(&guest("c"), other.id).await, Err(Error::Overtaken)));
    let stale = Act::Decide { intervention: other.id, revision: 1, a: Move::Approve };
    assert!(matches!(hall.room.settle(&hall.moderator, stale).await, Err(Error::Overtaken)));
}

async fn a_merge_unites_supports_and_a_restart_keeps_them(bench: &Bench) {
    let hall = hall(bench).await;
    let first = hall.asked("a", "Πότε θα τελειώσει το έργο στην παλιά πόλη;").await;
    let second = hall.asked("b", "Πότε τελειώνει το έργο της παλιάς πόλης;").await;
    let alike = &hall.console(Filter::Pending).rows[1].alike;
    assert_eq!(alike.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [first.id], "they are proposed for merging");
    for id in [first.id, second.id] {
        hall.settle(id, Move::Approve).await.unwrap();
        hall.room.support(&guest("c"), id, true).await.unwrap();
    }
    let itself = hall.settle(first.id, Move::Merge { into: first.id }).await;
    assert!(matches!(itself, Err(Error::Overtaken)), "{itself:?}");
    let mut own = hall.room.follow_own(&guest("b")).await.unwrap().unwrap();
    hall.settle(second.id, Move::Merge { into: first.id }).await.unwrap();
    assert!(told(&mut own).await.contains(r#""state":"merged""#));
    let supports = async |room: &Room| room.interventions(&guest("x")).await.unwrap().shown[0].supports;
    assert_eq!(supports(&hall.room).await, 3, "two authors, and one who supported both");
    let again = Floor::new(bench.council.clone()).room(hall.town.municipality.id, hall.meeting).await.unwrap();
    assert_eq!(supports(&again).await, 3);
    let theirs = again.interventions(&guest("b")).await.unwrap().own;
    assert_eq!(theirs[0].through.as_ref().map(|root| root.id), Some(first.id));
    again.support(&guest("c"), first.id, false).await.unwrap();
    assert_eq!(supports(&again).await, 2, "whoever takes it back takes it back of the whole");
    hall.settle(first.id, Move::Answer { answer: Answer::Written { words: "Τον Μάιο.".into() } }).await.unwrap();
    assert!(told(&mut own).await.contains("Τον Μάιο."), "whose question was merged is answered as well");
}

async fn a_rejection_has_a_reason_and_can_be_appealed(bench: &Bench) {
    let hall = hall(bench).await;
    let one = hall.asked("a", "Λόγια;").await;
    let wordless = Reason { code: Code::Other, words: " ".into() };
    assert!(hall.settle(one.id, Move::Reject { reason: wordless }).await.is_err());
    assert!(matches!(hall.room.appeal_rejection(&guest("a"), one.id, "όχι").await, Err(Error::Overtaken)));
    hall.settle(one.id, Move::Reject { reason: because(Code::OffTopic) }).await.unwrap();
    let own = hall.room.interventions(&guest("a")).await.unwrap().own;
    assert_eq!(own[0].intervention.state.reason().unwrap().code, Code::OffTopic);
    assert!(hall.room.appeal_rejection(&guest("a"), one.id, " ").await.is_err());
    assert!(matches!(hall.room.appeal_rejection(&guest("b"), one.id, "όχι").await, Err(Error::NoIntervention)));
    hall.room.appeal_rejection(&guest("a"), one.id, "Είναι για το θέμα 1.").await.unwrap();
    assert!(matches!(hall.room.appeal_rejection(&guest("a"), one.id, "ξανά").await, Err(Error::Overtaken)));
    assert_eq!(hall.console(Filter::Appeals).counts.appeals, 1);
    hall.settle(one.id, Move::Uphold).await.unwrap();
    hall.settle(one.id, Move::Reopen).await.unwrap();
    assert_eq!(hall.find(one.id).await.state, State::Submitted);
    let report = hall.room.interventions(&guest("a")).await.unwrap().report;
    assert_eq!((report.received, report.waiting), (1, 1));
    let forged = hall.settle(one.id, Move::Withdraw).await;
    assert!(forged.is_err(), "what is the author's is not the moderator's");
}

async fn two_moderators_at_once_lose_nothing(bench: &Bench) {
    let hall = hall(bench).await;
    let other = moderator(&hall.town, "Δεύτερος");
    let second = Floor::new(bench.council.clone()).room(hall.town.municipality.id, hall.meeting).await.unwrap();
    for n in 0..10 {
        let id = hall.asked(&format!("d{n}"), &format!("Ερώτηση με αριθμό {n};")).await.id;
        let approve = Act::Decide { intervention: id, revision: 1, a: Move::Approve };
        let reject = Act::Decide { intervention: id, revision: 1, a: Move::Reject { reason: because(Code::Repeated) } };
        let (approved, rejected) =
            tokio::join!(hall.room.settle(&hall.moderator, approve), hall.room.settle(&other, reject));
        assert!(approved.is_ok() != rejected.is_ok(), "{approved:?} {rejected:?}");
        assert_eq!(hall.find(id).await.revision, 2);
    }
    // Another process decides: what this one has in memory is old, and it says so and reads anew.
    let id = hall.asked("z", "Και η τελευταία;").await.id;
    let reopened = Floor::new(bench.council.clone()).room(hall.town.municipality.id, hall.meeting).await.unwrap();
    let elsewhere = Act::Decide { intervention: id, revision: 1, a: Move::Approve };
    reopened.settle(&other, elsewhere).await.unwrap();
    let late = hall.settle(id, Move::Reject { reason: because(Code::Abuse) }).await;
    assert!(matches!(late, Err(Error::Overtaken)), "{late:?}");
    assert_eq!((hall.find(id).await.state, hall.find(id).await.revision), (State::Approved, 2));
    drop(second);
}

async fn a_claim_keeps_others_off_for_half_a_minute(bench: &Bench) {
    let hall = hall(bench).await;
    let other = moderator(&hall.town, "Δεύτερος");
    let id = hall.asked("a", "Ποιος την έχει;").await.id;
    let mut desk = hall.room.follow_desk(&hall.moderator);
    hall.room.claim(&hall.moderator, id).unwrap();
    assert!(told(&mut desk).await.contains(r#""type":"claimed""#));
    assert!(matches!(hall.room.claim(&other, id), Err(Error::Claimed)));
    let approve = || Act::Decide { intervention: id, revision: 1, a: Move::Approve };
    assert!(matches!(hall.room.settle(&other, approve()).await, Err(Error::Claimed)));
    let seen = hall.room.console(&other, Filter::Pending, None, (0, None));
    assert_eq!(seen.rows[0].claim.as_ref().unwrap().name, "Συντονισμός");
    hall.room.release(&other, id);
    assert!(hall.room.claim(&other, id).is_err(), "only who has it lets it go");
    bench.pass(31);
    hall.room.claim(&other, id).unwrap();
    assert!(matches!(hall.room.settle(&hall.moderator, approve()).await, Err(Error::Claimed)));
    hall.room.settle(&other, approve()).await.unwrap();
    let undo = |revision| Act::Undo { intervention: id, revision };
    assert!(matches!(hall.room.settle(&hall.moderator, undo(2)).await, Err(Error::Overtaken)), "another's decision");
    hall.room.settle(&other, undo(2)).await.unwrap();
    assert_eq!(hall.find(id).await.state, State::Submitted);
    assert!(hall.room.claim(&hall.moderator, InterventionId::new()).is_err());
}

async fn the_queue_follows_the_declared_policy(bench: &Bench) {
    let hall = hall(bench).await;
    let first = hall.queued("a", "Η πρώτη;").await;
    bench.pass(1);
    let second = hall.queued("b", "Η δεύτερη;").await;
    hall.room.support(&guest("c"), second, true).await.unwrap();
    let queue = || hall.console(Filter::Queue).rows.iter().map(|row| row.intervention.id).collect::<Vec<_>>();
    assert_eq!(queue(), [second, first], "the most supported first");
    let mut public = hall.room.follow_interventions(None);
    told(&mut public).await;
    let run = async |policy, reason: &str| {
        let intake = Intake { policy, reason: reason.into(), ..Intake::default() };
        hall.room.settle(&hall.moderator, Act::Run { intake }).await
    };
    assert!(run(Policy::Hand, " ").await.is_err(), "by hand needs a reason");
    run(Policy::First, "").await.unwrap();
    assert_eq!(queue(), [first, second]);
    run(Policy::Hand, "Ο εισηγητής φεύγει νωρίς").await.unwrap();
    let heard = told(&mut public).await;
    assert!(heard.contains("Ο εισηγητής φεύγει νωρίς") && heard.contains(r#""type":"queue""#), "{heard}");
    let revision = hall.find(second).await.revision;
    let forward = Act::Place { intervention: second, revision, forward: true };
    hall.room.settle(&hall.moderator, forward.clone()).await.unwrap();
    assert_eq!(queue(), [second, first]);
    assert!(matches!(hall.room.settle(&hall.moderator, forward).await, Err(Error::Overtaken)), "twice");
    assert!(bench.acts(hall.town.municipality.id).await.contains(&"intervention.run".to_owned()));
}

async fn what_is_taken_away_is_told_no_more(bench: &Bench) {
    let hall = hall(bench).await;
    let begun = hall.room.follow_interventions(None).position;
    let id = hall.asked("a", "Το μυστικό τηλέφωνο;").await.id;
    hall.settle(id, Move::Approve).await.unwrap();
    assert!(told(&mut hall.room.follow_interventions(Some(&begun))).await.contains("μυστικό"));
    hall.settle(id, Move::Reject { reason: because(Code::PersonalData) }).await.unwrap();
    let missed = told(&mut hall.room.follow_interventions(Some(&begun))).await;
    assert!(!missed.contains("μυστικό") && missed.contains(r#""type":"dropped""#), "{missed}");
    assert!(!told(&mut hall.room.follow_interventions(None)).await.contains("μυστικό"));
    assert!(hall.room.interventions(&guest("b")).await.unwrap().shown.is_empty());
    assert!(matches!(hall.room.support(&guest("b"), id, true).await, Err(Error::NoIntervention)));
}

async fn another_municipalitys_are_not_found(bench: &Bench) {
    let hall = hall(bench).await;
    let other = bench.town("chania").await;
    let stranger = moderator(&other, "Ξένος");
    let id = hall.asked("a", "Δική μας;").await.id;
    let approve = || Act::Decide { intervention: id, revision: 1, a: Move::Approve };
    assert!(hall.room.settle(&stranger, approve()).await.is_err());
    assert!(hall.room.claim(&stranger, id).is_err());
    let theirs = bench.meeting(&other, 0).await.id;
    bench.council.act(&other.clerk, theirs, Stage::Start).await.unwrap();
    let there = hall.floor.room(other.municipality.id, theirs).await.unwrap();
    assert!(matches!(there.settle(&stranger, approve()).await, Err(Error::NoIntervention)));
    let same = Ask { id, ..ask("Με το ίδιο id;") };
    assert!(matches!(there.ask(&guest("a"), same).await, Err(Error::Taken)));
    let foreign = Ask { item: Some(hall.item), ..ask("Για ξένο θέμα;") };
    assert!(matches!(there.ask(&guest("b"), foreign).await, Err(Error::NoItem)));
}

async fn who_supports_counts_once(bench: &Bench) {
    let hall = hall(bench).await;
    let id = hall.asked("a", "Πόσοι;").await.id;
    hall.settle(id, Move::Approve).await.unwrap();
    for (device, is, count) in
        [("b", true, 2), ("b", true, 2), ("a", true, 2), ("b", false, 1), ("b", false, 1), ("a", false, 1)]
    {
        bench.pass(3);
        assert_eq!(hall.room.support(&guest(device), id, is).await.unwrap(), count, "{device} {is}");
    }
    let account =
        |device: &str, account| Asker { account: Some(account), name: Some("Ελένη".into()), ..guest(device) };
    let eleni = AccountId::new();
    for device in ["phone", "computer"] {
        assert_eq!(hall.room.support(&account(device, eleni), id, true).await.unwrap(), 2, "one person, two devices");
    }
}

async fn a_thousand_wait_and_are_looked_at_by_pages(bench: &Bench) {
    let hall = hall(bench).await;
    for n in 0..1000 {
        hall.asked(&format!("device {n}"), &format!("Ερώτηση για την οδό με αριθμό {n};")).await;
    }
    let table = hall.console(Filter::Pending);
    assert_eq!((table.counts.pending, table.rows.len(), table.pages), (1000, 50, 20));
    let last = hall.room.console(&hall.moderator, Filter::Pending, None, (19, None));
    assert_eq!(last.rows.len(), 50);
    assert_eq!(hall.room.console(&hall.moderator, Filter::Pending, Some(Some(hall.item)), (0, None)).rows.len(), 0);
    assert_eq!(hall.room.console(&hall.moderator, Filter::Pending, Some(None), (99, None)).rows.len(), 50);
}

async fn what_was_held_elsewhere_is_taken_over_whole(bench: &Bench) {
    let hall = hall(bench).await;
    let at_ms = bench.clock.now_ms() - 60_000;
    let one = |text: &str, supports, fate| Elsewhere {
        kind: Kind::Question,
        item: Some(hall.item),
        name: String::new(),
        text: text.into(),
        at_ms,
        supports,
        fate,
        decided_at_ms: at_ms + 5000,
    };
    let spoken = State::Answered { answer: Answer::Spoken { answered_at_ms: at_ms + 5000 } };
    let all = || vec![one("Πότε;", 3, Fate::Is(spoken.clone())), one("Πότε, αλήθεια;", 2, Fate::With(0))];
    hall.room.take_over_interventions(&hall.moderator, all()).await.unwrap();
    hall.room.take_over_interventions(&hall.moderator, all()).await.unwrap();
    let view = hall.room.interventions(&guest("x")).await.unwrap();
    assert_eq!((view.shown.len(), view.report.received, view.report.merged), (1, 2, 1), "once");
    assert_eq!((view.shown[0].supports, view.report.median_ms), (5, Some(5000)), "two authors and three others");
    let unfit = hall.floor.room(hall.town.municipality.id, bench.meeting(&hall.town, 60).await.id).await.unwrap();
    let wrong = vec![one("Καλή;", 0, Fate::Is(State::Expired)), one(" ", 0, Fate::Is(State::Expired))];
    assert!(unfit.take_over_interventions(&hall.moderator, wrong).await.is_err());
    assert!(unfit.interventions(&guest("x")).await.unwrap().shown.is_empty(), "all or nothing");
}

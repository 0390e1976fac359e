//! Agendas: what a clerk changes of them, and the moments at which items are taken up.

use council::{
    AgendaMomentId, Error,
    agenda::{Agenda, NewItem, paste},
    meeting::{Act, Meeting},
};

use crate::bench::{BEGAN_MS, Bench, Town, new_meeting, on_both};

on_both! {
    items_are_added_changed_moved_and_withdrawn
    items_are_taken_up_and_that_is_taken_back
    a_press_is_for_its_own_instant
    of_two_clerks_who_press_at_once_one_is_overtaken
    another_municipalitys_agenda_is_not_found
    what_is_wrong_is_refused
}

async fn with_agenda(bench: &Bench, town: &Town, text: &str) -> Meeting {
    let new = council::meeting::NewMeeting { agenda: paste::read(text), ..new_meeting(town, 0) };
    bench.council.create_meeting(&town.clerk, new).await.unwrap()
}

async fn agenda(bench: &Bench, town: &Town, meeting: &Meeting) -> Agenda {
    bench.council.agenda(town.municipality.id, meeting.id).await.unwrap()
}

async fn items_are_added_changed_moved_and_withdrawn(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = with_agenda(bench, &town, "1. Πρακτικά\nΕισηγητής: Α. Β.\n α) της 13ης\n2. Ύδρευση").await;
    let first = agenda(bench, &town, &meeting).await;
    let told: Vec<_> = first.items.iter().map(|item| (item.level, item.line(), item.rapporteur.as_str())).collect();
    let expected = [(0, "1. Πρακτικά", "Α. Β."), (1, "α. της 13ης", ""), (0, "2. Ύδρευση", "")];
    assert_eq!(told, expected.map(|(level, line, by)| (level, line.to_owned(), by)));

    let [minutes, thirteenth, water] = [0, 1, 2].map(|at| first.items[at].id);
    let clerk = &town.clerk;
    council.add_items(clerk, meeting.id, vec![NewItem::numbered("3", " Λεωφορεία ")]).await.unwrap();
    let new =
        NewItem { rapporteur: "κ. Γ.".into(), ..NewItem::numbered("2α", "Ύδρευση Παλιάς Πόλης") };
    council.change_item(clerk, meeting.id, water, new).await.unwrap();
    council.shift_item(clerk, meeting.id, water, true).await.unwrap();
    council.shift_item(clerk, meeting.id, minutes, true).await.unwrap();
    council.withdraw_item(clerk, meeting.id, thirteenth, true).await.unwrap();
    council.withdraw_item(clerk, meeting.id, thirteenth, true).await.unwrap();
    let now = agenda(bench, &town, &meeting).await;
    assert_eq!(now.lines(), ["1. Πρακτικά", "2α. Ύδρευση Παλιάς Πόλης", "α. της 13ης", "3. Λεωφορεία"]);
    assert_eq!(now.items[2].withdrawn_at_ms, Some(BEGAN_MS));
    assert_eq!(now.items[3].urgent_at_ms, None, "added before the meeting");
    assert_eq!(now.revision, first.revision + 4, "what changed nothing is not counted");

    council.withdraw_item(clerk, meeting.id, thirteenth, false).await.unwrap();
    council.remove_item(clerk, meeting.id, thirteenth).await.unwrap();
    council.act(clerk, meeting.id, Act::Start).await.unwrap();
    council.add_items(clerk, meeting.id, paste::read("Έκτακτο")).await.unwrap();
    let now = agenda(bench, &town, &meeting).await;
    assert_eq!(now.items.last().unwrap().urgent_at_ms, Some(BEGAN_MS));
    let late = council.remove_item(clerk, meeting.id, minutes).await;
    assert!(matches!(late, Err(Error::Stage { .. })), "{late:?}");
    let acts = bench.acts(town.municipality.id).await;
    let acts: Vec<&str> = acts.iter().map(String::as_str).filter(|act| act.starts_with("agenda.")).collect();
    let expected = ["add", "change", "move", "withdraw", "put_back", "remove", "add"];
    assert_eq!(acts, expected.map(|act| format!("agenda.{act}")));
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn items_are_taken_up_and_that_is_taken_back(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = with_agenda(bench, &town, "Πρακτικά\nΎδρευση\nΛεωφορεία").await;
    let items = agenda(bench, &town, &meeting).await.items;
    let (clerk, take) = (&town.clerk, |at: usize| council.take_up(&town.clerk, meeting.id, items[at].id, None, None));
    let early = take(0).await;
    assert!(matches!(early, Err(Error::Stage { from: "scheduled", .. })), "{early:?}");

    council.act(clerk, meeting.id, Act::Start).await.unwrap();
    bench.pass(60);
    let first = take(0).await.unwrap();
    assert_eq!(first.at_ms, BEGAN_MS + 60_000);
    bench.pass(60);
    assert_eq!(take(0).await.unwrap(), first, "pressed twice it is taken up once");
    let second = take(1).await.unwrap();
    let now = agenda(bench, &town, &meeting).await;
    assert_eq!((now.current(), now.next().map(|item| item.id)), (Some(&second), Some(items[2].id)));

    council.undo_moment(clerk, meeting.id, second.id, true).await.unwrap();
    assert_eq!(agenda(bench, &town, &meeting).await.moments, std::slice::from_ref(&first));
    council.undo_moment(clerk, meeting.id, second.id, false).await.unwrap();
    council.move_moment(clerk, meeting.id, second.id, BEGAN_MS + 90_000).await.unwrap();
    let moments = agenda(bench, &town, &meeting).await.moments;
    assert_eq!(moments.iter().map(|moment| moment.at_ms - BEGAN_MS).collect::<Vec<_>>(), [60_000, 90_000]);
    let future = council.move_moment(clerk, meeting.id, second.id, BEGAN_MS + 900_000).await;
    assert!(matches!(future, Err(Error::Invalid { field: "moment", .. })), "{future:?}");
}

async fn a_press_is_for_its_own_instant(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = with_agenda(bench, &town, "Πρακτικά\nΎδρευση\nΛεωφορεία").await;
    let items = agenda(bench, &town, &meeting).await.items;
    let clerk = &town.clerk;
    council.act(clerk, meeting.id, Act::Start).await.unwrap();
    bench.pass(120);
    let take = |at: usize, ms: i64| council.take_up(clerk, meeting.id, items[at].id, None, Some(BEGAN_MS + ms));
    // Offline for a minute; then with a clock that is ahead, and one that is behind the beginning.
    assert_eq!(take(0, 60_000).await.unwrap().at_ms, BEGAN_MS + 60_000);
    assert_eq!(take(1, 900_000).await.unwrap().at_ms, BEGAN_MS + 120_000);
    assert_eq!(take(2, -5).await.unwrap().at_ms, BEGAN_MS);
    let order: Vec<_> = agenda(bench, &town, &meeting).await.moments.iter().map(|moment| moment.item).collect();
    assert_eq!(order, [items[2].id, items[0].id, items[1].id], "in the order of time, however they came");

    council.act(clerk, meeting.id, Act::End).await.unwrap();
    bench.pass(60);
    let unsaid = council.take_up(clerk, meeting.id, items[0].id, None, None).await;
    assert!(matches!(unsaid, Err(Error::Invalid { field: "moment", .. })), "{unsaid:?}");
    let after = take(0, 130_000).await;
    assert!(matches!(after, Err(Error::Invalid { field: "moment", .. })), "{after:?}");
    assert_eq!(take(0, 30_000).await.unwrap().at_ms, BEGAN_MS + 30_000, "afterwards, within the meeting");
}

async fn of_two_clerks_who_press_at_once_one_is_overtaken(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = with_agenda(bench, &town, "Πρακτικά\nΎδρευση\nΛεωφορεία").await;
    let items = agenda(bench, &town, &meeting).await.items;
    council.act(&town.clerk, meeting.id, Act::Start).await.unwrap();
    let press = |at: usize, after: Option<AgendaMomentId>| {
        council.take_up(&town.clerk, meeting.id, items[at].id, Some(after), None)
    };
    let first = press(0, None).await.unwrap();
    // Both press "next", the one by the list and the other by a jump; both have seen the first item.
    let (one, other) = tokio::join!(press(1, Some(first.id)), press(2, Some(first.id)));
    let overtaken =
        usize::from(matches!(one, Err(Error::Overtaken))) + usize::from(matches!(other, Err(Error::Overtaken)));
    assert_eq!(overtaken, 1, "{one:?} {other:?}");
    assert_eq!(agenda(bench, &town, &meeting).await.moments.len(), 2);
    // Both press the same: that is one press.
    let seen = agenda(bench, &town, &meeting).await;
    let (seen, next) = (seen.current().map(|now| now.id), if one.is_ok() { 2 } else { 1 });
    let (one, other) = tokio::join!(press(next, seen), press(next, seen));
    assert_eq!(one.unwrap(), other.unwrap());
}

async fn another_municipalitys_agenda_is_not_found(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let other = bench.town("chania").await;
    let meeting = with_agenda(bench, &town, "Πρακτικά").await;
    council.act(&town.clerk, meeting.id, Act::Start).await.unwrap();
    let item = agenda(bench, &town, &meeting).await.items[0].id;
    let moment = council.take_up(&town.clerk, meeting.id, item, None, None).await.unwrap().id;
    let (clerk, id) = (&other.clerk, meeting.id);
    let new = || NewItem::numbered("1", "x");
    let answers = [
        council.agenda(other.municipality.id, id).await.map(drop),
        council.add_items(clerk, id, vec![new()]).await,
        council.change_item(clerk, id, item, new()).await,
        council.shift_item(clerk, id, item, true).await,
        council.withdraw_item(clerk, id, item, true).await,
        council.remove_item(clerk, id, item).await,
        council.take_up(clerk, id, item, None, None).await.map(drop),
        council.undo_moment(clerk, id, moment, true).await,
        council.move_moment(clerk, id, moment, BEGAN_MS).await,
    ];
    for (which, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Err(Error::NotFound("meeting"))), "{which}: {answer:?}");
    }
    // Nor is an item of another meeting an item of this one.
    let own = with_agenda(bench, &other, "Άλλα").await;
    let foreign = council.change_item(clerk, own.id, item, new()).await;
    assert!(matches!(foreign, Err(Error::NotFound("item"))), "{foreign:?}");
}

async fn what_is_wrong_is_refused(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = with_agenda(bench, &town, &"Θέμα\n".repeat(499)).await;
    let (clerk, items) = (&town.clerk, agenda(bench, &town, &meeting).await.items);
    let add = |many: usize| council.add_items(clerk, meeting.id, vec![NewItem::numbered("", "x"); many]);
    add(1).await.unwrap();
    let full = add(1).await;
    assert!(matches!(full, Err(Error::Invalid { field: "agenda", .. })), "{full:?}");
    let wrong = [
        ("item_title", NewItem::numbered("1", "  ")),
        ("item_title", NewItem::numbered("1", &"α".repeat(1001))),
        ("item_number", NewItem::numbered(&"1".repeat(21), "α")),
        ("rapporteur", NewItem { rapporteur: "α".repeat(201), ..NewItem::numbered("1", "α") }),
    ];
    for (field, new) in wrong {
        let refused = council.change_item(clerk, meeting.id, items[0].id, new).await;
        assert!(matches!(refused, Err(Error::Invalid { field: f, .. }) if f == field), "{field}: {refused:?}");
    }
    council.act(clerk, meeting.id, Act::Start).await.unwrap();
    council.withdraw_item(clerk, meeting.id, items[0].id, true).await.unwrap();
    let withdrawn = council.take_up(clerk, meeting.id, items[0].id, None, None).await;
    assert!(matches!(withdrawn, Err(Error::Invalid { field: "item", .. })), "{withdrawn:?}");
    let cancelled = bench.meeting(&town, 0).await;
    council.act(clerk, cancelled.id, Act::Cancel("λόγος".into())).await.unwrap();
    let over = council.add_items(clerk, cancelled.id, vec![NewItem::numbered("1", "α")]).await;
    assert!(matches!(over, Err(Error::Stage { from: "cancelled", .. })), "{over:?}");
}

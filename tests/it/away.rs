//! Whoever was away from the floor for long is told all of it, however much was said.

use axum::http::StatusCode;
use council::permission::Role;
use serde_json::json;

use crate::{
    floor::{Client, post, served},
    house::House,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_messages_reach_who_was_away_and_who_comes_anew() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let (address, stopping) = served(&house).await;
    let (channel, chat) = (format!("meeting/{meeting}"), format!("/meetings/{meeting}/chat"));
    let mut early = Client::connect(address, &[]).await.unwrap();
    early.say(&json!({ "do": "subscribe", "channel": channel })).await;
    let position = early.hear("subscribed").await;
    drop(early);
    let moderator = house.cookie(Some((Role::Moderator, &house.here))).await;
    let text = |number: u32| format!("{number:03} {}", "ώ".repeat(490));
    for number in 0..150 {
        let said = post(&house, &chat, &moderator, &[("text", &text(number))]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text());
    }
    let mut again = Client::connect(address, &[]).await.unwrap();
    let after = json!({ "epoch": position["epoch"], "offset": 0 });
    again.say(&json!({ "do": "subscribe", "channel": channel, "after": after })).await;
    for number in 0..150 {
        assert_eq!(again.hear("said").await["message"]["text"], text(number));
    }
    let mut anew = Client::connect(address, &[]).await.unwrap();
    anew.say(&json!({ "do": "subscribe", "channel": channel })).await;
    let snapshot = anew.hear("snapshot").await;
    let messages = snapshot["messages"].as_array().unwrap();
    assert_eq!((messages.len(), messages.last().unwrap()["text"].as_str()), (100, Some(text(149).as_str())));
    // Both hear what comes.
    post(&house, &chat, &moderator, &[("text", &text(150))]).await;
    for client in [&mut again, &mut anew] {
        assert_eq!(client.hear("said").await["message"]["text"], text(150));
    }
    stopping.cancel();
}

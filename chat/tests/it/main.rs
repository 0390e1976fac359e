//! The floor on real databases: each test runs on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]
#![allow(unreachable_pub, reason = "a test binary is no library")]
#![allow(dead_code, reason = "the council's bench holds more than is needed here")]

#[path = "../../../council/tests/it/bench.rs"]
mod bench;
#[path = "../../../council/tests/it/db.rs"]
mod db;
#[path = "../../../council/tests/it/postgres.rs"]
mod postgres;

mod interventions;
mod rooms;

//! The council on real databases: each test runs on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]
#![allow(unreachable_pub, reason = "a test binary is no library")]

mod accounts;
mod agendas;
mod audit;
mod bench;
mod db;
mod decisions;
mod faults;
mod letters;
mod meetings;
mod migrations;
mod municipalities;
mod people;
mod postgres;
mod secrets;
mod sources;
mod staff;
mod transcripts;
mod votes;

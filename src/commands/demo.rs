//! `bema demo`: a municipality with a council in session now, sent by a real encoder, and its log-ins.

mod floor;
mod interventions;
mod votes;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::Args;
use council::{
    Council, MeetingId, SourceId,
    account::NewAccount,
    agenda::{Agenda, NewItem, paste},
    meeting::{Act, Meeting, NewMeeting},
    municipality::{Bilingual, Municipality, NewMunicipality},
    permission::{Administrator, Clerk, Role},
    person,
    source::Rank,
    staff::NewInvitation,
    transcript::{Utterance, read},
};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use vod_store::store::About;

use super::print;
use crate::{
    commands::import,
    config::Config,
    lifecycle::{Parts, Running, asked_to_stop},
};

/// How the demonstration runs.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Where it keeps its data.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Where its pages are served.
    #[arg(long, default_value = "[::]:8080")]
    http: SocketAddr,
    /// Where its encoder publishes.
    #[arg(long, default_value = "[::]:1935")]
    rtmp: SocketAddr,
    /// Where encoders call over SRT.
    #[arg(long, default_value = "[::]:10080")]
    srt: SocketAddr,
    /// No past meetings in the archive.
    #[arg(long)]
    no_past: bool,
    /// No encoder: the meeting waits for yours.
    #[arg(long)]
    no_encoder: bool,
    /// Nobody sits at the clerk's desk but you, as where the meeting waits for your encoder.
    #[arg(long)]
    no_clerk: bool,
    /// Nobody writes beside the meeting but you.
    #[arg(long)]
    no_citizens: bool,
}

impl Options {
    /// The settings with the demonstration's places in them.
    pub(crate) fn config(&self, mut config: Config) -> Config {
        config.data.folder.clone_from(&self.data);
        config.server.listen = self.http;
        config.rtmp.listen = self.rtmp.to_string();
        config.srt.listen = self.srt.to_string();
        // Several may run on a machine that has other things to do.
        config.data.hold_room_hours = 0;
        config
    }
}

/// What the demonstration must remember from one start to the next: the database keeps only hashes.
#[derive(Debug, Deserialize, Serialize)]
struct Memory {
    source: SourceId,
    key: String,
    clerk_password: String,
    /// Empty in what a demonstration wrote that had no administrator.
    #[serde(default)]
    administrator_password: String,
    moderator_password: String,
}

const CLERK: &str = "clerk@rethymno.example";
const ADMINISTRATOR: &str = "administrator@rethymno.example";
const MODERATOR: &str = "moderator@rethymno.example";
/// The encoder and the films, relative to the repository.
const FIXTURES: &str = "media-fixtures";
/// The past meetings: title, place, days ago, minutes after midnight UTC, seconds of film.
const PAST: [(&str, &str, i64, i64, u32); 3] = [
    ("13η τακτική συνεδρίαση του Δημοτικού Συμβουλίου", "Αίθουσα συνεδριάσεων, Δημαρχείο", 27, 16 * 60, 180),
    ("Ειδική συνεδρίαση λογοδοσίας", "Αίθουσα συνεδριάσεων, Δημαρχείο", 55, 15 * 60 + 30, 150),
    ("12η τακτική συνεδρίαση του Δημοτικού Συμβουλίου", "Ωδείο Ρεθύμνης", 83, 16 * 60, 120),
];

pub(crate) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let parts = Parts::open(&config).await?;
    let (here, memory) = seed(&parts.council, &config).await?;
    let clerk = Clerk::console(here.id, council::AccountId::new());
    members(&parts.council, &clerk).await?;
    call_next(&parts.council, &clerk).await?;
    if !options.no_past {
        past(&parts, &config, &here, &clerk).await?;
    }
    let meeting = in_session(&parts, &here, &clerk, memory.source).await?;
    let running = Running::start(&config, parts.clone()).await?;
    let encoding = CancellationToken::new();
    let encoder = (!options.no_encoder).then(|| {
        let port = running.addresses().rtmp.map_or(1935, |rtmp| rtmp.port());
        let url = format!("rtmp://127.0.0.1:{port}/live/{}", memory.key);
        tokio::spawn(encode(url, config.data.folder.join("fixtures"), encoding.clone()))
    });
    let citizens = (!options.no_citizens)
        .then(|| tokio::spawn(floor::talk(parts.floor.clone(), here.id, meeting.id, encoding.clone())));
    let presiding = (!options.no_encoder && !options.no_clerk).then(|| {
        let council = parts.council.clone();
        tokio::spawn(votes::preside(council, clerk.clone(), meeting.id, encoding.clone()))
    });
    let asking = (!options.no_citizens).then(|| {
        let council = parts.council.clone();
        tokio::spawn(interventions::ask(council, parts.floor.clone(), here.id, meeting.id, encoding.clone()))
    });
    print(&welcome(running.addresses().http.port(), &meeting, &memory));
    asked_to_stop().await?;
    encoding.cancel();
    if let Some(encoder) = encoder {
        encoder.await??;
    }
    if let Some(presiding) = presiding {
        presiding.await??;
    }
    for citizens in [citizens, asking].into_iter().flatten() {
        citizens.await??;
    }
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn welcome(port: u16, meeting: &Meeting, memory: &Memory) -> String {
    format!(
        "\n  Bema: Δήμος Ρεθύμνης (demonstration)\n\n\
         \x20 The council in session   http://localhost:{port}/meetings/{id}\n\
         \x20 All meetings             http://localhost:{port}/\n\
         \x20 The clerk's studio       http://localhost:{port}/studio/meetings/{id}\n\
         \x20 The moderators' desk     http://localhost:{port}/studio/chat\n\n\
         \x20 Log in as clerk          {CLERK}   {clerk}\n\
         \x20 Log in as administrator  {ADMINISTRATOR}   {administrator}\n\
         \x20 Log in as moderator      {MODERATOR}   {moderator}\n\n\
         \x20 Ctrl-C ends it; the next start goes on with what is there.\n\n",
        id = meeting.id,
        clerk = memory.clerk_password,
        administrator = memory.administrator_password,
        moderator = memory.moderator_password,
    )
}

/// The municipality with its accounts and its encoder's key, made at the first start.
async fn seed(council: &Council, config: &Config) -> anyhow::Result<(Municipality, Memory)> {
    let file = config.data.folder.join("demo.json");
    if let Some(here) = council.municipalities().await?.into_iter().next() {
        let text = std::fs::read(&file).with_context(|| {
            format!("{} belongs to no demonstration; name another folder with --data", config.data.folder.display())
        })?;
        let mut memory: Memory = serde_json::from_slice(&text)?;
        if memory.administrator_password.is_empty() {
            memory.administrator_password = people(council, &here).await?;
            std::fs::write(&file, serde_json::to_vec_pretty(&memory)?)?;
        }
        return Ok((here, memory));
    }
    let here = council
        .create_municipality(NewMunicipality {
            slug: "rethymno".into(),
            name: Bilingual { el: "Δήμος Ρεθύμνης".into(), en: "Municipality of Rethymno".into() },
            hosts: vec!["localhost".into()],
            accent: "#1f5f8b".into(),
        })
        .await?;
    let name = Bilingual { el: "Δημοτικό Συμβούλιο".into(), en: "Municipal Council".into() };
    council.create_body(here.id, "council", name).await?;
    let administrator_password = people(council, &here).await?;
    let clerk_password = account(council, &here, CLERK, "Γραμματεία Συμβουλίου", Role::Clerk).await?;
    let moderator_password = account(council, &here, MODERATOR, "Συντονισμός διαλόγου", Role::Moderator).await?;
    let clerk = Clerk::console(here.id, council::AccountId::new());
    let (source, key) = council.create_source(&clerk, "Αίθουσα συνεδριάσεων").await?;
    let memory = Memory {
        source: source.id,
        key: key.expose().to_owned(),
        clerk_password,
        administrator_password,
        moderator_password,
    };
    std::fs::write(&file, serde_json::to_vec_pretty(&memory)?)?;
    Ok((here, memory))
}

/// The administrator, whose password it answers, somebody who has left, and somebody who is to come.
async fn people(council: &Council, here: &Municipality) -> anyhow::Result<String> {
    let password = account(council, here, ADMINISTRATOR, "Ελένη Παπαδάκη", Role::Administrator).await?;
    let by = Administrator::console(here.id, council::AccountId::new());
    account(council, here, "m.vlachaki@rethymno.example", "Μαρίνα Βλαχάκη", Role::Clerk).await?;
    let left = council.staff(&by).await?.into_iter().find(|one| one.account.email.starts_with("m.vlachaki"));
    let left = left.context("the account that was just made")?;
    council.disable(&by, left.account.id, true).await?;
    let email = "n.stavrakakis@rethymno.example".to_owned();
    let roles = [Role::Clerk, Role::Moderator].into();
    council.invite(&by, &NewInvitation { email, roles, language: "el".into() }, |_, _| None).await?;
    Ok(password)
}

/// Makes an account with a password of its own and answers the password.
async fn account(
    council: &Council,
    here: &Municipality,
    email: &str,
    name: &str,
    role: Role,
) -> anyhow::Result<String> {
    // An id's last twelve hex digits are random: enough for a demonstration on this machine.
    let random = council::AccountId::new().to_string();
    let password = format!("{}-{}", role.name(), &random[random.len() - 12..]);
    let new = NewAccount { email: email.into(), name: name.into(), password: password.clone() };
    let account = council.create_account(new).await?;
    council.grant(account.id, here.id, role).await?;
    Ok(password)
}

/// The meeting that is in session: the one that was when the demonstration last ended, or a new one.
async fn in_session(parts: &Parts, here: &Municipality, clerk: &Clerk, source: SourceId) -> anyhow::Result<Meeting> {
    let council = &parts.council;
    if let Some(meeting) = council.meetings_in_session().await?.into_iter().next() {
        return Ok(meeting);
    }
    let now = council.clock().now_ms();
    let meeting = call(council, clerk, "14η τακτική συνεδρίαση του Δημοτικού Συμβουλίου", now).await?;
    council.assign_source(clerk, meeting.id, source, Rank::Primary).await?;
    let agenda = council.agenda(here.id, meeting.id).await?;
    parts.store.begin(meeting.id, &about(here, &meeting, &agenda), &[source]).await?;
    Ok(council.act(clerk, meeting.id, Act::Start).await?)
}

fn about(here: &Municipality, meeting: &Meeting, agenda: &Agenda) -> About {
    About {
        municipality: here.slug.clone(),
        body: meeting.body.slug.clone(),
        body_name: meeting.body.name.el.clone(),
        title: meeting.title.clone(),
        place: meeting.place.clone(),
        starts_at_ms: meeting.starts_at_ms,
        agenda: agenda.lines(),
    }
}

async fn call(council: &Council, clerk: &Clerk, title: &str, starts_at_ms: i64) -> anyhow::Result<Meeting> {
    let body =
        council.bodies(clerk.municipality()).await?.into_iter().next().context("the demonstration has no body")?;
    let (title, place) = (title.to_owned(), "Αίθουσα συνεδριάσεων, Δημαρχείο".to_owned());
    Ok(council
        .create_meeting(clerk, NewMeeting { body: body.id, title, place, starts_at_ms, agenda: agenda()? })
        .await?)
}

/// The items of the agenda that the encoder's speech reads.
fn agenda() -> anyhow::Result<Vec<NewItem>> {
    let file = PathBuf::from(FIXTURES).join("agenda-el.txt");
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!("{}: the demonstration is started from the repository's folder (script/demo does)", file.display())
    })?;
    let items = text.lines().filter_map(|line| line.strip_prefix("ΘΕΜΑ "));
    Ok(paste::read(&items.collect::<Vec<_>>().join("\n")))
}

/// The invented members of the council; those who are there stay as they are.
async fn members(council: &Council, clerk: &Clerk) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(PathBuf::from(FIXTURES).join("members-el.txt"))?;
    for body in council.bodies(clerk.municipality()).await? {
        if council.members(clerk.municipality(), body.id).await?.is_empty() {
            council.add_members(clerk, body.id, person::paste::read(&text)).await?;
        }
    }
    Ok(())
}

/// A meeting to come, in nine days at 18:00, while none is called.
async fn call_next(council: &Council, clerk: &Clerk) -> anyhow::Result<()> {
    if council.listing(clerk.municipality(), 0).await?.next.is_empty() {
        let day = council.clock().now().to_zoned(jiff::tz::TimeZone::get("Europe/Athens")?).date();
        let then = (day + jiff::Span::new().days(9)).at(18, 0, 0, 0).in_tz("Europe/Athens")?;
        call(council, clerk, "15η τακτική συνεδρίαση του Δημοτικού Συμβουλίου", then.timestamp().as_millisecond())
            .await?;
    }
    Ok(())
}

/// The archive, at the first start: films of past meetings, taken in like any town hall's old films.
async fn past(parts: &Parts, config: &Config, here: &Municipality, clerk: &Clerk) -> anyhow::Result<()> {
    if !parts.council.listing(here.id, 0).await?.past.is_empty() {
        return Ok(());
    }
    let today = parts.council.clock().now_ms() / 86_400_000 * 86_400_000;
    for (seed, (title, place, days, minutes, seconds)) in PAST.iter().enumerate() {
        print(&format!("  making and importing a past meeting: {title}\n"));
        let film = config.data.folder.join(format!("past-{seed}.mp4"));
        let (chapters, words) = (film.with_extension("json"), film.with_extension("vtt"));
        let made = tokio::process::Command::new(PathBuf::from(FIXTURES).join("past-meeting"))
            .arg(&film)
            .args(["--seconds", &seconds.to_string(), "--seed", &(seed + 1).to_string(), "--chapters"])
            .arg(&chapters)
            .arg("--words")
            .arg(&words)
            .status()
            .await?;
        anyhow::ensure!(made.success(), "the film of a past meeting could not be made");
        let starts_at_ms = today - days * 86_400_000 + minutes * 60_000;
        let body = parts.council.bodies(here.id).await?.into_iter().next().context("the demonstration has no body")?;
        let (title, place) = ((*title).to_owned(), (*place).to_owned());
        let new = NewMeeting { body: body.id, title, place, starts_at_ms, agenda: agenda()? };
        let meeting = MeetingId::new();
        import::film(parts, here, meeting, &film, new).await?;
        let begun: Vec<(f64, String)> = serde_json::from_slice(&std::fs::read(&chapters)?)?;
        // An accountability meeting decides nothing.
        let decides = seed != 1;
        mark(&parts.council, clerk, (meeting, decides), starts_at_ms, &begun).await?;
        floor::recall(&parts.floor, here.id, meeting, (starts_at_ms, *seconds)).await?;
        interventions::recall(parts, here.id, meeting, (starts_at_ms, *seconds)).await?;
        give_words(parts, clerk, meeting, &words).await?;
        std::fs::remove_file(&words)?;
        std::fs::remove_file(&film)?;
        std::fs::remove_file(&chapters)?;
    }
    Ok(())
}

/// Gives a past meeting its words, as its clerk would have.
async fn give_words(parts: &Parts, clerk: &Clerk, meeting: MeetingId, file: &std::path::Path) -> anyhow::Result<()> {
    let read = read::read(&std::fs::read(file)?)?;
    let recording = parts.store.recording(meeting).await?.context("a past meeting has no recording")?;
    let positions = recording.positions();
    let said = read.cues.into_iter().filter_map(|cue| {
        let from_ms = positions.wall_at(cue.from_ms)?;
        let until_ms = from_ms + (cue.until_ms - cue.from_ms);
        Some(Utterance { from_ms, until_ms, speaker: cue.speaker, text: cue.text })
    });
    parts.council.replace_transcript(clerk, meeting, "praktika.vtt", said.collect()).await?;
    Ok(())
}

/// Notes when the items of a past meeting were taken up and who spoke to them, as its clerk would have.
async fn mark(
    council: &Council,
    clerk: &Clerk,
    (meeting, decides): (MeetingId, bool),
    began_at_ms: i64,
    begun: &[(f64, String)],
) -> anyhow::Result<()> {
    let agenda = council.agenda(clerk.municipality(), meeting).await?;
    let body = council.meeting(clerk.municipality(), meeting).await?.body.id;
    let members = council.members(clerk.municipality(), body).await?;
    let (chair, others): (Vec<_>, Vec<_>) = members.iter().partition(|member| member.role == person::Role::President);
    let chair = chair.first().context("the demonstration has no president")?;
    let mut others = others.iter().cycle();
    votes::seat(council, clerk, meeting, Some(began_at_ms)).await?;
    for (at, (seconds, line)) in begun.iter().enumerate() {
        // What comes before the first item is none of the agenda's.
        let Some(item) = agenda.items.iter().find(|item| item.line() == *line) else { continue };
        #[expect(clippy::cast_possible_truncation, reason = "a film of minutes")]
        let at_ms = began_at_ms + (seconds * 1000.0) as i64;
        council.take_up(clerk, meeting, item.id, None, Some(at_ms)).await?;
        council.give_floor(clerk, meeting, (&chair.name, 0), None, Some(at_ms)).await?;
        let Some((next, _)) = begun.get(at + 1) else { continue };
        for (part, other) in [0.35, 0.7].into_iter().zip(others.by_ref().step_by(4)) {
            #[expect(clippy::cast_possible_truncation, reason = "a film of minutes")]
            let at_ms = began_at_ms + ((seconds + (next - seconds) * part) * 1000.0) as i64;
            council.give_floor(clerk, meeting, (&other.name, 5), None, Some(at_ms)).await?;
        }
        if decides {
            #[expect(clippy::cast_possible_truncation, reason = "a film of minutes")]
            let at_ms = began_at_ms + ((seconds + (next - seconds) * 0.9) * 1000.0) as i64;
            votes::hold(council, clerk, meeting, item.id, at_ms).await?;
        }
    }
    Ok(())
}

/// Keeps the encoder running until `stop`: one that ends is started again.
async fn encode(url: String, cache: PathBuf, stop: CancellationToken) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        let mut command = tokio::process::Command::new(PathBuf::from(FIXTURES).join("council-encoder"));
        command.arg(&url).env_remove("PYTHONDONTWRITEBYTECODE").kill_on_drop(true);
        if std::env::var_os("BEMA_FIXTURES_CACHE").is_none() {
            command.env("BEMA_FIXTURES_CACHE", &cache);
        }
        let mut encoder = command.spawn().context("the demonstration's encoder")?;
        tokio::select! {
            () = stop.cancelled() => {
                if let Some(id) = encoder.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
                    // It may have ended by itself just now.
                    let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
                }
                // An encoder that does not end is killed when it is dropped.
                let _ = tokio::time::timeout(Duration::from_secs(3), encoder.wait()).await;
            }
            ended = encoder.wait() => {
                tracing::warn!(status = %ended?, "the demonstration's encoder ended; it is started again");
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
    }
    Ok(())
}

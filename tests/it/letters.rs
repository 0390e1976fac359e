//! Letters through a mail server that is not ours, over restarts and refusals; and a new password by e-mail.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::http::{Method, StatusCode, header};
use council::permission::Role;

use crate::{
    doors::certificate,
    house::{House, PASSWORD, municipality},
    server::{Server, free_ports},
    studio::send,
    ways::Clerk,
};

const MAIL_PASSWORD: &str = "canary-of-a-mail-password";
const ADMINISTRATOR: &str = "administrator@rethymno.example";

/// The mail server; ended when dropped.
struct Sink {
    process: Child,
    took: PathBuf,
}

impl Sink {
    fn start(folder: &Path, port: u16, password: &str) -> Self {
        let (trusted, key) = (folder.join("smtp/chain.pem"), folder.join("smtp/key.pem"));
        let took = folder.join("took.jsonl");
        let mut process = Command::new("/usr/bin/python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/sink.py"))
            .arg(port.to_string())
            .args([&trusted, &key])
            .args(["council", password])
            .arg(&took)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n", "script/setup tests installs python3-aiosmtpd");
        Self { process, took }
    }

    /// What it took, once it is as many.
    async fn took_all(&self, many: usize) -> Vec<serde_json::Value> {
        let began = Instant::now();
        while self.took().len() < many {
            assert!(began.elapsed() < Duration::from_secs(30), "{:?}", self.took());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.took()
    }

    fn took(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(&self.took).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn administrator<'a>(server: &'a Server, folder: &Path) -> Clerk<'a> {
    let memory: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("demo.json")).unwrap()).unwrap();
    let password = memory["administrator_password"].as_str().unwrap().to_owned();
    Clerk::log_in_as(server, &(ADMINISTRATOR.to_owned(), password)).await
}

async fn invite(admin: &Clerk<'_>, email: &str) -> String {
    let form = format!("email={}&own_language=en&clerk=on", email.replace('@', "%40"));
    let invited = admin.send("/studio/accounts/invite", form).await;
    invited["link"].as_str().unwrap().to_owned()
}

/// Waits until `done` answers something of what the accounts' page says.
async fn page(admin: &Clerk<'_>, what: &str, done: impl Fn(&str) -> bool) -> String {
    let began = Instant::now();
    loop {
        let page = admin.page("/studio/accounts").await;
        if done(&page) {
            return page;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{what}: {page}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_outlive_a_mail_server_that_is_away_puts_off_refuses_and_hangs() {
    let (folder, ports, (port, _)) = (tempfile::tempdir().unwrap(), free_ports(), free_ports());
    let folder = folder.path();
    std::fs::create_dir_all(folder.join("smtp")).unwrap();
    let (trusted, _) = certificate(&folder.join("smtp"), "localhost");
    let file = folder.join("smtp/password");
    std::fs::write(&file, format!("{MAIL_PASSWORD}\n")).unwrap();
    let settings = format!(
        "[mail]\nhost = \"localhost\"\nport = {port}\nuser = \"council\"\npassword_file = {:?}\nca_file = {:?}\n\
         from = \"Δήμος Ρεθύμνης <council@rethymno.example>\"\n",
        file.display().to_string(),
        trusted.display().to_string(),
    );
    let log = folder.join("log");
    let start = || {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        Server::start_with(folder, ports, &settings, log.into())
    };
    // Nobody is there: the letter waits, over a kill.
    let server = start();
    let admin = administrator(&server, folder).await;
    let link = invite(&admin, "nikos@rethymno.example").await;
    page(&admin, "unreachable", |page| page.contains("δεν αποκρίνεται")).await;
    server.kill();
    // The mail server wants another password.
    let server = start();
    let admin = administrator(&server, folder).await;
    {
        let _other = Sink::start(folder, port, "another");
        admin.send("/studio/accounts/letters-again", String::new()).await;
        page(&admin, "no log-in", |page| page.contains("δεν δέχεται το Bema") && page.contains("535")).await;
    }
    let sink = Sink::start(folder, port, MAIL_PASSWORD);
    admin.send("/studio/accounts/letters-again", String::new()).await;
    // While it is tried the page says nothing of it: the mail server tells.
    let took = sink.took_all(1).await;
    page(&admin, "sent", |page| !page.contains("Μηνύματα που δεν στάλθηκαν")).await;
    assert_eq!(took.len(), 1, "{took:?}");
    let (text, of) = (took[0]["text"].as_str().unwrap(), |name: &str| took[0][name].as_str().unwrap().to_owned());
    assert_eq!(of("To"), "nikos@rethymno.example");
    assert_eq!(of("Subject"), "Municipality of Rethymno: you are invited");
    assert!(of("From").contains("Δήμος Ρεθύμνης") && of("Message-ID").ends_with("@rethymno.example>"), "{took:?}");
    assert_eq!(of("Auto-Submitted"), "auto-generated");
    let told = text.lines().find(|line| line.contains("/join#")).unwrap().trim();
    assert_eq!(told.split('#').nth(1), link.split('#').nth(1));
    let join = format!("token={}&name=Nikos&password=a+password+of+a+test", told.split('#').nth(1).unwrap());
    admin.send("/join", join).await;
    // Put off once, refused for good, kept waiting.
    for email in ["later@rethymno.example", "never@rethymno.example"] {
        invite(&admin, email).await;
    }
    let seen = page(&admin, "both", |page| page.contains("451 ") && page.contains("550 ")).await;
    assert!(seen.contains("Greylisted") && seen.contains("There is no such mailbox here"), "{seen}");
    assert_eq!(seen.matches("Εγκαταλείφθηκε").count(), 1, "{seen}");
    admin.send("/studio/accounts/letters-again", String::new()).await;
    let took = sink.took_all(2).await;
    page(&admin, "the one put off", |page| !page.contains("451 ")).await;
    let took: Vec<_> = took.iter().map(|one| one["To"].as_str().unwrap().to_owned()).collect();
    assert_eq!(took, ["nikos@rethymno.example", "later@rethymno.example"], "once each, and what is refused never");
    invite(&admin, "slow@rethymno.example").await;
    page(&admin, "slow", |page| page.contains("άργησε πολύ")).await;
    assert!(server.stop() < Duration::from_secs(8));
    let log = std::fs::read_to_string(log).unwrap();
    for secret in [MAIL_PASSWORD, link.split('#').nth(1).unwrap()] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

/// The letters in the folder that is there by default.
fn folder_of(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder.join("mail")).into_iter().flatten().flatten();
    files.map(|file| std::fs::read_to_string(file.path()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_letters_become_files_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, ports) = (tempfile::tempdir().unwrap(), free_ports());
    let server = Server::start(folder.path(), ports);
    let admin = administrator(&server, folder.path()).await;
    invite(&admin, "nikos@rethymno.example").await;
    let began = Instant::now();
    while !folder_of(folder.path()).iter().any(|text| text.contains("To: nikos@rethymno.example")) {
        assert!(began.elapsed() < Duration::from_secs(20), "no letter in the folder");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("mail")), 0o700);
    for file in std::fs::read_dir(folder.path().join("mail")).unwrap() {
        let path = file.unwrap().path();
        assert_eq!((mode(&path), path.extension().unwrap().to_str()), (0o600, Some("eml")));
    }
    assert!(server.stop() < Duration::from_secs(8));
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_an_address_is_known_shows_neither_in_the_answer_nor_in_how_long_it_takes() {
    let house = House::open().await;
    let chania = municipality(&house.council, "chania", "chania.test").await;
    house.cookie(Some((Role::Clerk, &house.here))).await;
    house.cookie(Some((Role::Clerk, &chania))).await;
    let mut seen = Vec::new();
    for email in ["clerk%40rethymno.test", "nobody%40rethymno.test", "clerk%40chania.test"] {
        let began = Instant::now();
        let answer = send(&house, Method::POST, "/reset", "", &format!("email={email}")).await;
        assert!(began.elapsed() >= Duration::from_millis(600), "{email}: {:?}", began.elapsed());
        seen.push((answer.status, answer.body));
    }
    assert!(seen.iter().all(|one| one == &seen[0] && one.0 == StatusCode::OK), "{seen:?}");
    let letter = house.council.take_letter().await.unwrap().unwrap().letter;
    assert_eq!(letter.receiver, "clerk@rethymno.test");
    assert!(house.council.take_letter().await.unwrap().is_none(), "nobody else is written to");
    assert!(letter.text.contains("http://rethymno.test/reset/new#"), "{}", letter.text);
    let code = letter.text.split("#").nth(1).unwrap().split_whitespace().next().unwrap();
    let set = |password: &str| format!("token={code}&password={password}");
    let short = send(&house, Method::POST, "/reset/new", "", &set("short")).await;
    assert_eq!(short.status, StatusCode::BAD_REQUEST);
    let right = send(&house, Method::POST, "/reset/new", "", &set("another+password+of+a+test")).await;
    assert_eq!(right.status, StatusCode::OK, "{}", right.text());
    assert!(!right.headers.contains_key(header::SET_COOKIE), "the link logs nobody in");
    assert_eq!(
        send(&house, Method::POST, "/reset/new", "", &set("a+third+password+here")).await.status,
        StatusCode::BAD_REQUEST
    );
    let (email, from) = ("clerk@rethymno.test", "192.0.2.1");
    assert!(house.council.log_in(email, PASSWORD, from).await.is_err());
    assert!(house.council.log_in(email, "another password of a test", from).await.is_ok());
    let notice = house.council.take_letter().await.unwrap().unwrap().letter;
    assert!(notice.subject.contains("ο κωδικός σας άλλαξε") && !notice.text.contains('#'), "{notice:?}");
    for _ in 0..2 {
        send(&house, Method::POST, "/reset", "", "email=nobody%40rethymno.test").await;
    }
    let limited = send(&house, Method::POST, "/reset", "", "email=nobody%40rethymno.test").await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
}

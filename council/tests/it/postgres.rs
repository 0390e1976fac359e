//! A PostgreSQL server for tests: the first test that needs one starts it in the folder for temporary files, the others
//! find it there, and a watcher stops it and removes the folder a minute after its last use.
//!
//! It listens on a socket in its own folder only and keeps nothing safe (no fsync). `BEMA_TEST_POSTGRES=off` does without.

use std::{
    fs::{self, File},
    os::unix::{
        fs::{DirBuilderExt as _, MetadataExt as _},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 \
    -c shared_buffers=32MB -c autovacuum=off -c listen_addresses=''";

/// The folder is the watcher's first argument, the programs' folder the second, what runs them the others.
const WATCHER: &str = r#"
folder=$1; programs=$2; shift 2
while sleep 10; do
    (
        flock 9
        if [ -z "$(find "$folder/used" -mmin -1 2>/dev/null)" ]; then
            "$@" "$programs/pg_ctl" stop -D "$folder/data" -m immediate
            rm -rf "$folder"
            exit 1
        fi
    ) 9>"$folder.lock" || exit 0
done
"#;

/// The running server.
pub struct Server {
    folder: PathBuf,
}

impl Server {
    /// The server, started if need be; none where the environment says to do without.
    pub fn find() -> Option<Self> {
        if std::env::var("BEMA_TEST_POSTGRES").is_ok_and(|value| value == "off") {
            return None;
        }
        let user = fs::metadata("/proc/self").expect("Linux").uid();
        let folder = std::env::temp_dir().join(format!("bema-test-postgres-{user}"));
        let lock = File::create(folder.with_extension("lock")).expect("a lock file in the temporary folder");
        lock.lock().expect("a lock on it");
        if UnixStream::connect(folder.join(".s.PGSQL.5432")).is_err() {
            start(&folder, user);
        }
        File::create(folder.join("used")).expect("a mark of use");
        Some(Self { folder })
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost:5432/{database}?host={}", self.folder.display())
    }
}

fn start(folder: &Path, user: u32) {
    let programs = programs();
    drop(fs::remove_dir_all(folder));
    fs::DirBuilder::new().mode(0o700).create(folder).expect("the server's folder");
    // PostgreSQL refuses to be root.
    let run_as: &[&str] = if user == 0 { &["runuser", "-u", "postgres", "--"] } else { &["env"] };
    if user == 0 {
        done(Command::new("chown").arg("postgres").arg(folder));
    }
    let data = folder.join("data");
    let run = |program: &str| {
        let mut command = Command::new(run_as[0]);
        command.args(&run_as[1..]).arg(programs.join(program)).arg("-D").arg(&data).current_dir(folder);
        command
    };
    done(run("initdb").args(["--no-sync", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]));
    let settings = format!("{SETTINGS} -c unix_socket_directories='{}'", folder.display());
    done(run("pg_ctl").args(["start", "-w", "-l"]).arg(folder.join("log")).arg("-o").arg(settings));
    done(
        Command::new("setsid")
            .args(["--fork", "sh", "-c", WATCHER, "watcher"])
            .arg(folder)
            .arg(&programs)
            .args(run_as)
            .current_dir("/"),
    );
}

fn done(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?}: {status:?}");
}

/// Where `initdb` and its like are: in the `PATH`, or where Debian keeps them.
fn programs() -> PathBuf {
    let in_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    debian.sort();
    let mut places = in_path.unwrap_or_default().into_iter().chain(debian.into_iter().rev());
    places.find(|place| place.join("initdb").is_file()).expect(
        "PostgreSQL is not installed (looked for initdb in PATH and /usr/lib/postgresql/*/bin): \
         install it, or set BEMA_TEST_POSTGRES=off to test on SQLite alone",
    )
}

//! The media worker by itself, for this crate's tests; `bema media-worker` is the same.

use std::process::ExitCode;

fn main() -> ExitCode {
    let profile = std::env::args().next_back().filter(|last| last.starts_with('{'));
    let profile = profile.map_or_else(|| Ok(ingest::worker::Profile::default()), |json| json.parse());
    let outcome = match &profile {
        Ok(profile) => ingest::worker::run(profile).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

//! The bundles of `player/web` must be there before they can be carried in the binary.

fn main() {
    let manifest = "web/dist/manifest.json";
    println!("cargo:rerun-if-changed={manifest}");
    if !std::path::Path::new(manifest).exists() {
        println!(
            "cargo:warning=player/web/dist is missing: run `npm ci && npm run build` in player/web, or script/setup"
        );
        std::fs::create_dir_all("web/dist").expect("player/web can be written");
    }
}

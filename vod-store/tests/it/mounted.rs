//! Small disks of a test's own, that can fill up, freeze, or break: they need root and the right to mount.

use std::{path::PathBuf, process::Command};

/// A mounted file system; unmounted when dropped.
pub(crate) struct Disk {
    folder: tempfile::TempDir,
}

/// Runs a command and answers whether it succeeded.
fn ran(command: &str, args: &[&str]) -> bool {
    Command::new(command).args(args).output().is_ok_and(|output| output.status.success())
}

fn run(command: &str, args: &[&str]) {
    assert!(ran(command, args), "{command} {args:?}: is it installed (script/setup tests), and are you root?");
}

/// Whether disks can be mounted here. Where they cannot, the test is skipped, and says so; never in CI.
pub(crate) fn possible() -> bool {
    let here = Disk { folder: tempfile::tempdir().unwrap() };
    let possible = ran("mount", &["-t", "tmpfs", "tmpfs", here.at()]);
    assert!(
        possible || std::env::var_os("CI").is_none(),
        "in CI the tests of faults must run: they need root and mount"
    );
    if !possible {
        println!("SKIPPED: no right to mount a file system here (run as root)");
    }
    possible
}

impl Disk {
    fn at(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    /// In memory, of so many kilobytes.
    pub(crate) fn small(kilobytes: u32) -> Self {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        run("mount", &["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs", disk.at()]);
        disk
    }

    /// ext4 on a file, with the file: it can be frozen and shut down, and mounted again.
    pub(crate) fn ext4() -> (Self, tempfile::NamedTempFile) {
        let image = tempfile::NamedTempFile::new().unwrap();
        image.as_file().set_len(16 << 20).unwrap();
        run("mkfs.ext4", &["-q", "-F", image.path().to_str().unwrap()]);
        (Self::of(&image), image)
    }

    /// Mounts an image (again, as after a restart).
    pub(crate) fn of(image: &tempfile::NamedTempFile) -> Self {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        run("mount", &["-o", "loop", image.path().to_str().unwrap(), disk.at()]);
        disk
    }

    /// The folder of recordings on it.
    pub(crate) fn recordings(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    /// Fills it to the last byte.
    pub(crate) fn fill(&self) {
        let ballast = std::fs::File::create(self.folder.path().join("ballast")).unwrap();
        let full = std::io::copy(&mut std::io::repeat(b'x'), &mut &ballast).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    /// Makes the room again that [`Disk::fill`] took.
    pub(crate) fn empty(&self) {
        std::fs::remove_file(self.folder.path().join("ballast")).unwrap();
    }

    pub(crate) fn read_only(&self) {
        run("mount", &["-o", "remount,ro", self.at()]);
    }

    /// It takes no write any more, and answers none either.
    pub(crate) fn freeze(&self) {
        run("fsfreeze", &["--freeze", self.at()]);
    }

    pub(crate) fn thaw(&self) {
        run("fsfreeze", &["--unfreeze", self.at()]);
    }

    /// As if its plug were pulled: what was not synced is gone, and whatever is asked of it fails.
    pub(crate) fn pull(&self) {
        run("xfs_io", &["-x", "-c", "shutdown", self.at()]);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A test that failed may leave it frozen, and one that was skipped never mounted it.
        let _ = ran("fsfreeze", &["--unfreeze", self.at()]);
        let _ = ran("umount", &["--lazy", self.at()]);
    }
}

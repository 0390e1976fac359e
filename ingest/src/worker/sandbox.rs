//! How a worker locks itself in before it reads the first foreign byte.
//!
//! Four walls, each of which stands alone: no new privileges; limits on memory, files and core dumps; Landlock, so that
//! nothing can be opened but libraries for reading; seccomp with a list of the calls that are allowed. Any other call
//! answers `EPERM`: nothing in the list opens a socket, starts a program, traces, or opens a file for writing.

use std::collections::BTreeMap;

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
    path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter_all_threads,
};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Address space of a worker. Decoders and encoders of a 4K source map less than half of it.
const ADDRESS_SPACE: u64 = 6 << 30;
/// Descriptors of a worker.
const DESCRIPTORS: u64 = 128;
/// What the media libraries may read.
const READABLE: [&str; 9] = [
    "/usr/lib",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/usr/share/locale",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/urandom",
    "/sys/devices/system/cpu",
];

/// Locks the process in; answers a line for the log. Call it while the process has one thread.
///
/// # Errors
/// [`Error::Sandbox`] when a wall cannot be put up. A kernel without Landlock is no error: the others stand.
pub fn enter() -> Result<String> {
    let failed = |what: &str, error: &dyn std::fmt::Display| Error::Sandbox(format!("{what}: {error}"));
    rustix::thread::set_no_new_privs(true).map_err(|error| failed("no new privileges", &error))?;
    for (resource, most) in [(Resource::As, ADDRESS_SPACE), (Resource::Nofile, DESCRIPTORS), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|error| failed("limits", &error))?;
    }
    let landlock = match restrict_files().map_err(|error| failed("Landlock", &error))? {
        RulesetStatus::FullyEnforced => "Landlock",
        RulesetStatus::PartiallyEnforced => "Landlock as far as this kernel has it",
        RulesetStatus::NotEnforced => "no Landlock (this kernel has none)",
    };
    for program in [newer_clone(), allowed()] {
        let program = program.map_err(|error| failed("seccomp", &error))?;
        apply_filter_all_threads(&program).map_err(|error| failed("seccomp", &error))?;
    }
    Ok(format!("locked in: no new privileges, limits, {landlock}, seccomp"))
}

fn restrict_files() -> Result<RulesetStatus, landlock::RulesetError> {
    // The newest interface that this program knows; on older kernels the crate takes what they have.
    let abi = ABI::V6;
    let readable = READABLE.iter().filter(|path| std::path::Path::new(path).exists());
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::ReadFile | AccessFs::ReadDir))?
        .restrict_self()?;
    Ok(status.ruleset)
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn compile(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> Result<BpfProgram, seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into()?;
    Ok(SeccompFilter::new(rules, otherwise, matched, arch)?.try_into()?)
}

/// `clone3` hides its flags behind a pointer: it answers `ENOSYS`, and libc takes `clone` instead.
fn newer_clone() -> Result<BpfProgram, seccompiler::Error> {
    let rules = Rules::from([(libc::SYS_clone3, Vec::new())]);
    compile(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS.cast_unsigned()))
}

/// A rule that holds where the bits of `mask` in an argument are `bits`.
fn where_bits(argument: u8, mask: u64, bits: u64) -> Result<SeccompRule, seccompiler::Error> {
    let compare = SeccompCmpOp::MaskedEq(mask);
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, bits)?;
    Ok(SeccompRule::new(vec![condition])?)
}

/// A rule that holds where an argument is `value`.
fn where_is(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, value)?;
    Ok(SeccompRule::new(vec![condition])?)
}

fn allowed() -> Result<BpfProgram, seccompiler::Error> {
    let mut rules: Rules = ALWAYS.iter().chain(OF_THIS_MACHINE).map(|&call| (call, Vec::new())).collect();
    let writing = (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND).cast_unsigned();
    let reading = libc::O_RDONLY.cast_unsigned();
    rules.insert(libc::SYS_openat, vec![where_bits(2, writing.into(), reading.into())?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, vec![where_bits(1, writing.into(), reading.into())?]);
    // Refused by the filter before this one; were it not here, this one's answer would replace that one's.
    rules.insert(libc::SYS_clone3, Vec::new());
    let thread = u64::from(libc::CLONE_THREAD.cast_unsigned());
    rules.insert(libc::SYS_clone, vec![where_bits(0, thread, thread)?]);
    // GStreamer wakes its own threads through pairs of sockets, which lead nowhere else.
    rules.insert(libc::SYS_socketpair, vec![where_is(0, u64::from(libc::AF_UNIX.cast_unsigned()))?]);
    rules.insert(libc::SYS_tgkill, vec![where_is(0, u64::from(std::process::id()))?]);
    // A thread may give way to others.
    let process = u64::from(libc::PRIO_PROCESS);
    let itself = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 0)?;
    let which = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, process)?;
    rules.insert(libc::SYS_setpriority, vec![SeccompRule::new(vec![which, itself])?]);
    // Limits may be read, not set.
    rules.insert(libc::SYS_prlimit64, vec![where_is(2, 0)?]);
    let names = [libc::PR_SET_NAME, libc::PR_GET_NAME, PR_SET_VMA];
    let names = names.map(|option| where_is(0, u64::from(option.cast_unsigned())));
    rules.insert(libc::SYS_prctl, names.into_iter().collect::<Result<_, _>>()?);
    compile(rules, SeccompAction::Errno(libc::EPERM.cast_unsigned()), SeccompAction::Allow)
}

/// Names for anonymous memory, which glibc gives to its arenas.
const PR_SET_VMA: i32 = 0x5356_4d41;

/// Reading and writing what is open, memory, threads, time, and what libraries ask about the machine.
const ALWAYS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_eventfd2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_mlock,
    libc::SYS_munlock,
    libc::SYS_membarrier,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getattr,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    libc::SYS_getpriority,
    libc::SYS_getcpu,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_times,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
];

#[cfg(target_arch = "x86_64")]
const OF_THIS_MACHINE: &[i64] = &[
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_time,
    libc::SYS_arch_prctl,
];
#[cfg(not(target_arch = "x86_64"))]
const OF_THIS_MACHINE: &[i64] = &[];

/// What a process could do that a worker must not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Make a file.
    pub write_file: bool,
    /// Read a file that is no library.
    pub read_file: bool,
    /// Open a socket.
    pub open_socket: bool,
    /// Start a program.
    pub start_program: bool,
    /// Look into another process.
    pub trace: bool,
}

/// Tries all of it. Harmless where it succeeds: the file is removed, the program is `true`.
#[must_use]
pub fn probe() -> Reach {
    let path = std::env::temp_dir().join(format!("worker-probe-{}", std::process::id()));
    let write_file = std::fs::write(&path, b"probe").is_ok();
    // It exists only where it could be written.
    let _ = std::fs::remove_file(&path);
    Reach {
        write_file,
        read_file: std::fs::read("/etc/passwd").is_ok(),
        open_socket: std::net::UdpSocket::bind("127.0.0.1:0").is_ok(),
        start_program: std::process::Command::new("/bin/true").status().is_ok(),
        trace: rustix::process::getppid()
            .is_some_and(|parent| std::fs::File::open(format!("/proc/{}/mem", parent.as_raw_nonzero())).is_ok()),
    }
}

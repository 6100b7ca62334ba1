//! Time that no one can turn back: since boot, sleep included, with the boot it belongs to.

use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

use crate::files;

/// A moment on the clock of one boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uptime {
    /// Which boot: the kernel's boot id on Linux, empty where there is none.
    pub boot: String,
    /// Nanoseconds since that boot, time asleep included.
    pub nanoseconds: u64,
}

/// The time since boot, now.
pub fn uptime() -> Uptime {
    let time = clock_gettime(CLOCK);
    let whole = u64::try_from(time.tv_sec).unwrap_or_default().saturating_mul(1_000_000_000);
    let boot =
        files::read_text(Path::new("/proc/sys/kernel/random/boot_id"), 64).ok().flatten().unwrap_or_default();
    Uptime {
        boot: boot.trim().to_string(),
        nanoseconds: whole.saturating_add(u64::try_from(time.tv_nsec).unwrap_or_default()),
    }
}

#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

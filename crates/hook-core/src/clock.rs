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

/// The time since boot, now, on the clock of `boot`.
pub(crate) fn uptime(boot: &str) -> Uptime {
    let time = clock_gettime(CLOCK);
    let whole = u64::try_from(time.tv_sec).unwrap_or_default().saturating_mul(1_000_000_000);
    Uptime {
        boot: boot.to_string(),
        nanoseconds: whole.saturating_add(u64::try_from(time.tv_nsec).unwrap_or_default()),
    }
}

/// Which boot this is.
pub(crate) fn boot() -> String {
    let id = files::read_text(Path::new("/proc/sys/kernel/random/boot_id"), 64).ok().flatten();
    id.unwrap_or_default().trim().to_string()
}

#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

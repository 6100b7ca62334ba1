//! One limit and one number: the theoretical arrival time of the generic cell rate algorithm.

/// `calls` per `window` nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub calls: u64,
    pub window: u64,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may come; the number to remember, and whether this call crossed 80 % of the bucket.
    Admitted { arrival: u64, near: bool },
    /// It may come again in this many nanoseconds.
    Refused { wait: u64 },
}

impl Limit {
    /// Whether a call may come `now`, with `arrival` remembered from the calls before (zero for none). Both are
    /// nanoseconds on one clock that never goes back.
    ///
    /// `arrival - now` is how full the bucket is: each call adds `window / calls`, and `window` is full.
    pub fn admit(self, arrival: u64, now: u64) -> Admission {
        let step = self.step();
        let full = step.saturating_mul(self.calls.max(1));
        let before = arrival.saturating_sub(now);
        let after = before.saturating_add(step);
        if after > full {
            return Admission::Refused { wait: after - full };
        }
        let mark = full / 5 * 4;
        Admission::Admitted { arrival: now.saturating_add(after), near: before < mark && after >= mark }
    }

    /// The number to remember after a call that nobody asked about; the bucket is never fuller than full.
    pub fn fill(self, arrival: u64, now: u64) -> u64 {
        let full = self.step().saturating_mul(self.calls.max(1));
        let level = arrival.saturating_sub(now).saturating_add(self.step()).min(full);
        now.saturating_add(level)
    }

    /// How many nanoseconds until one more call would fit; `None` where it would fit now.
    pub fn wait(self, arrival: u64, now: u64) -> Option<u64> {
        match self.admit(arrival, now) {
            Admission::Admitted { .. } => None,
            Admission::Refused { wait } => Some(wait),
        }
    }

    /// What one call takes out of the bucket. Rounded up, so that rounding never lets an extra call through.
    fn step(self) -> u64 {
        self.window.div_ceil(self.calls.max(1)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Admission, Limit};

    #[test]
    fn a_burst_fills_the_bucket_and_time_empties_it() {
        let limit = Limit { calls: 3, window: 300 };
        let mut arrival = 0;
        for _ in 0..3 {
            match limit.admit(arrival, 1000) {
                Admission::Admitted { arrival: next, .. } => arrival = next,
                Admission::Refused { .. } => panic!("within the burst"),
            }
        }
        assert_eq!(limit.admit(arrival, 1000), Admission::Refused { wait: 100 });
        assert!(matches!(limit.admit(arrival, 1100), Admission::Admitted { .. }));
    }

    /// Any stretch of time lets at most `calls + calls * t / window` through, whatever the schedule.
    #[test]
    fn no_schedule_exceeds_the_limit() {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        for _ in 0..300 {
            let limit = Limit { calls: 1 + next(30), window: 1 + next(5000) };
            let (mut now, mut arrival, mut admitted) = (next(1000), 0, Vec::new());
            for _ in 0..200 {
                now += next(2 * limit.window / limit.calls + 2);
                if let Admission::Admitted { arrival: later, .. } = limit.admit(arrival, now) {
                    arrival = later;
                    admitted.push(now);
                }
            }
            for (index, from) in admitted.iter().enumerate() {
                for (count, to) in admitted.iter().skip(index).enumerate() {
                    let allowed = limit.calls + limit.calls * (to - from) / limit.window;
                    assert!(count < usize::try_from(allowed).unwrap() + 1, "{limit:?} let {count} through");
                }
            }
        }
    }
}

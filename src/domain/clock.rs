//! A world's only source of time.

use std::time::SystemTime;

/// Milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn millis(self) -> i64 {
        self.0
    }

    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

/// The clock stays between 1970 and the year 9000, in which every moment can be written with four digits of year.
const LAST: Timestamp = Timestamp(221_845_392_000_000);

/// Runs beside the machine's clock at a distance, or stands still. A value: whoever moves it moves their own copy.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Hands);

#[derive(Clone, Copy, Debug)]
enum Hands {
    Running { offset_ms: i64 },
    Frozen { at: Timestamp },
}

impl Clock {
    pub const fn running() -> Self {
        Self(Hands::Running { offset_ms: 0 })
    }

    /// Within the calendar of the engine.
    pub fn frozen(at: Timestamp) -> Self {
        Self(Hands::Frozen { at: at.clamp(Timestamp(0), LAST) })
    }

    pub fn now(self) -> Timestamp {
        let time = match self.0 {
            Hands::Running { offset_ms } => machine_time().plus_millis(offset_ms),
            Hands::Frozen { at } => at,
        };
        time.clamp(Timestamp(0), LAST)
    }

    pub fn is_frozen(self) -> bool {
        matches!(self.0, Hands::Frozen { .. })
    }

    /// Stops the clock where it is.
    pub fn freeze(&mut self) {
        self.0 = Hands::Frozen { at: self.now() };
    }

    /// Lets the clock run on from where it is.
    pub fn run(&mut self) {
        let offset_ms = self.now().0.saturating_sub(machine_time().0);
        self.0 = Hands::Running { offset_ms };
    }

    /// Sets the time; a frozen clock stays frozen.
    pub fn set(&mut self, to: Timestamp) {
        self.0 = match self.0 {
            Hands::Running { .. } => {
                Hands::Running { offset_ms: to.0.saturating_sub(machine_time().0) }
            }
            Hands::Frozen { .. } => Hands::Frozen { at: to.clamp(Timestamp(0), LAST) },
        };
    }

    pub fn advance(&mut self, millis: i64) {
        self.0 = match self.0 {
            Hands::Running { offset_ms } => {
                Hands::Running { offset_ms: offset_ms.saturating_add(millis) }
            }
            Hands::Frozen { at } => {
                Hands::Frozen { at: at.plus_millis(millis).clamp(Timestamp(0), LAST) }
            }
        };
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
fn machine_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let mut clock = Clock::frozen(Timestamp(1_000));
        assert_eq!(clock.now(), Timestamp(1_000));
        clock.advance(500);
        assert_eq!(clock.now(), Timestamp(1_500));
        clock.set(Timestamp(9));
        assert_eq!(clock.now(), Timestamp(9));
    }

    #[test]
    fn no_move_leads_out_of_the_calendar() {
        let mut clock = Clock::frozen(Timestamp(0));
        clock.advance(i64::MAX);
        assert_eq!(clock.now(), LAST);
        clock.set(Timestamp(i64::MIN));
        assert_eq!(clock.now(), Timestamp(0));
        let mut clock = Clock::running();
        clock.set(Timestamp(i64::MAX));
        clock.advance(i64::MAX);
        assert_eq!(clock.now(), LAST);
    }

    #[test]
    fn a_running_clock_keeps_its_distance() {
        let mut clock = Clock::running();
        let before = clock.now();
        clock.advance(3_600_000);
        assert!(clock.now() >= before.plus_millis(3_600_000));
        clock.freeze();
        assert_eq!(clock.now(), clock.now());
    }
}

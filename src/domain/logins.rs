//! Logins with a password: who is in, and until when.

use std::sync::Arc;

use imbl::OrdMap;

use super::clock::Timestamp;
use super::ids::UserId;

/// The most sessions that an instance remembers. One more ends the oldest.
const SESSIONS_MAX: usize = 10_000;

/// How long a session lasts on the instance's clock, in milliseconds: eight hours. No source tells how long Domo's do.
pub const LIFETIME_MS: i64 = 8 * 60 * 60 * 1000;

/// Part of a world, so a copy shares its entries.
#[derive(Clone, Debug, Default)]
pub struct LoginSessions {
    by_token: OrdMap<Arc<str>, Login>,
    /// The tokens in the order in which they were given out.
    oldest_first: OrdMap<u64, Arc<str>>,
    count: u64,
}

#[derive(Clone, Copy, Debug)]
struct Login {
    user: UserId,
    until: Timestamp,
}

impl LoginSessions {
    pub fn open(&mut self, token: &str, user: UserId, now: Timestamp) {
        if self.oldest_first.len() >= SESSIONS_MAX
            && let Some((number, oldest)) = self.oldest_first.get_min().cloned()
        {
            self.oldest_first.remove(&number);
            self.by_token.remove(&oldest);
        }
        let token: Arc<str> = token.into();
        self.count += 1;
        self.oldest_first.insert(self.count, Arc::clone(&token));
        self.by_token.insert(token, Login { user, until: now.plus_millis(LIFETIME_MS) });
    }

    /// Whose session it is, while it lasts.
    pub fn user_of(&self, token: &str, now: Timestamp) -> Option<UserId> {
        self.by_token.get(token).filter(|it| now < it.until).map(|it| it.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_for_its_time() {
        let mut sessions = LoginSessions::default();
        sessions.open("a", UserId::new(27), Timestamp(5));
        assert_eq!(sessions.user_of("a", Timestamp(5)), Some(UserId::new(27)));
        assert_eq!(sessions.user_of("a", Timestamp(4 + LIFETIME_MS)), Some(UserId::new(27)));
        assert_eq!(sessions.user_of("a", Timestamp(5 + LIFETIME_MS)), None);
        assert_eq!(sessions.user_of("b", Timestamp(5)), None);
    }

    #[test]
    fn one_session_too_many_ends_the_oldest() {
        let mut sessions = LoginSessions::default();
        for number in 0..=SESSIONS_MAX {
            sessions.open(&number.to_string(), UserId::new(1), Timestamp(0));
        }
        assert_eq!(sessions.user_of("0", Timestamp(0)), None);
        assert_eq!(sessions.user_of("1", Timestamp(0)), Some(UserId::new(1)));
        assert_eq!(sessions.by_token.len(), SESSIONS_MAX);
    }
}

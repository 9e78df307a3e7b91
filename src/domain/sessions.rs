//! Logins with a password: who is in, and until when.

use std::collections::{HashMap, VecDeque};

use super::clock::Timestamp;
use super::ids::UserId;

/// The most sessions that an instance remembers. One more ends the oldest.
const SESSIONS_MAX: usize = 10_000;

/// How long a session lasts on the instance's clock, in milliseconds: eight hours. No source tells how long Domo's do.
pub const LIFETIME_MS: i64 = 8 * 60 * 60 * 1000;

#[derive(Debug, Default)]
pub struct Sessions {
    by_token: HashMap<String, Session>,
    oldest_first: VecDeque<String>,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    user: UserId,
    until: Timestamp,
}

impl Sessions {
    pub fn open(&mut self, token: String, user: UserId, now: Timestamp) {
        if self.oldest_first.len() >= SESSIONS_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_token.remove(&oldest);
        }
        self.oldest_first.push_back(token.clone());
        self.by_token.insert(token, Session { user, until: now.plus_millis(LIFETIME_MS) });
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
        let mut sessions = Sessions::default();
        sessions.open("a".to_owned(), 27, Timestamp(5));
        assert_eq!(sessions.user_of("a", Timestamp(5)), Some(27));
        assert_eq!(sessions.user_of("a", Timestamp(4 + LIFETIME_MS)), Some(27));
        assert_eq!(sessions.user_of("a", Timestamp(5 + LIFETIME_MS)), None);
        assert_eq!(sessions.user_of("b", Timestamp(5)), None);
    }

    #[test]
    fn one_session_too_many_ends_the_oldest() {
        let mut sessions = Sessions::default();
        for number in 0..=SESSIONS_MAX {
            sessions.open(number.to_string(), 1, Timestamp(0));
        }
        assert_eq!(sessions.user_of("0", Timestamp(0)), None);
        assert_eq!(sessions.user_of("1", Timestamp(0)), Some(1));
        assert_eq!(sessions.by_token.len(), SESSIONS_MAX);
    }
}

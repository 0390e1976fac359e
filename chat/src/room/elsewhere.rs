//! The chat of a meeting that was held elsewhere, taken over whole.

use council::permission::Moderator;

use super::Room;
use crate::{
    MessageId, Result,
    author::db as authors,
    db,
    event::{Event, Message, State},
    words,
};

/// A message of a meeting that was held elsewhere.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The name that it bore.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When it was sent, milliseconds UTC.
    pub at_ms: i64,
}

impl Room {
    /// Takes the chat of a meeting that was held elsewhere, where this one has none yet.
    ///
    /// # Errors
    /// When a text or a name is not fit; then nothing is taken.
    pub async fn take_over(&self, _by: &Moderator, said: Vec<Elsewhere>) -> Result<()> {
        let _one_at_a_time = self.taking.lock().await;
        if self.public.position().offset > 0 {
            return Ok(());
        }
        let mut write = self.write().await?;
        let whole = (self.municipality, self.meeting);
        let mut told = Vec::new();
        for Elsewhere { name, text, at_ms } in said {
            let (text, name) = (words::message(&text)?, words::name(&name, &[])?);
            let author = authors::author(&mut write, whole, &format!("elsewhere:{name}"), "", at_ms).await?.id;
            let (id, state) = (MessageId::new(), State::Shown);
            let message = Message { id, author, name, badge: None, text, reply: None, at_ms, state, appeal: None };
            let number = db::next_number(&mut write, self.meeting).await?;
            db::insert(&mut write, self.meeting, &message, Some(number)).await?;
            db::note(&mut write, self.meeting, number, at_ms, ("said", Some(id), None)).await?;
            told.extend(message.public().map(|message| (number, Event::Said { message })));
        }
        write.commit().await?;
        for (number, event) in told {
            self.publish(number, &event);
        }
        Ok(())
    }
}

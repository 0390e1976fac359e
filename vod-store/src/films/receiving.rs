//! A piece of a film as it comes.

use bytes::Bytes;
use council::MunicipalityId;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use super::{Alone, Error, Film, FilmId, Films, Stage};

/// A request that sends a piece of a film. Whatever came before it broke off is kept.
#[derive(Debug)]
pub struct Receiving {
    film: Film,
    file: tokio::fs::File,
    alone: Alone,
}

impl Films {
    /// Takes a piece that begins at byte `offset`.
    ///
    /// # Errors
    /// [`Error::Offset`] where the film goes on elsewhere; [`Error::Busy`] while another request sends it;
    /// [`Error::Stage`] once it is whole; [`Error::NotFound`], [`Error::Io`].
    pub async fn receive(&self, municipality: MunicipalityId, id: FilmId, offset: u64) -> Result<Receiving, Error> {
        let alone = self.alone(id)?;
        let film = self.film(municipality, id).await?;
        if film.stage != Stage::Coming {
            return Err(Error::Stage);
        }
        if film.received != offset {
            return Err(Error::Offset(film.received));
        }
        let mut file = tokio::fs::File::options().write(true).open(self.path(id)).await?;
        file.seek(std::io::SeekFrom::Start(offset)).await?;
        Ok(Receiving { film, file, alone })
    }
}

impl Receiving {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where they are more than was announced; [`Error::Io`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), Error> {
        let received = self.film.received + bytes.len() as u64;
        if received > self.film.about.size {
            return Err(Error::TooLarge);
        }
        self.file.write_all(&bytes).await?;
        self.film.received = received;
        Ok(())
    }

    /// Waits until all that came is on the disk; answers how much of the film is there. A film that is whole waits from
    /// then on to be taken in.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub async fn finish(mut self) -> Result<u64, Error> {
        self.file.flush().await?;
        self.file.sync_data().await?;
        let films = &self.alone.films;
        if self.film.received == self.film.about.size {
            films.moved(&self.film, Stage::Waiting).await?;
            films.0.whole.send_modify(|count| *count += 1);
        }
        Ok(self.film.received)
    }
}

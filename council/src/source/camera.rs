//! A camera's address, which may hold a password.

use url::Url;

use super::URL_MAX;
use crate::{Result, text};

/// Where a camera is and how it is opened: `rtsp://name:password@host/path`. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Camera(pub(super) String);

/// A camera's address as it is typed. `Debug` hides it.
#[derive(Clone)]
pub struct NewAddress {
    /// `rtsp://host/path`; a user name and a password in it are taken too.
    pub url: String,
    /// The user name at the camera, perhaps none. It goes before one in the address.
    pub user: String,
    /// The password that belongs to it.
    pub password: String,
}

impl Camera {
    /// What a clerk typed, put together to one address.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] that names the field: `url` or `user`.
    pub fn read(new: &NewAddress) -> Result<Self> {
        let (url, user, password) = (new.url.trim(), new.user.trim(), new.password.as_str());
        let printable = url.len() <= URL_MAX && url.bytes().all(|byte| byte.is_ascii_graphic());
        let parsed = Url::parse(url).ok().filter(|url| printable && url.scheme() == "rtsp");
        let Some(mut url) = parsed.filter(|url| url.host_str().is_some_and(|host| !host.is_empty())) else {
            return text::refused("url", "value-not-url");
        };
        if !user.is_empty() {
            // The parser leaves per cent signs as they are, and they would be read as escapes.
            let whole = |text: &str| text.replace('%', "%25");
            let password = Some(whole(password)).filter(|password| !password.is_empty());
            let set = url.set_username(&whole(user)).and_then(|()| url.set_password(password.as_deref()));
            set.or_else(|()| text::refused("url", "value-not-url"))?;
        } else if !password.is_empty() || (url.password().is_some() && url.username().is_empty()) {
            return text::refused("user", "value-missing");
        }
        if url.as_str().len() > URL_MAX {
            return text::refused("url", "value-too-long");
        }
        Ok(Self(url.into()))
    }

    /// The whole address, to call the camera with; it is for no page and no log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The host, with its port where that is not RTSP's own: what people are shown, since even a path can hold a password.
    #[must_use]
    pub fn host(&self) -> String {
        let url = Url::parse(&self.0).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        match url.as_ref().and_then(Url::port) {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl std::fmt::Debug for Camera {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Camera(hidden)")
    }
}

impl std::fmt::Debug for NewAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewAddress(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn read(url: &str, user: &str, password: &str) -> Result<Camera> {
        Camera::read(&NewAddress { url: url.into(), user: user.into(), password: password.into() })
    }

    #[test]
    fn only_addresses_of_cameras_are_taken() {
        let read = |url: &str| read(url, "", "");
        assert!(read(" rtsp://admin:secret@camera.example:554/stream1 ").is_ok());
        assert!(read("RTSP://camera/").is_ok());
        for wrong in [
            "",
            "rtsp://",
            "rtsp:///x",
            "rtsp://user@/x",
            "rtsps://camera/",
            "http://camera/",
            "file:///etc/passwd",
            "rtsp://a b",
            "rtsp://α",
            "camera.example/stream1",
        ] {
            assert!(matches!(read(wrong), Err(Error::Invalid { field: "url", .. })), "{wrong}");
        }
        assert!(read(&format!("rtsp://{}", "a".repeat(URL_MAX))).is_err());
        assert!(super::tests::read("rtsp://camera/", "clerk", &"a".repeat(URL_MAX)).is_err());
    }

    #[test]
    fn name_and_password_go_into_the_address_and_are_not_shown() {
        for (url, user, password, whole, host) in [
            ("rtsp://10.0.0.7/s1?x=1", "clerk", "p@ss/%41", "rtsp://clerk:p%40ss%2F%2541@10.0.0.7/s1?x=1", "10.0.0.7"),
            ("rtsp://old:pw@cam:8554/s1", " clerk ", "", "rtsp://clerk@cam:8554/s1", "cam:8554"),
            ("rtsp://old:pw@[fd00::7]/s1", "", "", "rtsp://old:pw@[fd00::7]/s1", "[fd00::7]"),
        ] {
            let camera = read(url, user, password).unwrap();
            assert_eq!((camera.expose(), camera.host().as_str()), (whole, host));
            assert_eq!(format!("{camera:?}"), "Camera(hidden)");
        }
        for (url, password) in [("rtsp://camera/", "secret"), ("rtsp://:secret@camera/", "")] {
            let refused = read(url, "", password);
            assert!(matches!(refused, Err(Error::Invalid { field: "user", .. })), "{refused:?}");
        }
    }
}

//! The languages of sound: the codes under which encoders, files and playlists know them, and their own names.

use serde::{Deserialize, Serialize};

/// A language as BCP 47 writes it shortest (ISO 639): `el`, `en`; of three letters where there is no code of two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language([u8; 3]);

/// A text that names no language.
#[derive(Debug, thiserror::Error)]
#[error("a language is two or three letters of ISO 639, and not one of its codes for none")]
pub struct BadLanguage;

/// ISO 639-1, ISO 639-2/T, ISO 639-2/B where it differs, and what speakers call it: the languages of Europe, and of
/// those who live in it.
const KNOWN: [(&str, &str, &str, &str); 56] = [
    ("ar", "ara", "", "العربية"),
    ("be", "bel", "", "Беларуская"),
    ("bg", "bul", "", "Български"),
    ("bn", "ben", "", "বাংলা"),
    ("bs", "bos", "", "Bosanski"),
    ("ca", "cat", "", "Català"),
    ("cs", "ces", "cze", "Čeština"),
    ("cy", "cym", "wel", "Cymraeg"),
    ("da", "dan", "", "Dansk"),
    ("de", "deu", "ger", "Deutsch"),
    ("el", "ell", "gre", "Ελληνικά"),
    ("en", "eng", "", "English"),
    ("es", "spa", "", "Español"),
    ("et", "est", "", "Eesti"),
    ("eu", "eus", "baq", "Euskara"),
    ("fa", "fas", "per", "فارسی"),
    ("fi", "fin", "", "Suomi"),
    ("fr", "fra", "fre", "Français"),
    ("ga", "gle", "", "Gaeilge"),
    ("gl", "glg", "", "Galego"),
    ("he", "heb", "", "עברית"),
    ("hi", "hin", "", "हिन्दी"),
    ("hr", "hrv", "", "Hrvatski"),
    ("hu", "hun", "", "Magyar"),
    ("hy", "hye", "arm", "Հայերեն"),
    ("is", "isl", "ice", "Íslenska"),
    ("it", "ita", "", "Italiano"),
    ("ja", "jpn", "", "日本語"),
    ("ka", "kat", "geo", "ქართული"),
    ("ko", "kor", "", "한국어"),
    ("ku", "kur", "", "Kurdî"),
    ("lb", "ltz", "", "Lëtzebuergesch"),
    ("lt", "lit", "", "Lietuvių"),
    ("lv", "lav", "", "Latviešu"),
    ("mk", "mkd", "mac", "Македонски"),
    ("mt", "mlt", "", "Malti"),
    ("nl", "nld", "dut", "Nederlands"),
    ("no", "nor", "", "Norsk"),
    ("pa", "pan", "", "ਪੰਜਾਬੀ"),
    ("pl", "pol", "", "Polski"),
    ("pt", "por", "", "Português"),
    ("ro", "ron", "rum", "Română"),
    ("rom", "rom", "", "Romani"),
    ("ru", "rus", "", "Русский"),
    ("sk", "slk", "slo", "Slovenčina"),
    ("sl", "slv", "", "Slovenščina"),
    ("so", "som", "", "Soomaali"),
    ("sq", "sqi", "alb", "Shqip"),
    ("sr", "srp", "", "Српски"),
    ("sv", "swe", "", "Svenska"),
    ("ta", "tam", "", "தமிழ்"),
    ("tl", "tgl", "", "Tagalog"),
    ("tr", "tur", "", "Türkçe"),
    ("uk", "ukr", "", "Українська"),
    ("ur", "urd", "", "اردو"),
    ("zh", "zho", "chi", "中文"),
];

/// ISO 639-2's codes for what is no language; `qaa` to `qtz` are for private use.
const NONE: [&str; 4] = ["und", "mul", "mis", "zxx"];

impl Language {
    /// Greek: the council's own, where nothing else is said.
    pub const GREEK: Self = Self(*b"el\0");

    /// The languages whose names are known here, by their code.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|known| known.0.parse().expect("a code of the table names a language"))
    }

    /// The code: `el`.
    #[must_use]
    pub fn code(&self) -> &str {
        let length = self.0.iter().position(|letter| *letter == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..length]).expect("only letters are taken in")
    }

    /// What its speakers call it: `Ελληνικά`. The code, where that is not known here.
    #[must_use]
    pub fn own_name(&self) -> &str {
        self.known().map_or_else(|| self.code(), |known| known.3)
    }

    /// ISO 639-2/T, as MP4's `mdhd` writes it: `ell`; `und` where that is not known here.
    #[must_use]
    pub fn three_letters(&self) -> [u8; 3] {
        let known = self.known().and_then(|known| known.1.as_bytes().first_chunk::<3>());
        match (known, self.0) {
            (Some(code), _) => *code,
            (None, [.., 0]) => *b"und",
            (None, code) => code,
        }
    }

    fn known(&self) -> Option<&'static (&'static str, &'static str, &'static str, &'static str)> {
        KNOWN.iter().find(|known| known.0 == self.code())
    }
}

impl std::str::FromStr for Language {
    type Err = BadLanguage;

    /// Any code of ISO 639, in any case; a region or a script after a hyphen is let go.
    fn from_str(text: &str) -> Result<Self, BadLanguage> {
        let code = text.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let private = code.len() == 3 && ("qaa".."qua").contains(&code.as_str());
        if code.is_empty()
            || NONE.contains(&code.as_str())
            || private
            || !code.bytes().all(|letter| letter.is_ascii_lowercase())
        {
            return Err(BadLanguage);
        }
        let known = KNOWN.iter().find(|known| [known.0, known.1, known.2].contains(&code.as_str()));
        match known.map_or(code.as_str(), |known| known.0).as_bytes() {
            [a, b] => Ok(Self([*a, *b, 0])),
            [a, b, c] => Ok(Self([*a, *b, *c])),
            _ => Err(BadLanguage),
        }
    }
}

impl TryFrom<String> for Language {
    type Error = BadLanguage;
    fn try_from(text: String) -> Result<Self, BadLanguage> {
        text.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().to_owned()
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_language_has_one_code_however_it_is_written() {
        for text in ["el", "ell", "gre", "EL", "el-GR", "ell_GR"] {
            let language: Language = text.parse().unwrap();
            assert_eq!((language.code(), language.own_name()), ("el", "Ελληνικά"), "{text}");
            assert_eq!(&language.three_letters(), b"ell");
        }
        let rare: Language = "gsw".parse().unwrap();
        assert_eq!((rare.code(), rare.own_name(), &rare.three_letters()), ("gsw", "gsw", b"gsw"));
        let short: Language = "rm".parse().unwrap();
        assert_eq!((short.own_name(), &short.three_letters()), ("rm", b"und"));
        assert_eq!(Language::GREEK, "el".parse().unwrap());
    }

    #[test]
    fn what_is_no_language_is_none() {
        for text in ["", "e", "und", "mul", "qaa", "qtz", "ελ", "e1", "english", "e\"", "-en"] {
            assert!(text.parse::<Language>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_table_has_each_code_once() {
        let mut codes: Vec<&str> = KNOWN.iter().flat_map(|known| [known.0, known.1, known.2]).collect();
        codes.retain(|code| !code.is_empty());
        codes.sort_unstable();
        let twice: Vec<_> = codes.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert_eq!(twice, [["rom", "rom"]], "but where the language has no shorter one");
    }
}

//! Ranges and conditions (RFC 9110 §13, §14).

use axum::http::{HeaderMap, header};

/// Which bytes are asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of them.
    All,
    /// From the first to the last, both included.
    Span(u64, u64),
    /// None that exist: 416.
    Unsatisfiable,
}

/// What `Range` and `If-Range` ask of something `length` bytes long. Several ranges at once are answered whole.
pub(crate) fn wanted(headers: &HeaderMap, tag: &str, length: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let Some(ranges) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")) else { return Wanted::All };
    if text(header::IF_RANGE).is_some_and(|condition| condition != tag) || ranges.contains(',') {
        return Wanted::All;
    }
    let Some((first, last)) = ranges.trim().split_once('-') else { return Wanted::All };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last && first < length => Wanted::Span(first, last.min(length - 1)),
        (Ok(first), Ok(last)) if first > last => Wanted::All,
        (Ok(first), Err(_)) if last.is_empty() && first < length => Wanted::Span(first, length - 1),
        (Err(_), Ok(count)) if first.is_empty() && count > 0 && length > 0 => {
            Wanted::Span(length.saturating_sub(count), length - 1)
        }
        (Ok(_), _) | (Err(_), Ok(0)) => Wanted::Unsatisfiable,
        _ => Wanted::All,
    }
}

/// Whether `If-None-Match` names this tag.
pub(crate) fn matches(headers: &HeaderMap, tag: &str) -> bool {
    headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| names(known, tag))
}

/// Whether a list of tags, as `If-None-Match` has it, names this one.
pub(crate) fn names(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-0", Wanted::Span(0, 0)),
            ("bytes=10-", Wanted::Span(10, 99)),
            ("bytes=90-500", Wanted::Span(90, 99)),
            ("bytes=-10", Wanted::Span(90, 99)),
            ("bytes=-500", Wanted::Span(0, 99)),
            ("bytes=100-", Wanted::Unsatisfiable),
            ("bytes=100-200", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=5-3", Wanted::All),
            ("bytes=0-1,5-6", Wanted::All),
            ("bytes=a-b", Wanted::All),
            ("lines=0-1", Wanted::All),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range.parse().unwrap());
            assert_eq!(wanted(&headers, "\"t\"", 100), expected, "{range}");
            headers.insert(header::IF_RANGE, "\"other\"".parse().unwrap());
            assert_eq!(wanted(&headers, "\"t\"", 100), Wanted::All, "{range} of another version");
        }
    }
}
